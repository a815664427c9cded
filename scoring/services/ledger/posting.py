"""The ledger made equal to the facts."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction

from deputies.models import Deputy, Mandate
from scoring.models import PointEntry, Scheme, Waiver
from scoring.rules import (
    Earning,
    Line,
    NewLine,
    Release,
    Ruling,
    Schedule,
    Worth,
    heed,
    missing_lines,
    valued,
    without_note,
)
from scoring.services.ledger.appending import Book, append
from scoring.services.ledger.facts import earnings_of, rulings_of
from scoring.services.schemes import schedule_of
from scoring.states import Source
from scoring.workflow import is_frozen
from stations.models import Station


@transaction.atomic
def rescore(
    *, county: Station, year: int, at: datetime, deputies: Iterable[int] | None = None, write: bool = True
) -> int:
    """Make the ledger of `year` equal to the facts, with new and reversing entries; return how many were made.

    Idempotent: a second run makes none. Deputies are locked in key order, so two workers neither double an entry
    nor block each other for ever. Of a year in publicity or closed only granted appeals count any more. With
    `write=False` nothing is written and the number says what would be.
    """
    if not write:
        return sum(map(len, differences(county=county, year=year, deputies=deputies).values()))
    people = lock_people(county, deputies)
    scheme = Scheme.objects.filter(county=county, year=year).first()
    if scheme is None or not people:
        return 0
    books = read_books(people, year)
    rulings = rulings_of(people, year)
    missing = _missing(scheme, people, books, rulings)
    append(scheme, people, books, rulings, missing, at)
    return sum(map(len, missing.values()))


def differences(*, county: Station, year: int, deputies: Iterable[int] | None = None) -> dict[int, list[NewLine]]:
    """Return what rescoring would append, by deputy key."""
    people = _people(county, deputies)
    scheme = Scheme.objects.filter(county=county, year=year).first()
    if scheme is None or not people:
        return {}
    return _missing(scheme, people, read_books(people, year), rulings_of(people, year))


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
    """Return the ledgers of deputies in one query, by deputy key.

    A line that somebody took out by force must not stop the scoring of everybody else; `verify` tells of it.
    """
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
            reversed_line = book.standing.pop(fact_key, None)
            book.keys.pop(reversed_line.number if reversed_line else 0, None)
    return books


def _missing(
    scheme: Scheme, people: Collection[int], books: dict[int, Book], rulings: dict[int, list[Ruling]]
) -> dict[int, list[NewLine]]:
    schedule = schedule_of(scheme)
    concerned: Collection[int]
    if is_frozen(scheme.county_id, scheme.year):
        concerned, wanted = rulings, _frozen_wanted(scheme, books, schedule, rulings)
    else:
        concerned, wanted = people, wanted_of(scheme, people, schedule, rulings)
    return {key: missing_lines(wanted.get(key, ()), books[key].standing, books[key].turns) for key in concerned}


def _standing_facts(keys: Collection[int], year: int) -> dict[int, list[Earning]]:
    """What records other than appeals have in the ledger now, as the facts that it was posted for, by deputy key."""
    rows = PointEntry.objects.standing().filter(deputy__in=keys, year=year).exclude(source=Source.APPEAL).order_by()
    found: dict[int, list[Earning]] = defaultdict(list)
    for deputy, fact_key, item, on, reason, *source in rows.values_list(
        "deputy", "fact_key", "rule__item", "occurred_on", "reason", "source", "source_key"
    ):
        found[deputy].append(Earning(fact_key, item, on, without_note(reason), *source))
    return found


def _frozen_wanted(
    scheme: Scheme, books: dict[int, Book], schedule: Schedule, rulings: dict[int, list[Ruling]]
) -> dict[int, list[Worth]]:
    """What has to stand in a year in which only appeals count: what stands are the facts, counted as in any other year.

    Lines over a cap stand with 0, so what an appeal frees goes to them. A waiver concerns nothing that stands already.
    """
    facts, releases = _standing_facts(rulings, scheme.year), releases_of(scheme, rulings)
    return {
        key: valued(heed(facts.get(key, ()), rows), schedule, releases.get(key, ()), charged=books[key].standing)
        for key, rows in rulings.items()
    }


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
