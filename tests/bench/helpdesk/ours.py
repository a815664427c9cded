"""Our side, as it runs in production: `-m tests.bench.helpdesk.ours`.

A county of the usual size with a year of receptions; whoever looks is of the county's staff, who see all tickets, and
whoever registers is a station's clerk. Half of the open tickets are with departments, half with their branches.
"""

# ruff: noqa: S608 - its SQL is made of its own words
import os
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from uuid import uuid4

import django

from tests.bench.helpdesk.amounts import DAYS, LOOKED_AT, NOTE, OFFICES, ROWS, SIZES, is_ended, is_with_office, steps
from tests.bench.helpdesk.measuring import Action, in_turn, opened, sent, serve
from tests.bench.texts import texts

SUNDAYS = 52
BRANCHES = 72
TERM = 15
HOPS = (
    ("register", "", "at_branch"), ("escalate", "at_branch", "at_station"), ("transfer", "at_station", "at_department"),
    ("sign_for", "at_department", "at_department"), ("reply", "at_department", "replied"), ("tell", "replied", "told"),
    ("rate", "told", "closed"),
)  # fmt: skip
BACKEND = "django.contrib.auth.backends.ModelBackend"


def prepare() -> None:
    """The county, its departments and their people, the words of tickets, in an empty database."""
    from django.core.management import call_command
    from django.db import connection

    from julu_liaison.common.holidays import load_holidays
    from julu_liaison.common.numbering import printed_number
    from julu_liaison.common.working_days import sundays_of, today_here
    from opinions.rules import search_words
    from opinions.services.clocks import set_default_terms
    from stations.models import Station
    from tests.bench import province as rows

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    rows.build(1)
    today = today_here()
    months = sorted({(today - timedelta(days=back)).replace(day=1) for back in range(370)})
    rows.load_sundays([day for month in months for day in sundays_of(month) if day < today][-SUNDAYS:])
    county = Station.objects.get(pk=rows.COUNTY)
    load_holidays(first_year=today.year - 3, actor=None)
    set_default_terms(county=county, actor=None)
    people(county)
    numbers = [printed_number(today.year - 1, serial) for serial in range(1, max(SIZES) + 1)]
    with connection.cursor() as cursor:
        for name, words in (("texts", texts()), ("numbers", numbers)):
            cursor.execute(f"CREATE TABLE bench_{name} (id int PRIMARY KEY, text text, words text)")
            with cursor.copy(f"COPY bench_{name} FROM STDIN") as copy:
                for key, word in enumerate(words):
                    copy.write_row((key, word, search_words([word])))


def people(county) -> None:
    """The county's staff, and of every department an officer and a head; of the stations' people the rows know already."""
    from julu_liaison.accounts.models import User
    from stations.services import add_department, appoint
    from stations.states import Role
    from tests.cast import OPENED, account

    User.objects.update(must_change_password=False)
    admin, since = account("xian", "县管理员"), {"started_on": OPENED, "actor": None}
    appoint(user=admin, role=Role.COUNTY_ADMIN, station=county, **since)
    appoint(user=account("xian2", "县工作人员"), role=Role.COUNTY_STAFF, station=county, **since)
    for number in range(OFFICES):
        office = add_department(code=f"bm{number}", name=f"部门{number}", county=county, actor=admin)
        for name, role in (("jingban", Role.DEPARTMENT_OFFICER), ("fuze", Role.DEPARTMENT_HEAD)):
            user = account(f"{name}{number}", f"部门{number}{name}")
            appoint(user=user, role=role, department=office, **since)


def run(*statements: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def load(number: int) -> dict[str, Action]:
    """Make `number` tickets the only ones; return what can be done with them."""
    run("TRUNCATE opinions_opinion CASCADE", "DELETE FROM notices_notice")
    tickets(number)
    run("VACUUM (ANALYZE)")
    return actions()


def tickets(number: int) -> None:
    from opinions.models import Clock, Hop, Opinion, Reply
    from stations.models import Department
    from tests.bench import province as rows

    first = Department.objects.order_by("pk").values_list("pk", flat=True)[0]
    staff, day = "(SELECT id FROM accounts_user WHERE username = 'xian2')", f"(current_date - (g.n * 37 % {DAYS}))"
    ended, office, at = is_ended("g.n"), is_with_office("g.n"), f"({day} + time '18:00')"
    of_office = f"{first} + g.n / 10 % {OFFICES}"
    source = (
        "SELECT s.n, p.*, d.text AS number, x.text, x.words || ' ' || d.words AS words FROM bench_series s "
        f"JOIN bench_places p ON p.b = s.n * 7919 % {BRANCHES} JOIN bench_numbers d ON d.id = s.n "
        f"JOIN bench_texts x ON x.id = s.n * 131 % (SELECT count(*) FROM bench_texts) WHERE s.n < {number} ORDER BY s.n"
    )
    rows.insert(
        Opinion, source, id="g.n + 1", uid=rows.uuid(), county_id="g.county", station_id="g.station", register_id="g.station",
        branch_id="g.branch", deputy_id=f"{rows.DEPUTY} + g.b", number="g.number", text="g.text", search_words="g.words",
        state=f"CASE WHEN {ended} THEN 'closed' WHEN {office} THEN 'at_department' ELSE 'at_branch' END",
        category="(ARRAY['road', 'water', 'welfare', 'housing', 'land'])[g.n % 5 + 1]", registered_on=day,
        registered_at=at, holder_station_id=f"CASE WHEN NOT {ended} AND NOT {office} THEN g.branch END",
        holder_department_id=f"CASE WHEN NOT {ended} AND {office} THEN {of_office} END",
        department_id=f"CASE WHEN {ended} OR {office} THEN {of_office} END",
        due_on=f"CASE WHEN NOT {ended} THEN {day} + {TERM} END", ended_at=f"CASE WHEN {ended} THEN {at} + interval '10 days' END",
        claimed_by_id=f"CASE WHEN {office} THEN {staff} END", signed_for_at=f"CASE WHEN {office} THEN {at} END",
        rating=f"CASE WHEN {ended} THEN 'satisfied' ELSE '' END", version=steps("g.n"),
    )  # fmt: skip
    every = f"SELECT n FROM bench_series WHERE n < {number}"
    rows.insert(
        Clock, every, opinion_id="g.n + 1", stage=f"CASE WHEN {ended} OR {office} THEN 'at_department' ELSE 'at_branch' END",
        department_id=f"CASE WHEN {ended} OR {office} THEN {of_office} END", started_on=day, amount=str(TERM), unit="'working_day'",
        due_on=f"{day} + {TERM}", stopped_on=f"CASE WHEN {ended} THEN {day} + 10 END",
    )  # fmt: skip
    hops = ", ".join(f"({turn}, '{move}', '{before}', '{after}')" for turn, (move, before, after) in enumerate(HOPS))
    each = f"SELECT s.n, h.* FROM ({every}) s, (VALUES {hops}) h(turn, move, before, after) WHERE turn < {steps('s.n')}"
    rows.insert(
        Hop, f"{each} ORDER BY s.n, turn", opinion_id="g.n + 1", move="g.move", from_state="g.before", to_state="g.after",
        actor_id=staff, at=f"{at} + g.turn * interval '1 day'", version="g.turn + 1", note=f"'{NOTE}'",
    )  # fmt: skip
    rows.insert(
        Reply, f"{every} AND {is_ended('n')}", opinion_id="g.n + 1", department_id=of_office, text=f"'{NOTE}'", reply_class="'A'",
        drafted_by_id=staff, drafted_at=at, signed_by_id=staff, signed_at=at,
    )  # fmt: skip
    rows.finish()


def actions() -> dict[str, Action]:
    from django.test import Client

    from julu_liaison.accounts.models import User
    from julu_liaison.accounts.services import issue_token
    from julu_liaison.common.models import KeptFigures
    from opinions.models import Opinion

    staff, clerk = (User.objects.get(username=name) for name in ("xian2", "u10000"))
    looking, registering = Client(), Client()
    looking.force_login(staff, backend=BACKEND)
    registering.force_login(clerk, backend=BACKEND)
    key, _token = issue_token(user=staff)
    calling, by_key = Client(), {"HTTP_AUTHORIZATION": f"Token {key}"}
    of_office = Opinion.objects.filter(state="at_department").order_by("-pk")
    looked_at = [row.uid for row in of_office[:LOOKED_AT]]
    overview = opened(looking, "/overview/?period=year")
    overview.work()  # from here on its figures are kept
    return {
        "list, open": opened(looking, "/opinions/?state=open"),
        "list, all": opened(looking, "/opinions/"),
        "detail": in_turn([opened(looking, f"/opinions/{uid}/") for uid in looked_at]),
        "create": sent(registering, "/station/opinions/new/", forms(), leads_to="/opinions/"),
        "dashboard": overview,
        "dashboard, counted anew": Action(overview.work, KeptFigures.objects.all().delete),
        "API list": opened(calling, f"/api/v1/opinions/?page_size={ROWS}", **by_key),
        "API detail": in_turn([opened(calling, f"/api/v1/opinions/{uid}/", **by_key) for uid in looked_at]),
        "overdue sweep": sweep(),
    }


def forms() -> Callable[[], dict]:
    """What a clerk of the first station types: one of its branches, no villager, no deputy, the category found by the words."""
    numbers, words = count(), texts()
    return lambda: {"key": str(uuid4()), "branch": "P10000", "text": words[next(numbers) % len(words)]}


def sweep() -> Action:
    from julu_liaison.common.working_days import Calendar, today_here
    from opinions.services.clocks import sweep_deadlines
    from tests.cast import moment

    day = today_here()
    while Calendar.load(day, day).is_holiday(day):
        day -= timedelta(days=1)  # nobody is told of a deadline on a holiday

    def work() -> None:
        swept = sweep_deadlines(at=moment(day))
        assert sum(swept.warned.values()), "nothing was due"

    return Action(work, lambda: overdue(day))


def overdue(day: date) -> None:
    """All open ones are late, and as if nobody had been told yet."""
    run(
        f"UPDATE opinions_clock SET due_on = date '{day}' - 1, alert_on = date '{day}' - 1, alert = 0, "
        f"started_on = date '{day}' - 60 WHERE stopped_on IS NULL",
        f"UPDATE opinions_opinion SET due_on = date '{day}' - 1 WHERE ended_at IS NULL",
        "DELETE FROM notices_notice",
        "VACUUM (ANALYZE)",
    )


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.helpdesk.ours_settings"
    django.setup()
    prepare()
    serve(load)
