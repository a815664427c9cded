"""The night: what events have missed is posted, also of the year before; a new year begins with its scheme."""

from datetime import date, datetime

import pytest
from django.db import IntegrityError
from django.utils import timezone

from activities.services import SundayRow, draft_roster, file_log, publish_roster
from activities.states import Presence
from julu_liaison.common.announcing import bulk_load
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Notice
from scoring.models import PointEntry, Scheme
from scoring.services.ledger import nightly
from scoring.services.ledger.nightly import ledger_problems, ledgers_to_repair, repair_ledger
from scoring.tasks import rescore_everything, verify_county, verify_points
from scoring.tasks.ledger import LedgerBroken
from stations.services import open_station
from tests.cast import moment
from tests.ledgers import unguarded_ledger
from tests.points import approved_claim

NEW_YEAR = moment(date(2027, 1, 2), 2)


def repair_ledgers() -> int:
    return sum(repair_ledger(county=county, year=year, at=NEW_YEAR) for county, year in ledgers_to_repair(NEW_YEAR))


def test_the_first_night_of_a_year(cast):
    roster = draft_roster(station=cast.gt, month=date(2026, 12, 1), actor=cast.clerk, at=moment(date(2026, 11, 20))).roster
    publish_roster(roster=roster, actor=cast.clerk, at=moment(date(2026, 11, 20)))
    shift = roster.shifts.filter(branch=cast.gt01).order_by("date").last()
    absent, *others = [place.deputy for place in shift.places.select_related("deputy")]
    with bulk_load():  # nobody is told of the fact
        presence = {absent: Presence.ABSENT} | dict.fromkeys(others, Presence.PRESENT)
        file_log(row=SundayRow(branch=cast.gt01, attendance=presence), on=shift.date, actor=cast.clerk, at=NEW_YEAR)
    assert repair_ledgers() == 1
    entry = PointEntry.objects.get()
    assert (entry.deputy, entry.year, entry.occurred_on, entry.is_late) == (absent, 2026, shift.date, True)
    assert Scheme.objects.get(year=2027).base == Scheme.objects.get(year=2026).base
    assert repair_ledgers() == 0


def test_a_county_that_counts_no_points_is_given_no_scheme(cast):
    Scheme.objects.get().versions.get().rules.all().delete()
    Scheme.objects.get().versions.all().delete()
    Scheme.objects.all().delete()
    assert repair_ledgers() == 0 and not Scheme.objects.exists()


@pytest.fixture
def written(cast) -> PointEntry:
    """The one line of a year's ledger, made by an approved claim."""
    approved_claim(cast, cast.deputy_person, "course", date(2026, 5, 10))
    repair_ledger(county=cast.county, year=2026, at=moment(date(2026, 6, 1)))
    return PointEntry.objects.get()


def changed(line: PointEntry, **values) -> None:
    """As somebody with the database in hand would."""
    with unguarded_ledger():
        PointEntry.objects.filter(pk=line.pk).update(**values)


def test_a_quiet_night_finds_every_ledger_as_it_was_written(cast, written):
    assert verify_points() == 1  # tasks run at once here
    assert not Notice.objects.filter(text__contains="核对").exists()


def test_a_line_changed_in_the_database_is_told_by_morning(cast, written, caplog, monkeypatch):
    second = open_station(code="XX", name="邻县", parent=None, opened_on=date(2026, 1, 1), actor=None)
    changed(written, points=9)
    asked = []
    monkeypatch.setattr(verify_county, "delay", asked.append)
    assert verify_points() == 2 and asked == [cast.county.pk, second.pk]  # a county that is broken stops no other
    verify_county(second.pk)
    with pytest.raises(LedgerBroken, match=rf"^\d in county {cast.county.pk}$"):
        verify_county(cast.county.pk)
    told = {notice.user for notice in Notice.objects.filter(text__startswith="夜里核对积分流水")}
    assert told == {cast.admin, cast.system}
    assert cast.deputy_person.name not in caplog.text


def test_older_years_are_checked_in_turn(cast, written):
    """Of 2028 and 2026, seen from 2030, each gets its night; this year and the last are looked at every night."""
    for year in (2028, 2029, 2030):
        repair_ledger(county=cast.county, year=year, at=datetime(year, 3, 1, tzinfo=NEW_YEAR.tzinfo))
    changed(written, points=9)
    nights = [datetime(2030, 3, day, 3, tzinfo=NEW_YEAR.tzinfo) for day in (1, 2, 3, 4)]
    found = [bool(ledger_problems(county=cast.county, at=night)) for night in nights]
    assert found in ([True, False, True, False], [False, True, False, True])
    assert ledger_problems(county=cast.county, at=datetime(2027, 3, 1, 3, tzinfo=NEW_YEAR.tzinfo))


def test_a_ledger_that_cannot_be_made_right_stops_no_other(cast, monkeypatch):
    second = open_station(code="XX", name="邻县", parent=None, opened_on=date(2026, 1, 1), actor=None)
    done = []

    def rescored(*, county, year, at):
        done.append((county, year))
        if county == cast.county:
            raise IntegrityError(f"{county} {year}")
        return 0

    monkeypatch.setattr(nightly, "rescore", rescored)
    assert rescore_everything.delay().successful()
    this = today_here(timezone.now()).year
    assert done == [(place, year) for place in (cast.county, second) for year in (this - 1, this)]
