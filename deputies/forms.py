"""The list of deputies: its filters."""

from django import forms

from deputies.querysets import DeputyQuerySet
from stations.models import Station
from stations.states import Level


class SearchForm(forms.Form):
    """Search by name, pinyin initials, tail of the phone or code, within one place; lives in the address."""

    q = forms.CharField(label="查找", required=False, max_length=40)
    station = forms.ChoiceField(label="地方", required=False, widget=forms.Select(attrs={"class": "fld"}))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.places = {place.code: place for place in Station.objects.visible_to(user).order_by("official_order", "code")}
        self.fields["station"].choices = [("", "全部"), *_place_choices(list(self.places.values()))]

    def applied(self, rows: DeputyQuerySet, on) -> DeputyQuerySet:
        """Return the deputies that pass; none while the address names a place that is not a choice."""
        if not self.is_valid():
            return rows.none()
        place = self.places.get(self.cleaned_data["station"])
        rows = rows.serving(on, place) if place else rows
        return rows.matching(self.cleaned_data["q"])


def _place_choices(places: list[Station]) -> list:
    """Return (code, name) for a select, branches grouped under their township."""
    groups = []
    for township in places:
        if township.level == Level.TOWNSHIP:
            below = [(place.code, place.name) for place in places if place.parent_id == township.pk]
            groups.append((township.name, [(township.code, f"{township.name}全部"), *below]))
    return groups
