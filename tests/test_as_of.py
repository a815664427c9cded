"""Everything counts as of a date: a move on the 15th, a mandate that ends, a branch that closes."""

from datetime import date

import pytest

from activities.rules.months import read_month
from activities.services import SundayRow, file_log
from activities.states import Presence
from deputies.models import Deputy, Membership
from deputies.services import assign_to_branch, end_mandate, grant_mandate
from deputies.spreadsheets import DEPUTIES
from deputies.states import MandateLevel, MembershipRole
from stations.models import Station
from stations.services import close_station
from tests.cast import moment

FIRST_HALF, SECOND_HALF = date(2026, 6, 7), date(2026, 6, 21)
THE_15TH = date(2026, 6, 15)
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
LATER = date(2026, 7, 5)


def serve(cast, branch, person, day):
    row = SundayRow(branch=branch, attendance={person: Presence.PRESENT})
    return file_log(row=row, on=day, actor=cast.clerk, at=moment(day)).log


@pytest.fixture
def mover(cast):
    """陈卫 served in 第一分站 on June 7th, moved to 第二分站 on the 15th and served there on the 21st."""
    person = cast.deputies["GT01"][2]
    serve(cast, cast.gt01, person, FIRST_HALF)
    assign_to_branch(
        deputy=person, branch=cast.gt02, role=MembershipRole.MEMBER, started_on=THE_15TH, actor=cast.admin
    )
    serve(cast, cast.gt02, person, SECOND_HALF)
    return person


def month_of(place, person, month=JUNE, on=LATER):
    """Return the person's lines in the month's figures of `place`, by branch code."""
    figures = read_month(place=place, month=month, on=on)
    return {
        row.place.code: line for row in figures.places for line in row.deputies if line.code == person.code
    }  # fmt: skip


def test_one_who_moves_on_the_15th_is_counted_right_in_both_branches(cast, mover):
    lines = month_of(cast.gt, mover)
    assert {code: (line.was_member, line.attended) for code, line in lines.items()} == {
        "GT01": (True, 1), "GT02": (True, 1),
    }  # fmt: skip
    assert month_of(cast.gt01, mover)["GT01"].attended == 1
    assert month_of(cast.gt02, mover)["GT02"].attended == 1


def test_the_next_month_knows_only_the_new_branch(cast, mover):
    assert set(month_of(cast.gt, mover, month=JULY)) == {"GT02"}


@pytest.mark.parametrize(("day", "branch"), [(date(2026, 6, 14), "GT01"), (THE_15TH, "GT02")])
def test_the_day_decides_the_branch(cast, mover, day, branch):
    found = Deputy.objects.with_places(day).get(pk=mover.pk)
    assert found.membership_now.branch.code == branch
    for place in (cast.gt01, cast.gt02):
        assert Deputy.objects.serving(day, place).filter(pk=mover.pk).exists() == (place.code == branch)
    assert Deputy.objects.serving(day, cast.gt).filter(pk=mover.pk).count() == 1


def test_the_register_of_a_day_has_everybody_once(cast, mover):
    for day in (date(2026, 6, 14), THE_15TH):
        _content, people = DEPUTIES.export(cast.gt, on=day, actor=None)
        assert people == 6


def test_overlapping_memberships_of_the_month_are_both_found(cast, mover):
    rows = Membership.objects.overlapping(JUNE, date(2026, 6, 30)).filter(deputy=mover)
    assert sorted(rows.values_list("branch__code", flat=True)) == ["GT01", "GT02"]


def test_a_mandates_last_day_still_counts(cast):
    person = cast.head_person
    grant_mandate(deputy=person, level="city", term="第八届", started_on=date(2026, 1, 1), actor=cast.admin)
    end_mandate(
        mandate=person.mandates.get(level="city"), ended_on=date(2026, 6, 20), reason="辞职", actor=cast.admin
    )
    levels = {
        day: Deputy.objects.with_places(day).get(pk=person.pk).levels_now
        for day in (date(2025, 12, 31), date(2026, 6, 20), date(2026, 6, 21))
    }
    assert list(levels.values()) == [
        [MandateLevel.COUNTY], [MandateLevel.CITY, MandateLevel.COUNTY], [MandateLevel.COUNTY],
    ]  # fmt: skip


@pytest.fixture
def closed(cast):
    """第二分站 closed on July 1st, after its members had moved to 第一分站."""
    serve(cast, cast.gt02, cast.deputies["GT02"][1], SECOND_HALF)
    for person in cast.deputies["GT02"]:
        assign_to_branch(
            deputy=person, branch=cast.gt01, role=MembershipRole.MEMBER, started_on=JULY, actor=cast.admin
        )  # fmt: skip
    close_station(station=cast.gt02, closed_on=JULY, actor=cast.admin, at=moment(JULY))
    return Station.objects.get(pk=cast.gt02.pk)


def test_a_closed_branch_keeps_its_history_and_leaves_the_lists(cast, closed):
    assert {place.place.code for place in read_month(place=cast.gt, month=JUNE, on=LATER).places} >= {"GT01", "GT02"}
    assert "GT02" not in {place.place.code for place in read_month(place=cast.gt, month=JULY, on=LATER).places}
    june, july = (set(Station.objects.branches().open(day).values_list("code", flat=True)) for day in (THE_15TH, JULY))
    assert "GT02" in june and "GT02" not in july
    assert closed.memberships.in_force(THE_15TH).count() == 2 and not closed.memberships.in_force(JULY).exists()
