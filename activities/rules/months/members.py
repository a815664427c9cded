"""Who belonged where in a month: memberships, as far as a mandate was held, and exemptions from receptions."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from activities.models import Exemption
from activities.rules.months.figures import DeputyMonth
from activities.rules.months.spans import Span, common, covers, joined
from activities.states import Covers
from deputies.models import Mandate, Membership
from deputies.states import MembershipRole

ALWAYS = [(date.min, date.max)]  # of whom no mandate is on record: the record is behind, not the person


class Members:
    """The memberships that matter to one month (`month`: its first and last day), with two queries about their people.

    `reach`: the month and the receptions that count for it but were held before or after.
    """

    def __init__(self, memberships: list[Membership], *, month: Span, reach: Span):
        self.month, self.memberships = month, memberships
        self.by_deputy = defaultdict(list)
        for membership in memberships:
            self.by_deputy[membership.deputy_id].append(membership)
        self.seats, self.exempt = self._read_seats(), self._read_exemptions(reach)

    def _read_seats(self) -> dict[int, list[Span]]:
        """When each deputy held a mandate, of whatever level."""
        rows = Mandate.objects.filter(deputy__in=self.by_deputy).order_by()
        return _by_deputy(rows.values_list("deputy", "started_on", "ended_on"))

    def _read_exemptions(self, reach: Span) -> dict[int, list[Span]]:
        rows = Exemption.objects.overlapping(*reach).exclude(covers=Covers.ACTIVITIES)
        rows = rows.filter(deputy__in=self.by_deputy).order_by()
        return _by_deputy(rows.values_list("deputy", "started_on", "ended_on"))

    def branches_of(self, deputy: int, day: date) -> list[int]:
        """Keys of the branches where the deputy, then holding a mandate, was a member on the day."""
        if not covers(self.seats.get(deputy, ALWAYS), day):
            return []
        return [row.branch_id for row in self.by_deputy.get(deputy, ()) if covers([_span(row)], day)]

    def is_expectable(self, branch: int, day: date, deputy: int) -> bool:
        """Was the deputy a member of the branch that day and not exempt?"""
        return branch in self.branches_of(deputy, day) and not covers(self.exempt.get(deputy, ()), day)

    def rows(self) -> dict[tuple[int, int], DeputyMonth]:
        """A row for everyone who was a member of a branch, head first; one for each of two branches.

        By branch and deputy, `is_whole` as if the month were over.
        """
        terms = defaultdict(list)
        for membership in self.memberships:
            terms[membership.branch_id, membership.deputy_id].append(membership)
        rows = {key: self._row(memberships) for key, memberships in terms.items()}
        return dict(sorted(rows.items(), key=lambda item: item[1].role != MembershipRole.HEAD.label))

    def _row(self, memberships: list[Membership]) -> DeputyMonth:
        """A deputy's row at one branch; a change of role there makes a second membership, but no second row."""
        deputy = memberships[0].deputy
        there = common(map(_span, memberships), self.seats.get(deputy.pk, ALWAYS))
        month = common(there, [self.month])
        role, changes = self._role(memberships)
        note = ",".join([*self._limits(month or there), *changes])
        exempt = bool(common(self.exempt.get(deputy.pk, ()), [self.month]))
        return DeputyMonth(
            deputy.code, deputy.name, role, note, was_member=bool(month), is_whole=month == [self.month], is_exempt=exempt
        )  # fmt: skip

    def _limits(self, there: list[Span]) -> list[str]:
        """Since when and until when somebody was there, where that is not the whole month."""
        if not there:
            return []
        came, left = there[0][0], there[-1][1]
        words = [f"{_words(came)}起"] if came > self.month[0] else []
        return [*words, f"至{_words(left)}"] if left < self.month[1] else words

    def _role(self, memberships: list[Membership]) -> tuple[str, list[str]]:
        """The last role of the month, and in words when it changed in it."""
        rows = sorted(memberships, key=lambda row: row.started_on)
        rows = [row for row in rows if common([_span(row)], [self.month])] or rows
        changes = [
            f"{_words(row.started_on)}起任{MembershipRole(row.role).label}"
            for before, row in pairwise(rows)
            if row.role != before.role
        ]
        return MembershipRole(rows[-1].role).label, changes


def _by_deputy(rows: Iterable[tuple[int, date, date | None]]) -> dict[int, list[Span]]:
    spans = defaultdict(list)
    for deputy, start, end in rows:
        spans[deputy].append((start, end or date.max))
    return {deputy: joined(found) for deputy, found in spans.items()}


def _span(membership: Membership) -> Span:
    return membership.started_on, membership.ended_on or date.max


def _words(day: date) -> str:
    return f"{day.month}月{day.day}日"
