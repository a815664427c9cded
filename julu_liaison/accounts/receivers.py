"""What Django and django-axes tell of signing in, wherever it happens: pages, steps after the password, the API."""

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone

from julu_liaison.accounts import lockout
from julu_liaison.accounts.flood import ByAddress, is_flood
from julu_liaison.accounts.rules import address_of
from julu_liaison.accounts.services.sign_ins import record_failure, record_lock, record_sign_out


class FailuresRecorded(ByAddress):
    """Somebody who tries thousands of passwords fills no disk: each is counted, and so many of a minute are recorded."""

    scope, rate = "failures-recorded", "60/min"


@receiver(user_login_failed, dispatch_uid="accounts.failed")
def failed(sender, credentials, request=None, **_facts) -> None:
    if request is not None and not is_flood(request, FailuresRecorded()):
        record_failure(
            username=str(credentials.get("username", "")), step=_step(sender, request), address=address_of(request),
            at=timezone.now(),
        )  # fmt: skip


@receiver(user_locked_out, dispatch_uid="accounts.locked")
def locked(request, username, **_facts) -> None:
    """Axes says so again with every further attempt; the failures of this very one locked it only if they were counted."""
    if request.axes_failures_since_start:
        record_lock(username=str(username or ""), address=address_of(request), at=timezone.now())


@receiver(user_logged_out, dispatch_uid="accounts.signed_out")
def signed_out(request, user, **_facts) -> None:
    if user is not None and user.is_authenticated:
        record_sign_out(account=user, address=address_of(request), at=timezone.now())


def _step(sender, request) -> str:
    if request.path.startswith("/api/"):
        return "api"
    if request.path == reverse("login-code"):
        return "code"
    return "again" if sender == lockout.__name__ else "password"
