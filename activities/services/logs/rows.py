"""What was typed for one branch and day, as the services take it."""

from dataclasses import dataclass, field

from activities.models import DutyLog
from activities.states import Category, Form
from deputies.models import Deputy
from stations.models import Station

MOST_RECEIVED = 999


@dataclass
class Matter:
    """One thing a villager asked for, as written in a log. `deputy`: who took it up (default: first present)."""

    text: str
    category: str = Category.OTHER
    deputy: Deputy | None = None
    villager_name: str = ""
    villager_phone: str = ""
    villager_village: str = ""
    confidential: bool = False


@dataclass
class SundayRow:
    """What was typed for one branch on one day. `attendance` maps a deputy to a Presence."""

    branch: Station
    attendance: dict[Deputy, str]
    received: int = 0
    form: str = Form.ONSITE
    households: int = 0
    leaflets: int = 0
    summary: str = ""
    matters: list[Matter] = field(default_factory=list)
    not_held_reason: str = ""


@dataclass
class FiledLog:
    """A filed log with the opinions that were registered from it."""

    log: DutyLog
    opinions: list
