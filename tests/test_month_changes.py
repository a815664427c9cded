"""What is kept of a month is what was read; what changed between two readings is said whenever something did."""

from collections import Counter
from copy import deepcopy
from dataclasses import fields, replace
from datetime import date
from json import dumps, loads

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.rules.months import (
    DeputyMonth,
    MonthFigures,
    PlaceMonth,
    ReportedPlace,
    as_content,
    changes,
    from_content,
)
from activities.rules.months.changes import DEPUTY_FIGURES, OF_TICKETS, PLACE_FIGURES, settled_digest
from activities.states import Form, Presence
from stations.states import Level

pytestmark = pytest.mark.once

COUNTY = 7
NUMBER = st.integers(0, 3)
WORDS = st.sampled_from(["", "王红", "第一分站", "\"'\\<&", "0"])
STATIONS = [ReportedPlace(code, code, code, Level.TOWNSHIP) for code in ("GT", "YT")]
CENTRE = ReportedPlace("JLX", "巨鹿县", "巨鹿县", Level.CENTRE)
HELD = [one.name for one in fields(PlaceMonth) if one.name not in ("place", "deputies")]
SAID = [
    name for name in HELD if name != "logged"
]  # never changes alone: the one of `held`, `missing`, `planned` does, too
COUNTED = ("expected", "unfiled", "others")


def counter(names) -> st.SearchStrategy[Counter]:
    return st.dictionaries(st.sampled_from(list(names)), NUMBER, max_size=3).map(Counter)


def deputy(code: str) -> st.SearchStrategy[DeputyMonth]:
    return st.builds(
        DeputyMonth, st.just(code), WORDS, WORDS, note=WORDS, was_member=st.booleans(), is_whole=st.booleans(),
        is_exempt=st.booleans(), others=NUMBER, expected=NUMBER, unfiled=NUMBER, presence=counter(Presence),
        forms=counter(Form),
    )  # fmt: skip


PEOPLE = [deputy("D0"), deputy("D1")]


def branch(number: int) -> st.SearchStrategy[PlaceMonth]:
    code, above = f"B{number}", STATIONS[number % 2]
    place = WORDS.map(lambda name: ReportedPlace(code, name, above.name + name, Level.BRANCH, above))
    people = st.one_of(*(st.tuples(*PEOPLE[:count]) for count in range(3))).map(list)
    return st.builds(PlaceMonth, place=place, deputies=people, **dict.fromkeys(HELD, NUMBER))


BRANCHES = [branch(0), branch(1)]
FIGURES = st.one_of(*(st.tuples(*BRANCHES[:count]) for count in range(3))).map(
    lambda rows: MonthFigures(CENTRE, COUNTY, date(2026, 3, 1), date(2026, 4, 1), list(rows), STATIONS)
)


@settings(max_examples=40)
@given(FIGURES)
def test_what_is_kept_is_what_was_read(figures):
    kept = from_content(loads(dumps(as_content(figures))), county=COUNTY)
    assert kept == figures
    assert settled_digest(kept) == settled_digest(figures)
    assert changes(figures, kept) == []


@settings(max_examples=40)
@given(FIGURES.filter(lambda figures: figures.places), st.data())
def test_no_figure_of_a_branch_changes_unsaid(figures, data):
    name = data.draw(st.sampled_from(SAID))
    after = deepcopy(figures)
    setattr(after.places[-1], name, getattr(after.places[-1], name) + 1)
    assert len(changes(figures, after)) == 1
    assert bool(changes(figures, after, of_tickets=False)) == (name not in OF_TICKETS)
    assert (settled_digest(figures) != settled_digest(after)) == (name not in OF_TICKETS)


@settings(max_examples=40)
@given(FIGURES.filter(lambda figures: any(row.deputies for row in figures.places)), st.data())
def test_no_figure_of_a_deputy_changes_unsaid(figures, data):
    kind = data.draw(st.sampled_from([*COUNTED, *Presence, *Form]))
    after = deepcopy(figures)
    row = next(row for place in after.places for row in place.deputies)
    if kind in COUNTED:
        setattr(row, kind, getattr(row, kind) + 1)
    else:
        (row.presence if kind in Presence else row.forms)[kind] += 1
    assert len(changes(figures, after)) == 1
    assert settled_digest(figures) != settled_digest(after)


@settings(max_examples=20)
@given(FIGURES)
def test_who_is_listed_no_more_is_said(figures):
    after = replace(figures, places=[replace(row, deputies=row.deputies[1:]) for row in figures.places])
    said = changes(figures, after)
    assert len(said) == sum(bool(row.deputies) for row in figures.places) and all("不再列入" in words for words in said)


def test_every_figure_that_is_kept_has_its_words():
    assert set(PLACE_FIGURES) == set(SAID)
    said = set(DEPUTY_FIGURES)
    assert {status.label for status in Presence} <= said and {form.label for form in Form} <= said
