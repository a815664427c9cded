"""One branch on one reception day: who serves, how many, called off, moved; and one more day for some branches."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from activities.forms.rosters import SEATS, CancelForm, ExtraDayForm, MoveForm, ResumeForm
from activities.models import Exemption, Leave, Shift, ShiftPlace
from activities.services.rosters import (
    add_day,
    cancel_day,
    exchange_on_shift,
    move_day,
    put_on_shift,
    service_counts,
    set_seats,
    take_off_shift,
)
from activities.services.rosters.gaps import away_from, missing_on
from activities.states import CALLED_OFF, Covers, RosterState, ShiftState
from activities.views.calls import names_told
from activities.views.rosters.desks import Desk, desk_for, desk_of, found_or_404, query_of, year_words
from deputies.models import Deputy, Membership
from deputies.states import MembershipRole
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.working_days import today_here
from stations.models import Station

NOT_YOURS = "排班由乡镇联络站办理。"


@dataclass(frozen=True)
class Member:
    """One member of the branch beside one day: last duty, times this year, other days, and why not that day."""

    deputy: Deputy
    is_head: bool
    last: date | None
    times: int
    hindrance: str = ""
    place: ShiftPlace | None = None
    days: tuple[date, ...] = ()  # the other days of the month
    asks_leave: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def roster_day(request, pk):
    """One reception day of one branch. POST with `act` changes it; a refusal keeps what was typed."""
    shift = _shift(request, pk)
    desk = desk_for(request, shift.station, shift.for_sunday.replace(day=1))
    if not desk.plans:
        raise NotAllowed(NOT_YOURS)
    if request.method != "POST":
        return _page(request, shift, desk)
    act = ACTS.get(request.POST.get("act", ""), _change_places)
    try:
        return act(request, shift, desk) or redirect("roster-day", pk=shift.pk)
    except DomainError as error:
        typed = {name: request.POST.get(name, "") for name in ("reason", "off")}
        further = {"problem": error.message, **typed}
        return _page(request, _shift(request, pk), desk, status=error.status, **further)


def _shift(request, pk) -> Shift:
    rows = Shift.objects.visible_to(request.user)
    rows = rows.select_related("branch__parent__parent", "station__county", "roster")
    return get_object_or_404(rows.prefetch_related("places__deputy", "places__instead_of"), pk=pk)


def _page(request, shift: Shift, desk: Desk, *, status: int = 200, **further):
    members = _members(shift)
    seats = shift.seats or shift.branch.seats_here
    serving = [one for one in members if one.place]
    context = {
        "shift": shift, "desk": desk, "today": today_here(), "is_published": shift.roster.state == RosterState.PUBLISHED,
        "is_off": shift.state in CALLED_OFF, "may_resume": shift.state == ShiftState.CANCELLED,
        "is_over": shift.date < today_here(), "seats": seats, "seat_choices": SEATS, "is_full": len(serving) >= seats,
        "serving": serving, "others": [one for one in members if not one.place], "missing": missing_on(shift),
        "changes": shift.changes.select_related("actor"), "reason": _likely_reason(shift, serving),
        "counted": year_words(shift.for_sunday),
        "cancel": CancelForm(key="cancel"), "move": MoveForm(key="move"), "resume": ResumeForm(key="resume"), **further,
    }  # fmt: skip
    return render(request, "activities/roster_day.html", context, status=status)


def _likely_reason(shift: Shift, serving: list[Member]) -> str:
    """Why somebody is put on a day that leave has left with a free seat; to be changed at will."""
    if len(serving) >= (shift.seats or shift.branch.seats_here):
        return ""
    there = {one.deputy.pk for one in serving}
    away = [person.name for person in away_from(shift) if person.pk not in there]
    return f"替请假的{away[0]}" if away else ""


def _members(shift: Shift) -> list[Member]:
    """Who is on, and who else belongs to the branch that day.

    First who has no day in the month, of those the seldomest; last those who can't come.
    """
    rows = Membership.objects.filter(branch=shift.branch).in_force(shift.date).select_related("deputy").heads_first()
    people = {row.deputy_id: (row.deputy, row.role == MembershipRole.HEAD) for row in rows}
    places = {place.deputy_id: place for place in shift.places.all()}
    people |= {key: (place.deputy, False) for key, place in places.items() if key not in people}
    counts = service_counts(branch_keys=[shift.branch_id], on=today_here())
    hindered, days = _hindrances(shift, people), _other_days(shift, people)
    asking = Leave.objects.asked().from_duty().overlapping(shift.date, shift.date).filter(deputy__in=people)
    asks_leave = set(asking.values_list("deputy", flat=True))
    members = [
        Member(
            deputy, is_head, *counts.get(key, (None, 0)), hindered.get(key, ""), places.get(key),
            tuple(days.get(key, ())), key in asks_leave,
        )
        for key, (deputy, is_head) in people.items()
    ]  # fmt: skip
    return sorted(members, key=lambda one: (bool(one.hindrance), len(one.days), one.times, one.last or date.min))


def _other_days(shift: Shift, people) -> dict[int, list[date]]:
    """On which other days of the month they are, by deputy key (one query)."""
    rows = ShiftPlace.objects.filter(deputy__in=people, shift__in=Shift.objects.of_month(shift.for_sunday))
    rows = rows.exclude(shift=shift).exclude(shift__state__in=CALLED_OFF)
    found: dict[int, list[date]] = {}
    for key, day in rows.order_by("shift__date").values_list("deputy", "shift__date"):
        found.setdefault(key, []).append(day)
    return found


def _hindrances(shift: Shift, people) -> dict[int, str]:
    """Why members can't serve that day, by deputy key (three queries)."""
    found = {}
    elsewhere = ShiftPlace.objects.filter(deputy__in=people, shift__date=shift.date, shift__state=ShiftState.PLANNED)
    for place in elsewhere.exclude(shift=shift).select_related("shift__branch"):
        found[place.deputy_id] = f"这一天在{place.shift.branch.full_name}"
    exempt = Exemption.objects.in_force(shift.date).filter(deputy__in=people, covers__in=(Covers.ALL, Covers.DUTY))
    found |= dict.fromkeys(exempt.values_list("deputy", flat=True), "免除值班")
    leaves = Leave.objects.approved().from_duty().overlapping(shift.date, shift.date).filter(deputy__in=people)
    return found | {leave.deputy_id: leave.get_kind_display() for leave in leaves}


# ---- Acts ----------------------------------------------------------------------------------------------------------


def _change_places(request, shift: Shift, desk: Desk):
    """The buttons beside the names: `put_on`, `take_off` or `exchange` with the deputy's code, the reason above them."""
    facts = {"shift": shift, "actor": request.user, "at": timezone.now(), "reason": request.POST.get("reason", "").strip()}
    for name, change, word in (("put_on", put_on_shift, "排上了"), ("take_off", take_off_shift, "撤下了")):
        if name in request.POST:
            deputy = _deputy(request, name)
            change(deputy=deputy, **facts)
            return _changed(request, shift, f"{deputy.name}{word}。", [deputy])
    if "exchange" in request.POST:
        if not request.POST.get("off"):
            raise DomainError("请先选换下谁。", fields={"off": "请选换下谁"})
        on, off = _deputy(request, "exchange"), _deputy(request, "off")
        exchange_on_shift(on=on, off=off, **facts)
        return _changed(request, shift, f"{on.name}换下了{off.name}。", [on, off])
    return None


def _deputy(request, name: str) -> Deputy:
    rows = Deputy.objects.visible_to(request.user).select_related("user")
    return found_or_404(rows, code=request.POST.get(name, ""))


def _changed(request, shift: Shift, words: str, people: list[Deputy]) -> None:
    """Say what was done, and of a published day who was told and who has to be called."""
    told = names_told(people) if shift.roster.state == RosterState.PUBLISHED else ""
    messages.success(request, f"{words}{told}")


def _set_seats(request, shift: Shift, desk: Desk):
    seats = request.POST.get("seats", "")
    number = int(seats) if seats in ("2", "3", "4") else 0
    warnings = set_seats(shift=shift, seats=number, actor=request.user, at=timezone.now())
    for warning in warnings:
        messages.warning(request, warning)
    messages.success(request, f"这一天安排{number}人。")


def _cancel(request, shift: Shift, desk: Desk):
    form = CancelForm(request.POST, key="cancel")
    done = is_done(form, lambda facts: cancel_day(shifts=[shift], actor=request.user, at=timezone.now(), **facts))
    if not done:
        return _page(request, shift, desk, cancel=form, status=400)
    return _changed(request, shift, "这一天取消了。", people_on([shift]))


def _resume(request, shift: Shift, desk: Desk):
    form = ResumeForm(request.POST, key="resume")
    done = is_done(
        form, lambda facts: add_day(branches=[shift.branch], on=shift.date, actor=request.user, at=timezone.now(), **facts)
    )  # fmt: skip
    if not done:
        return _page(request, shift, desk, resume=form, status=400)
    return messages.success(request, "这一天恢复了,请看看谁来值班。")


def _move(request, shift: Shift, desk: Desk):
    form, people = MoveForm(request.POST, key="move"), people_on([shift])
    done = is_done(form, lambda facts: move_day(shifts=[shift], actor=request.user, at=timezone.now(), **facts))
    if not done:
        return _page(request, shift, desk, move=form, status=400)
    day = form.cleaned_data["to"]
    return _changed(request, shift, f"改到{day.month}月{day.day}日了。", people)


def people_on(shifts: list[Shift]) -> list[Deputy]:
    """Everybody on one of the days, each once."""
    return list(Deputy.objects.filter(shift_places__shift__in=shifts).select_related("user").distinct().order_by("sort_key"))


ACTS: dict[str, Callable] = {"seats": _set_seats, "cancel": _cancel, "move": _move, "resume": _resume}


def is_done(form, act: Callable[[dict], object]) -> bool:
    """Do it with what the form holds; what is wrong comes to stand in the form."""
    if not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except NotAllowed:
        raise
    except DomainError as error:
        form.tell(error.fields, error.message)
        return False
    return True


# ---- One more day --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def roster_add(request):
    """A reception on one more day, Sunday or not, for some of the station's branches, with its reason."""
    desk = desk_of(request)
    if not desk.plans:
        raise NotAllowed(NOT_YOURS)
    places = list(Station.objects.filter(parent=desk.station).open(today_here()).order_by("official_order", "code"))
    form = ExtraDayForm(request.POST if request.method == "POST" else None, key="add", places=places)
    if request.method == "POST" and is_done(form, lambda facts: _add(request, form)):
        on = form.cleaned_data["on"]
        messages.success(request, f"{on.month}月{on.day}日加上了,请点开各分站安排代表。")
        return redirect(f"{reverse('roster')}?{query_of(desk.station, on)}")
    status = 400 if form.errors else 200
    return render(request, "activities/roster_add.html", {"desk": desk, "form": form}, status=status)


def _add(request, form: ExtraDayForm) -> list[Shift]:
    facts = form.cleaned_data
    return add_day(branches=form.chosen, on=facts["on"], reason=facts["reason"], actor=request.user, at=timezone.now())
