"""Races on PostgreSQL with real threads: the tree, the registers, one ticket."""

from datetime import date
from functools import partial

import pytest

from activities.models import DutyLog
from activities.services import Matter, SundayRow, file_log, file_sunday
from activities.states import Presence
from julu_liaison.common.errors import Conflict
from opinions.services import move_opinion
from opinions.states import State
from stations.models import Station
from stations.services import check_tree, edit_station, open_station
from tests.cast import OPENED, SUNDAY, build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def county():
    return build_cast()


def rows_of(cast, count=1):
    return SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, received=count)


def test_tree_survives_writers_with_stale_instances(county, race):
    """6 threads × 8 writes, each on instances loaded before the race began, as two open admin pages would be."""
    stale = {"GT": Station.objects.get(code="GT"), "YT": Station.objects.get(code="YT")}

    def write(thread):
        for turn in range(8):
            parent = stale["GT" if (thread + turn) % 2 else "YT"]
            open_station(
                code=f"T{thread}-{turn}", name=f"分站{thread}-{turn}", parent=parent, opened_on=OPENED,
                official_order=(thread * 7 + turn * 3) % 11, actor=county.admin,
            )  # fmt: skip
            edit_station(station=parent, actor=county.admin, official_order=(thread + turn) % 5)

    outcomes = race(*(partial(write, thread) for thread in range(6)))
    assert outcomes == [None] * 6
    assert Station.objects.count() == 6 + 48
    assert check_tree() == []


def test_numbers_have_no_gap_under_eight_writers(county, race):
    def write(thread):
        for turn in range(5):
            row = rows_of(county, thread)
            day = date(2026, 1, 1 + turn)
            if turn == 3:  # a rolled-back filing must give its number back
                row.matters = [Matter("")]
                with pytest.raises(Exception, match="没有写内容"):
                    file_log(row=row, on=day, actor=county.clerk, at=moment(SUNDAY))
                continue
            file_log(row=row, on=day, actor=county.clerk, at=moment(SUNDAY))

    assert race(*(partial(write, thread) for thread in range(8))) == [None] * 8
    serials = sorted(DutyLog.objects.values_list("serial", flat=True))
    assert serials == list(range(1, 33))


def test_one_sheet_sent_twice_at_once_is_filed_once(county, race):
    send = partial(
        file_sunday, rows=[rows_of(county)], on=SUNDAY, actor=county.clerk, at=moment(SUNDAY), filing_key="one-sheet"
    )
    outcomes = race(send, send, send)
    assert all(isinstance(outcome, list) for outcome in outcomes), outcomes
    assert DutyLog.objects.count() == 1


def test_two_clerks_filing_the_same_branch_one_wins(county, race):
    sends = [
        partial(file_sunday, rows=[rows_of(county)], on=SUNDAY, actor=actor, at=moment(SUNDAY), filing_key=key)
        for actor, key in ((county.clerk, "a"), (county.head, "b"))
    ]
    outcomes = race(*sends)
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1, outcomes
    assert DutyLog.objects.count() == 1


def test_two_people_moving_one_ticket_one_wins(county, race):
    row = rows_of(county)
    row.matters = [Matter("村西田间道路塌陷")]
    ticket = file_log(row=row, on=SUNDAY, actor=county.clerk, at=moment(SUNDAY)).opinions[0]
    move = partial(move_opinion, opinion=ticket, at=moment(SUNDAY), version=ticket.version)
    outcomes = race(
        partial(move, move="solve", actor=county.head, note="村里已经组织人手把路面填平"),
        partial(move, move="escalate", actor=county.clerk),
    )
    assert sum(isinstance(outcome, Exception) for outcome in outcomes) == 1, outcomes
    ticket.refresh_from_db()
    assert ticket.hops.count() == 2
    assert ticket.state in (State.REPLIED, State.AT_STATION)
