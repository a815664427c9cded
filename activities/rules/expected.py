"""Who is expected at an activity, and how many of them came. Pure: facts of one day come in, sentences and sums go out.

Expected (应到) is decided person by person on the activity's own day: mandate, membership and exemption, and for a
voluntary activity the deputy's own word. Leave takes nobody out of the expected: it is counted apart.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from activities.states import AWAY, ON_LEAVE, Presence

NO_MANDATE = "这一天没有代表资格"
NO_MEMBERSHIP = "这一天不属于举办单位"
EXEMPT = "免除参加活动"
NOT_SIGNED_UP = "自愿参加,没有报名"
UNASKED = "没有通知,自己来的"


def why_not_expected(*, has_mandate: bool, is_member: bool, is_exempt: bool, required: bool, signed_up: bool) -> str:
    """Return why somebody who was asked need not come; nothing for who is expected."""
    if not has_mandate:
        return NO_MANDATE
    if not is_member:
        return NO_MEMBERSHIP
    if is_exempt:
        return EXEMPT
    return "" if required or signed_up else NOT_SIGNED_UP


class Line(NamedTuple):
    """What is known of one deputy (or of `times` alike) at an activity. `stood_in`: somebody else came for them."""

    expected: bool
    status: str
    stood_in: bool = False
    times: int = 1


@dataclass
class Tally:
    """An activity in figures: every expected person is counted in exactly one of the others.

    `expected` = `present` + `late` + `left_early` + `on_leave` + `absent` + `substituted` + `unset`. `unasked` came
    without being expected, as substitutes or of themselves, and is in no other figure. `leave`: by kind.
    """

    expected: int = 0
    present: int = 0
    late: int = 0
    left_early: int = 0
    absent: int = 0
    substituted: int = 0
    unset: int = 0
    unasked: int = 0
    leave: Counter = field(default_factory=Counter)

    @property
    def on_leave(self) -> int:
        return sum(self.leave.values())

    @property
    def came(self) -> int:
        """Everybody who was there."""
        return self.present + self.late + self.left_early + self.unasked

    @property
    def leave_words(self) -> str:
        """病假1人、公假2人"""
        return "、".join(f"{kind.label}{self.leave[kind]}人" for kind in ON_LEAVE if self.leave[kind])


COLUMNS = {
    Presence.PRESENT: "present", Presence.SUBSTITUTE: "present", Presence.LATE: "late",
    Presence.LEFT_EARLY: "left_early", Presence.ABSENT: "absent",
}  # fmt: skip


def tally(lines: Iterable[Line]) -> Tally:
    """Count the lines of one activity."""
    found = Tally()
    for line in lines:
        if not line.expected:
            found.unasked += line.times if line.status and line.status not in AWAY else 0
            continue
        found.expected += line.times
        if line.status in ON_LEAVE:
            found.leave[Presence(line.status)] += line.times
        else:
            column = _column(line)
            setattr(found, column, getattr(found, column) + line.times)
    return found


def _column(line: Line) -> str:
    if line.stood_in and line.status in ("", Presence.ABSENT):
        return "substituted"
    return COLUMNS[Presence(line.status)] if line.status else "unset"
