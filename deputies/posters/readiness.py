"""Whether every branch's board is ready for a month's first reception: it hangs, and says what is true that day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from deputies.models import Edition
from deputies.posters.editions import Order, Printing, printing_of, refusal_reasons, why_untrue
from deputies.posters.products import product_of
from deputies.posters.standings import in_brief
from deputies.services.readiness import first_reception, keep_readiness, month_in_view, remind_of_boards
from deputies.states import Product, Readiness
from julu_liaison.common.pdf import PrintRefused
from julu_liaison.common.working_days import today_here
from stations.models import Station


@dataclass(frozen=True)
class BoardReadiness:
    """One branch's board for a month. `edition`: what hangs, or what has to be hung; `why`: what is wrong, in words."""

    place: Station
    state: Readiness
    edition: Edition | None = None
    why: list[str] = field(default_factory=list)

    @property
    def is_ready(self) -> bool:
        return self.state == Readiness.READY

    @property
    def brief(self) -> str:
        """`why`, short enough for a row of a list."""
        return in_brief(self.why)


def readiness_of(branches: Iterable[Station], first_day: date, at: datetime) -> list[BoardReadiness]:
    """How the branches' boards stand for receptions from `first_day` on, in a fixed number of queries.

    What counts is what was hung last, of whatever size; its list of receptions has to hold on that day, too. Reads the
    portraits of all (see `standings`).
    """
    branches = list(branches)
    keys = [branch.pk for branch in branches]
    facts = product_of(Product.BOARD).facts_of(branches, today_here(at))
    hanging = Edition.objects.hanging(keys, product=Product.BOARD)
    newest = Edition.objects.newest(keys, product=Product.BOARD)
    moments = (at, max(at, _morning_of(first_day)))
    return [
        _Look(branch, facts[branch.pk], moments).at_board(hanging.get(branch.pk), newest.get(branch.pk))
        for branch in branches
    ]


def watch_boards(*, at: datetime) -> int:
    """The daily look at every county's boards: kept for pages that count, and told three days before the first
    reception (see `remind_of_boards`). Returns how many people were told."""
    month, told = month_in_view(today_here(at)), 0
    first_day = first_reception(month)
    for county in Station.objects.centres().open(today_here(at)):
        branches = Station.objects.branches().open_in(county, today_here(at)).select_related("parent", "county")
        rows = readiness_of(branches, first_day, at)
        keep_readiness(states={row.place: row.state for row in rows}, month=month, at=at)
        told += remind_of_boards(month=month, waiting=[row.place for row in rows if not row.is_ready], at=at)
    return told


def _morning_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


class _Look:
    """One branch's editions against its facts of today; what a size says is worked out once."""

    def __init__(self, branch: Station, facts: Any, moments: tuple[datetime, datetime]):
        self.branch, self.facts, self.moments = branch, facts, moments
        self._printings: dict[str, Printing] = {}

    def at_board(self, hanging: Edition | None, newest: Edition | None) -> BoardReadiness:
        """`newest`: the edition printed last; it waits for being hung where something older hangs, or nothing."""
        try:
            untrue = self._why_untrue(hanging) if hanging else []
            if hanging and not untrue:
                return BoardReadiness(self.branch, Readiness.READY, hanging)
            if newest and newest.hung_on is None and not self._why_untrue(newest):
                return BoardReadiness(self.branch, Readiness.UNHUNG, newest)
        except PrintRefused as refusal:
            edition = hanging or newest
            return self._refused(refusal_reasons(self._order(edition), self._shown(edition), refusal))
        if problems := self._problems(hanging or newest):
            return self._refused(problems)
        if hanging:
            return BoardReadiness(self.branch, Readiness.CHANGED, hanging, untrue)
        return self._never_hung(newest)

    def _never_hung(self, newest: Edition | None) -> BoardReadiness:
        if newest is None:
            return BoardReadiness(self.branch, Readiness.NEVER)
        return BoardReadiness(self.branch, Readiness.CHANGED, newest, self._why_untrue(newest))

    def _refused(self, reasons: list[str]) -> BoardReadiness:
        return BoardReadiness(self.branch, Readiness.REFUSED, None, reasons)

    def _why_untrue(self, edition: Edition) -> list[str]:
        """Today, and on the first day of reception. Raises PrintRefused."""
        order, printing = self._order(edition), self._printing(edition)
        now, then = self.moments
        found = why_untrue(order, edition, printing, now)
        found += order.product.outdated(edition.facts, printing.said, edition.made_at, then)
        return list(dict.fromkeys(found))

    def _printing(self, edition: Edition) -> Printing:
        if edition.size not in self._printings:
            self._printings[edition.size] = printing_of(self._order(edition), self.branch, self._shown(edition))
        return self._printings[edition.size]

    def _problems(self, edition: Edition | None) -> list[str]:
        order = self._order(edition)
        return order.product.problems(self._shown(edition), order.size)

    def _shown(self, edition: Edition | None) -> Any:
        order = self._order(edition)
        return order.product.for_size(self.facts, order.size)

    @staticmethod
    def _order(edition: Edition | None) -> Order:
        product = product_of(Product.BOARD)
        return Order(product, product.size_of(edition.size if edition else product.default_size))
