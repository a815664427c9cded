"""Pure rules of leave, swaps and duty wishes: what is too late, how long, in which words."""

from datetime import date, timedelta

LONGEST_LEAVE = timedelta(days=366)  # a longer absence is an exemption, which the county grants
FARTHEST_AHEAD = timedelta(days=366)
WEEKS = (1, 2, 3, 4, 5)
MOST_AVOIDED = 3  # Sundays of a month; more would leave a month of four Sundays nothing to plan with


def is_too_late(day: date, today: date) -> bool:
    """Whether only a telephone call helps: on the day itself somebody has to be found at once."""
    return day <= today


def day_words(day: date) -> str:
    return f"{day.month}月{day.day}日"


def days_words(start: date, end: date) -> str:
    """Show a period in plain words: `11月22日`, `11月22日至25日`, `12月30日至1月3日`."""
    if start == end:
        return day_words(start)
    return f"{day_words(start)}至{end.day}日" if start.month == end.month else f"{day_words(start)}至{day_words(end)}"


def checked_weeks(weeks) -> list[int]:
    """Return the Sundays of the month (1 to 5) in order, each once. Raises ValueError for others or too many."""
    found = sorted(set(weeks))
    if not set(found) <= set(WEEKS) or len(found) > MOST_AVOIDED:
        raise ValueError(found)
    return found
