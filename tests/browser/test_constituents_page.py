"""A deputy's constituents on a small phone, and the chain page, in a real browser."""

from datetime import timedelta

import pytest

from deputies.models import Constituent, Contact
from deputies.services import add_constituent, record_contact
from deputies.states import ContactForm
from julu_liaison.common.working_days import today_here
from tests.cast import moment

MODES = ["standard", "large", "dark"]


@pytest.fixture
def acquainted(cast):
    """Everybody of 官亭镇 knows a few voters; some of them were in touch."""
    start = today_here() - timedelta(days=200)
    for deputy in (*cast.deputies["GT01"], *cast.deputies["GT02"]):
        for number, name in enumerate(("郑冬梅", "吴大海", "欧阳春兰")):
            row = add_constituent(
                deputy=deputy, name=name, phone=f"1990000700{number}", village=cast.village, note="种植大户",
                started_on=start, actor=cast.clerk,
            )  # fmt: skip
            if number:
                day = today_here() - timedelta(days=12 * number)
                record_contact(
                    constituent=row, date=day, form=ContactForm.ONLINE, note="问了今年的收成和灌溉", actor=cast.clerk,
                    at=moment(today_here()),
                )  # fmt: skip
    return cast


def test_a_contact_in_two_taps(acquainted, sign_in, phone, live_server, look_over):
    sign_in(phone, acquainted.deputy)
    phone.goto(f"{live_server.url}/me/constituents/")
    look_over(phone)
    phone.tap("summary:has-text('记一次联系') >> nth=0")
    look_over(phone)
    button = phone.locator("button:has-text('上门走访') >> nth=0")
    assert button.is_visible()
    with phone.expect_navigation():
        button.tap()
    assert "记下了" in phone.inner_text("main") and "今天 上门走访" in phone.inner_text(".k-one >> nth=0")
    contact = Contact.objects.order_by("-pk").first()
    assert (contact.date, contact.form, contact.constituent.name) == (today_here(), ContactForm.VISIT, "郑冬梅")


def test_an_empty_place_is_filled_on_the_phone(acquainted, sign_in, phone, live_server, look_over):
    sign_in(phone, acquainted.deputy)
    phone.goto(f"{live_server.url}/me/constituents/")
    assert "还可以再联系2位" in phone.inner_text("main")
    phone.tap("text=添加一位选民")
    phone.wait_for_url("**/add/")
    look_over(phone)
    phone.fill("#id_name", "贾 玲")
    phone.fill("#id_phone", "1990000")
    phone.tap("text=加到名单里")
    phone.wait_for_selector(".errsum")
    assert "电话要填11位手机号" in phone.inner_text(".errsum") and phone.input_value("#id_name") == "贾 玲"
    look_over(phone)
    phone.fill("#id_phone", "19900007009")
    phone.tap("text=加到名单里")
    phone.wait_for_url("**/me/constituents/")
    assert "贾玲" in phone.inner_text("main") and "还可以再联系1位" in phone.inner_text("main")


def test_home_keeps_score_duty_and_tickets_in_sight(acquainted, sign_in, phone, live_server):
    sign_in(phone, acquainted.deputy)
    phone.goto(f"{live_server.url}/me/")
    bar = phone.locator(".tabs").bounding_box()["y"]
    for box in (".score", ".duty", ".three"):
        place = phone.locator(box).bounding_box()
        assert place["y"] + place["height"] <= bar, box
    phone.tap("text=我联系的选民")
    phone.wait_for_url("**/me/constituents/")


@pytest.mark.parametrize("mode", MODES)
def test_the_pages_look_right(acquainted, sign_in, page, live_server, look_over, mode):
    row = Constituent.objects.filter(deputy=acquainted.deputy_person).first()
    code = acquainted.deputy_person.code
    sign_in(page, acquainted.clerk)
    page.context.add_cookies([{"name": "mode", "value": mode, "url": live_server.url}])
    for width in (1366, 360, 320) if mode == "standard" else (360,):
        page.set_viewport_size({"width": width, "height": 768})
        for path in (
            f"deputies/{code}/constituents/", f"constituents/{row.uid}/", f"constituents/{row.uid}/contact/",
            f"deputies/{code}/constituents/add/", "branches/", "branches/GT01/", "branches/GT01/?show=silent",
        ):  # fmt: skip
            page.goto(f"{live_server.url}/{path}")
            if width == 320:
                wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert wide <= 0, path
            else:
                look_over(page)


def test_staff_ask_for_the_phones(acquainted, sign_in, page, live_server, look_over):
    sign_in(page, acquainted.clerk)
    page.goto(f"{live_server.url}/deputies/{acquainted.deputy_person.code}/constituents/")
    assert "199****7000" in page.inner_text("main")
    page.click("text=显示电话")
    page.wait_for_selector("a[href='tel:19900007000']")
    look_over(page)


def test_what_a_finger_has_to_hit_is_large_enough(acquainted, sign_in, phone, live_server):
    row = Constituent.objects.filter(deputy=acquainted.deputy_person).last()
    sign_in(phone, acquainted.head)
    for path in (f"deputies/{acquainted.deputy_person.code}/constituents/", f"constituents/{row.uid}/", "branches/GT01/"):
        phone.goto(f"{live_server.url}/{path}")
        low = phone.evaluate(
            """() => [...document.querySelectorAll(
                'main a, main button, main summary, main .choice, main input:not([type=hidden])')]
                .filter(one => !one.closest('.choice') || one.matches('.choice'))  // its whole label is hit
                .filter(one => one.offsetHeight && one.offsetHeight < 44).map(one => one.outerHTML.slice(0, 80))"""
        )
        assert low == [], path
