"""Monthly reports made in the background."""

from datetime import date
from pathlib import Path

from celery import shared_task

from activities.reports import make_report, read_month, report_zip_name
from julu_liaison.common.errors import DomainError
from julu_liaison.common.jobs import job_folder, run_job, tell_line, tell_progress, write_zip
from julu_liaison.common.models import Job
from julu_liaison.common.working_days import today_here
from stations.models import Station


@shared_task(name="activities.tasks.make_monthly_report")
def make_monthly_report(job_id: int, *, place_id: int, month: str, each: bool = False) -> str:
    """Make the report of a place (`month`: YYYY-MM-DD) as one archive; `each`: also of every station below."""

    def work(job: Job) -> str:
        place = Station.objects.select_related("parent").get(pk=place_id)
        whole = read_month(place=place, month=date.fromisoformat(month), on=today_here())
        parts = [*whole.by_station(), whole] if each else [whole]
        paths: list[Path] = []
        for figures in tell_progress(job, parts, total=len(parts)):
            files = make_report(figures, job_folder(job))
            paths += files.paths
            tell_line(job, figures.place.full_name)
            for problem in files.problems:
                tell_line(job, problem, state="refused")
        if not paths:
            raise DomainError("一份报表也没有做成,请看下面的原因。")
        name = report_zip_name(whole)
        write_zip(job_folder(job) / name, ((path.name, path) for path in paths))
        return name

    return run_job(job_id, work)
