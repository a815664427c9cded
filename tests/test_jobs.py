"""Background work: its states, what its watcher reads, who may watch and take the file, and the report's page."""

import errno
import re
import uuid
from datetime import date, datetime, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlencode
from zipfile import ZipFile

import pytest
from celery import current_app
from celery.schedules import crontab
from django.conf import settings
from django.db import OperationalError as DatabaseAway
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from kombu.exceptions import OperationalError

from activities.tasks import make_monthly_report
from julu_liaison.common import jobs
from julu_liaison.common.errors import Conflict, DomainError, NotFound
from julu_liaison.common.jobs import (
    GIVEN_UP,
    MOST_HANDOVERS,
    NOT_FINISHED,
    STALLED_AFTER,
    forget_jobs,
    hand_out,
    is_stalled,
    job_folder,
    resume_stalled,
    run_job,
    start_job,
    tell_alive,
    tell_line,
    tell_progress,
    waits_for_queue,
    write_zip,
)
from julu_liaison.common.models import AuditLog, Job
from julu_liaison.common.outages import FULL, UNWRITABLE
from julu_liaison.common.tasks import forget_old_jobs, resume_stalled_jobs
from julu_liaison.common.working_days import today_here
from stations.services import appoint, end_posting
from stations.states import Role
from tests.cast import OPENED, make_deputy

PAGE_QUERIES = 7
RARE = "马\U0002b740"

pytestmark = pytest.mark.usefixtures("media")


class Queue:
    """Stands in for a Celery task: remembers what it was given, or can't be reached."""

    name = "tests.queue"

    def __init__(self, error: Exception | None = None):
        self.error, self.sent = error, []

    def delay(self, *arguments, **named):
        if self.error:
            raise self.error
        self.sent.append((arguments, named))


def new_job(actor, **fields) -> Job:
    fields = {"kind": "monthly_report", "title": "2026年3月报表", "created_at": timezone.now()} | fields
    return Job.objects.create(asked_by=actor, **fields)


def finished(actor, content: bytes = b"done", name: str = "官亭镇2026年3月报表.zip") -> Job:
    job = new_job(actor, state=Job.State.DONE, file=name)
    (job_folder(job) / name).write_bytes(content)
    return job


def refused(job: Job):
    raise DomainError("有一位代表的照片打不开,请重新上传。")


# ---- The row ----


def test_started_after_commit_and_not_before(cast, django_capture_on_commit_callbacks):
    queue = Queue()
    with django_capture_on_commit_callbacks(execute=True):
        job = start_job(kind="x", title="公示牌", actor=cast.clerk, task=queue, size="A2")
        assert queue.sent == []
    assert queue.sent == [((job.pk,), {"size": "A2"})]
    assert (job.state, job.asked_by) == (Job.State.QUEUED, cast.clerk)
    assert (job.task, job.arguments, job.heartbeat_at) == ("tests.queue", {"size": "A2"}, job.created_at)


def test_the_same_work_asked_for_again_is_the_work_there_is_until_it_is_over(cast, django_capture_on_commit_callbacks):
    queue, order = Queue(), {"kind": "x", "title": "公示牌", "places": [1, 2]}
    with django_capture_on_commit_callbacks(execute=True):
        first = start_job(actor=cast.clerk, task=queue, **order)
        assert start_job(actor=cast.clerk, task=queue, **order) == first
        Job.objects.filter(pk=first.pk).update(state=Job.State.RUNNING)
        assert start_job(actor=cast.clerk, task=queue, **order) == first
        others = [
            start_job(actor=cast.clerk, task=queue, **order | {"places": [1]}),
            start_job(actor=cast.clerk, task=queue, **order | {"kind": "y"}),
            start_job(actor=cast.staff, task=queue, **order),
        ]
        Job.objects.filter(pk=first.pk).update(state=Job.State.DONE)
        again = start_job(actor=cast.clerk, task=queue, **order)
    made = [first, *others, again]
    assert [arguments for arguments, _named in queue.sent] == [(job.pk,) for job in made] and len(set(made)) == 5


def test_work_on_an_uploaded_file_is_never_taken_for_other_work(cast):
    """The second file would be written over the one that is being read."""
    order = {"kind": "x", "title": "照片", "actor": cast.clerk, "task": Queue(), "has_upload": True, "place": 1}
    first, second = start_job(**order), start_job(**order)
    assert first != second and first.arguments == second.arguments == {"place": 1}


def test_a_person_has_three_unfinished_of_a_kind_and_no_more(cast, django_capture_on_commit_callbacks):
    queue = Queue()

    def ordered(actor, size, kind="x") -> Job:
        return start_job(kind=kind, title="公示牌", actor=actor, task=queue, size=size)

    with django_capture_on_commit_callbacks(execute=True):
        jobs_of_clerk = [ordered(cast.clerk, size) for size in ("A1", "A2", "A3")]
        with pytest.raises(Conflict, match="您还有3项没有做完,做完再来。"):
            ordered(cast.clerk, "A4")
        assert ordered(cast.clerk, "A2") == jobs_of_clerk[1]  # is no further one
        ordered(cast.clerk, "A4", kind="y")
        ordered(cast.staff, "A4")
        Job.objects.filter(pk=jobs_of_clerk[0].pk).update(state=Job.State.REFUSED)
        ordered(cast.clerk, "A4")
    assert Job.objects.count() == len(queue.sent) == 6


@pytest.mark.parametrize("error", [OperationalError("no broker"), PermissionError("folder")])
def test_a_queue_that_cannot_be_reached_gets_the_work_once_it_can(
    cast, signed_in, monkeypatch, django_capture_on_commit_callbacks, error
):
    queue = Queue(error)
    monkeypatch.setitem(current_app.tasks, queue.name, queue)
    with django_capture_on_commit_callbacks(execute=True):
        job = start_job(kind="x", title="公示牌", actor=cast.clerk, task=queue, size="A2")
    job.refresh_from_db()
    assert (job.state, job.error, waits_for_queue(job)) == (Job.State.QUEUED, "", True)
    page = signed_in(cast.clerk).get(reverse("job", args=[job.uid])).text
    assert "后台服务暂时连不上,已经记下了,恢复以后会自动做,不用再点。" in page
    with django_capture_on_commit_callbacks(execute=True):
        resume_stalled(timezone.now())  # a minute later it is away still
    job.refresh_from_db()
    assert queue.sent == [] and waits_for_queue(job)
    queue.error = None
    for _minute in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            resume_stalled(timezone.now())
    job.refresh_from_db()
    assert queue.sent == [((job.pk,), {"size": "A2"})]
    assert (job.state, job.handovers, waits_for_queue(job)) == (Job.State.QUEUED, 0, False)


def test_a_sign_of_life_from_the_future_is_none(cast):
    """The clock was wrong, and has been set: what was being done then is gone on with, not waited for until that day comes."""
    now = timezone.now()
    job = new_job(cast.clerk, state=Job.State.RUNNING, lease=uuid.uuid4(), heartbeat_at=now + timedelta(days=200))
    assert is_stalled(job, now) and [(one.count, one.stalled) for one in jobs.backlogs(now)] == [(1, 1)]
    assert run_job(job.pk, lambda _job: "one.zip") == "one.zip"


@pytest.mark.parametrize(
    ("failure", "state", "sentence"),
    [(OSError(errno.ENOSPC, "full"), Job.State.REFUSED, FULL.sentence),
     (OSError(errno.EROFS, "read-only"), Job.State.REFUSED, UNWRITABLE.sentence),
     (DatabaseAway("gone"), Job.State.RUNNING, "")],
)  # fmt: skip
def test_an_outage_ends_the_work_in_words_or_leaves_it_to_the_next_run(cast, failure, state, sentence):
    job = new_job(cast.clerk)

    def fail(_job):
        raise failure

    with pytest.raises(type(failure)):
        run_job(job.pk, fail)
    job.refresh_from_db()
    assert (job.state, job.error) == (state, sentence)
    later = timezone.now() + STALLED_AFTER * 2
    assert is_stalled(job, later) == (state == Job.State.RUNNING)


def test_states_on_the_way_to_a_finished_file(cast):
    job, seen = new_job(cast.clerk), []

    def work(running: Job) -> str:
        for name in tell_progress(running, ["甲", "乙"], total=2):
            tell_line(running, name)
            seen.append(Job.objects.values_list("state", "done", "total").get(pk=job.pk))
        return "done.zip"

    assert run_job(job.pk, work) == "done.zip"
    assert seen == [("running", 0, 2), ("running", 1, 2)]
    job.refresh_from_db()
    assert (job.state, job.done, job.file, job.error) == (Job.State.DONE, 2, "done.zip", "")
    assert job.lines == [{"state": "done", "text": "甲"}, {"state": "done", "text": "乙"}]
    assert job.finished_at is not None


def test_refused_with_the_sentence(cast):
    job = new_job(cast.clerk)
    assert run_job(job.pk, refused) == ""
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.REFUSED, "有一位代表的照片打不开,请重新上传。")


def test_a_crash_ends_the_job_and_reaches_the_log(cast):
    job = new_job(cast.clerk)
    (job_folder(job) / "upload.zip").write_bytes(b"PK")
    with pytest.raises(ZeroDivisionError):
        run_job(job.pk, lambda running: str(1 // 0), upload="upload.zip")
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.REFUSED, "没有做完,请再试一次;还不行请联系管理员。")
    assert list(job_folder(job).iterdir()) == []


@pytest.mark.parametrize("stop", [SystemExit, KeyboardInterrupt])
def test_a_worker_that_is_told_to_stop_gives_the_job_back(cast, stop):
    def stopped(running: Job):
        tell_line(running, "第一块")
        raise stop

    job = new_job(cast.clerk)
    (job_folder(job) / "upload.zip").write_bytes(b"PK")
    with pytest.raises(stop):
        run_job(job.pk, stopped, upload="upload.zip")
    job.refresh_from_db()
    assert (job.state, job.error, job.lease) == (Job.State.QUEUED, "", None)
    assert (job_folder(job) / "upload.zip").is_file()  # the next run needs it
    assert run_job(job.pk, lambda running: "all.zip", upload="upload.zip") == "all.zip"
    assert list(job_folder(job).iterdir()) == []


def test_a_task_delivered_twice_works_once(cast):
    job, runs = new_job(cast.clerk), []

    def work(running: Job) -> str:
        runs.append(running.pk)
        return "one.zip"

    assert [run_job(job.pk, work) for _delivery in range(2)] == ["one.zip", "one.zip"]
    assert runs == [job.pk]


def silent(job: Job, state: str = Job.State.RUNNING, **fields) -> Job:
    """Without a sign of life for longer than any step takes; of a killed run unless `state` says otherwise."""
    fields = {"lease": uuid.uuid4() if state == Job.State.RUNNING else None} | fields
    Job.objects.filter(pk=job.pk).update(
        state=state, heartbeat_at=timezone.now() - STALLED_AFTER - timedelta(seconds=1), **fields
    )
    return Job.objects.get(pk=job.pk)


def test_a_task_whose_worker_was_killed_starts_afresh(cast):
    half = [{"state": "done", "text": "第一块"}]
    job = silent(new_job(cast.clerk), done=1, total=3, lines=half)
    (job_folder(job) / ".all.zip.k2j4").write_bytes(b"PK")

    def work(running: Job) -> str:
        for name in tell_progress(running, ["第一块", "第二块"], total=2):
            tell_line(running, name)
        return "all.zip"

    run_job(job.pk, work)
    job.refresh_from_db()
    assert [line["text"] for line in job.lines] == ["第一块", "第二块"]
    assert (job.done, job.total, job.state, job.lease) == (2, 2, Job.State.DONE, None)
    assert list(job_folder(job).iterdir()) == []  # what the killed run had half written


def test_a_task_delivered_again_while_it_runs_leaves_the_run_alone(cast):
    job, runs = new_job(cast.clerk), []

    def work(running: Job) -> str:
        runs.append(running.pk)
        tell_line(running, "第一块")
        assert run_job(job.pk, lambda second: runs.append(second.pk) or "second.zip") == ""
        tell_line(running, "第二块")
        return "first.zip"

    assert run_job(job.pk, work) == "first.zip"
    job.refresh_from_db()
    assert (runs, job.file, len(job.lines)) == ([job.pk], "first.zip", 2)


@pytest.mark.parametrize("ending", ["works on", "ends", "is refused", "crashes", "is stopped", "packs"])
def test_who_was_only_slow_and_has_lost_the_job_writes_nothing_more(cast, ending, tmp_path):
    job = new_job(cast.clerk)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-")

    def endings(running: Job):
        if ending == "works on":
            tell_line(running, "迟到的一块")
        elif ending == "is refused":
            raise DomainError("迟到")
        elif ending == "crashes":
            raise ZeroDivisionError
        elif ending == "is stopped":
            raise SystemExit
        elif ending == "packs":
            write_zip(job_folder(running) / "late.zip", tell_alive(running, [("a.pdf", tmp_path / "a.pdf")]))
        return "late.zip"

    def slow(running: Job) -> str:
        tell_line(running, "第一块")
        silent(running, lease=running.lease)
        assert run_job(job.pk, lambda second: tell_line(second, "第二次做的") or "second.zip") == "second.zip"
        return endings(running)

    try:
        run_job(job.pk, slow)
    except (ZeroDivisionError, SystemExit):
        assert ending in ("crashes", "is stopped")
    job.refresh_from_db()
    assert (job.state, job.file, job.error) == (Job.State.DONE, "second.zip", "")
    assert [line["text"] for line in job.lines] == ["第二次做的"]
    assert list(job_folder(job).iterdir()) == []


# ---- Going on after a stop ----


@pytest.fixture
def queued(monkeypatch):
    """A Celery task that remembers what is handed over to it."""
    queue = Queue()
    monkeypatch.setitem(current_app.tasks, queue.name, queue)
    return queue


def resumed(at: datetime, capture) -> int:
    with capture(execute=True):
        return resume_stalled(at)


def test_what_shows_no_sign_of_life_is_handed_over_again_with_its_arguments(
    cast, queued, django_capture_on_commit_callbacks
):
    fields = {"task": queued.name, "arguments": {"size": "A2"}}
    killed, lost = silent(new_job(cast.clerk, **fields)), silent(new_job(cast.clerk, **fields), Job.State.QUEUED)
    alive = new_job(cast.clerk, state=Job.State.RUNNING, heartbeat_at=timezone.now(), **fields)
    over = silent(new_job(cast.clerk, **fields), Job.State.DONE)
    at = timezone.now()
    assert resumed(at, django_capture_on_commit_callbacks) == 2
    assert sorted(queued.sent, key=str) == [((killed.pk,), {"size": "A2"}), ((lost.pk,), {"size": "A2"})]
    for job, stops in ((killed, 1), (lost, 0)):
        job.refresh_from_db()
        assert (job.state, job.lease, job.heartbeat_at, job.handovers) == (Job.State.QUEUED, None, at, stops)
    assert {Job.objects.get(pk=job.pk).handovers for job in (alive, over)} == {0}
    assert resumed(at, django_capture_on_commit_callbacks) == 0  # the message is on its way


def test_three_times_and_then_a_sentence(cast, queued, django_capture_on_commit_callbacks):
    job = silent(new_job(cast.clerk, task=queued.name))
    for _time in range(MOST_HANDOVERS):
        assert resumed(timezone.now(), django_capture_on_commit_callbacks) == 1
        silent(job)
    assert resumed(timezone.now(), django_capture_on_commit_callbacks) == 0
    job.refresh_from_db()
    assert (job.state, job.error, len(queued.sent)) == (Job.State.REFUSED, GIVEN_UP, 3)
    assert job.finished_at is not None


def test_waiting_behind_a_long_queue_is_no_stop_however_long(cast, queued, django_capture_on_commit_callbacks):
    job = new_job(cast.clerk, task=queued.name)
    Job.objects.filter(pk=job.pk).update(handovers=MOST_HANDOVERS)  # its last run was killed; it waits for another
    for _time in range(MOST_HANDOVERS + 2):
        silent(job, Job.State.QUEUED)
        assert resumed(timezone.now(), django_capture_on_commit_callbacks) == 1
    job.refresh_from_db()
    assert (job.state, job.handovers, job.error) == (Job.State.QUEUED, MOST_HANDOVERS, "")
    assert run_job(job.pk, lambda running: "all.zip") == "all.zip"


@pytest.mark.parametrize("task", ["", "deputies.tasks.of_an_earlier_version"])
def test_a_job_whose_task_is_unknown_ends_with_a_sentence(cast, task, django_capture_on_commit_callbacks):
    job = silent(new_job(cast.clerk, task=task))
    assert resumed(timezone.now(), django_capture_on_commit_callbacks) == 0
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.REFUSED, NOT_FINISHED)


def test_jobs_from_before_there_were_leases_are_resumed_by_their_age(cast, queued, django_capture_on_commit_callbacks):
    at = timezone.now()
    for age, count in ((STALLED_AFTER, 0), (STALLED_AFTER + timedelta(seconds=1), 1)):
        new_job(cast.clerk, task=queued.name, created_at=at - age, state=Job.State.RUNNING)
        assert resumed(at, django_capture_on_commit_callbacks) == count


def test_beat_looks_every_minute():
    entry = settings.CELERY_BEAT_SCHEDULE["jobs-every-minute"]
    assert (entry["task"], entry["schedule"]) == (resume_stalled_jobs.name, crontab())
    assert resume_stalled_jobs.name in current_app.tasks


@given(
    steps=st.lists(
        st.sampled_from(["take A", "take B", "tell A", "tell B", "end A", "end B", "hour", "resume"]), max_size=14
    )
)
@hypothesis_settings(
    max_examples=60, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
def test_whatever_happens_in_whatever_order_one_run_writes(cast, queued, steps):
    """Two workers take, tell and end in any order, hours pass, beat looks: the row is always that of its holder."""
    job = new_job(cast.clerk, task=queued.name)
    held: dict[str, Job] = {}
    written: list[str] = []
    for step in steps:
        verb, _, who = step.partition(" ")
        if verb == "hour":
            Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))
        elif verb == "resume":
            resume_stalled(timezone.now())
        elif verb == "take":
            if taken := jobs._taken(job.pk):
                held[who], written = taken, []
        elif who in held:
            before = Job.objects.get(pk=job.pk)
            owns = before.lease == held[who].lease
            try:
                if verb == "tell":
                    tell_line(held[who], f"{who}{len(written)}")
                    written.append(held[who].lines[-1]["text"])
                else:
                    jobs._finish(held[who], Job.State.DONE, file=who)
            except jobs.LeaseLost:
                assert not owns
            after = Job.objects.get(pk=job.pk)
            assert owns or after.__dict__.items() >= {**before.__dict__, "_state": after._state}.items()
        row = Job.objects.get(pk=job.pk)
        assert [line["text"] for line in row.lines] == written
        assert sum(row.lease == one.lease for one in held.values() if row.lease) <= 1


def test_old_work_is_cleared_away(cast):
    old, new = finished(cast.clerk), finished(cast.clerk)
    now = timezone.now()
    Job.objects.filter(pk=old.pk).update(created_at=now - timedelta(days=31))
    assert forget_old_jobs() == 1
    assert list(Job.objects.all()) == [new]
    assert [path.name for path in (Path(settings.MEDIA_ROOT) / "jobs").iterdir()] == [str(new.uid)]
    assert forget_jobs(now - timedelta(days=1)) == 0


# ---- The page and the file ----


def test_running_work_is_polled_and_shows_how_far_it_is(cast, signed_in):
    lines = [{"state": "refused", "text": "第二分站:钱站长的姓名里,字库没有这个字"}]
    job = new_job(cast.clerk, state=Job.State.RUNNING, done=3, total=12, lines=lines)
    address = reverse("job", args=[job.uid])
    client = signed_in(cast.clerk)
    page = client.get(address).content.decode()
    assert "已完成3/12" in page and "钱站长" in page
    assert f'hx-get="{address}" hx-trigger="every 1s"' in page
    assert f'<a class="btn" href="{address}">刷新看进度</a>' in page  # the same without script
    assert "htmx-2.min.js" in page and '"allowEval":false' in page and '"includeIndicatorStyles":false' in page
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<div id="job"') and "<html" not in part
    run_job(job.pk, lambda job: "all.zip")
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" not in part and reverse("job-file", args=[job.uid]) in part


def test_refused_work_shows_the_sentence_and_offers_no_file(cast, signed_in):
    job = new_job(cast.clerk)
    run_job(job.pk, refused)
    page = signed_in(cast.clerk).get(reverse("job", args=[job.uid])).content.decode()
    assert "有一位代表的照片打不开,请重新上传。" in page
    assert reverse("job-file", args=[job.uid]) not in page and "hx-get" not in page


def test_work_that_waits_long_says_what_to_do(cast, signed_in):
    job = new_job(cast.clerk, created_at=timezone.now() - timedelta(minutes=2))
    assert "排队超过一分钟了" in signed_in(cast.clerk).get(reverse("job", args=[job.uid])).content.decode()
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING)
    assert "排队超过" not in signed_in(cast.clerk).get(reverse("job", args=[job.uid])).content.decode()


def test_work_that_has_stalled_is_gone_on_with_by_a_press(
    cast, signed_in, queued, django_capture_on_commit_callbacks
):
    job = silent(new_job(cast.clerk, task=queued.name, handovers=2))
    client = signed_in(cast.clerk)
    page = client.get(reverse("job", args=[job.uid])).content.decode()
    assert "十分钟没有动静了" in page and f'action="{reverse("job-resume", args=[job.uid])}"' in page
    assert "第2次接着做" in page and "排队超过" not in page
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("job-resume", args=[job.uid]))
    assert answer.url == reverse("job", args=[job.uid])
    assert queued.sent == [((job.pk,), {})]
    job.refresh_from_db()
    assert (job.state, job.handovers) == (Job.State.QUEUED, 0)  # somebody has looked: it is tried three times more
    row = AuditLog.objects.get(action="resume_job")
    assert (row.actor, row.target_key) == (cast.clerk, str(job.uid))
    assert "十分钟没有动静了" not in client.get(reverse("job", args=[job.uid])).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        again = client.post(reverse("job-resume", args=[job.uid]), follow=True)
    assert "这项工作没有停住" in again.content.decode() and len(queued.sent) == 1


def test_only_the_asker_and_the_countys_staff_go_on_with_work(cast, signed_in, queued):
    job = silent(new_job(cast.clerk, task=queued.name))
    address = reverse("job-resume", args=[job.uid])
    for user in (cast.stranger, cast.auditor, cast.head, cast.deputy, cast.officer):
        assert signed_in(user).post(address).status_code == 404
    assert signed_in(cast.clerk).get(address).status_code == 405
    assert not AuditLog.objects.filter(action="resume_job").exists()
    assert signed_in(cast.staff).post(address).status_code == 302
    assert AuditLog.objects.get(action="resume_job").actor == cast.staff


def test_printed_work_leads_back_to_the_list_it_was_ordered_from(cast, signed_in):
    given = {"product": "duty_poster", "size": "A3", "period": "2026-12", "place_ids": [1]}
    for arguments, query in (
        (given, {"product": "duty_poster", "size": "A3", "period": "2026-12"}),
        (given | {"product": "board", "size": "1500x1000", "period": ""}, {"product": "board", "size": "1500x1000"}),
        ({}, {}),
    ):
        job = new_job(cast.clerk, kind="print_editions", arguments=arguments)
        page = signed_in(cast.clerk).get(reverse("job", args=[job.uid])).content.decode()
        address = unescape(re.search(r'href="([^"]+)">回到公示牌', page)[1])
        assert address == reverse("boards") + (f"?{urlencode(query)}" if query else "")
        assert signed_in(cast.clerk).get(address).status_code == 200


def test_lines_are_text(cast, signed_in):
    job = new_job(cast.clerk, lines=[{"state": "done", "text": "<script>alert(1)</script>"}])
    assert "<script>alert" not in signed_in(cast.clerk).get(reverse("job", args=[job.uid])).content.decode()


def test_file_comes_as_attachment_with_its_chinese_name_and_is_audited(cast, signed_in):
    job = finished(cast.clerk, b"PK")
    answer = signed_in(cast.clerk).get(reverse("job-file", args=[job.uid]))
    assert b"".join(answer.streaming_content) == b"PK"
    disposition = unquote(answer["Content-Disposition"])
    assert disposition.startswith("attachment") and "官亭镇2026年3月报表.zip" in disposition
    assert "no-store" in answer["Cache-Control"]
    row = AuditLog.objects.get(action="download")
    assert (row.actor, row.target_key) == (cast.clerk, str(job.uid))


def test_only_the_asker_and_the_countys_staff_watch_and_take(cast, signed_in):
    job = finished(cast.clerk)
    addresses = [reverse(name, args=[job.uid]) for name in ("job", "job-file")]
    for user in (cast.clerk, cast.staff, cast.admin):
        assert [signed_in(user).get(address).status_code for address in addresses] == [200, 200]
    for user in (cast.stranger, cast.auditor, cast.head, cast.deputy, cast.officer):
        assert [signed_in(user).get(address).status_code for address in addresses] == [404, 404]


def give_up(user, role: str) -> None:
    """The posting ended two days ago."""
    for posting in user.postings.filter(role=role):
        end_posting(posting=posting, ended_on=today_here() - timedelta(days=2), actor=None)


def seen(client, job: Job) -> list[int]:
    return [client.get(reverse(name, args=[job.uid])).status_code for name in ("job", "job-file")]


@pytest.fixture
def earlier(cast):
    """A finished job that the clerk asked for twenty days ago."""
    job = finished(cast.clerk)
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(days=20))
    return job


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (None, 404), ((Role.CLERK, "yt"), 404), ((Role.BRANCH_HEAD, "gt01"), 404),
        ((Role.CLERK, "gt"), 200), ((Role.COUNTY_STAFF, "county"), 200),
    ],
)  # fmt: skip
def test_who_no_longer_serves_where_it_was_asked_for_takes_nothing(cast, signed_in, earlier, now, status):
    assert seen(signed_in(cast.clerk), earlier) == [200, 200]
    give_up(cast.clerk, Role.CLERK)
    if now:
        role, place = now
        appoint(
            user=cast.clerk, role=role, station=getattr(cast, place), started_on=today_here() - timedelta(days=1),
            actor=None,
        )  # fmt: skip
    assert seen(signed_in(cast.clerk), earlier) == [status, status]
    assert seen(signed_in(cast.staff), earlier) == [200, 200]


def test_a_head_who_stays_a_deputy_takes_nothing_of_the_branch(cast, signed_in):
    appoint(user=cast.head, role=Role.DEPUTY, station=cast.gt01, started_on=OPENED, actor=None)
    job = finished(cast.head)
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(days=20))
    assert seen(signed_in(cast.head), job) == [200, 200]
    give_up(cast.head, Role.BRANCH_HEAD)
    assert seen(signed_in(cast.head), job) == [404, 404]


def test_staff_of_another_county_see_nothing(cast, signed_in):
    job = finished(cast.admin)
    assert signed_in(cast.staff).get(reverse("job", args=[job.uid])).status_code == 200
    for posting in cast.staff.postings.all():
        end_posting(posting=posting, ended_on=today_here() - timedelta(days=1), actor=None)
    assert signed_in(cast.staff).get(reverse("job", args=[job.uid])).status_code == 404


def test_without_login_one_is_asked_to_sign_in(cast, client):
    job = finished(cast.clerk)
    for name in ("job", "job-file"):
        answer = client.get(reverse(name, args=[job.uid]))
        assert answer.status_code == 302 and answer.url.startswith(reverse("login"))


@pytest.mark.parametrize("state", [Job.State.QUEUED, Job.State.RUNNING, Job.State.REFUSED])
def test_there_is_no_file_before_it_is_done_nor_after_it_was_cleared_away(cast, signed_in, state):
    job = finished(cast.clerk)
    Job.objects.filter(pk=job.pk).update(state=state)
    assert signed_in(cast.clerk).get(reverse("job-file", args=[job.uid])).status_code == 404
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)
    job.refresh_from_db()
    (job_folder(job) / job.file).unlink()
    with pytest.raises(NotFound):
        hand_out(job=job, actor=cast.clerk, at=timezone.now())


# ---- Reports ----


@pytest.fixture
def order(signed_in, django_capture_on_commit_callbacks):
    def send(user, **fields):
        with django_capture_on_commit_callbacks(execute=True):
            return signed_in(user).post(reverse("reports"), {"month": "2026-03"} | fields)

    return send


def names_in(answer) -> list[str]:
    return ZipFile(BytesIO(b"".join(answer.streaming_content))).namelist()


def test_report_is_ordered_made_and_taken(cast, order, signed_in):
    answer = order(cast.clerk, station="GT")
    job = Job.objects.get()
    assert answer.url == reverse("job", args=[job.uid])
    assert (job.state, job.title) == (Job.State.DONE, "2026年3月报表:官亭镇人大代表联络站")
    assert job.file == "官亭镇人大代表联络站2026年3月报表.zip"
    taken = signed_in(cast.clerk).get(reverse("job-file", args=[job.uid]))
    assert names_in(taken) == ["GT-2026-03-考勤表.xlsx", "GT-2026-03-考勤表.pdf"]


def test_each_station_and_the_county_in_one_archive(cast, order, signed_in):
    order(cast.staff, station="each:JLX")
    job = Job.objects.get()
    assert (job.done, job.total, len(job.lines)) == (3, 3, 3)
    taken = signed_in(cast.staff).get(reverse("job-file", args=[job.uid]))
    assert [name[:4] for name in names_in(taken)][::2] == ["GT-2", "YT-2", "JLX-"]


def test_a_report_without_its_pdf_says_why(cast, order):
    make_deputy(cast, RARE, cast.gt02)
    order(cast.clerk, station="GT")
    job = Job.objects.get()
    assert job.state == Job.State.DONE
    assert [line["state"] for line in job.lines] == ["done", "refused"]
    assert RARE in job.lines[1]["text"]


def test_a_report_task_delivered_twice_leaves_the_file_alone(cast, order):
    order(cast.clerk, station="GT01")
    job = Job.objects.get()
    file = job_folder(job) / job.file
    before = file.stat().st_mtime_ns
    assert make_monthly_report.apply(args=[job.pk], kwargs={"place_id": cast.gt01.pk, "month": "2026-03-01"}).get()
    assert file.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"month": "", "station": "GT"}, "请选月份"),
        ({"month": "三月", "station": "GT"}, "月份请写成"),
        ({"month": "2999-01", "station": "GT"}, "这个月还没到"),
        ({"station": ""}, "请选地方"),
    ],
)
def test_wrong_orders_are_explained_and_keep_what_was_typed(cast, order, fields, sentence):
    answer = order(cast.clerk, **fields)
    assert answer.status_code == 200 and sentence in answer.content.decode()
    assert not Job.objects.exists()


@pytest.mark.parametrize("station", ["YT", "YT01", "JLX", "each:JLX", "each:GT", "XX"])
def test_places_out_of_scope_are_not_found(cast, order, station):
    assert order(cast.clerk, station=station).status_code == 404
    assert not Job.objects.exists()


def test_page_is_for_clerks_county_staff_and_auditors(cast, signed_in):
    for user, codes in (
        (cast.clerk, {"GT", "GT01", "GT02"}),
        (cast.staff, {"each:JLX", "JLX", "GT", "GT01", "GT02", "YT", "YT01"}),
        (cast.auditor, {"each:JLX", "JLX", "GT", "GT01", "GT02", "YT", "YT01"}),
    ):
        form = signed_in(user).get(reverse("reports")).context["form"]
        groups = [group if isinstance(group, list) else [(code, group)] for code, group in form.fields["station"].widget.choices]
        assert {code for group in groups for code, _label in group if code} == codes
    for user in (cast.head, cast.deputy, cast.officer):
        assert signed_in(user).get(reverse("reports")).status_code == 403


def test_page_costs_the_same_with_one_report_and_with_three(cast, signed_in, django_assert_num_queries):
    client = signed_in(cast.clerk)
    for made in (1, 3):
        while Job.objects.count() < made:
            finished(cast.clerk)
        with django_assert_num_queries(PAGE_QUERIES):
            answer = client.get(reverse("reports"))
        assert len(answer.context["jobs"]) == made


def test_reports_begin_with_the_month_before(cast, signed_in):
    form = signed_in(cast.clerk).get(reverse("reports")).context["form"]
    first = today_here().replace(day=1)
    assert form.initial["month"] == f"{first - timedelta(days=1):%Y-%m}"
    assert date.fromisoformat(form.initial["month"] + "-01") < first
