"""A draft of a scheme as typed: one table of all items, two cells each."""

import re
from decimal import Decimal

from django import forms

from julu_liaison.common.texts import squeezed
from scoring.models import SchemeVersion
from scoring.rules.changes import plain
from scoring.services.versions import LONGEST_WHY, MOST_BASE, MOST_CAP, MOST_POINTS, mark_of, values_of
from scoring.states import BASE_ITEMS, Item

NUMBER = re.compile(r"\d{1,4}(\.\d)?")
CELL = {"class": "fld num", "inputmode": "decimal", "autocomplete": "off"}
DAY_WORDS = {"required": "请填日期", "invalid": "请填日期,如 2026-07-01"}


class PointsField(forms.CharField):
    """A number of points as people type it: digits of any width, with or without 分 and a sign; at most one decimal.

    `sign` is what the value gets: deductions are typed as what is taken off, and a minus before them changes nothing.
    """

    def __init__(self, *, sign: int = 1, most: Decimal, blank_words: str = "请填分值", **kwargs):
        column = kwargs.pop("column", "")
        attrs = CELL | ({"data-column": column} if column else {})
        words = {"required": blank_words}
        super().__init__(widget=forms.TextInput(attrs=attrs), max_length=12, error_messages=words, **kwargs)
        self.sign, self.most = sign, most
        self.wrong = f"请填0到{most}的数,最多一位小数"
        self.error_messages["max_length"] = self.wrong

    def clean(self, value) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        text = squeezed(text).removesuffix("分").replace("−", "-").replace("–", "-").replace("—", "-")
        text = text.removeprefix("-") if self.sign < 0 else text.removeprefix("+")
        if not NUMBER.fullmatch(text) or Decimal(text) > self.most:
            raise forms.ValidationError("加分项目请填0或更大的数" if text.startswith("-") else self.wrong)
        return self.sign * Decimal(text) or Decimal(0)


class BeginForm(forms.Form):
    """From which day the next version shall count, and why."""

    starts_on = forms.DateField(
        label="从哪天起执行", help_text="这天和以后发生的事按新分值,以前的不变", error_messages=DAY_WORDS,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "fld", "type": "date"}),
    )  # fmt: skip
    why = forms.CharField(
        label="为什么改", max_length=LONGEST_WHY, help_text="代表看得到,例如:县人大常委会主任会议决定",
        error_messages={"required": "请写为什么改", "max_length": f"最多{LONGEST_WHY}个字"},
        widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off"}),
    )  # fmt: skip

    def facts(self) -> dict:
        return dict(self.cleaned_data)


class DraftForm(BeginForm):
    """All that a version says. `seen` marks what the person had before them."""

    seen = forms.RegexField(r"^[0-9a-f]{16}$", required=False, widget=forms.HiddenInput)

    def __init__(self, *args, version: SchemeVersion, **kwargs):
        before = values_of(version)
        usual = {"starts_on": version.starts_on, "why": version.why, "base": plain(version.base), "seen": mark_of(version)}
        for item, value in before.items():
            usual[f"points_{item}"] = plain(abs(value.points))
            usual[f"cap_{item}"] = "" if value.cap is None else plain(value.cap)
        super().__init__(*args, initial=usual, **kwargs)
        self.fields["base"] = PointsField(label="基础分", most=MOST_BASE, blank_words="请填基础分")
        for item in Item.values:
            self._add_cells(item)

    def _add_cells(self, item: str) -> None:
        label, is_base = Item(item).label, item in BASE_ITEMS
        self.fields[f"points_{item}"] = PointsField(
            label=f"{label},每次{'扣' if is_base else '加'}几分", sign=-1 if is_base else 1, most=MOST_POINTS, column="points"
        )
        self.fields[f"cap_{item}"] = PointsField(label=f"{label},全年最多", most=MOST_CAP, required=False, column="cap")

    def facts(self) -> dict:
        given = self.cleaned_data
        values = {item: (given[f"points_{item}"], given[f"cap_{item}"]) for item in Item.values}
        return {name: given[name] for name in ("starts_on", "why", "base", "seen")} | {"values": values}

    def refresh_mark(self, version: SchemeVersion) -> None:
        """What is sent next is meant to replace what somebody else wrote meanwhile."""
        self.data = self.data.copy()
        self.data["seen"] = mark_of(version)

    def rows(self, *, base: bool) -> list[tuple]:
        """(item's words, cell of points, cell of the limit) of the deductions, or of what is added."""
        items = [item for item in Item if (item in BASE_ITEMS) == base]
        return [(item.label, self[f"points_{item.value}"], self[f"cap_{item.value}"]) for item in items]
