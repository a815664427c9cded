"""A joint activity (联合举办): each partner asks its own people, which is its agreement."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from activities.models import Activity
from activities.permissions import can_ask_own_people
from activities.services.events.announcing import count_version, invitation, locked, put_on, take_off
from activities.services.events.audience import Audience, own_people
from activities.services.events.telling import tell_asked, tell_dropped, tell_recorder
from activities.services.logs.limits import demand_open
from activities.states import ActivityState
from deputies.models import Deputy
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.states import Level


@transaction.atomic
def ask_own_people(
    *, activity: Activity, station: Station, actor, at: datetime, audience: Audience | None = None,
    drop: Iterable[Deputy] = (),
) -> Activity:  # fmt: skip
    """Ask people of the partner `station` to the activity (请本站代表参加), and take some of them off again (`drop`).

    Until its clerk does so nobody of the station is on the list. Those concerned are told while the day is ahead;
    whoever arranged the activity hears of it. Raises NotAllowed, Conflict once it is held, or DomainError with the fields.
    """
    activity = locked(activity)
    if not can_ask_own_people(actor, activity, station):
        raise NotAllowed("联合举办的联络站,由本站工作人员请本站的代表。")
    _demand_announced(activity)
    demand_open(station, activity.held_on, at, of_sessions=False)
    dropped = take_off(activity, _own(activity, station, list(drop)))
    added = put_on(activity, audience, station)
    count_version(activity)
    activity.save(update_fields=["version"])
    audit.record(
        "ask_own_people", actor=actor, target=activity, at=at, station=station.code, added=len(added),
        dropped=len(dropped),
    )  # fmt: skip
    if activity.held_on >= today_here(at):
        tell_asked(activity, invitation(activity), at, people=added, fit_for_outside=True)
        tell_dropped(activity, dropped, at)
    if added:
        tell_recorder(activity, f"{station.full_name}请了{len(added)}位代表参加“{activity.title}”。", at)
    return activity


def _demand_announced(activity: Activity) -> None:
    if activity.state == ActivityState.CANCELLED:
        raise Conflict("这个活动已经取消了,不用再请代表。")
    if activity.state == ActivityState.HELD:
        raise Conflict(f"这个活动已经登记完成,要补请请联系{activity.station.full_name}。")


def _own(activity: Activity, station: Station, people: list[Deputy]) -> list[Deputy]:
    """The people if all are the station's, asked by itself. Raises DomainError(fields={"without": …})."""
    if not people:
        return []
    if activity.station.level == Level.CENTRE:
        raise DomainError("县里举办的活动,不参加的请联系县人大办公室。", fields={"without": "请联系县人大办公室"})
    own = own_people((person.pk for person in people), places=[station.pk], on=activity.held_on)
    words = "、".join(person.name for person in people if person.pk not in own)[:100]
    if words:
        raise DomainError(
            f"{words}不属于{station.full_name}。", fields={"without": f"{words}不属于{station.full_name}"}
        )
    return people
