"""The daily watch over gaps: first the station is told, two days later the county."""

from datetime import datetime


def watch_gaps(*, at: datetime) -> tuple[int, int]:
    """Tell of days of the next 14 with fewer than two deputies, and from the 20th on of next months not published.

    Returns how many things stations and counties were told now. Running it again the same day tells nothing.
    """
    raise NotImplementedError
