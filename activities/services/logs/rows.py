"""What was typed for one branch and day, as the services take it."""

from dataclasses import dataclass, field
from datetime import time

from activities.models import DutyLog, Visit
from activities.states import Category, Form, Handling
from deputies.models import Deputy
from deputies.states import ServiceRole
from stations.models import Station

MOST_RECEIVED = 999


@dataclass
class Matter:
    """One thing a villager asked for, as written in a log. `deputy`: who took it up (default: first present).

    It becomes a ticket unless it was dealt with at once (`handling`) or refused, with where to go instead (`referral`).
    `visit`: its entry in the register of visits, once made.
    """

    text: str
    category: str = Category.OTHER
    deputy: Deputy | None = None
    villager_name: str = ""
    villager_phone: str = ""
    villager_village: str = ""
    confidential: bool = False
    villager_sex: str = ""
    people: int = 1
    request: str = ""
    came_at: time | None = None
    handling: str = Handling.OPINION
    refusal: str = ""
    referral: str = ""
    result: str = ""
    visit: Visit | None = None

    @property
    def becomes_opinion(self) -> bool:
        return self.handling == Handling.OPINION and not self.refusal


@dataclass
class SundayRow:
    """What was typed for one branch on one day. `attendance` maps a deputy to a Presence.

    `stands_in_for` maps a substitute to whoever they stood in for, where that is known.
    """

    branch: Station
    attendance: dict[Deputy, str]
    received: int = 0
    form: str = Form.ONSITE
    service_role: str = ServiceRole.LIAISON
    households: int = 0
    leaflets: int = 0
    summary: str = ""
    matters: list[Matter] = field(default_factory=list)
    not_held_reason: str = ""
    stands_in_for: dict[Deputy, Deputy] = field(default_factory=dict)


@dataclass
class FiledLog:
    """A filed log with the visits and the opinions that were registered from it."""

    log: DutyLog
    opinions: list
    visits: list[Visit] = field(default_factory=list)
