"""Writing notices; gateways (mail, WeCom, SMS) read the same rows."""

from collections.abc import Iterable

from julu_liaison.notices.models import Notice


def notify(*, users: Iterable, text: str, link: str = "", at) -> None:
    """Put `text` (at most 200 characters) in each user's inbox, inside the caller's transaction."""
    Notice.objects.bulk_create([Notice(user=user, text=text[:200], link=link, created_at=at) for user in users])


def mark_read(*, user, at) -> int:
    """Mark all of the user's notices as read; returns how many were new."""
    return Notice.objects.filter(user=user, read_at=None).update(read_at=at)
