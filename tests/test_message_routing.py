"""From the outbox to messages: every notice ends in exactly the messages that the rules say, once."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from julu_liaison.common.models import CalendarDay
from julu_liaison.notices.models import Gateway, Message, Notice, Subscription
from julu_liaison.notices.services import post_to_group
from julu_liaison.notices.services.routing import route_notices
from julu_liaison.notices.states import MANDATORY, Channel, GatewayKind, Kind, MessageState, Pace, SmsChoice
from tests.cast import moment
from tests.messages import gateway, has_phone, routed, told, wants_mail

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
AT = moment(MONDAY)
NIGHT = moment(MONDAY, 22)
MORNING = moment(MONDAY + timedelta(days=1), 7) + timedelta(minutes=30)


def ways(messages) -> list[tuple]:
    return [(row.channel, row.user_id, row.notices.count()) for row in messages]


def test_without_any_choice_and_any_gateway_a_notice_stays_in_the_inbox(cast):
    has_phone(cast.clerk)
    (notice,) = told(cast.clerk, at=AT)
    assert route_notices(at=AT) == 1 and not Message.objects.exists()
    notice.refresh_from_db()
    assert notice.routed_at == AT and route_notices(at=AT) == 0


def test_mail_goes_to_a_confirmed_address_and_to_no_other(cast):
    wants_mail(cast.clerk)
    wants_mail(cast.head, email_confirmed_at=None)
    wants_mail(cast.deputy, by_mail=False)
    wants_mail(cast.officer, email="", email_confirmed_at=None)
    told(cast.clerk, cast.head, cast.deputy, cast.officer, cast.staff, at=AT)
    (message,) = routed(at=AT)
    assert ways([message]) == [(Channel.MAIL, cast.clerk.pk, 1)]
    assert (message.state, message.due_at, message.created_at, message.gateway) == (MessageState.WAITING, AT, AT, None)


def test_a_text_message_goes_through_the_county_of_whoever_has_a_phone(cast):
    has_phone(cast.clerk, cast.officer, cast.admin)
    sms = gateway("JLX")
    gateway("C02", name="别县")
    told(cast.clerk, cast.officer, cast.admin, cast.deputy, at=AT)  # a station, a department, the county, no phone
    messages = routed(at=AT)
    assert ways(messages) == [(Channel.SMS, user.pk, 1) for user in (cast.clerk, cast.officer, cast.admin)]
    assert {message.gateway for message in messages} == {sms}


@pytest.mark.parametrize("off", [{"is_active": False}, {"place_code": "C02"}, {"kind": GatewayKind.WEBHOOK}])
def test_no_text_message_without_a_service_of_the_own_county(cast, off):
    has_phone(cast.clerk)
    gateway(**{"place": "JLX"})
    Gateway.objects.update(**off)
    told(cast.clerk, at=AT)
    assert routed(at=AT) == []


def test_unless_all_are_wanted_text_messages_are_for_duties_terms_and_what_is_urgent(cast):
    has_phone(cast.clerk, cast.head)
    gateway("JLX")
    Subscription.objects.create(user=cast.head, sms=SmsChoice.ALL)
    for kind in Kind:
        told(cast.clerk, cast.head, kind=kind, at=AT)
    told(cast.clerk, kind=Kind.POINTS, urgent=True, at=AT)
    messages = {(row.user_id, row.urgent): row for row in routed(at=AT)}
    kinds = {key: set(row.notices.values_list("kind", flat=True)) for key, row in messages.items()}
    assert kinds == {
        (cast.clerk.pk, False): set(MANDATORY), (cast.clerk.pk, True): {Kind.POINTS}, (cast.head.pk, False): set(Kind),
    }  # fmt: skip


def test_what_is_turned_off_stays_inside_but_duties_and_terms_cannot_be(cast):
    has_phone(cast.clerk)
    gateway("JLX")
    wants_mail(cast.clerk, sms=SmsChoice.ALL, muted=list(Kind))
    for kind in Kind:
        told(cast.clerk, kind=kind, at=AT, urgent=kind == Kind.POINTS)
    for message in routed(at=AT):
        assert set(message.notices.values_list("kind", flat=True)) == MANDATORY
    assert Message.objects.count() == 2


def test_a_closed_account_gets_nothing(cast):
    wants_mail(cast.clerk)
    cast.clerk.is_active = False
    cast.clerk.save()
    told(cast.clerk, at=AT)
    assert routed(at=AT) == []


def test_notices_of_one_run_go_together_the_urgent_apart(cast):
    wants_mail(cast.clerk)
    told(cast.clerk, at=AT)
    told(cast.clerk, at=AT, kind=Kind.POINTS)
    told(cast.clerk, at=AT, urgent=True)
    plain, urgent = sorted(routed(at=NIGHT), key=lambda row: row.urgent)
    assert (plain.notices.count(), plain.due_at) == (2, MORNING)
    assert (urgent.notices.count(), urgent.due_at) == (1, NIGHT)
    told(cast.clerk, at=NIGHT)
    assert len(routed(at=NIGHT)) == 3  # another run, another message


def test_a_digest_grows_until_it_goes_and_urgent_notices_do_not_wait_for_it(cast):
    has_phone(cast.clerk)
    gateway("JLX")
    wants_mail(cast.clerk, pace=Pace.DAILY)
    told(cast.clerk, at=AT)
    mail, sms = routed(at=AT)
    eight = moment(MONDAY + timedelta(days=1), 8)
    assert {(row.is_digest, row.due_at) for row in (mail, sms)} == {(True, eight)}
    told(cast.clerk, at=NIGHT)
    told(cast.clerk, at=NIGHT, kind=Kind.POINTS)
    told(cast.clerk, at=NIGHT, urgent=True)
    rows = routed(at=NIGHT)
    assert [(row.channel, row.is_digest, row.notices.count()) for row in rows] == [
        (Channel.MAIL, True, 3), (Channel.SMS, True, 2), (Channel.MAIL, False, 1), (Channel.SMS, False, 1),
    ]  # fmt: skip
    Message.objects.update(state=MessageState.DELIVERED)
    told(cast.clerk, at=eight)
    new = routed(at=eight)[4:]
    assert {(row.is_digest, row.due_at) for row in new} == {(True, eight + timedelta(days=1))} and len(new) == 2


def test_a_digest_waits_for_the_end_of_the_holidays(cast):
    for day in range(3, 6):
        CalendarDay.objects.create(date=date(2026, 3, day), kind=CalendarDay.Kind.HOLIDAY)
    wants_mail(cast.clerk, pace=Pace.DAILY)
    wants_mail(cast.head)
    told(cast.clerk, cast.head, at=NIGHT)
    digest, plain = routed(at=NIGHT)
    assert digest.due_at == moment(date(2026, 3, 6), 8)
    assert plain.due_at == datetime(2026, 3, 6, 7, 30, tzinfo=AT.tzinfo)


def test_a_group_is_posted_to_by_every_robot_of_its_place_each_notice_by_itself(cast):
    robots = [gateway("GT", kind, address="wecombot://a") for kind in GatewayKind if kind != GatewayKind.SMS]
    gateway("GT")
    gateway("YT", GatewayKind.WECOM)
    gateway("GT", GatewayKind.WECOM, name="停用", is_active=False)
    for _time in range(2):
        post_to_group(place_code="GT", kind=Kind.DUTY, text="本周日接待", at=AT)
    rows = routed(at=AT)
    assert Counter(row.gateway for row in rows) == dict.fromkeys(robots, 2)
    assert {(row.channel, row.place_code, row.user, row.notices.count()) for row in rows} == {
        (Channel.GROUP, "GT", None, 1)
    }


def test_what_was_left_lying_for_more_than_three_days_goes_nowhere(cast):
    wants_mail(cast.clerk)
    told(cast.clerk, at=AT)
    late = AT + timedelta(days=3, seconds=1)
    assert route_notices(at=late) == 1 and not Message.objects.exists()
    assert Notice.objects.get().routed_at == late


def test_a_run_takes_the_oldest_first_and_no_more_than_it_may(cast):
    wants_mail(cast.clerk)
    notices = [told(cast.clerk, at=AT)[0] for _time in range(3)]
    assert route_notices(at=AT, limit=2) == 2
    assert list(Notice.objects.filter(routed_at=None)) == notices[2:]


@pytest.mark.parametrize("pace", Pace)
def test_as_many_queries_for_thirty_notices_as_for_one(cast, pace, django_assert_num_queries):
    gateway("JLX")
    has_phone(cast.clerk, cast.head, cast.deputy)
    for user in (cast.clerk, cast.head, cast.deputy):
        wants_mail(user, pace=pace)
    counts = {Pace.AT_ONCE: 9, Pace.DAILY: 11}
    for users in ([cast.clerk], [cast.clerk, cast.head, cast.deputy] * 10):
        Message.objects.all().delete()
        told(*users, at=AT)
        with django_assert_num_queries(counts[pace]):
            route_notices(at=AT)


# ---- Whatever people choose, every notice ends in exactly the messages the rules say ----

choices = st.fixed_dictionaries(
    {
        "by_mail": st.booleans(), "is_confirmed": st.booleans(), "has_phone": st.booleans(), "is_active": st.booleans(),
        "sms": st.sampled_from(SmsChoice), "pace": st.sampled_from(Pace), "muted": st.sets(st.sampled_from(Kind)),
        "has_row": st.booleans(),
    }
)  # fmt: skip
said = st.tuples(st.integers(0, 2), st.sampled_from(Kind), st.booleans(), st.integers(0, 3))  # who, what, urgent, run


def expected(choice: dict, kind: Kind, urgent: bool) -> set[Channel]:
    """The rules once more, written another way."""
    if not choice["is_active"]:
        return set()
    muted = choice["muted"] if choice["has_row"] else set()
    if kind in muted and kind not in (Kind.DUTY, Kind.DEADLINE):
        return set()
    found = set()
    if choice["has_row"] and choice["by_mail"] and choice["is_confirmed"]:
        found.add(Channel.MAIL)
    everything = choice["has_row"] and choice["sms"] == SmsChoice.ALL
    if choice["has_phone"] and (kind in (Kind.DUTY, Kind.DEADLINE) or urgent or everything):
        found.add(Channel.SMS)
    return found


def chosen(user, choice: dict) -> None:
    user.phone, user.is_active = "19900000001" if choice["has_phone"] else "", choice["is_active"]
    user.save()
    Subscription.objects.filter(user=user).delete()
    if choice["has_row"]:
        wants_mail(
            user, by_mail=choice["by_mail"], sms=choice["sms"], pace=choice["pace"], muted=sorted(choice["muted"]),
            email_confirmed_at=AT if choice["is_confirmed"] else None,
        )  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.tuples(choices, choices, choices), st.lists(said, max_size=12), st.integers(0, 23))
def test_every_notice_ends_in_exactly_the_messages_the_rules_say(cast, people, notices, hour):
    Message.objects.all().delete()
    Notice.objects.all().delete()
    Gateway.objects.all().delete()
    gateway("JLX")
    users = [type(user).objects.get(pk=user.pk) for user in (cast.clerk, cast.officer, cast.deputy)]
    for user, choice in zip(users, people, strict=True):
        chosen(user, choice)
    at, ways_of = moment(MONDAY, hour), {}
    for run in range(4):
        for who, kind, urgent, when in notices:
            if when == run:
                (row,) = told(users[who], kind=kind, urgent=urgent, at=at)
                ways_of[row.pk] = (who, kind, urgent)
        route_notices(at=at)
    for notice in Notice.objects.prefetch_related("messages"):
        who, kind, urgent = ways_of[notice.pk]
        messages = list(notice.messages.all())
        assert Counter(row.channel for row in messages) == dict.fromkeys(expected(people[who], kind, urgent), 1)
        assert {(row.user_id, row.urgent) for row in messages} <= {(users[who].pk, urgent)}
        assert all((row.due_at == at) or not urgent for row in messages)
    assert all(row.notices.exists() for row in Message.objects.all())
    digests = Message.objects.filter(is_digest=True).values_list("user", "channel")
    assert len(digests) == len(set(digests))
