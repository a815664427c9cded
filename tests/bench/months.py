"""What a month's reports cost: `make bench`, on the servers of DATABASE_URL and REDIS_URL.

A county's (865 deputies, 72 branches, five Sundays), on SQLite, each part in a process of its own: CPU seconds and what
memory it takes beyond what the process had; all 84 reports are to stay within 1.5 s and 150 MiB. Then a province's (170
counties), handed out by `issue_months` to one Celery worker and to two: seconds by the clock, and that each report is made
once. Two workers want two idle processors: the load is printed, the speed-up (at least 1.5) is judged by who reads it.
"""

# ruff: noqa: T201 - printing is what this script is for
import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path
from time import monotonic, perf_counter, process_time, sleep
from urllib.parse import urlsplit

import django

SERVER = os.environ.get("DATABASE_URL")
OWN = f"bench_months_{os.getpid()}"
MARCH, ISSUED = date(2026, 3, 1), date(2026, 4, 1)  # a month of five Sundays
CPU, MEMORY = 1.5, 150  # seconds, MiB
PLACES = 84  # of a county
PARTS = ("load", "read", "issue", "next", "workbook", "pdf")
READY, LONGEST = 120, 3600  # seconds: to start a worker, to make everything


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--counties", type=int, default=170)
    options.add_argument("--part", choices=PARTS, help="one part of a county's")
    chosen = options.parse_args()
    if chosen.part:
        part_of_a_county(chosen.part)
        return
    county()
    if chosen.counties:
        with own_database():
            province(chosen.counties)


# ---- A county -------------------------------------------------------------------------------------------------------


def county() -> None:
    """Every part in its own process, on a database that the first one loads."""
    print("a county: 865 deputies, 72 branches, five Sundays", flush=True)
    with tempfile.TemporaryDirectory(prefix="liaison-bench-") as folder:
        environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        environment |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "julu_liaison.settings"}
        for part in PARTS:
            command = [sys.executable, __file__, "--part", part]
            subprocess.run(command, env=environment, check=True)  # noqa: S603 - our own interpreter and arguments


def part_of_a_county(part: str) -> None:
    django.setup()
    if part == "load":
        load(1, MARCH)
        return
    work = WORK[part]()
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    start = process_time()
    work()
    used, peak = process_time() - start, resident("VmHWM")
    over = "  over" if part == "issue" and (used > CPU or peak - before > MEMORY) else ""
    print(
        f"  {part:10}{used:6.2f} s CPU {peak - before:6.1f} MiB beside {before:.0f} MiB of the process{over}",
        flush=True,
    )


def resident(name: str) -> float:
    """MiB that this process has now (VmRSS), or had at most (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def load(counties: int, month: date) -> None:
    from django.core.management import call_command

    from tests.bench import province as rows

    call_command("migrate", verbosity=0)
    days = [month + timedelta(days=n) for n in range(31)]
    days = [day for day in days if day.month == month.month]
    sundays = [day for day in days if day.isoweekday() == 7]
    rows.build(counties)
    rows.load_sundays(sundays)
    rows.load_opinions(days, 2)
    rows.load_activities(sundays)


def reading() -> Callable:
    from activities.rules.months import read_month
    from stations.models import Station

    place = Station.objects.get(county=None)
    return lambda: read_month(place=place, month=MARCH, on=ISSUED)


def issuing() -> Callable:
    from django.db import transaction

    import activities.tasks  # noqa: F401 - what a worker has loaded
    from activities.services import issue_month
    from stations.models import Station
    from tests.cast import moment

    place = Station.objects.get(county=None)

    def work() -> None:
        with transaction.atomic():
            assert len(issue_month(county=place, month=MARCH, at=moment(ISSUED))) == PLACES
            transaction.set_rollback(True)  # the next part makes them, too

    return work


def writing(kind: str) -> Callable[[], Callable]:
    def prepared() -> Callable:
        from activities import reports

        figures = reading()()
        return lambda: getattr(reports, kind)(figures)

    return prepared


def issuing_warm() -> Callable:
    """As in a worker that has made one before: the addresses of all pages are read once a process (0.9 s, 35 MiB)."""
    from django.urls import reverse

    reverse("month-reports")
    return issuing()


WORK = {
    "read": reading,
    "next": issuing_warm,
    "issue": issuing,
    "workbook": writing("report_workbook"),
    "pdf": writing("report_pdf"),
}


# ---- A province -----------------------------------------------------------------------------------------------------


@contextmanager
def own_database() -> Iterator[None]:
    import psycopg

    assert SERVER and os.environ.get("REDIS_URL"), (
        "set DATABASE_URL to a PostgreSQL server and REDIS_URL to a Redis server"
    )
    os.environ |= {
        "DATABASE_URL": urlsplit(SERVER)._replace(path=f"/{OWN}").geturl(),
        "DATA_DIR": tempfile.mkdtemp(prefix="liaison-bench-"), "DJANGO_SETTINGS_MODULE": "julu_liaison.settings",
    }  # fmt: skip
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {OWN}")
        try:
            django.setup()
            yield
        finally:
            server.execute(f"DROP DATABASE {OWN} WITH (FORCE)")


def province(counties: int) -> None:
    from django.utils import timezone

    from deputies.models import Deputy
    from stations.models import Station

    month = (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)
    start = perf_counter()
    load(counties, month)
    branches = Station.objects.filter(level="branch").count()
    print(f"a province: {counties} counties, {branches:,} branches, {Deputy.objects.count():,} deputies, {month:%Y-%m}, "
          f"loaded in {perf_counter() - start:.0f} s", flush=True)  # fmt: skip
    clocks = [by_workers(number, counties) for number in (1, 2)]
    print(f"  speed-up {clocks[0] / clocks[1]:.2f}")


def by_workers(number: int, counties: int) -> float:
    """Have everything made by so many workers; returns seconds by the clock, without their start."""
    from activities.tasks import issue_months
    from tests.servers.workers import own_queue, working

    forget()
    folder = Path(os.environ["DATA_DIR"])
    with own_queue() as queue, ExitStack() as stack:
        logs = [folder / f"worker-{number}-{n}.log" for n in range(number)]
        workers = [stack.enter_context(working(queue, log)) for log in logs]
        wait(lambda: all("ready." in log.read_text() for log in logs), READY)
        load_before, used, start = os.getloadavg()[0], sum(map(cpu_of, workers)), perf_counter()
        issue_months()
        wait(lambda: issued() >= counties, LONGEST)
        clock, used = perf_counter() - start, sum(map(cpu_of, workers)) - used
    judge(counties)
    print(f"  {number} worker(s)  {clock:6.1f} s, {used:6.1f} s CPU, {clock / counties:.2f} s a county; "
          f"load before {load_before:.1f}", flush=True)  # fmt: skip
    return clock


def forget() -> None:
    """No report has been made yet."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE activities_monthreport, activities_monthedition, activities_reportstep, notices_notice CASCADE"
        )
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_seen AS SELECT 0::bigint AS audit")
        cursor.execute(
            "UPDATE bench_seen SET audit = (SELECT coalesce(max(id), 0) FROM common_auditlog)"
        )  # append-only


def issued() -> int:
    """Counties whose month was made since `forget`."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM common_auditlog WHERE action = 'issue_month' AND id > (SELECT audit FROM bench_seen)"
        )
        return cursor.fetchone()[0]


def judge(counties: int) -> None:
    """Every place has one report of one edition, every county one line of audit, everybody one notice."""
    from activities.models import MonthEdition, MonthReport
    from julu_liaison.notices.models import Notice

    people = counties * (PLACES - 1)  # a clerk a station, a head a branch
    found = (MonthReport.objects.count(), MonthEdition.objects.count(), Notice.objects.count(), issued())
    told = Notice.objects.values("user").distinct().count()
    assert (*found, told) == (counties * PLACES, counties * PLACES, people, counties, people), (*found, told)


def cpu_of(worker: subprocess.Popen) -> float:
    """CPU seconds that a process has used."""
    fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait(reached: Callable[[], bool], longest: float) -> None:
    until = monotonic() + longest
    while not reached():
        assert monotonic() < until, "too long"
        sleep(0.05)


if __name__ == "__main__":
    main()
