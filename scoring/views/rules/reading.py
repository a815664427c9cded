"""How points are counted (怎么记分), for whoever they concern; the county's page of a scheme's versions."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from julu_liaison.common.texts import plain_number
from julu_liaison.common.working_days import today_here
from scoring.forms.rules import BeginForm
from scoring.models import Scheme, SchemeVersion
from scoring.permissions import can_set_rules
from scoring.rules import Schedule
from scoring.rules.changes import Change, Value, changed_items, spans_of
from scoring.services import open_scheme, schedule_of
from scoring.services.versions import values_of
from scoring.states import BASE_ITEMS, Item, VersionState
from scoring.views.rules.places import chosen_year, county_of, demand_setter, scheme_of
from scoring.workflow import is_frozen
from stations.querysets import scope_of

COLUMNS = 4  # versions side by side


@dataclass(frozen=True)
class Span:
    """From which day an item is worth what; `now` on the day looked at, `later` after it."""

    start: date
    words: str
    now: bool
    later: bool


@dataclass(frozen=True)
class Column:
    """One version in the table; `changes` of the version before, by item."""

    version: SchemeVersion
    values: dict[str, Value]
    changes: dict[str, Change]


@require_safe
@login_required
def rules(request):
    """A year's values in plain words."""
    county, today = county_of(request.user), today_here()
    years = list(Scheme.objects.filter(county=county).values_list("year", flat=True))
    usual = today.year if today.year in years else max(years, default=today.year)
    year = chosen_year(request.GET.get("year", ""), years, usual)
    scheme = Scheme.objects.filter(county=county, year=year).prefetch_related("grades").first()
    schedule = schedule_of(scheme) if scheme else Schedule([])
    context = {
        "county": county, "scheme": scheme, "year": year, "years": years, "today": today,
        "blocks": _blocks(schedule, today), "is_staff": county.pk in scope_of(request.user).counties,
        "may": can_set_rules(request.user, county),
        "next_year": _next_year(years, today),
    }  # fmt: skip
    return render(request, "scoring/rules.html", context)


@require_POST
@login_required
def rules_open(request):
    """Open the scheme of the year after the last one, with its values."""
    county = county_of(request.user)
    demand_setter(request.user, county)
    years = list(Scheme.objects.filter(county=county).values_list("year", flat=True))
    year = plain_number(request.POST.get("year", ""), digits=4)
    if year not in (*years, _next_year(years, today_here())):
        raise Http404
    open_scheme(county=county, year=year, actor=request.user, at=timezone.now())
    messages.success(request, f"{year}年的方案建好了,分值和上一年一样,可以再改。")
    return redirect("rules-versions", year)


@require_safe
@login_required
def rules_versions(request, year: int):
    """A scheme's versions side by side, what changed between them, and the draft."""
    scheme = scheme_of(request.user, year)
    return versions_page(request, scheme, BeginForm(initial={"starts_on": _usual_start(year, today_here())}))


def versions_page(request, scheme: Scheme, form: BeginForm, status: int = 200):
    versions = scheme.versions.exclude(state=VersionState.DROPPED).prefetch_related("rules")
    columns = _columns(list(versions.select_related("applied_by", "drafted_by")))
    shown = columns[-COLUMNS:]
    context = {
        "scheme": scheme, "columns": columns[::-1], "shown": shown, "blocks": _side_by_side(shown),
        "draft": next((one.version for one in columns if one.version.state == VersionState.DRAFT), None),
        "may": can_set_rules(request.user, scheme.county), "frozen": is_frozen(scheme.county_id, scheme.year), "form": form,
        "years": list(Scheme.objects.filter(county=scheme.county_id).values_list("year", flat=True)),
        "dropped": scheme.versions.filter(state=VersionState.DROPPED).count(),
    }  # fmt: skip
    return render(request, "scoring/rules_versions.html", context, status=status)


def _next_year(years: list[int], today: date) -> int | None:
    """The year whose scheme may be opened now: this one or the next."""
    following = max(years, default=today.year - 1) + 1
    return following if following <= today.year + 1 else None


def _usual_start(year: int, today: date) -> date:
    return min(max(today, date(year, 1, 1)), date(year, 12, 31))


def _blocks(schedule: Schedule, today: date) -> list[tuple[bool, list[tuple[str, list[Span]]]]]:
    rows = [(item, _spans(schedule, item, today)) for item in Item]
    return [(base, [(item.label, spans) for item, spans in rows if (item in BASE_ITEMS) == base]) for base in (True, False)]


def _spans(schedule: Schedule, item: Item, today: date) -> list[Span]:
    spans = spans_of(schedule, item)
    begun = [start for start, _value in spans if start <= today] or [start for start, _value in spans[:1]]
    return [
        Span(start, value.words(item), now=start == begun[-1], later=start > begun[-1]) for start, value in spans
    ]  # fmt: skip


def _columns(versions: list[SchemeVersion]) -> list[Column]:
    found: list[Column] = []
    for version in versions:
        values = values_of(version)
        changes = changed_items(found[-1].values, values) if found else []
        found.append(Column(version, values, {change.item: change for change in changes}))
    return found


def _side_by_side(columns: list[Column]) -> list[tuple[bool, list[tuple[str, list[tuple[str, bool, str]]]]]]:
    """By block: (item's words, what each version says, whether it changed there, the version's number)."""
    return [
        (base, [(item.label, _cells(columns, item)) for item in Item if (item in BASE_ITEMS) == base])
        for base in (True, False)
    ]  # fmt: skip


def _cells(columns: list[Column], item: Item) -> list[tuple[str, bool, str]]:
    nothing = Value(Decimal(0), None)
    return [
        (one.values.get(item, nothing).words(item), item in one.changes, f"第{one.version.number}版") for one in columns
    ]  # fmt: skip
