"""The one table of moves of a bonus claim (加分申报). Pages, bulk actions and the service read it."""

from julu_liaison.common.workflow import Move, table
from scoring import permissions as may
from scoring.models import BonusClaim, Scheme
from scoring.states import CLAIM_OPEN, ClaimState

RELOCATE = "relocate"  # written into the history, nobody's move: the claim's branch was moved or merged
OTHER_STEPS = {"claim": "申报", RELOCATE: "分站调整"}


def is_frozen(county_id: int, year: int) -> bool:
    """Whether facts change a county's year no longer: it is in publicity or closed. Of many rows: `with_frozen()`."""
    return Scheme.objects.filter(county=county_id, year=year).frozen().exists()


def counts_still(claim: BonusClaim) -> bool:
    """Whether the claim's year is open; rows read by `with_frozen()` know it already."""
    known = getattr(claim, "frozen", None)
    return not (is_frozen(claim.county_id, claim.year) if known is None else known)


def _may_settle(user, claim: BonusClaim) -> bool:
    """While the station has it, whoever checks; once it is checked, whoever decides."""
    may_settle = may.can_decide_claim if claim.state == ClaimState.CHECKED else may.can_check_claim
    return may_settle(user, claim)


CLAIM_MOVES = table([
    Move("check", "核对无误,报县里", frozenset({ClaimState.CLAIMED}), ClaimState.CHECKED, may.can_check_claim,
         takes=("note",), fits=counts_still),
    Move("approve", "同意加分", frozenset({ClaimState.CHECKED}), ClaimState.APPROVED, may.can_decide_claim,
         takes=("note",), fits=counts_still),
    Move("complete", "补充好了,再次提交", frozenset({ClaimState.RETURNED}), ClaimState.CLAIMED, may.can_mend_claim,
         takes=("text", "evidence", "files"), fits=counts_still),
    Move("return", "退回补充", frozenset({ClaimState.CLAIMED, ClaimState.CHECKED}), ClaimState.RETURNED, _may_settle,
         needs=("note",), fits=counts_still),
    Move("refuse", "不通过", frozenset(CLAIM_OPEN), ClaimState.REFUSED, _may_settle, needs=("note",), danger=True),
    Move("withdraw", "撤回申报", frozenset(CLAIM_OPEN), ClaimState.WITHDRAWN, may.can_mend_claim, danger=True),
    Move("revoke", "取消加分", frozenset({ClaimState.APPROVED}), ClaimState.REVOKED, may.can_revoke_claim,
         needs=("note",), danger=True, fits=counts_still),
])  # fmt: skip


def label_of(name: str) -> str:
    """The words for one step of a claim's history."""
    return CLAIM_MOVES[name].label if name in CLAIM_MOVES else OTHER_STEPS.get(name, name)


def claim_moves_open_to(user, claim: BonusClaim) -> list[Move]:
    """Return the moves that this person may make with the claim now: the page's buttons."""
    return [
        move for move in CLAIM_MOVES.values()
        if claim.state in move.sources and move.allowed(user, claim) and move.fits(claim)
    ]  # fmt: skip
