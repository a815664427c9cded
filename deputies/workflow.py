"""The one table of moves of a request to correct what is held of somebody (更正申请). Pages and the service read it."""

from deputies import permissions as may
from deputies.models import CorrectionRequest
from deputies.states import CorrectionState
from julu_liaison.common.workflow import Move, table

OPEN = frozenset({CorrectionState.ASKED})
ASK = "ask"  # how a history begins; nobody's move

CORRECTION_MOVES = table([
    Move("apply", "照此更正", OPEN, CorrectionState.DONE, may.can_settle_correction, takes=("note",)),
    Move("settle", "已经更正好了", OPEN, CorrectionState.DONE, may.can_settle_correction, takes=("note",)),
    Move("refuse", "不予更正", OPEN, CorrectionState.REFUSED, may.can_settle_correction, needs=("note",), danger=True),
    Move("withdraw", "撤回申请", OPEN, CorrectionState.WITHDRAWN, may.is_asker, danger=True),
])  # fmt: skip


def label_of(name: str) -> str:
    """The words for one step of a request's history."""
    return CORRECTION_MOVES[name].label if name in CORRECTION_MOVES else "申请更正"


def correction_moves_open_to(user, request: CorrectionRequest) -> list[Move]:
    """Return the moves that this person may make now: the page's buttons."""
    return [
        move for move in CORRECTION_MOVES.values() if request.state in move.sources and move.allowed(user, request)
    ]
