"""Keeping a flood from pages that need no sign-in: so many requests a minute from one address."""

from functools import wraps

from django.conf import settings
from django.http import HttpResponse

from julu_liaison.accounts.counting import CountingThrottle
from julu_liaison.accounts.rules import network_of
from julu_liaison.common.public_pages import draw

TOO_OFTEN = "打开得太频繁了,请过一分钟再试。"


class ByAddress(CountingThrottle):
    """Give a `scope` and a `rate` such as `120/min`. Counts the address (of IPv6 its network) that the site itself has seen:
    a header that the caller may write doesn't count."""

    def get_cache_key(self, request, view):
        return self.cache_format % {"scope": self.scope, "ident": network_of(request)}


def is_flood(request, *throttles: CountingThrottle, of: str = "") -> bool:
    """Whether one of `throttles` says that this is too much; `of` is what they count by beside the address."""
    return bool(settings.THROTTLE) and not all(throttle.allow_request(request, of) for throttle in throttles)


class Passers(ByAddress):
    """Generous: a whole village may share one address of its network."""

    scope, rate = "public-page", "600/min"


def for_passers(view):
    """A page for whoever comes by; from an address that asks for too many, 429 and when to come again."""

    @wraps(view)
    def opened(request, *args, **kwargs):
        if is_flood(request, Passers()):
            return too_often(request)
        return view(request, *args, **kwargs)

    return opened


def too_often(request) -> HttpResponse:
    answer = draw(request, "public_sentence.html", {"title": "现在打不开", "sentence": TOO_OFTEN}, status=429)
    answer["Retry-After"] = "60"
    return answer
