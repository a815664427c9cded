"""Our tickets beside django-helpdesk's, one table: `make bench`, on the servers of DATABASE_URL and REDIS_URL.

Each side is a process that stays up, in an environment of its own, with a database of its own on the same server, seeded
with the same numbers of tickets, departments, accounts, hops and words. One thing after the other is done by both in
turn, so that both have the same machine; medians are shown, of what comes after a warm-up. What takes long is done less
often: twice, or even once. The other side's environment is made once, below .cache.
Fails where ours misses its target or takes more than theirs.
"""

# ruff: noqa: T201 - printing is what this script is for
import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

from tests.bench.helpdesk.amounts import OFFICES, ROWS, SIZES, STAFF
from tests.bench.helpdesk.table import Cost, Line, Target, drawn, shortfalls

HELPDESK = "2.6.1"
ROOT = Path(__file__).parents[3]
ENVIRONMENT = ROOT / ".cache" / f"django-helpdesk-{HELPDESK}"
SHARED = ("django", "djangorestframework", "psycopg", "psycopg-binary")  # of the same version on both sides
KEYS = f"bench-{os.getpid()}:"
ROUNDS, WARM_UP, PATIENCE, LIMIT = 15, 3, 20_000, 60_000  # ms of both together: after two rounds, after one
# What is done, and what theirs is called where it has another name or no such thing of its own.
WORK = {
    "list, open": None, "list, all": None, "detail": None, "create": None, "dashboard": None,
    "dashboard, counted anew": "dashboard", "API list": None, "API detail": None, "overdue sweep": None,
}  # fmt: skip
TARGETS = {
    "list, open": Target(queries=10, cpu=60), "list, all": Target(queries=10, cpu=60), "detail": Target(queries=15),
    "dashboard": Target(cpu=150), "dashboard, counted anew": Target(cpu=150), "API list": Target(queries=8, cpu=40),
    "API detail": Target(queries=8, cpu=40), "overdue sweep": Target(cpu=2000, tickets=50_000),
}  # fmt: skip
EXPLAINED = f"""\
Ratio: how many times as much of its process's CPU theirs takes. Clock: with the database's part. A fifth of the tickets
is open and late; {OFFICES} departments (queues), {STAFF} accounts of staff, the same words, as many follow-ups as hops.

- list: {ROWS} rows, the newest first. Theirs is a page and the rows that it fetches by script; ours is one page.
- detail: an open ticket at a department, looked at by staff, with the forms of what can be done.
- create: the form sent by staff. Theirs writes ticket and follow-up. Ours locks the branch, draws a number without gaps,
  writes ticket, term by the working-day calendar, hop and audit row in one transaction, takes a form sent twice once,
  tells the queue; a second sending of the form finds the ticket.
- dashboard: theirs counts tickets by age. Ours is a county's year by 11 stations, 72 branches and {OFFICES} departments with
  52 Sundays' receptions; shown as it was kept, at most ten minutes old. Counted anew: as the first one who looks waits.
- API: {ROWS} rows, one ticket. Theirs reads every ticket's own fields before it picks a page.
- overdue sweep: of the open fifth. Theirs is `escalate_tickets`: a mail a ticket with an owner, no transaction around it.
  Ours is one transaction, a notice a person; a second run changes nothing.
"""


class Side:
    """One process that does what it is told, a line at a time."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]):
        self.name, self.errors = name, tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed by `end`
        self.process = subprocess.Popen(  # noqa: S603 - our own arguments
            command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors
        )  # fmt: skip

    def load(self, tickets: int) -> set[str]:
        return set(self._asked({"load": tickets}))

    def run(self, name: str) -> Cost:
        return Cost(**self._asked({"run": name}))

    def _asked(self, question: dict):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            self.errors.seek(0)
            raise SystemExit(f"{self.name} ended at {question}:\n{self.errors.read()[-4000:]}")
        return json.loads(answer)

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.errors.close()


@dataclass(frozen=True)
class Sides:
    theirs: Side
    ours: Side

    def lines(self, sizes: list[int]) -> Iterator[Line]:
        for tickets in sizes:
            theirs_can, ours_can = self.theirs.load(tickets), self.ours.load(tickets)
            for name, as_theirs in WORK.items():
                assert name in ours_can and (as_theirs or name) in theirs_can, name
                line = self._measured(name, as_theirs or name, tickets)
                print(f"{drawn([line]).splitlines()[-1]} {len(line.ours)} rounds", file=sys.stderr, flush=True)
                yield line

    def _measured(self, name: str, as_theirs: str, tickets: int) -> Line:
        theirs: list[Cost] = []
        ours: list[Cost] = []
        tries = [(self.theirs, as_theirs, theirs), (self.ours, name, ours)]
        spent = 0.0
        while len(ours) < WARM_UP + ROUNDS and spent < (LIMIT if len(ours) < 2 else PATIENCE):
            for side, asked, found in tries if len(ours) % 2 else reversed(tries):
                found.append(side.run(asked))
                spent += found[-1].clock
        first = min(WARM_UP, len(ours) - 1)
        return Line(name, tickets, theirs[first:], ours[first:])


def environment_of_theirs() -> Path:
    """Their Python, with what it needs installed, as it is or made now."""
    python = ENVIRONMENT / "bin" / "python"
    done = ENVIRONMENT / "installed"
    if not done.exists():
        print(f"installing django-helpdesk {HELPDESK} …", file=sys.stderr, flush=True)
        shared = [f"{name}=={version(name)}" for name in SHARED]
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)  # noqa: S603 - our own words
        subprocess.run(  # noqa: S603 - our own arguments
            [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", f"django-helpdesk=={HELPDESK}", *shared], check=True
        )
        done.touch()
    return python


@contextmanager
def database(server: str, name: str) -> Iterator[str]:
    """An empty database on the server, dropped in the end; both are told that the disk is an SSD (docs/operations.md)."""
    own = f"bench_helpdesk_{name}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {own}")
        try:
            connection.execute(f"ALTER DATABASE {own} SET random_page_cost = 1.1")
            yield urlsplit(server)._replace(path=f"/{own}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {own} WITH (FORCE)")


@contextmanager
def own_keys(address: str) -> Iterator[None]:
    """What ours puts into Redis goes again in the end."""
    try:
        yield
    finally:
        with redis.from_url(address) as connection:
            for key in connection.scan_iter(match=f"{KEYS}*", count=1000):
                connection.delete(key)


@contextmanager
def both(server: str, queue: str) -> Iterator[Sides]:
    """Both processes, up and seeded."""
    with ExitStack() as stack:
        stack.enter_context(own_keys(queue))
        plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        sides = []
        for name, python in (("theirs", environment_of_theirs()), ("ours", Path(sys.executable))):
            environment = plain | {
                "DATABASE_URL": stack.enter_context(database(server, name)), "REDIS_URL": queue, "BENCH_KEYS": KEYS,
                "DATA_DIR": stack.enter_context(tempfile.TemporaryDirectory(prefix="liaison-bench-")),
                "APP_ENV": "production", "HTTPS": "off", "SECRET_KEY": "only-for-this-bench-" * 3, "ALLOWED_HOSTS": "*",
                "API_RATE": "100000/min",
            }  # fmt: skip
            side = Side(name, [str(python), "-m", f"tests.bench.helpdesk.{name}"], environment)
            stack.callback(side.end)
            sides.append(side)
        yield Sides(*sides)


def machine(server: str) -> str:
    """When and on what it was measured."""
    with psycopg.connect(server) as connection:
        database_version = connection.info.parameter_status("server_version").split()[0]
    return (
        f"{date.today():%Y-%m-%d}, {os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
        f"Django {version('django')}, PostgreSQL {database_version}, django-helpdesk {HELPDESK}, "
        f"load before {os.getloadavg()[0]:.1f}"
    )


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--out", type=Path, help="write the table to this file as well")
    asked.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    options = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # who stops it finds no databases left
    server, queue = os.environ["DATABASE_URL"], os.environ["REDIS_URL"]
    where = machine(server)
    with both(server, queue) as sides:
        lines = list(sides.lines(options.sizes))
    text = f"{where}\n\n{drawn(lines)}\n\n{EXPLAINED}"
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    missed = shortfalls(lines, TARGETS)
    print("\n".join(missed) or "all targets are kept, nothing takes more than theirs")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
