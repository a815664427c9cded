"""Taking in what is handed over as a list: the suggestions of a congress session, opinions collected elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from deputies.models import Deputy
from julu_liaison.common.announcing import announce
from julu_liaison.common.errors import DomainError, NotAllowed
from opinions.models import Opinion
from opinions.permissions import can_take_in
from opinions.services.moving import move_opinion
from opinions.services.registering import checked_text, enter_register
from opinions.services.suggestions.cosigning import add_cosigners
from opinions.services.suggestions.filing import add_detail
from opinions.services.suggestions.numbering import number_suggestion
from opinions.signals import opinion_moved
from opinions.states import Kind, State
from stations.models import Department, Station
from stations.services import hold_place


@dataclass(frozen=True)
class HandedIn:
    """One line of such a list. `on`: the day it was raised; `original_number`: what it was called where it comes from."""

    kind: str
    branch: Station
    deputy: Deputy | None
    title: str
    text: str
    category: str
    on: date
    is_motion: bool = False
    cosigners: Sequence[Deputy] = ()
    may_publish: bool = True
    department: Department | None = None
    assisting: Sequence[Department] = ()
    original_number: str = ""


@transaction.atomic
def take_in(*, entry: HandedIn, actor, at: datetime) -> Opinion:
    """Register one line and take it as far as the county itself may.

    A suggestion that the congress hands to the county was checked by its secretariat: it begins at the centre with its
    number of the session and the signatures on the paper, and is transferred where a department is named. An opinion
    begins as registered: accepting and escalating it are the station's, so a department named for it waits until then.
    Raises NotAllowed for anybody but the county, DomainError for what the register or the workflow refuses.
    """
    if not can_take_in(actor, entry.branch.county_id):
        raise NotAllowed("成批的建议和意见由县人大办公室登记,请联系他们。")
    branch = hold_place(entry.branch)
    if branch.closed_on:
        raise DomainError(f"{branch.full_name}已经撤销,请改成现在的分站。", fields={"branch": "已经撤销"})
    opinion = Opinion(
        kind=entry.kind, title=entry.title, text=checked_text(entry.text), category=entry.category, deputy=entry.deputy
    )
    note = f"原编号{entry.original_number}" if entry.original_number else ""
    if entry.kind == Kind.OPINION:
        return enter_register(opinion, branch, State.REGISTERED, branch.parent, actor, at, on=entry.on, note=note)
    enter_register(opinion, branch, State.AT_CENTRE, branch.parent.parent, actor, at, on=entry.on, note=note)
    _write_formal_side(opinion, entry, actor, at)
    if entry.department is None:
        return opinion
    return move_opinion(
        opinion=opinion, move="transfer", actor=actor, at=at, department=entry.department,
        assisting=list(entry.assisting),
    )  # fmt: skip


def score_taken_in(*, tickets: Iterable[Opinion]) -> None:
    """Tell once, after all of a list is taken in, whose points it can change; for tickets made inside `bulk_load`."""
    by_year: dict[int, set[int]] = {}
    last: dict[int, Opinion] = {}
    for ticket in tickets:
        year = ticket.registered_on.year
        signed = ticket.cosigners.values_list("deputy", flat=True) if ticket.kind == Kind.SUGGESTION else ()
        by_year.setdefault(year, set()).update(key for key in (ticket.deputy_id, *signed) if key)
        last[year] = ticket
    for year, keys in by_year.items():
        announce(opinion_moved, sender=Opinion, opinion=last[year], move="register", deputy_ids=sorted(keys), year=year)


def _write_formal_side(opinion: Opinion, entry: HandedIn, actor, at: datetime) -> None:
    """Its session is the one of the day it was raised; whoever signed the paper has confirmed."""
    raised = timezone.make_aware(datetime.combine(entry.on, time(12)))
    add_detail(opinion, at=raised, is_motion=entry.is_motion, may_publish=entry.may_publish)
    number_suggestion(opinion=opinion)
    add_cosigners(opinion, entry.cosigners, actor=actor, at=at, on_paper=True)
