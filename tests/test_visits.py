"""The register of visits: what a log enters, what stands beside it, corrections, outcomes, 作废, who may see whom."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as fuzz
from hypothesis import strategies as st

from activities.models import DutyLog, Visit
from activities.rules.visits import Decision, decided, decision_problems, time_of
from activities.services import (
    Matter,
    SundayRow,
    accept_visit,
    correct_visit,
    file_log,
    record_outcome,
    register_visit,
    reveal_villager,
    void_log,
    void_visit,
)
from activities.states import Category, Form, Handling, LogState, Presence, RefusalReason
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.models import AuditLog
from julu_liaison.common.secrets import masked_name, masked_phone
from opinions.models import Opinion
from stations.services import move_branch
from tests.cast import SUNDAY, moment

AT = moment(SUNDAY)
WEDNESDAY = SUNDAY + timedelta(days=3)
NAME, PHONE = "张三丰", "19900001234"
REFUSED = {"handling": Handling.REFERRED, "refusal": RefusalReason.LITIGATION, "referral": "请到县人民法院反映"}


def file(cast, *matters: Matter, day=SUNDAY, **changes):
    fields = {"branch": cast.gt01, "attendance": {cast.deputy_person: Presence.PRESENT}, "received": len(matters)}
    row = SundayRow(**(fields | changes), matters=list(matters))
    return file_log(row=row, on=day, actor=cast.clerk, at=moment(day))


def add(
    cast, text="路灯不亮", *, day=WEDNESDAY, hour=10, actor=None, branch=None, log=None, form=Form.ONSITE, **fields
) -> Visit:
    return register_visit(
        branch=branch or cast.gt01, entry=Matter(text, **fields), on=day, actor=actor or cast.clerk,
        at=moment(day, hour), log=log, form=form,
    )  # fmt: skip


@pytest.fixture
def visit(cast) -> Visit:
    """Answered on the spot, without a ticket."""
    return add(cast, "问医保怎么交", handling=Handling.ANSWERED, villager_name=NAME, villager_phone=PHONE,
               villager_village="安家庄村", deputy=cast.deputy_person)  # fmt: skip


# --- One entry feeds all -------------------------------------------------------------------------------------------


def test_every_matter_of_a_log_is_a_visit_and_the_accepted_ones_are_tickets(cast):
    filed = file(
        cast,
        Matter("路灯不亮", Category.ENVIRONMENT, villager_name=NAME, villager_phone=PHONE, villager_sex="男", people=2,
               came_at=time(9, 30), request="修好", confidential=True, villager_village="安家庄村"),
        Matter("与邻居的官司", **REFUSED),
        Matter("问医保怎么交", handling=Handling.ANSWERED, result="讲清了办法"),
        form=Form.VISIT,
    )  # fmt: skip
    lights, lawsuit, question = Visit.objects.order_by("serial")
    assert filed.visits == [lights, lawsuit, question]
    assert [visit.number for visit in filed.visits] == [f"〔2026〕第00{index}号" for index in (1, 2, 3)]
    assert {(visit.log, visit.date, visit.form, visit.recorder, visit.register) for visit in filed.visits} == {
        (filed.log, SUNDAY, Form.VISIT, cast.clerk, cast.gt)
    }
    assert (lights.villager_name, lights.villager_phone, lights.villager_sex) == (NAME, PHONE, "男")
    assert (lights.people, lights.time, lights.request, lights.confidential) == (2, time(9, 30), "修好", True)
    assert {visit.deputy for visit in filed.visits} == {cast.deputy_person}
    (ticket,) = filed.opinions
    assert (ticket.visit, ticket.text, ticket.villager_name, ticket.log) == (lights, "路灯不亮", NAME, filed.log)
    assert (lawsuit.handling, lawsuit.refusal, lawsuit.referral) == tuple(REFUSED.values())
    assert (question.handling, question.result) == (Handling.ANSWERED, "讲清了办法")
    assert Opinion.objects.count() == 1


def test_a_log_without_matters_enters_nothing(cast):
    assert file(cast).visits == [] and not Visit.objects.exists()


def test_a_log_with_a_refusal_that_leads_nowhere_is_not_filed(cast):
    with pytest.raises(DomainError, match="去哪里") as error:
        file(cast, Matter("路灯不亮"), Matter("官司", **(REFUSED | {"referral": " "})))
    assert "opinions" in error.value.fields
    assert not Visit.objects.exists() and not Opinion.objects.exists()


def test_who_it_was_is_sealed_in_the_database(cast, visit):
    raw = Visit.objects.raw("SELECT * FROM activities_visit")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT villager_name, villager_phone FROM activities_visit")
        (row,) = cursor.fetchall()
    assert NAME not in row[0] and PHONE not in row[1]
    assert raw[0].villager_name == NAME


# --- A visit beside the sheet --------------------------------------------------------------------------------------


def test_a_visit_of_another_day_becomes_a_ticket_received_that_day(cast):
    visit = add(cast, "水渠堵了", day=date(2025, 12, 30), villager_name=NAME, deputy=cast.deputy_person)
    ticket = Opinion.objects.get(visit=visit)
    assert (visit.number, visit.log, visit.date) == ("〔2025〕第001号", None, date(2025, 12, 30))
    assert (ticket.number, ticket.registered_on, ticket.log) == ("〔2025〕第001号", visit.date, None)
    assert (ticket.villager_name, ticket.deputy, ticket.branch) == (NAME, cast.deputy_person, cast.gt01)


def test_a_refused_or_answered_visit_is_no_ticket(cast):
    add(cast, "官司", **REFUSED)
    add(cast, "问医保怎么交", handling=Handling.ANSWERED)
    assert Visit.objects.count() == 2 and not Opinion.objects.exists()


def test_a_visitor_the_log_forgot_is_entered_with_the_log(cast):
    log = file(cast, form=Form.VISIT).log
    visit = add(cast, "路灯不亮", day=SUNDAY, log=log, deputy=cast.deputy_person)
    assert (visit.log, visit.form, visit.opinion.log) == (log, Form.VISIT, log)
    with pytest.raises(DomainError, match="没有在第一分站接待"):
        add(cast, "水渠堵了", day=SUNDAY, log=log, deputy=cast.head_person)
    with pytest.raises(DomainError, match="不是这个分站这一天的"):
        add(cast, "水渠堵了", day=WEDNESDAY, log=log)


def test_no_visit_is_entered_into_a_log_that_was_voided_meanwhile(cast):
    """The page was opened while the log was in force; what it held then does not decide."""
    log = file(cast).log
    void_log(log=DutyLog.objects.get(pk=log.pk), reason="日期写错", actor=cast.clerk, at=AT)
    with pytest.raises(DomainError) as caught:
        add(cast, day=SUNDAY, log=log, deputy=cast.deputy_person)
    assert "log" in caught.value.fields and not Visit.objects.exists()


def test_sent_twice_it_is_entered_once(cast):
    first, again = add(cast, villager_name=NAME), add(cast, villager_name=NAME)
    assert first == again and Opinion.objects.count() == 1
    assert add(cast, villager_name="李四") != first
    assert add(cast, villager_name=NAME, hour=11) != first


@pytest.mark.parametrize("role", ["admin", "staff", "auditor", "stranger", "deputy", "officer"])
def test_only_clerk_and_head_enter_and_keep_visits(cast, visit, role):
    actor = getattr(cast, role)
    with pytest.raises(NotAllowed):
        add(cast, actor=actor)
    with pytest.raises(NotAllowed):
        correct_visit(visit=visit, changes={"people": 2}, version=1, actor=actor, at=AT)
    with pytest.raises(NotAllowed):
        accept_visit(visit=visit, version=1, actor=actor, at=AT)
    with pytest.raises(NotAllowed):
        outcome(visit, actor)
    assert add(cast, actor=cast.head).recorder == cast.head


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": " "}, "matter"),
        ({"text": "字" * 2001}, "matter"),
        ({"people": 0}, "people"),
        ({"people": 1000}, "people"),
        ({"villager_sex": "x"}, "villager_sex"),
        ({"villager_name": "名" * 41}, "villager_name"),
        ({"villager_phone": "1" * 21}, "villager_phone"),
        ({"request": "求" * 201}, "request"),
        ({"category": "canal"}, "category"),
        ({"handling": "later"}, "handling"),
        ({"form": "letter"}, "form"),
        ({"refusal": RefusalReason.PRIVATE}, "handling"),
        (REFUSED | {"referral": ""}, "referral"),
        (REFUSED | {"refusal": ""}, "refusal"),
        ({"handling": Handling.ANSWERED, "referral": "请到法院"}, "refusal"),
        ({"result": "已经修好"}, "result"),
        ({"day": WEDNESDAY, "hour": 10, "deputy": "stranger"}, "deputy"),
    ],
)
def test_what_is_refused_names_its_field_and_takes_no_number(cast, changes, field):
    if changes.get("deputy") == "stranger":
        changes = changes | {"deputy": cast.deputies["YT01"][0]}
    with pytest.raises(DomainError) as error:
        add(cast, **({"text": "路灯不亮"} | changes))
    assert field in error.value.fields
    assert add(cast).serial == 1


def test_the_future_and_a_closed_month_are_refused(cast):
    with pytest.raises(DomainError, match="还没到"):
        register_visit(branch=cast.gt01, entry=Matter("路灯"), on=WEDNESDAY, actor=cast.clerk, at=AT)
    from activities.services import set_filing_limit

    set_filing_limit(county=cast.county, day=5, actor=cast.admin, at=AT)
    late = moment(date(2026, 4, 6))
    with pytest.raises(DomainError, match="批准补录"):
        register_visit(branch=cast.gt01, entry=Matter("路灯"), on=WEDNESDAY, actor=cast.clerk, at=late)


# --- Numbers -------------------------------------------------------------------------------------------------------


@fuzz(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["log", "visit", "refused", "broken"]), st.integers(0, 3)), max_size=8))
def test_numbers_have_no_gap_whatever_is_rolled_back(cast, steps):
    """Logs with several matters, single visits, refusals and failures in any order: 1..n, each once."""
    with transaction.atomic():
        expected = 0
        for index, (step, count) in enumerate(steps):
            day = SUNDAY - timedelta(days=index % 40)
            try:
                if step == "log":
                    file(cast, *(Matter(f"事{index}-{line}") for line in range(count)), day=day)
                    expected += count
                elif step == "visit":
                    add(cast, f"事{index}", day=day)
                    expected += 1
                elif step == "refused":
                    add(cast, f"事{index}", day=day, **(REFUSED | {"referral": ""}))
                else:
                    with transaction.atomic():
                        file(cast, *(Matter(f"坏{index}-{line}") for line in range(count)), day=day)
                        raise DomainError("断电了")
            except DomainError:
                assert step in ("refused", "broken")
        serials = {}
        for year, serial in Visit.objects.order_by("serial").values_list("year", "serial"):
            serials.setdefault(year, []).append(serial)
        assert sum(map(len, serials.values())) == expected
        assert all(found == list(range(1, len(found) + 1)) for found in serials.values())
        transaction.set_rollback(True)


@given(
    refusal=st.sampled_from(["", *RefusalReason.values]), handling=st.sampled_from(["", *Handling.values]),
    referral=st.sampled_from(["", " ", "请到县人民法院反映"]), result=st.sampled_from(["", "讲清了"]),
)  # fmt: skip
def test_no_refusal_passes_without_saying_where_to_go(refusal, handling, referral, result):
    problems = decision_problems(Decision(handling, refusal, referral, result))
    if refusal and not referral.strip():
        assert problems
    if not problems:
        assert bool(refusal) == (handling == Handling.REFERRED)
        assert bool(refusal) == bool(referral.strip())


@given(st.sampled_from(["", "answered", "settled", "opinion", *RefusalReason.values]))
def test_a_choice_survives_the_round_trip_and_a_refusal_brings_its_words(way):
    decision = decided(way, "")
    assert (decision.refusal or decision.handling) == (way or Handling.OPINION)
    assert bool(decision_problems(decision)) == (way == RefusalReason.OTHER)


def test_the_database_itself_wants_a_referral(cast, visit):
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(refusal=RefusalReason.OTHER, referral="")


@pytest.mark.parametrize(
    ("text", "found"),
    [("9:30", time(9, 30)), ("09:30", time(9, 30)), ("9点", time(9)), ("9点5分", None), ("16点20分", time(16, 20)),
     ("24:00", None), ("9:60", None), ("上午", None), ("", None)],
)  # fmt: skip
def test_time_as_people_type_it(text, found):
    assert time_of(text) == found


# --- Corrections ---------------------------------------------------------------------------------------------------


def test_a_correction_keeps_the_number_and_the_ticket_follows(cast):
    visit = file(cast, Matter("路灯不亮", villager_name=NAME, villager_phone=PHONE)).visits[0]
    changes = {"villager_name": "李四", "villager_phone": "19900004321", "confidential": True, "people": 3}
    after = correct_visit(visit=visit, changes=changes, version=1, actor=cast.clerk, at=AT)
    assert (after.number, after.version, after.villager_name, after.people) == (visit.number, 2, "李四", 3)
    ticket = Opinion.objects.get(visit=visit)
    assert (ticket.villager_name, ticket.villager_phone, ticket.confidential) == ("李四", "19900004321", True)
    row = AuditLog.objects.get(action="correct_visit")
    assert row.detail == {"number": visit.number, "fields": sorted(changes)}


def test_a_correction_of_an_old_reading_is_refused_and_one_of_nothing_changes_nothing(cast, visit):
    same = correct_visit(visit=visit, changes={"people": 1}, version=1, actor=cast.clerk, at=AT)
    assert same.version == 1 and not AuditLog.objects.filter(action="correct_visit").exists()
    correct_visit(visit=visit, changes={"people": 2}, version=1, actor=cast.clerk, at=AT)
    with pytest.raises(StaleVersion):
        correct_visit(visit=visit, changes={"people": 3}, version=1, actor=cast.clerk, at=AT)


@pytest.mark.parametrize("changes", [{"date": SUNDAY}, {"deputy": None}, {"serial": 9}, {"state": "void"}])
def test_what_makes_the_entry_cannot_be_corrected(cast, visit, changes):
    with pytest.raises(DomainError, match="不能改"):
        correct_visit(visit=visit, changes=changes, version=1, actor=cast.clerk, at=AT)


def test_a_correction_is_judged_like_an_entry(cast, visit):
    with pytest.raises(DomainError) as error:
        correct_visit(visit=visit, changes={"matter": " "}, version=1, actor=cast.clerk, at=AT)
    assert "matter" in error.value.fields
    with pytest.raises(DomainError) as error:
        correct_visit(visit=visit, changes={"refusal": "private"}, version=1, actor=cast.clerk, at=AT)
    assert "referral" in error.value.fields
    changes = {"refusal": "private", "referral": "请到村调解委员会"}
    refused = correct_visit(visit=visit, changes=changes, version=1, actor=cast.clerk, at=AT)
    assert (refused.handling, refused.referral) == (Handling.REFERRED, "请到村调解委员会")
    ticketed = add(cast, "水渠堵了")
    with pytest.raises(DomainError, match="请在意见里办"):
        correct_visit(visit=ticketed, changes=changes, version=1, actor=cast.clerk, at=AT)


# --- What became of it ---------------------------------------------------------------------------------------------


def outcome(visit, actor, **changes) -> Visit:
    facts = {"handling": Handling.SETTLED, "result": "当天换了灯泡", "told_on": WEDNESDAY, "told_how": "电话",
             "satisfaction": "satisfied"}  # fmt: skip
    return record_outcome(visit=visit, **(facts | changes), actor=actor, at=moment(WEDNESDAY, 15))


def test_an_outcome_is_written_down_where_no_ticket_tells_it(cast, visit):
    done = outcome(visit, cast.head)
    assert (done.handling, done.result, done.told_on, done.told_how, done.satisfaction) == (
        "settled", "当天换了灯泡", WEDNESDAY, "电话", "satisfied",
    )  # fmt: skip
    with pytest.raises(Conflict, match="请在意见里记"):
        outcome(add(cast, "水渠堵了"), cast.clerk)
    refused = outcome(add(cast, "官司", **REFUSED), cast.clerk, result="")
    assert (refused.handling, refused.refusal) == ("referred", "litigation")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"handling": "opinion"}, "handling"),
        ({"handling": "referred"}, "handling"),
        ({"result": " "}, "result"),
        ({"result": "好" * 301}, "result"),
        ({"told_on": SUNDAY}, "told_on"),
        ({"told_on": WEDNESDAY + timedelta(days=1)}, "told_on"),
        ({"told_on": None}, "told_on"),
        ({"told_how": "话" * 21}, "told_how"),
        ({"satisfaction": "happy"}, "satisfaction"),
    ],
)
def test_an_outcome_that_does_not_fit_names_its_field(cast, visit, changes, field):
    with pytest.raises(DomainError) as error:
        outcome(visit, cast.clerk, **changes)
    assert field in error.value.fields
    visit.refresh_from_db()
    assert visit.version == 1


def test_a_visit_becomes_a_ticket_after_all(cast, visit):
    refused = add(cast, "邻里排水", villager_name=NAME, deputy=cast.deputy_person, **REFUSED)
    after = accept_visit(visit=refused, version=1, actor=cast.clerk, at=moment(WEDNESDAY, 16))
    ticket = Opinion.objects.get(visit=refused)
    assert (after.handling, after.refusal, after.referral) == ("opinion", "", "")
    assert (ticket.text, ticket.villager_name, ticket.deputy) == ("邻里排水", NAME, cast.deputy_person)
    assert AuditLog.objects.get(action="accept_visit").detail["refusal"] == "litigation"
    with pytest.raises(Conflict, match="已经转为意见"):
        accept_visit(visit=refused, version=2, actor=cast.clerk, at=AT)


# --- 作废 -----------------------------------------------------------------------------------------------------------


def test_a_void_visit_keeps_its_number_with_the_reason_and_its_ticket_goes_on(cast):
    visit = add(cast, "路灯不亮")
    with pytest.raises(DomainError, match="请写原因"):
        void_visit(visit=visit, reason=" ", actor=cast.clerk, at=AT)
    for role in ("head", "stranger", "auditor", "deputy"):
        with pytest.raises(NotAllowed):
            void_visit(visit=visit, reason="登错了", actor=getattr(cast, role), at=AT)
    void = void_visit(visit=visit, reason="登错了", actor=cast.staff, at=AT)
    assert (void.state, void.void_reason, void.number) == (LogState.VOID, "登错了", "〔2026〕第001号")
    assert Opinion.objects.open().filter(visit=visit).exists()
    assert add(cast, "路灯不亮").number == "〔2026〕第002号"
    with pytest.raises(Conflict, match="作废"):
        void_visit(visit=visit, reason="再来", actor=cast.clerk, at=AT)
    with pytest.raises(Conflict, match="作废"):
        correct_visit(visit=visit, changes={"people": 2}, version=2, actor=cast.clerk, at=AT)


def test_a_voided_log_takes_its_visits_along_but_not_the_tickets(cast):
    filed = file(cast, Matter("路灯不亮"), Matter("官司", **REFUSED))
    void_visit(visit=filed.visits[1], reason="登错了", actor=cast.clerk, at=AT)
    void_log(log=filed.log, reason="日期写错", actor=cast.clerk, at=AT)
    reasons = Visit.objects.order_by("serial").values_list("state", "void_reason")
    assert list(reasons) == [("void", "日期写错"), ("void", "登错了")]
    assert Opinion.objects.open().count() == 1


# --- Who sees ------------------------------------------------------------------------------------------------------


def test_visits_are_seen_by_the_staff_and_head_of_their_place(cast, visit):
    roles = (
        "admin",
        "staff",
        "auditor",
        "clerk",
        "stranger",
        "head",
        "deputy",
        "officer",
        "chief",
        "system",
        "security",
    )
    seers = {role for role in roles if Visit.objects.visible_to(getattr(cast, role)).exists()}
    assert seers == {"admin", "staff", "auditor", "clerk", "head"}


def test_each_look_at_the_villager_is_recorded_without_naming_him(cast, visit):
    for _time in range(2):
        assert reveal_villager(visit=visit, actor=cast.staff, at=AT, why="回访") == (NAME, PHONE)
    rows = AuditLog.objects.filter(action="reveal_villager", actor=cast.staff)
    assert [row.detail for row in rows] == [{"number": visit.number, "why": "回访"}] * 2
    for role in ("deputy", "auditor", "stranger", "officer", "system", "security"):
        with pytest.raises(NotAllowed):
            reveal_villager(visit=visit, actor=getattr(cast, role), at=AT)
    with pytest.raises(DomainError, match="用途"):
        reveal_villager(visit=visit, actor=cast.staff, at=AT, why=f"问问{NAME}")
    assert AuditLog.objects.filter(action="reveal_villager").count() == 2


def test_no_act_on_a_visit_leaves_the_villager_in_the_audit_trail(cast, visit):
    correct_visit(visit=visit, changes={"villager_name": "李四光"}, version=1, actor=cast.clerk, at=AT)
    outcome(visit, cast.clerk)
    accept_visit(visit=visit, version=3, actor=cast.clerk, at=AT)
    void_visit(visit=visit, reason="登错了", actor=cast.clerk, at=AT)
    trail = " ".join(f"{row.target_key} {row.detail}" for row in AuditLog.objects.filter(target_kind="visit"))
    assert len(trail) > 100
    assert not any(secret in trail for secret in (NAME, "李四光", PHONE, str(visit.villager_village)))
    assert NAME not in str(visit)


@given(
    st.text(st.characters(exclude_characters="*"), max_size=20),
    st.from_regex(r"1[0-9]{10}|0[0-9]{3}-?[0-9]{7,8}|[0-9]{1,7}", fullmatch=True),
)
def test_what_is_masked_does_not_give_the_villager_away(name, phone):
    assert phone not in masked_phone(phone)
    assert len(masked_name(name)) <= 2 and (len(name) < 2 or name not in masked_name(name))


def test_visits_follow_a_branch_that_moves_and_keep_their_number(cast, visit):
    move_branch(branch=cast.gt01, to=cast.yt, on=WEDNESDAY, name="第二分站", actor=cast.admin, at=moment(WEDNESDAY, 18))
    visit.refresh_from_db()
    assert (visit.station, visit.register, visit.number) == (cast.yt, cast.gt, "〔2026〕第001号")
    assert Visit.objects.visible_to(cast.stranger).exists() and not Visit.objects.visible_to(cast.clerk).exists()
