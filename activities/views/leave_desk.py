"""The station's desk for leave and swaps: decide, enter for somebody who telephoned, arrange a swap for others."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activities.forms.leaves import DeskFilter, EnteredLeaveForm
from activities.models import Leave, Shift, ShiftPlace, Swap
from activities.permissions import can_plan_roster, can_settle_leave, can_settle_swap
from activities.services import ask_leave, confirm_swap, decide_leave, refuse_swap, withdraw_leave, withdraw_swap
from activities.services.rosters.gaps import gaps_left_by, missing_on
from activities.states import LeaveState, RosterState, ShiftState
from activities.views.calls import names_told
from deputies.models import Deputy, Membership
from deputies.permissions import sees_whole_phones
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.keyset import page_of
from julu_liaison.common.working_days import today_here
from stations.permissions import holds_anywhere, places_with
from stations.querysets import scope_of
from stations.states import Right

MOST_WAITING = 50
MOST_FOUND = 20
DECISIONS = {"approve": True, "refuse": False}


@dataclass
class Waiting:
    """One leave that waits, with the coming duties it touches (`left`: how many others stay on that day)."""

    leave: Leave
    may_settle: bool
    duties: list[ShiftPlace] = field(default_factory=list)


@dataclass(frozen=True)
class Refused:
    """What a service refused on the desk, and what had been typed."""

    uid: str
    sentence: str
    note: str
    status: int
    anchor: str = ""  # the field to go to, while the row still waits


@require_safe
@login_required
@never_cache
def station_leave(request):
    """What waits first, then all leave by month and state; heads, clerks and county, auditors to read."""
    _demand_reader(request.user)
    return _desk(request)


def _demand_reader(user) -> None:
    if not (holds_anywhere(user, Right.APPROVE_LEAVE) or scope_of(user).counties):
        raise NotAllowed("请假和换班由站长、联络站和县人大办公室办理。您自己的班和请假在“我的值班”里。")


def demand_decider(user) -> None:
    if not holds_anywhere(user, Right.APPROVE_LEAVE):
        raise NotAllowed("请假和换班由站长、联络站和县人大办公室办理。")


def _desk(request, refused: Refused | None = None):
    user, today = request.user, today_here()
    form = DeskFilter(request.GET, user=user)
    leaves, swaps = Leave.objects.visible_to(user), Swap.objects.visible_to(user)
    if form.place:
        leaves, swaps = leaves.under(form.place), swaps.under(form.place)
    asked = leaves.filter(state=LeaveState.ASKED).with_details().order_by("started_on", "pk")
    waiting, more_waiting = _first_of(asked)
    open_swaps, more_swaps = _open_swaps(user, swaps, today)
    page = page_of(
        form.applied(Leave.objects.visible_to(user)).with_details(), by=("-started_on", "-pk"),
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    for leave in page.rows:
        is_open = leave.state in (LeaveState.ASKED, LeaveState.APPROVED)
        leave.may_withdraw = is_open and can_settle_leave(user, leave)
    context = {
        "form": form, "today": today, "waiting": _with_duties(user, waiting, today), "page": page,
        "more_waiting": more_waiting, "swaps": open_swaps, "more_swaps": more_swaps, "links": page.links(request.GET), "refused": refused,
        "may_enter": holds_anywhere(user, Right.APPROVE_LEAVE),
    }  # fmt: skip
    return render(request, "activities/leave_desk.html", context, status=refused.status if refused else 200)


def _first_of(rows: QuerySet) -> tuple[list, int]:
    """The first rows, as many as the desk shows at once, and how many there are besides."""
    found = list(rows[:MOST_WAITING])
    return found, rows.count() - MOST_WAITING if len(found) == MOST_WAITING else 0


def _with_duties(user, leaves: list[Leave], today) -> list[Waiting]:
    """Add what approving would change: the places still to come that the deputies have on those days."""
    found = [Waiting(leave, can_settle_leave(user, leave)) for leave in leaves]
    if not leaves:
        return found
    last = max(leave.ended_on for leave in leaves)
    places = ShiftPlace.objects.filter(
        deputy__in={leave.deputy_id for leave in leaves}, shift__date__gt=today, shift__date__lte=last,
        shift__state=ShiftState.PLANNED,
    )  # fmt: skip
    rows = list(places.filter(_shown_to(user)).select_related("shift__branch").annotate(left=Count("shift__places") - 1))
    for one in found:
        leave = one.leave
        if leave.activity_id is None:
            one.duties = [
                place
                for place in rows
                if place.deputy_id == leave.deputy_id and leave.started_on <= place.shift.date <= leave.ended_on
            ]
    return found


def _shown_to(user) -> Q:
    """Published duties; drafted ones for those alone who see the draft."""
    return Q(shift__roster__state=RosterState.PUBLISHED) | Q(shift__in=Shift.objects.visible_to(user))


def _open_swaps(user, rows, today) -> tuple[list[Swap], int]:
    """Taken ones, which wait for a word, before those still offered; and how many there are besides."""
    found, more = _first_of(rows.open().coming(today).with_details().order_by("-state", "shift__date", "pk"))
    for swap in found:
        swap.may_settle = can_settle_swap(user, swap)
    return found, more


# ---- Acts ----------------------------------------------------------------------------------------------------------


@require_POST
@login_required
@never_cache
def leave_decide(request, uid):
    """Approve, refuse or take back one leave; what is refused comes back with the note as typed."""
    demand_decider(request.user)
    leave = get_object_or_404(Leave.objects.visible_to(request.user), uid=uid)
    act, note = request.POST.get("act", ""), _note(request)
    if act in DECISIONS:
        facts, service = {"approve": DECISIONS[act], "note": note}, decide_leave
    elif act == "withdraw":
        facts, service = {}, withdraw_leave
    else:
        raise Http404
    return _act(request, leave, note, lambda at: service(leave=leave, **facts, actor=request.user, at=at))


@require_POST
@login_required
@never_cache
def swap_settle(request, uid):
    """Confirm, refuse or take back one swap of others."""
    demand_decider(request.user)
    swap = get_object_or_404(Swap.objects.visible_to(request.user), uid=uid)
    act, note = request.POST.get("act", ""), _note(request)
    if act == "refuse":
        return _act(
            request, swap, note, lambda at: refuse_swap(swap=swap, note=note, actor=request.user, at=at)
        )  # fmt: skip
    if act not in ("confirm", "withdraw"):
        raise Http404
    service = confirm_swap if act == "confirm" else withdraw_swap
    return _act(request, swap, note, lambda at: service(swap=swap, actor=request.user, at=at))


def _note(request) -> str:
    return request.POST.get("note", "").replace("\0", "")[:200]


def _act(request, row, note: str, call):
    try:
        done = call(timezone.now())
    except NotAllowed:
        raise
    except DomainError as error:
        anchor = f"n-{row.uid}" if "note" in error.fields else ""
        return _desk(request, Refused(str(row.uid), error.message, note, error.status, anchor))
    messages.success(request, _done_words(done))
    _warn_of_gaps(request, done)
    return redirect("station-leave")


def _done_words(row) -> str:
    if isinstance(row, Leave):
        return f"{row.deputy.name}的请假:{row.get_state_display()}。{names_told([row.deputy])}"
    parties = [person for person in (row.giver, row.taker) if person]
    return f"{row.giver.name}的换班:{row.get_state_display()}。{names_told(parties)}"


def _warn_of_gaps(request, row) -> None:
    """Which days lack somebody now, each with the way to it for who plans there."""
    gaps = gaps_left_by(row) if isinstance(row, Leave) and row.state == LeaveState.APPROVED else []
    if gaps:
        words = format_html_join("、", "{}", ((_gap(request.user, shift),) for shift in gaps))
        messages.warning(request, format_html("{}。", words))


def _gap(user, shift: Shift) -> str:
    words = f"{shift.branch.name}{shift.date.month}月{shift.date.day}日还缺{missing_on(shift)}人"
    if not can_plan_roster(user, shift.station):
        return words
    return format_html('<a href="{}">{},去安排</a>', reverse("roster-day", args=[shift.pk]), words)


# ---- Entering for somebody -----------------------------------------------------------------------------------------


def deputies_of(user, today):
    """Whom `user` may enter leave for: those who serve today where the user decides, except oneself."""
    places = places_with(user, Right.APPROVE_LEAVE)
    here = Q(branch__in=places) | Q(branch__parent__in=places) | Q(branch__county__in=places)
    serving = Membership.objects.in_force(today).filter(here)
    return Deputy.objects.filter(pk__in=serving.values("deputy")).exclude(user=user.pk)


def look_up(user, people, text: str, today) -> tuple[list[Deputy], bool]:
    """Return at most twenty deputies matching `text`, and whether there are more; without a text only few are shown."""
    rows = people.matching(text, phones=sees_whole_phones(user)).order_by("sort_key", "code")
    found = list(rows.with_places(today)[: MOST_FOUND + 1])
    if len(found) > MOST_FOUND:
        return (found[:MOST_FOUND], True) if text.strip() else ([], False)
    return found, False


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def leave_add(request):
    """Enter leave for somebody who telephoned: look the deputy up, choose, write it down; approved at once."""
    demand_decider(request.user)
    today, sent = today_here(), request.method == "POST"
    people = deputies_of(request.user, today)
    words = (request.POST if sent else request.GET).get("q", "").replace("\0", "")[:40]
    fill = request.POST.get("fill", "")
    form = _filled(request.POST, fill, people) if fill else EnteredLeaveForm(request.POST if sent else None, people=people)
    if sent and not fill and form.is_valid() and _entered(request, form):
        return redirect("station-leave")
    found, more = look_up(request.user, people, words, today)
    context = {
        "form": form, "q": words, "found": _with_coming(request.user, found, today), "more": more, "chosen": _chosen(form, found),
        "today": today,
    }  # fmt: skip
    return render(request, "activities/leave_add.html", context, status=form.status)


def _filled(data: QueryDict, fill: str, people) -> EnteredLeaveForm:
    """The form as typed so far, with the deputy and the day of the button pressed (`pk/date`); nothing is checked yet."""
    deputy, _slash, day = fill.partition("/")
    typed = {name: data.get(name, "") for name in ("reason", "kind")}
    return EnteredLeaveForm(None, people=people, initial=typed | {"deputy": deputy, "started_on": day, "ended_on": day})


def _with_coming(user, people: list[Deputy], today) -> list[tuple[Deputy, list[ShiftPlace]]]:
    """Each with the coming duties that `user` sees: leave is asked for from them most of the time (one query)."""
    rows = ShiftPlace.objects.filter(deputy__in=people, shift__date__gt=today, shift__state=ShiftState.PLANNED)
    coming: dict[int, list[ShiftPlace]] = {}
    for place in rows.filter(_shown_to(user)).select_related("shift").order_by("shift__date"):
        coming.setdefault(place.deputy_id, []).append(place)
    return [(person, coming.get(person.pk, [])) for person in people]


def _chosen(form: EnteredLeaveForm, found: Iterable[Deputy]) -> str:
    """The key of the deputy to mark: as sent, or the only one found."""
    keys = [str(person.pk) for person in found]
    return str(form["deputy"].value() or (keys[0] if len(keys) == 1 else ""))


def _entered(request, form: EnteredLeaveForm) -> bool:
    try:
        leave = ask_leave(**form.cleaned_data, actor=request.user, at=timezone.now())
    except NotAllowed:
        raise
    except DomainError as error:
        form.tell(error)
        return False
    messages.success(request, f"{leave.deputy.name}的假登记好了,已经批准。{names_told([leave.deputy])}")
    _warn_of_gaps(request, leave)
    return True
