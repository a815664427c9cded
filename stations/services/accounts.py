"""Accounts of those who serve somewhere: opened together with their first posting, kept up by the county."""

from datetime import date

from django.db import transaction

from julu_liaison.accounts import services as accounts
from julu_liaison.accounts.models import User
from julu_liaison.common.errors import NotAllowed
from stations.models import Department, Station
from stations.permissions import can_manage_account, can_open_account
from stations.services.postings import appoint, fitting_place


@transaction.atomic
def open_posted_account(
    *, username: str, name: str, role: str, started_on: date, actor, phone: str = "", station: Station | None = None,
    department: Department | None = None,
) -> tuple[User, str]:  # fmt: skip
    """Open an account with its first posting; returns it with the first password, which is shown once.

    Raises what `open_county_account` and `appoint` raise.
    """
    place = fitting_place(role, station, department)
    user, password = open_county_account(
        county_id=place.county_id, username=username, name=name, phone=phone, actor=actor
    )
    appoint(user=user, role=role, station=station, department=department, started_on=started_on, actor=actor)
    return user, password


@transaction.atomic
def open_county_account(*, county_id: int, username: str, name: str, actor, phone: str = "") -> tuple[User, str]:
    """Open an account that serves nowhere yet: what the 系统管理员 does where duties are separated."""
    if not can_open_account(actor, county_id):
        raise NotAllowed("账号由县级管理员(系统管理员)开通,请联系他们。")
    password = accounts.first_password()
    county = Station.objects.get(pk=county_id)
    user = accounts.open_account(
        username=username, name=name, phone=phone, password=password, actor=actor, county_code=county.code
    )
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


@transaction.atomic
def remove_posted_second_factor(*, account: User, actor, reason: str) -> None:
    """Take a lost second factor off somebody's account; the own one is switched off on one's own page."""
    _demand_manager(actor, account)
    if account.pk == actor.pk:
        raise NotAllowed("自己的第二步验证请在“我的账号”里办,或者请另一位管理员办理。")
    accounts.remove_second_factor(account=account, actor=actor, reason=reason)


def _demand_manager(actor, account: User) -> None:
    if not can_manage_account(actor, account):
        raise NotAllowed("账号由县级管理员管理,请联系他们。")
