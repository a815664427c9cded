"""Notices about tickets: to whoever has to act next, and to the deputy when there is an answer.

People of departments get a link of their own by which they can answer without signing in.
"""

from collections.abc import Iterable
from datetime import datetime

from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind as NoticeKind
from opinions.models import Opinion
from opinions.rules.hiding import hider
from opinions.services.changes import Change
from opinions.services.offices.samples import without_phones
from opinions.services.suggestions.judging import signers_of
from opinions.states import ENDED, Kind, State
from stations.models import Posting
from stations.states import COUNTY_ROLES, Role

# They serve at a place that holds tickets but handle none.
SILENT_ROLES = (Role.DEPUTY, Role.AUDITOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
WORDS = {  # what is said to whoever holds the ticket although it stays where it is
    "accept": "{}已经受理,请办理。",
    "urge": "{}催办了,请抓紧办理。",
    "supervise": "{}被列为督办件,请按要求办理。",
    "decide_extension": "{}的延期申请已有结果,请查看。",
    "assist_opinion": "{}的协办意见已提交,请查看。",
    "reassign": "{}改派到您这里,请办理。",
    "return_reply": "{}的答复稿退回重拟,请看修改意见。",
}
REASONED = {  # what is said to whoever has it now, by the step; {} is whoever raised it; the reason follows
    "rate": "{}不满意,请重新办理。",
    "reopen": "{}反映没有解决,请重新办理。",
    "rework": "县人大要求重新办理。",
    "resume": "{}的补充情况收到了,请接着办理。",
    "send_back": "退回到您这里重新研究。",
    "return_wrong": "由部门退回(不属本单位),请重新确定承办部门。",
    "ask_villager": "要{}补充情况,补充以后接着办理。",
}
ENDS = {
    "refuse": "不予受理,请告诉反映人。",
    "void": "已作废。",
}  # nobody has it any more; whoever raised it must hear of it
LONGEST_NOTICE = 200  # characters


def tell(change: Change) -> None:
    """Put a notice in the inbox of whoever has to know; nobody is told of what they did themselves."""
    ticket, move, name = change.ticket, change.step.name, change.ticket.full_number
    if move == "transfer":
        _tell_assistants(change)
    if move in WORDS:
        _say_to_holders(change, WORDS[move].format(name))
    elif move == "request_extension":
        _say(change, _county_staff(ticket, change.at), f"{name}申请延期,请审批。", "/console/extensions/")
    elif move == "reply" and change.state == change.before:
        _say(change, _heads(change), f"{name}的答复稿拟好了,请签发。")
    elif ticket.state == State.REPLIED and change.before != State.REPLIED:
        _tell_proposers(change)
    elif move == "ask_villager":
        _say(change, _who_can_ask(change), _with_reason(change), fit_for_outside=False)
    elif move == "tell":
        _ask_for_verdict(change)
    elif move in REASONED and change.state not in (State.TOLD, *ENDED):
        _say_to_holders(change, _with_reason(change), fit_for_outside=False)
    elif move in ENDS:
        _tell_of_the_end(change)
    elif ticket.state not in (State.TOLD, *ENDED) and change.step.target is not None:
        _say_to_holders(change, f"{name}{change.step.label}到您这里,请办理。")


def holders_of(ticket: Opinion, at: datetime) -> list:
    """The accounts that have to act on the ticket now: the department's, or the place's staff and head."""
    rows = Posting.objects.in_force(today_here(at)).select_related("user")
    if ticket.holder_department_id:
        rows = rows.filter(department=ticket.holder_department_id)
    elif ticket.holder_station_id:
        rows = rows.filter(station=ticket.holder_station_id).exclude(role__in=SILENT_ROLES)
    else:
        return []
    return _in_order(row.user for row in rows)


def _heads(change: Change) -> list:
    """Who signs the department's answer."""
    rows = Posting.objects.in_force(change.on).filter(department=change.ticket.department_id, role=Role.DEPARTMENT_HEAD)
    return _in_order(row.user for row in rows.select_related("user"))


def _tell_proposers(change: Change) -> None:
    """There is an answer: the deputy passes it on, all signers of a suggestion rate it, and so do the deputies of what was
    merged into this ticket. Where none of them has an account, branch and station hear of it."""
    ticket = change.ticket
    what = "看过以后评价" if ticket.kind == Kind.SUGGESTION else "告诉反映人,并记下是否满意"
    people = [person.user for person in signers_of(ticket) if person.user] or _who_can_ask(change)
    _say(change, people, f"{ticket.full_number}有答复了,请{what}。")
    for row in ticket.merged_here.filter(told_at=None).select_related("register", "deputy__user"):
        if row.deputy and row.deputy.user:
            text = f"{row.full_number}(已并案)有答复了,请告诉反映人。"
            notify(
                kind=NoticeKind.TICKET, users=[row.deputy.user], text=text, link=row.page, at=change.at, fit_for_outside=True,
            )  # fmt: skip


def _tell_of_the_end(change: Change) -> None:
    """The deputies who raised or signed it, and those of what was merged into it or became it."""
    ticket = change.ticket
    said = (
        ENDS[change.step.name] if ticket.kind == Kind.OPINION else ENDS[change.step.name].replace(",请告诉反映人", "")
    )
    people = [person.user for person in signers_of(ticket) if person.user]
    _say(change, people, _reasoned(change, f"{ticket.full_number}{said}"), fit_for_outside=False)
    for row in ticket.merged_here.select_related("register", "deputy__user"):
        if row.deputy and row.deputy.user:
            text = (
                f"{row.full_number}并入的那一件{ENDS[change.step.name]}"  # the reason may name the other one's villager
            )
            notify(
                kind=NoticeKind.TICKET, users=[row.deputy.user], text=text, link=row.page, at=change.at, fit_for_outside=True,
            )  # fmt: skip


def _with_reason(change: Change) -> str:
    whose = "代表" if change.ticket.kind == Kind.SUGGESTION else "反映人"
    return _reasoned(change, f"{change.ticket.full_number}{REASONED[change.step.name].format(whose)}")


def _reasoned(change: Change, text: str) -> str:
    """What happened and why, as long as a notice can be; without the villager's name and phone, which a note may hold."""
    room = LONGEST_NOTICE - len(text) - len("原因:")
    why = _without_villager(change)
    if not why:
        return text
    return f"{text}原因:{why if len(why) <= room else why[: room - 1] + '…'}"


def _without_villager(change: Change) -> str:
    hide = hider([change.ticket.villager_name, change.ticket.villager_phone])
    return without_phones(hide(" ".join(change.note.split())))


def _who_can_ask(change: Change) -> list:
    """The deputy, and who serves at the branch or its station: they know whoever raised it."""
    ticket = change.ticket
    rows = Posting.objects.in_force(change.on).filter(station__in=[ticket.branch_id, ticket.station_id])
    people = {row.user for row in rows.exclude(role__in=SILENT_ROLES).select_related("user")}
    if ticket.deputy and ticket.deputy.user:
        people.add(ticket.deputy.user)
    return _in_order(people)


def _ask_for_verdict(change: Change) -> None:
    """The signers of a suggestion were asked with the answer itself; an opinion's villager is asked by who told them."""
    if change.ticket.kind == Kind.OPINION and change.state == State.TOLD:
        _say_to_holders(change, f"{change.ticket.full_number}已经把结果告诉反映人,请记下是否满意。")


def _tell_assistants(change: Change) -> None:
    offices = [office.pk for office in change.facts.get("assisting", ())]
    if offices:
        rows = Posting.objects.in_force(change.on).filter(department__in=offices).select_related("user")
        _say(change, _in_order(row.user for row in rows), f"{change.ticket.full_number}请您单位协办,请提协办意见。")


def _county_staff(ticket: Opinion, at: datetime) -> list:
    rows = Posting.objects.in_force(today_here(at)).filter(station=ticket.county_id, role__in=COUNTY_ROLES)
    return _in_order(row.user for row in rows.select_related("user"))


def _say_to_holders(change: Change, text: str, *, fit_for_outside: bool = True) -> None:
    _say(change, holders_of(change.ticket, change.at), text, fit_for_outside=fit_for_outside)


def _say(change: Change, users: Iterable, text: str, link: str = "", *, fit_for_outside: bool = True) -> None:
    """Texts name the ticket by its number; only a reason, which somebody typed, may name people."""
    notify(
        kind=NoticeKind.TICKET, users=_others(change, users), text=text, link=link or change.ticket.page, at=change.at,
        fit_for_outside=fit_for_outside,
    )  # fmt: skip


def _others(change: Change, users: Iterable) -> list:
    return [user for user in users if user != change.actor]


def _in_order(users: Iterable) -> list:
    return sorted(set(users), key=lambda user: user.pk)
