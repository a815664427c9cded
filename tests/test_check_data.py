"""`check_data`: silent on sound data, a line for every kind of fault, exit 1; it writes nothing."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.models import DutyLog
from activities.services import Matter, SundayRow, file_log
from activities.states import Presence
from deputies.models import Constituent, Deputy, Mandate, Membership
from deputies.states import MembershipRole
from julu_liaison.common.working_days import today_here
from opinions.models import Clock, Hop, Opinion
from opinions.services import move_opinion, register_opinion
from opinions.services.checking import ticket_problems
from stations.models import Posting, Station
from tests.cast import OPENED, SUNDAY, moment


def report(capsys) -> tuple[list[str], int]:
    code = 0
    try:
        call_command("check_data")
    except SystemExit as stop:
        code = stop.code
    return capsys.readouterr().out.splitlines(), code


@pytest.fixture
def recorded(cast):
    """A log with one matter, so that every table has rows."""
    row = SundayRow(
        branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, received=1, matters=[Matter("路灯不亮")]
    )
    return file_log(row=row, on=SUNDAY, actor=cast.clerk, at=moment(SUNDAY)).log


def test_sound_data_has_nothing_to_report(cast, recorded, capsys):
    assert report(capsys) == ([], 0)


FAULTS = {
    "同时有两位站长": lambda cast: Membership.objects.create(
        deputy=cast.deputies["GT02"][1],
        branch=cast.gt01,
        role=MembershipRole.HEAD,
        started_on=date(2021, 1, 1),
        ended_on=date(2021, 6, 1),
    ),
    "驻站的日期重叠": lambda cast: Membership.objects.create(
        deputy=cast.deputy_person, branch=cast.gt02, started_on=date(2021, 1, 1), ended_on=date(2021, 6, 1)
    ),
    "同一层级代表资格的日期重叠": lambda cast: Mandate.objects.create(
        deputy=cast.deputy_person,
        level="township",
        term="第十六届",
        started_on=date(2019, 1, 1),
        ended_on=date(2021, 6, 1),
    ),
    "没有县级代表资格": lambda cast: Mandate.objects.filter(deputy=cast.head_person).update(
        ended_on=today_here() - timedelta(days=1)
    ),
    "GT02: 没有站长": lambda cast: Membership.objects.filter(branch=cast.gt02).update(role=MembershipRole.MEMBER),
    "还在已经撤销的GT02": lambda cast: Station.objects.filter(pk=cast.gt02.pk).update(closed_on=today_here()),
    "账号没有相应的岗位": lambda cast: Posting.objects.filter(user=cast.head).delete(),
    "但不驻在那里": lambda cast: Posting.objects.create(
        user=cast.deputy, role="deputy", station=cast.yt01, started_on=OPENED
    ),
    "拼音、笔画与姓名不符": lambda cast: Deputy.objects.filter(pk=cast.deputy_person.pk).update(name="改名"),
    "固定联系选民有6位": lambda cast: [
        Constituent.objects.create(deputy=cast.deputy_person, name=f"村民{n}", started_on=OPENED) for n in range(6)
    ],
    "全称是": lambda cast: Station.objects.filter(pk=cast.gt01.pk).update(full_name="第一分站"),
    "不在上级": lambda cast: Station.objects.filter(pk=cast.gt01.pk).update(lft=900, rght=901),
    "工作日志": lambda cast: DutyLog.objects.update(station=cast.yt),
    "意见建议": lambda cast: Opinion.objects.update(station=cast.yt),
    "没有人在办": lambda cast: Opinion.objects.update(holder_station=None),
    "却还有人在办": lambda cast: Opinion.objects.update(state="void"),
    "办理过程到“at_branch”": lambda cast: Opinion.objects.update(state="at_station"),
    "接不上前一步": lambda cast: Hop.objects.create(
        opinion=Opinion.objects.get(),
        move="urge",
        from_state="told",
        to_state="at_branch",
        at=moment(SUNDAY),
        version=1,
    ),
    "版本2与办理过程的1不符": lambda cast: Opinion.objects.update(version=2),
    "已经结束,“分站办理”还在计时": lambda cast: Opinion.objects.update(state="closed"),
    "在计“评价”的时间": lambda cast: Clock.objects.update(stage="told"),
    "计时的暂停与状态不符": lambda cast: Clock.objects.update(paused_on=SUNDAY),
    "期限与计时不符": lambda cast: Opinion.objects.update(due_on=None),
    "期限早于起算日": lambda cast: Clock.objects.update(due_on=date(2020, 1, 1)),
}


@pytest.mark.parametrize("words", FAULTS)
def test_every_fault_has_its_line(cast, recorded, capsys, words):
    before = Membership.objects.count()
    FAULTS[words](cast)
    changed = Membership.objects.count() - before
    lines, code = report(capsys)
    assert code == 1 and any(words in line for line in lines), lines
    assert Membership.objects.count() == before + changed


def test_a_ticket_at_a_department_has_one(cast, capsys):
    ticket = register_opinion(branch=cast.gt01, matter=Matter("路灯不亮"), actor=cast.clerk, at=moment(SUNDAY))
    Opinion.objects.filter(pk=ticket.pk).update(state="at_department")
    assert any("没有承办部门" in line for line in report(capsys)[0])


def test_a_ticket_that_waits_has_no_due_day_and_no_fault(cast, recorded, capsys):
    ticket = recorded.opinions.get()
    move_opinion(opinion=ticket, move="ask_villager", actor=cast.head, at=moment(SUNDAY), note="请说明是哪一盏")
    assert report(capsys) == ([], 0)
    Opinion.objects.update(due_on=SUNDAY)
    assert any("期限与计时不符" in line for line in report(capsys)[0])


def test_more_tickets_cost_no_more_queries(cast, recorded, django_assert_num_queries):
    with CaptureQueriesContext(connection) as spent:
        ticket_problems()
    for _time in range(2):
        register_opinion(branch=cast.gt01, matter=Matter("路灯不亮"), actor=cast.clerk, at=moment(SUNDAY))
    with django_assert_num_queries(len(spent)):
        assert ticket_problems() == []
