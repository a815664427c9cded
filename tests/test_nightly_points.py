"""The night: what events have missed is posted, also of the year before; a new year begins with its scheme."""

from datetime import date

from django.db import IntegrityError
from django.utils import timezone

from activities.services import SundayRow, draft_roster, file_log, publish_roster
from activities.states import Presence
from julu_liaison.common.announcing import bulk_load
from julu_liaison.common.working_days import today_here
from scoring.models import PointEntry, Scheme
from scoring.services.ledger import nightly
from scoring.services.ledger.nightly import ledgers_to_repair, repair_ledger
from scoring.tasks import rescore_everything
from stations.services import open_station
from tests.cast import moment

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
