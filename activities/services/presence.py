"""Telling other apps what deputies did, or need not have done, on some days."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import F

from activities.models import DutyLog, Shift
from activities.services.rosters.gaps import away_from
from activities.signals import attendance_changed
from julu_liaison.common.announcing import announce


def announce_days(
    *, sender: Any, deputies: Iterable[int], county: int, start: date, end: date, log: DutyLog | None = None
) -> None:
    """After commit, a year at a time: what these deputies (by key) did from `start` to `end` is new or counts no longer.

    A December Sunday that was held in January belongs to the old year.
    """
    keys = sorted(set(deputies))
    put_off = Shift.objects.filter(county=county, date__range=(start, end)).exclude(for_sunday__year=F("date__year"))
    years = {*range(start.year, end.year + 1), *(day.year for day in put_off.values_list("for_sunday", flat=True))}
    for year in sorted(years):
        announce(attendance_changed, sender=sender, log=log, deputy_ids=keys, year=year)


def announce_reception(shift: Shift) -> None:
    """After commit, to everybody on the day or away from it by leave: it is called off, or takes place after all."""
    keys = {*shift.places.values_list("deputy", flat=True), *(person.pk for person in away_from(shift))}
    year = shift.for_sunday.year
    announce(attendance_changed, sender=Shift, log=None, deputy_ids=sorted(keys), year=year)
