"""The cache goes on without Redis, each process by itself, and is back with it; nobody waits for it twice."""

import time

import pytest
from django.core.cache.backends.locmem import LocMemCache
from redis.exceptions import ConnectionError as RedisAway

from julu_liaison.common import steady_cache
from julu_liaison.common.steady_cache import OPERATIONS, SteadyRedisCache

pytestmark = pytest.mark.once


class Server:
    """Stands in for Django's cache on Redis: keeps what it is told, or is away."""

    def __init__(self, monkeypatch):
        self.is_away, self.asked = False, 0
        self.kept = LocMemCache("redis-of-the-test", {})
        self.kept.clear()
        for operation in OPERATIONS:
            monkeypatch.setattr(steady_cache.RedisCache, operation, self._stand_in(operation))

    def _stand_in(self, operation: str):
        def act(_cache, *arguments, **named):
            self.asked += 1
            if self.is_away:
                raise RedisAway
            return getattr(self.kept, operation)(*arguments, **named)

        return act


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(steady_cache._Absence, "until", 0.0)
    return Server(monkeypatch)


@pytest.fixture
def cache(server):
    found = SteadyRedisCache("redis://127.0.0.1:1/0", {})
    found._own.clear()
    return found


def pass_time(monkeypatch) -> None:
    monkeypatch.setattr(steady_cache._Absence, "until", time.monotonic() - 1)


def test_with_redis_it_is_as_ever(server, cache):
    cache.set("page", "drawn")
    assert cache.get("page") == "drawn" and server.kept.get("page") == "drawn" and cache._own.get("page") is None


def test_without_redis_it_keeps_its_own_and_asks_again_after_a_while(server, cache, monkeypatch, caplog):
    server.is_away = True
    cache.set("page", "drawn")
    cache.set_many({"count": 1})
    assert cache.incr("count") == 2 and cache.add("page", "x") is False and cache.get_or_set("new", "y") == "y"
    assert (cache.get("page"), cache.get("nothing", "default"), cache.has_key("page")) == ("drawn", "default", True)
    assert server.asked == 1 and caplog.text.count("no cache on Redis") == 1
    pass_time(monkeypatch)
    cache.get("page")
    assert server.asked == 2


def test_back_with_redis_what_was_kept_meanwhile_is_forgotten(server, cache, monkeypatch):
    cache.set("page", "of before")
    server.is_away = True
    cache.set("page", "of meanwhile")
    pass_time(monkeypatch)
    server.is_away = False
    assert cache.get("page") == "of before"
    server.is_away = True
    assert cache.get("page") is None


def test_a_redis_that_refuses_the_connection_costs_no_time_and_no_error(monkeypatch):
    """The real client: port 1 is nobody's."""
    monkeypatch.setattr(steady_cache._Absence, "until", 0.0)
    cache = SteadyRedisCache("redis://127.0.0.1:1/0", {})
    begun = time.monotonic()
    for number in range(200):
        cache.set(f"key-{number}", number)
    assert cache.get("key-7") == 7 and time.monotonic() - begun < steady_cache.SECONDS * 2
