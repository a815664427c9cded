"""Signing up for an activity (报名)."""

from datetime import date, datetime

from django.db import transaction

from activities.models import Activity, ActivityAttendance
from activities.permissions import can_sign_up
from activities.services.events.announcing import locked
from activities.services.events.expecting import expect_anew
from activities.states import ActivityState, SignUp
from deputies.models import Deputy
from deputies.permissions import is_oneself
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, NotFound
from julu_liaison.common.working_days import today_here


@transaction.atomic
def sign_up(*, activity: Activity, deputy: Deputy, answer: str, actor, at: datetime) -> ActivityAttendance:
    """Answer for oneself, until sign-up closes, or for others as their clerk or head: 参加 / 不能参加.

    Not coming to a required activity excuses nobody: that takes leave. A voluntary one expects who is coming.
    """
    activity = locked(activity)
    if not can_sign_up(actor, activity, deputy):
        raise NotAllowed("报名由代表本人或联络站办理。")
    if answer not in SignUp.values:
        raise DomainError("请选参加或者不能参加。", fields={"answer": "请选参加或者不能参加"})
    if activity.state != ActivityState.ANNOUNCED:
        raise Conflict("这个活动已经不能报名了。")
    if is_oneself(actor, deputy) and today_here(at) > last_sign_up_day(activity):
        phone = activity.station.phone_here
        raise Conflict("报名已经截止,要改请打电话给联络站" + (f":{phone}。" if phone else "。"))
    row = activity.attendance.select_for_update().filter(deputy=deputy).first()
    if row is None:
        raise NotFound("没有请您参加这个活动。")
    row.sign_up, row.signed_up_at = answer, at
    row.save(update_fields=["sign_up", "signed_up_at"])
    if not activity.required:
        expect_anew(activity)
        row.refresh_from_db()
    audit.record("sign_up", actor=actor, target=activity, at=at, deputy=deputy.code, answer=answer)
    return row


def last_sign_up_day(activity: Activity) -> date:
    return activity.sign_up_until or activity.held_on
