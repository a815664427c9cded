"""Pure rules: the calendar, the score's arithmetic."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deputies.rules import levels_label, name_initials, name_stroke_key, strokes_of, township_word
from julu_liaison.common.texts import plain_number
from julu_liaison.common.working_days import Calendar, sundays_of
from opinions.rules import due_day
from opinions.states import Unit
from scoring.rules import total_score

pytestmark = pytest.mark.once

SPRING_FESTIVAL = Calendar({date(2026, 2, day): "holiday" for day in range(15, 24)} | {date(2026, 2, 28): "workday"})
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
points = st.decimals(-50, 50, places=1)


def test_holiday_sunday_is_held_on_the_first_later_day_that_is_no_sunday():
    assert SPRING_FESTIVAL.reception_day(date(2026, 2, 15)) == date(2026, 2, 24)
    assert SPRING_FESTIVAL.reception_day(date(2026, 2, 22)) == date(2026, 2, 24)
    assert SPRING_FESTIVAL.reception_day(date(2026, 3, 1)) == date(2026, 3, 1)


def test_holiday_ending_on_saturday_does_not_postpone_to_the_next_sunday():
    calendar = Calendar({date(2026, 5, 3): "holiday"} | {date(2026, 5, day): "holiday" for day in range(4, 10)})
    assert calendar.reception_day(date(2026, 5, 3)) == date(2026, 5, 11)


def test_working_days_skip_the_holiday_and_count_the_make_up_saturday():
    assert SPRING_FESTIVAL.add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 24)
    assert SPRING_FESTIVAL.add_working_days(date(2026, 2, 13), 5) == date(2026, 2, 28)


@given(start=days, amount=st.integers(1, 60))
def test_working_days_add_up(start, amount):
    calendar = Calendar({})
    end = calendar.add_working_days(start, amount)
    between = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert sum(day.weekday() < 5 for day in between) == amount
    assert end.weekday() < 5


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 3, 15), 6, date(2026, 9, 15)),
    ],
)
def test_months_are_calendar_months(start, months, end):
    assert due_day(start=start, amount=months, unit=Unit.MONTH, calendar=Calendar({})) == end


@given(day=days)
def test_sundays_of_a_month(day):
    found = sundays_of(day)
    assert len(found) in (4, 5)
    assert all(sunday.weekday() == 6 and sunday.month == day.month for sunday in found)


@given(deductions=st.lists(points.map(lambda p: -abs(p))), bonus=st.lists(points.map(abs)))
def test_score_never_falls_below_the_bonus(deductions, bonus):
    total = total_score(Decimal(60), sum(deductions, Decimal(0)), sum(bonus, Decimal(0)))
    assert total == max(Decimal(0), 60 + sum(deductions)) + sum(bonus)
    assert total >= sum(bonus)


def test_a_reversed_deduction_beyond_the_base_is_worth_nothing():
    assert total_score(Decimal(60), Decimal(-70), Decimal(5)) == 5
    assert total_score(Decimal(60), Decimal(-70) + 2, Decimal(5)) == 5


@pytest.mark.parametrize(
    ("name", "initials"),
    [("曾小燕", "zxy"), ("单国强", "sgq"), ("仇英", "qy"), ("区建华", "ojh"), ("欧阳修文", "oyxw"), ("尉迟恭", "ycg")],
)
def test_initials_know_surnames(name, initials):
    assert name_initials(name) == initials


def test_levels_are_printed_as_the_place_is_called():
    assert levels_label(["county", "township"], "镇") == "县、镇人大代表"
    assert levels_label([], "镇") == ""
    assert levels_label(["county", "township"], township_word("经济开发区")) == "县、乡镇人大代表"
    assert [township_word(place) for place in ("官亭镇", "闫疃乡", "")] == ["镇", "乡", "乡镇"]


@pytest.mark.parametrize(
    ("strokes", "surnames"),
    [
        (2, "丁卜"), (3, "马于万"), (4, "王牛邓"), (5, "冯田石"), (6, "刘孙朱许邢那阮"), (7, "李张陈陆邱邹邵苏连迟芦杨"),
        (8, "周欧郑范苗郁庞"), (9, "赵郝荀郗"), (10, "郭陶莫贾"), (11, "黄萧逯隋隗梁"), (12, "董蒋葛曾"), (13, "褚"),
        (14, "蔡裴谭"), (16, "薛霍"), (17, "魏戴"),
    ],
)  # fmt: skip
def test_strokes_as_written_on_the_mainland(strokes, surnames):
    assert {char: strokes_of(char) for char in surnames} == dict.fromkeys(surnames, strokes)


def test_official_order_goes_by_strokes_character_by_character():
    names = ["魏一", "陈二", "丁三", "周四", "陈一", "丁一二", "丁一", "〇"]
    assert sorted(names[:-1], key=name_stroke_key) == ["丁一", "丁一二", "丁三", "陈一", "陈二", "周四", "魏一"]
    assert all(len(name_stroke_key(name * 40)) <= 200 for name in names)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("2026", 2026), (" ２０２６ ", 2026), ("0", 0), ("", None), ("-1", None), ("1.5", None), ("二〇", None), ("٣", None),
     ("12345", None), ("9" * 5000, None)],
)  # fmt: skip
def test_a_whole_number_has_at_most_so_many_digits(typed, number):
    assert plain_number(typed, digits=4) == number
