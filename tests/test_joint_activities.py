"""Activities of several stations: the host invites, each partner asks and records its own people."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity
from activities.rules.expected import NO_MEMBERSHIP
from activities.services import (
    Audience,
    announce_activity,
    ask_own_people,
    cancel_activity,
    change_activity,
    finish_activity,
    record_activity,
    record_attendance,
    sign_up,
)
from activities.services.events import roll_of, tallies_of
from activities.states import ActivityKind, ActivityState, Presence, SignUp
from deputies.models import Membership
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Notice
from scoring.models import PointEntry
from scoring.services import rescore
from stations.services import open_station
from tests.cast import OPENED, SUNDAY, moment

BEFORE, AT = moment(SUNDAY - timedelta(days=9)), moment(SUNDAY, 18)
PRESENT, ABSENT = Presence.PRESENT, Presence.ABSENT


def announce(cast, **facts):
    given = {
        "station": cast.gt, "kind": ActivityKind.INSPECTION, "title": "联合视察", "held_on": SUNDAY, "actor": cast.clerk,
        "at": BEFORE, "audience": Audience(places=(cast.gt01,)), "partners": [cast.yt],
    }  # fmt: skip
    return announce_activity(**(given | facts))


def ask(cast, activity, **facts):
    given = {"station": cast.yt, "audience": Audience(places=(cast.yt,)), "actor": cast.stranger, "at": BEFORE}
    return ask_own_people(activity=activity, **(given | facts))


@pytest.fixture
def joint(cast):
    return announce(cast)


@pytest.fixture
def agreed(cast, joint):
    return ask(cast, joint)


def names(activity):
    return {row.deputy.name for row in activity.attendance.select_related("deputy")}


def figures(activity):
    return tallies_of([activity])[activity.pk]


def record(cast, activity, statuses, **facts):
    return record_attendance(activity=activity, statuses=statuses, **({"actor": cast.clerk, "at": AT} | facts))


def theirs(cast, status=PRESENT):
    return dict.fromkeys(cast.deputies["YT01"], status)


def mine(cast, status=PRESENT):
    return dict.fromkeys(cast.deputies["GT01"], status)


# ---- Asking ----------------------------------------------------------------------------------------------------------


def test_a_partner_is_invited_and_agrees_by_asking_its_people(cast, joint):
    assert names(joint) == {"赵站长", "李代表", "陈卫", "周春生"}
    assert Activity.objects.visible_to(cast.stranger).get() == joint
    assert "请你们联合举办" in Notice.objects.get(user=cast.stranger).text
    ask(cast, joint, audience=Audience(levels=("county",)))
    assert names(joint) == {"赵站长", "李代表", "陈卫", "周春生", "孙站长"}
    assert figures(joint).expected == 5
    assert "阎疃镇人大代表联络站请了1位代表" in Notice.objects.filter(user=cast.clerk).latest("pk").text
    assert AuditLog.objects.get(action="ask_own_people").detail["added"] == 1


def test_asked_again_adds_who_is_new_and_drops_who_is_not_needed(cast, agreed):
    first, second = cast.deputies["YT01"]
    assert ask(cast, agreed, audience=None, drop=[second]).attendance.filter(deputy=second).count() == 0
    ask(cast, agreed)
    assert agreed.attendance.filter(deputy__in=[first, second]).count() == 2


@pytest.mark.parametrize("role", ["staff", "clerk", "head", "deputy", "auditor", "officer"])
def test_only_the_partners_clerk_asks(cast, joint, role):
    with pytest.raises(NotAllowed):
        ask(cast, joint, actor=getattr(cast, role))


def test_who_is_no_partner_asks_nobody(cast):
    alone = announce(cast, partners=[])
    with pytest.raises(NotAllowed):
        ask(cast, alone)


@pytest.mark.parametrize("field", ["audience", "without"])
def test_a_partner_asks_and_drops_the_own_people_alone(cast, joint, field):
    host = cast.deputy_person
    facts = {"audience": Audience(deputies=(host,))} if field == "audience" else {"audience": None, "drop": [host]}
    with pytest.raises(DomainError) as refused:
        ask(cast, joint, **facts)
    assert field in refused.value.fields and host.name in names(joint)


def test_the_host_neither_adds_nor_drops_the_partners_people(cast, agreed):
    person = cast.deputies["YT01"][0]
    change = {"activity": agreed, "changes": {}, "at": BEFORE}
    with pytest.raises(DomainError) as refused:
        change_activity(actor=cast.clerk, drop=[person], **change)
    assert "without" in refused.value.fields and person.name in names(agreed)
    change_activity(actor=cast.staff, drop=[person], **change)
    assert person.name not in names(agreed)


def test_whom_the_county_asked_a_partner_cannot_take_off(cast):
    joint = announce(cast, station=cast.county, actor=cast.staff, audience=Audience(places=(cast.county,)))
    with pytest.raises(DomainError, match="县人大办公室"):
        ask(cast, joint, audience=None, drop=[cast.deputies["YT01"][0]])
    assert ask(cast, joint).attendance.count() == 8  # nobody is asked twice


def test_what_is_cancelled_or_done_takes_nobody_more(cast, joint):
    record(cast, joint, mine(cast))
    done = finish_activity(activity=joint, actor=cast.clerk, at=AT)
    with pytest.raises(Conflict, match="官亭镇"):
        ask(cast, done, at=AT)
    cancelled = cancel_activity(activity=announce(cast), reason="大雪", actor=cast.clerk, at=BEFORE)
    with pytest.raises(Conflict):
        ask(cast, cancelled)


def test_who_serves_elsewhere_by_then_is_expected_by_nobody(cast, joint):
    person = cast.deputy_person
    Membership.objects.filter(deputy=person).update(ended_on=SUNDAY - timedelta(days=1))
    Membership.objects.create(deputy=person, branch=cast.gt02, role="member", started_on=SUNDAY)
    asked = announce(cast, station=cast.gt01, actor=cast.head, partners=[], held_on=SUNDAY - timedelta(days=1))
    asked = change_activity(activity=asked, changes={"held_on": SUNDAY}, actor=cast.head, at=BEFORE)
    assert asked.attendance.get(deputy=person).not_expected_because == NO_MEMBERSHIP
    assert [one.because for one in roll_of(asked) if one.deputy == person] == [NO_MEMBERSHIP]
    assert [one.because for one in roll_of(joint) if one.deputy == person] == [""]  # still of the station


def test_the_host_does_not_answer_for_the_partners_people(cast, agreed):
    facts = {"activity": agreed, "deputy": cast.deputies["YT01"][0], "answer": SignUp.COMING, "at": BEFORE}
    with pytest.raises(NotAllowed):
        sign_up(actor=cast.clerk, **facts)
    assert sign_up(actor=cast.stranger, **facts).sign_up == SignUp.COMING


# ---- Recording -------------------------------------------------------------------------------------------------------


def test_each_records_the_own_people_and_the_county_all(cast, agreed):
    with pytest.raises(NotAllowed, match="孙站长"):
        record(cast, agreed, theirs(cast, ABSENT))
    with pytest.raises(NotAllowed, match="李代表"):
        record(cast, agreed, {cast.deputy_person: PRESENT}, actor=cast.stranger)
    record(cast, agreed, theirs(cast), actor=cast.stranger)
    record(cast, agreed, mine(cast) | theirs(cast, Presence.LATE), actor=cast.staff)
    assert (figures(agreed).present, figures(agreed).late) == (4, 2)
    with pytest.raises(NotAllowed):
        finish_activity(activity=agreed, actor=cast.stranger, at=AT)


def test_it_is_finished_when_every_partner_has_recorded_its_part(cast, agreed):
    with pytest.raises(DomainError) as refused:
        finish_activity(activity=agreed, actor=cast.clerk, at=AT)
    problem = refused.value.fields["attendance"]
    assert "还有4人没填到没到:" in problem and "阎疃镇还有2人没登记(" in problem
    assert "请阎疃镇人大代表联络站登记" in problem and {"马强", "孙站长"} == set(problem.split("(")[1].split(")")[0].split("、"))
    record(cast, agreed, mine(cast))
    with pytest.raises(DomainError, match=r"^阎疃镇还有2人没登记"):
        finish_activity(activity=agreed, actor=cast.clerk, at=AT)
    record(cast, agreed, theirs(cast), actor=cast.stranger)
    assert finish_activity(activity=agreed, actor=cast.clerk, at=AT).state == ActivityState.HELD


def test_a_partner_that_asked_nobody_holds_nothing_up(cast, joint):
    record(cast, joint, mine(cast))
    assert finish_activity(activity=joint, actor=cast.clerk, at=AT).state == ActivityState.HELD


def test_two_stations_type_at_once(cast, agreed):
    me, you = cast.deputies["GT01"][0], cast.deputies["YT01"][0]
    record(cast, agreed, {you: PRESENT}, actor=cast.stranger, version=2)
    record(cast, agreed, {me: PRESENT}, version=2)  # nothing of theirs is overwritten
    with pytest.raises(StaleVersion, match="孙站长"):
        record(cast, agreed, {you: ABSENT}, actor=cast.staff, version=2)
    agreed.refresh_from_db()
    record(cast, agreed, {you: ABSENT}, actor=cast.staff, version=agreed.version)
    assert figures(agreed).absent == 1


def test_nobody_marks_the_whole_county_absent(cast):
    """Once a branch's head could: announce with every station as a partner, and record."""
    facts = {"station": cast.gt01, "actor": cast.head, "kind": ActivityKind.CONGRESS}
    everyone = [person for people in cast.deputies.values() for person in people]
    with pytest.raises(DomainError):
        announce(cast, **facts)
    with pytest.raises(DomainError):
        announce(cast, **(facts | {"kind": ActivityKind.STUDY}))
    made = announce(cast, **(facts | {"kind": ActivityKind.STUDY, "partners": []}))
    with pytest.raises(NotAllowed):
        record(cast, made, dict.fromkeys(everyone, ABSENT), actor=cast.head)
    with pytest.raises(NotAllowed):
        record_activity(
            station=cast.gt01, kind=ActivityKind.STUDY, title="学习", held_on=SUNDAY, actor=cast.head, at=AT,
            attendance=dict.fromkeys(everyone, ABSENT),
        )  # fmt: skip
    rescore(county=cast.county, year=2026, at=AT)
    assert not PointEntry.objects.exists()


# ---- Pages -----------------------------------------------------------------------------------------------------------


def today_one(cast, **facts):
    return announce(cast, held_on=today_here(), at=timezone.now(), **facts)


def url(name, activity):
    return reverse(name, args=[activity.uid])


def test_the_partners_clerk_asks_on_the_activitys_page(cast, signed_in):
    joint = today_one(cast)
    page = signed_in(cast.stranger)
    text = page.get(url("activity", joint)).content.decode()
    assert "请阎疃镇的代表参加" in text and "还没请代表" in text
    assert "请阎疃镇的代表参加" not in signed_in(cast.clerk).get(url("activity", joint)).content.decode()
    page, address = signed_in(cast.stranger), url("activity-own-people", joint)
    assert page.post(address, {"places": ["YT01"]}).url == url("activity", joint)
    assert joint.attendance.count() == 6
    assert page.post(address, {"names": "", "without": "马强"}).status_code == 302
    assert joint.attendance.count() == 5 and "1位代表" in page.get(url("activity", joint)).content.decode()


@pytest.mark.parametrize(
    "data", [{}, {"places": ["GT"]}, {"names": "没有这人"}, {"names": "李代表"}, {"levels": ["x"]}, {"without": "\0"}]
)
def test_what_a_partner_sends_wrong_is_said_and_kept(cast, signed_in, data):
    joint = today_one(cast)
    refused = signed_in(cast.stranger).post(url("activity-own-people", joint), data)
    text = refused.content.decode()
    assert refused.status_code == 400 and "errsum" in text and data.get("names", "") in text
    assert joint.attendance.count() == 4


def test_who_asks_by_the_page(cast, signed_in):
    joint = today_one(cast)
    wanted = {"admin": 403, "staff": 403, "auditor": 403, "clerk": 403, "head": 403, "deputy": 403, "officer": 404}
    for role, status in wanted.items():
        answer = signed_in(getattr(cast, role)).post(url("activity-own-people", joint), {"places": ["YT"]})
        assert answer.status_code == status, role


def sheet_data(activity, statuses, **more):
    activity.refresh_from_db()
    return {"version": activity.version, "do": "save"} | {f"s-{one.pk}": status for one, status in statuses.items()} | more


def test_the_sheet_lets_each_write_the_own(cast, signed_in):
    joint = ask(cast, today_one(cast), at=timezone.now())
    address = url("activity-attendance", joint)
    page = signed_in(cast.stranger)
    shown = page.get(address)
    assert shown.status_code == 200 and 'value="finish"' not in shown.content.decode()
    assert [branch for branch, _rows in shown.context["sheet"].groups] == [cast.yt01, cast.gt01]
    assert page.post(address, sheet_data(joint, theirs(cast) | mine(cast, ABSENT))).status_code == 302
    assert (figures(joint).present, figures(joint).absent) == (2, 0)
    assert page.post(address, sheet_data(joint, {}, do="finish")).status_code == 403
    page = signed_in(cast.clerk)
    assert page.post(address, sheet_data(joint, theirs(cast, ABSENT) | mine(cast))).status_code == 302
    assert (figures(joint).present, figures(joint).absent) == (6, 0)


def test_the_sheet_says_whose_part_is_missing(cast, signed_in):
    joint = ask(cast, today_one(cast), at=timezone.now())
    page, address = signed_in(cast.clerk), url("activity-attendance", joint)
    shown = page.post(address, sheet_data(joint, mine(cast)), follow=True)
    assert "还要等联合举办的联络站登记2人" in shown.content.decode()
    refused = page.post(address, sheet_data(joint, mine(cast), do="finish"))
    assert refused.status_code == 400 and "请阎疃镇人大代表联络站登记" in refused.content.decode()
    shown = signed_in(cast.stranger).post(address, sheet_data(joint, theirs(cast)), follow=True)
    assert "本站的人填齐了" in shown.content.decode()


def test_a_guest_of_a_station_that_is_no_partner_is_for_the_county(cast, signed_in):
    alone = today_one(cast, partners=[], audience=Audience(places=(cast.gt,)))
    refused = signed_in(cast.clerk).post(url("activity-attendance", alone), sheet_data(alone, {}, **{"x-0-who": "孙站长"}))
    assert refused.status_code == 400 and not alone.attendance.filter(deputy__in=cast.deputies["YT01"]).exists()
    kept = signed_in(cast.staff).post(url("activity-attendance", alone), sheet_data(alone, {}, **{"x-0-who": "孙站长"}))
    assert kept.status_code == 302 and figures(alone).unasked == 1


def test_a_head_is_offered_no_partners_and_no_congress(cast, signed_in):
    form = signed_in(cast.head).get(reverse("activity-new")).context["form"]
    assert form.fields["partners"].choices == []
    assert ActivityKind.CONGRESS not in dict(form.fields["kind"].choices)
    assert ActivityKind.CONGRESS in dict(signed_in(cast.staff).get(reverse("activity-new")).context["form"].fields["kind"].choices)


def test_the_page_costs_the_same_with_one_and_three_partners(cast, signed_in, django_assert_max_num_queries):
    more = [
        open_station(code=f"X{number}", name=f"第{number}乡", parent=cast.county, opened_on=OPENED, actor=cast.admin)
        for number in range(2)
    ]
    counts = []
    for partners in ([cast.yt], [cast.yt, *more]):
        made = today_one(cast, partners=partners)
        page = signed_in(cast.clerk)
        with django_assert_max_num_queries(45) as seen:
            page.get(url("activity", made))
        counts.append(len(seen))
    assert counts[0] == counts[1]
