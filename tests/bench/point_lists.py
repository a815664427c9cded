"""What pages of scores cost in one county of 865 deputies, alone and among 170 such (147,000 deputies): `make bench`.

Needs PostgreSQL; makes a database of its own and drops it. Fails where a page needs another number of queries among many
counties, and marks what takes more than 1.5 times as long.
"""

# ruff: noqa: T201, S608 - printing is what this script is for, and its SQL is made of its own words
import os
import sys
from datetime import date, timedelta
from time import perf_counter
from urllib.parse import urlsplit

import django
import psycopg

OWN = f"liaison_lists_{os.getpid()}"
SERVER = os.environ["DATABASE_URL"]
os.environ["DATABASE_URL"] = urlsplit(SERVER)._replace(path=f"/{OWN}").geturl()
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ.setdefault("PGOPTIONS", "-c random_page_cost=1.1")  # as docs/operations.md asks of a server on SSD

DEPUTIES, BRANCHES, LINES, COUNTIES = 865, 87, 6, 170
FAR = 1_000_000  # between the keys of two counties
ROUNDS, LIMIT = 7, 1.5
# Tables of a county in their order, and what besides their keys has to differ from county to county.
COPIED = {
    "stations_station": {"code": "{c} || '-' || code", "tree_id": "tree_id + {c} * 1000", "slug": "{c} || '-' || slug"},
    "deputies_deputy": {"code": "{c} || '-' || code", "user_id": "NULL", "phone": "''"},
    "deputies_membership": {},
    "deputies_mandate": {},
    "scoring_scheme": {},
    "scoring_schemeversion": {},
    "scoring_rule": {},
    "scoring_pointentry": {},
}
PAGES = {
    "scores, county": ("staff", "/points/"),
    "scores, station": ("clerk", "/points/"),
    "ranking": ("staff", "/points/ranking/"),
    "distribution": ("staff", "/points/distribution/"),
    "one score": ("staff", "/deputies/{deputy}/score/"),
}


def found_county():
    """The cast's county with 865 deputies in 87 branches, and a few lines of everybody."""
    from deputies.models import Deputy, Mandate, Membership
    from scoring.models import PointEntry, Rule, Scheme
    from stations.models import Station
    from tests.cast import OPENED, build_cast, moment

    cast = build_cast()
    Scheme.objects.update(shows_ranking=True)
    columns = Station.objects.filter(pk=cast.gt02.pk).values().get()
    del columns["id"], columns["code"], columns["name"]
    columns.pop("uid", None)
    branches = Station.objects.bulk_create(Station(**columns, code=f"B{n}", name=f"第{n}号分站") for n in range(BRANCHES))
    columns = Deputy.objects.filter(pk=cast.deputies["GT01"][2].pk).values().get()
    for name in ("id", "uid", "code", "phone"):
        columns.pop(name, None)
    people = Deputy.objects.bulk_create(Deputy(**columns, code=f"X{n:04d}") for n in range(DEPUTIES))
    Membership.objects.bulk_create(
        Membership(deputy=one, branch=branches[n % BRANCHES], role="member", started_on=OPENED)
        for n, one in enumerate(people)
    )
    Mandate.objects.bulk_create(
        Mandate(deputy=one, level="township", term="第十七届", started_on=OPENED) for one in people
    )
    rules = list(Rule.objects.exclude(points=0))
    PointEntry.objects.bulk_create(
        PointEntry(
            county=cast.county, deputy=one, year=2026, number=k + 1, rule=rule, block=rule.block, points=rule.points,
            occurred_on=date(2026, 1, 5) + timedelta(days=k), reason="缺席", source="log", source_key="x",
            fact_key=f"log:{k}", posted_at=moment(OPENED), digest="0" * 64,
        )
        for n, one in enumerate(people)
        for k, rule in enumerate(rules[(n + j) % len(rules)] for j in range(LINES))
    )  # fmt: skip
    return cast


def multiply(cursor) -> None:
    """The county's rows once more for each of the other counties, their keys far apart."""
    from django.apps import apps

    models = {model._meta.db_table: model for model in apps.get_models()}
    copied = {models[table] for table in COPIED}
    for table, changes in COPIED.items():
        ways = {}
        for field in models[table]._meta.concrete_fields:
            way = changes.get(field.column, f'"{field.column}"')
            if field.primary_key or field.related_model in copied:
                way = changes.get(field.column, f'"{field.column}" + {{c}} * {FAR}')
            elif field.get_internal_type() == "UUIDField":
                way = "gen_random_uuid()"
            ways[f'"{field.column}"'] = way.format(c="c")
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(ways)}) SELECT {', '.join(ways.values())} "
            f"FROM {table}, generate_series(1, {COUNTIES - 1}) c WHERE id < {FAR}"
        )
    cursor.execute(f"VACUUM (ANALYZE) {', '.join(COPIED)}")


def measured(cast) -> dict[str, tuple[int, float]]:
    """Queries and milliseconds of each page, the best of several rounds."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    found = {}
    for name, (who, address) in PAGES.items():
        client = Client()
        client.force_login(getattr(cast, who), backend="django.contrib.auth.backends.ModelBackend")
        page, times = address.format(deputy=cast.deputy_person.code), []
        for _round in range(ROUNDS):
            with CaptureQueriesContext(connection) as queries:
                start = perf_counter()
                answer = client.get(page, {"year": 2026})
                times.append((perf_counter() - start) * 1000)
            assert answer.status_code == 200, (name, answer.status_code)
        found[name] = (len(queries), min(times))
    return found


def run() -> int:
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0)
    cast = found_county()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        alone = measured(cast)
        for line in ("session_replication_role = replica", "synchronous_commit = off"):
            cursor.execute(f"SET {line}")
        multiply(cursor)
        cursor.execute("SET session_replication_role = origin")
        among = measured(cast)
    print(f"{'':18}{'alone':>18}{f'of {COUNTIES}':>18}  ratio")
    for name, (count, cost) in alone.items():
        more, dearer = among[name]
        over = "  over the limit" if dearer > LIMIT * cost else ""
        print(f"{name:18}{count:4} q {cost:8.1f} ms{more:4} q {dearer:8.1f} ms{dearer / cost:7.2f}{over}")
    return int(any(among[name][0] != count for name, (count, _cost) in alone.items()))


def main() -> int:
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {OWN}")
        try:
            return run()
        finally:
            server.execute(f"DROP DATABASE {OWN} WITH (FORCE)")


if __name__ == "__main__":
    sys.exit(main())
