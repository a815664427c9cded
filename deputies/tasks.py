"""Notice boards printed in the background."""

import shutil

from celery import shared_task
from django.utils import timezone

from deputies.posters import board_file_name, print_boards
from julu_liaison.common.errors import DomainError
from julu_liaison.common.jobs import job_folder, run_job, tell_line, tell_progress, write_zip
from julu_liaison.common.models import Job
from stations.models import Station

WORDS = {"printed": "印好了", "unchanged": "内容没有变,用原来的文件"}


@shared_task
def make_boards(job_id: int, *, branch_ids: list[int], size: str) -> str:
    """Print the boards of the branches, those that changed; one file, or an archive of all their current files."""

    def work(job: Job) -> str:
        branches = list(Station.objects.filter(pk__in=branch_ids).select_related("parent", "county"))
        branches.sort(key=lambda branch: branch_ids.index(branch.pk))
        results = print_boards(branches=branches, size=size, actor=job.asked_by, at=timezone.now())
        files = []
        for result in tell_progress(job, results, total=len(branches)):
            words = WORDS.get(result.state) or ";".join(result.reasons)
            state = "done" if result.state == "printed" else result.state
            tell_line(job, f"{result.branch.full_name}:{words}", state=state)
            if result.path:
                files.append((board_file_name(result.branch, size), result.path))
        if not files:
            raise DomainError("一块公示牌也没有印成,请看下面的原因。")
        if len(branches) == 1:
            (name, kept), *_ = files
            shutil.copyfile(kept, job_folder(job) / name)
            return name
        name = f"公示牌-{size}-{timezone.localdate():%Y-%m-%d}.zip"
        write_zip(job_folder(job) / name, files)
        return name

    return run_job(job_id, work)
