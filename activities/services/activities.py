"""Recording activities and who came."""

from datetime import date, datetime

from django.db import transaction

from activities.models import Activity, ActivityAttendance
from activities.permissions import can_record_activity
from activities.signals import attendance_changed
from deputies.models import Deputy
from julu_liaison.common import audit
from julu_liaison.common.announcing import announce
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.services import hold_place


@transaction.atomic
def record_activity(
    *, station: Station, kind: str, title: str, held_on: date, attendance: dict[Deputy, str], actor, at: datetime,
    required: bool = True, leaflets: int = 0, households: int = 0,
) -> Activity:  # fmt: skip
    """Record an activity that was held, with the presence of everyone who was expected or came."""
    station = hold_place(station)
    if not can_record_activity(actor, station):
        raise NotAllowed(f"{station.full_name}的活动由本站工作人员登记。")
    if held_on > today_here(at):
        raise DomainError("活动还没举行,请举行后再登记。", fields={"held_on": "这一天还没到"})
    if not station.is_open(held_on):
        raise DomainError(f"{station.full_name}这一天不在开放期内,请核对日期。", fields={"held_on": "这一天没有开放"})
    activity = Activity.objects.create(
        station=station, county_id=station.county_id, kind=kind, title=title, held_on=held_on, required=required,
        leaflets=leaflets, households=households, recorder=actor, recorded_at=at,
    )  # fmt: skip
    ActivityAttendance.objects.bulk_create(
        ActivityAttendance(activity=activity, deputy=deputy, status=status) for deputy, status in attendance.items()
    )
    audit.record("record_activity", actor=actor, target=activity, at=at, title=title)
    keys = sorted(deputy.pk for deputy in attendance)
    announce(attendance_changed, sender=Activity, log=None, deputy_ids=keys, year=held_on.year)
    return activity
