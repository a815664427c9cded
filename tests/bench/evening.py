"""A Sunday evening under load: `make bench`, on the servers of DATABASE_URL and REDIS_URL (a Redis database that is empty).

The demo county on PostgreSQL, everybody with an account, gunicorn with two workers as in docker-compose.yml, a Celery worker
of two processes. From a process of its own: 72 branches' sheets typed, with drafts, checked and filed; 865 deputies look;
400 villagers scan boards, some say something; officers answer; 20 people sign in. The half hour is pressed into `--seconds`. Then
single pages at growing rates, until one of a hundred takes more than a second. Clients run on the same processors.
Fails where an answer is not the expected one, a branch has not exactly one log, or `check_data` or `verify_ledger` finds anything.
"""

# ruff: noqa: T201 - printing is what this script is for
import argparse
import json
import os
import random
import socket
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from time import monotonic, perf_counter, sleep

from tests.bench.evening_clock import Done, live
from tests.bench.evening_people import EVENING, Plan, arrivals, evening
from tests.bench.public import opened, own_database

SECONDS = 120
RATES, EACH, SLOW = (5, 10, 15, 20, 25, 30, 40, 50, 60, 80), 15, 1.0
READY, DRAINED = 60, 300
SEED = 20


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=int, default=SECONDS, help="into which the half hour is pressed")
    options.add_argument("--drive", type=Path, help="the plan; what the driving process is started with")
    options.add_argument("--port", type=int)
    options.add_argument("--rate", type=float)
    chosen = options.parse_args()
    if chosen.drive:
        drive(chosen)
        return 0
    with own_database():
        return run(chosen.seconds)


def run(seconds: int) -> int:
    os.environ |= {"ACCESS_LOG_LEVEL": "WARNING", "WEB_WORKERS": "2", "WEB_THREADS": "4", "HOST": "127.0.0.1"}
    start = perf_counter()
    plan = load()
    print(f"loaded in {perf_counter() - start:.0f} s: {len(plan.clerks)} branches to file for {plan.day}, "
          f"{len(plan.deputies)} deputies, {len(plan.officers)} tickets to answer", flush=True)  # fmt: skip
    folder = Path(os.environ["DATA_DIR"])
    (folder / "plan.json").write_text(json.dumps(asdict(plan)))
    with ExitStack() as stack:
        worker = stack.enter_context(working(folder / "worker.log"))
        web, port = stack.enter_context(served())
        print(
            f"half an hour in {seconds} s ({EVENING / seconds:.0f} times as fast), load before {os.getloadavg()[0]:.1f}",
            flush=True,
        )
        faults = told(driven(folder, port, ["--seconds", str(seconds)], web=web, worker=worker))
        drained = _drain()
        print(f"queue empty {drained:.1f} s after the last page", flush=True)
        faults += judged(plan)
        climb(folder, port, web, worker)
    return int(faults > 0)


# ---- The county ------------------------------------------------------------------------------------------------------


def load() -> Plan:
    """The demo county, with accounts and sessions for everybody."""
    from django.conf import settings
    from django.core.management import call_command

    from activities.models import Shift
    from activities.states import ShiftState
    from julu_liaison.accounts.models import User
    from julu_liaison.common.working_days import today_here
    from julu_liaison.management.demo.staff import PASSWORD
    from stations.models import Posting, Station
    from tests.bench import province_accounts

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    if not Station.objects.exists():
        call_command("seed_demo", stage="running", verbosity=0)
    province_accounts.open_all()
    held = Shift.objects.filter(date__lte=today_here(), state=ShiftState.PLANNED)
    day = held.latest("date").date
    clerk_of = {row.station_id: row.user for row in Posting.objects.filter(role="clerk").select_related("user")}
    branches = list(Station.objects.branches().filter(pk__in=held.filter(date=day).values("branch")).order_by("code"))
    deputies = User.objects.filter(deputy__isnull=False)
    return Plan(
        day=day.isoformat(), cookie=settings.SESSION_COOKIE_NAME, password=PASSWORD,
        clerks={branch.code: _login(clerk_of[branch.parent_id]) for branch in branches},
        deputies=[_login(user) for user in deputies],
        branches=[branch.code for branch in branches],
        officers=_to_answer(),
    )  # fmt: skip


def _login(user) -> tuple[str, str]:
    """A session made as signing in makes it, without the password's price."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return user.username, session.session_key


def _to_answer() -> list[tuple[str, str, bool]]:
    """Opinions at departments, each with a token of its department's officer."""
    from julu_liaison.accounts.services import issue_token
    from opinions.models import Opinion, Reply
    from stations.models import Posting

    officers = Posting.objects.filter(role="department_officer").select_related("user")
    tokens = {row.department_id: issue_token(user=row.user)[0] for row in officers}
    tickets = Opinion.objects.filter(state="at_department", kind="opinion").order_by("pk")
    tickets = tickets.exclude(pk__in=Reply.objects.filter(signed_at=None, withdrawn=False).values("opinion"))
    return [(tokens[row.holder_department_id], str(row.uid), row.signed_for_at is not None) for row in tickets]


# ---- The site --------------------------------------------------------------------------------------------------------


@contextmanager
def served() -> Iterator[tuple[int, int]]:
    """gunicorn as in production on a free port; yields its process and the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["gunicorn", "-c", "python:julu_liaison.gunicorn", "julu_liaison.wsgi"]
    with _process([sys.executable, "-m", *command], {"PORT": str(port)}) as process:
        end = monotonic() + READY
        while opened(port, "/", "10.0.0.1")[0] != 200:
            assert monotonic() < end and process.poll() is None, "the site doesn't start"
            sleep(0.2)
        yield process.pid, port


@contextmanager
def working(log: Path) -> Iterator[int]:
    """The Celery worker as in production; yields its process."""
    from julu_liaison.celery import app

    command = ["celery", "-A", "julu_liaison", "worker", "-n", "evening@localhost", "--concurrency", "2"]
    with log.open("wb") as output, _process([sys.executable, "-m", *command], {}, output) as process:
        end = monotonic() + READY
        while not app.control.ping(timeout=1):
            assert monotonic() < end and process.poll() is None, "the worker doesn't start"
        yield process.pid


@contextmanager
def _process(command: list[str], more: dict[str, str], output=None) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        command, env=os.environ | more, stdout=output, stderr=output
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _drain() -> float:
    """Wait until no task waits or runs; returns the seconds."""
    from julu_liaison.celery import app

    start, quiet = perf_counter(), 0
    while quiet < 3:
        assert perf_counter() - start < DRAINED, "the queue doesn't get empty"
        with app.connection_for_read() as broker:
            waiting = broker.default_channel.queue_declare("celery", passive=False).message_count
        active = app.control.inspect(timeout=1).active() or {}
        quiet = quiet + 1 if not waiting and not any(active.values()) else 0
        sleep(0.2)
    return perf_counter() - start


# ---- Driving ---------------------------------------------------------------------------------------------------------


def drive(chosen: argparse.Namespace) -> None:
    """In a process of its own: live through the evening, or open pages at one rate; print what came as JSON."""
    plan, chance = Plan.read(chosen.drive.read_text()), random.Random(SEED)
    if chosen.rate:
        found = live(chosen.port, arrivals(plan, chosen.rate, EACH, chance), EACH)
    else:
        found = live(chosen.port, evening(plan, EVENING / chosen.seconds, chance), chosen.seconds * 3)
    print(json.dumps(found))


def driven(folder: Path, port: int, more: list[str], *, web: int, worker: int) -> list[Done]:
    """Run the driver; print what it and the others took of the processors."""
    before, start = _used(web, worker), perf_counter()
    command = [sys.executable, __file__, "--drive", str(folder / "plan.json"), "--port", str(port), *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 - our own interpreter and arguments
    output = process.stdout.read()
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    clock, after = perf_counter() - start, _used(web, worker)
    found = [Done(*row) for row in json.loads(output)]
    shares = {name: after[name] - before[name] for name in before} | {"clients": usage.ru_utime + usage.ru_stime}
    words = ", ".join(f"{name} {seconds / clock:.2f}" for name, seconds in shares.items())
    each = ", ".join(f"{name} {shares[name] * 1000 / max(len(found), 1):.0f}" for name in before)
    print(
        f"{len(found):,} requests in {clock:.0f} s; processors in use: {words}; ms of CPU a request: {each}", flush=True
    )
    return found


def _used(web: int, worker: int) -> dict[str, float]:
    """CPU seconds by now of the site, the worker and the database's processes that serve them."""
    name = os.environ["DATABASE_URL"].rpartition("/")[2]
    parents: dict[int, list[int]] = defaultdict(list)
    for pid in _pids():
        parents[int(_stat(pid)[1])].append(pid)
    return {
        "web": sum(map(_cpu, _family(web, parents))), "worker": sum(map(_cpu, _family(worker, parents))),
        "database": sum(_cpu(pid) for pid in _pids() if name in _command(pid) and "postgres:" in _command(pid)),
    }  # fmt: skip


def _family(root: int, parents: dict[int, list[int]]) -> list[int]:
    return [root, *(pid for child in parents.get(root, []) for pid in _family(child, parents))]


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _stat(pid: int) -> list[str]:
    """Fields of a process from its state on; one that has ended counts nothing."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 20


def _cpu(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def climb(folder: Path, port: int, web: int, worker: int) -> None:
    """Single pages, more and more a second."""
    for rate in RATES:
        found = driven(folder, port, ["--rate", str(rate)], web=web, worker=worker)
        times = sorted(one.seconds for one in found)
        slow = times[len(times) * 99 // 100]
        bad = sum(not one.is_expected for one in found)
        print(f"  {rate:3} pages/s   p50 {times[len(times) // 2] * 1000:7.0f} ms   p95 {times[len(times) * 95 // 100] * 1000:7.0f} ms   "
              f"p99 {slow * 1000:7.0f} ms   {bad} faults", flush=True)  # fmt: skip
        if slow > SLOW:
            return


# ---- Judging ---------------------------------------------------------------------------------------------------------


def told(found: list[Done]) -> int:
    """A table of what was asked; returns how many answers were not the expected ones."""
    by_kind: dict[str, list[Done]] = defaultdict(list)
    for one in found:
        by_kind[one.kind].append(one)
    by_kind["all"] = found
    print("| | requests | p50 ms | p95 ms | p99 ms | most ms | errors |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for kind, some in by_kind.items():
        times = sorted(one.seconds * 1000 for one in some)
        parts = [times[min(len(times) * share // 100, len(times) - 1)] for share in (50, 95, 99, 100)]
        bad = Counter(one.status for one in some if not one.is_expected)
        errors = ", ".join(f"{count} × {status or 'no answer'}" for status, count in bad.items()) or "0"
        print(f"| {kind} | {len(some):,} | {' | '.join(f'{part:,.0f}' for part in parts)} | {errors} |", flush=True)
    return sum(not one.is_expected for one in found)


def judged(plan: Plan) -> int:
    """How many things are not as they should be afterwards."""
    from activities.models import DutyLog, SheetDraft

    logs = Counter(DutyLog.objects.valid().filter(date=plan.day).values_list("branch__code", flat=True))
    wrong = [f"{code}: {logs[code]} logs" for code in plan.clerks if logs[code] != 1]
    wrong += [f"draft left: {draft}" for draft in SheetDraft.objects.filter(date=plan.day)]
    for name in ("check_data", "verify_ledger", "check_tree"):
        command = [sys.executable, "manage.py", name]
        result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own interpreter and arguments
        wrong += result.stdout.splitlines() or ([f"{name}: {result.stderr[-500:]}"] if result.returncode else [])
    print(
        *wrong[:20],
        f"{sum(logs.values())} logs of {len(plan.clerks)} branches; problems: {len(wrong)}",
        sep="\n",
        flush=True,
    )
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main())
