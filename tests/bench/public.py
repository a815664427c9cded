"""How many villagers can look at branch pages at once: `make bench`, on the servers of DATABASE_URL and REDIS_URL.

A county (72 branches, 865 deputies, four Sundays ahead) on PostgreSQL, gunicorn as in docker-compose.yml with two workers;
32 clients, each from an address of its own and with a new connection for every page, as phones have, open branch pages for
20 seconds, with pages kept and without. Clients run on the same processors. Fails where an answer is none.
"""

# ruff: noqa: T201 - printing is what this script is for
import os
import random
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from itertools import chain
from time import monotonic, perf_counter, sleep
from urllib.parse import urlsplit

import django
import psycopg

SERVER = os.environ["DATABASE_URL"]
OWN = f"bench_public_{os.getpid()}"
CLIENTS, SECONDS, WARM_UP, READY, PATIENCE = 32, 20, 3, 60, 30
CASES = (("each page drawn anew", 0), ("pages kept for 30 s", 30))


@contextmanager
def own_database() -> Iterator[None]:
    """An empty database and the environment that the site is served in."""
    os.environ |= {
        "DATABASE_URL": urlsplit(SERVER)._replace(path=f"/{OWN}").geturl(), "APP_ENV": "production", "HTTPS": "off",
        "DATA_DIR": tempfile.mkdtemp(prefix="liaison-bench-"), "DJANGO_SETTINGS_MODULE": "julu_liaison.settings",
        "SECRET_KEY": "only-for-this-bench-" * 3, "ALLOWED_HOSTS": "*", "NUM_PROXIES": "1",
    }  # fmt: skip
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {OWN}")
        try:
            django.setup()
            yield
        finally:
            server.execute(f"DROP DATABASE {OWN} WITH (FORCE)")


def load() -> list[str]:
    """Load the county; return the paths of its branches."""
    from django.core.management import call_command
    from django.urls import reverse

    from deputies.models import Deputy
    from julu_liaison.common.working_days import sundays_of, today_here
    from stations.models import Station
    from tests.bench import province as rows

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    rows.build(1)
    today = today_here()
    months = (today, today.replace(day=28) + timedelta(days=4))
    rows.load_sundays([day for day in chain(*map(sundays_of, months)) if day >= today][:4])
    Deputy.objects.update(
        employer="官亭镇安家庄村农民专业合作社", position="理事长", contact_scope="农田水利、道路交通"
    )
    Station.objects.update(phone="0319-0000000", duty_hours="上午9:00—11:30", address="村民委员会院内")
    codes = Station.objects.branches().values_list("code", flat=True)
    return [reverse("branch-page", args=[code]) for code in codes]


@contextmanager
def served(seconds: int) -> Iterator[int]:
    """The site on a free port, its pages kept for so many seconds; yields the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "julu_liaison.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "2", "--threads", "4", "--log-level", "error"]
    environment = os.environ | {"PUBLIC_PAGE_SECONDS": str(seconds)}
    process = subprocess.Popen(command, env=environment)  # noqa: S603 - our own interpreter and arguments
    try:
        end = monotonic() + READY
        while opened(port, "/", "10.0.0.1")[0] != 200:
            assert monotonic() < end and process.poll() is None, "the site doesn't start"
            sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait()


def opened(port: int, path: str, address: str) -> tuple[int, int]:
    """Open a page as a phone behind our proxy does; return status (0: no answer) and length."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        headers = {"Accept-Encoding": "gzip", "Connection": "close", "X-Forwarded-For": address}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, len(answer.read())
    except (OSError, HTTPException):
        return 0, 0
    finally:
        connection.close()


def look(port: int, paths: list[str], number: int, seconds: float) -> list[tuple[int, int, float]]:
    """One client: page after page until its time is over; status, length and seconds of each."""
    chosen, found, end = random.Random(number), [], perf_counter() + seconds
    while (start := perf_counter()) < end:
        address = f"10.{number}.{chosen.randrange(250)}.{chosen.randrange(250)}"
        status, length = opened(port, chosen.choice(paths), address)
        found.append((status, length, perf_counter() - start))
    return found


def looked(port: int, paths: list[str], seconds: float) -> list[tuple[int, int, float]]:
    with ThreadPoolExecutor(CLIENTS) as clients:
        done = clients.map(lambda number: look(port, paths, number, seconds), range(CLIENTS))
        return list(chain(*done))


def measured(name: str, seconds: int, paths: list[str]) -> int:
    """Print one line; return the number of pages that weren't answered by 200."""
    with served(seconds) as port:
        looked(port, paths, WARM_UP)
        answers = looked(port, paths, SECONDS)
    times = sorted(time * 1000 for _status, _length, time in answers)
    faults = sum(status != 200 for status, _length, _time in answers)
    heaviest = max(length for _status, length, _time in answers)
    print(f"{name:24}{len(answers) / SECONDS:8.1f} pages/s   p50 {times[len(times) // 2]:7.1f} ms   "
          f"p99 {times[len(times) * 99 // 100]:7.1f} ms   {faults} faults   {heaviest} bytes", flush=True)  # fmt: skip
    return faults


def main() -> int:
    with own_database():
        paths = load()
        print(f"{len(paths)} branches, {CLIENTS} clients, load before {os.getloadavg()[0]:.1f}", flush=True)
        return int(sum(measured(name, seconds, paths) for name, seconds in CASES) > 0)


if __name__ == "__main__":
    sys.exit(main())
