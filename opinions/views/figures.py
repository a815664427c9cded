"""The figures of opinions and suggestions, on a page and to take away."""

from datetime import date
from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import FileResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from julu_liaison.common.handing_out import hand_out_table
from julu_liaison.common.working_days import today_here
from opinions.forms.figures import PeriodForm, presets, with_values
from opinions.reports.files import LIMITS, figures_text, figures_workbook, words_of_period
from opinions.reports.reading import Asked, read_figures
from opinions.reports.tables import meanings_of, tables_of
from stations.models import Department, Station
from stations.querysets import scope_of

MAKERS = {"xlsx": figures_workbook, "csv": figures_text}
OFFICIAL_ORDER = ("depth", "parent__official_order", "parent__code", "official_order", "code")


@require_safe
@login_required
@never_cache
def figures(request):
    """Tables by place and by department for a period; `?format=xlsx` or `csv` takes them away."""
    today = today_here()
    places, departments = _reach(request.user, today)
    form = PeriodForm(request.GET, places=places, departments=departments, today=today)
    context = {"form": form, "presets": presets(request.GET, today), "limits": LIMITS}
    if not form.is_valid():
        return render(request, "opinions/figures.html", context, status=400)
    asked = _asked(form, today)
    tables = tables_of(read_figures(asked))
    wanted = request.GET.get("format", "")
    if wanted in MAKERS:
        hand_out_table(
            what="figures", file_format=wanted, actor=request.user, at=timezone.now(), place=form.cleaned_data["place"],
            period=words_of_period(asked),
        )  # fmt: skip
        name = f"{form.name}办理情况统计{asked.since:%Y%m%d}-{asked.until:%Y%m%d}.{wanted}"
        return FileResponse(BytesIO(MAKERS[wanted](tables, asked, form.name)), as_attachment=True, filename=name)
    files = [(kind, with_values(request.GET, format=kind)) for kind in MAKERS]
    context |= {
        "tables": tables,
        "name": form.name,
        "period": words_of_period(asked),
        "files": files,
        "meanings": meanings_of(tables),
    }
    return render(request, "opinions/figures.html", context)


def _reach(user, today: date) -> tuple[list[Station], list[Department]]:
    """Places and departments whose figures the person reads. Raises PermissionDenied for those who read none."""
    scope = scope_of(user)
    own = Q(county__in=scope.counties) | Q(pk__in=scope.counties | scope.townships | scope.headed)
    rows = Station.objects.filter(own | Q(parent__in=scope.townships)).open(today).select_related("parent")
    places = list(rows.order_by(*OFFICIAL_ORDER))
    departments = list(Department.objects.filter(pk__in=scope.departments))
    if not places and not departments:
        raise PermissionDenied
    return places, departments


def _asked(form: PeriodForm, today: date) -> Asked:
    given, place = form.cleaned_data, form.chosen_place
    return Asked(given["since"], given["until"], today, place, () if place else tuple(form.departments))
