"""Forms of the register of visits: its filters, one entry, corrections, what became of it."""

from collections.abc import Iterable
from datetime import date, datetime

from django import forms
from django.db.models import QuerySet

from activities.forms.lines import LONGEST_NAME, LONGEST_PHONE, LONGEST_VILLAGE, whole_number
from activities.forms.logs import NO_FILTER, LogFilterForm
from activities.models import DutyLog, Visit
from activities.permissions import branches_to_file
from activities.rules import guess_category
from activities.rules.visits import (
    LONGEST_MATTER,
    LONGEST_REFERRAL,
    LONGEST_REQUEST,
    LONGEST_RESULT,
    REFERRALS,
    REVEAL_PURPOSES,
    WAYS,
    decided,
    time_of,
)
from activities.services import Matter
from activities.services.visits.keeping import LONGEST_REASON
from activities.states import SERVED, Category, Form, Handling, Rating, RefusalReason
from deputies.models import Deputy, Membership
from deputies.states import Gender
from julu_liaison.common.form_texts import typed_phone
from julu_liaison.common.selects import OwnedSelect
from stations.models import Station

TOLD_HOW = ("当面", "电话", "短信", "上门", "书面")
DECISIONS = [("opinion", "转为意见的"), ("here", "当场办的"), ("refused", "不受理的")]
# Where the services' fields of a visit stand on a form.
FIELD_OF = {"date": "on", "time": "came_at", "handling": "way", "refusal": "way", "referral": "said", "result": "said"}
UNSEEN = {"class": "fld", "autocomplete": "off", "data-private": ""}  # browsers neither suggest nor keep it


class VisitFilterForm(LogFilterForm):
    """What the register shows; every filter lives in the address."""

    unconfirmed = None  # a visit is not confirmed, its log is
    category = forms.ChoiceField(label="类别", required=False, choices=NO_FILTER + Category.choices)
    decision = forms.ChoiceField(label="怎么办的", required=False, choices=NO_FILTER + DECISIONS)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("category", "decision"):
            self.fields[name].widget.attrs["class"] = "fld"

    @property
    def has_choices(self) -> bool:
        return any(self[name].value() for name in self.fields)

    def applied(self, rows: QuerySet) -> QuerySet:
        """Return the visits that pass; none while a filter in the address is not one of the choices."""
        if not self.is_valid():
            return rows.none()
        chosen = self.cleaned_data
        if chosen["month"]:
            month = datetime.strptime(chosen["month"], "%Y-%m")  # noqa: DTZ007 - a month has no time zone
            rows = rows.filter(date__year=month.year, date__month=month.month)
        for name in ("year", "state", "category"):
            rows = rows.filter(**{name: chosen[name]}) if chosen[name] else rows
        rows = rows.under(self.place) if self.place else rows
        return rows.decided(chosen["decision"]) if chosen["decision"] else rows


def _text(label: str, longest: int, *, required: bool = False, unseen: bool = False, **attrs) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=required,
        widget=forms.TextInput(attrs=(UNSEEN if unseen else {"class": "fld", "autocomplete": "off"}) | attrs),
        error_messages={"required": f"请写{label}", "max_length": f"{label}请控制在{longest}字以内"},
    )  # fmt: skip


def _choice(label: str, choices, *, required: bool = False, unseen: bool = False) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, required=required,
        widget=forms.Select(attrs=UNSEEN if unseen else {"class": "fld"}),
        error_messages={"required": f"请选{label}", "invalid_choice": f"{label}请从列表里选"},
    )  # fmt: skip


def _day(label: str, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label, required=required,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "fld", "type": "date"}),
        error_messages={"required": f"请填{label}", "invalid": "请填日期,如 2026-03-01"},
    )  # fmt: skip


class WaySelect(forms.Select):
    """Each refusal brings along where to go instead, for static/js/referral.js."""

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["data-referral"] = REFERRALS.get(str(value), "")
        return option


class Refusing(forms.Form):
    """A form that shows the service's sentences at its fields."""

    def refuse(self, sentences: dict[str, str]) -> None:
        for name, sentence in sentences.items():
            field = name if name in self.fields else FIELD_OF.get(name, name)
            self.add_error(field if field in self.fields else None, sentence)

    def read_again(self, version: int) -> None:
        """The page shows what others changed meanwhile: sent once more, what was typed is meant for that."""
        self.data = self.data.copy()
        self.data["version"] = str(version)


class StoryForm(Refusing):
    """What a visit was about and who came; who came may stay unknown."""

    matter = forms.CharField(
        label="反映的事", max_length=LONGEST_MATTER, widget=forms.Textarea(attrs={"class": "fld", "rows": 3}),
        error_messages={"required": "请写清群众反映的是什么事", "max_length": f"反映的事请控制在{LONGEST_MATTER}字以内"},
    )  # fmt: skip
    request = _text("诉求(想要怎么解决)", LONGEST_REQUEST)
    category = _choice("类别", [("", "按内容自动选"), *Category.choices])
    came_at = _text("几点来的", 8, placeholder="9:30")
    people = _text("来了几人", 5, inputmode="numeric", placeholder="1")
    villager_name = _text("姓名", LONGEST_NAME, unseen=True)
    villager_phone = _text("电话", LONGEST_PHONE, unseen=True, inputmode="tel")
    villager_village = _text("哪个村", LONGEST_VILLAGE, unseen=True)
    villager_sex = _choice("性别", [("", "没记"), *Gender.choices], unseen=True)
    confidential = forms.BooleanField(label="要求保密", required=False)

    def clean_came_at(self):
        text = self.cleaned_data["came_at"]
        if text and time_of(text) is None:
            raise forms.ValidationError("几点来的请写成9:30这样")
        return time_of(text) if text else None

    def clean_villager_phone(self) -> str:
        return typed_phone(self.cleaned_data["villager_phone"])

    def clean_people(self) -> int:
        text = self.cleaned_data["people"].strip()
        number = whole_number(text) if text else 1
        if number is None:
            raise forms.ValidationError("来了几人请填数字,例如2")
        return number

    def clean(self):
        story = super().clean()
        if "matter" in story and not story.get("category"):
            story["category"] = guess_category(story["matter"], [])
        return story


class VisitForm(StoryForm):
    """One visit beside the Sunday sheet: of any day and branch, or of one `log`, which knows both."""

    branch = _choice("分站", [], required=True)
    branch.help_text = "来乡镇联络站的,记在群众所在村的分站"
    on = _day("哪天来的")
    form = _choice("形式", Form.choices, required=True)
    deputy = forms.ChoiceField(
        label="哪位代表接的", required=False, widget=OwnedSelect(attrs={"class": "fld"}),
        error_messages={"invalid_choice": "哪位代表接的请从列表里选"},
    )  # fmt: skip
    way = forms.ChoiceField(label="怎么办", choices=WAYS, widget=WaySelect(attrs={"class": "fld", "data-way": ""}))
    said = forms.CharField(
        label="怎么答复的;不受理的写告诉群众去哪里", required=False, max_length=LONGEST_RESULT,
        widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off", "data-said": ""}),
    )  # fmt: skip

    def __init__(self, data=None, *, user, on: date, log: DutyLog | None = None):
        super().__init__(data, initial={"on": on, "way": Handling.OPINION, "form": Form.ONSITE})
        self.log = log
        if log is not None:
            for name in ("branch", "on", "form"):
                del self.fields[name]
            served = log.attendance.filter(status__in=SERVED).select_related("deputy")
            people: Iterable[Deputy] = [row.deputy for row in served]
            choices: list = [(str(deputy.pk), deputy.name) for deputy in people]
        else:
            branches = list(branches_to_file(user, on))
            self.branches = {branch.code: branch for branch in branches}
            self.fields["branch"].choices = _by_station(branches)
            choices, people, owners = _members(branches, on)
            self.fields["deputy"].widget.owners = owners
        self.people = {str(deputy.pk): deputy for deputy in people}
        self.fields["deputy"].choices = [("", "没有代表在场,或没记"), *choices]

    @property
    def branch_chosen(self) -> Station:
        return self.log.branch if self.log else self.branches[self.cleaned_data["branch"]]

    @property
    def day_chosen(self) -> date:
        return self.log.date if self.log else self.cleaned_data["on"]

    def to_entry(self) -> Matter:
        """Return what `register_visit` takes; only after `is_valid()`."""
        typed = self.cleaned_data
        decision = decided(typed["way"], typed["said"])
        return Matter(
            text=typed["matter"], category=typed["category"], deputy=self.people.get(typed["deputy"]),
            villager_name=typed["villager_name"], villager_phone=typed["villager_phone"],
            villager_village=typed["villager_village"], villager_sex=typed["villager_sex"], people=typed["people"],
            request=typed["request"], came_at=typed["came_at"], confidential=typed["confidential"],
            handling=decision.handling, refusal=decision.refusal, referral=decision.referral, result=decision.result,
        )  # fmt: skip


def _by_station(branches: list[Station]) -> list:
    """Branches as choices, grouped by station where there are several."""
    groups: dict[str, list] = {}
    for branch in branches:
        groups.setdefault(branch.parent.name, []).append((branch.code, branch.name))
    return (
        [("", "请选择"), *groups.items()] if len(branches) > 1 else [pair for rows in groups.values() for pair in rows]
    )


def _members(branches: list[Station], on: date) -> tuple[list, list[Deputy], dict[str, str]]:
    """The members of the branches as choices grouped in the order of the branches, as deputies, and whose each one is."""
    groups: dict[str, list] = {branch.full_name: [] for branch in branches}
    people, owners = [], {}
    rows = Membership.objects.in_force(on).filter(branch__in=branches).heads_first()
    for row in rows.select_related("deputy", "branch__parent"):
        groups[row.branch.full_name].append((str(row.deputy_id), row.deputy.name))
        people.append(row.deputy)
        owners[str(row.deputy_id)] = row.branch.code
    return [pair for pair in groups.items() if pair[1]], people, owners


class CorrectForm(StoryForm):
    """What was written down, to be put right. Name and phone are not shown: what is left empty stays as it is."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    forget = forms.BooleanField(label="姓名和电话记错了,去掉不留", required=False)
    refusal = _choice("不受理的原因", RefusalReason.choices)
    referral = _text("告诉群众去哪里", LONGEST_REFERRAL)

    def __init__(self, data=None, *, visit: Visit):
        known = {name: getattr(visit, name) for name in (
            "matter", "request", "category", "people", "villager_village", "villager_sex", "confidential", "refusal",
            "referral", "version",
        )}  # fmt: skip
        known["came_at"] = f"{visit.time:%H:%M}" if visit.time else ""
        super().__init__(data, initial=known, auto_id="c_%s")
        if not visit.refusal:
            del self.fields["refusal"], self.fields["referral"]

    def changes(self) -> dict:
        """Return what `correct_visit` takes; only after `is_valid()`."""
        found = {
            name: value for name, value in self.cleaned_data.items() if name not in ("version", "forget", "came_at")
        }
        found["time"] = self.cleaned_data["came_at"]
        for name in ("villager_name", "villager_phone"):
            if self.cleaned_data["forget"]:
                found[name] = ""
            elif not found[name]:
                del found[name]
        return found


class OutcomeForm(Refusing):
    """How a visit without a ticket was handled, and how the villager was told."""

    handling = _choice(
        "怎么办的", [(way.value, way.label) for way in (Handling.ANSWERED, Handling.SETTLED)], required=True
    )
    result = _text("结果", LONGEST_RESULT, required=True)
    told_on = _day("哪天告知群众的", required=False)
    told_how = _choice("怎么告知的", [("", "没有记"), *((way, way) for way in TOLD_HOW)])
    satisfaction = _choice("群众满意吗", [("", "没有问"), *Rating.choices])

    def __init__(self, data=None, *, visit: Visit):
        known = {name: getattr(visit, name) for name in self.base_fields}
        super().__init__(data, initial=known, auto_id="o_%s")
        if visit.refusal:
            del self.fields["handling"]
            self.fields["result"].required = False

    def facts(self) -> dict:
        """Return what `record_outcome` takes; only after `is_valid()`."""
        return {"handling": ""} | self.cleaned_data


class AcceptForm(Refusing):
    """A visit becomes a ticket after all."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, visit: Visit):
        super().__init__(data, initial={"version": visit.version}, auto_id="a_%s")


class VoidForm(Refusing):
    reason = _text("原因", LONGEST_REASON, required=True)

    def __init__(self, data=None, *, visit: Visit):
        super().__init__(data, auto_id="v_%s")


class RevealForm(forms.Form):
    """What somebody wants to know a villager for."""

    why = _choice("用来做什么", [(purpose, purpose) for purpose in REVEAL_PURPOSES])
