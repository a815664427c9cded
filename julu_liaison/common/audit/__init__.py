"""The append-only record of acts. Services call `record` inside their own transaction."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from julu_liaison.common.models import AuditLog


def act_for(user, stood_in_for: int | None) -> None:
    """Remember that `user` acts by a posting handed over (代管) by the account `stood_in_for`; None: by an own one.

    Permissions call it when they let somebody do something, just before a service records the act.
    """
    user.__dict__["_stands_in_for"] = stood_in_for


def stood_in_for(actor) -> int | None:
    """Return the key of the account whose posting `actor` was last let to act by, or None."""
    return actor.__dict__.get("_stands_in_for") if actor is not None else None


def record(action: str, *, actor, target=None, county_code: str = "", at=None, **detail) -> AuditLog:
    """Write one audit row for `action` (a verb of the glossary) by `actor` (None: the system itself).

    `target` is a model instance; its `uid` or `code` names it, and its county is the row's where no `county_code` is
    given, so that a county's auditors find what no account of theirs did. `detail` must hold no villager's identity.
    """
    return AuditLog.objects.create(
        at=at or timezone.now(),
        actor=actor,
        standing_in_for_id=stood_in_for(actor),
        action=action,
        target_kind=target._meta.model_name if target is not None else "",
        target_key=_key_of(target),
        county_code=county_code or _county_of(target),
        detail=detail,
    )


def record_daily(action: str, *, actor, target=None, county_code: str = "", at: datetime) -> None:
    """Write the row unless `actor` has left the same one that day: for what is looked at often."""
    if not _acts_of_the_day(action, actor, at).filter(target_key=_key_of(target)).exists():
        record(action, actor=actor, target=target, county_code=county_code, at=at)


def count_today(action: str, *, actor, at: datetime) -> int:
    """How often `actor` has left a row of `action` since midnight."""
    return _acts_of_the_day(action, actor, at).count()


def _acts_of_the_day(action: str, actor, at: datetime) -> QuerySet[AuditLog]:
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return AuditLog.objects.filter(action=action, actor=actor, at__gte=midnight)


def _key_of(target) -> str:
    """What names the row for good: its `uid` or `code`, else its key."""
    return str(getattr(target, "uid", None) or getattr(target, "code", None) or getattr(target, "pk", "") or "")


def _county_of(target) -> str:
    """The county that a row is of, as it says itself; an account's is the one that opened it."""
    if getattr(target, "county_id", None):
        return target.county.code
    code = getattr(target, "county_code", "")
    return code if isinstance(code, str) else ""
