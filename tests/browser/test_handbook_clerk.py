"""The clerk's part of the handbook, done as it says."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from activities.models import DutyLog, MonthReport, Roster, Shift
from activities.rules.months import read_month, settled_digest
from activities.services import Matter, SundayRow, confirm_month, file_log, issue_month
from activities.states import Category, Presence, ReportState
from deputies.models import Deputy
from julu_liaison.common.models import AuditLog, CalendarDay
from julu_liaison.common.working_days import sundays_of, today_here
from opinions.models import Opinion
from opinions.services import register_opinion
from opinions.states import State
from tests.browser.conftest import LIGHTS
from tests.browser.handbook import take_picture
from tests.cast import moment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROAD = "安家庄村西的田间路被雨水冲塌一段,收秋时农机进不去。"


@pytest.fixture
def desk(book_county, page, sign_in, live_server):
    """Open a page as the clerk."""

    def go(path):
        sign_in(page, book_county.clerk)
        page.goto(live_server.url + path)
        return page

    return go


@pytest.fixture
def filed(book_county, day) -> DutyLog:
    """The day's log of 第一分站, five people received."""
    people = {member.deputy: Presence.PRESENT for member in book_county.gt01.memberships.all()[:2]}
    row = SundayRow(branch=book_county.gt01, attendance=people, received=5)
    return file_log(row=row, on=day, actor=book_county.clerk, at=timezone.now()).log


def test_the_week_and_the_card_for_the_wall(book_county, desk, day, monkeypatch):
    """As on the Wednesday after a reception day, so that the picture is the same on any day."""
    wednesday = day + timedelta(days=10)
    monkeypatch.setattr("activities.views.home.today_here", lambda _at=None: wednesday)
    page = desk("/station/")
    take_picture(page, "clerk-week.png")
    assert page.locator("#gaps li").first.get_by_text("7个分站").is_visible()
    card = page.get_by_role("link", name="打印一页纸操作卡").get_attribute("href")
    assert page.request.get(f"{page.url.removesuffix('/station/')}{card}").headers["content-type"] == "application/pdf"
    assert AuditLog.objects.get(action="download").target_key == "GT"


def test_a_sunday_filed(book_county, page, sheet, day):
    sheet(page)
    page.get_by_role("button", name="第一分站全部到岗").click()
    page.fill("#GT01-n", "4")
    page.fill("#GT01-o", LIGHTS)
    take_picture(page, "clerk-sheet.png", marked=page.locator("#GT01-o"))
    page.get_by_role("button", name="下一步:核对").click()
    page.wait_for_url("**/check/")
    page.get_by_text("群众姓名、电话、要求保密(可不填)").click()
    page.get_by_label("姓名").fill("何玉梅")
    page.get_by_label("哪个村").fill("安家庄村")
    file = page.get_by_role("button", name="登记", exact=True)
    take_picture(page, "clerk-check.png", marked=file)
    file.click()
    page.wait_for_url("**/done/**")
    assert page.get_by_role("heading", name="登记好了").is_visible()
    log = DutyLog.objects.get()
    assert (log.branch, log.date, log.received, log.opinions.get().text) == (book_county.gt01, day, 4, LIGHTS)


def test_a_day_on_which_nothing_was_held(page, sheet, book_county):
    sheet(page)
    page.get_by_role("button", name="第二分站更多").click()
    page.locator("#GT02-x").check()
    page.fill("#GT02-r", "大雪封路")
    page.get_by_role("button", name="下一步:核对").click()
    page.wait_for_url("**/check/")
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url("**/done/**")
    assert "大雪封路" in page.inner_text("main") and not DutyLog.objects.exists()


def test_corrected_and_voided(desk, filed):
    page = desk(f"/station/logs/{filed.uid}/")
    page.get_by_role("link", name="更正", exact=True).click()
    page.get_by_label("接待人数").fill("6")
    page.get_by_label("漏登的意见").fill(LIGHTS)
    page.get_by_label("为什么更正").fill("登记表看错了一行")
    page.get_by_role("heading", name="接待情况").scroll_into_view_if_needed()
    save = page.get_by_role("button", name="保存更正")
    take_picture(page, "clerk-correct.png", of=page.locator("section[aria-labelledby=what-h]"))
    save.click()
    page.wait_for_url(f"**/{filed.uid}/")
    filed.refresh_from_db()
    assert filed.received == 6 and filed.version == 2 and Opinion.objects.get().text == LIGHTS
    page.get_by_text("日期或分站登记错了?作废后重新登记").click()
    page.get_by_label("原因").fill("登记到了别的日子")
    page.get_by_role("button", name="作废").click()
    filed.refresh_from_db()
    assert filed.state == "void"


def test_the_head_signed_on_paper(desk, filed):
    page = desk("/station/logs/")
    page.locator("tbody input[type=checkbox]").check()
    page.get_by_role("button", name="站长已在纸上签字,记为已确认").click()
    page.wait_for_load_state()
    filed.refresh_from_db()
    assert filed.confirmed_at


def test_an_opinion_reported_and_the_villager_told(book_county, desk):
    matter = Matter(ROAD, Category.ROAD, deputy=book_county.deputy_person, villager_name="何玉梅")
    ticket = register_opinion(branch=book_county.gt01, matter=matter, actor=book_county.clerk, at=timezone.now())
    page = desk(ticket.page)
    page.fill("#solve_note", "村里已经用碎石把塌的一段垫平,农机能过了。")
    take_picture(page, "clerk-opinion.png", marked=page.locator("#solve"))
    page.locator("#solve").get_by_role("button", name="本级解决").click()
    assert Opinion.objects.get().state == State.REPLIED
    page.locator("#tell").get_by_role("button", name="告知结果").click()
    assert Opinion.objects.get().state == State.TOLD


@pytest.fixture
def coming_month(book_county) -> date:
    """A month to come with four Sundays and no holiday, so that the table is as wide as on any other day."""
    month = (today_here().replace(day=1) + timedelta(days=40)).replace(day=1)
    while len(sundays_of(month)) != 4:
        month = (month + timedelta(days=32)).replace(day=1)
    saturday = sundays_of(month)[0] - timedelta(days=1)
    CalendarDay.objects.create(date=saturday, kind=CalendarDay.Kind.WORKDAY, name="调休上班")  # the year's days are known
    return month


def test_a_month_s_roster_arranged_and_published(book_county, desk, coming_month):
    page = desk(f"/station/roster/?month={coming_month:%Y-%m}")
    page.get_by_role("button", name=f"排{coming_month.month}月的班").click()
    page.wait_for_selector("table a")
    publish = page.get_by_role("link", name="公布", exact=True)
    take_picture(page, "clerk-roster.png", of=page.locator("main"), marked=publish)
    publish.click()
    page.get_by_role("button", name="公布", exact=True).click()
    page.wait_for_load_state()
    assert Roster.objects.get(month=coming_month, station=book_county.gt).state == "published"


def test_leave_told_by_telephone(desk, book_county, coming_month):
    page = desk("/station/leave/")
    page.get_by_role("link", name="替代表登记请假").click()
    page.get_by_label("谁请假").fill("陈卫")
    page.get_by_role("button", name="查找").click()
    page.locator("input[type=radio]").first.check()
    page.get_by_label("从哪天").fill(sundays_of(coming_month)[0].isoformat())
    page.get_by_label("事由").fill("去县医院复查")
    page.get_by_label("病假").check()
    page.get_by_role("button", name="登记请假").click()
    chosen = Deputy.objects.filter(name="陈卫", leaves__state="approved")
    assert chosen.count() == 1


def with_every_log(cast, day):
    """The month as it ought to be: its one reception filed by every branch on the same evening."""
    Shift.objects.filter(station=cast.gt).exclude(date=day).delete()
    for number, shift in enumerate(Shift.objects.filter(station=cast.gt), start=2):
        people = {place.deputy: Presence.PRESENT for place in shift.places.all()}
        row = SundayRow(branch=shift.branch, attendance=people, received=number)
        file_log(row=row, on=day, actor=cast.clerk, at=moment(day, 17))


def test_last_month_s_report_handed_in(book_county, desk, day):
    at = timezone.now()
    with_every_log(book_county, day)
    issue_month(county=book_county.county, month=day, at=at)
    reports = MonthReport.objects.filter(station=book_county.gt).exclude(branch=None)
    for report in reports.exclude(place=book_county.gt01):
        live = read_month(place=report.place, month=day, on=today_here())
        confirm_month(report=report, seen=settled_digest(live), actor=book_county.clerk, at=at)
    page = desk(f"/month-reports/?month={day:%Y-%m}")
    page.get_by_role("button", name="站长纸上签字,代记").click()
    accept = page.get_by_role("button", name="审核无误,报县里")
    take_picture(page, "clerk-month.png", marked=accept)
    accept.click()
    page.wait_for_load_state()
    assert MonthReport.objects.get(station=book_county.gt, branch=None).state == ReportState.ACCEPTED


def test_filled_in_without_the_network(page, sheet, book_county):
    sheet(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="第一分站全部到岗").click()
    page.fill("#GT01-n", "2")
    assert page.locator("#offline").get_by_text("网络断开了").is_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="下一步:核对").click()
    page.wait_for_url("**/check/")
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url("**/done/**")
    assert DutyLog.objects.get().received == 2
