"""One deputy's score of a year: every entry, where it came from, what was corrected."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from deputies.models import Deputy
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from scoring.models import PointEntry, Scheme
from scoring.permissions import can_see_score
from scoring.services import score_of
from scoring.states import Block, Source


@dataclass(frozen=True)
class Line:
    """One entry as shown: `link` leads to what it came from, if the person may open that."""

    entry: PointEntry
    link: str
    is_corrected: bool


@require_safe
@login_required
def my_score(request):
    person = Deputy.objects.filter(user=request.user).select_related("county").first()
    if person is None:
        raise Http404
    return _score_page(request, person, own=True)


@require_safe
@login_required
def deputy_score(request, code):
    """The same page for the staff who look after the deputy."""
    person = get_object_or_404(Deputy.objects.visible_to(request.user).select_related("county"), code=code)
    if not can_see_score(request.user, person):
        raise PermissionDenied
    return _score_page(request, person, own=person.user_id == request.user.pk)


def _score_page(request, person: Deputy, *, own: bool):
    today = today_here()
    years = sorted({today.year, *Scheme.objects.filter(county=person.county_id).values_list("year", flat=True)})[::-1]
    year = _chosen_year(request.GET.get("year", ""), years, today.year)
    lines = _lines(request.user, person, year)
    score = score_of(deputy=person, year=year)
    context = {
        "person": person,
        "own": own,
        "year": year,
        "years": years,
        "today": today,
        "score": score,
        "deducted": -score.deductions,
        "blocks": [
            (block, [line for line in lines if line.entry.block == block]) for block in (Block.BASE, Block.BONUS)
        ],
    }
    return render(request, "scoring/score.html", context)


def _chosen_year(text: str, years: list[int], this_year: int) -> int:
    if not text:
        return this_year
    year = next((year for year in years if str(year) == text), None)
    if year is None:
        raise Http404
    return year


def _link(entry: PointEntry, tickets: set[str]) -> str:
    """Where the entry came from; a log that earned it is open to the deputy and to everybody who sees the score."""
    if entry.source == Source.LOG:
        return reverse("duty-log", args=[entry.source_key])
    return reverse("opinion", args=[entry.source_key]) if entry.source_key in tickets else ""


def _lines(user, person: Deputy, year: int) -> list[Line]:
    """The year's entries, newest first."""
    entries = PointEntry.objects.of_year(year).filter(deputy=person).select_related("rule", "reverses", "reversed_by")
    entries = list(entries.order_by("-occurred_on", "-pk"))
    tickets = {entry.source_key for entry in entries if entry.source == Source.OPINION}
    seen = {str(uid) for uid in Opinion.objects.visible_to(user).filter(uid__in=tickets).values_list("uid", flat=True)}
    return [
        Line(
            entry=entry,
            link=_link(entry, seen),
            is_corrected=getattr(entry, "reversed_by", None) is not None,
        )
        for entry in entries
    ]
