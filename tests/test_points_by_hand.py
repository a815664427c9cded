"""The worked example of docs/points-by-hand.md comes out of the services number by number."""

from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings

from activities.services import Matter, SundayRow, correct_log, file_log
from activities.states import Presence
from scoring.models import PointEntry, Rule, SchemeVersion
from scoring.rules import total_score
from scoring.services import rescore, score_of
from scoring.services.ledger.verifying import verify
from scoring.services.schemes import seal
from scoring.states import BASE_ITEMS, Item
from tests.cast import moment
from tests.duties import duty
from tests.points import applied_version, approved_claim, granted, meeting, published

ITEMS = {item.label: item.value for item in Item}
STATUSES = {"absent": Presence.ABSENT, "sick leave": Presence.SICK_LEAVE, "private leave": Presence.PRIVATE_LEAVE}
CORRECTED, PUBLISHED, APPEALED = date(2026, 6, 9), date(2027, 2, 2), date(2027, 3, 1)


@pytest.fixture(scope="module")
def tables():
    """The page's tables: values, facts, ledger, score; rows as lists of words, without the heads."""
    found, rows = [], []
    for line in [*(settings.BASE_DIR / "docs/points-by-hand.md").read_text().splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line[1:-1].split("|")])
        elif rows:
            found.append(rows[2:])
            rows = []
    return found


def test_the_page_adds_up(tables):
    _values, _facts, ledger, scores = tables
    for row in scores:
        lines = ledger[: int(row[0].split("–")[1].split(",")[0])]
        base, deductions, bonus, score = map(Decimal, row[1:])
        sums = {True: Decimal(0), False: Decimal(0)}
        for _number, _day, item, points, _cancels in lines:
            sums[ITEMS[item] in BASE_ITEMS] += Decimal(points)
        assert (sums[True], sums[False]) == (deductions, bonus)
        assert total_score(base, deductions, bonus) == score


def set_values(cast, values):
    """The first version's as in the table, the second's by a version of its own."""
    first = SchemeVersion.objects.get()
    later = {}
    for item, points, new, cap in values:
        limit = Decimal(cap) if cap else None
        Rule.objects.filter(version=first, item=ITEMS[item]).update(points=points, cap=limit)
        later[ITEMS[item]] = (Decimal(new), limit)
    seal(first)
    applied_version(cast, date(2026, 7, 1), later)


def record(cast, day, what):
    """One line of what happened; returns the log of a Sunday."""
    person, head = cast.deputy_person, cast.head_person
    kind, _comma, status = what.partition(", ")
    if kind == "study":
        meeting(cast, day, {person: STATUSES[status]})
    elif kind == "claim approved":
        approved_claim(cast, person, "honour_county" if day.month == 9 else "course", day)
    else:
        duty(cast.gt01, day, head, person)
        absent = kind == "Sunday"
        row = SundayRow(
            branch=cast.gt01, attendance={head: Presence.PRESENT, person: Presence.ABSENT if absent else Presence.PRESENT},
            received=0 if absent else 1, matters=[] if absent else [Matter("路灯不亮", deputy=person)],
        )  # fmt: skip
        return file_log(row=row, on=day, actor=cast.clerk, at=moment(day)).log
    return None


def test_the_year_comes_out_of_the_services_as_by_hand(cast, tables):
    values, facts, ledger, scores = tables
    person = cast.deputy_person
    set_values(cast, values)
    logs = {}

    def score(day):
        rescore(county=cast.county, year=2026, at=moment(day))

    for text, what, _item in facts:
        day = date.fromisoformat(text)
        if day > CORRECTED and date(2026, 3, 8) in logs:
            score(CORRECTED)
            wrong = logs.pop(date(2026, 3, 8))
            row = SundayRow(
                branch=cast.gt01, attendance={cast.head_person: Presence.PRESENT, person: Presence.PRESENT}, received=0
            )
            correct_log(
                log=wrong, row=row, reason="当天在分站,漏签了", version=1, actor=cast.clerk, at=moment(CORRECTED)
            )
            score(CORRECTED)
        logs[day] = record(cast, day, what)
    score(date(2026, 12, 31))
    published(cast, PUBLISHED)
    as_closed = score_of(deputy=person, year=2026)
    leave = PointEntry.objects.get(deputy=person, rule__item="private_leave")
    granted(cast, person, APPEALED, entry=leave, answer="当天因公外出")
    score(APPEALED)
    lines = PointEntry.objects.filter(deputy=person).order_by("number").values_list(
        "number", "occurred_on", "rule__item", "points", "reverses__number"
    )  # fmt: skip
    assert list(lines) == [
        (int(number), date.fromisoformat(day), ITEMS[item], Decimal(points), int(cancels) if cancels else None)
        for number, day, item, points, cancels in ledger
    ]
    for found, row in zip((as_closed, score_of(deputy=person, year=2026)), scores, strict=True):
        assert (found.base, found.deductions, found.bonus, found.total) == tuple(map(Decimal, row[1:]))
    assert verify() == []
