"""A list that is handed to the county: dirt is read, what is wrong is told cell by cell, all is taken in or nothing."""

import json
from datetime import date, datetime
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from activities.states import Category
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.models import AuditLog
from opinions.models import CongressSession, Hop, Opinion
from opinions.services import file_suggestion
from opinions.services.desks import HandedIn, take_in
from opinions.spreadsheets.importing import TICKETS
from opinions.states import Kind, State
from tests.cast import make_deputy, moment

START = date(2026, 3, 2)
PAGE, IMPORT = "/console/opinions/import/", "/console/import/"
TITLES = [column.title for column in TICKETS.columns]
ROAD = {
    "性质": "建议", "标题": "关于整修安家庄村西田间道路的建议", "内容": "村西田间道路塌陷约一百米。\n收种不便,请修复。",
    "领衔代表": "李代表", "附议代表": "陈卫、王芳", "提出日期": "2026-01-20", "承办部门": "县交通运输局",
    "协办部门": "县水利局", "是否公开": "否", "原编号": "12",
}  # fmt: skip
HEARD = {"性质": "社情民意", "标题": "", "内容": "市场门口的路灯坏了三盏", "分站": "官亭镇第二分站"}


@pytest.fixture
def county(cast):
    dates = {"starts_on": date(2026, 1, 19), "ends_on": date(2026, 1, 21)}
    cast.session = CongressSession.objects.create(county=cast.county, term="第十七届", ordinal=5, **dates)
    return cast


@pytest.fixture
def book(tmp_path):
    def write(*rows, titles=TITLES, above=()):
        workbook = openpyxl.Workbook()
        for line in above:
            workbook.active.append([line])
        workbook.active.append(titles)
        for row in rows:
            workbook.active.append([row.get(title) for title in titles] if isinstance(row, dict) else row)
        path = tmp_path / "清单.xlsx"
        workbook.save(path)
        return path

    return write


def check(cast, path, actor=None):
    return TICKETS.check(path, county=cast.county, actor=actor or cast.staff, started_on=START)


def load(cast, path, actor=None):
    return TICKETS.load(path, county=cast.county, actor=actor or cast.staff, started_on=START)


def sentences(report):
    return [(problem.row, problem.column, problem.message) for problem in report.errors]


# --- What is taken in -------------------------------------------------------------------------------------------


def test_suggestion_gets_its_session_number_signers_and_department_and_an_opinion_waits_for_its_station(county, book):
    motion = ROAD | {
        "性质": "议案",
        "标题": "关于水渠的议案",
        "承办部门": "",
        "协办部门": "",
        "附议代表": "",
        "原编号": "",
    }
    between = ROAD | {"标题": "关于桥的建议", "提出日期": "2026-02-10", "承办部门": "交通运输局", "附议代表": ""}
    report = load(county, book(ROAD, motion, between, HEARD | {"承办部门": "水利局", "提出日期": None}))
    assert report.counts == {"created": 4, "updated": 0, "unchanged": 0}, sentences(report)
    road, other, later, heard = Opinion.objects.order_by("pk")
    assert (road.state, road.department, road.deputy, road.branch) == (
        State.AT_DEPARTMENT, county.jiaotong, county.deputy_person, county.gt01,
    )  # fmt: skip
    assert road.text == "村西田间道路塌陷约一百米。\n收种不便,请修复。" and road.category == Category.ROAD
    assert (road.registered_on, road.detail.session_number) == (date(2026, 1, 20), "第十七届第五次会议第001号")
    assert not road.detail.may_publish and road.assistances.get().department == county.shuili
    assert [(row.deputy.name, row.confirmed_by) for row in road.cosigners.all()] == [
        ("陈卫", county.staff),
        ("王芳", county.staff),
    ]
    assert [(hop.move, hop.actor, hop.note) for hop in road.hops.in_order()] == [
        ("register", county.staff, "原编号12"), ("transfer", county.staff, ""),
    ]  # fmt: skip
    assert road.clocks.running().main().get().started_on > START  # its terms run from the import, not from January
    assert (other.state, other.detail.is_motion, other.detail.serial) == (State.AT_CENTRE, True, 2)
    assert (later.detail.in_session, later.detail.serial, later.department) == (False, 3, county.jiaotong)
    assert (heard.kind, heard.state, heard.holder_station, heard.department) == (
        Kind.OPINION,
        State.REGISTERED,
        county.gt,
        None,
    )
    assert (heard.branch, heard.registered_on, heard.deputy) == (county.gt02, START, None)
    assert [problem.message[:12] for problem in report.warnings] == ["社情民意先由联络站核对受"]
    row = AuditLog.objects.get(action="import_tickets")
    assert row.detail["created"] == 4 and "路灯" not in str(row.detail)


def test_what_is_there_already_is_left_alone_and_told(county, book):
    load(county, book(ROAD, HEARD))
    report = load(
        county,
        book(ROAD | {"标题": " 关于整修安家庄村西田间道路的建议 ", "内容": "改了内容"}, HEARD, ROAD | {"标题": "新的"}),
    )
    assert report.counts == {"created": 1, "updated": 0, "unchanged": 2}
    assert "已经登记过,内容和表里的不一样" in report.warnings[0].message
    assert Opinion.objects.count() == 3 and "改了内容" not in Opinion.objects.values_list("text", flat=True)
    assert sentences(check(county, book(ROAD, ROAD))) == [(3, "标题", "和第2行重复了,请删去一行。")]
    next_session = CongressSession.objects.create(
        county=county.county, term="第十七届", ordinal=6, starts_on=date(2026, 2, 25), ends_on=date(2026, 2, 27)
    )
    assert load(county, book(ROAD | {"提出日期": "2026-02-26"})).counts["created"] == 1  # the same title next time
    assert next_session.suggestions.count() == 1


def test_dirt_is_read(county, book):
    """A heading above, other titles in another order, columns of no interest, wide signs, serials, names with spaces."""
    titles = ["序号", "案由*", "提 出 人", "联名人", "提出时间", "主办单位", "会办单位", "电话", "建议号"]
    rows = [
        [1, "关于 修路", "李 代 表", "陈 卫,王芳；李代表", 46042, "交通运输局", "水利局、县交通运输局", "x", "第12号"],
        [2, "关于修桥", "赵站长", None, datetime(2026, 1, 20), "jiaotong", None, None, None],
        [3, "关于修渠", "赵站长", None, "2026年1月20日", "巨鹿县水利局", None, None, None],
        [None, "合计", None, None, None, None, None, None, None],
    ]  # fmt: skip
    report = load(county, book(*rows, titles=titles, above=["第十七届五次会议代表建议汇总表", ""]))
    assert report.counts["created"] == 3, sentences(report)
    first, second, third = Opinion.objects.order_by("pk")
    assert first.registered_on == second.registered_on == third.registered_on == date(2026, 1, 20)
    assert [row.deputy.name for row in first.cosigners.all()] == ["陈卫", "王芳"]
    assert (first.title, first.text, first.department) == ("关于 修路", "关于 修路", county.jiaotong)
    assert first.assistances.get().department == county.shuili and third.department == county.shuili
    said = " ".join(problem.message for problem in report.warnings)
    for words in ("“电话”这一列不认识", "不用再写进附议代表", "不用再写进协办部门", "先用标题当内容登记"):
        assert words in said


@pytest.mark.parametrize("place", ["官亭镇第二分站", "第二分站", "GT02"])
def test_namesakes_are_told_apart_by_the_branch(county, book, place):
    make_deputy(county, "李代表", county.gt02)
    both = sentences(check(county, book(ROAD)))
    assert both[0][1] == "领衔代表" and "有2位" in both[0][2] and "请写明分站" in both[0][2]
    load(county, book(ROAD | {"分站": place}))
    assert Opinion.objects.get().branch == county.gt02
    assert load(county, book(ROAD | {"领衔代表": "马强", "附议代表": "李代表(官亭镇第一分站)"})).counts["created"] == 1
    far = sentences(check(county, book(ROAD | {"领衔代表": "马强", "附议代表": "李代表"})))
    assert far[0][1] == "附议代表" and "有2位" in far[0][2]


# --- What is refused --------------------------------------------------------------------------------------------

WRONG = [
    ({"性质": "提案"}, "性质", "请填建议、议案或社情民意"), ({"标题": None}, "标题", "没有填标题"),
    ({"标题": "长" * 101}, "标题", "最多100个字"), ({"内容": "长" * 2001}, "内容", "最多2000个字"),
    ({"内容": "=1+1"}, "内容", "是公式"), ({"领衔代表": None}, "领衔代表", "没有填领衔代表"),
    ({"领衔代表": "查无此人"}, "领衔代表", "没有叫“查无此人”的代表"),
    ({"领衔代表": "李代表", "分站": "阎疃镇第一分站"}, "领衔代表", "没有叫“李代表”的代表"),
    ({"附议代表": "陈卫等三人"}, "附议代表", "没有叫“陈卫等三人”的代表"), ({"提出日期": "昨天"}, "提出日期", "日期看不懂"),
    ({"提出日期": "2099-01-01"}, "提出日期", "不能晚于今天"), ({"承办部门": "外星局"}, "承办部门", "请改成其中一个"),
    ({"承办部门": "县交通运输局、县水利局"}, "承办部门", "只填一个"), ({"承办部门": None}, "协办部门", "也请写承办部门"),
    ({"是否公开": "也许"}, "是否公开", "请填是或否"), (HEARD | {"分站": "第一分站", "领衔代表": None}, "分站", "好几个乡镇有"),
    (HEARD | {"分站": None, "领衔代表": None}, "分站", "没有填分站"),
]  # fmt: skip


def test_every_wrong_cell_is_told_and_one_is_enough_to_take_in_nothing(county, book):
    rows = [ROAD | wrong for wrong, _column, _words in WRONG]
    report = load(county, book(*rows, ROAD | {"标题": "没有错的一件"}))
    told = sentences(report)
    for number, (_wrong, column, words) in enumerate(WRONG, start=2):
        here = [(where, message) for row, where, message in told if row == number]
        assert any(where == column and words in message for where, message in here), (number, words, told)
    assert report.counts == {"created": 0, "updated": 0, "unchanged": 0} and not Opinion.objects.exists()
    assert len({row for row, _where, _message in told}) == len(WRONG)


def test_what_the_workflow_refuses_rolls_all_back(county, book, monkeypatch):
    """A department closed between check and write: the table's word, told by row, and no ticket is left of the list."""
    monkeypatch.setattr("opinions.services.facts._is_office", lambda office, ticket: office != county.shuili)
    report = load(
        county, book(ROAD | {"标题": "先写的一件", "协办部门": ""}, ROAD | {"承办部门": "县水利局", "协办部门": ""})
    )
    assert sentences(report) == [(3, "", "请选本县在用的承办部门。")]
    assert not Opinion.objects.exists() and not Hop.objects.exists() and county.session.suggestions.count() == 0


def test_too_many_rows_and_a_file_that_is_none(county, book, monkeypatch):
    monkeypatch.setattr(type(TICKETS), "most_rows", 1)
    assert "一次最多导入1件" in check(county, book(ROAD, HEARD)).errors[0].message


def test_only_the_county_takes_in(county, book):
    for actor in (county.clerk, county.auditor, county.head, county.deputy, county.officer):
        with pytest.raises(NotAllowed):
            load(county, book(ROAD), actor=actor)
        line = HandedIn(Kind.OPINION, county.gt01, None, "", "路灯坏了", Category.OTHER, START)
        with pytest.raises(NotAllowed):
            take_in(entry=line, actor=actor, at=moment(START))
    with pytest.raises(NotAllowed):
        TICKETS.load(book(ROAD), county=county.county, actor=None, started_on=START)
    assert not Opinion.objects.exists()


# --- Page and command -------------------------------------------------------------------------------------------


def test_page_to_preview_to_the_tickets(county, book, signed_in, media):
    for who, status in (
        ("admin", 200),
        ("auditor", 403),
        ("clerk", 404),
        ("head", 404),
        ("deputy", 404),
        ("officer", 404),
    ):
        assert signed_in(getattr(county, who)).get(PAGE).status_code == status, who
    client = signed_in(county.staff)
    page = client.get(PAGE).text
    assert f'action="{IMPORT}"' in page and 'name="kind" value="tickets"' in page
    template = openpyxl.load_workbook(BytesIO(client.get(f"{IMPORT}template/?kind=tickets").getvalue()))
    assert template.sheetnames == ["建议意见清单", "填写说明", "分站名称", "部门名称"]
    assert [cell.value for cell in template["建议意见清单"][2]] == TITLES
    file = SimpleUploadedFile("清单.xlsx", book(ROAD | {"标题": "=SUM"}, HEARD).read_bytes())
    wrong = client.post(IMPORT, {"file": file, "kind": "tickets", "started_on": "2026-03-02"}).url
    assert "是公式" in client.get(wrong).text and client.get(f"{wrong}failed/").status_code == 200
    file = SimpleUploadedFile("清单.xlsx", book(ROAD, HEARD).read_bytes())
    url = client.post(IMPORT, {"file": file, "kind": "tickets", "started_on": "2026-03-02"}).url
    preview = client.get(url)
    assert "提出日期 2026-03-02" in preview.text and "没有写提出日期的行用这一天" in client.get(IMPORT).text
    assert "建议,李代表(官亭镇人大代表联络站第一分站),转县交通运输局" in preview.text and not Opinion.objects.exists()
    for _click in range(2):
        client.post(url, {"digest": preview.context["report"].digest})
    assert Opinion.objects.count() == 2
    done = client.get(url).text
    assert "新增2件" in done and reverse("opinions") in done and "导出现在的名册" not in done
    assert client.get("/console/export/tickets/").status_code == 403


def test_command_acts_as_a_county_account(county, book):
    def run(*args):
        out = StringIO()
        try:
            call_command("import_opinions", str(book(ROAD, HEARD)), *args, stdout=out)
        except SystemExit as stop:
            return stop.code, out.getvalue()
        return 0, out.getvalue()

    code, text = run("--dry-run", "--json")
    assert code == 0 and json.loads(text)["created"] == 2 and not Opinion.objects.exists()
    assert run("--as", "guanting", "--json")[0] == 1 and "--as" in run("--as", "nobody")[1]
    assert run()[1] == "已经登记2件,登记过的0件(没有动)\n"
    assert {ticket.hops.in_order()[0].actor for ticket in Opinion.objects.all()} == {county.admin}
    assert json.loads(run("--as", "xian2", "--json")[1])["unchanged"] == 2


def test_what_a_deputy_filed_in_person_is_recognised(county, book):
    file_suggestion(
        deputy=county.deputy_person, title=ROAD["标题"], text=ROAD["内容"], category=Category.ROAD, actor=county.deputy,
        at=moment(date(2026, 1, 20)),
    )  # fmt: skip
    assert load(county, book(ROAD)).counts == {"created": 0, "updated": 0, "unchanged": 1}
