"""Activities announced beforehand: whom they reach, who is told, sign-up, changes, cancelling."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from activities.models import Activity, Exemption, Leave, LivelihoodProject, PlanItem, WorkPlan
from activities.rules.expected import EXEMPT, NO_MANDATE, NO_MEMBERSHIP, NOT_SIGNED_UP
from activities.services import (
    Audience,
    announce_activity,
    cancel_activity,
    change_activity,
    finish_activity,
    record_attendance,
    refresh_expected,
    sign_up,
)
from activities.services.events import roll_of, tallies_of
from activities.states import ActivityKind, ActivityState, Covers, LeaveState, Presence, SignUp
from deputies.models import Mandate, Membership
from deputies.services import grant_mandate
from deputies.states import MandateLevel
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from tests.cast import OPENED, SUNDAY, moment

NOW = moment(SUNDAY)
DAY = SUNDAY + timedelta(days=10)
AFTER = moment(DAY, 18)


def announce(cast, **facts):
    given = {
        "station": cast.gt, "kind": ActivityKind.STUDY, "title": "学习代表法", "held_on": DAY, "actor": cast.clerk, "at": NOW,
        "audience": Audience(places=(cast.gt,)),
    }  # fmt: skip
    return announce_activity(**(given | facts))


def names(activity):
    return sorted(row.deputy.name for row in activity.attendance.select_related("deputy"))


def exempt(cast, person, **facts):
    given = {"covers": Covers.ALL, "started_on": SUNDAY, "reason": "长期住院", "granted_by": cast.staff, "granted_at": NOW}
    return Exemption.objects.create(deputy=person, **(given | facts))


def leave_of(cast, person, **facts):
    given = {
        "kind": Presence.SICK_LEAVE, "reason": "看病", "state": LeaveState.APPROVED, "started_on": DAY, "ended_on": DAY,
        "asked_by": cast.clerk, "asked_at": NOW,
    }  # fmt: skip
    leave = Leave(deputy=person, **(given | facts))
    leave.put_at(cast.gt01)
    leave.save()
    return leave


# ---- Whom it is for --------------------------------------------------------------------------------------------------


def test_a_station_a_branch_a_level_and_a_list(cast):
    head, deputy = cast.deputies["GT01"][:2]
    assert len(names(announce(cast))) == 6
    assert len(names(announce(cast, audience=Audience(places=(cast.gt02,))))) == 2
    assert names(announce(cast, audience=Audience(levels=(MandateLevel.COUNTY,)))) == sorted(["赵站长", "钱站长"])
    one = Audience(places=(cast.gt02,), levels=(MandateLevel.COUNTY,), deputies=(deputy,))
    assert names(announce(cast, audience=one)) == sorted(["钱站长", "李代表"])
    assert "赵站长" not in names(announce(cast, audience=Audience(places=(cast.gt01,), without=(head,))))


def test_the_county_reaches_everybody(cast):
    asked = announce(cast, station=cast.county, actor=cast.staff, audience=Audience(levels=(MandateLevel.COUNTY,)))
    assert names(asked) == sorted(["赵站长", "钱站长", "孙站长"])


@pytest.mark.parametrize("partners", [(), ("yt",)])
def test_nobody_summons_other_peoples_deputies(cast, partners):
    partners = [getattr(cast, name) for name in partners]
    theirs = cast.deputies["YT01"][0]
    for audience in (Audience(places=(cast.yt,)), Audience(places=(cast.county,)), Audience(deputies=(theirs,))):
        with pytest.raises(DomainError) as refused:
            announce(cast, audience=audience, partners=partners)
        assert "audience" in refused.value.fields
    made = announce(cast, partners=partners)
    with pytest.raises(DomainError) as refused:
        change_activity(activity=made, changes={}, add=Audience(deputies=(theirs,)), actor=cast.clerk, at=NOW)
    assert "audience" in refused.value.fields


def test_a_head_asks_members_of_the_own_branch_alone(cast):
    facts = {"station": cast.gt01, "actor": cast.head}
    assert len(names(announce(cast, audience=Audience(levels=tuple(MandateLevel)), **facts))) == 4
    for audience in (Audience(places=(cast.gt,)), Audience(deputies=(cast.deputies["GT02"][0],))):
        with pytest.raises(DomainError, match="不属于官亭镇人大代表联络站第一分站"):
            announce(cast, audience=audience, **facts)
    with pytest.raises(DomainError) as refused:
        announce(cast, audience=Audience(places=(cast.gt01,)), partners=[cast.yt], **facts)
    assert "partners" in refused.value.fields


def test_nobody_chosen_is_said(cast):
    with pytest.raises(DomainError) as refused:
        announce(cast, audience=Audience())
    assert "audience" in refused.value.fields


# ---- Who is expected -------------------------------------------------------------------------------------------------


def test_mandate_membership_and_exemption_of_the_day_decide(cast):
    head, deputy, third, fourth = cast.deputies["GT01"]
    Mandate.objects.filter(deputy=deputy).update(ended_on=DAY - timedelta(days=1))
    exempt(cast, third, covers=Covers.ACTIVITIES)
    exempt(cast, fourth, covers=Covers.DUTY)
    asked = announce(cast, audience=Audience(places=(cast.gt01,)))
    because = {row.deputy: row.not_expected_because for row in asked.attendance.select_related("deputy")}
    assert because == {head: "", deputy: NO_MANDATE, third: EXEMPT, fourth: ""}
    assert tallies_of([asked])[asked.pk].expected == 2


def test_who_left_the_branch_meanwhile_is_expected_no_more(cast):
    asked = announce(cast, audience=Audience(places=(cast.gt01,)))
    person = cast.deputy_person
    Membership.objects.filter(deputy=person).update(ended_on=DAY - timedelta(days=1))
    assert refresh_expected(deputies=[person]) == 1
    assert asked.attendance.get(deputy=person).not_expected_because == NO_MEMBERSHIP
    assert refresh_expected(deputies=[person]) == 0


def test_an_exemption_granted_later_counts_until_it_was_held(cast):
    asked = announce(cast, audience=Audience(places=(cast.gt02,)))
    first, second = cast.deputies["GT02"]
    given = exempt(cast, first)
    assert [one.because for one in roll_of(asked) if one.deputy == first] == [EXEMPT]  # read anew, nothing written yet
    record_attendance(activity=asked, statuses={second: Presence.PRESENT}, actor=cast.clerk, at=AFTER)
    finish_activity(activity=asked, actor=cast.clerk, at=AFTER)
    given.delete()
    assert refresh_expected(deputies=[first]) == 0
    assert not asked.attendance.get(deputy=first).expected


def test_leave_keeps_a_person_expected_and_counts_apart(cast):
    leave_of(cast, cast.deputy_person)
    asked = announce(cast, audience=Audience(places=(cast.gt01,)))
    other = announce(cast, audience=Audience(places=(cast.gt02,)))
    leave_of(cast, cast.deputies["GT02"][0], activity=asked)  # from another activity
    assert [one.status for one in roll_of(asked) if one.deputy == cast.deputy_person] == [Presence.SICK_LEAVE]
    assert {one.status for one in roll_of(other)} == {""}


def test_a_voluntary_activity_expects_who_signed_up(cast):
    asked = announce(cast, required=False, audience=Audience(places=(cast.gt01,)))
    assert {row.not_expected_because for row in asked.attendance.all()} == {NOT_SIGNED_UP}
    sign_up(activity=asked, deputy=cast.deputy_person, answer=SignUp.COMING, actor=cast.deputy, at=NOW)
    assert asked.attendance.get(expected=True).deputy == cast.deputy_person
    sign_up(activity=asked, deputy=cast.deputy_person, answer=SignUp.NOT_COMING, actor=cast.deputy, at=NOW)
    assert not asked.attendance.filter(expected=True).exists()


# ---- Announcing ------------------------------------------------------------------------------------------------------


def test_those_who_are_asked_are_told_once(cast):
    uid = uuid4()
    first = announce(cast, uid=uid, hours="上午9:00", venue="镇政府", sign_up_until=DAY - timedelta(days=1))
    assert announce(cast, uid=uid) == first
    notice = Notice.objects.get(user=cast.deputy)
    assert "学习代表法" in notice.text and "上午9:00 镇政府" in notice.text and str(first.uid) in notice.link
    assert AuditLog.objects.filter(action="announce_activity").count() == 1


def test_nobody_is_told_of_what_is_past_or_kept_quiet(cast):
    exempt(cast, cast.head_person)
    announce(cast, held_on=SUNDAY - timedelta(days=3))
    announce(cast, tell=False)
    assert not Notice.objects.exists()
    announce(cast)
    assert not Notice.objects.filter(user=cast.head).exists()  # exempt


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("title", {"title": "  "}),
        ("title", {"title": "长" * 121}),
        ("kind", {"kind": "party"}),
        ("kind", {"kind": ActivityKind.CONGRESS}),
        ("held_on", {"held_on": OPENED - timedelta(days=1)}),
        ("held_on", {"held_on": date(1, 1, 1)}),
        ("held_on", {"held_on": date(2028, 1, 1)}),
        ("held_on", {"held_on": date(9999, 12, 31)}),
        ("sign_up_until", {"sign_up_until": DAY + timedelta(days=1)}),
        ("sign_up_until", {"sign_up_until": date(1, 1, 1)}),
        ("service_role", {"service_role": "boss"}),
    ],
)
def test_what_needs_another_look(cast, field, facts):
    with pytest.raises(DomainError) as refused:
        announce(cast, **facts)
    assert field in refused.value.fields
    assert not Activity.objects.exists()


def test_projects_of_the_county_and_promises_of_the_own_plan(cast):
    project = LivelihoodProject.objects.create(county=cast.county, year=2026, title="农村公路")
    plans = [WorkPlan.objects.create(station=place, county=cast.county, year=2026) for place in (cast.gt, cast.yt)]
    own, strange = (PlanItem.objects.create(plan=plan, kind="study", title="学习", due_on=DAY) for plan in plans)
    assert announce(cast, project=project, plan_item=own).project == project
    with pytest.raises(DomainError) as refused:
        announce(cast, plan_item=strange)
    assert "plan_item" in refused.value.fields
    with pytest.raises(DomainError) as refused:
        announce(cast, partners=[cast.gt01])
    assert "partners" in refused.value.fields


def test_sessions_of_the_congress_are_the_countys(cast):
    facts = {"kind": ActivityKind.CONGRESS, "held_on": date(2027, 12, 31), "audience": Audience(levels=("county",))}
    assert len(names(announce(cast, station=cast.county, actor=cast.staff, **facts))) == 3
    with pytest.raises(DomainError, match="县人大办公室"):
        announce(cast, actor=cast.staff, **facts)


@pytest.mark.parametrize(
    ("role", "place", "may"),
    [
        ("admin", "county", True), ("staff", "gt", True), ("clerk", "gt", True), ("clerk", "gt01", True),
        ("head", "gt01", True), ("clerk", "county", False), ("clerk", "yt", False), ("head", "gt", False),
        ("head", "gt02", False), ("deputy", "gt01", False), ("auditor", "gt", False), ("officer", "gt", False),
    ],
)  # fmt: skip
def test_who_announces(cast, role, place, may):
    station = getattr(cast, place)
    facts = {"station": station, "actor": getattr(cast, role), "audience": Audience(places=(station,))}
    if may:
        assert announce(cast, **facts).state == ActivityState.ANNOUNCED
    else:
        with pytest.raises(NotAllowed):
            announce(cast, **facts)


# ---- Signing up ------------------------------------------------------------------------------------------------------


def test_signing_up_is_open_until_its_last_day_for_oneself(cast):
    last = DAY - timedelta(days=2)
    asked = announce(cast, sign_up_until=last)
    facts = {"activity": asked, "deputy": cast.deputy_person, "answer": SignUp.COMING}
    row = sign_up(actor=cast.deputy, at=moment(last, 23), **facts)
    assert (row.sign_up, row.expected) == (SignUp.COMING, True)
    with pytest.raises(Conflict, match="0319-0000004"):
        sign_up(actor=cast.deputy, at=moment(last + timedelta(days=1)), **facts)
    sign_up(actor=cast.clerk, at=moment(DAY), **facts)
    sign_up(actor=cast.head, at=moment(DAY), **facts)
    for stranger in (cast.stranger, cast.auditor, cast.officer):
        with pytest.raises(NotAllowed):
            sign_up(actor=stranger, at=NOW, **facts)


def test_not_coming_excuses_nobody_from_a_required_one(cast):
    asked = announce(cast)
    row = sign_up(activity=asked, deputy=cast.deputy_person, answer=SignUp.NOT_COMING, actor=cast.deputy, at=NOW)
    assert row.expected
    with pytest.raises(DomainError):
        sign_up(activity=asked, deputy=cast.deputy_person, answer="maybe", actor=cast.deputy, at=NOW)


# ---- Changing and cancelling -----------------------------------------------------------------------------------------


def test_another_day_is_told_and_the_expectation_follows_it(cast):
    person = cast.deputy_person
    exempt(cast, person, started_on=DAY + timedelta(days=1))
    asked = announce(cast)
    Notice.objects.all().delete()
    changed = change_activity(
        activity=asked, changes={"held_on": DAY + timedelta(days=1)}, actor=cast.clerk, at=NOW, version=1
    )
    assert changed.version == 2
    assert asked.attendance.get(deputy=person).not_expected_because == EXEMPT
    assert Notice.objects.get(user=cast.head).text.startswith("“学习代表法”有变动")
    assert not Notice.objects.filter(user=cast.deputy).exists()
    with pytest.raises(StaleVersion):
        change_activity(activity=asked, changes={"title": "x"}, actor=cast.clerk, at=NOW, version=1)


def test_people_are_added_and_dropped(cast):
    asked = announce(cast, audience=Audience(places=(cast.gt02,)))
    first = cast.deputies["GT02"][0]
    more = Audience(deputies=(cast.deputy_person, first))
    change_activity(activity=asked, changes={}, add=more, drop=[first], actor=cast.clerk, at=NOW)
    assert names(asked) == sorted(["王芳", "李代表", "钱站长"])  # asked again in the same breath
    change_activity(activity=asked, changes={}, drop=[cast.deputy_person], actor=cast.clerk, at=NOW)
    assert names(asked) == sorted(["王芳", "钱站长"])
    assert [notice.text[:6] for notice in Notice.objects.filter(user=cast.deputy).order_by("pk")] == ["请您参加“学", "“学习代表法"]


def test_a_cancelled_activity_says_why_and_is_over(cast):
    asked = announce(cast)
    with pytest.raises(DomainError):
        cancel_activity(activity=asked, reason=" ", actor=cast.clerk, at=NOW)
    cancel_activity(activity=asked, reason="大雪封路", actor=cast.clerk, at=NOW)
    assert Notice.objects.filter(user=cast.deputy, text__contains="取消了:大雪封路").exists()
    for act in (
        lambda: cancel_activity(activity=asked, reason="又取消", actor=cast.clerk, at=NOW),
        lambda: change_activity(activity=asked, changes={}, actor=cast.clerk, at=NOW),
        lambda: sign_up(activity=asked, deputy=cast.deputy_person, answer=SignUp.COMING, actor=cast.deputy, at=NOW),
        lambda: record_attendance(activity=asked, statuses={}, actor=cast.clerk, at=AFTER),
    ):
        with pytest.raises(Conflict):
            act()


def test_level_is_that_of_the_day(cast):
    grant_mandate(deputy=cast.deputy_person, level=MandateLevel.CITY, term="第八届", started_on=DAY, actor=cast.admin)
    audience = Audience(levels=(MandateLevel.CITY,))
    assert names(announce(cast, audience=audience)) == ["李代表"]
    with pytest.raises(DomainError):
        announce(cast, audience=audience, held_on=DAY - timedelta(days=1))
