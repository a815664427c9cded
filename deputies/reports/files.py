"""The file as PDF and as Word, and a whole branch's files in one binding (合订本)."""

import re
from collections.abc import Container, Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from django.conf import settings

from deputies.models import GlyphImage
from deputies.reports.archive import Archive
from deputies.reports.papers import COLUMNS, NOTHING, SIGNATURES, TITLE, Paper, paper_of
from julu_liaison.common.fonts import code_points, missing_glyphs
from julu_liaison.common.pdf import PrintRefused, image_content, render_pdf
from julu_liaison.common.texts import long_day, typeset
from julu_liaison.common.word import Column, WordPaper
from julu_liaison.common.working_days import today_here
from stations.models import Station

TEMPLATE = Path(settings.BASE_DIR) / "templates" / "print" / "archive.typ"
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
WIDTHS = (24, 15.5, 49.5, 25, 31.5, 28.5)  # mm, of COLUMNS
PORTRAIT = (45, 60)  # mm


def archive_file(archive: Archive, file_format: str, at: datetime) -> bytes:
    """The file as `pdf` (PDF/A) or `docx`. Raises PrintRefused for a character the print fonts lack: PDF only."""
    return {"pdf": archive_pdf, "docx": archive_docx}[file_format](archive, at)


def archive_name(archive: Archive, file_format: str) -> str:
    deputy = archive.deputy
    return f"{_safe(deputy.name)}-{_safe(deputy.code)}-{archive.year}年履职档案.{file_format}"


def binding_name(branch: Station, year: int, ending: str) -> str:
    """What a branch's files together are called: 官亭镇第一分站2026年履职档案.zip."""
    return f"{_safe(branch.parent.name + branch.name)}{year}年履职档案.{ending}"


def _safe(name: str) -> str:
    """A name as part of a file name: names are typed by people."""
    return re.sub(r"[^\w·-]", "_", name)


# ---- PDF ----


def archive_pdf(archive: Archive, at: datetime) -> bytes:
    """One deputy's file. Raises PrintRefused."""
    return _pdf([archive], at, county=archive.deputy.county_id, binding=None)


def binding_pdf(archives: Iterable[Archive], *, branch: Station, year: int, at: datetime) -> bytes:
    """The files of a branch behind a cover and a table of contents with page numbers. Raises PrintRefused."""
    binding = {"place": branch.full_name, "maker": branch.parent.full_name}
    binding |= {"title": TITLE, "year": f"{year}年度"}
    return _pdf(list(archives), at, county=branch.county_id, binding=binding)


def _pdf(archives: list[Archive], at: datetime, *, county: int, binding: dict | None) -> bytes:
    on = today_here(at)
    papers = [paper_of(archive, on) for archive in archives]
    glyphs = GlyphImage.objects.pictures_of(county)
    problems = [problem for paper in papers for problem in _unprintable(paper, glyphs)]
    if problems:
        raise PrintRefused(problems)
    images = {f"photo-{index}": archive.photo for index, archive in enumerate(archives) if archive.photo}
    files = [
        asdict(paper) | {"photo": name if (name := f"photo-{index}") in images else None}
        for index, paper in enumerate(papers)
    ]
    data = {
        "binding": binding and binding | {"printed_on": long_day(on)},
        "files": files, "columns": list(zip(COLUMNS, WIDTHS, strict=True)), "signatures": SIGNATURES,
        "nothing": NOTHING, "portrait": PORTRAIT,
    }  # fmt: skip
    return render_pdf(template=TEMPLATE, data=data, images=images, glyphs=glyphs)


def _unprintable(paper: Paper, glyphs: Container[str]) -> list[str]:
    """What the print fonts lack, as sentences that say whose file and which item it is."""
    said = [*paper.cover, *paper.facts]
    texts = [(f"的“{label}”", value) for label, value in said] + [
        (f"的{number}", " ".join(cells)) for part in paper.parts for number, *cells in part.rows
    ]
    found = {where: missing for where, text in texts if (missing := missing_glyphs(text, besides=glyphs))}
    return [
        f"{paper.name}{where}里,字库没有{code_points(missing)},PDF没有印出,请核对这个字;Word文件可以照常下载"
        for where, missing in found.items()
    ]


# ---- Word ----


def archive_docx(archive: Archive, at: datetime) -> bytes:
    """One deputy's file as a Word document."""
    paper = paper_of(archive, today_here(at))
    document = WordPaper(title=f"{paper.name}{paper.year}{paper.title}", made_at=at)
    _write_cover(document, paper, image_content(archive.photo) if archive.photo else None)
    document.chapter("基本情况")
    document.facts(paper.facts)
    document.chapter("年度汇总")
    labels, totals = zip(*paper.totals, strict=True)
    document.table([Column(label, sum(WIDTHS) / len(labels)) for label in labels], [totals], size=11, centred=True)
    columns = [Column(label, width) for label, width in zip(COLUMNS, WIDTHS, strict=True)]
    for part in paper.parts:
        document.chapter(part.heading, beside=f"({part.count})")
        if part.rows:
            document.table(columns, part.rows)
        else:
            document.line(NOTHING, size=11)
    document.line(paper.note, size=9, before=12)
    document.signatures(SIGNATURES)
    return document.content()


def _write_cover(document: WordPaper, paper: Paper, photo: bytes | None) -> None:
    document.line(paper.maker, size=15, centred=True, before=50)
    document.line(paper.title, size=38, font="宋体", bold=True, red=True, centred=True, before=30, after=12)
    document.line(paper.year, size=20, font="黑体", centred=True, after=36)
    width, height = PORTRAIT
    if photo:
        document.picture(photo, width=width, described=f"{paper.name}的照片")
    else:
        document.frame(width=width, height=height)
    document.line(paper.name, size=26, font="黑体", centred=True, before=24, after=16)
    for label, value in paper.cover:
        document.line(typeset(f"{label}:{value}"), size=15, centred=True, after=4)
    document.line(typeset(f"打印日期:{paper.printed_on}"), size=12, centred=True, before=70)
    document.new_page()
