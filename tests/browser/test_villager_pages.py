"""A villager's way from the village's name to the branch and its buttons: phone and PC, with and without JavaScript."""

from urllib.parse import urlsplit

import pytest

from activities.models import Shift
from activities.services import draft_roster, publish_roster
from activities.states import ShiftState
from julu_liaison.common.working_days import today_here
from tests.browser.conftest import assert_no_sideways_scroll, watched_page
from tests.cast import moment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = {"phone": {"width": 360, "height": 640}, "desk": {"width": 1366, "height": 768}}
FINGER = 44  # pixels, the least height of what is tapped


@pytest.fixture
def on_duty_today(cast):
    """A published roster with a reception of 第一分站 today."""
    roster = draft_roster(station=cast.gt, month=today_here(), actor=cast.clerk, at=moment(today_here())).roster
    publish_roster(roster=roster, actor=cast.clerk, at=moment(today_here()))
    shift = Shift.objects.filter(branch=cast.gt01).order_by("date").last()
    Shift.objects.filter(pk=shift.pk).update(date=today_here(), state=ShiftState.PLANNED)
    return cast


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
@pytest.mark.parametrize("size", SIZES)
def test_from_the_village_to_both_buttons(on_duty_today, chromium, live_server, size, scripts):
    with watched_page(chromium, viewport=SIZES[size], java_script_enabled=scripts) as page:
        hosts = set()
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.goto(live_server.url)
        page.fill("#q", "安家庄")
        page.click("text=查找")
        page.click("main li a")
        assert page.url == f"{live_server.url}/b/GT01/"
        assert "今天" in page.inner_text(".today") and "0319-0000004" in page.inner_text("main")
        for words, path in (("我要反映", "/b/GT01/say/"), ("查办理情况", "/ask/")):
            page.click(f"main >> text={words}")
            assert urlsplit(page.url).path == path
            page.go_back()
        page.click("text=个人信息怎么用")
        assert "个人信息保护法" in page.inner_text("main")
        assert page.context.cookies() == []  # nothing but looking
        assert hosts == {urlsplit(live_server.url).netloc}


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_large_letters_by_one_button_and_back(cast, chromium, live_server, scripts):
    with watched_page(chromium, viewport=SIZES["phone"], java_script_enabled=scripts) as page:
        page.goto(f"{live_server.url}/b/GT01/")
        before = page.locator("h1").bounding_box()["height"]
        page.click("text=大字")
        assert page.url == f"{live_server.url}/b/GT01/" and page.locator("h1").bounding_box()["height"] > before
        assert [cookie["name"] for cookie in page.context.cookies()] == ["mode"]
        page.goto(live_server.url)
        assert page.locator("html.large").count() == 1
        page.click("text=标准字")
        assert page.locator("html.large").count() == 0


@pytest.mark.parametrize("look", ["standard", "large"])
@pytest.mark.parametrize("size", SIZES)
def test_pages_are_without_a_fault_in_both_sizes(on_duty_today, chromium, live_server, look_over, size, look):
    with watched_page(chromium, viewport=SIZES[size]) as page:
        page.context.add_cookies([{"name": "mode", "value": look, "url": live_server.url}])
        for path in ("/", "/?q=第一", "/?q=没有", "/b/GT01/", "/b/NONE/", "/privacy/"):
            page.goto(live_server.url + path)
            look_over(page)


def test_everything_is_large_enough_to_be_tapped(on_duty_today, chromium, live_server):
    with watched_page(chromium, viewport=SIZES["phone"], has_touch=True, is_mobile=True) as page:
        for path in ("/?q=官亭", "/b/GT01/"):
            page.goto(live_server.url + path)
            boxes = [
                one.bounding_box() for one in page.query_selector_all("a, button, summary, input:not([type=hidden])")
            ]
            assert boxes and min(box["height"] for box in boxes) >= FINGER
            assert_no_sideways_scroll(page)


def test_townships_open_without_javascript(cast, chromium, live_server):
    with watched_page(chromium, viewport=SIZES["phone"], java_script_enabled=False) as page:
        page.goto(live_server.url)
        assert not page.is_visible("text=第二分站")
        page.click("summary:has-text('官亭镇')")
        page.click("text=第二分站")
        assert page.url == f"{live_server.url}/b/GT02/"
