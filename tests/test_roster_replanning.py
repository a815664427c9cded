"""Planning a published month again: gaps are filled, as few published places as possible change, all of it is told."""

from datetime import date

import pytest

from activities.models import RosterChange, Shift, ShiftPlace
from activities.services import (
    draft_roster,
    preview_replan,
    publish_roster,
    put_on_shift,
    release_places,
    replan_roster,
    take_off_shift,
    unplaced_of,
)
from deputies.services import assign_to_branch
from deputies.states import MembershipRole
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from tests.cast import make_deputy, moment

APRIL = date(2026, 4, 1)
AT = moment(date(2026, 3, 20))
FIRST, SECOND, THIRD, LAST = (date(2026, 4, day) for day in (5, 12, 19, 26))
NAMES = ("甲一", "乙二", "丙三", "丁四", "戊五", "己六", "庚七", "辛八", "壬九")


@pytest.fixture
def published(cast):
    """April of GT01 with nine members on 3, 2, 2 and 2 places."""
    for name in NAMES[:5]:
        make_deputy(cast, name, cast.gt01)
    roster = draft_roster(station=cast.gt, month=APRIL, actor=cast.clerk, at=AT).roster
    publish_roster(roster=roster, actor=cast.clerk, at=AT)
    cast.deputy.notices.all().delete()
    return roster


def places(cast) -> set[tuple[date, str]]:
    rows = ShiftPlace.objects.filter(shift__branch=cast.gt01)
    return set(rows.values_list("shift__date", "deputy__name"))


def day_of(cast, deputy) -> date:
    return ShiftPlace.objects.get(deputy=deputy, shift__branch=cast.gt01).shift.date


def withdraw(cast, deputy, day: date) -> None:
    release_places(deputy=deputy, start=day, end=day, actor=cast.clerk, at=AT, reason="请假")
    deputy.memberships.update(ended_on=date(2026, 3, 31))  # gone for good


def replan(cast, published, at=AT, **more):
    return replan_roster(roster=published, reason="有人请假", at=at, **({"actor": cast.clerk} | more))


def test_a_gap_is_filled_without_moving_anybody_else(cast, published):
    deputy = next(d for d in cast.deputies["GT01"][1:] if Shift.objects.get(branch=cast.gt01, date=day_of(cast, d)))
    day = day_of(cast, deputy)
    withdraw(cast, deputy, day)
    before = places(cast)
    was_short = len([1 for on, _name in before if on == day]) < 2
    changes = replan(cast, published)
    assert before <= places(cast)
    assert len(changes) == len(places(cast) - before) == int(was_short)
    for change in changes:
        assert change.text.startswith(f"第一分站{day.month}月{day.day}日:加上")
        assert change.reason == "有人请假"


def test_every_withdrawal_keeps_all_other_places_where_the_seats_allow(cast, published):
    for deputy in list(cast.deputies["GT01"][1:3]):
        withdraw(cast, deputy, day_of(cast, deputy))
        before = places(cast)
        replan(cast, published)
        assert before <= places(cast)
    counts = [shift.places.count() for shift in Shift.objects.filter(branch=cast.gt01)]
    assert min(counts) == 2


def test_a_published_place_is_given_up_for_somebody_left_over(cast, published):
    """A newcomer who can only come on a full day: one of those there moves, and only one."""
    for name in NAMES[5:8]:
        make_deputy(cast, name, cast.gt01)
    assert len(replan(cast, published)) >= 1  # twelve people, twelve seats
    newcomer = make_deputy(cast, NAMES[8], cast.gt01)
    gone = cast.deputy_person
    day = day_of(cast, gone)
    withdraw(cast, gone, day)
    other = next(on for on in (FIRST, SECOND, THIRD, LAST) if on != day)
    newcomer.memberships.update(started_on=other, ended_on=other)
    before = places(cast)
    changes = replan(cast, published)
    assert (other, newcomer.name) in places(cast)
    moved = {name for _day, name in before - places(cast)}
    assert len(moved) == 1
    assert {(day, *moved), (other, newcomer.name)} == places(cast) - before
    assert sorted(change.text for change in changes) == sorted(
        [
            f"第一分站{day.month}月{day.day}日:加上{''.join(moved)}",
            f"第一分站{other.month}月{other.day}日:去掉{''.join(moved)},加上{newcomer.name}",
        ]
    )


def test_those_concerned_are_told_their_own_changes(cast, published):
    day = day_of(cast, cast.deputy_person)
    take_off_shift(
        shift=Shift.objects.get(branch=cast.gt01, date=day), deputy=cast.deputy_person, reason="出差",
        actor=cast.clerk, at=AT,
    )  # fmt: skip
    cast.deputy.notices.all().delete()
    head_knew = cast.head.notices.count()
    replan(cast, published)
    new = day_of(cast, cast.deputy_person)
    label = f"{new.month}月{new.day}日 星期日"
    assert [n.text for n in cast.deputy.notices.all()] == [f"第一分站的排班有调整:请您{label}值班,原因:有人请假。"]
    assert cast.head.notices.count() == head_knew


def test_days_that_have_come_and_places_fixed_by_hand_stay(cast, published):
    here = Shift.objects.filter(branch=cast.gt01)
    for shift in here:
        shift.places.all().delete()
    put_on_shift(
        shift=here.get(date=SECOND), deputy=cast.deputy_person, reason="本人要求", actor=cast.clerk, at=AT
    )
    replan(cast, published, at=moment(FIRST, 8))
    assert here.get(date=FIRST).places.count() == 0
    assert (SECOND, "李代表") in places(cast)
    assert {on for on, _name in places(cast)} == {SECOND, THIRD, LAST}


def test_nothing_to_do_changes_nothing(cast, published):
    before = places(cast)
    assert replan(cast, published) == []
    assert places(cast) == before and not RosterChange.objects.exists()


def test_a_preview_is_what_happens_and_writes_nothing(cast, published):
    withdraw(cast, cast.deputy_person, day_of(cast, cast.deputy_person))
    make_deputy(cast, NAMES[8], cast.gt01)
    before, changes_before = places(cast), RosterChange.objects.count()
    seen = preview_replan(roster=published, reason="有人请假", actor=cast.clerk, at=AT)
    assert places(cast) == before and RosterChange.objects.count() == changes_before
    assert [change.text for change in seen] == [change.text for change in replan(cast, published)]


def test_whoever_joins_late_is_named_with_what_helps(cast, published):
    make_deputy(cast, NAMES[8], cast.gt01)
    (one,) = unplaced_of(roster=published, at=AT)
    assert (one.deputy.name, one.kind, one.remedy) == (NAMES[8], "free_seat", f"排到{one.day.month}月{one.day.day}日")
    replan(cast, published)
    assert unplaced_of(roster=published, at=AT) == []


def test_members_who_left_for_another_branch_are_replaced(cast, published):
    deputy = cast.deputy_person
    day = day_of(cast, deputy)
    assign_to_branch(
        deputy=deputy, branch=cast.gt02, role=MembershipRole.MEMBER, started_on=APRIL, actor=cast.admin
    )
    replan(cast, published)
    assert (day, deputy.name) not in places(cast)
    assert min(shift.places.count() for shift in Shift.objects.filter(branch=cast.gt01)) == 2


def test_refusals(cast, published):
    for user in (cast.stranger, cast.head, cast.deputy):
        with pytest.raises(NotAllowed):
            replan(cast, published, actor=user)
    with pytest.raises(DomainError, match="请写原因"):
        replan_roster(roster=published, reason="", actor=cast.clerk, at=AT)
    draft = draft_roster(station=cast.gt, month=date(2026, 5, 1), actor=cast.clerk, at=AT).roster
    with pytest.raises(Conflict, match="还没有公布"):
        replan(cast, draft)
