"""Gap-free numbers for formal registers: `〔2026〕第001号` per station, year and kind."""

from django.db import connection

from julu_liaison.common.models import Counter


def next_number(key: str) -> int:
    """Return the next number of the register `key`, starting at 1.

    One statement inside the caller's transaction: the row stays locked until it ends, so that a rollback gives
    the number back and two writers can neither share nor skip one. Must be called inside `atomic`.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("next_number needs the caller's transaction, or a rollback would leave a gap")
    table = connection.ops.quote_name(Counter._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (key, value) VALUES (%s, 1) "  # noqa: S608 - the table name is ours
            f"ON CONFLICT (key) DO UPDATE SET value = {table}.value + 1 RETURNING value",
            [key],
        )
        return cursor.fetchone()[0]


def printed_number(year: int, number: int) -> str:
    """Return the printed form of a register number, e.g. `〔2026〕第001号`."""
    return f"〔{year}〕第{number:03d}号"
