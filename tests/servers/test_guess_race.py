"""Many passwords tried at once: five are looked at, as if they had come one after the other."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock

import pytest
from axes.models import AccessAttempt
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse

from julu_liaison.accounts.models import User
from tests.test_counting import Ten

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]

AT_ONCE = 12


def run(times: int, work) -> list:
    together = Barrier(times)

    def begin(number: int):
        together.wait()
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(begin, range(times)))


@pytest.mark.parametrize("door", ["page", "api"])
def test_of_many_passwords_at_once_five_are_looked_at(cast, monkeypatch, door):
    cache.clear()
    looked, lock, all_told = [], Lock(), Event()
    refused = []

    def look(self, raw):
        with lock:
            looked.append(raw)
        all_told.wait(20)  # until the others have been answered; without the gate everybody stands here
        return False

    monkeypatch.setattr(User, "check_password", look)

    def guess(number: int) -> int:
        client, password = Client(), f"guess-{number}"
        if door == "page":
            answer = client.post(reverse("login"), {"username": "guanting", "password": password}, REMOTE_ADDR="10.6.6.6")
        else:
            body = {"username": "guanting", "password": password}
            answer = client.post("/api/v1/auth/token/", body, content_type="application/json", REMOTE_ADDR="10.6.6.6")
        with lock:
            if answer.status_code == 429:
                refused.append(number)
            if len(refused) >= AT_ONCE - 5:
                all_told.set()
        return answer.status_code

    run(AT_ONCE, guess)
    assert len(looked) == 5 and len(refused) >= AT_ONCE - 5
    assert AccessAttempt.objects.get().failures_since_start == 5


def test_a_limit_holds_for_requests_at_once(cast):
    cache.clear()
    answers = run(24, lambda _number: Ten().allow_request(RequestFactory().get("/", REMOTE_ADDR="10.6.6.7"), ""))
    assert answers.count(True) == 10
