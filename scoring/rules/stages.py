"""Where a year stands on a day."""

from datetime import date

from scoring.states import YearStage


def stage_on(
    on: date, *, year: int, late_until: date, publicity_until: date | None = None, is_closed: bool = False
) -> YearStage:
    """Return the stage of `year`. `publicity_until` is publicity's last day, None before it began.

    A year runs until its last day; then evidence is taken until `late_until`, that day included.
    """
    if is_closed:
        return YearStage.CLOSED
    if publicity_until is not None:
        return YearStage.PUBLISHED if on <= publicity_until else YearStage.CLOSING
    if on <= date(year, 12, 31):
        return YearStage.RUNNING
    return YearStage.LATE if on <= late_until else YearStage.READY
