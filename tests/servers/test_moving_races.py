"""Moving and merging branches while others write, on PostgreSQL with real threads: no row lost, the tree intact."""

from datetime import date
from functools import partial

import pytest
from django.db import OperationalError

from activities.models import DutyLog
from activities.services import Matter, SundayRow, file_log, file_sunday, record_problems
from activities.states import Presence
from deputies.models import Membership
from deputies.services import assign_to_branch, people_problems
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from opinions.models import Opinion
from opinions.services import move_opinion, register_opinion, ticket_problems
from stations.models import Station
from stations.querysets import forget_scope
from stations.services import check_tree, merge_branches, move_branch, place_problems
from tests.cast import SUNDAY, build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 3, 10)
AT = moment(DAY)


@pytest.fixture
def county():
    return build_cast()


def problems() -> list[str]:
    return [*check_tree(), *place_problems(DAY), *people_problems(DAY), *record_problems(), *ticket_problems()]


def filing(cast, on: date, actor=None, branch=None):
    row = SundayRow(branch=branch or cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, received=1)
    row.matters = [Matter("路灯不亮")]
    return partial(file_log, row=row, on=on, actor=actor or cast.clerk, at=AT)


def merging(cast, branch, into, actor=None):
    return partial(merge_branches, branch=branch, into=into, on=DAY, actor=actor or cast.staff, at=AT)


def errors(outcomes) -> list[Exception]:
    found = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert not any(isinstance(error, OperationalError) for error in found), found
    return found


def test_two_people_merging_two_branches_into_each_other_one_wins(county, race):
    outcomes = race(merging(county, county.gt01, county.gt02), merging(county, county.gt02, county.gt01, county.admin))
    (lost,) = errors(outcomes)
    assert isinstance(lost, Conflict) and "已经并入" in lost.message
    gone = Station.objects.get(code__in=["GT01", "GT02"], closed_on=DAY)
    there = gone.merged_into
    assert there.closed_on is None
    assert Membership.objects.filter(ended_on=None, branch=there).count() == 6
    assert not Membership.objects.filter(ended_on=None, branch=gone).exists()
    assert problems() == []


def test_a_log_filed_while_its_branch_is_moved_is_in_one_register_and_at_the_new_station(county, race):
    move = partial(move_branch, branch=county.gt01, to=county.yt, on=DAY, name="第三分站", actor=county.staff, at=AT)
    outcomes = race(*(filing(county, date(2026, 3, day)) for day in (1, 2, 3, 4)), move)
    refused = errors(outcomes)
    assert all(isinstance(error, NotAllowed) for error in refused)  # after the move it's the other clerk's
    logs = DutyLog.objects.filter(branch=county.gt01)
    assert logs.count() == 4 - len(refused) == Opinion.objects.filter(branch=county.gt01).count()
    assert sorted(logs.values_list("register", "serial")) == [(county.gt.pk, n + 1) for n in range(logs.count())]
    assert problems() == []


def test_a_log_filed_while_its_branch_is_merged_is_kept_or_refused_with_a_sentence(county, race):
    outcomes = race(
        filing(county, DAY), filing(county, SUNDAY), filing(county, date(2026, 3, 8), county.head),
        merging(county, county.gt01, county.yt01),
    )  # fmt: skip
    refused = errors(outcomes)
    assert all(isinstance(error, DomainError) for error in refused), refused
    merged = Station.objects.get(code="GT01").merged_into_id is not None
    on_the_day = DutyLog.objects.filter(branch=county.gt01, date=DAY).exists()
    assert merged != on_the_day
    for ticket in Opinion.objects.open():
        assert ticket.branch == (county.yt01 if merged else county.gt01)
    assert DutyLog.objects.count() == Opinion.objects.count()
    assert problems() == []


def test_whole_sheets_and_tree_writers_do_not_block_each_other_for_ever(county, race):
    """A sheet holds several branches at once; so does a merger."""

    def sheets(days):
        for day in days:
            forget_scope(county.clerk)
            rows = [
                SundayRow(branch=branch, attendance={county.deputies[branch.code][1]: Presence.PRESENT})
                for branch in (county.gt02, county.gt01)
            ]
            file_sunday(rows=rows, on=date(2026, 3, day), actor=county.clerk, at=AT, filing_key=f"sheet-{day}")

    def moves():
        for to, name in ((county.yt, "第三分站"), (county.gt, "第二分站"), (county.yt, "第四分站")):
            move_branch(branch=county.gt02, to=to, on=DAY, name=name, actor=county.staff, at=AT)

    outcomes = race(partial(sheets, range(1, 5)), partial(sheets, range(5, 9)), moves)
    assert all(isinstance(error, NotAllowed) for error in errors(outcomes)), outcomes
    assert outcomes[2] is None
    assert problems() == []


def test_a_ticket_moved_on_while_its_branch_is_merged(county, race):
    ticket = register_opinion(branch=county.gt01, matter=Matter("路灯不亮"), actor=county.clerk, at=AT)
    escalate = partial(move_opinion, opinion=ticket, move="escalate", actor=county.clerk, at=AT)
    outcomes = race(escalate, merging(county, county.gt01, county.yt01))
    assert all(isinstance(error, NotAllowed) for error in errors(outcomes))
    ticket.refresh_from_db()
    assert (ticket.branch, ticket.station) == (county.yt01, county.yt)
    assert ticket.holder_station in (county.yt, county.yt01)
    assert ticket.hops.filter(move="relocate").count() == 1
    assert problems() == []


def test_a_deputy_assigned_to_a_branch_that_is_being_merged_is_not_left_behind(county, race):
    assign = partial(
        assign_to_branch, deputy=county.deputies["YT01"][1], branch=county.gt01, role="member", started_on=DAY,
        actor=county.admin,
    )  # fmt: skip
    outcomes = race(assign, merging(county, county.gt01, county.gt02))
    refused = errors(outcomes)
    assert all("已经撤销" in error.message for error in refused)
    assert not Membership.objects.filter(branch=county.gt01, ended_on=None).exists()
    where = Membership.objects.get(deputy=county.deputies["YT01"][1], ended_on=None).branch
    assert where == (county.yt01 if refused else county.gt02)
    assert problems() == []
