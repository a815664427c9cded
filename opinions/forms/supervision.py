"""Another director for a ticket under supervision."""

from django import forms

from opinions.models import Director, Opinion
from opinions.services.supervising import LONGEST_REASON


class DirectorForm(forms.Form):
    """Who supervises from now on, and why; whether it is possible is the service's question."""

    director = forms.ModelChoiceField(
        Director.objects.none(), label="改由谁督办", required=False, empty_label="请选",
        error_messages={"invalid_choice": "请选在任的督办领导"}, widget=forms.Select(attrs={"class": "fld"}),
    )  # fmt: skip
    reason = forms.CharField(
        label="改换的原因", required=False, max_length=LONGEST_REASON,
        error_messages={"max_length": f"原因请控制在{LONGEST_REASON}字以内"},
        widget=forms.Textarea(attrs={"class": "fld", "rows": 3}),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, ticket: Opinion):
        super().__init__(data, initial={"version": ticket.version})
        self.fields["director"].queryset = Director.objects.filter(county=ticket.county_id, is_active=True)

    def refuse(self, sentences: dict[str, str]) -> None:
        """Show the service's sentences at their fields."""
        for name, sentence in sentences.items():
            self.add_error(name if name in self.fields else None, sentence)
