"""The append-only record of acts. Services call `record` inside their own transaction."""

from django.utils import timezone

from julu_liaison.common.models import AuditLog


def record(action: str, *, actor, target=None, county_code: str = "", at=None, **detail) -> AuditLog:
    """Write one audit row for `action` (a verb of the glossary) by `actor` (None: the system itself).

    `target` is a model instance; its `uid` or `code` names it. `detail` must hold no villager's identity.
    """
    key = getattr(target, "uid", None) or getattr(target, "code", None) or getattr(target, "pk", "") or ""
    return AuditLog.objects.create(
        at=at or timezone.now(),
        actor=actor,
        action=action,
        target_kind=target._meta.model_name if target is not None else "",
        target_key=str(key),
        county_code=county_code,
        detail=detail,
    )
