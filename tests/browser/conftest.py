"""One real Chromium for all browser tests; a machine without it fails them, they are never skipped."""

import json
import os
import re
import shutil
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Locator, Page, sync_playwright

from activities.models import Shift, ShiftPlace
from activities.services import draft_roster, publish_roster
from julu_liaison.common.working_days import sundays_of, today_here
from stations.services import open_station
from tests.browser.handbook import name_people
from tests.cast import OPENED, PASSWORD, make_deputy, moment

# A window's buttons are pages, in a process of their own, and another process waits to be used: nobody sees either, and
# they took a fifth of the processor. The rest is what Playwright names itself; Chromium heeds the last such list only.
WITHOUT = (
    "InitialWebUI", "WebUIToolbar", "WebUIReloadButton", "WebUILocationBar", "WebUIOmniboxPopup", "WebUIOmniboxFullPopup",
    "WebUIOmniboxAimPopup", "PreloadTopChromeWebUI", "SpareRendererForSitePerProcess",
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "PreconnectToSearch",
)  # fmt: skip
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    f"--disable-features={','.join(WITHOUT)}",
)  # fmt: skip


LIGHTS = "市场门口的路灯坏了三盏"
NAMES = [
    "张建国", "李桂芳", "陈卫", "王志强", "刘玉梅", "赵德明", "孙丽", "周春生", "吴秀英", "郑国平", "何小燕", "马强",
    "黄永福", "徐凤兰", "罗世杰",
]  # fmt: skip


def pytest_collection_modifyitems(items):
    """Whatever lies in this folder needs Chromium, so `make test` does not collect it."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session", autouse=True)
def clicks_arrive():
    """Playwright's click returns when the next page begins to come in; what is counted after it must be all there."""
    with pytest.MonkeyPatch.context() as patch:
        for kind in (Locator, Page):
            patch.setattr(kind, "click", _arriving(kind.click))
        yield


def _arriving(click):
    def click_and_arrive(where, *args, **options):
        click(where, *args, **options)
        (where if isinstance(where, Page) else where.page).wait_for_load_state("domcontentloaded")

    return click_and_arrive


@pytest.fixture(scope="session")
def chromium():
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "no Chromium: install it or set CHROMIUM to its path"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def watched_page(chromium, **options):
    """A fresh page; a script error or a blocked resource fails the test that opened it."""
    context = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **options)
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def page(chromium, live_server):
    """A page at 1366×768, as on a township's PC."""
    with watched_page(chromium, viewport={"width": 1366, "height": 768}) as page:
        yield page


@pytest.fixture
def phone(chromium, live_server):
    """A page on a small phone, 360×640, touched by fingers."""
    with watched_page(chromium, viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True) as page:
        yield page


@pytest.fixture
def look_over():
    """Check a page with axe (WCAG 2.1 AA, 0 violations) and for sideways scrolling."""

    def check(page):
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
        assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
        assert_no_sideways_scroll(page)

    return check


def assert_no_sideways_scroll(page):
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide}px too wide at {page.viewport_size}"


@pytest.fixture
def sign_in(client, live_server):
    """Sign a user in by session cookie, without the form."""

    def sign(page, user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.clear_cookies()
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])

    return sign


@pytest.fixture
def log_in_by_form(live_server):
    """Sign a user in as a person does."""

    def log_in(page, user):
        page.goto(f"{live_server.url}/login/")
        page.fill("input[name=username]", user.username)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_load_state()

    return log_in


# --- The Sunday sheet ------------------------------------------------------------------------------------------


@pytest.fixture
def day() -> date:
    """A Sunday of last month, so that the tests mean the same on any day."""
    return sundays_of(today_here().replace(day=1) - timedelta(days=1))[1]


@pytest.fixture
def station(cast, day):
    """官亭镇 as it is: seven branches with sixteen deputies on duty."""
    for number in range(3, 8):
        branch = open_station(code=f"GT0{number}", name=f"第{'三四五六七'[number - 3]}分站", parent=cast.gt,
                              opened_on=OPENED, actor=cast.admin, address="村委会")  # fmt: skip
        for index, name in enumerate(NAMES[(number - 3) * 3 : (number - 2) * 3]):
            make_deputy(cast, name, branch, head=index == 0)
    roster = draft_roster(station=cast.gt, month=day, actor=cast.clerk, at=moment(day)).roster
    publish_roster(roster=roster, actor=cast.clerk, at=moment(day))
    for shift in Shift.objects.filter(date=day):
        wanted = 3 if shift.branch.code in ("GT01", "GT03") else 2
        on_duty = [place.deputy_id for place in shift.places.all()]
        members = shift.branch.memberships.exclude(deputy__in=on_duty)
        for membership in members[: wanted - len(on_duty)]:
            ShiftPlace.objects.create(shift=shift, deputy=membership.deputy)
    assert ShiftPlace.objects.filter(shift__date=day).count() == 16
    return cast


@pytest.fixture
def county(cast):
    """The cast as people with names, for the handbook's pictures."""
    name_people()
    return cast


@pytest.fixture
def book_county(station):
    """The county that the handbook's pictures show: 官亭镇 with its Sunday, and people with names."""
    name_people()
    return station


@pytest.fixture
def sheet(station, live_server, sign_in, day):
    """Open the sheet as the clerk in the page given."""

    def open_it(page):
        sign_in(page, station.clerk)
        page.goto(f"{live_server.url}/station/sunday/{day.isoformat()}/")
        return page

    return open_it


def until(page, expression):
    """Wait until the page says so (`wait_for_function` needs eval, which our policy forbids)."""
    for _time in range(150):  # who is in time never waits for them; a busy machine may
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never true: {expression}")


def kept(page, text):
    """Wait until what was typed is kept in the browser, which a script does a moment after the last key."""
    everything = "Object.values(localStorage).concat(Object.values(sessionStorage)).join()"
    until(page, f"{everything}.indexOf({json.dumps(text)}) >= 0")


def type_a_row(page):
    page.keyboard.press("Space")
    page.keyboard.type("4")
    page.fill("#GT01-o", LIGHTS)
    page.click("[aria-controls=GT01-extra]")
    page.fill("#GT01-s", "讲了医保")
    page.wait_for_selector(".save:not([hidden])")


def file_it(page):
    page.wait_for_url("**/check/")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile("/done/"))
