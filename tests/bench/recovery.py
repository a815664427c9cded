"""How long it takes until a county works again on a fresh machine: `make bench`, on the server of DATABASE_URL.

The demo county with its year and its portraits is backed up, encrypted; then everything that docs/operations.md says is done
in a clone of this checkout beside it: the program installed, database and files put back and compared, brought up to date,
asked whether anything is missing, started until it serves a page. Databases of its own, dropped afterwards. What a person does
in between (a machine, PostgreSQL, the keys from the safe) is not in it.
"""

# ruff: noqa: T201, S603, S607 - printing and running commands is what this script is for
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import perf_counter, sleep
from urllib.parse import urlsplit

import psycopg
import pyrage

SERVER = os.environ["DATABASE_URL"]
OLD, NEW = (f"bench_recovery_{os.getpid()}_{which}" for which in ("old", "new"))
HERE, PORT, READY = Path(__file__).resolve().parents[2], "8797", 60


@contextmanager
def two_databases() -> Iterator[None]:
    with psycopg.connect(SERVER, autocommit=True) as server:
        for name in (OLD, NEW):
            server.execute(f"CREATE DATABASE {name} LOCALE 'C.UTF-8' TEMPLATE template0")
        try:
            yield
        finally:
            for name in (OLD, NEW):
                server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def environment(database: str, data: Path) -> dict[str, str]:
    """What both machines are set to; the keys are the same, as they must be."""
    return os.environ | {
        "DATABASE_URL": urlsplit(SERVER)._replace(path=f"/{database}").geturl(), "DATA_DIR": str(data), "HTTPS": "off",
        "APP_ENV": "production", "SECRET_KEY": "only-for-this-bench-" * 3, "ALLOWED_HOSTS": "*",
        "SITE_URL": "http://127.0.0.1", "FIELD_KEYS": "", "HOST": "127.0.0.1", "PORT": PORT,
    }  # fmt: skip


def manage(folder: Path, where: dict[str, str], *words: str, may_complain: bool = False) -> str:
    done = subprocess.run(
        [folder / ".venv/bin/python", "manage.py", *words], cwd=folder, env=where, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert may_complain or done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def serve_one_page(folder: Path, where: dict[str, str]) -> None:
    command = [folder / ".venv/bin/gunicorn", "-c", "python:julu_liaison.gunicorn", "julu_liaison.wsgi"]
    with subprocess.Popen(command, cwd=folder, env=where, stderr=subprocess.DEVNULL) as site:
        end = perf_counter() + READY
        try:
            while not answers() and perf_counter() < end:
                sleep(0.1)
            assert answers(), "the site never answered"
        finally:
            site.terminate()


def answers() -> bool:
    link = HTTPConnection("127.0.0.1", int(PORT), timeout=5)
    try:
        link.request("GET", "/", headers={"Host": "localhost"})
        return link.getresponse().status == 200
    except (HTTPException, OSError):
        return False
    finally:
        link.close()


def size(folder: Path) -> str:
    return f"{sum(one.stat().st_size for one in folder.rglob('*') if one.is_file()) / 1e6:.0f} MB"


def run() -> int:
    work = Path(tempfile.mkdtemp(prefix="liaison-recovery-"))
    key = pyrage.x25519.Identity.generate()
    (work / "key.txt").write_text(str(key))
    old, new, clone = environment(OLD, work / "old"), environment(NEW, work / "new"), work / "program"
    manage(HERE, old, "migrate", "-v0")
    manage(HERE, old, "seed_demo", "--stage", "running")
    print(f"county: files of {size(work / 'old')}\n\n| step | seconds |\n| --- | --: |")
    total = 0.0

    def timed(name: str, act: Callable[[], object], *, counts: bool = True) -> None:
        nonlocal total
        start = perf_counter()
        act()
        took = perf_counter() - start
        total += took if counts else 0
        print(f"| {name} | {took:.1f} |", flush=True)

    recipient = str(key.to_public())
    timed("backup, encrypted (not counted: it lies there)", counts=False,
          act=lambda: manage(HERE, old, "backup", str(work / "backups"), "--recipient", recipient))  # fmt: skip
    subprocess.run(["git", "clone", "-q", HERE, clone], check=True)
    timed("program and packages installed", lambda: subprocess.run(
        ["make", "-s", ".venv/installed"], cwd=clone, check=True, capture_output=True))  # fmt: skip
    timed("restore, everything compared", lambda: manage(
        clone, new, "restore", str(work / "backups"), "--identity", str(work / "key.txt")))  # fmt: skip
    timed("prepare", lambda: manage(clone, new, "prepare"))
    timed("doctor", lambda: manage(clone, new, "doctor", may_complain=True))
    timed("started, first page", lambda: serve_one_page(clone, new))
    print(f"| **altogether** | **{total:.0f}** |\n\nbackup of {size(work / 'backups')}")
    return 0


if __name__ == "__main__":
    with two_databases():
        sys.exit(run())
