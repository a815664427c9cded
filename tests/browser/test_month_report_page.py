"""A month's report in a real browser: the head confirms on the phone, the clerk hands it in, the county locks it on a PC."""

from datetime import date

import pytest
from dateutil.relativedelta import relativedelta

from activities.models import MonthReport
from activities.rules.months import read_month, settled_digest
from activities.services import SundayRow, confirm_month, file_log, issue_month
from activities.states import Presence, ReportState
from julu_liaison.common.working_days import sundays_of, today_here
from tests.browser.conftest import assert_no_sideways_scroll
from tests.cast import moment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def month(cast) -> date:
    """Last month, with one reception, its reports made; 阎疃镇's only branch is confirmed already."""
    first = today_here().replace(day=1) - relativedelta(months=1)
    sunday = sundays_of(first)[1]
    row = SundayRow(branch=cast.gt01, attendance={cast.head_person: Presence.PRESENT}, received=4)
    file_log(row=row, on=sunday, actor=cast.clerk, at=moment(sunday, 17))
    at = moment(today_here(), 1)
    issue_month(county=cast.county, month=first, at=at)
    for branch, actor in ((cast.gt02, cast.clerk), (cast.yt01, cast.stranger)):
        seen = settled_digest(read_month(place=branch, month=first, on=today_here()))
        confirm_month(report=MonthReport.objects.get(place=branch), seen=seen, actor=actor, at=at)
    return first


def test_a_month_goes_from_the_phone_to_the_county(cast, month, page, phone, sign_in, look_over, live_server):
    desk = f"{live_server.url}/month-reports/"
    sign_in(phone, cast.head)
    phone.goto(desk)
    look_over(phone)
    phone.get_by_role("link", name="看每位代表的").click()
    look_over(phone)
    phone.get_by_role("button", name="确认无误").click()
    assert phone.get_by_text("联络站审核以后,报到县里").is_visible()

    for clerk in (cast.clerk, cast.stranger):
        sign_in(page, clerk)
        page.goto(desk)
        look_over(page)
        page.get_by_role("button", name="审核无误,报县里").click()
        assert page.get_by_text("报到县里了。县里锁定以前").is_visible()

    sign_in(page, cast.staff)
    page.goto(desk)
    look_over(page)
    page.get_by_role("link", name="锁定全县月报").click()
    look_over(page)
    page.get_by_role("button", name="锁定全县月报").click()
    assert page.get_by_text("全县月报锁定了").is_visible()
    assert set(MonthReport.objects.values_list("state", flat=True)) == {ReportState.LOCKED}
    for width in (320, 719, 1920):
        page.set_viewport_size({"width": width, "height": 768})
        assert_no_sideways_scroll(page)
