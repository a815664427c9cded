"""Whom the sweep tells: the people at each place and department, all read at once."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from opinions.states import Alert
from stations.models import Posting
from stations.states import COUNTY_ROLES, Role

TOLD_ROLES = (Role.BRANCH_HEAD, Role.CLERK, *COUNTY_ROLES, Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)


@dataclass(frozen=True)
class Watch:
    """Who is concerned by one clock, by key: the department or the place that has to act, the ticket's places, and the
    account of its deputy where telling the villager is the deputy's to do."""

    department: int | None
    place: int | None
    branch: int
    station: int
    county: int
    deputy: int | None


class Watchers:
    """Accounts by role and place (or department)."""

    def __init__(self, by_role: dict[tuple[str, int], set[int]]):
        self.by_role = by_role

    @classmethod
    def on(cls, day: date) -> "Watchers":
        """Everybody who serves on the day, in one query."""
        rows = Posting.objects.in_force(day).filter(role__in=TOLD_ROLES, user__is_active=True)
        found: dict[tuple[str, int], set[int]] = defaultdict(set)
        for user, role, station, department in rows.values_list("user", "role", "station", "department"):
            found[role, station or department].add(user)
        return cls(found)

    def at(self, key: int | None, *roles: str) -> set[int]:
        return set().union(*(self.by_role.get((role, key), set()) for role in roles if key is not None))

    def holders(self, watch: Watch, level: Alert) -> set[int]:
        """Who has to act: the officers, with their head from the due day on; or the place's head, clerks or staff.

        Where a branch has no head with an account, the station's clerks, who do its moves too.
        """
        if watch.department:
            officers = self.at(watch.department, Role.DEPARTMENT_OFFICER)
            if officers and level < Alert.DUE:
                return officers
            return officers | self.at(watch.department, Role.DEPARTMENT_HEAD)
        deputy = {watch.deputy} if watch.deputy is not None else set()
        if watch.place == watch.branch:
            return deputy | (self.at(watch.branch, Role.BRANCH_HEAD) or self._clerks(watch))
        return deputy | (self._clerks(watch) if watch.place == watch.station else self._county(watch))

    def above(self, watch: Watch) -> set[int]:
        """Who is told that it is overdue: the station's clerks of their branches, the county of all others."""
        if not watch.department and watch.place == watch.branch:
            return self._clerks(watch)
        return self._county(watch)

    def _clerks(self, watch: Watch) -> set[int]:
        return self.at(watch.station, Role.CLERK)

    def _county(self, watch: Watch) -> set[int]:
        return self.at(watch.county, *COUNTY_ROLES)
