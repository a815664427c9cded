"""The register of departments (承办部门名册), each told by its permanent code."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from julu_liaison.common.errors import DomainError
from julu_liaison.common.registers import (
    Entry,
    FirstPassword,
    FlatRegister,
    Known,
    Occasion,
    Report,
    RowReader,
    Step,
    told_by_row,
)
from julu_liaison.common.registers.cells import read_code, read_number, read_yes_no
from julu_liaison.common.spreadsheets import Cell, Column
from julu_liaison.common.texts import checked_phone, clean_text, half_width, squeezed
from stations.models import Department, Station
from stations.permissions import can_edit_places, is_county_staff
from stations.services import add_department, edit_department

CODE = Column(
    "code",
    "编号",
    ("部门编号", "代码", "部门代码"),
    required=True,
    shared=False,
    width=14,
    help="必填。定了就不能改,一般用部门简称的拼音。",
    example="jiaotong",
)
NAME = Column(
    "name",
    "名称",
    ("部门", "部门名称", "承办部门", "单位", "单位名称"),
    required=True,
    shared=False,
    width=28,
    help="必填。部门的全称。",
    example="县交通运输局",
)
PHONE = Column(
    "phone", "电话", ("联系电话", "办公电话", "电话号码"), width=18, help="部门的办公电话。", example="0319-1234567"
)
SIGNED = Column(
    "signature_needed",
    "答复要负责人签发",
    ("要签发", "负责人签发", "答复要签发"),
    width=18,
    choices=("是", "否"),
    help="是或否。选是,经办人的答复要部门负责人签发以后才发出。新部门空着就是“是”。",
    example="是",
)
ORDER = Column("official_order", "公文顺序", ("顺序", "排序"), width=10, help="公文里排第几,填整数。", example="1")
ACTIVE = Column(
    "is_active",
    "启用",
    ("是否启用",),
    width=8,
    choices=("是", "否"),
    help="是或否。停用的不再交办。空着就是启用。",
    example="是",
)
FEWEST_DIGITS = 3


class DepartmentRegister(FlatRegister):
    kind = "departments"
    title = "承办部门名册"
    noun = "部门"
    unit = "个"
    purpose = "办理转交事项的政府部门,答复要不要负责人签发。"
    columns = (CODE, NAME, PHONE, SIGNED, ORDER, ACTIVE)
    names_people = False
    is_countywide = True
    key_column = CODE
    code_column = ""
    name_column = CODE.title
    place_column = NAME.title
    missing_advice = "登记过这些部门,名册里没有;他们不改动,不用了的请把“启用”填“否”"
    import_refusal = "承办部门名册由县人大办公室导入,请联系他们。"
    export_refusal = "承办部门名册由县人大办公室导出,需要的话请联系他们。"

    def may_import(self, actor, county: Station) -> bool:
        return can_edit_places(actor, county.pk)

    def may_export(self, actor, place: Station) -> bool:
        return place.pk == place.county_id and is_county_staff(actor, place.pk)

    def rows(self, place: Station, on: date) -> list[list[str | int]]:
        return [
            [row.code, row.name, row.phone, _yes_no(row.signature_needed), row.official_order, _yes_no(row.is_active)]
            for row in Department.objects.filter(county=place)
        ]

    def books(self, occasion: Occasion) -> set[str]:
        """Codes are unique in the deployment: those that other counties use."""
        return set(Department.objects.exclude(county=occasion.county).values_list("code", flat=True))

    def entry(self, reader: RowReader, books: set[str], occasion: Occasion) -> Entry | None:
        code = reader.filled_text(CODE, _longest("code"), read_code)
        if code in books:
            reader.refuse(CODE, "这个编号别的县已经用了,请换一个。")
        values = {
            "name": reader.filled_text(NAME, _longest("name")),
            "phone": reader.text(PHONE, _longest("phone"), read_office_phone),
            "signature_needed": reader.value(SIGNED, read_yes_no),
            "official_order": reader.value(ORDER, read_number),
            "is_active": reader.value(ACTIVE, read_yes_no),
        }
        if not reader.is_sound or not code or not values["name"]:
            return None
        said = {key: value for key, value in values.items() if value not in (None, "")}
        return Entry(reader.row, code, code, values["name"], said)

    def registered(self, occasion: Occasion) -> list[Known]:
        departments = Department.objects.filter(county=occasion.county)
        return [_known(department) for department in departments]

    def check_steps(self, steps: list[Step], known: list[Known], occasion: Occasion, report: Report) -> None:
        """Staff name a department by its name, so two must not share one."""
        after = {one.key: one.values["name"] for one in known} | {
            step.entry.key: step.entry.values["name"] for step in steps
        }
        shared = {name for name, count in Counter(after.values()).items() if count > 1}
        for step in steps:
            name = step.entry.values["name"]
            if name in shared:
                others = "、".join(code for code, other in after.items() if other == name and code != step.entry.key)
                report.refuse(step.entry.row, NAME, f"编号是{others}的部门也叫这个名称,请改成不同的名称。")

    def write(self, steps: Sequence[Step], occasion: Occasion) -> list[FirstPassword]:
        for step in steps:
            with told_by_row(step.entry.row.number, step.entry.name):
                if step.known is None:
                    values = step.entry.values
                    add_department(code=step.entry.name, county=occasion.county, actor=occasion.actor, **values)
                elif step.changes:
                    edit_department(department=step.known.record, actor=occasion.actor, **step.changes)
        return []


DEPARTMENTS = DepartmentRegister()


def read_office_phone(cell: Cell) -> str:
    """A number as `checked_phone` has it, or with an extension or a second number as typed."""
    text = _office_phone(cell.text)
    if text and sum(character.isdigit() for character in text) < FEWEST_DIGITS:
        raise DomainError("这不像电话,请填带区号的座机或手机号,如 0319-1234567。")
    return text


def _office_phone(text: str) -> str:
    try:
        return checked_phone(text)
    except DomainError:
        return half_width(clean_text(text))


def _longest(field: str) -> int | None:
    return Department._meta.get_field(field).max_length


def _yes_no(value: bool) -> str:
    return "是" if value else "否"


def _known(department: Department) -> Known:
    keys = ("name", "signature_needed", "official_order", "is_active")
    values = {key: getattr(department, key) for key in keys} | {"phone": _office_phone(department.phone)}
    key = squeezed(department.code)
    return Known(department, key, key, department.name, values, code=department.code, is_expected=department.is_active)
