"""The week, month or year that is looked at, in words, and those beside it."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

EARLIEST = date(2000, 1, 1)


class Span(StrEnum):
    """How long a period is. A week runs from Monday to the reception day."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    @property
    def words(self) -> str:
        return {Span.WEEK: "周", Span.MONTH: "月", Span.YEAR: "年"}[self]


@dataclass(frozen=True)
class Period:
    """Whole weeks, months or years: `start` and `end` are both included."""

    span: Span
    start: date
    end: date

    @classmethod
    def around(cls, span: Span, day: date) -> "Period":
        """The period that `day` lies in."""
        if span == Span.WEEK:
            start = day - timedelta(days=day.weekday())
            return cls(span, start, start + timedelta(days=6))
        if span == Span.MONTH:
            start = day.replace(day=1)
            return cls(span, start, (start + timedelta(days=31)).replace(day=1) - timedelta(days=1))
        return cls(span, date(day.year, 1, 1), date(day.year, 12, 31))

    @property
    def before(self) -> "Period":
        return Period.around(self.span, self.start - timedelta(days=1))

    @property
    def after(self) -> "Period":
        return Period.around(self.span, self.end + timedelta(days=1))

    def has_begun(self, today: date) -> bool:
        return self.start <= today

    def is_running(self, today: date) -> bool:
        return self.start <= today <= self.end

    def name(self, today: date) -> str:
        """`本月`, `2026年3月`, `3月2日至3月8日`."""
        if self.is_running(today):
            return f"本{self.span.words}"
        year = "" if self.start.year == today.year and self.span == Span.WEEK else f"{self.start.year}年"
        return {
            Span.WEEK: f"{year}{_day(self.start)}至{_day(self.end)}",
            Span.MONTH: f"{year}{self.start.month}月",
            Span.YEAR: year,
        }[self.span]

    def days_until(self, today: date) -> str:
        """`2026年3月1日至3月31日`; the running period's until today."""
        end = min(self.end, today)
        year = f"{end.year}年" if end.year != self.start.year else ""
        return f"{self.start.year}年{_day(self.start)}至{year}{_day(end)}"

    def query(self, today: date) -> dict[str, str]:
        """How an address says it; the running one without a day, so that it stays the running one."""
        return {"period": self.span} if self.is_running(today) else {"period": self.span, "on": self.start.isoformat()}


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
