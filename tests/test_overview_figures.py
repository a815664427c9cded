"""The overview's figures: a small March counted by hand, the same as the monthly report, each opening exactly its rows."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.rules.months import read_month
from activities.states import ON_LEAVE, Presence
from deputies.models import Mandate
from julu_liaison.overview import MEASURES, Period, Span
from julu_liaison.overview import counting as overview_counting
from julu_liaison.overview.charts import lengths, upright_bars
from julu_liaison.overview.counting import count_overview
from opinions.reports.reading import Asked, read_figures
from opinions.rules.counting import FIGURES
from opinions.states import Kind
from stations.services import open_station
from tests.cast import OPENED
from tests.duties import duty
from tests.overviews import MONTH, ON, build_march, day, logged, rows_behind

pytestmark = pytest.mark.django_db

MARCH = Period.around(Span.MONTH, MONTH[0])
# Counted on one's fingers from `build_march`, as things stand on 20 April.
GT = {
    "planned": 7, "due": 6, "prompt": 3, "logged": 4, "missing": 2, "not_held": 1,
    "expected": 11, "asked": 6, "attended": 7, "on_leave": 2, "absent": 1, "unfiled": 3,
    "logs": 5, "prompt_logs": 4, "received": 19, "activities": 2,
    "received_opinions": 3, "closed": 2, "on_time": 1, "late": 1, "transferred": 1, "satisfied": 1, "basic": 1,
    "overdue_opinions": 2, "overdue": 2, "received_suggestions": 1,
}  # fmt: skip


@pytest.fixture
def march(cast):
    return build_march(cast)


def counted(place, period, on=ON) -> dict[int, Counter]:
    content = count_overview(place=place, period=period, on=on)
    return {int(key): Counter(counts) for key, counts in content["places"].items()}


def total(place, period, on=ON) -> Counter:
    return sum(counted(place, period, on).values(), Counter())


def test_a_month_counted_by_hand(march):
    found = counted(march.county, MARCH)
    assert {key: number for key, number in found[march.gt.pk].items() if number} == GT
    assert set(GT) | {"unsatisfied"} == set(MEASURES)
    assert found[march.county.pk] == Counter(activities=1)  # what the county held itself is in its total only


def test_receptions_are_those_of_the_monthly_report(march):
    rows = read_month(place=march.county, month=MONTH[0], on=ON).places
    people = [person for row in rows for person in row.deputies]
    found = total(march.county, MARCH)
    for ours, theirs in (
        ("planned", "planned"), ("due", "due"), ("logged", "logged"), ("not_held", "not_held"), ("missing", "missing"),
        ("logs", "logs"), ("prompt_logs", "prompt"), ("received", "received"), ("received_opinions", "opinions"),
        ("closed", "closed"), ("transferred", "transferred"), ("overdue_opinions", "overdue"),
    ):  # fmt: skip
        assert found[ours] == sum(getattr(row, theirs) for row in rows), ours
    assert found["expected"] == sum(person.expected for person in people)
    assert found["unfiled"] == sum(person.unfiled for person in people)
    assert found["attended"] == sum(person.attended for person in people)
    assert found["on_leave"] == sum(person.presence[status] for person in people for status in ON_LEAVE)
    assert found["absent"] == sum(person.presence[Presence.ABSENT] for person in people)
    assert found["asked"] == found["expected"] - found["on_leave"] - found["unfiled"]  # 到岗率 divides by the same


@pytest.mark.parametrize(
    ("first", "second"),
    [("absent", "present"), ("sick_leave", "absent"), ("absent", "absent"), ("present", "sick_leave"), ("present", "present")],
)
def test_two_logs_a_day_say_one_thing_of_a_deputy(cast, first, second):
    person, colleague = cast.deputies["GT01"][1:3]
    duty(cast.gt01, day(8), person)
    for status in (first, second):
        logged(cast, cast.gt01, day(8), {person: status, colleague: "present"})
    (row,) = [one for place in read_month(place=cast.gt, month=MONTH[0], on=ON).places for one in place.deputies
              if one.code == person.code]  # fmt: skip
    found = total(cast.gt, MARCH)
    assert found["expected"] == row.expected == 1
    assert found["absent"] == row.presence["absent"]
    assert found["on_leave"] == row.presence["sick_leave"]


@pytest.mark.parametrize("seat_ends", [None, day(1), day(8)])
def test_a_deputy_without_a_mandate_is_expected_nowhere(cast, seat_ends):
    person = cast.deputy_person
    for on in (day(1), day(8)):
        duty(cast.gt01, on, person)
    if seat_ends:
        Mandate.objects.filter(deputy=person).update(ended_on=seat_ends - timedelta(days=1))
    rows = [one for place in read_month(place=cast.gt, month=MONTH[0], on=ON).places for one in place.deputies]
    found = total(cast.gt, MARCH)
    assert found["expected"] == found["unfiled"] == sum(one.expected for one in rows)
    assert found["expected"] == {None: 2, day(1): 0, day(8): 1}[seat_ends]


def test_tickets_and_departments_are_those_of_the_tables(march):
    found = count_overview(place=march.county, period=MARCH, on=ON)
    tables = read_figures(Asked(*MONTH, ON, march.county))
    for kind in Kind:
        for line in tables.departments[kind]:
            ours = found["offices"][kind].get(str(line.of.pk), {})
            for key in ("in_hand", "office_answered", "office_on_time", "office_late", "office_overdue"):
                assert ours.get(key, 0) == line.counts[key], (kind, line.name, key)
    assert found["offices"]["opinion"][str(march.jiaotong.pk)]["office_on_time"] == 1
    assert found["categories"] == {"road": 3, "water": 1}


def test_a_week_and_a_year(march):
    week = total(march.gt, Period.around(Span.WEEK, day(4)))  # 2 to 8 March
    assert (week["planned"], week["logged"], week["prompt"], week["received"], week["missing"]) == (2, 1, 0, 2, 1)
    assert (week["received_opinions"], week["closed"], week["activities"]) == (3, 2, 0)
    year = total(march.county, Period.around(Span.YEAR, day(4)))
    assert (year["planned"], year["received"], year["received_opinions"]) == (9, 22, 5)


def test_what_is_postponed_counts_for_its_sunday(march):
    last = Period.around(Span.WEEK, day(29))
    assert total(march.gt, last)["received"] == 7 + 1  # the reception of the 29th, held in April, and the 25th
    assert total(march.gt, Period.around(Span.MONTH, date(2026, 4, 2)))["received"] == 0


def test_a_reception_is_missing_from_its_own_day_on(march):
    period = Period.around(Span.MONTH, date(2026, 4, 5))
    assert total(march.yt, period, date(2026, 4, 4))["missing"] == 0
    assert total(march.yt, period, date(2026, 4, 5))["missing"] == 1


def test_the_last_reception_days(march):
    days = count_overview(place=march.gt, period=MARCH, on=ON)["days"]
    assert days == [["2026-03-01", 9], ["2026-03-08", 2], ["2026-03-15", 0], ["2026-03-29", 7]]


def test_a_branch_and_its_station(march):
    branches = counted(march.gt, MARCH)
    assert branches[march.gt01.pk]["received"] == 7 and branches[march.gt02.pk]["received"] == 12
    assert (branches[march.gt.pk]["activities"], branches[march.gt02.pk]["activities"]) == (1, 1)
    assert total(march.gt, MARCH) == counted(march.county, MARCH)[march.gt.pk]


@pytest.mark.parametrize("place", ["county", "gt"])
def test_every_figure_opens_exactly_its_rows(march, signed_in, monkeypatch, place):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args, **_more: ON)
    client, where = signed_in(march.staff), getattr(march, place)
    found = total(where, MARCH)
    filters = {} if place == "county" else {"station": where.code}
    for key, measure in MEASURES.items():
        shown = rows_behind(client, measure.address(MARCH, filters), sums=measure.sums)
        assert shown == found[key], key
    assert found["overdue"] > 0 and found["unfiled"] > 0 and found["received"] > 0


def test_every_number_of_the_page_opens_as_many_rows(march, signed_in, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args, **_more: ON)
    client = signed_in(march.staff)
    page = client.get(reverse("overview"), {"period": "month", "on": "2026-03-01"})
    tables = [page.context["table"], *page.context["offices"]]
    cells = [cell for table in tables for _owner, row in table.lines for cell in row]
    cells += [cell for table in tables for cell in table.total] + page.context["categories"] + page.context["more"]
    cells += [cell for card in page.context["cards"] for cell in (card.main, *card.details)]
    linked = [cell for cell in cells if cell.href]
    assert len(linked) > 50 and all(cell.href for cell in cells if cell.unit and cell.number)
    for href in {cell.href for cell in linked}:
        cell = next(cell for cell in linked if cell.href == href)
        assert rows_behind(client, href, sums=cell.key == "received") == cell.number, href
    for bar in page.context["bars"]:
        assert rows_behind(client, bar.href, sums=True) == bar.number
    missing = page.context["unlogged"]
    assert rows_behind(client, missing["url"]) == missing["number"] == len(missing["rows"])


def test_counting_costs_the_same_for_one_station_and_for_three(cast):
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            count_overview(place=cast.county, period=MARCH, on=ON)
        return len(caught)

    few = queries()
    build_march(cast)
    open_station(code="DC", name="堤村乡", parent=cast.county, opened_on=OPENED, actor=cast.admin)
    assert queries() == few


@pytest.mark.once
def test_every_figure_that_is_counted_has_its_definition():
    assert set(overview_counting.OPINION_KEYS) <= set(FIGURES)
    assert all(measure.meaning.strip("。)(") and measure.unit for measure in MEASURES.values())


@pytest.mark.once
def test_charts_of_nothing_and_of_much():
    assert upright_bars([]) == [] and lengths([]) == [] and lengths([0, 0]) == [0, 0]
    assert [bar.height for bar in upright_bars([("3/1", 0, ""), ("3/8", 0, "")])] == [0, 0]
    tall = upright_bars([(f"3/{number}", 10**6 * number, "") for number in range(1, 13)])
    assert all(bar.y >= 0 and bar.x + bar.width <= 420 for bar in tall) and tall[-1].is_last
    assert lengths([1, 1000]) == [1.0, 100.0]
