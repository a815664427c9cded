"""Passwords: the first one, one's own change, a fresh one for somebody who forgot it."""

import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from julu_liaison.accounts.models import User
from julu_liaison.accounts.services.sessions import end_sign_ins
from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError
from julu_liaison.common.history import save_traced

FIRST_PASSWORD_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105 - none that are mistaken for another on paper
PASSWORD_COLUMNS = ["password", "password_changed_at", "must_change_password"]


class WrongPassword(DomainError):
    """The password given to confirm who one is does not fit; doors count these like wrong logins."""


def first_password() -> str:
    """Return a random first password that keeps the rules and can be read out, e.g. `Jl2-7kq2-mx4n-p8ws`."""
    parts = ("".join(secrets.choice(FIRST_PASSWORD_SIGNS) for _ in range(4)) for _ in range(3))
    return "Jl2-" + "-".join(parts)


@transaction.atomic
def change_password(*, user: User, old: str, new: str, keep: str = "") -> None:
    """Change one's own password; every place where one is signed in ends, but the session with the stored key `keep`.

    Raises WrongPassword when the old one is wrong, DomainError when the new one is too plain.
    """
    demand_password(user, old, field="old")
    if old == new:
        raise DomainError("新密码不能和现在的一样,请换一个。", fields={"new": "不能和现在的密码一样"})
    set_password(user, new)
    user.must_change_password = False
    save_traced(user, actor=user, update_fields=PASSWORD_COLUMNS)
    end_sign_ins(user, keep=keep)
    audit.record("change_password", actor=user, target=user)


@transaction.atomic
def renew_password(*, account: User, actor) -> str:
    """Give an account a fresh first password and return it (shown once); it is signed out everywhere."""
    password = first_password()
    set_password(account, password)
    account.must_change_password = True
    save_traced(account, actor=actor, update_fields=PASSWORD_COLUMNS)
    end_sign_ins(account)
    audit.record("renew_password", actor=actor, target=account, username=account.username)
    return password


def demand_password(user: User, password: str, *, field: str = "password") -> None:
    """Raise WrongPassword, about the form's `field`, unless `password` is this user's."""
    if not user.check_password(password):
        sentence = "现在的密码不对,请重新填写。"
        raise WrongPassword(sentence, fields={field: sentence})


def set_password(user: User, password: str) -> None:
    """Put a password that keeps the rules onto the row; the caller saves it."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        sentence = " ".join(error.messages)
        raise DomainError(sentence, fields={"new": sentence}) from error
    user.set_password(password)
    user.password_changed_at = timezone.now()
