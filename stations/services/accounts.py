"""Accounts of those who serve somewhere: opened together with their first posting, kept up by the county."""

from datetime import date

from django.db import transaction

from julu_liaison.accounts import services as accounts
from julu_liaison.accounts.models import User
from julu_liaison.common.errors import NotAllowed
from stations.models import Department, Station
from stations.permissions import can_manage_account
from stations.services.postings import appoint


@transaction.atomic
def open_posted_account(
    *, username: str, name: str, role: str, started_on: date, actor, phone: str = "", station: Station | None = None,
    department: Department | None = None,
) -> tuple[User, str]:  # fmt: skip
    """Open an account with its first posting; returns it with the first password, which is shown once.

    Raises what `open_account` and `appoint` raise; `appoint` asks whether `actor` may.
    """
    password = accounts.first_password()
    user = accounts.open_account(username=username, name=name, phone=phone, password=password, actor=actor)
    appoint(user=user, role=role, station=station, department=department, started_on=started_on, actor=actor)
    return user, password


@transaction.atomic
def edit_posted_account(*, account: User, actor, **changes) -> User:
    """Change the name or phone of an account, or stop it; nobody stops the own one."""
    _demand_manager(actor, account)
    if account.pk == actor.pk and changes.get("is_active") is False:
        raise NotAllowed("不能停用自己的账号,请由另一位管理员办理。")
    return accounts.edit_account(account=account, actor=actor, **changes)


@transaction.atomic
def renew_posted_password(*, account: User, actor) -> str:
    """Give somebody who forgot the password a fresh first one; returns it."""
    _demand_manager(actor, account)
    return accounts.renew_password(account=account, actor=actor)


def _demand_manager(actor, account: User) -> None:
    if not can_manage_account(actor, account):
        raise NotAllowed("账号由县级管理员管理,请联系他们。")
