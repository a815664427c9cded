"""A year's scheme changes by versions: drafted, shown on everybody, applied from a day on; closed years stay as they are."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.services import SundayRow, file_log
from activities.states import Presence
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.models import AuditLog
from scoring.models import PointEntry, Scheme, SchemeVersion, YearClosing
from scoring.rules import Schedule, Tariff
from scoring.rules.changes import Value, is_same
from scoring.services import open_scheme, rescore, schedule_of, scores_of
from scoring.services.previews import preview_version
from scoring.services.settings import set_grades, set_terms
from scoring.services.versions import apply_version, draft_version, drop_draft, edit_draft, mark_of, values_of
from scoring.states import Item, VersionState
from tests.cast import SUNDAY, make_deputy, moment
from tests.duties import duty

pytestmark = pytest.mark.django_db
AT = moment(date(2026, 6, 10))
MAY = date(2026, 5, 3)  # a Sunday
APRIL = date(2026, 4, 1)
DUTY = Item.DUTY_MISSED.value


@pytest.fixture
def scheme(cast):
    return Scheme.objects.get()


def missed(cast, *days, people=None):
    """The deputies were on the roster of these days and did not come."""
    head, *others = cast.deputies["GT01"]
    for day in days:
        away = people or [others[0]]
        duty(cast.gt01, day, head, *away)
        attendance = {head: Presence.PRESENT} | dict.fromkeys(away, Presence.ABSENT)
        row = SundayRow(branch=cast.gt01, attendance=attendance, received=0, matters=[])
        file_log(row=row, on=day, actor=cast.clerk, at=moment(day + timedelta(days=1)))


def draft(cast, scheme, start=APRIL, *, base=60, **values):
    version = draft_version(scheme=scheme, starts_on=start, why="常委会会议决定", actor=cast.admin, at=AT)
    return change(cast, version, base=base, **values) if values or base != 60 else version


def change(cast, version, *, base=60, seen="", actor=None, starts_on=None, why="常委会会议决定", **values):
    said = {item: (value.points, value.cap) for item, value in values_of(version).items()}
    said |= {item: (Decimal(points), cap if cap is None else Decimal(cap)) for item, (points, cap) in values.items()}
    return edit_draft(
        version=version, base=Decimal(base), starts_on=starts_on or version.starts_on, why=why, values=said,
        actor=actor or cast.admin, at=AT, seen=seen,
    )  # fmt: skip


def apply(cast, version, **more):
    return apply_version(version=version, actor=cast.admin, at=AT, **more)


def posted(person):
    return [(entry.occurred_on, float(entry.points)) for entry in PointEntry.objects.standing().filter(deputy=person)]


def score_all(cast):
    return rescore(county=cast.county, year=2026, at=AT)


def test_old_values_for_facts_before_the_day_new_ones_after(cast, scheme):
    missed(cast, SUNDAY, MAY)
    score_all(cast)
    version = draft(cast, scheme, duty_missed=(-5, None))
    assert score_all(cast) == 0  # a draft counts for nothing
    outcome = apply(cast, version)
    assert posted(cast.deputy_person) == [(SUNDAY, -2.0), (MAY, -5.0)]
    assert (outcome.entries, outcome.words) == (2, ["接待日缺席且无人顶班:每次扣2分,改为每次扣5分"])
    reversal = PointEntry.objects.exclude(reverses=None).get()
    assert (reversal.occurred_on, "按积分方案第2版(常委会会议决定),改记-5分(原记" in reversal.reason) == (date(2026, 6, 10), True)
    assert score_all(cast) == 0
    said = AuditLog.objects.get(action="apply_version").detail
    assert (said["changes"], said["starts_on"], said["entries"]) == (outcome.words, "2026-04-01", 2)
    missed(cast, SUNDAY + timedelta(days=7), MAY + timedelta(days=7))
    score_all(cast)
    assert sorted(points for _day, points in posted(cast.deputy_person)) == [-5, -5, -2, -2]


@pytest.mark.parametrize("change_of", [
    {"duty_missed": (-5, None)}, {"duty_missed": (-2, 3)}, {"duty_missed": (0, None)}, {"base": 3},
    {"duty_missed": ("-40", None), "base": 50}, {"honour_county": (9, None), "base": 61},
])  # fmt: skip
def test_the_preview_is_what_applying_does(cast, scheme, change_of):
    people = cast.deputies["GT01"][1:3]
    missed(cast, SUNDAY, MAY, people=people)
    score_all(cast)
    gone = make_deputy(cast, "早已离任", cast.gt02)
    gone.mandates.update(ended_on=date(2025, 12, 31)), gone.memberships.update(ended_on=date(2025, 12, 31))
    version = draft(cast, scheme, date(2026, 1, 1), **change_of)
    entries = PointEntry.objects.count()
    seen = preview_version(version=version, on=MAY)
    assert PointEntry.objects.count() == entries
    keys = [line.deputy.pk for line in seen.lines]
    places = [line.branch.code for line in seen.lines]
    assert places == ["GT01"] * 4 + ["GT02"] * 2 + ["YT01"] * 2
    assert [line.deputy.name for line in seen.lines[::4]] == ["赵站长", "钱站长"]  # heads first, as in official papers
    now = scores_of(county=cast.county, year=2026, deputies=keys)
    assert {line.deputy.pk: line.before for line in seen.lines} == {key: score.total for key, score in now.items()}
    apply(cast, version)
    then = scores_of(county=cast.county, year=2026, deputies=keys)
    assert {line.deputy.pk: line.after for line in seen.lines} == {key: score.total for key, score in then.items()}
    assert seen.county.more + seen.county.less + seen.county.same == 8
    assert sum(counts.difference for counts in seen.stations) == seen.county.difference
    if "base" not in change_of:
        assert {line.deputy for line in seen.changed} == set(people)
        assert [part.item for part in seen.changed[0].parts] == [DUTY]


def test_the_preview_costs_the_same_for_one_and_three(cast, scheme):
    people = cast.deputies["GT01"][1:4]
    missed(cast, SUNDAY, people=people[:1])
    key = draft(cast, scheme, date(2026, 1, 1), duty_missed=(-5, None)).pk

    def cost() -> int:
        version = SchemeVersion.objects.select_related("scheme").get(pk=key)
        with CaptureQueriesContext(connection) as queries:
            preview_version(version=version, on=MAY)
        return len(queries)

    one = cost()
    missed(cast, SUNDAY + timedelta(days=7), people=people)
    assert one == cost() < 25


def test_a_year_in_publicity_or_closed_takes_no_version(cast, scheme):
    missed(cast, MAY)
    score_all(cast)
    version = draft(cast, scheme, duty_missed=(-5, None))
    YearClosing.objects.create(
        scheme=scheme, publicity_from=MAY, publicity_until=MAY, published_by=cast.admin, published_at=AT
    )
    for act in (
        lambda: apply(cast, version),
        lambda: change(cast, version),
        lambda: drop_draft(version=version, actor=cast.admin, at=AT),
        lambda: preview_version(version=version, on=MAY),
        lambda: set_grades(scheme=scheme, grades=[("优秀", Decimal(80))], actor=cast.admin, at=AT),
    ):
        with pytest.raises(Conflict, match="复核"):
            act()
    assert posted(cast.deputy_person) == [(MAY, -2.0)]
    following = open_scheme(county=cast.county, year=2027, actor=cast.admin)
    apply(cast, draft(cast, following, date(2027, 1, 1), duty_missed=(-9, None)))
    assert score_all(cast) == 0 and posted(cast.deputy_person) == [(MAY, -2.0)]


def test_one_draft_at_a_time_and_the_next_begins_with_what_counts(cast, scheme):
    first = draft(cast, scheme, duty_missed=(-5, 20))
    with pytest.raises(Conflict, match="已经有一份草稿"):
        draft(cast, scheme)
    drop_draft(version=first, actor=cast.admin, at=AT)
    second = draft(cast, scheme)
    assert (second.number, values_of(second)[DUTY]) == (3, Value(Decimal(-2), None))  # what was dropped is not copied
    with pytest.raises(DomainError, match="没有要执行的改动"):
        apply(cast, second)
    apply(cast, change(cast, second, base=50, duty_missed=(-3, 12)))
    third = draft(cast, scheme, date(2026, 2, 1))
    assert (third.base, values_of(third)[DUTY]) == (50, Value(Decimal(-3), Decimal(12)))
    apply(cast, third)  # the same values from an earlier day on are a change
    assert schedule_of(scheme).tariff(DUTY, date(2026, 2, 1)).points == -3
    for version in (first, second):
        with pytest.raises(Conflict, match="不能再改"):
            change(cast, version)


def test_two_administrators_do_not_overwrite_each_other(cast, scheme):
    version = draft(cast, scheme)
    seen = mark_of(version)
    change(cast, version, seen=seen, duty_missed=(-4, None))
    with pytest.raises(StaleVersion):
        change(cast, version, seen=seen, duty_missed=(-9, None))
    with pytest.raises(StaleVersion):
        apply(cast, version, seen=seen)
    assert values_of(version)[DUTY].points == -4
    version.refresh_from_db()
    apply(cast, version, seen=mark_of(version))


def test_only_the_county_administrator_sets_rules(cast, scheme):
    version = draft(cast, scheme, duty_missed=(-5, None))
    for who in ("staff", "auditor", "clerk", "head", "deputy", "officer", "system"):
        refused_to(cast, scheme, version, getattr(cast, who))
    assert SchemeVersion.objects.get(pk=version.pk).state == VersionState.DRAFT


def refused_to(cast, scheme, version, actor):
    for act in (
        lambda: draft_version(scheme=scheme, starts_on=APRIL, why="改", actor=actor, at=AT),
        lambda: change(cast, version, actor=actor),
        lambda: drop_draft(version=version, actor=actor, at=AT),
        lambda: apply_version(version=version, actor=actor, at=AT),
        lambda: set_grades(scheme=scheme, grades=[], actor=actor, at=AT),
        lambda: terms(scheme, actor),
        lambda: open_scheme(county=cast.county, year=2027, actor=actor),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_what_a_draft_cannot_say(cast, scheme):
    version = draft(cast, scheme)
    for field, wrong in (
        ("points_duty_missed", {"duty_missed": (2, None)}),
        ("points_honour_city", {"honour_city": (-1, None)}),
        ("points_duty_missed", {"duty_missed": ("-0.25", None)}),
        ("points_duty_missed", {"duty_missed": ("NaN", None)}),
        ("points_duty_missed", {"duty_missed": ("-Infinity", None)}),
        ("points_duty_missed", {"duty_missed": ("-1E+9", None)}),
        ("cap_duty_missed", {"duty_missed": (-1, -1)}),
        ("cap_duty_missed", {"duty_missed": (-1, "1E-9")}),
        ("points_gold", {"gold": (1, None)}),
        ("base", {"base": -1}), ("base", {"base": "sNaN"}),
        ("starts_on", {"starts_on": date(2027, 1, 1)}), ("starts_on", {"starts_on": date(2025, 12, 31)}),
        ("why", {"why": " \u200b"}), ("why", {"why": "字" * 201}),
    ):  # fmt: skip
        with pytest.raises(DomainError) as refused:
            change(cast, version, **wrong)
        assert list(refused.value.fields) == [field]
    assert mark_of(SchemeVersion.objects.get(pk=version.pk)) == mark_of(version)


def test_a_difference_is_one_on_some_day():
    def schedule(*versions):
        return Schedule([
            (start, {DUTY: Tariff(number, "base", Decimal(points), None)})
            for number, (start, points) in enumerate(versions)
        ])  # fmt: skip

    january, june = date(2026, 1, 1), date(2026, 6, 1)
    assert is_same(schedule((january, -2)), schedule((january, -2), (june, -2)))
    assert not is_same(schedule((january, -2)), schedule((january, -2), (june, -3)))
    assert not is_same(schedule((january, -2), (june, -3)), schedule((january, -2), (june, -3), (APRIL, -3)))


def terms(scheme, actor, **changes):
    usual = {
        "check_days": 5, "decide_days": 10, "appeal_days": 10, "publicity_days": 5,
        "late_until": date(2027, 1, 31), "shows_ranking": False,
    }  # fmt: skip
    return set_terms(scheme=scheme, actor=actor, at=AT, **(usual | changes))


def test_terms_and_ranking_are_settings(cast, scheme):
    assert not scheme.shows_ranking
    row = terms(scheme, cast.admin, check_days=7, shows_ranking=True)
    assert (row.check_days, row.shows_ranking) == (7, True)
    assert AuditLog.objects.get(action="set_point_terms").detail["before"] == {
        "check_days": "5", "shows_ranking": "False"}  # fmt: skip
    for field, wrong in (
        ("check_days", 0), ("appeal_days", 61), ("publicity_days", 4), ("late_until", date(2026, 12, 30)),
        ("late_until", date(2027, 7, 1)),
    ):  # fmt: skip
        with pytest.raises(DomainError) as refused:
            terms(scheme, cast.admin, **{field: wrong})
        assert list(refused.value.fields) == [field]
    YearClosing.objects.create(
        scheme=scheme, publicity_from=MAY, publicity_until=MAY, published_by=cast.admin, published_at=AT
    )
    with pytest.raises(Conflict):
        terms(scheme, cast.admin, publicity_days=9)
    assert terms(scheme, cast.admin, appeal_days=15).appeal_days == 15


def test_grades_are_replaced_as_a_set(cast, scheme):
    def put(*grades):
        return set_grades(
            scheme=scheme, grades=[(name, Decimal(limit)) for name, limit in grades], actor=cast.admin, at=AT
        )

    put(("优秀", 80), ("合格", 60))
    put((" 优\u200b秀 ", "75.5"), ("称职", 60))
    assert list(scheme.grades.values_list("name", "at_least")) == [("优秀", Decimal("75.5")), ("称职", Decimal(60))]
    for field, wrong in (
        ("name_1", [("优秀", 80), ("优秀", 60)]), ("at_least_1", [("优秀", 80), ("良好", 80)]),
        ("at_least_0", [("优秀", -1)]), ("at_least_0", [("优秀", "NaN")]), ("name_0", [("", 1)]),
        ("name_0", [(str(number), number) for number in range(7)]),
    ):  # fmt: skip
        with pytest.raises(DomainError) as refused:
            put(*wrong)
        assert list(refused.value.fields) == [field]
    assert scheme.grades.count() == 2
    put()
    assert not scheme.grades.exists()
