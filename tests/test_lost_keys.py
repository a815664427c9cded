"""A key of FIELD_KEYS that is lost: pages say so in a sentence, and what can be typed in anew can be."""

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.services import Matter
from julu_liaison.common.errors import Conflict
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Gateway, Subscription
from julu_liaison.notices.services.subscriptions import change_subscription
from opinions.services import register_opinion
from stations.services.gateways import set_up_gateway, try_gateway
from tests.cast import SUNDAY, moment
from tests.test_gateway_pages import KEY, WECOM

pytestmark = pytest.mark.usefixtures("media")

CHOICE = {"by_mail": True, "sms": "needed", "pace": "at_once", "muted": []}


@pytest.fixture
def lost(cast, settings):
    """Gateways, a mailbox and a villager's name sealed with a key that is then lost."""
    at = moment(today_here())
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    for name in ("一号群", "二号群"):
        set_up_gateway(place=cast.gt, kind="wecom", name=name, address=WECOM, actor=cast.clerk, at=at)
    change_subscription(user=cast.clerk, email="guanting@example.cn", at=at, **CHOICE)
    matter = Matter("路灯坏了", villager_name="张三", villager_phone="19900009999", villager_village="安家庄村")
    ticket = register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=moment(SUNDAY))
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    return ticket


def test_gateways_are_listed_and_given_their_address_anew(cast, signed_in, lost):
    client, row = signed_in(cast.clerk), Gateway.objects.defer("address").first()
    listed = client.get(reverse("gateways"))
    assert listed.status_code == 200 and listed.text.count("地址打不开") == 2
    page = reverse("gateway", args=[row.uid])
    assert "地址打不开" in client.get(page).text
    with pytest.raises(Conflict, match="FIELD_KEYS"):
        try_gateway(gateway=row, actor=cast.clerk, at=moment(today_here()))
    assert "FIELD_KEYS" in client.post(reverse("gateway-try", args=[row.uid]), follow=True).text
    assert client.post(page, {"name": "新名字", "is_active": "on", "address": ""}).status_code == 302  # another thing than the address
    assert client.post(page, {"name": "新名字", "is_active": "on", "address": WECOM}).status_code == 302
    again = Gateway.objects.get(pk=row.pk)
    assert (again.name, again.address) == ("新名字", f"wecombot://{KEY}")
    assert client.get(reverse("gateways")).text.count("地址打不开") == 1


def test_the_list_of_gateways_costs_the_same_with_one_and_two(cast, signed_in, lost):
    client, counts = signed_in(cast.clerk), []
    client.get(reverse("gateways"))
    for _time in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("gateways"))
        counts.append(len(asked))
        Gateway.objects.filter(name="二号群")._raw_delete("default")  # the row, unread
    assert counts[0] == counts[1]


def test_a_mailbox_that_no_key_opens_is_typed_in_anew(cast, signed_in, lost):
    client, address = signed_in(cast.clerk), reverse("notice-settings")
    assert client.get(address).status_code == 200
    change_subscription(user=cast.clerk, email="neu@example.cn", at=moment(today_here()), **CHOICE)
    kept = Subscription.objects.get(user=cast.clerk)
    assert (kept.email, kept.email_confirmed_at) == ("neu@example.cn", None)


def test_giving_up_a_mailbox_that_no_key_opens_is_kept(cast, lost):
    change_subscription(user=cast.clerk, email="", at=moment(today_here()), **CHOICE)
    assert Subscription.objects.get(user=cast.clerk).email == ""


def test_a_page_that_needs_what_no_key_opens_says_what_to_do(cast, signed_in, lost):
    answer = signed_in(cast.clerk).get(reverse("opinion", args=[lost.uid]))
    assert answer.status_code == 503 and "FIELD_KEYS" in answer.text and "张三" not in answer.text
