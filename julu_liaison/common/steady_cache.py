"""The cache on Redis, which goes on without it: while Redis is away each process keeps its own in memory.

Nothing in the cache is the only copy of anything (ADR 29): pages drawn for villagers, counters of throttles, what was looked at.
"""

import logging
import time
from functools import wraps
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

ASKED_AGAIN = 5.0  # seconds after a failure in which nobody waits for Redis again
SECONDS = 1.0  # no page waits longer for an answer
MOST_KEPT = 5000  # entries of a process's own
OPERATIONS = (
    "add", "get", "set", "touch", "delete", "get_many", "has_key", "incr", "set_many", "delete_many", "clear",
)  # fmt: skip


class _Absence:
    """Until when (monotonic seconds) the process does without Redis; one for all its threads."""

    until = 0.0


class SteadyRedisCache(RedisCache):
    """As Django's, except that a Redis that does not answer raises no error."""

    def __init__(self, server, params):
        quick = {
            "socket_connect_timeout": SECONDS, "socket_timeout": SECONDS,
            "retry": Retry(NoBackoff(), 1),  # a connection from before Redis was restarted is made anew
        }  # fmt: skip
        super().__init__(server, params | {"OPTIONS": quick | params.get("OPTIONS", {})})
        self._own = LocMemCache("without-redis", {"OPTIONS": {"MAX_ENTRIES": MOST_KEPT}})

    def _do(self, operation: str, *arguments: Any, **named: Any) -> Any:
        if time.monotonic() >= _Absence.until:
            try:
                answer = getattr(RedisCache, operation)(self, *arguments, **named)
            except RedisError as error:
                logger.warning("no cache on Redis (%s), each process keeps its own", type(error).__name__)
                _Absence.until = time.monotonic() + ASKED_AGAIN
            else:
                self._welcome_back()
                return answer
        return getattr(self._own, operation)(*arguments, **named)

    def _welcome_back(self) -> None:
        """What was kept meanwhile is out of date when Redis goes away the next time."""
        if _Absence.until:
            _Absence.until = 0.0
            self._own.clear()


def _either(operation: str):
    @wraps(getattr(RedisCache, operation))
    def done(self, *arguments, **named):
        return self._do(operation, *arguments, **named)

    return done


for _operation in OPERATIONS:
    setattr(SteadyRedisCache, _operation, _either(_operation))
