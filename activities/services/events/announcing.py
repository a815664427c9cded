"""Announcing an activity, changing and cancelling it."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from activities.models import Activity, ActivityAttendance, LivelihoodProject, PlanItem
from activities.permissions import attendance_reach, can_record_activity
from activities.services.events.audience import Audience, holders, own_people, people_in
from activities.services.events.details import check_details
from activities.services.events.expecting import expect_anew, expectations
from activities.services.events.telling import announce_presence, day_words, tell_asked, tell_clerks, tell_dropped
from activities.services.logs.limits import demand_open
from activities.states import ActivityState
from deputies.models import Deputy
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.services import hold_place

CHANGEABLE = (
    "kind", "title", "held_on", "hours", "venue", "required", "notice", "sign_up_until", "project", "plan_item",
    "service_role",
)  # fmt: skip
WHEN_AND_WHERE = ("held_on", "hours", "venue")
LONGEST_REASON = 100


@transaction.atomic
def announce_activity(
    *, station: Station, kind: str, title: str, held_on: date, audience: Audience, actor, at: datetime,
    hours: str = "", venue: str = "", notice: str = "", sign_up_until: date | None = None, required: bool = True,
    partners: Iterable[Station] = (), project: LivelihoodProject | None = None, plan_item: PlanItem | None = None,
    service_role: str = "", tell: bool = True, uid: UUID | None = None,
) -> Activity:  # fmt: skip
    """Announce an activity (活动通知) to everybody in `audience`, with a notice to each who has an account.

    The audience are the host's own people. Each of the `partners` is invited, and asks its own: `ask_own_people`.

    A day that is past is an activity recorded afterwards: nobody is told, its attendance waits to be entered. `tell`
    decides for a day still ahead. `uid` makes a repeat return what was announced first. Raises NotAllowed, or
    DomainError with the fields (`title`, `held_on`, `audience`, `partners` …) that need another look.
    """
    station, partners = hold_place(station), list(partners)
    demand_recorder(actor, station)
    announced = Activity.objects.filter(uid=uid, recorder=actor).first() if uid else None
    if announced:
        return announced
    activity = Activity(
        station=station, county_id=station.county_id, kind=kind, title=title, held_on=held_on, hours=hours, venue=venue,
        notice=notice.strip(), sign_up_until=sign_up_until, required=required, project=project, plan_item=plan_item,
        service_role=service_role, state=ActivityState.ANNOUNCED, recorder=actor, recorded_at=at,
        **({"uid": uid} if uid else {}),
    )  # fmt: skip
    check_details(activity, partners, today_here(at))
    demand_open(station, held_on, at, of_sessions=False)
    people = people_in(audience, host=station, on=held_on)
    activity.save(force_insert=True)
    activity.partners.set(partners)
    ask(activity, people)
    audit.record("announce_activity", actor=actor, target=activity, at=at, title=activity.title, people=len(people))
    if tell and held_on >= today_here(at):
        tell_asked(activity, invitation(activity), at, fit_for_outside=True)
        tell_clerks(activity, partners, _call(activity), at, fit_for_outside=True)
    return activity


def demand_recorder(actor, station: Station) -> None:
    if not can_record_activity(actor, station):
        raise NotAllowed(f"{station.full_name}的活动由本站工作人员登记。")


def ask(activity: Activity, people: Iterable[Deputy]) -> None:
    """Put people on the list of the activity, each expected or not."""
    people = list(people)
    keys = [person.pk for person in people]
    why = expectations(keys, places=holders(activity), on=activity.held_on, required=activity.required)
    ActivityAttendance.objects.bulk_create(
        ActivityAttendance(
            activity=activity, deputy=person, expected=not why[person.pk], not_expected_because=why[person.pk]
        )
        for person in people
    )  # fmt: skip


def invitation(activity: Activity) -> str:
    until = activity.sign_up_until
    sign_up = f",请在{until.month}月{until.day}日前报名" if until else ""
    word = "请您参加" if activity.required else "欢迎参加"
    return f"{word}“{activity.title}”:{day_words(activity)} {activity.venue}{sign_up}。"


def _call(activity: Activity) -> str:
    """To the clerks of a partner."""
    return f"{activity.station.full_name}请你们联合举办“{activity.title}”({day_words(activity)}),参加的话请打开看看,请本站的代表。"


def locked(activity: Activity, version: int | None = None) -> Activity:
    """The activity as it is now, locked. Raises StaleVersion if it is no longer the `version` that was read."""
    fresh = Activity.objects.select_for_update(of=("self",)).select_related("station__parent").get(pk=activity.pk)
    if version is not None and fresh.version != version:
        raise StaleVersion("这个活动刚被别人改过,请看看新的内容再改。")
    return fresh


def count_version(activity: Activity) -> None:
    """One version more, to be saved by the caller."""
    activity.version = activity.version + 1


def demand_reason(activity: Activity, reason: str) -> str:
    """What was held is corrected with a reason only (更正)."""
    reason = reason.strip()[:LONGEST_REASON]
    if activity.state == ActivityState.HELD and not reason:
        raise DomainError("已经登记完成的活动要更正,请写原因。", fields={"reason": "请写更正的原因"})
    return reason


@transaction.atomic
def change_activity(
    *, activity: Activity, changes: dict, actor, at: datetime, version: int | None = None,
    add: Audience | None = None, drop: Iterable[Deputy] = (), reason: str = "",
) -> Activity:  # fmt: skip
    """Change what is in `changes` (of CHANGEABLE), ask more people (`add`) or fewer (`drop`, unless they have a status).

    Both are the host's own people, as for announcing. Those asked are told of another day, hour or venue. One that was
    held is changed with a reason.
    """
    activity = locked(activity, version)
    hold_place(activity.station)
    demand_recorder(actor, activity.station)
    if activity.state == ActivityState.CANCELLED:
        raise Conflict("这个活动已经取消了,要办请另发通知。")
    reason, before = demand_reason(activity, reason), activity.held_on
    changed = [name for name in CHANGEABLE if name in changes and getattr(activity, name) != changes[name]]
    for name in changed:
        setattr(activity, name, changes[name])
    check_details(activity, activity.partners.all(), today_here(at))
    if activity.state == ActivityState.HELD and activity.held_on > today_here(at):
        raise DomainError("已经举行的活动不能改到以后。", fields={"held_on": "这一天还没到"})
    for day in {activity.held_on, before} if activity.state == ActivityState.HELD else {activity.held_on}:
        demand_open(activity.station, day, at, of_sessions=False)
    drop = list(drop)
    _demand_own(actor, activity, drop)
    count_version(activity)
    activity.save(update_fields=[*changed, "version"])
    dropped, added = take_off(activity, drop), put_on(activity, add, activity.station)
    if activity.state != ActivityState.HELD or {"held_on", "required"} & set(changed):
        expect_anew(activity)  # a corrected title says nothing about who was expected then
    audit.record(
        "change_activity", actor=actor, target=activity, at=at, changed=changed, added=len(added), dropped=len(dropped),
        reason=reason,
    )  # fmt: skip
    _tell_of_change(activity, changed, added, dropped, at)
    if activity.state == ActivityState.HELD:
        keys = activity.attendance.values_list("deputy", flat=True)
        announce_presence(activity, keys, years={before.year, activity.held_on.year})
    return activity


def _demand_own(actor, activity: Activity, people: list[Deputy]) -> None:
    """The host leaves alone whom a partner asked."""
    if attendance_reach(actor, activity) is None:
        return
    partners = [place.pk for place in activity.partners.all()]
    theirs = own_people((person.pk for person in people), places=partners, on=activity.held_on)
    words = "、".join(person.name for person in people if person.pk in theirs)[:100]
    if words:
        raise DomainError(
            f"{words}是联合举办的联络站请的,不参加请告诉那个站。", fields={"without": f"{words}由所在联络站去掉"}
        )


def take_off(activity: Activity, people: Iterable[Deputy]) -> list[Deputy]:
    """Take people off the list, unless they have a status; returns who was on it."""
    asked = activity.attendance.filter(deputy__in=[person.pk for person in people], status="")
    rows = list(asked.select_related("deputy__user"))
    ActivityAttendance.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return [row.deputy for row in rows]


def put_on(activity: Activity, audience: Audience | None, host: Station) -> list[Deputy]:
    """Ask people of the place `host`; returns who was not on the list before."""
    if audience is None:
        return []
    known = set(activity.attendance.values_list("deputy", flat=True))
    people = people_in(audience, host=host, on=activity.held_on)
    people = [person for person in people if person.pk not in known]
    ask(activity, people)
    return people


def _tell_of_change(activity: Activity, changed: list[str], added: list, dropped: list, at: datetime) -> None:
    if activity.state != ActivityState.ANNOUNCED or activity.held_on < today_here(at):
        return
    if set(changed) & set(WHEN_AND_WHERE):
        text = f"“{activity.title}”有变动,现在是:{day_words(activity)} {activity.venue}。"
        tell_asked(activity, text, at, fit_for_outside=True)
    elif added:
        tell_asked(activity, invitation(activity), at, people=added, fit_for_outside=True)
    if dropped:
        tell_dropped(activity, dropped, at)


@transaction.atomic
def cancel_activity(*, activity: Activity, reason: str, actor, at: datetime, version: int | None = None) -> Activity:
    """Call an activity off (取消), or take back one that was recorded by mistake; it stays visible with the reason."""
    activity = locked(activity, version)
    hold_place(activity.station)
    demand_recorder(actor, activity.station)
    if activity.state == ActivityState.CANCELLED:
        raise Conflict("这个活动已经取消了。")
    if not reason.strip():
        raise DomainError("取消活动请写原因,代表会看到。", fields={"reason": "请写原因"})
    was_held = activity.state == ActivityState.HELD
    if was_held:
        demand_open(activity.station, activity.held_on, at, of_sessions=False)
    activity.state, activity.cancel_reason = ActivityState.CANCELLED, reason.strip()[:LONGEST_REASON]
    count_version(activity)
    activity.save(update_fields=["state", "cancel_reason", "version"])
    audit.record("cancel_activity", actor=actor, target=activity, at=at, reason=activity.cancel_reason)
    if was_held:
        announce_presence(activity, activity.attendance.values_list("deputy", flat=True))
    elif activity.held_on >= today_here(at):
        text = f"“{activity.title}”({day_words(activity)})取消了:{activity.cancel_reason}"
        tell_asked(activity, text, at)
        tell_clerks(activity, activity.partners.all(), text, at)
    return activity
