"""Moving a branch to another station, merging it into another, closing it: what follows, what stays, who sees what."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from activities.models import DutyLog, Roster, Shift
from activities.rules.months import read_month
from activities.services import (
    Matter,
    SundayRow,
    draft_roster,
    file_log,
    publish_roster,
    record_activity,
    record_problems,
)
from activities.states import Presence, ShiftState
from deputies.models import Deputy, Membership
from deputies.services import assign_to_branch, people_problems
from deputies.states import MembershipRole
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from julu_liaison.summary import summary_of
from opinions.models import Opinion
from opinions.permissions import at_its_station
from opinions.services import file_suggestion, move_opinion, register_opinion, ticket_problems
from opinions.states import State
from scoring.services import rescore
from stations.models import Station
from stations.querysets import forget_scope, scope_of
from stations.services import (
    add_village,
    check_tree,
    close_station,
    edit_village,
    merge_branches,
    move_branch,
    open_station,
    place_problems,
    preview_closing,
    preview_merger,
    preview_move,
    reopen_station,
)
from tests.cast import OPENED, SUNDAY, clear_branch, make_deputy, moment

DAY = date(2026, 3, 10)  # a Tuesday after the cast's Sunday
AT = moment(DAY)
COMING = date(2026, 3, 22)
SOLVED = "村里已经组织人手把路面填平"


def filed(branch, deputy, clerk, *matters: str, on: date = SUNDAY):
    row = SundayRow(branch=branch, attendance={deputy: Presence.PRESENT}, received=1)
    row.matters = [Matter(text) for text in matters]
    return file_log(row=row, on=on, actor=clerk, at=moment(on))


def moved(cast, **changes):
    facts = {"branch": cast.gt01, "to": cast.yt, "on": DAY, "name": "第三分站", "actor": cast.staff, "at": AT}
    return move_branch(**(facts | changes))


def merged(cast, **changes):
    return merge_branches(
        **({"branch": cast.gt01, "into": cast.gt02, "on": DAY, "actor": cast.staff, "at": AT} | changes)
    )


def published(cast, station, month: date = DAY) -> Roster:
    roster = draft_roster(station=station, month=month, actor=cast.staff, at=AT).roster
    return publish_roster(roster=roster, actor=cast.staff, at=moment(date(2026, 2, 20)))


def problems() -> list[str]:
    """Everything that the nightly checks and check_data would say."""
    return [*check_tree(), *place_problems(DAY), *people_problems(DAY), *record_problems(), *ticket_problems()]


def told(outcome) -> dict[str, int]:
    return {effect.words: effect.count for effect in outcome.figures}


def ended(cast, ticket):
    for move, facts in (("solve", {"note": SOLVED}), ("tell", {}), ("rate", {"rating": "satisfied"})):
        ticket = move_opinion(opinion=ticket, move=move, actor=cast.clerk, at=moment(SUNDAY), **facts)
    return ticket


# --- Moving ---------------------------------------------------------------------------------------------------


def test_a_branch_moves_with_code_people_villages_and_past(cast):
    log = filed(cast.gt01, cast.deputy_person, cast.clerk, "路灯不亮").log
    outcome = moved(cast)
    branch = Station.objects.get(code="GT01")
    assert branch == outcome.place
    assert (branch.parent, branch.county, branch.full_name) == (cast.yt, cast.county, "阎疃镇人大代表联络站第三分站")
    assert list(Station.objects.filter(parent=cast.yt).order_by("lft")) == [cast.yt01, branch]
    log.refresh_from_db()
    assert (log.station, log.register, log.number) == (cast.yt, cast.gt, "〔2026〕第001号")
    assert branch.memberships.count() == 4 and branch.villages.get().name == "安家庄村"
    assert told(outcome) == {
        "联系的村和社区,一起过去": 1, "驻站代表,一起过去": 4, "工作日志,一起过去,编号不变": 1,
        "接待登记,一起过去,编号不变": 1,
        "没办完的意见建议,由新的联络站接着办": 1,
    }  # fmt: skip
    assert branch.history.order_by("-history_id").first().parent_id == cast.yt.pk
    entry = AuditLog.objects.get(action="move_branch")
    assert (entry.target_key, entry.county_code, entry.detail["on"]) == ("GT01", "JLX", "2026-03-10")
    assert problems() == []


def test_the_new_clerk_sees_the_whole_past_and_handles_what_is_open_the_old_one_no_longer(cast):
    one = filed(cast.gt01, cast.deputy_person, cast.clerk, "路灯不亮")
    log = one.log
    ticket = move_opinion(opinion=one.opinions[0], move="escalate", actor=cast.clerk, at=moment(SUNDAY))
    version = ticket.version
    moved(cast)
    for model, row in ((DutyLog, log), (Opinion, ticket), (Deputy, cast.deputy_person), (Station, cast.gt01)):
        assert row in model.objects.visible_to(cast.stranger)
        assert row not in model.objects.visible_to(cast.clerk)
    ticket.refresh_from_db()
    assert (ticket.holder_station, ticket.state) == (cast.yt, State.AT_STATION)
    assert ticket in Opinion.objects.waiting_for(cast.stranger)
    assert not at_its_station(cast.clerk, ticket)
    hop = ticket.hops.in_order().last()
    assert (hop.move, hop.to_state, hop.place) == ("relocate", State.AT_STATION, cast.yt)
    assert "划归阎疃镇" in hop.note and ticket.version == version + 1
    assert "1件没办完的意见建议" in Notice.objects.get(user=cast.stranger, text__contains="划归").text
    with pytest.raises(NotAllowed):
        move_opinion(opinion=ticket, move="solve", actor=cast.clerk, at=AT, note=SOLVED)
    assert move_opinion(opinion=ticket, move="solve", actor=cast.stranger, at=AT, note=SOLVED).state == State.REPLIED


def test_numbers_neither_change_nor_collide_in_either_register(cast):
    ours = filed(cast.gt01, cast.deputy_person, cast.clerk, "路灯不亮")
    theirs = filed(cast.yt01, cast.deputies["YT01"][0], cast.stranger, "水渠堵了")
    assert ours.log.number == theirs.log.number == "〔2026〕第001号"
    assert ours.opinions[0].number == theirs.opinions[0].number
    moved(cast)
    ours.log.refresh_from_db()
    assert ours.log.number == "〔2026〕第001号"
    again = filed(cast.gt01, cast.deputy_person, cast.stranger, "桥要修了", on=date(2026, 3, 8))
    assert (again.log.number, again.log.register) == ("〔2026〕第002号", cast.yt)
    assert (again.opinions[0].number, again.opinions[0].register) == ("〔2026〕第002号", cast.yt)
    next_of_gt = filed(cast.gt02, cast.deputies["GT02"][0], cast.clerk, on=date(2026, 3, 8)).log
    assert (next_of_gt.number, next_of_gt.register) == ("〔2026〕第002号", cast.gt)
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyLog.objects.filter(pk=again.log.pk).update(serial=theirs.log.serial)


def test_pages_name_the_register_of_a_number_that_came_along(cast, signed_in):
    one = filed(cast.gt01, cast.deputy_person, cast.clerk, "路灯不亮")
    moved(cast)
    client = signed_in(cast.stranger)
    assert "官亭镇〔2026〕第001号" in client.get("/opinions/").text
    ticket_page = client.get(f"/opinions/{one.opinions[0].uid}/").text
    assert "官亭镇〔2026〕第001号" in ticket_page and "分站调整" in ticket_page
    assert "官亭镇工作日志〔2026〕第001号" in client.get(reverse("duty-log", args=[one.log.uid])).text


def test_after_a_move_reports_count_the_branch_with_its_new_station(cast):
    filed(cast.gt01, cast.deputy_person, cast.clerk, "路灯不亮")
    before = summary_of(start=date(2026, 1, 1), end=DAY, place=cast.county)
    earned = rescore(county=cast.county, year=2026, at=AT)
    moved(cast)
    march = {place.code: read_month(place=place, month=SUNDAY, on=DAY) for place in (cast.gt, cast.yt)}
    rows = {row.place.code: (row.logs, row.opinions, len(row.deputies)) for row in march["YT"].places}
    assert rows == {"YT01": (0, 0, 2), "GT01": (1, 1, 4)}
    assert [row.place.code for row in march["GT"].places] == ["GT02"]
    assert summary_of(start=date(2026, 1, 1), end=DAY, place=cast.county) == before
    assert earned and rescore(county=cast.county, year=2026, at=AT) == 0


def test_published_sundays_stay_drafts_are_for_the_new_station(cast):
    published(cast, cast.gt)
    draft_roster(station=cast.gt, month=date(2026, 4, 1), actor=cast.clerk, at=AT)
    outcome = moved(cast)
    assert told(outcome)["已公布的接待日,照常接待"] == 3
    assert told(outcome)["还没公布的接待日,改由阎疃镇重新排"] == 4
    assert set(Shift.objects.filter(branch=cast.gt01).values_list("station", flat=True)) == {cast.yt.pk}
    kept = set(Shift.objects.filter(branch=cast.gt01).values_list("pk", flat=True))
    draft_roster(station=cast.yt, month=DAY, actor=cast.stranger, at=AT)
    assert set(Shift.objects.filter(branch=cast.gt01).values_list("pk", flat=True)) == kept
    assert Shift.objects.filter(branch=cast.yt01).count() == 5
    draft_roster(station=cast.yt, month=date(2026, 4, 1), actor=cast.stranger, at=AT)
    draft_roster(station=cast.gt, month=date(2026, 4, 1), actor=cast.clerk, at=AT)
    april = Shift.objects.filter(for_sunday__month=4)
    assert april.filter(branch=cast.gt01, roster__station=cast.yt).count() == april.filter(branch=cast.gt01).count() == 4
    assert problems() == []


def test_a_name_that_is_taken_there_needs_a_new_one(cast):
    with pytest.raises(Conflict, match="已经有叫“第一分站”的分站") as refused:
        moved(cast, name="")
    assert "name" in refused.value.fields
    assert moved(cast, name="", branch=cast.gt02).place.full_name == "阎疃镇人大代表联络站第二分站"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"to": "gt"}, "已经在官亭镇了"), ({"to": "yt01"}, "请选本县的乡镇联络站"), ({"to": "county"}, "请选本县的乡镇联络站"),
        ({"branch": "gt"}, "只有分站可以迁"), ({"on": date(2026, 3, 11)}, "还没到"), ({"on": date(2019, 1, 1)}, "才设立"),
    ],
)  # fmt: skip
def test_a_move_that_makes_no_sense_is_refused_with_a_sentence(cast, changes, sentence):
    changes = {name: getattr(cast, value) if isinstance(value, str) else value for name, value in changes.items()}
    with pytest.raises(DomainError, match=sentence):
        moved(cast, **changes)
    assert Station.objects.get(code="GT01").parent == cast.gt


@pytest.mark.parametrize("who", ["clerk", "auditor", "head", "officer"])
def test_only_county_staff_move_merge_and_close(cast, who):
    for act in (moved, merged):
        with pytest.raises(NotAllowed):
            act(cast, actor=getattr(cast, who))
    with pytest.raises(NotAllowed):
        close_station(station=cast.gt01, closed_on=DAY, actor=getattr(cast, who), at=AT)


def test_nobody_moves_or_merges_across_counties(cast):
    other = open_station(code="C02-JLX", name="邻县", parent=None, opened_on=OPENED, actor=None)
    there = open_station(code="C02-A", name="甲镇", parent=other, opened_on=OPENED, actor=None)
    branch = open_station(code="C02-A01", name="第一分站", parent=there, opened_on=OPENED, actor=None)
    with pytest.raises(DomainError, match="请选本县"):
        moved(cast, to=there)
    with pytest.raises(DomainError, match="只能并入本县"):
        merged(cast, into=branch)


# --- Merging --------------------------------------------------------------------------------------------------


def test_members_go_over_on_the_day_and_a_second_head_becomes_a_member(cast):
    outcome = merged(cast)
    for deputy in cast.deputies["GT01"]:
        old, new = deputy.memberships.order_by("started_on")
        assert (old.branch, old.ended_on, new.branch, new.started_on) == (
            cast.gt01, DAY - timedelta(days=1), cast.gt02, DAY,
        )  # fmt: skip
        assert new.role == MembershipRole.MEMBER
    assert Membership.objects.in_force(DAY).filter(branch=cast.gt02).count() == 6
    assert Membership.objects.in_force(DAY).get(branch=cast.gt02, role="head").deputy == cast.deputies["GT02"][0]
    assert outcome.warnings == ["官亭镇人大代表联络站第二分站已有站长钱站长,赵站长过去以后是成员。"]
    forget_scope(cast.head)
    assert scope_of(cast.head, DAY).headed == set() and scope_of(cast.head, DAY).branches == {cast.gt02.pk}
    forget_scope(cast.head)
    assert scope_of(cast.head, DAY - timedelta(days=1)).headed == {cast.gt01.pk}
    assert Notice.objects.filter(user=cast.deputy, text__contains="已并入").count() == 1
    assert problems() == []


def test_a_head_stays_head_where_there_is_none(cast):
    new = open_station(code="GT03", name="第三分站", parent=cast.gt, opened_on=OPENED, actor=cast.staff)
    outcome = merged(cast, into=new)
    assert Membership.objects.get(branch=new, role="head").deputy == cast.head_person
    assert outcome.warnings == ["官亭镇人大代表联络站第三分站没有站长,赵站长过去以后任站长。"]
    assert scope_of(cast.head, DAY).headed == {new.pk}


def test_terms_that_end_later_or_begin_later_go_over_as_they_are(cast):
    ending, coming = cast.deputies["GT01"][2:]
    leaving = assign_to_branch(
        deputy=ending, branch=cast.yt01, role="member", started_on=date(2026, 4, 1), actor=cast.staff
    )
    arriving = assign_to_branch(
        deputy=cast.deputies["YT01"][1], branch=cast.gt01, role="member", started_on=date(2026, 5, 1), actor=cast.staff
    )
    merged(cast)
    rows = ending.memberships.order_by("started_on").values_list("branch__code", "started_on", "ended_on")
    assert list(rows) == [
        ("GT01", OPENED, date(2026, 3, 9)), ("GT02", DAY, date(2026, 3, 31)), ("YT01", leaving.started_on, None),
    ]  # fmt: skip
    arriving.refresh_from_db()
    assert (arriving.branch, arriving.started_on, arriving.ended_on) == (cast.gt02, date(2026, 5, 1), None)
    assert coming.memberships.count() == 2
    assert problems() == []


def test_open_tickets_go_over_ended_ones_and_logs_stay(cast):
    logged = filed(cast.gt01, cast.deputy_person, cast.clerk, "路灯不亮", "水渠堵了", "桥要修了")
    done = ended(cast, logged.opinions[0])
    at_station = move_opinion(opinion=logged.opinions[1], move="escalate", actor=cast.clerk, at=moment(SUNDAY))
    at_branch = logged.opinions[2]
    suggestion = file_suggestion(
        deputy=cast.deputy_person, text="建议修路", category="road", actor=cast.deputy, at=moment(SUNDAY)
    )
    outcome = merged(cast, into=cast.yt01)
    for row in (done, at_station, at_branch, suggestion, logged.log):
        row.refresh_from_db()
    assert (done.branch, done.station, logged.log.branch, logged.log.station) == (cast.gt01, cast.gt, cast.gt01, cast.gt)
    assert {(row.branch, row.station) for row in (at_station, at_branch, suggestion)} == {(cast.yt01, cast.yt)}
    assert (at_station.holder_station, at_branch.holder_station) == (cast.yt, cast.yt01)
    assert suggestion.holder_station == cast.yt
    assert (at_branch.number, at_branch.register) == ("〔2026〕第003号", cast.gt)
    assert "已并入阎疃镇人大代表联络站第一分站" in at_branch.hops.in_order().last().note
    assert told(outcome)["没办完的意见建议,由新站接着办"] == 3
    assert told(outcome)["已结束的意见建议,留在原分站名下"] == 1
    assert told(outcome)["工作日志,留在原分站名下"] == 1
    assert done in Opinion.objects.visible_to(cast.clerk) and logged.log in DutyLog.objects.visible_to(cast.clerk)
    assert at_branch in Opinion.objects.visible_to(cast.stranger)
    assert problems() == []


def test_a_ticket_goes_on_through_its_workflow_after_the_merger(cast):
    ticket = filed(cast.gt01, cast.deputy_person, cast.clerk, "路灯不亮").opinions[0]
    ticket = move_opinion(opinion=ticket, move="escalate", actor=cast.clerk, at=moment(SUNDAY))
    ticket = move_opinion(opinion=ticket, move="solve", actor=cast.clerk, at=moment(SUNDAY), note=SOLVED)
    merged(cast, into=cast.yt01)
    ticket = move_opinion(opinion=ticket, move="rework", actor=cast.staff, at=AT, note="没有解决,请再办")
    assert ticket.holder_station == cast.yt  # the station solved it, so the station of today does it again


def test_an_ended_ticket_that_is_reopened_goes_to_the_successor(cast):
    done = ended(cast, filed(cast.gt01, cast.deputy_person, cast.clerk, "路灯不亮").opinions[0])
    merged(cast)
    again = move_opinion(opinion=done, move="reopen", actor=cast.clerk, at=AT, note="还是不亮")
    assert (again.branch, again.holder_station, again.register) == (cast.gt02, cast.gt02, cast.gt)


def test_planned_sundays_are_called_off_with_the_reason_and_the_deputies_told(cast):
    published(cast, cast.gt)
    draft_roster(station=cast.gt, month=date(2026, 4, 1), actor=cast.clerk, at=AT)
    outcome = merged(cast)
    to_come = Shift.objects.filter(branch=cast.gt01, date__gte=DAY)
    assert set(to_come.values_list("state", "reason")) == {
        (ShiftState.CANCELLED, "分站已并入官亭镇人大代表联络站第二分站")
    }
    assert told(outcome)["已公布的接待日,取消并告诉值班代表"] == to_come.count() == 3
    assert told(outcome)["还没公布的接待日,不再安排"] == 4
    assert Shift.objects.filter(branch=cast.gt01, date__lt=DAY, state=ShiftState.PLANNED).count() == 2
    on_duty = to_come.filter(places__deputy=cast.deputy_person).count()
    assert Notice.objects.filter(user=cast.deputy, text__contains="接待取消了").count() == on_duty > 0


def test_a_village_of_the_same_name_keeps_apart(cast):
    add_village(name="安家庄村", branch=cast.gt02, actor=cast.staff)
    add_village(name="小张庄村", branch=cast.gt01, actor=cast.staff)
    outcome = merged(cast)
    names = set(cast.gt02.villages.values_list("name", flat=True))
    assert names == {"安家庄村", "小张庄村", "安家庄村(原官亭镇第一分站)"}
    assert cast.gt01.villages.count() == 0
    assert any("两边都有安家庄村" in warning for warning in outcome.warnings)


def test_a_branch_that_gets_too_large_for_four_sundays_is_warned_of(cast):
    for number in range(8):
        make_deputy(cast, f"成员{number}", cast.gt02)
    assert any("合并后有14位代表" in warning for warning in merged(cast).warnings)


def test_a_branch_with_a_log_of_that_day_or_later_is_merged_later(cast):
    filed(cast.gt01, cast.deputy_person, cast.clerk, on=DAY)
    with pytest.raises(Conflict, match=r"3月10日还登记了工作日志.*2026年3月11日以后"):
        merged(cast)
    assert Membership.objects.filter(branch=cast.gt02).count() == 2  # nothing of it was done
    merged(cast, on=date(2026, 3, 11), at=moment(date(2026, 3, 11)))


def test_a_merged_branch_leads_to_its_successor_through_a_chain(cast, client):
    merged(cast)
    merged(cast, branch=cast.gt02, into=cast.yt01)
    assert Station.objects.get(code="GT01").successor == cast.yt01
    answer = client.get("/b/GT01/")
    assert (answer.status_code, answer["Location"]) == (302, "/b/YT01/?from=GT01")
    assert "原官亭镇人大代表联络站第一分站已并入本站" in client.get(answer["Location"]).text
    assert "已并入本站" not in client.get("/b/YT01/?from=GT").text
    cast.deputies["YT01"] = [row.deputy for row in Membership.objects.in_force(DAY).filter(branch=cast.yt01)]
    last = open_station(code="YT02", name="第二分站", parent=cast.yt, opened_on=OPENED, actor=cast.staff)
    clear_branch(cast, cast.yt01, to=last, on=date(2026, 3, 11))
    close_station(station=cast.yt01, closed_on=date(2026, 3, 11), actor=cast.staff, at=moment(date(2026, 3, 11)))
    answer = client.get("/b/GT01/")
    assert answer.status_code == 404 and "阎疃镇人大代表联络站第一分站已经撤销" in answer.text


def test_merging_again_or_into_what_is_gone_is_refused(cast):
    merged(cast)
    with pytest.raises(Conflict, match="第一分站已经并入官亭镇人大代表联络站第二分站了"):
        merged(cast, into=cast.yt01)
    with pytest.raises(Conflict, match="已经并入"):
        merged(cast, branch=cast.gt02, into=cast.gt01)
    with pytest.raises(DomainError, match="不能并入自己"):
        merged(cast, branch=cast.gt02, into=cast.gt02)
    with pytest.raises(Conflict, match="不能恢复"):
        reopen_station(station=cast.gt01, actor=cast.staff, at=AT)


# --- Preview --------------------------------------------------------------------------------------------------


def test_a_preview_says_what_will_be_done_and_does_nothing(cast):
    filed(cast.gt01, cast.deputy_person, cast.clerk, "路灯不亮")
    published(cast, cast.gt)
    facts = {"branch": cast.gt01, "into": cast.yt01, "on": DAY, "actor": cast.staff, "at": AT}
    counts = [model.objects.count() for model in (AuditLog, Notice, Membership, Shift)]
    seen = preview_merger(**facts)
    assert [model.objects.count() for model in (AuditLog, Notice, Membership, Shift)] == counts
    assert Station.objects.get(code="GT01").closed_on is None
    done = merge_branches(**facts, expected=seen.digest)
    assert done.effects == seen.effects


def test_what_has_changed_since_the_preview_is_shown_anew_and_not_done(cast):
    facts = {"branch": cast.gt01, "to": cast.yt, "on": DAY, "name": "第三分站", "actor": cast.staff, "at": AT}
    seen = preview_move(**facts)
    filed(cast.gt01, cast.deputy_person, cast.clerk)
    with pytest.raises(Conflict, match="请再看一遍"):
        move_branch(**facts, expected=seen.digest)
    assert Station.objects.get(code="GT01").parent == cast.gt
    assert check_tree() == []


def test_a_preview_refuses_as_the_act_would(cast):
    with pytest.raises(Conflict, match="还有4位代表"):
        preview_closing(station=cast.gt01, closed_on=DAY, actor=cast.staff, at=AT)


# --- Closing --------------------------------------------------------------------------------------------------


def test_a_branch_with_deputies_or_open_tickets_is_not_closed(cast):
    close = {"station": cast.gt02, "closed_on": DAY, "actor": cast.staff, "at": AT}
    with pytest.raises(Conflict, match=r"还有2位代表.钱站长、王芳."):
        close_station(**close)
    ticket = register_opinion(branch=cast.gt02, matter=Matter("路灯不亮"), actor=cast.clerk, at=moment(SUNDAY))
    clear_branch(cast, cast.gt02, to=cast.gt01, on=DAY)
    with pytest.raises(Conflict, match=r"还有1件没办完的意见建议.官亭镇〔2026〕第001号."):
        close_station(**close)
    move_opinion(opinion=ticket, move="refuse", actor=cast.clerk, at=AT, note="属于信访,请到信访局")
    close_station(**close)
    with pytest.raises(Conflict, match="已经撤销了"):
        close_station(**close)


def test_nothing_new_begins_at_a_closed_branch(cast):
    clear_branch(cast, cast.gt02, to=cast.gt01, on=DAY)
    close_station(station=cast.gt02, closed_on=DAY, actor=cast.staff, at=AT)
    with pytest.raises(DomainError, match="已经撤销"):
        assign_to_branch(deputy=cast.deputy_person, branch=cast.gt02, role="member", started_on=DAY, actor=cast.staff)
    with pytest.raises(DomainError, match="已经撤销"):
        register_opinion(branch=cast.gt02, matter=Matter("路灯不亮"), actor=cast.clerk, at=AT)
    with pytest.raises(DomainError, match="已经撤销"):
        add_village(name="新村", branch=cast.gt02, actor=cast.staff)
    with pytest.raises(DomainError, match="已经撤销"):
        edit_village(village=cast.village, branch=cast.gt02, actor=cast.staff)
    with pytest.raises(DomainError, match="不在开放期内"):
        filed(cast.gt02, cast.deputies["GT02"][1], cast.clerk, on=DAY)
    with pytest.raises(DomainError, match="不在开放期内"):
        record_activity(station=cast.gt02, kind="study", title="学习", held_on=DAY, attendance={}, actor=cast.clerk, at=AT)
    draft_roster(station=cast.gt, month=date(2026, 4, 1), actor=cast.clerk, at=AT)
    assert not Shift.objects.filter(branch=cast.gt02).exists()


def test_a_branch_closed_in_mid_month_is_planned_until_then(cast):
    clear_branch(cast, cast.gt02, to=cast.gt01, on=DAY)
    close_station(station=cast.gt02, closed_on=DAY, actor=cast.staff, at=AT)
    draft_roster(station=cast.gt, month=DAY, actor=cast.clerk, at=AT)
    days = Shift.objects.filter(branch=cast.gt02).values_list("date", flat=True)
    assert sorted(days) == [date(2026, 3, 1), date(2026, 3, 8)]


def test_paper_of_the_old_days_can_still_be_entered_and_its_matters_go_where_they_are_handled(cast):
    merged(cast)
    late = filed(cast.gt01, cast.deputy_person, cast.clerk, "路灯不亮", on=date(2026, 3, 8))
    assert (late.log.branch, late.opinions[0].branch, late.opinions[0].holder_station) == (
        cast.gt01, cast.gt02, cast.gt02,
    )  # fmt: skip
    clear_branch(cast, cast.yt01, to=cast.gt02, on=DAY)
    close_station(station=cast.yt01, closed_on=DAY, actor=cast.staff, at=AT)
    late = filed(cast.yt01, cast.deputies["YT01"][1], cast.stranger, "水渠堵了", on=date(2026, 3, 8))
    assert (late.opinions[0].state, late.opinions[0].holder_station) == (State.AT_STATION, cast.yt)
    assert problems() == []


def test_a_closed_branch_keeps_its_history_and_leaves_lists(cast, signed_in):
    log = filed(cast.gt02, cast.deputies["GT02"][0], cast.clerk).log
    clear_branch(cast, cast.gt02, to=cast.gt01, on=DAY)
    close_station(station=cast.gt02, closed_on=DAY, actor=cast.staff, at=AT)
    client = signed_in(cast.admin)
    for address in ("/opinions/", "/console/deputies/", "/console/boards/", "/reports/", "/console/places/"):
        assert "第二分站" not in client.get(address).text, address
    assert "第二分站" in client.get("/console/places/?closed=1").text
    assert client.get(reverse("duty-log", args=[log.uid])).status_code == 200
    march = read_month(place=cast.gt, month=SUNDAY, on=DAY)
    assert {row.place.code: row.logs for row in march.places} == {"GT01": 0, "GT02": 1}
    april = read_month(place=cast.gt, month=date(2026, 4, 1), on=date(2026, 4, 30))
    assert [row.place.code for row in april.places] == ["GT01"]
    client = signed_in(cast.clerk)
    assert "第二分站" in client.get("/station/sunday/2026-03-08/").text
    assert "第二分站" not in client.get("/station/sunday/2026-03-15/").text
    assert "第二分站" not in client.get("/station/").text


def test_a_closing_can_be_taken_back(cast):
    clear_branch(cast, cast.gt02, to=cast.gt01, on=DAY)
    close_station(station=cast.gt02, closed_on=DAY, actor=cast.staff, at=AT)
    assert reopen_station(station=cast.gt02, actor=cast.staff, at=AT).closed_on is None
    with pytest.raises(Conflict, match="没有撤销"):
        reopen_station(station=cast.gt02, actor=cast.staff, at=AT)


def test_a_station_closes_once_its_branches_have(cast):
    clear_branch(cast, cast.yt01, to=cast.gt02, on=DAY)
    close_station(station=cast.yt01, closed_on=DAY, actor=cast.staff, at=AT)
    close_station(station=cast.yt, closed_on=DAY, actor=cast.staff, at=AT)
    assert cast.stranger.postings.get().ended_on == DAY - timedelta(days=1)
    assert problems() == []
    with pytest.raises(DomainError, match="县一级不能撤销"):
        close_station(station=cast.county, closed_on=DAY, actor=cast.staff, at=AT)
    with pytest.raises(Conflict, match="阎疃镇人大代表联络站也撤销了"):
        reopen_station(station=cast.yt01, actor=cast.staff, at=AT)
    with pytest.raises(Conflict, match="阎疃镇人大代表联络站已经撤销"):
        moved(cast)
