"""Writing notices; gateways (mail, WeCom, SMS) read the same rows."""

from collections.abc import Callable, Iterable

from julu_liaison.notices.models import Notice
from julu_liaison.notices.states import Kind


def notify(
    *, users: Iterable, kind: Kind, text: str, link: str = "", at, urgent: bool = False, fit_for_outside: bool = False
) -> None:
    """Put `text` (at most 200 characters) in each user's inbox, inside the caller's transaction.

    The row is the outbox as well: what leaves the house is made of it afterwards. `fit_for_outside`: the text names
    nobody but its reader and may be sent as it is. `urgent`: also at night and on holidays.
    """
    said = {"kind": kind, "text": text[:200], "link": link, "urgent": urgent, "fit_for_outside": fit_for_outside}
    Notice.objects.bulk_create([Notice(user=user, created_at=at, **said) for user in users])


def post_to_group(*, place_code: str, kind: Kind, text: str, link: str = "", at) -> None:
    """Have `text`, which anybody may read, posted to the working group of a place, inside the caller's transaction."""
    Notice.objects.create(
        place_code=place_code, kind=kind, text=text[:200], link=link, created_at=at, fit_for_outside=True
    )


def reword_notices(*, about: str, change: Callable[[str], str]) -> None:
    """Put the words of notices that begin with `about` through `change`, read or not, and of what has not been sent yet with
    them; what has left the house is out of reach."""
    for notice in Notice.objects.filter(text__startswith=about):
        if (text := change(notice.text)) != notice.text:
            Notice.objects.filter(pk=notice.pk).update(text=text)


def mark_read_of(*, user, links: Iterable[str], at) -> int:
    """Mark the user's notices that lead to one of `links` as read, who has opened it; returns how many were new."""
    return Notice.objects.filter(user=user, read_at=None, link__in=set(links)).update(read_at=at)


def mark_read(*, user, at) -> int:
    """Mark all of the user's notices as read; returns how many were new."""
    return Notice.objects.filter(user=user, read_at=None).update(read_at=at)
