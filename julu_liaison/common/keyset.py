"""Keyset paging: a page begins where another ended, so page 2,000 costs what page 1 costs and no rows are counted."""

import base64
import binascii
import json
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.http import urlencode

PAGE_SIZE = 25


@dataclass(frozen=True)
class Page:
    """Some rows, and the cursors of the pages beside them (empty: there is none)."""

    rows: list
    next: str
    previous: str

    def links(self, filters: dict) -> dict[str, str]:
        """Return the query strings of the next and previous page that keep `filters`."""
        kept = {name: value for name, value in filters.items() if name not in ("after", "before")}
        return {
            "next": "?" + urlencode(kept | {"after": self.next}, doseq=True) if self.next else "",
            "previous": "?" + urlencode(kept | {"before": self.previous}, doseq=True) if self.previous else "",
        }


def page_of(rows: QuerySet, *, by: tuple[str, ...], after: str = "", before: str = "", size: int = PAGE_SIZE) -> Page:
    """Return `size` rows in the order `by`: after one cursor, before another, or the first ones.

    `by` names columns, all ascending or all with a minus; the last one must be unique. A damaged cursor gives the
    first page.
    """
    backwards = bool(before)
    cursor = _values(rows.model, by, before or after)
    found = rows.filter(_beyond(by, cursor, backwards)) if cursor else rows
    order = [_turned(name) for name in by] if backwards else by
    some = list(found.order_by(*order)[: size + 1])
    if backwards and len(some) <= size:
        return page_of(rows, by=by, size=size)
    more = len(some) > size
    some = some[:size]
    if backwards:
        some.reverse()
    has_next, has_previous = more or backwards, bool(cursor)
    ends = some[-1] if some else None
    return Page(
        rows=some,
        next=_cursor(ends, by) if ends and has_next else "",
        previous=_cursor(some[0], by) if some and has_previous else "",
    )


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _cursor(row, by: tuple[str, ...]) -> str:
    values = [getattr(row, name.lstrip("-")) for name in by]
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def _values(model, by: tuple[str, ...], cursor: str) -> list | None:
    """Read a cursor back; None when it is empty or not one of ours."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        fields = [
            model._meta.pk if name.lstrip("-") == "pk" else model._meta.get_field(name.lstrip("-")) for name in by
        ]
        found = [field.to_python(value) for field, value in zip(fields, values, strict=True)]
        "".join(map(str, found)).encode()  # half a surrogate pair cannot be sent to a database
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error, ValidationError):
        return None
    return None if any(value is None or "\0" in str(value) for value in found) else found


def _beyond(by: tuple[str, ...], values: list, backwards: bool) -> Q:
    """Rows that come after (or, backwards, before) the one with these values."""
    found, same = Q(), Q()
    for name, value in zip(by, values, strict=True):
        ascending = name.startswith("-") == backwards
        column = name.lstrip("-")
        found |= same & Q(**{f"{column}__{'gt' if ascending else 'lt'}": value})
        same &= Q(**{column: value})
    return found
