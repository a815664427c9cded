"""Clocks of one ticket through its moves, and the page that shows how they were counted."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities.services import Matter
from julu_liaison.common.holidays import drop_calendar_days, put_calendar_days
from julu_liaison.common.models import CalendarDay
from opinions.models import Clock
from opinions.services import move_opinion, register_opinion
from opinions.states import Alert, Stage
from tests.cast import moment

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
ANSWER = "已经组织人手把塌陷的路面填平,恢复通行。"


@pytest.fixture
def ticket(cast):
    matter = Matter("安家庄村西田间道路塌陷", "road", deputy=cast.deputy_person, villager_name="张三")
    return register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=moment(MONDAY))


def move(ticket, name, actor, day, **facts):
    return move_opinion(opinion=ticket, move=name, actor=actor, at=moment(date(2026, 3, day), 11), **facts)


def at_department(cast, ticket, day=2, **facts):
    ticket = move(move(ticket, "escalate", cast.clerk, day), "escalate", cast.clerk, day)
    return move(ticket, "transfer", cast.staff, day, department=cast.jiaotong, **facts)


def clock(ticket, stage):
    return ticket.clocks.filter(stage=stage).latest("pk")


def test_a_stage_begins_and_ends_with_its_state(cast, ticket):
    branch = clock(ticket, Stage.AT_BRANCH)
    assert (branch.due_on, branch.alert_on, ticket.due_on) == (date(2026, 3, 9), date(2026, 3, 5), branch.due_on)
    ticket = move(ticket, "escalate", cast.clerk, 12)
    branch.refresh_from_db()
    assert (branch.stopped_on, branch.alert_on, branch.stopped_on > branch.due_on) == (date(2026, 3, 12), None, True)
    assert ticket.due_on == clock(ticket, Stage.AT_STATION).due_on == date(2026, 3, 26)


def test_a_pause_moves_every_clock_and_its_warnings(cast, ticket):
    ticket = move(at_department(cast, ticket), "ask_villager", cast.officer, 4, note="请说明是哪一段路")
    assert ticket.due_on is None
    assert set(ticket.clocks.running().values_list("paused_on", "alert_on")) == {(date(2026, 3, 4), None)}
    ticket = move(ticket, "resume", cast.staff, 11)
    main, sign = clock(ticket, Stage.AT_DEPARTMENT), clock(ticket, Stage.SIGN_FOR)
    assert (main.due_on, sign.due_on, ticket.due_on) == (date(2026, 3, 30), date(2026, 3, 16), main.due_on)
    assert (main.paused_on, main.alert_on) == (None, date(2026, 3, 19))


def test_a_paused_ticket_that_ends_was_stopped_with_the_pause_counted(cast, ticket):
    ticket = move(ticket, "ask_villager", cast.head, 4, note="请说明是哪一段路")
    ticket = move(ticket, "void", cast.staff, 20, note="重复登记")
    ended = clock(ticket, Stage.AT_BRANCH)
    assert (ended.stopped_on, ended.paused_on, ended.alert_on) == (date(2026, 3, 20), None, None)
    assert ended.pauses.get().ended_on == date(2026, 3, 20) and ended.stopped_on <= ended.due_on and ticket.due_on is None


def test_more_time_is_warned_of_anew(cast, ticket):
    ticket = at_department(cast, ticket)
    Clock.objects.filter(opinion=ticket, is_main=True).update(alert=Alert.DUE, alert_on=date(2026, 3, 24))
    ticket = move(ticket, "request_extension", cast.officer, 23, note="要等沥青到货", amount=15)
    ticket = move(ticket, "decide_extension", cast.staff, 23, granted=True)
    longer = clock(ticket, Stage.AT_DEPARTMENT)
    assert (longer.extended, longer.due_on, ticket.due_on) == (15, date(2026, 4, 13), date(2026, 4, 13))
    assert (longer.alert, longer.alert_on) == (Alert.HALF, date(2026, 4, 3))  # half of it has gone, as told before


def test_the_next_department_has_all_the_time(cast, ticket):
    ticket = at_department(cast, ticket)
    ticket = move(ticket, "reassign", cast.staff, 10, department=cast.shuili, note="属水利局职责")
    first, second = Clock.objects.filter(opinion=ticket, stage=Stage.AT_DEPARTMENT).order_by("pk")
    assert (first.stopped_on, first.department) == (date(2026, 3, 10), cast.jiaotong)
    assert (second.started_on, second.due_on, second.department) == (date(2026, 3, 10), date(2026, 3, 31), cast.shuili)
    assert list(ticket.clocks.running().filter(stage=Stage.SIGN_FOR).values_list("department", flat=True)) == [
        cast.shuili.pk
    ]


def test_taken_up_again_it_is_warned_of_and_no_longer_followed_up(cast, ticket):
    for name, actor, facts in (
        ("solve", cast.head, {"note": ANSWER}), ("tell", cast.clerk, {}), ("rate", cast.clerk, {"rating": "satisfied"}),
    ):  # fmt: skip
        ticket = move(ticket, name, actor, 4, **facts)
    follow_up = clock(ticket, Stage.FOLLOW_UP)
    assert follow_up.stopped_on is None and follow_up.alert_on is None
    ticket = move(ticket, "reopen", cast.clerk, 6, note="又塌了")
    follow_up.refresh_from_db()
    assert follow_up.stopped_on == date(2026, 3, 6)
    assert clock(ticket, Stage.REWORKING).alert_on == date(2026, 3, 18)


# --- The page ------------------------------------------------------------------------------------------------------


def clock_page(ticket):
    return reverse("opinion-clock", args=[ticket.uid])


def test_the_page_shows_every_day_and_what_was_late(cast, signed_in, ticket):
    CalendarDay.objects.create(date=date(2026, 3, 16), kind="holiday", name="县庆")
    ticket = at_department(cast, ticket, 12)
    ticket = move(ticket, "ask_villager", cast.officer, 17, note="请说明是哪一段路")
    ticket = move(ticket, "resume", cast.staff, 19)
    client = signed_in(cast.officer)
    assert clock_page(ticket) in client.get(reverse("opinion", args=[ticket.uid])).text
    text = client.get(clock_page(ticket)).text
    for words in (
        "县庆,不计",
        "暂停,不计",
        "星期日,不计",
        "第15天",
        "超期3天",
        "按期",
        "3月17日请群众补充,3月19日恢复办理",
    ):
        assert words in text, words
    assert "张三" not in text


def test_an_ended_stage_is_counted_as_the_calendar_was(cast, signed_in, ticket):
    """What nobody knows any more is said: the history of the calendar begins today, long after the stage ended."""
    holiday = {"start": date(2026, 3, 5), "end": date(2026, 3, 6), "actor": cast.staff, "at": moment(date(2026, 3, 13))}
    move(ticket, "escalate", cast.clerk, 12)
    client = signed_in(cast.staff)
    assert "节假日有过调整" not in client.get(clock_page(ticket)).text
    put_calendar_days(kind="holiday", name="县庆", **holiday)
    text = client.get(clock_page(ticket)).text
    assert "下面按当时的日历数" in text and "县庆" not in text.split("以前的环节")[1] and "超期3天" in text
    Clock.objects.filter(opinion=ticket, stage=Stage.AT_BRANCH).update(due_on=date(2026, 3, 11))  # as with the holiday
    assert "节假日有过调整" not in client.get(clock_page(ticket)).text
    drop_calendar_days(**holiday)
    text = client.get(clock_page(ticket)).text
    assert '下面按现在的日历数,当时的期限是<b class="num">2026年3月11日</b>' in text
    ended = {"opinion": ticket, "stage": Stage.AT_BRANCH}
    Clock.objects.filter(**ended).update(stopped_on=timezone.localdate() + timedelta(days=9), due_on=date(2026, 3, 9))
    CalendarDay.objects.create(date=date(2026, 3, 4), kind="holiday", name="别的")
    assert '当时的期限是<b class="num">2026年3月9日</b>' in client.get(clock_page(ticket)).text  # it was there already


def test_more_clocks_cost_no_more_queries(cast, signed_in, ticket):
    client = signed_in(cast.staff)
    few, _text = opened(client, ticket)
    ticket = at_department(cast, ticket, assisting=[cast.shuili])
    many, text = opened(client, ticket)
    assert text.count("k-story") == 6
    assert few == many == 11  # the frame's; ticket, clocks, pauses, extensions, holidays' names and kinds


def opened(client, ticket):
    with CaptureQueriesContext(connection) as queries:
        text = client.get(clock_page(ticket)).text
    return len(queries), text


def test_the_page_is_for_those_who_see_the_ticket(cast, signed_in, ticket):
    for who, status in (("auditor", 200), ("deputy", 200), ("stranger", 404), ("officer", 404)):
        assert signed_in(getattr(cast, who)).get(clock_page(ticket)).status_code == status, who
