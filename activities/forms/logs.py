"""Forms about filed duty logs: what the register shows, and a correction."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from django import forms
from django.db.models import QuerySet

from activities.forms.fields import LONGEST_SUMMARY, MOST_GIVEN_OUT
from activities.forms.lines import LONGEST_OPINION, whole_number
from activities.models import DutyLog
from activities.permissions import logs_to_confirm
from activities.rules import guess_category
from activities.rules.versions import NOT_LISTED
from activities.services import Matter, SundayRow
from activities.services.logs import MOST_RECEIVED
from activities.services.logs.correcting import LONGEST_REASON
from activities.states import Form, LogState, Presence
from deputies.models import Deputy, Membership
from deputies.states import ServiceRole
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.rules import place_choices
from stations.states import Level

NO_FILTER = [("", "全部")]
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
STAND_INS = 2  # how many deputies of other branches can be added at a time
MOST_FORGOTTEN = 20
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


# ---- The register --------------------------------------------------------------------------------------------------


class LogFilterForm(forms.Form):
    """What the register of logs shows; every filter lives in the address."""

    month = forms.RegexField(
        MONTH, label="月份", required=False, error_messages={"invalid": "月份请写成 2026-03 这样"},
        widget=forms.TextInput(attrs={"type": "month", "class": "fld", "placeholder": "2026-03"}),
    )  # fmt: skip
    year = forms.ChoiceField(label="年度", required=False)
    station = forms.ChoiceField(label="地方", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=NO_FILTER + LogState.choices)
    unconfirmed = forms.BooleanField(label="没有确认的", required=False)
    to_confirm = forms.BooleanField(label="等我确认的", required=False)  # reached by the link of what is due
    # Reached by the overview's figures: the days for which logs count, as in the monthly report.
    since = forms.DateField(label="接待日从", required=False, widget=forms.HiddenInput)
    until = forms.DateField(label="接待日到", required=False, widget=forms.HiddenInput)
    prompt = forms.BooleanField(label="按时登记的", required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user, years: Iterable[int], **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.places = list(Station.objects.visible_to(user).open(today_here()).order_by("official_order", "code"))
        self.fields["station"].choices = NO_FILTER + place_choices(self.places)
        self.fields["year"].choices = NO_FILTER + [(str(year), f"{year}年") for year in years]
        for name in ("year", "station", "state"):
            self.fields[name].widget.attrs["class"] = "fld"

    @property
    def has_places(self) -> bool:
        return len(self.places) > 1

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.values()) if self.is_valid() else True

    @property
    def has_choices(self) -> bool:
        """Is one of the filters set that phones fold away?"""
        return any(self[name].value() for name in ("month", "year", "station", "state"))

    @property
    def place(self) -> Station | None:
        chosen = self.cleaned_data.get("station") if self.is_valid() else ""
        return next((place for place in self.places if place.code == chosen), None)

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and last day that is asked for by a link."""
        chosen = self.cleaned_data if self.is_valid() else {}
        since, until = chosen.get("since"), chosen.get("until")
        return (since or EARLIEST, until or LATEST) if since or until else None

    @property
    def order(self) -> tuple[str, ...]:
        """One station's logs by number, latest first, so that a gap would show; several stations' by day."""
        townships = sum(place.level == Level.TOWNSHIP for place in self.places)
        return ("-year", "-register_id", "-serial") if townships < 2 or self.place else ("-date", "-pk")

    def applied(self, rows: QuerySet) -> QuerySet:
        """Return the logs that pass; none while a filter in the address is not one of the choices."""
        if not self.is_valid():
            return rows.none()
        chosen = self.cleaned_data
        if chosen["month"]:
            month = datetime.strptime(chosen["month"], "%Y-%m")  # noqa: DTZ007 - a month has no time zone
            rows = rows.filter(date__year=month.year, date__month=month.month)
        for name in ("year", "state"):
            rows = rows.filter(**{name: chosen[name]}) if chosen[name] else rows
        rows = rows.under(self.place) if self.place else rows
        rows = rows.counting_within(*self.days) if self.days else rows
        rows = rows.prompt() if chosen["prompt"] else rows
        rows = rows.filter(logs_to_confirm(self.user)) if chosen["to_confirm"] else rows
        return rows.unconfirmed() if chosen["unconfirmed"] or chosen["to_confirm"] else rows


# ---- A correction --------------------------------------------------------------------------------------------------


class CountField(forms.CharField):
    """A whole number from 0 as people type it: full-width digits, 人 behind it; nothing is 0."""

    def __init__(self, *, label: str, most: int):
        widget = forms.TextInput(attrs={"class": "fld fld-s num", "inputmode": "numeric", "autocomplete": "off"})
        super().__init__(label=label, required=False, max_length=8, widget=widget, error_messages={
            "max_length": f"{label}请填0到{most}",
        })  # fmt: skip
        self.most = most

    def clean(self, value) -> int:
        text = super().clean(value)
        number = whole_number(text) if text else 0
        if number is None:
            raise forms.ValidationError(f"{self.label}请填数字,例如3")
        if number > self.most:
            raise forms.ValidationError(f"{self.label}请填0到{self.most}")
        return number


def _text(label: str, longest: int, *, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=longest, widget=forms.Textarea(attrs={"class": "fld", "rows": rows}),
        error_messages={"max_length": f"{label}请控制在{longest}字以内"},
    )  # fmt: skip


def _select(label: str, choices: list) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.Select(attrs={"class": "fld"}), required=False,
        error_messages={"invalid_choice": f"{label}请从列表里选"},
    )  # fmt: skip


class CorrectionForm(forms.Form):
    """Everything a log says, with a line for each of the branch's deputies; `version` is the one that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    received = CountField(label="接待人数", most=MOST_RECEIVED)
    households = CountField(label="走访户数", most=MOST_RECEIVED)
    leaflets = CountField(label="发放资料份数", most=MOST_GIVEN_OUT)
    form = _select("形式", Form.choices)
    service_role = _select("角色", ServiceRole.choices)
    summary = _text("内容", LONGEST_SUMMARY)
    forgotten = _text("漏登的意见", MOST_FORGOTTEN * LONGEST_OPINION)
    reason = forms.CharField(
        label="为什么更正", max_length=LONGEST_REASON, error_messages={
            "required": "请写为什么更正", "max_length": f"原因最多{LONGEST_REASON}个字",
        }, widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, data=None, *, log: DutyLog):
        super().__init__(data)
        self.log = log
        self.kept = {row.deputy: row for row in log.attendance.select_related("deputy", "stands_in_for")}
        members, self.neighbours = _members_near(log)
        self.people = list(dict.fromkeys([*self.kept, *members]))
        self.by_key = {str(deputy.pk): deputy for deputy in (*self.people, *_flat(self.neighbours))}
        for deputy in self.people:
            self._add_person(deputy)
        for index in range(STAND_INS):
            label = f"第{index + 1}位顶班的代表"
            self.fields[f"sub{index}"] = _select(label, self._stand_in_choices())
            self.fields[f"sub{index}for"] = _select(f"{label}替谁", self._replaceable())
        for name in ("received", "households", "leaflets", "form", "service_role", "summary", "version"):
            self.fields[name].initial = getattr(log, name)

    def _add_person(self, deputy: Deputy) -> None:
        """A line; once 顶班 is what was recorded or chosen, with for whom."""
        row, name = self.kept.get(deputy), f"p{deputy.pk}"
        self.fields[name] = _select(deputy.name, [("", NOT_LISTED), *Presence.choices])
        self.fields[name].initial = recorded = row.status if row else ""
        if Presence.SUBSTITUTE in (recorded, self.data.get(name)):
            self.fields[f"{name}for"] = _select(f"{deputy.name}替谁", self._replaceable())
            self.fields[f"{name}for"].initial = str(row.stands_in_for_id or "") if row else ""

    def _replaceable(self) -> list:
        return [("", "不知道替谁"), *((str(deputy.pk), f"替{deputy.name}") for deputy in self.people)]

    def _stand_in_choices(self) -> list:
        """The branch's own deputies who are not in the log, then those of the station's other branches."""
        own = [deputy for deputy in self.people if deputy not in self.kept]
        near = [(place, [one for one in deputies if one not in self.kept]) for place, deputies in self.neighbours]
        groups = [
            (place.name, [(str(d.pk), d.name) for d in people]) for place, people in [(self.log.branch, own), *near]
        ]
        return [("", "没有"), *groups]

    # --- For the page ----------------------------------------------------------------------------------------

    def listed(self) -> list[tuple]:
        """Who is in the log: what they did and, of a substitute, for whom."""
        return [self._line(deputy) for deputy in self.kept]

    def others(self) -> list[tuple]:
        """The branch's other deputies, in the same way."""
        return [self._line(deputy) for deputy in self.people if deputy not in self.kept]

    def _line(self, deputy: Deputy) -> tuple:
        name = f"p{deputy.pk}for"
        return self[f"p{deputy.pk}"], self[name] if name in self.fields else None

    @property
    def has_others(self) -> bool:
        return any(status.value() or status.errors for status, _replaced in self.others())

    def substitute_lines(self) -> list[tuple]:
        return [(self[f"sub{index}"], self[f"sub{index}for"]) for index in range(STAND_INS)]

    @property
    def has_substitutes(self) -> bool:
        return any(self[f"sub{index}"].value() for index in range(STAND_INS))

    def figure_fields(self) -> list:
        return [self[name] for name in ("received", "households", "leaflets", "form", "service_role")]

    def refuse(self, sentences: dict[str, str]) -> None:
        """Show the service's sentences at their fields."""
        fields = {"attendance": f"p{self.people[0].pk}" if self.people else None, "opinions": "forgotten"}
        for name, sentence in sentences.items():
            self.add_error(fields.get(name, name if name in self.fields else None), sentence)

    def read_again(self, version: int) -> None:
        """What was typed goes on from `version`, which its author has been shown meanwhile."""
        self.data = self.data.copy()
        self.data["version"] = str(version)

    # --- Handing over ----------------------------------------------------------------------------------------

    def clean(self) -> dict:
        """Whoever is made a substitute only now is asked for whom; the page had no field for that before."""
        for deputy in self.people:
            name = f"p{deputy.pk}"
            is_substitute = self.cleaned_data.get(name) == Presence.SUBSTITUTE
            if is_substitute and f"{name}for" not in self.data:
                self.add_error(f"{name}for", f"请选{deputy.name}替的是谁,不清楚就选“不知道替谁”")
        return self.cleaned_data

    def clean_forgotten(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["forgotten"].splitlines() if line.strip()]
        if len(lines) > MOST_FORGOTTEN:
            raise forms.ValidationError(f"一次最多补{MOST_FORGOTTEN}条意见")
        if any(len(line) > LONGEST_OPINION for line in lines):
            raise forms.ValidationError(f"一条意见请控制在{LONGEST_OPINION}字以内")
        return lines

    def to_row(self) -> SundayRow:
        """Return what `correct_log` takes; only after `is_valid()`."""
        typed = self.cleaned_data
        attendance = {deputy: typed[f"p{deputy.pk}"] for deputy in self.people if typed[f"p{deputy.pk}"]}
        stands_in_for = {
            deputy: self.by_key[key]
            for deputy, status in attendance.items()
            if status == Presence.SUBSTITUTE and (key := typed.get(f"p{deputy.pk}for"))
        }
        for index in range(STAND_INS):
            deputy, replaced = (self.by_key.get(typed[name]) for name in (f"sub{index}", f"sub{index}for"))
            if deputy:
                attendance[deputy] = Presence.SUBSTITUTE
                stands_in_for |= {deputy: replaced} if replaced else {}
        matters = [Matter(text=line, category=guess_category(line, [])) for line in typed["forgotten"]]
        return SundayRow(
            branch=self.log.branch, attendance=attendance, stands_in_for=stands_in_for, matters=matters,
            form=typed["form"] or self.log.form, service_role=typed["service_role"] or self.log.service_role,
            received=typed["received"], households=typed["households"], leaflets=typed["leaflets"],
            summary=typed["summary"].replace("\r\n", "\n"),
        )  # fmt: skip


def _members_near(log: DutyLog) -> tuple[list[Deputy], list[tuple[Station, list[Deputy]]]]:
    """Members of the log's branch on its day, and those of the station's other branches."""
    rows = Membership.objects.in_force(log.date).filter(branch__parent=log.branch.parent_id).heads_first()
    members: dict[int, list[Deputy]] = {}
    places: dict[int, Station] = {}
    for row in rows.select_related("deputy", "branch"):
        places[row.branch_id] = row.branch
        members.setdefault(row.branch_id, []).append(row.deputy)
    others = sorted(places.values(), key=lambda place: (place.official_order, place.code))
    own = members.get(log.branch_id, [])
    return own, [(place, members[place.pk]) for place in others if place.pk != log.branch_id]


def _flat(groups: list[tuple[Station, list[Deputy]]]) -> list[Deputy]:
    return [deputy for _place, deputies in groups for deputy in deputies]
