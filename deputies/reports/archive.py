"""The performance file (履职档案): everything one deputy did in a year, gathered from the records.

A view over facts, not a table of its own: nobody types a fact twice. Void records, and tickets merged into others, are
left out. `for_reader` takes out what not everybody sees (points) and puts in the portrait for who may.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db.models import Prefetch, Q
from django.utils._os import safe_join

from activities.models import Activity, ActivityAttendance, Attendance, ServiceRecord
from activities.states import SERVED
from deputies.models import Constituent, Contact, Deputy, Mandate, Membership
from deputies.permissions import agreed_by
from deputies.reports.chapters import Chapter, Entry, Item, numbered
from deputies.reports.wording import (
    activity_entry,
    contact_entry,
    log_entry,
    opinion_entry,
    service_entry,
    without_names,
)
from deputies.states import LEVEL_ORDER, ServiceRole
from opinions.models import Hop, Opinion, Reply
from scoring.models import Scheme
from scoring.services import Score, scores_of
from stations.models import Station


@dataclass(frozen=True)
class Part:
    """One chapter with its items."""

    chapter: Chapter
    items: list[Item]


@dataclass(frozen=True)
class Archive:
    """One deputy's file of one year. `score` is None in a year without a scheme, or for who may not see it."""

    deputy: Deputy
    county: Station
    year: int
    memberships: list[Membership]
    mandates: list[Mandate]
    parts: list[Part]
    score: Score | None
    shows_score: bool = True
    photo: Path | None = None

    @property
    def items(self) -> Iterator[Item]:
        return (item for part in self.parts for item in part.items)

    @property
    def roles(self) -> list[tuple[str, int]]:
        """How often the deputy served in each of the four roles (四大员), in their order: (宣传员, 2) …"""
        times = Counter(item.entry.role for item in self.items)
        return [(role.label, times[role.value]) for role in ServiceRole]

    @property
    def deducted(self):
        return -self.score.deductions if self.score else 0


def archive_of(deputy: Deputy, year: int) -> Archive:
    """The file of one deputy."""
    return archives_of([deputy], year)[0]


def archives_of(deputies: Iterable[Deputy], year: int) -> list[Archive]:
    """The files of many deputies, in their order; the number of queries does not depend on how many they are."""
    people = list(deputies)
    keys = [person.pk for person in people]
    memberships = _by_deputy(Membership.objects.select_related("branch__parent"), keys, year)
    mandates = _by_deputy(Mandate.objects.all(), keys, year)
    entries = _entries(keys, year, memberships)
    counties = Station.objects.in_bulk({person.county_id for person in people})
    scores = _scores(people, counties, year)
    return [
        Archive(
            deputy=person,
            county=counties[person.county_id],
            year=year,
            memberships=memberships[person.pk],
            mandates=sorted(mandates[person.pk], key=lambda one: LEVEL_ORDER.index(one.level)),
            parts=[Part(one, numbered(entries[person.pk], one, person.code, year)) for one in Chapter],
            score=scores.get(person.pk),
        )
        for person in people
    ]


def for_reader(archive: Archive, *, whole: bool, on: date) -> Archive:
    """The file as it is shown on the day `on`: points only in the whole one, the portrait also with consent."""
    shows_photo = whole or agreed_by(archive.deputy.photo_consent_on, on)
    return replace(
        archive,
        shows_score=whole,
        score=archive.score if whole else None,
        photo=_portrait(archive.deputy) if shows_photo else None,
    )


def first_and_last(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _portrait(deputy: Deputy) -> Path | None:
    path = Path(safe_join(settings.MEDIA_ROOT, deputy.photo)) if deputy.photo else None
    return path if path is not None and path.is_file() else None


def _by_deputy(rows, keys: list[int], year: int) -> dict[int, list]:
    """Dated rows that counted in the year, oldest first, by deputy key."""
    start, end = first_and_last(year)
    rows = rows.filter(deputy__in=keys).overlapping(start, end).order_by("started_on", "pk")
    found = defaultdict(list)
    for row in rows:
        found[row.deputy_id].append(row)
    return found


def _entries(keys: list[int], year: int, memberships: dict[int, list[Membership]]) -> dict[int, list[Entry]]:
    found: dict[int, list[Entry]] = defaultdict(list)
    for row in _attendance(keys, year):
        found[row.deputy_id].append(log_entry(row))
    for row in _activities(keys, year):
        found[row.deputy_id].append(activity_entry(row))
    for row in _services(keys, year):
        found[row.deputy_id].append(service_entry(row.servicerecord))
    for ticket in _opinions(keys, year):
        found[ticket.deputy_id].append(opinion_entry(ticket))
    for contact in _contacts(keys, year):
        deputy = contact.constituent.deputy_id
        found[deputy].append(contact_entry(contact, memberships[deputy]))
    names = _constituents_names(keys)
    for key, entries in found.items():
        found[key] = [without_names(entry, names[key]) for entry in entries]
    return found


def _constituents_names(keys: list[int]) -> dict[int, list[str]]:
    """Names of all whom each deputy keeps or kept in touch with, the longest first."""
    found: dict[int, list[str]] = defaultdict(list)
    for row in Constituent.objects.filter(deputy__in=keys):
        found[row.deputy_id].append(row.name)
    return defaultdict(list, {key: sorted(names, key=len, reverse=True) for key, names in found.items()})


def _attendance(keys: list[int], year: int):
    rows = Attendance.objects.counted().filter(deputy__in=keys).within(*first_and_last(year))
    return rows.select_related("log__branch__parent", "log__register")


def _activities(keys: list[int], year: int):
    """What became of every activity the deputy was expected at, and those the deputy came to all the same."""
    held = Activity.objects.held().within(*first_and_last(year))
    rows = ActivityAttendance.objects.filter(deputy__in=keys, activity__in=held).exclude(status="")
    rows = rows.filter(Q(expected=True) | Q(status__in=SERVED))
    return rows.select_related("activity__station__parent")


def _services(keys: list[int], year: int):
    """One row a deputy and record."""
    records = ServiceRecord.objects.valid().within(*first_and_last(year))
    rows = ServiceRecord.deputies.through.objects.filter(deputy__in=keys, servicerecord__in=records)
    return rows.select_related("servicerecord__branch__parent", "servicerecord__register")


def _opinions(keys: list[int], year: int):
    rows = Opinion.objects.valid().filter(deputy__in=keys).registered_within(*first_and_last(year))
    return rows.select_related("branch__parent", "register").prefetch_related(
        Prefetch("hops", queryset=Hop.objects.select_related("department")),
        Prefetch("replies", queryset=Reply.objects.exclude(signed_at=None)),
    )


def _contacts(keys: list[int], year: int):
    rows = Contact.objects.valid().filter(constituent__deputy__in=keys, date__range=first_and_last(year))
    return rows.select_related("constituent__village")


def _scores(people: list[Deputy], counties: dict[int, Station], year: int) -> dict[int, Score]:
    """The scores by deputy key; none where the county had no scheme that year."""
    found = {}
    for key in Scheme.objects.filter(county__in=counties, year=year).values_list("county", flat=True):
        own = [person.pk for person in people if person.county_id == key]
        found |= scores_of(county=counties[key], year=year, deputies=own)
    return found
