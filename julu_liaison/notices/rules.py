"""When notices may leave the house, and on which ways: pure rules over values."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from julu_liaison.common.working_days import Calendar
from julu_liaison.notices.states import MANDATORY, Pace, SmsChoice

OPENS, CLOSES = time(7, 30), time(20, 30)  # in between a message disturbs nobody; ordinary weekends are days as others
DIGEST_AT = time(8)
# A machine that was off for longer would tell of what is over; the inbox has every notice anyway.
STALE_AFTER = timedelta(days=3)
BACKOFF = (
    timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4),
    timedelta(hours=12),
)  # fmt: skip


def next_allowed(moment: datetime, calendar: Calendar) -> datetime:
    """Return `moment` itself, or else the first one after it at which a message that is not urgent may go out.

    Never from 20:30 to 7:30 in the county, never on a public holiday.
    """
    local = timezone.localtime(moment)
    if local.time() >= CLOSES or calendar.is_holiday(local.date()):
        return _at(OPENS, _first_day(local.date() + timedelta(days=1), calendar))
    return moment if local.time() >= OPENS else _at(OPENS, local.date())


def next_digest(moment: datetime, calendar: Calendar) -> datetime:
    """Return when the digest goes out that holds what happens at `moment`: eight o'clock of the next possible morning."""
    local = timezone.localtime(moment)
    tomorrow = local.time() >= DIGEST_AT
    return _at(DIGEST_AT, _first_day(local.date() + timedelta(days=tomorrow), calendar))


def next_try(attempts: int, moment: datetime, *, urgent: bool, calendar: Calendar) -> datetime | None:
    """Return when a message that has failed `attempts` times (at least once) is tried again; None: never."""
    if attempts > len(BACKOFF):
        return None
    again = moment + BACKOFF[attempts - 1]
    return again if urgent else next_allowed(again, calendar)


def is_stale(since: datetime, at: datetime) -> bool:
    """Whether what should have gone out `since` then is told too late to be of use."""
    return at - since > STALE_AFTER


def is_wanted(kind: str, muted: Collection[str]) -> bool:
    """Whether a person who has turned off the kinds `muted` gets one of `kind` outside the inbox."""
    return kind in MANDATORY or kind not in muted


def is_for_text_message(kind: str, *, urgent: bool, choice: str, muted: Collection[str]) -> bool:
    """Whether a notice is worth a text message to a person who has a phone."""
    return is_wanted(kind, muted) and (kind in MANDATORY or urgent or choice == SmsChoice.ALL)


def is_for_digest(pace: str, *, urgent: bool) -> bool:
    return pace == Pace.DAILY and not urgent


def is_needless(kind: str, read_at: datetime | None) -> bool:
    """Whether a notice that was read on the site need not be sent as well. Duties and terms are sent all the same."""
    return read_at is not None and kind not in MANDATORY


def _first_day(day: date, calendar: Calendar) -> date:
    while calendar.is_holiday(day):
        day += timedelta(days=1)
    return day


def _at(hour: time, day: date) -> datetime:
    return datetime.combine(day, hour, tzinfo=timezone.get_default_timezone())
