"""Who came: in bulk, by two stations at once, with substitutes; the end of it; corrections; what it costs."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.models import ActivityAttendance
from activities.rules.expected import AWAY, UNASKED, Line, tally
from activities.services import (
    Audience,
    announce_activity,
    cancel_activity,
    change_activity,
    finish_activity,
    record_activity,
    record_attendance,
)
from activities.services.events import tallies_of
from activities.states import ActivityKind, ActivityState, LeaveState, Presence
from deputies.models import Mandate
from deputies.reports.archive import archive_of
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.summary import summary_of
from scoring.models import PointEntry
from scoring.services import rescore, score_of
from tests.cast import SUNDAY, moment
from tests.test_activities import exempt, leave_of

DAY = SUNDAY
AT = moment(DAY, 18)
PRESENT, ABSENT = Presence.PRESENT, Presence.ABSENT


@pytest.fixture
def asked(cast):
    return announce(cast)


def announce(cast, **facts):
    given = {
        "station": cast.gt, "kind": ActivityKind.STUDY, "title": "学习代表法", "held_on": DAY, "actor": cast.clerk,
        "at": moment(DAY - timedelta(days=9)), "audience": Audience(places=(cast.gt,)),
    }  # fmt: skip
    return announce_activity(**(given | facts))


def record(cast, activity, statuses, **facts):
    return record_attendance(activity=activity, statuses=statuses, **({"actor": cast.clerk, "at": AT} | facts))


def everybody(cast, status=PRESENT):
    return dict.fromkeys([*cast.deputies["GT01"], *cast.deputies["GT02"]], status)


def figures(activity):
    return tallies_of([activity])[activity.pk]


# ---- Figures ---------------------------------------------------------------------------------------------------------

lines = st.builds(
    Line, expected=st.booleans(), status=st.sampled_from(["", *Presence.values]), stood_in=st.booleans(),
    times=st.integers(0, 5),
)  # fmt: skip

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(st.lists(lines, max_size=60))
def test_every_expected_person_is_counted_exactly_once(mix):
    found = tally(mix)
    assert found.expected == sum(line.times for line in mix if line.expected)
    parts = (found.present, found.late, found.left_early, found.on_leave, found.absent, found.substituted, found.unset)
    assert sum(parts) == found.expected and min(parts) >= 0
    assert found.on_leave == sum(found.leave.values())


@unhurried
@given(st.lists(lines, max_size=30))
def test_leave_stays_apart_whatever_else_is_true_of_a_person(mix):
    found = tally(mix)
    excused = sum(line.times for line in mix if line.expected and line.status.endswith("_leave"))
    assert found.on_leave == excused
    assert found.unasked == sum(line.times for line in mix if not line.expected and line.status and line.status not in AWAY)


# ---- Recording -------------------------------------------------------------------------------------------------------


def test_in_bulk_and_unset_until_it_is_finished(cast, asked):
    head, deputy, third, fourth = cast.deputies["GT01"]
    record(cast, asked, {head: PRESENT, deputy: Presence.LATE, third: Presence.SICK_LEAVE, fourth: ABSENT})
    found = figures(asked)
    assert (found.expected, found.present, found.late, found.on_leave, found.absent, found.unset) == (6, 1, 1, 1, 1, 2)
    with pytest.raises(DomainError) as refused:
        finish_activity(activity=asked, actor=cast.clerk, at=AT)
    assert "还有2人" in refused.value.fields["attendance"]
    record(cast, asked, dict.fromkeys(cast.deputies["GT02"], PRESENT))
    done = finish_activity(activity=asked, actor=cast.clerk, at=AT, leaflets=30, reached=80, minutes="学了三章")
    assert (done.state, done.leaflets, done.reached, done.minutes) == (ActivityState.HELD, 30, 80, "学了三章")
    assert figures(asked).leave_words == "病假1人"


def test_approved_leave_fills_itself_in(cast, asked):
    leave_of(cast, cast.deputy_person, started_on=DAY, ended_on=DAY)
    leave_of(cast, cast.head_person, started_on=DAY, ended_on=DAY, state=LeaveState.ASKED)
    present = everybody(cast)
    del present[cast.deputy_person], present[cast.head_person]
    record(cast, asked, present)
    with pytest.raises(DomainError, match="赵站长"):  # asked for is not approved
        finish_activity(activity=asked, actor=cast.clerk, at=AT)
    record(cast, asked, {cast.head_person: PRESENT})
    finish_activity(activity=asked, actor=cast.clerk, at=AT)
    assert asked.attendance.get(deputy=cast.deputy_person).status == Presence.SICK_LEAVE


def test_nothing_is_recorded_before_the_day(cast):
    later = announce(cast, held_on=DAY + timedelta(days=1))
    for act in (lambda: record(cast, later, everybody(cast)), lambda: finish_activity(activity=later, actor=cast.clerk, at=AT)):
        with pytest.raises(DomainError) as refused:
            act()
        assert "held_on" in refused.value.fields


def test_who_came_unasked_counts_beside_the_expected_and_can_be_taken_back(cast, asked):
    guest = cast.deputies["YT01"][0]
    with pytest.raises(NotAllowed, match="孙站长"):
        record(cast, asked, {guest: PRESENT})
    record(cast, asked, {guest: PRESENT}, actor=cast.staff)
    row = asked.attendance.get(deputy=guest)
    assert (row.expected, row.not_expected_because) == (False, UNASKED)
    assert (figures(asked).expected, figures(asked).unasked) == (6, 1)
    record(cast, asked, {guest: ""}, actor=cast.staff)
    assert not asked.attendance.filter(deputy=guest).exists()


def test_who_need_not_come_is_neither_absent_nor_on_leave(cast, asked):
    exempt(cast, cast.deputy_person)
    with pytest.raises(DomainError) as refused:
        record(cast, asked, {cast.deputy_person: ABSENT})
    assert str(cast.deputy_person.pk) in refused.value.fields
    record(cast, asked, {cast.deputy_person: PRESENT})
    assert figures(asked).unasked == 1


def test_a_substitute_comes_for_one_expected_person(cast):
    asked = announce(cast, audience=Audience(places=(cast.gt01,)))
    guest, other = cast.deputies["GT02"]
    head, deputy, third = cast.deputies["GT01"][:3]
    record(cast, asked, {guest: Presence.SUBSTITUTE}, stands_in_for={guest: deputy})
    assert figures(asked).substituted == 1
    for statuses, stands_in in (
        ({other: Presence.SUBSTITUTE}, {}),  # for whom?
        ({other: Presence.SUBSTITUTE}, {other: deputy}),  # somebody did already
        ({other: Presence.SUBSTITUTE}, {other: guest}),  # not expected
        ({third: Presence.SUBSTITUTE}, {third: head}),  # expected herself
        ({deputy: PRESENT}, {}),  # came after all
    ):
        with pytest.raises(DomainError):
            record(cast, asked, statuses, stands_in_for=stands_in)
    record(cast, asked, {one: PRESENT for one in cast.deputies["GT01"] if one != deputy})
    finish_activity(activity=asked, actor=cast.clerk, at=AT)
    assert asked.attendance.get(deputy=deputy).status == ABSENT
    assert (figures(asked).substituted, figures(asked).absent) == (1, 0)
    assert rescore(county=cast.county, year=2026, at=AT) == 0  # the substitute counts for who should have come


def test_a_substitute_and_who_is_replaced_are_recorded_by_the_same_hand(cast, asked):
    guest = cast.deputies["YT01"][0]
    substitute = {"statuses": {guest: Presence.SUBSTITUTE}, "stands_in_for": {guest: cast.deputy_person}}
    with pytest.raises(NotAllowed):
        record(cast, asked, **substitute)
    record(cast, asked, actor=cast.staff, **substitute)
    assert figures(asked).substituted == 1


@pytest.mark.parametrize("role", ["stranger", "auditor", "head", "deputy", "officer", "chief"])
def test_nobody_else_records(cast, asked, role):
    with pytest.raises(NotAllowed):
        record(cast, asked, {cast.deputy_person: PRESENT}, actor=getattr(cast, role))


def test_a_word_that_is_no_presence_is_refused(cast, asked):
    with pytest.raises(DomainError):
        record(cast, asked, {cast.deputy_person: "asleep"})


# ---- Corrections -----------------------------------------------------------------------------------------------------


@pytest.fixture
def held(cast, asked):
    record(cast, asked, everybody(cast))
    return finish_activity(activity=asked, actor=cast.clerk, at=AT)


def test_a_correction_says_why_and_points_follow(cast, held, django_capture_on_commit_callbacks):
    person = cast.deputy_person
    with pytest.raises(DomainError) as refused:
        record(cast, held, {person: ABSENT})
    assert "reason" in refused.value.fields
    with django_capture_on_commit_callbacks(execute=True):
        record(cast, held, {person: ABSENT}, reason="签到表看错了行")
    assert score_of(deputy=person, year=2026).total == 57
    entry = AuditLog.objects.filter(action="record_attendance").latest("pk")
    assert entry.detail["reason"] == "签到表看错了行" and entry.detail["changes"] == [f"{person.code} → absent"]
    with pytest.raises(DomainError):
        record(cast, held, {person: ""}, reason="不知道来没来")
    with django_capture_on_commit_callbacks(execute=True):
        cancel_activity(activity=held, reason="登记错了单位", actor=cast.clerk, at=AT)
    assert score_of(deputy=person, year=2026).total == 60


def test_figures_and_details_are_corrected_with_a_reason(cast, held):
    with pytest.raises(DomainError):
        finish_activity(activity=held, actor=cast.clerk, at=AT, leaflets=5)
    assert finish_activity(activity=held, actor=cast.clerk, at=AT, leaflets=5, reason="漏记").leaflets == 5
    with pytest.raises(DomainError):
        change_activity(activity=held, changes={"title": "学习选举法"}, actor=cast.clerk, at=AT)
    change_activity(activity=held, changes={"kind": ActivityKind.MEETING}, actor=cast.clerk, at=AT, reason="选错类别")
    with pytest.raises(DomainError):
        change_activity(
            activity=held, changes={"held_on": DAY + timedelta(days=1)}, actor=cast.clerk, at=AT, reason="改期"
        )


def test_a_corrected_title_leaves_who_was_expected_as_it_was(cast):
    """Mandates end later, and a voluntary one that was recorded afterwards had no sign-up: neither may empty the past."""
    voluntary = record_activity(
        station=cast.gt, kind=ActivityKind.PUBLICITY, title="宪法宣传", held_on=DAY, attendance=everybody(cast),
        required=False, actor=cast.clerk, at=AT,
    )  # fmt: skip
    assert figures(voluntary).expected == 6
    Mandate.objects.filter(deputy=cast.deputy_person).update(ended_on=DAY - timedelta(days=1))
    change_activity(activity=voluntary, changes={"title": "宪法进村"}, actor=cast.clerk, at=AT, reason="名称写错")
    assert figures(voluntary).expected == 6
    earlier = {"held_on": DAY - timedelta(days=1)}
    change_activity(activity=voluntary, changes=earlier, actor=cast.clerk, at=AT, reason="日期写错")
    assert figures(voluntary).expected == 6  # still in force on the day before


def test_saving_the_same_again_changes_nothing(cast, held):
    assert record(cast, held, everybody(cast), reason="再存一次").version == held.version


@pytest.mark.parametrize("figure", ["leaflets", "households", "reached"])
def test_figures_have_their_limits(cast, asked, figure):
    record(cast, asked, everybody(cast))
    for value in (-1, 100_000):
        with pytest.raises(DomainError) as refused:
            finish_activity(activity=asked, actor=cast.clerk, at=AT, **{figure: value})
        assert figure in refused.value.fields


# ---- What it costs and where it shows --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status", "points"),
    [
        (ActivityKind.LAW_CHECK, ABSENT, [-3]),
        (ActivityKind.CONGRESS, ABSENT, [-5]),
        (ActivityKind.MEDIATION, ABSENT, [-2]),
        (ActivityKind.STUDY, Presence.PRIVATE_LEAVE, [-1]),
        (ActivityKind.STUDY, Presence.MATERNITY_LEAVE, []),
        (ActivityKind.STUDY, Presence.OTHER_LEAVE, []),
        (ActivityKind.STUDY, Presence.LATE, [-1]),
    ],
)
def test_what_a_status_costs(cast, kind, status, points):
    record_activity(
        station=cast.county, kind=kind, title="活动", held_on=DAY, attendance={cast.deputy_person: status},
        actor=cast.staff, at=AT,
    )  # fmt: skip
    rescore(county=cast.county, year=2026, at=AT)
    assert [float(entry.points) for entry in PointEntry.objects.filter(deputy=cast.deputy_person)] == points


def test_nothing_is_charged_to_who_need_not_have_come(cast):
    Mandate.objects.filter(deputy=cast.deputy_person).update(ended_on=DAY - timedelta(days=1))
    record_activity(
        station=cast.gt, kind=ActivityKind.STUDY, title="学习", held_on=DAY, attendance={cast.deputy_person: ABSENT},
        actor=cast.clerk, at=AT,
    )  # fmt: skip
    assert rescore(county=cast.county, year=2026, at=AT) == 0
    assert list(archive_of(cast.deputy_person, 2026).items) == []


def test_what_is_only_announced_or_cancelled_shows_nowhere(cast, asked):
    cancelled = announce(cast)
    record(cast, asked, {cast.deputy_person: ABSENT})
    record(cast, cancelled, {cast.deputy_person: ABSENT})
    cancel_activity(activity=cancelled, reason="没有办成", actor=cast.clerk, at=AT)
    assert rescore(county=cast.county, year=2026, at=AT) == 0
    assert list(archive_of(cast.deputy_person, 2026).items) == []
    assert summary_of(start=DAY, end=DAY).activities == 0
    record(cast, asked, {person: PRESENT for person in everybody(cast) if person != cast.deputy_person})
    finish_activity(activity=asked, actor=cast.clerk, at=AT)
    assert summary_of(start=DAY, end=DAY).activities == 1
    assert [item.entry.outcome for item in archive_of(cast.deputy_person, 2026).items] == ["缺席"]


@pytest.mark.parametrize("kind", ActivityKind.values)
def test_every_kind_has_its_chapter_in_the_archive(cast, kind):
    record_activity(
        station=cast.county, kind=kind, title="活动", held_on=DAY, attendance={cast.deputy_person: PRESENT},
        actor=cast.staff, at=AT,
    )  # fmt: skip
    assert len(list(archive_of(cast.deputy_person, 2026).items)) == 1


def test_figures_of_many_activities_take_one_query(cast, django_assert_num_queries):
    made = [announce(cast) for _ in range(3)]
    for some in (made[:1], made):
        with django_assert_num_queries(1):
            assert {found.expected for found in tallies_of(some).values()} == {6}


def test_a_cancelled_one_takes_no_attendance(cast, asked):
    cancel_activity(activity=asked, reason="改期", actor=cast.clerk, at=AT)
    with pytest.raises(Conflict):
        record(cast, asked, everybody(cast))
    assert not ActivityAttendance.objects.exclude(status="").exists()
