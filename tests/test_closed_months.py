"""What the filing limit binds beside logs, and what it leaves free: leave says who was expected, words to villagers don't."""

from datetime import date

import pytest

from activities.models import Leave
from activities.services import (
    Matter,
    SundayRow,
    accept_visit,
    add_log_photos,
    ask_leave,
    confirm_logs,
    correct_visit,
    decide_leave,
    file_log,
    grant_exception,
    record_outcome,
    register_visit,
    remove_log_photo,
    set_filing_limit,
    void_visit,
    withdraw_leave,
)
from activities.states import Handling, LeaveState, Presence
from julu_liaison.common.errors import DomainError
from tests.cast import SUNDAY, moment
from tests.pictures import jpeg

NOW = moment(SUNDAY)
LATE = moment(date(2026, 4, 6))


@pytest.fixture(autouse=True)
def limit(cast):
    return set_filing_limit(county=cast.county, day=5, actor=cast.staff, at=NOW)


def leave(cast, *, approved: bool) -> Leave:
    row = Leave(
        deputy=cast.deputy_person, started_on=SUNDAY, ended_on=SUNDAY, kind=Presence.SICK_LEAVE, reason="病", asked_at=NOW,
        state=LeaveState.APPROVED if approved else LeaveState.ASKED,
    )  # fmt: skip
    row.put_at(cast.gt01)
    row.save()
    return row


def visit(cast):
    entry = Matter("问医保怎么交", handling=Handling.ANSWERED, result="讲清了办法")
    return register_visit(branch=cast.gt01, entry=entry, on=SUNDAY, actor=cast.clerk, at=NOW)


def log(cast):
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT})
    return file_log(row=row, on=SUNDAY, actor=cast.clerk, at=NOW).log


def outcome(found, cast, at):
    facts = {"handling": Handling.ANSWERED, "result": "讲清了办法", "told_how": "电话", "satisfaction": "satisfied"}
    return record_outcome(visit=found, told_on=LATE.date(), **facts, actor=cast.clerk, at=at)


BOUND = {
    "entering leave": (
        lambda cast: cast.deputy_person,
        lambda person, cast, at: ask_leave(
            deputy=person, started_on=SUNDAY, ended_on=SUNDAY, kind="sick_leave", reason="病", actor=cast.clerk, at=at
        ),
    ),
    "approving leave": (
        lambda cast: leave(cast, approved=False),
        lambda row, cast, at: decide_leave(leave=row, approve=True, actor=cast.clerk, at=at),
    ),
    "taking approved leave back": (
        lambda cast: leave(cast, approved=True),
        lambda row, cast, at: withdraw_leave(leave=row, actor=cast.clerk, at=at),
    ),
    "correcting a visit": (
        visit,
        lambda row, cast, at: correct_visit(visit=row, changes={"people": 3}, version=1, actor=cast.clerk, at=at),
    ),
    "voiding a visit": (visit, lambda row, cast, at: void_visit(visit=row, reason="重复", actor=cast.clerk, at=at)),
}
FREE = {
    "refusing leave": (
        lambda cast: leave(cast, approved=False),
        lambda row, cast, at: decide_leave(leave=row, approve=False, note="已经过去了", actor=cast.clerk, at=at),
    ),
    "taking back what was only asked": (
        lambda cast: leave(cast, approved=False),
        lambda row, cast, at: withdraw_leave(leave=row, actor=cast.clerk, at=at),
    ),
    "a ticket after all": (visit, lambda row, cast, at: accept_visit(visit=row, version=1, actor=cast.clerk, at=at)),
    "telling the villager": (visit, outcome),
    "confirming a log": (log, lambda row, cast, at: confirm_logs(logs=[row], actor=cast.head, at=at)),
}


@pytest.mark.parametrize("act", BOUND.values(), ids=BOUND)
def test_what_changes_the_figures_of_a_closed_month_wants_an_exception(cast, act):
    make, do = act
    row = make(cast)
    with pytest.raises(DomainError, match="截止了"):
        do(row, cast, LATE)
    grant_exception(
        place=cast.gt01, started_on=SUNDAY, ended_on=SUNDAY, open_until=LATE.date(), reason="补录", actor=cast.staff, at=LATE
    )
    assert do(row, cast, LATE)


@pytest.mark.parametrize("act", FREE.values(), ids=FREE)
def test_what_changes_none_is_free(cast, act):
    make, do = act
    assert do(make(cast), cast, LATE)


def test_photos_come_and_go_in_a_closed_month(cast, media):
    (photo,) = add_log_photos(log=log(cast), files=[jpeg()], actor=cast.clerk, at=LATE)
    remove_log_photo(photo=photo, actor=cast.clerk, at=LATE)
