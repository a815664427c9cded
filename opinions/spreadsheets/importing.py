"""A list of suggestions, motions and opinions that is handed to the county, as a workbook (建议意见清单)."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from julu_liaison.common.announcing import bulk_load
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
from julu_liaison.common.registers.cells import read_code, read_yes_no
from julu_liaison.common.spreadsheets import Problem, Sheet, Table
from julu_liaison.common.texts import squeezed
from opinions.models import Opinion
from opinions.permissions import can_take_in
from opinions.services.desks import HandedIn, score_taken_in, take_in
from opinions.services.registering import LONGEST_TEXT
from opinions.spreadsheets import columns as c
from opinions.spreadsheets.naming import Book, deputy_of, offices_of, people_of, place_of
from opinions.states import Kind, State
from stations.models import Station
from stations.rules.columns import branch_names

OFFICES = "部门名称"
CHANGED = "{}已经登记过,内容和表里的不一样。导入不改动登记过的,要改请到那一件的页面上办。"
FOR_LATER = "社情民意先由联络站核对受理,承办部门这次不转,等上报以后再转办。"


class TicketRegister(FlatRegister):
    """A suggestion is told by its session, lead deputy and title, an opinion by its branch, deputy and text."""

    kind = "tickets"
    title = "建议意见清单"
    noun = "建议意见"
    unit = "件"
    purpose = "人代会交来的代表建议、议案,或别处收集的社情民意。建议编好会议序号,写了承办部门的当时就转办。"
    columns = c.COLUMNS
    key_column = c.TITLE
    name_column = c.TITLE.title
    place_column = "代表和去向"
    missing_advice = "清单只增不减"
    import_refusal = "建议意见清单由县人大办公室导入,请联系他们。"
    export_refusal = "建议意见请在意见建议的列表里导出。"
    is_dated = True
    day_title = c.RAISED.title
    day_hint = "没有写提出日期的行用这一天。"
    names_people = False
    is_exported = False
    large = 50
    most_rows = 1000

    def may_import(self, actor, county: Station) -> bool:
        return actor is not None and can_take_in(actor, county.pk)

    def may_export(self, actor, place: Station) -> bool:
        return False

    def rows(self, place: Station, on) -> list[list[str | int]]:
        return []

    def lists(self, county: Station, on) -> list[Sheet]:
        book = Book(county, on)
        offices = [(office.name,) for office in book.offices]
        return [branch_names(book.places), Sheet(OFFICES, OFFICES, (c.LEAD_OFFICE,), offices)]

    def books(self, occasion: Occasion) -> Book:
        return Book(occasion.county, occasion.today)

    def plan(self, table: Table, occasion: Occasion, report: Report) -> Sequence[Step]:
        if len(table.rows) > self.most_rows:
            message = f"一次最多导入{self.most_rows}件,这份有{len(table.rows)}件,请分成几份。"
            report.errors.append(Problem(0, "", "", message))
            return []
        return super().plan(table, occasion, report)

    def entry(self, reader: RowReader, books: Book, occasion: Occasion) -> Entry | None:
        kind, is_motion = reader.value(c.KIND, c.read_kind) or (Kind.SUGGESTION, False)
        title, text = _words(reader, kind)
        deputy = deputy_of(reader, books, needed=kind == Kind.SUGGESTION)
        branch = place_of(reader, books, deputy) if deputy or kind == Kind.OPINION else None
        on = reader.day(c.RAISED) or occasion.started_on
        if on > occasion.today:
            reader.refuse(c.RAISED, "提出日期不能晚于今天,请改日期。")
        department, assisting = offices_of(reader, books)
        if department and kind == Kind.OPINION:
            reader.warn(c.LEAD_OFFICE, FOR_LATER)
        handed = {
            "category": c.category_of(reader, f"{title}{text}"),
            "cosigners": people_of(reader, books, deputy) if kind == Kind.SUGGESTION else [],
            "may_publish": reader.value(c.PUBLISHED, read_yes_no) is not False,
            "original_number": reader.text(c.ORIGINAL, c.LONGEST_ORIGINAL, read_code),
        }
        if not reader.is_sound or branch is None:
            return None
        handed_in = HandedIn(
            kind=kind, branch=branch, deputy=deputy, title=title, text=text, on=on, is_motion=is_motion,
            department=department if kind == Kind.SUGGESTION else None,
            assisting=assisting if kind == Kind.SUGGESTION else (), **handed,
        )  # fmt: skip
        key = _key(kind, deputy and deputy.pk, branch.pk, title, text, books.session_key(on))
        return Entry(reader.row, key, title or text[:30], _place(handed_in), {"handed_in": handed_in})

    def registered(self, occasion: Occasion) -> list[Known]:
        """Nothing beforehand: `match` asks for what the file names only, not for all that a county ever had."""
        return []

    def match(self, entries: list[Entry], known: list[Known], report: Report) -> dict[int, Known]:
        found = {}
        for ticket in _registered_like([entry.values["handed_in"] for entry in entries]):
            session = ticket.detail.session_id if ticket.kind == Kind.SUGGESTION else None
            key = _key(ticket.kind, ticket.deputy_id, ticket.branch_id, ticket.title, ticket.text, session)
            found[key] = ticket
        matched = {}
        for entry in entries:
            if ticket := found.get(entry.key):
                matched[entry.row.number] = Known(ticket, entry.key, entry.name, entry.place, {}, is_expected=False)
                if squeezed(ticket.text) != squeezed(entry.values["handed_in"].text):
                    report.warn(entry.row, c.TEXT, CHANGED.format(ticket.number))
        return matched

    def write(self, steps: Sequence[Step], occasion: Occasion) -> list[FirstPassword]:
        """All at one moment, in the order of the sheet, which is that of their numbers; points are counted once."""
        at, tickets = timezone.now(), []
        with bulk_load():
            for step in steps:
                if step.known is None:
                    with told_by_row(step.entry.row.number, step.entry.name):
                        tickets.append(take_in(entry=step.entry.values["handed_in"], actor=occasion.actor, at=at))
        score_taken_in(tickets=tickets)
        return []


TICKETS = TicketRegister()


def _words(reader: RowReader, kind: str) -> tuple[str, str]:
    """Title and text; a list of titles alone is taken for what it is, with a warning."""
    title = reader.text(c.TITLE, c.LONGEST_TITLE)
    text = reader.text(c.TEXT, LONGEST_TEXT, c.read_story)
    if kind == Kind.SUGGESTION and not title:
        reader.filled(c.TITLE, c.read_story)
    if not title and not text:
        reader.refuse(c.TEXT, "标题和内容都空着,请写清是什么事。")
    elif not text:
        reader.warn(c.TEXT, "没有写内容,先用标题当内容登记。")
    return title, text or title


def _place(handed_in: HandedIn) -> str:
    who = f"{handed_in.deputy.name}({handed_in.branch.full_name})" if handed_in.deputy else handed_in.branch.full_name
    if handed_in.kind == Kind.OPINION:
        return f"{who},先到联络站核对"
    where = f",转{handed_in.department.name}" if handed_in.department else ",等县里交办"
    return f"{'议案' if handed_in.is_motion else '建议'},{who}{where}"


def _key(kind: str, deputy: int | None, branch: int, title: str, text: str, session: int | None) -> tuple[Any, ...]:
    if kind == Kind.SUGGESTION:
        return kind, deputy, squeezed(title), session
    return kind, deputy, branch, squeezed(text)


def _registered_like(handed: Sequence[HandedIn]) -> list[Opinion]:
    """Tickets of the leads' suggestions and of the branches' opinions with the very words; void ones don't count."""
    leads = {one.deputy.pk for one in handed if one.kind == Kind.SUGGESTION and one.deputy}
    branches = {one.branch.pk for one in handed if one.kind == Kind.OPINION}
    texts = {one.text for one in handed if one.kind == Kind.OPINION}
    rows = Opinion.objects.exclude(state=State.VOID).select_related("detail")
    rows = rows.only("number", "kind", "title", "text", "deputy", "branch", "detail__session").order_by("-pk")
    suggestions = rows.suggestions().filter(deputy__in=leads, detail__isnull=False)
    return [*suggestions, *rows.opinions().filter(branch__in=branches, text__in=texts)]
