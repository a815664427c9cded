"""Who has to act on a claim or an appeal now, and so is told of it."""

from datetime import date, datetime
from typing import Any

from julu_liaison.common.working_days import today_here
from scoring.models import Appeal, BonusClaim
from scoring.states import CLAIM_OPEN, AppealState, ClaimState
from stations.models import Posting
from stations.permissions import roles_with
from stations.states import Right


class Addressees:
    """Answers for many claims and appeals of one day; the people of a place are read once."""

    def __init__(self, at: datetime):
        self.on: date = today_here(at)
        self._known: dict[tuple[Right, int], list[Any]] = {}

    def who_acts(self, question: BonusClaim | Appeal) -> list[Any]:
        """The accounts that can do the next step; never whoever did the one before, nor the deputy for themselves."""
        if isinstance(question, Appeal):
            return self._who_answers(question) if question.state == AppealState.RAISED else []
        if question.state not in CLAIM_OPEN:
            return []
        if question.state == ClaimState.RETURNED:
            return who_claimed(question)
        if question.state == ClaimState.CHECKED:
            return self._others(question, Right.DECIDE_POINTS, question.county_id)
        return self._others(question, Right.CHECK_CLAIMS, question.station_id) or self._others(
            question, Right.CHECK_CLAIMS, question.county_id
        )

    def _who_answers(self, appeal: Appeal) -> list[Any]:
        without = {appeal.raised_by_id, appeal.deputy.user_id}
        return [user for user in self._holding(Right.DECIDE_POINTS, appeal.county_id) if user.pk not in without]

    def _others(self, claim: BonusClaim, right: Right, place: int) -> list[Any]:
        without = {claim.claimed_by_id, claim.deputy.user_id}
        if claim.state == ClaimState.CHECKED:
            without.add(claim.checked_by_id)
        return [user for user in self._holding(right, place) if user.pk not in without]

    def _holding(self, right: Right, place: int) -> list[Any]:
        if (right, place) not in self._known:
            rows = Posting.objects.in_force(self.on).filter(station=place, role__in=roles_with(right))
            people = {row.user for row in rows.filter(user__is_active=True).select_related("user")}
            self._known[right, place] = sorted(people, key=lambda user: user.pk)
        return self._known[right, place]


def who_claimed(claim: BonusClaim) -> list[Any]:
    """The deputy, where they have an account, and whoever claimed it for them."""
    people = {claim.claimed_by, claim.deputy.user} - {None}
    return sorted(people, key=lambda user: user.pk)  # type: ignore[union-attr]
