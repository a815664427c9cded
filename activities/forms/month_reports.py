"""One step with a monthly report: the figures that were seen, or why it goes back or is made anew."""

from django import forms

from activities.services.month_reports.moving import LONGEST_REASON
from julu_liaison.common.workflow import Move

PLACEHOLDERS = {
    "return": "例如:3月8日第二位代表的到岗记错了",
    "hand_back": "例如:第三分站少登记一次接待",
    "reissue": "例如:第一分站按纸质记录补录3月15日",
}


class StepForm(forms.Form):
    """`seen` is the digest of the figures on the page; a step that needs a reason does not need it."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="原因", max_length=LONGEST_REASON,
        error_messages={"required": "请写原因", "max_length": f"最多{LONGEST_REASON}个字"},
        widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args, move: Move, **kwargs):
        super().__init__(*args, auto_id=f"id_{move.name}_%s", **kwargs)
        self.move = move
        del self.fields["seen" if move.needs else "reason"]
        if move.needs:
            self.fields["reason"].widget.attrs["placeholder"] = PLACEHOLDERS[move.name]

    def facts(self) -> dict:
        return dict(self.cleaned_data)
