"""The ledger made equal to the facts."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from deputies.models import Deputy, Mandate
from julu_liaison.common.working_days import today_here
from scoring.models import PointEntry, Scheme, Waiver, YearClosing
from scoring.rules import (
    Earning,
    Line,
    NewLine,
    Release,
    Ruling,
    Schedule,
    Worth,
    digest_of,
    frozen_lines,
    heed,
    missing_lines,
    valued,
)
from scoring.services.ledger.facts import earnings_of, rulings_of
from scoring.services.ledger.reasons import UNSAID, why_gone
from scoring.services.schemes import schedule_of
from stations.models import Station

LONGEST_REASON = 300
BATCH = 1000


@dataclass
class Book:
    """What one deputy's year holds: the lines that stand by fact key, the last turn of every fact, the chain's end."""

    standing: dict[str, Line] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)
    keys: dict[int, int] = field(default_factory=dict)  # of standing lines: number → primary key
    number: int = 0
    digest: str = ""


@transaction.atomic
def rescore(
    *, county: Station, year: int, at: datetime, deputies: Iterable[int] | None = None, write: bool = True
) -> int:
    """Make the ledger of `year` equal to the facts, with new and reversing entries; return how many were made.

    Idempotent: a second run makes none. Deputies are locked in key order, so two workers neither double an entry
    nor block each other for ever. Of a year in publicity or closed only granted appeals count any more. With
    `write=False` nothing is written and the number says what would be.
    """
    people = lock_people(county, deputies) if write else _people(county, deputies)
    scheme = Scheme.objects.filter(county=county, year=year).first()
    if scheme is None or not people:
        return 0
    books = read_books(people, year)
    rulings = rulings_of(people, year)
    missing = _missing(scheme, people, books, rulings)
    if write:
        _append(scheme, people, books, rulings, missing, at)
    return sum(map(len, missing.values()))


def _people(county: Station, deputies: Iterable[int] | None) -> dict[int, str]:
    rows = Deputy.objects.filter(county=county).order_by("pk")
    if deputies is not None:
        rows = rows.filter(pk__in=list(deputies))
    return dict(rows.values_list("pk", "code"))


def lock_people(county: Station, deputies: Iterable[int] | None = None) -> dict[int, str]:
    """Lock deputies in key order and return their codes; whoever writes to a ledger holds its deputy first."""
    rows = Deputy.objects.filter(county=county).order_by("pk").select_for_update(no_key=True)
    if deputies is not None:
        rows = rows.filter(pk__in=list(deputies))
    return dict(rows.values_list("pk", "code"))


def read_books(keys: Collection[int], year: int) -> dict[int, Book]:
    """Return the ledgers of deputies in one query, by deputy key."""
    books: dict[int, Book] = defaultdict(Book)
    rows = PointEntry.objects.filter(deputy__in=keys, year=year).order_by("deputy", "number")
    for pk, deputy, number, fact_key, item, points, turn, reverses, digest in rows.values_list(
        "pk", "deputy", "number", "fact_key", "rule__item", "points", "turn", "reverses", "digest"
    ):
        book = books[deputy]
        book.number, book.digest = number, digest
        if reverses is None:
            book.standing[fact_key] = Line(number, fact_key, item, points, turn)
            book.keys[number] = pk
            book.turns[fact_key] = turn
        else:
            book.keys.pop(book.standing.pop(fact_key).number)
    return books


def _missing(
    scheme: Scheme, people: Collection[int], books: dict[int, Book], rulings: dict[int, list[Ruling]]
) -> dict[int, list[NewLine]]:
    schedule = schedule_of(scheme)
    if YearClosing.objects.filter(scheme=scheme).exists():
        return {
            key: frozen_lines(rows, books[key].standing, books[key].turns, schedule) for key, rows in rulings.items()
        }
    wanted = wanted_of(scheme, people, schedule, rulings)
    return {key: missing_lines(wanted.get(key, ()), books[key].standing, books[key].turns) for key in people}


def wanted_of(
    scheme: Scheme, keys: Collection[int], schedule: Schedule, rulings: dict[int, list[Ruling]]
) -> dict[int, list[Worth]]:
    """What has to stand in each ledger by the facts, under `schedule`; those without anything are left out."""
    earned = earnings_of(keys, scheme.year)
    releases = releases_of(scheme, keys)
    wanted = {}
    for key in {*earned, *rulings}:
        earnings: list[Earning] = earned.get(key, [])
        if key in rulings:
            earnings = heed(earnings, rulings[key])
        wanted[key] = valued(earnings, schedule, releases.get(key, ()))
    return wanted


def releases_of(scheme: Scheme, keys: Collection[int]) -> dict[int, list[Release]]:
    """Waivers of the year by deputy key; one for a level counts while the deputy holds a mandate of it."""
    rows = list(Waiver.objects.filter(county=scheme.county_id).touching(scheme.year))
    found: dict[int, list[Release]] = defaultdict(list)
    for row in rows:
        if row.deputy_id:
            found[row.deputy_id].append(Release(row.started_on, row.ended_on, frozenset(row.items)))
    levels = {row.level for row in rows if row.level}
    mandates = Mandate.objects.filter(deputy__in=keys, level__in=levels) if levels else Mandate.objects.none()
    for deputy, level, start, end in mandates.values_list("deputy", "level", "started_on", "ended_on"):
        for row in rows:
            if row.level == level:
                ends = [day for day in (end, row.ended_on) if day]
                found[deputy].append(
                    Release(max(start, row.started_on), min(ends, default=None), frozenset(row.items))
                )
    return found


def _append(
    scheme: Scheme, people: dict[int, str], books: dict[int, Book], rulings: dict[int, list[Ruling]],
    missing: dict[int, list[NewLine]], at: datetime,
) -> None:  # fmt: skip
    gone = [books[key].keys[line.reverses.number] for key, lines in missing.items() for line in lines if line.reverses]
    entries = PointEntry.objects.in_bulk(gone)
    said = why_gone(entries.values())
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
                values = _reversal(entry, _why(entry, anew, answers, said), at)
            rows.append(_next_entry(scheme, key, people[key], book, values, at))
    PointEntry.objects.bulk_create(rows, batch_size=BATCH)


def _why(entry: PointEntry, anew: dict[str, Worth], answers: dict[str, str], said: dict) -> str:
    if entry.fact_key in answers:
        return f"复核,{answers[entry.fact_key]}"
    if entry.fact_key in anew:
        worth = anew[entry.fact_key]
        return worth.note.strip("()") or f"按积分方案改记{worth.points.normalize():+f}分"
    return said.get((entry.source, entry.source_key)) or UNSAID


def _reversal(entry: PointEntry, why: str, at: datetime) -> dict[str, Any]:
    """The opposite of `entry` in the same block, on the day it is corrected, with both reasons."""
    return {
        "rule_id": entry.rule_id, "block": entry.block, "points": -entry.points, "occurred_on": today_here(at),
        "reason": f"更正:{why}(原记:{entry.reason})"[:LONGEST_REASON], "source": entry.source,
        "source_key": entry.source_key, "fact_key": entry.fact_key, "turn": entry.turn, "reverses": entry,
    }  # fmt: skip


def _posting(worth: Worth, turn: int) -> dict[str, Any]:
    earning = worth.earning
    return {
        "rule_id": worth.rule, "block": worth.block, "points": worth.points, "occurred_on": earning.occurred_on,
        "reason": f"{earning.reason}{worth.note}"[:LONGEST_REASON], "source": str(earning.source),
        "source_key": earning.source_key, "fact_key": earning.fact_key, "turn": turn, "reverses": None,
    }  # fmt: skip


def _next_entry(
    scheme: Scheme, deputy: int, code: str, book: Book, values: dict[str, Any], at: datetime
) -> PointEntry:
    """The next line of the chain."""
    reversed_entry = values["reverses"]
    book.number += 1
    chained = {name: value for name, value in values.items() if name not in ("rule_id", "reverses")}
    book.digest = digest_of(
        book.digest, deputy=code, year=scheme.year, number=book.number, rule=values["rule_id"],
        reverses=reversed_entry.number if reversed_entry else None, posted_at=at, **chained,
    )  # fmt: skip
    return PointEntry(
        county_id=scheme.county_id, deputy_id=deputy, year=scheme.year, number=book.number, digest=book.digest,
        posted_at=at, **values,
    )
