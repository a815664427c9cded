"""How long a ticket may stay in a state: the county's table and the due day that follows from it."""

from datetime import date, timedelta

from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.working_days import Calendar
from opinions.models import Opinion, Term
from opinions.rules import LONGEST_TERM_IN_DAYS, due_day
from opinions.states import Kind, State, Unit
from stations.models import Station
from stations.permissions import holds
from stations.states import Right

# domain.md §4; (kind, state, amount, unit, statutory)
DEFAULT_TERMS = (
    (Kind.OPINION, State.REGISTERED, 3, Unit.WORKING_DAY, False),
    (Kind.OPINION, State.AT_BRANCH, 5, Unit.WORKING_DAY, False),
    (Kind.OPINION, State.AT_STATION, 10, Unit.WORKING_DAY, False),
    (Kind.OPINION, State.AT_CENTRE, 3, Unit.WORKING_DAY, False),
    (Kind.OPINION, State.AT_DEPARTMENT, 15, Unit.WORKING_DAY, False),
    (Kind.OPINION, State.REPLIED, 3, Unit.WORKING_DAY, False),
    (Kind.OPINION, State.TOLD, 10, Unit.WORKING_DAY, False),
    (Kind.OPINION, State.REWORKING, 15, Unit.WORKING_DAY, False),
    (Kind.SUGGESTION, State.REGISTERED, 3, Unit.WORKING_DAY, False),
    (Kind.SUGGESTION, State.AT_STATION, 3, Unit.WORKING_DAY, False),
    (Kind.SUGGESTION, State.AT_CENTRE, 10, Unit.WORKING_DAY, False),
    (Kind.SUGGESTION, State.AT_DEPARTMENT, 3, Unit.MONTH, True),
    (Kind.SUGGESTION, State.REPLIED, 3, Unit.WORKING_DAY, False),
    (Kind.SUGGESTION, State.TOLD, 10, Unit.WORKING_DAY, False),
    (Kind.SUGGESTION, State.REWORKING, 1, Unit.MONTH, False),
)


@transaction.atomic
def set_default_terms(*, county: Station, actor) -> int:
    """Give a county the default terms it does not have yet; returns how many were added."""
    had = set(Term.objects.filter(county=county).values_list("kind", "state"))
    new = [row for row in DEFAULT_TERMS if (row[0], row[1]) not in had]
    Term.objects.bulk_create(
        Term(county=county, kind=kind, state=state, amount=amount, unit=unit, statutory=statutory)
        for kind, state, amount, unit, statutory in new
    )
    audit.record("set_default_terms", actor=actor, target=county, added=len(new))
    return len(new)


@transaction.atomic
def set_term(*, term: Term, amount: int, actor) -> Term:
    """Change how long a state may last; running tickets keep the day they were given."""
    if not holds(actor, Right.SET_RULES, term.county_id):
        raise NotAllowed("办理期限由县级管理员设置。")
    before, term.amount = term.amount, amount
    term.full_clean()
    term.save(update_fields=["amount"])
    audit.record("set_term", actor=actor, target=term.county, term=str(term), before=before, after=amount)
    return term


def due_on_for(opinion: Opinion, state: str, start: date) -> date | None:
    """Return the due day of `opinion` entering `state` on `start`; None for a state without a term."""
    term = Term.objects.filter(county=opinion.county_id, kind=opinion.kind, state=state).first()
    if term is None:
        return None
    calendar = Calendar.load(start, start + timedelta(days=LONGEST_TERM_IN_DAYS))
    return due_day(start=start, amount=term.amount, unit=term.unit, calendar=calendar)
