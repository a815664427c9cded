"""Many people at once, each in their own time: scripts that say what is opened next, and when, and are told the answer.

The clock is open: what is due is sent at its time whether or not earlier answers have come, and its duration counts from
the moment it was due, so a site that falls behind shows it.
"""

import heapq
from collections.abc import Generator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import NamedTuple
from urllib.parse import urlencode

AT_ONCE, PATIENCE = 128, 30  # requests under way, seconds until one is given up


@dataclass(frozen=True)
class Asked:
    """One request, `wait` seconds after the answer before it. `fields` are a form's; `body` is sent as it is."""

    kind: str
    path: str
    wait: float = 0.0
    method: str = "GET"
    fields: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    expected: tuple[int, ...] = (200,)


class Answer(NamedTuple):
    """Status 0: none came."""

    status: int
    text: str
    location: str


class Done(NamedTuple):
    kind: str
    status: int
    seconds: float
    is_expected: bool


Script = Generator[Asked, Answer, None]


@dataclass(frozen=True)
class Person:
    """Who opens pages: from which address, with which cookie, from when on (seconds), and what."""

    address: str
    cookies: str
    begins: float
    script: Script


def live(port: int, people: list[Person], seconds: float) -> list[Done]:
    """Let everybody do what they do; who is not through after `seconds` stops with the answer under way."""
    start, order, back = perf_counter(), count(), SimpleQueue()
    due: list[tuple[float, int, Person, Asked]] = []
    for person in people:
        first = next(person.script)
        heapq.heappush(due, (person.begins + first.wait, next(order), person, first))
    found: list[Done] = []
    under_way = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while due or under_way:
            now = perf_counter() - start
            while due and due[0][0] <= now and now < seconds:
                when, _turn, person, asked = heapq.heappop(due)
                future = pool.submit(_send, port, person, asked)
                future.add_done_callback(_put_back(back, when, person, asked))
                under_way += 1
            if now >= seconds:
                due.clear()
            try:
                wait = min(due[0][0] - now, 0.5) if due else 0.5
                when, person, asked, answer, ended = back.get(timeout=max(wait, 0.001))
            except Empty:
                continue
            under_way -= 1
            found.append(Done(asked.kind, answer.status, ended - start - when, answer.status in asked.expected))
            following = _next(person, answer)
            if following:
                heapq.heappush(due, (perf_counter() - start + following.wait, next(order), person, following))
    return found


def _put_back(back: SimpleQueue, when: float, person: Person, asked: Asked):
    def put(future: Future) -> None:
        back.put((when, person, asked, future.result(), perf_counter()))

    return put


def _next(person: Person, answer: Answer) -> Asked | None:
    try:
        return person.script.send(answer)
    except StopIteration:
        return None


def _send(port: int, person: Person, asked: Asked) -> Answer:
    """A connection of its own for each page, as from a phone behind our proxy."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    headers = {"X-Forwarded-For": person.address, "Cookie": person.cookies, "Connection": "close", **asked.headers}
    body = asked.body
    if asked.fields:
        body = urlencode(asked.fields).encode()
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        connection.request(asked.method, asked.path, body=body or None, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        return Answer(answer.status, text, answer.headers.get("Location", ""))
    except (OSError, HTTPException):
        return Answer(0, "", "")
    finally:
        connection.close()
