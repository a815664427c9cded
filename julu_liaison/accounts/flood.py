"""Keeping a flood from pages that need no sign-in: so many requests a minute from one address."""

from django.conf import settings
from rest_framework.throttling import SimpleRateThrottle

from julu_liaison.accounts.rules import address_of


class ByAddress(SimpleRateThrottle):
    """Give a `scope` and a `rate` such as `120/min`. Counts the address that the site itself has seen: a header that
    the caller may write doesn't count."""

    def get_cache_key(self, request, view):
        return self.cache_format % {"scope": self.scope, "ident": address_of(request)}


def is_flood(request, *throttles: SimpleRateThrottle, of: str = "") -> bool:
    """Whether one of `throttles` says that this is too much; `of` is what they count by beside the address."""
    return bool(settings.THROTTLE) and not all(throttle.allow_request(request, of) for throttle in throttles)
