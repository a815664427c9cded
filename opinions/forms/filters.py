"""What the list of tickets shows: its filters, which live in the address."""

from datetime import date

from django import forms
from django.db.models import QuerySet

from activities.states import Category
from julu_liaison.common.working_days import today_here
from opinions.states import ENDED, Kind, State
from stations.models import Station
from stations.rules import place_choices

NO_FILTER = [("", "全部")]
OPEN_OR_ENDED = [("open", "没有办结的"), ("ended", "已经结束的")]


class FilterForm(forms.Form):
    """What the list of tickets shows; every filter lives in the address."""

    q = forms.CharField(label="查找", required=False, max_length=60)
    state = forms.ChoiceField(label="状态", required=False, choices=NO_FILTER + OPEN_OR_ENDED + State.choices)
    kind = forms.ChoiceField(label="性质", required=False, choices=NO_FILTER + Kind.choices)
    category = forms.ChoiceField(label="类别", required=False, choices=NO_FILTER + Category.choices)
    station = forms.ChoiceField(label="地方", required=False)
    since = forms.DateField(label="收到日期从", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    mine = forms.BooleanField(label="该我办的", required=False)
    overdue = forms.BooleanField(label="超期的", required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.places = list(Station.objects.visible_to(user).open(today_here()).order_by("official_order", "code"))
        self.fields["station"].choices = NO_FILTER + place_choices(self.places)
        for field in self.fields.values():
            if not isinstance(field, forms.BooleanField):
                field.widget.attrs["class"] = "fld"

    @property
    def has_places(self) -> bool:
        return len(self.places) > 1

    @property
    def has_choices(self) -> bool:
        """Is one of the filters set that phones fold away?"""
        return any(self[name].value() for name in ("state", "kind", "category", "station"))

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.values()) if self.is_valid() else True

    def applied(self, rows: QuerySet, on: date) -> QuerySet:
        """Return the rows that pass; none while a filter in the address is not one of the choices."""
        if not self.is_valid():
            return rows.none()
        chosen = self.cleaned_data
        rows = rows.matching(chosen["q"])
        for name in ("kind", "category"):
            rows = rows.filter(**{name: chosen[name]}) if chosen[name] else rows
        if chosen["station"]:
            rows = rows.under(next(place for place in self.places if place.code == chosen["station"]))
        if chosen["since"]:
            rows = rows.filter(registered_on__gte=chosen["since"])
        rows = rows.waiting_for(self.user) if chosen["mine"] else rows
        rows = rows.overdue(on) if chosen["overdue"] else rows
        return _in_state(rows, chosen["state"])


def _in_state(rows: QuerySet, state: str) -> QuerySet:
    if state == "open":
        return rows.open()
    if state == "ended":
        return rows.filter(state__in=ENDED)
    return rows.filter(state=state) if state else rows
