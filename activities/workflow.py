"""The one table of moves of a monthly report (月报). Pages and the services read it."""

from activities import permissions as may
from activities.models import MonthReport
from activities.states import ReportState
from julu_liaison.common.workflow import Move, table
from stations.states import Level

ISSUE = "issue"  # the first edition is nobody's move
OTHER_STEPS = {ISSUE: "生成"}


def _is_at(level: str):
    return lambda report: report.place.level == level


_DRAFT, _CONFIRMED, _ACCEPTED, _LOCKED = (frozenset({state}) for state in ReportState)

MONTH_MOVES = table([
    Move("confirm", "确认无误", _DRAFT | _CONFIRMED, ReportState.CONFIRMED, may.can_confirm_month, fits=_is_at(Level.BRANCH)),
    Move("accept", "审核无误,报县里", _DRAFT, ReportState.ACCEPTED, may.can_accept_month, fits=_is_at(Level.TOWNSHIP)),
    Move("return", "退回分站", _CONFIRMED, ReportState.DRAFT, may.can_send_month_back, needs=("reason",),
         fits=_is_at(Level.BRANCH)),
    Move("hand_back", "退回联络站", _ACCEPTED, ReportState.DRAFT, may.can_send_month_back, needs=("reason",),
         fits=_is_at(Level.TOWNSHIP)),
    Move("lock", "锁定全县月报", _DRAFT, ReportState.LOCKED, may.can_lock_month, fits=_is_at(Level.CENTRE), danger=True),
    Move("reissue", "重新出一版", _LOCKED, ReportState.LOCKED, may.can_lock_month, needs=("reason",),
         fits=_is_at(Level.CENTRE)),
])  # fmt: skip


def month_label(name: str) -> str:
    """The words for one step of a report's history."""
    return MONTH_MOVES[name].label if name in MONTH_MOVES else OTHER_STEPS[name]


def month_moves_open_to(user, report: MonthReport) -> list[Move]:
    """The moves that this person may make with the report now: the page's buttons."""
    return [
        move for move in MONTH_MOVES.values()
        if report.state in move.sources and move.fits(report) and move.allowed(user, report)
    ]  # fmt: skip
