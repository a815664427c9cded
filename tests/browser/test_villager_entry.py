"""A villager's whole way at 360×640, with scripts and without: say it, photograph the code, ask, hear, say 没有解决 once."""

import io
import os
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image

from activities.states import Category
from opinions.models import HopFile, Opinion
from opinions.services import move_opinion
from opinions.states import State
from tests.browser.conftest import watched_page
from tests.entries import NAME, PHONE, WORDS, entry, photo

pytestmark = pytest.mark.usefixtures("media")
SHOTS = os.environ.get("ENTRY_SHOTS")


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def villager(request, chromium, live_server):
    """A villager's phone; axe needs scripts of its own, so only the phone that runs them is looked over."""
    size = {"width": 360, "height": 640}
    with watched_page(
        chromium, viewport=size, has_touch=True, is_mobile=True, java_script_enabled=request.param
    ) as page:
        page.runs_scripts = request.param
        yield page


@pytest.fixture
def looked_over(look_over):
    def check(page, name):
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
        if page.runs_scripts:
            look_over(page)

    return check


def made(ticket, move, actor, **facts):
    move_opinion(opinion=ticket, move=move, actor=actor, at=timezone.now(), **facts)
    ticket.refresh_from_db()


def test_a_villagers_whole_way(cast, client, villager, live_server, tmp_path, looked_over):
    (tmp_path / f"{NAME}.jpg").write_bytes(photo((2000, 1500)))
    villager.goto(f"{live_server.url}/b/GT01/")
    villager.click("text=我要反映")
    looked_over(villager, "say")
    villager.click("text=提交")
    assert villager.locator("#text:invalid").count() == 1 and "/say/" in villager.url  # the browser says it itself
    villager.fill("#text", " ")
    villager.click("text=提交")
    assert "请写清反映的是什么事" in villager.inner_text("[role=alert]")
    looked_over(villager, "say-refused")
    villager.fill("#text", WORDS)
    villager.fill("#village", "安家庄村")
    villager.fill("#name", NAME)
    villager.set_input_files("#photos", [tmp_path / f"{NAME}.jpg"])
    villager.fill("#phone", PHONE[:-1])
    villager.click("text=提交")
    assert villager.locator("#phone:invalid").count() == 1  # nothing was sent, and the photo is still chosen
    villager.fill("#phone", PHONE)
    villager.check("[name=confidential]")
    villager.click("text=提交")
    villager.wait_for_selector(".code")
    looked_over(villager, "said")
    code = villager.inner_text(".code")
    assert not any(part in villager.url for part in code.split("-"))
    villager.reload()
    assert villager.inner_text(".code") == code and Opinion.objects.count() == 1
    box = villager.locator(".code").bounding_box()
    assert box["y"] + box["height"] < 640 and box["x"] >= 0 and box["x"] + box["width"] <= 360

    villager.goto(f"{live_server.url}/b/GT01/")
    villager.click("text=查办理情况")
    looked_over(villager, "ask")
    villager.fill("#code", "abcd efgh")
    villager.click("text=查一查")
    assert "没有查到" in villager.inner_text("[role=alert]") and villager.input_value("#code") == "abcd efgh"
    villager.fill("#code", code.lower().replace("-", " "))
    villager.click("text=查一查")
    assert "联络站正在核对" in villager.inner_text("main")
    looked_over(villager, "progress")

    ticket = Opinion.objects.get()
    made(ticket, "accept", cast.clerk, category=Category.ROAD)
    made(ticket, "solve", cast.head, note="已经把塌陷的路面填平,恢复通行。")
    made(ticket, "tell", cast.head)
    villager.reload()
    villager.click("summary:has-text('不满意')")
    villager.fill("textarea", "又塌了")
    villager.click("button:has-text('不满意')")
    villager.wait_for_selector("text=正在重新办理")
    ticket.refresh_from_db()
    assert ticket.state == State.REWORKING
    made(ticket, "solve", cast.head, note="重新垫了路基,压实了,恢复通行。")
    made(ticket, "tell", cast.head)
    villager.reload()
    villager.click("button:has-text('基本满意')")
    villager.click("summary:has-text('没有解决')")
    villager.fill("textarea", "还是塌")
    villager.click("button:has-text('没有解决')")
    villager.wait_for_selector("text=正在重新办理")
    ticket.refresh_from_db()
    assert ticket.reopened and villager.locator("summary:has-text('没有解决')").count() == 0

    client.force_login(cast.clerk, backend="django.contrib.auth.backends.ModelBackend")
    address = f"{live_server.url}/opinions/{ticket.uid}/files/{HopFile.objects.get().uid}/"
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    content = urlopen(Request(address, headers={"Cookie": cookie})).read()  # noqa: S310 - the test's own server
    with Image.open(io.BytesIO(content)) as kept:
        assert not kept.getexif() and max(kept.size) == 1600
    assert b"Secret" not in content


def test_sent_twice_by_two_clicks_it_is_one(cast, villager, live_server):
    villager.goto(f"{live_server.url}/b/GT01/say/")
    villager.fill("#text", WORDS)
    villager.dblclick("text=提交")
    villager.wait_for_selector(".code")
    assert Opinion.objects.count() == 1


def test_the_honeypot_is_out_of_sight_and_out_of_the_way(cast, villager, live_server):
    villager.goto(f"{live_server.url}/b/GT01/say/")
    box = villager.locator("#website").bounding_box()
    assert box["x"] + box["width"] < 0
    villager.focus("[name=confidential]")
    villager.keyboard.press("Tab")
    assert villager.locator("button:focus").inner_text() == "提交"


def test_in_large_letters_nothing_is_cut_off(cast, villager, live_server, looked_over):
    villager.context.add_cookies([{"name": "mode", "value": "large", "url": live_server.url}])
    villager.goto(f"{live_server.url}/b/GT01/say/")
    looked_over(villager, "say-large")
    villager.fill("#text", WORDS)
    villager.click("text=提交")
    looked_over(villager, "said-large")
    boxes = [villager.locator(".code span").nth(place).bounding_box() for place in range(3)]
    assert all(box["x"] + box["width"] <= 360 for box in boxes)
    assert boxes[0]["y"] < boxes[1]["y"] < boxes[2]["y"] and boxes[0]["height"] > 60  # large, a group a line


def test_the_clerk_checks_it_on_the_ticket_page(cast, page, live_server, sign_in, look_over):
    ticket, _code = entry(cast, at=timezone.now(), name=NAME, phone=PHONE, photos=[photo((800, 600))] * 2)
    sign_in(page, cast.clerk)
    page.goto(f"{live_server.url}/station/")
    page.click("text=群众网上反映待核对")
    page.click(f"text={WORDS}")
    picture = page.locator(".t-photos img").first
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("async image => { await image.decode(); return image.naturalWidth; }") == 800
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/clerk.png", full_page=True)
    look_over(page)
    page.select_option("#accept_category", "water")
    page.click("#accept button")
    page.wait_for_selector("text=分站办理")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.category) == (State.AT_BRANCH, Category.WATER)
