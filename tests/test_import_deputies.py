"""Importing and exporting the deputies' register: the county's own dirty workbook, all or nothing, and back again."""

import json
import re
from datetime import date, datetime
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given
from hypothesis import settings as fuzz
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from deputies.models import Deputy, GlyphImage, Mandate, Membership
from deputies.services import edit_deputy, end_mandate, grant_mandate, load_deputies
from deputies.spreadsheets import DEPUTIES
from deputies.states import MembershipRole
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.models import AuditLog
from stations.services import open_station
from tests.cast import OPENED, moment

HEADER = [
    "姓名", "性别", "民族", "出生年月", "代表层级", "届次", "选区", "代表证号", "工作单位", "职务", "联系电话",
    "联系内容", "所属联络站", "所属分站", "分站职务", "备注",
]  # fmt: skip
START = date(2026, 3, 1)
PERSON = {
    "姓名": "甲一", "代表层级": "县、乡", "届次": "第十七届", "所属联络站": "观寨镇", "所属分站": "第一分站",
    "联系电话": "19900005001",
}  # fmt: skip


@pytest.fixture
def gz(cast):
    """A third station with three branches nobody is in yet."""
    gz = open_station(
        code="GZ", name="观寨镇", parent=cast.county, opened_on=OPENED, actor=cast.admin, official_order=8
    )
    for number, name in enumerate(("第一分站", "第二分站", "第十二分站"), start=1):
        open_station(code=f"GZ0{number}", name=name, parent=gz, opened_on=OPENED, actor=cast.admin)
    return gz


@pytest.fixture
def book(tmp_path):
    """Write people (dicts by column title) as a workbook; `shape(sheet)` may spoil it further."""

    def write(*people, header=HEADER, above=1, shape=None, name="名册.xlsx"):
        workbook = openpyxl.Workbook()
        sheet = workbook.active
        for _ in range(above):
            sheet.append(["2026年人大代表名册"])
        sheet.append(list(header))
        for person in people:
            sheet.append([person.get(title) for title in header])
        if shape:
            shape(sheet)
        path = tmp_path / name
        workbook.save(path)
        return path

    return write


def person(**changes):
    return PERSON | changes


def run(path, *options, command="import_deputies"):
    """Return what the command printed as JSON, and its exit code."""
    out, code = StringIO(), 0
    try:
        call_command(command, str(path), "--json", "--from", str(START), *options, stdout=out)
    except SystemExit as error:
        code = error.code
    return json.loads(out.getvalue()), code


def counts(answer):
    return answer["created"], answer["updated"], answer["unchanged"]


def refused(path, *options):
    """Run an import that must be refused as a whole; return its errors."""
    before = list(Deputy.objects.values_list("pk")), Mandate.objects.count(), Membership.objects.count()
    answer, code = run(path, *options)
    assert code == 1
    assert counts(answer) == (0, 0, 0)
    after = list(Deputy.objects.values_list("pk")), Mandate.objects.count(), Membership.objects.count()
    assert before == after
    assert answer["errors"]
    for error in answer["errors"]:
        assert set(error) == {"row", "column", "value", "message"}
        assert type(error["row"]) is int
        assert re.search("[一-鿿]", error["message"])
    return answer["errors"]


def accepted(path, *options):
    answer, code = run(path, *options)
    assert answer["errors"] == []
    assert code == 0
    return answer


# ---- The county's own workbook -------------------------------------------------------------------------------------


def dirty(sheet):
    """Everything at once; rows as the tests below name them."""
    for row in list(sheet.iter_rows()):
        for cell in row:
            cell.value = None
    order = [
        "序号", "所属联络站", "所属分站", "姓 名", "性别", "民族", "出生年月", "代表层级", "届次", "选区", "工作单位", "职务",
        "联系电话", "联系内容", "分站职务", "备注",
    ]  # fmt: skip
    sheet["A1"] = "巨鹿县观寨镇人大代表名册"
    sheet.merge_cells("A1:P1")
    rows = [
        order,
        [1, "观寨镇人大代表联络站", "第一分站", "王 芳", "女", "汉族", "1978.05", "县、乡", "第十七届", "第３选区",
         "观寨镇\n中心小学", "教师", 13800138000.0, "教育", "站长", None],
        [2, None, None, "李　明", "男", "汉", "1978年5月", "县,镇", "第十七届;第十二届", "县一选区;", "村委会", None,
         1.98e10, None, None, "备注里的字"],
        [None] * 16,
        [3, None, None, "买买提·艾力", "男", "维吾尔族", "1978-05-01", "镇人大代表", "第十七届", None, None, None,
         "１３８００１３８００２", None, "成员", None],
        [4, None, None, "王芳", "女", None, "197805", "乡", "第十七届", None, None, None, "138 0013 8003", None, None, None],
        [5, "观寨", "观寨镇第２分站", "䶮三", "男", None, 28611, "县级、市级", "第十七届", None, None, None,
         "0319-1234567", None, "站长", None],
        [6, "GZ", "观寨镇人大代表联络站第十二分站", "阿迪力 吾甫尔", None, None, datetime(1978, 5, 20), "县乡", "第十七届",
         None, None, None, "+86 138-0013-8005", None, None, None],
        [7, "巨鹿县观寨镇联络站", "12分站", "欧阳小明", None, None, 1978.05, "省;县", "第十七届", None, None, None, None,
         None, "", None],
        [None] * 16,
        ["注:本表由各乡镇填报,盖章后上报。"],
        ["填表人:张三", None, None, "审核人:李四"],
    ]  # fmt: skip
    for number, row in enumerate(rows, start=3):
        for place, value in enumerate(row, start=1):
            sheet.cell(number, place, value)
    sheet.merge_cells("B4:B8")
    sheet.merge_cells("C4:C8")
    sheet["G9"].number_format = "General"


@pytest.fixture
def dirty_book(book):
    return book(shape=dirty, above=0)


def test_dirty_workbook_is_read_as_meant(gz, dirty_book):
    answer = accepted(dirty_book)
    assert counts(answer) == (7, 0, 0)
    people = {deputy.phone: deputy for deputy in Deputy.objects.filter(memberships__branch__parent=gz)}
    head = people["13800138000"]
    assert (head.name, head.gender, head.birth_month, head.employer) == (
        "王芳",
        "女",
        date(1978, 5, 1),
        "观寨镇中心小学",
    )
    assert people["19800000000"].name == "李明"
    assert people["13800138002"].name == "买买提·艾力"
    assert people["13800138003"].name == "王芳"
    assert people["0319-1234567"].name == "䶮三"
    assert people["13800138005"].name == "阿迪力 吾甫尔"
    assert people[""].name == "欧阳小明"
    assert {deputy.birth_month for deputy in people.values()} == {date(1978, 5, 1)}
    places = {(row.deputy.name, row.branch.code, row.role) for row in Membership.objects.filter(branch__parent=gz)}
    assert places == {
        ("王芳", "GZ01", "head"), ("李明", "GZ01", "member"), ("买买提·艾力", "GZ01", "member"), ("王芳", "GZ01", "member"),
        ("䶮三", "GZ02", "head"), ("阿迪力 吾甫尔", "GZ03", "member"), ("欧阳小明", "GZ03", "member"),
    }  # fmt: skip
    levels = {
        deputy.phone: sorted(deputy.mandates.values_list("level", flat=True)) for deputy in people.values()
    }  # fmt: skip
    assert levels["13800138000"] == levels["19800000000"] == levels["13800138005"] == ["county", "township"]
    assert levels["13800138002"] == levels["13800138003"] == ["township"]
    assert levels["0319-1234567"] == ["city", "county"]
    assert levels[""] == ["county", "province"]
    seats = people["19800000000"].mandates.values_list("level", "term", "constituency", "started_on")
    assert set(seats) == {("county", "第十七届", "县一选区", START), ("township", "第十二届", "", START)}
    assert people["13800138000"].mandates.first().constituency == "第3选区"


def test_second_import_changes_nothing(gz, dirty_book):
    accepted(dirty_book)
    before = AuditLog.objects.exclude(action="import_deputies").count()
    assert counts(accepted(dirty_book)) == (0, 0, 7)
    assert AuditLog.objects.exclude(action="import_deputies").count() == before


def test_dry_run_counts_and_writes_nothing(gz, dirty_book):
    before = Deputy.objects.count()
    assert counts(accepted(dirty_book, "--dry-run")) == (7, 0, 0)
    assert Deputy.objects.count() == before


def test_json_has_the_keys_of_the_contract(gz, book):
    answer = accepted(book(person()))
    assert list(answer) == ["created", "updated", "unchanged", "errors", "warnings"]


def test_start_is_today_by_default(gz, book):
    call_command("import_deputies", str(book(person())), stdout=StringIO())
    assert Membership.objects.get(deputy__name="甲一").started_on == datetime.now().date()


@pytest.mark.parametrize(
    ("title", "value", "message"),
    [
        ("姓名", None, "没有填姓名"),
        ("姓名", "12.5", "不像姓名"),
        ("姓名", "甲" * 41, "最多40个字"),
        ("性别", "未知", "男或女"),
        ("出生年月", "1978", "1978-05"),
        ("出生年月", "1978年13月", "没有这个年月"),
        ("出生年月", "1878-05", "不像出生年月"),
        ("出生年月", "2999-05", "不像出生年月"),
        ("出生年月", 1978.1, "1月还是10月"),
        ("代表层级", None, "没有填代表层级"),
        ("代表层级", "全国", "只有省、市、县、乡"),
        ("届次", "第一届;第二届;第三届", "2个层级各填一个"),
        ("联系电话", "1380013800", "10位数字"),
        ("联系电话", 3191234567, "10位数字"),
        ("联系电话", "13800138000、13900139000", "11位手机号"),
        ("所属联络站", None, "没有填所属联络站"),
        ("所属联络站", "观塞镇", "观寨镇"),
        ("所属分站", None, "没有填所属分站"),
        ("所属分站", "第二十分站", "第二分站"),
        ("所属分站", "官亭镇第一分站", "官亭镇的分站"),
        ("分站职务", "副站长", "站长或成员"),
        ("工作单位", "单" * 81, "最多80个字"),
        ("备注", "=A1&B1", "公式"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_with_row_column_value_and_remedy(gz, book, title, value, message):
    errors = refused(book(person(), person(姓名="乙二", 联系电话="19900005002") | {title: value}))
    assert [(error["row"], error["column"]) for error in errors] == [(4, title)]
    assert message in errors[0]["message"]
    assert errors[0]["value"] == str(value or "")[:60]


def test_every_problem_is_listed(gz, book):
    errors = refused(
        book(person(性别="?", 联系电话="1"), person(姓名="乙二", 所属分站="第九分站", 联系电话="19900005002"))
    )
    assert [(error["row"], error["column"]) for error in errors] == [(3, "性别"), (3, "联系电话"), (4, "所属分站")]


def test_error_cell_is_an_error(gz, book):
    def spoil(sheet):
        sheet["H3"].value = "#REF!"
        sheet["H3"].data_type = "e"

    assert "错误值" in refused(book(person(), shape=spoil))[0]["message"]


@pytest.mark.parametrize(
    ("people", "column", "message"),
    [
        ([person(), person()], "姓名", "和第3行重复"),
        ([person(), person(所属分站="第二分站")], "姓名", "只能在一个分站"),
        ([person(), person(联系电话=None)], "姓名", "联系电话都填上"),
        ([person(分站职务="站长"), person(姓名="乙二", 联系电话=None, 分站职务="站长")], "分站职务", "两位站长"),
        ([person(), person(姓名="乙二", 联系电话=None, 代表层级="乡", 分站职务="站长")], "分站职务", "县级代表资格"),
    ],
)  # fmt: skip
def test_rules_between_rows(gz, book, people, column, message):
    (error,) = refused(book(*people))
    assert (error["row"], error["column"]) == (4, column)
    assert message in error["message"]


def test_head_in_office_who_is_not_in_the_file_stops_a_second_head(cast, book):
    row = person(所属联络站="官亭镇", 分站职务="站长")
    (error,) = refused(book(row))
    assert "现在的站长是赵站长" in error["message"]


def test_branches_exchange_their_heads(cast, book):
    row = {"代表层级": "县", "届次": "第十七届", "所属联络站": "官亭镇", "分站职务": "站长"}
    path = book(row | {"姓名": "赵站长", "所属分站": "第二分站"}, row | {"姓名": "钱站长", "所属分站": "第一分站"})
    assert counts(accepted(path)) == (0, 2, 0)
    heads = Membership.objects.filter(role=MembershipRole.HEAD, ended_on=None, branch__parent=cast.gt)
    assert {(row.deputy.name, row.branch.code) for row in heads} == {("赵站长", "GT02"), ("钱站长", "GT01")}
    assert Membership.objects.filter(deputy=cast.head_person).count() == 2


# ---- Shape of the workbook -----------------------------------------------------------------------------------------


def test_missing_required_column_is_named(gz, book):
    header = [title for title in HEADER if title != "所属分站"]
    (error,) = refused(book(person(), header=header))
    assert (error["row"], error["column"]) == (2, "所属分站")
    assert "缺少" in error["message"]


def test_column_twice_and_unknown_column(gz, book):
    (error,) = refused(book(person(), header=[*HEADER, "姓名"]))
    assert "有两个" in error["message"]
    (warning,) = accepted(book(person(), header=["序号", *HEADER, "学历"]))["warnings"]
    assert (warning["row"], warning["column"]) == (2, "学历")


def test_optional_columns_may_be_left_out(gz, book):
    answer = accepted(book(person(), header=["所属分站", "所属联络站", "代表层级", "姓名"], above=3))
    assert answer["created"] == 1
    assert {(warning["row"], warning["column"]) for warning in answer["warnings"]} == {(5, "届次")}
    assert set(Mandate.objects.filter(deputy__name="甲一").values_list("term", flat=True)) == {"第十七届"}


def test_horizontally_merged_cells_are_an_error_and_a_heading_row_is_not(gz, book):
    def merge(sheet):
        sheet.merge_cells("M3:N3")

    errors = refused(book(person(所属联络站="观寨镇第一分站"), shape=merge))
    assert any("合并成一格" in error["message"] for error in errors)

    def divide(sheet):
        sheet.insert_rows(3)
        sheet["A3"] = "一、观寨镇(1人)"
        sheet.merge_cells("A3:P3")

    (warning,) = accepted(book(person(), shape=divide))["warnings"]
    assert (warning["row"], "小标题" in warning["message"]) == (3, True)


def test_name_merged_over_rows_is_an_error(gz, book):
    def merge(sheet):
        sheet.merge_cells("A3:A4")

    errors = refused(book(person(代表层级="县"), person(代表层级="乡"), shape=merge))
    assert any((error["row"], error["column"]) == (4, "姓名") and "跨行" in error["message"] for error in errors)


def test_hidden_and_other_sheets_are_passed_over(gz, book, tmp_path):
    path = book(person())
    workbook = openpyxl.load_workbook(path)
    hidden = workbook.create_sheet("旧名册", 0)
    hidden.append(HEADER)
    hidden.append([person(姓名="旧人").get(title) for title in HEADER])
    hidden.sheet_state = "hidden"
    workbook.create_sheet("说明", 1).append(["姓名", "怎么填"])
    workbook.save(path)
    assert accepted(path)["created"] == 1
    assert not Deputy.objects.filter(name="旧人").exists()


def test_repeated_header_and_sums_are_no_people(gz, book):
    def footers(sheet):
        sheet.append(HEADER)
        sheet.append(["合计", None, None, None, None, None, None, "1人"])

    assert counts(accepted(book(person(), shape=footers))) == (1, 0, 0)


def zipped(**parts):
    from zipfile import ZIP_DEFLATED, ZipFile

    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/") + ".xml", content)
    return target.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "空的"),
        ("姓名,性别\n张三,男".encode(), "不是 Excel"),
        (OLE, ".xls"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (b"PK\x03\x04 not really", "不完整"),
        (zipped(word__document="<a/>"), "不是 .xlsx"),
        (zipped(xl__workbook="<a/>"), "打不开"),
        (zipped(xl__workbook="<a/>", bomb=bytes(65 * 1024 * 1024)), "展开后太大"),
        (b"PK" + bytes(10 * 1024 * 1024 + 1), "最大10MB"),
    ],
    ids=["empty", "csv", "xls", "password", "cut off", "docx", "no parts", "bomb", "large"],
)  # fmt: skip
def test_other_files_get_one_clear_sentence(cast, tmp_path, content, message):
    path = tmp_path / "名册.xlsx"
    path.write_bytes(content)
    (error,) = refused(path)
    assert error["row"] == 0
    assert message in error["message"]


def test_no_header_no_people_no_file(gz, book, tmp_path):
    assert "没有找到表头" in refused(book(header=["甲", "乙"]))[0]["message"]
    assert "没有代表" in refused(book())[0]["message"]
    assert "没有这个文件" in refused(tmp_path / "不在.xlsx")[0]["message"]
    assert "编号" in refused(book(person()), "--county", "XX")[0]["message"]


def test_county_has_to_be_named_where_there_are_two(gz, book):
    open_station(code="NH", name="南和县", parent=None, opened_on=OPENED, actor=None)
    assert "JLX、NH" in refused(book(person()))[0]["message"]
    assert accepted(book(person()), "--county", "JLX")["created"] == 1
    assert "观寨镇" in refused(book(person()), "--county", "NH")[0]["message"]


# ---- Who is who, and what changes ----------------------------------------------------------------------------------


def test_details_change_and_empty_cells_change_nothing(cast, gz, book):
    accepted(book(person(职务="教师", 工作单位="小学")))
    changed = person(职务="校长", 工作单位=None, 联系电话="19900005009", 选区="第一选区")
    answer = accepted(book(changed))
    assert counts(answer) == (0, 1, 0)
    deputy = Deputy.objects.get(name="甲一")
    assert (deputy.position, deputy.employer, deputy.phone) == ("校长", "小学", "19900005009")
    assert set(deputy.mandates.values_list("constituency", "ended_on")) == {("第一选区", None)}


def test_moving_to_another_branch_ends_the_membership_the_day_before(cast, book):
    row = {"姓名": "李代表", "代表层级": "乡", "所属联络站": "官亭镇", "所属分站": "第二分站"}
    assert counts(accepted(book(row))) == (0, 1, 0)
    old, new = cast.deputy_person.memberships.order_by("started_on")
    assert (old.branch, old.ended_on) == (cast.gt01, date(2026, 2, 28))
    assert (new.branch, new.started_on, new.ended_on) == (cast.gt02, START, None)
    posting = cast.deputy.postings.get(ended_on=None)
    assert (posting.station, posting.started_on) == (cast.gt02, START)


def test_a_mistake_is_put_right_on_the_same_day(cast, gz, book):
    accepted(book(person(代表层级="县", 所属分站="第二分站", 届次="第十六届")))
    assert counts(accepted(book(person(代表层级="乡")))) == (0, 1, 0)
    deputy = Deputy.objects.get(name="甲一")
    assert [row.branch.code for row in deputy.memberships.all()] == ["GZ01"]
    assert [row.level for row in deputy.mandates.filter(ended_on=None)] == ["township"]
    assert counts(accepted(book(person(代表层级="乡")))) == (0, 0, 1)


def test_new_term_is_a_new_mandate(cast, book):
    row = {"姓名": "李代表", "代表层级": "乡、县", "届次": "第十八届", "所属联络站": "官亭镇", "所属分站": "第一分站"}
    assert counts(accepted(book(row))) == (0, 1, 0)
    mandates = cast.deputy_person.mandates.values_list("level", "term", "started_on", "ended_on", "end_reason")
    assert set(mandates) == {
        ("township", "第十七届", OPENED, date(2026, 2, 28), "换届"),
        ("township", "第十八届", START, None, ""),
        ("county", "第十八届", START, None, ""),
    }


def test_level_left_out_ends(cast, book):
    grant_mandate(deputy=cast.deputy_person, level="county", term="第十七届", started_on=OPENED, actor=cast.admin)
    row = {"姓名": "李代表", "代表层级": "乡", "届次": "第十七届", "所属联络站": "官亭镇", "所属分站": "第一分站"}
    assert counts(accepted(book(row))) == (0, 1, 0)
    assert cast.deputy_person.mandates.get(level="county").ended_on == date(2026, 2, 28)


def test_namesakes_are_told_apart_by_phone(cast, gz, book):
    pair = [person(姓名="王 芳", 联系电话="19900005001"), person(姓名="王芳", 联系电话="19900005002")]
    accepted(book(*pair))
    assert Deputy.objects.filter(name="王芳").count() == 3  # one stands in 官亭镇 already
    answer = accepted(book(pair[1] | {"职务": "医生"}, pair[0]))
    assert counts(answer) == (0, 1, 1)
    assert Deputy.objects.get(phone="19900005002").position == "医生"
    (one, other) = refused(book(*(row | {"联系电话": f"1990000600{n}"} for n, row in enumerate(pair))))
    assert "电话尾号5001、5002" in one["message"] and other["row"] == 4
    assert "看不出这一行是哪一位" in refused(book(person(姓名="王芳", 联系电话=None)))[0]["message"]
    one_new_phone = [pair[0], pair[1] | {"联系电话": "19900005003"}]
    assert counts(accepted(book(*one_new_phone))) == (0, 1, 1)


def test_same_name_elsewhere_with_another_phone_is_somebody_else(cast, gz, book):
    answer = accepted(book(person(姓名="陈卫")))
    assert answer["created"] == 1
    assert "同名的另一个人" in answer["warnings"][0]["message"]


def test_same_name_elsewhere_without_phone_has_moved(cast, gz, book):
    edit_deputy(deputy=Deputy.objects.get(name="陈卫"), actor=cast.admin, phone="")
    assert counts(accepted(book(person(姓名="陈卫")))) == (0, 1, 0)


def test_names_are_kept_as_typed(gz, book):
    names = ["𠮷田", "﨑本", "羽󠄀生", "玥凱"]  # beyond the basic plane, compatibility, with a variation selector
    people = [person(姓名=name, 联系电话=f"1990000500{n}") for n, name in enumerate(names)]
    answer = accepted(book(*people))
    assert set(Deputy.objects.filter(phone__startswith="1990000500").values_list("name", flat=True)) == set(names)
    warned = {(warning["row"], warning["column"]) for warning in answer["warnings"] if "字体" in warning["message"]}
    assert (5, "姓名") in warned


def test_glyph_the_fonts_lack_is_a_warning_with_its_code_point(gz, book):
    (warning,) = accepted(book(person(姓名="张\ue000")))["warnings"]
    assert (warning["row"], warning["column"], warning["value"]) == (3, "姓名", "张\ue000")
    assert "U+E000" in warning["message"]


def test_glyph_there_is_a_picture_of_is_no_warning(cast, gz, book):
    GlyphImage.objects.create(
        county=cast.county, character="\ue000", image=b"png", digest="0" * 64, note="派出所", added_at=moment(START)
    )
    answer = accepted(book(person(姓名="张\ue000"), person(姓名="张\ue001", 联系电话="19900005002")))
    assert [(warning["row"], "U+E001" in warning["message"]) for warning in answer["warnings"]] == [(4, True)]


def test_odd_phones_are_warned_of(gz, book):
    people = [
        person(联系电话="1.99E+10"), person(姓名="乙二", 联系电话="19900005001"), person(姓名="丙三", 联系电话="19900005001"),
    ]  # fmt: skip
    warnings = accepted(book(*people))["warnings"]
    assert [(warning["row"], warning["column"]) for warning in warnings] == [(3, "联系电话"), (5, "联系电话")]
    assert Deputy.objects.get(name="甲一").phone == "19900000000"


def test_people_not_in_the_file_are_told_and_left_alone(cast, book):
    out = StringIO()
    row = {"姓名": "赵站长", "代表层级": "县", "所属联络站": "官亭镇", "所属分站": "第一分站", "分站职务": "站长"}
    call_command("import_deputies", str(book(row)), "--from", str(START), stdout=out)
    assert re.findall(r"名册里没有\t\S+\t(\S+)", out.getvalue()) == ["李代表", "陈卫", "周春生", "钱站长", "王芳"]
    assert Membership.objects.filter(ended_on=None).count() == 8


def test_readable_listing_names_every_problem(gz, book):
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("import_deputies", str(book(person(性别="?"))), stdout=out)
    assert "要改\t第3行\t性别\t?\t性别请填男或女" in out.getvalue()
    assert "什么都没有导入" in out.getvalue()


def test_all_or_nothing_when_a_service_refuses(cast, gz, book, monkeypatch):
    """Not a wrong cell but the last step of all fails: what was written before it is taken back."""
    from django.core.exceptions import ValidationError

    def refuse(**facts):
        load_deputies(**facts)
        raise ValidationError("编号用完了。")

    monkeypatch.setattr("deputies.spreadsheets.importing.load_deputies", refuse)
    row = {"姓名": "李代表", "代表层级": "乡", "所属联络站": "官亭镇", "所属分站": "第一分站", "职务": "校长"}
    (error,) = refused(book(row, person()))
    assert error["message"] == "编号用完了。"
    assert Deputy.objects.get(name="李代表").position == "教师"


def test_start_before_the_present_membership_is_refused_in_the_preview(cast, book):
    row = {"姓名": "李代表", "代表层级": "乡", "所属联络站": "官亭镇", "所属分站": "第二分站"}
    report = DEPUTIES.check(book(row), county=cast.county, actor=cast.staff, started_on=date(2019, 1, 1))
    assert "起始日期往后调" in report.errors[0].message


@pytest.mark.parametrize("who", ["auditor", "clerk", "stranger", "head", "deputy", "officer"])
def test_only_county_staff_may_import(cast, gz, book, who):
    with pytest.raises(NotAllowed):
        DEPUTIES.load(book(person()), county=cast.county, actor=getattr(cast, who), started_on=START)


def test_import_is_audited_without_personal_data(cast, gz, book):
    DEPUTIES.load(book(person()), county=cast.county, actor=cast.staff, started_on=START)
    row = AuditLog.objects.filter(action="import_deputies").get()
    assert (row.actor, row.detail["created"], row.detail["file"]) == (cast.staff, 1, "名册.xlsx")
    assert "甲一" not in json.dumps(row.detail, ensure_ascii=False)


# ---- Export --------------------------------------------------------------------------------------------------------


def export(path, *options):
    call_command("export_deputies", str(path), *options, stdout=StringIO())
    return path


def test_export_comes_back_unchanged(cast, gz, dirty_book, tmp_path):
    accepted(dirty_book)
    grant_mandate(
        deputy=cast.deputy_person, level="city", term="第十六届", constituency="县选举单位", started_on=OPENED, actor=cast.admin
    )  # fmt: skip
    end_mandate(
        mandate=cast.deputies["YT01"][1].mandates.get(), ended_on=date(2999, 1, 1), reason="任满", actor=cast.admin
    )
    answer = accepted(export(tmp_path / "导出.xlsx"))
    assert counts(answer) == (0, 0, 15)
    assert answer["warnings"] == []


def test_export_of_a_station_is_in_official_order(cast, gz, tmp_path):
    sheet = openpyxl.load_workbook(export(tmp_path / "导出.xlsx", "--station", "GT")).active
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert list(rows[0]) == HEADER
    assert [row[0] for row in rows[1:]][0::4] == ["赵站长", "钱站长"]
    assert len(rows) == 7
    with pytest.raises(CommandError, match="没有编号是"):
        export(tmp_path / "x.xlsx", "--station", "XX")


@pytest.mark.parametrize("text", ["=1+1", "+8", "-甲", "@SUM(A1)", "\t=1", "_x0041_", "a\nb"])
def test_formula_leading_cells_are_text_and_come_back(cast, tmp_path, text):
    edit_deputy(deputy=cast.deputy_person, actor=cast.admin, employer=text, note=text)
    path = export(tmp_path / "导出.xlsx", "--station", "GT01")
    cells = [cell for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert counts(accepted(path)) == (0, 0, 4)
    assert Deputy.objects.get(pk=cast.deputy_person.pk).note == text


# ---- Size and garbage ----------------------------------------------------------------------------------------------


def test_a_whole_county_costs_a_fixed_number_of_queries(cast, gz, book, django_assert_max_num_queries):
    """10,000 new people and 10,000 known ones must not ask the database one by one; each table writes its history too."""
    people = [person(姓名=f"代表{n}", 联系电话=f"199{n:08d}") for n in range(300)]
    path = book(*people)
    with django_assert_max_num_queries(50):
        assert accepted(path)["created"] == 300
    with django_assert_max_num_queries(20):
        assert accepted(path)["unchanged"] == 300


TEXTS = st.text(max_size=30).map(lambda text: ILLEGAL_CHARACTERS_RE.sub("", text)).map(
    lambda text: text.encode("utf-8", "ignore").decode()
)  # fmt: skip
NEARLY = st.sampled_from([
    "县、乡", "观寨镇", "第一分站", "王 芳", "1978.05", "13800138000", "站长", "第999分站", "一" * 50 + "分站", "9" * 5000,
    "=1+1", "注:", "合计", "①", "1e400", "1.99E99", "0000-00", "9999年99月99日", "NaN", "第十七届;;", "\u202e\u200b", "〇",
])  # fmt: skip
CELLS = st.one_of(
    st.none(), TEXTS, NEARLY, st.booleans(), st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes(datetime(1900, 3, 1), datetime(2100, 1, 1)),
)  # fmt: skip


ROWS = st.tuples(st.integers(0, 9), st.dictionaries(st.sampled_from(HEADER), CELLS, max_size=4)).map(
    lambda drawn: person(姓名=f"乙{drawn[0]}", 联系电话=f"1990000700{drawn[0]}") | drawn[1]
)


@fuzz(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROWS, min_size=1, max_size=4), st.booleans())
def test_garbage_is_refused_in_chinese_and_never_crashes(gz, book, rows, merged):
    """What the check lets pass must be written without a complaint, too."""
    path = book(*rows, shape=(lambda sheet: sheet.merge_cells("M3:M6")) if merged else None)
    promised, _code = run(path, "--dry-run")
    answer, code = run(path)
    assert answer == promised
    assert (code == 1) == bool(answer["errors"])
    for error in answer["errors"]:
        assert type(error["row"]) is int
        assert re.search("[一-鿿]", error["message"])
    if answer["errors"]:
        assert counts(answer) == (0, 0, 0)
    else:
        again, _code = run(path)
        assert counts(again)[:2] == (0, 0)
