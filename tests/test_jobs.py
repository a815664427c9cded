"""Background work: its states, what its watcher reads, who may watch and take the file, and the report's page."""

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from activities.tasks import make_monthly_report
from julu_liaison.common.errors import DomainError, NotFound
from julu_liaison.common.jobs import forget_jobs, hand_out, job_folder, run_job, start_job, tell_line, tell_progress
from julu_liaison.common.models import AuditLog, Job
from julu_liaison.common.tasks import forget_old_jobs
from julu_liaison.common.working_days import today_here
from stations.services import end_posting
from tests.cast import make_deputy

PAGE_QUERIES = 7
RARE = "马\U0002b740"

pytestmark = pytest.mark.usefixtures("media")


class Queue:
    """Stands in for a Celery task: remembers what it was given, or can't be reached."""

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


@pytest.mark.parametrize("error", [OperationalError("no broker"), PermissionError("folder")])
def test_a_queue_that_cannot_be_reached_is_told_at_once(cast, django_capture_on_commit_callbacks, error):
    with django_capture_on_commit_callbacks(execute=True):
        job = start_job(kind="x", title="公示牌", actor=cast.clerk, task=Queue(error))
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.REFUSED, "后台服务没有启动,没有排上队,请联系管理员。")


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


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit])
def test_a_crash_ends_the_job_and_reaches_the_log(cast, error):
    def work(job: Job):
        raise error

    job = new_job(cast.clerk)
    with pytest.raises(error):
        run_job(job.pk, work)
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.REFUSED, "没有做完,请再试一次;还不行请联系管理员。")


def test_a_task_delivered_twice_works_once(cast):
    job, runs = new_job(cast.clerk), []

    def work(running: Job) -> str:
        runs.append(running.pk)
        return "one.zip"

    assert [run_job(job.pk, work) for _delivery in range(2)] == ["one.zip", "one.zip"]
    assert runs == [job.pk]


def test_a_task_whose_worker_was_killed_starts_afresh(cast):
    half = [{"state": "done", "text": "第一块"}]
    job = new_job(cast.clerk, state=Job.State.RUNNING, done=1, total=2, lines=half)

    def work(running: Job) -> str:
        for name in tell_progress(running, ["第一块", "第二块"], total=2):
            tell_line(running, name)
        return "all.zip"

    run_job(job.pk, work)
    job.refresh_from_db()
    assert [line["text"] for line in job.lines] == ["第一块", "第二块"]


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
