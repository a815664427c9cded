"""The one writer of a ticket's state."""

from datetime import datetime

from django.db import transaction

from activities.states import Rating
from julu_liaison.common import audit
from julu_liaison.common.announcing import announce
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.workflow import Move
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from opinions.models import Hop, Opinion, Reply
from opinions.rules import LEAST_ANSWER
from opinions.services.terms import due_on_for
from opinions.signals import opinion_moved
from opinions.states import ENDED, ReplyClass, State
from opinions.workflow import MOVES, label_of, moves_open_to
from stations.models import Department, Posting
from stations.states import Role

ANSWERS = ("solve", "reply")
# They serve at a place that holds tickets but handle none.
SILENT_ROLES = (Role.DEPUTY, Role.AUDITOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
URGED = "{}{}催办了,请抓紧办理。"
SENTENCES = {
    "note": "请写明原因或办理情况",
    "department": "请选承办部门",
    "class": "请选办理类别(A、B、C、D)",
    "rating": "请选满意、基本满意或不满意",
}


@transaction.atomic
def move_opinion(
    *, opinion: Opinion, move: str, actor, at: datetime, version: int | None = None,
    misread: dict[str, str] | None = None, **facts,
) -> Opinion:  # fmt: skip
    """Make `move` with a ticket and write its hop.

    `facts`: `note`, `department` (Department), `class` (A–D), `rating`, `route` as the move needs. `version`: the
    one the person saw; a newer one raises StaleVersion. `misread`: sentences by field for what the door could not
    read, told only when the step is open to the person. Checked in this order: Conflict (not open in this state),
    NotAllowed, StaleVersion, DomainError (something missing).
    """
    ticket = Opinion.objects.select_for_update().get(pk=opinion.pk)
    step = _open_step(ticket, move, actor)
    if version is not None and version != ticket.version:
        raise _stale(ticket)
    if misread:
        raise DomainError(";".join(misread.values()) + "。", fields=misread)
    facts = {name: value for name, value in facts.items() if value not in (None, "")}
    _check_facts(step, ticket, facts)
    before = ticket.state
    _apply(step, ticket, facts, actor, at)
    _write_hop(step, ticket, before, facts, actor, at)
    audit.record(step.name, actor=actor, target=ticket, at=at, before=before, after=ticket.state)
    _tell(step, ticket, actor, at)
    deputies = [ticket.deputy_id] if ticket.deputy_id else []
    announce(
        opinion_moved, sender=Opinion, opinion=ticket, move=step.name, deputy_ids=deputies,
        year=ticket.registered_on.year,
    )  # fmt: skip
    return ticket


def _open_step(ticket: Opinion, name: str, actor) -> Move:
    step = MOVES.get(name)
    if step is None:
        raise DomainError("没有这一步,请刷新页面再试。", fields={"move": "没有这一步"})
    if not step.is_open(ticket):
        open_moves = moves_open_to(actor, ticket)
        words = "、".join(open_move.label for open_move in open_moves) or "没有"
        raise Conflict(
            f"{ticket.number}现在是“{ticket.get_state_display()}”,不能{step.label};现在能做的:{words}。",
            state=ticket.state,
            moves=[open_move.name for open_move in open_moves],
        )
    if not step.allowed(actor, ticket):
        raise NotAllowed(f"“{step.label}”不由您的账号办理,需要的话请联系县人大办公室。")
    return step


def _stale(ticket: Opinion) -> StaleVersion:
    last = ticket.hops.in_order().last()
    who = last.actor.name if last and last.actor else "系统"
    label = label_of(last.move if last else "register")
    return StaleVersion(f"{who}刚做了“{label}”,请看过最新情况再决定。", state=ticket.state, version=ticket.version)


def _check_facts(step: Move, ticket: Opinion, facts: dict) -> None:
    problems = {name: SENTENCES[name] for name in step.needs if name not in facts}
    note = str(facts.get("note", "")).strip()
    if step.name in ANSWERS and "note" not in problems and len(note) < LEAST_ANSWER:
        problems["note"] = f"请写明怎么办的、办到什么程度,至少{LEAST_ANSWER}个字"
    if facts.get("rating") == Rating.UNSATISFIED and not note:
        problems["note"] = "不满意请写原因,好让承办单位重新办理"
    if "rating" in facts and facts["rating"] not in Rating.values:
        problems["rating"] = SENTENCES["rating"]
    if "class" in facts and facts["class"] not in ReplyClass.values:
        problems["class"] = SENTENCES["class"]
    department = facts.get("department")
    if department is not None and not _may_receive(department, ticket):
        problems["department"] = "请选本县在用的承办部门"
    if problems:
        raise DomainError(";".join(problems.values()) + "。", fields=problems)


def _may_receive(department, ticket: Opinion) -> bool:
    return isinstance(department, Department) and department.is_active and department.county_id == ticket.county_id


def _apply(step: Move, ticket: Opinion, facts: dict, actor, at: datetime) -> None:
    """Change the ticket: state, holder, due day and what the move itself records."""
    before, state = ticket.state, step.target_for(ticket, facts)
    if step.name == "transfer":
        ticket.department, ticket.signed_for_at = facts["department"], None
    if step.name == "sign_for":
        ticket.signed_for_at = at
    if step.name == "ask_villager":
        ticket.paused_state = before
    if step.name == "reopen":
        ticket.reopened = True
        ticket.put_at(ticket.branch.successor)  # it ended at a branch that has been merged since
    if step.name == "rate":
        ticket.rating = facts["rating"]
    _record_reply(step, ticket, facts, actor, at, signed=state == State.REPLIED)
    if step.name == "return_wrong":
        ticket.department = ticket.signed_for_at = None
    _put_with_holder(ticket, state)
    if state != before:
        ticket.state = state
        ticket.due_on = due_on_for(ticket, state, today_here(at))
        ticket.ended_at = at if state in ENDED else None
    ticket.version += 1
    ticket.save()


def _put_with_holder(ticket: Opinion, state: str) -> None:
    """Name who has to act in `state`. Reworking goes back to whoever gave the answer; telling is the branch's."""
    if state in (ticket.state, State.WAITING):
        return
    if state in (State.AT_DEPARTMENT, State.REWORKING) and ticket.department_id:
        ticket.holder_department, ticket.holder_station = ticket.department, None
        return
    places: dict[str, int] = {
        State.AT_BRANCH: ticket.branch_id,
        State.AT_STATION: ticket.station_id,
        State.AT_CENTRE: ticket.county_id,
        State.REPLIED: ticket.branch_id,
        State.TOLD: ticket.branch_id,
        State.REWORKING: _solver(ticket),
    }
    ticket.holder_department, ticket.holder_station_id = None, places.get(state)


def _solver(ticket: Opinion) -> int:
    """The place that solved a ticket no department ever had; the hop before its answer names it."""
    answers = ticket.hops.filter(to_state=State.REPLIED).exclude(from_state=State.REPLIED).order_by("-pk")
    last = answers.first()
    keys: dict[str, int] = {
        State.AT_BRANCH: ticket.branch_id, State.AT_STATION: ticket.station_id, State.AT_CENTRE: ticket.county_id,
    }  # fmt: skip
    if last and last.from_state == State.REWORKING:
        last = answers.exclude(from_state=State.REWORKING).first()
    return keys.get(last.from_state, ticket.branch_id) if last else ticket.branch_id


def _record_reply(step: Move, ticket: Opinion, facts: dict, actor, at: datetime, *, signed: bool) -> None:
    """Keep the text of an answer: a draft, its signature, or a holder's own result."""
    if step.name in ANSWERS:
        Reply.objects.create(
            opinion=ticket, department=ticket.holder_department, text=facts["note"].strip(),
            reply_class=facts.get("class", ""), drafted_by=actor, drafted_at=at,
            signed_by=actor if signed else None, signed_at=at if signed else None,
        )  # fmt: skip
    drafts = ticket.replies.filter(signed_at=None, withdrawn=False)
    if step.name == "sign_reply":
        drafts.update(signed_by=actor, signed_at=at)
    if step.name == "return_reply":
        drafts.update(withdrawn=True)


def _write_hop(step: Move, ticket: Opinion, before: str, facts: dict, actor, at: datetime) -> None:
    department = facts.get("department")
    said = {name: getattr(value, "code", value) for name, value in facts.items() if name != "note"}
    Hop.objects.create(
        opinion=ticket, move=step.name, from_state=before, to_state=ticket.state, actor=actor, at=at,
        standing_in_for_id=audit.stood_in_for(actor), place_id=ticket.holder_station_id, department=department or ticket.holder_department,
        note=facts.get("note", "").strip(), public_line=step.line, due_on=ticket.due_on, facts=said,
    )  # fmt: skip


def _tell(step: Move, ticket: Opinion, actor, at: datetime) -> None:
    """Put a notice in the inbox of whoever has to act next; an answer goes to the deputy, who tells the villager."""
    link = f"/opinions/{ticket.uid}/"
    if ticket.state == State.REPLIED and step.name != "urge" and ticket.deputy and ticket.deputy.user:
        text = f"{ticket.register.name}{ticket.number}有答复了,请告诉反映人,并记下是否满意。"
        notify(users=[ticket.deputy.user], text=text, link=link, at=at)
        return
    if ticket.state in ENDED or (step.target is None and step.name != "urge"):
        return
    users = [user for user in _holders(ticket, at) if user != actor]
    text = f"{ticket.register.name}{ticket.number}{step.label}到您这里,请办理。"
    notify(
        users=users,
        text=URGED.format(ticket.register.name, ticket.number) if step.name == "urge" else text,
        link=link,
        at=at,
    )


def _holders(ticket: Opinion, at: datetime) -> list:
    rows = Posting.objects.in_force(today_here(at)).select_related("user")
    if ticket.holder_department_id:
        rows = rows.filter(department=ticket.holder_department_id)
    elif ticket.holder_station_id:
        rows = rows.filter(station=ticket.holder_station_id).exclude(role__in=SILENT_ROLES)
    else:
        return []
    return sorted({row.user for row in rows}, key=lambda user: user.pk)
