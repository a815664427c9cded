"""A year's account closed: everybody's result under one digest, changed by granted appeals only, seen by all."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from activities.services import change_activity
from activities.states import Presence
from julu_liaison.common.errors import Conflict, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from scoring.models import Appeal, Grade, PointEntry, Scheme, YearClosing, YearResult
from scoring.rules.results import digest_of_year
from scoring.services import open_scheme, rescore, score_of
from scoring.services.ledger.closed_years import results_problems
from scoring.services.ledger.verifying import verify
from scoring.services.results import reissue, result_line_of
from scoring.services.years import close_year, final_standings, publish_year
from scoring.states import AppealState, ClaimState, Item
from tests.cast import SUNDAY, make_deputy, moment
from tests.ledgers import unguarded_ledger
from tests.points import meeting
from tests.test_scoring import log_of, roster
from tests.years import AFTER, CLOSING, READY, claim_of, closed, granted, published, year_of


@pytest.fixture
def missed(cast):
    """The deputy missed one Sunday: 58 points; the head was there."""
    roster(cast)
    head, deputy = cast.deputies["GT01"][:2]
    log_of(cast, {head: Presence.PRESENT, deputy: Presence.ABSENT})
    Grade.objects.create(scheme=year_of(cast), name="优秀", at_least=60)
    Grade.objects.create(scheme=year_of(cast), name="称职", at_least=40)
    return deputy


def test_closing_writes_everybodys_result_once(cast, missed):
    scheme = year_of(cast)
    with pytest.raises(Conflict, match="还没有公示"):
        close_year(scheme=scheme, actor=cast.admin, at=CLOSING)
    published(cast)
    with pytest.raises(Conflict, match="2027年2月8日"):
        close_year(scheme=scheme, actor=cast.admin, at=moment(date(2027, 2, 8), 23))
    with pytest.raises(NotAllowed):
        close_year(scheme=scheme, actor=cast.staff, at=CLOSING)
    assert not YearResult.objects.exists()
    closing = close_year(scheme=scheme, actor=cast.admin, at=CLOSING)
    assert (closing.closed_by, closing.closed_at, len(closing.digest)) == (cast.admin, CLOSING, 64)
    result = YearResult.objects.get(deputy=missed)
    entry = PointEntry.objects.get(deputy=missed)
    assert (result.base, result.deductions, result.bonus, result.total) == (60, -2, 0, 58)
    assert (result.grade, result.branch_name, result.entries) == ("称职", "官亭镇第一分站", 1)
    assert (result.last_digest, result.edition, result.appeal) == (entry.digest, 1, None)
    assert YearResult.objects.filter(grade="优秀", entries=0, last_digest="", total=60).count() == 7
    assert results_problems() == [] == results_problems(2026)
    assert AuditLog.objects.get(action="close_year").detail["digest"] == closing.digest
    assert Notice.objects.get(text__contains="已经结账", user=cast.deputy).link == "/me/score/?year=2026"
    assert Notice.objects.get(text__contains="已经结账", user=cast.clerk).link == ""  # the list is no longer hers to read
    for act, words in ((close_year, "已经结账"), (publish_year, "已经公示过")):
        with pytest.raises(Conflict, match=words):
            act(scheme=scheme, actor=cast.admin, at=AFTER)
    assert YearResult.objects.count() == 8


def test_an_open_appeal_keeps_the_year_from_being_closed_and_a_granted_one_counts(cast, missed):
    published(cast)
    entry = PointEntry.objects.get(deputy=missed)
    appeal = granted(cast, entry, state=AppealState.RAISED)
    with pytest.raises(Conflict, match=r"1件复核没有答复.*李代表") as refused:
        close_year(scheme=year_of(cast), actor=cast.admin, at=CLOSING)
    assert refused.value.details["appeals"] == [str(appeal.uid)]
    appeal.state, appeal.cancels = AppealState.GRANTED, True
    appeal.save()
    close_year(scheme=year_of(cast), actor=cast.admin, at=CLOSING)
    assert YearResult.objects.get(deputy=missed).total == 60
    assert results_problems() == []


def test_facts_claims_and_versions_leave_a_closed_year_as_it_is(cast, missed):
    closed(cast)
    before = list(YearResult.objects.values_list("deputy", "total", "last_digest", "edition"))
    claim_of(cast, ClaimState.APPROVED)
    log_of(cast, {missed: Presence.LATE}, SUNDAY - timedelta(days=7))
    Scheme.objects.get().versions.get().rules.filter(item=Item.DUTY_MISSED).update(points=-9)
    assert rescore(county=cast.county, year=2026, at=AFTER) == 0
    assert score_of(deputy=missed, year=2026).total == 58
    assert list(YearResult.objects.values_list("deputy", "total", "last_digest", "edition")) == before
    assert results_problems() == []


def test_the_next_year_begins_with_its_own_base(cast, missed):
    after = open_scheme(county=cast.county, year=2027, actor=cast.admin)
    rows = list(after.versions.values_list("number", "base", "starts_on", "state"))
    closed(cast)
    after.refresh_from_db()
    assert (after.base, list(after.versions.values_list("number", "base", "starts_on", "state"))) == (60, rows)
    assert score_of(deputy=missed, year=2027).total == 60
    claim_of(cast, ClaimState.APPROVED, year=2027)
    assert rescore(county=cast.county, year=2027, at=AFTER) == 1
    assert (score_of(deputy=missed, year=2027).total, score_of(deputy=missed, year=2026).total) == (61, 58)


def test_a_granted_appeal_gives_a_further_edition_for_all_to_see(cast, missed):
    closing = closed(cast)
    digest, entry = closing.digest, PointEntry.objects.get(deputy=missed)
    appeal = granted(cast, entry)
    assert reissue(closing=closing, deputy=missed, appeal=appeal, at=AFTER) is None  # nothing posted yet
    assert rescore(county=cast.county, year=2026, at=AFTER) == 1
    assert results_problems() == [f"巨鹿县2026年李代表({missed.code})结账后又有流水,结果没有更正。"]
    result = reissue(closing=closing, deputy=missed, appeal=appeal, at=AFTER)
    assert (result.edition, result.total, result.grade, result.entries, result.appeal) == (2, 60, "优秀", 2, appeal)
    assert reissue(closing=closing, deputy=missed, appeal=appeal, at=AFTER) is None  # told twice, written once
    closing.refresh_from_db()
    assert closing.digest == digest and results_problems() == []
    first = YearResult.objects.get(deputy=missed, edition=1)
    assert (first.total, first.appeal) == (58, None)
    rows = {row.deputy: row for row in final_standings(closing)}
    assert len(rows) == 8 and (rows[missed].score.total, rows[missed].edition) == (60, 2)
    assert AuditLog.objects.get(action="reissue_result").actor == cast.staff


def test_whoever_becomes_known_after_closing_has_a_first_result_by_an_appeal_alone(cast, missed):
    closing = closed(cast)
    late = make_deputy(cast, "补录代表", cast.gt02)
    appeal = granted(cast, None, item=Item.COURSE)
    Appeal.objects.filter(pk=appeal.pk).update(deputy=late)
    rescore(county=cast.county, year=2026, at=AFTER)
    assert results_problems() == [f"巨鹿县2026年补录代表({late.code})有流水,没有结账结果。"]
    result = reissue(closing=closing, deputy=late, appeal=appeal, at=AFTER)
    assert (result.edition, result.total, result.appeal) == (1, 61, appeal)
    assert results_problems() == [] and len(final_standings(closing)) == 9


def test_before_the_year_is_closed_there_is_nothing_to_issue_anew(cast, missed):
    closing = published(cast)
    appeal = granted(cast, PointEntry.objects.get(deputy=missed))
    rescore(county=cast.county, year=2026, at=READY)
    assert reissue(closing=closing, deputy=missed, appeal=appeal, at=READY) is None
    assert not YearResult.objects.exists()


def test_results_changed_behind_everybodys_back_are_found(cast, missed):
    closing = closed(cast)
    result = YearResult.objects.get(deputy=missed)
    other = f"巨鹿县2026年李代表({missed.code})第1版结果和流水对不上。"
    digest = "巨鹿县2026年的结账结果和结账时的校验码对不上,有人改过结果。"
    grade = f"巨鹿县2026年李代表({missed.code})第1版结果的等次和分数不一致。"
    YearResult.objects.filter(pk=result.pk).update(total=Decimal(98))
    assert results_problems() == [digest, other, grade]
    YearResult.objects.filter(pk=result.pk).update(total=58, grade="优秀")
    assert results_problems() == [digest, grade]
    YearResult.objects.filter(pk=result.pk).update(grade="称职", last_digest="0" * 64)
    assert results_problems() == [digest, other]
    YearResult.objects.filter(pk=result.pk).update(last_digest=result.last_digest)
    assert results_problems() == []
    with unguarded_ledger():
        PointEntry.objects.filter(deputy=missed).update(points=-1)
    assert results_problems() == [other] and results_problems(2025) == []
    YearResult.objects.filter(pk=result.pk).delete()
    assert results_problems() == [digest, f"巨鹿县2026年李代表({missed.code})有流水,没有结账结果。"]
    assert closing.results.count() == 7


def forged_edition(closing, missed, appeal, **values):
    """A better result under an appeal, as somebody with the database in hand would write it."""
    first = YearResult.objects.get(deputy=missed, edition=1)
    figures = {name: getattr(first, name) for name in ("base", "deductions", "bonus", "total", "entries", "last_digest", "grade")}
    return YearResult.objects.create(
        **figures | {"closing": closing, "deputy": missed, "edition": 2, "appeal": appeal, "made_at": AFTER} | values
    )


def test_an_edition_that_no_granted_appeal_has_made_is_found(cast, missed):
    closing, entry = closed(cast), PointEntry.objects.get(deputy=missed)
    who = f"巨鹿县2026年李代表({missed.code})"
    baseless = f"{who}第2版结果没有复核通过的依据。"
    raised = granted(cast, entry, state=AppealState.RAISED)
    forged = forged_edition(closing, missed, raised)
    assert results_problems() == [baseless]
    Appeal.objects.filter(pk=raised.pk).update(state=AppealState.GRANTED, cancels=True)  # it has posted nothing yet
    assert results_problems() == [baseless]
    forged.delete()
    rescore(county=cast.county, year=2026, at=AFTER)
    result = reissue(closing=closing, deputy=missed, appeal=raised, at=AFTER)
    assert results_problems() == []
    for change in ({"year": 2025}, {"deputy": cast.head_person}, {"state": AppealState.REFUSED, "cancels": False}):
        kept = Appeal.objects.filter(pk=raised.pk).values(*change).get()
        Appeal.objects.filter(pk=raised.pk).update(**change)
        assert results_problems() == [baseless], change
        Appeal.objects.filter(pk=raised.pk).update(**kept)
    YearResult.objects.filter(pk=result.pk).update(edition=3)
    assert results_problems() == [f"{who}的结果版次不连续。"]
    YearResult.objects.filter(pk=result.pk).update(edition=2, base=70, total=70)
    assert results_problems() == [f"{who}第2版结果的基础分和方案不一致。"]


def test_a_digest_written_anew_shows_in_the_audit_trail(cast, missed):
    closing = closed(cast)
    Grade.objects.filter(name="优秀").update(at_least=50)
    result = YearResult.objects.get(deputy=missed)
    result.grade = "优秀"
    result.save()
    rows = YearResult.objects.select_related("deputy")
    YearClosing.objects.update(digest=digest_of_year(2026, map(result_line_of, rows)))
    assert results_problems() == ["巨鹿县2026年的结账校验码和操作记录里的对不上,有人改过。"]
    YearClosing.objects.update(digest=closing.digest)
    with unguarded_ledger():
        AuditLog.objects.filter(action="close_year").delete()
    assert "操作记录" in results_problems()[-1]


def test_an_activity_of_a_closed_year_that_moves_into_the_next_counts_there(cast):
    person, day = cast.deputy_person, date(2026, 12, 30)
    open_scheme(county=cast.county, year=2027, actor=None, at=READY)
    held = meeting(cast, day, {person: Presence.ABSENT})
    closed(cast)
    lines = list(PointEntry.objects.values())
    assert len(lines) == 1
    change_activity(
        activity=held, changes={"held_on": date(2027, 1, 5)}, reason="日期登记错", actor=cast.admin, at=AFTER
    )
    for year, made in ((2026, 0), (2027, 1)):
        assert rescore(county=cast.county, year=year, at=AFTER) == made
    assert list(PointEntry.objects.filter(year=2026).values()) == lines
    assert PointEntry.objects.get(year=2027).turn == 1 and verify() == []
