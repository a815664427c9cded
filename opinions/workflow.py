"""The one table of moves, for both kinds of ticket. Pages, API, bulk actions, imports and links all read it.

A diagram is made from it by `python manage.py draw_workflow` (docs/workflow.md).
"""

from datetime import date

from activities.states import Rating
from julu_liaison.common.workflow import Move, table
from julu_liaison.common.working_days import today_here
from opinions import permissions as may
from opinions.states import HELD, OPEN, SETTLED, Kind, Stage, State

BACK = {State.AT_STATION: State.AT_BRANCH, State.AT_CENTRE: State.AT_STATION}
UP = {State.AT_BRANCH: State.AT_STATION, State.AT_STATION: State.AT_CENTRE}
STARTS = {Kind.OPINION: State.AT_BRANCH, Kind.SUGGESTION: State.AT_STATION}

RELOCATE = "relocate"  # written into the history, nobody's move: the ticket's branch was moved or merged
RECOMPUTE = "recompute"  # the calendar or a term was changed
REDACT = "redact"
CHANGE_DIRECTOR = "change_director"
OTHER_HOPS = {
    "register": "登记", RELOCATE: "分站调整", RECOMPUTE: "期限重算", REDACT: "隐去内容", CHANGE_DIRECTOR: "改换督办领导",
}  # fmt: skip


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


def _told(opinion, facts):
    """Who was merged into another ticket is told its answer; that changes no state."""
    return State.MERGED if opinion.state == State.MERGED else State.TOLD


def _by_rating(opinion, facts):
    """不满意 reopens at once; a suggestion closes when every signer has rated it."""
    if facts.get("rating") == Rating.UNSATISFIED:
        return State.REWORKING
    return State.TOLD if opinion.waits_for_more_verdicts(facts.get("signer")) else State.CLOSED


def _has_draft(opinion) -> bool:
    return opinion.replies.filter(signed_at=None, withdrawn=False).exists()


def _at_department(opinion) -> bool:
    return opinion.holder_department_id is not None


def _awaits_answer(opinion) -> bool:
    """With a department, or closed with class B and under tracking until it is answered again; no draft waits yet."""
    return (_at_department(opinion) or _is_tracked(opinion)) and not _has_draft(opinion)


def _is_tracked(opinion) -> bool:
    return opinion.state == State.CLOSED and opinion.tracked and opinion.department_id is not None


def _not_signed_for(opinion) -> bool:
    return opinion.signed_for_at is None


def _not_at_department(opinion) -> bool:
    return not _at_department(opinion)


def _can_go_back(opinion) -> bool:
    return not (opinion.kind == Kind.SUGGESTION and opinion.state == State.AT_STATION)


def _not_reopened(opinion) -> bool:
    return not opinion.reopened


def _may_have_more_time(opinion) -> bool:
    """One extension for a department's term, and one request at a time."""
    return (
        _at_department(opinion)
        and not _asks_for_time(opinion)
        and not opinion.clocks.running().main().filter(extended__gt=0).exists()
    )


def _asks_for_time(opinion) -> bool:
    return any(request.granted is None for request in opinion.extensions.all())


def _not_supervised(opinion) -> bool:
    return not hasattr(opinion, "supervision")


def _is_assisted(opinion) -> bool:
    return any(one.given_at is None for one in opinion.assistances.all())


def _is_opinion(opinion) -> bool:
    return opinion.kind == Kind.OPINION


def _has_something_to_tell(opinion) -> bool:
    if opinion.state != State.MERGED:
        return True
    return opinion.told_at is None and opinion.merged_into is not None and opinion.merged_into.state in SETTLED


def _is_known(opinion) -> bool:
    """A villager rates what has been told; who left no phone over the web reads it by the own link, and a suggestion's
    signers read it themselves: they may rate at once."""
    return opinion.state == State.TOLD or opinion.kind == Kind.SUGGESTION or opinion.is_read_by_link


def _last_day_to_return(opinion) -> date | None:
    """A suggestion goes back within the term for that (10 working days, in writing); an opinion whenever."""
    if opinion.kind != Kind.SUGGESTION:
        return None
    clocks = opinion.clocks.filter(stage=Stage.SIGN_FOR, department=opinion.holder_department_id)
    return clocks.order_by("-pk").values_list("due_on", flat=True).first()


def _last_day_to_ask(opinion) -> date | None:
    """More time is asked for while the term still runs; time that was overrun is not mended afterwards."""
    clocks = opinion.clocks.running().main().filter(stage=Stage.AT_DEPARTMENT)
    return clocks.values_list("due_on", flat=True).first()


def _of(*states) -> frozenset:
    return frozenset(states)


MOVES = table([
    Move("accept", "受理", _of(State.REGISTERED), _accepted, may.at_its_station,
         takes=("category", "branch"), line="已受理"),
    Move("refuse", "不予受理", _of(State.REGISTERED, State.AT_BRANCH, State.AT_STATION), State.REFUSED,
         may.holds_it, needs=("note",), takes=("route",), line="不属于受理范围", danger=True),
    Move("solve", "本级解决", _of(State.AT_BRANCH, State.AT_STATION, State.AT_CENTRE, State.REWORKING),
         State.REPLIED, may.holds_it, needs=("note",), takes=("class",), line="已经办理", fits=_not_at_department),
    Move("escalate", "上报", _of(State.AT_BRANCH, State.AT_STATION), _up, may.holds_it, takes=("note",),
         line="已上报上一级"),
    Move("send_back", "退回下级", _of(State.AT_STATION, State.AT_CENTRE), _back, may.holds_it, needs=("note",),
         line="已退回重新研究", fits=_can_go_back),
    Move("transfer", "转办", _of(State.AT_CENTRE), State.AT_DEPARTMENT, may.at_its_centre, needs=("department",),
         takes=("assisting", "note"), line="已转交部门办理"),
    Move("reassign", "改派", _of(State.AT_DEPARTMENT, State.REWORKING), State.AT_DEPARTMENT, may.at_its_centre,
         needs=("department", "note"), line="已改由另一部门办理", fits=_at_department),
    Move("sign_for", "签收", _of(State.AT_DEPARTMENT), None, may.at_its_department, line="部门已签收",
         fits=_not_signed_for),
    Move("claim", "我来承办", _of(State.AT_DEPARTMENT, State.REWORKING), None, may.can_claim, fits=_at_department),
    Move("return_wrong", "退回(不属本单位)", _of(State.AT_DEPARTMENT), State.AT_CENTRE, may.at_its_department,
         needs=("note",), line="正在重新确定承办部门", until=_last_day_to_return),
    Move("assist_opinion", "提协办意见", _of(State.AT_DEPARTMENT, State.REWORKING), None, may.assists_it,
         needs=("note",), fits=_is_assisted),
    Move("reply", "答复", _of(State.AT_DEPARTMENT, State.REWORKING, State.CLOSED), _replied_if_signed,
         may.at_its_department, needs=("note", "class"), takes=("promised_on",), line="部门已提出答复",
         fits=_awaits_answer),
    Move("sign_reply", "签发答复", _of(State.AT_DEPARTMENT, State.REWORKING, State.CLOSED), State.REPLIED,
         may.heads_its_department, takes=("note",), line="部门已答复", fits=_has_draft),
    Move("return_reply", "退回重拟", _of(State.AT_DEPARTMENT, State.REWORKING, State.CLOSED), None,
         may.heads_its_department, needs=("note",), fits=_has_draft),
    Move("request_extension", "申请延期", _of(State.AT_DEPARTMENT), None, may.at_its_department, needs=("note",),
         takes=("amount",), fits=_may_have_more_time, until=_last_day_to_ask),
    Move("decide_extension", "审批延期", _of(State.AT_DEPARTMENT), None, may.at_its_centre, needs=("granted",),
         takes=("note",), line="办理期限有调整", fits=_asks_for_time),
    Move("urge", "催办", _of(*HELD, State.REWORKING), None, may.looks_after_it, takes=("note",)),
    Move("supervise", "列入督办", _of(*HELD, State.WAITING, State.REWORKING), None, may.at_its_centre,
         needs=("note",), takes=("director",), line="已列为督办件", fits=_not_supervised),
    Move("ask_villager", "请补充情况", _of(*HELD), State.WAITING, may.holds_it, needs=("note",),
         line="需要您补充情况"),
    Move("resume", "恢复办理", _of(State.WAITING), _resumed, may.looks_after_it, takes=("note",),
         line="已收到补充情况,继续办理"),
    Move("make_suggestion", "转为代表建议", _of(State.AT_BRANCH, State.AT_STATION, State.AT_CENTRE), State.MERGED,
         may.can_make_suggestion, takes=("deputy", "title", "text"), line="已转为人大代表建议办理", fits=_is_opinion),
    Move("merge", "并案", _of(State.REGISTERED, *HELD, State.WAITING), State.MERGED, may.looks_after_it,
         needs=("into",), takes=("note",), line="与同类事项一并办理", danger=True),
    Move("tell", "告知结果", _of(State.REPLIED, State.MERGED), _told, may.can_tell_villager, takes=("note",),
         line="已把结果告知您", fits=_has_something_to_tell),
    Move("rate", "评价", _of(State.REPLIED, State.TOLD), _by_rating, may.can_rate, needs=("rating",),
         takes=("note", "signer"), line="已评价", fits=_is_known, by_villager=True),
    Move("rework", "重办", _of(State.REPLIED, State.TOLD), State.REWORKING, may.at_its_centre, needs=("note",),
         line="正在重新办理"),
    Move("close", "办结(联系不上评价人)", _of(State.TOLD), State.CLOSED, may.looks_after_it, needs=("note",),
         line="已办结"),
    Move("follow_up", "回访", _of(State.CLOSED), None, may.looks_after_it, needs=("note",)),
    Move("reopen", "反映没有解决", _of(State.CLOSED), State.REWORKING, may.looks_after_it, needs=("note",),
         line="正在重新办理", fits=_not_reopened, by_villager=True),
    Move("void", "作废", _of(*OPEN), State.VOID, may.looks_after_it, needs=("note",), line="已作废", danger=True),
])  # fmt: skip


def label_of(name: str) -> str:
    """The words for what a hop did: a move, or what else is written into a ticket's history."""
    return MOVES[name].label if name in MOVES else OTHER_HOPS.get(name, name)


def moves_open_to(user, opinion, on: date | None = None) -> list[Move]:
    """Return the moves that this person may make with this ticket on the day `on` (default today): the page's buttons,
    the API's list."""
    on = on or today_here()
    return [
        move for move in MOVES.values()
        if opinion.state in move.sources and move.allowed(user, opinion) and move.is_open(opinion, on)
    ]  # fmt: skip
