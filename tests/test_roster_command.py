"""plan_roster: what it prints, what it leaves alone, how it fails."""

import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from activities.models import Roster, Shift
from activities.services import draft_roster, publish_roster
from activities.states import RosterState
from julu_liaison.common.models import CalendarDay
from tests.cast import SUNDAY, make_deputy, moment


@pytest.fixture(autouse=True)
def _before_april(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment(date(2026, 3, 20)))


@pytest.fixture(autouse=True)
def _known_year(db):
    CalendarDay.objects.create(date=date(2026, 10, 1), kind=CalendarDay.Kind.HOLIDAY, name="国庆节")


def plan(capsys, *words) -> dict:
    call_command("plan_roster", "--month", "2026-04", "--json", *words)
    return json.loads(capsys.readouterr().out)


def test_json_alone_for_all_stations(cast, capsys):
    printed = plan(capsys)
    assert set(printed) == {"shifts", "unplaced"}
    assert len(printed["shifts"]) == 3 * 4
    first = printed["shifts"][0]
    assert (first["branch"], first["date"]) == ("GT01", "2026-04-05")
    assert len(first["deputies"]) == 2
    assert set(first["deputies"]) <= {deputy.code for deputy in cast.deputies["GT01"]}
    assert printed["unplaced"] == []
    assert not Roster.objects.filter(state=RosterState.PUBLISHED).exists()


def test_one_station_with_those_left_over(cast, capsys):
    for number in range(9):
        make_deputy(cast, f"代表{number}", cast.gt01)
    printed = plan(capsys, "--station", "GT")
    assert {shift["branch"] for shift in printed["shifts"]} == {"GT01", "GT02"}
    (one,) = printed["unplaced"]
    assert one["branch"] == "GT01"
    assert one["reason"].startswith("本站13人") and one["remedy"] == "4月5日增加到4人"
    assert one["deputy"] not in {code for shift in printed["shifts"] for code in shift["deputies"]}


def test_publish_and_then_report_it_as_it_is(cast, capsys):
    printed = plan(capsys, "--station", "GT", "--publish")
    assert Roster.objects.get().state == RosterState.PUBLISHED
    assert cast.deputy.notices.exists()
    make_deputy(cast, "新来的", cast.gt01)
    again = plan(capsys, "--publish", "--station", "GT")
    assert again["shifts"] == printed["shifts"]
    assert [one["remedy"] for one in again["unplaced"]] == ["排到4月5日"]


def test_called_off_days_are_not_listed(cast, capsys):
    plan(capsys, "--station", "GT")
    Shift.objects.filter(branch=cast.gt01, date=date(2026, 4, 5)).update(state="cancelled", reason="停电")
    assert len(plan(capsys, "--station", "GT")["shifts"]) == 7


def test_a_table_for_people(cast, capsys):
    call_command("plan_roster", "--month", "2026-04", "--station", "YT")
    assert capsys.readouterr().out.splitlines()[0] == "YT01\t2026-04-05\t孙站长、马强"


def test_warnings_go_to_the_other_stream(cast, capsys):
    CalendarDay.objects.all().delete()
    call_command("plan_roster", "--month", "2026-04", "--json")
    streams = capsys.readouterr()
    json.loads(streams.out)
    assert streams.err.count("节假日还没有录入") == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--month", "2026-13"], "不是月份"),
        (["--month", "2026-02"], "2026年2月已经过去了,不能再排班"),
        (["--month", "2028-01"], "最远排到2027年12月"),
        (["--month", "2026-04", "--station", "XX"], "没有编号是 XX 的乡镇联络站"),
        (["--month", "2026-04", "--station", "GT01"], "没有编号是 GT01 的乡镇联络站"),
    ],
)
def test_mistakes_are_told_in_a_sentence(cast, words, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("plan_roster", *words)


def test_a_whole_county_is_planned_or_nothing(cast, capsys):
    roster = draft_roster(station=cast.gt, month=SUNDAY, actor=cast.clerk, at=moment(SUNDAY)).roster
    publish_roster(roster=roster, actor=cast.clerk, at=moment(SUNDAY))
    call_command("plan_roster", "--month", "2026-03", "--json")
    printed = json.loads(capsys.readouterr().out)
    assert {shift["branch"] for shift in printed["shifts"]} == {"GT01", "GT02", "YT01"}
    assert Roster.objects.get(station=cast.yt).state == RosterState.DRAFT
