"""Leave from one activity: whose, for which day, and what approving it makes of the attendance and of points."""

from datetime import timedelta

import pytest
from django.urls import reverse

from activities.models import Leave
from activities.services import (
    Audience,
    announce_activity,
    ask_leave,
    cancel_activity,
    decide_leave,
    finish_activity,
    record_attendance,
)
from activities.services.events import roll_of, tallies_of
from activities.states import ActivityKind, LeaveState, Presence, SignUp
from julu_liaison.common.errors import DomainError
from julu_liaison.common.working_days import today_here
from scoring.models import PointEntry
from scoring.services import rescore
from tests.cast import SUNDAY, moment
from tests.duties import duty, on_duty

DAY = SUNDAY + timedelta(days=10)
AT, AFTER = moment(SUNDAY), moment(DAY, 18)


def announce(cast, **facts):
    given = {
        "station": cast.gt, "kind": ActivityKind.STUDY, "title": "学习代表法", "held_on": DAY, "actor": cast.clerk, "at": AT,
        "audience": Audience(places=(cast.gt01,)),
    }  # fmt: skip
    return announce_activity(**(given | facts))


def ask(cast, activity, **facts) -> Leave:
    given = {
        "deputy": cast.deputy_person, "started_on": activity.held_on, "ended_on": activity.held_on, "kind": "sick_leave",
        "reason": "做手术", "actor": cast.deputy, "at": AT,
    }  # fmt: skip
    return ask_leave(activity=activity, **(given | facts))


@pytest.mark.parametrize("days", [{"started_on": DAY - timedelta(days=1)}, {"ended_on": DAY + timedelta(days=1)}])
def test_it_is_for_the_day_of_the_activity_alone(cast, days):
    with pytest.raises(DomainError, match="这次活动是3月11日") as refused:
        ask(cast, announce(cast), **days)
    assert "started_on" in refused.value.fields and not Leave.objects.exists()


def test_only_who_was_asked_needs_it_and_only_while_it_takes_place(cast):
    elsewhere = announce(cast, audience=Audience(places=(cast.gt02,)))
    with pytest.raises(DomainError, match="没有通知这位代表"):
        ask(cast, elsewhere)
    off = announce(cast)
    cancel_activity(activity=off, reason="会场停电", actor=cast.clerk, at=AT)
    with pytest.raises(DomainError, match="已经取消了"):
        ask(cast, off)


def test_approved_it_presets_the_attendance_and_is_justified(cast):
    """And it leaves the duty of the same day alone: it is from the activity only."""
    made, shift = announce(cast), duty(cast.gt01, DAY, cast.deputy_person)
    leave = ask(cast, made)
    (asked,) = [one for one in roll_of(made) if one.deputy == cast.deputy_person]
    assert (asked.status, asked.is_expected) == ("", True)  # asked for is not approved
    decide_leave(leave=leave, approve=True, actor=cast.head, at=AT)
    (preset,) = [one for one in roll_of(made) if one.deputy == cast.deputy_person]
    assert preset.status == Presence.SICK_LEAVE and on_duty(shift) == {"李代表"}

    others = [person for person in cast.deputies["GT01"] if person != cast.deputy_person]
    statuses = dict.fromkeys(others[:-1], Presence.PRESENT) | {others[-1]: Presence.ABSENT}
    record_attendance(activity=made, statuses=statuses, actor=cast.clerk, at=AFTER)
    finish_activity(activity=made, actor=cast.clerk, at=AFTER)
    found = tallies_of([made])[made.pk]
    assert (found.expected, found.present, found.on_leave, found.absent) == (4, 2, 1, 1)
    rescore(county=cast.county, deputies=[cast.deputy_person.pk, others[-1].pk], year=2026, at=AFTER)
    charged = set(PointEntry.objects.filter(points__lt=0, occurred_on=DAY).values_list("deputy__name", flat=True))
    assert charged == {others[-1].name}


def test_leave_from_another_activity_of_the_day_presets_nothing(cast):
    made, other = announce(cast), announce(cast, title="视察")
    decide_leave(leave=ask(cast, other), approve=True, actor=cast.head, at=AT)
    (one,) = [one for one in roll_of(made) if one.deputy == cast.deputy_person]
    assert one.status == ""


def test_two_taps_and_a_reason_from_not_coming_to_the_leave_desk(cast, signed_in):
    made = announce(cast, held_on=today_here() + timedelta(days=3), at=moment(today_here()))
    client, link = signed_in(cast.deputy), reverse("my-activity", args=[made.uid])
    page = client.post(link, {"answer": "not_coming"}, follow=True).text
    assert "还要请假:请写事由,点一下假别" in page and 'name="kind" value="sick_leave"' in page
    client.post(link, {"kind": "sick_leave", "reason": "做手术"})
    leave = Leave.objects.get()
    assert (leave.activity, leave.state) == (made, LeaveState.ASKED)
    assert made.attendance.get(deputy=cast.deputy_person).sign_up == SignUp.NOT_COMING
    assert "只请这次活动:学习代表法" in signed_in(cast.head).get(reverse("station-leave")).text


def test_on_the_day_itself_the_page_gives_the_phone(cast, signed_in):
    made = announce(cast, held_on=today_here(), at=moment(today_here()))
    client, link = signed_in(cast.deputy), reverse("my-activity", args=[made.uid])
    page = client.get(link)
    assert not page.context["can_ask_leave"] and "请打电话给官亭镇联络站:0319-0000004" in page.text
    assert "还要请假:请打电话给官亭镇联络站" in client.post(link, {"answer": "not_coming"}, follow=True).text


def test_a_voluntary_one_needs_no_leave(cast, signed_in):
    made = announce(cast, held_on=today_here() + timedelta(days=3), at=moment(today_here()), required=False)
    client = signed_in(cast.deputy)
    page = client.post(reverse("my-activity", args=[made.uid]), {"answer": "not_coming"}, follow=True).text
    assert "记下了,您不参加" in page and not Leave.objects.exists()
