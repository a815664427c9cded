"""What grows from one county to a province, and what stays: 170 counties, ten years, on the server of DATABASE_URL.

Builds one county with ten years behind it (minutes), measures it, writes it once more for all the others, checks them
(`check_data`, `check_tree`, the whole ledger of a copied county) and measures the first one again. Makes a database of its
own and drops it; about 25 GB. `--out` also writes the table to a file; `--keep` leaves the database, `--use` takes one.
Fails where a check finds anything, or a page of one county takes another number of queries in the province.
"""

# ruff: noqa: T201 - printing is what this script is for
import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

import django
import psycopg

OWN = f"bench_province_{os.getpid()}"
COUNTIES = 170
FLAT, NOISE = 1.5, 10.0  # a page may take so many times as long as in one county, or so many ms longer
MOST_SHOWN = 20


@contextmanager
def own_database(taken: str, kept: bool) -> Iterator[None]:
    server_url = os.environ["DATABASE_URL"]
    name = taken or OWN
    os.environ |= {
        "DATABASE_URL": urlsplit(server_url)._replace(path=f"/{name}").geturl(),
        "DATA_DIR": tempfile.mkdtemp(prefix="liaison-bench-"), "DJANGO_SETTINGS_MODULE": "tests.settings",
    }  # fmt: skip
    with psycopg.connect(server_url, autocommit=True) as server:
        if not taken:
            server.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
            server.execute(f"ALTER DATABASE {name} SET random_page_cost = 1.1")  # as docs/operations.md asks of one on SSD
        try:
            django.setup()
            yield
        finally:
            if not (taken or kept):
                server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--counties", type=int, default=COUNTIES)
    options.add_argument("--out", type=Path)
    options.add_argument("--keep", action="store_true")
    options.add_argument("--use", default="", help="a database in which the first county has been built already")
    chosen = options.parse_args()
    with own_database(chosen.use, chosen.keep):
        return run(chosen)


def run(chosen: argparse.Namespace) -> int:
    from julu_liaison.common.working_days import today_here
    from tests.bench import province_counties, province_years

    today = today_here()
    if not chosen.use:
        with told("one county of ten years"):
            province_years.build(today)
    alone = measured("one county", today)
    with told(f"{chosen.counties} counties"):
        province_counties.multiply(2, chosen.counties, tell)
    size()
    problems = checked()
    among = measured(f"{chosen.counties} counties", today)
    lines, grown = table(alone, among, chosen.counties)
    print(*lines, sep="\n", flush=True)
    if chosen.out:
        chosen.out.write_text("\n".join(lines) + "\n")
    return int(bool(problems or grown))


def tell(words: str) -> None:
    print(words, flush=True)


@contextmanager
def told(what: str) -> Iterator[None]:
    start = perf_counter()
    yield
    tell(f"{what}: {perf_counter() - start:.0f} s")


def size() -> None:
    """What there is, by table, and on the disk."""
    from tests.bench.province_copies import rows
    from tests.bench.province_counties import counted

    for name, count in counted():
        if count >= 100_000:
            tell(f"  {name:40}{count:>14,}")
    tell(f"on the disk: {rows('SELECT pg_size_pretty(pg_database_size(current_database()))')[0][0]}")


def checked() -> list[str]:
    """What the operators' checks find, and the ledger of the county that was copied last: time, memory, problems."""
    from julu_liaison.common.working_days import today_here
    from scoring.services.ledger.verifying import verify
    from stations.models import Station

    problems = [line for name in ("check_data", "check_tree") for line in _command(name)]
    last = Station.objects.centres().order_by("pk").last()
    start, this_year = perf_counter(), today_here().year
    for year in (this_year - 5, this_year):
        problems += verify(county=last, year=year)
    tell(f"ledger of {last.code}, two years, verified: {perf_counter() - start:.0f} s")
    for line in problems[:MOST_SHOWN]:
        tell(f"  {line}")
    tell(f"problems: {len(problems)}")
    return problems


def _command(name: str) -> list[str]:
    """Run one of our commands as an operator does; returns what it finds."""
    start = perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, "manage.py", name], stdout=subprocess.PIPE, text=True
    )
    found = process.stdout.read().splitlines()
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    tell(
        f"{name}: exit {process.returncode}, {perf_counter() - start:.0f} s by the clock, {used.ru_utime + used.ru_stime:.0f} s CPU "
        f"here, {used.ru_maxrss / 1024:.0f} MiB at most"
    )
    return found or ([f"{name}: exit {process.returncode}"] if process.returncode else [])


# ---- The table -------------------------------------------------------------------------------------------------------


def measured(what: str, today: date) -> dict:
    """The cost of every figure, by the figure."""
    from tests.bench.province_pages import figures, measure

    with told(f"measured, {what}"):
        return {figure.name: (figure, measure(figure)) for figure in figures(today)}


def table(alone: dict, among: dict, counties: int) -> tuple[list[str], list[str]]:
    """Lines of a Markdown table, and the names of what should have stayed flat and did not."""
    lines = [
        f"| | queries | rows read | ms | queries of {counties} | rows read | ms | ratio | |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    grown = []
    for name, (figure, one) in alone.items():
        many = among[name][1]
        ratio = many.milliseconds / one.milliseconds
        is_flat = many.queries == one.queries and (ratio <= FLAT or many.milliseconds - one.milliseconds < NOISE)
        word = "of all counties" if figure.of_all else "flat" if is_flat else "**grows**"
        if not (figure.of_all or is_flat):
            grown.append(name)
        costs = " | ".join(f"{cost.queries} | {cost.read:,} | {cost.milliseconds:,.1f}" for cost in (one, many))
        lines.append(f"| {name} | {costs} | {ratio:.2f} | {word} |")
    return lines, grown


if __name__ == "__main__":
    sys.exit(main())
