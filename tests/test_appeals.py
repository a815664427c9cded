"""An appeal ends with an entry or a reason, holds against rescoring, and is never answered by whom it is about."""

from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from django.db import IntegrityError, transaction

from activities.models import Attendance, DutyLog
from activities.services import void_log
from activities.states import LogState, Presence
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from scoring.models import Appeal, PointEntry, Scheme, Waiver, YearClosing, YearResult
from scoring.permissions import can_answer_appeal
from scoring.services import rescore, score_of
from scoring.services.appeals import (
    answer_appeal,
    entries_alike,
    lines_since,
    preview_answer,
    raise_appeal,
    withdraw_appeal,
)
from scoring.services.claims import claim_bonus, move_claim
from scoring.services.ledger.verifying import verify
from scoring.services.standings import standings_of
from scoring.services.years.marking import mark_chains
from scoring.states import AppealState, Source
from tests.cast import SUNDAY, moment
from tests.points import applied_version, approved_claim
from tests.test_scoring import log_of, roster

LATER = moment(date(2026, 3, 10))
SPOKE_ON = date(2026, 3, 5)


@pytest.fixture
def log(cast):
    """A log that calls 李代表 absent without leave: −2."""
    roster(cast)
    return log_of(cast, {cast.head_person: Presence.PRESENT, cast.deputy_person: Presence.ABSENT}).log


@pytest.fixture
def entry(cast, log):
    return entry_of(cast)


def entry_of(cast) -> PointEntry:
    rescore(county=cast.county, year=2026, at=moment(SUNDAY))
    return PointEntry.objects.get(deputy=cast.deputy_person, reverses=None)


def raised(cast, entry=None, *, kind=None, text="那天我在分站", actor=None, at=LATER) -> Appeal:
    kind = kind or ("wrong" if entry else "missing")
    return raise_appeal(
        deputy=cast.deputy_person, year=2026, kind=kind, entry=entry, text=text, actor=actor or cast.deputy, at=at
    )


def answered(cast, appeal, *, grant=True, answer="签到表上有名字", actor=None, at=LATER, **effect) -> Appeal:
    return answer_appeal(appeal=appeal, grant=grant, answer=answer, actor=actor or cast.staff, at=at, **effect)


def lines_of(cast) -> list[tuple[float, str]]:
    rows = PointEntry.objects.filter(deputy=cast.deputy_person, year=2026).order_by("number")
    return [(float(row.points), row.reason) for row in rows]


def total_of(cast) -> float:
    return float(score_of(deputy=cast.deputy_person, year=2026).total)


def published(cast, closed_at: datetime | None = None) -> YearClosing:
    scheme = Scheme.objects.get(county=cast.county, year=2026)
    closing = YearClosing.objects.create(
        scheme=scheme, publicity_from=date(2027, 2, 1), publicity_until=date(2027, 2, 5), published_by=cast.admin,
        published_at=moment(date(2027, 2, 1)), closed_by=cast.admin if closed_at else None, closed_at=closed_at,
    )  # fmt: skip
    mark_chains(closing, standings_of(closing.scheme))
    return closing


# ---- Raising -------------------------------------------------------------------------------------------------------


def test_raised_it_has_a_term_in_working_days_and_the_county_hears_of_it(cast, entry):
    Scheme.objects.update(appeal_days=3)
    appeal = raised(cast, entry)
    assert appeal.due_on == date(2026, 3, 13) and appeal.state == AppealState.RAISED
    assert (appeal.branch, appeal.station, appeal.county) == (cast.gt01, cast.gt, cast.county)
    told = Notice.objects.filter(link=f"/points/appeals/{appeal.uid}/")
    assert {notice.user for notice in told} == {cast.admin, cast.staff}
    assert "李代表提出复核(记错了),请在3月13日前答复" in told[0].text
    assert AuditLog.objects.filter(action="raise_appeal", target_key=str(appeal.uid)).exists()


def test_one_open_appeal_an_entry_and_the_same_sent_twice_is_one(cast, entry):
    first = raised(cast, entry)
    assert raised(cast, entry) == first
    with pytest.raises(Conflict, match="已经提出复核"):
        raised(cast, entry, kind="double")
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.create(
            deputy=first.deputy, year=2026, kind="double", entry=entry, due_on=first.due_on, raised_by=cast.deputy,
            raised_at=LATER, branch=cast.gt01, station=cast.gt, county=cast.county,
        )  # fmt: skip
    assert raised(cast, text="5月的会") != raised(cast, text="6月的会")
    answered(cast, first, grant=False)
    assert raised(cast, entry, text="有照片") != first


def test_no_more_than_five_wait_at_once_and_the_same_words_are_one(cast, entry):
    """A pile of them would keep the year from closing; who wrote it down and how it is spaced makes no other appeal."""
    first = raised(cast, text="5月的会")
    assert raised(cast, text=" 5月 的会", actor=cast.clerk) == first
    raised(cast, entry)
    for number in range(3):
        raised(cast, text=f"第{number}次")
    with pytest.raises(Conflict, match="2026年已经有5件复核在等答复"):
        raised(cast, text="又一次")
    assert raised(cast, text="5月的会") == first and Appeal.objects.count() == 5
    withdraw_appeal(appeal=first, actor=cast.deputy, at=LATER)
    raised(cast, text="又一次")


def test_wrong_and_missing_need_words_that_fit(cast, entry):
    for kind, text in product(("wrong", "missing"), ("", " \u200b\n", "长" * 301)):
        with pytest.raises(DomainError) as refused:
            raised(cast, entry if kind == "wrong" else None, kind=kind, text=text)
        assert set(refused.value.fields) == {"text"} and not Appeal.objects.exists()
    assert raised(cast, entry, kind="double", text="").text == ""


def test_what_is_not_ones_own_of_the_year_and_standing_is_refused(cast, entry, log):
    colleague = cast.deputies["GT01"][2]
    for facts in (
        {"deputy": colleague, "actor": cast.clerk, "year": 2026, "kind": "wrong", "entry": entry},
        {"deputy": cast.deputy_person, "actor": cast.deputy, "year": 2026, "kind": "wrong", "entry": None},
        {"deputy": cast.deputy_person, "actor": cast.deputy, "year": 2026, "kind": "missing", "entry": entry},
        {"deputy": cast.deputy_person, "actor": cast.deputy, "year": 2026, "kind": "unfair", "entry": entry},
        {"deputy": cast.deputy_person, "actor": cast.deputy, "year": 2025, "kind": "wrong", "entry": entry},
    ):
        with pytest.raises(DomainError):
            raise_appeal(text="不对", at=LATER, **facts)
    void_log(log=log, reason="登记错了分站", actor=cast.clerk, at=LATER)
    rescore(county=cast.county, year=2026, at=LATER)
    with pytest.raises(DomainError, match="是更正"):
        raised(cast, PointEntry.objects.get(reverses=entry))
    with pytest.raises(Conflict, match="已经更正过"):
        raised(cast, entry)
    assert not Appeal.objects.exists()


def test_who_may_raise(cast, entry):
    for user in (cast.stranger, cast.head, cast.officer, cast.auditor):
        with pytest.raises(NotAllowed):
            raised(cast, entry, actor=user)
    for user in (cast.clerk, cast.staff):
        appeal = raised(cast, entry, actor=user)
        assert not can_answer_appeal(user, appeal)
        withdraw_appeal(appeal=appeal, actor=cast.deputy, at=LATER)


def test_taken_back_by_the_deputy_or_who_raised_it_until_it_is_answered(cast, entry):
    appeal = raised(cast, entry, actor=cast.clerk)
    with pytest.raises(NotAllowed):
        withdraw_appeal(appeal=appeal, actor=cast.staff, at=LATER)
    assert withdraw_appeal(appeal=appeal, actor=cast.clerk, at=LATER).state == AppealState.WITHDRAWN
    with pytest.raises(Conflict, match="撤回"):
        answered(cast, appeal, cancels=True)
    again = raised(cast, entry)
    answered(cast, again, grant=False)
    with pytest.raises(Conflict, match="县工作人员已经答复过了:维持不变"):
        withdraw_appeal(appeal=again, actor=cast.deputy, at=LATER)


# ---- Answering -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["wrong", "double"])
def test_cancelled_the_line_is_reversed_with_both_reasons_and_does_not_come_back(cast, entry, log, kind):
    appeal = answered(cast, raised(cast, entry, kind=kind), cancels=True)
    (first, (back, why)) = lines_of(cast)
    assert back == 2 and "复核,签到表上有名字" in why and first[1] in why
    assert total_of(cast) == 60 and (appeal.state, appeal.answered_by) == (AppealState.GRANTED, cast.staff)
    rescore(county=cast.county, year=2026, at=LATER)
    void_log(log=log, reason="重记", actor=cast.clerk, at=LATER)
    rescore(county=cast.county, year=2026, at=LATER)
    assert len(lines_of(cast)) == 2
    [said] = Notice.objects.filter(user=cast.deputy, link="/me/score/appeals/")
    assert "已更正" in said.text and "签到表上有名字" in said.text


def test_the_longest_answer_leaves_room_for_what_it_corrects(cast, entry):
    answered(cast, raised(cast, entry), cancels=True, answer="核" * 150)
    assert entry.reason in lines_of(cast)[1][1]
    with pytest.raises(DomainError, match="最多150个字"):
        answered(cast, raised(cast), item="spoke", occurred_on=SPOKE_ON, answer="核" * 151)


def test_cancelled_and_posted_as_something_else_at_the_value_of_the_day(cast, entry):
    appeal = raised(cast, entry, text="请过事假")
    seen = preview_answer(
        appeal=appeal, grant=True, answer="假条在", actor=cast.staff, at=LATER, cancels=True, item="private_leave",
        occurred_on=SUNDAY,
    )  # fmt: skip
    assert (seen.before.total, seen.after.total, seen.change) == (58, 59, 1)
    assert [float(line.points) for line in seen.lines] == [2, -1] and len(lines_of(cast)) == 1
    assert Appeal.objects.get().state == AppealState.RAISED and not Notice.objects.filter(user=cast.deputy).exists()
    answered(cast, appeal, answer="假条在", cancels=True, item="private_leave", occurred_on=SUNDAY)
    assert [points for points, _reason in lines_of(cast)] == [-2, 2, -1] and total_of(cast) == 59
    posted = PointEntry.objects.get(source=Source.APPEAL)
    assert posted.fact_key == f"appeal:{appeal.uid}" and "事假(复核:假条在)" in posted.reason
    assert rescore(county=cast.county, year=2026, at=LATER) == 0


def test_missing_is_posted_and_a_later_appeal_can_take_it_back(cast):
    answered(cast, raised(cast, text="会上发了言"), item="spoke", occurred_on=SPOKE_ON)
    assert total_of(cast) == 62
    entry = PointEntry.objects.get(deputy=cast.deputy_person)
    answered(cast, raised(cast, entry, actor=cast.clerk), actor=cast.admin, cancels=True, answer="是别人发的言")
    assert total_of(cast) == 60 and rescore(county=cast.county, year=2026, at=LATER) == 0


def test_what_a_claim_gave_is_not_given_again_and_what_is_reversed_not_cancelled_again(cast, entry, log):
    claim = claim_bonus(
        deputy=cast.deputy_person, item="spoke", occurred_on=SPOKE_ON, text="发言", evidence="纪要2026-3号",
        actor=cast.deputy, at=LATER,
    )  # fmt: skip
    for move, actor in (("check", cast.clerk), ("approve", cast.admin)):
        move_claim(claim=claim, move=move, actor=actor, at=LATER)
    rescore(county=cast.county, year=2026, at=LATER)
    missing, wrong = raised(cast, text="会上发了言"), raised(cast, entry)
    with pytest.raises(DomainError, match="已经按加分申报记过,是第2笔"):
        answered(cast, missing, item="spoke", occurred_on=SPOKE_ON)
    void_log(log=log, reason="登记错了分站", actor=cast.clerk, at=LATER)
    rescore(county=cast.county, year=2026, at=LATER)
    with pytest.raises(DomainError, match="这一笔已经更正过了"):
        answered(cast, wrong, cancels=True)
    assert answered(cast, missing, item="spoke", occurred_on=SPOKE_ON - timedelta(days=1)).item == "spoke"


def test_refused_with_a_reason_nothing_changes(cast, entry):
    appeal = raised(cast, entry)
    with pytest.raises(DomainError) as refused:
        answered(cast, appeal, grant=False, answer=" ")
    assert set(refused.value.fields) == {"answer"}
    appeal = answered(cast, appeal, grant=False, answer="签到表上没有名字", cancels=True, item="spoke")
    assert (appeal.state, appeal.cancels, appeal.item) == (AppealState.REFUSED, False, "")
    assert len(lines_of(cast)) == 1 and "维持不变" in Notice.objects.get(user=cast.deputy).text


def test_a_record_corrected_elsewhere_has_to_show_in_the_ledger(cast, entry, log):
    appeal = raised(cast, entry)
    with pytest.raises(DomainError, match="原始记录还没有改"):
        answered(cast, appeal)
    void_log(log=log, reason="登记错了分站", actor=cast.clerk, at=LATER)
    appeal = answered(cast, appeal, answer="日志已经作废")
    assert (appeal.state, appeal.cancels, appeal.item) == (AppealState.GRANTED, False, "")
    assert "登记错了分站" in lines_of(cast)[1][1] and total_of(cast) == 60
    missing = raised(cast, text="还有一次", at=LATER + timedelta(days=1))
    with pytest.raises(DomainError, match="还没有新的流水"):
        answered(cast, missing, at=LATER + timedelta(days=2))
    log_of(cast, {cast.head_person: Presence.PRESENT, cast.deputy_person: Presence.LATE})
    rescore(county=cast.county, year=2026, at=LATER + timedelta(days=2))
    [late] = lines_since(missing)
    for line in (None, entry):
        with pytest.raises(DomainError, match="是哪一笔"):
            answered(cast, missing, at=LATER + timedelta(days=2), line=line)
    missing = answered(cast, missing, at=LATER + timedelta(days=2), line=late)
    assert (missing.state, missing.entry, missing.cancels) == (AppealState.GRANTED, late, False)
    assert "迟到" in late.reason and rescore(county=cast.county, year=2026, at=LATER + timedelta(days=3)) == 0


UNFIT = (
    ("missing", {"cancels": True}, "outcome"),
    ("wrong", {"item": "spoke", "occurred_on": SPOKE_ON}, "outcome"),
    ("double", {"cancels": True, "item": "spoke", "occurred_on": SPOKE_ON}, "outcome"),
    ("missing", {"item": "gift", "occurred_on": SPOKE_ON}, "item"),
    ("missing", {"item": "sick_leave", "occurred_on": SPOKE_ON}, "item"),
    ("missing", {"item": "study_missed", "occurred_on": SPOKE_ON}, "item"),
    ("missing", {"item": "spoke"}, "occurred_on"),
    ("missing", {"item": "spoke", "occurred_on": date(2025, 12, 31)}, "occurred_on"),
    ("missing", {"item": "spoke", "occurred_on": date(2026, 3, 11)}, "occurred_on"),
)


def test_an_effect_that_does_not_fit_is_refused_and_nothing_stays(cast, entry):
    """Among them what would leave no line: sick leave costs nothing, and of absence from study the deputy is released."""
    Waiver.objects.create(
        county=cast.county, deputy=cast.deputy_person, items=["study_missed"], started_on=date(2026, 1, 1),
        reason="驻村", granted_at=LATER,
    )  # fmt: skip
    for kind, effect, field in UNFIT:
        appeal = raised(cast, None if kind == "missing" else entry, kind=kind)
        with pytest.raises(DomainError) as refused:
            answered(cast, appeal, **effect)
        assert set(refused.value.fields) == {field}, effect
        appeal.refresh_from_db()
        assert appeal.state == AppealState.RAISED and len(lines_of(cast)) == 1
        withdraw_appeal(appeal=appeal, actor=cast.deputy, at=LATER)


def test_nobody_answers_their_own_and_only_the_county_does(cast, entry):
    appeal = raised(cast, entry, actor=cast.staff)
    for user in (cast.staff, cast.deputy, cast.clerk, cast.head, cast.auditor, cast.stranger):
        with pytest.raises(NotAllowed):
            answered(cast, appeal, cancels=True, actor=user)
    cast.deputy_person.user = cast.admin
    type(cast.deputy_person).objects.filter(pk=cast.deputy_person.pk).update(user=cast.admin)
    with pytest.raises(NotAllowed):
        answered(cast, appeal, cancels=True, actor=cast.admin)
    assert len(lines_of(cast)) == 1


def test_answered_once_and_only_as_it_was_read(cast, entry):
    appeal = raised(cast, entry)
    with pytest.raises(StaleVersion):
        answered(cast, appeal, cancels=True, version=appeal.version + 1)
    answered(cast, appeal, cancels=True, version=appeal.version)
    with pytest.raises(Conflict, match="县工作人员已经答复过了:已更正"):
        answered(cast, appeal, grant=False, actor=cast.admin)


def test_a_log_corrected_after_the_answer_is_a_new_fact(cast, entry, log):
    """Cancelling holds for the fact; what the record says instead counts (ADR 20)."""
    answered(cast, raised(cast, entry), cancels=True)
    Attendance.objects.filter(log=log, deputy=cast.deputy_person).update(status=Presence.LATE)
    rescore(county=cast.county, year=2026, at=LATER)
    assert [points for points, _reason in lines_of(cast)] == [-2, 2, -1]


# ---- The year in publicity and closed ------------------------------------------------------------------------------


def test_in_publicity_only_the_answer_counts(cast, entry, log):
    published(cast)
    appeal, at = raised(cast, entry, at=moment(date(2027, 2, 2))), moment(date(2027, 2, 3))
    DutyLog.objects.filter(pk=log.pk).update(state=LogState.VOID)
    rescore(county=cast.county, year=2026, at=at)
    with pytest.raises(DomainError, match="已经公示"):
        answered(cast, appeal, at=at)
    assert len(lines_of(cast)) == 1
    answered(cast, appeal, at=at, cancels=True)
    assert total_of(cast) == 60 and not YearResult.objects.exists()


def test_what_an_answer_frees_of_a_cap_counts_the_same_before_and_in_publicity(cast):
    applied_version(cast, date(2026, 1, 2), {"course": (Decimal(2), Decimal(2))})
    for day in (3, 4):
        approved_claim(cast, cast.deputy_person, "course", date(2026, 3, day), text=f"第{day}课")
    rescore(county=cast.county, year=2026, at=LATER)
    at, outcomes = moment(date(2027, 2, 3)), []
    for begin in (lambda: None, lambda: published(cast)):
        with rolled_back():
            begin()
            first = PointEntry.objects.get(deputy=cast.deputy_person, points=2)
            answered(cast, raised(cast, first, at=at), cancels=True, at=at)
            outcomes.append(lines_of(cast))
            assert rescore(county=cast.county, year=2026, at=at) == 0 and verify() == [] and total_of(cast) == 62
    assert outcomes[0] == outcomes[1] and [points for points, _reason in outcomes[0]] == [2, 0, -2, 0, 2]
    assert outcomes[0][-1][1] == "3月4日第4课" and "(本项全年最多2分)" in outcomes[0][1][1]


@contextmanager
def rolled_back():
    undo = transaction.savepoint()
    yield
    transaction.savepoint_rollback(undo)


def test_a_closed_year_changes_by_a_granted_appeal_alone_with_a_new_edition(cast, entry):
    closing = published(cast, closed_at=moment(date(2027, 2, 8)))
    YearResult.objects.create(
        closing=closing, deputy=cast.deputy_person, base=60, deductions=-2, bonus=0, total=58, entries=1,
        last_digest=entry.digest, made_at=moment(date(2027, 2, 8)), branch_name="第一分站",
    )  # fmt: skip
    at = moment(date(2028, 5, 1))
    answered(cast, raised(cast, entry, at=at), grant=False, at=at)
    assert YearResult.objects.count() == 1
    appeal = answered(cast, raised(cast, entry, text="找到了签到表", at=at), cancels=True, at=at)
    latest = YearResult.objects.current().get(deputy=cast.deputy_person)
    assert (latest.edition, latest.appeal, float(latest.total)) == (2, appeal, 60)
    rescore(county=cast.county, year=2026, at=at)
    assert len(lines_of(cast)) == 2


# ---- What looks alike ----------------------------------------------------------------------------------------------


def test_what_looks_like_the_entry_is_of_the_same_day_and_item(cast):
    first, second = (
        PointEntry.objects.get(source_key=str(answered(cast, raised(cast, text=text), **effect).uid))
        for text, effect in (
            ("发言", {"item": "spoke", "occurred_on": SPOKE_ON}), ("又一次", {"item": "spoke", "occurred_on": SPOKE_ON})
        )
    )  # fmt: skip
    answered(cast, raised(cast, text="另一天"), item="spoke", occurred_on=SPOKE_ON - timedelta(days=1))
    answered(cast, raised(cast, text="另一项"), item="course", occurred_on=SPOKE_ON)
    assert list(entries_alike(first)) == [second]
    answered(cast, raised(cast, second, kind="double", text=""), cancels=True)
    assert list(entries_alike(first)) == []
