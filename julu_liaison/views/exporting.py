"""Exporting registers: the county's staff all of them, a clerk those of the own station."""

from io import BytesIO

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.working_days import today_here
from julu_liaison.registers import REGISTERS, register_of
from stations.models import Station
from stations.rules import place_choices
from stations.states import Level

WHOSE = "名册由县人大办公室和乡镇联络站导出,需要的话请联系他们。"


class PlaceForm(forms.Form):
    """Of which place; lives in the address of the download."""

    station = forms.ChoiceField(label="地方", widget=forms.Select(attrs={"class": "fld"}))

    def __init__(self, places: list[Station]):
        super().__init__()
        centres = [(place.code, f"{place.name}全县") for place in places if place.level == Level.CENTRE]
        self.fields["station"].choices = centres + place_choices(places)


@require_safe
@login_required
def export_page(request):
    """Choose a place and a register."""
    places = _places(request.user)
    kinds = [register for register in REGISTERS.values() if register.may_export(request.user, places[0])]
    counties = [place for place in places if place.level == Level.CENTRE]
    context = {"form": PlaceForm(places), "kinds": kinds, "counties": counties}
    return render(request, "registers/export.html", context)


@require_safe
@login_required
@never_cache
def export_register(request, kind):
    """The register of one place, `?station=`, as a workbook that can be imported again."""
    register, today = register_of(kind), today_here()
    code = request.GET.get("station", "")
    place = Station.objects.select_related("county").named(code, request.user) if code else _places(request.user)[0]
    content, _rows = register.export(place, on=today, actor=request.user)
    return FileResponse(
        BytesIO(content), as_attachment=True, filename=f"{place.name}{register.title}-{today:%Y-%m-%d}.xlsx"
    )


def _places(user) -> list[Station]:
    """The places whose registers `user` may export, the highest first."""
    places = Station.objects.visible_to(user).select_related("parent", "county")
    places = places.order_by("depth", "parent__official_order", "parent__code", "official_order", "code")
    found = [place for place in places if any(register.may_export(user, place) for register in REGISTERS.values())]
    if not found:
        raise NotAllowed(WHOSE)
    return found
