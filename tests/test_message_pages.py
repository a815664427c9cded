"""What left the house: who sees which messages, how far each has come in words, having one sent again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Gateway, Message, Notice
from julu_liaison.notices.states import Channel, Kind, MessageState
from stations.services import appoint, end_posting, hand_over, open_station
from stations.services.resending import send_message_again
from stations.states import Role
from tests.cast import OPENED, account, moment

URL = reverse("messages")


@pytest.fixture
def at():
    return moment(today_here())


def left(
    user=None, place="", *, state=MessageState.DELIVERED, text="有答复了", fit=False, kind=Kind.TICKET, **fields
) -> Message:
    """One message that left the house now, of one notice."""
    now = timezone.now()
    notice = Notice.objects.create(
        user=user, place_code=place, kind=kind, text=text, created_at=now, routed_at=now, fit_for_outside=fit
    )
    channel = Channel.MAIL if user else Channel.GROUP
    times = {"created_at": now, "due_at": now} | fields
    row = Message.objects.create(channel=channel, user=user, place_code=place, state=state, **times)
    row.notices.add(notice)
    return row


@pytest.fixture
def messages(cast) -> dict[str, Message]:
    """One to each person and group, by whom it is for."""
    people = ("admin", "auditor", "clerk", "stranger", "head", "deputy", "officer", "chief")
    return {who: left(getattr(cast, who)) for who in people} | {
        place: left(place=place) for place in ("JLX", "GT", "YT")
    }


def seen_by(client, messages, **filters) -> set[str]:
    shown = {line.message.pk for line in client.get(URL, filters).context["lines"]}
    return {who for who, row in messages.items() if row.pk in shown}


# --- Who sees what --------------------------------------------------------------------------------------------------


def test_a_station_sees_its_own_people_and_group(cast, signed_in, messages):
    assert seen_by(signed_in(cast.clerk), messages) == {"clerk", "head", "deputy", "GT"}
    assert seen_by(signed_in(cast.stranger), messages) == {"stranger", "YT"}


@pytest.mark.parametrize("who", ["admin", "staff", "auditor"])
def test_the_county_sees_all_of_it_and_nothing_of_another(cast, signed_in, messages, who):
    neighbour = open_station(code="C02", name="邻县", parent=None, opened_on=OPENED, actor=None)
    boss = account("linxian", "邻县管理员")
    appoint(user=boss, role=Role.COUNTY_ADMIN, station=neighbour, started_on=OPENED, actor=None)
    foreign = {"boss": left(boss), "C02": left(place="C02")}
    assert seen_by(signed_in(getattr(cast, who)), messages | foreign) == set(messages)
    assert seen_by(signed_in(boss), messages | foreign) == set(foreign)


@pytest.mark.parametrize("who", ["system", "security", "head", "deputy", "officer", "chief"])
def test_others_are_told_whose_page_it_is(cast, signed_in, who):
    row = left(getattr(cast, who), state=MessageState.FAILED)
    client = signed_in(getattr(cast, who))
    answer = client.get(URL)
    assert answer.status_code == 403 and "由联络站工作人员和县人大办公室查看" in answer.text
    assert "填的内容还在" not in answer.text  # nothing was typed
    assert client.post(reverse("message-again", args=[row.uid])).status_code == 403


def test_who_no_longer_serves_here_is_no_longer_seen_here(cast, signed_in, messages):
    posting = cast.stranger.postings.get()
    end_posting(posting=posting, ended_on=today_here() - timedelta(days=1), actor=cast.admin)
    appoint(user=cast.stranger, role=Role.CLERK, station=cast.gt, started_on=today_here(), actor=cast.admin)
    assert "stranger" in seen_by(signed_in(cast.clerk), messages)
    assert seen_by(signed_in(cast.stranger), messages) == {"clerk", "stranger", "head", "deputy", "GT"}


def test_whoever_serves_at_two_branches_stands_there_once(cast, signed_in):
    appoint(user=cast.clerk, role=Role.COUNTY_STAFF, station=cast.county, started_on=OPENED, actor=cast.admin)
    left(cast.clerk)
    answer = signed_in(cast.admin).get(URL)
    (line,) = answer.context["lines"]
    assert sorted(line.posts) == ["官亭镇联络站工作人员", "巨鹿县县级工作人员"]


# --- In words -------------------------------------------------------------------------------------------------------


def test_a_line_says_to_whom_what_how_and_how_far(cast, signed_in):
    now = timezone.now()
    robot = Gateway.objects.create(
        place_code="GT", kind="wecom", name="官亭群", address="wecombot://abc", created_at=now
    )
    left(place="GT", text="本周日接待", fit=True, kind=Kind.DUTY, gateway=robot, ended_at=now)
    row = left(
        cast.deputy, text="有一件意见等您办", state=MessageState.FAILED, error="对方邮箱没有收,请核对。", ended_at=now
    )
    row.notices.add(Notice.objects.create(user=cast.deputy, kind=Kind.TICKET, text="又有一件", created_at=now))
    text = signed_in(cast.clerk).get(URL).text
    for words in (
        "官亭镇工作群", "官亭群", "本周日接待", "已送达", "代表账号", "官亭镇第一分站人大代表", "2条“意见建议”通知", "没有发出去",
        "对方邮箱没有收,请核对。", "邮件", "工作群",
    ):  # fmt: skip
        assert words in text
    assert "有一件意见等您办" not in text and "又有一件" not in text and "wecombot" not in text


@pytest.mark.parametrize(
    ("channel", "words", "until"),
    [(Channel.MAIL, "已发出", "发出"), (Channel.SMS, "已交给短信平台", "发出"), (Channel.GROUP, "已送达", "送到")],
)
def test_no_way_claims_more_than_it_can_tell(cast, signed_in, channel, words, until):
    """A mail server and a text message service take a message over; whether it was read nobody says."""
    now = timezone.now()
    row = left(place="GT", ended_at=now) if channel == Channel.GROUP else left(cast.deputy, ended_at=now)
    Message.objects.filter(pk=row.pk).update(channel=channel)
    text = signed_in(cast.clerk).get(URL).text
    assert f'<span class="tag tag-ok">{words}</span>' in text and f"{timezone.localtime(now):%H:%M}{until}" in text
    assert ("已送达" in text) == (channel == Channel.GROUP)


def test_what_still_waits_says_until_when(cast, signed_in):
    later = timezone.now() + timedelta(days=1)
    left(cast.deputy, state=MessageState.WAITING, due_at=later, attempts=2)
    text = signed_in(cast.clerk).get(URL).text
    assert "等待发送" in text and "试过2次" in text


def test_the_list_is_narrowed_by_state_and_says_what_did_not_get_out(cast, signed_in):
    for state in MessageState:
        left(cast.deputy, state=state)
    left(cast.deputy, state=MessageState.FAILED)
    old = timezone.now() - timedelta(days=31)
    left(cast.deputy, state=MessageState.FAILED, created_at=old)
    left(cast.stranger, state=MessageState.FAILED)
    client = signed_in(cast.clerk)

    def states(**filters):
        return sorted(line.message.state for line in client.get(URL, filters).context["lines"])

    assert states(state="failed") == ["failed"] * 2 and states(state="unclear") == ["unclear"]
    assert states(state="waiting") == ["claimed", "on_wire", "waiting"]
    assert len(states()) == len(MessageState) + 2
    assert client.get(URL, {"state": "nothing"}).status_code == 404
    assert "请打电话告诉一声" in client.get(URL).text
    assert "有2条没有发出去" in client.get(URL).text and "1条不确定是否送到" in client.get(URL).text


def test_what_was_tried_in_vain_several_times_counts_before_it_is_given_up(cast, signed_in):
    for attempts in (0, 2, 3, 6):
        left(cast.deputy, state=MessageState.WAITING, attempts=attempts)
    left(cast.deputy, state=MessageState.DELIVERED, attempts=5)
    client = signed_in(cast.clerk)
    assert "有2条没有发出去" in client.get(URL).text
    shown = client.get(URL, {"state": "failed"}).context["lines"]
    assert sorted(line.message.attempts for line in shown) == [3, 6]


@pytest.mark.parametrize(("who", "page", "count"), [("clerk", "station-home", 2), ("staff", "console", 3)])
def test_the_first_pages_say_how_many_did_not_get_out(cast, signed_in, who, page, count):
    """As many as the list behind it shows."""
    label = "消息没有发出去"
    client = signed_in(getattr(cast, who))
    left(cast.deputy)
    left(cast.deputy, state=MessageState.WAITING, attempts=2)
    assert label not in client.get(reverse(page)).text
    left(cast.deputy, state=MessageState.FAILED)
    left(place="GT", state=MessageState.WAITING, attempts=3)
    left(cast.stranger, state=MessageState.FAILED)
    left(cast.deputy, state=MessageState.FAILED, created_at=timezone.now() - timedelta(days=31))
    answer = client.get(reverse(page))
    rows = answer.context["tasks" if page == "console" else "dues"]
    (row,) = [row for row in rows if row.label == label]
    assert (row.number, row.unit) == (count, "条") and label in answer.text
    assert len(client.get(row.url).context["lines"]) == count


def test_nobody_else_is_told_of_messages_on_the_first_page(cast, signed_in):
    left(cast.head, state=MessageState.FAILED)
    assert "消息没有发出去" not in signed_in(cast.head).get(reverse("station-home")).text


def test_nothing_is_said_where_all_got_out(cast, signed_in):
    left(cast.deputy)
    answer = signed_in(cast.clerk).get(URL)
    assert answer.context["left"] == {"failed": 0, "unclear": 0} and "请打电话告诉一声" not in answer.text


def test_every_message_is_reached_by_turning_pages(cast, signed_in):
    rows = [left(cast.deputy, state=MessageState.FAILED).pk for _turn in range(30)]
    client = signed_in(cast.clerk)
    first = client.get(URL, {"state": "failed"}).context
    second = client.get(URL + first["links"]["next"]).context
    seen = [line.message.pk for context in (first, second) for line in context["lines"]]
    assert seen == rows[::-1] and "state=failed" in first["links"]["next"]
    assert second["links"]["next"] == ""


@pytest.mark.parametrize("who", ["clerk", "staff"])
def test_the_list_costs_the_same_with_one_message_and_with_three(
    cast, signed_in, who, django_assert_num_queries, django_assert_max_num_queries
):
    client = signed_in(getattr(cast, who))
    left(getattr(cast, who))  # whoever has something new to read is asked about it on every page
    left(cast.head)
    left(place="GT")
    with django_assert_max_num_queries(14) as first:
        client.get(URL)
    for user in (cast.deputy, cast.clerk):
        left(user, state=MessageState.FAILED).notices.add(*Notice.objects.all())
    left(place="GT", state=MessageState.UNCLEAR)
    with django_assert_num_queries(len(first)):
        client.get(URL)


# --- Once more ------------------------------------------------------------------------------------------------------


def test_what_was_dropped_is_not_offered_again(cast, signed_in):
    left(cast.deputy, state=MessageState.DROPPED, error="已经在平台上看过了。")
    assert "再发一次" not in signed_in(cast.clerk).get(URL).text


@pytest.mark.parametrize("state", [MessageState.FAILED, MessageState.UNCLEAR])
@pytest.mark.parametrize("who", ["clerk", "staff"])
def test_what_did_not_arrive_is_sent_again(cast, signed_in, state, who):
    row = left(cast.deputy, state=state, error="对方没有收。", attempts=7)
    client = signed_in(getattr(cast, who))
    assert "再发一次" in client.get(URL).text
    answer = client.post(reverse("message-again", args=[row.uid]), {"state": "failed"})
    assert (answer.status_code, answer.url) == (302, f"{URL}?state=failed")
    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == (MessageState.WAITING, 0, "")
    audit = AuditLog.objects.get(action="send_again")
    assert audit.actor == getattr(cast, who) and audit.target_key == str(row.uid) and audit.county_code == "JLX"


@pytest.mark.parametrize("state", [MessageState.DELIVERED, MessageState.WAITING, MessageState.ON_WIRE])
def test_what_arrived_or_is_on_its_way_is_not(cast, signed_in, state):
    row = left(cast.deputy, state=state)
    client = signed_in(cast.clerk)
    assert "再发一次" not in client.get(URL).text
    answer = client.post(reverse("message-again", args=[row.uid]), {"state": "<x>"}, follow=True)
    assert answer.redirect_chain == [(URL, 302)] and "不用再发" in answer.text
    row.refresh_from_db()
    assert row.state == state


def test_auditors_look_and_strangers_find_nothing(cast, signed_in):
    row = left(cast.deputy, state=MessageState.FAILED)
    url = reverse("message-again", args=[row.uid])
    assert "再发一次" not in signed_in(cast.auditor).get(URL).text
    assert signed_in(cast.auditor).post(url).status_code == 403
    assert signed_in(cast.stranger).post(url).status_code == 404
    assert signed_in(cast.clerk).get(url).status_code == 405
    row.refresh_from_db()
    assert row.state == MessageState.FAILED


def test_a_groups_message_is_sent_again_by_its_own_station(cast, at):
    row = left(place="GT", state=MessageState.FAILED)
    with pytest.raises(NotAllowed):
        send_message_again(message=row, actor=cast.stranger, at=at)
    assert send_message_again(message=row, actor=cast.clerk, at=at).state == MessageState.WAITING
    assert AuditLog.objects.get(action="send_again").county_code == "JLX"


def test_an_officers_message_is_the_countys(cast, at):
    row = left(cast.officer, state=MessageState.FAILED)
    for other in (cast.clerk, cast.head, cast.officer, cast.system):
        with pytest.raises(NotAllowed):
            send_message_again(message=row, actor=other, at=at)
    assert send_message_again(message=row, actor=cast.staff, at=at).state == MessageState.WAITING


def test_whoever_stands_in_for_the_clerk_is_marked(cast, at):
    today = today_here()
    hand_over(
        posting=cast.clerk.postings.get(), to=cast.stranger, started_on=today, ended_on=today, actor=cast.admin
    )  # fmt: skip
    send_message_again(message=left(cast.deputy, state=MessageState.FAILED), actor=cast.stranger, at=at)
    assert AuditLog.objects.get(action="send_again").standing_in_for == cast.clerk
