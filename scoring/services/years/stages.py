"""Where a scheme's year stands."""

from datetime import date

from scoring.models import Scheme, YearClosing
from scoring.rules.stages import stage_on
from scoring.states import YearStage


def closing_of(scheme: Scheme) -> YearClosing | None:
    """The closing of a year, from the first day of publicity on."""
    rows = YearClosing.objects.filter(scheme=scheme).select_related("published_by", "closed_by")
    return rows.first()


def stage_of(scheme: Scheme, closing: YearClosing | None, on: date) -> YearStage:
    """Return the stage on a day."""
    return stage_on(
        on, year=scheme.year, late_until=scheme.late_until,
        publicity_until=closing.publicity_until if closing else None,
        is_closed=closing is not None and closing.closed_at is not None,
    )  # fmt: skip
