"""Waivers (免扣): who is not charged from when to when, seen before it is granted; ledgers follow at once."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from activities.services import SundayRow, file_log, record_activity
from activities.states import ActivityKind, Presence
from deputies.services import link_account
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from scoring.models import PointEntry, Scheme, Waiver, YearClosing
from scoring.services import open_scheme, rescore, score_of
from scoring.services.waivers import drop_waiver, end_waiver, grant_waiver, preview_ending, preview_granting
from stations.services import appoint
from stations.states import Role
from tests.cast import OPENED, SUNDAY, account, make_deputy, moment
from tests.duties import duty

pytestmark = pytest.mark.django_db
AT = moment(date(2026, 6, 10))
MAY = date(2026, 5, 3)


@pytest.fixture
def charged(cast):
    """The deputy missed a Sunday in March and one in May, the head one in May; the deputy a study, too."""
    head, deputy = cast.deputies["GT01"][:2]
    for day, status in ((SUNDAY, {head: Presence.PRESENT, deputy: Presence.ABSENT}),
                        (MAY, {head: Presence.ABSENT, deputy: Presence.ABSENT})):  # fmt: skip
        duty(cast.gt01, day, head, deputy)
        row = SundayRow(branch=cast.gt01, attendance=status, received=0, matters=[])
        file_log(row=row, on=day, actor=cast.clerk, at=moment(day + timedelta(days=1)))
    record_activity(
        station=cast.gt, kind=ActivityKind.STUDY, title="学习", held_on=MAY, attendance={deputy: Presence.ABSENT},
        actor=cast.clerk, at=AT,
    )  # fmt: skip
    rescore(county=cast.county, year=2026, at=AT)
    assert totals(cast) == (58, 53)


def totals(cast):
    return tuple(score_of(deputy=person, year=2026).total for person in cast.deputies["GT01"][:2])


def facts(cast, **changes):
    usual = {
        "county": cast.county, "deputy": cast.deputy_person, "started_on": MAY, "ended_on": date(2026, 5, 31),
        "reason": "长期住院", "actor": cast.admin, "at": AT,
    }  # fmt: skip
    return usual | changes


def grant(cast, **changes):
    return grant_waiver(**facts(cast, **changes))


@pytest.mark.parametrize(("changes", "people", "points", "after"), [
    ({}, 1, 5, (58, 58)),
    ({"items": ["duty_missed"]}, 1, 2, (58, 55)),
    ({"items": ["private_leave"]}, 0, 0, (58, 53)),
    ({"started_on": date(2026, 1, 1), "ended_on": None}, 1, 7, (58, 60)),
    ({"ended_on": MAY}, 1, 5, (58, 58)),
    ({"started_on": MAY + timedelta(days=1)}, 0, 0, (58, 53)),
    ({"deputy": None, "level": "county"}, 1, 2, (60, 53)),
    ({"deputy": None, "level": "township"}, 1, 5, (58, 58)),
    ({"deputy": None, "level": "province"}, 0, 0, (58, 53)),
])  # fmt: skip
def test_what_it_gives_back_is_seen_before(cast, charged, changes, people, points, after):
    seen = preview_granting(**facts(cast, **changes))
    assert totals(cast) == (58, 53)
    assert not (Waiver.objects.exists() or Notice.objects.filter(text__contains="免扣").exists())
    done = grant(cast, **changes)
    assert (seen.people, seen.points) == (done.people, done.points) == (people, points)
    assert totals(cast) == after
    assert rescore(county=cast.county, year=2026, at=AT) == 0
    assert AuditLog.objects.get(action="grant_waiver").detail["points"] == f"{points}.0"
    told = Notice.objects.filter(user=cast.deputy, text__contains="免扣").count()
    assert told == (0 if "level" in changes else 1)
    assert PointEntry.objects.filter(deputy=cast.deputy_person, reverses=None).count() == 3  # nothing is erased


def test_ended_earlier_charged_again_taken_away_wholly(cast, charged):
    row = grant(cast, started_on=SUNDAY, ended_on=None).waiver
    assert totals(cast) == (58, 60)
    until = {"waiver": row, "ended_on": date(2026, 4, 30), "actor": cast.admin, "at": AT}
    seen = preview_ending(**until)
    assert (seen.people, seen.points, totals(cast)) == (1, -5, (58, 60))
    assert end_waiver(**until).points == -5 and totals(cast) == (58, 55)
    assert end_waiver(**until | {"ended_on": MAY}).points == 5 and totals(cast) == (58, 60)
    assert drop_waiver(waiver=row, actor=cast.admin, at=AT).points == -7 and totals(cast) == (58, 53)
    assert AuditLog.objects.get(action="drop_waiver").detail["reason"] == "长期住院"
    with pytest.raises(Conflict):
        drop_waiver(waiver=row, actor=cast.admin, at=AT)


def test_two_for_the_same_do_not_overlap_person_and_level_may(cast):
    grant(cast, items=["duty_missed"])
    for overlap in ({}, {"items": ["duty_missed", "private_leave"]}, {"started_on": date(2026, 5, 31), "ended_on": None}):
        with pytest.raises(Conflict, match="已经免扣接待日缺席"):
            grant(cast, **overlap)
    grant(cast, items=["study_missed"])
    later = grant(cast, items=["duty_missed"], started_on=date(2026, 6, 1), ended_on=None).waiver
    grant(cast, deputy=None, level="township")
    first = Waiver.objects.order_by("pk").first()
    with pytest.raises(Conflict):
        end_waiver(waiver=first, ended_on=date(2026, 6, 1), actor=cast.admin, at=AT)
    assert later.ended_on is None


def test_what_needs_another_look(cast):
    for field, wrong in (
        ("deputy", {"level": "county"}), ("deputy", {"deputy": None}), ("level", {"deputy": None, "level": "moon"}),
        ("items", {"items": ["honour_city"]}), ("items", {"items": ["x"]}), ("ended_on", {"ended_on": date(2026, 5, 2)}),
        ("reason", {"reason": "\u200b "}), ("reason", {"reason": "字" * 101}), ("ended_on", {"ended_on": date.max}),
        ("started_on", {"started_on": date(1, 1, 1)}),
    ):  # fmt: skip
        with pytest.raises(DomainError) as refused:
            grant(cast, **wrong)
        assert list(refused.value.fields) == [field]
    assert not Waiver.objects.exists()
    row = grant(cast, ended_on=date(2031, 12, 31)).waiver
    with pytest.raises(DomainError, match="2021年到2031年"):
        end_waiver(waiver=row, ended_on=date.max, actor=cast.admin, at=AT)
    Waiver.objects.update(ended_on=date.max)  # granted before there was a limit
    assert end_waiver(waiver=row, ended_on=MAY, actor=cast.admin, at=AT).waiver.ended_on == MAY


def test_a_year_in_publicity_or_closed_stays(cast, charged):
    row = grant(cast, started_on=SUNDAY, ended_on=None, items=["duty_missed"]).waiver
    before = totals(cast)
    YearClosing.objects.create(
        scheme=Scheme.objects.get(), publicity_from=MAY, publicity_until=MAY, published_by=cast.admin, published_at=AT
    )
    open_scheme(county=cast.county, year=2027, actor=None)
    for act in (
        lambda: grant(cast, items=["study_missed"]),
        lambda: end_waiver(waiver=row, ended_on=date(2026, 12, 30), actor=cast.admin, at=AT),
        lambda: drop_waiver(waiver=row, actor=cast.admin, at=AT),
    ):
        with pytest.raises(Conflict, match="2026年已经公示或结账"):
            act()
    end_waiver(waiver=row, ended_on=date(2026, 12, 31), actor=cast.admin, at=AT)
    grant(cast, started_on=date(2027, 1, 1), ended_on=None)
    assert totals(cast) == before


def test_only_the_county_administrator_grants(cast):
    row = grant(cast).waiver
    for actor in (cast.staff, cast.auditor, cast.clerk, cast.head, cast.deputy):
        for act in (
            lambda actor=actor: grant(cast, actor=actor, started_on=date(2026, 7, 1), ended_on=None),
            lambda actor=actor: end_waiver(waiver=row, ended_on=MAY, actor=actor, at=AT),
            lambda actor=actor: drop_waiver(waiver=row, actor=actor, at=AT),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_nobody_waives_their_own_deductions_and_a_level_of_ones_own_is_on_record(cast, charged):
    type(cast.deputy_person).objects.filter(pk=cast.deputy_person.pk).update(user=None)
    own = link_account(deputy=cast.deputy_person, user=cast.admin, actor=cast.staff)
    second = account("weihui", "另一位管理员")
    appoint(user=second, role=Role.COUNTY_ADMIN, station=cast.county, started_on=OPENED, actor=cast.admin)
    with pytest.raises(NotAllowed, match="另一位管理员"):
        grant(cast, deputy=own)
    row = grant(cast, deputy=own, actor=second).waiver
    for act in (lambda: end_waiver(waiver=row, ended_on=MAY, actor=cast.admin, at=AT),
                lambda: drop_waiver(waiver=row, actor=cast.admin, at=AT)):  # fmt: skip
        with pytest.raises(NotAllowed, match="另一位管理员"):
            act()
    for level in ("township", "province"):
        grant(cast, deputy=None, level=level)
    assert [row.detail["own"] for row in AuditLog.objects.filter(action="grant_waiver").order_by("pk")] == [
        False, True, False,
    ]  # fmt: skip


def typed(**changes):
    usual = {"deputy": "李代表", "level": "", "started_on": "2026-05-01", "ended_on": "", "reason": "住院"}
    return usual | changes


def test_on_the_page_it_is_seen_then_confirmed(cast, charged, signed_in):
    client, url = signed_in(cast.admin), reverse("rules-waiver-new")
    answer = client.post(url, typed(items=["duty_missed", "study_missed"]))
    assert answer.status_code == 200 and "1位代表的得分有变化,一共少扣5分" in answer.text
    about = dict(answer.context["about"])
    assert about["给谁"] == f"李代表,编号{cast.deputy_person.code},官亭镇第一分站" and cast.deputy_person.code in answer.text
    assert about["期限"].startswith("从2026年5月") and "接待日缺席且无人顶班" in about["免扣什么"]
    nobody = client.post(url, typed(items=["private_leave"]))  # it changes no score, and is named all the same
    assert "现在没有代表的得分因此变化" in nobody.text and cast.deputy_person.code in nobody.text
    assert not Waiver.objects.exists()
    assert ("items", "study_missed") in answer.context["typed"] and ("deputy", "李代表") in answer.context["typed"]
    assert client.post(url, dict(typed(items=["duty_missed", "study_missed"]), confirmed="1")).status_code == 302
    row = Waiver.objects.get()
    assert (row.items, row.granted_by, totals(cast)) == (["study_missed", "duty_missed"], cast.admin, (58, 58))
    page = client.get(reverse("rules-waivers")).text
    assert "李\u3000代\u3000表" in page or "李代表" in page
    end = reverse("rules-waiver-end", args=[row.uid])
    answer = client.post(end, {"ended_on": "2026-05-02"})
    assert "一共多扣5分" in answer.text and totals(cast) == (58, 58)
    client.post(end, {"ended_on": "2026-05-02", "confirmed": "1"})
    assert totals(cast) == (58, 53)
    assert [line[0] for line in client.get(reverse("rules-waivers"), {"show": "past"}).context["lines"]] == [row]
    assert client.get(reverse("rules-waivers"), {"show": "x"}).status_code == 404
    client.post(reverse("rules-waiver-drop", args=[row.uid]))
    assert not Waiver.objects.exists()


def test_hostile_input_is_shown_again(cast, signed_in):
    client = signed_in(cast.admin)
    for wrong in (
        {"deputy": ""}, {"deputy": "没有人"}, {"deputy": "李\0"}, {"level": "county"}, {"level": "moon"},
        {"items": ["honour_city"]}, {"started_on": "x"}, {"ended_on": "2026-04-30"}, {"reason": ""},
        {"reason": "<b>" * 40}, {"deputy": "李代表", "started_on": "0000-00-00"},
    ):  # fmt: skip
        for more in ({}, {"confirmed": "1"}):
            answer = client.post(reverse("rules-waiver-new"), typed(**(wrong | more)))
            assert answer.status_code == 400 and "请改好下面几处" in answer.text
    assert not Waiver.objects.exists() and "<b><b>" not in answer.text


def test_namesakes_are_told_apart_by_number(cast, signed_in):
    twin, client = make_deputy(cast, "李代表", cast.gt02), signed_in(cast.admin)
    answer = client.post(reverse("rules-waiver-new"), typed())
    assert "有2位" in answer.text and twin.code in answer.text
    assert client.post(reverse("rules-waiver-new"), typed(deputy=twin.code)).status_code == 200


def test_who_opens_the_pages(cast, client):
    row = grant(cast).waiver
    for who, read, write in (
        ("admin", 200, 200), ("staff", 200, 403), ("auditor", 200, 403), ("clerk", 403, 403), ("head", 403, 403),
        ("deputy", 403, 403), ("officer", 403, 403),
    ):  # fmt: skip
        client.force_login(getattr(cast, who), backend="django.contrib.auth.backends.ModelBackend")
        opened = [client.get(reverse(name)).status_code for name in ("rules-waivers", "rules-waiver-new")]
        assert (who, opened) == (who, [read, write])
        missing = 404 if read == 403 else write
        assert client.get(reverse("rules-waiver-end", args=[row.uid])).status_code == missing
        if who != "admin":
            assert client.post(reverse("rules-waiver-drop", args=[row.uid])).status_code == missing


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_with_one_and_three(cast, signed_in, django_assert_num_queries, count):
    for person in cast.deputies["GT01"][:count]:
        grant(cast, deputy=person, ended_on=None)
    client = signed_in(cast.staff)
    client.get(reverse("rules-waivers"))
    with django_assert_num_queries(7):
        assert len(client.get(reverse("rules-waivers")).context["lines"]) == count
