"""Whether the database itself still refuses to change the ledger."""

from collections.abc import Iterator

from julu_liaison.common.table_guards import missing_triggers
from scoring.models import PointEntry
from scoring.rules.guard import FUNCTION, POSTGRESQL, SQLITE


def guard_problems() -> Iterator[str]:
    """A sentence for each trigger of the guard that is gone, switched off or no longer says what it has to."""
    postgresql = {name: (kind, FUNCTION) for name, kind in POSTGRESQL.items()}
    for name in missing_triggers(table=PointEntry._meta.db_table, postgresql=postgresql, sqlite=SQLITE):
        yield f"数据库里保护流水的触发器 {name} 没有了,或者被改过,流水可能被直接改动。"
