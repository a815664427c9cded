"""Absences from sessions of the county's congress without leave (缺席预警): people are told, nothing else happens.

Two such absences end a mandate by statute, by decision of the people whom the law names. The system never changes
a mandate, an account or a membership because of it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from activities.models import Activity
from activities.services.addressees import tell_deputies
from deputies.models import Deputy, Mandate
from deputies.states import MandateLevel
from julu_liaison.common import audit
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from scoring.models import AbsenceAlert
from scoring.rules.absences import Session
from scoring.services.absences import absences_from, meetings_of_congress, sessions_of
from scoring.services.ledger.posting import lock_people
from stations.models import Posting, Station
from stations.states import COUNTY_ROLES

LIMIT = 2  # 代表法: absent from two sessions without leave
NAMED = 5  # names in one notice


@dataclass
class MissedSession:
    """One session that a deputy missed at least in part: its meetings missed, in order, and when people were told."""

    session: Session
    meetings: list[Activity] = field(default_factory=list)
    told_at: datetime | None = None

    @property
    def name(self) -> str:
        return self.session.name or self.meetings[0].title


@dataclass(frozen=True)
class Absentee:
    """A deputy with the sessions missed since the present mandate began."""

    deputy: Deputy
    mandate: Mandate
    missed: list[MissedSession]

    @property
    def is_at_limit(self) -> bool:
        return len(self.missed) >= LIMIT


def absentees_of(*, county: Station, on: date) -> list[Absentee]:
    """Who missed sessions of the county's congress without leave in the present term, most first (8 queries at most)."""
    met = meetings_of_congress(county).filter(held_on__lte=on)
    missed = absences_from(met)
    if not missed:
        return []
    session_of = sessions_of(county, met)
    told = _told(missed)
    found = []
    for person in Deputy.objects.filter(pk__in=missed).select_related("user").with_places(on):
        mandate = next((one for one in person.mandates_now if one.level == MandateLevel.COUNTY), None)
        rows = [one for one in missed[person.pk] if mandate and one.held_on >= mandate.started_on]
        if mandate and rows:
            found.append(Absentee(person, mandate, _by_session(rows, session_of, told[person.pk])))
    return sorted(found, key=lambda one: (-len(one.missed), one.deputy.sort_key, one.deputy.code))


def _told(keys: Collection[int]) -> dict[int, dict[date, datetime]]:
    """When people were told, by deputy and the day of the meeting; whether or not that one still counts as missed."""
    found: dict[int, dict[date, datetime]] = defaultdict(dict)
    rows = AbsenceAlert.objects.filter(deputy__in=keys).order_by("-pk")
    for deputy, day, at in rows.values_list("deputy", "activity__held_on", "told_at"):
        found[deputy][day] = at
    return found


def _by_session(
    meetings: Iterable[Activity], session_of: dict[date, Session], told: dict[date, datetime]
) -> list[MissedSession]:
    found: dict[Session, MissedSession] = {}
    for meeting in meetings:
        session = session_of[meeting.held_on]
        found.setdefault(session, MissedSession(session)).meetings.append(meeting)
    for session, row in found.items():
        row.told_at = min((at for day, at in told.items() if session.start <= day <= session.end), default=None)
    return list(found.values())


@transaction.atomic
def warn_of_absences(*, county: Station, at: datetime) -> int:
    """Tell the county and each deputy of sessions missed, once a session; return how many were told of.

    Idempotent and safe beside itself: the deputies are locked before it is read who has been told.
    """
    on = today_here(at)
    missing = [one.deputy.pk for one in absentees_of(county=county, on=on) if _untold(one)]
    if not missing:
        return 0
    lock_people(county, missing)
    news = [(one, row) for one in absentees_of(county=county, on=on) for row in _untold(one)]
    for absentee, row in news:
        _warn(absentee, row, at)
    if news:
        _tell_county(county, [one for one, _row in news], at)
    return len(news)


def _untold(absentee: Absentee) -> list[MissedSession]:
    return [row for row in absentee.missed if row.told_at is None]


def _warn(absentee: Absentee, row: MissedSession, at: datetime) -> None:
    meeting = row.meetings[0]
    AbsenceAlert.objects.create(deputy=absentee.deputy, activity=meeting, told_at=at)
    text = (
        f"记录显示您没有请假缺席了{row.name[:40]}。代表法规定,未经批准两次不出席本级人大会议的,代表资格终止。"
        "这只是提醒,系统不作任何处理;记得不对请联系县人大办公室。"
    )
    tell_deputies([absentee.deputy], text, f"/me/activities/{meeting.uid}/", at, kind=Kind.POINTS)
    audit.record(
        "warn_of_absence", actor=None, target=absentee.deputy, at=at, session=row.name, day=meeting.held_on.isoformat()
    )


def _tell_county(county: Station, absentees: list[Absentee], at: datetime) -> None:
    names = list(dict.fromkeys(one.deputy.name for one in absentees))
    more = f"等{len(names)}位代表" if len(names) > NAMED else ""
    text = f"{'、'.join(names[:NAMED])}{more}没有请假缺席人代会会议,请核实记录。系统不会自动处理任何人的代表资格。"
    rows = Posting.objects.in_force(today_here(at)).filter(station=county, role__in=COUNTY_ROLES)
    users = {row.user for row in rows.select_related("user")}
    notify(kind=Kind.POINTS, users=sorted(users, key=lambda user: user.pk), text=text, link="/points/alerts/", at=at)
