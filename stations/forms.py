"""Forms about places: their details, and where a branch is to go."""

import re
import unicodedata
from datetime import date

from django import forms

from stations.models import Station
from stations.rules import place_choices
from stations.states import Level

PHONE = re.compile(r"[0-9][0-9 \-、,/转]{5,18}[0-9]")
USUAL_SEATS = 3  # docs/domain.md §3: two or three; a fourth is possible with a warning
SEATS = (2, 3, 4)


def _text(label: str, **options) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=forms.TextInput(attrs={"class": "fld"}), **options)


def _day(label: str, **options) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "fld", "type": "date"}),
        error_messages={"required": "请填日期", "invalid": "请填日期,如 2026-03-01"}, **options,
    )  # fmt: skip


class PlaceForm(forms.Form):
    """The details of a place; what is left empty comes from above, and says so in its placeholder."""

    name = _text("简称", max_length=40)
    host = _text("依托单位", max_length=60)
    address = _text("地址", max_length=120)
    phone = _text("电话", max_length=20)
    duty_hours = _text("接待时间", max_length=40)
    seats = forms.TypedChoiceField(
        label="每次接待人数", required=False, coerce=int, empty_value=None, widget=forms.Select(attrs={"class": "fld"})
    )
    official_order = forms.IntegerField(
        label="公文顺序", min_value=0, max_value=9999,
        widget=forms.TextInput(attrs={"class": "fld fld-s", "inputmode": "numeric"}),
        error_messages={"required": "请填数字", "invalid": "请填数字", "min_value": "请填0到9999", "max_value": "请填0到9999"},
    )  # fmt: skip
    opened_on = _day("设立日期")
    hints = {
        "duty_hours": "例如:上午9:00—11:30",
        "official_order": "小的排在前面",
        "seats": "一般2至3人",
    }

    def __init__(self, data=None, *, place: Station):
        super().__init__(data, initial={name: getattr(place, name) for name in self.base_fields})
        above = place.parent
        self.fields["name"].required = True
        self.fields["name"].error_messages["required"] = "请填简称"
        for name in ("phone", "duty_hours"):
            value = above.inherited(name) if above else ""
            self.fields[name].widget.attrs["placeholder"] = f"沿用上级:{value}" if value else ""
        empty = f"沿用上级:{above.seats_here}人" if above else f"{USUAL_SEATS}人"
        choices = [(number, f"{number}人" + ("(比一般的多)" if number > USUAL_SEATS else "")) for number in SEATS]
        self.fields["seats"].choices = [("", empty), *choices]
        for name, hint in self.hints.items():
            self.fields[name].help_text = hint

    def clean_phone(self) -> str:
        phone = unicodedata.normalize("NFKC", self.cleaned_data["phone"]).strip()
        if phone and not PHONE.fullmatch(phone):
            raise forms.ValidationError("请填电话号码,例如 0319-1234567,分机写成 0319-1234567转8")
        return phone

    def clean_duty_hours(self) -> str:
        hours = self.cleaned_data["duty_hours"].strip()
        if hours and not re.search(r"[0-9一二三四五六七八九十]", hours):
            raise forms.ValidationError("请写几点到几点,例如:上午9:00—11:30")
        return hours

    @property
    def changes(self) -> dict:
        """Only what was changed here, so that somebody else's change of another detail stays."""
        return {name: self.cleaned_data[name] for name in self.changed_data}

    @property
    def remark(self) -> str:
        """What is possible but unusual."""
        seats = self.changes.get("seats")
        return f"每次接待改成了{seats}人,一般是2至3人,请确认不是填错。" if seats and seats > USUAL_SEATS else ""


class ActForm(forms.Form):
    """What moving, merging and closing have in common; previewed from the address, confirmed by POST."""

    def __init__(self, data=None, *, place: Station, today: date):
        super().__init__(data, initial={"on": today})
        self.place = place
        self.others = {}

    def offer(self, field: str, places) -> None:
        """Let `field` choose one of `places` by its code."""
        self.others = {place.code: place for place in places}
        self.fields[field].widget.attrs["class"] = "fld"

    def chosen(self, field: str) -> Station:
        return self.others[self.cleaned_data[field]]


class MoveForm(ActForm):
    to = forms.ChoiceField(
        label="迁到哪个乡镇", error_messages={"required": "请选乡镇", "invalid_choice": "请选列出的乡镇"}
    )
    on = _day("从哪天起")
    name = _text("迁过去以后的名称", max_length=40)

    def __init__(self, data=None, *, place: Station, today: date):
        super().__init__(data, place=place, today=today)
        rows = Station.objects.townships().filter(county=place.county_id).open(today).exclude(pk=place.parent_id)
        self.offer("to", rows.in_official_order())
        self.fields["to"].choices = [("", "请选"), *((row.code, row.name) for row in self.others.values())]
        self.fields["name"].widget.attrs["placeholder"] = f"不改:{place.name}"
        self.fields["name"].help_text = "那边已经有同名的分站时要改"

    @property
    def facts(self) -> dict:
        chosen = self.cleaned_data
        return {"branch": self.place, "to": self.chosen("to"), "on": chosen["on"], "name": chosen["name"]}


class MergeForm(ActForm):
    into = forms.ChoiceField(
        label="并入哪个分站", error_messages={"required": "请选分站", "invalid_choice": "请选列出的分站"}
    )
    on = _day("从哪天起并入")

    def __init__(self, data=None, *, place: Station, today: date):
        super().__init__(data, place=place, today=today)
        rows = list(Station.objects.filter(county=place.county_id).open(today).in_official_order())
        self.offer("into", (row for row in rows if row.level == Level.BRANCH and row.pk != place.pk))
        self.fields["into"].choices = [("", "请选"), *self._by_township(rows)]
        self.fields["on"].help_text = "原分站从这一天起撤销"

    def _by_township(self, rows: list[Station]) -> list:
        """The branches under their stations; a whole station is no choice here."""
        groups = place_choices(row for row in rows if row.level != Level.CENTRE and row.pk != self.place.pk)
        return [(name, below[1:]) for name, below in groups if below[1:]]

    @property
    def facts(self) -> dict:
        return {"branch": self.place, "into": self.chosen("into"), "on": self.cleaned_data["on"]}


class CloseForm(ActForm):
    on = _day("从哪天起撤销", help_text="这一天起不再接待")

    @property
    def facts(self) -> dict:
        return {"station": self.place, "closed_on": self.cleaned_data["on"]}
