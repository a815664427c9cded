"""What one request costs in a process that stays up; both sides run this, each in an environment of its own.

Lines of JSON come in and go out: `{"load": 1000}` makes so many tickets the only ones, `{"run": "detail"}` does one
thing and answers with its cost, no line ends the process. Needs Django, nothing of ours.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from time import perf_counter, process_time


@dataclass(frozen=True)
class Action:
    """One thing to measure; `before` puts the rows in place and is not counted."""

    work: Callable[[], object]
    before: Callable[[], object] = lambda: None


class Counted:
    """Counts what is sent to the database; it is a wrapper of `connection.execute_wrapper`. Transactions' ends are not."""

    def __init__(self):
        self.queries = 0

    def __call__(self, execute, sql, params, many, context):
        self.queries += 1
        return execute(sql, params, many, context)


def cost_of(action: Action) -> dict:
    """Do it once: number of queries, milliseconds of this process's CPU and by the clock."""
    from django.db import connection

    action.before()
    counted = Counted()
    with connection.execute_wrapper(counted):
        clock, cpu = perf_counter(), process_time()
        action.work()
        cpu, clock = process_time() - cpu, perf_counter() - clock
    return {"queries": counted.queries, "cpu": cpu * 1000, "clock": clock * 1000}


def serve(load: Callable[[int], dict[str, Action]]) -> None:
    """Answer the driver until it has no more lines; whatever is printed meanwhile goes to the error output."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    actions: dict[str, Action] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if "load" in asked:
            actions = load(asked["load"])
            found: object = sorted(actions)
        else:
            found = cost_of(actions[asked["run"]])
        answers.write(json.dumps(found) + "\n")
        answers.flush()


def opened(client, *paths: str, **more) -> Action:
    """Open these pages with a test client, one after the other as a browser does; each has to answer 200."""

    def work() -> None:
        for path in paths:
            answer = client.get(path, **more)
            assert answer.status_code == 200, (path, answer.status_code)

    return Action(work)


def in_turn(actions: list[Action]) -> Action:
    """The next one every time, so that no ticket is measured from the database's memory alone."""
    turns: Iterator[Action] = cycle(actions)
    return Action(lambda: next(turns).work())


def sent(client, path: str, form: Callable[[], dict], *, leads_to: str) -> Action:
    """Send a form; it has to be taken, which is told by leading on to an address that begins so."""

    def work() -> None:
        answer = client.post(path, form())
        assert answer.status_code == 302 and answer.url.startswith(leads_to), (path, answer.status_code, answer.headers)

    return Action(work)
