"""A real Celery worker on real Redis and PostgreSQL, as a process of its own.

It gets the *test* database's address (pytest-django makes one for each process), this process's DATA_DIR (so that both
see the same files) and a queue of its own, so that neither another test process nor a worker that runs on the same Redis
takes its work.
"""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from julu_liaison.celery import app


def database_url() -> str:
    """The address of the database that this test process uses."""
    facts = connection.settings_dict
    user = ":".join(quote(part, safe="") for part in (facts["USER"], facts["PASSWORD"]) if part)
    place = f"{facts['HOST'] or '127.0.0.1'}:{facts['PORT'] or 5432}"
    return f"postgres://{user}@{place}/{facts['NAME']}"


@pytest.fixture
def queue():
    """Send tasks to Redis for real, to a queue that is this test's alone."""
    with own_queue() as name:
        yield name


@contextmanager
def own_queue() -> Iterator[str]:
    """The same for as long as the block lasts."""
    name = f"test-{uuid.uuid4()}"
    before = {option: app.conf[option] for option in ("task_always_eager", "task_default_queue")}
    _configure(task_always_eager=False, task_default_queue=name)
    try:
        yield name
    finally:
        with app.connection_for_write() as broker:
            broker.default_channel.queue_delete(name)
        _configure(**before)


def _configure(**options) -> None:
    app.conf.update(options)
    app.__dict__.pop("amqp", None)  # it remembers the queues of the options before


@contextmanager
def working(queue: str, log: Path) -> Iterator[subprocess.Popen]:
    """A worker on the queue for as long as the block lasts, unless it is killed before."""
    environment = os.environ | {
        "DATABASE_URL": database_url(), "DATA_DIR": str(settings.DATA_DIR), "APP_ENV": "development",
        "DJANGO_SETTINGS_MODULE": "julu_liaison.settings", "LOG_LEVEL": "INFO",  # the log tells what was done
    }  # fmt: skip
    options = ["--pool", "solo", "-Q", queue, "-n", f"{uuid.uuid4()}@%h", "--without-gossip", "--without-mingle"]
    command = [sys.executable, "-m", "celery", "-A", "julu_liaison", "worker", *options]
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
            command, cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
