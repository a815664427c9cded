"""How long a stage may last: the county's table (办理期限)."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from julu_liaison.common import audit
from opinions.models import Opinion, Term
from opinions.states import Kind, Stage, Unit
from stations.models import Station

EVER = date(2000, 1, 1)  # from when on the default terms count
# docs/domain.md §4; (kind, stage, amount, unit, longest extension, statutory)
DEFAULT_TERMS = (
    (Kind.OPINION, Stage.REGISTERED, 3, Unit.WORKING_DAY, 0, False),
    (Kind.OPINION, Stage.AT_BRANCH, 5, Unit.WORKING_DAY, 0, False),
    (Kind.OPINION, Stage.AT_STATION, 10, Unit.WORKING_DAY, 0, False),
    (Kind.OPINION, Stage.AT_CENTRE, 3, Unit.WORKING_DAY, 0, False),
    (Kind.OPINION, Stage.AT_DEPARTMENT, 15, Unit.WORKING_DAY, 15, False),
    (Kind.OPINION, Stage.SIGN_FOR, 5, Unit.WORKING_DAY, 0, False),
    (Kind.OPINION, Stage.ASSIST, 10, Unit.WORKING_DAY, 0, False),
    (Kind.OPINION, Stage.REPLIED, 3, Unit.WORKING_DAY, 0, False),
    (Kind.OPINION, Stage.TOLD, 10, Unit.WORKING_DAY, 0, False),
    (Kind.OPINION, Stage.REWORKING, 15, Unit.WORKING_DAY, 0, False),
    (Kind.OPINION, Stage.FOLLOW_UP, 10, Unit.WORKING_DAY, 0, False),
    (Kind.SUGGESTION, Stage.REGISTERED, 3, Unit.WORKING_DAY, 0, False),
    (Kind.SUGGESTION, Stage.AT_STATION, 3, Unit.WORKING_DAY, 0, False),
    (Kind.SUGGESTION, Stage.AT_CENTRE, 10, Unit.WORKING_DAY, 0, False),
    (Kind.SUGGESTION, Stage.AT_DEPARTMENT, 3, Unit.MONTH, 3, True),
    (Kind.SUGGESTION, Stage.SIGN_FOR, 10, Unit.WORKING_DAY, 0, True),
    (Kind.SUGGESTION, Stage.ASSIST, 1, Unit.MONTH, 0, False),
    (Kind.SUGGESTION, Stage.REPLIED, 3, Unit.WORKING_DAY, 0, False),
    (Kind.SUGGESTION, Stage.TOLD, 10, Unit.WORKING_DAY, 0, False),
    (Kind.SUGGESTION, Stage.REWORKING, 1, Unit.MONTH, 0, False),
    (Kind.SUGGESTION, Stage.FOLLOW_UP, 10, Unit.WORKING_DAY, 0, False),
)


@transaction.atomic
def set_default_terms(*, county: Station, actor) -> int:
    """Give a county the default terms it does not have yet; returns how many were added."""
    had = set(Term.objects.filter(county=county).values_list("kind", "stage"))
    new = [row for row in DEFAULT_TERMS if (row[0], row[1]) not in had]
    Term.objects.bulk_create(
        Term(
            county=county, kind=kind, stage=stage, starts_on=EVER, amount=amount, unit=unit,
            longest_extension=longest, statutory=statutory,
        )
        for kind, stage, amount, unit, longest, statutory in new
    )  # fmt: skip
    audit.record("set_default_terms", actor=actor, target=county, added=len(new))
    return len(new)


def term_for(*, opinion: Opinion, stage: str, on: date) -> Term | None:
    """Return the term that a clock of `opinion` started on the day `on` runs by; None where the county has none."""
    rows = Term.objects.filter(county=opinion.county_id, kind=opinion.kind, stage=stage)
    return governing(rows, category=opinion.category, on=on)


def governing(terms: Iterable[Term], *, category: str, on: date) -> Term | None:
    """Return which of a stage's terms a clock started on the day `on` runs by: its category's before the general one,
    the latest of those in force that day; None for none."""
    fitting = [term for term in terms if term.starts_on <= on and term.category in ("", category)]
    return max(fitting, key=lambda term: (term.category != "", term.starts_on), default=None)
