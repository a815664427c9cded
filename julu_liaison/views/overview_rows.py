"""The lists behind the overview's figures of reception days and attendance."""

from datetime import date

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import QueryDict
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activities.rules.receptions import ATTENDANCE, RECEPTIONS
from julu_liaison.common.working_days import today_here
from julu_liaison.overview import Period, Span
from julu_liaison.overview.periods import EARLIEST
from julu_liaison.overview.rows import attendance_lines, attendance_rows, reception_lines, reception_rows
from julu_liaison.views.overview import own_place
from stations.models import Station
from stations.permissions import can_see_overview
from stations.rules import place_choices
from stations.states import Level

PAGE_SIZE = 50
PLACES = ("station__official_order", "station__code", "branch__official_order", "branch__code")


class RowsForm(forms.Form):
    """Which figure, from when to when, of which place; this month and the own place unless said otherwise."""

    figure = forms.ChoiceField(label="看哪些")
    since, until = (
        forms.DateField(
            label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            error_messages={"invalid": f"{label}请写成 2026-03-01 这样"},
        )
        for label in ("从", "到")
    )  # fmt: skip
    station = forms.ChoiceField(label="地方", required=False)

    def __init__(self, asked: QueryDict, *, figures: dict[str, str], user, today: date):
        month = Period.around(Span.MONTH, today)
        usual = {"figure": next(iter(figures)), "since": f"{month.start}", "until": f"{month.end}", "station": ""}
        super().__init__({name: asked.get(name) or value for name, value in usual.items()})
        self.own, self.latest = own_place(user), date(today.year + 1, 12, 31)
        below = Station.objects.under(self.own).exclude(level=Level.CENTRE).select_related("parent")
        self.places = {place.code: place for place in below.order_by("official_order", "code")}
        first = "全县" if self.own.level == Level.CENTRE else "全站"
        self.fields["figure"].choices = figures.items()
        self.fields["station"].choices = [("", first), *place_choices(self.places.values())]
        for field in self.fields.values():
            field.widget.attrs["class"] = "fld"

    def clean(self):
        given = super().clean()
        for name in ("since", "until"):
            if given.get(name) and not EARLIEST <= given[name] <= self.latest:
                self.add_error(name, f"请选{EARLIEST.year}年到{self.latest.year}年的日子")
        if given.get("since") and given.get("until") and given["until"] < given["since"]:
            self.add_error("until", "结束日期不能早于开始日期")
        return given

    @property
    def place(self) -> Station:
        return self.places.get(self.cleaned_data["station"], self.own)

    def asked(self, on: date) -> dict:
        """What the rows are read by."""
        given = self.cleaned_data
        return {
            "place": self.place,
            "figure": given["figure"],
            "start": given["since"],
            "end": given["until"],
            "on": on,
        }


@require_safe
@login_required
@never_cache
def overview_receptions(request):
    """Reception days with their people, whether logged in time, late, not yet, or not held."""
    return _rows(request, RECEPTIONS, "overview/receptions.html", _reception_page)


@require_safe
@login_required
@never_cache
def overview_attendance(request):
    """Who was expected, came, was on leave or absent, at which reception."""
    return _rows(request, ATTENDANCE, "overview/attendance.html", _attendance_page)


def _rows(request, figures: dict[str, str], template: str, read):
    today = today_here()
    form = RowsForm(request.GET, figures=figures, user=request.user, today=today)
    if not form.is_valid():
        return render(request, template, {"form": form}, status=400)
    if not can_see_overview(request.user, form.place):
        raise PermissionDenied
    page, lines = read(form.asked(today), request.GET.get("page", "1"))
    context = {"form": form, "page": page, "lines": lines, "links": _links(page, request.GET)}
    return render(request, template, context)


def _reception_page(asked: dict, number: str):
    page = Paginator(reception_rows(**asked).order_by("-for_sunday", *PLACES, "pk"), PAGE_SIZE).get_page(number)
    return page, reception_lines(list(page), asked["on"])


def _attendance_page(asked: dict, number: str):
    page = Paginator(attendance_rows(**asked), PAGE_SIZE).get_page(number)
    return page, attendance_lines(list(page))


def _links(page, asked: QueryDict) -> dict[str, str]:
    kept = {name: value for name, value in asked.items() if name != "page"}
    return {
        "previous": f"?{urlencode(kept | {'page': page.previous_page_number()})}" if page.has_previous() else "",
        "next": f"?{urlencode(kept | {'page': page.next_page_number()})}" if page.has_next() else "",
    }
