"""What is due is sent, tried again, ended; what is said outside; on a receiver with a real port and Django's outbox."""

import re
import smtplib
import socket
from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from apprise.plugins import dingtalk, wecombot
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db.models import TextField, Value
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from julu_liaison.common.errors import Conflict, DomainError
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Gateway, Message, Notice, Subscription
from julu_liaison.notices.rules import BACKOFF
from julu_liaison.notices.services import mark_read, post_to_group
from julu_liaison.notices.services.again import REPEATABLE, send_again
from julu_liaison.notices.services.forgetting import forget_messages
from julu_liaison.notices.services.routing import route_notices
from julu_liaison.notices.services.sending import LEASE, send_due
from julu_liaison.notices.services.wire import addresses, checked_address, ear, lines
from julu_liaison.notices.services.words import text_message
from julu_liaison.notices.states import Channel, GatewayKind, Kind, MessageState, Pace, SmsChoice
from julu_liaison.notices.tasks import deliver_messages
from tests.cast import moment
from tests.messages import HANG_UP, PHONE, TEXT, gateway, has_phone, receiving, routed, told, wants_mail

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
AT = moment(MONDAY)
NIGHT = moment(MONDAY, 22)
S = MessageState


@pytest.fixture
def receiver():
    with receiving() as one:
        yield one


@pytest.fixture
def robot(monkeypatch, receiver):
    """WeCom and DingTalk as they are, but for the name of their machines."""
    monkeypatch.setattr(wecombot.NotifyWeComBot, "notify_url", f"http://127.0.0.1:{receiver.port}/wecom?key={{key}}")
    monkeypatch.setattr(dingtalk.NotifyDingTalk, "notify_url", f"http://127.0.0.1:{receiver.port}/ding?t={{token}}")
    return receiver


def to_clerk(cast, receiver, **facts) -> Message:
    """A text message to the clerk."""
    has_phone(cast.clerk)
    gateway("JLX", address=receiver.address("/sms/{phone}"))
    told(cast.clerk, at=AT, **facts)
    (message,) = routed(at=AT)
    return message


def to_group(address: str, kind: str = GatewayKind.WEBHOOK) -> Message:
    gateway("GT", kind, address=address)
    post_to_group(place_code="GT", kind=Kind.DUTY, text=TEXT, link="/station/", at=AT)
    (message,) = routed(at=AT)
    return message


def now(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def raising(error: Exception):
    def fail(*_arguments, **_options):
        raise error

    return fail


# ---- On its way ----


def test_a_text_message_goes_to_the_phone_through_the_service(cast, receiver):
    message = to_clerk(cast, receiver)
    assert send_due(at=AT) == {S.DELIVERED: 1}
    (got,) = receiver.got
    assert (got.path, got.id, got.json["message"], got.json["title"]) == (f"/sms/{PHONE}", str(message.uid), TEXT, "")
    row = now(message)
    assert (row.state, row.attempts, row.ended_at, row.claimed_until, row.error) == (S.DELIVERED, 1, AT, None, "")
    assert send_due(at=AT) == {} and len(receiver.got) == 1


def test_a_phone_is_quoted_wherever_the_address_wants_it(cast, receiver):
    has_phone(cast.clerk)
    type(cast.clerk).objects.update(phone="+86 199&x=1")
    address = checked_address(GatewayKind.SMS, f"http://127.0.0.1:{receiver.port}/in?to={{phone}}&key=a%2Bb")
    gateway("JLX", address=address)
    told(cast.clerk, at=AT)
    route_notices(at=AT)
    assert send_due(at=AT) == {S.DELIVERED: 1}
    assert receiver.got[0].asked == {"to": ["+86 199&x=1"], "key": ["a+b"]}


def test_a_form_may_name_its_fields(cast, receiver):
    to_group(receiver.address("/in?:message=content&:app=7&+X-Key=k&method=PUT", "form"))
    assert send_due(at=AT) == {S.DELIVERED: 1}
    (got,) = receiver.got
    assert got.method == "PUT" and got.headers["x-key"] == "k" and b"content=" in got.body and b"app=7" in got.body


def test_a_group_reads_the_text_and_where_it_leads(cast, robot, settings):
    to_group("wecombot://ab-cd", GatewayKind.WECOM)
    assert send_due(at=AT) == {S.DELIVERED: 1}
    assert robot.got[0].asked == {"key": ["ab-cd"]}
    assert robot.got[0].json["text"]["content"] == f"{TEXT}\n{settings.SITE_URL}/station/"


def test_dingtalk_signs(cast, robot):
    to_group("dingtalk://SECabc@tok1", GatewayKind.DINGTALK)
    assert send_due(at=AT) == {S.DELIVERED: 1}
    assert set(robot.got[0].asked) == {"t", "timestamp", "sign"} and robot.got[0].json["text"]["content"].startswith(
        TEXT
    )


def test_a_letter_says_it_all_and_how_to_hear_no_more(cast, settings):
    settings.SITE_URL = "https://liaison.example.cn"
    wants_mail(cast.clerk)
    (duty,) = told(cast.clerk, at=AT)
    (points,) = told(cast.clerk, at=AT, kind=Kind.POINTS, text="王芳加5分", fit_for_outside=False)
    (message,) = routed(at=AT)
    assert send_due(at=AT) == {S.DELIVERED: 1}
    (letter,) = mail.outbox
    assert letter.to == ["guanting@example.cn"] and letter.subject == "人大代表联络:2条通知"
    assert TEXT in letter.body and "“积分”" in letter.body and "王芳" not in letter.body
    assert f"https://liaison.example.cn/notices/{duty.pk}/" in letter.body
    assert f"/notices/{points.pk}/" not in letter.body
    (stop,) = re.findall(r"https://\S+/notices/stop/\S+", letter.body)  # of points alone: duties cannot be turned off
    sent = letter.message()
    assert (sent["List-Unsubscribe"], sent["List-Unsubscribe-Post"]) == (f"<{stop}>", "List-Unsubscribe=One-Click")
    assert sent["Message-ID"] == f"<{message.uid}@liaison.example.cn>" and sent["Auto-Submitted"] == "auto-generated"


def test_the_link_in_the_letter_turns_the_kind_off(cast, client, settings):
    wants_mail(cast.clerk)
    told(cast.clerk, at=AT, kind=Kind.POINTS)
    route_notices(at=AT)
    send_due(at=AT)
    (stop,) = re.findall(r"\S+/notices/stop/\S+", mail.outbox[0].body)
    assert client.post(urlsplit(stop).path, {"List-Unsubscribe": "One-Click"}).status_code in (200, 302)
    assert Subscription.objects.get().muted == [Kind.POINTS]


def test_duties_and_terms_name_no_way_out_of_them(cast):
    wants_mail(cast.clerk)
    told(cast.clerk, at=AT)
    route_notices(at=AT)
    send_due(at=AT)
    assert "/notices/stop/" not in mail.outbox[0].body and "List-Unsubscribe" not in mail.outbox[0].message()
    assert "/notices/settings/" in mail.outbox[0].body


def test_several_kinds_over_http_name_all_links_and_promise_no_single_press(cast):
    wants_mail(cast.clerk)
    for kind in (Kind.POINTS, Kind.OFFICE):
        told(cast.clerk, at=AT, kind=kind)
    route_notices(at=AT)
    send_due(at=AT)
    sent = mail.outbox[0].message()
    assert sent["List-Unsubscribe"].count("/notices/stop/") == 2 and "List-Unsubscribe-Post" not in sent


# ---- What text messages say ----


def notices(*facts) -> list[Notice]:
    return [Notice(kind=kind, text=text, fit_for_outside=fit) for kind, text, fit in facts]


def test_of_what_is_not_fit_for_outside_only_its_kind_is_told():
    secret = (Kind.TICKET, "陈卫,19900001234,要修路", False)
    assert text_message(notices(secret)) == "您有一条“意见建议”通知,请登录平台查看。"
    assert text_message(notices(secret, secret)) == "您有2条“意见建议”通知,请登录平台查看。"
    assert text_message(notices((Kind.DUTY, "接待。", True), secret)) == (
        "您有2条通知:\n1. 接待。\n2. 您有一条“意见建议”通知,请登录平台查看。"
    )
    assert all(len(text_message(notices((kind, "", False)))) <= 70 for kind in Kind)


@given(st.lists(st.tuples(st.sampled_from(Kind), st.integers(1, 200), st.booleans()), min_size=1, max_size=12))
def test_a_text_message_is_never_endless_and_never_says_what_is_not_fit(facts):
    rows = notices(*[(kind, "接" * long if fit else "甲乙丙", fit) for kind, long, fit in facts])
    said = text_message(rows)
    assert len(said) <= 210 and "甲乙丙" not in said
    if len(rows) > 1:
        assert f"{len(rows)}条" in said


# ---- Not at night ----


def test_what_fell_due_in_the_evening_waits_for_the_morning_and_the_urgent_does_not(cast, receiver):
    message = to_clerk(cast, receiver)
    told(cast.clerk, at=AT, urgent=True)
    assert len(routed(at=AT)) == 2
    assert send_due(at=NIGHT) == {S.DELIVERED: 1}
    morning = moment(MONDAY + timedelta(days=1), 7) + timedelta(minutes=30)
    assert (now(message).state, now(message).due_at) == (S.WAITING, morning)
    assert send_due(at=morning) == {S.DELIVERED: 1}


def test_what_waited_for_days_because_the_machine_was_off_is_dropped_even_at_night(cast, receiver):
    message = to_clerk(cast, receiver)
    assert send_due(at=NIGHT + timedelta(days=3)) == {S.DROPPED: 1}
    assert "三天" in now(message).error and receiver.got == []


# ---- Not needed any more ----


def test_what_was_read_on_the_site_is_not_sent_unless_it_is_a_duty(cast, receiver):
    wants_mail(cast.clerk)
    told(cast.clerk, at=AT, kind=Kind.POINTS)
    told(cast.clerk, at=AT)
    told(cast.head, at=AT, kind=Kind.POINTS)
    wants_mail(cast.head)
    routed(at=AT)
    told(cast.clerk, at=AT, kind=Kind.OFFICE)
    only_office = routed(at=AT)[-1]
    for user in (cast.clerk, cast.head):
        mark_read(user=user, at=AT)
    assert send_due(at=AT) == {S.DELIVERED: 1, S.DROPPED: 2}
    assert mail.outbox[0].subject == "人大代表联络:1条“接待和排班”通知"
    assert now(only_office).state == S.DROPPED and "看过" in now(only_office).error


def test_what_is_turned_off_meanwhile_is_not_sent(cast):
    wants_mail(cast.clerk)
    told(cast.clerk, at=AT, kind=Kind.POINTS)
    (message,) = routed(at=AT)
    Subscription.objects.update(muted=[Kind.POINTS])
    assert send_due(at=AT) == {S.DROPPED: 1} and "不再要" in now(message).error


def test_a_closed_account_gets_nothing_of_what_waits(cast, receiver):
    message = to_clerk(cast, receiver)
    type(cast.clerk).objects.filter(pk=cast.clerk.pk).update(is_active=False)
    assert send_due(at=AT) == {S.DROPPED: 1} and "停用" in now(message).error and receiver.got == []


# ---- It cannot arrive ----


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda: Gateway.objects.update(is_active=False), "停用"),
        (lambda: Gateway.objects.all().delete(), "停用"),
        (lambda: Gateway.objects.update(address="file:///etc/passwd"), "地址不对"),
        (lambda: Gateway.objects.update(kind=GatewayKind.WECOM), "地址不对"),
        (lambda: Gateway.objects.update(address="json://127.0.0.1:1/?retry=3"), "地址不对"),
    ],
)
def test_a_way_that_is_shut_or_wrong_is_told_at_once(cast, receiver, change, says):
    message = to_clerk(cast, receiver)
    change()
    assert send_due(at=AT) == {S.FAILED: 1}
    row = now(message)
    assert says in row.error and (row.ended_at, row.claimed_until) == (AT, None) and receiver.got == []


def test_without_a_phone_or_an_address_it_says_what_is_missing(cast, receiver):
    message = to_clerk(cast, receiver)
    type(cast.clerk).objects.update(phone="")
    wants_mail(cast.head)
    told(cast.head, at=AT)
    letter = routed(at=AT)[-1]
    Subscription.objects.update(email_confirmed_at=None)
    assert send_due(at=AT) == {S.FAILED: 2}
    assert "手机号" in now(message).error and "邮箱" in now(letter).error


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (204, S.DELIVERED), (302, S.FAILED), (400, S.FAILED), (401, S.FAILED), (404, S.FAILED), (410, S.FAILED),
        (429, S.WAITING), (503, S.WAITING), (500, S.UNCLEAR), (504, S.UNCLEAR), (HANG_UP, S.UNCLEAR),
    ],
)  # fmt: skip
def test_what_an_answer_means_for_a_text_message(cast, receiver, answer, state):
    message = to_clerk(cast, receiver)
    receiver.answers = [answer]
    assert send_due(at=AT) == {state: 1}
    row = now(message)
    assert row.state == state and bool(row.error) == (state != S.DELIVERED) and len(receiver.got) == 1
    assert PHONE not in row.error and "127.0.0.1" not in row.error


@pytest.mark.parametrize("answer", [500, 504, HANG_UP, 503])
def test_who_knows_repeats_gets_the_same_id_again(cast, receiver, answer):
    message = to_group(receiver.address())
    receiver.answers = [answer]
    assert send_due(at=AT) == {S.WAITING: 1}
    assert now(message).due_at == AT + BACKOFF[0]
    assert send_due(at=AT + BACKOFF[0]) == {S.DELIVERED: 1}
    assert receiver.ids == [str(message.uid)] * 2 and now(message).error == ""


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ('{"errcode": 0, "errmsg": "ok"}', S.DELIVERED), ('{"errcode": 93000}', S.FAILED), ('{"errcode": 45009}', S.WAITING),
        ("<html>请登录网络</html>", S.UNCLEAR), ("[]", S.UNCLEAR), ('{"errcode": "x"}', S.UNCLEAR), ("[" * 5000, S.UNCLEAR),
    ],
)  # fmt: skip
def test_a_robot_refuses_with_a_200(cast, robot, said, state):
    """apprise takes every 200 for success; a robot that was thrown out of the group says so inside."""
    message = to_group("wecombot://ab", GatewayKind.WECOM)
    robot.answers = [(200, said)]
    assert send_due(at=AT) == {state: 1} and now(message).state == state


NO = [
    ('{"code": 1001, "msg": "余额不足"}', "(1001)"), ('{"code": "1001"}', "(1001)"), ('{"errcode": -1}', "(-1)"),
    ('{"Code": "isv.BUSINESS_LIMIT_CONTROL"}', "(isv.BUSINESS_LIMIT_CONTROL)"), ('{"success": false}', ""),
    ('{"success": 0, "code": 7}', "(7)"), ('{"success": "false", "code": 0}', ""), ('{"status": 401}', "(401)"),
    ('{"status": "error"}', "(error)"), ('{"result": 3}', "(3)"), ('{"result": false}', ""), ('{"code": 2.5}', "(2.5)"),
    ('{"code": "19900000001"}', ""), ('{"code": "签名没有报备"}', ""), ('{"code": "E 1"}', ""),
]  # fmt: skip
YES = [
    '{"code": 0}', '{"code": 200, "result": 77}', '{"errcode": "0"}', '{"Code": "OK"}', '{"code": "000000"}', '{"code": 0.0}',
    '{"success": true, "code": 20000}', '{"success": 1}', '{"status": "success"}', '{"result": true}', '{"code": "Success "}',
]  # fmt: skip
NOTHING_PLAIN = [
    "", "0", "ok", "<html></html>", "[]", "null", '"x"', "{}", '{"msg": "no"}', '{"code": null}', '{"code": ""}',
    '{"status": "queued"}', '{"result": {"code": 5}}', '{"result": "8f3e-77"}', '{"data": {"code": 5}}', "[" * 5000,
]  # fmt: skip


@pytest.mark.parametrize(("said", "code"), NO)
def test_a_service_refuses_with_a_200_and_names_its_own_code_alone(cast, receiver, said, code):
    message = to_clerk(cast, receiver)
    receiver.answers = [(200, said)]
    assert send_due(at=AT) == {S.FAILED: 1} and len(receiver.got) == 1
    assert now(message).error == f"短信平台没有收{code},请向短信公司问清楚为什么,改好再发一次。"


@pytest.mark.parametrize("said", YES + NOTHING_PLAIN)
def test_a_service_that_does_not_plainly_refuse_has_taken_it(cast, receiver, said):
    message = to_clerk(cast, receiver)
    receiver.answers = [(200, said)]
    assert send_due(at=AT) == {S.DELIVERED: 1} and now(message).state_words == "已交给短信平台"


def test_another_system_may_refuse_inside_as_well(cast, receiver):
    message = to_group(receiver.address())
    receiver.answers = [(200, '{"code": 403}')]
    assert send_due(at=AT) == {S.FAILED: 1} and now(message).error.startswith("对方系统没有收(403)")


def test_nobody_there_is_tried_again_and_holds_up_nobody_else(cast, receiver):
    has_phone(cast.clerk, cast.head, cast.deputy)
    with receiving() as gone:
        pass
    way = gateway("JLX", address=gone.address("/{phone}"))
    wants_mail(cast.staff)
    for user in (cast.clerk, cast.head, cast.deputy, cast.staff):
        told(user, at=AT)
    route_notices(at=AT)
    assert send_due(at=AT) == {S.WAITING: 1, S.DELIVERED: 1}  # the other two for the same place were not tried
    assert Counter(Message.objects.filter(gateway=way).values_list("attempts", flat=True)) == {1: 1, 0: 2}
    assert Message.objects.filter(error__contains="连不上").count() == 1


def test_after_the_last_pause_it_is_given_up_with_the_reason(cast, receiver):
    message, at = to_clerk(cast, receiver, urgent=True), AT
    receiver.answers = [503] * 9
    tries = []
    while now(message).state == S.WAITING:
        at = now(message).due_at
        tries.append(at)
        send_due(at=at)
    assert [later - earlier for earlier, later in pairwise(tries)] == list(BACKOFF)
    row = now(message)
    assert (row.state, row.attempts, row.ended_at) == (S.FAILED, 7, at) and row.error.startswith("试了7次都没有发出去")


def test_a_repeat_that_is_not_urgent_keeps_to_the_day(cast, receiver):
    message = to_clerk(cast, receiver)
    receiver.answers = [503]
    evening = moment(MONDAY, 20) + timedelta(minutes=29, seconds=30)
    send_due(at=evening)
    assert now(message).due_at == moment(MONDAY + timedelta(days=1), 7) + timedelta(minutes=30)


# ---- Mail servers ----


def to_mail(cast) -> Message:
    wants_mail(cast.clerk)
    told(cast.clerk, at=AT)
    return routed(at=AT)[-1]


@pytest.mark.parametrize(
    ("error", "state", "says"),
    [
        (
            smtplib.SMTPRecipientsRefused({"guanting@example.cn": (550, b"no guanting@example.cn")}),
            S.FAILED,
            "核对邮箱",
        ),
        (smtplib.SMTPRecipientsRefused({"guanting@example.cn": (450, b"later")}), S.WAITING, "450"),
        (smtplib.SMTPDataError(554, b"spam"), S.FAILED, "554"),
        (smtplib.SMTPDataError(452, b"full"), S.WAITING, "452"),
        (smtplib.SMTPSenderRefused(530, b"who", "a@b"), S.FAILED, "530"),
        (smtplib.SMTPNotSupportedError("utf8"), S.FAILED, "地址不对"),
        (ValueError("Invalid address"), S.FAILED, "地址不对"),
        (smtplib.SMTPServerDisconnected("gone"), S.UNCLEAR, "断了"),
        (TimeoutError(), S.UNCLEAR, "断了"),
    ],
)
def test_what_a_mail_servers_refusal_means(cast, monkeypatch, error, state, says):
    message = to_mail(cast)
    monkeypatch.setattr(EmailBackend, "send_messages", raising(error))
    assert send_due(at=AT) == {state: 1}
    assert says in now(message).error and "@" not in now(message).error


@pytest.mark.parametrize("error", [ConnectionRefusedError(), smtplib.SMTPAuthenticationError(535, b"no")])
def test_a_mail_server_that_lets_nobody_in_is_tried_later(cast, monkeypatch, error):
    message = to_mail(cast)
    monkeypatch.setattr(EmailBackend, "open", raising(error))
    assert send_due(at=AT) == {S.WAITING: 1} and "系统管理员" in now(message).error


def test_a_goodbye_that_fails_takes_nothing_back(cast, monkeypatch):
    message = to_mail(cast)
    monkeypatch.setattr(EmailBackend, "close", raising(TimeoutError()))
    assert send_due(at=AT) == {S.DELIVERED: 1} and now(message).error == ""


def test_an_installation_without_a_mail_server_does_not_claim_to_have_sent(cast, settings, capsys):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    settings.PRODUCTION = True
    message = to_mail(cast)
    assert send_due(at=AT) == {S.FAILED: 1} and "邮件服务器" in now(message).error and capsys.readouterr().out == ""


def test_elsewhere_a_letter_that_is_only_printed_says_so(cast, settings, capsys):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    message = to_mail(cast)
    assert send_due(at=AT) == {S.DELIVERED: 1} and TEXT in capsys.readouterr().out
    assert now(message).error == "这台机器没有设邮件,信只打印在后台。"


# ---- The dead ----


def test_who_died_before_sending_is_followed_by_another_and_who_died_while_sending_by_nobody(cast, receiver):
    claimed, on_wire = to_clerk(cast, receiver), None
    told(cast.clerk, at=AT)
    on_wire = routed(at=AT)[-1]
    Message.objects.filter(pk=claimed.pk).update(state=S.CLAIMED, claimed_until=AT + LEASE)
    Message.objects.filter(pk=on_wire.pk).update(state=S.ON_WIRE, claimed_until=AT + LEASE, attempts=1)
    assert send_due(at=AT + LEASE) == {} and receiver.got == []  # they may be alive
    over = AT + LEASE + timedelta(seconds=1)
    assert send_due(at=over) == {S.DELIVERED: 1} and receiver.ids == [str(claimed.uid)]
    row = now(on_wire)
    assert (row.state, row.ended_at, row.claimed_until) == (S.UNCLEAR, over, None) and "停了" in row.error


def test_a_webhook_on_the_wire_is_sent_again_but_not_for_ever(cast, receiver):
    message, at = to_group(receiver.address()), AT
    for times in range(1, 8):
        Message.objects.filter(pk=message.pk).update(state=S.ON_WIRE, claimed_until=at, attempts=times)
        at += LEASE
        if times < 7:
            assert send_due(at=at) == {S.DELIVERED: 1}
    assert send_due(at=at) == {} and now(message).state == S.UNCLEAR


def test_a_claim_that_was_lost_sends_nothing(cast, receiver, monkeypatch):
    message = to_clerk(cast, receiver)
    moments = iter([AT, AT, AT, AT, AT + timedelta(hours=1)])

    def clock():
        at = next(moments)
        if now(message).state == S.CLAIMED:  # a second worker has thought us dead
            Message.objects.filter(pk=message.pk).update(claimed_until=AT + timedelta(hours=2))
        return at

    assert send_due(at=AT, now=clock) == {S.CLAIMED: 1} and receiver.got == []


def test_a_run_ends_when_its_time_is_over(cast, receiver):
    to_clerk(cast, receiver)
    told(cast.clerk, at=AT)
    route_notices(at=AT)
    moments = iter([AT, AT, AT, AT, AT, AT + timedelta(seconds=25)])
    assert send_due(at=AT, now=lambda: next(moments)) == {S.DELIVERED: 1}


def test_the_task_routes_and_sends(cast, receiver, monkeypatch):
    monkeypatch.setattr("julu_liaison.notices.tasks.timezone.now", lambda: AT)
    has_phone(cast.clerk)
    gateway("JLX", address=receiver.address("/{phone}"))
    told(cast.clerk, at=AT)
    assert deliver_messages() == 1 and deliver_messages() == 0 and len(receiver.got) == 1


# ---- Again, by hand ----


@pytest.mark.parametrize("state", MessageState)
def test_sent_again_only_what_ended_otherwise_than_well(cast, receiver, state):
    message = to_clerk(cast, receiver)
    Message.objects.update(state=state, attempts=7, error="试了7次", ended_at=AT)
    if state not in REPEATABLE:
        with pytest.raises(Conflict):
            send_again(message=message, county_code="JLX", actor=cast.admin, at=NIGHT)
        assert now(message).state == state and not AuditLog.objects.filter(action="send_again").exists()
        return
    row = send_again(message=message, county_code="JLX", actor=cast.admin, at=NIGHT)
    assert (row.state, row.attempts, row.error, row.ended_at) == (S.WAITING, 0, "", None)
    assert row.due_at == moment(MONDAY + timedelta(days=1), 7) + timedelta(minutes=30)
    entry = AuditLog.objects.get(action="send_again")
    assert (entry.actor, entry.target_key, entry.detail) == (
        cast.admin, str(message.uid), {"channel": "sms", "was": state},
    )  # fmt: skip
    assert send_due(at=row.due_at) == {S.DELIVERED: 1}


# ---- Forgotten ----


def test_what_ended_long_ago_is_let_go_and_what_nobody_has_read_stays(cast, receiver):
    wants_mail(cast.clerk)
    told(cast.clerk, cast.head, at=AT)
    post_to_group(place_code="GT", kind=Kind.DUTY, text=TEXT, at=AT)
    route_notices(at=AT)
    send_due(at=AT)
    mark_read(user=cast.clerk, at=AT)
    assert forget_messages(at=AT + timedelta(days=180)) == 0
    assert forget_messages(at=AT + timedelta(days=181)) == 1 and not Message.objects.exists()
    assert forget_messages(at=AT + timedelta(days=365)) == 0
    assert forget_messages(at=AT + timedelta(days=366)) == 2
    assert Notice.objects.get().user == cast.head


def test_a_notice_that_is_still_to_be_sent_is_kept(cast):
    wants_mail(cast.clerk)
    told(cast.clerk, at=AT)
    route_notices(at=AT)
    mark_read(user=cast.clerk, at=AT)
    assert forget_messages(at=AT + timedelta(days=400)) == 0 and Notice.objects.exists()


# ---- Addresses ----


@pytest.mark.parametrize(
    ("kind", "address", "kept"),
    [
        ("wecom", " https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=ab-cd \n", "wecombot://ab-cd"),
        ("wecom", "wecombot://abc?retry=3", "wecombot://abc"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=ab1", "dingtalk://ab1"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=ab1&secret=SECx", "dingtalk://SECx@ab1"),
        ("dingtalk", "dingtalk://SEC@tok/19900000000/?retry=3", "dingtalk://SEC@tok"),
        ("sms", "https://u:p@h.cn/sms?to=%7Bphone%7D&k=%E5%A5%BD", "jsons://u:p@h.cn/sms?-to={phone}&-k=%E5%A5%BD"),
        ("sms", "forms://h.cn/x?:message=content&:to={phone}", "forms://h.cn/x?:message=content&:to={phone}"),
        ("webhook", "http://10.1.2.3:8080/in/", "json://10.1.2.3:8080/in/"),
    ],
)
def test_an_address_is_taken_as_it_is_copied(kind, address, kept):
    assert checked_address(kind, address) == kept == checked_address(kind, kept)


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("wecom", ""), ("wecom", "json://h.cn/"), ("wecom", "https://h.cn/?key=ab"), ("wecom", "dingtalk://ab"),
        ("dingtalk", "dingtalk://"), ("dingtalk", "wecombot://ab"), ("dingtalk", "https://h.cn/robot/send?access_token=a"),
        ("sms", "https://h.cn/sms"), ("sms", "wecombot://ab"), ("sms", "https://h.cn/{phone} {phone}"),
        ("webhook", ""), ("webhook", "file:///etc/passwd"), ("webhook", "mailto://a@b.cn"), ("webhook", "jsons://"),
        ("webhook", "jsons://h.cn/?retry=3"), ("webhook", "jsons://h.cn/?verify=no"), ("webhook", "jsons://h.cn/?redirect=yes"),
        ("webhook", "jsons://h.cn/?+A=好"), ("webhook", "jsons://h.cn/?method=DELETE"), ("webhook", "json://[::1"),
        ("webhook", "http://h.cn:abc/"), ("webhook", "https://h.cn/" + "a" * 1000), ("webhook", "windows://"),
        ("webhook", "jsons://h.cn/\r\nX-A: b"),
    ],
)  # fmt: skip
def test_any_other_address_is_refused_with_a_sentence(kind, address):
    with pytest.raises(DomainError) as refusal:
        checked_address(kind, address)
    assert set(refusal.value.fields) == {"address"} and refusal.value.fields["address"].endswith(("。", ")。"))


@given(st.sampled_from(GatewayKind), st.text(max_size=60) | st.from_regex(r"(https?|jsons?|forms?|wecombot)://.{0,40}"))
def test_whatever_is_typed_is_kept_or_refused_and_breaks_nothing(kind, address):
    kept = ""
    with suppress(DomainError):
        kept = checked_address(kind, address)
    assert kept.partition("://")[0].lower() in {"", "wecombot", "dingtalk", "json", "jsons", "form", "forms"}


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:7f00:1]", "0.0.0.0", "169.254.169.254", "100.100.100.200", "127.1", "2130706433"],  # noqa: S104 - addresses to be refused
)
def test_in_production_no_address_leads_back_into_the_machine(cast, receiver, settings, host):
    settings.PRODUCTION = True
    with pytest.raises(DomainError):
        checked_address(GatewayKind.WEBHOOK, f"http://{host}/")
    message = to_group(f"json://{host}:{receiver.port}/")  # kept before it was production
    assert send_due(at=AT) == {S.FAILED: 1} and "发送通道" in now(message).error and receiver.got == []
    assert checked_address(GatewayKind.WEBHOOK, "http://10.1.2.3/") == "json://10.1.2.3/"


def test_a_name_that_leads_elsewhere_when_it_is_dialled_reaches_nobody(receiver, settings, monkeypatch):
    """Whoever owns a name may answer its second look-up differently; what counts is the other end of the line."""
    settings.PRODUCTION = True
    dialled, look_up = [], socket.getaddrinfo

    def rebound(host, port, *args, **options):
        if host != "rebind.example.cn":
            return look_up(host, port, *args, **options)
        dialled.append(host)
        told = "10.1.2.3" if len(dialled) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (told, port or 0))]

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    message = to_group(f"json://rebind.example.cn:{receiver.port}/")
    send_due(at=AT)
    assert len(dialled) == 2 and receiver.got == []
    assert now(message).state == S.WAITING and "连不上" in now(message).error


def test_the_machines_own_address_in_the_house_leads_back_as_well(receiver, settings, monkeypatch):
    """Whatever the address looks like: when both ends of the line are one machine, it hangs up."""
    settings.PRODUCTION = True
    for module in (addresses, lines):
        monkeypatch.setattr(module, "is_forbidden", lambda _address: False)  # as if 127.0.0.1 were 192.168.1.10
    message = to_group(f"json://127.0.0.1:{receiver.port}/")
    send_due(at=AT)
    assert receiver.got == [] and now(message).state == S.WAITING and "连不上" in now(message).error


def test_nothing_secret_is_logged(cast, receiver, robot, caplog):
    caplog.set_level("DEBUG")
    to_clerk(cast, receiver)
    gateway("GT", GatewayKind.WECOM, address="wecombot://Geheimnis")
    gateway("GT", GatewayKind.WEBHOOK, address=receiver.address("/Geheimnis"))
    post_to_group(place_code="GT", kind=Kind.DUTY, text=TEXT, at=AT)
    route_notices(at=AT)
    receiver.answers = [500, 200, HANG_UP]
    send_due(at=AT)
    told_all = caplog.text
    assert len(receiver.got) == 3 and "Geheimnis" not in told_all and PHONE not in told_all and TEXT not in told_all


# ---- Whatever the receivers answer ----

answers = st.sampled_from([200, 204, 302, 400, 403, 429, 500, 503, HANG_UP])


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(answers, max_size=20), st.lists(st.sampled_from(GatewayKind), min_size=1, max_size=4))
def test_every_message_ends_and_nothing_arrives_twice(cast, robot, given_answers, kinds):
    for model in (Message, Notice, Gateway):
        model.objects.all().delete()
    robot.got, robot.taken, robot.answers = [], [], list(given_answers)
    has_phone(cast.clerk)
    for number, kind in enumerate(kinds):
        place = "JLX" if kind == GatewayKind.SMS else "GT"
        path = {"wecom": "wecombot://ab", "dingtalk": "dingtalk://ab"}.get(kind, robot.address("/{phone}"))
        gateway(place, kind, name=str(number), address=path)
    told(cast.clerk, at=AT)
    post_to_group(place_code="GT", kind=Kind.DUTY, text=TEXT, at=AT)
    route_notices(at=AT)
    at = AT
    while (row := Message.objects.filter(state=S.WAITING).order_by("due_at").first()) is not None:
        at = max(at, row.due_at)
        send_due(at=at)
    ended = Counter(Message.objects.values_list("state", flat=True))
    assert set(ended) <= {S.DELIVERED, S.FAILED, S.UNCLEAR}
    assert all((row.error == "") == (row.state == S.DELIVERED) and row.ended_at for row in Message.objects.all())
    with_id = Counter(one.id for one in robot.taken if one.id)
    assert set(with_id.values()) <= {1}
    assert len(robot.taken) <= ended[S.DELIVERED]  # 204 is delivered, too


def test_the_inbox_alone_is_enough_for_whoever_wants_no_more(cast):
    """No gateway, no address: nothing waits for ever."""
    told(cast.clerk, cast.head, at=AT)
    assert (
        deliver_messages() == 0 and not Message.objects.exists() and not Notice.objects.filter(routed_at=None).exists()
    )


def test_a_digest_is_one_letter(cast):
    wants_mail(cast.clerk, pace=Pace.DAILY, sms=SmsChoice.NEEDED)
    for kind in (Kind.DUTY, Kind.POINTS, Kind.DEADLINE):
        told(cast.clerk, at=AT, kind=kind, text=f"关于{kind.label}")
        route_notices(at=AT)
    assert send_due(at=AT) == {}
    assert send_due(at=moment(MONDAY + timedelta(days=1), 8)) == {S.DELIVERED: 1}
    (letter,) = mail.outbox
    assert [line for line in letter.body.splitlines() if line[:2] in ("1.", "2.", "3.")] == [
        "1. 关于接待和排班", "2. 关于积分", "3. 关于办理期限",
    ]  # fmt: skip
    assert Message.objects.get().channel == Channel.MAIL


# ---- An address that no key opens ----


def test_one_address_that_cannot_be_opened_holds_nobody_else_up(cast, receiver):
    wants_mail(cast.clerk)
    wants_mail(cast.head)
    has_phone(cast.deputy)
    broken = gateway("JLX", address=receiver.address("/sms/{phone}"))
    garbage = Value("not sealed with any key of ours", output_field=TextField())
    Subscription.objects.filter(user=cast.clerk).update(email=garbage)
    Gateway.objects.filter(pk=broken.pk).update(address=garbage)
    told(cast.clerk, cast.head, cast.deputy, at=AT)
    assert route_notices(at=AT) == 3
    send_due(at=AT)
    states = {message.user.username: (message.state, message.error) for message in Message.objects.select_related("user")}
    assert states[cast.head.username] == (S.DELIVERED, "") and len(mail.outbox) == 1
    for user in (cast.clerk, cast.deputy):
        assert states[user.username][0] == S.FAILED and "FIELD_KEYS" in states[user.username][1]


def test_certificates_are_checked_and_redirects_refused_whatever_an_address_says(monkeypatch):
    asked = {}
    monkeypatch.setattr("requests.Session.request", lambda _session, method, url, **options: asked.update(options))
    with ear.hearing():
        ear._Ear().post("https://robot.example/", verify=False, allow_redirects=True, timeout=None)
    assert (asked["verify"], asked["allow_redirects"], asked["timeout"]) == (True, False, ear.TIMEOUTS)
