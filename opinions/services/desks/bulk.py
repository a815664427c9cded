"""One move for many tickets: each is moved, or refused, for itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from julu_liaison.common.errors import DomainError, StaleVersion
from opinions.models import Opinion
from opinions.services.moving import move_opinion
from opinions.workflow import MOVES

MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Outcome:
    """What became of one ticket: `refusal` is why it was not moved, empty where it was."""

    ticket: Opinion
    refusal: str = ""


def move_together(
    *, tickets: Iterable[tuple[Opinion, int]], move: str, actor, at: datetime, **facts
) -> list[Outcome]:  # fmt: skip
    """Make `move` with each of `tickets` (the version the person saw beside it), each in a transaction of its own.

    What the table, the person's rights or somebody else's move forbid is told ticket by ticket and keeps none of the
    others back. Sent twice, the second finds the first one's work done. Raises DomainError for more than MOST_AT_ONCE.
    """
    chosen = list(tickets)
    if len(chosen) > MOST_AT_ONCE:
        raise DomainError(f"一次最多办{MOST_AT_ONCE}件,请分几次选。", fields={"ticket": f"最多{MOST_AT_ONCE}件"})
    return [_moved(ticket, seen, move, actor, at, facts) for ticket, seen in chosen]


def obstacle_to(*, move: str, ticket: Opinion, actor, on: date) -> str:
    """Return why `actor` can't make `move` with the ticket now, or nothing. Asks the table; no query for urge, transfer."""
    step = MOVES[move]
    if not step.is_open(ticket, on):
        return f"现在是“{ticket.get_state_display()}”,不能{step.label}"
    return "" if step.allowed(actor, ticket) else "不由您的账号办理"


def _moved(ticket: Opinion, seen: int, move: str, actor, at: datetime, facts: dict) -> Outcome:
    try:
        return Outcome(move_opinion(opinion=ticket, move=move, actor=actor, at=at, version=seen, **facts))
    except DomainError as error:
        ticket.refresh_from_db(fields=["state", "version"])
        if _did_it_before(ticket, seen, move, actor):
            return Outcome(ticket)
        if isinstance(error, StaleVersion):
            return Outcome(ticket, f"您打开以后,{error.message}")
        return Outcome(ticket, error.message)


def _did_it_before(ticket: Opinion, seen: int, move: str, actor) -> bool:
    """The very next hop after what the person saw is this move of theirs: the form was sent twice."""
    last = ticket.hops.order_by("-pk").first()
    return last is not None and (last.move, last.actor_id, last.version) == (move, actor.pk, seen + 1)
