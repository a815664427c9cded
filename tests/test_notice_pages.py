"""One's own notices: the inbox, opening one, choosing how to hear of them, the links in a mail."""

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.services import Matter
from julu_liaison.common.errors import DomainError, NotFound
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Gateway, Notice, Subscription
from julu_liaison.notices.services import notify, post_to_group
from julu_liaison.notices.services.subscriptions import (
    change_subscription,
    confirm_email,
    mail_token,
    stop_mail,
    stop_token,
    subscription_behind,
    subscription_of,
)
from julu_liaison.notices.services.wire import Fate, Outcome
from julu_liaison.notices.states import Kind, Pace, SmsChoice
from opinions.services import register_opinion
from tests.cast import moment

EMAIL = "clerk@example.cn"
USUAL = {"email": "", "by_mail": "on", "sms": "needed", "pace": "at_once",
         "wanted": ["ticket", "activity", "record", "points", "office"]}  # fmt: skip


@pytest.fixture
def at():
    return moment(today_here())


def choose(user, at, **chosen) -> Subscription:
    usual = {"email": "", "by_mail": True, "sms": "needed", "pace": "at_once", "muted": []}
    return change_subscription(user=user, at=at, **(usual | chosen))


def told(user, at, text="有答复了", kind=Kind.TICKET, link="/opinions/") -> Notice:
    notify(users=[user], kind=kind, text=text, link=link, at=at)
    return Notice.objects.filter(user=user).latest("pk")


# --- The inbox ------------------------------------------------------------------------------------------------------


def test_opening_a_notice_marks_that_one_read_and_goes_where_it_leads(cast, signed_in, at):
    one, other = told(cast.deputy, at), told(cast.deputy, at, text="另一条")
    client = signed_in(cast.deputy)
    assert reverse("notice-open", args=[one.pk]) in client.get(reverse("notices")).text
    answer = client.get(reverse("notice-open", args=[one.pk]))
    assert (answer.status_code, answer.url) == (302, "/opinions/")
    one.refresh_from_db()
    other.refresh_from_db()
    assert one.read_at and other.read_at is None


def unread(user) -> set[str]:
    return set(user.notices.filter(read_at=None).values_list("text", flat=True))


def test_opening_the_page_itself_reads_what_leads_there_and_nothing_else(cast, signed_in, at):
    for text, link in (
        ("列表", "/opinions/"), ("没办完的", "/opinions/?state=open"), ("活动", "/me/activities/"), ("没有链接", ""),
    ):  # fmt: skip
        told(cast.deputy, at, text=text, link=link)
    told(cast.head, at, text="别人的", link="/opinions/")
    client = signed_in(cast.deputy)
    client.head("/opinions/")
    client.post("/opinions/")
    assert len(unread(cast.deputy)) == 4
    assert "有3条新通知" in client.get("/opinions/").text  # the bell is right at once
    assert unread(cast.deputy) == {"没办完的", "活动", "没有链接"}
    client.get("/opinions/?state=open")
    assert unread(cast.deputy) == {"活动", "没有链接"} and unread(cast.head) == {"别人的"}


def test_a_tickets_page_reads_its_notices(cast, signed_in, at):
    ticket = register_opinion(branch=cast.gt01, matter=Matter("路灯坏了"), actor=cast.clerk, at=at)
    other = register_opinion(branch=cast.gt01, matter=Matter("井盖丢了"), actor=cast.clerk, at=at)
    Notice.objects.all().delete()
    for one in (ticket, other):
        told(cast.head, at, text=one.number, link=one.page)
    client = signed_in(cast.head)
    client.get(f"{ticket.page}?checked=1")
    assert unread(cast.head) == {other.number}


def test_what_is_read_by_opening_its_page_costs_one_query_and_none_when_nothing_is_new(cast, signed_in, at):
    client, page = signed_in(cast.deputy), reverse("my-activities")

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(page)
        return len(asked)

    queries()
    without = queries()
    for _ in range(3):
        told(cast.deputy, at, link=page)
    assert (queries(), queries()) == (without + 1, without)
    told(cast.deputy, at, link="/elsewhere/")
    assert queries() == without  # what waits elsewhere costs nothing here


def test_an_address_that_no_database_takes_is_no_error(cast, signed_in, at):
    told(cast.deputy, at)
    assert signed_in(cast.deputy).get("/opinions/%00/?q=%00%ff").status_code == 404


@pytest.mark.parametrize("link", ["", "https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_a_notice_never_leads_off_the_site(cast, signed_in, at, link):
    notice = told(cast.deputy, at, link=link)
    assert signed_in(cast.deputy).get(reverse("notice-open", args=[notice.pk])).url == reverse("notices")


def test_the_first_reading_counts_and_a_look_ahead_does_not(cast, signed_in, at):
    notice = told(cast.deputy, at)
    client = signed_in(cast.deputy)
    client.head(reverse("notice-open", args=[notice.pk]))
    notice.refresh_from_db()
    assert notice.read_at is None
    Notice.objects.update(read_at=at)
    client.get(reverse("notice-open", args=[notice.pk]))
    notice.refresh_from_db()
    assert notice.read_at == at


def test_nobody_opens_anothers_notice_nor_a_groups(cast, signed_in, at):
    foreign = told(cast.head, at)
    post_to_group(place_code=cast.gt.code, kind=Kind.DUTY, text="本周日接待", at=at)
    client = signed_in(cast.deputy)
    for notice in Notice.objects.all():
        assert client.get(reverse("notice-open", args=[notice.pk])).status_code == 404
    foreign.refresh_from_db()
    assert foreign.read_at is None


def test_the_inbox_is_narrowed_to_a_kind(cast, signed_in, at):
    told(cast.deputy, at, text="有答复了")
    told(cast.deputy, at, text="周日到您接待", kind=Kind.DUTY)
    client = signed_in(cast.deputy)
    text = client.get(reverse("notices"), {"kind": "duty"}).text
    assert "周日到您接待" in text and "有答复了" not in text
    assert "没有这一类通知" in client.get(reverse("notices"), {"kind": "points"}).text
    assert client.get(reverse("notices"), {"kind": "nothing"}).status_code == 404


def test_only_kinds_of_which_one_has_notices_narrow_it(cast, signed_in, at):
    client = signed_in(cast.deputy)

    def offered(**asked):
        return [value for value, _label in client.get(reverse("notices"), asked).context["kinds"]]

    told(cast.head, at, kind=Kind.POINTS)
    assert offered() == [] and "看哪一类" not in client.get(reverse("notices")).text
    told(cast.deputy, at)
    told(cast.deputy, at)
    assert offered() == []  # all are of one kind
    told(cast.deputy, at, kind=Kind.DUTY)
    Notice.objects.filter(kind=Kind.DUTY).update(read_at=at)
    assert offered() == ["", "duty", "ticket"] and "全部标为已读" in client.get(reverse("notices")).text
    assert offered(kind="office") == ["", "duty", "ticket", "office"]  # the one that is looked at, and the way back
    Notice.objects.filter(user=cast.deputy).update(read_at=at)
    assert "全部标为已读" not in client.get(reverse("notices")).text


def test_every_notice_is_reached_by_turning_pages(cast, signed_in, at):
    notify(users=[cast.deputy] * 60, kind=Kind.TICKET, text="有答复了", at=at)
    client, url, seen = signed_in(cast.deputy), reverse("notices"), []
    for _turn in range(3):
        answer = client.get(url)
        seen += [notice.pk for notice in answer.context["notices"]]
        url = reverse("notices") + answer.context["links"]["next"]
    assert seen == list(Notice.objects.order_by("-pk").values_list("pk", flat=True)) and len(seen) == 60
    assert answer.context["links"]["next"] == ""


@pytest.mark.parametrize("who", ["deputy", "clerk"])
def test_the_inbox_costs_the_same_with_one_notice_and_with_three(
    cast, signed_in, at, who, django_assert_num_queries, django_assert_max_num_queries
):
    user = getattr(cast, who)
    client = signed_in(user)
    told(user, at)
    with django_assert_max_num_queries(10) as first:
        client.get(reverse("notices"))
    for _turn in range(2):
        told(user, at, kind=Kind.DUTY)
    with django_assert_num_queries(len(first)):
        client.get(reverse("notices"))


def test_the_way_to_what_left_the_house_is_for_who_may_go_there(cast, signed_in):
    assert reverse("messages") in signed_in(cast.clerk).get(reverse("notices")).text
    assert reverse("messages") not in signed_in(cast.deputy).get(reverse("notices")).text
    assert reverse("notice-settings") in signed_in(cast.deputy).get(reverse("notices")).text
    assert reverse("notice-settings") in signed_in(cast.deputy).get(reverse("account")).text


# --- The own choice -------------------------------------------------------------------------------------------------


def test_who_never_chose_has_the_defaults(cast):
    kept = subscription_of(cast.deputy)
    assert kept.pk is None and (kept.email, kept.by_mail, kept.sms, kept.pace, kept.muted) == (
        "", True, SmsChoice.NEEDED, Pace.AT_ONCE, [],
    )  # fmt: skip


def test_the_page_saves_the_choice_and_asks_the_new_address(cast, signed_in, mailoutbox):
    client = signed_in(cast.clerk)
    sent = USUAL | {"email": " clerk＠example.cn ", "sms": "all", "pace": "daily", "wanted": ["ticket", "record"]}
    answer = client.post(reverse("notice-settings"), sent, follow=True)
    kept = Subscription.objects.get()
    assert kept.user == cast.clerk and kept.email == EMAIL and kept.email_confirmed_at is None
    assert (kept.sms, kept.pace, kept.muted) == ("all", "daily", ["activity", "points", "office"])
    assert "保存好了" in answer.text and "邮箱还没确认" in answer.text
    (mail,) = mailoutbox
    assert mail.to == [EMAIL] and cast.clerk.name not in mail.body
    link = re.search(r"https?://\S+", mail.body).group()
    assert EMAIL not in link and "clerk" not in link
    token = link.rstrip("/").rpartition("/")[2]
    assert link.endswith(reverse("notice-mail-confirm", args=[token])) and subscription_behind(token) == kept
    client.post(reverse("notice-settings"), sent | {"email": EMAIL, "pace": "at_once"})
    assert len(mailoutbox) == 1  # the address is the same


def test_the_form_shows_what_was_chosen(cast, signed_in, at):
    choose(cast.clerk, at, email=EMAIL, by_mail=False, sms="all", muted=["points"])
    form = signed_in(cast.clerk).get(reverse("notice-settings")).context["form"]
    assert form["email"].value() == EMAIL and form["by_mail"].value() is False and form["sms"].value() == "all"
    assert form["wanted"].value() == ["ticket", "activity", "record", "office"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "不是邮箱"}, "name@example.cn"),
        ({"email": "a" * 250 + "@example.cn"}, "太长"),
        ({"email": "a@b\x00.cn"}, "空字符"),
        ({"sms": "never"}, "请从列出的里面选"),
        ({"pace": ""}, "请选一种"),
        ({"wanted": ["duty"]}, "请从列出的里面选"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(cast, signed_in, wrong, sentence, mailoutbox):
    answer = signed_in(cast.clerk).post(reverse("notice-settings"), USUAL | {"email": EMAIL} | wrong)
    assert answer.status_code == 400 and sentence in answer.text and mailoutbox == []
    assert answer.context["form"]["email"].value() == (USUAL | {"email": EMAIL} | wrong)["email"]
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"muted": ["duty"]}, "muted"), ({"muted": ["x"]}, "muted"), ({"sms": "x"}, "sms"), ({"pace": "x"}, "pace"),
     ({"email": "x"}, "email")],
)  # fmt: skip
def test_the_service_takes_no_other_choice(cast, at, wrong, field):
    with pytest.raises(DomainError) as error:
        choose(cast.clerk, at, **wrong)
    assert field in error.value.fields and not Subscription.objects.exists()


def test_the_address_is_sealed_and_never_in_the_audit(cast, at):
    choose(cast.clerk, at, email=EMAIL, muted=["points"])
    row = AuditLog.objects.get(action="change_subscription")
    assert row.actor == cast.clerk and row.detail == {"columns": ["email", "muted"]} and row.at == at
    raw = Subscription.objects.extra(select={"raw": "email"}).values_list("raw", flat=True)
    assert EMAIL not in str(list(raw))
    choose(cast.clerk, at, email=EMAIL, muted=["points"])
    assert AuditLog.objects.filter(action="change_subscription").count() == 1


def test_a_mail_that_does_not_get_out_is_said_and_can_be_sent_again(cast, signed_in, monkeypatch, mailoutbox):
    client = signed_in(cast.clerk)
    with monkeypatch.context() as patch:
        down = Outcome(Fate.LATER, "邮件服务器连不上。")
        patch.setattr("julu_liaison.notices.services.confirming.send_letter", lambda *_, **__: down)
        answer = client.post(reverse("notice-settings"), USUAL | {"email": EMAIL}, follow=True)
    assert "确认邮件没有发出去:邮件服务器连不上。" in answer.text and Subscription.objects.get().email == EMAIL
    answer = client.post(reverse("notice-settings"), {"again": "1"}, follow=True)
    assert "确认邮件发出去了" in answer.text and len(mailoutbox) == 1


def test_nobody_fills_a_strangers_mailbox(cast, signed_in, settings, mailoutbox):
    settings.THROTTLE = True
    cache.clear()  # the accounts of an earlier run have the same keys
    client = signed_in(cast.clerk)
    for number in range(7):
        answer = client.post(reverse("notice-settings"), USUAL | {"email": f"n{number}@example.cn"}, follow=True)
    assert len(mailoutbox) == 5 and "一小时以后再发" in answer.text
    assert Subscription.objects.get().email == "n6@example.cn"


def test_no_confirming_mail_where_there_is_nothing_to_confirm(cast, signed_in, at, mailoutbox):
    client = signed_in(cast.clerk)
    client.post(reverse("notice-settings"), {"again": "1"})
    confirm_email(token=mail_token(choose(cast.clerk, at, email=EMAIL)), at=at)
    client.post(reverse("notice-settings"), {"again": "1"})
    assert mailoutbox == []


def test_the_page_says_whether_text_messages_come(cast, signed_in, at):
    client = signed_in(cast.clerk)
    assert "县里还没有开通短信" in client.get(reverse("notice-settings")).text
    Gateway.objects.create(place_code="JLX", kind="sms", name="短信", address="jsons://x/{phone}", created_at=at)
    assert "您的账号没有手机号" in client.get(reverse("notice-settings")).text
    cast.clerk.phone = "19900001234"
    cast.clerk.save()
    assert "发到199****1234" in client.get(reverse("notice-settings")).text


OUT_OF_REACH = "现在没有办法在网站外通知到您,只能登录看"


def test_whoever_is_reached_on_no_way_is_told_so(cast, signed_in, at):
    client = signed_in(cast.clerk)

    def says(sentence: str) -> bool:
        return sentence in client.get(reverse("notice-settings")).text

    assert says(OUT_OF_REACH)
    row = choose(cast.clerk, at, email=EMAIL)
    assert says(OUT_OF_REACH)  # not confirmed
    confirm_email(token=mail_token(row), at=at)
    assert not says(OUT_OF_REACH)
    choose(cast.clerk, at, email=EMAIL, by_mail=False)
    assert says(OUT_OF_REACH)
    Gateway.objects.create(place_code="JLX", kind="sms", name="短信", address="jsons://x/{phone}", created_at=at)
    assert says(OUT_OF_REACH)  # no phone
    cast.clerk.phone = "19900001234"
    cast.clerk.save()
    assert not says(OUT_OF_REACH)
    Gateway.objects.update(is_active=False)
    assert says(OUT_OF_REACH)


def test_where_mail_is_not_set_up_an_address_reaches_nobody(cast, signed_in, at, settings):
    confirm_email(token=mail_token(choose(cast.clerk, at, email=EMAIL)), at=at)
    client = signed_in(cast.clerk)
    assert "还没有设邮件" not in client.get(reverse("notice-settings")).text
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    text = client.get(reverse("notice-settings")).text
    assert "还没有设邮件" in text and OUT_OF_REACH in text and "填好并确认邮箱" not in text


@pytest.mark.parametrize(
    ("production", "said"),
    [(False, "这台机器没有设邮件,信只打印在后台"), (True, "确认邮件没有发出去:系统还没有设置邮件服务器")],
)
def test_without_a_mail_server_no_mail_is_claimed_to_have_gone(cast, signed_in, settings, capsys, production, said):
    client = signed_in(cast.clerk)
    settings.EMAIL_BACKEND, settings.PRODUCTION = "django.core.mail.backends.console.EmailBackend", production
    text = client.post(reverse("notice-settings"), USUAL | {"email": EMAIL}, follow=True).text
    assert said in text and "邮件发出去了" not in text
    assert ("/notices/mail/" in capsys.readouterr().out) == (not production)


@pytest.mark.parametrize("name", ["notices", "notice-settings", "messages", "gateways"])
def test_no_copy_stays_on_a_shared_computer(cast, signed_in, name):
    answer = signed_in(cast.clerk).get(reverse(name))
    assert answer.status_code == 200
    assert {"no-store", "private"} <= set(answer["Cache-Control"].replace(" ", "").split(","))


# --- The link of a confirming mail ----------------------------------------------------------------------------------


def test_opening_the_link_changes_nothing_the_button_confirms(cast, client, at):
    url = reverse("notice-mail-confirm", args=[mail_token(choose(cast.clerk, at, email=EMAIL))])
    page = client.get(url)
    assert page.status_code == 200 and "c***@example.cn" in page.text and EMAIL not in page.text
    assert Subscription.objects.get().email_confirmed_at is None
    assert "<button>" in page.text and "邮箱确认好了" in client.post(url).text
    again = client.get(url)
    assert again.status_code == 200 and "已经确认过" in again.text and "<button>" not in again.text
    first = Subscription.objects.get().email_confirmed_at
    assert first and client.post(url).status_code == 200
    assert Subscription.objects.get().email_confirmed_at == first
    assert AuditLog.objects.filter(action="confirm_email").count() == 1
    assert {"no-store", "private"} <= set(page["Cache-Control"].replace(" ", "").split(","))
    assert page["Referrer-Policy"] == "no-referrer" and "noindex" in page["X-Robots-Tag"]


def test_another_address_needs_another_link(cast, client, at):
    old = mail_token(choose(cast.clerk, at, email="old@example.cn"))
    confirm_email(token=old, at=at)
    assert choose(cast.clerk, at, email=EMAIL).email_confirmed_at is None
    answer = client.post(reverse("notice-mail-confirm", args=[old]))
    assert answer.status_code == 404 and "最新的一封确认邮件" in answer.text
    assert Subscription.objects.get().email_confirmed_at is None


def test_the_same_address_typed_again_stays_confirmed(cast, at):
    confirm_email(token=mail_token(choose(cast.clerk, at, email=EMAIL)), at=at)
    assert choose(cast.clerk, at, email=EMAIL, pace="daily").email_confirmed_at == at


def test_the_link_ends_after_three_days(cast, at, monkeypatch):
    token = mail_token(choose(cast.clerk, at, email=EMAIL))
    made = signing.time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: made + timedelta(days=3, minutes=1).total_seconds())
    with pytest.raises(NotFound, match="过期"):
        confirm_email(token=token, at=at)
    monkeypatch.setattr("django.core.signing.time.time", lambda: made + timedelta(days=2, hours=23).total_seconds())
    assert confirm_email(token=token, at=at).email_confirmed_at == at


def test_a_stopped_account_confirms_nothing(cast, at):
    token = mail_token(choose(cast.clerk, at, email=EMAIL))
    cast.clerk.is_active = False
    cast.clerk.save()
    with pytest.raises(NotFound):
        confirm_email(token=token, at=at)


@pytest.mark.parametrize("name", ["notice-mail-confirm", "notice-stop"])
@pytest.mark.parametrize("token", ["x", "a:b:c", "你好", "%00", "W10:1:x", "." * 300])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_broken_link_says_what_to_do(db, client, name, token, method):
    answer = getattr(client, method)(reverse(name, args=[token]))
    assert answer.status_code == 404 and "登录平台" in answer.text
    assert "<h1>这个链接不能用</h1>" in answer.text


def test_one_links_token_is_no_others(cast, client, at):
    row = choose(cast.clerk, at, email=EMAIL)
    assert client.post(reverse("notice-stop", args=[mail_token(row)])).status_code == 404
    token = stop_token(user=cast.clerk, kind=Kind.POINTS)
    assert client.post(reverse("notice-mail-confirm", args=[token])).status_code == 404


# --- The link that turns a kind off ---------------------------------------------------------------------------------


def test_a_mail_program_turns_a_kind_off_by_one_click(cast, at):
    """RFC 8058: a POST without cookies, sign-in or form token."""
    choose(cast.clerk, at, email=EMAIL, muted=["office"])
    url = reverse("notice-stop", args=[stop_token(user=cast.clerk, kind=Kind.POINTS)])
    client = Client(enforce_csrf_checks=True)
    assert "<button>不再发送</button>" in client.get(url).text and Subscription.objects.get().muted == ["office"]
    answer = client.post(url, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and "“积分”的通知不再发邮件和短信" in answer.text
    assert client.post(url).status_code == 200
    again = client.get(url)
    assert again.status_code == 200 and "已经停了" in again.text and "<button>" not in again.text
    assert Subscription.objects.get().muted == ["points", "office"]
    (row,) = AuditLog.objects.filter(action="stop_mail")
    assert row.actor is None and row.detail == {"kind": "points"}


def test_the_link_works_for_who_never_chose(cast, at):
    stop_mail(token=stop_token(user=cast.deputy, kind="activity"), at=at)
    kept = Subscription.objects.get(user=cast.deputy)
    assert kept.muted == ["activity"] and kept.by_mail and kept.sms == SmsChoice.NEEDED


@pytest.mark.parametrize("kind", [Kind.DUTY, Kind.DEADLINE])
def test_what_has_to_reach_everybody_is_not_turned_off(cast, client, kind):
    url = reverse("notice-stop", args=[stop_token(user=cast.deputy, kind=kind)])
    for answer in (client.get(url), client.post(url)):
        assert answer.status_code == 400 and "<h1>这类通知不能关</h1>" in answer.text
        assert "<button>" not in answer.text and "填写的内容" not in answer.text
    assert not Subscription.objects.exists()
