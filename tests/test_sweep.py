"""The sweep over deadlines: who is told when, once a level and one notice a person, never of what is still or over."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from activities.services import Matter
from julu_liaison.common.models import AuditLog, CalendarDay
from julu_liaison.notices.models import Notice
from opinions.models import Clock, Opinion
from opinions.services import move_opinion, register_opinion
from opinions.services.clocks import sweep_deadlines
from opinions.states import Alert, Stage, Unit
from opinions.tasks import sweep_deadlines as task
from stations.models import Posting
from stations.services import appoint
from tests.cast import moment

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)


def make_ticket(cast, text="村西道路塌陷"):
    matter = Matter(text, "road", deputy=cast.deputy_person, villager_name="张三", villager_phone="19900009999")
    return register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=moment(MONDAY))


@pytest.fixture
def ticket(cast):
    return make_ticket(cast)


def at_department(cast, ticket, **facts):
    for name, actor, more in (
        ("escalate", cast.clerk, {}), ("escalate", cast.clerk, {}), ("transfer", cast.staff, {"department": cast.shuili} | facts),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=name, actor=actor, at=moment(MONDAY), **more)
    return ticket


def sweep(month, day):
    """Who is told what on that day, by user name."""
    Notice.objects.all().delete()
    sweep_deadlines(at=moment(date(2026, month, day), 7))
    return {notice.user.username: notice.text for notice in Notice.objects.select_related("user")}


def test_a_branch_is_told_at_each_level_once_and_its_station_when_it_is_late(cast, ticket):
    assert sweep(3, 4) == {}
    name = f"官亭镇{ticket.number}:分站办理"
    for day, who, words in (
        (5, {"zhanzhang"}, "时间过半,3月9日到期,请抓紧办理。"), (6, {"zhanzhang"}, "时间已过八成,3月9日到期,请抓紧办理。"),
        (9, {"zhanzhang"}, "今天到期,请今天办好。"), (10, {"zhanzhang", "guanting"}, "已超期,3月9日到期的,请马上办理。"),
    ):  # fmt: skip
        told = sweep(3, day)
        assert set(told) == who and told["zhanzhang"] == name + words
        assert Notice.objects.first().link == f"/opinions/{ticket.uid}/"
        assert sweep(3, day) == {}
    assert sweep(3, 31) == {} and Clock.objects.values_list("alert", "alert_on").get() == (Alert.OVERDUE, None)
    assert AuditLog.objects.filter(action="sweep_deadlines").count() == 4


def test_what_comes_on_a_holiday_is_said_before_it_and_what_is_late_after_it(cast, ticket):
    """A term of months may end on a holiday; nothing is said on one."""
    april = date(2026, 4, 2)
    Clock.objects.update(amount=1, unit=Unit.MONTH, due_on=april, alert_on=april, alert=Alert.NEAR)
    CalendarDay.objects.bulk_create(
        CalendarDay(date=date(2026, 4, day), kind=CalendarDay.Kind.HOLIDAY) for day in (1, 2, 3)
    )
    name = f"官亭镇{ticket.number}:分站办理"
    assert sweep(3, 30) == {}
    assert sweep(3, 31) == {"zhanzhang": f"{name}4月2日到期,正逢放假,请放假以前办好。"}
    assert [sweep(4, day) for day in (1, 2, 3)] == [{}, {}, {}]
    assert sweep(4, 4)["zhanzhang"] == f"{name}已超期,4月2日到期的,请马上办理。"


def test_many_that_end_during_the_holiday_are_counted_apart(cast, ticket):
    make_ticket(cast, "第二件")
    Clock.objects.update(amount=1, unit=Unit.MONTH, alert_on=date(2026, 4, 2), alert=Alert.NEAR)
    CalendarDay.objects.bulk_create(
        CalendarDay(date=date(2026, 4, day), kind=CalendarDay.Kind.HOLIDAY) for day in (1, 2, 3)
    )
    assert sweep(3, 31) == {"zhanzhang": "您有2件意见建议快到期或已超期:放假期间到期2件,请抓紧办理。"}


def test_a_sweep_left_out_is_made_up_for_with_the_highest_level_only(cast, ticket):
    told = sweep(3, 20)
    assert told["guanting"].endswith("已超期,3月9日到期的,请督促办理。")
    assert len(told) == 2 and "超期" in told["zhanzhang"]


def test_a_department_tells_its_officers_then_its_head_then_the_county(cast, ticket):
    appoint(user=cast.chief, role="department_head", department=cast.shuili, started_on=MONDAY, actor=cast.admin)
    ticket = at_department(cast, ticket)
    move_opinion(opinion=ticket, move="sign_for", actor=cast.other_officer, at=moment(MONDAY))
    assert [set(sweep(3, day)) for day in (12, 18)] == [{"shuili"}, {"shuili"}]
    assert set(sweep(3, 23)) == {"shuili", "jiaotong2"}
    assert set(sweep(3, 24)) == {"shuili", "jiaotong2", "xian", "xian2"}


def test_signing_for_it_and_assisting_have_their_own_time(cast, ticket):
    ticket = at_department(cast, ticket, assisting=[cast.jiaotong])
    told = sweep(3, 9)  # signing for: due today; assisting: half gone
    assert "部门签收或退回今天到期" in told["shuili"] and "协办部门提意见时间过半" in told["jiaotong"]


def test_who_has_many_gets_one_notice_with_a_list(cast, ticket):
    for number in range(3):
        make_ticket(cast, f"第{number}件")
    other = at_department(cast, make_ticket(cast))
    Clock.objects.filter(opinion=other).update(alert_on=MONDAY)
    told = sweep(3, 10)
    assert told["zhanzhang"] == "您有4件意见建议快到期或已超期:超期4件,请抓紧办理。"
    assert told["guanting"] == "您有4件意见建议快到期或已超期:超期4件,请督促办理。"
    links = dict(Notice.objects.values_list("user__username", "link"))
    assert links["zhanzhang"] == "/opinions/?mine=1&overdue=1" and links["guanting"] == "/opinions/?overdue=1"
    assert len(told) == Notice.objects.count()
    assert all("张三" not in text and "1990000" not in text for text in told.values())


def test_a_branch_without_a_head_is_its_stations(cast, ticket):
    head = Posting.objects.get(user=cast.head, role="branch_head")
    Posting.objects.filter(pk=head.pk).update(ended_on=MONDAY)
    assert set(sweep(3, 5)) == {"guanting"}


def test_the_deputy_is_told_to_pass_the_answer_on(cast, ticket):
    move_opinion(opinion=ticket, move="solve", note="已经组织人手填平,恢复通行。", actor=cast.head, at=moment(MONDAY))
    assert set(sweep(3, 4)) == {"zhanzhang", "daibiao"}


def test_what_stands_still_or_is_over_is_silent(cast, ticket):
    paused = move_opinion(opinion=ticket, move="ask_villager", note="哪一段", actor=cast.head, at=moment(MONDAY))
    ended = move_opinion(opinion=make_ticket(cast), move="void", note="重复", actor=cast.staff, at=moment(MONDAY))
    assert sweep(6, 1) == {}
    Clock.objects.filter(opinion=ended).update(stopped_on=None, alert_on=MONDAY)  # even if something were left running
    assert sweep(6, 1) == {}
    move_opinion(opinion=paused, move="resume", actor=cast.staff, at=moment(date(2026, 3, 9)))
    assert set(sweep(3, 12)) == {"zhanzhang"}


def test_follow_up_is_nobodys_deadline(cast, ticket):
    for name, facts in (
        ("solve", {"note": "已经组织人手填平,恢复通行。"}),
        ("tell", {}),
        ("rate", {"rating": "satisfied"}),
    ):
        ticket = move_opinion(opinion=ticket, move=name, actor=cast.head, at=moment(MONDAY), **facts)
    assert Clock.objects.filter(stage=Stage.FOLLOW_UP, alert_on=None).exists() and sweep(6, 1) == {}


def test_overdue_is_derived_and_no_column(cast, ticket):
    before = Opinion.objects.values().get()
    sweep(6, 1)
    assert Opinion.objects.values().get() == before and Opinion.objects.overdue(date(2026, 6, 1)).count() == 1
    assert not any("overdue" in field.name or field.name == "late" for field in Opinion._meta.get_fields())


def test_the_queries_do_not_grow_with_the_tickets(cast, ticket, django_assert_num_queries):
    for number in range(3):
        make_ticket(cast, f"第{number}件")
    with django_assert_num_queries(12):
        sweep_deadlines(at=moment(date(2026, 3, 5), 7))
    for number in range(6):
        make_ticket(cast, f"又{number}件")
    with django_assert_num_queries(12):
        sweep_deadlines(at=moment(date(2026, 3, 5), 12))


def test_the_command_prints_counts(cast, ticket, capsys):
    call_command("sweep_deadlines", at="2026-03-09T07:30")
    assert capsys.readouterr().out.splitlines() == ["过半\t0", "过八成\t0", "今天到期\t1", "超期\t0", "通知\t1"]
    with pytest.raises(CommandError):
        call_command("sweep_deadlines", at="昨天")
    assert task() == 2  # the branch's head and, now that it is late, the clerk
