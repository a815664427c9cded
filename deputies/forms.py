"""Forms about deputies: the list's filters, consent to publish."""

from django import forms

from deputies.querysets import DeputyQuerySet
from deputies.services.consents import LONGEST_EVIDENCE, SUBJECTS
from stations.models import Station
from stations.rules import place_choices


class SearchForm(forms.Form):
    """Search by name, pinyin initials, tail of the phone or code, within one place; lives in the address."""

    q = forms.CharField(label="查找", required=False, max_length=40)
    station = forms.ChoiceField(label="地方", required=False, widget=forms.Select(attrs={"class": "fld"}))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        places = Station.objects.visible_to(user).order_by("official_order", "code")
        self.places = {place.code: place for place in places}
        self.fields["station"].choices = [("", "全部"), *place_choices(self.places.values())]

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
