"""The yearly figures of a place and period: a table, and a paragraph to copy or take away as a Word document."""

from datetime import date
from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activities.permissions import can_report
from activities.states import ActivityState, LogState
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.handing_out import hand_out_table
from julu_liaison.common.working_days import today_here
from julu_liaison.summary import (
    LABELS,
    MEANINGS,
    grid_of,
    paragraph_of,
    period_words,
    summary_name,
    summary_of,
    summary_paper,
)
from opinions.forms.figures import PeriodForm, presets, with_values
from opinions.states import Kind
from stations.models import Station
from stations.states import Level

OFFICIAL_ORDER = ("depth", "parent__official_order", "parent__code", "official_order", "code")


@require_safe
@login_required
@never_cache
def summary(request):
    """Figures of `?since=&until=&place=`; `?format=docx` takes the paper away."""
    today = today_here()
    form = PeriodForm(request.GET, places=_places(request.user, today), departments=[], today=today)
    context = {"form": form, "presets": presets(request.GET, today)}
    if not form.is_valid():
        return render(request, "summary.html", context, status=400)
    start, end, place = form.cleaned_data["since"], form.cleaned_data["until"], form.chosen_place
    figures, grid = summary_of(start=start, end=end, place=place), grid_of(place, end)
    if request.GET.get("format") == "docx":
        return _paper(request, figures, grid, start, end)
    links = _links(place, start, end)
    context |= {
        "name": form.name,
        "paragraph": paragraph_of(figures, grid, start, end, today=today),
        "rows": [(label, getattr(figures, key), MEANINGS[key], links.get(key, "")) for key, label in LABELS.items()],
        "roles": list(figures.lines())[len(LABELS) :],
        "docx": with_values(request.GET, format="docx"),
        "is_running": end >= today,
    }
    return render(request, "summary.html", context)


def _places(user, today) -> list[Station]:
    rows = Station.objects.visible_to(user).open(today).select_related("parent").order_by(*OFFICIAL_ORDER)
    found = [place for place in rows if can_report(user, place)]
    if not found:
        raise NotAllowed("履职情况由县人大办公室和乡镇联络站统计,需要的话请联系他们。")
    return found


def _paper(request, figures, grid, start, end):
    at = timezone.localtime()
    hand_out_table(
        what="summary", file_format="docx", actor=request.user, at=at, place=grid.place.full_name,
        period=f"{start:%Y-%m-%d}至{end:%Y-%m-%d}",
    )  # fmt: skip
    content = summary_paper(figures, grid, start, end, at=at)
    return FileResponse(BytesIO(content), as_attachment=True, filename=summary_name(grid.place, start, end))


def _links(place: Station, start: date, end: date) -> dict[str, str]:
    """The lists that show exactly the rows a figure counts. Logs and activities are listed by whole years."""
    at = {} if place.level == Level.CENTRE else {"station": place.code}  # the lists show the whole county without it
    tickets = at | {"kind": Kind.OPINION, "since": f"{start}", "until": f"{end}"}
    links = {
        "opinions": _list("opinions", tickets | {"figure": "received"}),
        "opinions_to_departments": _list("opinions", tickets | {"figure": "transferred"}),
    }
    if period_words(start, end) == f"{start.year}年":
        year = at | {"year": f"{start.year}"}
        links["activities"] = _list("activities", year | {"state": ActivityState.HELD})
        links["logs"] = _list("duty-logs", year | {"state": LogState.FILED})
    return links


def _list(name: str, query: dict[str, str]) -> str:
    return f"{reverse(name)}?{urlencode(query)}"
