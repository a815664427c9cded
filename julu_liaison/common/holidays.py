"""Holidays and make-up working days: the packaged ones of chinesecalendar, and what the county types in.

The State Council announces a year's holidays in the November before it; the package follows some weeks later.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from chinese_calendar.constants import Holiday, holidays, workdays
from django.db import transaction
from django.utils import timezone

from julu_liaison.common import audit
from julu_liaison.common.announcing import settle
from julu_liaison.common.errors import DomainError
from julu_liaison.common.history import load_traced, save_traced
from julu_liaison.common.models import CalendarDay
from julu_liaison.common.rehearsing import rehearsed
from julu_liaison.common.signals import calendar_changed

ANNOUNCED_FROM = 11  # November
LONGEST_HOLIDAY = 15
FIRST_YEAR, LAST_YEAR = 2004, 2099
SATURDAY = 5


@transaction.atomic
def load_holidays(*, first_year: int, actor) -> tuple[int, list]:
    """Add the holidays and make-up working days from `first_year` to the last known year.

    A day that the calendar has already is left as it is: somebody may have corrected it. Returns how many were new, and
    what listeners say follows from them.
    """
    had = set(CalendarDay.objects.filter(date__year__gte=first_year).values_list("date", flat=True))
    kinds = ((CalendarDay.Kind.HOLIDAY, holidays), (CalendarDay.Kind.WORKDAY, workdays))
    new = [
        CalendarDay(date=day, kind=kind, name=Holiday(name).chinese)
        for kind, days in kinds
        for day, name in days.items()
        if day.year >= first_year and day not in had
    ]
    new.sort(key=lambda row: row.date)
    load_traced(new, CalendarDay, actor=actor)
    audit.record("load_holidays", actor=actor, first_year=first_year, added=len(new))
    days = [row.date for row in new]
    return len(new), settle(calendar_changed, sender=CalendarDay, days=days, actor=actor, at=timezone.now())


@transaction.atomic
def put_calendar_day(*, day: CalendarDay, actor) -> CalendarDay:
    """Write one holiday or make-up working day as typed in; listeners follow it."""
    day.full_clean()
    save_traced(day, actor=actor)
    audit.record("put_calendar_day", actor=actor, target=day, date=str(day.date), kind=day.kind)
    settle(calendar_changed, sender=CalendarDay, days=[day.date], actor=actor, at=timezone.now())
    return day


@transaction.atomic
def put_calendar_days(*, kind: str, name: str, start: date, end: date, actor, at: datetime) -> list:
    """Make every day from `start` to `end` a holiday or a make-up working day (调休上班); a day that was the other becomes this.

    Returns what listeners say follows from it. Raises DomainError for a period that can't be meant.
    """
    _check_period(kind, start, end)
    days = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    had = {row.date: row for row in CalendarDay.objects.select_for_update().filter(date__in=days)}
    for day in days:
        row = had.get(day) or CalendarDay(date=day)
        row.kind, row.name = kind, name.strip()
        row.full_clean()
        save_traced(row, actor=actor)
    audit.record(
        "put_calendar_days", actor=actor, at=at, kind=kind, name=name.strip(), start=str(start), end=str(end)
    )
    return settle(calendar_changed, sender=CalendarDay, days=days, actor=actor, at=at)


@transaction.atomic
def drop_calendar_days(*, start: date, end: date, actor, at: datetime) -> list:
    """Give the days from `start` to `end` back to the plain week; returns what listeners say follows from it."""
    _check_period(CalendarDay.Kind.HOLIDAY, start, end)
    rows = CalendarDay.objects.select_for_update().filter(date__range=(start, end))
    days = [row.date for row in rows]
    for row in rows:
        row._history_user = actor  # type: ignore[attr-defined]
        row.delete()
    audit.record("drop_calendar_days", actor=actor, at=at, start=str(start), end=str(end), dropped=len(days))
    return settle(calendar_changed, sender=CalendarDay, days=days, actor=actor, at=at)


def preview_days(act: Callable[..., list], **facts) -> list:
    """What listeners would say follows from `put_calendar_days` or `drop_calendar_days`; nothing is written."""
    return rehearsed(act, **facts)


def sentences_of(told: list) -> list[str]:
    """All that listeners said, in one list."""
    return [sentence for sentences in told for sentence in sentences]


def _check_period(kind: str, start: date, end: date) -> None:
    if not FIRST_YEAR <= start.year <= LAST_YEAR:
        raise DomainError(f"日期请在{FIRST_YEAR}年到{LAST_YEAR}年之间。", fields={"start": "年份不对"})
    if end < start:
        raise DomainError("最后一天不能早于第一天。", fields={"end": "不能早于第一天"})
    if (end - start).days >= LONGEST_HOLIDAY:
        raise DomainError(f"一次最多录入{LONGEST_HOLIDAY}天,请核对日期。", fields={"end": "日期太远"})
    if kind == CalendarDay.Kind.WORKDAY and any(
        (start + timedelta(days=number)).weekday() < SATURDAY for number in range((end - start).days + 1)
    ):
        raise DomainError("调休上班的日子是星期六或星期日,请核对日期。", fields={"start": "不是星期六或星期日"})


def known_years() -> list[int]:
    """The years whose holidays are packaged with the program."""
    return sorted({day.year for day in holidays})


def missing_years(on: date) -> list[int]:
    """Years without a single holiday in the calendar that are needed now: this one and, from November on, the next."""
    needed = [on.year, *([on.year + 1] if on.month >= ANNOUNCED_FROM else [])]
    have = set(CalendarDay.objects.filter(date__year__in=needed, kind=CalendarDay.Kind.HOLIDAY).values_list("date__year", flat=True))
    return [year for year in needed if year not in have]
