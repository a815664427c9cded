"""Terms, ranking and bands of a year as typed."""

from decimal import Decimal

from django import forms

from scoring.forms.rules import DAY_WORDS, PointsField
from scoring.models import Scheme
from scoring.rules.changes import plain
from scoring.services.settings import DAYS, HIGHEST, LONGEST_NAME, MOST_GRADES

DIGITS = {"required": "请填工作日数", "invalid": "请填数字,例如 5"}
HINTS = {
    "check_days": "代表申报加分后,联络站几个工作日里核对",
    "decide_days": "核对以后,县里几个工作日里审定",
    "appeal_days": "代表说记错了,几个工作日里答复",
    "publicity_days": "年度得分公示几个工作日,最少5个",
}


class TermsForm(forms.Form):
    """Days are working days."""

    late_until = forms.DateField(
        label="补报截止", help_text="这一年的证明材料最晚交到哪天", error_messages=DAY_WORDS,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "fld", "type": "date"}),
    )  # fmt: skip
    shows_ranking = forms.BooleanField(
        label="县级工作人员可以看排名", required=False, help_text="只有县里看得到,从不公开,也不给代表看",
        widget=forms.CheckboxInput,
    )  # fmt: skip

    def __init__(self, data=None, *, scheme: Scheme):
        usual = {name: getattr(scheme, name) for name in (*DAYS, "late_until", "shows_ranking")}
        super().__init__(data, initial=usual)
        for name in DAYS:
            label = Scheme._meta.get_field(name).verbose_name
            self.fields[name] = forms.IntegerField(
                label=label, help_text=HINTS[name], error_messages=DIGITS,
                widget=forms.TextInput(attrs={"class": "fld fld-s num", "inputmode": "numeric", "autocomplete": "off"}),
            )  # fmt: skip
        self.order_fields([*DAYS, "late_until", "shows_ranking"])

    def facts(self) -> dict:
        return dict(self.cleaned_data)


class GradesForm(forms.Form):
    """Up to six bands; a line without a name and number is none."""

    def __init__(self, data=None, *, scheme: Scheme):
        usual = {}
        for index, grade in enumerate(scheme.grades.all()):
            usual |= {f"name_{index}": grade.name, f"at_least_{index}": plain(grade.at_least)}
        super().__init__(data, initial=usual)
        for index in range(MOST_GRADES):
            self.fields[f"name_{index}"] = forms.CharField(
                label=f"第{index + 1}个等次的名称", max_length=LONGEST_NAME, required=False,
                error_messages={"max_length": f"最多{LONGEST_NAME}个字"},
                widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off"}),
            )  # fmt: skip
            self.fields[f"at_least_{index}"] = PointsField(
                label=f"第{index + 1}个等次从多少分起", most=HIGHEST, required=False
            )

    def clean(self):
        given = self.cleaned_data
        for index in range(MOST_GRADES):
            name, limit = f"name_{index}", f"at_least_{index}"
            if name in given and limit in given and bool(given[name]) != (given[limit] is not None):
                self.add_error(limit if given[name] else name, "请填分数" if given[name] else "请填名称")
        return given

    def facts(self) -> dict:
        return {"grades": [grade for _index, grade in self._typed()]}

    def _typed(self) -> list[tuple[int, tuple[str, Decimal]]]:
        given = self.cleaned_data
        return [
            (index, (given[f"name_{index}"], given[f"at_least_{index}"]))
            for index in range(MOST_GRADES)
            if given[f"name_{index}"]
        ]

    def in_typed_rows(self, fields: dict[str, str]) -> dict[str, str]:
        """The service numbers bands without the blank lines; here are the lines of the form."""
        lines = [index for index, _grade in self._typed()]
        found = {}
        for name, sentence in fields.items():
            stem, number = name.rsplit("_", 1)
            found[f"{stem}_{lines[int(number)]}"] = sentence
        return found

    def rows(self) -> list[tuple]:
        return [(self[f"name_{index}"], self[f"at_least_{index}"]) for index in range(MOST_GRADES)]
