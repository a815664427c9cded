"""How the history of a ticket reads on its page."""

from collections.abc import Iterable

from activities.states import Rating
from opinions.models import Hop, Opinion
from opinions.states import state_words
from opinions.workflow import label_of


def shown_hops(ticket: Opinion, hops: Iterable[Hop]) -> list[Hop]:
    """Return the hops with `label` (the step), `said` (what was chosen with it) and `went` (state, place, term, where
    one of them changed)."""
    shown, before = [], None
    for hop in hops:
        hop.label = label_of(hop.move)  # type: ignore[attr-defined]
        hop.said = _chosen(hop.facts)  # type: ignore[attr-defined]
        hop.went = _went(ticket, hop) if _place_of(hop) != before else ""  # type: ignore[attr-defined]
        before = _place_of(hop)
        shown.append(hop)
    return shown


def _place_of(hop: Hop) -> tuple:
    return hop.to_state, hop.place_id, hop.department_id, hop.due_on


def _went(ticket: Opinion, hop: Hop) -> str:
    where = hop.department.name if hop.department else hop.place.full_name if hop.place else ""
    due = f"期限{hop.due_on.month}月{hop.due_on.day}日" if hop.due_on else ""
    return ",".join(part for part in (state_words(ticket.kind, hop.to_state), where, due) if part)


def _chosen(facts: dict) -> str:
    """What was picked or named beside the note; the class of an answer stands with the answer."""
    words = []
    if "rating" in facts:
        words.append(str(Rating(facts["rating"]).label))
    if "granted" in facts:
        words.append("同意延期" if facts["granted"] else "不同意延期")
    if "amount" in facts:
        words.append(f"申请延长{facts['amount']}")
    if "director" in facts:
        words.append(f"督办领导:{facts['director']}")
    if "route" in facts:
        words.append(f"可以到{facts['route']}反映")
    return ";".join(words)
