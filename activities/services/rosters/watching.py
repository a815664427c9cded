"""The daily watch over gaps: first the station is told, two days later the county.

What was told of a day is written on the shift; of a month nobody published, the notice itself is the record.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Exists, Min, OuterRef

from activities.models import Roster, Shift
from activities.rules.rosters import FULL_TEAM
from activities.services.rosters.telling import roster_page
from activities.states import RosterState, ShiftState
from julu_liaison.common import audit
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Notice
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from stations.models import Posting, Station
from stations.permissions import roles_with
from stations.services import hold_places
from stations.states import Level, Right

LOOK_AHEAD = timedelta(days=14)
STATION_HAS = timedelta(days=2)  # before the county is told
PUBLISH_FROM = 20  # the day of the month from which the next month should be published


@transaction.atomic
def watch_gaps(*, at: datetime) -> tuple[int, int]:
    """Tell of days of the next 14 with fewer than two deputies, and from the 20th on of next months not published.

    Returns how many things stations and counties were told now. Running it again the same day tells nothing.
    """
    today = today_here(at)
    hold_places(Station.objects.centres())  # a second watch waits, and then finds all told
    planners = _planners(today)
    told = [_watch_days(today, planners, at), _watch_months(today, planners, at)]
    stations, counties = (sum(numbers) for numbers in zip(*told, strict=True))
    if stations or counties:
        audit.record("watch_gaps", actor=None, at=at, stations=stations, counties=counties)
    return stations, counties


def _planners(today: date) -> dict[int, list]:
    """The accounts that plan rosters, by the key of their place."""
    rows = Posting.objects.in_force(today).filter(role__in=roles_with(Right.PLAN_ROSTERS)).select_related("user")
    found: dict[int, list] = defaultdict(list)
    for posting in rows.order_by("user"):
        if posting.user not in found[posting.station_id]:
            found[posting.station_id].append(posting.user)
    return found


def _watch_days(today: date, planners: dict[int, list], at: datetime) -> tuple[int, int]:
    gaps = _gaps(today)
    news = [shift for shift in gaps if shift.station_warned_on is None]
    late = [
        shift
        for shift in gaps
        if shift.county_warned_on is None and shift.station_warned_on and shift.station_warned_on + STATION_HAS <= today
    ]
    for shifts, field, place in ((news, "station_warned_on", "station"), (late, "county_warned_on", "county")):
        by_place = defaultdict(list)
        for shift in shifts:
            by_place[getattr(shift, f"{place}_id")].append(shift)
        for key, mine in by_place.items():
            for shift in mine:
                notify(
                    kind=Kind.DUTY,
                    users=planners.get(key, []),
                    text=_gap_words(shift, place),
                    link=roster_page(shift.roster.month),
                    at=at,
                    fit_for_outside=True,
                )
        Shift.objects.filter(pk__in=[shift.pk for shift in shifts]).update(**{field: today})
    return len(news), len(late)


def _gaps(today: date) -> list[Shift]:
    """Published days to come with too few deputies. One that is full again is forgotten: it may be told of anew."""
    rows = Shift.objects.published().filter(state=ShiftState.PLANNED, date__gt=today, date__lte=today + LOOK_AHEAD)
    rows = rows.select_related("branch", "roster", "station").prefetch_related("places")
    found = list(rows.order_by("date", "branch__official_order", "pk"))
    full = [shift.pk for shift in found if not _has_gap(shift) and shift.station_warned_on]
    Shift.objects.filter(pk__in=full).update(station_warned_on=None, county_warned_on=None)
    return [shift for shift in found if _has_gap(shift)]


def _has_gap(shift: Shift) -> bool:
    return len(shift.places.all()) < FULL_TEAM


def _gap_words(shift: Shift, place: str) -> str:
    people = "只有1位代表" if shift.places.all() else "还没有代表"
    where = shift.branch.name if place == "station" else f"{shift.station.name}{shift.branch.name}"
    return f"{where}{shift.date.month}月{shift.date.day}日的接待{people}值班,请补上。"


def _watch_months(today: date, planners: dict[int, list], at: datetime) -> tuple[int, int]:
    if today.day < PUBLISH_FROM:
        return 0, 0
    month = today.replace(day=1) + relativedelta(months=1)
    stations = counties = 0
    for station in list(stations_without_roster(month)):
        text = f"{station.name}{month.year}年{month.month}月的排班还没有公布,请在月底以前排好。"
        link = roster_page(month)
        told = Notice.objects.filter(user__in=planners.get(station.pk, []), text=text, link=link)
        since = told.aggregate(first=Min("created_at"))["first"]  # another county may have a station of this name
        stations += _tell_once(planners.get(station.pk, []), text, link, at)
        if since is None and planners.get(station.pk):
            continue  # the station was told just now
        if since is None or today_here(since) + STATION_HAS <= today:
            counties += _tell_once(planners.get(station.county_id, []), text, link, at)
    return stations, counties


def stations_without_roster(month: date):
    """Stations with an open branch and no published roster of the month."""
    done = Roster.objects.filter(station=OuterRef("pk"), month=month, state=RosterState.PUBLISHED)
    branches = Station.objects.filter(level=Level.BRANCH).open(month)
    rows = Station.objects.townships().open(month).filter(pk__in=branches.values("parent")).exclude(Exists(done))
    return rows.in_official_order()


def _tell_once(users: Iterable, text: str, link: str, at: datetime) -> int:
    """Tell those who haven't got this very notice yet; returns 1 if somebody was told."""
    users = list(users)
    know = set(Notice.objects.filter(text=text, link=link, user__in=users).values_list("user", flat=True))
    new = [user for user in users if user.pk not in know]
    notify(kind=Kind.DUTY, users=new, text=text, link=link, at=at, fit_for_outside=True)
    return int(bool(new))
