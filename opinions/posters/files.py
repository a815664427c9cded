"""The papers as PDF (for the printer) and Word (for a department that puts its own head and number on them)."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from django.conf import settings

from deputies.models import GlyphImage
from julu_liaison.common.fonts import code_points, missing_glyphs
from julu_liaison.common.pdf import PrintRefused, render_pdf
from julu_liaison.common.word import WordPaper
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion, Reply
from opinions.posters.contents import PAPERS, Paper, paper_of

TEMPLATE = Path(settings.BASE_DIR) / "templates" / "print" / "suggestion.typ"
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
HEIGHT_OF_BODY = 70  # mm of the cell with the text, at least
ROOM_IN_WORD = 6  # empty lines below it, to write on


def paper_file(ticket: Opinion, kind: str, file_format: str, *, reply: Reply | None, at: datetime) -> bytes:
    """The paper as `pdf` (PDF/A) or `docx`. Raises PrintRefused for a character the print fonts lack: PDF only."""
    paper = paper_of(ticket, kind, reply=reply, on=today_here(at))
    if file_format == "pdf":
        return _pdf(paper, GlyphImage.objects.pictures_of(ticket.county_id))
    return _docx(paper, at)


def paper_name(ticket: Opinion, kind: str, file_format: str) -> str:
    """What the file is called: 代表建议纸-官亭镇〔2026〕第001号.pdf."""
    number = re.sub(r"[^\w〔〕]", "_", ticket.full_number)
    return f"{PAPERS[kind]}-{number}.{file_format}"


def _pdf(paper: Paper, glyphs: Mapping[str, bytes]) -> bytes:
    texts = [*paper.title, *paper.body, paper.address, *(value for _label, value in paper.facts)]
    missing = [sign for text in texts for sign in missing_glyphs(text, besides=glyphs)]
    if missing:
        raise PrintRefused([f"字库没有{code_points(dict.fromkeys(missing))},PDF没有印出,请核对这个字;Word文件可以照常下载"])
    return render_pdf(template=TEMPLATE, data=asdict(paper) | {"body_height": HEIGHT_OF_BODY}, glyphs=glyphs)


def _docx(paper: Paper, at: datetime) -> bytes:
    document = WordPaper(title="".join(paper.title), made_at=at)
    if paper.mark:
        document.line(paper.mark, size=14, font="黑体", right=True)
    if paper.beside:
        document.line(paper.beside, size=12, right=bool(paper.address), after=6)
    for index, line in enumerate(paper.title):
        last = index == len(paper.title) - 1
        document.line(line, size=20 if last else 16, font="宋体", bold=last, centred=True, after=14 if last else 2)
    if paper.facts:
        inside = [(paper.body_label, "\n".join([*paper.body, *[""] * ROOM_IN_WORD]))] if paper.body_label else []
        document.facts([*paper.facts, *inside], label=38)
    if not paper.body_label:
        if paper.address:
            document.line(paper.address, size=15, after=4)
        for text in paper.body:
            document.line(f"\u3000\u3000{text}", size=15, after=4)
    for label, height in paper.rooms:
        document.line(f"{label}\uff1a", size=12, before=10, after=height * 2)
    for text in filter(None, paper.closing):
        document.line(text, size=15, right=True, before=10)
    if paper.signatures:
        document.signatures(paper.signatures)
    document.line(paper.note, size=10, before=16)
    return document.content()
