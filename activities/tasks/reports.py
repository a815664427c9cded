"""Monthly reports: those of every place when a month is over, and files made in the background for whoever asks."""

from datetime import date
from pathlib import Path

from celery import shared_task
from django.utils import timezone

from activities.reports import make_report, report_zip_name
from activities.services import issue_month, months_to_issue
from activities.services.month_reports import each_to_print, figures_to_print
from julu_liaison.common.errors import DomainError
from julu_liaison.common.jobs import job_folder, run_job, tell_line, tell_progress, write_zip
from julu_liaison.common.models import Job
from julu_liaison.common.working_days import today_here
from stations.models import Station


@shared_task(name="activities.tasks.issue_months")
def issue_months() -> int:
    """Hand out every county's month that lacks reports, one task each; returns how many were owed. Every hour, so that a
    stop and a task that failed are caught up with."""
    missing = months_to_issue(timezone.now())
    for county, month in missing:
        issue_county_month.delay(county, month.isoformat())
    return len(missing)


@shared_task(name="activities.tasks.issue_county_month")
def issue_county_month(county_id: int, month: str) -> int:
    """Make the reports of a county's month (`month`: YYYY-MM-DD) that are missing; returns how many. Harmless again."""
    county = Station.objects.get(pk=county_id)
    return len(issue_month(county=county, month=date.fromisoformat(month), at=timezone.now()))


@shared_task(name="activities.tasks.make_monthly_report")
def make_monthly_report(job_id: int, *, place_id: int, month: str, each: bool = False) -> str:
    """Make the report of a place (`month`: YYYY-MM-DD) as one archive; `each`: also of every station below."""

    def work(job: Job) -> str:
        place = Station.objects.select_related("parent").get(pk=place_id)
        asked = {"month": date.fromisoformat(month), "on": today_here()}
        parts = each_to_print(county=place, **asked) if each else [figures_to_print(place=place, **asked)]
        paths: list[Path] = []
        for part in tell_progress(job, parts, total=len(parts)):
            files = make_report(part.figures, job_folder(job), said=part.words)
            paths += files.paths
            tell_line(job, f"{part.figures.place.full_name}{f'({part.words})' if part.edition else ''}")
            for problem in files.problems:
                tell_line(job, problem, state="refused")
        if not paths:
            raise DomainError("一份报表也没有做成,请看下面的原因。")
        name = report_zip_name(parts[-1].figures)
        write_zip(job_folder(job) / name, ((path.name, path) for path in paths))
        return name

    return run_job(job_id, work)
