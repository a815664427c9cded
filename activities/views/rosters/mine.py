"""A deputy's month at the own branch, and the secret addresses by which calendar programs follow it."""

from datetime import date

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from activities.models import CalendarFeed, OtherService, Shift
from activities.permissions import can_keep_feed
from activities.services import open_feed, revoke_feed
from activities.states import RosterState
from activities.views.rosters.desks import chosen_month, desk_of, found_or_404, months_around
from deputies.models import Deputy
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.working_days import today_here
from stations.models import Station


@require_safe
@login_required
def my_roster(request):
    """The published days of one's own branch, one's own marked; read-only."""
    person = _myself(request)
    month = chosen_month(request) if request.GET.get("month") else today_here().replace(day=1)
    branch = _branch_of(person, today_here())
    context = {
        "person": person, "branch": branch, "today": today_here(), "shifts": _published(branch, person, month),
        "others": _others(person, month), **months_around(month),
    }  # fmt: skip
    return render(request, "activities/roster_mine.html", context)


def _myself(request) -> Deputy:
    return get_object_or_404(Deputy.objects.select_related("county"), user=request.user)


def _branch_of(person: Deputy, today: date) -> Station | None:
    membership = person.memberships.in_force(today).select_related("branch__parent__parent").first()
    return membership.branch if membership else None


def _published(branch: Station | None, person: Deputy, month: date) -> list[Shift]:
    """The branch's days with `is_mine`; none for who serves at no branch today."""
    rows = Shift.objects.of_month(month).filter(branch=branch, roster__state=RosterState.PUBLISHED)
    shifts = list(rows.prefetch_related("places__deputy").order_by("date")) if branch else []
    for shift in shifts:
        shift.is_mine = any(place.deputy_id == person.pk for place in shift.places.all())
    return shifts


def _others(person: Deputy, month: date):
    rows = OtherService.objects.filter(deputy=person, roster__month=month, roster__state=RosterState.PUBLISHED)
    return rows.select_related("branch__parent")


# ---- Calendar addresses --------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def my_calendar(request):
    """A deputy's own address: made, explained, made anew, switched off."""
    person = _myself(request)
    if request.method == "POST":
        _act(request, person)
        return redirect("my-calendar")
    feed = person.feeds.filter(revoked_at=None).first()
    return render(request, "activities/roster_feed.html", {"person": person, **_address(feed)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def roster_calendar(request):
    """The addresses of the station's branches: for the head the own one, for clerk and county staff all."""
    desk = desk_of(request)
    branches = [branch for branch in _with_feeds(desk) if can_keep_feed(request.user, branch)]
    if not branches:
        raise NotAllowed("分站的日历订阅由站长、联络站和县人大办公室办理。")
    if request.method == "POST":
        keys = [branch.pk for branch in branches]
        rows = Station.objects.filter(pk__in=keys).select_related("parent", "county")
        _act(request, found_or_404(rows, code=request.POST.get("branch", "")))
        return redirect(f"{reverse('roster-calendar')}?{desk.query}")
    rows = [(branch, _address(next(iter(branch.live_feeds), None))) for branch in branches]
    return render(request, "activities/roster_feeds.html", {"desk": desk, "rows": rows})


def _with_feeds(desk):
    rows = Station.objects.filter(parent=desk.station).open(today_here()).order_by("official_order", "code")
    rows = rows if desk.branches is None else rows.filter(pk__in=desk.branches)
    live = CalendarFeed.objects.filter(revoked_at=None)
    return rows.prefetch_related(Prefetch("feeds", queryset=live, to_attr="live_feeds"))


def _act(request, of: Deputy | Station) -> None:
    """POST `act`: open (also anew) or revoke."""
    act = request.POST.get("act")
    if act == "open":
        open_feed(of=of, actor=request.user, at=timezone.now())
        messages.success(request, "地址做好了,请照下面的办法加到日历里。以前的地址如果有,已经停用。")
    elif act == "revoke":
        revoke_feed(of=of, actor=request.user, at=timezone.now())
        messages.success(request, "地址停用了,以前加到日历里的不再更新。")
    else:
        raise Http404


def _address(feed: CalendarFeed | None) -> dict:
    """Context: `feed`, its whole address to copy, and the one a phone opens its calendar by."""
    if feed is None:
        return {"feed": None}
    address = settings.SITE_URL + reverse("calendar-feed", args=[feed.token])
    return {"feed": feed, "address": address, "webcal": "webcal://" + address.partition("://")[2]}
