"""Where somebody is signed in: browser sessions and API keys, and how they end."""

from datetime import datetime

from django.db import transaction

from julu_liaison.accounts.models import ApiToken, Session, User
from julu_liaison.accounts.rules import device_in_words
from julu_liaison.common import audit


@transaction.atomic
def end_session(*, session: Session, actor: User) -> None:
    """Sign out in another place (退出这一台): its row goes, so the browser there is signed out at once."""
    where = {"device": device_in_words(session.agent), "address": session.address}
    session.delete()
    audit.record("end_session", actor=actor, target=actor, **where)


@transaction.atomic
def end_other_sign_ins(*, account: User, keep: str) -> int:
    """Sign out everywhere else (退出其他所有), API keys included; returns how many places that were."""
    ended = end_sign_ins(account, keep=keep)
    audit.record("end_other_sign_ins", actor=account, target=account, places=ended)
    return ended


def end_sign_ins(account: User, *, keep: str = "") -> int:
    """Step of other services: end every session but the one with the stored key `keep`, and every API key."""
    sessions, _ = Session.objects.filter(user=account).exclude(session_key=keep).delete()
    tokens, _ = ApiToken.objects.filter(user=account).delete()
    return sessions + tokens


@transaction.atomic
def forget_sign_ins(*, before: datetime) -> int:
    """Clear away sessions and API keys that ended before `before`; returns how many."""
    sessions, _ = Session.objects.filter(expire_date__lt=before).delete()
    tokens, _ = ApiToken.objects.filter(expires_at__lt=before).delete()
    return sessions + tokens
