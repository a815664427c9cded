"""Which facts stand on a branch's duty poster: the days of a published month and who is on them."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from activities.models import Roster, Shift
from activities.states import CALLED_OFF, RosterState, ShiftState
from deputies.models import Mandate
from deputies.posters.boards.facts import branch_address, duty_hours, on_duty, printed_levels
from deputies.posters.glyphs import glyphs_for
from deputies.posters.product import Facts
from julu_liaison.common.errors import DomainError
from stations.models import Station

MONTH = re.compile(r"20[0-9][0-9]-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class PosterPerson:
    code: str
    name: str
    levels_label: str  # 县、镇人大代表; empty for somebody without a mandate in force on that day


@dataclass(frozen=True)
class PosterDay:
    """One reception day. `planned_on`: the Sunday it counts for, another date where it was moved; `state`: see Shift."""

    planned_on: date
    on: date
    state: str
    reason: str
    people: list[PosterPerson]

    @property
    def is_moved(self) -> bool:
        return self.on != self.planned_on

    @property
    def is_off(self) -> bool:
        return self.state in CALLED_OFF


@dataclass(frozen=True, kw_only=True)
class PosterFacts(Facts):
    """Everything a branch's poster of the month says; `days` by date, none of them while the roster is a draft."""

    title: str
    month: date
    is_published: bool
    days: list[PosterDay]
    duty_hours: str
    place: str
    station_phone: str
    qr_url: str
    maker: str


def month_of(period: str) -> date:
    """The first day of `2026-12`. Raises DomainError."""
    if not MONTH.fullmatch(period):
        raise DomainError(f"“{period}”不是月份,值班公告要写明是哪个月的,例如2026-12")
    return date.fromisoformat(f"{period}-01")


def poster_facts_of(branches: Iterable[Station], month: date) -> dict[int, PosterFacts]:
    """The facts of many posters by branch key (seven queries, whatever the number); levels are those of the reception."""
    keys = [branch.pk for branch in branches]
    places = {
        branch.pk: branch for branch in Station.objects.filter(pk__in=keys).select_related("parent__parent", "county")
    }
    stations = {branch.parent_id for branch in places.values()}
    rosters = Roster.objects.filter(station__in=stations, month=month, state=RosterState.PUBLISHED)
    published = set(rosters.values_list("station", flat=True))
    shifts = _shifts_of(keys, month)
    mandates = _mandates_of(shift for rows in shifts.values() for shift in rows)
    glyphs = glyphs_for(places.values())
    return {
        key: PosterFacts(
            county_code=branch.county.code,
            place_code=branch.code,
            glyphs=glyphs[branch.county_id],
            title=branch.full_name,
            month=month,
            is_published=branch.parent_id in published or bool(shifts[key]),
            days=_days(shifts[key], mandates, branch),
            duty_hours=duty_hours(branch),
            place=branch.address or branch.host,
            station_phone=branch.phone_here,
            qr_url=branch_address(branch),
            maker=f"{branch.county.name}人大常委会",
        )
        for key, branch in places.items()
    }


def _shifts_of(branches: list[int], month: date) -> dict[int, list[Shift]]:
    shifts = Shift.objects.published().of_month(month).filter(branch__in=branches).order_by("date", "pk")
    found = defaultdict(list)
    for shift in shifts.prefetch_related("places__deputy"):
        found[shift.branch_id].append(shift)
    return found


def _mandates_of(shifts: Iterable[Shift]) -> dict[int, list[Mandate]]:
    """The mandates of those on duty, by deputy key."""
    deputies = {place.deputy_id for shift in shifts for place in shift.places.all()}
    found = defaultdict(list)
    for mandate in Mandate.objects.filter(deputy__in=deputies):
        found[mandate.deputy_id].append(mandate)
    return found


def _levels_on(day: date, mandates: list[Mandate], branch: Station) -> str:
    """In words; empty without any."""
    levels = [one.level for one in mandates if one.started_on <= day and (one.ended_on is None or day <= one.ended_on)]
    return printed_levels(levels, branch) if levels else ""


def _days(shifts: list[Shift], mandates: dict[int, list[Mandate]], branch: Station) -> list[PosterDay]:
    """A day called off is left out where another reception is held on it: nobody need be told twice of one date."""
    held = {shift.date for shift in shifts if shift.state == ShiftState.PLANNED}
    return [
        PosterDay(
            planned_on=shift.for_sunday,
            on=shift.date,
            state=shift.state,
            reason=_told_reason(shift),
            people=[
                PosterPerson(
                    code=deputy.code,
                    name=deputy.name,
                    levels_label=_levels_on(shift.date, mandates[deputy.pk], branch),
                )
                for deputy in on_duty(shift)
            ],
        )
        for shift in shifts
        if shift.state == ShiftState.PLANNED or shift.date not in held
    ]


def _told_reason(shift: Shift) -> str:
    """Why a day was moved or called off beforehand; why nobody held it is not for the door."""
    is_told = shift.state == ShiftState.CANCELLED or (
        shift.state == ShiftState.PLANNED and shift.date != shift.for_sunday
    )
    return shift.reason if is_told else ""
