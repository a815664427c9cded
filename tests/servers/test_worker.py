"""Ordered on a page, made by a real worker, taken from the page."""

import time
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse

from julu_liaison.common.models import Job
from tests.cast import build_cast
from tests.servers.workers import queue, working  # noqa: F401 - queue is a fixture

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE = 90  # seconds; a busy machine needs a few of them to start the worker


@pytest.fixture
def worker(queue, tmp_path):  # noqa: F811
    log = tmp_path / "worker.log"
    with working(queue, log) as process:
        yield process, log


@pytest.fixture
def watch(client, worker):
    """Order on a page as `user`, look at the job's page until it is over, return the job."""

    def order_and_watch(user, page: str, **fields) -> Job:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        address = client.post(reverse(page), fields).url
        job = Job.objects.get(uid=address.rstrip("/").rpartition("/")[2])
        assert job.state == Job.State.QUEUED  # nobody but the worker does the work
        process, log = worker
        deadline = time.monotonic() + DEADLINE
        while "hx-get" in client.get(address, headers={"HX-Request": "true"}).content.decode():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        job.refresh_from_db()
        assert job.state == Job.State.DONE, (job.error, job.lines, log.read_text())
        return job

    return order_and_watch


def taken(client, job: Job) -> bytes:
    return b"".join(client.get(reverse("job-file", args=[job.uid])).streaming_content)


def test_report_and_boards_are_made_by_the_worker(watch, client):
    cast = build_cast()
    report = watch(cast.clerk, "reports", month="2026-03", station="GT")
    names = ZipFile(BytesIO(taken(client, report))).namelist()
    assert names == ["GT-2026-03-考勤表.xlsx", "GT-2026-03-考勤表.pdf"]
    boards = watch(
        cast.clerk, "boards", product="board", station="GT", size="A3", do="due", package="zip", copies="1"
    )
    archive = ZipFile(BytesIO(taken(client, boards)))
    assert [name for name in archive.namelist() if "/" in name] == [
        "官亭镇/GT01-第一分站-公示牌-A3-第1版.pdf", "官亭镇/GT02-第二分站-公示牌-A3-第1版.pdf",
    ]  # fmt: skip
    assert all(archive.read(name).startswith(b"%PDF") for name in archive.namelist() if name.endswith(".pdf"))
    assert (boards.done, boards.total, boards.error) == (2, 2, "")
