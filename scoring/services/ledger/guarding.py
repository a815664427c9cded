"""Whether the database itself still refuses to change the ledger."""

from collections.abc import Iterator

from django.db import connection

from scoring.models import PointEntry
from scoring.rules.guard import FUNCTION, POSTGRESQL, SQLITE

TRIGGERS = """
SELECT tgname, tgtype, tgenabled, tgqual IS NULL AND tgattr = '', prosrc
FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE tgrelid = %s::regclass AND NOT tgisinternal
"""


def guard_problems() -> Iterator[str]:
    """A sentence for each trigger of the guard that is gone, switched off or no longer says what it has to."""
    wanted, found = _on_postgresql() if connection.vendor == "postgresql" else _on_sqlite()
    for name in sorted(wanted):
        if found.get(name) != wanted[name]:
            yield f"数据库里保护流水的触发器 {name} 没有了,或者被改过,流水可能被直接改动。"


def _on_postgresql() -> tuple[dict, dict]:
    wanted = {name: (kind, "O", True, FUNCTION) for name, kind in POSTGRESQL.items()}
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS, [PointEntry._meta.db_table])
        return wanted, {name: tuple(rest) for name, *rest in cursor.fetchall()}


def _on_sqlite() -> tuple[dict, dict]:
    with connection.cursor() as cursor:
        table = PointEntry._meta.db_table
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        return SQLITE, dict(cursor.fetchall())
