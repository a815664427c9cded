"""What is due for clerk and head: every count is that of the list behind it, urgent ones first, nothing due said so."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from activities.models import MonthReport
from activities.rules.months import read_month, settled_digest
from activities.services import (
    Matter,
    SundayRow,
    ask_leave,
    confirm_logs,
    confirm_month,
    declare_month,
    draft_roster,
    file_log,
    issue_month,
    publish_roster,
)
from activities.states import Presence
from activities.views.due import due_for_clerk, due_for_head
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from opinions.services import register_opinion
from tests.cast import moment

pytestmark = pytest.mark.django_db
FIRST = today_here().replace(day=1)
LAST_MONTH = (FIRST - timedelta(days=1)).replace(day=1)


def numbers(rows) -> dict[str, int]:
    return {one.label: one.number for one in rows}


def log(cast, branch, on: date):
    people = {cast.deputies[branch.code][0]: Presence.PRESENT}
    return file_log(row=SundayRow(branch=branch, attendance=people), on=on, actor=cast.clerk, at=moment(today_here(), 0)).log


def ticket(cast, *, due_in: int) -> Opinion:
    matter = Matter("市场门口路灯坏了三盏", deputy=cast.deputy_person)
    opinion = register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=moment(today_here()))
    Opinion.objects.filter(pk=opinion.pk).update(due_on=today_here() + timedelta(days=due_in))
    return opinion


def test_tickets_are_counted_by_how_soon_they_are_due(cast, signed_in):
    for days in (-1, 0, 3, 4):
        ticket(cast, due_in=days)
    for who, due in ((cast.clerk, due_for_clerk), (cast.head, due_for_head)):
        rows = {one.label: one for one in due(who, today_here())}
        assert (rows["意见超期"].number, rows["意见三天内到期"].number) == (1, 2)
        client = signed_in(who)
        for label in ("意见超期", "意见三天内到期"):
            assert len(client.get(rows[label].url).context["page"].rows) == rows[label].number, label
    assert numbers(due_for_clerk(cast.clerk, today_here()))["意见等我办"] == 4
    labels = [one.label for one in due_for_clerk(cast.clerk, today_here()) if one.label.startswith("意见")]
    assert labels == ["意见超期", "意见三天内到期", "意见等我办"]  # what is urgent comes first


def test_logs_wait_for_the_head_until_confirmed(cast, signed_in):
    entry = log(cast, cast.gt01, LAST_MONTH)
    (row,) = [one for one in due_for_head(cast.head, today_here()) if one.unit == "篇"]
    assert (row.label, row.number) == ("工作日志等您确认", 1)
    assert len(signed_in(cast.head).get(row.url).context["page"].rows) == 1
    assert numbers(due_for_clerk(cast.clerk, today_here()))["日志站长没确认"] == 1
    assert "日志站长没确认" not in numbers(due_for_clerk(cast.stranger, today_here()))
    confirm_logs(logs=[entry], actor=cast.head, at=moment(today_here()))
    assert "工作日志等您确认" not in numbers(due_for_head(cast.head, today_here()))


def test_leave_waits_for_whoever_decides_but_not_for_the_one_who_asks(cast):
    day = today_here() + timedelta(days=9)
    for deputy in (cast.head_person, cast.deputy_person):
        ask_leave(
            deputy=deputy, kind=Presence.PRIVATE_LEAVE, started_on=day, ended_on=day, reason="外出", actor=deputy.user,
            at=moment(today_here()),
        )  # fmt: skip
    assert numbers(due_for_clerk(cast.clerk, today_here()))["请假换班等批"] == 2
    assert numbers(due_for_head(cast.head, today_here()))["请假换班等批"] == 1


def test_a_month_goes_from_the_head_to_the_clerk(cast):
    log(cast, cast.gt01, LAST_MONTH)
    at = moment(FIRST)
    issue_month(county=cast.county, month=LAST_MONTH, at=at)
    assert numbers(due_for_head(cast.head, FIRST))["月报等您确认"] == 1
    assert numbers(due_for_clerk(cast.clerk, FIRST))["分站月报没确认"] == 2
    for branch in (cast.gt01, cast.gt02):
        assert "月报等您审核,报县里" not in numbers(due_for_clerk(cast.clerk, FIRST))
        report = MonthReport.objects.get(place=branch, month=LAST_MONTH)
        seen = settled_digest(read_month(place=branch, month=LAST_MONTH, on=FIRST))
        confirm_month(report=report, seen=seen, actor=cast.clerk, at=at)
    found = numbers(due_for_clerk(cast.clerk, FIRST))
    assert found["月报等您审核,报县里"] == 1 and "分站月报没确认" not in found
    assert "月报等您确认" not in numbers(due_for_head(cast.head, FIRST))


def test_next_months_roster_is_due_from_the_twentieth(cast):
    nineteenth, twentieth = date(2026, 3, 19), date(2026, 3, 20)
    assert not [label for label in numbers(due_for_clerk(cast.clerk, nineteenth)) if "排班" in label]
    assert numbers(due_for_clerk(cast.clerk, twentieth))["4月排班没公布"] == 1
    roster = draft_roster(station=cast.gt, month=date(2026, 4, 1), actor=cast.clerk, at=moment(nineteenth)).roster
    assert numbers(due_for_clerk(cast.clerk, twentieth))["4月排班没公布"] == 1
    publish_roster(roster=roster, actor=cast.clerk, at=moment(nineteenth))
    assert "4月排班没公布" not in numbers(due_for_clerk(cast.clerk, twentieth))


def test_last_months_word_is_due_until_it_is_given(cast):
    label = "2月记录没确认齐全"
    assert numbers(due_for_clerk(cast.clerk, date(2026, 3, 2)))[label] == 1
    declare_month(station=cast.gt, month=date(2026, 2, 1), actor=cast.clerk, at=moment(date(2026, 3, 2)))
    assert label not in numbers(due_for_clerk(cast.clerk, date(2026, 3, 2)))


def test_nothing_due_is_said_so(cast, signed_in, monkeypatch):
    assert due_for_head(cast.head, today_here()) == []
    monkeypatch.setattr("activities.views.home._due", lambda user, today, missing: due_for_head(user, today))
    assert "现在没有要办的" in signed_in(cast.head).get(reverse("station-home")).text
