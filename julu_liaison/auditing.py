"""Searching the audit trail (操作记录): what an auditor asks for, the rows as lines in words, a workbook of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from io import BytesIO
from itertools import islice

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from julu_liaison.audit_words import (
    ACTIONS,
    GROUPS,
    action_words,
    detail_words,
    kinds_of_objects,
    names_of,
    object_words,
    with_names,
)
from julu_liaison.common.errors import DomainError
from julu_liaison.common.models import AuditLog
from julu_liaison.common.spreadsheets import Column, Sheet, write_workbook
from stations.models import Station
from stations.querysets import accounts_in_reach

GROUP = "group:"  # before the name of a group where one action would stand
MOST_ROWS = 20_000
AT_ONCE = 500
SYSTEM = "系统"
COLUMNS = (
    Column("id", "编号", width=10), Column("at", "时间", width=18), Column("actor", "谁", width=12),
    Column("username", "账号", width=14), Column("standing_in_for", "代管谁的岗位", width=12), Column("action", "做了什么", width=24),
    Column("kind", "对象", width=14), Column("target", "对象编号", width=24), Column("county", "县", width=8),
    Column("detail", "内容", width=60), Column("seal", "封存", width=10),
)  # fmt: skip


def _text(label: str, **attributes) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "fld", "autocomplete": "off", **attributes})
    return forms.CharField(label=label, required=False, max_length=80, widget=widget)


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "fld"}),
        error_messages={"invalid": "请写成 2026-03-01 这样"},
    )  # fmt: skip


class AuditForm(forms.Form):
    """Of which days, by whom, what, about what."""

    since = _day("从")
    until = _day("到")
    person = _text("谁(姓名或账号)")
    action = forms.ChoiceField(label="做了什么", required=False, widget=forms.Select(attrs={"class": "fld"}))
    kind = forms.ChoiceField(label="对象", required=False, widget=forms.Select(attrs={"class": "fld"}))
    key = _text("编号(办件号、站点、账号)")
    county = forms.ChoiceField(label="县", required=False, widget=forms.Select(attrs={"class": "fld"}))

    def __init__(self, data, *, user, counties: list[Station]):
        super().__init__(data)
        self.user = user
        self.fields["action"].choices = [("", "全部"), *_action_choices()]
        self.fields["kind"].choices = [("", "全部"), *kinds_of_objects()]
        self.fields["county"].choices = [("", "全部"), *((place.code, place.name) for place in counties)]
        self.has_counties = len(counties) > 1
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = "请从列表里选"

    def clean(self):
        given = super().clean()
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", "结束日期不能早于开始日期")
        return given

    @property
    def chosen(self) -> dict[str, str]:
        """What was filled in, as text: for the address and for the audit row of an export."""
        return {name: str(value) for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}

    def applied(self, rows: QuerySet[AuditLog]) -> QuerySet[AuditLog]:
        """Return the rows that pass; none while something in the form is wrong."""
        if not self.is_valid():
            return rows.none()
        given = self.cleaned_data
        if given["since"]:
            rows = rows.filter(at__gte=_midnight(given["since"]))
        if given["until"]:
            rows = rows.filter(at__lt=_midnight(given["until"] + timedelta(days=1)))
        if given["person"]:
            rows = rows.filter(self._by_person(given["person"].strip()))
        if given["action"]:
            rows = rows.filter(action__in=_actions_of(given["action"]))
        for name, column in (("kind", "target_kind"), ("county", "county_code")):
            rows = rows.filter(**{column: given[name]}) if given[name] else rows
        return rows.filter(_about(given["key"].strip())) if given["key"] else rows

    def _by_person(self, words: str) -> Q:
        """What accounts so named did, also as who was stood in for, and what was done to or tried on them."""
        found = accounts_in_reach(self.user).filter(Q(username=words) | Q(name=words))
        keys = list(found.values_list("pk", flat=True).distinct())
        concerned = Q(target_kind="user", target_key__in=[str(key) for key in keys])
        return Q(actor__in=keys) | Q(standing_in_for__in=keys) | concerned


def _action_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (label, [(f"{GROUP}{name}", f"{label}(全部)"), *actions.items()]) for name, (label, actions) in GROUPS.items()
    ]


def _actions_of(chosen: str) -> list[str]:
    return list(GROUPS[chosen.removeprefix(GROUP)][1]) if chosen.startswith(GROUP) else [chosen]


def _about(key: str) -> Q:
    """A row's permanent key, or a number as it is printed: only those hold brackets or characters."""
    return Q(target_key=key) if key.isascii() else Q(detail__number=key)


def _midnight(day) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True)
class Line:
    """One row of the trail in words."""

    row: AuditLog
    who: str
    action: str
    kind: str
    target: str
    detail: list[tuple[str, str]]

    @property
    def username(self) -> str:
        return self.row.actor.username if self.row.actor else ""

    @property
    def said(self) -> str:
        return ";".join(f"{part}:{value}" for part, value in self.detail)

    @property
    def is_known(self) -> bool:
        return self.row.action in ACTIONS


def lines_of(rows: Iterable[AuditLog]) -> list[Line]:
    """Rows in words, what they are about and mention by its name (a query for each kind among them, however many rows)."""
    some = list(rows)
    names = names_of(some)
    return [
        Line(
            row=row,
            who=row.actor.name if row.actor else SYSTEM if row.action not in TRIED else "没有登录的人",
            action=action_words(row.action),
            kind=object_words(row.target_kind),
            target=names.get((row.target_kind, row.target_key)) or str(row.detail.get("number") or row.target_key),
            detail=detail_words(with_names(row.detail, names), row.target_kind),
        )
        for row in some
    ]


TRIED = {"fail_sign_in", "lock_sign_in"}


def audit_workbook(rows: QuerySet[AuditLog], *, at: datetime) -> tuple[bytes, int]:
    """Return the rows as .xlsx, the newest first, and how many they are. Raises DomainError for more than MOST_ROWS."""
    count = rows[: MOST_ROWS + 1].count()
    if count > MOST_ROWS:
        raise DomainError(f"一次最多导出{MOST_ROWS}条,请按日期或者做了什么缩小范围再导出。")
    content = BytesIO()
    heading = f"操作记录({timezone.localtime(at):%Y-%m-%d %H:%M}导出,共{count}条)"
    write_workbook(content, [Sheet("操作记录", heading, COLUMNS, _cells(rows))], constant_memory=True)
    return content.getvalue(), count


def _cells(rows: QuerySet[AuditLog]) -> Iterator[list[str | int]]:
    found = rows.select_related("actor", "standing_in_for").order_by("-pk").iterator(chunk_size=AT_ONCE)
    while some := list(islice(found, AT_ONCE)):
        for line in lines_of(some):
            row = line.row
            yield [
                row.pk, f"{timezone.localtime(row.at):%Y-%m-%d %H:%M:%S}", line.who, line.username,
                row.standing_in_for.name if row.standing_in_for else "", line.action, line.kind, line.target,
                row.county_code, line.said, str(row.seal_id or ""),
            ]  # fmt: skip
