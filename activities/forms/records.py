"""Service records as typed: by the deputy on the phone, by clerk or head for others; the register's filters."""

from collections.abc import Iterable
from datetime import date

from django import forms

from activities.forms.entries import EntryForm, choice_field, count_field, day_field, text_field
from activities.services.records import LONGEST_TEXT
from activities.states import ServiceKind
from deputies.models import Deputy, Membership
from deputies.states import ServiceRole
from stations.models import Station


class ServiceForm(EntryForm):
    """What was done; the kind is the button that sends it. A role that is not said is the usual one of the kind."""

    text = text_field("做了什么", LONGEST_TEXT, rows=3, required=True)
    date = day_field("哪天")
    received = count_field("服务了几个人")
    households = count_field("走访了几户")
    leaflets = count_field("发了几份资料")
    service_role = choice_field("角色", ServiceRole.choices, required=False, blank="按类别定")
    kind = forms.ChoiceField(
        choices=ServiceKind.choices, label="类别",
        error_messages={"required": "请点是哪一类服务", "invalid_choice": "请点是哪一类服务"},
    )  # fmt: skip

    @property
    def figures(self):
        return [self[name] for name in ("received", "households", "leaflets")]


class StationServiceForm(ServiceForm):
    """The same for any deputies of one station; `groups` are (branch, its boxes) to tick."""

    deputies = forms.MultipleChoiceField(
        label="代表", error_messages={"required": "请至少选一位代表", "invalid_choice": "请从名单里选代表"}
    )
    field_order = ("deputies",)

    def __init__(self, *args, members: Iterable[Membership], **kwargs):
        super().__init__(*args, **kwargs)
        self.people: dict[str, Deputy] = {}
        by_branch: dict[Station, list[Deputy]] = {}
        for member in members:
            if member.deputy.code not in self.people:
                self.people[member.deputy.code] = member.deputy
                by_branch.setdefault(member.branch, []).append(member.deputy)
        self.fields["deputies"].choices = [(code, person.name) for code, person in self.people.items()]
        ticked = set(self["deputies"].value() or ())
        self.groups = [
            (branch, [(person, person.code in ticked) for person in people]) for branch, people in by_branch.items()
        ]

    def facts(self) -> dict:
        return super().facts() | {"deputies": [self.people[code] for code in self.cleaned_data["deputies"]]}


class RegisterForm(forms.Form):
    """The register's filters; they live in the address."""

    year = forms.TypedChoiceField(label="年度", coerce=int, required=False, widget=forms.Select(attrs={"class": "fld"}))
    station = choice_field("联络站", [], required=False, blank="全部")
    kind = choice_field("类别", ServiceKind.choices, required=False, blank="全部")

    def __init__(self, *args, stations: Iterable[Station], today: date, first: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.stations = {station.code: station for station in stations}
        self.today = today
        years = range(today.year, min(first, today.year) - 1, -1)
        self.fields["year"].choices = [(year, f"{year}年") for year in years]
        self.fields["station"].choices = [("", "全部"), *((code, one.name) for code, one in self.stations.items())]
        if len(self.stations) < 2:
            del self.fields["station"]

    @property
    def year_shown(self) -> int:
        return self.cleaned_data["year"] or self.today.year

    def applied(self, rows):
        """The records that pass; none while the address names what is not a choice."""
        if not self.is_valid():
            return rows.none()
        rows = rows.filter(year=self.year_shown)
        station = self.stations.get(self.cleaned_data.get("station", ""))
        rows = rows.filter(register=station) if station else rows
        kind = self.cleaned_data["kind"]
        return rows.filter(kind=kind) if kind else rows
