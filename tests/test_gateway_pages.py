"""Where messages go out: who sets which gateway up, addresses that stay secret, a trial message."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest
from django.core.cache import cache
from django.urls import reverse

from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Gateway
from julu_liaison.notices.services.wire import Fate, Outcome
from stations.services import open_station
from stations.services.gateways import change_gateway, set_up_gateway, try_gateway
from tests.cast import OPENED, moment
from tests.messages import receiving

URL = reverse("gateways")
KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
WECOM = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
SMS = "https://sms.example.cn/send?key=sesame-open-you&mobile={phone}"
BY_CHANCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9]{64}")


@pytest.fixture
def at():
    return moment(today_here())


def set_up(place, actor, at, kind="wecom", name="工作群", address=WECOM) -> Gateway:
    return set_up_gateway(place=place, kind=kind, name=name, address=address, actor=actor, at=at)


@pytest.fixture
def robot(cast, at) -> Gateway:
    return set_up(cast.gt, cast.clerk, at, name="官亭镇工作群")


@pytest.fixture
def receiver():
    """A web server that takes what is posted to it and answers with `status`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.heard.append((self.path, json.loads(body), self.headers["Idempotency-Key"]))
            self.send_response(self.server.status)
            self.end_headers()

        def log_message(self, *_args):
            """Nothing on the test's output."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.heard, server.status = [], 200
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


# --- Who may --------------------------------------------------------------------------------------------------------


def test_the_county_administrator_sets_up_every_kind_everywhere(cast, at):
    set_up(cast.county, cast.admin, at, kind="sms", name="短信", address=SMS)
    set_up(cast.county, cast.admin, at)
    set_up(cast.gt, cast.admin, at)
    set_up(cast.yt, cast.admin, at, kind="webhook", name="政务平台", address="https://office.example.cn/in")
    assert Gateway.objects.count() == 4


@pytest.mark.parametrize("kind", ["sms", "webhook"])
def test_a_clerk_sets_up_the_own_stations_robots_only(cast, at, kind):
    set_up(cast.gt, cast.clerk, at)
    for place in (cast.yt, cast.county, cast.gt01):
        with pytest.raises(NotAllowed):
            set_up(place, cast.clerk, at)
    with pytest.raises(NotAllowed):
        set_up(cast.gt, cast.clerk, at, kind=kind, address=SMS)


@pytest.mark.parametrize("who", ["staff", "system", "security", "auditor", "stranger", "head", "deputy", "officer"])
def test_nobody_else_sets_up_changes_or_tries(cast, at, robot, who):
    user = getattr(cast, who)
    with pytest.raises(NotAllowed):
        set_up(cast.gt, user, at, name="另一个")
    with pytest.raises(NotAllowed):
        change_gateway(gateway=robot, name="x", address="", is_active=False, actor=user, at=at)
    with pytest.raises(NotAllowed):
        try_gateway(gateway=robot, actor=user, at=at)


@pytest.mark.parametrize(("place", "kind"), [("gt", "sms"), ("gt01", "wecom")])
def test_what_a_place_cannot_have_is_said(cast, at, place, kind):
    with pytest.raises(DomainError) as error:
        set_up(getattr(cast, place), cast.admin, at, kind=kind, address=SMS if kind == "sms" else WECOM)
    assert set(error.value.fields) == {"place"}


def test_pages_are_found_by_scope(cast, signed_in, at, robot):
    page, trial = (reverse(name, args=[robot.uid]) for name in ("gateway", "gateway-try"))
    for who, listed in (
        ("admin", 200),
        ("staff", 200),
        ("auditor", 200),
        ("clerk", 200),
        ("head", 403),
        ("system", 403),
    ):
        assert signed_in(getattr(cast, who)).get(URL).status_code == listed
        assert signed_in(getattr(cast, who)).get(page).status_code == listed
    for who, status in (("staff", 403), ("auditor", 403), ("stranger", 404), ("deputy", 403)):
        client = signed_in(getattr(cast, who))
        change = client.post(page, {"name": "改名", "is_active": "on"}).status_code
        assert (change, client.post(trial).status_code) == (status, status)
    assert signed_in(cast.stranger).get(URL).context["lines"] == []
    assert signed_in(cast.staff).post(URL, {}).status_code == 403
    robot.refresh_from_db()
    assert robot.name == "官亭镇工作群"


def test_another_countys_gateway_is_not_found(cast, signed_in, at):
    open_station(code="C02", name="邻县", parent=None, opened_on=OPENED, actor=None)
    foreign = Gateway.objects.create(
        place_code="C02", kind="wecom", name="邻县群", address="wecombot://x", created_at=at
    )
    assert signed_in(cast.admin).get(reverse("gateway", args=[foreign.uid])).status_code == 404
    assert "邻县群" not in signed_in(cast.admin).get(URL).text


def test_whom_one_offers_what(cast, signed_in):
    form = signed_in(cast.admin).get(URL).context["form"]
    assert [code for code, _name in form.fields["place"].choices] == ["JLX", "GT", "YT"]
    assert len(form.fields["kind"].choices) == 4
    answer = signed_in(cast.clerk).get(URL)
    form = answer.context["form"]
    assert [code for code, _name in form.fields["place"].choices] == ["GT"]
    assert [kind for kind, _label in form.fields["kind"].choices] == ["wecom", "dingtalk"]
    assert "{phone}" not in answer.text and "{phone}" in signed_in(cast.admin).get(URL).text
    assert signed_in(cast.staff).get(URL).context["form"] is None


# --- Setting up and changing ----------------------------------------------------------------------------------------


def test_a_clerk_sets_one_up_on_the_page(cast, signed_in):
    sent = {"place": "GT", "kind": "wecom", "name": " 官亭镇工作群 ", "address": f" {WECOM} "}
    answer = signed_in(cast.clerk).post(URL, sent, follow=True)
    row = Gateway.objects.get()
    assert (row.place_code, row.kind, row.name, row.is_active) == ("GT", "wecom", "官亭镇工作群", True)
    assert answer.redirect_chain == [(reverse("gateway", args=[row.uid]), 302)]
    assert "请发一条试试" in answer.text


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"address": ""}, "address", "请填地址"),
        ({"address": "https://elsewhere.example/x"}, "address", "qyapi.weixin.qq.com"),
        ({"name": ""}, "name", "请填名称"),
        ({"name": "长" * 41}, "name", "40个字以内"),
        ({"kind": "sms"}, "kind", "请从列出的里面选"),
        ({"place": "YT"}, "place", "请从列出的里面选"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(cast, signed_in, wrong, field, sentence):
    sent = {"place": "GT", "kind": "wecom", "name": "官亭镇工作群", "address": WECOM} | wrong
    answer = signed_in(cast.clerk).post(URL, sent)
    assert answer.status_code == 400 and sentence in str(answer.context["form"].errors[field])
    assert all(answer.context["form"][name].value() == value for name, value in sent.items())
    assert not Gateway.objects.exists()


def test_a_name_is_taken_once_at_a_place(cast, signed_in, at, robot):
    sent = {"place": "GT", "kind": "wecom", "name": robot.name, "address": WECOM}
    answer = signed_in(cast.clerk).post(URL, sent)
    assert answer.status_code == 400 and "已经有叫“官亭镇工作群”的了" in answer.text
    set_up(cast.yt, cast.stranger, at, name=robot.name)
    assert Gateway.objects.count() == 2


def test_it_is_renamed_and_switched_off_and_its_address_stays(cast, signed_in, robot):
    page = reverse("gateway", args=[robot.uid])
    client = signed_in(cast.clerk)
    answer = client.post(page, {"name": "官亭大群", "address": ""}, follow=True)
    row = Gateway.objects.get()
    assert (row.name, row.is_active, row.address) == ("官亭大群", False, robot.address) and "改好了" in answer.text
    assert "发一条试试" not in answer.text
    other = WECOM.replace("693a", "0000")
    client.post(page, {"name": "官亭大群", "address": other, "is_active": "on"})
    row = Gateway.objects.get()
    assert row.is_active and row.address != robot.address and "0000" in row.address
    assert client.post(page, {"name": "官亭大群", "address": "x", "is_active": "on"}).status_code == 400
    assert Gateway.objects.get().address == row.address


def test_no_page_and_no_audit_row_holds_the_address(cast, signed_in, at, robot):
    client = signed_in(cast.clerk)
    pages = [client.get(URL), client.get(reverse("gateway", args=[robot.uid]))]
    change_gateway(
        gateway=robot, name="新名", address=WECOM.replace("693a", "0000"), is_active=True, actor=cast.clerk, at=at
    )
    rows = AuditLog.objects.filter(target_kind="gateway").order_by("pk")
    assert [row.action for row in rows] == ["add_gateway", "change_gateway"]
    assert rows[0].detail == {"place": "GT", "kind": "wecom", "name": "官亭镇工作群"} and rows[0].county_code == "JLX"
    assert rows[1].detail == {"columns": ["address", "name"], "is_active": True}
    assert all("7xxx" not in said for said in (*(page.text for page in pages), str(rows.values())))
    assert all("…5aaa" in page.text for page in pages)
    raw = Gateway.objects.extra(select={"raw": "address"}).values_list("raw", flat=True)
    assert "7xxx" not in str(list(raw))


def test_nothing_changed_leaves_no_row(cast, at, robot):
    change_gateway(gateway=robot, name=robot.name, address=WECOM, is_active=True, actor=cast.clerk, at=at)
    assert not AuditLog.objects.filter(action="change_gateway").exists()


@pytest.mark.parametrize(
    ("kind", "address", "shown"),
    [
        ("wecom", f"wecombot://{KEY}", "企业微信 qyapi.weixin.qq.com …5aaa"),
        ("wecom", "wecombot://abcd1234", "企业微信 qyapi.weixin.qq.com …"),
        ("dingtalk", "dingtalk://SECabcdefghijklmn@tok1234567890wxyz", "钉钉 oapi.dingtalk.com …wxyz"),
        (
            "sms",
            "jsons://sms.example.cn/send?-key=sesame-open-you-door&-mobile={phone}",
            "短信平台 sms.example.cn …door",
        ),
        ("sms", "jsons://sms.example.cn/{phone}?-key=short", "短信平台 sms.example.cn …"),
        ("webhook", "json://boss:sesame-open-you-door@10.0.0.9:8080/in", "其他系统 10.0.0.9:8080 …door"),
        ("webhook", "jsons://h.example/hooks/0123456789abcdefghij", "其他系统 h.example …ghij"),
    ],
)
def test_of_an_address_is_shown_where_it_leads_and_how_its_secret_ends(cast, signed_in, at, kind, address, shown):
    """Of a short secret nothing; keys and tokens that the page draws by chance may hold anything."""
    row = Gateway.objects.create(place_code="JLX", kind=kind, name="通道", address=address, created_at=at)
    client = signed_in(cast.admin)
    for page in (URL, reverse("gateway", args=[row.uid])):
        text = BY_CHANCE.sub("", client.get(page).text)
        assert f">{shown}<" in text
        assert not any(secret in text for secret in ("sesame-open", "abcd", "SECa", "boss", "1234", "hooks", "short"))


def test_the_page_says_what_has_no_robot_and_what_a_text_message_service_gets(cast, signed_in):
    county, clerk = (signed_in(user).get(URL).text for user in (cast.admin, cast.clerk))
    for text in (county, clerk):
        assert "普通微信群不能加机器人" in text and f'href="{reverse("announcements")}"' in text
    assert "签名和模板" in county and "POST" in county and ":message=content" in county
    assert "签名和模板" not in clerk


def test_the_list_costs_the_same_with_one_and_with_three(
    cast, signed_in, at, django_assert_num_queries, django_assert_max_num_queries
):
    client = signed_in(cast.admin)
    set_up(cast.gt, cast.admin, at)
    with django_assert_max_num_queries(14) as first:
        client.get(URL)
    for place in (cast.yt, cast.county):
        set_up(place, cast.admin, at)
    with django_assert_num_queries(len(first)):
        client.get(URL)


# --- A trial message ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "said"), [(200, "对方收下了"), (403, "试发没有成功:对方不认地址里的密钥(403)")])
def test_a_trial_message_goes_out_at_once(cast, signed_in, at, receiver, status, said):
    receiver.status = status
    address = f"http://127.0.0.1:{receiver.server_port}/in"
    row = set_up(cast.gt, cast.admin, at, kind="webhook", name="政务平台", address=address)
    answer = signed_in(cast.admin).post(reverse("gateway-try", args=[row.uid]), follow=True)
    assert said in answer.text
    ((path, body, mark),) = receiver.heard
    assert path == "/in" and "试发" in body["message"] and mark
    fate = "arrived" if status == 200 else "never"
    assert AuditLog.objects.get(action="try_gateway").detail == {"fate": fate}


def test_a_trial_text_message_goes_to_who_tries(cast, signed_in, at, receiver):
    address = f"http://127.0.0.1:{receiver.server_port}/send/{{phone}}"
    row = set_up(cast.county, cast.admin, at, kind="sms", name="短信", address=address)
    url = reverse("gateway-try", args=[row.uid])
    assert "没有手机号" in signed_in(cast.admin).post(url, follow=True).text and receiver.heard == []
    cast.admin.phone = "19900001234"
    cast.admin.save()
    assert "请到您的手机看看" in signed_in(cast.admin).post(url, follow=True).text
    assert [path for path, *_more in receiver.heard] == ["/send/19900001234"]
    row = AuditLog.objects.get(action="try_gateway")
    assert row.detail == {"fate": "arrived", "phone": "199****1234"}


@pytest.fixture
def texting(cast, at, receiver) -> Gateway:
    address = f"http://127.0.0.1:{receiver.server_port}/send/{{phone}}"
    return set_up(cast.county, cast.admin, at, kind="sms", name="短信", address=address)


def test_a_trial_text_message_may_go_to_a_number_that_is_typed_in_and_kept_nowhere(cast, signed_in, receiver, texting):
    cast.admin.phone = "19900001234"
    cast.admin.save()
    url = reverse("gateway-try", args=[texting.uid])
    answer = signed_in(cast.admin).post(url, {"phone": " 199-0000-5678 "}, follow=True)
    assert "请到那部手机看看" in answer.text and "19900005678" not in answer.text
    assert [path for path, *_more in receiver.heard] == ["/send/19900005678"]
    row = AuditLog.objects.get(action="try_gateway")
    assert row.detail == {"fate": "arrived", "phone": "199****5678"} and "19900005678" not in str(row.__dict__)


def test_a_service_that_wants_a_form_gets_it_as_the_page_explains(cast, at):
    with receiving() as service:
        address = f"form://127.0.0.1:{service.port}/send?-key=k&-mobile={{phone}}&:message=content"
        row = set_up(cast.county, cast.admin, at, kind="sms", name="短信", address=address)
        assert try_gateway(gateway=row, phone="19900005678", actor=cast.admin, at=at).fate == Fate.ARRIVED
    (got,) = service.got
    assert (got.method, got.asked) == ("POST", {"key": ["k"], "mobile": ["19900005678"]})
    assert "试发" in parse_qs(got.body.decode())["content"][0]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("1990000567", "11位手机号"), ("x" * 31, "号码太长"), ("{phone}", "11位手机号"), ("", "没有手机号")],
)
def test_a_number_that_is_none_is_said_and_stays_typed(cast, signed_in, receiver, texting, typed, sentence):
    answer = signed_in(cast.admin).post(reverse("gateway-try", args=[texting.uid]), {"phone": typed})
    assert answer.status_code == 400 and sentence in answer.text and receiver.heard == []
    assert answer.context["trial"]["phone"].value() == typed and answer.context["form"]["name"].value() == "短信"
    assert not AuditLog.objects.filter(action="try_gateway").exists()


def test_text_messages_are_tried_five_times_an_hour(cast, signed_in, receiver, texting, settings):
    settings.THROTTLE = True
    cache.clear()  # the accounts of an earlier run have the same keys
    client, url = signed_in(cast.admin), reverse("gateway-try", args=[texting.uid])
    client.post(url, {"phone": "12"})  # nothing went out
    answers = [client.post(url, {"phone": "19900005678"}).status_code for _turn in range(5)]
    assert answers == [302] * 5 and len(receiver.heard) == 5
    refused = client.post(url, {"phone": "19900005678"})
    assert refused.status_code == 429 and "请过一小时再试" in refused.text and len(receiver.heard) == 5
    assert refused.context["trial"]["phone"].value() == "19900005678"


def test_a_robot_asks_for_no_number(cast, signed_in, robot, texting):
    client = signed_in(cast.admin)
    assert "试发到哪个手机" not in client.get(reverse("gateway", args=[robot.uid])).text
    assert "试发到哪个手机" in client.get(reverse("gateway", args=[texting.uid])).text
    assert "试发到哪个手机" not in signed_in(cast.staff).get(reverse("gateway", args=[texting.uid])).text


def test_nothing_is_sent_through_one_that_is_switched_off(cast, at, robot, monkeypatch):
    monkeypatch.setattr(
        "julu_liaison.notices.services.gateways.post", lambda **_: pytest.fail("sent through a gateway that is off")
    )
    row = change_gateway(gateway=robot, name=robot.name, address="", is_active=False, actor=cast.clerk, at=at)
    with pytest.raises(Conflict, match="停用"):
        try_gateway(gateway=row, actor=cast.clerk, at=at)


def test_the_trial_goes_through_this_very_gateway(cast, at, robot, monkeypatch):
    sent = []
    monkeypatch.setattr(
        "julu_liaison.notices.services.gateways.post",
        lambda **facts: sent.append(facts) or Outcome(Fate.UNCLEAR, "不清楚。"),
    )
    assert try_gateway(gateway=robot, actor=cast.clerk, at=at).fate == Fate.UNCLEAR
    assert sent[0]["gateway"] == robot and "试发" in sent[0]["text"]
