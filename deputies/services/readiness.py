"""Boards before a month's first reception: when they have to hang, telling whose are not ready, and what is known of it.

How a board stands is worked out by `deputies.posters.readiness`, which reads every portrait. Pages that only count keep
to what was found last (each morning, and whenever somebody looked) and to what was printed and hung since.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.core.cache import cache
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse

from deputies.models import Edition
from deputies.querysets import LAST_HUNG_FIRST
from deputies.states import Product, Readiness
from julu_liaison.common import audit
from julu_liaison.common.working_days import Calendar, sundays_of, today_here
from julu_liaison.notices.models import Notice
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
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
    return f"{reverse('boards-ready')}?month={month:%Y-%m}"


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
            notify(
                kind=Kind.OFFICE,
                users=[user],
                text=_words(month, first, list(dict.fromkeys(branches))),
                link=link,
                at=at,
                fit_for_outside=True,
            )
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


@dataclass(frozen=True)
class Look:
    """What was found of a branch's board. `true`: which of the last hung and the last printed edition held (keys);
    `lasts`: what was printed after that will hold on the first day of reception, too."""

    state: str
    at: datetime
    true: frozenset[int]
    lasts: bool


@dataclass(frozen=True)
class _Printed:
    """An edition as the database knows it. `replaced_at`: when a later one of the same size was printed, if any."""

    pk: int
    made_at: datetime
    replaced_at: datetime | None

    def holds(self, look: Look | None) -> bool:
        """Whether it says what is true: found so, or printed since; nothing printed again since was true before."""
        if look and self.made_at <= look.at:
            return self.pk in look.true and not (self.replaced_at and self.replaced_at > look.at)
        return self.replaced_at is None and (look is None or look.lasts)


def keep_readiness(*, looks: Mapping[Station, Look], month: date) -> None:
    """Keep what was found of branches' boards, for pages that only count. Lost without harm: see `count_boards`."""
    by_county: dict[int | None, dict[int, Look]] = defaultdict(dict)
    for branch, look in looks.items():
        by_county[branch.county_id][branch.pk] = look
    for county, found in by_county.items():
        known = cache.get(_key(county, month), {})
        cache.set(_key(county, month), {**known, **found}, KEPT.total_seconds())


def count_boards(branches: StationQuerySet, today: date) -> Counter:
    """How many of the branches' boards are in which state (`Readiness`) for the month in view (two queries).

    What changed since they were looked at last is not known; what was printed or hung since is, and a board that was
    never printed is known without looking.
    """
    newest = _in_order("-made_at", "-pk")
    hanging = _in_order(*LAST_HUNG_FIRST).exclude(hung_on=None)
    rows = branches.annotate(
        newest=Subquery(newest.values("pk")[:1]), newest_made=Subquery(newest.values("made_at")[:1]),
        newest_hung=Subquery(newest.values("hung_on")[:1]),
        hanging=Subquery(hanging.values("pk")[:1]), hanging_made=Subquery(hanging.values("made_at")[:1]),
        hanging_replaced=Subquery(hanging.values("replaced_at")[:1]),
    )  # fmt: skip
    rows = list(rows.values_list(
        "pk", "county", "newest", "newest_made", "newest_hung", "hanging", "hanging_made", "hanging_replaced"
    ))  # fmt: skip
    month = month_in_view(today)
    known: dict[int, Look] = {}
    for county in {county for _branch, county, *_editions in rows}:
        known |= cache.get(_key(county, month), {})
    found: Counter = Counter()
    for branch, _county, newest_pk, newest_made, newest_hung, hanging_pk, *hanging_times in rows:
        waiting = _Printed(newest_pk, newest_made, None) if newest_pk and newest_hung is None else None
        hangs = _Printed(hanging_pk, *hanging_times) if hanging_pk else None
        found[_state(known.get(branch), hangs, waiting)] += 1
    return found


def _in_order(*order: str) -> QuerySet:
    """The editions of a branch's board, for subqueries of branches."""
    later = Edition.objects.filter(
        place=OuterRef("place"), product=OuterRef("product"), size=OuterRef("size"), number__gt=OuterRef("number")
    )
    editions = Edition.objects.filter(place=OuterRef("pk"), product=Product.BOARD).order_by(*order)
    return editions.annotate(replaced_at=Subquery(later.order_by("-number").values("made_at")[:1]))


def _state(look: Look | None, hangs: _Printed | None, waiting: _Printed | None) -> str:
    """Of one board. `waiting`: what was printed last, unless it hangs."""
    if hangs and hangs.holds(look):
        return Readiness.READY.value
    if waiting and waiting.holds(look):
        return Readiness.UNHUNG.value
    if not (hangs or waiting):
        return look.state if look else Readiness.NEVER.value
    return Readiness.REFUSED.value if look and look.state == Readiness.REFUSED else Readiness.CHANGED.value


def _key(county: int | None, month: date) -> str:
    return f"boards-looks-{county}-{month:%Y-%m}"
