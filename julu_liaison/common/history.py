"""The history of master data: every change with who, when, from → to (变更记录).

Services write rows with `save_traced`, or `load_traced` for many; simple_history keeps a copy of every version. What
is written around them, by `.update()` or `bulk_create`, leaves no trace.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from julu_liaison.common.secrets import SealedField

KINDS = {"+": "新增", "~": "修改", "-": "删除"}
SEALED = "(已加密,不显示)"


class Trace(HistoricalRecords):
    """The history of one model, kept in a table of its own beside it; unsaved details of the tree are left out."""

    def __init__(self, *, derived: Sequence[str] = (), opaque: Sequence[str] = (), **options):
        """`derived` columns follow from others and are not shown; of `opaque` ones only that they changed."""
        super().__init__(verbose_name="变更记录", verbose_name_plural="变更记录", **options)
        self.derived, self.opaque = derived, opaque

    def contribute_to_class(self, cls, name):
        super().contribute_to_class(cls, name)
        cls.trace = self

    def post_save(self, instance, created, using=None, **options):
        """No version when nothing but left-out columns were saved (a login's time)."""
        saved = options.get("update_fields")
        if saved is None or not set(saved) <= set(self.excluded_fields):
            super().post_save(instance, created, using=using, **options)


@dataclass(frozen=True)
class Difference:
    """One column that changed, in words."""

    title: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One version of a row: when, by whom (None: the system itself), and what is different from the one before."""

    at: datetime
    actor: Any
    kind: str
    subject: str
    differences: tuple[Difference, ...]


def save_traced(row: models.Model, *, actor, **options) -> None:
    """Save `row` with `actor` as the author of this version; `options` go to `save`."""
    row._history_user = actor  # type: ignore[attr-defined]
    row.save(**options)


def load_traced(rows: Sequence[Any], model: type[models.Model], *, actor) -> list:
    """Insert many rows at once, each with its first version."""
    return bulk_create_with_history(rows, model, default_user=actor, batch_size=1000)


def update_traced(rows: Sequence[Any], model: type[models.Model], columns: Sequence[str], *, actor) -> None:
    """Write `columns` of many rows at once, each with its new version."""
    if rows:
        bulk_update_with_history(rows, model, columns, default_user=actor, batch_size=500)


def changes_of(row: Any) -> list[Change]:
    """Return the versions of `row`, newest first, each compared with the one before it."""
    versions = list(row.history.select_related("history_user").order_by("-history_date", "-history_id"))
    pairs = zip(versions, [*versions[1:], None], strict=True)
    return [_change(version, before) for version, before in pairs]


def changes_of_all(rows: Iterable[Any]) -> list[Change]:
    """The versions of several rows that belong together, newest first."""
    return sorted((change for row in rows for change in changes_of(row)), key=lambda change: change.at, reverse=True)


def _change(version, before) -> Change:
    differences = _differences(version, before) if before is not None else ()
    subject = version.instance_type._meta.verbose_name
    return Change(version.history_date, version.history_user, KINDS[version.history_type], subject, tuple(differences))


def _differences(version, before):
    """simple_history's own comparison leaves out columns that no form shows, such as where a branch went."""
    trace = version.instance_type.trace
    for column in version.tracked_fields:
        old, new = getattr(before, column.attname), getattr(version, column.attname)
        if old == new or column.name in trace.derived:
            continue
        if column.name in trace.opaque:
            yield Difference(str(column.verbose_name), "有" if old else "", "换过" if new else "")
        else:
            yield Difference(str(column.verbose_name), _shown(column, before), _shown(column, version))


def _shown(column, version) -> str:
    value = getattr(version, column.attname)
    if column.is_relation and value is not None:
        related = column.related_model._default_manager.filter(pk=value).first()
        return str(related or value)
    if isinstance(column, SealedField):
        return SEALED if value else ""
    if column.choices and value not in (None, ""):
        value = dict(column.flatchoices).get(value, value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)
