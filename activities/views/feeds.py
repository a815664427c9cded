"""Duties for calendar programs (日历订阅): the feed behind a secret address.

A feed is computed from published rosters whenever it is fetched, so moves, swaps and cancellations follow by themselves.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Max, Prefetch
from django.http import Http404, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe
from icalendar import STATUS, Calendar, Event

from activities.models import CalendarFeed, OtherService, Shift, ShiftPlace
from activities.rules import reception_hours
from activities.services.feeds import live_feed
from activities.states import CALLED_OFF, RosterState
from deputies.models import Deputy
from julu_liaison.common.working_days import today_here

HERE = ZoneInfo(settings.TIME_ZONE)
BACK, AHEAD = timedelta(days=92), timedelta(days=370)
FETCHED_EVERY = timedelta(hours=6)
UID_DOMAIN = "julu-liaison"  # never the host's name: events must keep their identity when the site moves


@require_safe
@cache_control(private=True, max_age=0, must_revalidate=True)
@conditional_page
def calendar_feed(request, token):
    """The feed itself, without a login; an unknown address and one that works no more are both 404."""
    today = today_here()
    feed = live_feed(token, today)
    if feed is None:
        raise Http404
    shifts = _shifts_of(feed, today - BACK, today + AHEAD)
    events = [_shift_event(shift, feed) for shift in shifts]
    if feed.deputy:
        events += [_other_event(other) for other in _others_of(feed.deputy, today - BACK, today + AHEAD)]
    response = HttpResponse(_calendar(feed, events), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="duty.ics"'
    response["X-Robots-Tag"] = "noindex"
    return response


def _shifts_of(feed: CalendarFeed, start: date, end: date):
    """Published shifts, each with `changed` (how often) and `changed_at` (when last)."""
    rows = Shift.objects.within(start, end).filter(roster__state=RosterState.PUBLISHED)
    rows = rows.filter(places__deputy=feed.deputy) if feed.deputy else rows.filter(branch=feed.branch)
    rows = rows.select_related("branch__parent__parent", "roster").annotate(
        changed=Count("changes", distinct=True), changed_at=Max("changes__at")
    )
    places = ShiftPlace.objects.select_related("deputy")
    return rows.prefetch_related(Prefetch("places", queryset=places)).order_by("date", "pk")


def _others_of(deputy: Deputy, start: date, end: date):
    rows = OtherService.objects.filter(deputy=deputy, by__range=(start, end), roster__state=RosterState.PUBLISHED)
    return rows.select_related("branch__parent", "roster")


def _calendar(feed: CalendarFeed, events: Iterable[Event]) -> bytes:
    name = f"{feed.deputy.name}的接待日" if feed.deputy else f"{feed.branch.full_name}接待日"
    calendar = Calendar.new(
        prodid="-//julu-liaison//duty//ZH", name=name, calscale="GREGORIAN", refresh_interval=FETCHED_EVERY,
        subcomponents=events, uid=f"feed-{feed.pk}@{UID_DOMAIN}",
    )  # fmt: skip
    calendar.add("X-WR-CALNAME", name)
    calendar.add("X-WR-TIMEZONE", settings.TIME_ZONE)
    calendar.add("X-PUBLISHED-TTL", FETCHED_EVERY)
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _shift_event(shift: Shift, feed: CalendarFeed) -> Event:
    off = shift.state in CALLED_OFF
    start, end = _when(shift)
    stamp = _moment(max(filter(None, (shift.roster.published_at, shift.changed_at))))
    event = Event.new(
        uid=f"shift-{shift.pk}@{UID_DOMAIN}", sequence=shift.changed, stamp=stamp, last_modified=stamp,
        start=start, end=end, status=STATUS.CANCELLED if off else STATUS.CONFIRMED,
        summary=f"{'(取消)' if off else ''}接待日 {shift.branch.parent.name}{shift.branch.name}",
        description="\n".join(_told(shift)), location=shift.branch.address or shift.branch.host or None,
    )  # fmt: skip
    event.add("TRANSP", "TRANSPARENT" if off else "OPAQUE")
    return event


def _told(shift: Shift) -> list[str]:
    """The lines below an event's title; never anybody's own phone, and nothing about villagers."""
    names = "、".join(place.deputy.name for place in shift.places.all())
    facts = (
        (shift.get_state_display() if shift.state in CALLED_OFF else "说明", shift.reason),
        ("值班代表", names),
        ("联络站电话", shift.branch.phone_here),
    )
    return [f"{title}:{text}" for title, text in facts if text]


def _when(shift: Shift) -> tuple:
    """The reception's hours where they can be read, else the whole day."""
    hours = reception_hours(shift.branch.duty_hours_here)
    if hours is None:
        return shift.date, shift.date + timedelta(days=1)
    return tuple(datetime.combine(shift.date, clock, HERE) for clock in hours)


def _other_event(other: OtherService) -> Event:
    stamp = _moment(other.roster.published_at)
    return Event.new(
        uid=f"other-{other.pk}@{UID_DOMAIN}", stamp=stamp, last_modified=stamp, start=other.by,
        end=other.by + timedelta(days=1), status=STATUS.CONFIRMED,
        summary=f"{other.get_form_display()} {other.branch.parent.name}{other.branch.name}(最晚这一天)",
        description=other.note or None,
    )  # fmt: skip


def _moment(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
