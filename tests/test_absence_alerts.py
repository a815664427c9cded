"""Absent from the congress without leave: people are told once a session, and nothing is changed by itself."""

from datetime import date, timedelta

import pytest
from django.forms import model_to_dict
from django.urls import reverse

from activities.models import Activity
from activities.services import record_activity
from activities.services.events import record_attendance
from activities.states import ActivityKind, Presence
from deputies.models import Mandate, Membership
from julu_liaison.accounts.models import User
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from opinions.models import CongressSession
from scoring.models import AbsenceAlert, PointEntry
from scoring.rules.absences import Session, sessions_by_day
from scoring.services import rescore
from scoring.services.alerts import absentees_of, warn_of_absences
from scoring.tasks.alerts import watch_absences
from stations.models import Posting
from tests.cast import make_deputy, moment
from tests.years import granted

FIRST = date(2026, 1, 10)
TODAY = date(2026, 3, 1)
AT = moment(TODAY)


def sitting(cast, on=FIRST, status=Presence.ABSENT, kind=ActivityKind.CONGRESS, people=None, hours="上午", **more):
    attendance = dict.fromkeys(people or [cast.head_person], status)
    return record_activity(
        station=cast.county, kind=kind, title="县人民代表大会会议", held_on=on, attendance=attendance, hours=hours,
        actor=cast.staff, at=AT, **more,
    )  # fmt: skip


def session(cast, ordinal=5, start=FIRST, days=4):
    return CongressSession.objects.create(
        county=cast.county, term="第十七届", ordinal=ordinal, starts_on=start, ends_on=start + timedelta(days=days - 1)
    )


def counted(cast, on=TODAY):
    return {one.deputy.name: [row.name for row in one.missed] for one in absentees_of(county=cast.county, on=on)}


def test_days_are_one_session_by_the_register_or_by_following_each_other():
    day = [FIRST + timedelta(days=n) for n in range(12)]
    known = Session(day[0], day[3], "五次会议")
    found = sessions_by_day([day[9], day[0], day[3], day[5], day[6], day[8], day[5]], [known])
    assert found == {
        day[0]: known, day[3]: known, day[5]: Session(day[5], day[6]), day[6]: Session(day[5], day[6]),
        day[8]: Session(day[8], day[9]), day[9]: Session(day[8], day[9]),
    }  # fmt: skip
    assert sessions_by_day([], [known]) == {}


def test_half_days_of_a_session_are_one_absence_two_sessions_are_two(cast):
    session(cast)
    for on, hours in ((FIRST, "上午"), (FIRST, "下午"), (FIRST + timedelta(days=3), "上午")):
        sitting(cast, on, hours=hours)
    assert counted(cast) == {"赵站长": ["第十七届第五次会议"]}
    (one,) = absentees_of(county=cast.county, on=TODAY)
    assert [meeting.hours for meeting in one.missed[0].meetings] == ["上午", "下午", "上午"] and not one.is_at_limit
    later = FIRST + timedelta(days=20)
    sitting(cast, later), sitting(cast, later + timedelta(days=1), Presence.PRESENT), sitting(cast, later + timedelta(days=2))
    assert len(counted(cast)["赵站长"]) == 2  # present in between: still one session
    assert absentees_of(county=cast.county, on=TODAY)[0].is_at_limit
    assert counted(cast, FIRST) == {"赵站长": ["第十七届第五次会议"]}


def test_what_is_no_unapproved_absence_of_the_present_term(cast):
    head, other, stand_in = cast.deputies["GT01"][0], cast.deputies["GT02"][0], cast.deputies["YT01"][0]
    for status in (Presence.PRIVATE_LEAVE, Presence.SICK_LEAVE, Presence.LATE, Presence.PRESENT):
        sitting(cast, FIRST, status)
    sitting(cast, kind=ActivityKind.MEETING)
    sitting(cast, required=False)
    sitting(cast, people=[cast.deputy_person])  # a township's mandate: not expected at the county's congress
    sitting(cast, people=[head, stand_in], status=Presence.ABSENT, stands_in_for={})
    assert counted(cast) == {"孙站长": ["县人民代表大会会议"], "赵站长": ["县人民代表大会会议"]}
    Mandate.objects.filter(deputy=head).update(started_on=FIRST + timedelta(days=1))  # elected after that session
    Mandate.objects.filter(deputy=stand_in).update(ended_on=FIRST + timedelta(days=2))  # no longer a deputy
    assert counted(cast) == {} and other.name not in counted(cast)
    Activity.objects.update(state="cancelled")
    assert absentees_of(county=cast.county, on=TODAY) == []


def test_people_are_told_once_a_session_whatever_is_run_again(cast):
    session(cast)
    first = sitting(cast, FIRST, people=[cast.head_person, cast.deputies["YT01"][0]])
    sitting(cast, FIRST + timedelta(days=1))
    Notice.objects.all().delete()
    assert [warn_of_absences(county=cast.county, at=AT) for _ in range(3)] == [2, 0, 0]
    assert watch_absences() == 0
    told = {notice.user.username: notice for notice in Notice.objects.all()}
    assert set(told) == {"xian", "xian2", "zhanzhang"} and Notice.objects.count() == 3  # 孙站长 has no account
    assert "孙站长、赵站长" in told["xian2"].text and told["xian2"].link == reverse("points-alerts")
    assert "两次" in told["zhanzhang"].text and told["zhanzhang"].link == reverse("my-activity", args=[first.uid])
    assert all(len(notice.text) < 200 for notice in told.values())
    assert AuditLog.objects.filter(action="warn_of_absence", actor=None, county_code="JLX").count() == 2
    # The first half-day is corrected: the session is still missed, and nobody hears of it twice.
    record_attendance(
        activity=first, statuses={cast.head_person: Presence.PRESENT}, actor=cast.staff, at=AT, reason="签到表看错了"
    )
    assert "赵站长" in counted(cast) and warn_of_absences(county=cast.county, at=AT) == 0
    sitting(cast, FIRST + timedelta(days=30))
    assert warn_of_absences(county=cast.county, at=AT) == 1 and AbsenceAlert.objects.count() == 3


def test_a_corrected_record_or_a_granted_appeal_takes_it_off_the_list(cast):
    made = sitting(cast)
    rescore(county=cast.county, year=2026, at=AT)
    entry = PointEntry.objects.get(deputy=cast.head_person)
    appeal = granted(cast, entry)
    type(appeal).objects.filter(pk=appeal.pk).update(deputy=cast.head_person, cancels=True)
    assert counted(cast) == {} and warn_of_absences(county=cast.county, at=AT) == 0
    type(appeal).objects.filter(pk=appeal.pk).update(cancels=False)
    assert counted(cast) == {"赵站长": ["县人民代表大会会议"]}
    record_attendance(
        activity=made, statuses={cast.head_person: Presence.SICK_LEAVE}, actor=cast.staff, at=AT, reason="补交了假条"
    )
    assert counted(cast) == {}


def state_of_everybody():
    return [
        [model_to_dict(row) for row in model.objects.order_by("pk")] for model in (Mandate, Membership, Posting)
    ] + [list(User.objects.order_by("pk").values_list("pk", "is_active", "username"))]


def test_nothing_about_mandate_account_or_membership_changes(cast, signed_in):
    for days in (0, 10, 20):
        sitting(cast, FIRST + timedelta(days=days))
    before = state_of_everybody()
    assert warn_of_absences(county=cast.county, at=AT) == 3
    text = signed_in(cast.staff).get(reverse("points-alerts")).text
    assert "3次" in text and "系统不会自动处理" in text and "<form" not in text[text.index("<main") :]
    assert state_of_everybody() == before
    assert signed_in(cast.head).get(reverse("my-score")).status_code == 200


def test_the_page_is_the_countys_and_costs_the_same_for_many(cast, signed_in, django_assert_max_num_queries):
    url, counts = reverse("points-alerts"), []
    for who in ("clerk", "stranger", "head", "deputy", "officer", "system"):
        assert signed_in(getattr(cast, who)).get(url).status_code == 403, who
    for who in ("admin", "auditor"):
        assert "没有未请假缺席" in signed_in(getattr(cast, who)).get(url).text
    client = signed_in(cast.staff)
    for number in (1, 3):
        people = [make_deputy(cast, f"新代表{number}{index}", cast.gt02) for index in range(number)]
        Mandate.objects.filter(deputy__in=people).update(level="county")
        sitting(cast, FIRST, people=people)
        with django_assert_max_num_queries(16) as spent:
            answer = client.get(url)
        counts.append(len(spent))
        assert all(person.name in answer.text for person in people)
    assert counts[0] == counts[1]


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_there_is_nothing_to_press(cast, signed_in, method):
    for name in ("points", "points-alerts", "points-ranking", "points-distribution", "points-export"):
        assert getattr(signed_in(cast.staff), method)(reverse(name)).status_code == 405
