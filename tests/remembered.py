"""Rows that were made once by the services and are put back as they were, so that not every test makes them again."""

import pickle
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, transaction


@dataclass(frozen=True)
class Table:
    """The rows of one table, in the order of their keys: a place's parent comes before it."""

    name: str
    columns: tuple[str, ...]
    rows: list[tuple]

    def insert(self, cursor) -> None:
        names = ", ".join(map(connection.ops.quote_name, self.columns))
        one = f"({', '.join(['%s'] * len(self.columns))})"
        cursor.execute(
            f"INSERT INTO {connection.ops.quote_name(self.name)} ({names}) VALUES {', '.join([one] * len(self.rows))}",  # noqa: S608 - names are the models' own
            [value for row in self.rows for value in row],
        )


class Remembered:
    """What `build` made in an empty database, and what it returned.

    Keys are those of the first time. A sequence of PostgreSQL stays behind them when that time is rolled back, so it
    never gives one of them to another row.
    """

    def __init__(self, build) -> None:
        with transaction.atomic():
            before = all_rows()
            self._returned = pickle.dumps(build())
            self._tables = [_added(before[table.name], table) for table in all_rows().values()]
            transaction.set_rollback(True)

    def put_back(self):
        """Insert the rows; return what the building returned, as objects of the caller's own."""
        with transaction.atomic(), connection.cursor() as cursor:
            for table in self._tables:
                if table.rows:
                    table.insert(cursor)
        return self.objects()

    def objects(self):
        """Return what the building returned, without touching the database."""
        return pickle.loads(self._returned)  # noqa: S301 - pickled above


def all_rows() -> dict[str, Table]:
    with connection.cursor() as cursor:
        return {name: _rows_of(cursor, name, columns, key) for name, columns, key in _tables()}


def _tables():
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            fields = model._meta.local_concrete_fields
            yield model._meta.db_table, tuple(field.column for field in fields), model._meta.pk.column


def _rows_of(cursor, name: str, columns: tuple[str, ...], key: str) -> Table:
    quote = connection.ops.quote_name
    cursor.execute(f"SELECT {', '.join(map(quote, columns))} FROM {quote(name)} ORDER BY {quote(key)}")  # noqa: S608 - names are the models' own
    return Table(name, columns, cursor.fetchall())


def _added(before: Table, after: Table) -> Table:
    """Return the rows that came; one of the migrations' own that changed or went could not be put back by inserting."""
    assert after.rows[: len(before.rows)] == before.rows, f"{after.name}: rows of the migrations have changed"
    return Table(after.name, after.columns, after.rows[len(before.rows) :])
