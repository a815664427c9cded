"""The monthly report against a month counted by hand, cell by cell, and the PDF against the workbook."""

import re
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from pypdf import PdfReader

from activities.models import Roster, Shift, ShiftPlace
from activities.reports import attendance_table, make_report, places_table
from activities.rules.months import read_month
from activities.services import (
    Matter,
    SundayRow,
    file_log,
    grant_exemption,
    publish_roster,
    record_activity,
    record_not_held,
    record_service,
    set_filing_limit,
    void_log,
)
from activities.states import ActivityKind, Covers, Form, Presence
from deputies.services import assign_to_branch
from deputies.states import MembershipRole
from opinions.services import move_opinion, register_opinion
from stations.services import open_station
from tests.cast import OPENED, make_deputy, moment

MARCH = date(2026, 3, 1)
REPORTED = date(2026, 4, 2)
FORMULA = "=1+1"
RARE = "马\U0002b740"  # its second character is in neither of the two fonts

ATTENDANCE_HEADINGS = [
    "序号", "姓名", "职务", "应到", "实到", "顶班", "事假", "病假", "公假", "产假等", "缺席", "迟到早退", "日志未登记", "到岗率",
    "服务次数", "现场接待", "召开见面会", "走访调研", "入户服务", "电话接待", "线上接待", "其他服务", "每月一次", "备注",
]  # fmt: skip
# Counted by hand from the month of `the_month`: 应到 实到 顶班 事假 病假 公假 产假等 缺席 迟到早退 未登记 到岗率 次数, the six forms,
# other services, whether the monthly minimum is met (in sums: by how many it isn't).
ATTENDANCE = [
    ["第一分站(4人)"],
    [1, "赵站长", "站长", 2, 2, 0, 0, 0, 0, 0, 0, 1, 0, 1, 2, 1, 1, 0, 0, 0, 0, 0, "达到", None],
    [2, "陈卫", "成员", 2, 0, 0, 0, 1, 0, 0, 0, 0, 1, None, 0, 0, 0, 0, 0, 0, 0, 0, "未达到", None],
    [3, "李代表", "成员", 2, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, "达到", None],
    [4, "周春生", "成员", 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0, "达到", "至3月15日"],
    ["小计", "4人", None, 7, 4, 0, 1, 1, 0, 0, 0, 2, 1, 1, 4, 1, 2, 1, 0, 0, 0, 0, 1, None],
    ["第二分站(4人)"],
    [1, "钱站长", "站长", 3, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0, "达到", None],
    [2, FORMULA, "成员", 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, None, 1, 1, 0, 0, 0, 0, 0, 0, "达到", None],
    [3, "王芳", "成员", 2, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, "达到", None],
    [4, "周春生", "成员", 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, "达到", "3月16日起"],
    ["小计", "4人", None, 6, 3, 1, 0, 0, 1, 0, 1, 0, 2, pytest.approx(2 / 3), 4, 1, 0, 0, 2, 1, 0, 0, 0, None],
    ["合计", "7人", None, 13, 7, 1, 1, 1, 1, 0, 1, 2, 3, pytest.approx(6 / 7), 8, 2, 2, 1, 2, 1, 0, 0, 1, None],
]
# 安排 已开展 两人以上 未开展 应登记 未登记 登记率 日志 按时 接待 走访 资料 收到 转部门 办结 超期
PLACES = [
    [1, "本级活动", 0, 0, 0, 0, 0, 0, None, 0, 0, 0, 2, 100, 0, 0, 0, 0],
    [2, "第一分站", 5, 3, 2, 1, 4, 1, 0.75, 3, 3, 14, 4, 30, 1, 0, 1, 0],
    [3, "第二分站", 3, 2, 1, 0, 3, 1, pytest.approx(2 / 3), 3, 2, 4, 6, 15, 0, 0, 1, 0],
    ["合计", None, 8, 5, 3, 1, 7, 2, pytest.approx(5 / 7), 6, 5, 18, 12, 145, 1, 0, 2, 0],
]


def day(number: int) -> date:
    return date(2026, 3, number)


def shift(branch, on: date, deputies, *, for_sunday: date | None = None) -> Shift:
    sunday = for_sunday or on
    roster, _created = Roster.objects.get_or_create(station=branch.parent, month=sunday.replace(day=1))
    row = Shift(roster=roster, date=on, for_sunday=sunday)
    row.put_at(branch)
    row.save()
    ShiftPlace.objects.bulk_create(ShiftPlace(shift=row, deputy=deputy) for deputy in deputies)
    return row


def closed(cast, ticket, on: date) -> None:
    for move, facts in (("solve", {"note": "村里已经组织人手修好了"}), ("tell", {}), ("rate", {"rating": "satisfied"})):
        ticket = move_opinion(opinion=ticket, move=move, actor=cast.clerk, at=moment(on), **facts)


@pytest.fixture
def the_month(cast):
    """March 2026 at 官亭镇, small enough to count on one's fingers."""
    head, li, chen, zhou = cast.deputies["GT01"]
    qian, wang = cast.deputies["GT02"]
    stand_in = make_deputy(cast, FORMULA, cast.gt02)
    assign_to_branch(
        deputy=zhou, branch=cast.gt02, role=MembershipRole.MEMBER, started_on=day(16), actor=cast.admin
    )  # fmt: skip
    for branch, on, deputies in (
        (cast.gt01, day(1), (head, li)), (cast.gt01, day(8), (li, chen)), (cast.gt01, day(15), (head, zhou)),
        (cast.gt01, day(22), (chen, zhou)),  # made before 周春生 moved away
        (cast.gt01, day(29), (head, li)),
        (cast.gt02, day(1), (qian, wang)), (cast.gt02, day(22), (qian, zhou)), (cast.gt02, day(29), (wang, qian)),
    ):  # fmt: skip
        shift(branch, on, deputies)

    def log(branch, on, attendance, *, days_later: int = 0, **fields):
        row = SundayRow(branch=branch, attendance=attendance, **fields)
        return file_log(row=row, on=on, actor=cast.clerk, at=moment(on + timedelta(days=days_later), 17))

    first = log(
        cast.gt01, day(1), {head: Presence.PRESENT, li: Presence.PRIVATE_LEAVE, stand_in: Presence.SUBSTITUTE},
        received=5, leaflets=30, matters=[Matter("村西田间道路塌陷")],
    )  # fmt: skip
    log(cast.gt01, day(8), {li: Presence.LATE, chen: Presence.SICK_LEAVE}, form=Form.VISIT, received=2, households=4)
    wrong = log(cast.gt01, day(15), {head: Presence.ABSENT, zhou: Presence.PRESENT}, received=9, leaflets=500).log
    void_log(log=wrong, reason="登错了", actor=cast.clerk, at=moment(day(15), 18))
    log(cast.gt01, day(15), {head: Presence.LEFT_EARLY, zhou: Presence.PRESENT}, form=Form.MEETING, received=7)
    record_not_held(branch=cast.gt01, on=day(29), reason="大雪封路", actor=cast.clerk, at=moment(day(29), 18))
    log(cast.gt02, day(1), {qian: Presence.OFFICIAL_LEAVE, wang: Presence.ABSENT})
    log(
        cast.gt02, day(22), {qian: Presence.PRESENT, zhou: Presence.PRESENT}, form=Form.HOUSEHOLD, received=1,
        households=6, leaflets=10, days_later=8,
    )  # fmt: skip
    log(cast.gt02, day(25), {wang: Presence.PRESENT}, form=Form.PHONE, received=3)
    closed(cast, first.opinions[0], day(20))
    old = register_opinion(
        branch=cast.gt02, matter=Matter("路灯不亮"), actor=cast.clerk, at=moment(date(2026, 2, 20))
    )  # fmt: skip
    closed(cast, old, day(5))
    for station, leaflets, households in ((cast.gt, 100, 2), (cast.gt02, 5, 0)):
        record_activity(
            station=station, kind=ActivityKind.PUBLICITY, title="普法宣传", held_on=day(10), attendance={},
            actor=cast.clerk, at=moment(day(10)), leaflets=leaflets, households=households,
        )  # fmt: skip
    return cast


@pytest.fixture
def figures(the_month):
    return read_month(place=the_month.gt, month=MARCH, on=REPORTED)


@pytest.fixture
def report(figures, tmp_path):
    """The report's files by suffix."""
    files = make_report(figures, tmp_path)
    assert files.problems == []
    assert sorted(tmp_path.iterdir()) == sorted(files.paths)  # nothing half-written lies about
    return {path.suffix: path for path in files.paths}


def cells(sheet, first: int, last: int) -> list[list]:
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=first, max_row=last)]
    return [row[:1] if row[1:] == [None] * (len(row) - 1) else row for row in rows]


def value_of(formula: str, sheet) -> float | str:
    """What Excel would make of the report's five kinds of formula."""
    if match := re.fullmatch(r'=IF\((\w+)=0,"",1-(\w+)/\1\)', formula):
        whole, missing = (sheet[name].value for name in match.groups())
        return 1 - missing / whole if whole else ""
    if match := re.fullmatch(r'=IF\((\w+)((?:-\w+)+)=0,"",1-(\w+)/\(\1\2\)\)', formula):
        whole = sheet[match[1]].value - sum(sheet[name].value for name in match[2].split("-")[1:])
        return 1 - sheet[match[3]].value / whole if whole else ""
    if match := re.fullmatch(r'=COUNTIF\((.+),"(.+)"\)', formula):
        return sum(cell.value == match[2] for (cell,) in _range(sheet, match[1]))
    if match := re.fullmatch(r"=SUM\((.+)\)", formula):
        return sum(cell.value for (cell,) in _range(sheet, match[1]) if isinstance(cell.value, int))
    match = re.fullmatch(r'=SUMIF\((.+),"(.+)",(.+)\)', formula)
    keys, values = _range(sheet, match[1]), _range(sheet, match[3])
    return sum(value.value for (key,), (value,) in zip(keys, values, strict=True) if key.value == match[2])


def same(kept, reckoned) -> bool:
    return (kept or "") == reckoned if reckoned == "" else kept == pytest.approx(reckoned)


def _range(sheet, text: str):
    left, top, right, bottom = range_boundaries(text)
    return list(sheet.iter_rows(min_col=left, min_row=top, max_col=right, max_row=bottom))


def test_attendance_sheet_cell_by_cell(report):
    sheet = load_workbook(report[".xlsx"], data_only=True)["考勤"]
    assert sheet["A1"].value == "官亭镇人大代表联络站代表接待考勤表"
    assert sheet["A2"].value == "2026年3月(按2026年4月2日的记录)"
    assert [cell.value for cell in sheet[3]] == ATTENDANCE_HEADINGS
    found = cells(sheet, 4, 3 + len(ATTENDANCE))
    for got, counted in zip(found, ATTENDANCE, strict=True):
        assert [value if value != "" else None for value in got] == counted


def test_places_sheet_cell_by_cell(report):
    sheet = load_workbook(report[".xlsx"], data_only=True)["分站情况"]
    found = cells(sheet, 4, 3 + len(PLACES))
    assert [[value if value != "" else None for value in row] for row in found] == PLACES


@pytest.mark.parametrize("name", ["考勤", "分站情况"])
def test_totals_are_formulas_and_their_kept_values_are_right(report, name):
    formulas, values = load_workbook(report[".xlsx"])[name], load_workbook(report[".xlsx"], data_only=True)[name]
    checked = 0
    for row in formulas.iter_rows(min_row=4):
        for cell in row:
            if cell.data_type == "f":
                assert same(values[cell.coordinate].value, value_of(cell.value, values)), cell.coordinate
                checked += 1
    assert checked == {"考勤": 3 * 20 + 8, "分站情况": 16 + 3}[name]


def test_a_name_that_looks_like_a_formula_is_text(report):
    sheet = load_workbook(report[".xlsx"])["考勤"]
    (cell,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == FORMULA]
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_both_sheets_print_on_a4_across(report):
    for sheet in load_workbook(report[".xlsx"]):
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, int(sheet.page_setup.fitToHeight)) in ((1, 0), (None, 0))
        assert sheet.print_title_rows == "$1:$3"
        assert sheet.freeze_panes == "C4"
        assert sheet.print_area.endswith(f"${sheet.max_row}")
        signature = sheet.cell(sheet.max_row, 1).value
        assert "制表人" in signature and "负责人" in signature


def _printed(cell) -> str:
    return f"{cell:.{0 if cell in (0, 1) else 1}%}" if isinstance(cell, float) else "–" if cell == 0 else str(cell)


def test_pdf_says_what_the_workbook_says(report, figures):
    text = "".join(page.extract_text() for page in PdfReader(report[".pdf"]).pages)
    text = re.sub(r"[\s\u2060]+", "", text)
    for table in (attendance_table(figures), places_table(figures)):
        assert table.title in text
        for line in table.of_kind("row", "total"):
            printed = "".join(_printed(cell) for cell in line.cells[1:])
            assert printed in text


def test_branch_report_counts_its_deputies_wherever_they_stood_in(the_month):
    figures = read_month(place=the_month.gt02, month=MARCH, on=REPORTED)
    (branch,) = figures.places
    stand_in = next(row for row in branch.deputies if row.name == FORMULA)
    assert (stand_in.presence[Presence.SUBSTITUTE], stand_in.forms[Form.ONSITE]) == (1, 1)
    (line,) = [line.cells for line in attendance_table(figures).of_kind("total")]
    assert line[3:-1] == ATTENDANCE[-2][3:-1]


def test_county_report_is_its_stations_together(the_month):
    county = read_month(place=the_month.county, month=MARCH, on=REPORTED)
    gt, yt = county.by_station()
    alone = read_month(place=the_month.gt, month=MARCH, on=REPORTED)
    assert attendance_table(gt) == attendance_table(alone)
    assert places_table(gt) == places_table(alone)
    assert yt.place.code == the_month.yt.code
    (total,) = [line.cells for line in attendance_table(county).of_kind("total")]
    assert total[1] == "9人" and total[3:-2] == ATTENDANCE[-1][3:-2]  # 阎疃镇 has two deputies and no records:
    assert total[-2] == ATTENDANCE[-1][-2] + 2  # both have not met the minimum
    names = [line.group for line in attendance_table(county).of_kind("group")]
    assert names == ["官亭镇第一分站", "官亭镇第二分站", "阎疃镇第一分站"]


def test_a_postponed_reception_counts_for_the_month_of_its_sunday(cast):
    head, li, *_ = cast.deputies["GT01"]
    held = date(2026, 4, 6)
    shift(cast.gt01, held, (head, li), for_sunday=day(29))
    row = SundayRow(branch=cast.gt01, attendance={head: Presence.PRESENT, li: Presence.ABSENT}, received=4)
    file_log(row=row, on=held, actor=cast.clerk, at=moment(held, 17))
    march = read_month(place=cast.gt01, month=MARCH, on=date(2026, 5, 1)).places[0]
    april = read_month(place=cast.gt01, month=date(2026, 4, 1), on=date(2026, 5, 1)).places[0]
    assert (march.planned, march.held, march.received) == (1, 1, 4)
    assert [(row.expected, row.attended) for row in march.deputies if row.expected] == [(1, 1), (1, 0)]
    assert (april.planned, april.held, april.logs, april.received) == (0, 0, 0, 0)
    assert not any(row.expected or row.presence for row in april.deputies)


def test_receptions_still_to_come_are_neither_expected_nor_missing(cast):
    head, li, *_ = cast.deputies["GT01"]
    roster = shift(cast.gt01, day(8), (head, li)).roster
    shift(cast.gt01, day(29), (head, li))
    publish_roster(roster=roster, actor=cast.clerk, at=moment(day(1)))
    branch = read_month(place=cast.gt01, month=MARCH, on=day(10)).places[0]
    assert (branch.planned, branch.missing) == (2, 1)
    assert branch.deputies[0].expected == branch.deputies[0].unfiled == 1


def test_number_of_queries_is_fixed(the_month, django_assert_num_queries):
    with django_assert_num_queries(16):
        read_month(place=the_month.gt, month=MARCH, on=REPORTED)
    for number in (3, 4, 5):
        branch = open_station(
            code=f"GT0{number}", name=f"第{number}分站", parent=the_month.gt, opened_on=OPENED, actor=the_month.admin
        )  # fmt: skip
        people = [make_deputy(the_month, f"代表{number}{letter}", branch) for letter in "甲乙丙"]
        shift(branch, day(1), people)
        row = SundayRow(branch=branch, attendance=dict.fromkeys(people, Presence.PRESENT), received=1)
        file_log(row=row, on=day(1), actor=the_month.clerk, at=moment(day(1), 17))
    with django_assert_num_queries(16):
        assert len(read_month(place=the_month.gt, month=MARCH, on=REPORTED).places) == 6


def test_a_glyph_the_fonts_lack_keeps_back_the_pdf_and_names_the_deputy(cast, tmp_path):
    make_deputy(cast, RARE, cast.gt02)
    files = make_report(read_month(place=cast.gt, month=MARCH, on=REPORTED), tmp_path)
    assert [path.suffix for path in files.paths] == [".xlsx"]
    (problem,) = files.problems
    assert RARE in problem and "U+2B740" in problem


@pytest.mark.parametrize(
    ("place", "codes"),
    [([], ["GT", "YT", "JLX"]), (["--station", "GT"], ["GT"]), (["--station", "GT02"], ["GT02"])],
)
def test_command_prints_the_paths_of_what_it_wrote(cast, tmp_path, capsys, place, codes):
    call_command("monthly_report", "--month", "2026-03", *place, "--out", str(tmp_path))
    paths = capsys.readouterr().out.split()
    expected = [str(tmp_path / f"{code}-2026-03-考勤表{suffix}") for code in codes for suffix in (".xlsx", ".pdf")]
    assert paths == expected
    assert sorted(paths) == sorted(str(path) for path in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["--month", "2026-13"], "不是月份"), (["--month", "2026-03", "--station", "XX"], "没有编号是 XX 的站点")],
)
def test_command_says_what_is_wrong(cast, tmp_path, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("monthly_report", *arguments, "--out", str(tmp_path))


def test_command_fails_when_a_pdf_was_kept_back(cast, tmp_path, capsys):
    make_deputy(cast, RARE, cast.gt02)
    with pytest.raises(CommandError, match=RARE):
        call_command("monthly_report", "--month", "2026-03", "--station", "GT", "--out", str(tmp_path))
    assert capsys.readouterr().out.split() == [str(tmp_path / "GT-2026-03-考勤表.xlsx")]


# ---- The monthly minimum -------------------------------------------------------------------------------------------


def minimum_of(cast, place, *, on=REPORTED) -> dict[str, str]:
    figures = read_month(place=place, month=MARCH, on=on)
    return {row.name: row.minimum.value for branch in figures.places for row in branch.deputies}


def test_whoever_served_in_no_form_has_not_met_the_minimum(cast):
    head, li, chen, zhou = cast.deputies["GT01"]
    serve = {"actor": cast.staff, "at": moment(REPORTED)}
    record_service(deputies=[li], kind="mediation", date=day(3), text="调解邻里纠纷", **serve)
    for person, kind in ((chen, ActivityKind.HOUSEHOLD), (zhou, ActivityKind.STUDY)):
        record_activity(
            station=cast.gt01, kind=kind, title="活动", held_on=day(4), attendance={person: Presence.PRESENT}, **serve
        )
    grant_exemption(deputy=head, covers=Covers.ALL, started_on=day(1), reason="生病住院", **serve)
    assert minimum_of(cast, cast.gt01) == {"赵站长": "免除", "李代表": "达到", "陈卫": "达到", "周春生": "未达到"}
    rows = {row.name: row for row in read_month(place=cast.gt01, month=MARCH, on=REPORTED).places[0].deputies}
    assert [(rows[name].services, rows[name].others) for name in ("李代表", "陈卫", "周春生")] == [(1, 1), (1, 1), (0, 0)]


def test_nobody_misses_the_minimum_of_a_month_that_is_not_over_or_only_partly_theirs(cast):
    assert set(minimum_of(cast, cast.gt01, on=day(31)).values()) == {"—"}
    zhou = cast.deputies["GT01"][3]
    assign_to_branch(deputy=zhou, branch=cast.gt02, role=MembershipRole.MEMBER, started_on=day(2), actor=cast.admin)
    found = read_month(place=cast.gt, month=MARCH, on=REPORTED)
    words = {(branch.place.code, row.name): row.minimum.value for branch in found.places for row in branch.deputies}
    assert (words["GT01", "周春生"], words["GT02", "周春生"], words["GT01", "陈卫"]) == ("—", "—", "未达到")


def test_a_county_says_how_soon_a_log_is_in_time(the_month):
    set_filing_limit(county=the_month.county, day=None, prompt_days=8, actor=the_month.staff, at=moment(REPORTED))
    places = read_month(place=the_month.gt, month=MARCH, on=REPORTED).places
    assert [(row.logs, row.prompt) for row in places] == [(0, 0), (3, 3), (3, 3)]


def test_transferred_and_overdue_are_counted_where_they_came_from(cast):
    for text in ("村西道路塌陷", "路灯不亮"):
        ticket = register_opinion(branch=cast.gt01, matter=Matter(text), actor=cast.clerk, at=moment(day(2)))
    for actor, move, facts in (
        (cast.clerk, "escalate", {}), (cast.clerk, "escalate", {}), (cast.staff, "transfer", {"department": cast.jiaotong}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=move, actor=actor, at=moment(day(3)), note="请上级协调", **facts)
    (branch,) = read_month(place=cast.gt01, month=MARCH, on=date(2026, 6, 1)).places
    assert (branch.opinions, branch.transferred, branch.closed, branch.overdue) == (2, 1, 0, 2)
