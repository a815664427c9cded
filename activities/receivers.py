"""What activities does when stations or the calendar tell a fact."""

from django.dispatch import receiver

from activities.services.calendar import follow_calendar
from activities.services.relocating import close_branch, follow_branch
from julu_liaison.common.signals import calendar_changed
from stations.signals import branch_moved, station_closing


@receiver(branch_moved)
def take_the_records_along(sender, *, branch, target, at, **_more):
    return follow_branch(branch=branch, target=target, at=at)


@receiver(station_closing)
def call_off_what_was_planned(sender, *, station, on, into, actor, at, **_more):
    return close_branch(station=station, on=on, into=into, actor=actor, at=at)


@receiver(calendar_changed)
def tell_of_receptions_to_move(sender, *, days, at, **_more):
    return follow_calendar(days=days, at=at)
