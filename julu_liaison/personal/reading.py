"""What is held of one account's person, read off the register: nothing that it does not name, and nobody else's rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from julu_liaison.common.personal_data import Held
from julu_liaison.personal.register import REGISTER


@dataclass(frozen=True)
class Section:
    """One line of the register with what it holds of a person: how many rows; of a single row its values, a title each."""

    held: Held
    count: int
    values: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Correctable:
    """One value that a person may say is wrong: its line and row (`row_key` 0: there is but one), what stands there now."""

    held: Held
    row_key: int
    line: str
    column: str
    title: str
    value: str


def sections_of(user) -> list[Section]:
    """Return everything that is held of `user`, in the register's order; a fixed number of queries, one a line."""
    found = [_section(held, user) for held in REGISTER.values() if held.owner]
    return [section for section in found if section.count]


def rows_of(held: Held, user) -> QuerySet:
    """The rows of one line that are about `user`. `owner` may name several ways to the account, parted by `|`."""
    key = getattr(user, held.by)
    about = reduce(or_, (Q(**{way: key}) for way in held.owner.split("|")))
    return apps.get_model(held.model)._default_manager.filter(about).order_by("pk")


def titles_of(held: Held) -> list[str]:
    """The titles of what is shown of a line."""
    own, model = held.own_titles, apps.get_model(held.model)
    return [own.get(path) or str(_walk(model, path)[-1].verbose_name) for path in held.shown_names]


def values_of(held: Held, user) -> Iterator[list[str]]:
    """The shown values of a line, row by row, in words."""
    fetched = {way for path in held.shown_names for way in _relations(apps.get_model(held.model), path)}
    rows = rows_of(held, user)
    for row in (rows.select_related(*sorted(fetched)) if fetched else rows).iterator(chunk_size=500):
        yield [_value(row, path) for path in held.shown_names]


def correctables_of(user) -> list[Correctable]:
    """What `user` may ask to have corrected, in the register's order; one query a line of it."""
    return [
        found for held in REGISTER.values() if held.owner and held.correctable for found in _correctable(held, user)
    ]


def value_now(held: Held, user, row_key: int, column: str) -> str | None:
    """What stands today in a column that may be corrected; None where that row is gone."""
    found = _correctable(held, user) if held.correctable else []
    return next((one.value for one in found if (one.row_key, one.column) == (row_key, column)), None)


def _correctable(held: Held, user) -> list[Correctable]:
    titles, model = dict(zip(held.shown_names, titles_of(held), strict=True)), apps.get_model(held.model)
    columns, names = held.correctable.split(), held.named_by.split()
    fetched = {way for path in columns + names for way in _relations(model, path)}
    rows = rows_of(held, user)
    return [
        Correctable(held, 0 if held.is_one else row.pk, _line_title(held, row), column, titles[column], _value(row, column))
        for row in (rows.select_related(*sorted(fetched)) if fetched else rows) for column in columns
    ]  # fmt: skip


def _line_title(held: Held, row: Any) -> str:
    """人大代表资料; of several rows the one that is meant: 代表资格(县级、第十七届)."""
    named = "、".join(filter(None, (_value(row, name) for name in held.named_by.split())))
    return f"{held.title}({named})" if named else held.title


def _section(held: Held, user) -> Section:
    if not held.is_one:
        return Section(held, rows_of(held, user).count(), [])
    found = list(values_of(held, user))
    titles = titles_of(held)
    values = [pair for row in found for pair in zip(titles, row, strict=True)]
    return Section(held, len(found), values)


def _walk(model: type[models.Model], path: str) -> list[models.Field]:
    """The columns that a look-up passes, the last of them the one that is meant."""
    passed = []
    for name in path.split("__"):
        column: Any = model._meta.get_field(name)
        passed.append(column)
        model = column.related_model or model
    return passed


def _relations(model: type[models.Model], path: str) -> list[str]:
    """What has to be fetched with a row, so that the look-up costs no query of its own."""
    names, columns = path.split("__"), _walk(model, path)
    count = sum(column.is_relation for column in columns)
    return ["__".join(names[:count])] if count else []


def _value(row: Any, path: str) -> str:
    *ways, last = path.split("__")
    for way in ways:
        row = getattr(row, way, None)
        if row is None:
            return ""
    shown = getattr(row, f"get_{last}_display", None)
    return _in_words(shown() if shown else getattr(row, last))


def _in_words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    return str(value)
