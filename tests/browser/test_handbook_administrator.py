"""The administrator's part of the handbook, done as it says: accounts, postings, second factor, health, gateways."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from julu_liaison.accounts.models import User
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Gateway
from stations.models import Posting
from stations.states import Role
from tests.browser.handbook import take_picture
from tests.cast import PASSWORD
from tests.test_accounts import code_of
from tests.test_gateway_pages import WECOM
from tests.test_health_page import all_ran

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def at_desk(county, page, sign_in, live_server):
    """Open a page by its name, as somebody."""

    def go(user, name, *args):
        sign_in(page, user)
        page.goto(live_server.url + reverse(name, args=args))
        return page

    return go


def chosen(page, account: User, action: str) -> None:
    """Tick an account in the list and say what to do with it."""
    page.locator(f"input.action-select[value='{account.pk}']").check()
    page.select_option("select[name=action]", label=action)


def test_the_own_account_gets_a_second_factor(county, page, log_in_by_form):
    log_in_by_form(page, county.system)
    page.get_by_role("link", name="我的账号").click()
    page.get_by_role("link", name="去打开").click()
    page.fill("#id_begin-password", PASSWORD)
    page.get_by_role("button", name="开始设置").click()
    take_picture(page, "administrator-second-factor.png", of=page.locator("main"))
    page.fill("#id_code", code_of(county.system))
    page.get_by_role("button", name="核对并打开").click()
    assert page.locator(".codes code").count() == 8
    page.get_by_role("link", name="抄好了,继续").click()
    assert TOTPDevice.objects.get().user == county.system


def test_an_account_is_opened_and_its_password_given_once(county, at_desk):
    page = at_desk(county.admin, "admin:index")
    page.locator(".model-user").get_by_role("link", name="账号", exact=True).click()
    page.get_by_role("link", name=re.compile(r"增加\s*账号")).click()
    page.get_by_label("账号:").fill("xiguocheng")
    page.get_by_label("姓名:").fill("马素琴")
    page.get_by_label("岗位:").select_option(label="联络站工作人员")
    page.get_by_label("站点:").select_option(label="阎疃镇人大代表联络站")
    save = page.get_by_role("button", name="保存", exact=True)
    take_picture(page, "administrator-account.png", marked=save)
    save.click()
    said = page.inner_text(".messagelist")
    account = User.objects.get(username="xiguocheng")
    assert account.check_password(re.search("首次密码:([^。]+)。", said)[1]) and account.must_change_password
    assert account.postings.get().station == county.yt


def test_a_forgotten_password_and_a_lost_phone(county, at_desk):
    TOTPDevice.objects.create(user=county.clerk, name="default", confirmed=True)
    page = at_desk(county.system, "admin:accounts_user_changelist")
    chosen(page, county.clerk, "重新设置密码")
    take_picture(page, "administrator-password.png", marked=page.get_by_role("button", name="执行"))
    page.get_by_role("button", name="执行").click()
    assert "首次密码" in page.inner_text(".messagelist")
    county.clerk.refresh_from_db()
    assert county.clerk.must_change_password and not county.clerk.check_password(PASSWORD)
    chosen(page, county.clerk, "取消第二步验证(手机丢了)")
    page.fill("input[name=reason]", "手机丢失,本人到办公室当面说明")
    page.get_by_role("button", name="执行").click()
    assert not TOTPDevice.objects.exists()


def test_somebody_stands_in_for_a_while_and_a_posting_ends(county, at_desk):
    page = at_desk(county.admin, "admin:stations_posting_add")
    mine = county.clerk.postings.get()
    page.get_by_label("账号:").select_option(value=str(county.stranger.pk))
    page.get_by_label("代管的岗位:").select_option(value=str(mine.pk))
    page.get_by_label("开始日期:").fill(today_here().isoformat())
    page.get_by_label("结束日期:").fill(today_here().isoformat())
    save = page.get_by_role("button", name="保存", exact=True)
    take_picture(page, "administrator-handover.png", marked=save)
    save.click()
    handed = Posting.objects.get(stands_in_for=mine)
    assert (handed.user, handed.role, handed.ended_on) == (county.stranger, Role.CLERK, today_here())
    page = at_desk(county.admin, "admin:stations_posting_change", county.other_officer.postings.get().pk)
    page.get_by_label("结束日期:").fill(today_here().isoformat())
    page.get_by_role("button", name="保存", exact=True).click()
    assert county.other_officer.postings.get().ended_on == today_here()


def test_whether_everything_runs(county, at_desk):
    all_ran(timezone.now())
    page = at_desk(county.system, "health")
    take_picture(page, "administrator-health.png")
    page.get_by_role("link", name="再看一次").click()
    assert "定时任务" in page.inner_text("main")


def test_a_working_group_s_robot(county, at_desk):
    page = at_desk(county.admin, "messages")
    page.get_by_role("link", name="发送通道").click()
    if not page.get_by_label("名称").is_visible():
        page.get_by_text("加一个发送通道").click()
    page.get_by_label("站点").select_option(label="官亭镇")
    page.get_by_label("类型").select_option(label="企业微信群机器人")
    page.get_by_label("名称").fill("官亭镇工作群")
    page.get_by_label("地址").first.fill(WECOM)
    form = page.locator("details.card, section.card").filter(has=page.get_by_role("button", name="保存", exact=True)).first
    take_picture(page, "administrator-gateway.png", of=form, marked=form.get_by_role("button", name="保存", exact=True))
    page.get_by_role("button", name="保存", exact=True).click()
    row = Gateway.objects.get()
    assert row.name == "官亭镇工作群" and WECOM not in page.inner_text("main")
    page = at_desk(county.admin, "gateway", row.uid)
    assert page.get_by_role("button", name="发一条试试").is_visible()
