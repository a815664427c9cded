"""One deputy's score of a year: every entry, where it came from, what was corrected and why."""

from collections.abc import Iterable
from datetime import date

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from deputies.models import Deputy
from julu_liaison.common.working_days import today_here
from scoring.models import PointEntry, YearClosing
from scoring.permissions import can_appeal, can_see_score
from scoring.rules import grade_of
from scoring.services import score_of
from scoring.services.lists import grades_of
from scoring.states import Block, Item
from scoring.views.desk import years_of
from scoring.views.facts import Fact, facts_of, months_of
from scoring.views.people import own_person, visible_person
from scoring.views.sources import links_of
from scoring.views.stages import stage_words

LONGEST_QUERY = 400


@require_safe
@login_required
@never_cache
def my_score(request):
    return _score_page(request, own_person(request), own=True)


@require_safe
@login_required
@never_cache
def deputy_score(request, code):
    """The same page for the staff who look after the deputy."""
    person = visible_person(request, code)
    return _score_page(request, person, own=person.user_id == request.user.pk)


def _score_page(request, person: Deputy, *, own: bool):
    today, item = today_here(), _item(request.GET.get("item", ""))
    years = years_of(person.county, request.GET.get("year", ""), today)
    if not can_see_score(request.user, person, years.year):
        raise PermissionDenied
    facts = _facts(request.user, person, years.year, own=own)
    score = score_of(deputy=person, year=years.year)
    shown = [fact for fact in facts if not item or _has(fact, item)]
    context = {
        "person": person, "own": own, "year": years.year, "today": today, "score": score,
        "years": _open_years(request.user, person, years.years),
        "deducted": -score.deductions, "stage": stage_words(years.scheme, today),
        "grade": grade_of(score.total, grades_of(years.scheme)), "item": item, "items": _items(facts),
        "has_scheme": years.scheme is not None, "may_appeal": years.scheme is not None and can_appeal(request.user, person),
        "blocks": [(block, months_of(shown, block, unfold=bool(item))) for block in (Block.BASE, Block.BONUS)],
        "publicity": _in_publicity(person, today) if own else None, "list_query": _list_query(request, years.year),
    }  # fmt: skip
    return render(request, "scoring/score.html", context)


def _open_years(user, person: Deputy, years: list[int]) -> list[int]:
    """All of them, except for a clerk whose station the deputy has left for another."""
    return years if can_see_score(user, person) else [year for year in years if can_see_score(user, person, year)]


def _item(text: str) -> str:
    if text and text not in Item.values:
        raise Http404
    return text


def _facts(user, person: Deputy, year: int, *, own: bool) -> list[Fact]:
    """What the year's entries tell of, newest first."""
    rows = PointEntry.objects.of_year(year).filter(deputy=person).select_related("rule", "reverses")
    entries = list(rows)
    return facts_of(entries, links_of(user, entries, own=own))


def _has(fact: Fact, item: str) -> bool:
    return any(line.entry.rule.item == item for line in fact.lines)


def _in_publicity(person: Deputy, today: date) -> YearClosing | None:
    """The year of the deputy's county that is made public today."""
    rows = YearClosing.objects.filter(scheme__county=person.county_id, closed_at=None)
    return rows.filter(publicity_from__lte=today, publicity_until__gte=today).select_related("scheme").first()


def _list_query(request, year: int) -> str:
    """The words of the list's address that the page was opened from (`list`), to go back to it."""
    given = QueryDict(request.GET.get("list", "")[:LONGEST_QUERY])
    return given.urlencode() or f"year={year}"


def _items(facts: Iterable[Fact]) -> list[tuple[str, str]]:
    """The items that the year's entries fall under, in the order of the scheme."""
    there = {line.entry.rule.item for fact in facts for line in fact.lines}
    return [(value, label) for value, label in Item.choices if value in there]
