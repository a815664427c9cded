"""Handling a month by hand: one person instead of another, a whole day moved, where the buttons lead back to."""

import pytest
from django.urls import reverse

from activities.models import RosterChange, Shift
from activities.services.rosters import cancel_day
from activities.states import ShiftState
from activities.views.rosters.desks import following
from julu_liaison.common.models import CalendarDay
from julu_liaison.common.working_days import today_here
from tests.cast import moment
from tests.duties import coming, duty, on_duty

TODAY, DAY, NEXT = today_here(), coming(), coming(2)
AT = moment(TODAY)
LATER = coming(3)


@pytest.fixture
def page(cast, signed_in):
    return signed_in(cast.clerk)


@pytest.fixture
def full(cast) -> Shift:
    """赵站长, 李代表 and 陈卫; 周春生 is free."""
    shift = duty(cast.gt01, DAY, *cast.deputies["GT01"][:3])
    Shift.objects.filter(pk=shift.pk).update(seats=3)
    return shift


def day_page(shift) -> str:
    return reverse("roster-day", args=[shift.pk])


def test_one_instead_of_another_in_one_step(cast, page, full):
    _head, _deputy, silent, free = cast.deputies["GT01"]
    facts = {"exchange": free.code, "off": silent.code, "reason": "陈卫出差"}
    answer = page.post(day_page(full), facts, follow=True)
    assert "周春生换下了陈卫。" in answer.text and "没有账号,请打电话告诉他们" in answer.text
    assert on_duty(full) == {"赵站长", "李代表", "周春生"}
    assert set(RosterChange.objects.values_list("reason", flat=True)) == {"陈卫出差"}


def test_an_exchange_that_is_refused_changes_nothing(cast, page, full):
    free, silent = cast.deputies["GT01"][3], cast.deputies["GT01"][2]
    nobody = page.post(day_page(full), {"exchange": free.code, "off": "", "reason": "出差"})
    assert nobody.status_code == 400 and "请先选换下谁" in nobody.text and "出差" in nobody.text
    without = page.post(day_page(full), {"exchange": free.code, "off": silent.code, "reason": ""})
    assert without.status_code == 400 and f'value="{silent.code}" selected' in without.text
    stranger = cast.deputies["GT02"][1]
    foreign = page.post(day_page(full), {"exchange": stranger.code, "off": silent.code, "reason": "出差"})
    assert foreign.status_code == 400 and on_duty(full) == {"赵站长", "李代表", "陈卫"}


def test_who_has_no_day_in_the_month_comes_first(cast, page):
    shift = duty(cast.gt01, DAY, cast.head_person)
    if NEXT.month != DAY.month:
        shift.roster.shifts.update(for_sunday=NEXT, date=NEXT)
        shift.refresh_from_db()
        duty(cast.gt01, LATER, cast.deputy_person)
        other = LATER
    else:
        duty(cast.gt01, NEXT, cast.deputy_person)
        other = NEXT
    answer = page.get(day_page(shift))
    if other.month == shift.for_sunday.month:
        assert answer.context["others"][-1].deputy == cast.deputy_person
        assert f"本月已排{other.month}月{other.day}日" in answer.text


def test_all_branches_of_a_day_are_moved_together(cast, page):
    first, second = duty(cast.gt01, DAY, cast.head_person), duty(cast.gt02, DAY, cast.deputies["GT02"][0])
    called_off = duty(cast.gt01, NEXT)
    cancel_day(shifts=[called_off], reason="换届选举", actor=cast.clerk, at=AT)
    month = f"month={DAY:%Y-%m}&station=GT"
    link = f"{reverse('roster-move')}?{month}&day={DAY:%Y-%m-%d}"
    assert link.replace("&", "&amp;") in page.get(f"/station/roster/?{month}").text
    assert "2个分站一起改" in page.get(link).text
    wrong = page.post(link, {"to": "", "reason": "节假日调整"})
    assert wrong.status_code == 400 and "节假日调整" in wrong.text
    answer = page.post(link, {"to": f"{LATER:%Y-%m-%d}", "reason": "节假日调整"}, follow=True)
    assert "2个分站都改到" in answer.text and "通知了1位,1位没有账号,要打电话" in answer.text
    for shift in (first, second):
        shift.refresh_from_db()
        assert (shift.date, shift.for_sunday, shift.state) == (LATER, DAY, ShiftState.PLANNED)
    assert page.get(f"{reverse('roster-move')}?{month}&day={NEXT:%Y-%m-%d}").status_code == 404
    assert page.get(f"{reverse('roster-move')}?{month}&day=x").status_code == 404


def test_moving_starts_from_what_the_calendar_says(cast, page):
    duty(cast.gt01, DAY, cast.head_person)
    CalendarDay.objects.create(date=DAY, kind="holiday", name="节日")
    form = page.get(f"{reverse('roster-move')}?month={DAY:%Y-%m}&station=GT&day={DAY:%Y-%m-%d}").context["form"]
    assert form.initial["to"] > DAY and form.initial["reason"] == "节假日调整"


def test_only_who_plans_moves_a_day(cast, signed_in):
    duty(cast.gt01, DAY, cast.head_person)
    link = f"{reverse('roster-move')}?month={DAY:%Y-%m}&station=GT&day={DAY:%Y-%m-%d}"
    assert signed_in(cast.head).get(link).status_code == 403 and signed_in(cast.auditor).get(link).status_code == 403
    assert signed_in(cast.stranger).get(link).status_code == 404


def test_a_published_month_is_not_to_be_planned_again_for_a_missing_calendar(cast, page, signed_in):
    month = following(TODAY)
    address = f"/station/roster/?month={month:%Y-%m}&station=GT"
    page.post(address, {"act": "draft"})
    asked = page.get(f"{address}&publish=1").text
    assert asked.count("节假日还没有录入") == 1 and "会通知您改期" in asked
    page.post(address, {"act": "publish"})
    text = page.get(address).text
    assert "由县里录入,录入后会通知您改期" in text and "重新排一次" not in text and reverse("calendar") not in text
    assert reverse("calendar") in signed_in(cast.staff).get(address).text


def test_counts_of_this_year_beside_another_years_month(cast, page):
    shift = duty(cast.gt01, coming(60), cast.head_person)
    assert f"{TODAY.year}年没来过" in page.get(day_page(shift)).text
    month = f"month={shift.date:%Y-%m}&station=GT"
    text = page.get(f"/station/roster/?{month}").text
    assert f"{TODAY.year}年没来过" in text and "今年" not in text


def test_the_buttons_for_those_left_over_lead_back_to_them(cast, page):
    month = following(TODAY)
    address = f"/station/roster/?month={month:%Y-%m}&station=GT"
    page.post(address, {"act": "draft"})
    person = cast.deputies["GT02"][1]
    facts = {"act": "other", "deputy": person.code, "form": "visit", "by": month.replace(day=20), "note": ""}
    assert page.post(address, facts).url.endswith("#left")
    assert 'id="left"' in page.get(address).text
