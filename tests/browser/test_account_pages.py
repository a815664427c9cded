"""Login, second factor and account pages in a real browser: on a PC and a phone, in all three modes, without a fault."""

import re

import pytest
from django.conf import settings
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from julu_liaison.accounts.services import issue_token
from tests.cast import PASSWORD
from tests.test_accounts import WECHAT, age_sessions, code_of, forget_used_codes, give_second_factor, log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MODES = ("standard", "large", "dark")
SMALL_TARGETS = """() => [...document.querySelectorAll('main a, main button, main input:not([type=hidden]), main summary')]
  .filter(e => e.offsetParent && !e.closest('p, .errsum') && !e.classList.contains('sr') && e.offsetHeight < 44)
  .map(e => e.outerHTML.slice(0, 80))"""


@pytest.fixture(params=["page", "phone"])
def screen(request):
    """A PC's page, then a phone's."""
    return request.getfixturevalue(request.param)


def look_at(screen, look_over, address, modes=MODES):
    for mode in modes:
        screen.context.add_cookies([{"name": "mode", "value": mode, "url": address}])
        screen.goto(address)
        look_over(screen)
        if screen.viewport_size["width"] < 720:
            assert screen.evaluate(SMALL_TARGETS) == []


def test_account_page(cast, screen, live_server, sign_in, look_over):
    for agent in (WECHAT, ""):
        log_in(HTTP_USER_AGENT=agent, REMOTE_ADDR="2001:db8:1234:5678:9abc:def0:1234:5678")
    issue_token(user=cast.clerk)
    sign_in(screen, cast.clerk)
    age_sessions(minutes=1)
    look_at(screen, look_over, live_server.url + reverse("account"))
    assert screen.locator("text=这一台 >> visible=true").count() >= 1
    screen.get_by_role("button", name=re.compile("退出这一台.*安卓手机")).click()
    assert "安卓手机 上的 微信退出登录了" in screen.inner_text("main")
    screen.get_by_role("button", name="退出其他所有").click()
    assert "别处的2个登录都退出了" in screen.inner_text("main")
    assert screen.locator("main button").count() == 0


def test_second_factor_from_setting_up_to_signing_in_and_off(cast, screen, live_server, look_over, log_in_by_form):
    address = live_server.url
    log_in_by_form(screen, cast.clerk)
    look_at(screen, look_over, address + reverse("second-factor"), ["standard"])
    screen.fill("#id_begin-password", "nope")
    screen.get_by_role("button", name="开始设置").click()
    look_over(screen)
    assert "密码不对" in screen.inner_text("main")
    screen.fill("#id_begin-password", PASSWORD)
    screen.get_by_role("button", name="开始设置").click()
    look_at(screen, look_over, address + reverse("second-factor"))
    square = screen.locator(".qr svg").bounding_box()
    assert square["width"] == square["height"] >= 200
    screen.fill("#id_code", code_of(cast.clerk))
    screen.get_by_role("button", name="核对并打开").click()
    look_over(screen)
    codes = screen.locator(".codes code").all_inner_texts()
    assert len(codes) == 8
    screen.get_by_role("link", name="抄好了,继续").click()

    screen.context.clear_cookies()
    forget_used_codes()
    log_in_by_form(screen, cast.clerk)
    assert screen.url.endswith(reverse("login-code"))
    look_at(screen, look_over, address + reverse("login-code"))
    screen.fill("#id_code", "000000")
    screen.press("#id_code", "Enter")
    screen.wait_for_selector(".errsum")
    look_over(screen)
    screen.fill("#id_code", codes[3])
    screen.press("#id_code", "Enter")
    screen.wait_for_url(re.compile("/station/"))
    assert "还剩7个" in screen.inner_text("main")

    look_at(screen, look_over, address + reverse("second-factor"))
    screen.locator("form[action$='/off/'] input[type=password]").fill("nope")
    screen.get_by_role("button", name="取消第二步验证").click()
    assert "再错4次" in screen.inner_text("main")
    look_over(screen)
    screen.locator("form[action$='/off/'] input[type=password]").fill(PASSWORD)
    screen.get_by_role("button", name="取消第二步验证").click()
    screen.wait_for_url("**" + reverse("account"))
    assert not TOTPDevice.objects.exists()


def test_the_qr_code_holds_the_secret(cast):
    give_second_factor(cast.clerk)
    device = TOTPDevice.objects.get()
    assert f"{TOTP(device.bin_key).token():06d}" == code_of(cast.clerk)
    assert device.config_url.startswith("otpauth://totp/") and "issuer=" in device.config_url


def test_login_page_after_a_session_ran_out(cast, screen, live_server, look_over, log_in_by_form):
    log_in_by_form(screen, cast.clerk)
    age_sessions(minutes=settings.SESSION_IDLE_MINUTES)
    screen.goto(live_server.url + reverse("opinions"))
    assert "登录已过期,您填的内容还在,请重新登录后继续" in screen.inner_text("main")
    look_at(screen, look_over, screen.url)
    screen.fill("input[name=username]", cast.clerk.username)
    screen.fill("input[name=password]", PASSWORD)
    screen.press("input[name=password]", "Enter")
    screen.wait_for_url("**" + reverse("opinions"))


def test_password_page_and_the_locked_page(cast, screen, live_server, look_over, log_in_by_form):
    log_in_by_form(screen, cast.clerk)
    look_at(screen, look_over, live_server.url + reverse("password"))
    for turn in range(5):
        for name, value in (("old", "nope"), ("new", "Another-pass-2026"), ("again", "Another-pass-2026")):
            screen.fill(f"input[name={name}]", value)
        screen.get_by_role("button", name="改密码", exact=True).click()
        screen.wait_for_load_state()
        if turn == 0:
            look_over(screen)
    assert "请等一会儿再登录" in screen.inner_text("h1") and re.search(r"\d\d:\d\d", screen.inner_text("main"))
    look_over(screen)
