"""Pure rules of a ticket's time: the due day of a term with its pauses, how it was counted, the days it is warned of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from julu_liaison.common.working_days import Calendar
from opinions.states import Alert, Kind, Stage, Unit

LEAST_ANSWER = 10  # characters of a result, so that '已办' alone is refused
SHARES = ((Alert.HALF, 1, 2), (Alert.NEAR, 4, 5))  # level, numerator, denominator
WEEKDAYS = "一二三四五六日"
DAY = timedelta(days=1)

Pauses = Sequence[tuple[date, date]]


@dataclass(frozen=True)
class Law:
    """What the law fixes of a term: `amount` in `unit` and nothing else, extended by `longest_extension` at most."""

    amount: int
    unit: Unit
    longest_extension: int
    words: str


# 代表法 art. 51: answered within three months of the hand-over, difficult ones within six. docs/domain.md §4 for the return.
LAW: dict[tuple[str, str], Law] = {
    (Kind.SUGGESTION, Stage.AT_DEPARTMENT): Law(
        3, Unit.MONTH, 3, "代表法第五十一条:自交办之日起三个月内答复;涉及面广、办理难度大的,六个月内答复"
    ),
    (Kind.SUGGESTION, Stage.SIGN_FOR): Law(
        10, Unit.WORKING_DAY, 0, "不属于本单位职责的,自收到之日起10个工作日内书面退回,不能自行转办"
    ),
}


@dataclass(frozen=True)
class CountedDay:
    """One day of a term in working days: the `number`-th that counts, or 0; `why` says what is unusual about it."""

    date: date
    number: int
    why: str


@dataclass(frozen=True)
class MonthStep:
    """One step in counting a term of months: what was done, and the day that it leads to."""

    words: str
    date: date


def due_day(*, start: date, amount: int, unit: str, calendar: Calendar, pauses: Pauses = ()) -> date:
    """Return the last day of a term that begins the day after `start`.

    Working days follow the Chinese holiday calendar; months are calendar months (代表法 art. 51), a day that a month does
    not have is its last. A pause (from, to) takes the days after `from` up to `to` out: working days among them are not
    counted, months end so much later. A pause that begins when the term is over changes nothing.
    """
    if unit == Unit.MONTH:
        return _put_off(start + relativedelta(months=amount), pauses)
    if not pauses:
        return calendar.add_working_days(start, amount)
    day, left = start, amount
    while left > 0:
        day += DAY
        left -= calendar.is_working(day) and not is_paused(day, pauses)
    return day


def is_paused(day: date, pauses: Pauses) -> bool:
    return any(begin < day <= end for begin, end in pauses)


def alert_days(*, start: date, amount: int, unit: str, calendar: Calendar, pauses: Pauses = ()) -> dict[Alert, date]:
    """Return the days on which a term is warned of: half and 80 % of it gone, the due day, the day after."""
    due = due_day(start=start, amount=amount, unit=unit, calendar=calendar, pauses=pauses)
    found = {
        level: _gone(part, whole, start=start, amount=amount, unit=unit, calendar=calendar, pauses=pauses)
        for level, part, whole in SHARES
    }
    return found | {Alert.DUE: due, Alert.OVERDUE: due + DAY}


def level_on(days: Mapping[Alert, date], on: date) -> Alert:
    """Return how far a term with these `alert_days` has gone by the day `on`."""
    return max((level for level, day in days.items() if day <= on), default=Alert.NONE)


def next_alert(days: Mapping[Alert, date], level: int) -> date | None:
    """Return when the term is warned of next, `level` having been told; None after the last."""
    return min((day for further, day in days.items() if further > level), default=None)


def count_days(
    *, start: date, amount: int, calendar: Calendar, names: Mapping[date, str], pauses: Pauses = (),
    until: date | None = None,
) -> list[CountedDay]:  # fmt: skip
    """Show how a due day in working days came about: every day from `start` on, whether it counts and if not, why not.

    `names` are the holidays' names by day. Ends on the due day, or with `until` where the term still stands still then.
    """
    found, number = [CountedDay(start, 0, "起算日不计")], 0
    day = start
    while number < amount and (until is None or day < until):
        day += DAY
        why = _why_not(day, calendar, names, pauses)
        number += not why
        made_up = not why and day.weekday() >= 5
        found.append(CountedDay(day, 0 if why else number, "调休上班" if made_up else why))
    return found


def count_months(*, start: date, amount: int, pauses: Pauses = ()) -> list[MonthStep]:
    """Show how a due day in months came about, step by step; pauses put it off."""
    found = [MonthStep("起算日(不计)", start)]
    for months in range(1, amount + 1):
        day = start + relativedelta(months=months)
        short = "" if day.day == start.day else f"({day.month}月没有{start.day}日,算到月底)"
        found.append(MonthStep(f"满{months}个月{short}", day))
    due = found[-1].date
    for begin, end in sorted(pauses):
        if begin < due and end > begin:
            due += end - begin
            words = f"{begin.month}月{begin.day}日至{end.month}月{end.day}日暂停,顺延{(end - begin).days}天"
            found.append(MonthStep(words, due))
    return found


def moved_words(before: date, after: date, on: date) -> str:
    """Say which day became which, e.g. `由3月5日改为3月6日`; with the years where one is not that of the day `on`."""
    years = {before.year, after.year} != {on.year}
    first, second = ((f"{day.year}年" if years else "") + f"{day.month}月{day.day}日" for day in (before, after))
    return f"由{first}改为{second}"


def law_for(kind: str, stage: str) -> Law | None:
    return LAW.get((kind, stage))


def against_the_law(law: Law, *, amount: int, unit: str, longest_extension: int) -> dict[str, str]:
    """Return a sentence for each part of a term that the law does not let a county set so."""
    unit_words = law.unit.label
    problems = {}
    if (amount, unit) != (law.amount, law.unit):
        problems["amount"] = f"这是法定期限,必须是{law.amount}{unit_words},不能改长也不能改短"
    if longest_extension > law.longest_extension:
        most = f"最多延长{law.longest_extension}{unit_words}" if law.longest_extension else "不能延长"
        problems["longest_extension"] = f"这是法定期限,{most}"
    return problems


def _put_off(day: date, pauses: Pauses) -> date:
    """A day so much later as the pauses that began before it took."""
    for begin, end in sorted(pauses):
        if begin < day:
            day += end - begin
    return day


def _gone(part: int, whole: int, *, start: date, amount: int, unit: str, calendar: Calendar, pauses: Pauses) -> date:
    """The day by whose end such a part of the term has gone; months are measured in calendar days."""
    if unit == Unit.MONTH:
        length = (start + relativedelta(months=amount) - start).days
        return _put_off(start + timedelta(days=_share(length, part, whole)), pauses)
    return due_day(start=start, amount=_share(amount, part, whole), unit=unit, calendar=calendar, pauses=pauses)


def _share(amount: int, part: int, whole: int) -> int:
    """So great a part, rounded up, without the errors of floating point."""
    return -(-amount * part // whole)


def _why_not(day: date, calendar: Calendar, names: Mapping[date, str], pauses: Pauses) -> str:
    """Why a day does not count; nothing for one that does."""
    if not calendar.is_working(day):
        return (names.get(day) or "放假") if calendar.is_holiday(day) else f"星期{WEEKDAYS[day.weekday()]}"
    return "暂停" if is_paused(day, pauses) else ""
