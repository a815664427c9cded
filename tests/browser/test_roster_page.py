"""Roster pages in a real browser: planned and published by hand, on a phone, in every look, and on paper."""

from io import BytesIO

import pytest
from django.utils import timezone
from pypdf import PdfReader

from activities.services import draft_roster, publish_roster
from activities.states import RosterState
from activities.views.rosters.desks import following
from julu_liaison.common.working_days import today_here
from stations.services import open_station
from tests.browser.conftest import assert_no_sideways_scroll
from tests.cast import OPENED, make_deputy

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MONTH = following(today_here())
AT = f"?month={MONTH:%Y-%m}&station=GT"
SMALL_TARGETS = """[...document.querySelectorAll('main a, main button, main summary')].filter(one => one.offsetParent)
    .filter(one => one.getBoundingClientRect().height < 43.5).map(one => one.innerText)"""


@pytest.fixture
def roster(cast):
    """A draft with people left over at 第一分站."""
    for number in range(12):
        make_deputy(cast, f"多余{number}", cast.gt01)
    return draft_roster(station=cast.gt, month=MONTH, actor=cast.clerk, at=timezone.now()).roster


@pytest.fixture
def published(cast, roster):
    return publish_roster(roster=roster, actor=cast.clerk, at=timezone.now())


@pytest.fixture
def opened(cast, live_server, sign_in):
    """Open a page as somebody of the cast."""

    def open_it(page, who: str, path: str):
        sign_in(page, getattr(cast, who))
        page.goto(live_server.url + path)
        return page

    return open_it


def pages_of(published) -> list[tuple[str, str]]:
    shift = published.shifts.order_by("date").first()
    return [
        ("clerk", f"/station/roster/{AT}"), ("clerk", f"/station/roster/{shift.pk}/"), ("head", f"/station/roster/{AT}"),
        ("clerk", f"/station/roster/add/{AT}"), ("clerk", f"/station/roster/print/{AT}"),
        ("clerk", f"/station/roster/calendar/{AT}"), ("staff", f"/console/roster/?month={MONTH:%Y-%m}"),
        ("deputy", f"/me/roster/?month={MONTH:%Y-%m}"), ("deputy", "/me/calendar/"),
    ]  # fmt: skip


@pytest.mark.parametrize(("size", "mode"), [("page", "standard"), ("page", "dark"), ("phone", "large")])
def test_looks(published, opened, look_over, live_server, request, size, mode):
    page = request.getfixturevalue(size)
    for who, path in pages_of(published):
        opened(page, who, path)
        page.context.add_cookies([{"name": "mode", "value": mode, "url": live_server.url}])
        page.reload()
        assert mode in page.evaluate("document.documentElement.className")
        look_over(page)


@pytest.mark.parametrize("width", [320, 360, 1920])
def test_no_sideways_scroll(published, opened, page, width):
    page.set_viewport_size({"width": width, "height": 700})
    for who, path in pages_of(published):
        opened(page, who, path)
        assert_no_sideways_scroll(page)


def test_fingers_find_everything(published, opened, phone):
    found = {}
    for who, path in pages_of(published):
        found[path] = opened(phone, who, path).evaluate(SMALL_TARGETS)
    assert not any(found.values()), found


def test_a_month_by_hand(cast, opened, page):
    opened(page, "clerk", f"/station/roster/{AT}")
    page.get_by_role("button", name="的班").click()
    page.get_by_role("link", name="公布", exact=True).click()
    page.get_by_role("button", name="公布", exact=True).click()
    assert page.get_by_text("的排班公布了").is_visible()
    assert cast.gt.rosters.get().state == RosterState.PUBLISHED
    page.locator(".r-cell").first.click()
    page.get_by_label("换人的原因").fill("本人出差")
    page.get_by_label("换人的原因").press("Enter")  # takes nobody off by itself
    assert cast.gt.rosters.get().changes.count() == 0
    page.get_by_role("button", name="撤下").first.click()
    assert page.locator(".success").is_visible()
    assert cast.gt.rosters.get().changes.get().reason == "本人出差"


def test_the_whole_table_is_seen_at_once(roster, opened, page):
    opened(page, "clerk", f"/station/roster/{AT}")
    box = page.locator(".r-table").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 1366
    assert page.locator(".r-table td").first.bounding_box()["width"] > 150


def test_twelve_branches_on_one_sheet(cast, opened, page):
    for number in range(3, 13):
        branch = open_station(
            code=f"GT{number:02d}", name=f"第{number}分站", parent=cast.gt, opened_on=OPENED, actor=cast.admin
        )  # fmt: skip
        for index in range(12):
            make_deputy(cast, f"欧阳代{index}", branch, head=index == 0)
    draft_roster(station=cast.gt, month=MONTH, actor=cast.clerk, at=timezone.now())
    opened(page, "clerk", f"/station/roster/print/{AT}")
    sheets = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert len(sheets) == 1
    assert sheets[0].mediabox.width > sheets[0].mediabox.height
