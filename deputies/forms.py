"""Forms about deputies: the list's filters, consent to publish, constituents and contacts, what was hung."""

from datetime import date

from django import forms
from django.db.models import Case, Q, Value, When

from deputies.models import Constituent, Contact, Deputy
from deputies.querysets import DeputyQuerySet
from deputies.services.consents import LONGEST_EVIDENCE, SUBJECTS
from deputies.services.editions import LONGEST_HANGER, LONGEST_PLACE, LONGEST_REASON, WHY_TAKEN_BACK
from deputies.states import ContactForm, ServiceRole
from julu_liaison.common.errors import DomainError
from julu_liaison.common.working_days import today_here
from stations.models import Station, Village
from stations.rules import place_choices


class SearchForm(forms.Form):
    """Search by name, pinyin initials, tail of the phone or code, within one place; lives in the address."""

    q = forms.CharField(label="查找", required=False, max_length=40)
    station = forms.ChoiceField(label="地方", required=False, widget=forms.Select(attrs={"class": "fld"}))
    order = forms.ChoiceField(
        label="次序", required=False, choices=[("", "拼音"), ("strokes", "姓氏笔画")],
        widget=forms.Select(attrs={"class": "fld"}),
    )  # fmt: skip

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        places = Station.objects.visible_to(user).open(today_here()).order_by("official_order", "code")
        self.places = {place.code: place for place in places}
        self.fields["station"].choices = [("", "全部"), *place_choices(self.places.values())]

    @property
    def ordering(self) -> tuple[str, str]:
        """Columns of the order asked for: by pinyin, or by strokes as in official lists (按姓氏笔画为序)."""
        strokes = self.is_valid() and self.cleaned_data["order"] == "strokes"
        return ("stroke_key" if strokes else "sort_key", "code")

    def applied(self, rows: DeputyQuerySet, on) -> DeputyQuerySet:
        """Return the deputies that pass; none while the address names a place that is not a choice."""
        if not self.is_valid():
            return rows.none()
        place = self.places.get(self.cleaned_data["station"])
        rows = rows.serving(on, place) if place else rows
        return rows.matching(self.cleaned_data["q"])


class SubjectForm(forms.Form):
    """About one subject of consent, photo or phone; both stand on one page, so the ids carry it."""

    def __init__(self, *args, subject: str, **kwargs):
        super().__init__(*args, auto_id=f"id_{subject}_%s", **kwargs)
        self.subject = subject
        self.words = SUBJECTS[subject]


class ConsentForm(SubjectForm):
    """When the deputy agreed, and where that is written down."""

    given_on = forms.DateField(
        label="同意的日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "fld", "type": "date"}),
        error_messages={"required": "请填同意的日期", "invalid": "请填日期,如 2026-03-01"},
    )  # fmt: skip
    evidence = forms.CharField(
        label="依据", max_length=LONGEST_EVIDENCE, widget=forms.TextInput(attrs={"class": "fld"}),
        error_messages={"required": "请写依据,例如:签字同意书第12号", "max_length": f"依据最多{LONGEST_EVIDENCE}个字"},
    )  # fmt: skip


class WithdrawalForm(SubjectForm):
    """Why the consent is taken back."""

    reason = forms.CharField(
        label="撤回的原因", max_length=200, widget=forms.TextInput(attrs={"class": "fld"}),
        error_messages={"required": "请写原因,例如:本人要求", "max_length": "原因最多200个字"},
    )  # fmt: skip


def day_field(label: str, missing: str) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "fld", "type": "date"}),
        error_messages={"required": missing, "invalid": "请填日期,如 2026-03-01"},
    )  # fmt: skip


def text_field(label: str, longest: int, *, required: bool = False, **attrs) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=required,
        widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off", **attrs}),
        error_messages={"required": f"请填{label}", "max_length": f"{label}最多{longest}个字"},
    )  # fmt: skip


class PlainForm(forms.Form):
    """Its fields are called what the service calls them."""

    def facts(self) -> dict:
        return self.cleaned_data


class ConstituentForm(PlainForm):
    """Whom a deputy keeps in touch with. Villages of the deputy's own station are offered, the own branch's first."""

    name = text_field("姓名", 40, required=True)
    phone = text_field("电话", 30, inputmode="tel")
    village = forms.ModelChoiceField(
        Village.objects.none(), label="村(社区)", required=False, empty_label="不写",
        widget=forms.Select(attrs={"class": "fld"}), error_messages={"invalid_choice": "请从列表里选一个村"},
    )  # fmt: skip
    note = text_field("情况", 120)
    started_on = day_field("从哪天起联系", "请填从哪天起联系")

    def __init__(self, *args, deputy: Deputy, on: date, kept: Village | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        last = deputy.memberships.latest_on(on).select_related("branch").first()
        near = Q(branch__parent=last.branch.parent_id) if last else Q(branch__county=deputy.county_id)
        first = Case(When(branch=last.branch_id, then=0), default=1) if last else Value(0)
        villages = Village.objects.filter(near | Q(pk=kept.pk if kept else None))
        self.fields["village"].queryset = villages.order_by(first, "branch__official_order", "name")

    @classmethod
    def of(cls, row: Constituent, data=None, *, on: date) -> "ConstituentForm":
        """The form with what is known of `row`."""
        known = {name: getattr(row, name) for name in ("name", "phone", "village", "note", "started_on")}
        return cls(data, deputy=row.deputy, on=on, kept=row.village, initial=known)


def count_field(label: str, blank_is: int) -> forms.IntegerField:
    """A number that may be left out; digits of any width."""
    wrong = f"{label}请填数字"
    widget = forms.TextInput(attrs={"class": "fld fld-s num", "inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(
        label=label, required=False, min_value=0, widget=widget, initial=blank_is,
        error_messages={"invalid": wrong, "min_value": wrong},
    )  # fmt: skip


class TouchForm(PlainForm):
    """One time in touch; the form of contact is the button that sends it. Role and figures may be left out."""

    date = day_field("日期", "请填哪天联系的")
    note = text_field("说了什么(可以不写)", Contact._meta.get_field("note").max_length)
    form = forms.ChoiceField(
        choices=ContactForm.choices, error_messages={"required": "请选联系的方式", "invalid_choice": "请选联系的方式"}
    )
    service_role = forms.ChoiceField(
        label="角色", choices=ServiceRole.choices, required=False, initial=ServiceRole.LIAISON,
        widget=forms.Select(attrs={"class": "fld"}), error_messages={"invalid_choice": "请从列表里选一个角色"},
    )  # fmt: skip
    reached = count_field("联系了几个人", 1)
    households = count_field("走访了几户", 0)
    leaflets = count_field("发了几份资料", 0)

    def clean(self):
        """What is left out is as in the two taps that record most contacts."""
        values = super().clean()
        for name in ("service_role", "reached", "households", "leaflets"):
            if name in values and values[name] in (None, ""):
                values[name] = self.fields[name].initial
        return values

    @property
    def figures(self):
        """The fields behind the fold."""
        return [self[name] for name in ("service_role", "reached", "households", "leaflets")]

    @property
    def has_more(self) -> bool:
        """Whether the fold has to be open: something was typed there, or needs mending."""
        usual = {"service_role": ("", ServiceRole.LIAISON), "reached": ("", "1"), "households": ("", "0"), "leaflets": ("", "0")}
        return self.is_bound and any(self.data.get(name, "") not in words for name, words in usual.items())


class EndForm(PlainForm):
    """From when and why a constituent is no longer kept in touch with."""

    ended_on = day_field("最后一天", "请填最后一天")
    reason = text_field("原因", 60, required=True)


class HangingForm(forms.Form):
    """When, where and by whom something was hung; of many at once the place may be left to each of them."""

    hung_on = day_field("悬挂日期", "请填哪天挂的")
    where = text_field("挂在哪里", LONGEST_PLACE, required=True)
    by = text_field("谁挂的", LONGEST_HANGER, required=True)

    def __init__(self, *args, many: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["where"].required = not many
        self.fields["where"].error_messages["required"] = "请写挂在哪里,例如:村委会大门东侧"
        self.fields["by"].error_messages["required"] = "请写是谁挂的"

    def take(self, error: DomainError) -> None:
        """Show what a service refused, beside the fields concerned."""
        for name, sentence in error.fields.items():
            self.add_error(name if name in self.fields else None, sentence)
        if not error.fields:
            self.add_error(None, error.message)


class TakeBackForm(forms.Form):
    """Why a record of hanging is taken back."""

    reason = text_field("为什么去掉", LONGEST_REASON, required=True)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].error_messages["required"] = WHY_TAKEN_BACK
