"""Calendar feeds: what a program reads under a secret address, and who hands the address out and takes it back."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from activities.models import CalendarFeed, OtherService, Roster, RosterChange, Shift, ShiftPlace
from activities.rules import reception_hours
from activities.services import cancel_day, move_day, open_feed, revoke_feed, swap_for_others
from activities.states import Form, RosterState, ShiftState
from deputies.services import link_account
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.models import AuditLog
from tests.cast import account, moment

NOW = moment(date(2026, 11, 25))
SUNDAY = date(2026, 12, 6)
HERE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr("activities.views.feeds.today_here", NOW.date)


@pytest.fixture
def roster(cast) -> Roster:
    return Roster.objects.create(
        station=cast.gt, month=date(2026, 12, 1), state=RosterState.PUBLISHED, published_at=moment(date(2026, 11, 20))
    )


def shift_of(roster, branch, *deputies, on=SUNDAY, **fields) -> Shift:
    shift = Shift(roster=roster, date=on, **({"for_sunday": on} | fields))
    shift.put_at(branch)
    shift.save()
    ShiftPlace.objects.bulk_create(ShiftPlace(shift=shift, deputy=deputy) for deputy in deputies)
    return shift


@pytest.fixture
def shift(cast, roster) -> Shift:
    return shift_of(roster, cast.gt01, cast.head_person, cast.deputy_person)


@pytest.fixture
def feed(cast) -> CalendarFeed:
    return open_feed(of=cast.deputy_person, actor=cast.deputy, at=NOW)


@pytest.fixture
def fetch(client):
    """Fetch a feed as a calendar program does, without a login, and parse it."""

    def get(feed):
        answer = client.get(f"/feeds/{feed.token}.ics")
        assert answer.status_code == 200
        return Calendar.from_ical(answer.content)

    return get


def test_an_own_duty_with_hours_place_and_colleagues(fetch, feed, shift):
    calendar = fetch(feed)
    (event,) = calendar.events
    assert calendar.calendar_name == "李代表的接待日"
    assert event.start == datetime(2026, 12, 6, 9, 0, tzinfo=HERE)
    assert event.end == datetime(2026, 12, 6, 11, 30, tzinfo=HERE)
    assert event["SUMMARY"] == "接待日 官亭镇第一分站"
    assert event["LOCATION"] == "安家庄村委会"
    assert event["STATUS"] == "CONFIRMED" and event["SEQUENCE"] == 0
    assert "值班代表:赵站长、李代表" in event["DESCRIPTION"] and "0319-0000004" in event["DESCRIPTION"]
    assert [str(zone["TZID"]) for zone in calendar.timezones] == ["Asia/Shanghai"]


def test_nobodys_own_phone_is_in_it(client, cast, feed, shift):
    text = client.get(f"/feeds/{feed.token}.ics").content.decode().replace("\r\n ", "")
    assert not [person.phone for person in cast.deputies["GT01"] if person.phone in text]


def test_how_it_is_served(client, feed, shift):
    answer = client.get(f"/feeds/{feed.token}.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in answer["Cache-Control"]
    again = client.get(f"/feeds/{feed.token}.ics", headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304
    assert client.post(f"/feeds/{feed.token}.ics").status_code == 405


def test_hours_that_cannot_be_read_make_a_whole_day(fetch, cast, feed, shift):
    type(cast.gt01).objects.filter(pk=cast.gt01.pk).update(duty_hours="农闲时全天")
    (event,) = fetch(feed).events
    assert event.start == SUNDAY and event.end == date(2026, 12, 7)


def test_drafts_and_others_duties_are_not_in_it(fetch, cast, feed, roster):
    shift_of(roster, cast.gt02, *cast.deputies["GT02"])
    assert fetch(feed).events == []
    draft = Roster.objects.create(station=cast.gt, month=date(2027, 1, 1))
    shift_of(draft, cast.gt01, cast.deputy_person, on=date(2027, 1, 3))
    assert fetch(feed).events == []


def test_a_day_called_off_is_cancelled_with_its_reason(fetch, feed, shift):
    Shift.objects.filter(pk=shift.pk).update(state=ShiftState.CANCELLED, reason="换届选举")
    (event,) = fetch(feed).events
    assert event["STATUS"] == "CANCELLED" and event["SUMMARY"].startswith("(取消)")
    assert "已取消:换届选举" in event["DESCRIPTION"]


def test_a_moved_day_stays_the_same_event_with_a_higher_sequence(fetch, cast, feed, shift):
    before = fetch(feed).events[0]
    Shift.objects.filter(pk=shift.pk).update(date=date(2026, 12, 8), reason="会场占用")
    RosterChange.objects.create(roster=shift.roster, shift=shift, text="改期", actor=cast.clerk, at=NOW)
    after = fetch(feed).events[0]
    assert after["UID"] == before["UID"] and after["SEQUENCE"] > before["SEQUENCE"]
    assert after.start.date() == date(2026, 12, 8) and "说明:会场占用" in after["DESCRIPTION"]
    assert after.LAST_MODIFIED == NOW and before.LAST_MODIFIED < NOW


def test_a_swap_since_is_followed(fetch, cast, feed, shift):
    ShiftPlace.objects.filter(shift=shift, deputy=cast.deputy_person).update(deputy=cast.deputies["GT01"][2])
    assert fetch(feed).events == []


def test_real_moves_swaps_and_calls_off_reach_both_feeds_with_higher_sequences(fetch, cast, feed, shift):
    taker = cast.deputies["GT01"][2]
    branch = open_feed(of=cast.gt01, actor=cast.clerk, at=NOW)
    seen = [fetch(branch).events[0]]
    move_day(shifts=[shift], to=date(2026, 12, 8), reason="会场占用", actor=cast.clerk, at=NOW)
    seen.append(fetch(branch).events[0])
    assert seen[-1].start.date() == date(2026, 12, 8) == fetch(feed).events[0].start.date()
    swap_for_others(shift=shift, giver=cast.deputy_person, taker=taker, actor=cast.clerk, at=NOW)
    seen.append(fetch(branch).events[0])
    assert "值班代表:赵站长、陈卫" in seen[-1]["DESCRIPTION"]
    assert fetch(feed).events == []  # somebody else's day by now
    cancel_day(shifts=[shift], reason="停电", actor=cast.clerk, at=NOW)
    seen.append(fetch(branch).events[0])
    assert [event["STATUS"] for event in seen] == ["CONFIRMED"] * 3 + ["CANCELLED"]
    assert len({event["UID"] for event in seen}) == 1
    assert [event["SEQUENCE"] for event in seen] == [0, 1, 2, 3]


def test_who_takes_the_duty_over_has_it_in_the_own_feed(fetch, cast, shift):
    user = account("chenwei", "陈卫账号")
    taker = link_account(deputy=cast.deputies["GT01"][2], user=user, actor=cast.admin)
    swap_for_others(shift=shift, giver=cast.deputy_person, taker=taker, actor=cast.clerk, at=NOW)
    (event,) = fetch(open_feed(of=taker, actor=user, at=NOW)).events
    assert event.start.date() == SUNDAY and event["SEQUENCE"] == 1


def test_another_service_is_a_whole_day(fetch, cast, feed, roster):
    other = OtherService(
        roster=roster, deputy=cast.deputy_person, form=Form.VISIT, by=date(2026, 12, 20), note="走访安家庄"
    )  # fmt: skip
    other.put_at(cast.gt01)
    other.save()
    (event,) = fetch(feed).events
    assert event.start == date(2026, 12, 20) and event["SUMMARY"].startswith("走访调研")


def test_a_branchs_feed_has_all_of_its_days(fetch, cast, shift, roster):
    shift_of(roster, cast.gt01, cast.deputies["GT01"][2], on=date(2026, 12, 13))
    shift_of(roster, cast.gt02, *cast.deputies["GT02"])
    feed = open_feed(of=cast.gt01, actor=cast.clerk, at=NOW)
    calendar = fetch(feed)
    assert calendar.calendar_name == "官亭镇人大代表联络站第一分站接待日"
    assert [event.start.date() for event in calendar.events] == [SUNDAY, date(2026, 12, 13)]


@pytest.mark.parametrize("days", [1, 3])
def test_queries_do_not_grow_with_the_days(client, cast, feed, roster, django_assert_num_queries, days):
    for number in range(days):
        shift_of(roster, cast.gt01, *cast.deputies["GT01"][:3], on=date(2026, 12, 6 + 7 * number))
    with django_assert_num_queries(5):
        client.get(f"/feeds/{feed.token}.ics")


# ---- The address ---------------------------------------------------------------------------------------------------


def test_an_unknown_address_and_a_revoked_one_are_the_same_404(client, cast, feed):
    revoke_feed(of=cast.deputy_person, actor=cast.deputy, at=NOW)
    revoked = client.get(f"/feeds/{feed.token}.ics")
    unknown = client.get("/feeds/00000000-0000-4000-8000-000000000000.ics")
    assert (revoked.status_code, unknown.status_code) == (404, 404)


@pytest.mark.parametrize("how", ["serves nowhere", "account closed", "account taken away"])
def test_a_deputys_address_stops_with_the_office(client, cast, feed, how):
    address = f"/feeds/{feed.token}.ics"
    assert client.get(address).status_code == 200
    if how == "serves nowhere":
        cast.deputy_person.memberships.update(ended_on=date(2026, 11, 24))
    elif how == "account closed":
        type(cast.deputy).objects.filter(pk=cast.deputy.pk).update(is_active=False)
    else:
        type(cast.deputy_person).objects.filter(pk=cast.deputy_person.pk).update(user=None)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("who", ["head", "clerk", "staff"])
def test_a_branchs_address_stops_when_its_maker_leaves(client, cast, who):
    maker = getattr(cast, who)
    address = f"/feeds/{open_feed(of=cast.gt01, actor=maker, at=NOW).token}.ics"
    assert client.get(address).status_code == 200
    maker.postings.update(ended_on=date(2026, 11, 24))
    assert client.get(address).status_code == 404


def test_a_branchs_address_stops_when_the_branch_is_closed(client, cast):
    address = f"/feeds/{open_feed(of=cast.gt01, actor=cast.clerk, at=NOW).token}.ics"
    type(cast.gt01).objects.filter(pk=cast.gt01.pk).update(closed_on=date(2026, 11, 25))
    assert client.get(address).status_code == 404


def test_made_anew_the_old_address_stops(client, cast, feed):
    fresh = open_feed(of=cast.deputy_person, actor=cast.deputy, at=NOW)
    assert client.get(f"/feeds/{feed.token}.ics").status_code == 404
    assert client.get(f"/feeds/{fresh.token}.ics").status_code == 200


def test_the_audit_says_who_and_whose_but_never_the_address(cast, feed):
    revoke_feed(of=cast.deputy_person, actor=cast.deputy, at=NOW)
    assert revoke_feed(of=cast.deputy_person, actor=cast.deputy, at=NOW) == 0
    rows = AuditLog.objects.filter(action__in=("open_feed", "revoke_feed")).order_by("pk")
    assert [row.action for row in rows] == ["open_feed", "revoke_feed"]
    assert {row.target_key for row in rows} == {cast.deputy_person.code}
    assert str(feed.token) not in repr([(row.target_key, row.detail) for row in rows])


@pytest.mark.parametrize("who", ["clerk", "head", "admin", "stranger"])
def test_nobody_else_has_a_deputys_address_made(cast, who):
    with pytest.raises(NotAllowed):
        open_feed(of=cast.deputy_person, actor=getattr(cast, who), at=NOW)


@pytest.mark.parametrize(("who", "may"), [
    ("clerk", True), ("head", True), ("staff", True), ("deputy", False), ("stranger", False), ("auditor", False),
])  # fmt: skip
def test_who_has_a_branchs_address_made(cast, who, may):
    if may:
        assert open_feed(of=cast.gt01, actor=getattr(cast, who), at=NOW).branch == cast.gt01
    else:
        with pytest.raises(NotAllowed):
            open_feed(of=cast.gt01, actor=getattr(cast, who), at=NOW)


# ---- Hours ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "start", "end"), [
    ("上午9:00—11:30", time(9), time(11, 30)),
    ("每个星期日上午8:30-11:00", time(8, 30), time(11)),
    ("下午2:30—5:00", time(14, 30), time(17)),
    ("上午9点至下午4点半", time(9), time(16, 30)),
    ("9时至11时30分", time(9), time(11, 30)),
    ("08:30-12:00", time(8, 30), time(12)),
])  # fmt: skip
def test_hours_as_people_type_them(text, start, end):
    assert reception_hours(text) == (start, end)


@pytest.mark.parametrize(
    "text", ["", "全天", "上午9:00", "9:00—11:30,下午2:30—5:00", "11:30—9:00", "25:00—26:00", "9:75—11:00"]
)
def test_hours_that_say_no_two_times(text):
    assert reception_hours(text) is None


@given(st.text(alphabet="上下午晚9123456780::点时半分—- ", max_size=30))
def test_hours_of_any_text_are_in_order_or_none(text):
    found = reception_hours(text)
    assert found is None or found[0] < found[1]
