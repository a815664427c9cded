"""The next lines of the chains, written to the table."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from julu_liaison.common.working_days import today_here
from scoring.models import PointEntry, Rule, Scheme
from scoring.rules import Line, NewLine, Ruling, Worth, digest_of
from scoring.services.ledger.reasons import UNSAID, why_gone
from scoring.services.ledger.storing import insert

LONGEST_REASON = 300
LONGEST_WHY = 100  # of a version's reason, so that what was noted before still fits


@dataclass
class Book:
    """What one deputy's year holds: the lines that stand by fact key, the last turn of every fact, the chain's end."""

    standing: dict[str, Line] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)
    keys: dict[int, int] = field(default_factory=dict)  # of standing lines: number → primary key
    number: int = 0
    digest: str = ""


def append(
    scheme: Scheme, people: Mapping[int, str], books: Mapping[int, Book], rulings: Mapping[int, list[Ruling]],
    missing: Mapping[int, list[NewLine]], at: datetime,
) -> None:  # fmt: skip
    """Write the missing lines of every deputy, whom the caller holds."""
    gone = [books[key].keys[line.reverses.number] for key, lines in missing.items() for line in lines if line.reverses]
    entries = PointEntry.objects.in_bulk(gone)
    said = why_gone(entries.values())
    rules = _rules_of(entries.values(), missing)
    rows = []
    for key, lines in missing.items():
        book = books[key]
        anew = {line.worth.earning.fact_key: line.worth for line in lines if line.worth}
        answers = {ruling.cancelled: ruling.answer for ruling in rulings.get(key, ())}
        for line in lines:
            if line.worth:
                values = _posting(line.worth, line.turn)
            else:
                entry = entries[book.keys[line.reverses.number]]  # type: ignore[union-attr]
                values = _reversal(entry, _why(entry, anew, answers, said, rules), at)
            rows.append(_next_row(scheme, key, people[key], book, values, at))
    insert(rows)


def _rules_of(entries: Collection[PointEntry], missing: Mapping[int, list[NewLine]]) -> dict[int, Rule]:
    """The rules of the facts that are posted anew, with their versions; no query where nothing is corrected."""
    keys = {line.worth.rule for lines in missing.values() for line in lines if line.worth} if entries else set()
    return Rule.objects.select_related("version").in_bulk(keys)


def _why(
    entry: PointEntry, anew: dict[str, Worth], answers: dict[str, str], said: dict, rules: Mapping[int, Rule]
) -> str:
    if entry.fact_key in answers:
        return f"复核,{answers[entry.fact_key]}"
    if entry.fact_key in anew:
        return _why_other(entry, anew[entry.fact_key], rules)
    return said.get((entry.source, entry.source_key)) or UNSAID


def _why_other(entry: PointEntry, worth: Worth, rules: Mapping[int, Rule]) -> str:
    """Which version says so, and why it was made, where it is another than before; else the cap, used up otherwise."""
    cap = worth.note.strip("()")
    if entry.rule_id == worth.rule:
        return cap or f"改记{worth.points.normalize():+f}分"
    version = rules[worth.rule].version
    why = f"({version.why[:LONGEST_WHY]})" if version.why else ""
    return f"按积分方案第{version.number}版{why},{cap or f'改记{worth.points.normalize():+f}分'}"


def _reversal(entry: PointEntry, why: str, at: datetime) -> dict[str, Any]:
    """The opposite of `entry` in the same block, on the day it is corrected, with both reasons."""
    return {
        "rule": entry.rule_id, "block": entry.block, "points": -entry.points, "occurred_on": today_here(at),
        "reason": f"更正:{why}(原记:{entry.reason})"[:LONGEST_REASON], "source": entry.source,
        "source_key": entry.source_key, "fact_key": entry.fact_key, "turn": entry.turn, "reverses": entry,
    }  # fmt: skip


def _posting(worth: Worth, turn: int) -> dict[str, Any]:
    earning = worth.earning
    return {
        "rule": worth.rule, "block": worth.block, "points": worth.points, "occurred_on": earning.occurred_on,
        "reason": f"{earning.reason}{worth.note}"[:LONGEST_REASON], "source": str(earning.source),
        "source_key": earning.source_key, "fact_key": earning.fact_key, "turn": turn, "reverses": None,
    }  # fmt: skip


def _next_row(
    scheme: Scheme, deputy: int, code: str, book: Book, values: dict[str, Any], at: datetime
) -> dict[str, Any]:
    """The next line of the chain."""
    reversed_entry = values.pop("reverses")
    book.number += 1
    book.digest = digest_of(
        book.digest, deputy=code, year=scheme.year, number=book.number, posted_at=at,
        reverses=reversed_entry.number if reversed_entry else None, **values,
    )  # fmt: skip
    return values | {
        "uid": uuid.uuid4(), "county": scheme.county_id, "deputy": deputy, "year": scheme.year, "posted_at": at,
        "number": book.number, "digest": book.digest, "reverses": reversed_entry.pk if reversed_entry else None,
    }  # fmt: skip
