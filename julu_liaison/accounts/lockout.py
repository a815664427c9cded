"""Wrong passwords and codes are counted by django-axes under account + address, wherever they are typed.

The login form counts by itself; pages and API that ask for a password or code again count through here. The fifth in
a row locks the account at that address, and AxesMiddleware puts the locked page in the answer's place.
"""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256

from axes.conf import settings as axes_settings
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from axes.utils import reset
from django.contrib.auth.signals import user_login_failed
from django.core.cache import cache
from django.db.models import Sum
from django.utils import timezone

from julu_liaison.accounts.rules import network_of

LOOKED_AT_FOR = 60  # seconds; who was killed over a guess holds its place no longer


@contextmanager
def one_guess(request, username: str) -> Iterator[bool]:
    """Say whether a password or code for this account may be looked at now: a guess counts from the moment it comes in.

    axes counts a wrong one once it has been looked at, so a hundred sent at once would all be looked at. Here those that
    are being looked at count like wrong ones until they are known: together never more than five before the lock.
    """
    username = unicodedata.normalize("NFKC", username).strip()  # as the form reads it: one account has one count
    key = "guess:" + sha256(f"{username}\0{network_of(request)}".encode()).hexdigest()
    cache.add(key, 0, LOOKED_AT_FOR)
    try:
        at_once = cache.incr(key)
    except ValueError:  # it has run out between the two
        at_once = 1
    try:
        yield _failures(request, username) + at_once <= axes_settings.AXES_FAILURE_LIMIT
    finally:
        with suppress(ValueError):
            cache.decr(key)


def _failures(request, username: str) -> int:
    since: datetime = timezone.now() - axes_settings.AXES_COOLOFF_TIME
    rows = AccessAttempt.objects.filter(username=username, ip_address=network_of(request), attempt_time__gt=since)
    return rows.aggregate(total=Sum("failures_since_start"))["total"] or 0


def count_failure(request, account) -> int:
    """Count one wrong password or code; returns how many more are open before the lock, 0: locked now."""
    user_login_failed.send(__name__, credentials={"username": account.username}, request=request)
    return max(0, axes_settings.AXES_FAILURE_LIMIT - (request.axes_failures_since_start or 0))


def is_locked(request, account) -> bool:
    return not AxesProxyHandler.is_allowed(request, {"username": account.username})


def forget_failures(request, account) -> None:
    """The right one was given: earlier failures from this address no longer count."""
    reset(ip=network_of(request), username=account.username)


def opens_again_at(request, username: str):
    """When a locked account can be used again at this address; None if nothing is known."""
    attempts = AccessAttempt.objects.filter(username=username, ip_address=network_of(request))
    last = attempts.order_by("-attempt_time").values_list("attempt_time", flat=True).first()
    return timezone.localtime(last + axes_settings.AXES_COOLOFF_TIME) if last else None
