"""Run a command with DATABASE_URL and REDIS_URL set: `python -m tests.with_servers make suites`.

Servers named in the environment are taken, else those that answer on their usual ports, else servers of our own are
started in a temporary folder and stopped at the end. What is not even installed is an error, never a skipped test.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import redis

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from tests.servers.own_servers import OwnPostgreSQL, OwnRedis  # reads the settings' folder

USUAL_DATABASE = "postgres://postgres@127.0.0.1:5432/postgres"
USUAL_REDIS = "redis://127.0.0.1:6379/0"


@contextmanager
def a_database(folder: Path) -> Iterator[str]:
    """The address of a PostgreSQL that may make databases."""
    if known := os.environ.get("DATABASE_URL"):
        yield known
        return
    try:
        psycopg.connect(USUAL_DATABASE, connect_timeout=2).close()
    except psycopg.OperationalError:
        server = OwnPostgreSQL(folder)
        server.start()
        try:
            yield server.url("postgres")
        finally:
            server.stop()
    else:
        yield USUAL_DATABASE


@contextmanager
def a_redis(folder: Path) -> Iterator[str]:
    if known := os.environ.get("REDIS_URL"):
        yield known
        return
    try:
        redis.Redis.from_url(USUAL_REDIS, socket_connect_timeout=2, retry=None).ping()
    except redis.ConnectionError:
        server = OwnRedis(folder)
        server.start()
        try:
            yield server.url
        finally:
            server.stop()
    else:
        yield USUAL_REDIS


def run(command: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="liaison-servers-") as name, ExitStack() as servers:
        folder = Path(name)
        folder.chmod(0o755)  # the database's account looks for its own below it
        where = {
            "DATABASE_URL": servers.enter_context(a_database(folder)), "REDIS_URL": servers.enter_context(a_redis(folder)),
        }  # fmt: skip
        print(" ".join(f"{name}={url}" for name, url in where.items()), flush=True)  # noqa: T201 - in the log of a check
        return subprocess.run(command, env=os.environ | where, check=False).returncode  # noqa: S603 - its whole purpose


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
