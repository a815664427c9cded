"""The one writer of a ticket's state."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from activities.services.files import attach_file, path_of
from julu_liaison.common import audit
from julu_liaison.common.announcing import announce
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.workflow import Move
from julu_liaison.common.working_days import today_here
from opinions.models import Hop, HopFile, Opinion
from opinions.permissions import has_rated
from opinions.services.changes import Change
from opinions.services.clocks import pause_clocks, resume_clocks, start_clock, stop_clocks
from opinions.services.effects import do_it
from opinions.services.facts import checked_facts, worded
from opinions.services.since import hops_since, listed, told_in_words
from opinions.services.telling import tell
from opinions.signals import opinion_moved
from opinions.states import ANSWERED, ENDED, Stage, State, state_words
from opinions.workflow import MOVES, moves_open_to
from stations.models import Station
from stations.services import hold_place

MOST_FILES = 6
AT_OFFICES = (State.AT_DEPARTMENT, State.REWORKING, State.WAITING)

Files = Sequence[tuple[str, bytes]]


@transaction.atomic
def move_opinion(
    *, opinion: Opinion, move: str, actor, at: datetime, version: int | None = None,
    misread: dict[str, str] | None = None, files: Files = (), by_villager: bool = False, **facts,
) -> Opinion:  # fmt: skip
    """Make `move` with a ticket and write its hop.

    `facts` as the move needs and takes: `note`, `department` and `assisting` (Departments), `class` (A–D), `rating`,
    `signer` and `deputy` (Deputies), `route`, `into` (Opinion), `director`, `amount`, `granted`, `promised_on`, `title`,
    `text`, `branch` (Station). `files`: (name, content) kept with the hop. `version`: the one the person saw; a newer one raises
    StaleVersion. `misread`: sentences by field for what the door could not read, told only when the step is open to the
    person. `by_villager`: the villager makes it with a link of their own; `actor` is None then.
    Checked in this order: Conflict (not open in this state), NotAllowed, StaleVersion, DomainError (something missing).
    """
    _hold_branch(facts)
    ticket = _locked(opinion, facts.get("into"))
    step = _open_step(ticket, move, actor, today_here(at), by_villager, version)
    if version is not None and version != ticket.version:
        raise _stale(ticket, version, actor)
    if misread:
        raise DomainError(";".join(misread.values()) + "。", fields=misread)
    given = checked_facts(step, ticket, facts, actor, today_here(at))
    if len(files) > MOST_FILES:
        raise DomainError(f"一次最多传{MOST_FILES}个附件。", fields={"files": f"最多{MOST_FILES}个"})
    change = Change(ticket, step, given, actor, at, ticket.state, step.target_for(ticket, given))
    do_it(change)
    _put_with_holder(change)
    _run_clocks(change)
    if change.state != change.before:
        ticket.state, ticket.ended_at = change.state, at if change.state in ENDED else None
    ticket.version += 1
    ticket.save()
    main = ticket.merged_into if change.before != State.MERGED else None
    if main is not None and main.state in ANSWERED:
        _owe_merged_ones_an_answer(main, change.on)
    hop = _write_hop(change, by_villager)
    to = {"department": given["department"].code} if "department" in given else {}
    audit.record(step.name, actor=actor, target=ticket, at=at, before=change.before, after=ticket.state, **to)
    tell(change)
    announce(
        opinion_moved, sender=Opinion, opinion=ticket, move=step.name, deputy_ids=_deputies(ticket),
        year=ticket.registered_on.year,
    )  # fmt: skip
    _attach(hop, files, actor, at)
    return ticket


def _hold_branch(facts: dict) -> None:
    """A branch that gets the ticket is held before the ticket, as whoever merges or closes it does, and read as it is now."""
    if isinstance(facts.get("branch"), Station):
        facts["branch"] = hold_place(facts["branch"])


def _locked(opinion: Opinion, into) -> Opinion:
    """The ticket as it is now, locked; with the one it is merged into and those that were merged into it, which go along
    or are owed its answer; always in the order of keys, so that nobody waits for somebody who waits for them.

    Who is merged into it may have become more while this waited. A row locked late would break the order, so the locks
    are given back, which rolling back to a savepoint does, and taken anew.
    """
    keys = {opinion.pk, into.pk} if isinstance(into, Opinion) else {opinion.pk}
    concerned = Opinion.objects.filter(Q(pk__in=keys) | Q(merged_into=opinion.pk)).order_by("pk")
    while True:
        before = transaction.savepoint()
        rows = {row.pk: row for row in concerned.select_for_update(of=("self",))}
        if not Opinion.objects.filter(merged_into=opinion.pk).exclude(pk__in=rows).exists():
            transaction.savepoint_commit(before)
            return rows[opinion.pk]
        transaction.savepoint_rollback(before)


def _open_step(ticket: Opinion, name: str, actor, on, by_villager: bool, seen: int | None) -> Move:
    step = MOVES.get(name)
    if step is None:
        raise DomainError("没有这一步,请刷新页面再试。", fields={"move": "没有这一步"})
    if not step.is_open(ticket, on):
        raise _not_open(ticket, step, actor, on, seen)
    if not (step.by_villager if by_villager else step.allowed(actor, ticket)):
        if step.name == "rate" and actor is not None and has_rated(actor, ticket):
            raise Conflict("您已经评价过这份答复,不用再评。", state=ticket.state, moves=[])
        raise _not_theirs(ticket, step, actor, seen)
    return step


def _not_theirs(ticket: Opinion, step: Move, actor, seen: int | None) -> NotAllowed:
    """It may have been theirs when they looked: say then who took it on."""
    since = hops_since(ticket, seen) if seen is not None and seen != ticket.version else []
    words = f"({told_in_words(since, actor)})" if since else ""
    details: dict[str, Any] = {"changes": listed(since)} if since else {}
    return NotAllowed(f"“{step.label}”不由您的账号办理{words},需要的话请联系县人大办公室。", **details)


def _not_open(ticket: Opinion, step: Move, actor, on, seen: int | None) -> Conflict:
    """Say why, and what has happened since the person looked, if anything has."""
    open_moves = moves_open_to(actor, ticket, on) if actor is not None else []
    words = "、".join(move.label for move in open_moves) or "没有"
    why = f"现在是“{state_words(ticket.kind, ticket.state)}”,不能{step.label}"
    last = step.until(ticket) if step.until and ticket.state in step.sources else None
    if last and on > last:
        why = f"{step.label}的期限是{last.month}月{last.day}日,已经过了,请联系县人大办公室"
    details: dict = {"state": ticket.state, "moves": [move.name for move in open_moves]}
    if seen is not None and seen != ticket.version:
        since = hops_since(ticket, seen)
        why += f"({told_in_words(since, actor)})"
        details["changes"] = listed(since)
    return Conflict(f"{ticket.number}{why};现在能做的:{words}。", **details)


def _stale(ticket: Opinion, seen: int, actor) -> StaleVersion:
    since = hops_since(ticket, seen)
    return StaleVersion(
        f"{told_in_words(since, actor)},请看过最新情况再决定。", state=ticket.state, version=ticket.version, seen=seen,
        changes=listed(since),
    )  # fmt: skip


def _put_with_holder(change: Change) -> None:
    """Name who has to act. Reworking goes back to whoever gave the answer; telling is the branch's."""
    ticket, state = change.ticket, change.state
    if state == State.WAITING or (state == change.before and change.step.name != "reassign"):
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


def _run_clocks(change: Change) -> None:
    """The ticket's time follows its state: a new one from each change on, none while it waits, none once it has ended."""
    ticket, state, on = change.ticket, change.state, change.on
    if change.step.name == "ask_villager":
        return pause_clocks(ticket=ticket, on=on)
    if change.step.name == "resume":
        return resume_clocks(ticket=ticket, on=on)
    if state == change.before and change.step.name != "reassign":
        return None
    stop_clocks(ticket=ticket, on=on, main=state not in ENDED)
    if state not in AT_OFFICES:
        stop_clocks(ticket=ticket, on=on, stages=[Stage.SIGN_FOR, Stage.ASSIST])
    if change.before == State.CLOSED:
        stop_clocks(ticket=ticket, on=on, stages=[Stage.FOLLOW_UP])
    ticket.due_on = None
    if state in Stage.values:
        start_clock(ticket=ticket, stage=state, on=on, department=ticket.holder_department)
    if state in (State.REPLIED, State.REFUSED):
        _owe_merged_ones_an_answer(ticket, on)
    if state == State.CLOSED:
        start_clock(ticket=ticket, stage=Stage.FOLLOW_UP, on=on, is_main=False)
    return None


def _owe_merged_ones_an_answer(main: Opinion, on: date) -> None:
    """Whoever was merged into this ticket is told its answer too, also who comes when it has been answered already."""
    for row in Opinion.objects.filter(merged_into=main, told_at=None).order_by("pk"):
        if not row.clocks.running().exists():
            start_clock(ticket=row, stage=Stage.REPLIED, on=on, is_main=False)


def _write_hop(change: Change, by_villager: bool) -> Hop:
    ticket = change.ticket
    return Hop.objects.create(
        opinion=ticket, move=change.step.name, from_state=change.before, to_state=ticket.state, actor=change.actor,
        at=change.at, standing_in_for_id=audit.stood_in_for(change.actor), place_id=ticket.holder_station_id,
        department=_department_of(change), note=change.note,
        public_line=change.step.line, due_on=ticket.due_on, facts=worded(change.facts), version=ticket.version,
        by_villager=by_villager,
    )  # fmt: skip


def _department_of(change: Change):
    """Where it went. A draft for a closed ticket (跟踪) is the department's that wrote it, whoever gets the ticket next."""
    ticket = change.ticket
    drafted = (
        ticket.department if change.step.name in ("reply", "return_reply") and ticket.state == State.CLOSED else None
    )
    return change.facts.get("department") or ticket.holder_department or drafted


def _attach(hop: Hop, files: Files, actor, at: datetime) -> None:
    """All files or none: when one is refused, those stored before it go again, and the sentence names it."""
    kept = []
    try:
        for name, content in files:
            row = HopFile(hop=hop)
            kept.append(attach_file(row=row, owner=hop.opinion, name=name, content=content, actor=actor, at=at))
    except BaseException as error:
        for row in kept:
            path_of(row).unlink(missing_ok=True)
        if isinstance(error, DomainError):
            raise DomainError(error.message, fields={"files": f"“{name}”{error.message.rstrip('。')}"}) from error
        raise


def _deputies(ticket: Opinion) -> list[int]:
    """Whose points the ticket can change."""
    signed = ticket.cosigners.filter(confirmed_at__isnull=False).values_list("deputy", flat=True)
    return [key for key in {ticket.deputy_id, *signed} if key]
