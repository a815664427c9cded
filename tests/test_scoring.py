"""The ledger follows the facts: derived, append-only, the same whatever the order and however often."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.services import (
    Matter,
    SundayRow,
    correct_log,
    file_log,
    record_activity,
    record_attendance,
    void_log,
)
from activities.states import ActivityKind, Presence
from julu_liaison.common.working_days import today_here
from opinions.services import move_opinion
from scoring.models import PointEntry, Rule
from scoring.services import rescore, score_of, scores_of
from tests.cast import SUNDAY, moment
from tests.points import meeting

AT, JUNE = moment(SUNDAY), date(2026, 6, 9)


def log_of(cast, attendance, day=SUNDAY, matters=()):
    row = SundayRow(branch=cast.gt01, attendance=attendance, received=len(matters), matters=list(matters))
    return file_log(row=row, on=day, actor=cast.clerk, at=AT)


def roster(cast, day=SUNDAY):
    """Put the whole branch on the roster of one day, so that its presence is expected."""
    from activities.models import Roster, Shift, ShiftPlace

    plan, _created = Roster.objects.get_or_create(station=cast.gt, month=day.replace(day=1))
    shift = Shift(roster=plan, date=day, for_sunday=day)
    shift.put_at(cast.gt01)
    shift.save()
    ShiftPlace.objects.bulk_create(ShiftPlace(shift=shift, deputy=deputy) for deputy in cast.deputies["GT01"])


def score_all(cast, year=2026):
    return rescore(county=cast.county, year=year, at=AT)


def points_of(cast, person):
    return [float(entry.points) for entry in PointEntry.objects.filter(deputy=person)]


@pytest.mark.parametrize(
    ("status", "points"),
    [
        (Presence.PRESENT, []),
        (Presence.ABSENT, [-2]),
        (Presence.PRIVATE_LEAVE, [-1]),
        (Presence.SICK_LEAVE, []),
        (Presence.OFFICIAL_LEAVE, []),
        (Presence.LATE, [-1]),
        (Presence.LEFT_EARLY, [-1]),
    ],
)
def test_what_a_rostered_sunday_costs(cast, status, points):
    roster(cast)
    head, deputy = cast.deputies["GT01"][:2]
    log_of(cast, {head: Presence.PRESENT, deputy: status})
    score_all(cast)
    assert points_of(cast, deputy) == points


def test_nobody_is_charged_who_was_not_expected_or_had_a_substitute(cast):
    head, deputy, third = cast.deputies["GT01"][:3]
    log_of(cast, {head: Presence.PRESENT, deputy: Presence.ABSENT})
    later = SUNDAY - timedelta(days=7)
    roster(cast, later)
    log_of(cast, {head: Presence.ABSENT, third: Presence.SUBSTITUTE}, later)
    assert score_all(cast) == 0


def test_a_substitute_without_a_name_covers_one_of_those_who_were_away(cast):
    head, *others = cast.deputies["GT01"]
    roster(cast)
    shown = {head: Presence.PRESENT} | dict.fromkeys(others, Presence.ABSENT)
    log_of(cast, shown | {cast.deputies["GT02"][1]: Presence.SUBSTITUTE})
    score_all(cast)
    assert [points_of(cast, person) for person in others] == [[], *([[-2]] * (len(others) - 1))]


def test_a_second_run_makes_nothing(cast):
    roster(cast)
    head, deputy = cast.deputies["GT01"][:2]
    log_of(cast, {head: Presence.PRESENT, deputy: Presence.ABSENT}, matters=[Matter("路灯不亮")])
    assert score_all(cast) == 2
    assert score_all(cast) == 0
    assert rescore(county=cast.county, year=2026, at=AT, write=False) == 0


def test_a_voided_log_is_reversed_with_its_reason_and_can_come_back(cast, django_capture_on_commit_callbacks):
    roster(cast)
    head, deputy = cast.deputies["GT01"][:2]
    with django_capture_on_commit_callbacks(execute=True):
        log = log_of(cast, {head: Presence.PRESENT, deputy: Presence.ABSENT}).log
    with django_capture_on_commit_callbacks(execute=True):
        void_log(log=log, reason="登记错了分站", actor=cast.clerk, at=AT)
    entries = list(PointEntry.objects.filter(deputy=deputy).order_by("pk"))
    assert [(float(e.points), e.occurred_on, e.block) for e in entries] == [
        (-2, SUNDAY, "base"), (2, today_here(), "base"),
    ]  # fmt: skip
    assert entries[1].reverses == entries[0]
    assert "登记错了分站" in entries[1].reason and entries[0].reason in entries[1].reason
    assert score_of(deputy=deputy, year=2026).total == 60
    log_of(cast, {head: Presence.PRESENT, deputy: Presence.ABSENT})
    score_all(cast)
    assert score_of(deputy=deputy, year=2026).total == 58


def test_a_changed_value_is_reversed_and_posted_anew(cast):
    roster(cast)
    head, deputy = cast.deputies["GT01"][:2]
    log_of(cast, {head: Presence.PRESENT, deputy: Presence.ABSENT})
    score_all(cast)
    Rule.objects.filter(item="duty_missed").update(points=-3)
    assert score_all(cast) == 2
    assert points_of(cast, deputy) == [-2, 2, -3]
    assert score_all(cast) == 0


def test_an_opinion_counts_while_it_stands(cast):
    filed = log_of(cast, {cast.deputy_person: Presence.PRESENT}, matters=[Matter("路灯不亮")])
    score_all(cast)
    assert score_of(deputy=cast.deputy_person, year=2026).total == 61
    move_opinion(opinion=filed.opinions[0], move="void", actor=cast.clerk, at=AT, note="同一件事登记了两次")
    score_all(cast)
    assert score_of(deputy=cast.deputy_person, year=2026).total == 60


def test_activities_missed_cost_by_kind(cast):
    deputy = cast.deputy_person
    for kind, status in (
        (ActivityKind.STUDY, Presence.ABSENT),
        (ActivityKind.MEETING, Presence.ABSENT),
        (ActivityKind.RESEARCH, Presence.PRIVATE_LEAVE),
        (ActivityKind.TRAINING, Presence.PRESENT),
    ):
        record_activity(
            station=cast.gt, kind=kind, title="活动", held_on=SUNDAY, attendance={deputy: status},
            actor=cast.clerk, at=AT,
        )
    score_all(cast)
    assert sorted(points_of(cast, deputy)) == [-3, -2, -1]


def test_a_march_mistake_in_a_log_corrected_in_june_stays_in_march_with_both_reasons(cast):
    roster(cast)
    head, deputy = cast.deputies["GT01"][:2]
    log = log_of(cast, {head: Presence.PRESENT, deputy: Presence.ABSENT}).log
    score_all(cast)
    row = SundayRow(branch=cast.gt01, attendance={head: Presence.PRESENT, deputy: Presence.PRESENT}, received=0)
    correct_log(log=log, row=row, reason="当天在分站,漏签了", version=1, actor=cast.clerk, at=moment(JUNE))
    rescore(county=cast.county, year=2026, at=moment(JUNE))
    march, june = march_and_june(deputy)
    assert (march, june[:3]) == ((-2, SUNDAY, "base", march[3]), (2, JUNE, "base"))
    assert "接待日缺席" in march[3]
    assert "当天在分站,漏签了" in june[3] and march[3] in june[3]


def test_a_march_mistake_in_an_activity_corrected_in_june_stays_in_march_with_both_reasons(cast):
    deputy = cast.deputy_person
    activity = meeting(cast, SUNDAY, {deputy: Presence.ABSENT}, ActivityKind.MEETING)
    score_all(cast)
    record_attendance(
        activity=activity, statuses={deputy: Presence.PRESENT}, reason="签到表看错了行", actor=cast.clerk, at=moment(JUNE)
    )
    rescore(county=cast.county, year=2026, at=moment(JUNE))
    march, june = march_and_june(deputy)
    assert (march[:3], june[:3]) == ((-2, SUNDAY, "base"), (2, JUNE, "base"))
    assert "签到表看错了行" in june[3] and march[3] in june[3]
    assert score_of(deputy=deputy, year=2026).total == 60


def march_and_june(deputy):
    rows = PointEntry.objects.filter(deputy=deputy).order_by("number")
    return rows.values_list("points", "occurred_on", "block", "reason")


def test_more_logs_and_people_take_no_more_queries(cast):
    people, counts = cast.deputies["GT01"], []
    for n in range(3):
        day = SUNDAY - timedelta(days=7 * n)
        roster(cast, day)
        log_of(cast, dict.fromkeys(people, Presence.ABSENT) | {people[0]: Presence.PRESENT}, day)
        with CaptureQueriesContext(connection) as queries:
            assert rescore(county=cast.county, year=2026, at=AT, write=False) == 3 * (n + 1)
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_scores_of_a_county_take_two_queries(cast, django_assert_num_queries):
    keys = [deputy.pk for people in cast.deputies.values() for deputy in people]
    with django_assert_num_queries(2):
        found = scores_of(county=cast.county, year=2026, deputies=keys)
    assert {score.total for score in found.values()} == {60}


def test_entries_are_seen_by_oneself_and_staff_only(cast):
    log_of(cast, {cast.deputy_person: Presence.PRESENT}, matters=[Matter("路灯不亮")])
    score_all(cast)
    seers = {
        role
        for role in ("admin", "staff", "auditor", "clerk", "stranger", "head", "deputy", "officer")
        if PointEntry.objects.visible_to(getattr(cast, role)).exists()
    }
    assert seers == {"admin", "staff", "auditor", "clerk", "deputy"}
