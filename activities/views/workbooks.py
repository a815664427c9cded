"""Registers taken away as workbooks: whole, or refused in words; who took them is recorded."""

from io import BytesIO

from django.http import FileResponse
from django.utils import timezone

from julu_liaison.common.errors import DomainError
from julu_liaison.common.handing_out import hand_out_table

MOST_EXPORTED = 5000


def whole(rows, unit: str) -> list:
    """Return all of `rows`; more than a workbook takes are refused, never cut off without a word."""
    found = list(rows[: MOST_EXPORTED + 1])
    if len(found) > MOST_EXPORTED:
        raise DomainError(f"一次最多导出{MOST_EXPORTED}{unit},请先选年度或地方。")
    return found


def download(request, content: bytes, name: str, *, what: str, rows: int) -> FileResponse:
    hand_out_table(what=what, file_format="xlsx", actor=request.user, at=timezone.now(), rows=rows)
    return FileResponse(BytesIO(content), as_attachment=True, filename=name)
