"""What is typed about leave, swaps and duty wishes, by deputies on the phone and at the station's desk."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django import forms

from activities.models import Leave, Shift, ShiftPlace
from activities.rules import MOST_AVOIDED, WEEKS, day_words
from activities.rules.plans import month_end
from activities.services.preferences import LONGEST_NOTE
from activities.states import LEAVE_KINDS, LeaveState
from deputies.models import Deputy
from julu_liaison.common.errors import DomainError
from julu_liaison.common.selects import OwnedSelect
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.rules import place_choices

LONGEST_REASON = Leave._meta.get_field("reason").max_length
ALL = [("", "全部")]


def _text(label: str, *, longest: int = LONGEST_REASON, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=required,
        widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off"}),
        error_messages={"required": f"请写{label},几个字就行", "max_length": f"{label}最多{longest}个字"},
    )  # fmt: skip


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "fld", "type": "date"}),
        error_messages={"required": f"请选{label}", "invalid": "请填日期,如 2026-12-06"},
    )  # fmt: skip


class DeskForm(forms.Form):
    """A form that can show a service's refusal beside the fields it is about."""

    refused_status = 400

    def tell(self, error: DomainError) -> None:
        known = {name: text for name, text in error.fields.items() if name in self.fields}
        for name, text in (known or {None: error.message}).items():
            self.add_error(name, text)
        self.refused_status = error.status

    @property
    def status(self) -> int:
        return self.refused_status if self.errors else 200


class DayLeaveForm(DeskForm):
    """Leave from one day; the kind is the button that sends it."""

    reason = _text("事由")
    kind = forms.ChoiceField(
        label="假别", choices=LEAVE_KINDS, error_messages={"required": "请点一个假别", "invalid_choice": "请点一个假别"}
    )


class PeriodLeaveForm(DayLeaveForm):
    """Leave from some days."""

    started_on = _day("从哪天")
    ended_on = _day("到哪天")
    field_order = ("started_on", "ended_on", "reason", "kind")


class EnteredLeaveForm(PeriodLeaveForm):
    """Leave entered for one of `people`, who telephoned."""

    deputy = forms.ModelChoiceField(
        Deputy.objects.none(), label="代表", widget=forms.RadioSelect,
        error_messages={"required": "请先查找并选一位代表", "invalid_choice": "请在查到的代表里选"},
    )  # fmt: skip
    field_order = ("deputy", "started_on", "ended_on", "reason", "kind")

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["deputy"].queryset = people
        self.fields["kind"].widget = forms.RadioSelect(choices=LEAVE_KINDS)
        self.fields["kind"].error_messages["required"] = "请选假别"
        self.fields["ended_on"].required = False

    def clean(self) -> dict:
        """One day only: the last one is left empty."""
        chosen = super().clean()
        if "started_on" in chosen and "ended_on" in chosen:
            chosen["ended_on"] = chosen["ended_on"] or chosen["started_on"]
        return chosen


class OfferForm(DeskForm):
    """Why a duty is offered."""

    reason = _text("原因", required=False)


class TakeForm(DeskForm):
    """A day of one's own given in exchange, if any; `days` are those one may give."""

    return_shift = forms.ModelChoiceField(
        Shift.objects.none(), label="拿我的哪一天换", required=False, empty_label="不用换,我去顶班",
        widget=forms.Select(attrs={"class": "fld"}), error_messages={"invalid_choice": "这一天现在不能换了,请重新选"},
    )  # fmt: skip

    def __init__(self, *args, days: Collection[Shift], **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["return_shift"]
        field.queryset = Shift.objects.filter(pk__in=[shift.pk for shift in days])
        field.label_from_instance = lambda shift: day_words(shift.date)


class EnteredSwapForm(DeskForm):
    """Who takes a place, and which day the other one takes back; arranged for both of them.

    `home` and `near` are those who are free of the branch and of the station's other branches; `places` what they have
    to give in exchange, of which only the taker's own will do.
    """

    taker = forms.ChoiceField(
        label="由谁来接", widget=forms.Select(attrs={"class": "fld"}),
        error_messages={"required": "请选由谁来接", "invalid_choice": "请在列出的代表里选"},
    )  # fmt: skip
    return_shift = forms.ChoiceField(
        label="拿哪一天换", required=False, widget=OwnedSelect(attrs={"class": "fld"}),
        error_messages={"invalid_choice": "这一天现在不能换了,请重新选"},
    )  # fmt: skip
    reason = _text("原因", required=False)

    def __init__(self, *args, home: Iterable[Deputy], near: Iterable[tuple[Station, Deputy]], places, **kwargs):
        super().__init__(*args, **kwargs)
        near = list(near)
        self.people = {str(person.pk): person for person in [*home, *(person for _branch, person in near)]}
        self.places = {f"{place.shift_id}-{place.deputy_id}": place for place in places}
        others = [(str(person.pk), f"{person.name}({branch.name})") for branch, person in near]
        own = [(str(person.pk), person.name) for person in home]
        self.fields["taker"].choices = [
            ("", "请选"), *([("本分站", own)] if own else []), *([("本站其他分站", others)] if others else []),
        ]  # fmt: skip
        self.fields["return_shift"].widget.owners = {key: str(place.deputy_id) for key, place in self.places.items()}
        self.fields["return_shift"].choices = [("", "不用换,只是顶班"), *_days_by_person(self.places)]

    def clean_taker(self) -> Deputy:
        return self.people[self.cleaned_data["taker"]]

    def clean_return_shift(self) -> Shift | None:
        place, taker = self.places.get(self.cleaned_data["return_shift"]), self.cleaned_data.get("taker")
        if place is None or taker is None:
            return None
        if place.deputy_id != taker.pk:
            raise forms.ValidationError(
                f"{day_words(place.shift.date)}是{place.deputy.name}的班,{taker.name}换不了;{self._own_days(taker)}"
            )
        return place.shift

    def _own_days(self, taker: Deputy) -> str:
        days = [day_words(place.shift.date) for place in self.places.values() if place.deputy_id == taker.pk]
        return f"{taker.name}可以拿来换的是{'、'.join(days)}" if days else f"{taker.name}没有可以换的班,请选“只是顶班”"


def _days_by_person(places: dict[str, ShiftPlace]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The days as choices in groups, each with whose they are."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, place in places.items():
        label = f"{day_words(place.shift.date)}{place.shift.branch.name}({place.deputy.name})"
        groups.setdefault(f"{place.deputy.name}的班", []).append((key, label))
    return list(groups.items())


class WishForm(DeskForm):
    """Which Sundays of the month are inconvenient."""

    avoided_weeks = forms.TypedMultipleChoiceField(
        label="不方便的星期日", required=False, coerce=int, choices=[(week, f"第{week}个星期日") for week in WEEKS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": f"请在第1到第5个星期日里选,最多选{MOST_AVOIDED}个"},
    )  # fmt: skip
    note = _text("说明", longest=LONGEST_NOTE, required=False)


class DeskFilter(forms.Form):
    """What the list of leave shows; lives in the address."""

    month = forms.CharField(
        label="月份", required=False, max_length=7,
        widget=forms.TextInput(attrs={"type": "month", "class": "fld", "placeholder": "2026-12"}),
    )  # fmt: skip
    state = forms.ChoiceField(
        label="状态", required=False, choices=ALL + LeaveState.choices, widget=forms.Select(attrs={"class": "fld"})
    )
    station = forms.ChoiceField(label="地方", required=False, widget=forms.Select(attrs={"class": "fld"}))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        rows = Station.objects.visible_to(user).open(today_here()).order_by("official_order", "code")
        self.places = {place.code: place for place in rows}
        self.fields["station"].choices = ALL + place_choices(self.places.values())

    def clean_month(self) -> date | None:
        text = self.cleaned_data["month"].strip()
        if not text:
            return None
        try:
            return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - no time in it
        except ValueError as error:
            raise forms.ValidationError("月份请写成 2026-12 这样") from error

    @property
    def has_places(self) -> bool:
        return len(self.places) > 1

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.values()) if self.is_valid() else True

    @property
    def place(self) -> Station | None:
        return self.places.get(self.cleaned_data["station"]) if self.is_valid() else None

    def applied(self, rows):
        """Return the leave that passes; none while a filter in the address is not one of the choices."""
        if not self.is_valid():
            return rows.none()
        month, state = self.cleaned_data["month"], self.cleaned_data["state"]
        if month:
            rows = rows.overlapping(month, month_end(month))
        if state:
            rows = rows.filter(state=state)
        return rows.under(self.place) if self.place else rows
