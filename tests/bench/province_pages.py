"""What is looked at and done in one county, alone and in a province: pages by address, work by service, each with its cost.

Whoever looks is of the first county at every size. Work is rolled back, so each round and size finds the same state.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from io import StringIO
from time import perf_counter

from dateutil.relativedelta import relativedelta
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, reset_queries, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from julu_liaison.accounts import sessions
from tests.bench.province_copies import rows

ROUNDS, WARM_UP, LONG = 7, 2, 5.0  # what takes longer than so many seconds is done once
TOWN, BRANCH = "GT", "GT01"
READ = "SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0) FROM pg_stat_xact_user_tables"


@dataclass(frozen=True)
class Figure:
    """One thing: `work` does it once; `of_all`: it concerns the whole deployment, so that it grows with it."""

    name: str
    work: Callable[[], object]
    of_all: bool = False


@dataclass(frozen=True)
class Cost:
    """Queries, rows that the database read for it, milliseconds by the clock (the best round)."""

    queries: int
    read: int
    milliseconds: float


def measure(figure: Figure) -> Cost:
    """Do it in transactions that are rolled back; what takes long, once."""
    reset_queries()  # Django keeps the last 9,000
    with taken_back():
        before = rows(READ)[0][0]  # the server's count goes on over transactions for a second
        with CaptureQueriesContext(connection) as queries:
            start = perf_counter()
            figure.work()
            first = perf_counter() - start
        asked = len(queries)  # before the next page forgets them
        read = int(rows(READ)[0][0] - before)
    times = [_timed(figure.work) for _round in range(WARM_UP + ROUNDS)] if first < LONG else [first]
    return Cost(asked, read, min(times) * 1000)


def _timed(work: Callable[[], object]) -> float:
    with taken_back():
        start = perf_counter()
        work()
        return perf_counter() - start


@contextmanager
def taken_back() -> Iterator[None]:
    """The database as it was before."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def figures(today: date) -> list[Figure]:
    sessions.WRITTEN_EVERY = timedelta(days=1)  # once a minute it is written, whatever page comes then
    return [*_pages(today), *_api(), *_work_of_county(today), *_work_of_all(today)]


# ---- Pages -----------------------------------------------------------------------------------------------------------


def _pages(today: date) -> list[Figure]:
    from deputies.models import Deputy
    from opinions.models import Opinion

    staff, clerk = _visitor("xian"), _visitor("guanting")
    deputy, officer, villager = _visitor("daibiao"), _visitor("jiaotong"), Client()
    one = Deputy.objects.get(user__username="daibiao").code
    ticket = Opinion.objects.filter(county__code="JLX", state="at_department").order_by("-pk").first()
    month = today.replace(day=1)
    last_month = (month - relativedelta(months=1)).strftime("%Y-%m")
    sunday = today - timedelta(days=today.isoweekday() % 7)
    looked_at = (
        ("console", staff, "/console/"),
        ("clerk's home", clerk, "/station/"),
        ("deputy's home", deputy, "/me/"),
        ("office", officer, "/office/"),
        ("branch page for villagers", villager, f"/b/{BRANCH}/"),
        ("ticket list, county", staff, "/opinions/"),
        ("ticket list, clerk", clerk, "/opinions/"),
        ("ticket list, department", officer, "/opinions/"),
        ("ticket list by days left", staff, "/opinions/?order=due"),
        ("search, common word", staff, "/opinions/?q=群众"),
        ("search, two words", staff, "/opinions/?q=路灯 小学"),
        ("search, no such word", staff, "/opinions/?q=鲸鱼"),
        ("search, number", staff, f"/opinions/?q={today.year}-001"),
        ("ticket", staff, f"/opinions/{ticket.uid}/"),
        ("figures of tickets", staff, "/opinions/figures/"),
        ("deputies", staff, "/console/deputies/"),
        ("deputies, by name", staff, "/console/deputies/?q=王"),
        ("deputy", staff, f"/deputies/{one}/"),
        ("score", staff, f"/deputies/{one}/score/"),
        ("scores, county", staff, "/points/"),
        ("archive of a deputy", staff, f"/deputies/{one}/archive/"),
        ("places", staff, "/console/places/"),
        ("roster of a month", clerk, "/station/roster/"),
        ("rosters, county", staff, "/console/roster/"),
        ("Sunday sheet", clerk, f"/station/sunday/{sunday}/"),
        ("Sundays, county", staff, "/console/sundays/"),
        ("logs", clerk, "/station/logs/"),
        ("visits", clerk, "/station/visits/"),
        ("activities", clerk, "/station/activities/"),
        ("month reports", staff, "/month-reports/"),
        ("month report", staff, f"/month-reports/JLX/{last_month}/"),
        ("overview, year", staff, "/overview/?period=year"),
        ("overview, wall", staff, "/overview/wall/"),
        ("notices", clerk, "/notices/"),
    )
    return [Figure(name, partial(_looked, client, path)) for name, client, path in looked_at]


def _visitor(username: str) -> Client:
    client = Client()
    user = get_user_model().objects.get(username=username)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _looked(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("Location"))


def _api() -> list[Figure]:
    client = APIClient()
    client.force_authenticate(get_user_model().objects.get(username="xian"))
    paths = (
        ("API tickets", "/api/v1/opinions/"), ("API tickets, search", "/api/v1/opinions/?q=路灯"),
        ("API deputies", "/api/v1/deputies/"), ("API logs", "/api/v1/duty-logs/"),
    )  # fmt: skip
    return [Figure(name, partial(_looked, client, path)) for name, path in paths]


# ---- Work ------------------------------------------------------------------------------------------------------------


def _work_of_county(today: date) -> list[Figure]:
    from activities.services import Matter, SundayRow, draft_roster, file_log, issue_month
    from activities.states import Presence
    from deputies.models import Deputy
    from julu_liaison.overview.counting import count_overview
    from julu_liaison.overview.periods import Period, Span
    from scoring.services import rescore
    from scoring.services.ledger.verifying import verify
    from stations.models import Station

    county, town = Station.objects.get(code="JLX"), Station.objects.get(code=TOWN)
    branch = Station.objects.select_related("parent__parent", "county").get(code=BRANCH)
    clerk, now = get_user_model().objects.get(username="guanting"), timezone.now()
    people = list(Deputy.objects.filter(memberships__branch=branch)[:3])
    year = Period.around(Span.YEAR, today)
    after = today.replace(day=1) + relativedelta(months=2)
    next_month = today.replace(day=1) + relativedelta(months=1)

    def file() -> None:
        matters = [Matter("村西道路塌陷,三轮车过不去", "road"), Matter("路灯坏了三盏", "utilities")]
        row = SundayRow(branch=branch, attendance=dict.fromkeys(people, Presence.PRESENT), received=4, matters=matters)
        file_log(row=row, on=today - timedelta(days=1), actor=clerk, at=now)

    return [
        Figure("Sunday's log with two matters filed", file),
        Figure("month planned, a station", lambda: draft_roster(station=town, month=after, actor=clerk, at=now)),
        Figure(
            "month's 84 reports issued",
            lambda: issue_month(county=county, month=today.replace(day=1), at=now + (next_month - today + timedelta(1))),
        ),
        Figure("overview of a year counted", lambda: count_overview(place=county, period=year, on=today)),
        Figure("ledger of a year rescored", lambda: rescore(county=county, year=today.year, at=now)),
        Figure("ledger of a year verified", lambda: _none(verify(county=county, year=today.year))),
    ]  # fmt: skip


def _none(problems: list[str]) -> None:
    assert not problems, problems[:10]


def _work_of_all(today: date) -> list[Figure]:
    from activities.services import announce_receptions, months_to_issue, remind_of_duties
    from activities.services.rosters.watching import watch_gaps
    from opinions.services.clocks import sweep_deadlines
    from scoring.services.ledger.nightly import ledgers_to_repair, repair_ledger
    from stations.services import check_tree

    now = timezone.now()
    return [
        Figure("sweep of terms", lambda: sweep_deadlines(at=now), of_all=True),
        Figure("rosters watched", lambda: watch_gaps(at=now), of_all=True),
        Figure("receptions announced", lambda: announce_receptions(at=now), of_all=True),
        Figure("duties reminded of", lambda: remind_of_duties(at=now), of_all=True),
        Figure("months asked for", lambda: months_to_issue(now), of_all=True),
        Figure(
            "ledgers rescored at night",
            lambda: [repair_ledger(county=county, year=year, at=now) for county, year in ledgers_to_repair(now)],
            of_all=True,
        ),
        Figure("check_tree", lambda: _none(check_tree()), of_all=True),
        Figure("check_data", lambda: call_command("check_data", stdout=StringIO()), of_all=True),
    ]
