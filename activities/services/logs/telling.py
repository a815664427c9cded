"""Telling other apps that attendance changed."""

from activities.models import DutyLog
from activities.services.presence import announce_days


def announce_attendance(log: DutyLog, deputies) -> None:
    """After commit: these deputies' presence in `log` is new or no longer counts."""
    keys = [deputy.pk for deputy in deputies]
    announce_days(sender=DutyLog, log=log, deputies=keys, county=log.county_id, start=log.date, end=log.date)
