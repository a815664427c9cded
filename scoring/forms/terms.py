"""What the county's sheet over a term is asked for: a term or some years, and of which station."""

from collections.abc import Sequence
from typing import Any

from django import forms

from julu_liaison.common.texts import plain_number
from stations.models import Station

EARLIEST, LATEST = 2000, 2099
MOST_YEARS = 10
NOWHERE = "-"  # deputies without a branch
SELECT = {"class": "fld"}
YEAR = {"class": "fld fld-s", "inputmode": "numeric"}




class TermForm(forms.Form):
    """`term` wins over the years; without either the first of `terms`, else this year. The first station unless said."""

    term = forms.ChoiceField(
        label="届次", required=False, widget=forms.Select(attrs=SELECT),
        error_messages={"invalid_choice": "没有这一届,请从列表里选。"},
    )  # fmt: skip
    since = forms.CharField(label="从哪年", required=False, widget=forms.TextInput(attrs=YEAR))
    until = forms.CharField(label="到哪年", required=False, widget=forms.TextInput(attrs=YEAR))
    station = forms.ChoiceField(
        label="联络站", required=False, widget=forms.Select(attrs=SELECT),
        error_messages={"invalid_choice": "没有这个联络站,请从列表里选。"},
    )  # fmt: skip

    def __init__(self, asked, *, terms: Sequence[Any], stations: Sequence[Station], year: int, has_nowhere: bool):
        given = {name: asked.get(name, "") for name in ("term", "since", "until", "station")}
        if terms and "term" not in asked and not (given["since"] or given["until"]):
            given["term"] = terms[0].key
        given["station"] = given["station"] or (stations[0].code if stations else "")
        self.year = year
        super().__init__(given)
        places = [(station.code, station.name) for station in stations]
        self.fields["term"].choices = [*((term.key, term.label) for term in terms), ("", "按年份选")]
        self.fields["station"].choices = places + ([(NOWHERE, "没有分到分站")] if has_nowhere else [])

    def clean_since(self) -> int | None:
        return self._year("since")

    def clean_until(self) -> int | None:
        return self._year("until")

    def _year(self, name: str) -> int | None:
        text = self.cleaned_data[name]
        if not text.strip():
            return None
        year = plain_number(text, digits=4)
        if year is None or not EARLIEST <= year <= LATEST:
            raise forms.ValidationError("年份请填2000到2099之间的四位数字。")
        return year

    def clean(self):
        given = super().clean()
        if self.errors or given["term"]:
            return given
        since = given["since"] or given["until"] or self.year
        until = given["until"] or max(since, self.year)
        if until < since:
            self.add_error("until", "结束的年份不能早于开始的年份。")
        elif until - since >= MOST_YEARS:
            self.add_error("until", f"一次最多看{MOST_YEARS}年,请缩短。")
        return given | {"since": since, "until": until}
