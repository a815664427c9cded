"""What is typed at the desk: one opinion outside a log, one move for many tickets."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID, uuid4

from django import forms
from django.db.models import Q

from activities.rules import guess_category
from activities.services import Matter
from activities.states import Category
from deputies.models import Deputy, Membership
from julu_liaison.common.form_texts import typed_phone
from julu_liaison.common.selects import OwnedSelect
from opinions.services.registering import LONGEST_TEXT
from stations.models import Department, Station
from stations.permissions import places_with
from stations.states import Right

LONGEST_NAME, LONGEST_PHONE, LONGEST_VILLAGE = 40, 20, 40
LONGEST_NOTE = 2000
UNSEEN = {"class": "fld", "autocomplete": "off", "data-private": ""}  # browsers neither suggest nor keep it
NO_CHOICE = [("", "请选择")]


def branches_to_register_for(user, on: date) -> list[Station]:
    """The open branches whose opinions the person may register for anybody, in official order."""
    places = places_with(user, Right.HANDLE_OPINIONS)
    rows = Station.objects.branches().filter(Q(parent__in=places) | Q(pk__in=places)).open(on)
    return list(rows.in_official_order())


def branches_of(deputy: Deputy, on: date) -> list[Station]:
    """The branches where the deputy serves on the day `on`."""
    rows = Membership.objects.in_force(on).filter(deputy=deputy).select_related("branch__parent")
    return [row.branch for row in rows]


def _unseen(label: str, longest: int, **attrs) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=False, widget=forms.TextInput(attrs=UNSEEN | attrs),
        error_messages={"max_length": f"{label}请控制在{longest}字以内"},
    )  # fmt: skip


class OpinionForm(forms.Form):
    """One villager's matter; who the villager is may stay unknown. `key` tells two forms from one sent twice.

    `person`: the deputy who registers for oneself, else any member of the branch can be chosen.
    """

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        label="反映的事", widget=forms.Textarea(attrs={"class": "fld", "rows": 4}),
        error_messages={"required": "请写清反映的是什么事"},
    )  # fmt: skip
    branch = forms.ChoiceField(
        label="分站", widget=forms.Select(attrs={"class": "fld"}),
        error_messages={"required": "请选分站", "invalid_choice": "分站请从列表里选"},
    )  # fmt: skip
    deputy = forms.ChoiceField(
        label="哪位代表收集的", required=False, widget=OwnedSelect(attrs={"class": "fld"}),
        error_messages={"invalid_choice": "哪位代表收集的请从列表里选"},
    )  # fmt: skip
    category = forms.ChoiceField(
        label="类别", required=False, choices=[("", "按内容自动选"), *Category.choices],
        widget=forms.Select(attrs={"class": "fld"}), error_messages={"invalid_choice": "类别请从列表里选"},
    )  # fmt: skip
    villager_name = _unseen("姓名", LONGEST_NAME)
    villager_phone = _unseen("电话", LONGEST_PHONE, inputmode="tel")
    villager_village = _unseen("哪个村", LONGEST_VILLAGE)
    confidential = forms.BooleanField(label="要求保密,不给承办部门看", required=False)

    def __init__(self, data=None, *, branches: list[Station], on: date, person: Deputy | None = None):
        super().__init__(data, initial={"key": uuid4(), "branch": branches[0].code if len(branches) == 1 else ""})
        self.branches = {branch.code: branch for branch in branches}
        self.fields["branch"].choices = _by_station(branches)
        self.person = person
        if person:
            del self.fields["deputy"]
        else:
            self._offer_members(branches, on)

    def _offer_members(self, branches: list[Station], on: date) -> None:
        known = {branch.pk: branch for branch in branches}
        groups: dict[str, list] = {branch.full_name: [] for branch in branches}
        rows = Membership.objects.in_force(on).filter(branch__in=branches).heads_first()
        owners = {}
        for deputy, name, branch in rows.values_list("deputy", "deputy__name", "branch"):
            groups[known[branch].full_name].append((str(deputy), name))
            owners[str(deputy)] = known[branch].code
        field = self.fields["deputy"]
        field.widget.owners = owners  # type: ignore[attr-defined]  # an OwnedSelect
        field.choices = [("", "没有代表,或没记"), *(pair for pair in groups.items() if pair[1])]  # type: ignore[attr-defined]

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        if len(text) > LONGEST_TEXT:
            raise forms.ValidationError(f"反映的事请控制在{LONGEST_TEXT}字以内,现在有{len(text)}字")
        return text

    def clean_villager_phone(self) -> str:
        return typed_phone(self.cleaned_data["villager_phone"])

    @property
    def form_key(self) -> UUID:
        return self.cleaned_data["key"] or uuid4()

    @property
    def branch_chosen(self) -> Station:
        return self.branches[self.cleaned_data["branch"]]

    def to_matter(self) -> Matter:
        """Return what `enter_opinion` takes; only after `is_valid()`."""
        typed = self.cleaned_data
        chosen = typed.get("deputy")  # one of those that were offered
        return Matter(
            text=typed["text"], category=typed["category"] or guess_category(typed["text"], []),
            deputy=self.person or (Deputy.objects.get(pk=chosen) if chosen else None), villager_name=typed["villager_name"],
            villager_phone=typed["villager_phone"], villager_village=typed["villager_village"],
            confidential=typed["confidential"],
        )  # fmt: skip

    def refuse(self, sentences: dict[str, str]) -> None:
        """Show the service's sentences at their fields."""
        for name, sentence in sentences.items():
            self.add_error(name if name in self.fields else None, sentence)


def _by_station(branches: Iterable[Station]) -> list:
    """Branches as choices, grouped by station; with a first empty one where there are several."""
    groups: dict[str, list] = {}
    for branch in branches:
        groups.setdefault(branch.parent.name, []).append((branch.code, branch.name))
    pairs = [pair for rows in groups.values() for pair in rows]
    return pairs if len(pairs) == 1 else [*NO_CHOICE, *groups.items()]


class BulkForm(forms.Form):
    """What one move says of all the chosen tickets: to whom they are transferred, or why they are urged."""

    department = forms.ModelChoiceField(
        Department.objects.none(), to_field_name="code", label="承办部门", empty_label="请选择",
        widget=forms.Select(attrs={"class": "fld"}),
        error_messages={"required": "请选承办部门", "invalid_choice": "承办部门请从列表里选"},
    )  # fmt: skip
    assisting = forms.ModelMultipleChoiceField(
        Department.objects.none(), to_field_name="code", label="协办部门(可以不选)", required=False,
        widget=forms.CheckboxSelectMultiple, error_messages={"invalid_choice": "协办部门请从列表里选"},
    )  # fmt: skip
    note = forms.CharField(
        label="说明(可以不写)", required=False, max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"class": "fld", "rows": 2}),
        error_messages={"max_length": f"说明请控制在{LONGEST_NOTE}字以内"},
    )  # fmt: skip

    def __init__(self, data=None, *, move: str, county_ids: set[int], initial: dict | None = None):
        super().__init__(data, auto_id=f"{move}_%s", initial=initial)
        if move != "transfer":
            del self.fields["department"], self.fields["assisting"]
            return
        offices = Department.objects.filter(county__in=county_ids, is_active=True)
        for name in ("department", "assisting"):
            self.fields[name].queryset = offices  # type: ignore[attr-defined]

    def clean(self):
        typed = super().clean()
        if typed.get("department") in typed.get("assisting", ()):
            self.add_error("assisting", "主办部门不用再选成协办部门")
        return typed

    def facts(self) -> dict:
        """Return what `move_together` takes; only after `is_valid()`."""
        return {name: list(value) if name == "assisting" else value for name, value in self.cleaned_data.items()}
