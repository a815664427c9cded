"""Sheets over the years of a term: a deputy's, and the county's for everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import FileResponse, Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from deputies.models import Deputy, Mandate, Membership
from julu_liaison.common.working_days import today_here
from scoring.forms.terms import NOWHERE, TermForm
from scoring.reports import terms as reports
from scoring.services.statements import hand_out_term_sheets
from scoring.views.people import own_person, readable_person
from stations.models import Station
from stations.querysets import scope_of

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Asked:
    """Whose sheets over which years, as words and as rows; `whole`: of all stations in reach."""

    title: str
    years: list[int]
    people: list[Deputy]
    whole: list[Deputy]


# ---- A deputy's --------------------------------------------------------------------------------------------------


@require_safe
@login_required
def my_term(request):
    return _page(request, own_person(request))


@require_safe
@login_required
def deputy_term(request, code):
    """The same page for the staff who look after the deputy."""
    return _page(request, readable_person(request, code))


@require_safe
@login_required
@never_cache
def term_file(request, code):
    """The sheet as PDF."""
    person, at = readable_person(request, code), timezone.now()
    term, _terms, sheet = _read(request, person, today_here(at))
    if sheet is None:
        raise Http404
    content = reports.sheet_pdf(sheet, title=term.label, at=at)
    hand_out_term_sheets(whose=person, what=term.label, actor=request.user, at=at)
    name = reports.file_name(f"{person.name}{term.label}", "pdf")
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type="application/pdf")


def _page(request, person: Deputy):
    today = today_here()
    term, terms, sheet = _read(request, person, today)
    context = {
        "person": person, "own": person.user_id == request.user.pk, "term": term, "terms": terms, "sheet": sheet,
        "cards": _cards(sheet) if sheet else [],
    }  # fmt: skip
    return render(request, "scoring/term.html", context)


def _cards(sheet: reports.Sheet) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """For phones, a card a year, the sums and the newest year first: heading, state, what is said."""
    (_year, *labels, _state), rows = reports.sheet_table(sheet)
    return [
        (year, state, [(label, value) for label, value in zip(labels, values, strict=True) if value not in ("", "—")])
        for year, *values, state in reversed(rows)
    ]


def _read(request, person: Deputy, today: date):
    """The term asked for (else the latest), all of the deputy's, and the sheet; no sheet without a term that began."""
    terms = [term for term in reports.terms_of_deputy(person) if term.first <= today]
    key = request.GET.get("term", "")
    term = next((one for one in terms if one.key == key or not key), None)
    if key and term is None:
        raise Http404
    if term is None:
        return None, [], None
    sheet = reports.sheets_of([person], county=person.county, years=term.years(today))[0]
    return term, terms, sheet


# ---- The county's ------------------------------------------------------------------------------------------------


@require_safe
@login_required
@never_cache
def county_terms(request):
    """Everybody of a term, a station at a time; `?format=xlsx` takes all whom the reader sees away as a workbook."""
    county, stations = _reach(request.user)
    at = timezone.now()
    terms = [term for term in reports.terms_of_county(county) if term.first <= today_here(at)]
    form = TermForm(
        request.GET, terms=terms, stations=stations, year=today_here(at).year,
        has_nowhere=county.pk in scope_of(request.user).counties,
    )  # fmt: skip
    if not form.is_valid():
        return render(request, "scoring/terms.html", {"form": form}, status=400)
    asked = _asked(form, terms, county, stations, today_here(at))
    if request.GET.get("format") == "xlsx":
        return _workbook(request, asked, county, at)
    sheets = reports.sheets_of(asked.people, county=county, years=asked.years)
    context = {
        "form": form, "asked": asked, "rows": [_row(sheet, asked.years) for sheet in sheets], "labels": list(reports.COUNTS.values()),
        "file": _with_format(request), "notes": reports.NOTES, "not_ranked": reports.NOT_RANKED,
    }  # fmt: skip
    return render(request, "scoring/terms.html", context)


def _row(sheet: reports.Sheet, years: list[int]) -> tuple:
    """Deputy, points year by year, sums of what was counted with their labels."""
    sums = sheet.sums
    return sheet, [(year, sheet.of(year)) for year in years], [(text, sums[key]) for key, text in reports.COUNTS.items()]


def _reach(user) -> tuple[Station, list[Station]]:
    """The county and the stations whose sheets the person reads. Raises PermissionDenied."""
    scope = scope_of(user)
    own = Q(county__in=scope.counties) | Q(pk__in=scope.townships)
    stations = list(Station.objects.townships().filter(own).order_by("official_order", "code"))
    keys = scope.counties or {station.county_id for station in stations}
    county = Station.objects.filter(pk__in=keys).order_by("code").first()
    if county is None:
        raise PermissionDenied
    return county, stations


def _asked(form: TermForm, terms: Sequence, county: Station, stations: list[Station], today: date) -> Asked:
    given = form.cleaned_data
    term = next((one for one in terms if one.key == given["term"]), None)
    rows = Mandate.objects.filter(deputy=OuterRef("pk"))
    if term:
        years, title = term.years(today), term.label
        rows = rows.filter(level=term.level, term=term.name)
    else:
        years, title = list(range(given["since"], given["until"] + 1)), f"{given['since']}—{given['until']}年"
        rows = rows.overlapping(date(years[0], 1, 1), date(years[-1], 12, 31))
    people = Deputy.objects.filter(Exists(rows), county=county)
    placed = _placed(people, min(today, date(years[-1], 12, 31)))
    in_reach = {code for code, _name in form.fields["station"].choices}
    return Asked(
        title=title, years=years, people=[person for person, place in placed if place == given["station"]],
        whole=[person for person, place in placed if place in in_reach],
    )  # fmt: skip


def _placed(people, on: date) -> list[tuple[Deputy, str]]:
    """Deputies with the code of the station where they served last."""
    rows = Membership.objects.latest_on(on).filter(deputy__in=people)
    places = dict(rows.values_list("deputy", "branch__parent__code"))
    return [(person, places.get(person.pk, NOWHERE)) for person in people]


def _workbook(request, asked: Asked, county: Station, at):
    sheets = reports.sheets_of(asked.whole, county=county, years=asked.years)
    content = reports.workbook(sheets, title=f"{county.name}{asked.title}", years=asked.years, at=at)
    hand_out_term_sheets(whose=county, what=asked.title, actor=request.user, at=at, people=len(sheets))
    name = reports.file_name(f"{county.name}{asked.title}", "xlsx")
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=WORKBOOK)


def _with_format(request) -> str:
    query = request.GET.copy()
    query["format"] = "xlsx"
    return f"?{query.urlencode()}"
