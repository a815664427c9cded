"""Counties of the usual size as rows, as many as a bench asks for, written by the database itself in seconds.

Every county has 11 stations, 72 branches and 865 deputies; a Sunday has three deputies of each branch on the roster and a
log at eleven branches of twelve. Keys are sums of the numbers of county, station, branch and day, so one part can be loaded
without reading another; `day` is the number of days since 2000. Works on PostgreSQL and, for small ones, on SQLite.
"""

# ruff: noqa: S608 - its SQL is made of its own words
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.core.management.color import no_style
from django.db import connection, models
from django.utils import timezone

STATIONS, BRANCHES, DEPUTIES = 11, 72, 865  # of a county
SEATS, TEAM = 3, DEPUTIES // BRANCHES  # a reception's; members of a branch whose turn it can be
OPENED = date(2020, 1, 1)
EPOCH = date(2000, 1, 1)
COUNTY, STATION, BRANCH, USER, DEPUTY = 1, 1_000, 10_000, 100_000, 1_000_000  # the first key of each
LOGS, ROSTERS = 100_000, 10_000  # keys of one day, of one month
LATE_AFTER = 10  # days, of who files late


def build(counties: int) -> None:
    """Places, deputies with mandate and membership, clerks and heads with account and posting, in an empty database."""
    _series()
    _places(counties)
    _people(counties)
    finish()


def load_sundays(days: Sequence[date]) -> None:
    """Published shifts and logs with attendance of these days at every branch; each day once."""
    put_days(days)
    _shifts()
    _logs()
    finish()


def load_opinions(days: Sequence[date], each: int) -> None:
    """`each` opinions a branch, spread over the days; of ten nine are closed, of two one went to a department."""
    from opinions.models import Hop, Opinion

    put_days(days)
    number = f"s.n * {counted('places')} + p.k"
    source = (
        f"SELECT p.*, d.*, {number} AS own FROM bench_series s CROSS JOIN bench_places p "
        f"JOIN bench_days d ON d.turn = (s.n + p.k) % {len(days)} WHERE s.n < {each}"
    )
    first = Opinion.objects.aggregate(last=models.Max("pk"))["last"] or 0
    insert(
        Opinion, source, id=f"own + {first + 1}", uid=uuid(), county_id="county", station_id="station",
        register_id="station", branch_id="branch", number=f"'〔' || year || '〕第' || (own + {first + 1}) || '号'",
        text="'村西道路塌陷,群众反映多次,希望尽快解决。'", registered_on="day", registered_at="filed_at",
        state="CASE WHEN own % 10 > 0 THEN 'closed' ELSE 'at_branch' END",
        holder_station_id="CASE WHEN own % 10 = 0 THEN branch END", deputy_id=f"{DEPUTY} + c * {DEPUTIES} + b",
        due_on="CASE WHEN own % 10 = 0 THEN late_on END", ended_at="CASE WHEN own % 10 > 0 THEN late_at END",
    )  # fmt: skip
    moved = f"SELECT id, registered_at FROM opinions_opinion WHERE id > {first} AND id % 2 = 0"
    insert(Hop, moved, opinion_id="id", move="'transfer'", from_state="'at_station'", to_state="'at_department'",
           at="registered_at")  # fmt: skip
    finish()


def load_activities(days: Sequence[date]) -> None:
    """One held activity of every station on each of the days."""
    from activities.models import Activity

    put_days(days)
    insert(
        Activity, "SELECT DISTINCT county, station, s, d.* FROM bench_places CROSS JOIN bench_days d", uid=uuid(),
        station_id="station", county_id="county", kind="'publicity'", title="'普法宣传'", held_on="day", state="'held'",
        recorder_id=clerk(), recorded_at="filed_at", leaflets="s % 50",
    )  # fmt: skip
    finish()


# ---- Parts ----------------------------------------------------------------------------------------------------------


def _series() -> None:
    run("CREATE TABLE bench_series (n integer PRIMARY KEY)")
    run(
        "INSERT INTO bench_series WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < 99999) SELECT n FROM s"
    )
    run("CREATE TABLE bench_days (turn integer, n integer, year integer, month date, months integer, day date, "
        "filed_at timestamp with time zone, late_on date, late_at timestamp with time zone)")  # fmt: skip


def _places(counties: int) -> None:
    """`k` and `s` number branches and stations through the province, `b` and `t` within their county."""
    from stations.models import Station

    run(
        f"CREATE TABLE bench_places AS SELECT c.n AS c, b.n AS b, b.n * {STATIONS} / {BRANCHES} AS t, "
        f"c.n * {BRANCHES} + b.n AS k, c.n * {STATIONS} + b.n * {STATIONS} / {BRANCHES} AS s, c.n + {COUNTY} AS county, "
        f"c.n * {STATIONS} + b.n * {STATIONS} / {BRANCHES} + {STATION} AS station, c.n * {BRANCHES} + b.n + {BRANCH} AS branch "
        f"FROM bench_series c CROSS JOIN bench_series b WHERE c.n < {counties} AND b.n < {BRANCHES}"
    )
    opened = f"'{OPENED}'"
    insert(
        Station, "SELECT DISTINCT c, county FROM bench_places", id="county", code="'P' || county", level="'centre'",
        name="'第' || county || '县'", full_name="'第' || county || '县人大常委会网格指挥中心'", opened_on=opened, tree_id="county",
        lft="1", rght=str(2 * (1 + STATIONS + BRANCHES)), depth="0",
    )  # fmt: skip
    stations = (
        "SELECT county, station, s, t, min(b) AS first, max(b) AS last FROM bench_places GROUP BY county, station, s, t"
    )
    insert(
        Station, stations, id="station", code="'P' || station", level="'township'", name="'第' || (t + 1) || '镇'",
        full_name="'第' || (t + 1) || '镇人大代表联络站'", parent_id="county", county_id="county", official_order="t",
        opened_on=opened, tree_id="county", lft="2 + 2 * (t + first)", rght="5 + 2 * (t + last)", depth="1",
    )  # fmt: skip
    insert(
        Station, "SELECT * FROM bench_places", id="branch", code="'P' || branch", level="'branch'",
        name="'第' || (b + 1) || '分站'", full_name="'第' || (t + 1) || '镇人大代表联络站第' || (b + 1) || '分站'",
        parent_id="station", county_id="county", official_order="b", opened_on=opened, tree_id="county",
        lft="3 + 2 * (t + b)", rght="4 + 2 * (t + b)", depth="2",
    )  # fmt: skip


def _people(counties: int) -> None:
    from deputies.models import Deputy, Mandate, Membership
    from julu_liaison.accounts.models import User
    from stations.models import Posting

    posted = (
        f"SELECT {clerk()} AS own, 'clerk' AS role, station AS place FROM (SELECT DISTINCT s, station FROM bench_places) c "
        f"UNION ALL SELECT {head()}, 'branch_head', branch FROM bench_places"
    )
    insert(User, posted, id="own", username="'u' || own", name="'用户' || own", created_at=f"'{OPENED} 00:00:00+00:00'")
    insert(Posting, posted, user_id="own", role="role", station_id="place", started_on=f"'{OPENED}'")
    people = (
        f"SELECT c.n + {COUNTY} AS county, c.n * {DEPUTIES} + d.n + {DEPUTY} AS own, d.n / {BRANCHES} AS turn, "
        f"c.n * {BRANCHES} + d.n % {BRANCHES} + {BRANCH} AS branch "
        f"FROM bench_series c CROSS JOIN bench_series d WHERE c.n < {counties} AND d.n < {DEPUTIES}"
    )
    since = {"deputy_id": "own", "started_on": f"'{OPENED}'"}
    insert(Deputy, people, id="own", code="'X' || own", name="'代表' || own", initials="'db'", county_id="county")
    insert(Mandate, people, level="'township'", term="'第十七届'", **since)
    insert(Membership, people, branch_id="branch", role="CASE WHEN turn = 0 THEN 'head' ELSE 'member' END", **since)


def put_days(days: Sequence[date]) -> None:
    """What is loaded next happens on these days."""
    run("DELETE FROM bench_days")
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO bench_days VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [(turn, *_day_row(day)) for turn, day in enumerate(days)],
        )


def _day_row(day: date) -> tuple:
    late = day + timedelta(days=LATE_AFTER)
    filed, filed_late = (connection.ops.adapt_datetimefield_value(_evening(one)) for one in (day, late))
    month = day.replace(day=1)
    return (day - EPOCH).days, day.year, str(month), day.year * 12 + day.month, str(day), filed, str(late), filed_late


def _evening(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(18)))


def _shifts() -> None:
    from activities.models import Roster, Shift, ShiftPlace

    roster = f"months * {ROSTERS} + s"
    new = (
        "SELECT DISTINCT s, station, month, months, min(filed_at) OVER (PARTITION BY months) AS at FROM bench_places, bench_days "
        "WHERE NOT EXISTS (SELECT 1 FROM activities_roster r WHERE r.station_id = station AND r.month = bench_days.month)"
    )
    insert(Roster, new, id=roster, station_id="station", month="month", state="'published'", published_at="at")
    insert(
        Shift, "SELECT * FROM bench_places CROSS JOIN bench_days", id=f"n * {LOGS} + k", branch_id="branch",
        station_id="station", county_id="county", roster_id=roster, date="day", for_sunday="day",
    )  # fmt: skip
    insert(ShiftPlace, _teams(), shift_id=f"n * {LOGS} + k", deputy_id="deputy")


def _logs() -> None:
    from activities.models import Attendance, DutyLog

    there = "(n + k) % 12 > 0"
    insert(
        DutyLog, f"SELECT * FROM bench_places CROSS JOIN bench_days WHERE {there}", id=f"n * {LOGS} + k", uid=uuid(),
        branch_id="branch", station_id="station", county_id="county", register_id="station", year="year",
        serial="n * 100 + b", date="day", received="k % 7", households="k % 5", leaflets="k % 30", recorder_id=clerk(),
        filed_at="CASE WHEN (n + k) % 12 = 1 THEN late_at ELSE filed_at END",
    )  # fmt: skip
    usual = "CASE (n + k + seat) % 40 WHEN 0 THEN 'absent' WHEN 1 THEN 'private_leave' WHEN 2 THEN 'late' ELSE 'present' END"
    insert(Attendance, f"SELECT * FROM ({_teams()}) t WHERE {there}", log_id=f"n * {LOGS} + k", deputy_id="deputy",
           status=usual, expected="true")  # fmt: skip


def _teams() -> str:
    """A row for each of those whose turn it is, by day and branch."""
    turn = f"(d.n / 7 * {SEATS} + seat.n) % {TEAM}"
    return (
        f"SELECT d.n, p.k, seat.n AS seat, {DEPUTY} + p.c * {DEPUTIES} + {turn} * {BRANCHES} + p.b AS deputy "
        f"FROM bench_places p CROSS JOIN bench_days d JOIN bench_series seat ON seat.n < {SEATS}"
    )


def clerk() -> str:
    """Key of the account of a station's clerk."""
    return f"s + {USER // 10}"


def head() -> str:
    return f"k + {USER}"


# ---- SQL ------------------------------------------------------------------------------------------------------------


def insert(model: type[models.Model], source: str, **values: str) -> None:
    """A row of `model` for each row of the query; `values` are SQL by column, all others have their default."""
    columns, chosen, defaults = [], [], []
    for field in model._meta.concrete_fields:
        if field.generated or (field.primary_key and field.attname not in values):
            continue
        columns.append(field.column)
        if field.attname in values:
            chosen.append(values[field.attname].replace("%", "%%"))
        else:
            chosen.append("%s")
            defaults.append(field.get_db_prep_save(field.get_default(), connection))
    run(
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) "
        f"SELECT {', '.join(chosen)} FROM ({source.replace('%', '%%')}) g", defaults
    )  # fmt: skip


def run(statement: str, values: Sequence | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def counted(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM bench_{name}")
        return cursor.fetchone()[0]


def uuid() -> str:
    return "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"


def finish() -> None:
    """Let the next keys follow those given here, and the planner know what there is."""
    from django.apps import apps

    for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
        run(statement)
    run("ANALYZE")
