"""The list of deputies: its filters."""

from django import forms

from deputies.querysets import DeputyQuerySet
from stations.models import Station
from stations.rules import place_choices


class SearchForm(forms.Form):
    """Search by name, pinyin initials, tail of the phone or code, within one place; lives in the address."""

    q = forms.CharField(label="查找", required=False, max_length=40)
    station = forms.ChoiceField(label="地方", required=False, widget=forms.Select(attrs={"class": "fld"}))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        places = Station.objects.visible_to(user).order_by("official_order", "code")
        self.places = {place.code: place for place in places}
        self.fields["station"].choices = [("", "全部"), *place_choices(self.places.values())]

    def applied(self, rows: DeputyQuerySet, on) -> DeputyQuerySet:
        """Return the deputies that pass; none while the address names a place that is not a choice."""
        if not self.is_valid():
            return rows.none()
        place = self.places.get(self.cleaned_data["station"])
        rows = rows.serving(on, place) if place else rows
        return rows.matching(self.cleaned_data["q"])
