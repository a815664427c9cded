"""The overview in a real browser: the office's PC, a phone, and the wall without scrolling."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.services import Matter
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from opinions.services import register_opinion
from stations.services import open_station
from tests.cast import OPENED
from tests.overviews import build_march

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCROLL = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"


def test_the_overview_fits_its_screens(cast, page, phone, sign_in, live_server, look_over):
    build_march(cast)
    for number in range(9):
        open_station(
            code=f"T{number}",
            name=f"名字很长的经济开发区{number}",
            parent=cast.county,
            opened_on=OPENED,
            actor=cast.admin,
        )
    for number in range(9):
        register_opinion(
            branch=cast.gt01, matter=Matter(f"第{number}盏路灯不亮" * 6), actor=cast.clerk, at=timezone.now()
        )
    Opinion.objects.filter(due_on__gte=today_here()).update(due_on=today_here() - timedelta(days=1))
    for screen, names in ((page, ("overview", "overview-meanings", "overview-attendance")), (phone, ("overview",))):
        sign_in(screen, cast.staff)
        for name in names:
            screen.goto(f"{live_server.url}{reverse(name)}?period=year&on=2026-03-01&since=2026-03-01&until=2026-03-31")
            look_over(screen)
    sign_in(page, cast.staff)
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{live_server.url}{reverse('overview-wall')}?period=year&on=2026-03-01")
    look_over(page)
    assert page.evaluate(SCROLL) == [1920, 1080]
    page.set_viewport_size({"width": 1366, "height": 768})
    assert page.evaluate(SCROLL) == [1366, 768]
