"""Statements of points: a deputy's quarters and running year, as page and PDF; the county's list of what was issued."""

from dataclasses import dataclass
from io import BytesIO

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Min
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from deputies.models import Deputy
from julu_liaison.common.texts import plain_number
from julu_liaison.common.working_days import today_here
from scoring.models import QuarterStatement, Scheme
from scoring.permissions import can_see_score, can_set_rules
from scoring.posters.statements import statement_name, statement_pdf
from scoring.rules.quarters import Cut, Quarter, StatementLine, changes_in_words
from scoring.services import score_of
from scoring.services.statements import (
    cut_of,
    hand_out_statement,
    issue_statements,
    lines_of,
    statement_of,
    withhold_reason,
)
from scoring.views.people import own_person, readable_person, visible_person
from stations.models import Station
from stations.querysets import scope_of


@dataclass(frozen=True)
class Issued:
    """One quarter's statement as shown: what is new in it since the one before, in words."""

    row: QuarterStatement
    quarter: Quarter
    changes: list[str]
    before: QuarterStatement | None

    @property
    def base_left(self):
        return max(0, self.row.base + self.row.deductions)


@dataclass(frozen=True)
class Round:
    """A quarter as the county sees it: to how many it was issued, when first and last; why not yet."""

    quarter: Quarter
    people: int
    first: object
    last: object
    withheld: str


# ---- A deputy's --------------------------------------------------------------------------------------------------


@require_safe
@login_required
def my_statements(request):
    return _page(request, own_person(request))


@require_safe
@login_required
def deputy_statements(request, code):
    """The same page for the staff who look after the deputy."""
    return _page(request, readable_person(request, code))


@require_safe
@login_required
@never_cache
def statement_file(request, code, year):
    """The statement of a year as PDF; with `?quarter=` as it was issued for that quarter."""
    person, at = visible_person(request, code), timezone.now()
    scheme = get_object_or_404(Scheme, county=person.county_id, year=year)
    if not can_see_score(request.user, person, year):
        raise PermissionDenied
    cut = _cut(person, year, request.GET.get("quarter", ""))
    statement = statement_of(deputy=person, scheme=scheme, at=at, cut=cut)
    content = statement_pdf(statement)
    hand_out_statement(deputy=person, year=year, actor=request.user, at=at)
    return FileResponse(
        BytesIO(content), as_attachment=True, filename=statement_name(statement), content_type="application/pdf"
    )


def _cut(person: Deputy, year: int, text: str) -> Cut | None:
    if not text:
        return None
    rows = QuarterStatement.objects.with_last_number().filter(deputy=person, year=year)
    return cut_of(get_object_or_404(rows, quarter=plain_number(text, digits=1) or 0))


def _page(request, person: Deputy):
    today = today_here()
    schemes = {scheme.year: scheme for scheme in Scheme.objects.filter(county=person.county_id)}
    years = sorted(schemes, reverse=True)
    year = _chosen_year(request.GET.get("year", ""), years, today.year)
    context = {
        "person": person, "own": person.user_id == request.user.pk, "year": year, "years": years, "today": today,
        "score": score_of(deputy=person, year=year) if year in schemes else None,
        "statements": _issued(person, schemes[year]) if year in schemes else [],
    }  # fmt: skip
    return render(request, "scoring/statements.html", context)


def _chosen_year(text: str, years: list[int], this_year: int) -> int:
    if not text:
        return this_year if this_year in years or not years else years[0]
    year = next((year for year in years if str(year) == text), None)
    if year is None:
        raise Http404
    return year


def _issued(person: Deputy, scheme: Scheme) -> list[Issued]:
    """The year's statements, newest first."""
    rows = list(person.statements.with_last_number().filter(year=scheme.year).order_by("quarter"))
    lines = lines_of(scheme, [person.pk], None)[person.pk] if rows else []
    found, before = [], None
    for row in rows:
        found.append(_compared(row, before, lines))
        before = row
    return found[::-1]


def _compared(row: QuarterStatement, before: QuarterStatement | None, lines: list[StatementLine]) -> Issued:
    cut = cut_of(row)
    known = [line for line in lines if cut.knew(line)]
    changes = changes_in_words(known, cut_of(before) if before else None)
    return Issued(row, Quarter(row.year, row.quarter), changes, before)


# ---- The county's ------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def county_statements(request):
    """Which quarter was issued when, to how many; POST issues one that was missed."""
    county = Station.objects.filter(pk__in=scope_of(request.user).counties).order_by("code").first()
    if county is None:
        raise PermissionDenied
    at = timezone.now()
    if request.method == "POST":
        return _issue(request, county, at)
    years = list(Scheme.objects.filter(county=county).order_by("-year").values_list("year", flat=True))
    year = _chosen_year(request.GET.get("year", ""), years, today_here(at).year)
    context = {
        "county": county, "year": year, "years": years, "rounds": _rounds(county, year, at) if years else [],
        "issues": can_set_rules(request.user, county),
    }  # fmt: skip
    return render(request, "scoring/statements_county.html", context)


def _issue(request, county: Station, at):
    year = plain_number(request.POST.get("year", ""), digits=4)
    quarter = plain_number(request.POST.get("quarter", ""), digits=1)
    if year is None or quarter is None or not Scheme.objects.filter(county=county, year=year).exists():
        raise Http404
    new = issue_statements(county=county, year=year, quarter=quarter, at=at, actor=request.user)
    messages.success(request, f"发出了{new}份对账单。" if new else "这个季度的对账单都发过了,没有要补发的。")
    return redirect(f"{request.path}?year={year}")


def _rounds(county: Station, year: int, at) -> list[Round]:
    rows = QuarterStatement.objects.filter(deputy__county=county, year=year).order_by().values_list("quarter")
    sums = {row[0]: row[1:] for row in rows.annotate(people=Count("pk"), first=Min("made_at"), last=Max("made_at"))}
    quarters = [Quarter(year, number) for number in (1, 2, 3, 4)]
    return [Round(one, *sums.get(one.number, (0, None, None)), withhold_reason(one, at)) for one in quarters]
