"""What the ledger costs in CPU seconds, 865 deputies × 120 facts of a year: `make bench`, on SQLite and on PostgreSQL.

A full rescore is to stay below 5 s and the nightly check that finds nothing below 2 s: with most facts being presence,
as in a county; beside it what it costs if every fact earned something. Makes a database of its own and drops it.
"""

# ruff: noqa: T201 - printing is what this script is for
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from time import perf_counter, process_time
from urllib.parse import urlsplit

import django
import psycopg

SERVER = os.environ.get("DATABASE_URL")
OWN = f"liaison_points_{os.getpid()}"
if SERVER:
    os.environ["DATABASE_URL"] = urlsplit(SERVER)._replace(path=f"/{OWN}").geturl()
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="liaison-bench-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

DEPUTIES, BRANCH_SIZE = 865, 10
SUNDAYS, MEETINGS, TICKETS = 48, 62, 10  # facts of a deputy: 120
YEAR = 2026
FULL, NIGHTLY = 5.0, 2.0
Seconds = tuple[float, float]  # of the processor here, and by the clock


def seconds(work: Callable) -> Seconds:
    clock, start = perf_counter(), process_time()
    work()
    return process_time() - start, perf_counter() - clock


def people_of(cast, count: int) -> list:
    """Copies of one of the cast's deputies."""
    from deputies.models import Deputy

    columns = Deputy.objects.filter(pk=cast.deputy_person.pk).values().get()
    for name in ("id", "uid", "code", "user_id", "phone"):
        columns.pop(name, None)
    return Deputy.objects.bulk_create((Deputy(**columns, code=f"B{n:05d}") for n in range(count)), batch_size=500)


def record(cast, people: list, usual: Callable[[int], str]) -> None:
    """Logs, activities and opinions of a year; `usual` gives the presence of the n-th fact of a deputy."""
    from activities.models import Activity, ActivityAttendance, Attendance, DutyLog
    from activities.states import ActivityKind, ActivityState
    from tests.cast import moment

    sheets, present = [], []
    for day in (date(YEAR, 1, 4) + timedelta(days=7 * n) for n in range(SUNDAYS)):
        for first in range(0, len(people), BRANCH_SIZE):
            log = DutyLog(year=YEAR, serial=len(sheets) + 1, date=day, recorder=cast.clerk, filed_at=moment(day))
            log.put_at(cast.gt01)
            log.register = cast.gt
            sheets.append(log)
            present.append(people[first : first + BRANCH_SIZE])
    DutyLog.objects.bulk_create(sheets, batch_size=500)
    Attendance.objects.bulk_create(
        (
            Attendance(log=log, deputy=one, status=usual(n + log.serial), expected=True)
            for log, team in zip(sheets, present, strict=True)
            for n, one in enumerate(team)
        ),
        batch_size=2000,
    )
    meetings = Activity.objects.bulk_create(
        Activity(
            station=cast.county, county=cast.county, kind=ActivityKind.STUDY, title=f"第{n}次学习", required=True,
            state=ActivityState.HELD, held_on=date(YEAR, 1, 5) + timedelta(days=5 * n), recorder=cast.admin,
            recorded_at=moment(date(YEAR, 12, 1)),
        )
        for n in range(MEETINGS)
    )  # fmt: skip
    ActivityAttendance.objects.bulk_create(
        (
            ActivityAttendance(activity=meeting, deputy=one, status=usual(n + k), expected=True)
            for k, meeting in enumerate(meetings)
            for n, one in enumerate(people)
        ),
        batch_size=2000,
    )


def tickets(cast, people: list) -> None:
    """Accepted opinions of everybody."""
    from activities.services import Matter
    from opinions.models import Opinion
    from opinions.services import register_opinion
    from tests.cast import moment

    matter = Matter("村西道路塌陷", "road", deputy=cast.deputy_person)
    first = register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=moment(date(YEAR, 3, 1)))
    columns = Opinion.objects.filter(pk=first.pk).values().get()
    for name in ("id", "uid", "number", "deputy_id", "state"):
        columns.pop(name)
    Opinion.objects.bulk_create(
        (
            Opinion(**columns, number=f"〔2026〕第{n}-{one.pk}号", deputy_id=one.pk, state="at_branch")
            for one in people
            for n in range(TICKETS)
        ),
        batch_size=500,
    )


def mostly_there(n: int) -> str:
    from activities.states import Presence

    return {0: Presence.ABSENT, 1: Presence.PRIVATE_LEAVE, 2: Presence.LATE}.get(n % 40, Presence.PRESENT)


def never_there(_n: int) -> str:
    from activities.states import Presence

    return Presence.ABSENT


def measure(name: str, usual: Callable[[int], str]) -> None:
    """One county with `usual` presence; the figures are printed, what is over its limit is marked."""
    from scoring.models import PointEntry
    from scoring.services import rescore, scores_of
    from scoring.services.ledger.verifying import verify
    from tests.cast import build_cast, moment

    cast = build_cast()
    people = people_of(cast, DEPUTIES)
    record(cast, people, usual)
    tickets(cast, people)
    made: list = []
    facts = {"county": cast.county, "year": YEAR, "at": moment(date(YEAR, 12, 31))}
    full = seconds(lambda: made.append(rescore(**facts)))
    nightly = seconds(lambda: made.append(rescore(**facts)))
    checked = seconds(lambda: made.append(verify(year=YEAR)))
    summed = seconds(lambda: scores_of(county=cast.county, year=YEAR))
    print(f"{name}: {DEPUTIES} deputies, {made[0]:,} lines of {DEPUTIES * (SUNDAYS + MEETINGS + TICKETS):,} facts")
    for words, (cpu, clock), limit in (
        ("full rescore", full, FULL), ("nothing to do", nightly, NIGHTLY), ("verify", checked, None),
        ("scores of all", summed, None),
    ):  # fmt: skip
        over = f"  over {limit:.0f} s" if limit and clock > limit else ""
        print(f"  {words:16}{cpu:6.2f} s CPU {clock:6.2f} s{over}")
    assert made[1:] == [0, []], made[1:]
    assert PointEntry.objects.count() == made[0]


@contextmanager
def taken_back() -> Iterator[None]:
    """The database as it was before."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def run() -> None:
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0)
    print(connection.vendor)
    for name, usual in (("mostly there", mostly_there), ("never there", never_there)):
        with taken_back():
            measure(name, usual)


def main() -> None:
    if not SERVER:
        run()
        return
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {OWN}")
        try:
            run()
        finally:
            server.execute(f"DROP DATABASE {OWN} WITH (FORCE)")


if __name__ == "__main__":
    main()
