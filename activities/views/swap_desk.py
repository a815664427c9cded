"""Arranging a swap for others at the station's desk, as after a telephone call."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from activities.forms.leaves import EnteredSwapForm
from activities.models import Shift, ShiftPlace, Swap
from activities.permissions import can_decide_leave
from activities.services import obstacles, swap_for_others
from activities.states import CALLED_OFF, RosterState
from activities.views.calls import names_told
from activities.views.leave_desk import demand_decider, deputies_of, look_up
from deputies.models import Deputy, Membership
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.working_days import today_here
from stations.models import Station


@require_safe
@login_required
def swap_add(request):
    """Whose duty is it? Look the deputy up and choose the day."""
    demand_decider(request.user)
    today, words = today_here(), request.GET.get("q", "").replace("\0", "")[:40]
    found, more = look_up(request.user, deputies_of(request.user, today), words, today)
    context = {"q": words, "people": _with_days(found, today), "more": more}
    return render(request, "activities/swap_add.html", context)


def _coming(today):
    """Published days that take place and are still to come."""
    rows = Shift.objects.filter(date__gt=today, roster__state=RosterState.PUBLISHED)
    return rows.exclude(state__in=CALLED_OFF).order_by("date", "pk")


def _with_days(people: list[Deputy], today) -> list[tuple[Deputy, list[Shift]]]:
    places = ShiftPlace.objects.filter(deputy__in=people, shift__in=_coming(today)).order_by("shift__date")
    days: dict[int, list[Shift]] = {}
    for place in places.select_related("shift__branch"):
        days.setdefault(place.deputy_id, []).append(place.shift)
    return [(person, days.get(person.pk, [])) for person in people]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def swap_arrange(request, shift: int, code: str):
    """Who stands in for the deputy `code` on the day, and which day is taken back in exchange."""
    found = get_object_or_404(_placed(request.user), pk=shift)
    if not can_decide_leave(request.user, found.branch):  # before anything tells who is on the day
        raise NotAllowed("替别人换班由站长、联络站或县人大办公室办理。")
    giver = get_object_or_404(Deputy, code=code, shift_places__shift=found)
    today = today_here()
    home, near = _free(found, giver)
    sent = request.POST if request.method == "POST" else None
    takers = [*home, *(person for _branch, person in near)]
    form = EnteredSwapForm(sent, home=home, near=near, places=_places_in_exchange(found, giver, takers, today))
    if sent is not None and form.is_valid() and _arranged(request, form, found, giver):
        return redirect("station-leave")
    offered = Swap.objects.open().filter(shift=found, giver=giver).select_related("taker").first()
    context = {"form": form, "shift": found, "giver": giver, "offered": offered}
    return render(request, "activities/swap_arrange.html", context, status=form.status)


def _placed(user):
    rows = Shift.objects.visible_to(user).select_related("roster", "branch__parent__parent")
    return rows.prefetch_related("places__deputy")


def _free(shift: Shift, giver: Deputy) -> tuple[list[Deputy], list[tuple[Station, Deputy]]]:
    """Who could stand in: members of the branch, and with their branch those of the station's other branches."""
    rows = Membership.objects.in_force(shift.date).filter(branch__parent=shift.branch.parent_id).exclude(deputy=giver)
    rows = list(rows.heads_first().select_related("deputy", "branch"))
    hindered = obstacles(shift, [row.deputy for row in rows], near=True)
    free = [row for row in rows if row.deputy_id not in hindered]
    home = [row.deputy for row in free if row.branch_id == shift.branch_id]
    near = [(row.branch, row.deputy) for row in free if row.branch_id != shift.branch_id]
    return home, sorted(near, key=lambda pair: (pair[0].official_order, pair[0].code))


def _places_in_exchange(shift: Shift, giver: Deputy, takers: list[Deputy], today) -> list[ShiftPlace]:
    """What each of those who could stand in has to give: own coming days on which the giver has none."""
    taken = ShiftPlace.objects.filter(deputy=giver, shift__in=_coming(today)).values("shift__date")
    days = _coming(today).filter(station=shift.station_id).exclude(date=shift.date).exclude(date__in=taken)
    rows = ShiftPlace.objects.filter(deputy__in=takers, shift__in=days)
    return list(rows.select_related("deputy", "shift__branch").order_by("shift__date", "pk"))


def _arranged(request, form: EnteredSwapForm, shift: Shift, giver: Deputy) -> bool:
    try:
        swap = swap_for_others(shift=shift, giver=giver, **form.cleaned_data, actor=request.user, at=timezone.now())
    except NotAllowed:
        raise
    except DomainError as error:
        form.tell(error)
        return False
    words = f"换好了:由{swap.taker.name}接替{giver.name}。{names_told([giver, swap.taker])}"
    messages.success(request, words)
    return True
