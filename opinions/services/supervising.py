"""A ticket under supervision (督办) is given another director."""

from datetime import datetime

from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind as NoticeKind
from opinions.models import Director, Hop, Opinion, Supervision
from opinions.permissions import at_its_centre
from opinions.services.since import hops_since, told_in_words
from opinions.services.telling import holders_of
from opinions.states import ENDED
from opinions.workflow import CHANGE_DIRECTOR

LONGEST_REASON = 200


@transaction.atomic
def change_director(
    *, opinion: Opinion, director: Director | None, reason: str, actor, at: datetime, version: int | None = None
) -> Supervision:
    """Put the ticket under another director (督办领导), or under a first one; its state and its time stay as they are.

    Raises NotAllowed for anybody but the county, Conflict for a ticket that is not under supervision or has ended,
    StaleVersion where it has moved on since `version`, DomainError without a director in office or a reason.
    """
    ticket = Opinion.objects.select_for_update(of=("self",)).get(pk=opinion.pk)
    if not at_its_centre(actor, ticket):
        raise NotAllowed("督办领导由县人大办公室登记,需要改换的话请联系他们。")
    row = Supervision.objects.select_related("director").filter(opinion=ticket).first()
    if row is None or ticket.state in ENDED:
        why = "没有列入督办" if row is None else "已经结束"
        raise Conflict(f"{ticket.number}{why},不能改换督办领导。", state=ticket.state)
    if version is not None and version != ticket.version:
        since = told_in_words(hops_since(ticket, version), actor)
        raise StaleVersion(f"{since},请看过最新情况再决定。", state=ticket.state, version=ticket.version, seen=version)
    reason = _checked(row, ticket, director, reason)
    before, row.director = row.director, director
    row.save(update_fields=["director"])
    _write_down(ticket, f"由{before or '没有指定'}改为{director}:{reason}", actor, at)
    audit.record(CHANGE_DIRECTOR, actor=actor, target=ticket, at=at, before=str(before or ""), after=str(director))
    others = [user for user in holders_of(ticket, at) if user != actor]
    text = f"{ticket.full_number}改由{director}督办,请按要求办理。"
    notify(kind=NoticeKind.TICKET, users=others, text=text, link=ticket.page, at=at)
    return row


def _checked(row: Supervision, ticket: Opinion, director: Director | None, reason: str) -> str:
    problems, reason = {}, reason.strip()
    if director is None or not director.is_active or director.county_id != ticket.county_id:
        problems["director"] = "请选在任的督办领导"
    elif director.pk == row.director_id:
        problems["director"] = f"现在就由{director}督办,请选别的领导"
    if not reason:
        problems["reason"] = "请写改换的原因"
    elif len(reason) > LONGEST_REASON:
        problems["reason"] = f"原因请控制在{LONGEST_REASON}字以内"
    if problems:
        raise DomainError(";".join(problems.values()) + "。", fields=problems)
    return reason


def _write_down(ticket: Opinion, note: str, actor, at: datetime) -> None:
    """A hop without a change of state: the history says who supervises since when."""
    ticket.version += 1
    ticket.save(update_fields=["version"])
    Hop.objects.create(
        opinion=ticket, move=CHANGE_DIRECTOR, from_state=ticket.state, to_state=ticket.state, actor=actor, at=at,
        standing_in_for_id=audit.stood_in_for(actor), place_id=ticket.holder_station_id,
        department_id=ticket.holder_department_id, note=note, due_on=ticket.due_on, version=ticket.version,
    )  # fmt: skip
