"""Throttles count in one step, and so does the lock after wrong passwords: what is sent at once gets no further.

The same on PostgreSQL and Redis: tests/servers/test_guess_race.py.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.cache import cache
from django.test import RequestFactory
from django.urls import reverse

from julu_liaison.accounts.flood import ByAddress
from julu_liaison.accounts.lockout import one_guess
from julu_liaison.common.counting_cache import CountingFileCache
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services.wire import Fate, Outcome
from stations.services.gateways import set_up_gateway
from tests.cast import moment
from tests.test_gateway_pages import WECOM

AT_ONCE = 24


class Ten(ByAddress):
    scope, rate = "ten", "10/min"


def at_once(work, times: int = AT_ONCE) -> list:
    """What `work` answers when so many threads begin together."""
    together = Barrier(times)

    def begin(number: int):
        together.wait()
        return work(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(begin, range(times)))


def test_of_many_requests_at_once_as_many_get_in_as_may():
    cache.clear()
    answers = at_once(lambda _number: Ten().allow_request(RequestFactory().get("/", REMOTE_ADDR="10.7.7.7"), ""))
    assert answers.count(True) == 10
    throttle = Ten()
    assert not throttle.allow_request(RequestFactory().get("/", REMOTE_ADDR="10.7.7.7"), "") and 1 <= throttle.wait() <= 60
    assert Ten().allow_request(RequestFactory().get("/", REMOTE_ADDR="10.7.7.8"), "")


def test_the_files_of_the_embedded_installation_count_every_one(tmp_path):
    files = CountingFileCache(tmp_path, {})
    assert sorted(at_once(lambda _number: files.add("first", 1)))[-1] and at_once(lambda _n: files.add("first", 1)).count(True) == 0
    files.set("number", 0, 60)
    assert sorted(at_once(lambda _number: files.incr("number"))) == list(range(1, AT_ONCE + 1))
    assert 50 < files._left("number", None) <= 60  # counting prolongs nothing
    with pytest.raises(ValueError, match="there is no"):
        files.incr("unknown")


def test_only_one_of_many_adds(tmp_path):
    files = CountingFileCache(tmp_path, {})
    assert at_once(lambda number: files.add("one", number)).count(True) == 1


def test_a_throttle_without_a_rate_lets_everybody_in(rf):
    free = Ten()
    free.rate = None
    assert free.allow_request(rf.get("/"), "")


def test_guesses_being_looked_at_count(db):
    request = RequestFactory().post("/", REMOTE_ADDR="10.7.7.9")
    held = [one_guess(request, "guanting") for _time in range(6)]
    assert [guess.__enter__() for guess in held] == [True] * 5 + [False]
    with one_guess(request, "yantuan") as other:
        assert other
    for guess in held:
        guess.__exit__(None, None, None)
    with one_guess(request, "guanting") as again:
        assert again


def test_a_program_with_an_old_token_is_told_to_stop_and_others_are_not(cast, client, settings):
    cache.clear()
    settings.THROTTLE = True
    wrong = [client.get("/api/v1/stations/", headers={"authorization": "Token gone"}, REMOTE_ADDR="10.7.7.6") for _time in range(32)]
    assert [answer.status_code for answer in wrong] == [401] * 30 + [429] * 2 and int(wrong[-1]["Retry-After"]) > 0
    body = {"username": cast.clerk.username, "password": "Test-pass-2026"}
    token = client.post("/api/v1/auth/token/", body, content_type="application/json", REMOTE_ADDR="10.7.7.6").json()["token"]
    right = client.get("/api/v1/stations/", headers={"authorization": f"Token {token}"}, REMOTE_ADDR="10.7.7.6")
    assert right.status_code == 200


def test_trial_messages_to_a_group_have_a_limit_too(cast, signed_in, settings, monkeypatch):
    cache.clear()
    settings.THROTTLE = True
    monkeypatch.setattr("julu_liaison.notices.services.gateways.post", lambda **_facts: Outcome(Fate.ARRIVED, ""))
    at = moment(today_here())
    row = set_up_gateway(place=cast.gt, kind="wecom", name="群", address=WECOM, actor=cast.clerk, at=at)
    client, address = signed_in(cast.clerk), reverse("gateway-try", args=[row.uid])
    answers = [client.post(address).status_code for _time in range(31)]
    assert answers == [302] * 30 + [429]
