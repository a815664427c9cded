"""How long stages of tickets may last, as the county types it in."""

from django import forms

from activities.states import Category
from opinions.models import Term
from opinions.states import Kind, Stage, Unit

REASON = {"class": "fld", "autocomplete": "off", "placeholder": "例如:县人大常委会办公室通知,压缩办理时间"}
NUMBER = {"class": "fld fld-s", "inputmode": "numeric"}
DIGITS = {"required": "请填一个数", "invalid": "请填一个数,例如 10"}


class ChangeForm(forms.Form):
    """Another time and another longest extension for a term that is there; `seen` are those the person looked at."""

    amount = forms.IntegerField(
        label="时间", error_messages=DIGITS, widget=forms.NumberInput(attrs=NUMBER)
    )  # fmt: skip
    longest_extension = forms.IntegerField(
        label="最多延长",
        help_text="单位同上;0就是不能延期",
        error_messages=DIGITS,
        widget=forms.NumberInput(attrs=NUMBER),
    )
    reason = forms.CharField(
        label="为什么改", max_length=60, help_text="会记到每一件的办理过程里",
        error_messages={"required": "请写明原因"}, widget=forms.TextInput(attrs=REASON),
    )  # fmt: skip
    seen = forms.RegexField(r"^\d{1,5} \d{1,5}$", required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, row: Term, data) -> "ChangeForm":
        seen = f"{row.amount} {row.longest_extension}"
        usual = {"amount": row.amount, "longest_extension": row.longest_extension, "seen": seen}
        return cls(data, initial=usual)

    def facts(self) -> dict:
        given = dict(self.cleaned_data)
        seen = given.pop("seen")
        return given | {"seen": tuple(int(part) for part in seen.split()) if seen else None}


class TermForm(forms.Form):
    """A new term: for a stage of one kind of ticket, for all categories or one, from a day on."""

    kind = forms.ChoiceField(label="性质", choices=Kind.choices, widget=forms.Select(attrs={"class": "fld"}))
    stage = forms.ChoiceField(label="环节", choices=Stage.choices, widget=forms.Select(attrs={"class": "fld"}))
    category = forms.ChoiceField(
        label="类别", required=False, choices=[("", "各类通用"), *Category.choices],
        widget=forms.Select(attrs={"class": "fld"}),
    )  # fmt: skip
    starts_on = forms.DateField(
        label="从哪天起执行", help_text="这天和以后开始的环节按新规定,以前开始的不变",
        error_messages={"required": "请选日期", "invalid": "日期请写成 2027-01-01 这样"},
        widget=forms.DateInput(attrs={"class": "fld", "type": "date"}),
    )  # fmt: skip
    amount = forms.IntegerField(label="时间", error_messages=DIGITS, widget=forms.NumberInput(attrs=NUMBER))
    unit = forms.ChoiceField(
        label="单位", choices=[(Unit.WORKING_DAY, "工作日"), (Unit.MONTH, "月")],
        widget=forms.Select(attrs={"class": "fld"}),
    )  # fmt: skip
    longest_extension = forms.IntegerField(
        label="最多延长", initial=0, help_text="单位同上;0就是不能延期", error_messages=DIGITS,
        widget=forms.NumberInput(attrs=NUMBER),
    )  # fmt: skip
    reason = forms.CharField(
        label="为什么改", max_length=60, help_text="会记到每一件的办理过程里",
        error_messages={"required": "请写明原因"}, widget=forms.TextInput(attrs=REASON),
    )  # fmt: skip

    def facts(self) -> dict:
        return dict(self.cleaned_data)
