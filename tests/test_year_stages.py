"""Where a year stands on a day, what is still open in it, and how it is made public."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from activities.models import CompleteMonth, DutyLog, Roster
from activities.services.months import declare_month
from activities.states import Presence
from julu_liaison.common.errors import Conflict, NotAllowed
from julu_liaison.common.models import AuditLog, CalendarDay
from julu_liaison.notices.models import Notice
from scoring.models import BonusClaim, PointEntry, Scheme, YearClosing
from scoring.rules.stages import stage_on
from scoring.services import open_scheme, rescore, score_of
from scoring.services.years import late_facts, publish_year, stage_of, standings_of, unfinished_of
from scoring.services.years.publishing import publicity_end
from scoring.states import ClaimState, YearStage
from scoring.workflow import is_frozen
from stations.models import Station
from stations.services import open_station
from tests.cast import OPENED, SUNDAY, make_deputy, moment
from tests.points import applied_version, approved_claim
from tests.test_scoring import log_of, roster
from tests.years import READY, claim_of, year_of

YEAR = {"year": 2026, "late_until": date(2027, 1, 31)}


@pytest.mark.parametrize(
    ("on", "until", "closed", "stage"),
    [
        (date(2025, 6, 1), None, False, YearStage.RUNNING),
        (date(2026, 12, 31), None, False, YearStage.RUNNING),
        (date(2027, 1, 1), None, False, YearStage.LATE),
        (date(2027, 1, 31), None, False, YearStage.LATE),
        (date(2027, 2, 1), None, False, YearStage.READY),
        (date(2029, 2, 1), None, False, YearStage.READY),
        (date(2027, 2, 8), date(2027, 2, 8), False, YearStage.PUBLISHED),
        (date(2027, 2, 9), date(2027, 2, 8), False, YearStage.CLOSING),
        (date(2027, 2, 9), date(2027, 2, 8), True, YearStage.CLOSED),
    ],
)
def test_a_years_stage_follows_from_the_day(on, until, closed, stage):
    assert stage_on(on, publicity_until=until, is_closed=closed, **YEAR) == stage


def test_publicity_takes_so_many_working_days_after_the_first(cast):
    scheme = year_of(cast)
    assert publicity_end(scheme, date(2027, 2, 1)) == date(2027, 2, 8)  # Monday to Monday: five days follow
    CalendarDay.objects.create(date=date(2027, 2, 4), kind=CalendarDay.Kind.HOLIDAY, name="放假")
    CalendarDay.objects.create(date=date(2027, 2, 6), kind=CalendarDay.Kind.WORKDAY, name="补班")
    assert publicity_end(scheme, date(2027, 2, 1)) == date(2027, 2, 8)
    scheme.publicity_days = 0
    assert publicity_end(scheme, date(2027, 2, 5)) == date(2027, 2, 6)  # never ends before anybody could look


def test_a_year_is_made_public_once_and_only_by_whoever_sets_rules(cast):
    scheme = year_of(cast)
    for actor in (cast.staff, cast.clerk, cast.auditor, cast.deputy, cast.head):
        with pytest.raises(NotAllowed):
            publish_year(scheme=scheme, actor=actor, at=READY)
    for early in (date(2026, 12, 31), date(2027, 1, 31)):
        with pytest.raises(Conflict, match="1月31日"):
            publish_year(scheme=scheme, actor=cast.admin, at=moment(early))
    assert not is_frozen(cast.county.pk, 2026)
    closing = publish_year(scheme=scheme, actor=cast.admin, at=READY)
    assert (closing.publicity_from, closing.publicity_until) == (date(2027, 2, 1), date(2027, 2, 8))
    assert stage_of(scheme, closing, date(2027, 2, 8)) == YearStage.PUBLISHED
    assert is_frozen(cast.county.pk, 2026) and not is_frozen(cast.county.pk, 2027)
    told = set(Notice.objects.filter(text__contains="公示").values_list("user__username", flat=True))
    assert told == {"xian2", "guanting", "yantuan", "zhanzhang", "daibiao"}
    row = AuditLog.objects.get(action="publish_year")
    assert row.actor == cast.admin and row.detail["people"] == 8 and row.county_code == "JLX"
    with pytest.raises(Conflict, match="已经公示过"):
        publish_year(scheme=scheme, actor=cast.admin, at=READY)
    assert YearClosing.objects.count() == 1


def test_an_open_claim_keeps_the_year_from_being_made_public(cast):
    scheme = year_of(cast)
    claims = [claim_of(cast, state) for state in (ClaimState.CLAIMED, ClaimState.RETURNED, ClaimState.REFUSED)]
    claim_of(cast, ClaimState.CLAIMED, year=2027)
    assert [claim.state for claim in unfinished_of(scheme, READY.date()).claims] == ["claimed", "returned"]
    with pytest.raises(Conflict, match=r"2件加分申报.*李代表") as refused:
        publish_year(scheme=scheme, actor=cast.admin, at=READY)
    assert refused.value.details["claims"] == [str(claim.uid) for claim in claims[:2]]
    for claim in claims[:2]:
        claim.state = ClaimState.WITHDRAWN
        claim.save()
    publish_year(scheme=scheme, actor=cast.admin, at=READY)


def test_what_events_missed_is_scored_before_the_year_freezes_and_nothing_after(cast):
    roster(cast)
    head, deputy = cast.deputies["GT01"][:2]
    log = log_of(cast, {head: Presence.PRESENT, deputy: Presence.ABSENT}).log
    scheme = year_of(cast)
    assert not PointEntry.objects.exists()
    publish_year(scheme=scheme, actor=cast.admin, at=READY)
    assert score_of(deputy=deputy, year=2026).total == 58
    DutyLog.objects.filter(pk=log.pk).update(state="void", void_reason="登记错了")
    roster(cast, SUNDAY - timedelta(days=7))
    log_of(cast, {head: Presence.ABSENT, deputy: Presence.PRESENT}, SUNDAY - timedelta(days=7))
    before = list(PointEntry.objects.values_list("deputy", "number", "digest"))
    assert rescore(county=cast.county, year=2026, at=READY) == 0
    assert list(PointEntry.objects.values_list("deputy", "number", "digest")) == before
    assert {(fact.deputy, int(fact.points)) for fact in late_facts(scheme)} == {(deputy, 2), (head, -2)}
    assert all(fact.words for fact in late_facts(scheme))


def test_late_facts_tell_a_caps_consequence_from_a_changed_record(cast):
    applied_version(cast, date(2026, 1, 2), {"course": (Decimal(2), Decimal(2))})
    first, second = (approved_claim(cast, cast.deputy_person, "course", date(2026, 3, day), f"第{day}课") for day in (3, 4))
    scheme = year_of(cast)
    publish_year(scheme=scheme, actor=cast.admin, at=READY)
    assert late_facts(scheme) == []
    BonusClaim.objects.filter(pk=first.pk).update(state=ClaimState.REVOKED)
    assert [(int(fact.points), fact.words) for fact in late_facts(scheme)] == [
        (-2, "完成云上学习课程:记录已经改了或没有了"), (2, f"3月4日{second.text}(本项全年上限里剩下的分变了)"),
    ]  # fmt: skip


def test_months_and_days_that_a_station_owes(cast):
    scheme = year_of(cast)
    open_station(code="XD", name="新店镇", parent=cast.county, opened_on=date(2026, 11, 20), official_order=9, actor=None)
    roster(cast)
    roster(cast, SUNDAY + timedelta(days=7))
    new_station = Station.objects.get(code="XD")
    for station, months in ((cast.gt, (5, 12)), (cast.yt, (1, 2)), (new_station, (12,))):
        for month in months:
            Roster.objects.create(station=station, month=date(2026, month, 1))
    Roster.objects.update(state="published")
    Roster.objects.create(station=cast.yt, month=date(2026, 3, 1))  # not published: it costs nobody anything
    log_of(cast, {cast.deputy_person: Presence.PRESENT})
    for month in range(1, 12):
        declare_month(station=cast.gt, month=date(2026, month, 1), actor=cast.clerk, at=READY)
    CompleteMonth.objects.filter(month=date(2026, 5, 1)).update(taken_back_at=READY, taken_back_by=cast.clerk)
    gaps = {gap.station.code: (gap.months, gap.days) for gap in unfinished_of(scheme, date(2027, 1, 5)).gaps}
    assert unfinished_of(scheme, date(2027, 1, 5)).gaps[0].months_in_words == "5月、12月"
    assert unfinished_of(scheme, date(2027, 1, 5)).gaps[1].months_in_words == "1月至2月"
    assert gaps == {"GT": ([5, 12], 1), "YT": ([1, 2], 0), "XD": ([12], 0)}
    early = {gap.station.code: (gap.months, gap.days) for gap in unfinished_of(scheme, date(2026, 3, 8)).gaps}
    assert early == {"YT": ([1, 2], 0)}  # the second Sunday is today: nobody owes its log yet


def test_standings_count_everybody_of_the_year_in_official_order(cast, django_assert_num_queries):
    scheme = year_of(cast)
    gone = make_deputy(cast, "去年离任", cast.gt02)
    gone.mandates.update(ended_on=date(2025, 12, 31))
    gone.memberships.update(ended_on=date(2025, 12, 31))
    left = make_deputy(cast, "年中离任", cast.gt02)
    left.mandates.update(ended_on=date(2026, 1, 1))
    left.memberships.update(ended_on=date(2026, 1, 1))
    with django_assert_num_queries(6):
        rows = standings_of(scheme)
    assert [row.deputy.name for row in rows] == [
        "赵站长", "陈卫", "李代表", "周春生", "钱站长", "年中离任", "王芳", "孙站长", "马强",
    ]  # fmt: skip
    assert [row.branch_name for row in rows[3:6]] == ["官亭镇第一分站", "官亭镇第二分站", "官亭镇第二分站"]
    assert {row.score.total for row in rows} == {60} and {row.edition for row in rows} == {0}
    with django_assert_num_queries(6):
        assert len(standings_of(scheme, [left.pk])) == 1
    other = open_station(code="XX", name="邻县", parent=None, opened_on=OPENED, actor=None)
    assert standings_of(open_scheme(county=other, year=2026, actor=None)) == []
    assert Scheme.objects.count() == 2
