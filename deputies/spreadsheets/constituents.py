"""The register of constituents (固定联系选民名册): whom each deputy keeps in touch with.

It holds villagers' names and phones: nothing of it goes into audit, logs or messages to others than the uploader.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from deputies.models import Constituent, Deputy, Mandate
from deputies.permissions import can_import_deputies
from deputies.rules import CONSTITUENCY_LEVELS, CONSTITUENTS_EACH, most_at_once, spans
from deputies.services import NewConstituent, edit_constituent, load_constituents
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
from julu_liaison.common.registers.cells import read_code, read_name, read_text
from julu_liaison.common.spreadsheets import Cell, Column
from julu_liaison.common.texts import clean_text, phone_digits, tidy_name
from stations.models import Station, Village
from stations.permissions import can_export_register
from stations.rules import nearest_names

CODE = Column(
    "code", "代表编号", ("代表代码",), width=14, help="代表名单里的编号。代表有同名的必须填。", example="JLX-0001"
)
DEPUTY = Column(
    "deputy", "代表姓名", ("代表", "联系代表", "人大代表"), required=True, width=12,
    help="必填。由县、乡镇人大代表联系,每位代表最多同时5人。", example="张三",
)  # fmt: skip
NAME = Column(
    "name", "选民姓名", ("选民", "联系选民", "固定联系选民", "群众姓名"), required=True, shared=False, width=12,
    help="必填。", example="李四",
)  # fmt: skip
PHONE = Column(
    "phone", "选民电话", ("选民手机", "联系电话", "电话", "手机"), width=15,
    help="11位手机号,或带区号的座机。", example="19900001234",
)  # fmt: skip
VILLAGE = Column(
    "village", "村", ("村名", "村(社区)", "所在村", "社区", "住址"), width=16,
    help="村或社区的名称。有重名的,前面写上分站,如 官亭镇第一分站安家庄村。", example="安家庄村",
)  # fmt: skip
NOTE = Column(
    "note", "情况", ("备注", "基本情况", "说明"), width=20, help="如 种植大户、独居老人。", example="种植大户"
)
STARTED = Column(
    "started_on", "开始日期", ("联系日期", "起始日期"), width=12, help="空着就从上传时填的起始日期算起。",
    example="2026-03-01",
)  # fmt: skip
LONGEST_NAME, LONGEST_NOTE = 40, Constituent._meta.get_field("note").max_length


@dataclass
class ConstituentBook:
    """What rows are read with: deputies by code and name, villages by name."""

    deputies: dict[str, Deputy]
    by_name: dict[str, list[Deputy]]
    villages: "VillageBook"


class ConstituentRegister(FlatRegister):
    """Told by deputy and name, and by the phone where a deputy keeps in touch with two of one name."""

    kind = "constituents"
    title = "固定联系选民名册"
    noun = "选民"
    unit = "人"
    purpose = "每位县、乡镇人大代表固定联系的选民。里面有群众的姓名电话,下载后请妥善保管。"
    columns = (CODE, DEPUTY, NAME, PHONE, VILLAGE, NOTE, STARTED)
    key_column = NAME
    code_column = CODE.title
    name_column = NAME.title
    place_column = DEPUTY.title
    missing_advice = "名册里写到的代表,还登记着联系这些选民,名册里没有;不改动,不再联系的请在代表页面上结束"
    import_refusal = "固定联系选民名册由县人大办公室导入,请联系他们。"
    export_refusal = "固定联系选民名册由县人大办公室和本乡镇联络站导出,需要的话请联系他们。"
    is_dated = True

    def may_import(self, actor, county: Station) -> bool:
        return can_import_deputies(actor, county)

    def may_export(self, actor, place: Station) -> bool:
        return can_export_register(actor, place)

    def rows(self, place: Station, on: date) -> list[list[str | int]]:
        constituents = Constituent.objects.in_force(on).filter(deputy__county=place.county)
        if place.pk != place.county_id:
            constituents = constituents.filter(deputy__in=Deputy.objects.serving(on, place))
        deputies = _deputies(place.county, on)
        villages = VillageBook(place.county)
        found = constituents.order_by("deputy__sort_key", "deputy__code", "started_on", "pk")
        return [_row(one, deputies[one.deputy_id], villages) for one in found]

    def books(self, occasion: Occasion) -> ConstituentBook:
        deputies = _deputies(occasion.county, occasion.today).values()
        by_name = defaultdict(list)
        for deputy in deputies:
            by_name[tidy_name(deputy.name)].append(deputy)
        by_code = {deputy.code: deputy for deputy in deputies}
        return ConstituentBook(by_code, by_name, VillageBook(occasion.county))

    def entry(self, reader: RowReader, books: ConstituentBook, occasion: Occasion) -> Entry | None:
        deputy = _deputy_of(reader, books)
        name = reader.filled_text(NAME, LONGEST_NAME, read_name)
        values: dict[str, Any] = {
            "phone": reader.phone(PHONE),
            "village": reader.value(VILLAGE, _village_of, books.villages, deputy) if deputy else None,
            "note": reader.text(NOTE, LONGEST_NOTE),
            "started_on": reader.day(STARTED),
        }
        if values["started_on"] and values["started_on"] > occasion.today:
            reader.refuse(STARTED, "日期不能晚于今天,请改日期。")
        if not reader.is_sound or deputy is None or not name:
            return None
        said = {key: value for key, value in values.items() if value}
        return Entry(reader.row, (deputy.pk, name, values["phone"]), name, deputy.name, said, deputy)

    def registered(self, occasion: Occasion) -> list[Known]:
        rows = Constituent.objects.filter(deputy__county=occasion.county).select_related("deputy__county", "village")
        return [_known(row) for row in rows]

    def match(self, entries: list[Entry], known: list[Known], report: Report) -> dict[int, Known]:
        registered: dict[tuple, list[Known]] = defaultdict(list)
        for one in known:
            if one.is_expected:
                registered[one.key].append(one)
        rows: dict[tuple, list[Entry]] = defaultdict(list)
        for entry in entries:
            rows[entry.key[:2]].append(entry)
        matched: dict[int, Known] = {}
        for key, here in rows.items():
            _pair(here, registered[key], matched, report)
        return matched

    def check_steps(self, steps: list[Step], known: list[Known], occasion: Occasion, report: Report) -> None:
        mandates, periods = defaultdict(list), defaultdict(list)
        held = Mandate.objects.filter(deputy__county=occasion.county, level__in=CONSTITUENCY_LEVELS)
        for key, start, end in held.values_list("deputy_id", "started_on", "ended_on"):
            mandates[key].append((start, end))
        dated = {step.known.record.pk for step in steps if step.known and "started_on" in step.changes}
        for one in known:
            if one.record.pk not in dated:
                periods[one.record.deputy_id].append((one.record.started_on, one.record.ended_on))
        for step in steps:
            if step.known is None or "started_on" in step.changes:
                deputy = step.entry.area
                _check_start(step, mandates[deputy.pk], periods[deputy.pk], occasion, report)

    def write(self, steps: Sequence[Step], occasion: Occasion) -> list[FirstPassword]:
        for step in steps:
            if step.known and step.changes:
                with told_by_row(step.entry.row.number, ""):
                    edit_constituent(constituent=step.known.record, actor=occasion.actor, **step.changes)
        new = [step for step in steps if step.known is None]
        people = [_new(step.entry, occasion) for step in new]
        if new:
            with told_by_row(new[0].entry.row.number, ""):
                load_constituents(county=occasion.county, people=people, actor=occasion.actor)
        return []


CONSTITUENTS = ConstituentRegister()


class VillageBook:
    """The villages of a county by name; where several bear it, the nearest to a branch."""

    def __init__(self, county: Station):
        villages = Village.objects.filter(branch__county=county).select_related("branch__parent")
        self.villages = list(villages)
        self.by_key = {village.pk: village for village in self.villages}
        self._named: dict[str, list[Village]] = defaultdict(list)
        for village in self.villages:
            station, branch = village.branch.parent.name, village.branch.name
            for name in (village.name, station + village.name, station + branch + village.name):
                self._named[clean_text(name)].append(village)

    def find(self, text: str, near: Station | None) -> Village | None:
        """Of those called `text` the only one of the branch, else of its station, else of the county."""
        named = self._named.get(text, [])
        here = [village for village in named if near and village.branch_id == near.pk]
        around = [village for village in named if near and village.branch.parent_id == near.parent_id]
        found = here or around or named
        return found[0] if len(found) == 1 else None

    def nearest(self, text: str, near: Station | None) -> list[str]:
        around = [village.name for village in self.villages if near and village.branch.parent_id == near.parent_id]
        return nearest_names(text, around or [village.name for village in self.villages])

    def name_of(self, village: Village, near: Station | None) -> str:
        """Return what `find` understands as this very village."""
        if self.find(clean_text(village.name), near) == village:
            return village.name
        return f"{village.branch.parent.name}{village.branch.name}{village.name}"


def _deputies(county: Station, on: date) -> dict[int, Deputy]:
    """All deputies of the county with their branch of the day."""
    deputies = Deputy.objects.filter(county=county).select_related("county").with_places(on)
    return {deputy.pk: deputy for deputy in deputies}


def _branch_of(deputy: Deputy) -> Station | None:
    return deputy.membership_now.branch if deputy.membership_now else None


def _deputy_of(reader: RowReader, books: ConstituentBook) -> Deputy | None:
    name = reader.filled(DEPUTY, read_name)
    code = reader.value(CODE, read_code)
    if not name:
        return None
    if code:
        return _deputy_coded(reader, books, code, name)
    named = books.by_name.get(name, [])
    found = [deputy for deputy in named if deputy.membership_now] if len(named) > 1 else named
    if len(found) == 1:
        return found[0]
    if found or named:
        codes = "、".join(deputy.code for deputy in found or named)
        reader.refuse(CODE, f"叫{name}的代表有{len(found or named)}位({codes}),请填代表编号。")
    else:
        reader.refuse(DEPUTY, f"没有叫“{name}”的代表,请核对。")
    return None


def _deputy_coded(reader: RowReader, books: ConstituentBook, code: str, name: str) -> Deputy | None:
    deputy = books.deputies.get(code)
    if deputy is None:
        reader.refuse(CODE, f"没有编号是“{code}”的代表,请核对。")
    elif tidy_name(deputy.name) != name:
        reader.refuse(DEPUTY, f"编号是{code}的代表是{deputy.name},请核对编号和姓名。")
        return None
    return deputy


def _village_of(cell: Cell, villages: VillageBook, deputy: Deputy) -> Village | None:
    text = read_text(cell)
    if not text:
        return None
    near = _branch_of(deputy)
    village = villages.find(text, near)
    if village is None:
        names = "、".join(villages.nearest(text, near)) or "(还没有登记村)"
        raise DomainError(f"没有叫“{text}”的村,或者有重名的,请改成其中一个,重名的前面写上分站:{names}。")
    return village


def _pair(entries: list[Entry], known: list[Known], matched: dict[int, Known], report: Report) -> None:
    """Rows and registered constituents of one deputy and one name: the same phone, then the only one left."""
    rows, left = list(entries), list(known)
    for entry in entries:
        same = [one for one in left if one.values["phone"] == entry.values.get("phone", "")]
        if same:
            matched[entry.row.number] = same[0]
            rows.remove(entry)
            left.remove(same[0])
    if len(rows) == len(left) == 1:
        matched[rows[0].row.number] = left[0]
    elif rows and left:
        for entry in rows:
            report.refuse(entry.row, PHONE, "这位代表联系的同名选民不止一位,看不出是哪一位,请填登记的电话。")


def _check_start(step: Step, mandates: list, periods: list, occasion: Occasion, report: Report) -> None:
    """As the services will ask: a mandate on the first day, and not more than five at a time."""
    entry, deputy = step.entry, step.entry.area
    start = entry.values.get("started_on", occasion.started_on)
    if start > occasion.today:
        report.refuse(entry.row, STARTED, "日期不能晚于今天,请填开始日期,或把起始日期往前调。")
    if not any(spans(period, start) for period in mandates):
        message = f"{deputy.name}在{start}没有县级或乡级代表资格,固定联系选民由县、乡镇人大代表联系。"
        report.refuse(entry.row, DEPUTY, message)
    periods.append((start, step.known.record.ended_on if step.known else None))
    if most_at_once(periods) > CONSTITUENTS_EACH:
        message = f"{deputy.name}同时联系的选民超过{CONSTITUENTS_EACH}位了,请先结束联系其中一位,或删去这一行。"
        report.refuse(entry.row, NAME, message)


def _new(entry: Entry, occasion: Occasion) -> NewConstituent:
    values = {"started_on": occasion.started_on} | entry.values
    return NewConstituent(deputy=entry.area, name=entry.name, **values)


def _known(row: Constituent) -> Known:
    key = (row.deputy_id, tidy_name(row.name))
    values = {
        "phone": phone_digits(row.phone), "village": row.village, "note": clean_text(row.note),
        "started_on": row.started_on,
    }  # fmt: skip
    return Known(
        row, key, row.name, row.deputy.name, values, row.deputy, code=row.deputy.code,
        is_expected=row.ended_on is None,
    )  # fmt: skip


def _row(constituent: Constituent, deputy: Deputy, villages: VillageBook) -> list[str | int]:
    village = villages.by_key.get(constituent.village_id)
    return [
        deputy.code, deputy.name, constituent.name, constituent.phone,
        villages.name_of(village, _branch_of(deputy)) if village else "", constituent.note,
        constituent.started_on.isoformat(),
    ]  # fmt: skip
