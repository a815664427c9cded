"""What the villager's link shows: how far it is, in plain words, and the answers. Never a name or a phone.

Opening the answer does not count as being told (告知): the law has somebody come and tell it, so a rating opens with
that, and the page says who will come. Only who left no phone over the web cannot be told: they rate what they read here,
and that counts as told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from opinions.models import Hop, Opinion, Reply
from opinions.rules.hiding import hider
from opinions.states import ANSWERED, ENDED, State
from opinions.workflow import MOVES

WORDS = {
    State.REGISTERED: "已经收到,联络站正在核对。",
    State.AT_BRANCH: "代表联络分站正在办理。",
    State.AT_STATION: "乡镇人大代表联络站正在办理。",
    State.AT_CENTRE: "已经上报县人大,正在确定由哪个部门办理。",
    State.REPLIED: "已经有答复了,请看下面。代表或联络站的工作人员会来告诉您结果,告诉您以后就可以在这里评价。",
    State.TOLD: "结果已经告诉您了。您满意吗?",
    State.REWORKING: "正在重新办理,有了结果会再告诉您。",
    State.CLOSED: "这件事已经办结。",
}
READ_HERE = "已经有答复了,请看下面。您满意吗?"
UNHAPPY = {"rate": "您说不满意", "reopen": "您说没有解决"}


@dataclass(frozen=True)
class Answer:
    """One answer: who gave it (an office, never a person), when, the text."""

    who: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Shown:
    """Everything on the page. `lines`: (moment, words) of what was done, oldest first. `asked`: what is to be supplied."""

    ticket: Opinion
    status: str
    text: str
    answers: Sequence[Answer]
    lines: Sequence[tuple[datetime, str]]
    reason: str  # why it was refused or is void
    route: str  # where else to go with it
    asked: str
    said: str  # the villager's own words, for which it is handled again
    is_redone: bool  # the answers are earlier ones
    may_rate: bool
    may_reopen: bool
    called_twice: bool  # 没有解决 was said before: a call now, not a click
    station: str
    phone: str


def shown_to_villager(ticket: Opinion) -> Shown:
    """Return what the link of `ticket` (from `ticket_behind`) shows; a merged one shows the other's answer."""
    main = ticket.merged_into or ticket
    hide = _hider(ticket, main)
    hops = list(ticket.hops.order_by("pk"))
    ending = _ending(main, hops)
    asked = _last(hops, "ask_villager") if ticket.state == State.WAITING else None
    closed = ticket.state == State.CLOSED
    return Shown(
        ticket=ticket, status=_status(ticket, main), text=hide(ticket.text), answers=_answers(main, hide),
        lines=_lines(hops, hide), reason=hide(ending.note) if ending else "",
        route=hide(str(ending.facts.get("route", ""))) if ending else "", asked=hide(asked.note) if asked else "",
        said=hide(_said(main, hops)), is_redone=main.state not in ANSWERED,
        may_rate=_opens("rate", ticket), may_reopen=_opens("reopen", ticket),
        called_twice=closed and ticket.reopened, station=f"{ticket.station.name}人大代表联络站",
        phone=ticket.branch.phone_here,
    )  # fmt: skip


def _hider(ticket: Opinion, main: Opinion) -> Callable[[str], str]:
    """Strikes the names and phones of all whose matter is handled together out of what others wrote: one answer goes to
    all of them."""
    people = [ticket, main, *main.merged_here.only("villager_name", "villager_phone")]
    return hider(word for one in people for word in (one.villager_name, one.villager_phone))


def _status(ticket: Opinion, main: Opinion) -> str:
    if ticket.state == State.MERGED:
        return f"这件事和别人反映的同类事项一起办理。{_of_merged(ticket, main)}"
    if ticket.state == State.WAITING:
        return "需要您补充情况,补充以后接着办。"
    if ticket.state in (State.REFUSED, State.VOID):
        return {State.REFUSED: "这件事不在受理范围。", State.VOID: "这件事已经作废,不再办理。"}[State(ticket.state)]
    return _of_open(ticket)


def _of_open(ticket: Opinion) -> str:
    if ticket.state == State.AT_DEPARTMENT and ticket.department:
        return f"已交给{ticket.department.name}办理。"
    return READ_HERE if _opens("rate", ticket) and ticket.state == State.REPLIED else WORDS.get(State(ticket.state), "")


def _of_merged(ticket: Opinion, main: Opinion) -> str:
    if main.state in ANSWERED:
        return "结果已经告诉您了。" if ticket.told_at else "已经有答复了,请看下面,代表或联络站的工作人员会来告诉您。"
    if main.state == State.WAITING:
        return "正在请反映人补充情况。"
    if main.state in (State.REFUSED, State.VOID):
        return "那一件不再办理了。"
    return _of_open(main)


def _said(main: Opinion, hops: list[Hop]) -> str:
    """What the villager said through the link of the last answer, while there is none anew."""
    if main.state in ANSWERED or main.state in ENDED:
        return ""
    last = next((hop for hop in reversed(hops) if hop.move in ("rate", "reopen", "rework")), None)
    return f"{UNHAPPY[last.move]}:{last.note}" if last and last.by_villager and last.note else ""


def _ending(main: Opinion, hops: list[Hop]) -> Hop | None:
    """The hop that says why it is not handled (any more)."""
    if main.state not in (State.REFUSED, State.VOID):
        return None
    if hops and hops[0].opinion_id != main.pk:
        hops = list(main.hops.order_by("pk"))
    return _last(hops, "refuse" if main.state == State.REFUSED else "void")


def _last(hops: list[Hop], move: str) -> Hop | None:
    return next((hop for hop in reversed(hops) if hop.move == move), None)


def _lines(hops: list[Hop], hide) -> list[tuple[datetime, str]]:
    return [(hop.at, hide(hop.public_line)) for hop in hops if hop.public_line]


def _answers(main: Opinion, hide) -> list[Answer]:
    """The answers that stand, newest first. A draft is none."""
    replies = main.replies.filter(signed_at__isnull=False).select_related("department").order_by("-pk")
    return [Answer(_office(reply, main), reply.signed_at, hide(reply.text)) for reply in replies if reply.signed_at]


def _office(reply: Reply, main: Opinion) -> str:
    """Who answered; what no department answered was solved by deputies' stations or the county."""
    return reply.department.name if reply.department else f"{main.station.name}人大代表联络站"


def _opens(move: str, ticket: Opinion) -> bool:
    return ticket.state in MOVES[move].sources and MOVES[move].fits(ticket)
