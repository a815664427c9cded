"""The working calendar: seeded years, a warning for a missing one, and what a change means for published receptions."""

from datetime import date

import pytest
from django.urls import reverse

from activities.models import Shift
from activities.services import draft_roster, publish_roster
from julu_liaison.common.errors import DomainError
from julu_liaison.common.holidays import (
    drop_calendar_days,
    known_years,
    load_holidays,
    missing_years,
    put_calendar_days,
    sentences_of,
)
from julu_liaison.common.models import AuditLog, CalendarDay
from julu_liaison.common.working_days import Calendar
from julu_liaison.notices.models import Notice
from tests.cast import moment

pytestmark = pytest.mark.django_db
HOLIDAY, WORKDAY = CalendarDay.Kind.HOLIDAY, CalendarDay.Kind.WORKDAY
NEW_YEAR = date(2027, 1, 1)
AT = moment(date(2026, 11, 25))


def put(cast, start, end=None, *, kind=HOLIDAY, name="元旦"):
    return put_calendar_days(kind=kind, name=name, start=start, end=end or start, actor=cast.staff, at=AT)


def test_a_known_year_is_loaded_whole_and_corrections_stay(cast):
    put(cast, date(2026, 10, 9), name="校庆")
    load_holidays(first_year=2026, actor=cast.staff)
    assert CalendarDay.objects.get(date=date(2026, 10, 1)).kind == HOLIDAY
    assert CalendarDay.objects.get(date=date(2026, 10, 9)).name == "校庆"
    assert 2026 in known_years()


@pytest.mark.parametrize(
    ("today", "missing"),
    [(date(2026, 10, 31), []), (date(2026, 11, 1), [2027]), (date(2027, 3, 1), [2027]), (date(2026, 2, 1), [])],
)
def test_a_missing_year_is_named_once_it_is_announced(cast, today, missing):
    load_holidays(first_year=2026, actor=cast.staff)
    assert missing_years(today) == missing


def test_a_period_is_put_and_taken_back(cast):
    put(cast, NEW_YEAR, date(2027, 1, 3))
    put(cast, date(2027, 1, 2), kind=WORKDAY, name="调休")  # a Saturday
    calendar = Calendar.load(NEW_YEAR, date(2027, 1, 5))
    assert [calendar.is_working(date(2027, 1, day)) for day in (1, 2, 3, 4)] == [False, True, False, True]
    drop_calendar_days(start=NEW_YEAR, end=date(2027, 1, 3), actor=cast.staff, at=AT)
    assert not CalendarDay.objects.filter(date__year=2027).exists()
    assert CalendarDay.history.filter(history_type="-", history_user=cast.staff).count() == 3
    assert AuditLog.objects.filter(action="drop_calendar_days", detail__dropped=3).exists()


@pytest.mark.parametrize(
    ("kind", "start", "end", "field"),
    [
        (HOLIDAY, date(2027, 1, 3), date(2027, 1, 1), "end"),
        (HOLIDAY, date(2027, 1, 1), date(2027, 2, 1), "end"),
        (HOLIDAY, date(1, 1, 1), date(1, 1, 1), "start"),
        (HOLIDAY, date(9999, 12, 31), date(9999, 12, 31), "start"),
        (WORKDAY, date(2027, 1, 4), date(2027, 1, 4), "start"),  # a Monday is worked anyway
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(cast, kind, start, end, field):
    with pytest.raises(DomainError) as refused:
        put(cast, start, end, kind=kind)
    assert field in refused.value.fields


def test_a_new_holiday_tells_the_station_which_published_day_to_move(cast):
    drafted = draft_roster(station=cast.gt, month=date(2027, 1, 1), actor=cast.clerk, at=AT)
    publish_roster(roster=drafted[0], actor=cast.clerk, at=AT)
    Notice.objects.all().delete()
    told = put(cast, NEW_YEAR, date(2027, 1, 3))
    assert sentences_of(told) == ["节假日有变动,官亭镇已公布的接待日应1月3日改到1月4日,请到“排班”里改期。"]
    assert Notice.objects.get().user == cast.clerk
    assert Shift.objects.filter(date=date(2027, 1, 3)).count() == 2  # a published day stays until the station moves it


def test_a_draft_is_nobodys_promise(cast):
    draft_roster(station=cast.gt, month=date(2027, 1, 1), actor=cast.clerk, at=AT)
    assert sentences_of(put(cast, NEW_YEAR, date(2027, 1, 3))) == []


def test_the_page_shows_a_year_and_takes_what_is_typed(cast, signed_in):
    client = signed_in(cast.staff)
    page = client.get(reverse("calendar") + "?year=2027").content.decode()
    assert "这一年还没有录入" in page and "2027年节假日" in page
    facts = {"kind": "holiday", "name": "元旦", "start": "2027-01-01", "end": "2027-01-03"}
    answer = client.post(reverse("calendar") + "?year=2027", facts, follow=True)
    assert "1月1日 星期五 至 1月3日 星期日" in answer.content.decode()
    bad = client.post(reverse("calendar"), facts | {"end": "2026-12-01"})
    assert bad.status_code == 400 and 'value="元旦"' in bad.content.decode()
    client.post(reverse("calendar-drop"), {"start": "2027-01-01", "end": "2027-01-03"})
    assert not CalendarDay.objects.exists()


def test_a_known_year_is_one_click(cast, signed_in):
    client = signed_in(cast.staff)
    assert "录入国务院已公布的2026年安排" in client.get(reverse("calendar") + "?year=2026").content.decode()
    client.post(reverse("calendar-load"), {"year": "2026"})
    assert CalendarDay.objects.filter(date=date(2026, 10, 1)).exists()


def test_auditors_look_and_clerks_do_not(cast, signed_in):
    page = signed_in(cast.auditor).get(reverse("calendar"))
    assert page.status_code == 200 and "照通知录入" not in page.content.decode()
    assert signed_in(cast.auditor).post(reverse("calendar"), {}).status_code == 403
    assert signed_in(cast.clerk).get(reverse("calendar")).status_code == 403


def test_a_whole_calendar_is_not_dropped_at_once(cast, signed_in):
    load_holidays(first_year=2026, actor=cast.staff)
    had = CalendarDay.objects.count()
    answer = signed_in(cast.staff).post(reverse("calendar-drop"), {"start": "2004-01-01", "end": "2099-12-31"})
    assert answer.status_code == 400 and CalendarDay.objects.count() == had


@pytest.mark.parametrize("year", ["1949", "x", "²026", "9" * 5000])
def test_an_odd_year_is_not_found(cast, signed_in, year):
    assert signed_in(cast.staff).get(reverse("calendar"), {"year": year}).status_code == 404
