"""Telling other apps that attendance changed."""

from activities.models import DutyLog
from activities.signals import attendance_changed
from julu_liaison.common.announcing import announce


def announce_attendance(log: DutyLog, deputies) -> None:
    """After commit: these deputies' presence in `log` is new or no longer counts."""
    keys = sorted(deputy.pk for deputy in deputies)
    announce(attendance_changed, sender=DutyLog, log=log, deputy_ids=keys, year=log.date.year)
