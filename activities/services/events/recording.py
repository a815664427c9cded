"""Recording in one step what was held already."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction

from activities.models import Activity, ActivityAttendance, LivelihoodProject, PlanItem
from activities.rules.expected import UNASKED
from activities.services.events.announcing import demand_recorder
from activities.services.events.attendance import demand_reach
from activities.services.events.audience import holders
from activities.services.events.details import check_details
from activities.services.events.expecting import expectations
from activities.services.events.telling import announce_presence
from activities.services.logs.limits import demand_open
from activities.states import ActivityState, Presence
from deputies.models import Deputy
from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.services import hold_place


@transaction.atomic
def record_activity(
    *, station: Station, kind: str, title: str, held_on: date, attendance: Mapping[Deputy, str], actor, at: datetime,
    required: bool = True, leaflets: int = 0, households: int = 0, reached: int = 0, hours: str = "", venue: str = "",
    minutes: str = "", partners: Iterable[Station] = (), project: LivelihoodProject | None = None,
    plan_item: PlanItem | None = None, service_role: str = "", stands_in_for: Mapping[Deputy, Deputy] | None = None,
) -> Activity:  # fmt: skip
    """Record an activity that was held, with the presence of everyone of the host's who was expected or came.

    Whoever had no mandate or branch on that day, or was exempt, is not expected and it costs them nothing.
    """
    station, partners = hold_place(station), list(partners)
    demand_recorder(actor, station)
    if held_on > today_here(at):
        raise DomainError("活动还没举行,请举行后再登记。", fields={"held_on": "这一天还没到"})
    activity = Activity(
        station=station, county_id=station.county_id, kind=kind, title=title, held_on=held_on, required=required,
        leaflets=leaflets, households=households, reached=reached, hours=hours, venue=venue, minutes=minutes.strip(),
        project=project, plan_item=plan_item, service_role=service_role, state=ActivityState.HELD, recorder=actor,
        recorded_at=at,
    )  # fmt: skip
    check_details(activity, partners, today_here(at))
    demand_open(station, held_on, at, of_sessions=False)
    activity.save(force_insert=True)
    activity.partners.set(partners)
    demand_reach(actor, activity, attendance, stands_in_for or {})
    ActivityAttendance.objects.bulk_create(_rows(activity, attendance, stands_in_for or {}))
    audit.record("record_activity", actor=actor, target=activity, at=at, title=activity.title)
    announce_presence(activity, (deputy.pk for deputy in attendance))
    return activity


def _rows(activity: Activity, attendance: Mapping[Deputy, str], stands_in_for: Mapping[Deputy, Deputy]):
    keys = [deputy.pk for deputy in attendance]
    why = expectations(keys, places=holders(activity), on=activity.held_on, required=True)
    for deputy, status in attendance.items():
        other = stands_in_for.get(deputy)
        because = UNASKED if status == Presence.SUBSTITUTE and other else why[deputy.pk]
        yield ActivityAttendance(
            activity=activity, deputy=deputy, status=status, stands_in_for=other, expected=not because,
            not_expected_because=because,
        )  # fmt: skip
