"""The road case of docs/domain.md §2 in a real browser: from the clerk's login to the closed ticket, score and board."""

import re

import pytest

from activities.models import DutyLog
from activities.services import draft_roster, publish_roster
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from scoring.services import open_scheme
from tests.cast import moment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROAD = "安家庄村西田间道路塌陷,影响通行"
ANSWER = "已对塌陷路面完成修补,车辆可以正常通行。"


@pytest.fixture
def today(cast):
    day = today_here()
    open_scheme(county=cast.county, year=day.year, actor=cast.admin)
    return day


def file_the_walk(page, address, day):
    """The clerk records a walk through the village: who came, how many were met, one matter."""
    page.goto(f"{address}/station/sunday/{day.isoformat()}/")
    page.locator("select[name=GT01-came]").first.select_option(label="李代表")
    page.fill("#GT01-n", "3")
    page.fill("#GT01-o", ROAD)
    page.click("#next")
    page.wait_for_url("**/check/")
    assert ROAD in page.inner_text("main")
    page.click("#next")
    page.wait_for_url(re.compile("/done/"))


def make_move(page, address, ticket, name, **fields):
    """Make one move on the ticket's page, by its own form; `press` is the button when there are several."""
    press = fields.pop("press", "button")
    page.goto(f"{address}/opinions/{ticket.uid}/")
    step = page.locator(f"#{name}")  # a step without fields is a bare form with its button
    if step.evaluate("e => e.tagName === 'DETAILS' && !e.open"):
        step.locator("summary").click()
    for field, value in fields.items():
        control = step.locator(f"[name={field}]").first
        if control.evaluate("e => e.tagName") == "SELECT":
            control.select_option(label=value)
        elif control.get_attribute("type") == "radio":
            step.get_by_text(value, exact=True).click()
        else:
            control.fill(value)
    step.locator(press).last.click()
    page.wait_for_load_state()
    assert page.locator(".errsum").count() == 0, page.inner_text(".errsum")


def test_road_case_from_login_to_closed_ticket(cast, today, live_server, page, sign_in, log_in_by_form, media):
    address = live_server.url
    log_in_by_form(page, cast.clerk)
    file_the_walk(page, address, today)
    ticket, log = Opinion.objects.get(), DutyLog.objects.get()
    assert (ticket.text, ticket.state, ticket.deputy) == (ROAD, "at_branch", cast.deputy_person)
    assert log.number in page.inner_text("main")

    make_move(page, address, ticket, "escalate", note="属于镇域田间主路")
    make_move(page, address, ticket, "escalate", note="请县里协调交通部门")
    sign_in(page, cast.staff)
    make_move(page, address, ticket, "transfer", department="县交通运输局")
    sign_in(page, cast.officer)
    make_move(page, address, ticket, "sign_for")
    make_move(page, address, ticket, "reply", note=ANSWER, press="button[value=A]")
    ticket.refresh_from_db()
    assert ticket.state == "replied"

    page.set_viewport_size({"width": 360, "height": 640})
    sign_in(page, cast.deputy)
    page.goto(f"{address}/me/")
    assert "61" in page.inner_text("main")
    page.goto(f"{address}/me/score/")
    assert "提交社情民意" in page.inner_text("main")
    make_move(page, address, ticket, "tell", note="电话告知")
    make_move(page, address, ticket, "rate", rating="满意")
    ticket.refresh_from_db()
    assert ticket.state == "closed"
    history = page.inner_text(".t-hist")
    for word in ("上报", "转办", "签收", "答复", "告知结果", "评价"):
        assert word in history


def test_the_board_is_printed_from_the_console(cast, today, live_server, page, sign_in, media):
    roster = draft_roster(station=cast.gt, month=today, actor=cast.clerk, at=moment(today)).roster
    publish_roster(roster=roster, actor=cast.clerk, at=moment(today))
    sign_in(page, cast.staff)
    page.goto(f"{live_server.url}/console/boards/?station=GT01")
    with page.expect_navigation(url=re.compile("/jobs/")):
        page.locator("button", has_text="印这一块").first.click()
    link = page.locator("a[download]")
    link.wait_for(timeout=60_000)
    with page.expect_download() as download:
        link.click()
    content = download.value.path().read_bytes()
    assert content[:5] == b"%PDF-" or content[:2] == b"PK"
    assert len(content) > 20_000
