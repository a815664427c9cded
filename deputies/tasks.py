"""Work of the deputies app in the background: notice boards, performance files, archives of portraits put in place."""

from collections import Counter
from functools import partial

from celery import shared_task
from django.utils import timezone

from deputies.models import Deputy
from deputies.posters import EditionResult, Order, file_name, order_of
from deputies.posters.batches import Batch, bind_batch, pack_batch, print_batch
from deputies.posters.editions import still_true
from deputies.posters.readiness import watch_boards as look_at_boards
from deputies.reports import binding_name, binding_pdf, branch_archives, make_files, printable
from deputies.services import put_album
from deputies.spreadsheets.albums import write_album_report
from julu_liaison.common.archives import open_archive
from julu_liaison.common.errors import DomainError
from julu_liaison.common.jobs import job_folder, run_job, tell_alive, tell_line, tell_progress, write_zip
from julu_liaison.common.models import Job
from julu_liaison.common.pdf import write_atomically
from julu_liaison.common.working_days import today_here
from stations.models import Station

ZIP = "zip"
ALBUM = "upload.zip"  # in the job's folder; deleted when the work is over
MOST_NAMED = 20  # deputies without a photo on the page; the workbook names all


@shared_task
def print_editions(
    job_id: int, *, product: str, size: str, place_ids: list[int], period: str = "", package: str = ZIP,
    with_marks: bool = False, copies: int = 1,
) -> str:  # fmt: skip
    """Print for the places, in their order, what changed, and hand over all their current files.

    `package`: zip for an archive with a job ticket, pdf for one file of all sheets. `copies` stands on the ticket. Run
    again after a crash it finds what it has printed as editions that still hold.
    """

    def work(job: Job) -> str:
        order = order_of(product, size, period)
        batch = Batch(order, actor=job.asked_by, at=timezone.now(), with_marks=with_marks, copies=copies)
        places = list(Station.objects.filter(pk__in=place_ids).select_related("parent__parent", "county"))
        places.sort(key=lambda place: place_ids.index(place.pk))
        results = []
        for result in tell_progress(job, print_batch(batch, places), total=len(places)):
            _tell_result(job, result)
            results.append(result)
        results = _still_true(job, order, results)
        printed = [result for result in results if result.path]
        if not printed:
            raise DomainError(f"一块{order.product.label}也没有印成,请看下面的原因。")
        watched = partial(tell_alive, job)
        if package == ZIP:
            name = f"{batch.stem}.zip"
            for problem in pack_batch(batch, results, job_folder(job) / name, watched=watched):
                tell_line(job, problem, state="refused")
        else:
            name = f"{batch.stem}.pdf" if len(places) > 1 else file_name(places[0], order)
            bind_batch(batch, printed, job_folder(job) / name, watched=watched)
        return name

    return run_job(job_id, work)


def _tell_result(job: Job, result: EditionResult) -> None:
    """What became of a place. What an earlier run of the same job has printed was printed for it."""
    name = result.place.full_name
    if not result.path:
        tell_line(job, f"{name}:{';'.join(result.reasons)}", state="refused")
    elif result.state == "printed" or (result.edition and result.edition.made_at >= job.created_at):
        tell_line(job, f"{name}:做好了")
    else:
        tell_line(job, f"{name}:内容没有变,用原来的文件", state="unchanged")
    for remark in result.remarks:
        tell_line(job, f"{name}:{remark}", state="remark")


def _still_true(job: Job, order: Order, results: list[EditionResult]) -> list[EditionResult]:
    """Leave out what has changed while the others were printed (a consent withdrawn), and say so instead of 印好了."""
    looked_at = still_true(order, results, timezone.now())
    for before, now in zip(results, looked_at, strict=True):
        if before.path and not now.path:
            job.lines = [line for line in job.lines if not line["text"].startswith(f"{now.place.full_name}:")]
            _tell_result(job, now)
    return looked_at


@shared_task
def put_photos(job_id: int, *, place_id: int, replace: bool) -> str:
    """Match the uploaded archive of portraits to the deputies of a place; the file is a workbook of what became of it.

    Run again after a crash it puts the same photos in the same places.
    """

    def work(job: Job) -> str:
        place = Station.objects.select_related("county").get(pk=place_id)
        with open_archive(job_folder(job) / ALBUM) as archive:
            outcomes = _tell_outcomes(job, archive, place, replace)
        today = today_here()
        missing = list(Deputy.objects.serving(today, place).filter(photo="").with_places(today))
        _tell_sum(job, outcomes, missing)
        name = f"照片匹配结果-{place.code}-{today:%Y-%m-%d}.xlsx"
        write_album_report(job_folder(job) / name, title=place.full_name, outcomes=outcomes, missing=missing)
        return name

    return run_job(job_id, work, upload=ALBUM)


def _tell_outcomes(job: Job, archive, place: Station, replace: bool) -> list:
    """Tell what was used as it happens, and what was not at the end: the page shows the latest lines first."""
    total = len(archive.entries())
    if not total:
        raise DomainError("压缩包里没有照片,请把照片放进一个 zip 再上传。")
    results = put_album(archive=archive, place=place, replace=replace, actor=job.asked_by, at=timezone.now())
    outcomes, unused = [], []
    for outcome in tell_progress(job, results, total=total):
        outcomes.append(outcome)
        if outcome.state == "done":
            tell_line(job, f"{outcome.path}:{outcome.sentence}")
        else:
            unused.append(outcome)
    for outcome in sorted(unused, key=lambda one: one.state, reverse=True):
        tell_line(job, f"{outcome.path}:{outcome.sentence}", state=outcome.state)
    return outcomes


def _tell_sum(job: Job, outcomes: list, missing: list[Deputy]) -> None:
    count = Counter(outcome.state for outcome in outcomes)
    if missing:
        names = "、".join(person.name for person in missing[:MOST_NAMED])
        more = "等" if len(missing) > MOST_NAMED else ""
        tell_line(job, f"还有{len(missing)}位代表没有照片:{names}{more}", state="unchanged")
    tell_line(job, f"配上{count['done']}张,没有换{count['unchanged']}张,没有采用{count['refused']}张")


@shared_task
def bundle_archives(job_id: int, *, branch_id: int, year: int) -> str:
    """Make the performance files of a branch's deputies as one archive: each as PDF and Word, and all in one binding.

    Run again after a crash it goes on where it was.
    """

    def work(job: Job) -> str:
        branch, at = Station.objects.select_related("parent").get(pk=branch_id), timezone.now()
        folder = job_folder(job)
        archives = branch_archives(branch, year, reader=job.asked_by, on=today_here(at))
        if not archives:
            raise DomainError(f"{branch.full_name}在{year}年没有代表,没有档案可做。")
        made = []
        for number, archive in enumerate(tell_progress(job, archives, total=len(archives)), start=1):
            made.append(make_files(archive, number=number, folder=folder, at=at))
            tell_line(job, archive.deputy.name)
            for problem in made[-1].problems:
                tell_line(job, problem, state="refused")
        files = [(path.name, path) for one in made for path in one.paths]
        bound = printable(made)
        if bound:
            path = folder / f"合订本-{binding_name(branch, year, 'pdf')}"
            write_atomically(path, binding_pdf(bound, branch=branch, year=year, at=at))
            files.insert(0, (path.name, path))
        name = binding_name(branch, year, "zip")
        write_zip(folder / name, files)
        return name

    return run_job(job_id, work)


@shared_task
def watch_boards() -> int:
    """Look whether the boards are ready for the month's first reception; returns how many were told that some are not."""
    return look_at_boards(at=timezone.now())
