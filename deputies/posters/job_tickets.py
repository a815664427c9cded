"""The job ticket (印制单) that goes to the print shop with the files: what, how large, how many, where to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from xlsxwriter import Workbook

from deputies.posters.sizes import PrintSize
from deputies.states import Product
from julu_liaison.common.fonts import missing_glyphs
from julu_liaison.common.pdf import TEMPLATES, render_pdf
from julu_liaison.common.working_days import today_here

TEMPLATE = TEMPLATES / "table.typ"
NO_GLYPH = "〓"  # stands where a character has no glyph, as printers have always set it
A4 = 9
UNIT, UNIT_OF_POSTERS = "块", "张"
COLUMNS = (  # label, width in the workbook, share of the page
    ("序号", 6, 1.3), ("站点", 30, 4.2), ("文件", 46, 6), ("版次", 9, 1.6), ("成品(毫米)", 13, 2.65), ("{}数", 7, 1.3),
    ("每{}份数", 9, 2), ("合计份数", 9, 2), ("送到", 34, 4), ("电话", 16, 3.05),
)  # fmt: skip
SIZE, SHEETS, COPIES, SUM = 4, 5, 6, 7  # columns
SIZE_COLUMNS = ("成品(毫米)", "文件数", "{}数", "合计份数")
REFUSED_COLUMNS = (("序号", 6, 1), ("站点", 34, 6), ("没有印的原因", 100, 18))
HEADER_ROWS = 4  # title, who and when, how, headings
RECEIVED = "收件核对:文件数、{}数与合计份数都对得上再开机。"
TO_FILL_IN = "材质:____________________    要求送达日期:________年____月____日"


@dataclass(frozen=True)
class TicketLine:
    """One file: `sheets` pages to print, and where the prints are delivered."""

    place: str
    file: str
    edition: str
    sheets: int
    address: str
    phone: str


@dataclass(frozen=True)
class JobTicket:
    """What the print shop has to know. `refused`: (place, why) of what was ordered and is not in the files."""

    product: str
    size: PrintSize
    ordered_by: str
    at: datetime
    with_marks: bool
    copies: int
    lines: Sequence[TicketLine]
    refused: Sequence[tuple[str, str]]
    period: str = ""
    phone: str = ""  # of who ordered

    @property
    def unit(self) -> str:
        """What a sheet is counted in."""
        return UNIT_OF_POSTERS if self.product == Product.DUTY_POSTER.label else UNIT

    @property
    def columns(self) -> list[tuple[str, int, float]]:
        return [(label.format(self.unit), width, share) for label, width, share in COLUMNS]

    @property
    def notes(self) -> list[str]:
        """What the shop checks, and what is filled in by hand."""
        return [RECEIVED.format(self.unit), TO_FILL_IN]

    @property
    def title(self) -> str:
        return f"{self.product}印制单"

    @property
    def trimmed(self) -> str:
        return f"{self.size.width}×{self.size.height}"

    @property
    def sheets(self) -> int:
        return sum(line.sheets for line in self.lines)

    @property
    def ordered(self) -> str:
        """Who ordered, when, for which month."""
        day = today_here(self.at)
        parts = [
            f"下单:{self.ordered_by} {self.phone}".strip() if self.ordered_by else "",
            f"日期:{day.year}年{day.month}月{day.day}日",
            f"月份:{in_chinese(self.period)}" if self.period else "",
        ]
        return "  ".join(filter(None, parts))

    @property
    def how(self) -> str:
        """The size after cutting, bleed and crop marks, in a sentence."""
        size = f"{self.size.label},裁切后{self.trimmed}毫米"
        if self.with_marks:
            return f"{size};文件四边各含{self.size.bleed}毫米出血,有裁切线;按1:1印,不要缩放"
        return f"{size};文件就是成品尺寸,没有出血,没有裁切线;按1:1印,不要缩放"

    @property
    def totals(self) -> str:
        return (
            f"{self.trimmed}毫米:{len(self.lines)}个文件,{self.sheets}{self.unit},"
            f"每{self.unit}{self.copies}份,合计{self.sheets * self.copies}份"
        )

    def rows(self) -> list[list[str | int]]:
        """A row a file, in the order of COLUMNS."""
        return [
            [number, line.place, line.file, line.edition, self.trimmed, line.sheets, self.copies,
             line.sheets * self.copies, line.address, line.phone]
            for number, line in enumerate(self.lines, start=1)
        ]  # fmt: skip

    def refused_rows(self) -> list[list[str | int]]:
        return [[number, place, why] for number, (place, why) in enumerate(self.refused, start=1)]


def in_chinese(period: str) -> str:
    """2026-12 → 2026年12月."""
    year, month = period.split("-")
    return f"{year}年{int(month)}月"


# ---- PDF ----


def ticket_pdf(ticket: JobTicket) -> bytes:
    """The ticket as A4 pages; what was not printed stands on pages of its own. Raises PrintRefused."""
    total = ["", "合计", f"{len(ticket.lines)}个文件", "", "", ticket.sheets, "", ticket.sheets * ticket.copies, "", ""]
    data = _part(ticket.title, ticket, ticket.columns, [*ticket.rows(), total], [ticket.totals, *ticket.notes])
    if ticket.refused:
        data["more"] = [_part(f"{ticket.product}:没有印的", ticket, REFUSED_COLUMNS, ticket.refused_rows(), [])]
    return render_pdf(template=TEMPLATE, data=data)


def _part(title: str, ticket: JobTicket, columns: Sequence[tuple], rows: Sequence[Sequence], notes: list[str]) -> dict:
    return {
        "title": _printable(title),
        "subtitle": _printable(f"{ticket.ordered}  {ticket.how}"),
        "columns": [{"label": label, "width": share} for label, _width, share in columns],
        "rows": [[_printable(str(cell)) for cell in row] for row in rows],
        "notes": notes,
        "signature": "",
    }


def _printable(text: str) -> str:
    """Names that kept a board from being printed are told here, code point and all: the ticket itself must not fail."""
    return text.translate({ord(character): NO_GLYPH for character in missing_glyphs(text)})


# ---- Workbook ----


def ticket_workbook(ticket: JobTicket) -> bytes:
    """The ticket as .xlsx; sums are formulas. All text is written as text, whatever it begins with."""
    output = BytesIO()
    with Workbook(output, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        looks = _looks(book)
        page = book.add_worksheet("印制单")
        _begin(page, looks, ticket, ticket.title, ticket.columns)
        end = _write_lines(page, looks, ticket)
        end = _write_sizes(page, looks, ticket, end + 1)
        for row, note in enumerate(ticket.notes, start=end + 1):
            page.write_string(row, 0, note, looks["plain"])
        if ticket.refused:
            page = book.add_worksheet("没有印的")
            _begin(page, looks, ticket, f"{ticket.product}:没有印的", REFUSED_COLUMNS)
            for row, cells in enumerate(ticket.refused_rows(), start=HEADER_ROWS):
                _write_row(page, looks, row, cells)
    return output.getvalue()


def _looks(book: Workbook) -> dict:
    plain = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
    boxed = plain | {"border": 1, "text_wrap": True}
    return {
        "plain": book.add_format(plain),
        "title": book.add_format(plain | {"font_size": 16, "bold": True, "align": "center"}),
        "state": book.add_format(plain | {"align": "center"}),
        "heading": book.add_format(boxed | {"bold": True, "align": "center", "bg_color": "#ECEAE5"}),
        "text": book.add_format(boxed | {"quote_prefix": True}),
        "figure": book.add_format(boxed | {"align": "center"}),
        "sum": book.add_format(boxed | {"align": "center", "bold": True}),
        "files": book.add_format(boxed | {"bold": True, "align": "left", "num_format": '0"个文件"'}),
    }


def _begin(page, looks: dict, ticket: JobTicket, title: str, columns: Sequence[tuple]) -> None:
    last = len(columns) - 1
    for row, (text, look) in enumerate(((title, "title"), (ticket.ordered, "state"), (ticket.how, "state"))):
        page.set_row(row, 18 if row else 30)
        page.merge_range(row, 0, row, last, "", looks[look])
        page.write_string(row, 0, text, looks[look])
    for index, (label, width, _share) in enumerate(columns):
        page.set_column(index, index, width)
        page.write_string(HEADER_ROWS - 1, index, label, looks["heading"])
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.repeat_rows(HEADER_ROWS - 1)
    page.freeze_panes(HEADER_ROWS, 2)
    page.set_footer("&C第 &P 页,共 &N 页")


def _write_row(page, looks: dict, row: int, cells: Sequence[str | int]) -> None:
    for index, cell in enumerate(cells):
        if isinstance(cell, str):
            page.write_string(row, index, cell, looks["text"])
        else:
            page.write_number(row, index, cell, looks["figure"])


def _write_lines(page, looks: dict, ticket: JobTicket) -> int:
    """The files and their sums; returns the row below."""
    rows = ticket.rows()
    for row, cells in enumerate(rows, start=HEADER_ROWS):
        _write_row(page, looks, row, cells)
        page.write_formula(row, SUM, f"=F{row + 1}*G{row + 1}", looks["figure"], cells[SUM])
    first, last, row = HEADER_ROWS + 1, HEADER_ROWS + len(rows), HEADER_ROWS + len(rows)
    _write_row(page, looks, row, ["合计", *[""] * (len(COLUMNS) - 1)])
    page.write_formula(row, 2, f"=COUNTA(C{first}:C{last})", looks["files"], len(rows))
    page.write_formula(row, SHEETS, f"=SUM(F{first}:F{last})", looks["sum"], ticket.sheets)
    page.write_formula(row, SUM, f"=SUM(H{first}:H{last})", looks["sum"], ticket.sheets * ticket.copies)
    return row + 1


def _write_sizes(page, looks: dict, ticket: JobTicket, row: int) -> int:
    """The sums by size, below; returns the row below."""
    first, last = HEADER_ROWS + 1, HEADER_ROWS + len(ticket.lines)
    sizes = f"E{first}:E{last}"
    for index, label in enumerate(SIZE_COLUMNS, start=SIZE):
        page.write_string(row, index, label.format(ticket.unit), looks["heading"])
    row += 1
    key = f"E{row + 1}"
    page.write_string(row, SIZE, ticket.trimmed, looks["text"])
    page.write_formula(row, SHEETS, f"=COUNTIF({sizes},{key})", looks["sum"], len(ticket.lines))
    page.write_formula(row, COPIES, f"=SUMIF({sizes},{key},F{first}:F{last})", looks["sum"], ticket.sheets)
    sums = ticket.sheets * ticket.copies
    page.write_formula(row, SUM, f"=SUMIF({sizes},{key},H{first}:H{last})", looks["sum"], sums)
    return row + 1
