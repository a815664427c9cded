"""Whether the triggers that keep a table from being changed still stand in the database as they were put up."""

from collections.abc import Mapping

from django.db import connection

TRIGGERS = """
SELECT tgname, tgtype, tgenabled, tgqual IS NULL AND tgattr = '', prosrc
FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE tgrelid = %s::regclass AND NOT tgisinternal
"""


def missing_triggers(
    *, table: str, postgresql: Mapping[str, tuple[int, str]], sqlite: Mapping[str, str]
) -> list[str]:
    """Return the names of the triggers of `table` that are gone, switched off or no longer say what they have to.

    `postgresql`: name → (pg_trigger.tgtype, body of its function); `sqlite`: name → its whole statement.
    """
    wanted: Mapping[str, object]
    if connection.vendor == "postgresql":
        wanted = {name: (kind, "O", True, body) for name, (kind, body) in postgresql.items()}
        found = _on_postgresql(table)
    else:
        wanted, found = sqlite, _on_sqlite(table)
    return [name for name in sorted(wanted) if found.get(name) != wanted[name]]


def _on_postgresql(table: str) -> dict:
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS, [table])
        return {name: tuple(rest) for name, *rest in cursor.fetchall()}


def _on_sqlite(table: str) -> dict:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        return dict(cursor.fetchall())
