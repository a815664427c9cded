"""Forms of departments: a sample answer, what is done by a link, the decision on requests for more time."""

from django import forms

from activities.states import Category
from opinions.models import SampleAnswer
from opinions.services.labels import class_labels
from opinions.services.offices.drafts import LONGEST_ANSWER
from stations.models import Department


class SampleForm(forms.ModelForm):
    """A sample answer (常用答复) of one of the departments given."""

    class Meta:
        model = SampleAnswer
        fields = ["department", "title", "category", "text"]
        labels = {"category": "用在哪一类"}
        widgets = {"text": forms.Textarea(attrs={"rows": 6})}
        error_messages = {
            "title": {"required": "请给它起个名称"}, "text": {"required": "请写答复内容"},
            "department": {"required": "请选部门"},
        }  # fmt: skip

    def __init__(self, *args, departments, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments
        self.fields["department"].empty_label = None
        self.fields["category"].choices = [("", "各类都能用"), *Category.choices]
        for field in self.fields.values():
            field.widget.attrs["class"] = "fld"

    def _post_clean(self):
        """The service asks the model's own rules, under its lock; here the fields alone are read."""
        for name in ("department", "title", "category", "text"):
            if name in self.cleaned_data:
                setattr(self.instance, name, self.cleaned_data[name])


class LinkForm(forms.Form):
    """What an officer sends from the page behind a link; whether it is enough is the service's question."""

    note = forms.CharField(required=False, max_length=LONGEST_ANSWER, widget=forms.Textarea(attrs={"rows": 7}))
    reply_class = forms.ChoiceField(required=False)
    version = forms.IntegerField(required=False, min_value=0, max_value=10**9)

    def __init__(self, *args, department: Department, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reply_class"].choices = class_labels(department.county_id)
        self.fields["note"].widget.attrs["class"] = "fld"
        self.fields["note"].error_messages["max_length"] = f"请控制在{LONGEST_ANSWER}字以内"

    def facts(self, move: str) -> dict:
        """Return what `move_by_link` takes for this move; only after `is_valid()`."""
        given = {"version": self.cleaned_data["version"]}
        if move != "sign_for":
            given["note"] = self.cleaned_data["note"]
        if move == "reply":
            given["class"] = self.cleaned_data["reply_class"]
        return given


class ExtensionsForm(forms.Form):
    """Several requests for more time, decided alike."""

    note = forms.CharField(label="说明(不同意必须写原因)", required=False, max_length=500)
    granted = forms.TypedChoiceField(
        choices=[("yes", "同意"), ("no", "不同意")], coerce=lambda value: value == "yes",
        error_messages={"required": "请按“同意”或“不同意”", "invalid_choice": "请按“同意”或“不同意”"},
    )  # fmt: skip

    def __init__(self, *args, requests, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["requests"] = forms.ModelMultipleChoiceField(
            requests, error_messages={
                "required": "请先勾选要审批的申请",
                "invalid_choice": "有的申请刚被别人审批过,请看过最新情况再选",
                "invalid_pk_value": "请从列表里勾选",
            },
        )  # fmt: skip
        self.fields["note"].widget.attrs["class"] = "fld"
