"""Due days: the arithmetic proven, and shown day by day."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.template import Context, Template
from hypothesis import given, settings
from hypothesis import strategies as st

from julu_liaison.common.models import CalendarDay
from julu_liaison.common.templatetags import liaison
from julu_liaison.common.working_days import Calendar
from opinions.rules.terms import (
    alert_days,
    count_days,
    count_months,
    due_day,
    is_paused,
    level_on,
    moved_words,
    next_alert,
)
from opinions.states import Alert, Unit

HOLIDAY, WORKDAY = CalendarDay.Kind.HOLIDAY, CalendarDay.Kind.WORKDAY
# 国庆节 of 2026: 1 to 7 October, Sunday 20 September and Saturday 10 October are worked.
AUTUMN = Calendar(
    {date(2026, 10, day): HOLIDAY for day in range(1, 8)} | {date(2026, 9, 20): WORKDAY, date(2026, 10, 10): WORKDAY}
)
PLAIN = Calendar({})
NAMES = dict.fromkeys((date(2026, 10, day) for day in range(1, 8)), "国庆节")


def due(start, amount, *pauses, unit=Unit.WORKING_DAY, calendar=AUTUMN):
    return due_day(start=start, amount=amount, unit=unit, calendar=calendar, pauses=pauses)


@pytest.mark.parametrize(
    ("start", "amount", "pauses", "end"),
    [
        (date(2026, 9, 29), 5, (), date(2026, 10, 12)),  # 30 Sept, 8, 9, 10 Oct (Saturday, worked), 12 Oct
        (date(2026, 9, 18), 1, (), date(2026, 9, 20)),  # the Sunday after is worked
        (date(2026, 9, 30), 1, (), date(2026, 10, 8)),
        (date(2026, 3, 2), 5, (), date(2026, 3, 9)),
        (date(2026, 3, 2), 5, ((date(2026, 3, 4), date(2026, 3, 4)),), date(2026, 3, 9)),  # asked and answered in a day
        (date(2026, 3, 2), 5, ((date(2026, 3, 2), date(2026, 3, 3)),), date(2026, 3, 10)),  # asked on the first day
        (date(2026, 3, 2), 5, ((date(2026, 3, 6), date(2026, 3, 8)),), date(2026, 3, 9)),  # over a weekend: costs nothing
        (date(2026, 9, 29), 5, ((date(2026, 9, 30), date(2026, 10, 8)),), date(2026, 10, 13)),  # over the holiday: a day
        (date(2026, 3, 2), 5, ((date(2026, 3, 3), date(2026, 3, 4)), (date(2026, 3, 5), date(2026, 3, 9))), date(2026, 3, 12)),
        (date(2026, 3, 2), 5, ((date(2026, 3, 9), date(2026, 3, 20)),), date(2026, 3, 9)),  # begun on the due day
    ],
)  # fmt: skip
def test_working_days(start, amount, pauses, end):
    assert due(start, amount, *pauses) == end


@pytest.mark.parametrize(
    ("start", "months", "pauses", "end"),
    [
        (date(2026, 1, 31), 1, (), date(2026, 2, 28)),
        (date(2028, 1, 31), 1, (), date(2028, 2, 29)),
        (date(2026, 1, 31), 3, (), date(2026, 4, 30)),
        (date(2026, 11, 30), 3, (), date(2027, 2, 28)),
        (date(2026, 3, 2), 6, (), date(2026, 9, 2)),  # 3 months and an extension by 3
        (date(2026, 3, 2), 1, ((date(2026, 3, 10), date(2026, 3, 15)),), date(2026, 4, 7)),
        (date(2026, 3, 2), 1, ((date(2026, 4, 2), date(2026, 5, 2)),), date(2026, 4, 2)),  # it was over before
        (date(2026, 3, 2), 1, ((date(2026, 3, 31), date(2026, 4, 3)), (date(2026, 4, 4), date(2026, 4, 6))), date(2026, 4, 7)),
    ],
)  # fmt: skip
def test_months(start, months, pauses, end):
    assert due(start, months, *pauses, unit=Unit.MONTH) == end


days = st.dates(date(2026, 8, 1), date(2026, 12, 31))
amounts = st.integers(1, 25)
units = st.sampled_from(Unit)


@st.composite
def calendars(draw):
    """Any mixture of holidays and make-up days around the terms."""
    first = date(2026, 8, 1)
    kinds = draw(st.dictionaries(st.integers(0, 160), st.sampled_from([HOLIDAY, WORKDAY]), max_size=40))
    return Calendar({first + timedelta(days=offset): kind for offset, kind in kinds.items()})


@st.composite
def pauses_from(draw, start):
    """Pauses one after the other, as a ticket has them: begun on the start day or later."""
    found, day = [], start
    for wait, length in draw(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), max_size=3)):
        begin = day + timedelta(days=wait)
        day = begin + timedelta(days=length)
        found.append((begin, day))
    return tuple(found)


@settings(max_examples=150, deadline=None)
@given(st.data(), days, amounts, units, calendars())
def test_never_before_the_start_and_monotone(data, start, amount, unit, calendar):
    pauses = data.draw(pauses_from(start))
    end = due(start, amount, *pauses, unit=unit, calendar=calendar)
    assert end > start
    assert due(start, amount + 1, *pauses, unit=unit, calendar=calendar) >= end
    assert due(start, amount, *pauses[:-1], unit=unit, calendar=calendar) <= end
    if pauses:
        *others, (begin, stop) = pauses
        longer = (*others, (begin, stop + timedelta(days=1)))
        assert due(start, amount, *longer, unit=unit, calendar=calendar) >= end


@settings(max_examples=150, deadline=None)
@given(st.data(), days, amounts, calendars())
def test_the_days_shown_are_the_days_counted(data, start, amount, calendar):
    pauses = data.draw(pauses_from(start))
    shown = count_days(start=start, amount=amount, calendar=calendar, names={}, pauses=pauses)
    assert shown[-1].date == due(start, amount, *pauses, calendar=calendar)
    assert all((later.date - day.date).days == 1 for day, later in pairwise(shown))
    assert [day.number for day in shown if day.number] == list(range(1, amount + 1))
    for day in shown[1:]:
        assert bool(day.number) == (calendar.is_working(day.date) and not is_paused(day.date, pauses))
        assert day.number or day.why


@settings(max_examples=100, deadline=None)
@given(st.data(), days, amounts, units, calendars())
def test_warnings_come_in_their_order_and_the_last_step_is_the_due_day(data, start, amount, unit, calendar):
    pauses = data.draw(pauses_from(start))
    warned = alert_days(start=start, amount=amount, unit=unit, calendar=calendar, pauses=pauses)
    order = [warned[level] for level in (Alert.HALF, Alert.NEAR, Alert.DUE, Alert.OVERDUE)]
    assert order == sorted(order) and order[0] > start and order[3] - order[2] == timedelta(days=1)
    for level in Alert:
        following = next_alert(warned, level)
        assert following is None or level_on(warned, following) > level
    if unit == Unit.MONTH:
        assert count_months(start=start, amount=amount, pauses=pauses)[-1].date == warned[Alert.DUE]


def test_80_percent_of_35_is_28_whatever_floating_point_says():
    warned = alert_days(start=date(2026, 3, 2), amount=35, unit=Unit.WORKING_DAY, calendar=PLAIN)
    assert warned[Alert.NEAR] == due(date(2026, 3, 2), 28, calendar=PLAIN)


def test_every_day_says_why_it_does_not_count():
    shown = count_days(
        start=date(2026, 9, 29), amount=5, calendar=AUTUMN, names=NAMES, pauses=[(date(2026, 10, 8), date(2026, 10, 9))]
    )  # fmt: skip
    words = {day.date.day: day.why or day.number for day in shown if day.date.month == 10 or day.date.day > 28}
    assert words[29] == "起算日不计" and words[30] == 1 and words[3] == "国庆节" and words[9] == "暂停"
    assert words[10] == "调休上班" and words[11] == "星期日" and words[12] == 4 and shown[-1].date == date(2026, 10, 13)


def test_a_clock_that_stands_still_is_counted_up_to_today():
    today = date(2026, 3, 6)
    shown = count_days(
        start=date(2026, 3, 2), amount=5, calendar=PLAIN, names={}, pauses=[(date(2026, 3, 4), today)], until=today
    )
    assert (shown[-1].date, max(day.number for day in shown)) == (today, 2)


def test_months_are_told_in_steps():
    steps = count_months(start=date(2026, 1, 31), amount=1, pauses=[(date(2026, 2, 3), date(2026, 2, 6))])
    assert [step.words for step in steps] == [
        "起算日(不计)",
        "满1个月(2月没有31日,算到月底)",
        "2月3日至2月6日暂停,顺延3天",
    ]
    assert steps[-1].date == date(2026, 3, 3)


def test_words_name_the_years_where_they_differ():
    on = date(2026, 3, 2)
    assert moved_words(date(2026, 3, 5), date(2026, 3, 16), on) == "由3月5日改为3月16日"
    assert moved_words(date(2026, 12, 31), date(2027, 1, 4), on) == "由2026年12月31日改为2027年1月4日"
    assert moved_words(date(2027, 1, 4), date(2027, 1, 5), on) == "由2027年1月4日改为2027年1月5日"


def test_pages_name_another_year(monkeypatch):
    monkeypatch.setattr(liaison, "today_here", lambda: date(2026, 11, 25))
    late = datetime(2026, 12, 31, 17, tzinfo=UTC)  # is the new year in the county
    for template, words in (
        ("{{ near|day_label }}", "12月31日 星期四"), ("{{ far|day_label }}", "2027年1月4日 星期一"), ("{{ none|day_label }}", ""),
        ("{{ far|day_in_year }}", "1月4日 星期一"), ("{{ near|short_day }}", "12月31日"), ("{{ late|short_day }}", "2027年1月1日"),
    ):  # fmt: skip
        days = {"near": date(2026, 12, 31), "far": date(2027, 1, 4), "none": None, "late": late}
        assert Template(template).render(Context(days)) == words, template
