"""What is typed about bonus claims: the claim itself, the reason of a step, the desk's filters."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from django import forms

from deputies.models import Deputy, Membership
from julu_liaison.common.many_files import ManyFiles
from julu_liaison.common.workflow import Move
from scoring.models import BonusClaim
from scoring.services.claims import LONGEST_EVIDENCE, LONGEST_NOTE, LONGEST_TEXT, MOST_FILES
from scoring.states import CLAIMED_ITEMS, ClaimState
from stations.models import Station

BLANK = ("", "请选择")
PICKED = "image/*,.pdf,.doc,.docx,.xls,.xlsx,.wps,.et,.txt"
FAMILIES = (("honour_", "荣誉"), ("media_", "媒体宣传"), ("", "会议、学习、建议"))
MINE, FILED, OPEN, ALL = "mine", "filed", "open", "all"
STATES = [(MINE, "等我办的"), (FILED, "我申报的"), (OPEN, "没办完的"), (ALL, "全部"), *ClaimState.choices]
REASONS = {
    "check": "核对意见(可以不写)", "approve": "审定意见(可以不写)", "return": "要补充什么", "refuse": "为什么不通过",
    "revoke": "为什么取消",
}  # fmt: skip


def item_choices(points: Mapping[str, Decimal | None] | None = None) -> list:
    """The items that are claimed, by family; with `points`: what each is worth."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for item in CLAIMED_ITEMS:
        family = next(words for start, words in FAMILIES if item.value.startswith(start))
        groups.setdefault(family, []).append((item.value, _with_points(item.value, item.label, points)))
    return list(groups.items())


def _with_points(item: str, label: str, points: Mapping[str, Decimal | None] | None) -> str:
    if not points:
        return label
    worth = points.get(item)
    return f"{label}(加{worth.normalize():f}分)" if worth else f"{label}(今年的方案不加分)"


def _line(label: str, longest: int, *, required: bool, hint: str = "", rows: int = 0) -> forms.CharField:
    shape = {"class": "fld", "autocomplete": "off"}
    widget = forms.Textarea(attrs=shape | {"rows": rows}) if rows else forms.TextInput(attrs=shape)
    return forms.CharField(
        label=label, max_length=longest, required=required, help_text=hint, widget=widget,
        error_messages={"required": f"请写{label}", "max_length": f"最多{longest}个字"},
    )  # fmt: skip


class EvidenceForm(forms.Form):
    """What was done and what shows it: of a new claim, and of one that was returned."""

    text = _line("做了什么", LONGEST_TEXT, required=True, hint="例如:完成“代表履职基础”网课", rows=2)
    evidence = _line(
        "证书编号、文号或报纸版面", LONGEST_EVIDENCE, required=False, hint="没有编号的,在下面拍一张照片就行"
    )
    files = ManyFiles(
        label="照片或文件", required=False, most=MOST_FILES, max_length=250,
        error_messages={"empty": "文件是空的,请重新选一个", "max_length": "文件名太长,请改短再选"},
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["files"].widget.attrs |= {"class": "fld", "accept": PICKED}

    @property
    def has_lost_files(self) -> bool:
        """Files were chosen and came back with a refusal: a browser wants them chosen again."""
        return bool(self.files) and any(self.files.getlist("files"))

    def facts(self) -> dict:
        uploads = self.cleaned_data["files"]
        return self.cleaned_data | {"files": [(upload.name, upload.read()) for upload in uploads]}


class ClaimForm(EvidenceForm):
    """One claim. `another` is asked only when something was claimed for the same day already."""

    item = forms.ChoiceField(
        label="哪一项", widget=forms.Select(attrs={"class": "fld"}),
        error_messages={"required": "请选是哪一项", "invalid_choice": "请从列出的项目里选"},
    )  # fmt: skip
    occurred_on = forms.DateField(
        label="哪天的事", widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "fld", "type": "date"}),
        error_messages={"required": "请填是哪天的事", "invalid": "请填日期,如 2026-03-01"},
    )  # fmt: skip
    another = forms.BooleanField(label="是另一件事,不是重复申报", required=False)
    field_order = ("deputies", "item", "occurred_on", "text", "evidence", "files", "another")

    def __init__(self, *args, points: Mapping[str, Decimal | None] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].choices = [BLANK, *item_choices(points)]


class StationClaimForm(ClaimForm):
    """The same for deputies of one station; `groups` are (branch, its boxes, whether it is open) to tick.

    `sought`: a name or its initials; shown are whom it fits and who is ticked already.
    """

    deputies = forms.MultipleChoiceField(
        label="代表", error_messages={"required": "请至少选一位代表", "invalid_choice": "请从名单里选代表"}
    )

    def __init__(self, *args, members: Iterable[Membership], sought: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.sought = "".join(sought.split())[:40]
        self.people: dict[str, Deputy] = {}
        by_branch: dict[Station, list[Deputy]] = {}
        for member in members:
            if member.deputy.code not in self.people:
                self.people[member.deputy.code] = member.deputy
                by_branch.setdefault(member.branch, []).append(member.deputy)
        self.fields["deputies"].choices = [(code, person.name) for code, person in self.people.items()]
        ticked = set(self["deputies"].value() or ())
        shown = {
            branch: [(one, one.code in ticked) for one in people if one.code in ticked or self._fits(one)]
            for branch, people in by_branch.items()
        }
        self.groups = [
            (branch, boxes, bool(self.sought) or any(is_ticked for _person, is_ticked in boxes))
            for branch, boxes in shown.items()
            if boxes
        ]

    def _fits(self, person: Deputy) -> bool:
        text = self.sought.lower()
        return text in person.name.lower() or person.initials.lower().startswith(text)

    def facts(self) -> dict:
        return super().facts() | {"deputies": [self.people[code] for code in self.cleaned_data["deputies"]]}


class NoteForm(forms.Form):
    """The reason of one step; whether it must be there is the service's question."""

    note = _line("说明", LONGEST_NOTE, required=False)

    def __init__(self, *args, move: Move, **kwargs):
        super().__init__(*args, auto_id=f"{move.name}_%s", **kwargs)
        self.fields["note"].label = REASONS.get(move.name, "说明")
        if "note" not in (*move.needs, *move.takes):
            del self.fields["note"]

    def facts(self) -> dict:
        return dict(self.cleaned_data)


def step_form(move: Move, claim: BonusClaim, data=None, files=None) -> forms.Form:
    """The form of one step: evidence anew, a reason, or nothing but its button."""
    if move.name == "complete":
        known = {"text": claim.text, "evidence": claim.evidence}
        return EvidenceForm(data, files, initial=known, auto_id="complete_%s")
    return NoteForm(data, move=move)


class DeskFilter(forms.Form):
    """What the desk shows; lives in the address. Without a state: what waits for the person, if anything can."""

    state = forms.ChoiceField(label="状态", required=False, choices=STATES)
    item = forms.ChoiceField(label="项目", required=False)
    station = forms.ChoiceField(label="联络站", required=False)
    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)
    late = forms.ChoiceField(label="补报", required=False, choices=[("", "全部"), ("1", "只看逾期补报")])

    def __init__(self, data, *, user, stations: Iterable[Station], years: Iterable[int], usual: str):
        super().__init__(data if "state" in data else {**data.dict(), "state": usual})
        self.user = user
        self.stations = {station.code: station for station in stations}
        self.fields["item"].choices = [("", "全部"), *item_choices()]
        self.fields["station"].choices = [("", "全部"), *((code, one.name) for code, one in self.stations.items())]
        self.fields["year"].choices = [("", "全部"), *((year, f"{year}年") for year in years)]
        if len(self.stations) < 2:
            del self.fields["station"]
        for field in self.fields.values():
            field.widget.attrs["class"] = "fld"
            field.error_messages["invalid_choice"] = "请从列出的里面选"

    @property
    def is_mine(self) -> bool:
        return self.is_valid() and self.cleaned_data["state"] == MINE

    @property
    def row_order(self) -> tuple[str, ...]:
        """What is due first comes first, of what waits; else the newest."""
        return ("due_on", "pk") if self.is_mine else ("-pk",)

    def applied(self, rows):
        """The claims that pass; none while the address names what is not a choice."""
        if not self.is_valid():
            return rows.none()
        chosen = self.cleaned_data
        rows = self._in_state(rows, chosen["state"])
        station = self.stations.get(chosen.get("station", ""))
        rows = rows.filter(station=station) if station else rows
        rows = rows.filter(item=chosen["item"]) if chosen["item"] else rows
        rows = rows.filter(year=chosen["year"]) if chosen["year"] else rows
        return rows.filter(is_late=True) if chosen["late"] else rows

    def _in_state(self, rows, state: str):
        if state == MINE:
            return rows.waiting_for(self.user)
        if state == FILED:
            return rows.filter(claimed_by=self.user)
        if state == OPEN:
            return rows.open()
        return rows.filter(state=state) if state in ClaimState.values else rows


def years_until(first: int | None, today: date) -> list[int]:
    """The years to choose from, newest first."""
    return list(range(today.year, min(first or today.year, today.year) - 1, -1))
