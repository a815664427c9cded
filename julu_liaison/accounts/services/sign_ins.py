"""Who came in and went, and who tried in vain: rows of the audit trail."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from julu_liaison.accounts.models import User
from julu_liaison.common import audit
from julu_liaison.common.working_days import today_here


@transaction.atomic
def record_sign_in(*, account: User, way: str, address: str, device: str, at: datetime) -> None:
    """Record that the account signed in by `way` (password, code, recovery_code)."""
    audit.record("sign_in", actor=account, target=account, at=at, way=way, address=address, device=device)


@transaction.atomic
def record_sign_out(*, account: User, address: str, at: datetime) -> None:
    audit.record("sign_out", actor=account, target=account, at=at, address=address)


@transaction.atomic
def record_failure(*, username: str, step: str, address: str, at: datetime) -> None:
    """Record a wrong password or code, given at `step` (password, code, api, again).

    Who did it is nobody's account. A name that is no account's is not kept: people type their password there.
    """
    account = User.objects.filter(username=username).first()
    audit.record(
        "fail_sign_in", actor=None, target=account, county_code=_county_of(account, at), at=at, step=step, address=address
    )


@transaction.atomic
def record_lock(*, username: str, address: str, at: datetime) -> None:
    """Record that wrong passwords or codes have locked an account at an address for a while."""
    account = User.objects.filter(username=username).first()
    audit.record("lock_sign_in", actor=None, target=account, county_code=_county_of(account, at), at=at, address=address)


def _county_of(account: User | None, at: datetime) -> str:
    """The county that opened the account, or else where it serves first: its auditors read of the attempt."""
    if account is None:
        return ""
    served = import_string(settings.NOTICE_PLACES)([account.pk], today_here(at)).get(account.pk)
    return account.county_code or (served[0] if served else "")
