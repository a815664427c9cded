"""The register of logs, one log, its correction and late entry in a real browser: on a PC and a small phone."""

from datetime import date, timedelta

import pytest

from activities.models import DutyLog
from activities.services import Matter, SundayRow, confirm_logs, file_log, set_filing_limit, void_log
from activities.states import Presence
from tests.cast import moment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]
AT = moment(date.today(), 23)


@pytest.fixture
def logs(cast) -> list[DutyLog]:
    """Three of the last days, the earliest void."""
    filed = []
    for n in range(3):
        people = cast.deputies["GT01"]
        row = SundayRow(
            branch=cast.gt01, attendance={people[1]: Presence.PRESENT, people[2]: Presence.ABSENT}, received=3,
            matters=[Matter("路灯不亮")],
        )  # fmt: skip
        filed.append(file_log(row=row, on=date.today() - timedelta(days=n), actor=cast.clerk, at=AT).log)
    void_log(log=filed[-1], reason="和纸质记录重复", actor=cast.clerk, at=AT)
    return filed


def test_the_head_confirms_on_the_phone(cast, logs, phone, sign_in, look_over, live_server):
    sign_in(phone, cast.head)
    phone.goto(f"{live_server.url}/station/logs/?unconfirmed=1")
    look_over(phone)
    phone.get_by_label("全选").check()
    phone.get_by_role("button", name="确认勾选的日志").click()
    assert phone.get_by_text("确认了2篇工作日志。").is_visible()
    assert DutyLog.objects.valid().filter(confirmed_by=cast.head).count() == 2


def test_the_clerk_corrects_on_the_pc(cast, logs, page, sign_in, look_over, live_server):
    log = logs[0]
    confirm_logs(logs=[log], actor=cast.head, at=AT)
    sign_in(page, cast.clerk)
    page.goto(f"{live_server.url}/station/logs/")
    look_over(page)
    page.get_by_role("link", name=log.number).click()
    look_over(page)
    page.get_by_role("link", name="更正", exact=True).click()
    look_over(page)
    page.get_by_label("接待人数").fill("5")
    page.get_by_role("button", name="保存更正").click()
    look_over(page)
    assert page.get_by_label("接待人数").input_value() == "5"
    page.get_by_label("为什么更正").fill("漏记两位")
    page.get_by_role("button", name="保存更正").click()
    assert page.get_by_text("更正过1次").is_visible()
    look_over(page)


@pytest.mark.parametrize("size", ["page", "phone"])
def test_the_countys_page_and_the_photo_page_are_in_order(cast, logs, size, request, sign_in, look_over, live_server):
    screen = request.getfixturevalue(size)
    set_filing_limit(county=cast.county, day=5, actor=cast.staff, at=AT)
    sign_in(screen, cast.staff)
    screen.goto(f"{live_server.url}/console/late-logs/")
    look_over(screen)
    screen.get_by_role("button", name="批准").click()
    look_over(screen)
    sign_in(screen, cast.clerk)
    screen.goto(f"{live_server.url}/station/logs/{logs[0].uid}/photos/")
    look_over(screen)
