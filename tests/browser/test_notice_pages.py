"""Notices, the own choice, what left the house and where it goes out, in a real browser on a PC and a phone."""

import pytest
from django.urls import reverse
from django.utils import timezone

from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Gateway, Message, Subscription
from julu_liaison.notices.services import notify
from julu_liaison.notices.services.subscriptions import change_subscription, mail_token, stop_token
from julu_liaison.notices.states import Kind, MessageState
from tests.browser.test_account_pages import MODES
from tests.cast import moment
from tests.test_message_pages import left

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
TEXT = "您反映的官亭镇第一分站“市场门口路灯坏了三盏”有答复了,请在三个工作日内告诉反映人,并请他评价。"


@pytest.fixture(params=["page", "phone"])
def screen(request):
    """A PC's page, then a phone's."""
    return request.getfixturevalue(request.param)


# A tick is touched by the whole of its label.
SMALL_TARGETS = """() => [...document.querySelectorAll('main')[0].querySelectorAll('a, button, input:not([type=hidden]), summary, .choice')]
  .filter(e => e.offsetParent && !e.closest('p, .errsum') && !e.matches('.choice input') && e.offsetHeight < 44)
  .map(e => e.outerHTML.slice(0, 80))"""


def look_at(screen, look_over, address):
    for mode in MODES:
        screen.context.add_cookies([{"name": "mode", "value": mode, "url": address}])
        screen.goto(address)
        look_over(screen)
        if screen.viewport_size["width"] < 720:
            assert screen.evaluate(SMALL_TARGETS) == []
    screen.context.add_cookies([{"name": "mode", "value": "standard", "url": address}])
    screen.goto(address)


def choose(user, email="clerk@example.cn") -> Subscription:
    return change_subscription(
        user=user, email=email, by_mail=True, sms="needed", pace="at_once", muted=[], at=moment(today_here())
    )


def test_from_the_inbox_to_what_it_is_about_and_to_the_own_choice(cast, screen, live_server, sign_in, look_over):
    at = moment(today_here())
    notify(users=[cast.clerk] * 30, kind=Kind.TICKET, text=TEXT, link=reverse("opinions"), at=at)
    notify(users=[cast.clerk], kind=Kind.DUTY, text="请核对本周日的接待人员。", at=at)
    sign_in(screen, cast.clerk)
    look_at(screen, look_over, live_server.url + reverse("notices"))
    screen.locator(".rows a", has_text="有答复了").first.click()
    screen.wait_for_url("**" + reverse("opinions"))
    assert cast.clerk.notices.filter(read_at=None).count() == 1  # all the others lead to this very page
    screen.goto(live_server.url + reverse("notices"))
    screen.get_by_role("link", name="接待和排班", exact=True).click()
    assert screen.locator(".rows li").count() == 1
    screen.get_by_role("link", name="通知设置").click()
    look_at(screen, look_over, live_server.url + reverse("notice-settings"))
    screen.fill("#id_email", "不是邮箱")
    screen.get_by_text("每天早上汇总成一条").click()
    screen.get_by_role("button", name="保存").click()
    screen.wait_for_selector(".errsum")
    look_over(screen)
    assert screen.input_value("#id_email") == "不是邮箱"
    screen.fill("#id_email", "clerk@example.cn")
    screen.locator("label", has_text="积分").click()
    screen.get_by_role("button", name="保存").click()
    screen.wait_for_selector("text=邮箱还没确认")
    look_over(screen)
    kept = Subscription.objects.get()
    assert (kept.email, kept.pace, kept.muted) == ("clerk@example.cn", "daily", ["points"])


def test_the_links_in_a_mail(cast, screen, live_server, look_over):
    row = choose(cast.clerk)
    screen.goto(live_server.url + reverse("notice-mail-confirm", args=[mail_token(row)]))
    look_over(screen)
    screen.get_by_role("button", name="确认,以后发到这个邮箱").click()
    screen.wait_for_selector("text=邮箱确认好了")
    look_over(screen)
    screen.goto(live_server.url + reverse("notice-stop", args=[stop_token(user=cast.clerk, kind=Kind.POINTS)]))
    look_over(screen)
    screen.get_by_role("button", name="不再发送").click()
    screen.wait_for_selector("text=已经不再发送")
    row.refresh_from_db()
    assert row.email_confirmed_at and row.muted == ["points"]


def test_what_left_the_house_and_once_more(cast, screen, live_server, sign_in, look_over):
    now = timezone.now()
    robot = Gateway.objects.create(
        place_code="GT", kind="wecom", name="官亭镇工作群", address="wecombot://abc", created_at=now
    )
    left(
        place="GT",
        text="本周日上午9:00至11:30,官亭镇第一分站接待。",
        fit=True,
        kind=Kind.DUTY,
        gateway=robot,
        ended_at=now,
    )
    for state in MessageState:
        left(cast.deputy, state=state, ended_at=now if state == MessageState.DELIVERED else None)
    reason = "对方邮箱没有收(550),请本人到通知设置里核对邮箱。"
    failed = left(cast.head, state=MessageState.FAILED, error=reason, ended_at=now, attempts=3)
    sign_in(screen, cast.clerk)
    look_at(screen, look_over, live_server.url + reverse("messages"))
    screen.get_by_role("link", name="没有发出去", exact=True).click()
    assert screen.locator("tbody tr").count() == 2
    screen.locator("tr", has_text="站长账号").get_by_role("button", name="再发一次").click()
    screen.wait_for_selector(".note.success")
    assert screen.locator("tbody tr").count() == 1 and screen.url.endswith("?state=failed")
    assert Message.objects.get(pk=failed.pk).state == MessageState.WAITING


def test_setting_a_gateway_up_and_switching_it_off(cast, screen, live_server, sign_in, look_over):
    sign_in(screen, cast.admin)
    look_at(screen, look_over, live_server.url + reverse("gateways"))
    screen.select_option("#id_place", "GT")
    screen.fill("#id_name", "官亭镇工作群")
    screen.fill("#id_address", "https://elsewhere.example/")
    screen.get_by_role("button", name="保存").click()
    screen.wait_for_selector(".errsum")
    look_over(screen)
    screen.fill("#id_address", WECOM)
    screen.get_by_role("button", name="保存").click()
    screen.wait_for_selector("text=发一条试试")
    look_at(screen, look_over, screen.url)
    assert "7xxx" not in screen.evaluate("JSON.stringify(localStorage)") + screen.content()
    screen.locator("label", has_text="启用").click()
    screen.get_by_role("button", name="保存").click()
    screen.wait_for_selector(".note.success")
    assert not Gateway.objects.get().is_active and not screen.get_by_role("button", name="发一条试试").count()
    screen.goto(live_server.url + reverse("gateways"))
    look_over(screen)
