"""Reception hours as people type them (上午9:00—11:30) as times of the day."""

import re
from datetime import time

NOON = 12
CLOCK = re.compile(
    r"(?P<part>上午|早上|早晨|中午|下午|晚上|傍晚)?\s*(?P<hour>\d{1,2})\s*(?:[::]|点|时)\s*(?:(?P<minute>\d{1,2})分?|(?P<half>半))?"
)
AFTERNOON = ("下午", "晚上", "傍晚")


def reception_hours(text: str) -> tuple[time, time] | None:
    """Return from when to when a reception lasts, or None where `text` doesn't name exactly two times in order.

    A second time without a part of the day belongs to that of the first: 下午2:30—5:00 ends at 17:00.
    """
    found = list(CLOCK.finditer(text))
    if len(found) != 2:
        return None
    first_part = found[0]["part"] or ""
    start, end = _time(found[0], first_part), _time(found[1], found[1]["part"] or first_part)
    return (start, end) if start and end and start < end else None


def _time(clock: re.Match, part: str) -> time | None:
    hour, minute = int(clock["hour"]), 30 if clock["half"] else int(clock["minute"] or 0)
    if part in AFTERNOON and hour < NOON:
        hour += NOON
    return time(hour, minute) if hour < 24 and minute < 60 else None
