"""Who came: in bulk, corrected with a reason, and the end of it when everybody expected is accounted for."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db import transaction

from activities.models import Activity, ActivityAttendance
from activities.permissions import attendance_reach, can_record_activity
from activities.rules.expected import UNASKED
from activities.services.events.announcing import count_version, demand_reason, demand_recorder, locked
from activities.services.events.audience import own_people
from activities.services.events.expecting import expect_anew, leaves_for
from activities.services.events.telling import announce_presence
from activities.services.logs.limits import demand_open
from activities.states import SERVED, ActivityState, Presence
from deputies.models import Deputy
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.working_days import today_here
from stations.models import Station

MOST = 99_999
FIGURES = {"leaflets": "发放资料份数", "households": "走访户数", "reached": "覆盖群众人数"}
Rows = dict[int, ActivityAttendance]


@transaction.atomic
def record_attendance(
    *, activity: Activity, statuses: Mapping[Deputy, str], actor, at: datetime,
    stands_in_for: Mapping[Deputy, Deputy] | None = None, version: int | None = None, reason: str = "",
) -> Activity:  # fmt: skip
    """Record what deputies did (a Presence each; empty takes it back), those who came unasked or as substitutes too.

    Whoever is unset may stay so until `finish_activity`. After that this is a correction, with its reason. The host and
    each partner's clerk record their own people, the county everybody. An older `version` is fine as long as nobody
    else's entry would be overwritten: two stations type at once. Raises StaleVersion with the names otherwise.
    """
    activity = locked(activity)
    _demand_held(activity, at)
    stands_in = {person.pk: other for person, other in (stands_in_for or {}).items()}
    demand_reach(actor, activity, statuses, stands_in_for or {})
    demand_open(entering_place(actor, activity), activity.held_on, at, of_sessions=False)
    reason = demand_reason(activity, reason)
    if activity.state == ActivityState.ANNOUNCED:
        expect_anew(activity)
    rows: Rows = {row.deputy_id: row for row in activity.attendance.select_related("deputy")}
    if version is not None and version != activity.version:
        _demand_nothing_lost(rows, statuses)
    changes = _applied(activity, rows, statuses, stands_in)
    if not changes:
        return activity
    count_version(activity)
    activity.save(update_fields=["version"])
    audit.record(
        "record_attendance", actor=actor, target=activity, at=at, people=len(changes), reason=reason,
        changes=changes if activity.state == ActivityState.HELD else [],
    )  # fmt: skip
    if activity.state == ActivityState.HELD:
        announce_presence(activity, rows)
    return activity


def _demand_held(activity: Activity, at: datetime) -> None:
    if activity.state == ActivityState.CANCELLED:
        raise Conflict("这个活动已经取消了,不用登记出席。")
    if activity.held_on > today_here(at):
        raise DomainError("活动还没举行,请举行后再登记出席。", fields={"held_on": "这一天还没到"})


def demand_reach(
    actor, activity: Activity, statuses: Mapping[Deputy, str], stands_in_for: Mapping[Deputy, Deputy]
) -> None:
    """Raise NotAllowed unless `actor` records all of these deputies, and those whom they stand in for."""
    reach = attendance_reach(actor, activity)
    if reach is None:
        return
    people = {person.pk: person for person in (*statuses, *stands_in_for, *stands_in_for.values())}
    own = own_people(people, places=reach, on=activity.held_on)
    if not reach or set(people) - own:
        words = "、".join(person.name for key, person in people.items() if key not in own)[:100]
        raise NotAllowed(f"{words or '这个活动'}的出席由所在的举办单位或县人大办公室登记。")


def entering_place(actor, activity: Activity) -> Station:
    """For which place `actor` records attendance: the host, else the own station as a partner."""
    if can_record_activity(actor, activity.station):
        return activity.station
    reach = attendance_reach(actor, activity) or set()
    return next((place for place in activity.partners.all() if place.pk in reach), activity.station)


def _demand_nothing_lost(rows: Rows, statuses: Mapping[Deputy, str]) -> None:
    lost = [
        f"{person.name}({rows[person.pk].get_status_display()})"
        for person, status in statuses.items()
        if status and person.pk in rows and rows[person.pk].status not in ("", status)
    ]
    if lost:
        raise StaleVersion(f"刚才别人已经登记了{'、'.join(lost[:5])},请核对这几位再保存。")


def _applied(activity: Activity, rows: Rows, statuses: Mapping[Deputy, str], stands_in: dict[int, Deputy]) -> list[str]:
    """Bring the rows up to date; return each change in the words of the audit: `JLX-0012 → late`."""
    changes: list[str] = []
    changed: list[ActivityAttendance] = []
    gone: list[ActivityAttendance] = []
    for person, status in statuses.items():
        row = rows.get(person.pk)
        other = stands_in.get(person.pk) if status == Presence.SUBSTITUTE else None
        if row is None and not status:
            continue
        if row is None:
            row = rows[person.pk] = _unasked(activity, person)
        if status == Presence.SUBSTITUTE and other is None:
            other = row.stands_in_for
        _demand_fits(activity, row, status, other, rows)
        if row.pk and (row.status, row.stands_in_for) == (status, other):
            continue
        row.status, row.stands_in_for = status, other
        is_gone = not status and row.not_expected_because == UNASKED
        (gone if is_gone else changed).append(row)
        changes.append(f"{person.code} → {status or '-'}")
    _demand_one_substitute_each(rows)
    ActivityAttendance.objects.filter(pk__in=[row.pk for row in gone]).delete()
    ActivityAttendance.objects.bulk_create(row for row in changed if not row.pk)
    ActivityAttendance.objects.bulk_update([row for row in changed if row.pk], ["status", "stands_in_for"])
    return changes


def _unasked(activity: Activity, person: Deputy) -> ActivityAttendance:
    if person.county_id != activity.county_id:
        raise DomainError(f"{person.name}不是本县的代表。", fields={"extra": f"{person.name}不是本县的代表"})
    return ActivityAttendance(activity=activity, deputy=person, expected=False, not_expected_because=UNASKED)


def _demand_fits(activity: Activity, row: ActivityAttendance, status: str, other: Deputy | None, rows: Rows) -> None:
    name, problem = row.deputy.name, ""
    if status and status not in Presence.values:
        problem = f"请选{name}的出席情况"
    elif not row.expected and status and status not in SERVED:
        problem = f"{name}不用参加,不用记请假或缺席"
    elif not status and row.expected and activity.state == ActivityState.HELD:
        problem = f"请选{name}的出席情况"
    elif status == Presence.SUBSTITUTE and row.expected:
        problem = f"{name}自己就应到,请选到岗"
    elif status == Presence.SUBSTITUTE and (other is None or other.pk not in rows or not rows[other.pk].expected):
        problem = f"请选{name}替哪位应到的代表"
    if problem:
        raise DomainError(problem + "。", fields={str(row.deputy_id): problem})


def _demand_one_substitute_each(rows: Rows) -> None:
    taken: dict[int, str] = {}
    for row in rows.values():
        if row.stands_in_for_id is None:
            continue
        other = rows[row.stands_in_for_id]
        if other.status in SERVED:
            problem = f"{other.deputy.name}自己到了,不用{row.deputy.name}顶替"
        elif row.stands_in_for_id in taken:
            problem = f"{other.deputy.name}已经由{taken[row.stands_in_for_id]}顶替了"
        else:
            taken[row.stands_in_for_id] = row.deputy.name
            continue
        raise DomainError(problem + "。", fields={str(row.deputy_id): problem})


@transaction.atomic
def finish_activity(
    *, activity: Activity, actor, at: datetime, leaflets: int = 0, households: int = 0, reached: int = 0,
    minutes: str = "", reason: str = "",
) -> Activity:  # fmt: skip
    """Record an activity as held (登记完成), with its figures and minutes; again later, with a reason, to correct these.

    Every expected person needs a status by now; approved leave and a substitute fill it where nothing was entered.
    Raises DomainError(fields={"attendance": …}) with who is missing, and which partner has to record them.
    """
    activity = locked(activity)
    demand_recorder(actor, activity.station)
    _demand_held(activity, at)
    demand_open(activity.station, activity.held_on, at, of_sessions=False)
    reason = demand_reason(activity, reason)
    figures = {"leaflets": leaflets, "households": households, "reached": reached}
    wrong = {name: f"{FIGURES[name]}请填0到{MOST}" for name, value in figures.items() if not 0 <= value <= MOST}
    if wrong:
        raise DomainError("、".join(wrong.values()) + "。", fields=wrong)
    is_first = activity.state == ActivityState.ANNOUNCED
    if is_first:
        expect_anew(activity)
        _fill_in(activity)
        activity.recorder, activity.recorded_at = actor, at
    activity.leaflets, activity.households, activity.reached = leaflets, households, reached
    activity.minutes, activity.state = minutes.strip(), ActivityState.HELD
    count_version(activity)
    activity.save(update_fields=["recorder", "recorded_at", *FIGURES, "minutes", "state", "version"])
    audit.record(
        "finish_activity", actor=actor, target=activity, at=at, reason=reason, leaflets=leaflets, households=households,
        reached=reached,
    )  # fmt: skip
    if is_first:
        announce_presence(activity, activity.attendance.values_list("deputy", flat=True))
    return activity


def _fill_in(activity: Activity) -> None:
    rows = activity.attendance.filter(expected=True, status="").select_related("deputy")
    unset = {row.deputy_id: row for row in rows.order_by("deputy__sort_key", "deputy__code")}
    leaves = leaves_for(activity, unset)
    substituted = set(activity.attendance.exclude(stands_in_for=None).values_list("stands_in_for", flat=True))
    for key, row in unset.items():
        row.status = leaves.get(key) or (Presence.ABSENT if key in substituted else "")
    missing = {key: row.deputy.name for key, row in unset.items() if not row.status}
    if missing:
        problem = ";".join(_missing_words(activity, missing))
        raise DomainError(problem + "。", fields={"attendance": problem})
    ActivityAttendance.objects.bulk_update(unset.values(), ["status"])


def _missing_words(activity: Activity, missing: dict[int, str]) -> Iterator[str]:
    """Who is still unset: those of the host, then each partner's, who has to be asked to record them."""
    own = own_people(missing, places=[activity.station_id], on=activity.held_on)
    if own:
        yield f"还有{len(own)}人没填到没到:{_some([name for key, name in missing.items() if key in own])}"
    for place in activity.partners.all():
        theirs = own_people(missing.keys() - own, places=[place.pk], on=activity.held_on)
        if theirs:
            names = _some([name for key, name in missing.items() if key in theirs])
            yield f"{place.name}还有{len(theirs)}人没登记({names}),请{place.full_name}登记"


def _some(names: list[str]) -> str:
    return "、".join(names[:5]) + ("等" if len(names) > 5 else "")
