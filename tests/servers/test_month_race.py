"""A month's reports on PostgreSQL and Redis: made once by however many, whatever is killed; agreed to in one order with filing."""

import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from activities.models import DutyLog, MonthEdition, MonthReport, ReportStep
from activities.rules.months import read_month, settled_digest
from activities.services import (
    SundayRow,
    accept_month,
    confirm_month,
    correct_log,
    draft_roster,
    file_log,
    issue_month,
    lock_month,
    void_log,
)
from activities.services.month_reports import changes_since_lock, current_edition, figures_of
from activities.states import Presence, ReportState
from activities.tasks import issue_county_month, issue_months
from julu_liaison.common.errors import Conflict, DomainError, StaleVersion
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from stations.models import Station
from stations.services import move_branch, open_station
from tests.cast import OPENED, build_cast, moment
from tests.servers.workers import queue, working  # noqa: F401 - queue is a fixture

pytestmark = pytest.mark.django_db(transaction=True)

MARCH, FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 8)
ISSUED, LATER = moment(date(2026, 4, 1), 6), moment(date(2026, 4, 3))
PLACES, TOLD = 6, 3  # of the cast: reports of a month; one head and two clerks
DEADLINE = 90  # seconds; a busy machine needs a few of them to start a worker


@pytest.fixture
def county():
    cast = build_cast()
    file(cast, cast.gt01, FIRST)()
    return cast


def file(cast, branch, on: date, received: int = 2) -> Callable:
    actor = cast.stranger if branch == cast.yt01 else cast.clerk
    row = SundayRow(branch=branch, attendance={cast.deputies[branch.code][1]: Presence.PRESENT}, received=received)
    return partial(file_log, row=row, on=on, actor=actor, at=LATER)


def report(place) -> MonthReport:
    return MonthReport.objects.select_related("place__parent").get(place=place, month=MARCH)


def step(service, place, actor) -> Callable:
    seen = settled_digest(read_month(place=place, month=MARCH, on=LATER.date()))
    return partial(service, report=report(place), seen=seen, actor=actor, at=LATER)


@pytest.fixture
def accepted(county):
    """Everything is handed in; the county can lock."""
    issue_month(county=county.county, month=MARCH, at=ISSUED)
    for branch, actor in ((county.gt01, county.clerk), (county.gt02, county.clerk), (county.yt01, county.stranger)):
        step(confirm_month, branch, actor)()
    step(accept_month, county.gt, county.clerk)()
    step(accept_month, county.yt, county.stranger)()
    return county


def made() -> tuple[int, ...]:
    """Reports, places with one, editions, steps, audit rows, notices, people told."""
    told = Notice.objects.filter(text__contains="月报生成好了")
    return (
        MonthReport.objects.count(), MonthReport.objects.values("place").distinct().count(), MonthEdition.objects.count(),
        ReportStep.objects.filter(move="issue").count(), AuditLog.objects.filter(action="issue_month").count(),
        told.count(), told.values("user").distinct().count(),
    )  # fmt: skip


ONCE = (PLACES, PLACES, PLACES, PLACES, 1, TOLD, TOLD)
NOTHING = (0,) * len(ONCE)


def until(reached: Callable[[], bool], said: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + DEADLINE
    while not reached():
        assert time.monotonic() < deadline, said()
        time.sleep(0.02)


def waiting() -> int:
    """How many connections to this database wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_clear_snapshot()"
        )  # a transaction sees the connections of its first look otherwise
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def behind(place: Station, *acts: Callable) -> list:
    """Run the acts while the place is held, each once the ones before it wait for it; returns what became of them."""
    outcomes: list = [None] * len(acts)

    def one(index: int) -> None:
        try:
            outcomes[index] = acts[index]()
        except (DomainError, OperationalError) as error:
            outcomes[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=[index]) for index in range(len(acts))]
    with transaction.atomic():
        Station.objects.select_for_update(no_key=True).get(pk=place.pk)
        for number, thread in enumerate(threads, start=1):
            thread.start()
            until(lambda number=number: waiting() == number)
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


# ---- Made once ----


def test_four_who_make_the_same_month_at_once_make_it_once(county, race):
    outcomes = race(*[partial(issue_month, county=county.county, month=MARCH, at=ISSUED)] * 4)
    assert sorted(map(len, outcomes)) == [0, 0, 0, PLACES], outcomes
    assert made() == ONCE


def test_two_workers_that_are_told_twice_make_one_report_of_every_place(county, queue, tmp_path):  # noqa: F811
    logs = [tmp_path / "one.log", tmp_path / "two.log"]
    with working(queue, logs[0]), working(queue, logs[1]):
        with transaction.atomic():
            Station.objects.select_for_update(no_key=True).get(pk=county.county.pk)
            for _time in range(2):
                issue_county_month.delay(county.county.pk, MARCH.isoformat())
            until(lambda: waiting() == 2, lambda: said(logs))  # both have begun
            assert made() == NOTHING
        until(lambda: finished(logs) == 2, lambda: said(logs))
    assert made() == ONCE


def test_a_worker_killed_in_the_middle_leaves_nothing_half_and_the_next_makes_everything(county, queue, tmp_path):  # noqa: F811
    """Held at its last writes, the notices: by then reports, editions and steps are written, but nobody sees them."""
    logs = [tmp_path / "killed.log", tmp_path / "next.log"]
    with working(queue, logs[0]) as process:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE notices_notice IN SHARE MODE")
            issue_county_month.delay(county.county.pk, MARCH.isoformat())
            until(lambda: waiting() == 1, lambda: said(logs[:1]))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        until(lambda: waiting() == 0)
    assert made() == NOTHING
    with working(queue, logs[1]):
        issue_county_month.delay(county.county.pk, MARCH.isoformat())
        until(lambda: made() == ONCE, lambda: said(logs))
    assert issue_month(county=county.county, month=MARCH, at=LATER) == []


def test_what_the_hourly_task_hands_out_is_made_by_a_worker(county, queue, tmp_path):  # noqa: F811
    log, last = tmp_path / "worker.log", (timezone.localdate().replace(day=1))
    with working(queue, log):
        assert issue_months() == 1
        until(lambda: MonthReport.objects.count() == PLACES, lambda: said([log]))
    assert {(one.month < last, one.state) for one in MonthReport.objects.all()} == {(True, ReportState.DRAFT)}
    assert issue_months() == 0


def finished(logs: list[Path]) -> int:
    return sum(log.read_text().count("succeeded in") for log in logs)


def said(logs: list[Path]) -> str:
    return "\n".join(log.read_text() for log in logs if log.exists())


# ---- Agreed to in one order ----


def test_of_four_who_confirm_at_once_one_does(county, race):
    issue_month(county=county.county, month=MARCH, at=ISSUED)
    acts = [step(confirm_month, county.gt01, actor) for actor in (county.head, county.clerk, county.head, county.clerk)]
    judge(race(*acts), "confirm", [county.gt01])


def test_of_four_who_accept_at_once_one_does(county, race):
    issue_month(county=county.county, month=MARCH, at=ISSUED)
    for branch in (county.gt01, county.gt02):
        step(confirm_month, branch, county.clerk)()
    judge(race(*[step(accept_month, county.gt, county.clerk)] * 4), "accept", [county.gt, county.gt01, county.gt02])


def test_of_four_who_lock_at_once_one_does(accepted, race):
    judge(race(*[step(lock_month, accepted.county, accepted.staff)] * 4), "lock", list(Station.objects.all()))


def judge(outcomes: list, move: str, places: list[Station]) -> None:
    """One of them did it, for these places; the others were told so."""
    lost = [outcome for outcome in outcomes if not isinstance(outcome, MonthReport)]
    assert len(lost) == len(outcomes) - 1 and all(isinstance(error, Conflict) for error in lost), outcomes
    steps = ReportStep.objects.filter(move=move).values_list("report__place", flat=True)
    assert sorted(steps) == sorted(place.pk for place in places)
    assert AuditLog.objects.filter(action=f"{move}_month").count() == 1


def test_a_log_that_comes_before_the_lock_is_in_no_locked_month_unseen(accepted):
    """The county looked at figures without it, so the lock is refused; what is locked then says it."""
    cast = accepted
    filed, lost = behind(cast.gt01, file(cast, cast.gt01, SECOND), step(lock_month, cast.county, cast.staff))
    assert filed.log.date == SECOND
    assert isinstance(lost, StaleVersion), lost
    assert report(cast.county).state == ReportState.DRAFT and DutyLog.objects.count() == 2


def test_a_log_that_comes_after_the_lock_is_refused(accepted):
    cast = accepted
    locked, lost = behind(cast.gt01, step(lock_month, cast.county, cast.staff), file(cast, cast.gt01, SECOND))
    assert isinstance(locked, MonthReport), locked
    assert isinstance(lost, DomainError) and "已经锁定" in lost.message
    assert DutyLog.objects.count() == 1 and changes_since_lock(report(cast.county), LATER) == []


def test_whatever_is_filed_corrected_voided_and_moved_while_the_county_locks_the_lock_says_what_there_is(
    accepted, race
):
    cast = accepted
    log = DutyLog.objects.get()
    row = SundayRow(branch=cast.gt01, attendance={cast.head_person: Presence.LATE}, received=9)
    acts = [
        step(lock_month, cast.county, cast.staff),
        file(cast, cast.gt02, SECOND), file(cast, cast.yt01, SECOND),
        partial(correct_log, log=log, row=row, reason="记错了", version=1, actor=cast.clerk, at=LATER),
        partial(void_log, log=log, reason="登错了", actor=cast.clerk, at=LATER),
        partial(move_branch, branch=cast.gt02, to=cast.yt, on=LATER.date(), name="第三分站", actor=cast.staff, at=LATER),
        partial(issue_month, county=cast.county, month=MARCH, at=LATER),
        partial(draft_roster, station=cast.gt, month=date(2026, 5, 1), actor=cast.clerk, at=LATER),
    ]  # fmt: skip
    outcomes = race(*acts)
    assert all(isinstance(one, DomainError) for one in outcomes if isinstance(one, Exception)), outcomes
    if isinstance(outcomes[0], MonthReport):
        assert changes_since_lock(report(cast.county), LATER) == []
        assert figures_of(current_edition(report(cast.county))).places[0].received == 2
    else:
        assert report(cast.county).state == ReportState.DRAFT


def test_a_roster_of_a_younger_station_and_a_lock_do_not_wait_for_each_other(accepted):
    """A branch older than its station has the smaller key: the roster takes both in the order that the lock does."""
    cast = accepted
    young = open_station(code="XH", name="西郭城镇", parent=cast.county, opened_on=OPENED, actor=cast.admin)
    move_branch(branch=cast.gt02, to=young, on=LATER.date(), name="第一分站", actor=cast.staff, at=LATER)
    issue_month(county=cast.county, month=MARCH, at=LATER)
    plan = partial(draft_roster, station=young, month=date(2026, 5, 1), actor=cast.admin, at=LATER)
    outcomes = behind(Station.objects.get(pk=cast.gt02.pk), step(lock_month, cast.county, cast.staff), plan)
    assert not any(isinstance(one, OperationalError) for one in outcomes), outcomes
    assert not isinstance(outcomes[1], Exception), outcomes
