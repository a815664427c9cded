"""Changing by hand who is on which reception day."""

from datetime import date, datetime

from django.db import transaction

from activities.models import Shift, ShiftPlace
from activities.rules.rosters import FULL_TEAM, MOST_SEATS
from activities.services.offers import drop_offers_of_place
from activities.services.people import hold_people
from activities.services.rosters.holding import (
    checked_reason,
    day_words,
    demand_planner,
    demand_to_come,
    hold_shift,
    hold_shifts,
    is_published,
)
from activities.services.rosters.serving import hindrances
from activities.services.rosters.telling import is_near, reason_words, tell, write_change
from deputies.models import Deputy
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError
from julu_liaison.common.templatetags.liaison import day_in_year
from julu_liaison.common.working_days import today_here


@transaction.atomic
def put_on_shift(*, shift: Shift, deputy: Deputy, actor, at: datetime, reason: str = "") -> ShiftPlace:
    """Put a member of the branch on a day, fixed by hand; on a published roster with a reason, and the deputy is told.

    Raises NotAllowed, Conflict (on it already, no seat left, the day has come or is called off), or DomainError with
    the fields `deputy`, `reason`.
    """
    hold_people([deputy])
    shift = _open_to(actor, shift, at)
    reason = checked_reason(reason, needed=is_published(shift))
    if len(shift.places.all()) >= seats_of(shift):
        raise Conflict(f"{day_words(shift)}已经满{seats_of(shift)}人,要加人请先把这一天的人数改多。")
    demand_can_serve(shift, deputy, stand_in=False)
    place = ShiftPlace.objects.create(shift=shift, deputy=deputy, fixed=True, told_on=today_here(at))
    audit.record("put_on_shift", actor=actor, target=shift.branch, at=at, day=str(shift.date), deputy=deputy.code)
    if write_change(shift, f"{day_words(shift)}加上{deputy.name}", reason=reason, actor=actor, at=at):
        text = f"{day_in_year(shift.date)}请您在{shift.branch.name}值班{reason_words(reason)}。"
        tell([deputy], text, at, of=shift.roster, urgent=is_near(at, shift.date))
    return place


@transaction.atomic
def make_room(*, shift: Shift, deputy: Deputy, seats: int, actor, at: datetime, reason: str = "") -> list[str]:
    """Put somebody on a day that takes `seats` people from now on; returns warnings and refuses as both services do."""
    hold_people([deputy])  # before the day is
    warnings = set_seats(shift=shift, seats=seats, actor=actor, at=at)
    put_on_shift(shift=shift, deputy=deputy, actor=actor, at=at, reason=reason)
    return warnings


@transaction.atomic
def take_off_shift(*, shift: Shift, deputy: Deputy, actor, at: datetime, reason: str = "") -> None:
    """Take a deputy off a day; on a published roster with a reason, and the deputy is told. Errors as in `put_on_shift`."""
    shift = _open_to(actor, shift, at)
    reason = checked_reason(reason, needed=is_published(shift))
    place_of(shift, deputy).delete()
    drop_offers_of_place(shift, deputy, actor, at)
    audit.record("take_off_shift", actor=actor, target=shift.branch, at=at, day=str(shift.date), deputy=deputy.code)
    if write_change(shift, f"{day_words(shift)}去掉{deputy.name}", reason=reason, actor=actor, at=at):
        text = f"{day_in_year(shift.date)}在{shift.branch.name}的值班不用您去了{reason_words(reason)}。"
        tell([deputy], text, at, of=shift.roster)


@transaction.atomic
def exchange_on_shift(*, shift: Shift, off: Deputy, on: Deputy, actor, at: datetime, reason: str = "") -> ShiftPlace:
    """Put `on` in the place of `off`, in one step and for one reason; refuses as the two services it is made of do."""
    hold_people([off, on])
    take_off_shift(shift=shift, deputy=off, actor=actor, at=at, reason=reason)
    return put_on_shift(shift=shift, deputy=on, actor=actor, at=at, reason=reason)


@transaction.atomic
def set_seats(*, shift: Shift, seats: int, actor, at: datetime) -> list[str]:
    """Let 2 to 4 people serve on one day; returns warnings (four are many). Raises DomainError (`seats`)."""
    shift = _open_to(actor, shift, at)
    if not FULL_TEAM <= seats <= MOST_SEATS:
        sentence = f"每次接待安排{FULL_TEAM}至{MOST_SEATS}人"
        raise DomainError(f"{sentence}。", fields={"seats": sentence})
    placed = len(shift.places.all())
    if seats < placed:
        sentence = f"{day_words(shift)}已经排了{placed}人,请先去掉{placed - seats}人"
        raise DomainError(f"{sentence}。", fields={"seats": sentence})
    Shift.objects.filter(pk=shift.pk).update(seats=seats)
    audit.record("set_seats", actor=actor, target=shift.branch, at=at, day=str(shift.date), seats=seats)
    if seats < MOST_SEATS:
        return []
    return [f"{day_words(shift)}有{seats}个人值班,比平时多,请看看地方够不够。"]


@transaction.atomic
def hand_over_place(*, shift: Shift, giver: Deputy, taker: Deputy, actor, at: datetime, reason: str = "") -> ShiftPlace:
    """Give `giver`'s place to `taker`, a member of the branch or another one of its station, who may serve that day.

    The caller has asked who may, and tells those concerned; the change is written down here. Raises Conflict
    (the giver isn't on it, the day has come or is called off) or DomainError (`deputy`) with a sentence.
    """
    hold_people([giver, taker])
    shift = hold_shift(shift)
    demand_to_come(shift, at)
    place = place_of(shift, giver)
    demand_can_serve(shift, taker, stand_in=True)
    came_back = place.instead_of_id == taker.pk
    place.deputy, place.fixed, place.instead_of = taker, True, None if came_back else giver
    place.told_on = today_here(at)
    place.save(update_fields=["deputy", "fixed", "instead_of", "told_on"])
    text = f"{day_words(shift)}{giver.name}的班由{taker.name}接"
    write_change(shift, text, reason=checked_reason(reason, needed=False), actor=actor, at=at)
    audit.record(
        "hand_over_place", actor=actor, target=shift.branch, at=at, day=str(shift.date), giver=giver.code,
        taker=taker.code,
    )  # fmt: skip
    return place


@transaction.atomic
def release_places(*, deputy: Deputy, start: date, end: date, actor, at: datetime, reason: str) -> list[Shift]:
    """Take the deputy off all coming days from `start` to `end`; returns those with fewer than two deputies now.

    Nothing is planned again by itself and nobody is told: the caller tells the clerk of the gaps. A day that has
    come (today or earlier) is left alone. No permission of its own: approving leave is the caller's matter.
    """
    rows = Shift.objects.filter(places__deputy=deputy, date__range=(start, end), date__gt=today_here(at))
    gaps = []
    for shift in hold_shifts(rows.on_the_calendar()):
        ShiftPlace.objects.filter(shift=shift, deputy=deputy).delete()
        drop_offers_of_place(shift, deputy, actor, at)
        text = f"{day_words(shift)}去掉{deputy.name}"
        write_change(shift, text, reason=reason, actor=actor, at=at)
        audit.record("release_place", actor=actor, target=shift.branch, at=at, day=str(shift.date), deputy=deputy.code)
        if ShiftPlace.objects.filter(shift=shift).count() < FULL_TEAM:
            gaps.append(shift)
    return gaps


def seats_of(shift: Shift) -> int:
    """How many people the day takes: its own number, else the branch's."""
    return shift.seats or shift.branch.seats_here


def place_of(shift: Shift, deputy: Deputy) -> ShiftPlace:
    place = ShiftPlace.objects.filter(shift=shift, deputy=deputy).first()
    if place is None:
        raise Conflict(f"{deputy.name}现在不在{day_words(shift)}的排班里,可能刚调整过,请再看一遍。")
    return place


def demand_can_serve(shift: Shift, deputy: Deputy, *, stand_in: bool) -> None:
    """The hard rules for one more person (`stand_in`: of any branch of the station). Raises DomainError (`deputy`)."""
    here = "本联络站" if stand_in else "本分站"
    trouble = hindrances(shift, [deputy], near=stand_in, here=here).get(deputy.pk)
    if trouble:
        sentence = f"{deputy.name}{shift.date.month}月{shift.date.day}日{trouble}"
        raise DomainError(f"{sentence},请选别的代表。", fields={"deputy": sentence})


def _open_to(actor, shift: Shift, at: datetime) -> Shift:
    """The shift, held, if `actor` may change who is on it and it isn't over."""
    shift = hold_shift(shift)
    demand_planner(actor, shift.station)
    demand_to_come(shift, at)
    return shift
