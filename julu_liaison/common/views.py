"""Background work as the person who asked for it watches it, and the finished file; a form that is out of date."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import Error, connection
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from julu_liaison.common.errors import Conflict
from julu_liaison.common.jobs import hand_out, is_stalled, resume_job, waits_for_queue
from julu_liaison.common.models import Job
from julu_liaison.common.referring import page_before
from julu_liaison.common.sent_again import typed_by
from julu_liaison.common.working_days import today_here
from stations.models import Posting
from stations.querysets import scope_of
from stations.states import COUNTY_ROLES

WAITS_LONG = timedelta(minutes=1)


@require_safe
@login_required
@never_cache
def job(request, uid):
    """A job's progress; asked again every second by htmx, or by the reader's own click."""
    found, at = visible_job(request.user, uid), timezone.now()
    stalled = is_stalled(found, at)
    context = {"job": found, "stalled": stalled, "hint": "" if stalled else _hint(found, at), **_sum(found)}
    return render(request, "jobs/_job.html" if request.htmx else "jobs/job.html", context)


@require_safe
@login_required
@never_cache
def job_file(request, uid):
    """The finished file, under a name that says what it is."""
    found = visible_job(request.user, uid)
    path = hand_out(job=found, actor=request.user, at=timezone.now())
    return FileResponse(path.open("rb"), as_attachment=True, filename=found.file)


@require_POST
@login_required
def job_resume(request, uid):
    """Hand a job that has stalled over again; pressed twice, or after it went on by itself, it says so."""
    found = visible_job(request.user, uid)
    try:
        resume_job(job=found, actor=request.user, at=timezone.now())
    except Conflict as conflict:
        messages.info(request, conflict.message)
    return redirect("job", uid=found.uid)


def visible_job(user, uid) -> Job:
    """Return the job if `user` asked for it and still serves wherever they did then, or is county staff there; else 404.

    Which of several postings a job was asked for by isn't kept: who has lost one may ask for the work again.
    """
    job = get_object_or_404(Job.objects.select_related("asked_by"), uid=uid)
    scope = scope_of(user)
    counties = scope.places(*COUNTY_ROLES)
    postings = Posting.objects.in_force(today_here(job.created_at)).filter(user=job.asked_by)
    held = list(postings.values_list("role", "station_id", "department_id", "station__county_id"))
    if job.asked_by_id == user.pk:
        still = [
            county in counties or (station or department) in scope.places(role)
            for role, station, department, county in held
        ]
        may = bool(held) and all(still)
    else:
        may = any(county in counties for *_place, county in held)
    if not may:
        raise Http404
    return job


def _hint(job: Job, at) -> str:
    """What to do when a job waits unusually long."""
    if waits_for_queue(job):
        return "后台服务暂时连不上,已经记下了,恢复以后会自动做,不用再点。半小时还不动,请联系管理员。"
    silent = at - (job.heartbeat_at or job.created_at) > WAITS_LONG
    if job.state == Job.State.RUNNING and silent:
        return "一分钟没有动静了,十分钟后会自动接着做。"
    if job.state == Job.State.QUEUED and silent:
        return "排队超过一分钟了。前面可能还有别的工作;一直不动的话,请联系管理员看看后台服务有没有启动。"
    return ""


def _sum(job: Job) -> dict:
    """What became of finished printing, and its lines apart: what was made is much and of little interest."""
    if job.kind != "print_editions" or not job.is_over:
        return {"lines": job.lines[::-1], "made": []}
    made = [line for line in job.lines if line["state"] in ("done", "unchanged")]
    refused = [line for line in job.lines if line["state"] == "refused"]
    remarks = [line for line in job.lines if line["state"] == "remark"]
    unit = "张" if job.arguments.get("period") else "块"
    words = f"{len(made)}{unit}做好" + (f",{len(refused)}{unit}印不了" if refused else "")
    return {"lines": [*refused, *remarks], "made": made, "sum": words}


@never_cache
def form_out_of_date(request, reason=""):
    """CSRF_FAILURE_VIEW: nearly always somebody has signed in again in another tab since the page was opened.

    What was typed comes along and can be sent again by one press, where the form did stand on a page of ours.
    """
    typed = typed_by(request) if request.user.is_authenticated else []
    context = {
        "typed": typed,
        "may_send": bool(typed),
        "to": request.get_full_path(),
        "back": page_before(request),
    }
    return render(request, "403_csrf.html", context, status=403)


@require_safe
@never_cache
def healthz(request):
    """For health checks of containers and proxies: 200 if the database answers, 503 if not. Says nothing more."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return HttpResponse("no database\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")
