"""The holidays that are known beforehand: published by the State Council, packaged by chinesecalendar."""

from chinese_calendar.constants import Holiday, holidays, workdays
from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.history import load_traced, save_traced
from julu_liaison.common.models import CalendarDay


@transaction.atomic
def load_holidays(*, first_year: int, actor) -> int:
    """Add the holidays and make-up working days from `first_year` to the last known year; return how many were new.

    A day that the calendar has already is left as it is: somebody may have corrected it.
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
    return len(new)


@transaction.atomic
def put_calendar_day(*, day: CalendarDay, actor) -> CalendarDay:
    """Write one holiday or make-up working day as typed in; running terms keep the day they were given."""
    day.full_clean()
    save_traced(day, actor=actor)
    audit.record("put_calendar_day", actor=actor, target=day, date=str(day.date), kind=day.kind)
    return day
