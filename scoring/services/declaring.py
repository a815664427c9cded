"""A month declared complete with open eyes: whom that charges and by how much, seen before it is done, told after it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse

from activities.models import CompleteMonth, DutyLog, OtherService, ShiftPlace
from activities.services import declare_month
from activities.services.addressees import tell_deputies
from activities.states import CALLED_OFF, RosterState
from deputies.models import Deputy, Membership
from julu_liaison.common.errors import Conflict, StaleVersion
from julu_liaison.common.rehearsing import rehearsed
from julu_liaison.notices.states import Kind
from scoring.models import PointEntry
from scoring.rules.changes import plain
from scoring.services.ledger import rescore
from scoring.states import Source
from scoring.workflow import is_frozen
from stations.models import Station

NAMED_DAYS = 4  # in a notice


@dataclass(frozen=True)
class AskedDay:
    """A day on which the plan had a deputy; `has_log`: whether anything is recorded of it. `form`: another service."""

    on: date
    has_log: bool
    form: str = ""

    @property
    def words(self) -> str:
        day = f"{self.on.month}月{self.on.day}日"
        if self.form:
            return f"{self.form},最晚{day}(没有服务记录)"
        return f"{day}({'日志里没有写到' if self.has_log else '没有日志'})"


@dataclass(frozen=True)
class Charged:
    """A deputy whom the month costs `points` (more than 0), and the days that it is about."""

    deputy: Deputy
    branch: Station
    points: Decimal
    days: list[AskedDay]


@dataclass(frozen=True)
class Declared:
    """A declared month and whom that charges, by branch in official order."""

    row: CompleteMonth
    people: list[Charged]

    @property
    def points(self) -> Decimal:
        return sum((one.points for one in self.people), Decimal(0))

    @property
    def mark(self) -> str:
        """A short mark of what it costs whom, to see whether that is still what a person was shown."""
        said = sorted((one.deputy.pk, plain(one.points)) for one in self.people)
        return sha256(repr(said).encode()).hexdigest()[:16]


@transaction.atomic
def declare_seen_month(*, station: Station, month: date, seen: str, actor, at: datetime) -> Declared:
    """Declare a month complete as it was shown (`seen`, the `mark` of the preview), score it, tell whom it charges.

    StaleVersion when it would charge others or otherwise by now; Conflict for a year that records change no more.
    """
    declared = _declared(station=station, month=month, actor=actor, at=at)
    if seen != declared.mark:
        raise StaleVersion("登记的情况刚有变化,要扣分的人和刚才看的不一样。请再看一遍再确认。")
    for one in declared.people:
        tell_deputies(
            [one.deputy],
            _notice(one, declared.row.month),
            f"{reverse('my-score')}?year={month.year}",
            at,
            kind=Kind.POINTS,
        )
    return declared


def preview_declaring(*, station: Station, month: date, actor, at: datetime) -> Declared:
    """What declaring the month would do; nothing is written."""
    return rehearsed(_declared, station=station, month=month, actor=actor, at=at)


def demand_open_year(county: int, year: int) -> None:
    """Raise Conflict for a year in publicity or closed."""
    if is_frozen(county, year):
        raise Conflict(f"{year}年的积分已经公示或结账,当月记录的确认不能再改。个别记错的,请按复核更正。")


@transaction.atomic
def _declared(*, station: Station, month: date, actor, at: datetime) -> Declared:
    demand_open_year(station.county_id, month.year)
    row = declare_month(station=station, month=month, actor=actor, at=at)
    last = row.month + relativedelta(months=1, days=-1)
    branches = _branches(station, row.month, last)
    charged = PointEntry.objects.standing().filter(
        deputy__in=branches, source=Source.MONTH, occurred_on__range=(row.month, last)
    )
    known = set(charged.values_list("pk", flat=True))
    rescore(county=row.county, year=month.year, at=at, deputies=branches)
    costs = {entry.deputy_id: -entry.points for entry in charged.exclude(pk__in=known) if entry.points}
    return Declared(row, _people(costs, branches, row.month))


def _branches(station: Station, first: date, last: date) -> dict[int, Station]:
    """Who belonged to the station in the month, with the branch of its last day."""
    rows = Membership.objects.overlapping(first, last).filter(branch__parent=station).select_related("branch")
    return {row.deputy_id: row.branch for row in rows.order_by("started_on")}


def _people(costs: dict[int, Decimal], branches: dict[int, Station], month: date) -> list[Charged]:
    days = asked_days(costs, month)
    people = Deputy.objects.filter(pk__in=costs).select_related("user")
    found = [Charged(one, branches[one.pk], costs[one.pk], days[one.pk]) for one in people]
    return sorted(
        found, key=lambda one: (one.branch.official_order, one.branch.code, one.deputy.sort_key, one.deputy.code)
    )


def asked_days(keys: Collection[int], month: date) -> dict[int, list[AskedDay]]:
    """The days of a month's published plan by deputy key, those called off left out (two queries)."""
    found: dict[int, list[AskedDay]] = defaultdict(list)
    logs = DutyLog.objects.valid().filter(branch=OuterRef("shift__branch"), date=OuterRef("shift__date"))
    span = (month, month + relativedelta(months=1, days=-1))
    places = ShiftPlace.objects.filter(deputy__in=keys, shift__for_sunday__range=span)
    places = places.filter(shift__roster__state=RosterState.PUBLISHED).exclude(shift__state__in=CALLED_OFF)
    for deputy, on, has_log in (
        places.annotate(has_log=Exists(logs)).order_by("shift__date").values_list("deputy", "shift__date", "has_log")
    ):
        found[deputy].append(AskedDay(on, has_log))
    others = OtherService.objects.filter(deputy__in=keys, roster__month=month, roster__state=RosterState.PUBLISHED)
    for other in others:
        found[other.deputy_id].append(AskedDay(other.by, has_log=False, form=other.get_form_display()))
    return found


def _notice(one: Charged, month: date) -> str:
    days = "、".join(day.words for day in one.days[:NAMED_DAYS])
    about = f"安排您的是{days}。" if days else ""
    return f"{month.year}年{month.month}月没有您到分站履职的记录,扣{plain(one.points)}分。{about}不对请在得分页点“有疑问”。"
