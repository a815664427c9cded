"""Opening and keeping up accounts. Who may is decided by callers who know the postings."""

from django.db import transaction

from julu_liaison.accounts.models import User
from julu_liaison.accounts.services.passwords import set_password
from julu_liaison.accounts.services.sessions import end_sign_ins
from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError
from julu_liaison.common.history import save_traced


@transaction.atomic
def open_account(
    *, username: str, name: str, password: str, actor, must_change: bool = True, phone: str = "", county_code: str = ""
) -> User:
    """Open an account; the first password must be changed at the first login unless `must_change` is False."""
    if User.objects.filter(username=username).exists():
        raise DomainError(f"账号“{username}”已经有人用了,请换一个。", fields={"username": "这个账号已经有人用了"})
    user = User(
        username=username, name=name, phone=phone, must_change_password=must_change, county_code=county_code
    )  # fmt: skip
    set_password(user, password)
    save_traced(user, actor=actor)
    audit.record("open_account", actor=actor, target=user, username=username)
    return user


@transaction.atomic
def edit_account(*, account: User, actor, **changes) -> User:
    """Change name, phone or whether an account is in use; a stopped one is signed out everywhere."""
    unknown = set(changes) - {"name", "phone", "is_active"}
    if unknown:
        raise DomainError("账号名定了就不能改。", fields=dict.fromkeys(unknown, "不能改"))
    for name, value in changes.items():
        setattr(account, name, value)
    account.full_clean(exclude=["password"])
    save_traced(account, actor=actor, update_fields=list(changes))
    if changes.get("is_active") is False:
        end_sign_ins(account)
    audit.record("edit_account", actor=actor, target=account, username=account.username, columns=sorted(changes))
    return account
