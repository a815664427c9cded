"""Accounts of deputies."""

from django.conf import settings
from django.db import transaction

from deputies.models import Deputy
from deputies.permissions import can_edit_deputy
from deputies.services.memberships import give_posting
from deputies.services.people import demand_editor
from julu_liaison.accounts.models import User
from julu_liaison.accounts.services import first_password, open_account
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, NotAllowed
from julu_liaison.common.history import save_traced
from stations.permissions import can_open_account


@transaction.atomic
def open_deputy_account(*, deputy: Deputy, actor) -> tuple[User, str]:
    """Open the account of a deputy, named after the code; returns it with the first password, which is shown once."""
    if not can_edit_deputy(actor, deputy):
        raise NotAllowed("代表账号由县人大办公室开通。")
    if settings.SEPARATE_DUTIES and not can_open_account(actor, deputy.county_id):
        raise NotAllowed("账号由系统管理员开通,请联系他们。")
    if deputy.user_id:
        raise Conflict(f"{deputy.name}已经有账号了。")
    password = first_password()
    user = open_account(
        username=deputy.code.lower(), name=deputy.name, phone=deputy.phone, password=password, actor=actor,
        county_code=deputy.county.code,
    )  # fmt: skip
    link_account(deputy=deputy, user=user, actor=actor)
    return user, password


@transaction.atomic
def link_account(*, deputy: Deputy, user, actor) -> Deputy:
    """Tie an account to the deputy it belongs to, and give it the postings of their present membership."""
    demand_editor(actor, deputy, "代表账号由县人大办公室开通。")
    deputy.user = user
    save_traced(deputy, actor=actor, update_fields=["user"])
    for membership in deputy.memberships.filter(ended_on=None).select_related("branch"):
        membership.deputy = deputy
        give_posting(membership)
    audit.record("link_account", actor=actor, target=deputy, username=user.username)
    return deputy
