"""One real Chromium for all browser tests; a machine without it fails them, they are never skipped."""

import os
import shutil
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import sync_playwright

from tests.cast import PASSWORD

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


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
    context = chromium.new_context(locale="zh-CN", **options)
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
