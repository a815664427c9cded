"""Closing a place (撤销) and taking that back."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.history import save_traced
from julu_liaison.common.rehearsing import rehearsed
from julu_liaison.common.working_days import today_here
from stations.models import Posting, Station
from stations.permissions import can_edit_station
from stations.rules import Effect
from stations.services.postings import end_posting
from stations.services.tree.editing import TREE_COLUMNS
from stations.services.tree.locking import lock_tree
from stations.services.tree.outcome import Outcome, effects_of
from stations.signals import station_closing
from stations.states import Level


@transaction.atomic
def close_station(*, station: Station, closed_on: date, actor, at: datetime, expected: str | None = None) -> Outcome:
    """Close a branch or station; `closed_on` is the first day it's closed. Its history stays, it leaves the lists.

    Raises Conflict while deputies, open tickets or open branches are left in it. `expected` as in `move_branch`.
    """
    demand_keeper(actor, station)
    lock_tree()
    place = Station.objects.select_related("parent", "county").get(pk=station.pk)
    if place.level == Level.CENTRE:
        raise DomainError("县一级不能撤销,只能撤销联络站和分站。")
    demand_open(place)
    demand_past_day(closed_on, at, place, field="closed_on")
    if Station.objects.filter(parent=place, closed_on=None).exists():
        raise Conflict(f"{place.full_name}下面还有没撤销的站,请先处理它们。")
    outcome = Outcome(place, shut(place, on=closed_on, actor=actor, at=at))
    outcome.demand_expected(expected)
    audit.record(
        "close_station", actor=actor, target=place, at=at, county_code=place.county.code, closed_on=str(closed_on)
    )
    return outcome


def preview_closing(**facts) -> Outcome:
    """Return what `close_station` would do; the same arguments, the same refusals."""
    return rehearsed(close_station, **facts)


@transaction.atomic
def reopen_station(*, station: Station, actor, at: datetime) -> Station:
    """Take a closing back. A branch that was merged stays closed: its deputies and tickets are elsewhere."""
    demand_keeper(actor, station)
    lock_tree()
    place = Station.objects.select_related("parent", "county", "merged_into").get(pk=station.pk)
    if place.closed_on is None:
        raise Conflict(f"{place.full_name}没有撤销,不用恢复。")
    if place.merged_into:
        raise Conflict(f"{place.full_name}已经并入{place.merged_into.full_name},不能恢复;需要的话请新设一个分站。")
    if place.parent and place.parent.closed_on:
        raise Conflict(f"{place.parent.full_name}也撤销了,请先恢复它。")
    before, place.closed_on = place.closed_on, None
    save_traced(place, actor=actor)
    audit.record(
        "reopen_station", actor=actor, target=place, at=at, county_code=place.county.code, closed_on=str(before)
    )
    return place


def shut(place: Station, *, on: date, actor, at: datetime, into: Station | None = None) -> tuple[Effect, ...]:
    """Close `place` for good or into another one; listeners refuse while something of theirs is left in it."""
    effects = effects_of(station_closing, station=place, on=on, into=into, actor=actor, at=at)
    _end_postings(place, on)
    place.closed_on, place.merged_into = on, into
    place.full_clean(exclude=TREE_COLUMNS)
    save_traced(place, actor=actor)
    return effects


def _end_postings(place: Station, on: date) -> None:
    """A station's clerks; at a branch only what was to end later, since those of members went with the members."""
    rows = Posting.objects.filter(Q(ended_on=None) | Q(ended_on__gte=on), station=place)
    for posting in rows.select_related("user", "station"):
        end_posting(posting=posting, ended_on=on - timedelta(days=1), actor=None)


def demand_keeper(actor, place: Station) -> None:
    if not can_edit_station(actor, place):
        raise NotAllowed("站点由县人大办公室设立和撤并,请联系他们。")


def demand_open(place: Station) -> None:
    if place.merged_into:
        raise Conflict(f"{place.full_name}已经并入{place.merged_into.full_name}了。")
    if place.closed_on:
        raise Conflict(f"{place.full_name}已经撤销了。")


def demand_past_day(on: date, at: datetime, *places: Station, field: str = "on") -> None:
    """What concerns whole places is recorded once it's in force, not ahead."""
    if on > today_here(at):
        raise DomainError("这一天还没到,请到当天再办。", fields={field: "这一天还没到"})
    late = next((place for place in places if on < place.opened_on), None)
    if late:
        day = f"{late.opened_on.year}年{late.opened_on.month}月{late.opened_on.day}日"
        raise DomainError(f"{late.full_name}{day}才设立,日期不能早于这一天。", fields={field: f"不能早于{day}"})
