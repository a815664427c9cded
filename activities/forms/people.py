"""The deputies in a row of the sheet: those rostered, and those who stood in."""

from dataclasses import dataclass

from activities.states import Presence
from deputies.models import Deputy

LEAVE = "leave"
CHOICES = (Presence.PRESENT, LEAVE, Presence.ABSENT, Presence.LATE, Presence.LEFT_EARLY)


@dataclass
class Person:
    """One rostered deputy's cell: what was chosen (`present`, `leave`, …; "" for not yet) and the kind of leave.

    `preset` is the kind of an approved leave; left as it is, it doesn't make the row a typed one.
    """

    deputy: Deputy
    name: str
    choice: str = ""
    leave: str = Presence.PRIVATE_LEAVE
    preset: str = ""

    @property
    def status(self) -> str:
        """The Presence that was chosen, or an empty string."""
        return self.leave if self.choice == LEAVE else self.choice

    @property
    def is_touched(self) -> bool:
        return bool(self.choice) and self.status != self.preset

    @property
    def more_label(self) -> str:
        """迟到 or 早退, which stand in the folded cell."""
        return Presence(self.choice).label if self.choice in (Presence.LATE, Presence.LEFT_EARLY) else ""


@dataclass
class StandIn:
    """One select of a deputy who stood in, and the select beside it: for whom."""

    index: int
    deputy: Deputy | None = None
    replaced: Deputy | None = None


@dataclass
class Released:
    """A deputy whose approved leave took them off the roster of this day."""

    deputy: Deputy
    kind: str

    @property
    def label(self) -> str:
        return Presence(self.kind).label
