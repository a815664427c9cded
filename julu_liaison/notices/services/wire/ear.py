"""What apprise does not tell: how a request went."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import requests
from apprise.plugins import custom_form, custom_json, dingtalk, wecombot

from julu_liaison.notices.services.wire.lines import line
from julu_liaison.notices.services.wire.outcomes import TIMEOUTS

# Both write addresses with their keys into debug lines.
logging.getLogger("apprise").setLevel(logging.CRITICAL)
logging.getLogger("urllib3").setLevel(logging.WARNING)


class Heard:
    """What came back of one request."""

    response: requests.Response | None = None
    error: requests.RequestException | None = None


_hearing: ContextVar[Heard] = ContextVar("hearing")


@contextmanager
def hearing() -> Iterator[Heard]:
    """Hear the one request that is made inside the block."""
    heard = Heard()
    token = _hearing.set(heard)
    try:
        yield heard
    finally:
        _hearing.reset(token)


class _Ear:
    """Stands for `requests` in apprise's senders, which tell only whether all went well.

    Whether a message may be sent again depends on how it went wrong, and the robots of groups refuse with a 200. It also
    holds what no address may change: no redirects, certificates checked, limits of time.
    """

    codes = requests.codes
    RequestException = requests.RequestException

    def post(self, url: str, **options):
        return self.request("POST", url, **options)

    def request(self, method: str, url: str, **options):
        heard = _hearing.get()
        asked = options | {"allow_redirects": False, "verify": True, "timeout": TIMEOUTS}
        try:
            with line() as session:
                heard.response = session.request(method, url, **asked)
        except requests.RequestException as error:
            heard.error = error
            raise
        return heard.response


for _module in (custom_form, custom_json, dingtalk, wecombot):
    _module.requests = _Ear()
