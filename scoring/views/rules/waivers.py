"""Waivers (免扣): the county's list; granting and ending one, each seen before it is done."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deputies.models import Deputy
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.keyset import page_of
from julu_liaison.common.sending import done, sent, status_of
from julu_liaison.common.working_days import today_here
from scoring.forms.waivers import EndForm, WaiverForm
from scoring.models import Waiver
from scoring.permissions import can_set_rules
from scoring.rules.changes import plain
from scoring.services.waivers import (
    Relief,
    drop_waiver,
    end_waiver,
    grant_waiver,
    period_of,
    preview_ending,
    preview_granting,
    words_of,
)
from scoring.views.rules.places import county_of, demand_setter
from stations.models import Station
from stations.querysets import scope_of

SHOWN = {"": "还没结束的", "past": "已经结束的"}
LISTED = 20  # deputies of a preview


@require_safe
@login_required
@never_cache
def rules_waivers(request):
    """Those that have not ended, or (`?show=past`) those that have."""
    county = _county_of(request.user)
    today, show = today_here(), request.GET.get("show", "")
    if show not in SHOWN:
        raise Http404
    rows = _seen(request.user)
    rows = rows.filter(ended_on__lt=today) if show else rows.exclude(ended_on__lt=today)
    page = page_of(
        rows, by=("-started_on", "-pk"), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    context = {
        "lines": [(row, words_of(row)) for row in page.rows], "links": page.links(request.GET), "today": today,
        "show": show, "shown": SHOWN, "may": can_set_rules(request.user, county),
    }  # fmt: skip
    return render(request, "scoring/rules_waivers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def rules_waiver_new(request):
    """Type it in, see what it gives back, confirm."""
    county = _county_of(request.user)
    demand_setter(request.user, county)
    today = today_here()
    people = Deputy.objects.filter(county=county).select_related("county", "user").with_places(today)
    form = WaiverForm(sent(request), people=people, initial={"started_on": today})
    return _act(request, form, None, preview=preview_granting, do=grant_waiver, facts={"county": county})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def rules_waiver_end(request, uid):
    """Set the last day, after a look at what that does."""
    row = _kept(request.user, uid)
    form = EndForm(sent(request), initial={"ended_on": row.ended_on or max(today_here(), row.started_on)})
    return _act(request, form, row, preview=preview_ending, do=end_waiver, facts={"waiver": row})


@require_POST
@login_required
def rules_waiver_drop(request, uid):
    """Take away what was never meant."""
    row = _kept(request.user, uid)
    try:
        relief = drop_waiver(waiver=row, actor=request.user, at=timezone.now())
    except NotAllowed:
        raise
    except DomainError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, f"去掉了。{said(relief)}")
    return redirect("rules-waivers")


def said(relief: Relief) -> str:
    """What a waiver gives back, as a sentence."""
    if not relief.people:
        return "现在没有代表的得分因此变化。"
    verb = "少扣" if relief.points > 0 else "多扣"
    return f"{relief.people}位代表的得分有变化,一共{verb}{plain(abs(relief.points))}分。"


def _county_of(user) -> Station:
    if not scope_of(user).counties:
        raise NotAllowed("免扣由县里批准,想知道自己的请问县人大办公室。")
    return county_of(user)


def _seen(user):
    return Waiver.objects.visible_to(user).select_related("county", "deputy__user", "granted_by")


def _kept(user, uid) -> Waiver:
    row = get_object_or_404(_seen(user), uid=uid)
    demand_setter(user, row.county)
    return row


def _act(request, form, row: Waiver | None, *, preview: Callable, do: Callable, facts: dict):
    """The form; once it is sent, what it would do; once that is confirmed, do it."""
    relief = None
    if request.method == "POST":
        confirmed = "confirmed" in request.POST
        relief = done(request, form, do if confirmed else preview, **facts)
        if relief and confirmed:
            messages.success(request, f"记好了。{said(relief)}")
            return redirect("rules-waivers")
    context = {
        "form": form, "row": row, "words": words_of(row) if row else "", "outcome": relief,
        "said": said(relief) if relief else "",
        "about": _about(relief.waiver) if relief else [], "people": _named(relief), "listed": LISTED,
        "typed": _typed(request.POST) if relief else [],
    }  # fmt: skip
    return render(request, "scoring/rules_waiver.html", context, status=status_of(form))


def _named(relief: Relief | None) -> list[tuple[Deputy, object]]:
    if relief is None:
        return []
    people = Deputy.objects.filter(pk__in=relief.given).order_by("sort_key", "code")[:LISTED]
    return [(person, relief.given[person.pk]) for person in people]


def _about(waiver: Waiver) -> list[tuple[str, str]]:
    """Whom, what and when, as it would be saved: two people may bear one name."""
    return [("给谁", _whom(waiver)), ("免扣什么", words_of(waiver)), ("期限", period_of(waiver)), ("原因", waiver.reason)]


def _whom(waiver: Waiver) -> str:
    if waiver.deputy_id is None:
        return f"所有{waiver.get_level_display()}代表"
    person = Deputy.objects.with_places(today_here()).get(pk=waiver.deputy_id)
    member = person.membership_now
    place = f"{member.branch.parent.name}{member.branch.name}" if member else "没有分到分站"
    return f"{person.name},编号{person.code},{place}"


def _typed(posted) -> list[tuple[str, str]]:
    """All that was sent, to be sent once more."""
    return [
        (name, value) for name, values in posted.lists() if name not in ("csrfmiddlewaretoken", "confirmed")
        for value in values
    ]  # fmt: skip
