"""Filters of the lists of scores; they live in the address."""

from django import forms

from deputies.states import MandateLevel
from scoring.services.lists import ScoreRow
from stations.models import Station
from stations.rules import place_choices
from stations.states import Level

SELECT = {"class": "fld"}


class ScoreFilter(forms.Form):
    """By name, place, level, grade, and whether an absence stands; in official order or by name, never by score."""

    q = forms.CharField(label="查找", required=False, max_length=40)
    place = forms.ChoiceField(label="地方", required=False, widget=forms.Select(attrs=SELECT))
    level = forms.ChoiceField(
        label="层级", required=False, choices=[("", "全部"), *MandateLevel.choices], widget=forms.Select(attrs=SELECT)
    )
    grade = forms.ChoiceField(label="等次", required=False, widget=forms.Select(attrs=SELECT))
    absent = forms.ChoiceField(
        label="缺席", required=False, choices=[("", "全部"), ("1", "有缺席扣分的")], widget=forms.Select(attrs=SELECT)
    )
    order = forms.ChoiceField(
        label="次序", required=False, choices=[("", "公文顺序"), ("name", "姓名拼音")], widget=forms.Select(attrs=SELECT)
    )

    def __init__(self, *args, places: list[Station], grades: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.places = {place.code: place for place in places}
        self.fields["place"].choices = [("", "全部"), *place_choices(places)]  # type: ignore[attr-defined]
        self.fields["grade"].choices = [("", "全部"), *((name, name) for name in grades)]  # type: ignore[attr-defined]
        if not grades:
            del self.fields["grade"]
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = "请从列出的里面选"

    @property
    def is_narrowed(self) -> bool:
        return any(self.data.get(name) for name in ("q", "place", "level", "grade", "absent"))

    @property
    def by_name(self) -> bool:
        return self.is_valid() and self.cleaned_data["order"] == "name"

    @property
    def chosen(self) -> dict[str, str]:
        """What was chosen, for the audit row; not the words of a search."""
        return {name: value for name, value in self.cleaned_data.items() if value and name != "q"}

    def applied(self, rows: list[ScoreRow]) -> list[ScoreRow]:
        """The rows that pass, in the order asked for; none while the address says what is no choice."""
        if not self.is_valid():
            return []
        rows = [row for row in rows if self._passes(row)]
        return sorted(rows, key=lambda row: (row.person.sort_key, row.person.code)) if self.by_name else rows

    def _passes(self, row: ScoreRow) -> bool:
        given, person = self.cleaned_data, row.person
        place, text = self.places.get(given["place"]), "".join(given["q"].split())
        at = person.branch if place and place.level == Level.BRANCH else person.station
        return (
            (place is None or at == place.pk)
            and (not given["level"] or given["level"] in row.levels)
            and (not given.get("grade") or given["grade"] == row.grade)
            and (not given["absent"] or row.absences > 0)
            and (not text or text in person.name or person.initials.startswith(text.lower()) or text == person.code)
        )
