"""The villager's page on a small phone, without JavaScript: large, without a fault, the word said with two taps."""

import pytest
from django.urls import reverse

from activities.services import Matter
from activities.states import Category
from opinions.models import Opinion
from opinions.services import move_opinion, register_opinion
from opinions.services.feedback import token_of
from opinions.states import State
from tests.browser.conftest import watched_page
from tests.cast import SUNDAY, moment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AT = moment(SUNDAY)


def test_unsatisfied_without_javascript(cast, chromium, live_server, phone, look_over):
    ticket = register_opinion(branch=cast.gt01, matter=Matter("村西路灯不亮", Category.OTHER), actor=cast.clerk, at=AT)
    for name, facts in (("solve", {"note": "已经把三盏路灯换成新的。"}), ("tell", {})):
        ticket = move_opinion(opinion=ticket, move=name, actor=cast.clerk, at=AT, **facts)
    address = live_server.url + reverse("villager-link", args=[token_of(ticket)])
    phone.goto(address)
    look_over(phone)
    assert (
        min(
            box["height"]
            for box in (one.bounding_box() for one in phone.query_selector_all("main button, main summary"))
            if box
        )
        >= 60
    )
    options = {"viewport": {"width": 360, "height": 640}, "java_script_enabled": False}
    with watched_page(chromium, **options) as plain:
        plain.goto(address)
        plain.click("summary")
        plain.click("text=不满意,请重新办理")
        assert "请写一写哪里没有办好" in plain.inner_text("main")
        plain.fill("textarea", "还有一盏不亮")
        plain.click("text=不满意,请重新办理")
        assert plain.url == address and "正在重新办理" in plain.inner_text("main")
    assert Opinion.objects.get().state == State.REWORKING
