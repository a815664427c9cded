"""The archive of a closed year: every deputy's statement, the county's workbook, the list, and their check sums."""

import hashlib
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from julu_liaison.common.errors import DomainError
from julu_liaison.common.jobs import job_folder, run_job, tell_line, tell_progress, write_zip
from julu_liaison.common.models import Job
from julu_liaison.common.pdf import PrintRefused, write_atomically
from scoring.models import YearClosing
from scoring.posters.publicity import publicity_name, publicity_pdf
from scoring.posters.statements import render_statements
from scoring.services.years import YearSheet, archive_name, keep_archive, year_sheet
from scoring.spreadsheets.results import results_workbook, workbook_name

KIND = "make_year_archive"
MANIFEST = "校验清单.txt"
PARTS = "parts"  # in the job's folder, gone once the archive is there


@shared_task(name="scoring.tasks.make_year_archive")
def make_year_archive(job_id: int, *, closing_id: int) -> str:
    """Make and keep the archive of a closed year. It appears whole or not at all; run again after a crash it starts
    afresh, and one that is there already is left as it is."""

    def work(job: Job) -> str:
        closing = YearClosing.objects.select_related("scheme__county").get(pk=closing_id)
        if closing.closed_at is None:
            raise DomainError(f"{closing.scheme.year}年还没有结账,结账以后才能存档。")
        name, at = archive_name(closing), timezone.now()
        kept = Path(settings.MEDIA_ROOT) / name
        if not kept.is_file():
            _pack(job, year_sheet(closing.scheme, at), kept, at)
        keep_archive(closing=closing, name=name, digest=_sum_of(kept), actor=job.asked_by, at=at)
        tell_line(job, f"存档做好了:{kept.name}")
        return ""

    return run_job(job_id, work)


def _pack(job: Job, sheet: YearSheet, kept: Path, at: datetime) -> None:
    folder = job_folder(job) / PARTS
    shutil.rmtree(folder, ignore_errors=True)
    files = [_written(folder, name, content) for name, content in _contents(job, sheet, at)]
    files.append(_written(folder, MANIFEST, _manifest(sheet, files, at)))
    unfinished = job_folder(job) / kept.name
    write_zip(unfinished, files)
    kept.parent.mkdir(parents=True, exist_ok=True)
    unfinished.replace(kept)
    shutil.rmtree(folder, ignore_errors=True)


def _contents(job: Job, sheet: YearSheet, at: datetime) -> Iterator[tuple[str, bytes]]:
    """Names in the archive and what stands in them; who cannot be printed is told and has a note instead."""
    yield workbook_name(sheet), results_workbook(sheet)
    try:
        yield publicity_name(sheet), publicity_pdf(sheet)
    except PrintRefused as refusal:
        for message in refusal.messages:
            tell_line(job, message, state="refused")
    statements = render_statements(sheet.scheme, [row.deputy.pk for row in sheet.rows], at=at)
    for name, content in tell_progress(job, statements, total=len(sheet.rows)):
        if name.endswith(".txt"):
            tell_line(job, content.decode(), state="refused")
        yield f"对账单/{name}", content


def _written(folder: Path, name: str, content: bytes) -> tuple[str, Path]:
    path = folder / name
    write_atomically(path, content)
    return name, path


def _manifest(sheet: YearSheet, files: list[tuple[str, Path]], at: datetime) -> bytes:
    """What is in the archive, with SHA-256 of each file: `sha256sum -c` reads it from the fourth line on."""
    head = [
        f"# {sheet.scheme.county.name}{sheet.scheme.year}年履职积分存档,{sheet.state_words},共{len(sheet.rows)}人",
        f"# 结账校验码:{sheet.closing.digest if sheet.closing else ''}",
        f"# 存档时间:{timezone.localtime(at):%Y-%m-%d %H:%M}",
    ]
    return "\n".join([*head, *(f"{_sum_of(path)}  {name}" for name, path in files), ""]).encode()


def _sum_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
