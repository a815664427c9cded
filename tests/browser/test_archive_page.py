"""A performance file in a real browser: on the township's PC, on a phone, in every look, and on paper."""

import unicodedata
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from activities.services import Matter, SundayRow, file_log, record_activity
from activities.states import ActivityKind, Category, Presence
from deputies.services import put_photo
from opinions.services import file_suggestion
from tests.browser.conftest import assert_no_sideways_scroll
from tests.cast import moment
from tests.pictures import jpeg

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]

SMALL_TARGETS = """[...document.querySelectorAll('main a, main button')].filter(one => one.offsetParent)
    .filter(one => one.getBoundingClientRect().height < 43.5).map(one => one.innerText)"""


@pytest.fixture
def year(cast):
    """A few items in three chapters; two stay empty."""
    one, on = cast.deputy_person, date(2026, 3, 1)
    put_photo(deputy=one, content=jpeg(), actor=cast.admin, at=moment(on))
    matter = Matter("村西的生产路塌了二十米,拖拉机过不去,雨天学生上学也要绕行", Category.ROAD, one)
    row = SundayRow(branch=cast.gt01, attendance={one: Presence.PRESENT}, received=3, matters=[matter])
    file_log(row=row, on=on, actor=cast.clerk, at=moment(on))
    file_suggestion(deputy=one, text="建议硬化村西的生产路", category=Category.ROAD, actor=cast.clerk, at=moment(on))
    record_activity(
        station=cast.gt, kind=ActivityKind.INSPECTION, title="农田水利视察", held_on=on,
        attendance={one: Presence.PRESENT}, actor=cast.clerk, at=moment(on),
    )  # fmt: skip
    return cast


@pytest.fixture
def opened(year, live_server, sign_in):
    """Open a page as somebody of the cast."""

    def open_it(page, who: str, path: str = "/deputies/%s/archive/?year=2026"):
        sign_in(page, getattr(year, who))
        page.goto(live_server.url + path.replace("%s", year.deputy_person.code))
        return page

    return open_it


@pytest.mark.parametrize("mode", ["standard", "large", "dark"])
@pytest.mark.parametrize("size", ["page", "phone"])
def test_looks(opened, look_over, live_server, request, size, mode):
    page = request.getfixturevalue(size)
    page.context.add_cookies([{"name": "mode", "value": mode, "url": live_server.url}])
    opened(page, "deputy", "/me/archive/?year=2026")
    page.context.add_cookies([{"name": "mode", "value": mode, "url": live_server.url}])
    page.reload()
    assert mode in page.evaluate("document.documentElement.className")
    look_over(page)
    for width in (320, 1920):
        page.set_viewport_size({"width": width, "height": 700})
        assert_no_sideways_scroll(page)


def test_fingers_find_everything(opened, phone):
    opened(phone, "head", "/deputies/%s/archive/?year=2026")
    assert phone.evaluate(SMALL_TARGETS) == []
    opened(phone, "head", "/station/archive/?year=2026")
    assert phone.evaluate(SMALL_TARGETS) == []


@pytest.mark.parametrize("size", ["page", "phone"])
def test_list_of_branches(opened, look_over, request, size):
    page = opened(request.getfixturevalue(size), "clerk", "/station/archive/?year=2026")
    look_over(page)
    assert page.get_by_role("button").filter(has_text="打包").count() == 2


def test_from_a_chapter_to_a_source_and_back(opened, page):
    opened(page, "clerk")
    page.get_by_role("link", name="议案建议").click()
    assert page.url.endswith("#motions")
    page.get_by_role("link", name="官亭镇代表建议").click()
    page.wait_for_url("**/opinions/*/")
    page.go_back()
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename.endswith("2026年履职档案.pdf")


def test_printed_from_the_browser_it_is_a_table(opened, page):
    opened(page, "clerk")
    sheets = PdfReader(BytesIO(page.pdf(format="A4"))).pages
    text = "".join(unicodedata.normalize("NFKC", sheets[0].extract_text()).split())
    assert "编号日期内容地点情况来源" in text and "换一年" not in text
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 900})  # what is left of A4 between the margins
    assert page.evaluate("getComputedStyle(document.querySelector('.items td')).display") == "table-cell"
