"""One deputy's score of a year: every entry, where it came from, what was corrected and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from deputies.models import Deputy
from julu_liaison.common.working_days import today_here
from scoring.models import PointEntry
from scoring.permissions import can_appeal, can_see_score
from scoring.rules import grade_of
from scoring.services import score_of
from scoring.services.lists import grades_of
from scoring.states import Block, Item
from scoring.views.desk import years_of
from scoring.views.sources import links_of
from scoring.views.stages import stage_words

OPEN_MONTHS = 2  # months shown unfolded


@dataclass(frozen=True)
class Line:
    """One entry as shown: `link` leads to what it came from, if the person may open that.

    `correction` is the entry that cancels this one; `posted_on` is set where it is another day than the fact's.
    """

    entry: PointEntry
    link: str
    posted_on: date | None
    correction: PointEntry | None

    @property
    def is_corrected(self) -> bool:
        return self.correction is not None

    @property
    def is_capped(self) -> bool:
        """Counted in part or not at all, because the year's limit of the item was reached."""
        worth = abs(self.entry.points)
        return self.entry.reverses_id is None and worth < abs(self.entry.rule.points)

    @property
    def stands(self) -> bool:
        return self.correction is None and self.entry.reverses_id is None


@dataclass(frozen=True)
class Month:
    """The lines of one month, newest first, and what they add up to."""

    first: date
    lines: list[Line]
    sum: Decimal
    is_open: bool


@require_safe
@login_required
@never_cache
def my_score(request):
    person = Deputy.objects.filter(user=request.user).select_related("county").first()
    if person is None:
        raise Http404
    return _score_page(request, person, own=True)


@require_safe
@login_required
@never_cache
def deputy_score(request, code):
    """The same page for the staff who look after the deputy."""
    person = get_object_or_404(Deputy.objects.visible_to(request.user).select_related("county"), code=code)
    if not can_see_score(request.user, person):
        raise PermissionDenied
    return _score_page(request, person, own=person.user_id == request.user.pk)


def _score_page(request, person: Deputy, *, own: bool):
    today, item = today_here(), _item(request.GET.get("item", ""))
    years = years_of(person.county, request.GET.get("year", ""), today)
    lines = _lines(request.user, person, years.year, own=own)
    score = score_of(deputy=person, year=years.year)
    shown = [line for line in lines if not item or line.entry.rule.item == item]
    context = {
        "person": person, "own": own, "year": years.year, "years": years.years, "today": today, "score": score,
        "deducted": -score.deductions, "stage": stage_words(years.scheme, today),
        "grade": grade_of(score.total, grades_of(years.scheme)), "item": item, "items": _items(lines),
        "has_scheme": years.scheme is not None, "may_appeal": years.scheme is not None and can_appeal(request.user, person),
        "blocks": [(block, _months(shown, block, unfold=bool(item))) for block in (Block.BASE, Block.BONUS)],
    }  # fmt: skip
    return render(request, "scoring/score.html", context)


def _item(text: str) -> str:
    if text and text not in Item.values:
        raise Http404
    return text


def _lines(user, person: Deputy, year: int, *, own: bool) -> list[Line]:
    """The year's entries, newest first."""
    entries = PointEntry.objects.of_year(year).filter(deputy=person).select_related("rule", "reverses", "reversed_by")
    entries = list(entries.order_by("-occurred_on", "-pk"))
    links = links_of(user, entries, own=own)
    return [
        Line(
            entry, links.get((entry.source, entry.source_key), ""), _other_day(entry),
            getattr(entry, "reversed_by", None),
        )
        for entry in entries
    ]  # fmt: skip


def _other_day(entry: PointEntry) -> date | None:
    posted_on = today_here(entry.posted_at)
    return None if posted_on == entry.occurred_on else posted_on


def _months(lines: Iterable[Line], block: Block, *, unfold: bool) -> list[Month]:
    found: list[Month] = []
    here = [line for line in lines if line.entry.block == block]
    for first, part in groupby(here, key=lambda line: line.entry.occurred_on.replace(day=1)):
        rows = list(part)
        total = sum((line.entry.points for line in rows), Decimal(0))
        found.append(Month(first, rows, total, unfold or len(found) < OPEN_MONTHS))
    return found


def _items(lines: Iterable[Line]) -> list[tuple[str, str]]:
    """The items that the year's entries fall under, in the order of the scheme."""
    there = {line.entry.rule.item for line in lines}
    return [(value, label) for value, label in Item.choices if value in there]
