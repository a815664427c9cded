"""What the list, a search, a ticket's page and the overview cost at 10,000 and at 1,000,000 tickets on PostgreSQL: `make bench`.

A county has 10,000 tickets; the large size is a hundred such counties, their tickets mixed as they would come in. The
people who look are of one county at both sizes. Every branch has ten years of reception days and logs; of who was there only the
looked at county's are loaded. Makes a database of its own on the server of DATABASE_URL and drops it.
Fails where a page of the large size takes more than 1.5 times as long as one of the small size.
"""

# ruff: noqa: T201, S608 - printing is what this script is for, and its SQL is made of its own words
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from urllib.parse import urlsplit

import django
import psycopg

from tests.bench.texts import RARE, texts

OWN = f"liaison_bench_{os.getpid()}"
SERVER = os.environ["DATABASE_URL"]
os.environ["DATABASE_URL"] = urlsplit(SERVER)._replace(path=f"/{OWN}").geturl()
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

SMALL, LARGE = 10_000, 1_000_000
COUNTIES = LARGE // SMALL
STATIONS, BRANCHES, OFFICES, MEMBERS = 10, 7, 20, 10  # a county's; branches of a station, deputies of a branch
ROUNDS, WARM_UP, LIMIT = 15, 3, 1.5
SUNDAYS, LAST_SUNDAY = 520, "2026-11-29"
FIRST = 1_000_000  # key of the first ticket that is not the cast's


def multiply(cursor, table: str, source: str, **values: str) -> None:
    """Insert a copy of the first row of `table` for every row of the query `source`, with these columns changed."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'", [table]
    )
    columns = [name for (name,) in cursor.fetchall() if name != "id" or "id" in values]
    chosen = ", ".join(values.get(name, f"t.{name}") for name in columns)
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} "
        f"FROM ({source}) g, (SELECT * FROM {table} ORDER BY id LIMIT 1) t"
    )


def found_counties(cursor, cast) -> None:
    """Add places, departments and deputies of all counties; the first one is that of the cast, whose people look."""
    cursor.execute(
        f"CREATE TABLE places AS SELECT c, k, c * 1000 AS county, c * 1000 + 100 + k / {BRANCHES} AS station, "
        f"c * 1000 + 200 + k AS branch FROM generate_series(1, {COUNTIES}) c, "
        f"generate_series(0, {STATIONS * BRANCHES - 1}) k"
    )
    cursor.execute("UPDATE places SET county = %s WHERE c = 1", [cast.county.pk])
    cursor.execute(f"UPDATE places SET station = %s WHERE c = 1 AND k < {BRANCHES}", [cast.gt.pk])
    cursor.execute("UPDATE places SET branch = %s WHERE c = 1 AND k = 0", [cast.gt01.pk])
    for level, above in (("county", "NULL::bigint"), ("station", "county"), ("branch", "station")):
        depth = ("county", "station", "branch").index(level)
        multiply(
            cursor, "stations_station", f"SELECT DISTINCT {level} AS own, {above} AS above, county FROM places "
            f"WHERE {level} NOT IN (SELECT id FROM stations_station)", id="g.own", code="'P' || g.own",
            name="'P' || g.own", full_name="'P' || g.own", parent_id="g.above", county_id="g.county",
            level=f"'{('centre', 'township', 'branch')[depth]}'", depth=str(depth), tree_id="g.own::int",
        )  # fmt: skip
    offices = f"SELECT DISTINCT c, county, d FROM places, generate_series(0, {OFFICES - 1}) d WHERE c > 1 OR d > 0"
    multiply(cursor, "stations_department", offices, id="g.c * 1000 + g.d", code="'D' || g.c || '-' || g.d",
             name="'部门' || g.d", county_id="g.county")  # fmt: skip
    cursor.execute("UPDATE stations_department SET id = 1000 WHERE id = %s", [cast.jiaotong.pk])
    cursor.execute("UPDATE stations_posting SET department_id = 1000 WHERE department_id = %s", [cast.jiaotong.pk])
    people = f"SELECT county, k, c, m, c * 10000 + k * 10 + m AS own FROM places, generate_series(0, {MEMBERS - 1}) m"
    multiply(cursor, "deputies_deputy", f"{people} WHERE c > 1 OR k > 0 OR m > 0", id="g.own", code="'X' || g.own",
             name="'代表' || g.own", initials="'db'", county_id="g.county", user_id="NULL")  # fmt: skip
    cursor.execute("UPDATE deputies_deputy SET id = 10000 WHERE id = %s", [cast.deputy_person.pk])


def load_tickets(cursor, count: int) -> None:
    """Make `count` tickets and what belongs to them the only ones."""
    counties = 1 if count == SMALL else COUNTIES
    day = "date '2026-11-25' - ((g.m * 37) % 1000)::int"
    ended, office = "(g.m % 10 > 0)", "(g.m % 2 = 0)"
    numbered = (
        f"SELECT n, c, m, p.county, p.station, p.branch, d.number, x.text, "
        f"x.words || ' ' || d.words AS words, c * 1000 + m / 2 % {OFFICES} AS office, "
        f"c * 10000 + p.k * 10 + m / 70 % {MEMBERS} AS deputy FROM (SELECT n, n % {counties} + 1 AS c, "
        f"n / {counties} AS m FROM generate_series(0, {count - 1}) n) s "
        f"JOIN places p USING (c) JOIN numbers d USING (m) JOIN texts x ON x.id = (m * 131 + c * 17) % (SELECT count(*) FROM texts) "
        f"WHERE p.k = m * 7919 % {STATIONS * BRANCHES} ORDER BY n"
    )
    with without_indexes(cursor, "opinions_opinion", "opinions_clock", "opinions_hop"):
        cursor.execute("DELETE FROM opinions_opinion WHERE id > (SELECT min(id) FROM opinions_opinion)")
        cursor.execute("DELETE FROM opinions_clock WHERE opinion_id > (SELECT min(id) FROM opinions_opinion)")
        cursor.execute("DELETE FROM opinions_hop WHERE opinion_id > (SELECT min(id) FROM opinions_opinion)")
        multiply(
            cursor, "opinions_opinion", numbered, id=f"g.n + {FIRST}", uid="gen_random_uuid()", county_id="g.county",
            station_id="g.station", register_id="g.station", branch_id="g.branch", deputy_id="g.deputy",
            number="g.number", text="g.text", search_words="g.words",
            state=f"CASE WHEN {ended} THEN 'closed' WHEN {office} THEN 'at_department' ELSE 'at_branch' END",
            category="(ARRAY['road', 'water', 'welfare', 'housing', 'land'])[g.m % 5 + 1]", registered_on=day,
            holder_station_id=f"CASE WHEN NOT {ended} AND NOT {office} THEN g.branch END",
            holder_department_id=f"CASE WHEN NOT {ended} AND {office} THEN g.office END",
            department_id=f"CASE WHEN {office} THEN g.office END",
            due_on=f"CASE WHEN NOT {ended} THEN {day} + 15 END", ended_at=f"CASE WHEN {ended} THEN {day} + 10 END",
            rating=f"CASE WHEN {ended} THEN 'satisfied' ELSE '' END",
        )  # fmt: skip
        all_of_them = f"SELECT o.id, o.registered_on AS day, o.state FROM opinions_opinion o WHERE o.id >= {FIRST}"
        multiply(cursor, "opinions_clock", all_of_them, opinion_id="g.id", started_on="g.day", due_on="g.day + 15",
                 stopped_on="CASE WHEN g.state = 'closed' THEN g.day + 10 + (g.id % 11)::int END")  # fmt: skip
        multiply(cursor, "opinions_hop", all_of_them, opinion_id="g.id")
    cursor.execute("VACUUM (ANALYZE) opinions_opinion, opinions_clock, opinions_hop, stations_station, deputies_deputy")


def load_receptions(cursor, cast) -> None:
    """Ten years of Sundays at every branch: a published shift and a log each, with two deputies in the cast's county."""
    days = f"SELECT *, date '{LAST_SUNDAY}' - 7 * w AS day FROM places, generate_series(0, {SUNDAYS - 1}) w"
    own = f"SELECT *, c * 10000 + k * 10 + m AS deputy FROM ({days}) d, generate_series(1, 2) m WHERE c = 1"
    key = f"{FIRST} + (g.c * 100 + g.k) * {SUNDAYS} + g.w"
    with without_indexes(cursor, "activities_shift", "activities_dutylog"):
        cursor.execute("UPDATE activities_roster SET state = 'published'")
        for table, column in (("activities_shiftplace", "shift_id"), ("activities_shift", "id")):
            cursor.execute(f"DELETE FROM {table} WHERE {column} > (SELECT min(id) FROM activities_shift)")
        cursor.execute("UPDATE activities_shift SET date = '2000-01-02', for_sunday = '2000-01-02'")  # what is copied
        multiply(cursor, "activities_shift", days, id=key, branch_id="g.branch", station_id="g.station", county_id="g.county",
                 date="g.day", for_sunday="g.day")  # fmt: skip
        multiply(cursor, "activities_dutylog", days, id=key, uid="gen_random_uuid()", branch_id="g.branch",
                 station_id="g.station", register_id="g.station", county_id="g.county", date="g.day", filing_key="NULL",
                 year="extract(year FROM g.day)", serial=key, filed_at="g.day + 1 + (g.k % 9)::int", received="g.k % 7")  # fmt: skip
        multiply(cursor, "activities_shiftplace", own, shift_id=key, deputy_id="g.deputy")
        multiply(cursor, "activities_attendance", own, log_id=key, deputy_id="g.deputy")
        people = "SELECT branch, c * 10000 + k * 10 + m AS deputy FROM places, generate_series(1, 2) m WHERE c = 1"
        multiply(cursor, "deputies_membership", people, branch_id="g.branch", deputy_id="g.deputy", role="'member'",
                 started_on="date '2010-01-01'", ended_on="NULL")  # fmt: skip
    cursor.execute(
        "VACUUM (ANALYZE) activities_shift, activities_dutylog, activities_shiftplace, activities_attendance, deputies_membership"
    )


@contextmanager
def without_indexes(cursor, *tables: str) -> Iterator[None]:
    """Drop the plain indexes for the time of loading: built at once they cost a tenth."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname NOT IN "
        "(SELECT conname FROM pg_constraint)", [list(tables)],
    )  # fmt: skip
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _name, definition in found:
        cursor.execute(definition)


# ---- Looking ---------------------------------------------------------------------------------------------------------


def pages(cast) -> list[tuple[str, Callable]]:
    """What is measured: a name, and a function that opens the page once."""
    from django.http import HttpResponse
    from django.test import Client
    from rest_framework.test import APIClient

    from julu_liaison.common.working_days import today_here
    from julu_liaison.overview.counting import count_overview
    from julu_liaison.overview.periods import Period, Span
    from opinions.models import Opinion

    def visitor(user, path: str, finding: str = "") -> Callable:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert f">{finding}" in client.get(path).text, path
        return lambda: client.get(path)

    def caller(user, path: str) -> Callable:
        client = APIClient()
        client.force_authenticate(user)
        return lambda: client.get(path)

    year = Period.around(Span.YEAR, today_here())
    ticket = Opinion.objects.filter(county=cast.county, state="at_department").order_by("-pk").first()
    staff, looked_for = cast.staff, "/opinions/?q="
    return [
        ("list, county", visitor(staff, "/opinions/")),
        ("list, clerk", visitor(cast.clerk, "/opinions/")),
        ("list, department", visitor(cast.officer, "/opinions/")),
        ("list, deputy", visitor(cast.deputy, "/opinions/")),
        ("list by days left", visitor(staff, "/opinions/?order=due")),
        ("list, state and category", visitor(staff, "/opinions/?state=at_department&category=road")),
        ("list, overdue", visitor(staff, "/opinions/?overdue=1")),
        ("list, late", visitor(staff, "/opinions/?late=yes&since=2026-01-01")),
        ("search, common word", visitor(staff, looked_for + "路灯")),
        ("search, two words", visitor(staff, looked_for + "路灯 小学")),
        ("search, rare word", visitor(staff, looked_for + RARE)),
        ("search, no such word", visitor(staff, looked_for + "鲸鱼")),
        ("search, town and word", visitor(staff, looked_for + f"{cast.gt.name} 路灯")),
        ("search, number", visitor(staff, looked_for + "2026-0777", finding="1件")),
        ("search, clerk", visitor(cast.clerk, looked_for + "路灯")),
        ("search, department", visitor(cast.officer, looked_for + "路灯")),
        ("detail, county", visitor(staff, f"/opinions/{ticket.uid}/")),
        ("API list", caller(staff, "/api/v1/opinions/")),
        ("API search", caller(staff, "/api/v1/opinions/?q=路灯")),
        ("overview, year", visitor(staff, "/overview/?period=year")),
        ("overview, wall", visitor(staff, "/overview/wall/")),
        ("overview, station", visitor(cast.clerk, f"/overview/{cast.gt.code}/?period=year")),
        (
            "overview counted anew",
            lambda: HttpResponse(str(count_overview(place=cast.county, period=year, on=today_here()))),
        ),
    ]


def milliseconds(open_page: Callable) -> float:
    """The best of several rounds, after a few that fill caches: what the page itself takes on this machine."""
    found = []
    for turn in range(WARM_UP + ROUNDS):
        start = perf_counter()
        answer = open_page()
        if turn >= WARM_UP:
            found.append((perf_counter() - start) * 1000)
        assert answer.status_code == 200, answer.status_code
    return min(found)


def measured(cast) -> dict[str, float]:
    return {name: milliseconds(open_page) for name, open_page in pages(cast)}


def run() -> int:
    from django.core.management import call_command
    from django.db import connection

    from activities.services import Matter, SundayRow, draft_roster, file_log
    from activities.states import Presence
    from julu_liaison.common.numbering import printed_number
    from opinions.rules import search_words
    from opinions.services import register_opinion
    from tests.cast import SUNDAY, build_cast, moment

    call_command("migrate", verbosity=0)
    cast = build_cast()
    matter = Matter("村西道路塌陷", "road", deputy=cast.deputy_person)
    register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=moment(SUNDAY))
    there = {cast.head_person: Presence.PRESENT, cast.deputy_person: Presence.PRESENT}
    draft_roster(station=cast.gt, month=SUNDAY, actor=cast.clerk, at=moment(SUNDAY))
    file_log(
        row=SundayRow(branch=cast.gt01, attendance=there, received=4), on=SUNDAY, actor=cast.clerk, at=moment(SUNDAY)
    )
    words = [(key, text, search_words([text])) for key, text in enumerate(texts())]
    numbers = [printed_number(2026, serial) for serial in range(2, SMALL + 2)]  # the cast's ticket has the first
    costs = []
    with connection.cursor() as cursor:
        for line in ("session_replication_role = replica", "synchronous_commit = off", "maintenance_work_mem = '1GB'"):
            cursor.execute(f"SET {line}")
        cursor.execute("CREATE TABLE texts (id int PRIMARY KEY, text text, words text)")
        cursor.executemany("INSERT INTO texts VALUES (%s, %s, %s)", words)
        cursor.execute("CREATE TABLE numbers (m int PRIMARY KEY, number text, words text)")
        cursor.executemany(
            "INSERT INTO numbers VALUES (%s, %s, %s)",
            [(key, number, search_words([number])) for key, number in enumerate(numbers)],
        )
        found_counties(cursor, cast)
        load_receptions(cursor, cast)
        for count in (SMALL, LARGE):
            start = perf_counter()
            load_tickets(cursor, count)
            print(f"{count} tickets loaded in {perf_counter() - start:.0f} s", flush=True)
            costs.append(measured(cast))
    return shown(*costs)


def shown(small: dict[str, float], large: dict[str, float]) -> int:
    """Print both sizes side by side; 1 where a page costs too much more."""
    print(f"{'':28}{SMALL:>12} {LARGE:>12}  ratio")
    for name, cost in small.items():
        print(f"{name:28}{cost:9.1f} ms {large[name]:9.1f} ms {large[name] / cost:6.2f}")
    return int(any(large[name] / cost > LIMIT for name, cost in small.items()))


def main() -> int:
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {OWN}")
        try:
            django.setup()
            return run()
        finally:
            server.execute(f"DROP DATABASE {OWN} WITH (FORCE)")


if __name__ == "__main__":
    sys.exit(main())
