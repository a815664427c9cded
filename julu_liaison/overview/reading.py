"""A place's overview as it was kept, counted now where nothing is kept, or anew in the background."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from julu_liaison.common.kept_figures import Kept, count_if_due, kept_figures
from julu_liaison.common.working_days import today_here
from julu_liaison.overview.counting import count_overview
from julu_liaison.overview.periods import Period
from opinions.states import Kind
from stations.models import Department, Station
from stations.states import Level

# Of what is kept: raised with every change of `count_overview`, so that no page reads what it does not know.
EDITION = 3


@dataclass(frozen=True)
class Line:
    """The figures of one place or department; `of` None: of all together."""

    of: Station | Department | None
    counts: Counter


@dataclass(frozen=True)
class Overview:
    """The figures of a place and period, as they were counted at `counted_at` on the day `on`.

    `lines`: its stations or branches in official order. `days`: reception days with how many were received.
    """

    place: Station
    period: Period
    on: date
    counted_at: datetime
    is_stale: bool
    total: Counter
    lines: list[Line]
    days: list[tuple[date, int]]
    categories: dict[str, int]
    offices: dict[str, list[Line]] = field(default_factory=dict)


def key_of(place: Station, period: Period) -> str:
    return f"overview:{EDITION}:{place.pk}:{period.span}:{period.start.isoformat()}"


def read_overview(*, place: Station, period: Period, at: datetime, recount: Callable[[], None]) -> Overview:
    """What is kept of it; `recount()` asks a worker for `count_again`. Three queries where something is kept."""
    kept = kept_figures(key=key_of(place, period), count=_count(place, period, at), recount=recount, at=at)
    return _overview(place, period, kept, at)


def count_again(*, place: Station, period: Period, at: datetime) -> bool:
    """What the worker does; False where the figures have been counted meanwhile."""
    return count_if_due(key=key_of(place, period), count=_count(place, period, at), at=at)


def _count(place: Station, period: Period, at: datetime) -> Callable[[], dict]:
    return lambda: count_overview(place=place, period=period, on=today_here(at))


def _overview(place: Station, period: Period, kept: Kept, at: datetime) -> Overview:
    content = kept.content
    places = {int(key): Counter(counts) for key, counts in content["places"].items()}
    departments = list(Department.objects.filter(county=place.county_id))
    return Overview(
        place, period, date.fromisoformat(content["on"]), kept.counted_at, kept.is_stale(at),
        total=sum(places.values(), Counter()),
        lines=_places(place, period, places),
        days=[(date.fromisoformat(day), number) for day, number in content["days"]],
        categories=content["categories"],
        offices={kind: _offices(place, departments, content["offices"].get(kind, {})) for kind in Kind},
    )  # fmt: skip


def _places(place: Station, period: Period, places: dict[int, Counter]) -> list[Line]:
    """Those that were open in the period; one that was closed before it only with something to show."""
    level = Level.TOWNSHIP if place.level == Level.CENTRE else Level.BRANCH
    rows = (
        Station.objects.under(place).filter(level=level, opened_on__lte=period.end).order_by("official_order", "code")
    )
    lines = [Line(row, places.get(row.pk, Counter())) for row in rows]
    return [line for line in lines if _was_open(line.of, period) or any(line.counts.values())]


def _was_open(place: Station, period: Period) -> bool:
    return place.closed_on is None or place.closed_on > period.start


def _offices(place: Station, departments: list[Department], kept: dict[str, dict]) -> list[Line]:
    """Departments that are used, or have something to show; a station works with a few of them."""
    lines = [Line(office, Counter(kept.get(str(office.pk), {}))) for office in departments]
    shows_all = place.level == Level.CENTRE
    return [line for line in lines if any(line.counts.values()) or (shows_all and line.of.is_active)]
