"""Whether every branch's board is ready for a month's first reception: it hangs, and says what is true that day."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from deputies.models import Edition
from deputies.posters.editions import Order, Printing, kept_back, printing_of, refusal_reasons, why_untrue
from deputies.posters.products import product_of
from deputies.posters.standings import in_brief
from deputies.services.readiness import Look, first_reception, keep_readiness, month_in_view, remind_of_boards
from deputies.states import Product, Readiness
from julu_liaison.common.pdf import PrintRefused
from julu_liaison.common.working_days import today_here
from stations.models import Station

TO_COME = "现在还不能印成那天的内容,等变动以后再印"


@dataclass(frozen=True)
class BoardReadiness:
    """One branch's board for a month. `edition`: what hangs, or what has to be hung; `why`: what is wrong, in words.

    `true`: those of the last hung and the last printed edition that hold; `lasts`: what is printed now will hold on the
    day of reception, as far as is known.
    """

    place: Station
    state: Readiness
    edition: Edition | None = None
    why: list[str] = field(default_factory=list)
    true: list[Edition] = field(default_factory=list)
    lasts: bool = True

    @property
    def is_ready(self) -> bool:
        return self.state == Readiness.READY

    @property
    def brief(self) -> str:
        """`why`, short enough for a row of a list."""
        return in_brief(self.why)


def readiness_of(branches: Iterable[Station], first_day: date, at: datetime) -> list[BoardReadiness]:
    """How the branches' boards stand for receptions from `first_day` on, in a fixed number of queries.

    What counts is what was hung last, of whatever size; it has to hold today and on that day, by the changes of people
    that are known already. Reads the portraits of all (see `standings`).
    """
    branches = list(branches)
    keys = [branch.pk for branch in branches]
    board, today = product_of(Product.BOARD), today_here(at)
    facts = board.facts_of(branches, today)
    then = board.facts_of(branches, first_day) if first_day > today else facts
    hanging = Edition.objects.hanging(keys, product=Product.BOARD)
    newest = Edition.objects.newest(keys, product=Product.BOARD)
    moments = (at, max(at, _morning_of(first_day)))
    return [
        _Look(branch, facts[branch.pk], then[branch.pk], moments).at_board(hanging.get(branch.pk), newest.get(branch.pk))
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
        keep_looks(rows, month=month, at=at)
        told += remind_of_boards(month=month, waiting=[row.place for row in rows if not row.is_ready], at=at)
    return told


def keep_looks(rows: Iterable[BoardReadiness], *, month: date, at: datetime) -> None:
    """Keep what was found, for pages that only count."""
    looks = {
        row.place: Look(row.state.value, at, frozenset(edition.pk for edition in row.true), row.lasts) for row in rows
    }
    keep_readiness(looks=looks, month=month)


def _morning_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


class _Look:
    """One branch's editions against its facts of today and of the day of reception (`then`); what a size says is worked
    out once."""

    def __init__(self, branch: Station, facts: Any, then: Any, moments: tuple[datetime, datetime]):
        self.branch, self.facts, self.then, self.moments = branch, facts, then, moments
        self.lasts = replace(facts, upcoming=[]) == replace(then, upcoming=[])
        self._printings: dict[str, Printing] = {}

    def at_board(self, hanging: Edition | None, newest: Edition | None) -> BoardReadiness:
        """`newest`: the edition printed last; it waits for being hung where something older hangs, or nothing."""
        editions = list(dict.fromkeys(one for one in (hanging, newest) if one))
        try:
            untrue = {edition: self._why_untrue(edition) for edition in editions}
        except PrintRefused as refusal:
            edition = hanging or newest
            return self._found(
                Readiness.REFUSED, why=refusal_reasons(self._order(edition), self._shown(edition), refusal)
            )
        true = [edition for edition in editions if not untrue[edition]]
        if hanging in true:
            return self._found(Readiness.READY, hanging, true=true)
        if newest in true and newest and newest.hung_on is None:
            return self._found(Readiness.UNHUNG, newest, true=true)
        if problems := self._problems(hanging or newest):
            return self._found(Readiness.REFUSED, why=problems, true=true)
        if not editions:
            return self._found(Readiness.NEVER)
        return self._found(Readiness.CHANGED, editions[0], why=untrue[editions[0]], true=true)

    def _found(self, state: Readiness, edition: Edition | None = None, **more) -> BoardReadiness:
        return BoardReadiness(self.branch, state, edition, lasts=self.lasts, **more)

    def _why_untrue(self, edition: Edition) -> list[str]:
        """Today, and on the first day of reception. Raises PrintRefused."""
        order, printing = self._order(edition), self._printing(edition)
        now, then = self.moments
        found = why_untrue(order, edition, printing, now)
        found += order.product.outdated(edition.facts, printing.said, then)
        if not self.lasts:
            found += self._why_untrue_then(order, edition, known=bool(found))
        return list(dict.fromkeys(found))

    def _why_untrue_then(self, order: Order, edition: Edition, *, known: bool) -> list[str]:
        """What it will say wrongly on the first day of reception; unless it is wrong already (`known`), that a new print
        has to wait."""
        shown, day = order.product.for_size(self.then, order.size), today_here(self.moments[1])
        printing = printing_of(order, self.branch, shown)
        if printing.digest == edition.facts_hash:
            return []
        why = order.product.problems(shown, order.size) or order.product.changes(edition.facts, printing.said)
        now = order.product.changes(edition.facts, self._printing(edition).said)
        found = [f"到{day.month}月{day.day}日:{sentence}" for sentence in why if sentence not in now]
        return found if known or not found else [*found, TO_COME]

    def _printing(self, edition: Edition) -> Printing:
        if edition.size not in self._printings:
            self._printings[edition.size] = printing_of(self._order(edition), self.branch, self._shown(edition))
        return self._printings[edition.size]

    def _problems(self, edition: Edition | None) -> list[str]:
        order, shown = self._order(edition), self._shown(edition)
        try:
            return kept_back(order, printing_of(order, self.branch, shown))
        except PrintRefused as refusal:
            return refusal_reasons(order, shown, refusal)

    def _shown(self, edition: Edition | None) -> Any:
        order = self._order(edition)
        return order.product.for_size(self.facts, order.size)

    @staticmethod
    def _order(edition: Edition | None) -> Order:
        product = product_of(Product.BOARD)
        return Order(product, product.size_of(edition.size if edition else product.default_size))
