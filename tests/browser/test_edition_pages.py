"""What is printed and hung in a real browser: ordered, watched, hung, and gone from the list; by keyboard; on a phone."""

import pytest
from django.urls import reverse
from django.utils import timezone

from deputies.models import Edition
from deputies.posters import order_of, print_all
from deputies.states import Product
from julu_liaison.common.models import Job
from tests.cast import make_deputy

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]
RARE = "孙\U0002b740兰"
ON_PHONES = 44  # px, the least target


@pytest.fixture
def at(live_server):
    return lambda name, *args: live_server.url + reverse(name, args=args)


def printed(*places) -> list[Edition]:
    results = print_all(order=order_of(Product.BOARD, "A3"), places=places, actor=None, at=timezone.now())
    return [result.edition for result in results]


def test_three_boards_are_ordered_hung_and_gone_from_the_list(cast, page, sign_in, at, look_over):
    sign_in(page, cast.staff)
    page.goto(at("boards"))
    page.select_option("#id_size", "A3")  # applies at once
    page.wait_for_url("**size=A3**")
    look_over(page)
    page.check("text=全选")
    assert "选了3块" in page.inner_text(".e-do")
    page.uncheck("input[value=YT01]")
    assert "选了2块" in page.inner_text(".e-do") and not page.is_checked("text=全选")
    page.check("input[value=YT01]")
    page.click("text=印勾选的")
    page.wait_for_url("**/jobs/**")
    link = page.locator("a[download]")
    link.wait_for(timeout=60_000)
    with page.expect_download() as download:
        link.click()
    assert download.value.path().read_bytes()[:5] == b"%PDF-"
    assert Job.objects.get().done == 3 == Edition.objects.count()
    page.goto(at("boards") + "?size=A3&show=unhung")
    assert page.locator("input[name=place]").count() == 3
    page.click("text=去登记悬挂")
    page.wait_for_load_state()
    look_over(page)
    page.fill("#id_by", "王师傅")
    page.check("text=全选")
    page.fill("input.e-where >> nth=1", "广场北边")
    page.click("text=登记,勾选的挂好了")
    page.wait_for_selector("text=已登记,3块挂好了")
    assert page.locator("input[name=edition]").count() == 0
    hung = dict(Edition.objects.values_list("place__code", "hung_where"))
    assert hung["GT01"] == "安家庄村委会" and hung["GT02"] == "广场北边" and hung["YT01"]
    page.goto(at("boards") + "?size=A3&show=unhung")
    assert "没有印好没挂的" in page.inner_text("main")


def test_an_edition_by_keyboard_with_a_mistake(cast, page, sign_in, at, look_over):
    (edition,) = printed(cast.gt01)
    sign_in(page, cast.clerk)
    page.goto(at("edition", edition.uid))
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.querySelector('.e-preview').naturalWidth") > 1000
    look_over(page)
    page.focus("#id_where")
    page.keyboard.press("Control+A")
    page.keyboard.type("大门东侧")
    page.keyboard.press("Tab")
    page.keyboard.type(" ")  # something for the browser, nobody for us
    page.keyboard.press("Enter")
    page.wait_for_selector(".errsum")
    look_over(page)
    assert page.input_value("#id_where") == "大门东侧"
    page.focus(".errsum a")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "id_by"
    page.keyboard.type("王师傅")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=已登记,挂在大门东侧")
    edition.refresh_from_db()
    assert edition.hung_by == "王师傅"


def test_on_a_phone_in_every_mode(cast, phone, sign_in, at, look_over):
    make_deputy(cast, RARE, cast.yt01)
    edition, _other = printed(cast.gt01, cast.gt02)
    sign_in(phone, cast.staff)
    addresses = [
        at("boards") + "?size=A3", at("boards") + "?custom=9", at("hanging"), at("edition", edition.uid),
        at("board-draft", "YT01"),
    ]  # fmt: skip
    for mode in ("standard", "large", "dark"):
        phone.context.add_cookies([{"name": "mode", "value": mode, "url": at("boards")}])
        for address in addresses:
            phone.goto(address)
            look_over(phone)
            small = phone.evaluate(
                "least => [...document.querySelectorAll('main a, main button, main summary, main label.choice,"
                " main .e-tick label, main .fld')]"
                ".filter(e => e.offsetParent && e.getBoundingClientRect().height < least - .5).map(e => e.outerHTML)",
                ON_PHONES,
            )
            assert small == [], address
