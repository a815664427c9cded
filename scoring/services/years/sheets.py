"""A year's figures as they stand on a day, for the page, the printed list, the workbook and the archive alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from julu_liaison.common.texts import long_day
from julu_liaison.common.working_days import today_here
from scoring.models import Scheme, YearClosing
from scoring.rules.namesakes import namesakes
from scoring.services.standings import Standing, final_standings, standings_of
from scoring.services.years.stages import closing_of, stage_of
from scoring.states import YearStage

NOWHERE = "没有分站的代表"


@dataclass(frozen=True)
class YearSheet:
    """Everybody's figures; `rows` in official order."""

    scheme: Scheme
    closing: YearClosing | None
    stage: YearStage
    rows: list[Standing]
    grades: list[str]
    on: date

    @property
    def by_station(self) -> Iterator[tuple[str, list[Standing]]]:
        """Station names with their rows, in official order; deputies without a branch last."""
        for _key, rows in groupby(self.rows, key=lambda row: row.station.pk if row.station else None):
            mine = list(rows)
            yield (mine[0].station.name if mine[0].station else NOWHERE), mine

    @property
    def namesakes(self) -> frozenset[int]:
        """Keys of those whose number has to stand beside the name: somebody of the branch has the same."""
        return namesakes((row.deputy.pk, row.deputy.name, row.branch.pk if row.branch else None) for row in self.rows)

    @property
    def corrected(self) -> int:
        """How many results count in a further edition."""
        return sum(row.edition > 1 for row in self.rows)

    @property
    def state_words(self) -> str:
        """How far the figures may be relied on."""
        if self.stage == YearStage.CLOSED:
            more = f",其中{self.corrected}人结账后经复核更正" if self.corrected else ""
            return f"已结账({long_day(today_here(self.closing.closed_at))}){more}"  # type: ignore[union-attr]
        if self.closing is not None:
            return f"公示数字,{long_day(self.closing.publicity_from)}至{long_day(self.closing.publicity_until)}"
        return f"暂计,截至{long_day(self.on)},以公示和结账为准"


def year_sheet(scheme: Scheme, at: datetime) -> YearSheet:
    """Read a year's figures: the results of a closed year, else the ledger's sums as they are."""
    closing, on = closing_of(scheme), today_here(at)
    stage = stage_of(scheme, closing, on)
    if closing is not None and stage == YearStage.CLOSED:
        closing.scheme = scheme
        rows = final_standings(closing)
    else:
        rows = standings_of(scheme)
    return YearSheet(scheme, closing, stage, rows, list(scheme.grades.values_list("name", flat=True)), on)
