"""Word documents (.docx) in the looks of official papers: A4, Chinese fonts, numbered pages. Knows no app.

All text is written as text. A Word file names its fonts and carries none, so a character that ours lack is left to the
reader's machine, and nothing is refused here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

SONG, FANG_SONG, HEI = "宋体", "仿宋", "黑体"
LATIN = "Times New Roman"
A4 = (Mm(210), Mm(297))
MARGINS = {"left_margin": Mm(18), "right_margin": Mm(18), "top_margin": Mm(24), "bottom_margin": Mm(20)}
ROOM = 174  # mm between the margins
HEADING_FILL = "F3EFE8"
RULE = "808080"
CELL_MARGIN = "70"  # twentieths of a point: 1.2 mm
RED = RGBColor(0xA8, 0x18, 0x1F)
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Column:
    """One column of a table, with its width in millimetres."""

    label: str
    width: float


class WordPaper:
    """A document written from top to bottom; the first page, the cover, has no page number."""

    def __init__(self, *, title: str, made_at: datetime):
        self._document = Document()
        self._set_up_page()
        self._set_up_fonts()
        self._number_pages()
        facts = self._document.core_properties
        facts.title, facts.author, facts.comments = printable(title), "", ""
        facts.created = facts.modified = made_at.astimezone(UTC).replace(tzinfo=None)

    def content(self) -> bytes:
        output = BytesIO()
        self._document.save(output)
        return output.getvalue()

    # ---- What stands on the pages ----

    def line(
        self, text: str, *, size: float = 12, font: str = FANG_SONG, bold: bool = False, centred: bool = False,
        right: bool = False, red: bool = False, before: float = 0, after: float = 0,
    ) -> None:  # fmt: skip
        """One paragraph; sizes and distances in points."""
        paragraph = self._document.add_paragraph()
        _space(paragraph, before, after)
        if centred or right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.RIGHT
        _write(paragraph, text, size=size, font=font, bold=bold, red=red)

    def chapter(self, text: str, *, beside: str = "") -> None:
        """A heading that stays with what follows and stands in Word's navigation."""
        paragraph = self._document.add_heading(level=1)
        _space(paragraph, 16, 6)
        paragraph.paragraph_format.keep_with_next = True
        _write(paragraph, text, size=15, font=HEI)
        if beside:
            _write(paragraph, f"  {beside}", size=10.5, font=SONG)

    def new_page(self) -> None:
        self._document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def picture(self, content: bytes, *, width: float, described: str) -> None:
        """A picture in the middle of the page, `width` in millimetres; `described` for who can't see it."""
        paragraph = self._document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        shape = paragraph.add_run().add_picture(BytesIO(content), width=Mm(width))
        shape._inline.docPr.set("descr", printable(described))

    def frame(self, *, width: float, height: float) -> None:
        """An empty frame in the middle of the page, where a picture would be."""
        table = self._table(1, [width])
        table.rows[0].height = Mm(height)

    def facts(self, rows: Iterable[tuple[str, str]], *, label: float = 34, width: float = ROOM) -> None:
        """What is said of something: label and value side by side; `label` and `width` in millimetres."""
        rows = list(rows)
        table = self._table(len(rows), [label, width - label])
        for row, (name, value) in zip(table.rows, rows, strict=True):
            _keep_whole(row)
            _fill(row.cells[0], HEADING_FILL)
            _put(row.cells[0], name, size=11, font=HEI)
            _put(row.cells[1], value, size=11, font=FANG_SONG)

    def table(
        self, columns: Sequence[Column], rows: Iterable[Sequence[str]], *, size: float = 9, centred: bool = False
    ) -> None:
        """A table whose headings are repeated on every page it reaches."""
        rows = list(rows)
        table = self._table(len(rows) + 1, [column.width for column in columns])
        head, *others = table.rows
        _repeat(head)
        for cell, column in zip(head.cells, columns, strict=True):
            _fill(cell, HEADING_FILL)
            _put(cell, column.label, size=size, font=HEI, centred=True)
        for row, values in zip(others, rows, strict=True):
            _keep_whole(row)
            for cell, value in zip(row.cells, values, strict=True):
                _put(cell, value, size=size, font=SONG, centred=centred)

    def signatures(self, labels: Sequence[str]) -> None:
        """Room to sign and date, a line each, which stays on one page."""
        for index, label in enumerate(labels):
            paragraph = self._document.add_paragraph()
            _space(paragraph, 22, 0)
            paragraph.paragraph_format.keep_with_next = index < len(labels) - 1
            _write(paragraph, f"{label}\uff1a{'_' * 26}    日期\uff1a______年____月____日", size=12, font=FANG_SONG)

    # ---- The page ----

    def _set_up_page(self) -> None:
        section = self._document.sections[0]
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = A4
        for name, distance in MARGINS.items():
            setattr(section, name, distance)
        section.different_first_page_header_footer = True

    def _set_up_fonts(self) -> None:
        """The East Asian font has to be named apart: without it Word takes its own for Chinese characters."""
        for name, font in (("Normal", FANG_SONG), ("Heading 1", HEI)):
            style = self._document.styles[name]
            style.font.name, style.font.size, style.font.color.rgb = LATIN, Pt(12), RGBColor(0, 0, 0)
            _name_fonts(style.element.get_or_add_rPr(), font)
        self._document.styles["Heading 1"].font.bold = False
        together = self._document.styles["Normal"].element.get_or_add_pPr()
        for name in ("autoSpaceDE", "autoSpaceDN"):  # no room between 第 and 001: the columns are narrow
            mark = OxmlElement(f"w:{name}")
            mark.set(qn("w:val"), "0")
            together.append(mark)

    def _number_pages(self) -> None:
        paragraph = self._document.sections[0].footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for part in ("第", "PAGE", "页 共", "NUMPAGES", "页"):
            if part.isascii():
                _write_field(paragraph, part)
            else:
                _write(paragraph, part, size=9, font=SONG)

    def _table(self, rows: int, widths: Sequence[float]):
        """An empty table in the middle, as wide as its columns (in millimetres) and no wider."""
        table = self._document.add_table(rows, len(widths))
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        _rule(table)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for row in table.rows:
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = Mm(width)
        return table


def printable(text: str) -> str:
    """The text without the few characters that no Word file can hold."""
    return NOT_XML.sub("", text)


def _write(paragraph, text: str, *, size: float, font: str, bold: bool = False, red: bool = False) -> None:
    run = paragraph.add_run(printable(text))
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, LATIN
    if red:
        run.font.color.rgb = RED
    _name_fonts(run._r.get_or_add_rPr(), font)


def _name_fonts(properties, chinese: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for name in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[name]  # a theme's font would win over the one named here
    for script, font in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", chinese)):
        fonts.set(qn(f"w:{script}"), font)


def _write_field(paragraph, code: str) -> None:
    """A field that Word fills in itself; 1 until it has."""
    for kind in ("begin", None, "separate", "1", "end"):
        run = paragraph.add_run()
        run.font.size = Pt(9)
        if kind is None:
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = f" {code} "
            run._r.append(text)
        elif kind == "1":
            run.text = kind
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


def _put(cell, text: str, *, size: float, font: str, centred: bool = False) -> None:
    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    paragraph = cell.paragraphs[0]
    _space(paragraph, 2, 2)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(paragraph, text, size=size, font=font)


def _space(paragraph, before: float, after: float) -> None:
    style = paragraph.paragraph_format
    style.space_before, style.space_after, style.line_spacing = Pt(before), Pt(after), 1.15


def _fill(cell, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _rule(table) -> None:
    """Thin lines around and between the cells, and little room beside the text."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", RULE)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), CELL_MARGIN)
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    layout = table._tbl.tblPr.find(qn("w:tblLayout"))  # between the two: the format wants them in this order
    layout.addprevious(borders)
    layout.addnext(margins)


def _repeat(row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _keep_whole(row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
