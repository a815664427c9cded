"""What is due on the first pages of clerk and head: each count is that of the list behind it, the urgent ones first."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from activities.models import DutyLog, Leave, MonthReport, Roster
from activities.rules.months import read_month, settled_digest
from activities.services import (
    Matter,
    SundayRow,
    confirm_logs,
    confirm_month,
    declare_month,
    file_log,
    issue_month,
    take_back_month,
)
from activities.states import Presence, RosterState
from activities.views.due import Due, Outlook, dues_of
from opinions.models import Opinion
from opinions.services import register_opinion
from scoring.models import Scheme, YearClosing
from stations.models import Station
from tests.cast import SUNDAY, moment
from tests.duties import dues_on, duty

TODAY = date(2026, 3, 18)  # a Wednesday before the 20th
LATE, SOON, LATER = (TODAY + timedelta(days=days) for days in (-1, 3, 4))
AT = moment(TODAY)
NEXT = date(2026, 3, 22)
CLERK_QUERIES, HEAD_QUERIES = 23, 16


@pytest.fixture(autouse=True)
def on_that_day(monkeypatch):
    """It is TODAY wherever a page or a service asks."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)


def number(user, label: str, on: date = TODAY) -> int:
    """How many of `label` are due for the user, 0 where the row is left out."""
    return next((due.number for due in dues_of(Outlook(user, on)) if due.label == label), 0)


def due(user, label: str, on: date = TODAY) -> Due:
    return next(due for due in dues_of(Outlook(user, on)) if due.label == label)


def ticket(cast, branch: Station, due_on: date | None) -> Opinion:
    clerk = cast.clerk if branch.parent_id == cast.gt.pk else cast.stranger
    made = register_opinion(branch=branch, matter=Matter("路灯不亮"), actor=clerk, at=AT)
    Opinion.objects.filter(pk=made.pk).update(due_on=due_on)
    return made


def log(cast, branch: Station, day: date, *people, as_what: str = Presence.PRESENT) -> DutyLog:
    clerk = cast.clerk if branch.parent_id == cast.gt.pk else cast.stranger
    row = SundayRow(branch=branch, attendance=dict.fromkeys(people, as_what), received=1)
    return file_log(row=row, on=day, actor=clerk, at=moment(day, 17)).log


def asked(branch: Station, person, day: date = NEXT) -> Leave:
    """Leave that waits; entered by whoever decides it would be approved at once."""
    leave = Leave(deputy=person, started_on=day, ended_on=day, kind=Presence.SICK_LEAVE, reason="病", asked_at=AT)
    leave.put_at(branch)
    leave.save()
    return leave


# ---- Each count and its list ----


@pytest.mark.parametrize("who", ["clerk", "head"])
def test_tickets_late_nearly_due_and_waiting_are_those_of_their_lists(cast, signed_in, who):
    for day in (LATE, TODAY, SOON, LATER, None):
        ticket(cast, cast.gt01, day)
    ticket(cast, cast.yt01, SOON)  # a neighbour's
    user = getattr(cast, who)
    client = signed_in(user)
    for label, count in (("意见超期", 1), ("意见快到期", 2), ("意见等我办", 5)):
        found = due(user, label)
        assert found.number == count, label
        assert len(client.get(found.url).context["page"].rows) == count, label


def test_a_ticket_in_a_departments_hands_is_not_the_clerks_to_do(cast, signed_in):
    made = ticket(cast, cast.gt01, SOON)
    ticket(cast, cast.gt01, LATER)
    Opinion.objects.filter(pk=made.pk).update(
        state="at_department", holder_station=None, holder_department=cast.jiaotong
    )
    assert number(cast.clerk, "意见快到期") == 0
    client = signed_in(cast.clerk)
    assert len(client.get(reverse("opinions"), {"soon": "1"}).context["page"].rows) == 1  # of the whole station
    api = APIClient()
    api.force_authenticate(cast.clerk)
    assert len(api.get("/api/v1/opinions/", {"soon": "true"}).data["results"]) == 1


@pytest.mark.parametrize(("who", "count"), [("clerk", 3), ("head", 2), ("stranger", 1)])
def test_logs_without_the_heads_word_are_those_of_the_list(cast, signed_in, who, count):
    """The head stood in for somebody elsewhere: that log is for the other head to confirm."""
    for day in (SUNDAY, SUNDAY + timedelta(days=7)):
        log(cast, cast.gt01, day, cast.deputy_person)
    log(cast, cast.gt02, SUNDAY, cast.head_person, as_what=Presence.SUBSTITUTE)
    log(cast, cast.yt01, SUNDAY, *cast.deputies["YT01"])
    user = getattr(cast, who)
    found = due(user, "工作日志没确认")
    page = signed_in(user).get(found.url)
    assert found.number == count == len(page.context["page"].rows) == len(page.context["to_confirm"])
    confirm_logs(logs=list(page.context["page"].rows), actor=user, at=AT)
    assert number(user, "工作日志没确认") == 0


@pytest.mark.parametrize(("who", "count"), [("clerk", 2), ("head", 1)])
def test_leave_is_counted_for_whoever_may_decide_it(cast, signed_in, who, count):
    """Nobody's own: the head's leave waits for the clerk."""
    asked(cast.gt01, cast.deputy_person)
    asked(cast.gt01, cast.head_person)
    asked(cast.yt01, cast.deputies["YT01"][1])
    user = getattr(cast, who)
    found = due(user, "请假换班等批")
    waiting = signed_in(user).get(found.url).context["waiting"]
    assert found.number == count == sum(one.may_settle for one in waiting)


def test_receptions_not_recorded_and_the_next_ones_gaps_are_those_of_the_page(cast, signed_in):
    duty(cast.gt01, NEXT, cast.head_person)
    duty(cast.gt02, NEXT)
    log(cast, cast.gt01, date(2026, 3, 15), cast.deputy_person)
    for user, lacking in ((cast.clerk, 3), (cast.head, 1)):
        page = signed_in(user).get(reverse("station-home"))
        dues = dues_on(page)
        assert dues["接待还没登记"] == sum(len(day.missing) for day in page.context["days"]) > 0
        assert dues["下次接待缺人"] == sum(shift.missing for shift in page.context["next_shifts"]) == lacking
        for label, part in (("接待还没登记", "gaps"), ("下次接待缺人", "next")):
            assert due(user, label).url == f"{reverse('station-home')}#{part}" and f'id="{part}"' in page.text


def test_a_near_reception_without_people_is_urgent_a_far_one_is_not(cast):
    duty(cast.gt01, NEXT, cast.head_person)
    assert not due(cast.clerk, "下次接待缺人").is_hot
    assert due(cast.clerk, "下次接待缺人", NEXT - timedelta(days=3)).is_hot


def test_next_months_roster_from_the_20th_until_it_is_published(cast, signed_in):
    label, day = "4月排班没公布", date(2026, 3, 20)
    assert number(cast.clerk, label, day - timedelta(days=1)) == 0
    assert number(cast.clerk, label, day) == 1 and number(cast.head, label, day) == 0
    assert not due(cast.clerk, label, day).is_hot and due(cast.clerk, label, date(2026, 3, 29)).is_hot
    desk = signed_in(cast.clerk).get(due(cast.clerk, label, day).url).context
    assert (desk["desk"].station, desk["month"], desk["is_published"]) == (cast.gt, date(2026, 4, 1), False)
    roster = Roster.objects.create(station=cast.gt, month=date(2026, 4, 1))
    assert number(cast.clerk, label, day) == 1  # a draft is not told to anybody
    Roster.objects.filter(pk=roster.pk).update(state=RosterState.PUBLISHED)
    assert number(cast.clerk, label, day) == 0


def test_last_month_until_it_is_declared_complete(cast, signed_in):
    label = "2月记录没确认"
    found = due(cast.clerk, label)
    records = signed_in(cast.clerk).get(found.url).context["table"]
    assert found.number == 1 == sum(not row[1].complete for row in records) and number(cast.head, label) == 0
    row = declare_month(station=cast.gt, month=date(2026, 2, 1), actor=cast.clerk, at=AT)
    assert number(cast.clerk, label) == 0 and number(cast.stranger, label) == 1
    take_back_month(row=row, reason="漏登了一次", actor=cast.clerk, at=AT)
    assert number(cast.clerk, label) == 1


def test_last_month_is_not_asked_for_while_it_cannot_be_declared(cast):
    """A Sunday put off into this month is still to come; the year's points are published already."""
    shift = duty(cast.gt01, date(2026, 2, 22), cast.deputy_person)
    type(shift).objects.filter(pk=shift.pk).update(date=TODAY)
    assert number(cast.clerk, "2月记录没确认") == 0
    assert number(cast.clerk, "2月记录没确认", TODAY + timedelta(days=1)) == 1
    scheme = Scheme.objects.get(county=cast.county, year=2026)
    YearClosing.objects.create(
        scheme=scheme, published_at=AT, published_by=cast.admin, publicity_from=TODAY, publicity_until=TODAY
    )
    assert number(cast.clerk, "2月记录没确认", TODAY + timedelta(days=1)) == 0


def test_a_station_opened_after_the_month_has_nothing_to_declare(cast):
    Station.objects.filter(pk=cast.gt.pk).update(opened_on=date(2026, 3, 1))
    assert number(cast.clerk, "2月记录没确认") == 0


def test_a_months_report_goes_from_the_head_to_the_clerk(cast, signed_in):
    month, on = date(2026, 2, 1), TODAY
    issue_month(county=cast.county, month=month, at=AT)
    assert (number(cast.head, "月报等您确认"), number(cast.clerk, "分站月报没确认")) == (1, 2)
    for branch in (cast.gt01, cast.gt02):
        assert number(cast.clerk, "月报等您审核") == 0
        report = MonthReport.objects.get(place=branch, month=month)
        seen = settled_digest(read_month(place=branch, month=month, on=on))
        confirm_month(report=report, seen=seen, actor=cast.clerk, at=AT)
    assert (number(cast.head, "月报等您确认"), number(cast.clerk, "分站月报没确认")) == (0, 0)
    assert number(cast.clerk, "月报等您审核") == 1
    page = signed_in(cast.clerk).get(due(cast.clerk, "月报等您审核").url)
    assert "审核无误,报县里" in page.text


# ---- The pages ----


def test_what_should_not_wait_stands_first(cast):
    duty(cast.gt01, NEXT, cast.head_person)
    ticket(cast, cast.gt01, SOON)
    near = NEXT - timedelta(days=2)
    dues = dues_of(Outlook(cast.clerk, near))
    assert [one.label for one in dues[:2]] == ["下次接待缺人", "意见快到期"]
    ticket(cast, cast.gt01, LATE)
    assert [one.label for one in dues_of(Outlook(cast.clerk, near))][:3] == ["意见超期", "下次接待缺人", "意见快到期"]


def test_the_heads_home_has_the_same_rows_and_a_deputys_none(cast, signed_in):
    ticket(cast, cast.gt01, LATE)
    log(cast, cast.gt01, SUNDAY, cast.deputy_person)
    page = signed_in(cast.head).get(reverse("me"))
    station = signed_in(cast.head).get(reverse("station-home"))
    assert dues_on(page) == dues_on(station) and dues_on(page)["意见超期"] == 1
    for one in page.context["dues"]:
        assert one.url.replace("&", "&amp;") in page.text and f"{one.number}{one.unit}" in page.text
    colleague = signed_in(cast.deputy).get(reverse("me"))
    assert colleague.context["dues"] == [] and "等您办的" not in colleague.text


def test_nothing_due_is_said_kindly(cast, signed_in, monkeypatch):
    monkeypatch.setattr("activities.views.due.ROWS", ())
    home = signed_in(cast.clerk).get(reverse("station-home")).text
    assert "眼下没有要办的" in home and "tile-hot" not in home
    assert "眼下没有等您办的" in signed_in(cast.head).get(reverse("me")).text


def test_the_clerk_sees_tiles_of_what_is_due_and_no_zeros(cast, signed_in):
    ticket(cast, cast.gt01, LATE)
    page = signed_in(cast.clerk).get(reverse("station-home"))
    assert "意见超期" in page.text and "意见快到期" not in page.text and page.text.count("tile-hot") == 1
    assert all(one.number for one in page.context["dues"])


def test_rows_cost_the_same_with_one_of_each_and_with_three(cast, signed_in, django_assert_num_queries):
    """On a day on which every row counts."""
    day, week = date(2026, 3, 20), timedelta(days=7)
    issue_month(county=cast.county, month=date(2026, 2, 1), at=AT)
    duty(cast.gt01, NEXT, cast.head_person)
    duty(cast.gt02, NEXT)
    for index in range(3):
        ticket(cast, cast.gt01, SOON)
        log(cast, cast.gt01, SUNDAY + index * week - week, cast.deputy_person)
        asked(cast.gt01, cast.deputies["GT01"][index + 1])
        for user, queries in ((cast.clerk, CLERK_QUERIES), (cast.head, HEAD_QUERIES)):
            with django_assert_num_queries(queries):
                dues_of(Outlook(type(user).objects.get(pk=user.pk), day))
