"""Forms of activities: filters, what an activity is and whom it is for, partners, cancelling, files, leave from one."""

import uuid
from collections.abc import Mapping
from datetime import date

from django import forms
from django.http import QueryDict

from activities.forms.naming import found_people
from activities.models import Activity, LivelihoodProject, PlanItem
from activities.rules import kinds_at, last_activity_day
from activities.rules.attachments import MOST_BYTES, TOO_LARGE
from activities.services.events import Audience
from activities.states import LEAVE_KINDS, ActivityKind, ActivityState, FileKind
from deputies.models import Deputy
from deputies.states import MandateLevel, ServiceRole
from julu_liaison.common.errors import DomainError
from julu_liaison.common.texts import half_width
from stations.models import Station
from stations.rules import place_choices
from stations.states import Level

YEARS_BACK = 4
LONGEST_NOTICE = 4000
REQUIRED = [("1", "应当参加"), ("", "自愿参加")]


def _text(label: str, longest: int, *, required: bool = False, rows: int = 0, **attrs) -> forms.CharField:
    shape = {"class": "fld", "autocomplete": "off", **attrs}
    widget = forms.Textarea(attrs={**shape, "rows": rows}) if rows else forms.TextInput(attrs=shape)
    return forms.CharField(
        label=label, max_length=longest, required=required, widget=widget,
        error_messages={"required": f"请填{label}", "max_length": f"{label}最多{longest}个字"},
    )  # fmt: skip


def _day(label: str, missing: str = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=bool(missing), widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "fld", "type": "date"}),
        error_messages={"required": missing, "invalid": "请填日期,如 2026-03-01"},
    )  # fmt: skip


def _choice(label: str, choices, *, required: bool = False) -> forms.ChoiceField:
    sentence = f"请选{label}"
    return forms.ChoiceField(
        label=label, required=required, choices=choices, widget=forms.Select(attrs={"class": "fld"}),
        error_messages={"required": sentence, "invalid_choice": sentence},
    )  # fmt: skip


def _several(label: str, choices=()) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, required=False, choices=choices, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": f"请从列出的{label}里选"},
    )  # fmt: skip


class ActivityFilter(forms.Form):
    """By year, kind, state and place; lives in the address."""

    year = _choice("年度", ())
    kind = _choice("类别", [("", "全部"), *ActivityKind.choices])
    state = _choice("状态", [("", "全部"), *ActivityState.choices])
    station = _choice("地方", ())
    # Reached by links alone: figures that count the activities of other periods than a year.
    since = forms.DateField(label="日期从", required=False, widget=forms.HiddenInput)
    until = forms.DateField(label="日期到", required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, user, today: date):
        super().__init__(data)
        places = Station.objects.visible_to(user).open(today).order_by("official_order", "code")
        self.places = {place.code: place for place in places}
        years = [str(today.year + 1 - back) for back in range(YEARS_BACK + 1)]
        self.fields["year"].choices = [("", "全部"), *((year, f"{year}年") for year in years)]
        self.fields["station"].choices = [("", "全部"), *place_choices(self.places.values())]

    def applied(self, rows):
        """Return the activities that pass; none while the address names what is no choice."""
        if not self.is_valid():
            return rows.none()
        chosen = self.cleaned_data
        if chosen["year"]:
            rows = rows.filter(held_on__year=int(chosen["year"]))
        for name, column in (("since", "held_on__gte"), ("until", "held_on__lte")):
            rows = rows.filter(**{column: chosen[name]}) if chosen[name] else rows
        rows = rows.filter(**{name: chosen[name] for name in ("kind", "state") if chosen[name]})
        return rows.under(self.places[chosen["station"]]) if chosen["station"] else rows

    @property
    def is_narrowed(self) -> bool:
        return any(self.data.get(name) for name in self.fields)


def _planned_words(item: PlanItem) -> str:
    return f"{item.plan.year}年 {item.plan.station.name}:{item.title}"


class DetailsForm(forms.Form):
    """What an activity is. The lists offered are those of the places where `user` may hold one."""

    kind = _choice("类别", [("", "请选"), *ActivityKind.choices], required=True)
    title = _text("名称", 120, required=True)
    held_on = _day("日期", "请填哪天举行")
    hours = _text("时间", 40, placeholder="例如:上午9:00")
    venue = _text("地点", 80)
    required = forms.ChoiceField(label="要求", required=False, choices=REQUIRED, widget=forms.RadioSelect, initial="1")
    notice = _text("通知内容", LONGEST_NOTICE, rows=4)
    sign_up_until = _day("报名截止")
    service_role = _choice("代表的角色", [("", "不记"), *ServiceRole.choices])
    project = _choice("检查的民生实事", ())
    plan_item = _choice("工作计划里的活动", ())

    def __init__(self, data=None, *, places: list[Station], today: date, **kwargs):
        super().__init__(data, **kwargs)
        counties = {place.county_id for place in places}
        years = (today.year - 1, today.year, today.year + 1)
        projects = LivelihoodProject.objects.filter(county__in=counties, year__in=years)
        items = PlanItem.objects.filter(plan__station__in=places, plan__year__in=years, dropped_reason="")
        self.projects = {str(row.uid): row for row in projects}
        found = sorted(items.select_related("plan__station__parent"), key=lambda row: row.plan.year != today.year)
        self.plan_items = {str(row.uid): row for row in found}  # this year's first
        self.days = min(place.opened_on for place in places), last_activity_day(today)
        kinds = {kind for place in places for kind in kinds_at(place.level)}
        self.fields["kind"].choices = [("", "请选"), *(kind for kind in ActivityKind.choices if kind[0] in kinds)]
        self.fields["project"].choices = [
            ("", "没有"), *((uid, f"{row.title}({row.year}年)") for uid, row in self.projects.items())
        ]  # fmt: skip
        self.fields["plan_item"].choices = [
            ("", "计划外的"), *((uid, _planned_words(row)) for uid, row in self.plan_items.items())
        ]  # fmt: skip

    def clean_held_on(self) -> date:
        (first, last), day = self.days, self.cleaned_data["held_on"]
        if not first <= day <= last:
            raise forms.ValidationError(f"请填{first:%Y-%m-%d}到{last:%Y-%m-%d}之间的日期")
        return day

    def clean_hours(self) -> str:
        return half_width(self.cleaned_data["hours"])

    @classmethod
    def initial_of(cls, activity: Activity) -> dict:
        names = ("kind", "title", "held_on", "hours", "venue", "notice", "sign_up_until", "service_role")
        return {name: getattr(activity, name) for name in names} | {
            "required": "1" if activity.required else "",
            "project": str(activity.project.uid) if activity.project else "",
            "plan_item": str(activity.plan_item.uid) if activity.plan_item else "",
        }

    @property
    def details(self) -> dict:
        """The fields as the services take them."""
        names = ("kind", "title", "held_on", "hours", "venue", "notice", "sign_up_until", "service_role")
        return {name: self.cleaned_data[name] for name in names} | {
            "required": self.cleaned_data["required"] == "1",
            "project": self.projects.get(self.cleaned_data["project"]),
            "plan_item": self.plan_items.get(self.cleaned_data["plan_item"]),
        }


class AnnounceForm(DetailsForm):
    """A new activity: who holds it, what it is, whom it is for. `uid` lets a second submit find the first."""

    station = _choice("举办单位", (), required=True)
    partners = _several("联合举办单位")
    levels = _several("层级", MandateLevel.choices)
    places = _several("地方")
    names = _text("另外点名参加的代表", 4000, rows=3, placeholder="一行一位,写姓名或编号")
    without = _text("不参加的代表", 2000, rows=2, placeholder="一行一位,写姓名或编号")
    tell = forms.BooleanField(label="给代表发通知", required=False, initial=True)
    uid = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, user, places: list[Station], today: date):
        super().__init__(
            data, places=places, today=today,
            initial={"uid": uuid.uuid4(), "station": places[0].code, "held_on": None, "tell": True, "required": "1"},
        )  # fmt: skip
        self.user = user
        self.hosts = {place.code: place for place in places}
        self.fields["station"].choices = [(place.code, place.full_name) for place in places]
        self.fields["places"].choices = [(place.code, place.full_name) for place in places]
        inviting = {place.county_id for place in places if place.level != Level.BRANCH}
        others = Station.objects.townships().filter(county__in=inviting).open(today)
        self.others = {place.code: place for place in others.in_official_order()}
        self.fields["partners"].choices = [(code, place.name) for code, place in self.others.items()]

    def start_from(self, chosen: Mapping[str, str]) -> None:
        """Preselect what a link from a work plan (`plan_item`) or a project names; what is no choice is passed over."""
        item, project = self.plan_items.get(chosen.get("plan_item", "")), self.projects.get(chosen.get("project", ""))
        if item:
            self.initial |= {"plan_item": str(item.uid), "station": item.plan.station.code}
            self.initial |= {"kind": item.kind, "title": item.title}
        if project:
            self.initial |= {"project": str(project.uid), "kind": item.kind if item else ActivityKind.INSPECTION}

    @property
    def whole_places(self) -> list[Station]:
        """The county and the stations that can be asked as a whole."""
        return [place for place in self.hosts.values() if place.level != Level.BRANCH]

    @property
    def branches_by_station(self) -> list[tuple[str, list[Station]]]:
        found: dict[str, list[Station]] = {}
        for place in self.hosts.values():
            if place.level == Level.BRANCH:
                found.setdefault(place.parent.name, []).append(place)
        return list(found.items())

    @property
    def has_many_stations(self) -> bool:
        return len(self.branches_by_station) > 1

    @property
    def names_branches(self) -> bool:
        """Whether a single branch has been chosen, so that the fold with them stays open."""
        chosen = self["places"].value() or []
        return any(code in self.hosts and self.hosts[code].level == Level.BRANCH for code in chosen)

    def clean(self) -> dict:
        chosen = super().clean()
        if {"station", "held_on"} <= set(chosen):
            chosen["names"] = self._people("names", chosen)
            chosen["without"] = self._people("without", chosen)
        return chosen

    def _people(self, field: str, chosen: dict) -> tuple[Deputy, ...]:
        people, problems = found_people(chosen.get(field, ""), user=self.user, hosts=[self.host], on=chosen["held_on"])
        for problem in problems:
            self.add_error(field, problem)
        return tuple(people)

    @property
    def host(self) -> Station:
        return self.hosts[self.cleaned_data["station"]]

    @property
    def partner_places(self) -> list[Station]:
        return [self.others[code] for code in self.cleaned_data["partners"] if code != self.cleaned_data["station"]]

    @property
    def audience(self) -> Audience:
        chosen = self.cleaned_data
        places = tuple(self.hosts[code] for code in chosen["places"])
        return Audience(places, tuple(chosen["levels"]), chosen["names"], chosen["without"])


class ChangeForm(DetailsForm):
    """An activity that is there: other details, more people or fewer."""

    names = _text("再请这些代表", 4000, rows=3, placeholder="一行一位,写姓名或编号")
    without = _text("这些代表不用参加了", 2000, rows=2, placeholder="一行一位,写姓名或编号")
    reason = _text("更正的原因", 100)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, user, activity: Activity, places: list[Station], today: date):
        initial = self.initial_of(activity) | {"version": activity.version}
        super().__init__(data, places=places, today=today, initial=initial)
        self.user, self.activity = user, activity
        for name in ("project", "plan_item"):  # of an earlier year: stays a choice
            row, label = getattr(activity, name), getattr(activity, name) and getattr(activity, name).title
            kept = self.projects if name == "project" else self.plan_items
            if row and str(row.uid) not in kept:
                kept[str(row.uid)] = row
                self.fields[name].choices.append((str(row.uid), label))

    def clean(self) -> dict:
        chosen = super().clean()
        for field in ("names", "without"):
            day = chosen.get("held_on") or self.activity.held_on
            people, problems = found_people(
                chosen.get(field, ""), user=self.user, hosts=[self.activity.station], on=day
            )
            chosen[field] = tuple(people)
            for problem in problems:
                self.add_error(field, problem)
        return chosen


class OwnPeopleForm(forms.Form):
    """A partner's people for a joint activity: whom to ask, who need not come after all."""

    places = _several("地方")
    levels = _several("层级", MandateLevel.choices)
    names = _text("点名请这些代表", 4000, rows=2, placeholder="一行一位,写姓名或编号")
    without = _text("这些代表不参加", 2000, rows=2, placeholder="一行一位,写姓名或编号")

    def __init__(self, data=None, *, user, activity: Activity, place: Station, asked: int = 0):
        super().__init__(data, auto_id=f"id_{place.code}_%s")
        self.user, self.activity, self.place, self.asked = user, activity, place, asked
        branches = Station.objects.branches().filter(parent=place).open(activity.held_on).in_official_order()
        self.choices = {one.code: one for one in (place, *branches)}
        names = {code: f"{one.name}全部" if one == place else one.name for code, one in self.choices.items()}
        self.fields["places"].choices = list(names.items())

    def clean(self) -> dict:
        chosen = super().clean()
        for field in ("names", "without"):
            people, problems = found_people(
                chosen.get(field, ""), user=self.user, hosts=[self.place], on=self.activity.held_on
            )
            chosen[field] = tuple(people)
            for problem in problems:
                self.add_error(field, problem)
        if not self.errors and not any(chosen.values()):
            raise forms.ValidationError("请选请谁参加,或者写谁不参加")
        return chosen

    def refuse(self, error: DomainError) -> None:
        """Put what the service says where it belongs."""
        self.add_error("without" if "without" in error.fields else None, error.message)

    @property
    def audience(self) -> Audience | None:
        chosen = self.cleaned_data
        if not (chosen["places"] or chosen["levels"] or chosen["names"]):
            return None
        places = tuple(self.choices[code] for code in chosen["places"])
        return Audience(places, tuple(chosen["levels"]), chosen["names"], chosen["without"])


class CancelForm(forms.Form):
    reason = _text("取消的原因", 100, required=True)


class FileForm(forms.Form):
    """One file and what it is."""

    kind = _choice("性质", FileKind.choices, required=True)
    file = forms.FileField(label="文件", max_length=250, error_messages={
        "required": "请选一个文件", "empty": "文件是空的,请重新选", "invalid": "请选一个文件", "missing": "请选一个文件",
        "max_length": "文件名太长了,请改短一些",
    })  # fmt: skip

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        return file


class ActivityLeaveForm(forms.Form):
    """Leave from one activity: the kind is the button that sends it."""

    kind = _choice("假别", LEAVE_KINDS, required=True)
    reason = _text("事由", 100, required=True)
