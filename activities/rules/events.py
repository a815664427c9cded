"""Which activities a place may hold, and how far ahead."""

from datetime import date

from activities.states import ActivityKind
from stations.states import Level


def kinds_at(level: str) -> list[str]:
    """The kinds of activities that a place of this level holds: sessions of the congress are the county's."""
    return [kind for kind in ActivityKind.values if kind != ActivityKind.CONGRESS or level == Level.CENTRE]


def last_activity_day(today: date) -> date:
    """Activities are planned until the end of next year."""
    return date(today.year + 1, 12, 31)
