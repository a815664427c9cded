"""Which figures are printed of a place's month: what its report kept, once it was handed in, else the records of today."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from activities.models import MonthEdition, MonthReport
from activities.rules.months import MonthFigures, read_month
from activities.services.month_reports.editions import figures_of
from activities.states import ReportState
from julu_liaison.common import audit
from stations.models import Station

SETTLED = (ReportState.ACCEPTED, ReportState.LOCKED)


@dataclass(frozen=True)
class Printable:
    """Figures to be printed. `edition`: the number of what the report kept, 0 for the records of today."""

    figures: MonthFigures
    edition: int = 0
    locked: bool = False

    @property
    def words(self) -> str:
        """What stands beside the month: `第2版,已锁定`; nothing for the records of today."""
        return f"第{self.edition}版{',已锁定' if self.locked else ''}" if self.edition else ""


def printable(edition: MonthEdition) -> Printable:
    """What an edition kept; needs its report fetched. Locked is what the county locked or made anew, for good (one query)."""
    locked = edition.report.steps.filter(edition=edition, to_state=ReportState.LOCKED).exists()
    return Printable(figures_of(edition), edition.number, locked)


def figures_to_print(*, place: Station, month: date, on: date) -> Printable:
    """A place's figures: its report's current edition from the station's acceptance on, else as known on the day `on`."""
    kept = _kept([place.code], month)
    return kept.get(place.code) or Printable(read_month(place=place, month=month, on=on))


def each_to_print(*, county: Station, month: date, on: date) -> list[Printable]:
    """The same for every station of a county, and at the end for the county itself."""
    codes = Station.objects.under(county).values("code")
    kept = _kept(codes, month)
    whole = kept.get(county.code) or Printable(read_month(place=county, month=month, on=on))
    parts = [kept.get(part.place.code) or Printable(part) for part in whole.figures.by_station()]
    return [*parts, whole]


def _kept(codes: Collection[str] | QuerySet, month: date) -> dict[str, Printable]:
    """By place code, what reports that were handed in said last (one query)."""
    editions = MonthEdition.objects.filter(
        report__place__code__in=codes, report__month=month.replace(day=1), report__state__in=SETTLED
    )
    rows = editions.select_related("report__place").order_by("report", "number")
    last = {row.report.place.code: row for row in rows}
    return {
        code: Printable(figures_of(row), row.number, row.report.state == ReportState.LOCKED)
        for code, row in last.items()
    }


@transaction.atomic
def hand_out_edition(*, edition: MonthEdition, kind: str, actor, at: datetime) -> None:
    """Record that `actor` took an edition away as a file (`xlsx` or `pdf`)."""
    report: MonthReport = edition.report
    audit.record(
        "download", actor=actor, target=report.place, at=at, month=f"{report.month:%Y-%m}", edition=edition.number,
        format=kind,
    )  # fmt: skip
