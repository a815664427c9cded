"""How the history of a ticket reads on its page."""

from collections.abc import Iterable

from activities.states import Rating
from opinions.models import Hop, Opinion
from opinions.states import state_words
from opinions.templatetags.tickets import place_words
from opinions.workflow import label_of


def shown_hops(ticket: Opinion, hops: Iterable[Hop]) -> list[Hop]:
    """Return the hops with `label` (the step), `said` (what was chosen with it) and `went` (state, place, term, where
    one of them changed)."""
    shown, before, hops = [], None, list(hops)
    merged = _merged_into(hops)
    for hop in hops:
        hop.label = label_of(hop.move)  # type: ignore[attr-defined]
        hop.said = _chosen(hop, merged)  # type: ignore[attr-defined]
        hop.went = _went(ticket, hop) if _place_of(hop) != before else ""  # type: ignore[attr-defined]
        before = _place_of(hop)
        shown.append(hop)
    return shown


def _place_of(hop: Hop) -> tuple:
    return hop.to_state, hop.place_id, hop.department_id, hop.due_on


def _went(ticket: Opinion, hop: Hop) -> str:
    where = hop.department.name if hop.department else place_words(hop.place) if hop.place else ""
    due = f"期限{hop.due_on.month}月{hop.due_on.day}日" if hop.due_on else ""
    return ",".join(part for part in (state_words(ticket.kind, hop.to_state), where, due) if part)


def _merged_into(hops: Iterable[Hop]) -> dict[str, str]:
    """The tickets that the history says it was merged into: address → station and number."""
    keys = [hop.facts["into"] for hop in hops if "into" in hop.facts]
    if not keys:
        return {}
    rows = Opinion.objects.filter(uid__in=keys).values_list("uid", "register__name", "number")
    return {str(uid): f"{station}{number}" for uid, station, number in rows}


def _chosen(hop: Hop, merged: dict[str, str]) -> str:
    """What was picked or named beside the note; the class of an answer stands with the answer."""
    facts, words = hop.facts, []
    if "branch" in facts and hop.place:
        words.append(f"转到{place_words(hop.place)}")
    if "rating" in facts:
        words.append(str(Rating(facts["rating"]).label))
    if "into" in facts:
        words.append(f"并入{merged.get(facts['into'], '')}")
    if "granted" in facts:
        words.append("同意延期" if facts["granted"] else "不同意延期")
    if "amount" in facts:
        words.append(f"申请延长{facts['amount']}")
    if "director" in facts:
        words.append(f"督办领导:{facts['director']}")
    if "route" in facts:
        words.append(f"可以到{facts['route']}反映")
    return ";".join(words)
