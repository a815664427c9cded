"""A PostgreSQL and a Redis of the tests' own, which may be killed: those of the machine are other people's, too.

Each lies in a folder of its own, listens on a free port of this machine and is run as the compose file says.
"""

import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import redis
import yaml
from django.conf import settings

PATIENCE = 120  # seconds; a busy machine needs some of them
PAUSE = 0.02  # between two looks


def until(reached: Callable[[], object], said: Callable[[], str] = str) -> None:
    """Look again and again; what takes too long fails with what `said` tells."""
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline, said()
        time.sleep(PAUSE)


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


def compose_command(service: str) -> list[str]:
    return yaml.safe_load((Path(settings.BASE_DIR) / "docker-compose.yml").read_text())["services"][service]["command"]


class OwnPostgreSQL:
    """A cluster; the server refuses to run as root, so root runs it as `postgres`."""

    def __init__(self, folder: Path):
        self.data, self.port = folder / "postgresql", free_port()
        self._log = folder / "postgresql.log"
        self.data.mkdir()
        self._log.touch()
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            for path in (self.data, self._log):
                os.chown(path, account.pw_uid, account.pw_gid)
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")

    def url(self, name: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=40 -c fsync=off"
        self._run("pg_ctl", "-D", str(self.data), "-l", str(self._log), "-o", options, "-w", "-t", str(PATIENCE), "start")

    def kill(self) -> None:
        """As a cut of the power: no connection is told, nothing is written any more."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop", check=False)

    def ask(self, *statements: str, of: str = "postgres") -> list[tuple]:
        """Run statements one by one, each its own transaction; the rows of the last one."""
        with psycopg.connect(self.url(of).replace("postgres://", "postgresql://"), autocommit=True) as line:
            for statement in statements:
                found = line.execute(statement)
            return found.fetchall() if found.description else []

    def _run(self, name: str, *arguments: str, check: bool = True) -> None:
        call = [program(name), *arguments]
        if os.geteuid() == 0:
            call = ["runuser", "-u", "postgres", "--", *call]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        done = subprocess.run(call, cwd="/", check=False, **quiet)  # noqa: S603 - our own arguments
        assert done.returncode == 0 or not check, f"{name}: {done.stdout.decode()}\n{self._log.read_text()}"


def program(name: str) -> str:
    """PostgreSQL's own programs are in no PATH on Debian; the newest that is there."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=lambda path: int(path.split("/")[4]))
    path = found[-1] if found else shutil.which(name)
    assert path, f"{name} is missing; .ci/run installs postgresql"
    return path


class OwnRedis:
    """The compose file's: it keeps nothing over a restart, unless `keeping`."""

    def __init__(self, folder: Path):
        self._folder, self.port = folder / "redis", free_port()
        self._folder.mkdir()
        self._process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self, *, keeping: bool = False) -> None:
        server, *options = compose_command("queue")
        assert shutil.which(server), f"{server} is missing; .ci/run installs it"
        if keeping:
            options = ["--save", "", "--appendonly", "yes", "--appendfsync", "always"]
        call = [server, *options, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        self._process = subprocess.Popen(call, stdout=subprocess.DEVNULL)  # noqa: S603 - the compose file's command
        until(self._answers)

    def kill(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def is_up(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def waiting(self) -> int:
        """Messages of Celery's that nobody has finished with; a killed worker's are given back after an hour."""
        with redis.Redis(port=self.port) as line:
            return line.llen("celery") + line.hlen("unacked")

    def empty(self) -> None:
        with redis.Redis(port=self.port) as line:
            line.flushall()

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        with redis.Redis(port=self.port, retry=None) as line:
            try:
                return bool(line.ping())
            except redis.ConnectionError:
                return False
