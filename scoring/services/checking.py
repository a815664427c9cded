"""Whether claims and appeals stand where their branch stands, and as their history says: a report for `check_data`."""

from collections.abc import Iterator

from django.db.models import F, OuterRef, Subquery

from activities.services.checking import misplaced_rows
from scoring.models import Appeal, BonusClaim, ClaimStep
from scoring.states import CLAIM_OPEN


def question_problems() -> list[str]:
    """Return what is wrong with claims and appeals, one sentence each."""
    return [*misplaced_rows(BonusClaim, "加分申报"), *misplaced_rows(Appeal, "复核"), *_untold(), *_without_term()]


def _untold() -> Iterator[str]:
    """Claims whose state is not that of the last step of their history."""
    last = ClaimStep.objects.filter(claim=OuterRef("pk")).order_by("-pk").values("state")[:1]
    for claim in BonusClaim.objects.annotate(last=Subquery(last)).exclude(state=F("last")).order_by("pk"):
        yield f"加分申报 {claim.uid}: 状态“{claim.get_state_display()}”与办理过程不一致"


def _without_term() -> Iterator[str]:
    """Open claims that nobody would be reminded of, and ended ones that somebody would."""
    for claim in BonusClaim.objects.filter(state__in=CLAIM_OPEN, due_on=None).order_by("pk"):
        yield f"加分申报 {claim.uid}: 没有期限"
    for claim in BonusClaim.objects.exclude(state__in=CLAIM_OPEN).exclude(due_on=None).order_by("pk"):
        yield f"加分申报 {claim.uid}: 已经办完,还有期限"
