"""docs/examples/file_sunday.py against a running server: numbers, problems in words, and nothing twice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from activities.models import DutyLog
from activities.services import draft_roster, publish_roster
from julu_liaison.accounts.models import ApiToken
from opinions.models import Opinion
from tests.api.conftest import AT
from tests.cast import PASSWORD, SUNDAY, build_cast

SCRIPT = Path(__file__).parents[2] / "docs/examples/file_sunday.py"
COLUMNS = "branch,present,late,absent,received,summary,opinion,category\n"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def county():
    """With March's roster of GT published."""
    cast = build_cast()
    roster = draft_roster(station=cast.gt, month=SUNDAY, actor=cast.clerk, at=AT).roster
    publish_roster(roster=roster, actor=cast.clerk, at=AT)
    return cast


@pytest.fixture
def run(live_server, tmp_path):
    def once(lines: str, *, password=PASSWORD, day=str(SUNDAY)) -> tuple[int, list[str]]:
        path = tmp_path / "sunday.csv"
        path.write_text(lines, encoding="utf-8-sig")
        ended = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, str(SCRIPT), live_server.url, "guanting", day, str(path)],
            env=os.environ | {"LIAISON_PASSWORD": password, "PYTHONIOENCODING": "utf-8"},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert ended.stderr == ""
        return ended.returncode, ended.stdout.splitlines()

    return once


def test_a_sunday_is_filed_once_however_often_it_is_sent(county, run):
    one, other = county.deputies["GT01"][1], county.deputies["GT02"][1]
    lines = (
        COLUMNS
        + f"GT01,{one.code},,,3,接待群众,路灯不亮,utilities\nGT02,,{other.code},,,,,\nGT01,,,,,,水渠堵了,water\n"
    )
    first = run(lines)
    assert first == (0, [
        "GT01 登记好了:工作日志〔2026〕第001号,意见〔2026〕第001号、〔2026〕第002号",
        "GT02 登记好了:工作日志〔2026〕第002号",
    ])  # fmt: skip
    assert run(lines) == first
    assert (DutyLog.objects.count(), Opinion.objects.count()) == (2, 2)
    assert DutyLog.objects.get(branch=county.gt02).attendance.get().status == "late"
    assert not ApiToken.objects.exists()


def test_whoever_is_on_the_roster_counts_as_present_where_nobody_is_named(county, run):
    code, said = run(COLUMNS + "GT01,,,,2,,,\n")
    assert code == 0, said
    log = DutyLog.objects.get()
    assert set(log.attendance.values_list("status", flat=True)) == {"present"} and log.attendance.count() >= 2


def test_dirt_is_named_line_by_line_and_the_rest_is_filed(county, run):
    one = county.deputies["GT01"][1].code
    code, said = run(
        COLUMNS + f"\n,,,,,,,\nGT01,{one},,,三,,,\nGT01,{one},,,3,,路灯不亮,\nGT01,,,,,,路灯不亮,\nGT01,{one},,,9,,,\n"
        f",{one},,,,,,\nXX99,{one},,,,,,\nGT02,nobody,,,,,,\nYT01,,,,,,,\n"
    )
    assert code == 1
    assert said == [
        "第4行没有用:接待人数“三”不是整数",
        "第6行没有用:这条意见前面已经有了",
        "第7行没有用:分站GT01前面已经有一行了,这一行只能补意见,到岗、人数和内容请写在前面那一行",
        "第8行没有用:没有写分站的编号",
        "第11行没有用:没有写谁到岗,排班上也没有人",
        "GT01 登记好了:工作日志〔2026〕第001号,意见〔2026〕第001号",
        "XX99 没有登记:没有找到编号是“XX99”的站点,可能编号不对,也可能不在您的范围内。",
        "GT02 没有登记:attendance.0.deputy:没有找到编号是“nobody”的代表",
    ]
    assert DutyLog.objects.count() == 1


def test_what_keeps_it_from_starting_is_said(county, run):
    assert run(COLUMNS, password="wrong") == (2, ["没有开始:账号或密码不对。密码区分大小写,连续输错5次要等15分钟。"])
    assert run("GT01,1\n") == (2, ["没有开始:第一行要写列名,至少要有 branch 这一列"])
    assert run(COLUMNS, day="Sunday") == (2, ["没有开始:month:月份请写成 2026-03 这样"])
