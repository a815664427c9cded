"""Work plans and livelihood projects as typed."""

from datetime import date

from django import forms

from activities.forms.entries import EntryForm, choice_field, count_field, day_field, line_field, text_field
from activities.models import LivelihoodProject, PlanItem, WorkPlan
from activities.rules import kinds_at
from activities.services.plans import LONGEST_TEXT, LONGEST_TITLE, TEXTS
from activities.states import ActivityKind
from stations.models import Department, Station


class VersionedForm(EntryForm):
    """Carries the version that was read, so that nobody overwrites what they have not seen."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class PlanForm(VersionedForm):
    """The plan's three texts."""

    goals = text_field("工作目标", LONGEST_TEXT, rows=5)
    plan = text_field("工作计划", LONGEST_TEXT, rows=8)
    scheme = text_field("工作方案", LONGEST_TEXT, rows=8)

    @classmethod
    def of(cls, plan: WorkPlan, data=None) -> "PlanForm":
        return cls(data, initial={name: getattr(plan, name) for name in (*TEXTS, "version")})

    def facts(self) -> dict:
        texts = {name: self.cleaned_data[name] for name in TEXTS}
        return {"version": self.cleaned_data["version"], "texts": texts}


class PromiseForm(EntryForm):
    """An activity that the plan promises: so many times, by the end of a month."""

    title = line_field("活动", LONGEST_TITLE)
    kind = choice_field("类别", ActivityKind.choices)
    month = forms.TypedChoiceField(
        label="最晚几月", coerce=int, choices=[("", "请选择"), *((month, f"{month}月") for month in range(1, 13))],
        widget=forms.Select(attrs={"class": "fld"}),
        error_messages={"required": "请选月份", "invalid_choice": "请选月份"},
    )  # fmt: skip
    times = count_field("办几次", blank_is=1)

    def __init__(self, *args, plan: WorkPlan, **kwargs):
        super().__init__(*args, **kwargs)
        self.year, kinds = plan.year, kinds_at(plan.station.level)
        self.fields["kind"].choices = [("", "请选择"), *(kind for kind in ActivityKind.choices if kind[0] in kinds)]

    def facts(self) -> dict:
        facts = dict(self.cleaned_data)
        return facts | {"due_on": date(self.year, facts.pop("month"), 1)}


class EditPromiseForm(VersionedForm, PromiseForm):
    """The same for one that is there already."""

    field_order = ("title", "kind", "month", "times", "version")

    @classmethod
    def of(cls, item: PlanItem, data=None) -> "EditPromiseForm":
        known = {"title": item.title, "kind": item.kind, "month": item.due_on.month, "times": item.times}
        return cls(data, plan=item.plan, initial=known | {"version": item.plan.version})


class ReasonForm(EntryForm):
    """Why a promised activity is not held after all."""

    reason = line_field("原因", PlanItem._meta.get_field("dropped_reason").max_length, hint="例如:经费没有落实")


class AdoptForm(EntryForm):
    adopted_on = day_field("哪天通过的")


class PlanFileForm(EntryForm):
    """One file of the plan."""

    file = forms.FileField(
        label="文件", widget=forms.FileInput(attrs={"class": "fld"}),
        error_messages={"required": "请选文件", "empty": "文件是空的,请重新选一个"},
    )  # fmt: skip


class ProjectForm(EntryForm):
    """One livelihood project."""

    title = line_field("名称", LivelihoodProject._meta.get_field("title").max_length)
    department = forms.ModelChoiceField(
        Department.objects.none(), label="责任部门", required=False, empty_label="不写",
        widget=forms.Select(attrs={"class": "fld"}), error_messages={"invalid_choice": "请从列表里选部门"},
    )  # fmt: skip
    note = line_field("内容", LivelihoodProject._meta.get_field("note").max_length, required=False)
    finished_on = day_field("完成日期", required=False, hint="还没完成就空着")

    def __init__(self, *args, county: Station, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.filter(county=county).order_by("name")

    @classmethod
    def of(cls, row: LivelihoodProject, data=None) -> "ProjectForm":
        known = {name: getattr(row, name) for name in ("title", "department", "note", "finished_on")}
        return cls(data, county=row.county, initial=known)
