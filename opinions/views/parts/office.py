"""Whose hands it is in, until when it can be returned, assisting departments, requests for more time, the draft."""

from django.db.models import Prefetch, prefetch_related_objects

from opinions.models import Assistance, Clock, Extension, Opinion
from opinions.permissions import at_its_department, looks_after_it, sees_assist_opinion, sees_drafts
from opinions.services.offices.drafts import answer_begun
from opinions.services.offices.samples import earlier_answers, samples_for
from opinions.states import Stage, State
from opinions.workflow import MOVES

TEMPLATE = "opinions/parts/office.html"


def part(user, ticket: Opinion) -> dict | None:
    """Return `clocks`, `assistances`, `extensions`, `writing`…; None for a ticket that no department ever had."""
    if ticket.department_id is None and ticket.holder_department_id is None:
        return None
    _read_once(ticket)
    ours = at_its_department(user, ticket)
    assistances = _assistances(user, ticket)
    shown = {
        "ticket": ticket,
        "ours": ours,
        "assistances": assistances,
        "owed": sum(row.given_at is None for row in assistances),
        "extensions": list(ticket.extensions.all()),
        "return_until": _return_until(ticket) if ours and ticket.state == State.AT_DEPARTMENT else None,
        "writing": _writing(user, ticket) if ours else None,
    }
    shown["claimed"] = ticket.claimed_by if ours or looks_after_it(user, ticket) else None
    has_something = assistances or shown["extensions"] or shown["writing"] or shown["claimed"] or shown["return_until"]
    return shown if has_something else None


def _read_once(ticket: Opinion) -> None:
    """What is shown here the workflow looks at again for every step that it may open."""
    assistances = Assistance.objects.select_related("department", "given_by")
    extensions = Extension.objects.select_related("clock", "department", "asked_by", "decided_by")
    prefetch_related_objects([ticket], Prefetch("assistances", assistances), Prefetch("extensions", extensions))


def _assistances(user, ticket: Opinion) -> list:
    """Each with `due_on` of its clock, and `is_readable`: may the person read its words."""
    rows = list(ticket.assistances.all())
    if not rows:
        return rows
    clocks = Clock.objects.filter(opinion=ticket, stage=Stage.ASSIST).order_by("pk")
    due = dict(clocks.values_list("department", "due_on"))
    for row in rows:
        row.due_on = due.get(row.department_id)
        row.is_readable = sees_assist_opinion(user, ticket, [row.department_id])
    return rows


def _return_until(ticket: Opinion):
    until = MOVES["return_wrong"].until
    return until(ticket) if until else None


def _writing(user, ticket: Opinion) -> dict | None:
    """What the reply form can start from; None while no answer is awaited."""
    if not (sees_drafts(user, ticket) and MOVES["reply"].fits(ticket) and ticket.state in MOVES["reply"].sources):
        return None
    typed, returned = answer_begun(ticket=ticket, actor=user)
    return {
        "typed": typed, "returned": returned, "samples": samples_for(ticket),
        "earlier": earlier_answers(ticket),
    }  # fmt: skip
