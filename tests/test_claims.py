"""Bonus claims: who claims, checks, decides; evidence, late ones, frozen years, doubles; reminders; moved branches."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, transaction

from activities.services.files import path_of
from deputies.services import link_account
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from scoring.models import BonusClaim, ClaimFile, PointEntry, Scheme, YearClosing
from scoring.permissions import can_check_claim, can_decide_claim, can_mend_claim, can_revoke_claim
from scoring.services import open_scheme, rescore, score_of
from scoring.services.checking import question_problems
from scoring.services.claims import claim_bonus, claim_for_all, move_claim, move_claims
from scoring.services.reminding import remind_questions
from scoring.states import CLAIM_OPEN, ClaimState, Item
from scoring.workflow import CLAIM_MOVES, claim_moves_open_to
from stations.services import appoint, merge_branches, move_branch
from stations.signals import station_closing
from stations.states import Role
from tests.cast import OPENED, account, moment
from tests.office_files import PDF
from tests.pictures import telephone_jpeg

pytestmark = pytest.mark.django_db

DAY = date(2026, 10, 8)  # a Thursday
AT = moment(DAY)
PEOPLE = ("admin", "staff", "auditor", "clerk", "stranger", "head", "deputy", "officer")


def claim(cast, *, who="deputy", deputy=None, on=DAY, at=AT, **facts) -> BonusClaim:
    paper = "证书2026-118号" if on == DAY else f"证书{on:%Y-%m%d}号"
    given = {"item": Item.COURSE, "text": "完成“代表履职基础”网课", "evidence": paper} | facts
    return claim_bonus(
        deputy=deputy or cast.deputy_person, occurred_on=on, actor=getattr(cast, who), at=at, **given
    )  # fmt: skip


def move(cast, row, name, who, *, at=AT, **facts) -> BonusClaim:
    return move_claim(claim=row, move=name, actor=getattr(cast, who), at=at, **facts)


def in_state(cast, state: str, who: str = "deputy") -> BonusClaim:
    """A claim brought into a state by the usual people: the clerk checks (staff, where the clerk claimed), admin decides."""
    row, checker = claim(cast, who=who), "staff" if who == "clerk" else "clerk"
    ways = {
        ClaimState.CLAIMED: (), ClaimState.RETURNED: (("return", checker),), ClaimState.CHECKED: (("check", checker),),
        ClaimState.APPROVED: (("check", checker), ("approve", "admin")), ClaimState.REFUSED: (("refuse", checker),),
        ClaimState.WITHDRAWN: (("withdraw", who),),
        ClaimState.REVOKED: (("check", checker), ("approve", "admin"), ("revoke", "admin")),
    }  # fmt: skip
    for name, actor in ways[ClaimState(state)]:
        row = move(cast, row, name, actor, note="看不清" if CLAIM_MOVES[name].needs else "")
    return row


def freeze(cast, year: int = 2026) -> None:
    YearClosing.objects.create(
        scheme=Scheme.objects.get(year=year), publicity_from=DAY, publicity_until=DAY, published_by=cast.admin,
        published_at=AT,
    )  # fmt: skip


def points(cast, year: int = 2026):
    rescore(county=cast.county, year=year, at=AT)
    return score_of(deputy=cast.deputy_person, year=year).bonus


def refused(kind, field: str, act) -> str:
    with pytest.raises(kind) as caught:
        act()
    assert field in caught.value.fields, caught.value.fields
    return caught.value.message


def told(user) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


# ---- Claiming ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "may"), list(zip(PEOPLE, (True, True, False, True, False, False, True, False), strict=True))
)
def test_the_deputy_the_clerk_and_the_county_claim(cast, who, may):
    if not may:
        with pytest.raises(NotAllowed):
            claim(cast, who=who)
        assert not BonusClaim.objects.exists()
        return
    row = claim(cast, who=who)
    assert (row.state, row.year, row.branch, row.station, row.county, row.is_late) == (
        ClaimState.CLAIMED, 2026, cast.gt01, cast.gt, cast.county, False,
    )  # fmt: skip
    assert row.due_on == date(2026, 10, 15)  # five working days
    assert AuditLog.objects.filter(action="claim_bonus", target_key=str(row.uid)).count() == 1
    assert [(step.move, step.state, step.actor) for step in row.steps.all()] == [
        ("claim", ClaimState.CLAIMED, getattr(cast, who))
    ]


def test_claimed_checked_decided_is_an_entry_and_revoked_is_its_reversal(
    cast, django_capture_on_commit_callbacks, media
):
    with django_capture_on_commit_callbacks(execute=True):
        row = claim(cast, evidence="", files=[("证书.jpg", telephone_jpeg(6)), ("文件.pdf", PDF)])
        row = move(cast, row, "check", "clerk", note="原件看过")
    assert not PointEntry.objects.exists() and row.due_on == date(2026, 10, 22)
    with django_capture_on_commit_callbacks(execute=True):
        row = move(cast, row, "approve", "staff", version=2)
    entry = PointEntry.objects.get()
    assert (entry.rule.item, entry.points, entry.occurred_on, entry.source_key) == (Item.COURSE, 1, DAY, str(row.uid))
    assert (row.checked_by, row.decided_by, row.due_on) == (cast.clerk, cast.staff, None)
    with django_capture_on_commit_callbacks(execute=True):
        row = move(cast, row, "revoke", "admin", note="证书是别人的")
    assert row.decided_by == cast.staff  # who granted it; who took it back stands in the history
    back = PointEntry.objects.get(reverses=entry)
    assert back.points == -1 and "证书是别人的" in back.reason
    assert points(cast) == 0
    assert [(step.move, step.note) for step in row.steps.all()] == [
        ("claim", ""), ("check", "原件看过"), ("approve", ""), ("revoke", "证书是别人的"),
    ]  # fmt: skip
    kept = list(ClaimFile.objects.filter(claim=row))
    assert [file.name for file in kept] == ["证书.jpg", "文件.pdf"]
    assert b"Secret" not in path_of(kept[0]).read_bytes()  # place and maker stay behind


@pytest.mark.parametrize(("field", "wrong"), [
    ("item", {"item": Item.DUTY_MISSED}), ("item", {"item": "gold"}), ("text", {"text": " \u200b"}),
    ("text", {"text": "字" * 301}), ("evidence", {"evidence": ""}), ("evidence", {"evidence": "字" * 121}),
    ("occurred_on", {"on": DAY + timedelta(days=1)}), ("files", {"files": [("a.pdf", PDF)] * 7}),
    ("files", {"files": [("a.pdf", PDF), ("b.exe", b"MZ")]}), ("files", {"files": [("a.pdf", b"not")]}),
])  # fmt: skip
def test_what_needs_another_look(cast, media, field, wrong):
    with transaction.atomic():
        refused(DomainError, field, lambda: claim(cast, **wrong))
    assert not BonusClaim.objects.exists() and not [path for path in media.rglob("*") if path.is_file()]


def test_one_honour_of_several_deputies_is_claimed_at_once_all_or_none(cast, media):
    people = [*cast.deputies["GT01"], *cast.deputies["GT02"]]
    facts = {"item": Item.HONOUR_COUNTY, "occurred_on": DAY, "text": "先进集体", "evidence": "巨办〔2026〕9号",
             "files": [("表彰决定.pdf", PDF)], "actor": cast.clerk, "at": AT}  # fmt: skip
    with pytest.raises(NotAllowed, match="孙站长"):
        claim_for_all(deputies=[*people, cast.deputies["YT01"][0]], **facts)
    assert not BonusClaim.objects.exists()
    rows = claim_for_all(deputies=[*people, people[0]], **facts)
    assert len(rows) == 6 == ClaimFile.objects.count() == len({path_of(file) for file in ClaimFile.objects.all()})
    assert told(cast.staff) == ["有6件加分申报到您这里,请核对。"]  # the only clerk claimed them
    assert told(cast.clerk) == [] and "县级荣誉" in told(cast.deputy)[0]
    message = refused(Conflict, "another", lambda: claim_for_all(deputies=people[1:3], **facts | {"text": "另一个"}))
    assert "李代表、陈卫10月8日的“县级荣誉”已经申报过(先进集体" in message
    refused(DomainError, "deputies", lambda: claim_for_all(deputies=[], **facts))


def test_the_same_day_and_item_again_is_asked_about_and_the_same_paper_never_taken(cast):
    row = claim(cast)
    assert "完成“代表履职基础”网课,待联络站核对" in refused(Conflict, "another", lambda: claim(cast, text="另一门"))
    for same in ({"text": "另一门"}, {"evidence": "证书2026-119号"}, {"text": "另一门", "evidence": "证书 2026-118号"}):
        refused(Conflict, "text", lambda same=same: claim(cast, another=True, **same))
    assert claim(cast, another=True, text="另一门", evidence="证书2026-119号").state == ClaimState.CLAIMED
    move(cast, row, "refuse", "clerk", note="证书号查不到")
    claim(cast, another=True)  # what was refused may be claimed anew
    claim(cast, deputy=cast.head_person, who="clerk")  # a colleague's is another
    claim(cast, on=DAY - timedelta(days=1))


def test_one_paper_gives_points_once_in_a_year_whatever_day_and_level(cast):
    """Squeezed and half-width; for something else than the item's kind it is asked about; words name no paper."""
    paper, before = "巨办〔2026〕9号", DAY - timedelta(days=1)
    row = claim(cast, item=Item.HONOUR_COUNTY, text="先进个人", evidence=paper)
    for item, on in ((Item.HONOUR_COUNTY, before), (Item.HONOUR_CITY, DAY), (Item.HONOUR_CITY, before)):
        for another in (False, True):
            again = {"item": item, "on": on, "text": "优秀代表", "evidence": "巨办〔2026〕 9号", "another": another}
            message = refused(Conflict, "evidence", lambda again=again: claim(cast, **again))
            assert "李代表10月8日的“县级荣誉”已经申报过(先进个人" in message and "把编号写完整" in message
    speech = {"item": Item.SPOKE, "text": "介绍经验", "evidence": paper, "on": before}
    refused(Conflict, "another", lambda: claim(cast, **speech))
    claim(cast, another=True, **speech)
    claim(cast, deputy=cast.head_person, who="clerk", item=Item.HONOUR_CITY, evidence=paper)  # a colleague's
    for words in ("见附件照片", "9号"):
        for day in (DAY, before):
            claim(cast, on=day, item=Item.MEDIA_CITY, text=f"{words}{day}", evidence=words, another=True)
    other = claim(cast, item=Item.HONOUR_CITY, evidence="市表彰2026第3号")
    other = move(cast, other, "return", "clerk", note="看不清")
    refused(Conflict, "evidence", lambda: move(cast, other, "complete", "deputy", evidence=paper))
    move(cast, row, "withdraw", "deputy")
    move(cast, other, "complete", "deputy", evidence=paper)


def test_evidence_for_many_takes_no_more_room_than_one_may_take(cast, media, monkeypatch):
    monkeypatch.setattr("scoring.services.claims.steps.MOST_ROOM", 3 * len(PDF))
    people, facts = cast.deputies["GT01"], {"item": Item.COURSE, "occurred_on": DAY, "text": "网课", "actor": cast.clerk}
    with transaction.atomic():
        sentence = refused(DomainError, "files", lambda: claim_for_all(
            deputies=people[:4], at=AT, files=[("a.pdf", PDF)], **facts
        ))  # fmt: skip
    assert "4位一共" in sentence and not BonusClaim.objects.exists()
    assert len(claim_for_all(deputies=people[:3], at=AT, files=[("a.pdf", PDF)], **facts)) == 3


# ---- The year ------------------------------------------------------------------------------------------------------


def test_late_evidence_is_flagged_until_the_last_day_and_refused_after_it(cast):
    early = claim(cast, on=date(2026, 12, 1), at=moment(date(2026, 12, 30)))
    early = move(cast, early, "return", "clerk", note="看不清", at=moment(date(2026, 12, 31)))
    assert not early.is_late
    early = move(cast, early, "complete", "deputy", evidence="补了编号", at=moment(date(2027, 1, 4)))
    assert early.steps.last().note == "编号文号原来写:证书2026-1201号"
    late = claim(cast, on=date(2026, 12, 30), at=moment(date(2027, 1, 31)))
    assert late.is_late and early.is_late and late.year == 2026
    for row in (early, late):
        move(cast, move(cast, row, "check", "clerk", at=moment(date(2027, 2, 3))), "approve", "staff")
    assert points(cast) == 2
    assert PointEntry.objects.filter(reason__endswith="(逾期补报)").count() == 2
    sentence = refused(Conflict, "occurred_on", lambda: claim(cast, on=DAY, at=moment(date(2027, 2, 1))))
    assert "1月31日截止" in sentence
    refused(Conflict, "occurred_on", lambda: claim(cast, on=date(2025, 12, 31)))  # no scheme
    open_scheme(county=cast.county, year=2027, actor=cast.admin)
    assert not claim(cast, on=date(2027, 1, 5), at=moment(date(2027, 2, 1))).is_late


def test_a_frozen_year_takes_no_claim_grants_none_and_revokes_none_but_what_waits_can_end(cast):
    rows = {state: in_state(cast, state) for state in (ClaimState.APPROVED,)}
    BonusClaim.objects.update(occurred_on=DAY - timedelta(days=9), evidence="")
    rows[ClaimState.CHECKED] = in_state(cast, ClaimState.CHECKED)
    BonusClaim.objects.filter(state=ClaimState.CHECKED).update(occurred_on=DAY - timedelta(days=8), evidence="")
    waiting = claim(cast)
    freeze(cast)
    refused(Conflict, "occurred_on", lambda: claim(cast, on=DAY - timedelta(days=2)))
    for row, name, who in (
        (rows[ClaimState.APPROVED], "revoke", "admin"), (rows[ClaimState.CHECKED], "approve", "admin"),
        (rows[ClaimState.CHECKED], "return", "admin"), (waiting, "check", "clerk"),
    ):  # fmt: skip
        with pytest.raises(Conflict, match="2026年的积分已经公示"):
            move(cast, row, name, who, note="晚了")
    assert [one.name for one in claim_moves_open_to(cast.deputy, waiting)] == ["withdraw"]
    assert move(cast, waiting, "refuse", "clerk", note="已经公示").state == ClaimState.REFUSED


# ---- Who moves what ------------------------------------------------------------------------------------------------

# State → move → who may. The clerk's own claims are checked by the county and decided by another person there.
OWN = {
    ClaimState.CLAIMED: {
        "check": {"admin", "staff", "clerk"}, "return": {"admin", "staff", "clerk"}, "withdraw": {"deputy"},
        "refuse": {"admin", "staff", "clerk"},
    },
    ClaimState.RETURNED: {"complete": {"deputy"}, "withdraw": {"deputy"}, "refuse": {"admin", "staff", "clerk"}},
    ClaimState.CHECKED: {
        "approve": {"admin", "staff"}, "return": {"admin", "staff"}, "refuse": {"admin", "staff"},
        "withdraw": {"deputy"},
    },
    ClaimState.APPROVED: {"revoke": {"admin", "staff"}}, ClaimState.REFUSED: {}, ClaimState.WITHDRAWN: {},
    ClaimState.REVOKED: {},
}  # fmt: skip
BY_CLERK = {
    ClaimState.CLAIMED: {
        "check": {"admin", "staff"}, "return": {"admin", "staff"}, "refuse": {"admin", "staff"},
        "withdraw": {"deputy", "clerk"},
    },
    ClaimState.RETURNED: {
        "complete": {"deputy", "clerk"}, "withdraw": {"deputy", "clerk"}, "refuse": {"admin", "staff"},
    },
    ClaimState.CHECKED: {  # staff checked it
        "approve": {"admin"}, "return": {"admin"}, "refuse": {"admin"}, "withdraw": {"deputy", "clerk"},
    },
}  # fmt: skip


def attempt(cast, row, name, who):
    try:
        return move(cast, row, name, who, note="原因")
    except DomainError as refusal:
        return refusal


@pytest.mark.parametrize(("by", "state"), [*(("deputy", state) for state in OWN), *(("clerk", one) for one in BY_CLERK)])
def test_every_state_move_and_role(cast, by, state):
    row = in_state(cast, state, by)
    expected = (OWN if by == "deputy" else BY_CLERK)[state]
    for name, who in product(CLAIM_MOVES, PEOPLE):
        allowed = who in expected.get(name, ())
        shown = name in {one.name for one in claim_moves_open_to(getattr(cast, who), row)}
        assert shown == allowed, (name, who)
        done = transaction.savepoint()
        outcome = attempt(cast, row, name, who)
        transaction.savepoint_rollback(done)
        refusal = NotAllowed if name in expected else Conflict
        assert isinstance(outcome, BonusClaim if allowed else refusal), (name, who)


def test_nobody_handles_their_own_claim_at_any_level(cast):
    """A member of the county's staff who is a deputy, and staff who claimed for somebody."""
    link_account(deputy=cast.deputies["GT01"][2], user=cast.staff, actor=cast.admin)
    own = claim(cast, who="staff", deputy=cast.deputies["GT01"][2])
    for name in ("check", "approve", "refuse", "return"):
        with pytest.raises((NotAllowed, Conflict)):
            move(cast, own, name, "staff", note="自己")
    own = move(cast, move(cast, own, "check", "clerk"), "approve", "admin")
    assert not can_revoke_claim(cast.staff, own)
    other = claim(cast, who="staff")
    other = move(cast, other, "check", "clerk")
    assert not can_decide_claim(cast.staff, other) and can_decide_claim(cast.admin, other)
    with pytest.raises(NotAllowed):
        move(cast, other, "approve", "staff")
    with pytest.raises(IntegrityError), transaction.atomic():  # not even by SQL
        BonusClaim.objects.filter(pk=other.pk).update(state=ClaimState.APPROVED, decided_by=cast.clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        BonusClaim.objects.filter(pk=other.pk).update(state=ClaimState.APPROVED, checked_by=None)


def test_a_clerk_who_serves_elsewhere_now_no_longer_mends(cast):
    row = claim(cast, who="clerk")
    assert can_mend_claim(cast.clerk, row) and not can_check_claim(cast.clerk, row)
    row.claimed_by = cast.stranger
    assert not can_mend_claim(cast.stranger, row) and not can_check_claim(cast.stranger, row)


def test_reasons_versions_and_unknown_moves(cast):
    row = claim(cast)
    for name in ("return", "refuse"):
        refused(DomainError, "note", lambda name=name: move(cast, row, name, "clerk", note=" \u200b"))
    refused(DomainError, "note", lambda: move(cast, row, "check", "clerk", note="字" * 201))
    refused(DomainError, "move", lambda: move(cast, row, "delete", "admin"))
    move(cast, row, "check", "clerk", version=1)
    with pytest.raises(StaleVersion, match="官亭工作人员刚做了“核对无误,报县里”"):
        move(cast, row, "withdraw", "deputy", version=1)
    with pytest.raises(Conflict, match="现在是“待县里审定”"):
        move(cast, row, "check", "staff", version=1)


def test_returned_is_completed_and_checked_anew(cast, media):
    row = move(cast, claim(cast), "check", "clerk")
    row = move(cast, row, "return", "admin", note="请补证书照片")
    assert (row.state, row.checked_by, row.check_note) == (ClaimState.RETURNED, None, "请补证书照片")
    assert "请补证书照片" in told(cast.deputy)[-1]
    refused(DomainError, "evidence", lambda: move(cast, row, "complete", "deputy", evidence=""))
    refused(DomainError, "text", lambda: move(cast, row, "complete", "deputy", text=""))
    row = move(cast, row, "complete", "deputy", evidence="", files=[("证书.jpg", telephone_jpeg(1))])
    assert (row.state, row.evidence, row.files.count()) == (ClaimState.CLAIMED, "", 1)
    assert row.steps.last().note == "编号文号原来写:证书2026-118号"
    assert AuditLog.objects.get(action="complete_claim").detail["evidence_before"] == "证书2026-118号"
    row = move(cast, row, "check", "staff", files=[("不收.pdf", PDF)])
    assert row.files.count() == 1 and move(cast, row, "approve", "admin").state == ClaimState.APPROVED


def test_what_is_completed_after_the_last_day_says_so_and_what_it_was(cast):
    """Completing is possible until publicity: the return may have come on the last day. Item and day stay."""
    row = move(cast, claim(cast, text="字" * 250), "return", "clerk", note="看不清")
    row = move(cast, row, "complete", "deputy", text="另一门", evidence="另一个2号", at=moment(date(2027, 2, 1)))
    note = row.steps.last().note
    assert note.startswith("补报截止以后补充;编号文号原来写:证书2026-118号;做了什么原来写:字") and len(note) == 200
    assert AuditLog.objects.get(action="complete_claim").detail["text_before"] == "字" * 250
    assert row.is_late and (row.item, row.occurred_on) == (Item.COURSE, DAY)


# ---- Together, notices, reminders ----------------------------------------------------------------------------------


def test_a_pile_of_certificates_is_checked_at_once_and_one_refusal_keeps_nothing_back(cast):
    people = cast.deputies["GT01"]
    rows = [claim(cast, deputy=person, who="staff") for person in people[:3]] + [claim(cast, who="clerk", on=DAY - timedelta(days=1))]
    move(cast, rows[1], "withdraw", "staff")
    Notice.objects.all().delete()
    seen = [(row, 1) for row in rows]
    outcomes = move_claims(claims=seen, move="check", actor=cast.clerk, at=AT)
    assert [bool(one.refusal) for one in outcomes] == [False, True, False, True]
    assert "已撤回" in outcomes[1].refusal and "不同的人" in outcomes[3].refusal
    assert told(cast.admin) == ["有2件加分申报到您这里,请审定。"] and told(cast.staff) == []  # staff claimed them
    again = move_claims(claims=seen[:1], move="check", actor=cast.clerk, at=AT)
    assert not again[0].refusal and again[0].before and rows[0].steps.count() == 2 and len(told(cast.admin)) == 1
    with pytest.raises(DomainError, match="最多办100件"):
        move_claims(claims=seen * 26, move="check", actor=cast.clerk, at=AT)


def test_who_is_told(cast):
    row = claim(cast)
    assert told(cast.clerk) == ["李代表的加分申报“完成云上学习课程”,请核对。"] and told(cast.staff) == []
    move(cast, row, "check", "clerk")
    assert told(cast.staff) == told(cast.admin) == ["李代表的加分申报“完成云上学习课程”,请审定。"]
    move(cast, row, "refuse", "staff", note="不在本年度方案里")
    assert told(cast.deputy) == ["李代表的加分申报“完成云上学习课程”:没有通过,不在本年度方案里。"]
    assert told(cast.stranger) == told(cast.head) == told(cast.auditor) == []


def test_reminders_come_once_a_day_to_who_has_to_act(cast):
    first = claim(cast)
    claim(cast, deputy=cast.head_person, who="staff")
    checked = move(cast, claim(cast, on=DAY - timedelta(days=1)), "check", "clerk")
    returned = move(cast, claim(cast, on=DAY - timedelta(days=2)), "return", "clerk", note="看不清")
    Notice.objects.all().delete()
    assert remind_questions(at=moment(date(2026, 10, 13))) == 0
    eve = moment(date(2026, 10, 14))  # a working day before the 15th
    assert remind_questions(at=eve) == 2
    assert told(cast.clerk) == ["有2件加分申报等您办,马上到期。"]
    assert told(cast.deputy) == ["李代表的加分申报要在10月15日前办,请您办理。"]
    assert remind_questions(at=eve) == remind_questions(at=moment(date(2026, 10, 14), 20)) == 0
    move(cast, first, "withdraw", "deputy")
    move(cast, returned, "withdraw", "deputy")
    Notice.objects.all().delete()
    assert remind_questions(at=moment(date(2026, 10, 23))) == 3
    assert told(cast.clerk) == ["赵站长的加分申报10月15日就到期了,还没有办,请您办理。"]
    assert told(cast.admin) == told(cast.staff) == ["李代表的加分申报10月22日就到期了,还没有办,请您办理。"]
    assert Notice.objects.filter(link=f"/points/claims/{checked.uid}/").count() == 2


# ---- Branches that move --------------------------------------------------------------------------------------------


def test_open_claims_go_on_with_the_new_station(cast):
    done = in_state(cast, ClaimState.REFUSED, "clerk")
    row = claim(cast)
    with pytest.raises(Conflict, match="还有1件加分申报没办完"):
        station_closing.send(None, station=cast.gt, on=DAY, into=None, actor=cast.admin, at=AT)
    move_branch(branch=cast.gt01, to=cast.yt, on=DAY, name="第二分站", actor=cast.admin, at=AT)
    for one in (row, done):
        one.refresh_from_db()
        assert (one.branch, one.station) == (cast.gt01, cast.yt)
    assert can_check_claim(cast.stranger, row) and not can_check_claim(cast.clerk, row)
    assert row.steps.last().move == "relocate" and row.version == 2 and done.version == 2
    assert told(cast.stranger)[-1] == "李代表的加分申报“完成云上学习课程”,请核对。"
    merge_branches(branch=cast.gt01, into=cast.yt01, on=DAY, actor=cast.admin, at=AT)
    row.refresh_from_db()
    done.refresh_from_db()
    assert (row.branch, done.branch) == (cast.yt01, cast.gt01)
    assert question_problems() == []
    BonusClaim.objects.update(state=ClaimState.WITHDRAWN)
    assert sorted(problem.partition(": ")[2] for problem in question_problems()) == [
        "已经办完,还有期限", "状态“已撤回”与办理过程不一致", "状态“已撤回”与办理过程不一致",
    ]  # fmt: skip


def test_what_waits_for_whom(cast):
    colleague = account("guanting2", "另一位工作人员")
    appoint(user=colleague, role=Role.CLERK, station=cast.gt, started_on=OPENED, actor=cast.admin)
    rows = {
        "own": claim(cast), "by clerk": claim(cast, who="clerk", on=DAY - timedelta(days=1)),
        "checked": move(cast, claim(cast, on=DAY - timedelta(days=2)), "check", "staff"),
        "returned": move(cast, claim(cast, on=DAY - timedelta(days=3)), "return", "clerk", note="看不清"),
    }  # fmt: skip
    expected = {
        cast.clerk: {"own"}, colleague: {"own", "by clerk"}, cast.staff: {"by clerk"}, cast.admin: {"by clerk", "checked"},
        cast.deputy: {"returned"}, cast.stranger: set(), cast.head: set(), cast.auditor: set(),
    }  # fmt: skip
    for user, names in expected.items():
        found = set(BonusClaim.objects.waiting_for(user))
        assert found == {rows[name] for name in names}, user.name
        assert all(claim_moves_open_to(user, row) for row in found)
    assert {row.state for row in BonusClaim.objects.open()} == set(CLAIM_OPEN)
