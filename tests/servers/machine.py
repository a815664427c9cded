"""A county's whole machine for the tests of faults: its own database, Redis, web process and worker, each to be killed alone.

The test's own Django is pointed at this database, so that tests look at it by the models as everywhere.
"""

import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import requests
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from julu_liaison.celery import app
from julu_liaison.common.jobs import STALLED_AFTER
from julu_liaison.common.models import Job
from tests.cast import Cast
from tests.servers.browsers import Browser
from tests.servers.own_servers import PATIENCE, OwnPostgreSQL, OwnRedis, free_port, program, until

NAME, TEMPLATE = "liaison", "liaison_cast"
WAITING = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{NAME}' AND wait_event_type = 'Lock'"  # noqa: S608 - of our own making


class Machine:
    """What is running. `kill_…` as by SIGKILL or a cut of the power; `start_…` again."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()
        self.database, self.redis = OwnPostgreSQL(folder), OwnRedis(folder)
        self._web: subprocess.Popen | None = None
        self._worker: subprocess.Popen | None = None
        self.cast: Cast | None = None
        self.database.start()
        self.redis.start()

    def make_whole(self) -> None:
        """Everything runs that a test before has stopped, and no message waits."""
        if self._web is None:
            self.start_web()
        self.redis.empty()

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "APP_ENV": "development", "DEBUG": "off", "DJANGO_SETTINGS_MODULE": "julu_liaison.settings",
            "DATABASE_URL": self.database.url(NAME), "REDIS_URL": self.redis.url, "DATA_DIR": str(self.folder / "data"),
            "PORT": str(self.port), "HOST": "127.0.0.1", "WEB_WORKERS": "1", "WEB_THREADS": "4", "LOG_LEVEL": "INFO",
            "THROTTLE": "on", "PUBLIC_PAGE_SECONDS": "1",
        }  # fmt: skip

    def said(self) -> str:
        return "\n".join(path.read_text()[-6000:] for path in sorted(self.folder.glob("*.log")))

    def stop(self) -> None:
        for process in (self._web, self._worker):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        self.redis.stop()
        self.database.stop()

    # ---- Database ----

    def kill_database(self) -> None:
        self.database.kill()
        connections.close_all()

    def start_database(self) -> None:
        """The test's own connections from before are of no use; the machine's are its own matter."""
        self.database.start()
        connections.close_all()
        connection.close_pool()

    # ---- Web and worker ----

    def start_web(self) -> None:
        self._web = self._started("gunicorn", "-c", "python:julu_liaison.gunicorn", "julu_liaison.wsgi")
        until(self.is_up, self.said)

    def is_up(self) -> bool:
        try:
            return requests.get(f"{self.site}/healthz", timeout=PATIENCE).status_code == 200
        except requests.ConnectionError:
            return False

    def kill_web(self) -> None:
        """The process that answers; gunicorn's master starts another one."""
        assert self._web
        children = Path(f"/proc/{self._web.pid}/task/{self._web.pid}/children").read_text().split()
        assert len(children) == 1
        os.kill(int(children[0]), 9)

    @property
    def has_worker(self) -> bool:
        return self._worker is not None and self._worker.poll() is None

    def start_worker(self) -> None:
        """It runs on through the tests of a session, as a county's does through its troubles."""
        self._worker = self.another_worker()

    def kill_worker(self) -> None:
        assert self._worker
        self._worker.kill()
        self._worker.wait()

    def another_worker(self, **environment: str) -> subprocess.Popen:
        name = f"{uuid.uuid4()}@machine"
        return self._started("celery", "-A", "julu_liaison", "worker", "--pool", "solo", "-n", name, "-l", "INFO", **environment)

    def start_beat(self, number: int) -> subprocess.Popen:
        return self._started("celery", "-A", "julu_liaison", "beat", "--pidfile", str(self.folder / f"beat-{number}.pid"))

    def _started(self, module: str, *arguments: str, **environment: str) -> subprocess.Popen:
        with (self.folder / f"{module}.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
                [sys.executable, "-m", module, *arguments], cwd=settings.BASE_DIR, env=self.environment | environment,
                stdout=log, stderr=log,
            )  # fmt: skip

    def send(self, task: str) -> None:
        """What beat does when the task's time has come."""
        with app.connection_for_write(self.redis.url) as line:
            app.send_task(task, connection=line, queue="celery")

    def let_ten_minutes_pass(self, job: Job) -> None:
        """For a job that has fallen silent, and then the task of every minute."""
        Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - STALLED_AFTER * 2)
        self.let_a_minute_pass()

    def let_a_minute_pass(self) -> None:
        self.send("julu_liaison.common.tasks.resume_stalled_jobs")

    # ---- In the middle ----

    @contextmanager
    def holding(self, table: str) -> Iterator[None]:
        """Whoever writes to the table waits until the block ends, or the database does."""
        line = psycopg.connect(self.database.url(NAME).replace("postgres://", "postgresql://"))
        try:
            line.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
            yield
        finally:
            line.close()

    def waits(self, count: int = 1) -> None:
        """Return once so many wait for a lock."""
        until(lambda: self.waiting() >= count, self.said)

    def waiting(self) -> int:
        return self.database.ask(WAITING)[0][0]

    # ---- People ----

    def browser_of(self, user) -> Browser:
        return Browser(self.site, user)


@contextmanager
def a_machine() -> Iterator[Machine]:
    # Below /tmp and open to everybody: PostgreSQL runs as somebody else than we do.
    with tempfile.TemporaryDirectory(prefix="machine-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - of our own making
        machine = Machine(Path(folder))
        try:
            yield machine
        finally:
            machine.stop()


def keep_template(machine: Machine, build) -> Cast:
    """The test's database with the cast in it, as a model for every test's; returns the cast, whose keys it has."""
    cast = build()
    machine.database.ask(f"CREATE DATABASE {TEMPLATE}")
    known = connection.settings_dict
    source = f"postgresql://{known['USER']}@{known['HOST'] or '127.0.0.1'}:{known['PORT'] or 5432}/{known['NAME']}"
    target = machine.database.url(TEMPLATE)
    run = {"stdout": subprocess.PIPE, "env": os.environ | {"PGPASSWORD": known["PASSWORD"]}}
    dump = subprocess.Popen([program("pg_dump"), "--no-owner", source], **run)  # noqa: S603 - a database of the tests' own
    load = [program("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-d", target]
    subprocess.run(load, stdin=dump.stdout, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - as above
    assert dump.wait() == 0
    return cast


@contextmanager
def pointed_at(machine: Machine) -> Iterator[None]:
    """A fresh copy of the template, and this process's Django on it for as long as the block lasts."""
    machine.database.ask(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)", f"CREATE DATABASE {NAME} TEMPLATE {TEMPLATE}")
    before = dict(connection.settings_dict)
    _turn({"HOST": "127.0.0.1", "PORT": machine.database.port, "USER": "postgres", "PASSWORD": "", "NAME": NAME})
    try:
        yield
    finally:
        _turn({name: before[name] for name in ("HOST", "PORT", "USER", "PASSWORD", "NAME")})


def _turn(facts: dict) -> None:
    connections.close_all()
    connection.close_pool()
    connection.settings_dict.update(facts)
