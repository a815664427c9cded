"""A deputy's page and the cutting of a photo in a real browser: by mouse, finger, keyboard and without script."""

import pytest
from django.urls import reverse
from django.utils import timezone

from deputies.models import Deputy
from deputies.services import put_photo
from julu_liaison.common.models import Job
from tests.browser.conftest import assert_no_sideways_scroll, watched_page
from tests.cast import agree
from tests.pictures import jpeg
from tests.test_photos import archive

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]
MODES = ("standard", "large", "dark")
ON_PHONES = 44  # px, the least target


@pytest.fixture
def person(cast) -> Deputy:
    person = put_photo(deputy=cast.deputy_person, content=jpeg(1600, 1200), actor=cast.staff, at=timezone.now())
    agree(cast, person, "photo")
    return person


@pytest.fixture
def at(live_server):
    """The address of a page of `person`."""
    return lambda name, person: live_server.url + reverse(name, args=[person.code])


def frame_of(page) -> list[int]:
    rect = page.locator(".crop .frame")
    return [round(float(rect.get_attribute(name))) for name in ("x", "y", "width", "height")]


def kept(person) -> list[int]:
    person.refresh_from_db()
    return person.photo_crop


def drag(page, start, end):
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end)
    page.mouse.up()


def middle(box) -> tuple[float, float]:
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_cut_by_mouse_and_saved(cast, person, page, sign_in, at, look_over):
    sign_in(page, cast.clerk)
    page.goto(at("deputy-photo-edit", person))
    look_over(page)
    assert frame_of(page) == [350, 0, 900, 1200] and page.locator(".d-unsaved").is_hidden()
    x, y = middle(page.locator(".crop .frame").bounding_box())
    drag(page, (x, y), (x - 2000, y - 2000))  # far beyond the edge: the frame stops there
    assert frame_of(page) == [0, 0, 900, 1200]
    corner = middle(page.locator(".crop .reach").bounding_box())
    drag(page, corner, (corner[0] - 100, corner[1]))
    left, top, width, height = frame_of(page)
    assert (left, top) == (0, 0) and 240 <= width < 900 and width * 4 == height * 3
    assert page.locator("svg.cut").get_attribute("viewBox") == f"0 0 {width} {height}"
    assert page.locator(".d-unsaved").is_visible()
    look_over(page)
    page.click("text=保存裁剪")
    page.wait_for_load_state()
    assert kept(person) == [left, top, width, height]
    assert "裁剪保存好了" in page.inner_text("main") and frame_of(page) == [left, top, width, height]


def test_cut_by_keyboard_as_the_server_would(cast, person, page, sign_in, at):
    """Every step by script ends where the server's own step ends."""
    sign_in(page, cast.clerk)
    page.goto(at("deputy-photo-edit", person))
    for words in ("人像放大", "人像放大", "左移", "下移", "人像缩小", "上移", "右移"):
        page.focus(f"text={words}")
        page.keyboard.press("Enter")
    by_script = frame_of(page)
    page.click("summary:has-text('按像素填')")
    assert page.input_value("#id_left") == str(by_script[0])
    page.fill("#id_width", "10000")
    assert frame_of(page)[2] == 900
    page.fill("#id_width", "600")
    page.press("#id_width", "Enter")  # Enter in a field saves, it does not move the frame
    page.wait_for_load_state()
    assert kept(person)[2] == 600
    page.goto(at("deputy-photo-edit", person))
    page.click("text=恢复默认")
    assert frame_of(page) == [350, 0, 900, 1200]


def test_the_same_steps_without_script_end_at_the_same_place(cast, person, chromium, live_server, sign_in, at):
    steps, ends = ("人像放大", "人像放大", "左移", "下移", "人像缩小", "上移", "右移", "右移"), []
    for script in (True, False):
        with watched_page(chromium, java_script_enabled=script) as page:
            sign_in(page, cast.clerk)
            page.goto(at("deputy-photo-edit", person))
            for words in steps:
                page.click(f"text={words}")
            ends.append(frame_of(page))
            if not script:
                assert page.locator(".d-unsaved").is_visible() and page.locator(".d-drag").is_hidden()
                page.click("text=保存裁剪")
    assert ends[0] == ends[1] == kept(person)


def test_on_a_phone_in_every_mode(cast, person, phone, sign_in, at, look_over):
    sign_in(phone, cast.clerk)
    for mode in MODES:
        phone.context.add_cookies([{"name": "mode", "value": mode, "url": at("deputy", person)}])
        for name in ("deputy", "deputy-photo-edit"):
            phone.goto(at(name, person))
            look_over(phone)
            for details in phone.locator("details.more").all():
                details.locator("summary").click()
            look_over(phone)
            small = phone.evaluate(
                "least => [...document.querySelectorAll('main a, main button, main summary, main input:not([type=hidden])')]"
                ".filter(e => e.offsetParent && e.getBoundingClientRect().height < least - .5).map(e => e.outerHTML)",
                ON_PHONES,
            )
            assert small == []


def test_finger_moves_the_frame(cast, person, phone, sign_in, at):
    sign_in(phone, cast.deputy)
    phone.goto(at("deputy-photo-edit", person))
    x, y = middle(phone.locator(".crop .frame").bounding_box())
    drag(phone, (x, y), (x + 30, y))
    left, _top, width, _height = frame_of(phone)
    assert left > 350 and width == 900


def test_wide_pages_in_every_mode(cast, person, page, sign_in, at, look_over):
    sign_in(page, cast.staff)
    for mode in MODES:
        page.context.add_cookies([{"name": "mode", "value": mode, "url": at("deputy", person)}])
        for name in ("deputy", "deputy-photo-edit"):
            page.goto(at(name, person))
            look_over(page)
        page.goto(at("deputy", person).split("/deputies/")[0] + reverse("console-photos"))
        look_over(page)
    page.set_viewport_size({"width": 320, "height": 640})
    for name in ("deputy", "deputy-photo-edit"):
        page.goto(at(name, person))
        assert_no_sideways_scroll(page)


def test_upload_refused_then_accepted_then_consent(cast, page, sign_in, at, look_over):
    person = cast.deputies["GT01"][2]
    sign_in(page, cast.clerk)
    page.goto(at("deputy", person))
    page.click("text=传照片")
    page.set_input_files("#id_file", {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": jpeg()[:5000]})
    page.click("button[value=upload]")
    assert "已经损坏" in page.inner_text(".errsum")
    look_over(page)
    page.set_input_files("#id_file", {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": jpeg(1600, 1200)})
    page.click("button[value=upload]")
    page.wait_for_selector("svg.cut")
    assert page.locator("text=没有登记同意公开").count() > 0
    page.goto(at("deputy", person))
    assert page.evaluate("document.querySelector('.d-face img').naturalWidth") == 240
    page.click("summary:has-text('登记同意') >> nth=0")
    page.fill("#id_photo_evidence", "签字同意书第12号")
    page.click("button:has-text('登记同意公开照片')")
    page.wait_for_load_state()
    assert "同意公开照片已登记" in page.inner_text("main")
    person.refresh_from_db()
    assert person.photo_consent_evidence == "签字同意书第12号"


def test_an_archive_from_page_to_report(cast, page, sign_in, live_server, look_over):
    sign_in(page, cast.clerk)
    page.goto(live_server.url + reverse("console-photos"))
    page.set_input_files("#id_file", {
        "name": "照片.zip", "mimeType": "application/zip", "buffer": archive("李代表.jpg", "../陈卫.jpg", "无此人.jpg"),
    })  # fmt: skip
    page.click("text=上传并匹配")
    page.wait_for_selector("text=配上1张")
    look_over(page)
    assert Job.objects.get().state == Job.State.DONE
    assert "没有叫“无此人”的代表" in page.inner_text("main") and "指向别处的路径" in page.inner_text("main")
