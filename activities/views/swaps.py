"""Swaps between deputies, on the phone: offering a day, taking a colleague's, confirming."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from activities.forms.leaves import OfferForm, TakeForm
from activities.models import Shift, Swap
from activities.rules import is_too_late
from activities.services import confirm_swap, obstacles, offer_swap, refuse_swap, take_swap, withdraw_swap
from activities.states import CALLED_OFF, SwapState
from activities.views.leaves import own_duty, own_person
from deputies.models import Deputy, Membership
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.working_days import today_here

STEPS = {
    "confirm": (confirm_swap, "换班定了,已经告诉对方和联络站。"),
    "refuse": (refuse_swap, "好的,这个班重新等人接,已经告诉对方。"),
    "withdraw": (withdraw_swap, "撤回了,班照原来的排。"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def my_swap(request, day: str):
    """Offer one of one's own days to the branch."""
    person, today = own_person(request), today_here()
    shift = own_duty(person, day, today)
    form = OfferForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = offer_swap(shift=shift, giver=person, **form.cleaned_data, actor=request.user, at=timezone.now())
        except DomainError as error:
            form.tell(error)
        else:
            messages.success(request, "已经告诉同事了。有人接班,会通知您来确认。")
            return redirect("swap", uid=made.uid)
    context = {
        "form": form, "shift": shift, "branch": shift.branch, "too_late": is_too_late(shift.date, today),
        "free": _free(shift, person), "offered": Swap.objects.open().filter(shift=shift, giver=person).first(),
    }  # fmt: skip
    return render(request, "activities/swap_offer.html", context, status=form.status)


def _free(shift: Shift, person: Deputy) -> list[Deputy]:
    """Colleagues of the branch who could take the day."""
    rows = Membership.objects.in_force(shift.date).filter(branch=shift.branch_id).exclude(deputy=person)
    people = [row.deputy for row in rows.heads_first().select_related("deputy")]
    hindered = obstacles(shift, people)
    return [one for one in people if one.pk not in hindered]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def swap(request, uid):
    """One swap: take it, confirm it, say no, take it back, each where it is the reader's to do."""
    person = own_person(request)
    found = get_object_or_404(Swap.objects.visible_to(request.user).with_details(), uid=uid)
    form = TakeForm(request.POST if _is_taking(request) else None, days=_days_to_give(person, found))
    if request.method == "POST" and _done(request, found, person, form):
        return redirect("swap", uid=found.uid)
    return _page(request, found, person, form)


def _is_taking(request) -> bool:
    return request.method == "POST" and request.POST.get("act") == "take"


def _days_to_give(person: Deputy, found: Swap) -> list[Shift]:
    """Coming days of the reader on which the giver isn't."""
    if found.giver_id == person.pk or found.state != SwapState.OFFERED:
        return []
    today = today_here()
    rows = Shift.objects.duties_of(person, today).exclude(state__in=CALLED_OFF).exclude(date=found.shift.date)
    theirs = set(Shift.objects.duties_of(found.giver, today).values_list("date", flat=True))
    return [shift for shift in rows if shift.date not in theirs and not is_too_late(shift.date, today)]


def _done(request, found: Swap, person: Deputy, form: TakeForm) -> bool:
    """Do what the button says. A refusal goes to the form, which the page shows; NotAllowed is a page of its own."""
    act = request.POST.get("act", "")
    if act == "take":
        return form.is_valid() and _called(
            request, form, take_swap, "谢谢您接班。等对方确认后就定了,会通知您。",
            swap=found, taker=person, **form.cleaned_data,
        )  # fmt: skip
    if act not in STEPS:
        raise Http404
    service, sentence = STEPS[act]
    return _called(request, form, service, sentence, swap=found)


def _called(request, form: TakeForm, service, sentence: str, **facts) -> bool:
    try:
        service(**facts, actor=request.user, at=timezone.now())
    except NotAllowed:
        raise
    except DomainError as error:
        form.refused, form.refused_status = error.message, error.status
        return False
    messages.success(request, sentence)
    return True


def _page(request, found: Swap, person: Deputy, form: TakeForm):
    refused = getattr(form, "refused", "")
    if refused:
        found = Swap.objects.with_details().get(pk=found.pk)  # as somebody else has left it meanwhile
    today = today_here()
    is_mine = found.giver_id == person.pk
    lapsed = is_too_late(found.shift.date, today) or found.shift.state in CALLED_OFF
    is_open = found.state in (SwapState.OFFERED, SwapState.TAKEN) and not lapsed
    to_take = is_open and found.state == SwapState.OFFERED and not is_mine
    context = {
        "swap": found, "shift": found.shift, "branch": found.shift.branch, "form": form, "refused": refused,
        "is_mine": is_mine, "is_taker": found.taker_id == person.pk, "is_open": is_open, "lapsed": lapsed,
        "to_take": to_take,
        "obstacle": obstacles(found.shift, [person]).get(person.pk, "") if to_take else "",
    }  # fmt: skip
    status = form.refused_status if refused else form.status
    return render(request, "activities/swap.html", context, status=status)
