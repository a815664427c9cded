"""Boards before a month's first reception: when they have to hang, telling whose are not ready, and what is known of it.

How a board stands is worked out by `deputies.posters.readiness`, which reads every portrait. Pages that only count keep
to what was found last (each morning, and whenever somebody looked) and to what was printed and hung since.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.core.cache import cache
from django.db import transaction
from django.db.models import OuterRef, Subquery

from deputies.models import Edition
from deputies.states import Product, Readiness
from julu_liaison.common import audit
from julu_liaison.common.working_days import Calendar, sundays_of, today_here
from julu_liaison.notices.models import Notice
from julu_liaison.notices.services import notify
from stations.models import Posting, Station
from stations.permissions import roles_with
from stations.querysets import StationQuerySet
from stations.services import hold_places
from stations.states import Right

AHEAD = timedelta(days=3)  # boards hang three days before the month's first reception
IN_VIEW = timedelta(days=14)  # from when on a month to come is the one that boards are looked at for
LONGEST_HOLIDAYS = timedelta(days=21)
KEPT = timedelta(days=8)
MOST_NAMED = 3


# ---- Days ----


def first_reception(month: date) -> date:
    """The month's first day of reception: its first Sunday, or the day to which holidays postpone it (one query)."""
    sunday = sundays_of(month)[0]
    return Calendar.load(sunday, sunday + LONGEST_HOLIDAYS).reception_day(sunday)


def month_in_view(today: date) -> date:
    """The first day of the month that boards are looked at for: this one, or the next from two weeks before it begins
    to receive (one query)."""
    following = today.replace(day=1) + relativedelta(months=1)
    return following if first_reception(following) - today <= IN_VIEW else today.replace(day=1)


def readiness_page(month: date) -> str:
    return f"/console/boards/ready/?month={month:%Y-%m}"


# ---- Telling ----


@transaction.atomic
def remind_of_boards(*, month: date, waiting: Collection[Station], at: datetime) -> int:
    """Tell who prints of the branches whose boards are not ready: the county of all, each clerk of the station's own.

    From three days before the month's first reception until then, so that a run that was missed is made up for. Once a
    person and month: the notice is known by its link. Returns how many were told now.
    """
    first = first_reception(month)
    if not first - AHEAD <= today_here(at) < first:
        return 0
    hold_places(Station.objects.centres())  # a second run waits, and then finds all told
    by_place: dict[int | None, list[Station]] = defaultdict(list)
    for branch in waiting:
        by_place[branch.county_id].append(branch)
        by_place[branch.parent_id].append(branch)
    link, told = readiness_page(month), 0
    know = set(Notice.objects.filter(link=link).values_list("user", flat=True))
    for user, places in _printers(by_place, today_here(at)).items():
        if user.pk not in know:
            branches = [branch for place in places for branch in by_place[place]]
            notify(users=[user], text=_words(month, first, list(dict.fromkeys(branches))), link=link, at=at)
            told += 1
    if told:
        audit.record("remind_of_boards", actor=None, at=at, month=f"{month:%Y-%m}", notices=told)
    return told


def _printers(places: Iterable[int | None], today: date) -> dict:
    """The accounts that print at one of the places, with those places."""
    rows = Posting.objects.in_force(today).filter(station__in=places, role__in=roles_with(Right.PRINT_BOARDS))
    found: dict = defaultdict(list)
    for posting in rows.filter(user__is_active=True).select_related("user").order_by("user", "station"):
        found[posting.user].append(posting.station_id)
    return found


def _words(month: date, first: date, branches: list[Station]) -> str:
    day = f"{first.month}月{first.day}日是{month.month}月第一个接待日"
    names = "、".join(branch.full_name for branch in branches[:MOST_NAMED])
    if len(branches) > MOST_NAMED:
        return f"{day},还有{len(branches)}个分站的公示牌没有就绪。"
    return f"{day},还有{len(branches)}个分站的公示牌没有就绪:{names}。"


# ---- What is known without looking again ----


def keep_readiness(*, states: Mapping[Station, str], month: date, at: datetime) -> None:
    """Keep what was found of branches' boards, for pages that only count. Lost without harm: see `count_boards`."""
    by_county: dict[int | None, dict[int, tuple[str, datetime]]] = defaultdict(dict)
    for branch, state in states.items():
        by_county[branch.county_id][branch.pk] = (Readiness(state).value, at)
    for county, found in by_county.items():
        known = cache.get(_key(county, month), {})
        cache.set(_key(county, month), {**known, **found}, KEPT.total_seconds())


def count_boards(branches: StationQuerySet, today: date) -> Counter:
    """How many of the branches' boards are in which state (`Readiness`) for the month in view (two queries).

    What changed since they were looked at last is not known; what was printed or hung since is, and a board that was
    never printed is known without looking.
    """
    newest = Edition.objects.filter(place=OuterRef("pk"), product=Product.BOARD).order_by("-made_at", "-pk")
    rows = branches.annotate(
        printed_at=Subquery(newest.values("made_at")[:1]), hung_at=Subquery(newest.values("hung_recorded_at")[:1])
    )
    rows = list(rows.values_list("pk", "county", "printed_at", "hung_at"))
    month = month_in_view(today)
    known: dict[int, tuple[str, datetime]] = {}
    for county in {county for _branch, county, *_times in rows}:
        known |= cache.get(_key(county, month), {})
    return Counter(_state(known.get(branch), printed_at, hung_at) for branch, _county, printed_at, hung_at in rows)


def _state(known: tuple[str, datetime] | None, printed_at: datetime | None, hung_at: datetime | None) -> str:
    """What was found of one board, unless its newest edition (if any) was printed or hung after that."""
    state, found_at = known or (Readiness.NEVER.value, None)
    if printed_at is None:
        return state
    if found_at and max(printed_at, hung_at or printed_at) <= found_at:
        return state
    return Readiness.READY.value if hung_at else Readiness.UNHUNG.value


def _key(county: int | None, month: date) -> str:
    return f"boards-ready-{county}-{month:%Y-%m}"
