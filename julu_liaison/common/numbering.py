"""Gap-free numbers for formal registers: `〔2026〕第001号` per station, year and kind."""

from django.db import connection

from julu_liaison.common.models import Counter


def next_number(key: str) -> int:
    """Return the next number of the register `key`, starting at 1.

    One statement inside the caller's transaction: the row stays locked until it ends, so that a rollback gives
    the number back and two writers can neither share nor skip one. Must be called inside `atomic`.
    """
    return next_numbers(key, 1)[0]


def next_numbers(key: str, count: int) -> range:
    """Return the next `count` (at least 1) numbers of the register `key`, under the same lock as one."""
    if not connection.in_atomic_block:
        raise RuntimeError("next_number needs the caller's transaction, or a rollback would leave a gap")
    table = connection.ops.quote_name(Counter._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (key, value) VALUES (%s, %s) "  # noqa: S608 - the table name is ours
            f"ON CONFLICT (key) DO UPDATE SET value = {table}.value + EXCLUDED.value RETURNING value",
            [key, count],
        )
        last = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)


def printed_number(year: int, number: int) -> str:
    """Return the printed form of a register number, e.g. `〔2026〕第001号`."""
    return f"〔{year}〕第{number:03d}号"
