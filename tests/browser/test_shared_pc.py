"""A PC that many people share: what the colleague before has seen is gone with signing out."""

import pytest
from django.conf import settings

from activities.models import SheetDraft
from tests.browser.conftest import type_a_row, until
from tests.cast import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAVED = "document.querySelector('.save').textContent.includes('已自动保存')"


def test_back_shows_nothing_after_signing_out(cast, page, live_server, log_in_by_form):
    log_in_by_form(page, cast.clerk)
    page.goto(f"{live_server.url}/branches/GT01/")
    assert "李代表" in page.content()
    page.goto(f"{live_server.url}/account/")
    page.locator("details.menu summary").click()
    page.locator("form[action='/logout/'] button").first.click()
    page.wait_for_load_state()
    page.go_back()
    page.wait_for_load_state()
    page.go_back()
    page.wait_for_load_state()
    assert "李代表" not in page.content() and "官亭工作人员" not in page.content()


@pytest.fixture
def as_with_https(settings):
    """Chromium takes cookies that want https from this machine itself without it."""
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


def test_forms_and_scripts_work_with_cookies_bound_to_the_host(station, as_with_https, page, live_server, day):
    page.goto(f"{live_server.url}/login/")
    page.fill("input[name=username]", station.clerk.username)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state()
    names = {cookie["name"] for cookie in page.context.cookies()}
    assert {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME} <= names and "sessionid" not in names
    page.goto(f"{live_server.url}/station/sunday/{day.isoformat()}/")
    type_a_row(page)
    until(page, SAVED)  # sent by the script, with the token from the cookie
    assert SheetDraft.objects.count() == 1
