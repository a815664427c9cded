"""The month is true as of its days: who moved, resigned, was exempt or away, what was put off; figures counted by hand.

Whatever happens, a branch's and a station's own reading are the county's parts of them (`counted`).
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from activities.models import Attendance, Roster, Shift, ShiftPlace
from activities.rules.months import DeputyMonth, Minimum, MonthFigures, PlaceMonth, read_month
from activities.services import Matter, SundayRow, ask_leave, correct_log, file_log, grant_exemption, void_log
from activities.states import ON_LEAVE, Covers, Form, Presence, ShiftState
from deputies.services import assign_to_branch, end_mandate, grant_mandate
from deputies.states import MandateLevel, MembershipRole
from opinions.services import move_opinion, register_opinion
from stations.models import Station
from stations.services import close_station, merge_branches, move_branch, open_station
from tests.cast import make_deputy, moment

MARCH, APRIL, FEBRUARY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 2, 1)
REPORTED = date(2026, 5, 10)
PRESENT, ABSENT = Presence.PRESENT, Presence.ABSENT


def day(number: int) -> date:
    return date(2026, 3, number)


def shift(branch, on: date, *people, for_sunday: date | None = None) -> Shift:
    sunday = for_sunday or on
    roster, _created = Roster.objects.get_or_create(station=branch.parent, month=sunday.replace(day=1))
    row = Shift(roster=roster, date=on, for_sunday=sunday)
    row.put_at(branch)
    row.save()
    ShiftPlace.objects.bulk_create(ShiftPlace(shift=row, deputy=person) for person in people)
    return row


def log(cast, branch, on: date, attendance, *, late: int = 0, **fields):
    row = SundayRow(branch=branch, attendance=attendance, **fields)
    clerk = cast.clerk if branch.parent_id == cast.gt.pk else cast.stranger
    return file_log(row=row, on=on, actor=clerk, at=moment(on + timedelta(days=late), 17)).log


def to_branch(cast, person, branch, on: date, role=MembershipRole.MEMBER) -> None:
    assign_to_branch(deputy=person, branch=branch, role=role, started_on=on, actor=cast.admin)


@dataclass
class Counted:
    """A county's month by branch: its places by code, its deputies by code and name."""

    figures: MonthFigures

    def place(self, code: str) -> PlaceMonth:
        return next(row for row in self.figures.places if row.place.code == code)

    @property
    def lines(self) -> dict[tuple[str, str], DeputyMonth]:
        return {(row.place.code, one.name): one for row in self.figures.places for one in row.deputies}

    def facts(self, code: str, name: str) -> tuple[int, int, int, int, int]:
        """应到 实到 请假 缺席 日志未登记"""
        line = self.lines[code, name]
        leave = sum(line.presence[kind] for kind in ON_LEAVE)
        return line.expected, line.attended, leave, line.presence[ABSENT], line.unfiled


def counted(cast, month: date = MARCH, on: date = REPORTED) -> Counted:
    """The county's month, after every place read alone has said the same of itself."""
    county = read_month(place=cast.county, month=month, on=on)
    for part in county.by_place():
        place = Station.objects.select_related("parent").get(code=part.place.code)
        assert read_month(place=place, month=month, on=on) == part, place
    for row in county.places:
        for line in row.deputies:  # every expected reception came to one thing
            away = sum(line.presence[status] for status in (*ON_LEAVE, ABSENT)) + line.unfiled
            assert 0 <= away <= line.expected, (row.place, line)
    return Counted(county)


# ---- Moved ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["GT02", "YT01"])
def test_who_moves_is_expected_and_served_where_each_day_was(cast, target):
    chen, there = cast.deputies["GT01"][2], Station.objects.select_related("parent").get(code=target)
    shift(cast.gt01, day(1), chen)
    log(cast, cast.gt01, day(1), {chen: PRESENT})
    shift(cast.gt01, day(22), chen)  # planned before the move: nobody waits for them any more
    to_branch(cast, chen, there, day(16))
    shift(there, day(29), chen)
    log(cast, there, day(29), {chen: ABSENT})
    found = counted(cast)
    assert found.facts("GT01", "陈卫") == (1, 1, 0, 0, 0)
    assert found.facts(target, "陈卫") == (1, 0, 0, 1, 0)
    assert [found.lines[code, "陈卫"].note for code in ("GT01", target)] == ["至3月15日", "3月16日起"]
    assert found.lines[target, "陈卫"].minimum == Minimum.NOT_ASKED
    assert len({line.code for line in found.lines.values()}) == 8


def test_who_comes_back_was_not_there_the_whole_month(cast):
    chen = cast.deputies["GT01"][2]
    to_branch(cast, chen, cast.gt02, day(10))
    to_branch(cast, chen, cast.gt01, day(20))
    line = counted(cast).lines["GT01", "陈卫"]
    assert (line.is_whole, line.minimum, line.note) == (False, Minimum.NOT_ASKED, "")


def test_a_new_deputy_is_not_asked_for_the_monthly_minimum(cast):
    chen = make_deputy(cast, "新代表", cast.gt01)
    chen.memberships.update(started_on=day(12))
    line = counted(cast).lines["GT01", "新代表"]
    assert (line.note, line.minimum) == ("3月12日起", Minimum.NOT_ASKED)


def test_a_head_changed_in_the_month_is_one_row_with_the_last_role(cast):
    zhao, li = cast.deputies["GT01"][:2]
    grant_mandate(deputy=li, level="county", term="第十七届", started_on=day(1), actor=cast.admin)
    to_branch(cast, zhao, cast.gt01, day(15))
    to_branch(cast, li, cast.gt01, day(15), MembershipRole.HEAD)
    rows = counted(cast).place("GT01").deputies
    assert [(row.name, row.role, row.note) for row in rows[:1]] == [("李代表", "站长", "3月15日起任站长")]
    assert [(row.role, row.note, row.is_whole) for row in rows if row.name == "赵站长"] == [
        ("成员", "3月15日起任成员", True)
    ]
    assert len(rows) == 4


# ---- Mandates ------------------------------------------------------------------------------------------------------


def resign(cast, person, on: date) -> None:
    end_mandate(mandate=person.mandates.get(ended_on=None), ended_on=on, reason="辞职", actor=cast.admin)


def test_who_resigned_is_not_expected_after_the_last_day_and_gone_the_next_month(cast):
    chen, zhou = cast.deputies["GT01"][2:]
    for on in (day(8), day(15)):
        shift(cast.gt01, on, chen, zhou)
    resign(cast, chen, day(14))
    log(cast, cast.gt01, day(8), {chen: PRESENT, zhou: PRESENT})
    log(cast, cast.gt01, day(15), {chen: ABSENT, zhou: PRESENT})  # typed from an old list
    found = counted(cast)
    assert found.facts("GT01", "陈卫") == (1, 1, 0, 0, 0)
    assert found.lines["GT01", "陈卫"].note == "至3月14日"
    assert ("GT01", "陈卫") not in counted(cast, APRIL).lines


def test_a_mandate_renewed_the_next_day_changes_nothing(cast):
    chen = cast.deputies["GT01"][2]
    shift(cast.gt01, day(15), chen)
    resign(cast, chen, day(14))
    grant_mandate(deputy=chen, level="township", term="第十八届", started_on=day(15), actor=cast.admin)
    found = counted(cast)
    assert found.facts("GT01", "陈卫") == (1, 0, 0, 0, 1)
    assert (found.lines["GT01", "陈卫"].note, found.lines["GT01", "陈卫"].minimum) == ("", Minimum.MISSED)
    assert len(found.place("GT01").deputies) == 4


def test_one_of_two_mandates_is_enough_and_counts_once(cast):
    zhao = cast.head_person
    grant_mandate(deputy=zhao, level="city", term="第八届", started_on=day(1), actor=cast.admin)
    end_mandate(mandate=zhao.mandates.get(level=MandateLevel.COUNTY), ended_on=day(10), reason="辞职", actor=cast.admin)
    shift(cast.gt01, day(22), zhao)
    log(cast, cast.gt01, day(22), {zhao: PRESENT})
    found = counted(cast)
    assert found.facts("GT01", "赵站长") == (1, 1, 0, 0, 0)
    assert [row.name for row in found.place("GT01").deputies].count("赵站长") == 1


# ---- Exempt and on leave -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("covers", "ended_on", "facts", "minimum"),
    [
        (Covers.ALL, day(10), (1, 0, 0, 1, 0), Minimum.EXEMPT),
        (Covers.ALL, None, (0, 0, 0, 0, 0), Minimum.EXEMPT),
        (Covers.DUTY, None, (0, 0, 0, 0, 0), Minimum.EXEMPT),
        (Covers.ACTIVITIES, None, (2, 0, 0, 2, 0), Minimum.MISSED),
    ],
)
def test_nobody_is_expected_on_exempt_days_though_on_the_roster(cast, covers, ended_on, facts, minimum):
    chen, zhou = cast.deputies["GT01"][2:]
    for on in (day(8), day(22)):
        shift(cast.gt01, on, chen, zhou)
        log(cast, cast.gt01, on, {chen: ABSENT, zhou: PRESENT})
    grant_exemption(
        deputy=chen,
        covers=covers,
        started_on=day(1),
        ended_on=ended_on,
        reason="住院",
        actor=cast.admin,
        at=moment(REPORTED),
    )
    found = counted(cast)
    assert found.facts("GT01", "陈卫") == facts
    assert found.lines["GT01", "陈卫"].minimum == minimum


@pytest.mark.parametrize("kind", ON_LEAVE)
def test_leave_of_each_kind_is_justified_apart(cast, kind):
    chen = cast.deputies["GT01"][2]
    shift(cast.gt01, day(8), chen)
    log(cast, cast.gt01, day(8), {chen: kind})
    found = counted(cast)
    assert found.facts("GT01", "陈卫") == (1, 0, 1, 0, 0)
    assert found.lines["GT01", "陈卫"].presence == {kind: 1}


def test_leave_entered_afterwards_counts_once_the_log_says_so(cast):
    """ADR 12: approved before, it empties the place; afterwards the log is what counts, so it's corrected."""
    chen, zhou = cast.deputies["GT01"][2:]
    for on in (day(8), day(22)):
        shift(cast.gt01, on, chen, zhou)
    entry = log(cast, cast.gt01, day(8), {chen: ABSENT, zhou: PRESENT})
    leave = {"deputy": chen, "kind": Presence.SICK_LEAVE, "reason": "住院", "actor": cast.clerk}
    ask_leave(**leave, started_on=day(8), ended_on=day(8), at=moment(day(9)))
    ask_leave(**leave, started_on=day(22), ended_on=day(22), at=moment(day(21)))  # in time: off the roster
    assert counted(cast).facts("GT01", "陈卫") == (1, 0, 0, 1, 0)
    row = SundayRow(branch=cast.gt01, attendance={chen: Presence.SICK_LEAVE, zhou: PRESENT})
    correct_log(log=entry, row=row, reason="补了假条", version=1, actor=cast.clerk, at=moment(day(10)))
    assert counted(cast).facts("GT01", "陈卫") == (1, 0, 1, 0, 0)
    assert counted(cast).facts("GT01", "周春生") == (2, 1, 0, 0, 1)


# ---- Stand-ins -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["GT01", "GT02", "YT01"])
def test_a_stand_in_is_told_at_home_and_nowhere_else(cast, at):
    """At another station only since a branch moved away; then the record of old days stays."""
    chen, there = cast.deputies["GT01"][2], Station.objects.select_related("parent").get(code=at)
    away, *_ = cast.deputies[at]
    shift(there, day(8), away)
    entry = log(cast, there, day(8), {away: ABSENT})
    Attendance.objects.create(log=entry, deputy=chen, status=Presence.SUBSTITUTE)
    found = counted(cast)
    line = found.lines["GT01", "陈卫"]
    assert (line.presence[Presence.SUBSTITUTE], line.services, line.expected) == (1, 1, 0)
    assert found.facts(at, away.name) == (1, 0, 0, 1, 0)
    assert sorted(key for key in found.lines if key[1] == "陈卫") == [("GT01", "陈卫")]


# ---- Days ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("held_on", "of"), [(date(2026, 4, 6), day(29)), (date(2026, 2, 27), day(1))])
@pytest.mark.parametrize("late", [0, 8, None])
def test_a_reception_held_outside_its_month_counts_in_it_alone(cast, held_on, of, late):
    chen, zhou = cast.deputies["GT01"][2:]
    shift(cast.gt01, held_on, chen, zhou, for_sunday=of)
    if late is not None:
        log(cast, cast.gt01, held_on, {chen: PRESENT, zhou: PRESENT}, late=late, received=3)
    march = counted(cast).place("GT01")
    prompt, logged = int(late == 0), int(late is not None)
    assert (march.planned, march.held, march.covered, march.missing) == (1, logged, logged, 1 - logged)
    assert (march.logs, march.prompt, march.received) == (logged, prompt, 3 * logged)
    assert counted(cast).facts("GT01", "陈卫") == (1, logged, 0, 0, 1 - logged)
    other = counted(cast, held_on.replace(day=1))
    assert (other.place("GT01").planned, other.place("GT01").logs, other.facts("GT01", "陈卫")) == (
        0,
        0,
        (0, 0, 0, 0, 0),
    )


def test_what_was_called_off_waits_for_nobody(cast):
    chen = cast.deputies["GT01"][2]
    for on, state in ((day(8), ShiftState.CANCELLED), (day(15), ShiftState.NOT_HELD)):
        Shift.objects.filter(pk=shift(cast.gt01, on, chen).pk).update(state=state)
    found = counted(cast)
    branch = found.place("GT01")
    assert (branch.planned, branch.not_held, branch.missing, branch.due) == (2, 2, 0, 0)
    assert found.facts("GT01", "陈卫") == (0, 0, 0, 0, 0)


def test_sundays_without_a_roster_and_weekdays(cast):
    chen, zhou = cast.deputies["GT01"][2:]
    log(cast, cast.gt01, day(8), {chen: PRESENT, zhou: PRESENT})
    log(cast, cast.gt01, day(11), {chen: PRESENT, zhou: PRESENT}, form=Form.HOUSEHOLD, households=4)
    found = counted(cast)
    branch = found.place("GT01")
    assert (branch.planned, branch.held, branch.covered, branch.logs, branch.households) == (0, 1, 1, 2, 4)
    assert found.facts("GT01", "陈卫") == (0, 2, 0, 0, 0)


def test_two_logs_a_day_are_one_reception_and_one_word_of_who_was_away(cast):
    _zhao, li, chen, zhou = cast.deputies["GT01"]
    shift(cast.gt01, day(8), li, chen, zhou)
    log(cast, cast.gt01, day(8), {li: ABSENT, chen: ABSENT, zhou: PRESENT})
    log(cast, cast.gt01, day(8), {li: Presence.OFFICIAL_LEAVE, chen: PRESENT, zhou: PRESENT}, form=Form.VISIT)
    found = counted(cast)
    assert [found.facts("GT01", name) for name in ("李代表", "陈卫", "周春生")] == [
        (1, 0, 1, 0, 0), (1, 1, 0, 0, 0), (1, 2, 0, 0, 0),
    ]  # fmt: skip
    branch = found.place("GT01")
    assert (branch.held, branch.logs, branch.due) == (1, 2, 1)


@pytest.mark.parametrize(("present", "covered"), [(1, 0), (2, 1), (3, 1)])
def test_covered_by_two_persons_or_more_however_many_logs(cast, present, covered):
    people = cast.deputies["GT01"][:present]
    shift(cast.gt01, day(8), *people)
    for _time in range(2):
        log(cast, cast.gt01, day(8), dict.fromkeys(people, PRESENT))
    branch = counted(cast).place("GT01")
    assert (branch.held, branch.covered) == (1, covered)


def test_void_logs_count_nowhere_and_corrected_ones_as_they_are(cast):
    chen, zhou = cast.deputies["GT01"][2:]
    shift(cast.gt01, day(8), chen, zhou)
    wrong = log(cast, cast.gt01, day(8), {chen: PRESENT}, received=50)
    void_log(log=wrong, reason="登错了", actor=cast.clerk, at=moment(day(9)))
    assert counted(cast).place("GT01").missing == 1
    right = log(cast, cast.gt01, day(8), {chen: PRESENT}, late=3, received=5)
    row = SundayRow(branch=cast.gt01, attendance={chen: Presence.LATE, zhou: PRESENT}, received=6)
    correct_log(log=right, row=row, reason="少记一人", version=1, actor=cast.clerk, at=moment(day(30)))
    found = counted(cast)
    branch = found.place("GT01")
    assert (branch.logs, branch.prompt, branch.received, branch.covered) == (1, 1, 6, 1)
    assert [found.facts("GT01", name) for name in ("陈卫", "周春生")] == [(1, 1, 0, 0, 0), (1, 1, 0, 0, 0)]


# ---- Branches ------------------------------------------------------------------------------------------------------


def test_a_branch_opened_in_the_month_is_in_it(cast):
    new = open_station(code="GT03", name="第三分站", parent=cast.gt, opened_on=day(16), actor=cast.admin)
    chen = cast.deputies["GT01"][2]
    to_branch(cast, chen, new, day(16))
    shift(new, day(22), chen)
    log(cast, new, day(22), {chen: PRESENT})
    assert counted(cast).facts("GT03", "陈卫") == (1, 1, 0, 0, 0)
    assert "GT03" not in {row.place.code for row in counted(cast, FEBRUARY).figures.places}


@pytest.mark.parametrize("how", ["closed", "merged"])
def test_a_branch_that_ends_in_the_month_keeps_its_days(cast, how):
    qian, wang = cast.deputies["GT02"]
    for on in (day(8), day(22)):
        Roster.objects.filter(pk=shift(cast.gt02, on, qian, wang).roster_id).update(state="published")
    log(cast, cast.gt02, day(8), {qian: PRESENT, wang: ABSENT}, received=2)
    if how == "merged":
        merge_branches(branch=cast.gt02, into=cast.gt01, on=day(16), actor=cast.admin, at=moment(day(17)))
    else:
        for person in (qian, wang):
            to_branch(cast, person, cast.gt01, day(16))
        close_station(station=cast.gt02, closed_on=day(16), actor=cast.admin, at=moment(day(17)))
    found = counted(cast)
    old = found.place("GT02")
    assert (old.planned, old.held, old.not_held, old.missing, old.received) == (2, 1, 1, 0, 2)
    assert [found.facts("GT02", name) for name in ("钱站长", "王芳")] == [(1, 1, 0, 0, 0), (1, 0, 0, 1, 0)]
    assert [found.lines["GT01", name].note for name in ("钱站长", "王芳")] == ["3月16日起"] * 2
    assert "GT02" not in {row.place.code for row in counted(cast, APRIL).figures.places}


def test_a_branch_that_moved_is_its_new_stations_with_the_whole_month(cast):
    qian, wang = cast.deputies["GT02"]
    shift(cast.gt02, day(8), qian, wang)
    log(cast, cast.gt02, day(8), {qian: PRESENT, wang: ABSENT})
    log(cast, cast.gt01, day(8), {cast.head_person: PRESENT, wang: Presence.SUBSTITUTE})
    move_branch(branch=cast.gt02, to=cast.yt, on=day(16), actor=cast.admin, at=moment(day(17)), name="第二分站")
    found = counted(cast)
    assert found.facts("GT02", "王芳") == (1, 0, 0, 1, 0)
    assert found.lines["GT02", "王芳"].presence[Presence.SUBSTITUTE] == 1  # who stood in at what is another station now
    assert found.place("GT02").place.township.code == "YT"


# ---- Tickets -------------------------------------------------------------------------------------------------------


def test_tickets_come_and_end_by_the_countys_midnight(cast):
    def minutes(on: date, hour: int, minute: int):
        return moment(on, hour).replace(minute=minute)

    times = [minutes(date(2026, 2, 28), 23, 59), minutes(day(1), 0, 1), minutes(day(31), 23, 59), minutes(APRIL, 0, 1)]
    for at in times:
        ticket = register_opinion(branch=cast.gt01, matter=Matter("路灯不亮"), actor=cast.clerk, at=at)
        for move, facts in (
            ("solve", {"note": "村里已经组织人手修好了"}),
            ("tell", {}),
            ("rate", {"rating": "satisfied"}),
        ):
            ticket = move_opinion(opinion=ticket, move=move, actor=cast.clerk, at=at, **facts)
    found = [counted(cast, month).place("GT01") for month in (FEBRUARY, MARCH, APRIL)]
    assert [(row.opinions, row.closed) for row in found] == [(1, 1), (2, 2), (1, 1)]


@pytest.mark.parametrize("how", ["void", "merge"])
def test_void_and_merged_tickets_are_in_no_figure(cast, how):
    first, second = (
        register_opinion(branch=cast.gt01, matter=Matter(text), actor=cast.clerk, at=moment(day(2)))
        for text in ("路灯不亮", "路灯坏了")
    )
    facts = {"void": {"note": "登记重复"}, "merge": {"into": first, "note": "同一件事"}}[how]
    move_opinion(opinion=second, move=how, actor=cast.clerk, at=moment(day(3)), **facts)
    branch = counted(cast).place("GT01")
    assert (branch.opinions, branch.closed, branch.overdue) == (1, 0, 1)


# ---- Any month -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_any_month_says_the_same_of_a_place_wherever_it_is_read(cast, seed):
    dice = random.Random(seed)
    branches = [cast.gt01, cast.gt02, cast.yt01]
    homes = {person: branch for branch in branches for person in cast.deputies[branch.code]}
    for number in (1, 8, 15, 22, 29):
        for branch in branches:
            own = [person for person, home in homes.items() if home == branch]
            team = dice.sample(own, min(len(own), dice.choice((1, 2, 3))))
            held = day(number) + timedelta(days=dice.choice((0, 0, 0, 1, -2, 5)))
            if dice.random() < 0.8:
                shift(branch, held, *team, for_sunday=day(number))
            if team and dice.random() < 0.7:
                attendance = {person: dice.choice([PRESENT, PRESENT, ABSENT, *ON_LEAVE]) for person in team}
                entry = log(cast, branch, held, attendance)
                other = dice.choice([person for person in homes if person not in team])
                Attendance.objects.create(log=entry, deputy=other, status=Presence.SUBSTITUTE)
        mover = dice.choice([person for person in homes if person not in (one[0] for one in cast.deputies.values())])
        if homes[mover] != (to := dice.choice(branches)):
            to_branch(cast, mover, to, day(number) + timedelta(days=1))
            homes[mover] = to
    for month in (FEBRUARY, MARCH, APRIL):
        found = counted(cast, month)
        stations = found.figures.by_station()
        for name in ("planned", "held", "covered", "logs", "missing"):
            total = sum(getattr(row, name) for row in found.figures.places)
            assert sum(getattr(row, name) for part in stations for row in part.places) == total
