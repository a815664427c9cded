"""A real Celery worker on real Redis and PostgreSQL: ordered on a page, made by the worker, taken from the page.

The worker is a process of its own. It gets the *test* database's address (pytest-django makes one for each process),
this process's DATA_DIR (so that both see the same files) and a queue of its own, so that neither another test
process nor a worker that runs on the same Redis takes its work.
"""

import os
import subprocess
import sys
import time
import uuid
from io import BytesIO
from urllib.parse import quote
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from julu_liaison.celery import app
from julu_liaison.common.models import Job
from tests.cast import build_cast

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE = 90  # seconds; a busy machine needs a few of them to start the worker


def database_url() -> str:
    """The address of the database that this test process uses."""
    facts = connection.settings_dict
    user = ":".join(quote(part, safe="") for part in (facts["USER"], facts["PASSWORD"]) if part)
    place = f"{facts['HOST'] or '127.0.0.1'}:{facts['PORT'] or 5432}"
    return f"postgres://{user}@{place}/{facts['NAME']}"


@pytest.fixture
def queue():
    """Send tasks to Redis for real, to a queue that is this test's alone."""
    name = f"test-{uuid.uuid4()}"
    before = {option: app.conf[option] for option in ("task_always_eager", "task_default_queue")}
    _configure(task_always_eager=False, task_default_queue=name)
    yield name
    with app.connection_for_write() as broker:
        broker.default_channel.queue_delete(name)
    _configure(**before)


def _configure(**options) -> None:
    app.conf.update(options)
    app.__dict__.pop("amqp", None)  # it remembers the queues of the options before


@pytest.fixture
def worker(queue, tmp_path):
    log = tmp_path / "worker.log"
    environment = os.environ | {
        "DATABASE_URL": database_url(), "DATA_DIR": str(settings.DATA_DIR), "APP_ENV": "development",
        "DJANGO_SETTINGS_MODULE": "julu_liaison.settings",
    }  # fmt: skip
    options = ["--pool", "solo", "-Q", queue, "-l", "INFO", "-n", f"{queue}@%h", "--without-gossip", "--without-mingle"]
    command = [sys.executable, "-m", "celery", "-A", "julu_liaison", "worker", *options]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
            command, cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        yield process, log
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


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
    boards = watch(cast.clerk, "boards", station="GT", size="A3")
    archive = ZipFile(BytesIO(taken(client, boards)))
    assert archive.namelist() == ["GT01-A3.pdf", "GT02-A3.pdf"]
    assert all(archive.read(name).startswith(b"%PDF") for name in archive.namelist())
    assert (boards.done, boards.total, boards.error) == (2, 2, "")
