"""Rows written once more by the database itself: a county's year for the years before it, a county for a whole province.

A copy's keys lie `apart` from the first one's, so that what belongs together still does, without reading anything back;
its uids follow from the old ones. PostgreSQL only.
"""

# ruff: noqa: S608 - its SQL is made of its own words
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection, models

Changes = Mapping[tuple[str, str], str]  # SQL by table and column

FUNCTIONS = """
CREATE FUNCTION bench_uid(uid text, salt text) RETURNS uuid LANGUAGE sql IMMUTABLE AS
    $$ SELECT md5(uid || salt)::uuid $$;
CREATE FUNCTION bench_moved(words text, salt text) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT coalesce(replace(words, found, bench_uid(found, salt)::text), words)
       FROM (SELECT substring(words FROM '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}')) f(found) $$;
CREATE FUNCTION bench_link(before text, line text) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT encode(sha256(convert_to(before || chr(31) || line, 'UTF8')), 'hex') $$;
CREATE AGGREGATE bench_chain(text) (SFUNC = bench_link, STYPE = text, INITCOND = '');
"""
SETTINGS = {
    "session_replication_role": "replica", "synchronous_commit": "off", "maintenance_work_mem": "'1GB'",
    "work_mem": "'256MB'", "jit": "off",
}  # fmt: skip


@dataclass(frozen=True)
class Copying:
    """How rows are copied: turn `k.n` of `turns` has its keys `apart` × turn further on, `first` besides.

    `back` (`years` or `months`): every day and moment lies so many of them a turn earlier. `salt` is SQL that makes a
    turn's uids its own. Columns in `changes` get what that SQL says; references to `moved` tables follow their rows.
    """

    turns: range
    apart: int
    salt: str
    moved: frozenset[type[models.Model]]
    first: int = 0
    back: str = ""
    changes: Changes = field(default_factory=dict)

    def of(self, model: type[models.Model], where: str = "true") -> int:
        """Copy the rows of `model` that `where` names (the row is `t`), in the order of their keys; return how many."""
        columns = {
            f'"{one.column}"': self._value(model, one)
            for one in model._meta.concrete_fields
            if not one.generated and one.get_internal_type() != "AutoField"  # kept versions number themselves
        }
        values = ", ".join(columns.values())
        return run(
            f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {values} FROM {model._meta.db_table} t "
            f"CROSS JOIN generate_series({self.turns[0]}, {self.turns[-1]}) k(n) WHERE {where} "
            f"ORDER BY t.{model._meta.pk.column}, k.n"
        )

    def _value(self, model: type[models.Model], one: models.Field) -> str:
        column, kind = f't."{one.column}"', one.get_internal_type()
        if (said := self.changes.get((model._meta.db_table, one.column))) is not None:
            return said
        if _follows(model, one) in self.moved:
            return self.moved_key(column)
        if kind == "UUIDField":
            return f"bench_uid({column}::text, {self.salt})"
        if self.back and kind in ("DateField", "DateTimeField"):
            earlier = f"{column} - make_interval({self.back} => k.n)"
            return f"({earlier})::date" if kind == "DateField" else earlier
        return column

    def moved_key(self, column: str) -> str:
        return f"{column} + {self.first} + k.n::bigint * ({self.apart})"


def _follows(model: type[models.Model], one: models.Field) -> type[models.Model] | None:
    """Whose key the column holds: its own table's, another's, or of a kept version that of what it is a version of."""
    if one.related_model:
        return one.related_model
    kept_of = getattr(model, "instance_type", None)
    if kept_of and one.column == kept_of._meta.pk.column:
        return kept_of
    return model if one.primary_key else None


def in_order(chosen: Iterable[type[models.Model]]) -> list[type[models.Model]]:
    """Sorted by table, to be the same in every run; references are not looked at while loading."""
    return sorted(chosen, key=lambda model: model._meta.db_table)


@contextmanager
def loading(tables: Sequence[str]) -> Iterator[None]:
    """Load into these tables without triggers, and without indexes and unique constraints: built at once they cost a tenth."""
    for name, value in SETTINGS.items():
        run(f"SET {name} = {value}")
    constraints = rows(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'u' AND conrelid::regclass::text = ANY(%s)", [list(tables)],
    )  # fmt: skip
    for table, name, _definition in constraints:
        run(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    indexes = rows(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname NOT IN "
        "(SELECT conname FROM pg_constraint)", [list(tables)],
    )  # fmt: skip
    for name, _definition in indexes:
        run(f'DROP INDEX "{name}"')
    yield
    for _name, definition in indexes:
        run(definition)
    for table, name, definition in constraints:
        run(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for name in SETTINGS:
        run(f"RESET {name}")


def orphans(chosen: Iterable[type[models.Model]], keys: str) -> list[str]:
    """References that lead nowhere from rows whose key is so (`% 200 = 1`); loading checks none."""
    found = []
    for model in in_order(chosen):
        for one in model._meta.concrete_fields:
            if one.related_model and getattr(one, "db_constraint", False):
                there = one.related_model._meta
                count = rows(
                    f'SELECT count(*) FROM {model._meta.db_table} t WHERE t."{model._meta.pk.column}" {keys} '
                    f'AND t."{one.column}" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {there.db_table} p '
                    f'WHERE p."{there.pk.column}" = t."{one.column}")'
                )[0][0]
                if count:
                    found.append(f"{model._meta.db_table}.{one.column}: {count}")
    return found


def run(statement: str, values: Sequence | None = None) -> int:
    """Run one statement; returns how many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def rows(statement: str, values: Sequence | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
