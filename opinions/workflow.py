"""The one table of moves, for both kinds of ticket. Pages, API and bulk actions all read it.

A diagram is made from it by `python manage.py draw_workflow` (docs/workflow.md).
"""

from activities.states import Rating
from julu_liaison.common.workflow import Move, table
from opinions import permissions as may
from opinions.states import HELD, OPEN, Kind, State

BACK = {State.AT_STATION: State.AT_BRANCH, State.AT_CENTRE: State.AT_STATION}
RELOCATE = "relocate"  # not a move of anybody's: the ticket's branch was moved or merged
UP = {State.AT_BRANCH: State.AT_STATION, State.AT_STATION: State.AT_CENTRE}
STARTS = {Kind.OPINION: State.AT_BRANCH, Kind.SUGGESTION: State.AT_STATION}


def _accepted(opinion, facts):
    return STARTS[opinion.kind]


def _up(opinion, facts):
    return UP[opinion.state]


def _back(opinion, facts):
    return BACK[opinion.state]


def _resumed(opinion, facts):
    return opinion.paused_state


def _replied_if_signed(opinion, facts):
    """An officer's answer waits for the head's signature, unless the department's setting says otherwise."""
    return opinion.state if opinion.department.signature_needed else State.REPLIED


def _by_rating(opinion, facts):
    return State.REWORKING if facts.get("rating") == Rating.UNSATISFIED else State.CLOSED


def _has_draft(opinion) -> bool:
    return opinion.replies.filter(signed_at=None, withdrawn=False).exists()


def _at_department(opinion) -> bool:
    return opinion.holder_department_id is not None


def _with_department_without_draft(opinion) -> bool:
    return _at_department(opinion) and not _has_draft(opinion)


def _not_signed_for(opinion) -> bool:
    return opinion.signed_for_at is None


def _not_at_department(opinion) -> bool:
    return not _at_department(opinion)


def _can_go_back(opinion) -> bool:
    return not (opinion.kind == Kind.SUGGESTION and opinion.state == State.AT_STATION)


def _not_reopened(opinion) -> bool:
    return not opinion.reopened


def _of(*states) -> frozenset:
    return frozenset(states)


MOVES = table([
    Move("accept", "受理", _of(State.REGISTERED), _accepted, may.at_its_station, line="已受理"),
    Move("refuse", "不予受理", _of(State.REGISTERED, State.AT_BRANCH, State.AT_STATION), State.REFUSED,
         may.holds_it, needs=("note",), takes=("route",), line="不属于受理范围", danger=True),
    Move("solve", "本级解决", _of(State.AT_BRANCH, State.AT_STATION, State.AT_CENTRE, State.REWORKING),
         State.REPLIED, may.holds_it, needs=("note",), takes=("class",), line="已经办理", fits=_not_at_department),
    Move("escalate", "上报", _of(State.AT_BRANCH, State.AT_STATION), _up, may.holds_it, takes=("note",),
         line="已上报上一级"),
    Move("send_back", "退回下级", _of(State.AT_STATION, State.AT_CENTRE), _back, may.holds_it, needs=("note",),
         line="已退回重新研究", fits=_can_go_back),
    Move("transfer", "转办", _of(State.AT_CENTRE), State.AT_DEPARTMENT, may.at_its_centre, needs=("department",),
         takes=("note",), line="已转交部门办理"),
    Move("sign_for", "签收", _of(State.AT_DEPARTMENT), None, may.at_its_department, line="部门已签收",
         fits=_not_signed_for),
    Move("return_wrong", "退回(不属本单位)", _of(State.AT_DEPARTMENT), State.AT_CENTRE, may.at_its_department,
         needs=("note",), line="正在重新确定承办部门"),
    Move("reply", "答复", _of(State.AT_DEPARTMENT, State.REWORKING), _replied_if_signed, may.at_its_department,
         needs=("note", "class"), line="部门已提出答复", fits=_with_department_without_draft),
    Move("sign_reply", "签发答复", _of(State.AT_DEPARTMENT, State.REWORKING), State.REPLIED,
         may.heads_its_department, takes=("note",), line="部门已答复", fits=_has_draft),
    Move("return_reply", "退回重拟", _of(State.AT_DEPARTMENT, State.REWORKING), None, may.heads_its_department,
         needs=("note",), fits=_has_draft),
    Move("urge", "催办", _of(*HELD, State.REWORKING), None, may.looks_after_it, takes=("note",)),
    Move("ask_villager", "请群众补充", _of(*HELD), State.WAITING, may.holds_it, needs=("note",),
         line="需要您补充情况"),
    Move("resume", "恢复办理", _of(State.WAITING), _resumed, may.looks_after_it, takes=("note",),
         line="已收到补充情况,继续办理"),
    Move("tell", "告知群众", _of(State.REPLIED), State.TOLD, may.can_tell_villager, takes=("note",),
         line="已把结果告知您"),
    Move("rate", "评价", _of(State.TOLD), _by_rating, may.can_tell_villager, needs=("rating",), takes=("note",),
         line="已评价"),
    Move("rework", "重办", _of(State.REPLIED, State.TOLD), State.REWORKING, may.at_its_centre, needs=("note",),
         line="正在重新办理"),
    Move("close", "办结(联系不上评价人)", _of(State.TOLD), State.CLOSED, may.looks_after_it, needs=("note",),
         line="已办结"),
    Move("follow_up", "回访", _of(State.CLOSED), None, may.looks_after_it, needs=("note",)),
    Move("reopen", "群众反映没有解决", _of(State.CLOSED), State.REWORKING, may.looks_after_it, needs=("note",),
         line="正在重新办理", fits=_not_reopened),
    Move("void", "作废", _of(*OPEN), State.VOID, may.looks_after_it, needs=("note",), line="已作废", danger=True),
])  # fmt: skip


def label_of(name: str) -> str:
    """The words for what a hop did: a move, or what else is written into a ticket's history."""
    others = {"register": "登记", RELOCATE: "分站调整"}
    return MOVES[name].label if name in MOVES else others.get(name, name)


def moves_open_to(user, opinion) -> list[Move]:
    """Return the moves that this person may make with this ticket now: the page's buttons, the API's list."""
    return [move for move in MOVES.values() if move.is_open(opinion) and move.allowed(user, opinion)]

