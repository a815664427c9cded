"""What the page of figures is asked for; and the filter by which the list shows what one number counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from opinions.rules.counting import FIGURES, IN_HAND, RETURNED, counted
from stations.models import Department, Station
from stations.rules import place_choices
from stations.states import Level

OFFICES = "departments"
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "fld"}),
        error_messages={"invalid": f"{label}请写成 2026-03-01 这样"},
    )  # fmt: skip


class PeriodForm(forms.Form):
    """From when to when, and of which place; this year and the person's own place unless said otherwise."""

    since = _day("从")
    until = _day("到")
    place = forms.ChoiceField(
        label="地方", required=False, error_messages={"invalid_choice": "没有这个地方,请从列表里选"},
        widget=forms.Select(attrs={"class": "fld"}),
    )  # fmt: skip

    def __init__(self, asked, *, places: list[Station], departments: list[Department], today: date):
        asked = {name: asked.get(name, "") for name in ("since", "until", "place")}
        self.places, self.departments = {place.code: place for place in places}, departments
        choices = _choices(places, departments)
        first = places[0].code if places else OFFICES
        asked["since"] = asked["since"] or f"{today.year}-01-01"
        asked["until"] = asked["until"] or f"{today.year}-12-31"
        asked["place"] = asked["place"] or first
        super().__init__(asked)
        self.fields["place"].choices = choices
        self.has_places = len(places) + bool(departments) > 1

    def clean(self):
        given = super().clean()
        since, until = given.get("since"), given.get("until")
        for name in ("since", "until"):
            if given.get(name) and not EARLIEST <= given[name] <= LATEST:
                self.add_error(name, "请选2000年到2099年的日子")
        if self.errors:
            return given
        if since and until and until < since:
            self.add_error("until", "结束日期不能早于开始日期")
        return given

    @property
    def chosen_place(self) -> Station | None:
        """The place asked for; None for the person's own departments."""
        return self.places.get(self.cleaned_data["place"])

    @property
    def name(self) -> str:
        """Whose figures they are."""
        place = self.chosen_place
        return place.full_name if place else "、".join(office.name for office in self.departments)


def _choices(places: Iterable[Station], departments: list[Department]) -> list:
    places = list(places)
    found = [(place.code, f"{place.name}(全县)") for place in places if place.level == Level.CENTRE]
    found += place_choices(places)
    return found + ([(OFFICES, "、".join(office.name for office in departments))] if departments else [])


def presets(asked: QueryDict, today: date) -> list[tuple[str, str, bool]]:
    """Usual periods: label, address, is it the one that is shown."""
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    spans = (
        ("今年", date(today.year, 1, 1), date(today.year, 12, 31)),
        ("去年", date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        ("本月", month, _last_of(month)),
        ("上月", before.replace(day=1), before),
    )
    shown = (asked.get("since", f"{today.year}-01-01"), asked.get("until", f"{today.year}-12-31"))
    return [
        (label, with_values(asked, since=since.isoformat(), until=until.isoformat()), shown == (f"{since}", f"{until}"))
        for label, since, until in spans
    ]


def with_values(asked: QueryDict, **more: str) -> str:
    """The address of the same page with other values."""
    query = asked.copy()
    for name, value in more.items():
        query[name] = value
    return f"?{query.urlencode()}"


def _last_of(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


@dataclass(frozen=True)
class Chosen:
    """What one number of the figures counts: its key, for returned tickets the department that sent them back.

    The `office` IN_HAND stands for all departments together.
    """

    key: str
    office: str = ""

    def __str__(self):
        if self.key == RETURNED:
            return "部门退回"
        return FIGURES[self.key].label + ("(部门办的)" if self.office == IN_HAND else "")

    def applied(self, rows: QuerySet, on: date) -> QuerySet:
        return counted(rows, self.key, on, self.office)


class FigureField(forms.CharField):
    """`?figure=` of the list: `reworked`, `reworked:departments`, `returned:jiaotong`; cleans to a `Chosen`, None for nothing."""

    def __init__(self):
        super().__init__(label="统计项", required=False, max_length=60)

    def clean(self, value) -> Chosen | None:
        text = super().clean(value)
        key, _, office = text.partition(":")
        if text and key != RETURNED and not (key in FIGURES and office in ("", IN_HAND)):
            raise forms.ValidationError("没有这个统计项,请从统计表里点进来")
        return Chosen(key, office) if text else None
