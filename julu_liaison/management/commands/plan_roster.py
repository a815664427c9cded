"""Plan a month of reception days: of every township station, or of the one with the code."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.management import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from activities.models import Roster, Shift
from activities.services import Unplaced, draft_roster, publish_roster, unplaced_of
from activities.services.people import hold_members
from activities.states import RosterState
from julu_liaison.common.errors import DomainError
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.states import Level


@dataclass
class Planned:
    """What one run has planned, or found published."""

    shifts: list[Shift] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Command(BaseCommand):
    help = "排一个月的接待日班次;已公布的照原样列出"

    def add_arguments(self, parser):
        parser.add_argument("--month", required=True, help="YYYY-MM")
        parser.add_argument("--station", help="乡镇联络站编号;不写就是所有乡镇联络站")
        parser.add_argument("--publish", action="store_true", help="排好就公布,并通知代表")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *, month, station, publish, **options):
        try:
            planned = _plan(_stations(station), _month(month), publish=publish)
        except DomainError as error:
            raise CommandError(error.message) from error
        for warning in dict.fromkeys(planned.warnings):
            self.stderr.write(warning)
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(planned), ensure_ascii=False))
        else:
            self._print(planned)

    def _print(self, planned: Planned) -> None:
        for shift in planned.shifts:
            names = "、".join(place.deputy.name for place in shift.places.all())
            self.stdout.write(f"{shift.branch.code}\t{shift.date}\t{names}")
        for one in planned.unplaced:
            self.stdout.write(f"{one.branch.code}\t没有排上\t{one.deputy.name}\t{one.reason}\t{one.remedy}")


@transaction.atomic
def _plan(stations: list[Station], month: date, *, publish: bool) -> Planned:
    """All stations or none; a month that is published already is only read."""
    found, now = Planned(), timezone.now()
    hold_members(stations, month)  # of all, before the first roster: who waits for a deputy holds nothing else yet
    for station in stations:
        roster = Roster.objects.filter(station=station, month=month, state=RosterState.PUBLISHED).first()
        if roster:
            found.unplaced += unplaced_of(roster=roster, at=now)
        else:
            roster, unplaced, warnings = draft_roster(station=station, month=month, actor=None, at=now)
            found.unplaced += unplaced
            found.warnings += warnings
            if publish:
                publish_roster(roster=roster, actor=None, at=now)
        found.shifts += Shift.objects.filter(roster=roster).on_the_calendar().in_order()
    return found


def _as_json(planned: Planned) -> dict:
    return {
        "shifts": [
            {
                "branch": shift.branch.code,
                "date": shift.date.isoformat(),
                "deputies": [place.deputy.code for place in shift.places.all()],
            }
            for shift in planned.shifts
        ],
        "unplaced": [
            {"branch": one.branch.code, "deputy": one.deputy.code, "reason": one.reason, "remedy": one.remedy}
            for one in planned.unplaced
        ],
    }


def _stations(code: str | None) -> list[Station]:
    """Open township stations in official order, or the one with the code."""
    if code is None:
        return list(Station.objects.townships().open(today_here()).order_by("county__code", "official_order", "code"))
    station = Station.objects.filter(code=code, level=Level.TOWNSHIP).first()
    if station is None:
        raise CommandError(f"没有编号是 {code} 的乡镇联络站。")
    return [station]


def _month(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").date()
    except ValueError as error:
        raise CommandError(f"“{text}”不是月份,请写成 2026-03 这样。") from error
