"""Signing in by two steps: what the session remembers between the password and the code.

Between the two steps nobody is signed in: the session holds only who gave the right password, for ten minutes.
"""

import time

from django.conf import settings
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string

from julu_liaison.accounts.models import User

PASSED = "second_factor"  # in the session of somebody who has given a code
HALF = "half_signed_in"
HALF_LASTS = 10 * 60  # seconds


def must_set_up(user) -> bool:
    """Whether one of today's postings demands a second factor (TOTP_ROLES); the rule belongs to an app above."""
    return bool(settings.TOTP_ROLES) and import_string(settings.SECOND_FACTOR_RULE)(user)


def remember_password_given(request, user) -> None:
    """First step done. The proof ends with the password: a changed one makes the half sign-in worthless."""
    request.session.flush()
    request.session[HALF] = {"user": user.pk, "proof": user.get_session_auth_hash(), "at": int(time.time())}


def half_signed_in(request) -> User | None:
    """Who gave the right password in this session and has yet to give a code."""
    half = request.session.get(HALF)
    if not half or time.time() - half["at"] > HALF_LASTS:
        return None
    user = User.objects.filter(pk=half["user"], is_active=True).first()
    fits = user is not None and constant_time_compare(half["proof"], user.get_session_auth_hash())
    return user if fits else None


def forget_half_sign_in(request) -> None:
    request.session.pop(HALF, None)
