"""Reception days added, called off and moved, each with its reason."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from activities.models import DutyLog, Roster, Shift, ShiftPlace
from activities.services.logs.limits import demand_open
from activities.services.offers import drop_offers_of_day
from activities.services.people import demand_held, hold_people
from activities.services.rosters.announcing import correct_announcements
from activities.services.rosters.holding import (
    checked_reason,
    day_words,
    demand_plannable,
    demand_planner,
    hold_shifts,
    is_published,
)
from activities.services.rosters.serving import hindrances
from activities.services.rosters.telling import is_near, reason_words, tell, write_change
from activities.states import ShiftState
from deputies.models import Deputy
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError
from julu_liaison.common.templatetags.liaison import day_in_year
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.services import hold_places
from stations.states import Level


@transaction.atomic
def add_day(*, branches: Iterable[Station], on: date, reason: str, actor, at: datetime) -> list[Shift]:
    """Hold a reception on one more day, Sunday or not, without anyone on it yet; a called-off day is taken up again.

    Belongs to the roster of the month `on` lies in, which is begun where there is none. Whoever was on a called-off day
    and can't come any more (leave, membership, another place) is taken off, which the changes say. Raises NotAllowed,
    Conflict (there is one that day already), DomainError (`on`, `reason`, `branches`).
    """
    branches = list(branches)
    if not branches or any(branch.level != Level.BRANCH for branch in branches):
        raise DomainError("请选要加开接待的分站。", fields={"branches": "请选分站"})
    reason = checked_reason(reason, needed=True)
    demand_plannable(on, at, field="on")
    held = _hold_people_of(Shift.objects.filter(branch__in=branches, date=on))
    stations = {branch.parent_id: branch.parent for branch in branches}
    rosters = {key: _roster_of(stations[key], on) for key in sorted(stations)}
    found = []
    for branch in hold_places(branches):
        demand_planner(actor, branch.parent)
        if not branch.is_open(on):
            raise DomainError(f"{branch.full_name}这一天不在开放期内。", fields={"on": "这一天分站没有开放"})
        shift = _day_of(branch, rosters[branch.parent_id], on)
        if shift.pk:
            demand_open(branch, on, at)  # it still counts for its Sunday's month
        unable = _let_go(shift) if shift.pk else []  # a called-off day may still have its people
        demand_held([person.pk for person in _people_of(shift)] if shift.pk else [], held)
        shift.state, shift.reason, shift.is_extra = ShiftState.PLANNED, reason, shift.pk is None or shift.is_extra
        shift.announced_on = None
        shift.save()
        shift.places.update(told_on=today_here(at))
        audit.record("add_day", actor=actor, target=branch, at=at, day=str(on), reason=reason)
        words = f"{day_words(shift)}加开接待{_without(unable)}"
        if write_change(shift, words, reason=reason, actor=actor, at=at):
            text = f"{day_in_year(on)}在{branch.name}的接待照常举行{reason_words(reason)}。"
            tell(_people_of(shift), text, at, of=shift.roster, urgent=is_near(at, on))
        found.append(shift)
    return found


@transaction.atomic
def cancel_day(*, shifts: Iterable[Shift], reason: str, actor, at: datetime) -> list[Shift]:
    """Call reception days off (已取消) with the reason; on a published roster those on duty are told.

    Raises NotAllowed, Conflict (over, called off or logged already), DomainError (`reason`).
    """
    reason = checked_reason(reason, needed=True)
    found = hold_shifts(shifts)
    for shift in found:
        _demand_changeable(shift, actor, at)
        shift.state, shift.reason = ShiftState.CANCELLED, reason
        shift.save(update_fields=["state", "reason"])
        drop_offers_of_day(shift, "取消了", actor, at)
        audit.record("cancel_day", actor=actor, target=shift.branch, at=at, day=str(shift.date), reason=reason)
        if write_change(shift, f"{day_words(shift)}的接待取消", reason=reason, actor=actor, at=at):
            tell(
                _people_of(shift),
                f"{day_in_year(shift.date)}在{shift.branch.name}的接待取消了{reason_words(reason)}。",
                at,
                of=shift.roster,
                urgent=is_near(at, shift.date),
            )
    announced = [shift for shift in found if shift.announced_on]
    correct_announcements(((one, f"{one.date.month}月{one.date.day}日的接待取消。") for one in announced), at)
    return found


@transaction.atomic
def move_day(*, shifts: Iterable[Shift], to: date, reason: str, actor, at: datetime) -> list[Shift]:
    """Hold reception days on another date; they count for their month as before. On a published roster all are told.

    Whoever can't come on the new date (leave, membership, another place) is taken off, which the changes say. Errors
    as in `cancel_day`, and DomainError (`to`).
    """
    reason = checked_reason(reason, needed=True)
    demand_plannable(to, at, field="to")
    shifts = list(shifts)
    held = _hold_people_of(shifts)
    found, announced = hold_shifts(shifts), []
    for shift in found:
        demand_held([person.pk for person in _people_of(shift)], held)
        _demand_changeable(shift, actor, at)
        _demand_free(shift, to)
        drop_offers_of_day(shift, f"改到{day_in_year(to)}了", actor, at)
        before, shift.date, shift.reason = shift.date, to, reason
        words = f"{shift.branch.name}{before.month}月{before.day}日的接待改到{to.month}月{to.day}日"
        unable = _let_go(shift)
        # Whoever was told of the old day has to hear of the new one's gap.
        shift.station_warned_on = shift.county_warned_on = None
        if shift.announced_on:
            announced.append((shift, f"{before.month}月{before.day}日的接待改到{day_in_year(to)}。"))
        shift.announced_on = None
        shift.save(update_fields=["date", "reason", "station_warned_on", "county_warned_on", "announced_on"])
        shift.places.update(told_on=today_here(at))
        audit.record(
            "move_day", actor=actor, target=shift.branch, at=at, before=str(before), after=str(to), reason=reason
        )
        if write_change(shift, f"{words}{_without(unable)}", reason=reason, actor=actor, at=at):
            told = f"{day_in_year(before)}在{shift.branch.name}的接待改到{day_in_year(to)}{reason_words(reason)}"
            coming = [person for person in _people_of(shift) if person not in unable]
            urgent = is_near(at, before, to)
            tell(coming, f"{told}。", at, of=shift.roster, urgent=urgent)
            tell(unable, f"{told},那天您来不了,不用值班。", at, of=shift.roster, urgent=urgent)
    correct_announcements(announced, at)
    return found


def _roster_of(station: Station, on: date) -> Roster:
    roster, _created = Roster.objects.get_or_create(station=station, month=on.replace(day=1))
    return Roster.objects.select_for_update(of=("self",)).select_related("station").get(pk=roster.pk)


def _day_of(branch: Station, roster: Roster, on: date) -> Shift:
    """A new shift, or the called-off one of that day."""
    there = Shift.objects.select_for_update(of=("self",)).select_related("roster").filter(branch=branch)
    if there.on_the_calendar().filter(date=on).exists():
        raise Conflict(
            f"{branch.name}{on.month}月{on.day}日已经有接待了。", fields={"on": f"{branch.name}这一天已经有接待"}
        )
    called_off = there.filter(date=on).first()
    if called_off:
        called_off.branch = branch
        return called_off
    if there.filter(for_sunday=on).exists():
        raise Conflict(
            f"{branch.name}{on.month}月{on.day}日的接待已经改到别的日子了,要在这一天接待,请把它改回来。",
            fields={"on": f"{branch.name}这一天的接待改了期"},
        )
    shift = Shift(roster=roster, date=on, for_sunday=on)
    shift.put_at(branch)
    return shift


def _demand_changeable(shift: Shift, actor, at: datetime) -> None:
    demand_planner(actor, shift.station)
    demand_open(shift.branch, shift.date, at)
    if shift.state != ShiftState.PLANNED:
        raise Conflict(f"{day_words(shift)}的接待已经是“{shift.get_state_display()}”了。")
    if is_published(shift) and shift.date < today_here(at):
        raise Conflict(f"{day_words(shift)}已经过去了,没有开展的话请在登记接待时选“本次未开展”。")
    if DutyLog.objects.valid().filter(branch=shift.branch, date=shift.date).exists():
        raise Conflict(f"{day_words(shift)}已经登记了工作日志。")


def _demand_free(shift: Shift, to: date) -> None:
    """The branch has no other reception on the new date, and is open then."""
    if to == shift.date:
        raise DomainError("新日期和原来一样,请选另一天。", fields={"to": "请选另一天"})
    if not shift.branch.is_open(to):
        raise DomainError(f"{shift.branch.full_name}那一天不在开放期内。", fields={"to": "那一天分站没有开放"})
    if Shift.objects.on_the_calendar().filter(branch=shift.branch, date=to).exists():
        raise Conflict(
            f"{shift.branch.name}{to.month}月{to.day}日已经有接待了,请选另一天。", fields={"to": "那一天已经有接待"}
        )


def _hold_people_of(shifts: Iterable[Shift]) -> set[int]:
    people = Deputy.objects.filter(shift_places__shift__in=shifts).distinct()
    return {person.pk for person in hold_people(people)}


def _let_go(shift: Shift) -> list[Deputy]:
    """Take off everybody who can't serve on the shift's date, which is new or taken up again; returns the deputies."""
    people = _people_of(shift)
    hindered = hindrances(shift, people, near=True, here="本联络站")
    unable = [person for person in people if person.pk in hindered]
    ShiftPlace.objects.filter(shift=shift, deputy__in=unable).delete()
    return unable


def _without(unable: list[Deputy]) -> str:
    return f",{'、'.join(person.name for person in unable)}来不了" if unable else ""


def _people_of(shift: Shift) -> list[Deputy]:
    return [place.deputy for place in shift.places.all()]
