"""The county's part of the handbook, done as it says: what comes in from below is handed on, decided, printed, closed."""

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.models import Exemption, FilingException, FilingLimit, MonthReport
from activities.rules.months import read_month, settled_digest
from activities.services import accept_month, confirm_month
from activities.states import ReportState
from deputies.models import Deputy, Edition, Membership
from julu_liaison.common.models import CalendarDay
from julu_liaison.common.working_days import today_here
from opinions.models import Director, Opinion
from opinions.states import State
from scoring.models import YearClosing
from scoring.services import open_scheme
from scoring.states import AppealState, ClaimState
from tests.browser.handbook import take_picture
from tests.browser.test_handbook_department import BRIDGE, done, handed_over, now_of
from tests.browser.test_month_report_page import month  # noqa: F401 - a fixture
from tests.test_appeals import entry_of, raised
from tests.test_claims import in_state
from tests.test_import_page import GOOD, workbook
from tests.test_scoring import log_of, roster

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OVER = 2024  # a year that is over whenever these tests run


@pytest.fixture
def at_desk(county, page, sign_in, live_server):
    """Open a page of the county's, by its name, as its staff or as its administrator."""

    def go(name, *args, user=None):
        sign_in(page, user or county.staff)
        page.goto(live_server.url + (reverse(name, args=args) if "/" not in name else name))
        return page

    return go


def come_up(cast, text):
    """An opinion that has just come up to the county."""
    ticket = handed_over(cast, text)
    return done(ticket, "return_wrong", cast.officer, note="不属本单位,请重新确定。")


def test_the_day_begins_at_the_console(book_county, page, sign_in, live_server):
    handed_over(book_county)
    come_up(book_county, BRIDGE)
    for year in (today_here().year, today_here().year + 1):
        CalendarDay.objects.create(date=f"{year}-10-01", kind=CalendarDay.Kind.HOLIDAY, name="国庆节")
    sign_in(page, book_county.staff)
    page.goto(live_server.url + reverse("console"))
    take_picture(page, "county-console.png", marked=page.locator(".tiles"))
    page.get_by_role("link", name="意见等转办").click()
    assert BRIDGE[:12] in page.inner_text("main") and page.locator("main tbody tr").count() == 1


def test_one_is_transferred_and_several_at_once(county, at_desk):
    ticket = come_up(county, BRIDGE)
    page = at_desk(ticket.page)
    page.locator("#transfer").get_by_label("承办部门").select_option(label="县交通运输局")
    take_picture(page, "county-transfer.png", marked=page.locator("#transfer"))
    page.get_by_role("button", name="转办").click()
    assert now_of(ticket).state == State.AT_DEPARTMENT and now_of(ticket).department == county.jiaotong
    others = [come_up(county, f"{words}希望维修。") for words in ("村口路灯坏了三盏,", "村北排水沟堵了,")]
    page = at_desk("opinions")
    for other in others:
        page.get_by_label(f"选{other.number}").check()
    page.get_by_role("button", name="批量办理").click()
    transfer = page.locator("form").filter(has=page.get_by_role("button", name="转办2件"))
    transfer.get_by_label("承办部门").select_option(label="县水利局")
    transfer.get_by_role("button", name="转办2件").click()
    assert Opinion.objects.filter(department=county.shuili, state=State.AT_DEPARTMENT).count() == 2


def test_supervised(county, at_desk):
    Director.objects.create(county=county.county, name="祁东升", position="县人大常委会副主任")
    ticket = handed_over(county)
    page = at_desk(ticket.page)
    if page.locator("#others").count():
        page.locator("#others > summary").click()
    page.locator("#supervise summary").click()
    page.get_by_label("督办要求").fill("群众反映集中,请在汛期以前修好。")
    page.get_by_label("督办领导(可以不选)").select_option(index=1)
    page.get_by_role("button", name="列入督办").click()
    assert now_of(ticket).supervision.director.name == "祁东升"
    assert ticket.text[:10] in at_desk("supervised").inner_text("main")


def test_more_time_is_granted(county, at_desk):
    ticket = handed_over(county)
    done(ticket, "request_extension", county.officer, note="要等灌溉结束才能施工。", amount=10)
    page = at_desk("extensions")
    page.locator("input[name=requests]").check()
    grant = page.get_by_role("button", name="同意勾选的", exact=True)
    take_picture(page, "county-extensions.png", marked=grant)
    grant.click()
    assert now_of(ticket).extensions.get().granted is True


def test_late_logs_are_limited_and_allowed(county, at_desk):
    page = at_desk("late-logs")
    page.get_by_label("次月几日截止").fill("5")
    page.get_by_role("button", name="保存期限").click()
    page.get_by_label("地方").select_option(label="官亭镇全部")
    today = today_here()
    for label, day in (("从哪天的日志", today.replace(day=1)), ("到哪天的日志", today), ("可以补到哪天", today)):
        page.get_by_label(label).fill(day.isoformat())
    page.get_by_label("原因").fill("分站停电,按纸质记录补录。")
    grant = page.locator("section").filter(has=page.get_by_role("button", name="批准", exact=True))
    take_picture(page, "county-late-logs.png", of=grant, marked=grant.get_by_role("button"))
    grant.get_by_role("button", name="批准", exact=True).click()
    assert FilingLimit.objects.get().day == 5 and FilingException.objects.get().place == county.gt


def test_consent_is_recorded_and_somebody_is_exempted(county, at_desk):
    person = county.deputies["GT01"][2]
    page = at_desk("deputy", person.code)
    consent = page.locator(".d-consent").first
    consent.get_by_text("登记同意").first.click()
    consent.locator("input[type=date]").fill("2026-03-02")
    consent.locator("input[type=text], input:not([type])").last.fill("签字同意书第12号")
    consent.get_by_role("button", name="登记同意公开").click()
    assert Deputy.objects.get(pk=person.pk).photo_consent_evidence == "签字同意书第12号"
    page = at_desk("exemptions")
    page.get_by_text("批准一次免除").click()
    page.get_by_label("代表").fill(person.name)
    page.get_by_label("免除什么").select_option(label="值班和活动")
    page.get_by_label("从哪天").fill(today_here().isoformat())
    page.get_by_label("原因").fill("长期住院治疗")
    page.get_by_role("button", name="批准", exact=True).click()
    assert Exemption.objects.get().deputy == person


@pytest.mark.usefixtures("media")
def test_a_register_is_looked_at_before_it_is_taken_in(county, at_desk, tmp_path):
    book = tmp_path / "代表名册.xlsx"
    book.write_bytes(workbook(GOOD | {"姓名": "周国强"}))
    page = at_desk("console-import")
    card = page.locator("section[aria-labelledby=deputies]")
    card.locator("input[type=file]").set_input_files(book)
    card.get_by_role("button", name="上传并核对").click()
    confirm = page.get_by_role("button", name="确认导入")
    take_picture(page, "county-import.png", marked=confirm)
    assert not Deputy.objects.filter(name="周国强").exists()
    confirm.click()
    assert Membership.objects.get(deputy__name="周国强").branch == county.gt02


def test_a_claim_is_granted(county, at_desk):
    claim = in_state(county, ClaimState.CHECKED)
    page = at_desk("claim", claim.uid)
    approve = page.get_by_role("button", name="同意加分")
    take_picture(page, "county-claim.png", marked=approve)
    approve.click()
    claim.refresh_from_db()
    assert claim.state == ClaimState.APPROVED and claim.decided_by == county.staff


def test_an_appeal_is_answered_after_a_look_at_the_points(county, at_desk):
    roster(county)
    log_of(county, {county.head_person: "present", county.deputy_person: "absent"})
    appeal = raised(county, entry_of(county))
    page = at_desk("appeal", appeal.uid)
    page.get_by_label("撤销这一笔", exact=True).check()
    page.get_by_label("给代表的答复").fill("核对签到表,当天在分站,撤销。")
    page.get_by_role("button", name="答复", exact=True).click()
    assert "得分会变成" in page.inner_text("main")
    page.get_by_role("button", name="确认答复").click()
    appeal.refresh_from_db()
    assert appeal.state == AppealState.GRANTED


def test_a_year_is_made_public_by_the_administrator(county, at_desk):
    open_scheme(county=county.county, year=OVER, actor=county.admin)
    page = at_desk("point-year", OVER, user=county.admin)
    begin = page.get_by_role("link", name="开始公示")
    take_picture(page, "county-year.png", marked=begin)
    begin.click()
    assert "冻结" in page.inner_text("main") and not YearClosing.objects.exists()
    page.get_by_role("button", name="开始公示").click()
    assert YearClosing.objects.get().published_by == county.admin


@pytest.mark.usefixtures("media")
def test_boards_are_printed_and_hung(county, at_desk):
    page = at_desk("boards")
    page.select_option("#id_size", "A3")
    page.wait_for_url("**size=A3**")
    page.locator("input[value=GT01]").check()
    take_picture(page, "county-boards.png")
    page.get_by_role("button", name="印勾选的").click()
    page.wait_for_url("**/jobs/**")
    page.locator("a[download]").wait_for(timeout=60_000)
    page = at_desk("hanging")
    page.locator("input[name=edition]").check()
    page.fill("#id_by", "王建民")
    page.get_by_role("button", name="登记,勾选的挂好了").click()
    assert Edition.objects.get().hung_by == "王建民"


def test_a_month_is_locked(county, at_desk, month):  # noqa: F811 - the fixture
    at = timezone.now()
    seen = settled_digest(read_month(place=county.gt01, month=month, on=today_here()))
    confirm_month(report=MonthReport.objects.get(place=county.gt01), seen=seen, actor=county.head, at=at)
    for place, clerk in ((county.gt, county.clerk), (county.yt, county.stranger)):
        seen = settled_digest(read_month(place=place, month=month, on=today_here()))
        accept_month(report=MonthReport.objects.get(place=place), seen=seen, actor=clerk, at=at)
    page = at_desk("month-reports")
    page.get_by_role("link", name="锁定全县月报").click()
    lock = page.get_by_role("button", name="锁定全县月报")
    page.evaluate("scrollTo(0, 0)")
    take_picture(page, "county-months.png", marked=lock)
    lock.click()
    assert set(MonthReport.objects.values_list("state", flat=True)) == {ReportState.LOCKED}


def test_a_holiday_is_entered(county, at_desk):
    page = at_desk("calendar")
    year = today_here().year + 2
    page.get_by_label("性质").select_option(label="放假")
    page.get_by_label("名称").fill("元旦")
    page.get_by_label("从哪天").fill(f"{year}-01-01")
    page.get_by_label("到哪天(含当天)").fill(f"{year}-01-03")
    form = page.locator("section").filter(has=page.get_by_role("button", name="保存", exact=True))
    take_picture(page, "county-calendar.png", of=form, marked=form.get_by_role("button"))
    form.get_by_role("button", name="保存", exact=True).click()
    assert CalendarDay.objects.filter(date__year=year).count() == 3


def test_a_branch_is_moved_after_a_look_at_what_comes_of_it(county, at_desk):
    page = at_desk("place", "GT02")
    page.get_by_role("link", name="迁到别的乡镇").click()
    page.get_by_label("迁到哪个乡镇").select_option(label="阎疃镇")
    page.get_by_label("从哪天起").fill(today_here().isoformat())
    page.get_by_role("button", name="看会有什么变化").click()
    county.gt02.refresh_from_db()
    assert "会有这些变化" in page.inner_text("main") and county.gt02.parent == county.gt
    page.get_by_role("button", name="确认迁移").click()
    county.gt02.refresh_from_db()
    assert county.gt02.parent == county.yt


def test_the_auditor_reads_who_did_what_and_finds_no_buttons_elsewhere(county, at_desk):
    ticket = handed_over(county)
    page = at_desk(ticket.page, user=county.auditor)
    assert "现在不用您办" in page.inner_text("main")
    page = at_desk("audit", user=county.auditor)
    page.get_by_label("谁(姓名或账号)").fill("高雅琴")
    page.get_by_role("button", name="查找").click()
    take_picture(page, "county-audit.png", marked=page.locator("main form").first)
    said = page.locator("main tbody tr").all_inner_texts()
    assert said and all("高雅琴" in row for row in said)
    page.locator("main tbody a").first.click()
    assert "做了什么" in page.inner_text("main")


def test_the_summary_as_a_paragraph(county, at_desk):
    page = at_desk("summary")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 Word").click()
    assert download.value.suggested_filename.endswith(".docx")
