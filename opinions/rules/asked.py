"""The one table of moves of what a villager asks for about the own data (群众更正、删除申请)."""

from julu_liaison.common.workflow import Move, table
from opinions import permissions as may
from opinions.models import Opinion, VillagerRequest
from opinions.states import ENDED, STILL_ASKED, AskedFor, AskedState, State

FRESH = frozenset({AskedState.ASKED})


def needs_contact(opinion: Opinion) -> bool:
    """Whether somebody still has to get in touch with the villager: the matter goes on, or was put together with one that does."""
    if opinion.state == State.MERGED and opinion.merged_into:
        return opinion.told_at is None and opinion.merged_into.state not in ENDED
    return opinion.state not in ENDED


def _wants_correction(request: VillagerRequest) -> bool:
    return request.kind == AskedFor.CORRECT


def _can_go_now(request: VillagerRequest) -> bool:
    return request.kind == AskedFor.FORGET and not needs_contact(request.opinion)


def _has_to_wait(request: VillagerRequest) -> bool:
    return request.kind == AskedFor.FORGET and needs_contact(request.opinion)


ASKED_MOVES = table([
    Move("correct", "更正", FRESH, AskedState.DONE, may.can_settle_request, fits=_wants_correction),
    Move("forget", "删去姓名和电话", STILL_ASKED, AskedState.DONE, may.can_settle_request, fits=_can_go_now, danger=True),
    Move("promise", "办结以后删去", FRESH, AskedState.PROMISED, may.can_settle_request, fits=_has_to_wait),
    Move("refuse", "不同意", FRESH, AskedState.REFUSED, may.can_settle_request, needs=("note",), danger=True),
    Move("withdraw", "撤回", STILL_ASKED, AskedState.WITHDRAWN, may.can_settle_request, by_villager=True),
])  # fmt: skip


def asked_moves_open_to(user, request: VillagerRequest) -> list[Move]:
    """Return the moves that this person may make now."""
    return [
        move for move in ASKED_MOVES.values()
        if request.state in move.sources and move.fits(request) and move.allowed(user, request)
    ]  # fmt: skip
