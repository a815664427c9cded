"""The one writer of a request's state: corrected, let go, promised for the end of the matter, refused, taken back."""

from datetime import datetime

from django.db import transaction

from activities.services.visits.forgetting import checked_person, rewrite_visitor
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.personal_data import demand_how
from julu_liaison.common.texts import clean_text
from opinions.models import Opinion, VillagerRequest
from opinions.permissions import can_settle_villager
from opinions.rules.asked import ASKED_MOVES, needs_contact
from opinions.services.forgetting import forget
from opinions.services.villagers.asking import NOTHING_LEFT, hold_ticket, open_request
from opinions.states import AskedFor, AskedState

LONGEST_ANSWER = 200
NOT_YOURS = "群众的信息由分站站长、联络站和县人大办公室更正、删去。"


@transaction.atomic
def settle_request(
    *, request: VillagerRequest, move: str, actor, at: datetime, version: int | None = None, note: str = "",
    who: dict[str, str] | None = None, how: str = "",
) -> VillagerRequest:  # fmt: skip
    """Make `move` of `opinions.rules.asked` with a request; `who` is what is right, for `correct`; `how` it was put forward
    at the desk, for the trail.

    `actor` None is the system, which keeps promises. The villager reads what came of it, `note` included, behind the
    link. Checked in this order: Conflict, NotAllowed, StaleVersion, DomainError.
    """
    ticket = hold_ticket(request.opinion)
    row = VillagerRequest.objects.select_for_update(of=("self",)).select_related("decided_by").get(pk=request.pk)
    row.opinion = ticket
    step = ASKED_MOVES.get(move)
    if step is None:
        raise DomainError("没有这一步,请刷新页面再试。")
    if row.state not in step.sources or not step.fits(row):
        raise _not_open(row, step.label)
    if actor is not None and not step.allowed(actor, row):
        raise NotAllowed(NOT_YOURS)
    if version is not None and version != row.version:
        raise StaleVersion("这个要求刚有人办过,请看过最新情况再办。", version=row.version)
    answer = _checked_answer(note, "note" in step.needs)
    columns = _rewrite(ticket, who or {}) if step.name == "correct" else []
    row.state, row.said, row.answer, row.version = AskedState(str(step.target)), "", answer, row.version + 1
    row.decided_by, row.decided_at = actor, at
    row.save(update_fields=["state", "said", "answer", "version", "decided_by", "decided_at"])
    audit.record(
        f"{step.name}_villager_data", actor=actor, target=ticket, at=at, number=ticket.number, kind=row.kind, how=how or row.how,
        fields=columns,
    )  # fmt: skip
    if step.name == "forget":
        _forget_wholly(ticket, actor, at)
    return row


@transaction.atomic
def settle_at_desk(
    *, opinion: Opinion, kind: str, how: str, actor, at: datetime, who: dict[str, str] | None = None
) -> VillagerRequest:
    """Do at once what the villager asks for in person, by phone or letter (`how`, one of ASKED_HOW), without the link.

    A request of the same kind that waits is settled with it. A matter that goes on keeps the phone: it is promised for
    the end. Raises NotAllowed, Conflict where nothing is known, DomainError.
    """
    ticket = hold_ticket(opinion)
    if not can_settle_villager(actor, ticket):
        raise NotAllowed(NOT_YOURS)
    demand_how(how)
    if not (ticket.villager_name or ticket.villager_phone or ticket.villager_village) and kind == AskedFor.FORGET:
        raise Conflict(NOTHING_LEFT)
    waiting = VillagerRequest.objects.open().filter(opinion=ticket, kind=kind).first()
    request = waiting or open_request(opinion=ticket, kind=kind, how=how, asked_by=actor, at=at)
    move = "correct" if kind == AskedFor.CORRECT else "promise" if needs_contact(ticket) else "forget"
    return settle_request(request=request, move=move, actor=actor, at=at, who=who, how=how)


def keep_promises(*, at: datetime) -> int:
    """Let go of the villagers to whom that was promised for the end of a matter which has ended; returns how many.

    Each in its own transaction, so that it can be stopped and repeated; one that somebody else settles meanwhile is left.
    """
    kept = 0
    for request in VillagerRequest.objects.promised().select_related("opinion").order_by("pk"):
        try:
            settle_request(request=request, move="forget", actor=None, at=at)
        except Conflict:
            continue
        kept += 1
    return kept


def _not_open(row: VillagerRequest, label: str) -> Conflict:
    if row.state == AskedState.PROMISED and label.startswith("办结"):
        return Conflict("已经答应办结以后删去了,到时候自动删去,不用再点。")
    if row.kind == AskedFor.FORGET and row.state in (AskedState.ASKED, AskedState.PROMISED):
        return Conflict("办理的情况变了,请看过最新情况再办。", state=row.state)
    return Conflict(f"这个要求现在是“{row.get_state_display()}”,不能再{label}。", state=row.state)


def _checked_answer(note: str, is_needed: bool) -> str:
    answer = clean_text(note)
    if is_needed and not answer:
        raise DomainError("请写明为什么不同意,群众会看到。", fields={"note": "请写明为什么不同意"})
    if len(answer) > LONGEST_ANSWER:
        raise DomainError(f"最多{LONGEST_ANSWER}个字。", fields={"note": f"最多{LONGEST_ANSWER}个字"})
    return answer


def _rewrite(ticket: Opinion, who: dict[str, str]) -> list[str]:
    """Write what is right to the ticket and the visit behind it; returns the columns."""
    changes = checked_person(who)
    Opinion.objects.filter(pk=ticket.pk).update(**changes)
    if ticket.visit_id:
        rewrite_visitor(visit_id=ticket.visit_id, who=changes)
    return sorted(changes)


def _forget_wholly(ticket: Opinion, actor, at: datetime) -> None:
    """On request also where they live goes: a word with which a neighbour would know them."""
    forget(tickets=[ticket.pk], actor=actor, at=at, why="request")
    Opinion.objects.filter(pk=ticket.pk).update(villager_village="")
    if ticket.visit_id:
        rewrite_visitor(visit_id=ticket.visit_id, who={"villager_village": "", "villager_sex": ""})
