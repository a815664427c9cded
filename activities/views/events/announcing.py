"""Announcing an activity (or recording one that is past), and changing it."""

import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from activities.forms.events import AnnounceForm, ChangeForm
from activities.permissions import activity_places
from activities.rules.expected import EXEMPT, NOT_SIGNED_UP
from activities.services.addressees import reach_of
from activities.services.events import Audience, announce_activity, change_activity, expectations, people_in
from activities.services.events.telling import asked_people
from activities.states import ActivityState
from activities.views.calls import told_words
from activities.views.events.page import kept_activity
from deputies.models import Deputy
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.working_days import today_here


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def activity_new(request):
    """Two steps on one page: `do=check` shows whom it will reach, `do=send` does it, if that is still the same.

    `?plan_item=` and `?project=` are preselected.
    """
    today = today_here()
    places = list(activity_places(request.user, today))
    if not places:
        raise NotAllowed("活动由县人大办公室、联络站和分站站长安排。")
    form = AnnounceForm(request.POST or None, user=request.user, places=places, today=today)
    if request.method != "POST":
        form.start_from(request.GET)
        return _form_page(request, form)
    preview = _preview(form, today) if form.is_valid() else None
    if preview is None:
        return _form_page(request, form, status=400)
    if request.POST.get("do") != "send" or form.cleaned_data["seen"] != preview["digest"]:
        return _form_page(request, form, preview=preview)
    return _announce(request, form, today)


def _form_page(request, form: AnnounceForm, *, preview: dict | None = None, status: int = 200):
    return render(request, "activities/event_new.html", {"form": form, "preview": preview}, status=status)


def _preview(form: AnnounceForm, today) -> dict | None:
    """Who will be asked, and why some of them need not come; None puts the problem on the form."""
    chosen = form.cleaned_data
    try:
        people = people_in(form.audience, host=form.host, on=chosen["held_on"])
    except DomainError as error:
        form.add_error(None, error.message)
        return None
    why = expectations(
        (person.pk for person in people), places=[form.host.pk], on=chosen["held_on"],
        required=chosen["required"] == "1",
    )  # fmt: skip
    excused = [(person, why[person.pk]) for person in people if why[person.pk] not in ("", NOT_SIGNED_UP)]
    names = ",".join(str(person.pk) for person in people)
    return {
        "people": people,
        "expected": sum(not reason for reason in why.values()),
        "excused": excused,
        "exempt": sum(reason == EXEMPT for _person, reason in excused),
        "without_account": reach_of(people).to_call,
        "told_words": told_words(_to_be_told(people, why, chosen["required"] == "1"), done=False),
        "is_past": chosen["held_on"] < today,
        "digest": hashlib.sha256(f"{chosen['held_on']}:{names}".encode()).hexdigest()[:16],
    }


def _to_be_told(people: list[Deputy], why: dict[int, str], required: bool) -> list[Deputy]:
    """Whom `announce_activity` tells: nobody who need not come for a reason of their own."""
    return [person for person in people if not why[person.pk] or not required]


def _announce(request, form: AnnounceForm, today):
    try:
        made = announce_activity(
            station=form.host, audience=form.audience, partners=form.partner_places, tell=form.cleaned_data["tell"],
            uid=form.cleaned_data["uid"], actor=request.user, at=timezone.now(), **form.details,
        )  # fmt: skip
    except DomainError as error:
        _put_on_form(form, error)
        return _form_page(request, form, status=error.status)
    if made.held_on < today:
        messages.success(request, "活动记下了,请接着登记谁来了。")
        return redirect("activity-attendance", uid=made.uid)
    words = f"“{made.title}”安排好了。"
    if form.cleaned_data["tell"]:
        told = told_words(asked_people(made))
        link = reverse("activity-calls", args=[made.uid])
        words = format_html('{}{}。<a href="{}">看要打电话的名单</a>', words, told, link) if "电话" in told else f"{words}{told}。"
    messages.success(request, words)
    return redirect("activity", uid=made.uid)


def _put_on_form(form, error: DomainError) -> None:
    known = {name: sentence for name, sentence in error.fields.items() if name in form.fields}
    for name, sentence in known.items():
        form.add_error(name, sentence)
    if not known:
        form.add_error(None, error.message)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def activity_edit(request, uid):
    """Change the details, ask more people or fewer; what was held is changed with a reason."""
    activity = kept_activity(request.user, uid)
    if activity.state == ActivityState.CANCELLED:
        raise Conflict("这个活动已经取消了,要办请另发通知。")
    today = today_here()
    form = ChangeForm(
        request.POST or None, user=request.user, activity=activity, places=[activity.station], today=today
    )
    status = 200
    if request.method == "POST":
        status = _change(request, form)
        if status == 200:
            messages.success(request, "改好了。")
            return redirect("activity", uid=activity.uid)
    context = {"form": form, "activity": activity, "is_held": activity.state == ActivityState.HELD}
    return render(request, "activities/event_edit.html", context, status=status)


def _change(request, form: ChangeForm) -> int:
    """Try it; returns the status, with what went wrong on the form."""
    if not form.is_valid():
        return 400
    chosen = form.cleaned_data
    try:
        change_activity(
            activity=form.activity, changes=form.details, actor=request.user, at=timezone.now(),
            version=chosen["version"], add=Audience(deputies=chosen["names"]) if chosen["names"] else None,
            drop=chosen["without"], reason=chosen["reason"],
        )  # fmt: skip
    except DomainError as error:
        _put_on_form(form, error)
        return error.status
    return 200
