"""The table of moves: every move that is not open in a state, or not this person's, is refused and changes nothing."""

from datetime import date

import pytest
from django.conf import settings

from activities.services import Matter
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.management.commands.draw_workflow import diagram
from opinions.models import Opinion
from opinions.services import file_suggestion, move_opinion, register_opinion
from opinions.states import Kind, State
from opinions.workflow import MOVES, moves_open_to
from tests.cast import SUNDAY, moment

AT = moment(SUNDAY)
ROLES = (
    "admin", "staff", "auditor", "clerk", "stranger", "head", "deputy", "officer", "chief", "other_officer",
)  # fmt: skip
ANSWER = "已经组织人员现场勘查并修好"

# Who may make which move of an ordinary ticket of GT01 that lies with the transport department (or did).
BRANCH, STATION, COUNTY = {"head", "clerk"}, {"clerk"}, {"admin", "staff"}
MAY = {
    (State.REGISTERED, "accept"): STATION,
    (State.REGISTERED, "refuse"): STATION,
    (State.AT_BRANCH, "solve"): BRANCH,
    (State.AT_BRANCH, "escalate"): BRANCH,
    (State.AT_BRANCH, "refuse"): BRANCH,
    (State.AT_BRANCH, "ask_villager"): BRANCH,
    (State.AT_BRANCH, "make_suggestion"): STATION | {"deputy"},
    (State.AT_STATION, "solve"): STATION,
    (State.AT_STATION, "escalate"): STATION,
    (State.AT_STATION, "refuse"): STATION,
    (State.AT_STATION, "send_back"): STATION,
    (State.AT_STATION, "ask_villager"): STATION,
    (State.AT_STATION, "make_suggestion"): STATION | {"deputy"},
    (State.AT_CENTRE, "solve"): COUNTY,
    (State.AT_CENTRE, "send_back"): COUNTY,
    (State.AT_CENTRE, "transfer"): COUNTY,
    (State.AT_CENTRE, "ask_villager"): COUNTY,
    (State.AT_CENTRE, "make_suggestion"): STATION | {"deputy"},
    (State.AT_DEPARTMENT, "sign_for"): {"officer", "chief"},
    (State.AT_DEPARTMENT, "return_wrong"): {"officer", "chief"},
    (State.AT_DEPARTMENT, "reply"): {"officer", "chief"},
    (State.AT_DEPARTMENT, "ask_villager"): {"officer", "chief"},
    (State.AT_DEPARTMENT, "claim"): {"officer", "chief"},
    (State.AT_DEPARTMENT, "request_extension"): {"officer", "chief"},
    (State.AT_DEPARTMENT, "reassign"): COUNTY,
    (State.REWORKING, "reply"): {"officer", "chief"},
    (State.REWORKING, "claim"): {"officer", "chief"},
    (State.REWORKING, "reassign"): COUNTY,
    (State.WAITING, "resume"): STATION | COUNTY,
    (State.REPLIED, "tell"): {"deputy"} | BRANCH | COUNTY,
    (State.REPLIED, "rework"): COUNTY,
    (State.TOLD, "rate"): {"deputy"} | BRANCH | COUNTY,
    (State.TOLD, "rework"): COUNTY,
    (State.TOLD, "close"): STATION | COUNTY,
    (State.CLOSED, "follow_up"): STATION | COUNTY,
    (State.CLOSED, "reopen"): STATION | COUNTY,
} | {
    (state, "urge"): STATION | COUNTY
    for state in (State.AT_BRANCH, State.AT_STATION, State.AT_CENTRE, State.AT_DEPARTMENT, State.REWORKING)
} | {
    (state, "supervise"): COUNTY
    for state in (State.AT_BRANCH, State.AT_STATION, State.AT_CENTRE, State.AT_DEPARTMENT, State.WAITING, State.REWORKING)
} | {
    (state, "merge"): STATION | COUNTY
    for state in (State.REGISTERED, State.AT_BRANCH, State.AT_STATION, State.AT_CENTRE, State.AT_DEPARTMENT, State.WAITING)
} | {
    (state, "void"): STATION | COUNTY
    for state in set(State) - {State.CLOSED, State.REFUSED, State.MERGED, State.VOID}
}  # fmt: skip


@pytest.fixture
def ticket(cast):
    matter = Matter("村西田间道路塌陷", deputy=cast.deputy_person, villager_name="张三", villager_phone="19900009999")
    return register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=AT)


def put(ticket, cast, state):
    """Lay the ticket where a test wants it, with the holder that the state has."""
    holders = {
        State.REGISTERED: cast.gt, State.AT_BRANCH: cast.gt01, State.AT_STATION: cast.gt,
        State.AT_CENTRE: cast.county, State.REPLIED: cast.gt01, State.TOLD: cast.gt01,
    }  # fmt: skip
    at_department = state in (State.AT_DEPARTMENT, State.REWORKING)
    Opinion.objects.filter(pk=ticket.pk).update(
        state=state, department=cast.jiaotong if at_department else None, paused_state=State.AT_BRANCH,
        holder_department=cast.jiaotong if at_department else None, holder_station=holders.get(state),
    )  # fmt: skip
    ticket.refresh_from_db()


@pytest.mark.parametrize("state", State.values)
def test_moves_open_in_each_state_to_each_role(cast, ticket, state):
    put(ticket, cast, state)
    found = {role: {move.name for move in moves_open_to(getattr(cast, role), ticket)} for role in ROLES}
    wanted = {role: {move for (at, move), who in MAY.items() if at == state and role in who} for role in ROLES}
    assert found == wanted


@pytest.mark.once
@pytest.mark.parametrize("state", State.values)
def test_every_other_move_is_refused_and_changes_nothing(cast, ticket, state):
    put(ticket, cast, state)
    facts = {"note": ANSWER, "department": cast.jiaotong, "class": "A", "rating": "satisfied"}
    before, refused = (ticket.version, ticket.hops.count()), 0
    for name in MOVES:
        for role in ROLES:
            if role in MAY.get((state, name), ()):
                continue
            wanted = NotAllowed if (state, name) in MAY else Conflict
            with pytest.raises(wanted):
                move_opinion(opinion=ticket, move=name, actor=getattr(cast, role), at=AT, **facts)
            refused += 1
    ticket.refresh_from_db()
    assert (ticket.version, ticket.hops.count(), ticket.state) == (*before, state)
    assert refused > 100


def test_conflict_names_the_state_and_the_moves_that_are_open(cast, ticket):
    with pytest.raises(Conflict) as error:
        move_opinion(opinion=ticket, move="transfer", actor=cast.clerk, at=AT)
    assert error.value.details["state"] == State.AT_BRANCH
    assert set(error.value.details["moves"]) == {
        "solve", "escalate", "refuse", "ask_villager", "make_suggestion", "urge", "merge", "void",
    }  # fmt: skip
    assert "分站办理" in error.value.message


def test_second_person_is_told_what_the_first_did_and_when(cast, ticket):
    seen = ticket.version
    move_opinion(opinion=ticket, move="urge", actor=cast.staff, at=moment(SUNDAY, 12), version=seen)
    with pytest.raises(StaleVersion, match=r"^县工作人员3月1日12:00做了“催办”") as error:
        move_opinion(opinion=ticket, move="escalate", actor=cast.clerk, at=AT, version=seen)
    assert error.value.details["changes"] == [
        {"move": "urge", "label": "催办", "actor": "县工作人员", "at": "2026-03-01T12:00:00+08:00"}
    ]
    for _ in range(4):
        move_opinion(opinion=ticket, move="urge", actor=cast.staff, at=moment(SUNDAY, 12))
    move_opinion(opinion=ticket, move="solve", actor=cast.clerk, at=moment(SUNDAY, 13), note=ANSWER)
    with pytest.raises(Conflict, match=r"前后6步,最后是:.*您自己3月1日13:00做了“本级解决”") as error:
        move_opinion(opinion=ticket, move="escalate", actor=cast.clerk, at=AT, version=seen)
    assert [change["move"] for change in error.value.details["changes"]] == ["urge"] * 5 + ["solve"]
    with pytest.raises(Conflict) as error:  # read after all that: only the state is in the way
        move_opinion(opinion=ticket, move="escalate", actor=cast.clerk, at=AT, version=ticket.version + 6)
    assert "changes" not in error.value.details


@pytest.mark.parametrize(
    ("move", "facts", "field"),
    [
        ("solve", {}, "note"),
        ("solve", {"note": "已办"}, "note"),
        ("solve", {"note": ANSWER, "class": "E"}, "class"),
        ("refuse", {"note": ""}, "note"),
    ],
)
def test_missing_facts_are_named(cast, ticket, move, facts, field):
    with pytest.raises(DomainError) as error:
        move_opinion(opinion=ticket, move=move, actor=cast.clerk, at=AT, **facts)
    assert field in error.value.fields
    assert ticket.hops.count() == 1


def test_officers_answer_waits_for_the_heads_signature_where_the_department_wants_it(cast, ticket):
    cast.jiaotong.signature_needed = True
    cast.jiaotong.save()
    put(ticket, cast, State.AT_DEPARTMENT)
    drafted = move_opinion(opinion=ticket, move="reply", actor=cast.officer, at=AT, note=ANSWER, **{"class": "A"})
    assert drafted.state == State.AT_DEPARTMENT
    with pytest.raises(NotAllowed):
        move_opinion(opinion=ticket, move="sign_reply", actor=cast.officer, at=AT)
    back = move_opinion(opinion=ticket, move="return_reply", actor=cast.chief, at=AT, note="请写明完工日期")
    assert back.state == State.AT_DEPARTMENT
    move_opinion(opinion=ticket, move="reply", actor=cast.officer, at=AT, note=ANSWER + "10日完工", **{"class": "A"})
    signed = move_opinion(opinion=ticket, move="sign_reply", actor=cast.chief, at=AT)
    assert signed.state == State.REPLIED
    assert list(signed.replies.values_list("withdrawn", "signed_by")) == [(True, None), (False, cast.chief.pk)]


def test_unsatisfied_goes_back_to_whoever_answered(cast, ticket):
    ticket = move_opinion(opinion=ticket, move="escalate", actor=cast.head, at=AT)
    ticket = move_opinion(opinion=ticket, move="solve", actor=cast.clerk, at=AT, note=ANSWER)
    ticket = move_opinion(opinion=ticket, move="tell", actor=cast.deputy, at=AT)
    with pytest.raises(DomainError) as error:
        move_opinion(opinion=ticket, move="rate", actor=cast.deputy, at=AT, rating="unsatisfied")
    assert "note" in error.value.fields
    ticket = move_opinion(opinion=ticket, move="rate", actor=cast.deputy, at=AT, rating="unsatisfied", note="又坏了")
    assert (ticket.state, ticket.holder) == (State.REWORKING, cast.gt)
    ticket = move_opinion(opinion=ticket, move="solve", actor=cast.clerk, at=AT, note=ANSWER)
    ticket = move_opinion(opinion=ticket, move="tell", actor=cast.deputy, at=AT)
    ticket = move_opinion(opinion=ticket, move="rate", actor=cast.deputy, at=AT, rating="unsatisfied", note="还是坏的")
    assert ticket.holder == cast.gt


def test_waiting_pauses_and_comes_back_to_its_state(cast, ticket):
    ticket = move_opinion(opinion=ticket, move="ask_villager", actor=cast.head, at=AT, note="请说明是哪一段路")
    assert (ticket.state, ticket.due_on, ticket.holder) == (State.WAITING, None, cast.gt01)
    ticket = move_opinion(opinion=ticket, move="resume", actor=cast.clerk, at=AT)
    assert (ticket.state, ticket.holder) == (State.AT_BRANCH, cast.gt01)
    assert ticket.due_on is not None


def test_a_ticket_reopens_once(cast, ticket):
    put(ticket, cast, State.CLOSED)
    ticket = move_opinion(opinion=ticket, move="reopen", actor=cast.clerk, at=AT, note="群众说没有解决")
    put(ticket, cast, State.CLOSED)
    with pytest.raises(Conflict):
        move_opinion(opinion=ticket, move="reopen", actor=cast.clerk, at=AT, note="又说没有解决")


def test_departments_of_another_county_cannot_be_chosen(cast, ticket):
    put(ticket, cast, State.AT_CENTRE)
    cast.jiaotong.is_active = False
    cast.jiaotong.save()
    with pytest.raises(DomainError) as error:
        move_opinion(opinion=ticket, move="transfer", actor=cast.staff, at=AT, department=cast.jiaotong)
    assert "department" in error.value.fields


def test_suggestion_goes_from_deputy_over_station_and_centre_to_the_department(cast):
    ticket = file_suggestion(
        deputy=cast.deputy_person, text="建议修通断头路", category="road", actor=cast.deputy, at=AT
    )
    assert (ticket.kind, ticket.state, ticket.holder) == (Kind.SUGGESTION, State.REGISTERED, cast.gt)
    for who, move, facts, state in (
        (cast.clerk, "accept", {}, State.AT_STATION),
        (cast.clerk, "escalate", {}, State.AT_CENTRE),
        (cast.staff, "transfer", {"department": cast.jiaotong}, State.AT_DEPARTMENT),
    ):
        ticket = move_opinion(opinion=ticket, move=move, actor=who, at=AT, **facts)
        assert ticket.state == state
    assert str(ticket.due_on) == "2026-06-01"


def test_tickets_are_seen_by_their_places_and_people_only(cast, ticket):
    def seers():
        return {role for role in ROLES if Opinion.objects.visible_to(getattr(cast, role)).exists()}

    assert seers() == {"admin", "staff", "auditor", "clerk", "head", "deputy"}
    put(ticket, cast, State.AT_DEPARTMENT)
    assert seers() == {"admin", "staff", "auditor", "clerk", "head", "deputy", "officer", "chief"}


def test_villagers_identity_is_sealed_in_the_database(cast, ticket):
    raw = Opinion.objects.extra(select={"raw": "villager_phone"}).values_list("raw", flat=True)[0]
    assert "19900009999" not in raw
    assert Opinion.objects.get(pk=ticket.pk).villager_phone == "19900009999"


def test_the_diagram_in_the_docs_shows_the_table():
    assert (settings.BASE_DIR / "docs" / "workflow.md").read_text() == diagram()


# --- The moves around the answer ---------------------------------------------------------------------------------

BESIDE = {  # of a ticket in the transport department's hands, with the water department assisting, an extension asked for
    (State.AT_DEPARTMENT, "assist_opinion"): {"other_officer"},
    (State.AT_DEPARTMENT, "decide_extension"): COUNTY,
    (State.AT_DEPARTMENT, "sign_reply"): {"chief"},
    (State.AT_DEPARTMENT, "return_reply"): {"chief"},
    (State.REWORKING, "assist_opinion"): {"other_officer"},
    (State.REWORKING, "sign_reply"): {"chief"},
    (State.REWORKING, "return_reply"): {"chief"},
    (State.CLOSED, "sign_reply"): {"chief"},
    (State.CLOSED, "return_reply"): {"chief"},
}


@pytest.mark.parametrize("state", [State.AT_DEPARTMENT, State.REWORKING, State.CLOSED])
def test_moves_that_wait_for_something_beside_the_state(cast, ticket, state):
    """Assisting, an extension and a draft open steps of their own; a draft keeps the next answer waiting."""
    put(ticket, cast, State.AT_CENTRE)
    given = {"department": cast.jiaotong, "assisting": [cast.shuili]}
    ticket = move_opinion(opinion=ticket, move="transfer", actor=cast.staff, at=AT, **given)
    ticket = move_opinion(opinion=ticket, move="request_extension", actor=cast.officer, at=AT, note="要等设备")
    type(cast.jiaotong).objects.filter(pk=cast.jiaotong.pk).update(signature_needed=True)
    ticket = Opinion.objects.get(pk=ticket.pk)
    ticket = move_opinion(opinion=ticket, move="reply", actor=cast.officer, at=AT, note=ANSWER, **{"class": "A"})
    assert ticket.state == State.AT_DEPARTMENT
    Opinion.objects.filter(pk=ticket.pk).update(state=state)
    ticket = Opinion.objects.get(pk=ticket.pk)
    found = {(move.name, role) for role in ROLES for move in moves_open_to(getattr(cast, role), ticket, SUNDAY)}
    table = MAY | BESIDE | {(state, "reply"): set(), (State.AT_DEPARTMENT, "request_extension"): set()}
    assert found == {(move, role) for (at, move), who in table.items() if at == state for role in who}
    for (_at, move), who in BESIDE.items():
        for role in set(ROLES) - who:
            with pytest.raises((NotAllowed, Conflict)):
                move_opinion(opinion=ticket, move=move, actor=getattr(cast, role), at=AT, note=ANSWER, granted=True)


def test_a_suggestion_answered_with_b_is_answered_again_from_closed(cast):
    ticket = file_suggestion(deputy=cast.deputy_person, text="建议修路", category="road", actor=cast.deputy, at=AT)
    put(ticket, cast, State.AT_DEPARTMENT)
    b = {"class": "B", "note": ANSWER, "promised_on": SUNDAY}
    for wrong in ({"class": "A"}, {"promised_on": date(2026, 2, 28)}):
        with pytest.raises(DomainError) as error:
            move_opinion(opinion=ticket, move="reply", actor=cast.officer, at=AT, **(b | wrong))
        assert "promised_on" in error.value.fields
    for name, actor, facts in (
        ("reply", cast.officer, b),
        ("tell", cast.clerk, {}),
        ("rate", cast.deputy, {"rating": "basic"}),
    ):
        ticket = move_opinion(opinion=ticket, move=name, actor=actor, at=AT, **facts)
    assert (ticket.state, ticket.tracked, ticket.clocks.running().get().stage) == (State.CLOSED, True, "follow_up")
    assert "reply" in {move.name for move in moves_open_to(cast.officer, ticket, SUNDAY)}
    ticket = move_opinion(opinion=ticket, move="reply", actor=cast.officer, at=AT, note=ANSWER, **{"class": "A"})
    assert (ticket.state, ticket.tracked, ticket.ended_at) == (State.REPLIED, False, None)
    assert ticket.clocks.running().get().stage == "replied"  # it is not followed up while it is told anew


@pytest.mark.parametrize("end", ["solve", "refuse"])
def test_whoever_was_merged_is_told_once_the_other_is_answered_or_refused(cast, ticket, end):
    other = register_opinion(branch=cast.gt01, matter=Matter("路面塌了"), actor=cast.clerk, at=AT)
    merged = move_opinion(opinion=other, move="merge", actor=cast.clerk, at=AT, into=ticket)
    with pytest.raises(Conflict):
        move_opinion(opinion=merged, move="tell", actor=cast.clerk, at=AT)
    move_opinion(opinion=ticket, move=end, actor=cast.clerk, at=AT, note=ANSWER)
    assert list(Opinion.objects.to_tell()) == [merged]
    merged = Opinion.objects.get(pk=merged.pk)
    assert [(clock.stage, clock.alert_on) for clock in merged.clocks.running()] == [("replied", None)]
    merged = move_opinion(opinion=merged, move="tell", actor=cast.clerk, at=AT)
    assert (merged.state, merged.told_at) == (State.MERGED, AT) and not Opinion.objects.to_tell().exists()
    with pytest.raises(Conflict):
        move_opinion(opinion=merged, move="tell", actor=cast.clerk, at=AT)
