"""What is known of some branches on one day before anything is typed; each part read once for all of them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch

from activities.models import Attendance, DutyLog, Leave, SheetDraft, Shift
from activities.services.logs.limits import closed_reasons
from deputies.models import Deputy, Membership
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from stations.models import Station


@dataclass
class KnownDay:
    """Everything by the branch's key: its shift, where that was moved to, its logs, members, draft, why it is closed.

    `leaves` maps a deputy's key to the kind of an approved leave of that day.
    """

    shifts: dict[int, Shift]
    moved: dict[int, Shift]
    logs: dict[int, list[DutyLog]]
    members: dict[int, list[Deputy]]
    places: list[Station]
    leaves: dict[int, str]
    drafts: dict[int, SheetDraft]
    closed: dict[int, str]

    @classmethod
    def load(cls, user, branches: list[Station], day: date, at: datetime) -> "KnownDay":
        """Read the day; the number of queries does not depend on the number of branches.

        A day still to come shows whom `user` may know of: a draft is for those who plan it.
        """
        shifts = Shift.objects.around(branches, day).prefetch_related("places__deputy")
        shifts = list(shifts.visible_to(user) if day > today_here(at) else shifts)
        here = {shift.branch_id: shift for shift in shifts if shift.date == day}
        members, places = _members(branches, day)
        drafts = SheetDraft.objects.filter(branch__in=branches, date=day).select_related("saved_by")
        return cls(
            shifts=here,
            moved={shift.branch_id: shift for shift in shifts if shift.branch_id not in here},
            logs=_logs(branches, day),
            members=members,
            places=places,
            leaves=_leaves({deputy.pk for deputies in members.values() for deputy in deputies}, day),
            drafts={draft.branch_id: draft for draft in drafts},
            closed=closed_reasons(branches, day, at),
        )

    def near(self, branch: Station) -> list[tuple[Station, list[Deputy]]]:
        """The other branches of the same station in official order, with their members."""
        return [
            (other, self.members[other.pk])
            for other in self.places
            if other.parent_id == branch.parent_id and other.pk != branch.pk
        ]


def _logs(branches: list[Station], day: date) -> dict[int, list[DutyLog]]:
    rows = DutyLog.objects.valid().filter(branch__in=branches, date=day).select_related("recorder", "register").order_by("pk")
    attendance = Attendance.objects.select_related("deputy", "stands_in_for")
    found: dict[int, list[DutyLog]] = {}
    # The sealed columns are not even read: nobody needs a villager's name on this page.
    opinions = Opinion.objects.defer("villager_name", "villager_phone").select_related("register").order_by("pk")
    for log in rows.prefetch_related(Prefetch("attendance", attendance), Prefetch("opinions", opinions)):
        found.setdefault(log.branch_id, []).append(log)
    return found


def _members(branches: Iterable[Station], day: date) -> tuple[dict[int, list[Deputy]], list[Station]]:
    """Return the members of every branch of the stations concerned, and those branches in official order."""
    stations = {branch.parent_id for branch in branches}
    rows = Membership.objects.in_force(day).filter(branch__parent__in=stations).heads_first()
    members: dict[int, list[Deputy]] = {}
    by_branch: dict[int, Station] = {}
    for row in rows.select_related("deputy", "branch"):
        by_branch[row.branch_id] = row.branch
        members.setdefault(row.branch_id, []).append(row.deputy)
    return members, sorted(by_branch.values(), key=lambda branch: (branch.official_order, branch.code))


def _leaves(deputies: Collection[int], day: date) -> dict[int, str]:
    rows = Leave.objects.approved().from_duty().overlapping(day, day).filter(deputy__in=deputies)
    return dict(rows.values_list("deputy", "kind"))
