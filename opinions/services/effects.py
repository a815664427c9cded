"""What each move does to a ticket beside changing its state. One function a move; moves without one do nothing more."""

from collections.abc import Callable

from opinions.models import Assistance, Extension, Opinion, Reply, Supervision, Verdict
from opinions.services.changes import Change
from opinions.services.clocks import extend_clock, start_clock, stop_clocks, term_for
from opinions.services.suggestions.growing import grow_suggestion
from opinions.services.suggestions.judging import summed_up
from opinions.services.suggestions.numbering import number_suggestion
from opinions.states import Kind, ReplyClass, Stage, State
from stations.querysets import scope_of


def do_it(change: Change) -> None:
    """Record what the move itself says, before holder and clocks follow the state."""
    effect = EFFECTS.get(change.step.name)
    if effect:
        effect(change)
    if change.before in STILL_RUNS and (change.state not in STILL_RUNS or change.step.name == "reassign"):
        _lapse_extension(change)
    if change.before == State.CLOSED and change.state != State.CLOSED:
        change.ticket.put_at(change.ticket.branch.successor)  # it ended at a branch that has been merged since


STILL_RUNS = (State.AT_DEPARTMENT, State.WAITING)  # the department's term goes on


def _lapse_extension(change: Change) -> None:
    """A request that was not decided ends with the term it is about; else the next department could not ask."""
    change.ticket.extensions.filter(granted=None).update(granted=False, decided_at=change.at)


def _accept(change: Change) -> None:
    """A villager does not say what kind of matter it is, nor always the right branch; who checks it does."""
    change.ticket.category = change.facts.get("category", change.ticket.category)
    if "branch" in change.facts:
        change.ticket.put_at(change.facts["branch"])
    if change.ticket.kind == Kind.SUGGESTION:
        number_suggestion(opinion=change.ticket)


def _hand_over(change: Change) -> None:
    """Transfer or reassign: a new lead department, which has not signed for it yet."""
    ticket, department = change.ticket, change.facts["department"]
    ticket.department, ticket.signed_for_at, ticket.claimed_by = department, None, None
    ticket.replies.filter(signed_at=None, withdrawn=False).update(withdrawn=True)
    _no_longer_assists(change, department)
    stop_clocks(ticket=ticket, on=change.on, stages=[Stage.SIGN_FOR])
    start_clock(ticket=ticket, stage=Stage.SIGN_FOR, on=change.on, department=department, is_main=False)
    for office in change.facts.get("assisting", ()):
        _, is_new = Assistance.objects.get_or_create(
            opinion=ticket, department=office, defaults={"asked_at": change.at}
        )
        if is_new:
            start_clock(ticket=ticket, stage=Stage.ASSIST, on=change.on, department=office, is_main=False)


def _no_longer_assists(change: Change, department) -> None:
    """Who leads it now owes no opinion beside it."""
    change.ticket.assistances.filter(department=department, given_at=None).delete()
    _stop_assisting(change, [department.pk])


def _stop_assisting(change: Change, departments: list[int]) -> None:
    for clock in change.ticket.clocks.running().filter(stage=Stage.ASSIST, department__in=departments):
        clock.stopped_on, clock.alert_on = max(change.on, clock.started_on), None
        clock.save(update_fields=["stopped_on", "alert_on"])


def _sign_for(change: Change) -> None:
    change.ticket.signed_for_at, change.ticket.claimed_by = change.at, change.actor
    stop_clocks(ticket=change.ticket, on=change.on, stages=[Stage.SIGN_FOR])


def _claim(change: Change) -> None:
    change.ticket.claimed_by = change.actor


def _return_wrong(change: Change) -> None:
    ticket = change.ticket
    ticket.replies.filter(signed_at=None, withdrawn=False).update(withdrawn=True)
    ticket.assistances.filter(given_at=None).delete()
    ticket.department = ticket.signed_for_at = ticket.claimed_by = None


def _assist(change: Change) -> None:
    """The opinion of every department of the person's that still owes one."""
    departments = list(_owing(change).values_list("department", flat=True))
    _owing(change).update(text=change.note, given_by=change.actor, given_at=change.at)
    _stop_assisting(change, departments)


def _owing(change: Change):
    return change.ticket.assistances.filter(given_at=None, department__in=scope_of(change.actor).departments)


def _answer(change: Change) -> None:
    """Keep the text of an answer: an officer's draft, or a result that stands at once."""
    signed = change.state == State.REPLIED
    Reply.objects.create(
        opinion=change.ticket, department=_answering_department(change), text=change.note,
        reply_class=change.facts.get("class", ""), promised_on=change.facts.get("promised_on"),
        drafted_by=change.actor, drafted_at=change.at,
        signed_by=change.actor if signed else None, signed_at=change.at if signed else None,
    )  # fmt: skip
    if signed:
        _stands(change, change.facts.get("class", ""))


def _answering_department(change: Change):
    ticket = change.ticket
    return ticket.department if change.before == State.CLOSED else ticket.holder_department


def _sign_reply(change: Change) -> None:
    draft = change.ticket.replies.get(signed_at=None, withdrawn=False)
    draft.signed_by, draft.signed_at = change.actor, change.at
    draft.save(update_fields=["signed_by", "signed_at"])
    _stands(change, draft.reply_class)


def _stands(change: Change, reply_class: str) -> None:
    """A new answer is told and rated anew, to those merged here too. One of class B is not the last one: the suggestion
    stays under tracking until it is answered again."""
    ticket = change.ticket
    ticket.tracked = ticket.kind == Kind.SUGGESTION and reply_class == ReplyClass.B
    ticket.answer_drafts.all().delete()
    if ticket.signed_for_at is None and ticket.department_id:
        ticket.signed_for_at = change.at
    ticket.told_at, ticket.rating, ticket.rated_by_proxy = None, "", False
    ticket.merged_here.exclude(told_at=None).update(told_at=None)


def _return_reply(change: Change) -> None:
    change.ticket.replies.filter(signed_at=None, withdrawn=False).update(withdrawn=True)


def _request_extension(change: Change) -> None:
    ticket = change.ticket
    clock = ticket.clocks.running().main().exclude(department=None).get()
    Extension.objects.create(
        opinion=ticket, clock=clock, department=clock.department,  # type: ignore[misc]  # not None, as asked for
        amount=change.facts["amount"], reason=change.note, asked_by=change.actor, asked_at=change.at,
    )  # fmt: skip


def _decide_extension(change: Change) -> None:
    asked = change.ticket.extensions.select_related("clock").get(granted=None)
    asked.granted = change.facts["granted"]
    asked.decided_by, asked.decided_at = change.actor, change.at
    asked.save(update_fields=["granted", "decided_by", "decided_at"])
    if asked.granted and asked.clock.stopped_on is None:
        extend_clock(clock=asked.clock, amount=asked.amount, ticket=change.ticket, on=change.on)


def _supervise(change: Change) -> None:
    Supervision.objects.create(
        opinion=change.ticket, director=change.facts.get("director"), reason=change.note, started_by=change.actor,
        started_at=change.at,
    )  # fmt: skip


def _ask_villager(change: Change) -> None:
    change.ticket.paused_state = change.before


def _merge(change: Change) -> None:
    """Whoever was merged here before goes along, so that everybody finds the one answer in one step."""
    _go_into(change.ticket, change.facts["into"])


def _make_suggestion(change: Change) -> None:
    _go_into(change.ticket, grow_suggestion(change))


def _go_into(ticket: Opinion, into: Opinion) -> None:
    ticket.merged_into = into
    Opinion.objects.filter(merged_into=ticket).update(merged_into=into)


def _tell(change: Change) -> None:
    change.ticket.told_at = change.at
    stop_clocks(ticket=change.ticket, on=change.on, stages=[Stage.REPLIED])


def _rate(change: Change) -> None:
    change.ticket.told_at = change.ticket.told_at or change.at  # who rates has read it: a signer, or a villager by the link
    ticket, signer = change.ticket, change.facts.get("signer")
    own = change.actor is None if signer is None else signer.user_id == change.actor.pk
    Verdict.objects.create(
        opinion=ticket, reply=ticket.standing_answer, signer=signer,
        rating=change.facts["rating"], reason=change.note, by_proxy=not own, given_by=change.actor, given_at=change.at,
    )  # fmt: skip
    ticket.rating, ticket.rated_by_proxy = change.facts["rating"], not own
    if ticket.kind == Kind.SUGGESTION:
        ticket.rating, ticket.rated_by_proxy = summed_up(ticket)


def _follow_up(change: Change) -> None:
    stop_clocks(ticket=change.ticket, on=change.on, stages=[Stage.FOLLOW_UP])


def _reopen(change: Change) -> None:
    change.ticket.reopened = True
    change.ticket.tracked = False
    change.ticket.rating, change.ticket.rated_by_proxy = "", False


EFFECTS: dict[str, Callable[[Change], None]] = {
    "accept": _accept,
    "transfer": _hand_over,
    "reassign": _hand_over,
    "sign_for": _sign_for,
    "claim": _claim,
    "return_wrong": _return_wrong,
    "assist_opinion": _assist,
    "solve": _answer,
    "reply": _answer,
    "sign_reply": _sign_reply,
    "return_reply": _return_reply,
    "request_extension": _request_extension,
    "decide_extension": _decide_extension,
    "supervise": _supervise,
    "ask_villager": _ask_villager,
    "merge": _merge,
    "make_suggestion": _make_suggestion,
    "tell": _tell,
    "rate": _rate,
    "follow_up": _follow_up,
    "reopen": _reopen,
}


def longest_extension(ticket: Opinion) -> int:
    """How much more time the running term can be given at most, in its unit; 0: none."""
    clock = ticket.clocks.running().main().first()
    term = clock and term_for(opinion=ticket, stage=clock.stage, on=clock.started_on)
    return term.longest_extension if term else 0
