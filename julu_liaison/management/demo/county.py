"""What the parts of the demo pass on to each other: one county's places and people."""

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from deputies.models import Deputy
from julu_liaison.accounts.models import User
from opinions.models import Director
from stations.models import Department, Station

HERE = ZoneInfo("Asia/Shanghai")


def moment(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """Return an aware moment of `day` in the county."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=HERE)


@dataclass
class Demo:
    """One county: places in official order, accounts, and each branch's deputies (the head first).

    `villages` goes by branch code; `clerks` by the key of the township; `officers` and `chiefs` by department code
    without the county's prefix; `members` by the key of the branch.
    """

    centre: Station
    townships: list[Station]
    branches: list[Station]
    villages: dict[str, list[str]]
    admin: User
    staff: User
    prefix: str = ""
    departments: dict[str, Department] = field(default_factory=dict)
    clerks: dict[int, User] = field(default_factory=dict)
    officers: dict[str, User] = field(default_factory=dict)
    chiefs: dict[str, User] = field(default_factory=dict)
    members: dict[int, list[Deputy]] = field(default_factory=dict)
    directors: list[Director] = field(default_factory=list)

    def branch(self, code: str) -> Station:
        return next(branch for branch in self.branches if branch.code == self.prefix + code)

    def branches_of(self, township: Station) -> list[Station]:
        return [branch for branch in self.branches if branch.parent_id == township.pk]

    def deputies_of(self, township: Station) -> list[Deputy]:
        return [deputy for branch in self.branches_of(township) for deputy in self.members[branch.pk]]

    @property
    def accounts(self) -> list[User]:
        """Everybody who has one, deputies included."""
        workers = [self.admin, self.staff, *self.clerks.values(), *self.officers.values(), *self.chiefs.values()]
        return workers + [deputy.user for people in self.members.values() for deputy in people if deputy.user]

    def clerk_of(self, branch: Station) -> User:
        return self.clerks[branch.parent_id]
