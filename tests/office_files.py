"""Files of the office as people send them, and the same with what can act by itself in them.

`files/answer.doc` and `files/villages.xls` were saved by LibreOffice; the newer kinds are made here.
"""

from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import olefile
import pikepdf
from docx import Document
from openpyxl import Workbook

FILES = Path(__file__).with_name("files")
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OLD_TEXT, OLD_TABLE = (FILES / "answer.doc").read_bytes(), (FILES / "villages.xls").read_bytes()
TEXT = "已经把塌陷的路面填平,恢复通行。"


@cache
def text_file() -> bytes:
    document, target = Document(), BytesIO()
    document.add_paragraph(TEXT)
    document.save(target)
    return target.getvalue()


@cache
def table_file() -> bytes:
    workbook, target = Workbook(), BytesIO()
    workbook.active.append(["安家庄村", 120])
    workbook.save(target)
    return target.getvalue()


def pdf_file(change: Callable[[pikepdf.Pdf], None] | None = None, **saving) -> bytes:
    """A PDF of one page; `change` is done to it before it is saved."""
    pdf, target = pikepdf.new(), BytesIO()
    pdf.add_blank_page()
    if change:
        change(pdf)
    pdf.save(target, deterministic_id=not saving, **saving)
    return target.getvalue()


PDF = pdf_file()


def with_parts(content: bytes, parts: dict[str, str | bytes], edits: dict[str, Callable[[str], str]] | None = None) -> bytes:
    """A package with further parts, and some of its own edited as text."""
    target, edits = BytesIO(), edits or {}
    with ZipFile(BytesIO(content)) as package, ZipFile(target, "w", ZIP_DEFLATED) as made:
        for name in package.namelist():
            body = package.read(name)
            made.writestr(name, edits[name](body.decode()) if name in edits else body)
        for name, body in parts.items():
            made.writestr(name, body)
    return target.getvalue()


def with_relation(content: bytes, of: str, kind: str, target: str, *, external: bool = False, parts=None) -> bytes:
    """A package whose part `of` (`word/document`) has one more relationship."""
    folder, _, name = of.rpartition("/")
    mode = ' TargetMode="External"' if external else ""
    entry = f'<Relationship Id="rIdX" Type="{RELATIONS}/{kind}" Target="{target}"{mode}/></Relationships>'
    edit = {f"{folder}/_rels/{name}.xml.rels": lambda text: text.replace("</Relationships>", entry)}
    return with_parts(content, parts or {}, edit)


def compound_named(name: str, content: bytes = OLD_TEXT) -> bytes:
    """A compound file with an entry of this name: that of LibreOffice's 1Table is overwritten."""
    before, after = "1Table".encode("utf-16-le"), name.encode("utf-16-le")
    at = content.index(before)
    length = len(after) + 2
    entry = after + b"\0" * (64 - len(after)) + length.to_bytes(2, "little")
    return content[:at] + entry + content[at + 66 :]


def table_with_macro_sheet() -> bytes:
    """The old workbook with its sheet marked as one of Excel 4's macros."""
    with olefile.OleFileIO(BytesIO(OLD_TABLE)) as file:
        book = file.openstream("Workbook").read()
    at = 0
    while int.from_bytes(book[at : at + 2], "little") != 0x85:
        at += 4 + int.from_bytes(book[at + 2 : at + 4], "little")
    record = book[at : at + 10]
    return OLD_TABLE.replace(record, record[:9] + b"\x01")


MACROS = compound_named("_VBA_PROJECT")


def with_macros(content: bytes, folder: str) -> bytes:
    """A .docm or .xlsm as Word and Excel make it: the project, its entry among the kinds, its relationship."""
    main, plain, kind = {
        "word": ("document", "openxmlformats-officedocument.wordprocessingml.document", "ms-word.document"),
        "xl": ("workbook", "openxmlformats-officedocument.spreadsheetml.sheet", "ms-excel.sheet"),
    }[folder]
    project = '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    edits = {
        "[Content_Types].xml": lambda text: text.replace(f"{plain}.main+xml", f"{kind}.macroEnabled.main+xml").replace("</Types>", project)
    }
    made = with_parts(content, {f"{folder}/vbaProject.bin": MACROS}, edits)
    return with_relation(made, f"{folder}/{main}", "vbaProject", "vbaProject.bin")
