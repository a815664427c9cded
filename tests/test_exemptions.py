"""Exemptions (免除): granted by the county with dates and a reason, ended early; whose reasons are seen by whom."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from activities.models import Exemption, Roster, Shift, ShiftPlace
from activities.services import Audience, announce_activity, end_exemption, grant_exemption
from activities.states import ActivityKind, Covers
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Notice
from tests.cast import make_deputy, moment

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)
AT = moment(TODAY)
MAY = (date(2026, 5, 1), date(2026, 5, 31))
REASON = "住院治疗"


def exempt(cast, start=MAY[0], end=MAY[1], *, deputy=None, covers=Covers.ALL, reason=REASON, actor=None, at=AT):
    return grant_exemption(
        deputy=deputy or cast.deputy_person, covers=covers, started_on=start, ended_on=end, reason=reason,
        actor=actor or cast.staff, at=at,
    )  # fmt: skip


@pytest.mark.parametrize("who", ["staff", "admin"])
def test_the_county_grants_and_ends(cast, who):
    row = exempt(cast, end=None, actor=getattr(cast, who))
    assert row.granted_by == getattr(cast, who)
    end_exemption(exemption=row, ended_on=date(2026, 5, 10), actor=getattr(cast, who), at=moment(date(2026, 5, 8)))
    row.refresh_from_db()
    assert row.ended_on == date(2026, 5, 10)
    assert [
        Notice.objects.filter(user=cast.deputy).count(),
        AuditLog.objects.filter(action="end_exemption").count(),
    ] == [2, 1]


@pytest.mark.parametrize("who", ["clerk", "head", "deputy", "auditor", "stranger", "officer"])
def test_nobody_else_does(cast, who):
    row = exempt(cast)
    with pytest.raises(NotAllowed):
        exempt(cast, deputy=cast.head_person, actor=getattr(cast, who))
    with pytest.raises(NotAllowed):
        end_exemption(exemption=row, ended_on=MAY[0], actor=getattr(cast, who), at=AT)


def test_in_force_on_its_days(cast):
    row = exempt(cast)
    days = [MAY[0] - timedelta(days=1), MAY[0], MAY[1], MAY[1] + timedelta(days=1)]
    assert [row in Exemption.objects.in_force(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(("field", "wrong"), [
    ("reason", {"reason": " "}), ("reason", {"reason": "字" * 101}), ("covers", {"covers": "rest"}),
    ("ended_on", {"end": MAY[0] - timedelta(days=1)}),
])  # fmt: skip
def test_what_needs_another_look(cast, field, wrong):
    with pytest.raises(DomainError) as caught:
        exempt(cast, **wrong)
    assert field in caught.value.fields


@pytest.mark.parametrize(("first", "second", "overlap"), [
    (Covers.ALL, Covers.DUTY, True), (Covers.DUTY, Covers.DUTY, True), (Covers.DUTY, Covers.ALL, True),
    (Covers.DUTY, Covers.ACTIVITIES, False),
])  # fmt: skip
def test_one_at_a_time_for_the_same(cast, first, second, overlap):
    exempt(cast, covers=first)
    if overlap:
        with pytest.raises(Conflict):
            exempt(cast, start=MAY[1], end=None, covers=second)
    else:
        exempt(cast, start=MAY[1], end=None, covers=second)
    exempt(cast, deputy=cast.head_person, covers=second)
    exempt(cast, start=MAY[0] - timedelta(days=9), end=MAY[0] - timedelta(days=1), covers=second)


def test_making_one_longer_stops_at_the_next(cast):
    row = exempt(cast)
    exempt(cast, start=date(2026, 6, 5), end=None)
    end_exemption(exemption=row, ended_on=date(2026, 6, 4), actor=cast.staff, at=AT)
    with pytest.raises(Conflict):
        end_exemption(exemption=row, ended_on=date(2026, 6, 5), actor=cast.staff, at=AT)


def test_what_is_over_stays_as_it_was(cast):
    row = exempt(cast)
    with pytest.raises(Conflict, match="已经结束"):
        end_exemption(exemption=row, ended_on=MAY[0], actor=cast.staff, at=moment(date(2026, 6, 1)))
    with pytest.raises(DomainError, match="不能早于开始日期"):
        end_exemption(exemption=row, ended_on=MAY[0] - timedelta(days=1), actor=cast.staff, at=AT)


def on_shift(cast, day: date) -> Shift:
    month = day.replace(day=1)
    roster, _created = Roster.objects.get_or_create(station=cast.gt, month=month)
    shift = Shift(roster=roster, date=day, for_sunday=day)
    shift.put_at(cast.gt01)
    shift.save()
    ShiftPlace.objects.create(shift=shift, deputy=cast.deputy_person)
    return shift


@pytest.mark.parametrize(("covers", "left"), [(Covers.ALL, 1), (Covers.DUTY, 1), (Covers.ACTIVITIES, 3)])
def test_the_deputy_leaves_the_coming_days(cast, covers, left):
    for day in (date(2026, 4, 26), date(2026, 5, 3), date(2026, 5, 31)):
        on_shift(cast, day)
    exempt(cast, covers=covers)
    assert ShiftPlace.objects.filter(deputy=cast.deputy_person).count() == left
    told = Notice.objects.get(user=cast.clerk).text
    assert ("5月3日第一分站、5月31日第一分站缺人" in told) == (left == 1) and REASON not in told
    assert not Notice.objects.filter(user=cast.stranger).exists()


@pytest.mark.parametrize(("covers", "expected"), [(Covers.ALL, False), (Covers.ACTIVITIES, False), (Covers.DUTY, True)])
def test_the_deputy_is_not_expected_at_announced_activities(cast, covers, expected):
    activity = announce_activity(
        station=cast.gt, kind=ActivityKind.STUDY, title="学习", held_on=MAY[0], actor=cast.clerk, at=AT,
        audience=Audience(deputies=(cast.deputy_person,)),
    )  # fmt: skip
    row = exempt(cast, covers=covers)
    assert activity.attendance.get().expected == expected
    row = end_exemption(exemption=row, ended_on=MAY[0], actor=cast.staff, at=AT)
    assert activity.attendance.get().expected == expected


@pytest.mark.parametrize(("who", "sees"), [
    ("staff", True), ("auditor", True), ("clerk", True), ("deputy", True), ("stranger", False), ("head", False),
    ("officer", False),
])  # fmt: skip
def test_the_reason_is_for_staff_and_oneself(cast, who, sees):
    exempt(cast)
    assert Exemption.objects.visible_to(getattr(cast, who)).exists() == sees


# ---- The page --------------------------------------------------------------------------------------------------------


def typed(cast, **fields) -> dict:
    return {
        "deputy": cast.deputy_person.code, "covers": "duty", "started_on": today_here().isoformat(), "reason": REASON,
    } | fields  # fmt: skip


@pytest.mark.parametrize(("who", "read", "grant"), [
    ("staff", 200, 302), ("admin", 200, 302), ("auditor", 200, 403), ("clerk", 200, 403), ("head", 403, 403),
    ("deputy", 403, 403), ("officer", 403, 403), (None, 302, 302),
])  # fmt: skip
def test_who_opens_and_grants(cast, client, who, read, grant):
    if who:
        client.force_login(getattr(cast, who), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("exemptions")).status_code == read
    assert client.post(reverse("exemptions"), typed(cast)).status_code == grant
    assert Exemption.objects.exists() == (grant == 302 and who is not None)


def test_a_deputy_is_named_or_told_by_the_number(cast, signed_in):
    client = signed_in(cast.staff)
    client.post(reverse("exemptions"), typed(cast, deputy="王 芳"))
    assert Exemption.objects.get().deputy == cast.deputies["GT02"][1]
    twin = make_deputy(cast, "陈卫", cast.yt01)
    answer = client.post(reverse("exemptions"), typed(cast, deputy="陈卫"))
    assert answer.status_code == 400 and twin.code in answer.text and "阎疃镇第一分站" in answer.text
    assert REASON in answer.text
    client.post(reverse("exemptions"), typed(cast, deputy=twin.code.lower()))
    assert Exemption.objects.filter(deputy=twin).exists()
    assert "没有找到这位代表" in client.post(reverse("exemptions"), typed(cast, deputy="没有人")).text


def test_ending_early_on_the_page(cast, signed_in):
    today = today_here()
    row = exempt(cast, start=today - timedelta(days=20), end=None, at=moment(today))
    client, url = signed_in(cast.staff), reverse("exemption-end", args=[row.uid])
    early = client.post(url, {"ended_on": (today - timedelta(days=30)).isoformat()})
    assert early.status_code == 400 and "不能早于开始日期" in early.text
    client.post(url, {"ended_on": (today - timedelta(days=1)).isoformat()})
    assert client.get(reverse("exemptions")).context["lines"] == []
    assert [line[0] for line in client.get(reverse("exemptions"), {"show": "past"}).context["lines"]] == [row]
    assert client.get(reverse("exemptions"), {"show": "all"}).status_code == 404


def test_a_clerk_sees_the_own_stations(cast, signed_in):
    today = today_here()
    row = exempt(cast, start=today, end=None, at=moment(today))
    assert REASON in signed_in(cast.clerk).get(reverse("exemptions")).text
    assert REASON not in signed_in(cast.stranger).get(reverse("exemptions")).text
    end = reverse("exemption-end", args=[row.uid])
    for data in ({"ended_on": today.isoformat()}, {}):
        for role, status in (("clerk", 403), ("auditor", 403), ("stranger", 404)):
            assert signed_in(getattr(cast, role)).post(end, data).status_code == status


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_with_one_and_three(cast, signed_in, django_assert_num_queries, count):
    today = today_here()
    for person in cast.deputies["GT01"][:count]:
        exempt(cast, start=today, end=None, deputy=person, at=moment(today))
    client = signed_in(cast.staff)
    client.get(reverse("exemptions"))
    with django_assert_num_queries(7):
        client.get(reverse("exemptions"))
