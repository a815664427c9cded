"""Registers: template → filled → import → export → unchanged; dirt in the file; who may; all or nothing."""

import json
from datetime import date, datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from deputies.models import Constituent, Deputy
from deputies.services import add_constituent, edit_deputy, edit_mandate, end_mandate
from julu_liaison.accounts.models import User
from julu_liaison.common.errors import Conflict, NotAllowed
from julu_liaison.common.models import AuditLog, Job
from julu_liaison.common.spreadsheets import read_table
from julu_liaison.common.working_days import today_here
from julu_liaison.registers import REGISTERS
from julu_liaison.tasks import import_register
from stations.models import Department, Posting, Village
from stations.services import add_department, add_village, edit_department, open_station
from stations.states import Role
from tests.cast import OPENED

START = date(2026, 3, 1)
PAGE = "/console/import/"
KINDS = ("deputies", "villages", "departments", "staff", "constituents")
ROWS = {
    "deputies": {
        "姓名": "新代表", "代表层级": "县、乡", "届次": "第十七届", "代表证号": "A1;B2", "所属联络站": "官亭镇", "所属分站": "第二分站",
    },
    "villages": {"所属联络站": "官亭镇", "所属分站": "第二分站", "村名": "新庄村"},
    "departments": {
        "编号": "minzheng", "名称": "县民政局", "电话": "0319-4321000", "答复要负责人签发": "否", "公文顺序": 3,
    },
    "staff": {
        "账号": "wangxl", "姓名": "王秀兰", "手机": "19900002222", "岗位": "联络站工作人员", "联络站": "官亭镇",
        "开始日期": "2026-02-01",
    },
    "constituents": {
        "代表姓名": "李代表", "选民姓名": "群众甲", "选民电话": "19900003333", "村": "安家庄村", "情况": "种植大户",
    },
}  # fmt: skip
MODELS = (Deputy, Village, Department, User, Posting, Constituent)


@pytest.fixture
def filled(cast):
    """At least one row in every register."""
    add_constituent(
        deputy=cast.deputy_person, name="赵群众", phone="19900003001", village=cast.village, note="独居老人",
        started_on=OPENED, actor=cast.staff,
    )  # fmt: skip
    return cast


@pytest.fixture
def book(tmp_path):
    """Write rows (dicts by column title) of one kind as a workbook; `shape(sheet)` may spoil it further."""

    def write(kind, *rows, header=None, shape=None):
        titles = header or [column.title for column in REGISTERS[kind].columns]
        workbook = openpyxl.Workbook()
        sheet = workbook.active
        sheet.append(titles)
        for row in rows:
            sheet.append([row.get(title) for title in titles])
        if shape:
            shape(sheet)
        path = tmp_path / f"{kind}.xlsx"
        workbook.save(path)
        return path

    return write


def row_of(kind, **changes):
    return ROWS[kind] | changes


def check(cast, kind, path, actor="admin", start=START):
    actor = getattr(cast, actor) if isinstance(actor, str) else actor
    return REGISTERS[kind].check(path, county=cast.county, actor=actor, started_on=start)


def load(cast, kind, path, actor="admin", **options):
    actor = getattr(cast, actor) if isinstance(actor, str) else actor
    return REGISTERS[kind].load(path, county=cast.county, actor=actor, started_on=START, **options)


def accepted(cast, kind, path, **options):
    report = load(cast, kind, path, **options)
    assert report.errors == []
    return tuple(report.counts.values())


def refused(cast, kind, path, **options):
    before = [model.objects.count() for model in MODELS]
    report = load(cast, kind, path, **options)
    assert [model.objects.count() for model in MODELS] == before
    assert tuple(report.counts.values()) == (0, 0, 0)
    assert report.errors and report.missing == []
    return report.errors


def exported(cast, kind, tmp_path, place=None, actor="admin"):
    content, _rows = REGISTERS[kind].export(place or cast.county, on=today_here(), actor=getattr(cast, actor))
    path = tmp_path / f"导出{kind}.xlsx"
    path.write_bytes(content)
    return path


# ---- Every register ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_template_filled_imported_exported_comes_back_unchanged(filled, kind, tmp_path):
    register = REGISTERS[kind]
    path = tmp_path / "模板.xlsx"
    path.write_bytes(register.template(filled.county, START))
    workbook = openpyxl.load_workbook(path)
    sheet = workbook[register.title]
    titles = [cell.value for cell in sheet[2]]
    assert titles == [column.title for column in register.columns]
    for place, title in enumerate(titles, start=1):
        sheet.cell(3, place, ROWS[kind].get(title))
    workbook.save(path)
    assert accepted(filled, kind, path) == (1, 0, 0)
    assert accepted(filled, kind, path) == (0, 0, 1)
    back = exported(filled, kind, tmp_path)
    rows = len(read_table(back, register.columns).rows)
    report = load(filled, kind, back)
    assert (report.errors, report.warnings, report.missing) == ([], [], [])
    assert tuple(report.counts.values()) == (0, 0, rows)
    assert rows >= 2


@pytest.mark.parametrize("kind", KINDS)
def test_second_import_of_an_export_writes_nothing(filled, kind, tmp_path):
    back = exported(filled, kind, tmp_path)
    before = AuditLog.objects.exclude(action=f"import_{kind}").count()
    histories = [model.history.count() for model in MODELS if hasattr(model, "history")]
    load(filled, kind, back)
    assert AuditLog.objects.exclude(action=f"import_{kind}").count() == before
    assert [model.history.count() for model in MODELS if hasattr(model, "history")] == histories


@pytest.mark.parametrize("kind", KINDS)
def test_blank_rows_headings_and_full_width_digits(filled, book, kind):
    wide = {ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)}
    row = {key: str(value).translate(wide) if "姓名" not in key else value for key, value in ROWS[kind].items()}
    row |= {"代表证号": "Ａ１;Ｂ２"} if kind == "deputies" else {}

    def spoil(sheet):
        sheet.insert_rows(1, 2)
        sheet["A1"] = "2026年名册"
        sheet.append([None] * 3)
        sheet.append(["填表人:张三"])

    assert accepted(filled, kind, book(kind, row, shape=spoil)) == (1, 0, 0)
    assert accepted(filled, kind, book(kind, ROWS[kind])) == (0, 0, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_row_twice_is_refused(filled, book, kind):
    errors = refused(filled, kind, book(kind, ROWS[kind], ROWS[kind]))
    assert [error.row for error in errors] == [3]
    assert "第2行" in errors[0].message


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("deputies", "工作单位"),
        ("villages", "村名"),
        ("departments", "名称"),
        ("staff", "姓名"),
        ("constituents", "情况"),
    ],
)
@pytest.mark.parametrize(("value", "sentence"), [("长" * 200, "最多"), ("=A1", "公式")])
def test_long_text_and_formulas_are_refused_in_their_cell(filled, book, kind, title, value, sentence):
    (error,) = refused(filled, kind, book(kind, ROWS[kind] | {title: value}))
    assert (error.row, error.column, error.value) == (2, title, value[:60])
    assert sentence in error.message


@pytest.mark.parametrize("kind", KINDS)
def test_required_columns_and_cells_are_named(filled, book, kind):
    required = [column.title for column in REGISTERS[kind].columns if column.required]
    titles = [column.title for column in REGISTERS[kind].columns]
    for title in required:
        header = [one for one in titles if one != title]
        if len(header) > 2:
            error = refused(filled, kind, book(kind, ROWS[kind], header=header))[0]
            assert (error.row, error.column) == (1, title)
        error = refused(filled, kind, book(kind, ROWS[kind] | {title: None}))[0]
        assert (error.row, error.column) == (2, title)


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_was_previewed_is_imported(filled, book, kind):
    path = book(kind, ROWS[kind])
    with pytest.raises(Conflict):
        load(filled, kind, path, expected="0" * 64)
    digest = check(filled, kind, path).digest
    assert accepted(filled, kind, path, expected=digest) == (1, 0, 0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("who", ["auditor", "clerk", "stranger", "head", "deputy", "officer"])
def test_only_the_county_may_import(filled, book, kind, who):
    path = book(kind, ROWS[kind])
    for work in (check, load):
        with pytest.raises(NotAllowed):
            work(filled, kind, path, actor=who)


def test_staff_are_imported_by_those_who_appoint(cast, book):
    with pytest.raises(NotAllowed, match="县级管理员"):
        load(cast, "staff", book("staff", ROWS["staff"]), actor="staff")


@pytest.mark.parametrize("kind", KINDS)
def test_all_or_nothing_when_a_service_refuses_the_last_row(filled, book, kind, monkeypatch):
    """Not a wrong cell but a service, after all checks: what was written before it is taken back."""
    from django.core.exceptions import ValidationError

    last = {
        "deputies": ("deputies.spreadsheets.importing", "load_deputies"),
        "villages": ("stations.spreadsheets.villages", "load_villages"),
        "departments": ("stations.spreadsheets.departments", "add_department"),
        "staff": ("stations.spreadsheets.staff", "open_posted_account"),
        "constituents": ("deputies.spreadsheets.constituents", "load_constituents"),
    }
    module, name = last[kind]
    real = __import__(module, fromlist=[name]).__dict__[name]

    def refuse(**facts):
        real(**facts)
        raise ValidationError("这一步办不了。")

    monkeypatch.setattr(f"{module}.{name}", refuse)
    changed = {
        "deputies": {"姓名": "李代表", "代表层级": "乡", "所属联络站": "官亭镇", "所属分站": "第一分站", "职务": "校长"},
        "villages": {"所属联络站": "官亭镇", "所属分站": "第二分站", "村名": "安家庄村"},
        "departments": {"编号": "shuili", "名称": "县水务局"},
        "staff": {"账号": "guanting", "姓名": "改名", "岗位": "联络站工作人员", "联络站": "官亭镇"},
        "constituents": {"代表姓名": "李代表", "选民姓名": "赵群众", "选民电话": "19900003001", "情况": "已改"},
    }[kind]  # fmt: skip
    (error,) = refused(filled, kind, book(kind, changed, ROWS[kind]))
    assert error.message == "这一步办不了。"
    assert Deputy.objects.get(name="李代表").position == "教师"
    assert Village.objects.get().branch == filled.gt01
    assert Department.objects.get(code="shuili").name == "县水利局"
    assert User.objects.get(username="guanting").name == "官亭工作人员"
    assert Constituent.objects.get().note == "独居老人"


@pytest.mark.parametrize("kind", KINDS)
def test_many_rows_cost_as_many_queries_as_few(filled, book, kind, django_assert_num_queries):
    """The look at a file; `django_assert_num_queries` counts the few to compare with."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    unique = {
        "deputies": "姓名",
        "villages": "村名",
        "departments": "编号",
        "staff": "账号",
        "constituents": "选民姓名",
    }[kind]
    word = {"departments": "bumen", "staff": "zhanghao"}.get(kind, "新")
    rows = [
        ROWS[kind] | {unique: f"{word}{n}"} | ({"名称": f"部门{n}"} if kind == "departments" else {}) for n in range(4)
    ]
    if kind == "deputies":
        rows = [row | {"联系电话": f"1990000800{n}"} for n, row in enumerate(rows)]
    check(filled, kind, book(kind, rows[0]))
    with CaptureQueriesContext(connection) as few:
        check(filled, kind, book(kind, rows[0]))
    with django_assert_num_queries(len(few)):
        assert check(filled, kind, book(kind, *rows)).counts["created"] == 4


@pytest.mark.parametrize("kind", ["villages", "constituents", "deputies"])
def test_loading_many_costs_a_fixed_number_of_queries(filled, book, kind, django_assert_max_num_queries):
    people = [deputy.code for deputy in Deputy.objects.all()]
    rows = {
        "villages": [row_of(kind, 村名=f"村{n}") for n in range(30)],
        "deputies": [row_of(kind, 姓名=f"代表{n}", 联系电话=f"199{n:08d}") for n in range(30)],
        "constituents": [
            row_of(kind, 代表编号=people[n % 8], 代表姓名=Deputy.objects.get(code=people[n % 8]).name, 选民姓名=f"群众{n}")
            for n in range(30)
        ],
    }[kind]  # fmt: skip
    path = book(kind, *rows)
    with django_assert_max_num_queries(40):
        assert accepted(filled, kind, path) == (30, 0, 0)


# ---- Export --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+8", "-甲", "@SUM(A1)", "a\nb"])
def test_formula_leading_cells_come_out_as_text_and_come_back(filled, tmp_path, text):
    from deputies.services import edit_constituent

    edit_deputy(deputy=filled.deputy_person, actor=filled.admin, employer=text, note=text)
    edit_mandate(mandate=filled.deputy_person.mandates.get(), actor=filled.admin, certificate_number=text)
    edit_department(department=filled.shuili, actor=filled.admin, name=text, phone="+86-10")
    add_village(name=text, branch=filled.gt02, actor=filled.admin)
    edit_constituent(constituent=Constituent.objects.get(), note=text, actor=filled.admin)
    for kind in KINDS:
        path = exported(filled, kind, tmp_path)
        cells = [cell for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
        created, updated, _same = accepted(filled, kind, path)
        assert (created, updated) == (0, 0)


@pytest.mark.parametrize(
    ("who", "kind", "place", "allowed"),
    [
        ("staff", "deputies", "county", True),
        ("staff", "staff", "county", True),
        ("staff", "constituents", "county", True),
        ("clerk", "deputies", "gt", True),
        ("clerk", "villages", "gt01", True),
        ("clerk", "constituents", "gt", True),
        ("clerk", "constituents", "yt", False),
        ("clerk", "deputies", "county", False),
        ("clerk", "staff", "gt", False),
        ("clerk", "staff", "county", False),
        ("clerk", "departments", "county", False),
        ("auditor", "constituents", "county", False),
        ("head", "constituents", "gt01", False),
        ("deputy", "deputies", "gt01", False),
        ("officer", "departments", "county", False),
    ],
)
def test_who_exports_what(filled, tmp_path, who, kind, place, allowed):
    if allowed:
        assert exported(filled, kind, tmp_path, getattr(filled, place), who).stat().st_size > 1000
    else:
        with pytest.raises(NotAllowed):
            exported(filled, kind, tmp_path, getattr(filled, place), who)
        assert not AuditLog.objects.filter(action="export_register").exists()


def test_every_export_is_recorded_without_names(filled, tmp_path):
    exported(filled, "constituents", tmp_path, filled.gt, "clerk")
    row = AuditLog.objects.get(action="export_register")
    assert (row.actor, row.target_key, row.detail) == (filled.clerk, "GT", {"kind": "constituents", "rows": 1})
    assert row.county_code == "JLX"


def test_an_export_holds_its_place_only(filled, tmp_path):
    add_village(name="阎疃村", branch=filled.yt01, actor=filled.admin)
    path = exported(filled, "villages", tmp_path, filled.gt, "clerk")
    rows = list(openpyxl.load_workbook(path).active.iter_rows(min_row=3, values_only=True))
    assert rows == [("官亭镇", "第一分站", "安家庄村")]
    other = exported(filled, "constituents", tmp_path, filled.yt, "stranger")
    assert list(openpyxl.load_workbook(other).active.iter_rows(min_row=3, values_only=True)) == []


# ---- Deputies: the certificate number ------------------------------------------------------------------------------


def test_certificate_numbers_are_read_like_terms(cast, book):
    base = {"姓名": "李代表", "代表层级": "乡", "届次": "第十七届", "所属联络站": "官亭镇", "所属分站": "第一分站"}
    path = book("deputies", base | {"代表证号": "冀００１"})
    (change,) = check(cast, "deputies", path).changed
    assert [(one.title, one.before, one.after) for one in change.differences] == [("乡级代表证号", "", "冀001")]
    assert accepted(cast, "deputies", path) == (0, 1, 0)
    assert accepted(cast, "deputies", book("deputies", base)) == (0, 0, 1)
    mandate = cast.deputy_person.mandates.get()
    assert mandate.certificate_number == "冀001"
    assert accepted(cast, "deputies", book("deputies", base | {"届次": "第十八届"})) == (0, 1, 0)
    assert cast.deputy_person.mandates.get(ended_on=None).certificate_number == ""
    assert accepted(cast, "deputies", book("deputies", row_of("deputies"))) == (1, 0, 0)
    new = Deputy.objects.get(name="新代表")
    numbers = dict(new.mandates.values_list("level", "certificate_number"))
    assert numbers == {"county": "A1", "township": "B2"}


# ---- Villages ------------------------------------------------------------------------------------------------------


def test_a_village_that_changes_its_branch_moves(cast, book):
    path = book("villages", {"所属联络站": "官亭镇", "所属分站": "第2分站", "村名": "安家庄村"})
    (change,) = check(cast, "villages", path).changed
    assert (change.name, change.differences[0].before) == ("安家庄村", "官亭镇人大代表联络站第一分站")
    assert accepted(cast, "villages", path) == (0, 1, 0)
    assert Village.objects.get().branch == cast.gt02


def test_a_village_of_the_same_name_in_another_station_is_another(cast, book):
    row = {"所属联络站": "阎疃镇", "所属分站": "第一分站", "村名": "安家庄村"}
    assert accepted(cast, "villages", book("villages", row)) == (1, 0, 0)
    assert Village.objects.count() == 2


def test_villages_that_bear_one_name_cannot_be_guessed(cast, book):
    gt03 = open_station(code="GT03", name="第三分站", parent=cast.gt, opened_on=OPENED, actor=cast.admin)
    add_village(name="安家庄村", branch=cast.gt02, actor=cast.admin)
    row = {"所属联络站": "官亭镇", "所属分站": gt03.name, "村名": "安家庄村"}
    (error,) = refused(cast, "villages", book("villages", row))
    assert "看不出哪个改了分站" in error.message
    both = [row | {"所属分站": name} for name in ("第一分站", "第二分站")]
    assert accepted(cast, "villages", book("villages", *both)) == (0, 0, 2)


def test_merged_stations_count_for_every_row_and_missing_villages_are_told(cast, book):
    def merge(sheet):
        sheet.merge_cells("A2:A4")

    add_village(name="老村", branch=cast.gt02, actor=cast.admin)
    add_village(name="别处村", branch=cast.yt01, actor=cast.admin)
    rows = [row_of("villages", 村名=f"村{n}", 所属联络站="官亭镇" if n == 0 else None) for n in range(3)]
    path = book("villages", *rows, shape=merge)
    report = check(cast, "villages", path)
    assert report.counts["created"] == 3
    assert {one.name for one in report.missing} == {"老村", "安家庄村"}
    assert accepted(cast, "villages", path) == (3, 0, 0)
    assert Village.objects.count() == 6


def test_unknown_branch_is_answered_with_the_nearest_names(cast, book):
    errors = refused(
        cast, "villages",
        book("villages", row_of("villages", 所属分站="第九分站"), row_of("villages", 所属联络站="官厅镇")),
    )  # fmt: skip
    assert [(error.row, error.column, error.value) for error in errors] == [
        (2, "所属分站", "第九分站"),
        (3, "所属联络站", "官厅镇"),
    ]
    assert "第一分站" in errors[0].message and "官亭镇" in errors[1].message


# ---- Departments ---------------------------------------------------------------------------------------------------


def test_department_changes_from_and_to(cast, book):
    row = {"编号": "jiaotong", "名称": "县交通运输局", "答复要负责人签发": "是", "公文顺序": "12", "启用": "否"}
    (change,) = check(cast, "departments", book("departments", row)).changed
    assert [(one.title, one.before, one.after) for one in change.differences] == [
        ("答复要负责人签发", "否", "是"), ("公文顺序", "0", "12"), ("启用", "是", "否"),
    ]  # fmt: skip
    assert accepted(cast, "departments", book("departments", row)) == (0, 1, 0)
    cast.jiaotong.refresh_from_db()
    assert (cast.jiaotong.signature_needed, cast.jiaotong.official_order, cast.jiaotong.is_active) == (True, 12, False)


@pytest.mark.parametrize(
    ("changes", "column", "sentence"),
    [
        ({"名称": "县水利局"}, "名称", "shuili"),
        ({"编号": "other"}, "编号", "别的县"),
        ({"公文顺序": "一"}, "公文顺序", "整数"),
        ({"启用": "也许"}, "启用", "是或否"),
        ({"电话": "没有"}, "电话", "不像电话"),
    ],
)
def test_department_cells_that_cannot_be(cast, book, changes, column, sentence):
    other = open_station(code="NH", name="南和县", parent=None, opened_on=OPENED, actor=None)
    Department.objects.create(code="other", name="外县局", county=other)
    (error,) = refused(cast, "departments", book("departments", row_of("departments", **changes)))
    assert error.column == column and sentence in error.message


# ---- Staff ---------------------------------------------------------------------------------------------------------


def test_new_staff_get_an_account_with_a_first_password(cast, book):
    second = {"账号": "wangxl", "姓名": "王秀兰", "岗位": "部门经办人", "承办部门": "县水利局"}
    report = load(cast, "staff", book("staff", ROWS["staff"], second))
    assert report.errors == [] and report.counts["created"] == 2
    (password,) = report.passwords
    user = User.objects.get(username="wangxl")
    assert user.check_password(password.password) and user.must_change_password
    assert (user.name, user.phone) == ("王秀兰", "19900002222")
    postings = {(row.role, row.started_on) for row in user.postings.all()}
    assert postings == {(Role.CLERK, date(2026, 2, 1)), (Role.DEPARTMENT_OFFICER, START)}
    assert password.password not in json.dumps(list(AuditLog.objects.values_list("detail", flat=True)))
    assert password.password not in repr(report)


def test_dates_as_serials_and_an_end(cast, book):
    row = row_of("staff", 开始日期=datetime(2026, 2, 1), 结束日期=46387)
    assert accepted(cast, "staff", book("staff", row)) == (1, 0, 0)
    posting = Posting.objects.get(user__username="wangxl")
    assert (posting.started_on, posting.ended_on) == (date(2026, 2, 1), date(2026, 12, 31))
    assert accepted(cast, "staff", book("staff", row)) == (0, 0, 1)


def test_a_posting_ends_and_details_change(cast, book):
    row = {
        "账号": "guanting", "姓名": "新姓名", "手机": "19900004444", "岗位": "联络站工作人员", "联络站": "官亭镇",
        "结束日期": "2026年12月31日",
    }  # fmt: skip
    (change,) = check(cast, "staff", book("staff", row)).changed
    assert [one.title for one in change.differences] == ["姓名", "手机", "结束日期"]
    assert accepted(cast, "staff", book("staff", row)) == (0, 1, 0)
    cast.clerk.refresh_from_db()
    assert (cast.clerk.name, cast.clerk.phone) == ("新姓名", "19900004444")
    assert cast.clerk.postings.get().ended_on == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("changes", "column", "sentence"),
    [
        ({"岗位": "站长"}, "岗位", "代表名册"),
        ({"岗位": "办事员"}, "岗位", "改成其中一个"),
        ({"联络站": None}, "联络站", "没有填联络站"),
        ({"岗位": "部门经办人"}, "承办部门", "没有填承办部门"),
        ({"岗位": "部门经办人", "承办部门": "县水力局"}, "承办部门", "县水利局"),
        ({"岗位": "县级工作人员", "联络站": "官亭镇"}, "联络站", "空着"),
        ({"结束日期": "2026-01-01"}, "结束日期", "不能早于开始日期"),
        ({"开始日期": "2026-02-30"}, "开始日期", "没有这一天"),
        ({"手机": "123"}, "手机", "11位手机号"),
        ({"账号": "guanting", "姓名": "官亭工作人员", "开始日期": "2026-02-01"}, "开始日期", "2020-01-01"),
        ({"账号": "xian", "姓名": "县管理员"}, "岗位", "自己的岗位"),
        ({"账号": "waixian"}, "账号", "已经有人用了"),
    ],
)
def test_staff_cells_that_cannot_be(cast, book, changes, column, sentence):
    User.objects.create(username="waixian", name="外县人")
    (error,) = refused(cast, "staff", book("staff", row_of("staff", **changes)))
    assert (error.row, error.column) == (2, column)
    assert sentence in error.message


def test_rows_of_one_account_must_name_one_person(cast, book):
    rows = [row_of("staff"), row_of("staff", 姓名="王秀英", 联络站="阎疃镇")]
    (error,) = refused(cast, "staff", book("staff", *rows))
    assert (error.row, error.column) == (3, "姓名") and "第2行" in error.message


def test_ones_own_posting_may_stand_in_the_file_unchanged(cast, tmp_path):
    created, updated, same = accepted(cast, "staff", exported(cast, "staff", tmp_path))
    assert (created, updated) == (0, 0)
    assert same == Posting.objects.exclude(role__in=(Role.BRANCH_HEAD, Role.DEPUTY)).count()


def test_staff_not_in_the_file_are_told_and_left(cast, book):
    report = check(cast, "staff", book("staff", ROWS["staff"]))
    assert {"xian", "guanting", "jiaotong2"} <= {one.code for one in report.missing}
    assert not {"zhanzhang", "daibiao"} & {one.code for one in report.missing}


# ---- Constituents --------------------------------------------------------------------------------------------------


def test_constituents_change_by_phone_and_name(filled, book):
    row = {"代表姓名": "李代表", "选民姓名": "赵 群众", "选民电话": "19900003009", "情况": "搬到村东"}
    (change,) = check(filled, "constituents", book("constituents", row)).changed
    assert [(one.title, one.after) for one in change.differences] == [("选民电话", "19900003009"), ("情况", "搬到村东")]
    assert accepted(filled, "constituents", book("constituents", row)) == (0, 1, 0)
    known = Constituent.objects.get()
    assert (known.phone, known.note, known.village) == ("19900003009", "搬到村东", filled.village)


def test_not_more_than_five_at_a_time(filled, book):
    rows = [row_of("constituents", 选民姓名=f"群众{n}") for n in range(5)]
    (error,) = refused(filled, "constituents", book("constituents", *rows))
    assert (error.row, error.column) == (6, "选民姓名") and "超过5位" in error.message
    assert accepted(filled, "constituents", book("constituents", *rows[:4])) == (4, 0, 0)


def test_deputies_without_a_fitting_mandate_have_none(filled, book):
    end_mandate(
        mandate=filled.deputy_person.mandates.get(), ended_on=date(2026, 1, 1), reason="辞职", actor=filled.admin
    )
    (error,) = refused(filled, "constituents", book("constituents", row_of("constituents")))
    assert error.column == "代表姓名" and "没有县级或乡级代表资格" in error.message
    early = row_of("constituents", 开始日期="2025-12-01")
    assert accepted(filled, "constituents", book("constituents", early)) == (1, 0, 0)


@pytest.mark.parametrize(
    ("changes", "column", "sentence"),
    [
        ({"代表姓名": "不在的人"}, "代表姓名", "没有叫"),
        ({"代表编号": "JLX-9999"}, "代表编号", "没有编号是"),
        ({"代表编号": "JLX-0001"}, "代表姓名", "请核对编号和姓名"),
        ({"村": "安庄"}, "村", "安家庄村"),
        ({"开始日期": "2999-01-01"}, "开始日期", "不能晚于今天"),
        ({"选民姓名": "12"}, "选民姓名", "不像姓名"),
    ],
)
def test_constituent_cells_that_cannot_be(filled, book, changes, column, sentence):
    (error,) = refused(filled, "constituents", book("constituents", row_of("constituents", **changes)))
    assert (error.row, error.column) == (2, column)
    assert sentence in error.message


def test_villages_of_one_name_are_told_apart_by_their_branch(filled, book, tmp_path):
    twin = add_village(name="安家庄村", branch=filled.yt01, actor=filled.admin)
    row = row_of("constituents", 村="阎疃镇第一分站安家庄村")
    path = book("constituents", row, row_of("constituents", 选民姓名="群众乙"))
    assert accepted(filled, "constituents", path) == (2, 0, 0)
    villages = {known.name: known.village for known in Constituent.objects.select_related("village")}
    assert villages["群众甲"] == twin and villages["群众乙"] == filled.village
    assert accepted(filled, "constituents", exported(filled, "constituents", tmp_path)) == (0, 0, 3)


def test_names_of_villagers_stay_out_of_audit_and_errors(filled, book):
    load(filled, "constituents", book("constituents", row_of("constituents")))
    details = json.dumps(list(AuditLog.objects.values_list("detail", flat=True)), ensure_ascii=False)
    assert "群众甲" not in details and "19900003333" not in details


# ---- Pages ---------------------------------------------------------------------------------------------------------


def upload(client, kind, path, **fields):
    file = SimpleUploadedFile("名册.xlsx", path.read_bytes())
    return client.post(PAGE, {"file": file, "kind": kind, "started_on": "2026-03-01"} | fields)


def confirm(client, url, **fields):
    return client.post(url, {"digest": client.get(url).context["report"].digest} | fields)


@pytest.fixture
def office(filled, signed_in, media):
    return signed_in(filled.admin)


@pytest.mark.parametrize("kind", KINDS)
def test_page_takes_every_kind_through_preview_to_the_outcome(office, book, kind):
    url = upload(office, kind, book(kind, ROWS[kind])).url
    page = office.get(url).content.decode()
    assert REGISTERS[kind].title in page and "确认导入1" in page
    assert confirm(office, url).url == url
    assert f"新增1{REGISTERS[kind].unit}" in office.get(url).content.decode()


def test_cards_offer_what_one_may_do(filled, signed_in, media):
    page = signed_in(filled.admin).get(PAGE).content.decode()
    for register in REGISTERS.values():
        assert register.title in page and register.purpose in page
        assert f"{PAGE}template/?kind={register.kind}&amp;county=JLX" in page
        assert (f"/console/export/{register.kind}/?station=JLX" in page) == register.is_exported
    staff = signed_in(filled.staff)
    page = staff.get(PAGE).content.decode()
    assert REGISTERS["staff"].import_refusal in page and f"{PAGE}template/?kind=staff" not in page
    assert staff.get(f"{PAGE}template/?kind=staff").status_code == 403
    assert staff.get(f"{PAGE}template/?kind=cars").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_template_and_export_of_every_kind_are_downloads(office, kind):
    for address in (f"{PAGE}template/?kind={kind}", f"/console/export/{kind}/"):
        answer = office.get(address)
        assert answer.status_code == 200
        assert answer.getvalue()[:2] == b"PK"


def test_undated_register_asks_for_no_day(office, book):
    file = SimpleUploadedFile("名册.xlsx", book("villages", ROWS["villages"]).read_bytes())
    assert office.post(PAGE, {"file": file, "kind": "villages"}).status_code == 302
    file = SimpleUploadedFile("名册.xlsx", book("staff", ROWS["staff"]).read_bytes())
    assert "请填起始日期" in office.post(PAGE, {"file": file, "kind": "staff"}).content.decode()


def test_first_passwords_are_handed_out_once(filled, office, book, media):
    url = upload(office, "staff", book("staff", ROWS["staff"])).url
    confirm(office, url)
    assert "1个新账号的首次密码" in office.get(url).content.decode()
    sealed = next(media.rglob("passwords.sealed")).read_text()
    assert "wangxl" not in sealed
    answer = office.post(f"{url}passwords/")
    assert "no-store" in answer["Cache-Control"]
    (row,) = openpyxl.load_workbook(BytesIO(answer.getvalue())).active.iter_rows(min_row=3, values_only=True)
    assert row[:2] == ("wangxl", "王秀兰")
    assert User.objects.get(username="wangxl").check_password(row[2])
    assert office.post(f"{url}passwords/").status_code == 404
    assert "已经下载过了" in office.get(url).content.decode()
    assert AuditLog.objects.get(action="take_passwords").detail == {"accounts": 1}
    assert list(media.rglob("passwords*")) == []


def test_nobody_else_takes_the_first_passwords(filled, office, book, signed_in):
    url = upload(office, "staff", book("staff", ROWS["staff"])).url
    confirm(office, url)
    for who, status in (("staff", 404), ("auditor", 403), ("clerk", 404), ("deputy", 404)):
        assert signed_in(getattr(filled, who)).post(f"{url}passwords/").status_code == status


def test_first_passwords_and_uploads_go_after_a_day(office, book, media):
    import os

    from julu_liaison.common.tasks import forget_old_uploads

    url = upload(office, "staff", book("staff", ROWS["staff"])).url
    confirm(office, url)
    folder = next((media / "imports").iterdir())
    facts = json.loads((folder / "facts.json").read_text())
    day = timedelta(days=1, minutes=1).total_seconds()
    (folder / "facts.json").write_text(json.dumps(facts | {"kept_at": facts["kept_at"] - day}))
    assert office.post(f"{url}passwords/").status_code == 404
    assert forget_old_uploads() == 0
    os.utime(folder, (0, 0))
    assert forget_old_uploads() == 1
    assert list(media.rglob("passwords*")) == []


def test_a_large_file_is_imported_in_the_background(filled, office, book, monkeypatch):
    monkeypatch.setattr("julu_liaison.common.registers.Register.large", 2)
    rows = [row_of("villages", 村名=f"村{n}") for n in range(3)]
    url = upload(office, "villages", book("villages", *rows)).url
    page = office.get(url)
    assert 'name="large"' in page.content.decode()
    answer = office.post(url, {"digest": page.context["report"].digest, "large": "1"})
    assert answer.url == url
    job = Job.objects.get(kind="import_register")
    page = office.get(url).content.decode()
    assert "正在导入村名册" in page and "确认导入" not in page
    office.post(url, {"digest": "x", "large": "1"})
    assert Job.objects.count() == 1
    uid = url.rstrip("/").rpartition("/")[2]
    import_register(job.pk, upload_uid=uid, expected=office_digest(filled, rows, book))
    job.refresh_from_db()
    assert (job.state, job.lines[0]["text"]) == (Job.State.DONE, "新增3,变动0,不变0")
    assert Village.objects.count() == 4
    assert "新增3个" in office.get(url).content.decode()
    import_register(job.pk, upload_uid=uid, expected="x")
    assert Village.objects.count() == 4


def office_digest(cast, rows, book):
    return check(cast, "villages", book("villages", *rows), start=START).digest


def test_the_background_writes_nothing_that_nobody_saw(filled, office, book):
    url = upload(office, "villages", book("villages", ROWS["villages"])).url
    digest = office.get(url).context["report"].digest
    office.post(url, {"digest": digest, "large": "1"})
    add_village(name="新庄村", branch=filled.gt01, actor=filled.admin)
    job = Job.objects.get()
    import_register(job.pk, upload_uid=url.rstrip("/").rpartition("/")[2], expected=digest)
    job.refresh_from_db()
    assert job.state == Job.State.REFUSED and "再核对一次" in job.error
    page = office.get(url)
    assert "再核对一次" in page.content.decode()
    assert page.context["report"].counts == {"created": 0, "updated": 1, "unchanged": 0}
    assert Village.objects.get(name="新庄村").branch == filled.gt01


def test_rows_that_failed_come_back_with_their_reasons(office, book):
    rows = [row_of("departments", 启用="也许", 公文顺序="一"), row_of("departments", 编号="b2", 名称="好局")]
    url = upload(office, "departments", book("departments", *rows)).url
    answer = office.get(f"{url}failed/")
    lines = list(openpyxl.load_workbook(BytesIO(answer.getvalue())).active.iter_rows(min_row=2, values_only=True))
    assert lines[0] == ("原行号", "编号", "名称", "电话", "答复要负责人签发", "公文顺序", "启用", "要改的地方")
    assert len(lines) == 2 and lines[1][:2] == (2, "minzheng")
    assert lines[1][-1] == "公文顺序:请填0到99999的整数。\n启用:请填是或否。"


@pytest.mark.parametrize(
    ("who", "address", "status"),
    [
        ("staff", "", 200),
        ("staff", "staff/", 200),
        ("staff", "constituents/?station=GT01", 200),
        ("staff", "departments/?station=GT", 403),
        ("staff", "cars/", 404),
        ("staff", "deputies/?station=XX", 404),
        ("clerk", "", 200),
        ("clerk", "deputies/", 200),
        ("clerk", "constituents/?station=GT01", 200),
        ("clerk", "villages/?station=YT", 404),
        ("clerk", "staff/", 403),
        ("clerk", "departments/", 403),
        ("auditor", "", 403),
        ("auditor", "deputies/", 403),
        ("head", "", 403),
        ("head", "constituents/?station=GT01", 403),
        ("deputy", "deputies/?station=GT01", 403),
        ("officer", "", 403),
        ("officer", "departments/?station=JLX", 404),
    ],
)
def test_export_pages(filled, signed_in, who, address, status):
    assert signed_in(getattr(filled, who)).get(f"/console/export/{address}").status_code == status


def test_export_page_offers_a_clerk_the_own_station(filled, signed_in):
    page = signed_in(filled.clerk).get("/console/export/").content.decode()
    assert "官亭镇" in page and "阎疃镇" not in page
    assert "工作人员名册" not in page and "固定联系选民名册" in page


def test_export_page_costs_the_same_for_few_and_many_places(cast, signed_in, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(cast.staff)
    client.get("/console/export/")
    with CaptureQueriesContext(connection) as few:
        client.get("/console/export/")
    for number in range(3, 6):
        open_station(code=f"GT0{number}", name=f"第{number}分站", parent=cast.gt, opened_on=OPENED, actor=cast.admin)
        add_department(code=f"d{number}", name=f"局{number}", county=cast.county, actor=cast.admin)
    with django_assert_num_queries(len(few)):
        client.get("/console/export/")
