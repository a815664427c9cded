"""What was printed and is not on the wall yet; recording that it was hung."""

from collections import Counter, defaultdict
from itertools import groupby
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from deputies.forms import HangingForm
from deputies.models import Edition
from deputies.permissions import can_print
from deputies.posters import PRODUCTS
from deputies.posters.hanging import Waiting, waiting
from deputies.posters.places import places_for
from deputies.services import record_hanging
from deputies.services.editions import CENTRALLY, LONGEST_PLACE
from deputies.views.editions.choosing import demand_reader
from deputies.views.editions.single import usual_hanger
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.states import Level


class FilterForm(forms.Form):
    station = forms.ChoiceField(label="地方", required=False, widget=forms.Select(attrs={"class": "fld"}))
    product = forms.ChoiceField(label="种类", required=False, widget=forms.Select(attrs={"class": "fld"}))
    size = forms.CharField(label="尺寸", required=False, max_length=20, widget=forms.Select(attrs={"class": "fld"}))

    def __init__(self, data, *, stations: list[Station]):
        super().__init__({name: data.get(name, "") for name in ("station", "product", "size")})
        self.stations = {station.code: station for station in stations}
        self.fields["station"].choices = [("", "全部"), *((station.code, station.name) for station in stations)]
        self.fields["product"].choices = [("", "全部"), *((one.product, one.label) for one in PRODUCTS.values())]

    def applied(self, editions):
        """Editions of the chosen station and kind. What is no choice: 404."""
        if not self.is_valid():
            raise Http404
        station, product = self.cleaned_data["station"], self.cleaned_data["product"]
        editions = editions.filter(product__in=[product] if product else list(PRODUCTS))
        return editions.under(self.stations[station]) if station else editions

    def of_size(self, rows: list[Waiting]) -> list[Waiting]:
        """The rows of the chosen size; those that there are can be chosen, and the one that was."""
        chosen = self.cleaned_data["size"]
        sizes = {row.order.size.code: row.order.size.label for row in rows}
        offered = {chosen: chosen} | sizes if chosen else sizes
        self.fields["size"].widget.choices = [("", "全部"), *offered.items()]
        return [row for row in rows if chosen in ("", row.order.size.code)]

    @property
    def query(self) -> str:
        return urlencode({name: value for name, value in self.cleaned_data.items() if value})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def hanging(request):
    """The editions that wait for being hung. POST records it of the ticked ones: one day, one person, each its place."""
    demand_reader(request.user)
    posted = request.method == "POST"
    chosen = FilterForm(request.POST if posted else request.GET, stations=places_for(request.user, Level.TOWNSHIP))
    seen = Edition.objects.visible_to(request.user)
    rows = chosen.of_size(waiting(chosen.applied(seen), timezone.now()))
    if not posted:
        offered = HangingForm(initial={"hung_on": today_here(), "by": usual_hanger(request.user)}, many=True)
        return _page(request, chosen, rows, offered)
    form = HangingForm(request.POST, many=True)
    ticked = _ticked(request, seen, rows, form)
    if form.is_valid():
        try:
            _record(request, ticked, form.cleaned_data)
        except DomainError as error:
            form.take(error)
        else:
            messages.success(request, f"已登记,{len(ticked)}块挂好了。")
            return redirect(f"{request.path}?{chosen.query}" if chosen.query else request.path)
    return _page(request, chosen, rows, form)


def _ticked(request, seen, rows: list[Waiting], form: HangingForm) -> list[Waiting]:
    """The ticked rows; with errors on the form for none, two of one place, too long a place, what somebody else has recorded."""
    uids = set(request.POST.getlist("edition"))
    found = [row for row in rows if str(row.edition.uid) in uids]
    if not all(can_print(request.user, row.edition.place) for row in found):
        raise NotAllowed(CENTRALLY)
    gone = uids - {str(row.edition.uid) for row in found}
    if gone and (not all(map(_is_uid, gone)) or seen.filter(uid__in=gone).count() < len(gone)):
        raise Http404
    if gone:
        form.add_error(None, f"有{len(gone)}块刚由别人登记过,或者又印了新的一版,已经不在下面,请再看一遍")
    elif not found:
        form.add_error(None, "还没有勾选,请先勾选挂好了的")
    sheets = Counter((row.edition.place, row.order.product, row.order.period) for row in found)
    for (place, product, _period), count in sheets.items():
        if count > 1:
            form.add_error(None, f"{place.full_name}的{product.label}勾了{count}块,请只勾挂上去的那一块")
    for row in found:
        if len(_own_place(request, row)) > LONGEST_PLACE:
            form.add_error(None, f"{row.edition.place.full_name}:悬挂地点最多{LONGEST_PLACE}个字")
    return found


def _is_uid(text: str) -> bool:
    try:
        forms.UUIDField().clean(text)
    except forms.ValidationError:
        return False
    return True


def _own_place(request, row: Waiting) -> str:
    return request.POST.get(f"where-{row.edition.uid}", "").strip()


@transaction.atomic
def _record(request, rows: list[Waiting], said: dict) -> None:
    """All or none. A row's own place counts before the one said of all, and that before what is usual there."""
    places = defaultdict(list)
    for row in rows:
        places[_own_place(request, row) or said["where"] or row.where].append(row.edition)
    at = timezone.now()
    for where, editions in places.items():
        record_hanging(
            editions=editions, hung_on=said["hung_on"], where=where, by=said["by"], actor=request.user, at=at
        )


def _page(request, chosen: FilterForm, rows: list[Waiting], form: HangingForm):
    groups = groupby(rows, key=lambda row: row.edition.place.township)
    context = {
        "filters": chosen, "form": form, "rows": rows, "groups": [(place.name, list(found)) for place, found in groups],
        "may_print": bool(rows) and all(can_print(request.user, row.edition.place) for row in rows),
        "ticked": set(request.POST.getlist("edition")), "longest": LONGEST_PLACE,
        "typed": {row.edition.uid: _own_place(request, row) for row in rows},
    }  # fmt: skip
    return render(request, "editions/hanging.html", context, status=400 if form.errors else 200)
