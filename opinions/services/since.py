"""What happened to a ticket since somebody read it, for the second of two people to compare with what they wanted."""

from collections.abc import Iterable

from django.utils import timezone

from opinions.models import Hop, Opinion
from opinions.workflow import label_of

MOST_NAMED = 3  # steps in one sentence; the page and the API list them all


def hops_since(ticket: Opinion, seen: int) -> list[Hop]:
    """Return the hops after the version `seen`, oldest first.

    The last one alone where the version tells nothing: rows of before versions were kept, a version that never was.
    """
    hops = ticket.hops.in_order()
    later = list(hops.filter(version__gt=seen)) if seen > 0 else []
    return later or [hop for hop in [hops.last()] if hop]


def listed(hops: Iterable[Hop]) -> list[dict[str, str | None]]:
    """Return the hops for the body of a refusal: move, label, actor and moment, nothing of what was written."""
    return [
        {
            "move": hop.move, "label": label_of(hop.move), "actor": hop.actor_words or None,
            "at": timezone.localtime(hop.at).isoformat(),
        }
        for hop in hops
    ]  # fmt: skip


def told_in_words(hops: list[Hop], reader=None) -> str:
    """Return one clause, e.g. `县工作人员3月2日12:00做了“催办”`; the last ones when there are many."""
    named = [f"{_who(hop, reader)}{_moment(hop)}做了“{label_of(hop.move)}”" for hop in hops[-MOST_NAMED:]]
    return (f"前后{len(hops)}步,最后是:" if len(hops) > MOST_NAMED else "") + ";".join(named)


def _who(hop: Hop, reader) -> str:
    if reader is not None and hop.actor_id == reader.pk:
        return "您自己"
    return hop.actor_words or "系统"


def _moment(hop: Hop) -> str:
    moment = timezone.localtime(hop.at)
    return f"{moment.month}月{moment.day}日{moment:%H:%M}"
