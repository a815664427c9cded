"""One move for many claims: each is moved, or refused, for itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from julu_liaison.common.errors import DomainError
from scoring.models import BonusClaim
from scoring.services.claims.moving import move_claim
from scoring.services.claims.telling import tell_who_acts
from scoring.workflow import CLAIM_MOVES, counts_still

MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Outcome:
    """What became of one claim: `refusal` is why it was not moved, empty where it was; `before`: by the same form, sent twice."""

    claim: BonusClaim
    refusal: str = ""
    before: bool = False


def move_claims(
    *, claims: Iterable[tuple[BonusClaim, int]], move: str, actor, at: datetime, note: str = ""
) -> list[Outcome]:  # fmt: skip
    """Make `move` with each of `claims` (the version the person saw beside it), each in a transaction of its own.

    What is refused keeps none of the others back. Whoever acts next gets one notice. Sent twice, the second finds the
    first one's work done. Raises DomainError for more than MOST_AT_ONCE.
    """
    chosen = list(claims)
    if len(chosen) > MOST_AT_ONCE:
        raise DomainError(f"一次最多办{MOST_AT_ONCE}件,请分几次选。", fields={"claim": f"最多{MOST_AT_ONCE}件"})
    outcomes = [_moved(claim, seen, move, actor, at, note) for claim, seen in chosen]
    tell_who_acts([one.claim for one in outcomes if not (one.refusal or one.before)], actor=actor, at=at)
    return outcomes


def obstacle_to(*, move: str, claim: BonusClaim, actor) -> str:
    """Return why `actor` can't make `move` with the claim now, or nothing."""
    step = CLAIM_MOVES[move]
    if claim.state not in step.sources:
        return f"现在是“{claim.get_state_display()}”"
    if not step.fits(claim):
        return "现在不能办" if counts_still(claim) else f"{claim.year}年的积分已经公示"
    return "" if step.allowed(actor, claim) else "申报、核对和审定要由不同的人来做"


def _moved(claim: BonusClaim, seen: int, move: str, actor, at: datetime, note: str) -> Outcome:
    try:
        return Outcome(
            move_claim(claim=claim, move=move, actor=actor, at=at, version=seen, note=note, told_later=True)
        )
    except DomainError as error:
        last = claim.steps.order_by("-pk").values_list("move", "actor").first()
        claim.refresh_from_db(fields=["state", "version"])
        sent_twice = claim.version == seen + 1 and last == (move, actor.pk)
        return Outcome(claim, "" if sent_twice else error.message, before=sent_twice)
