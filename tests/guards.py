"""Tables behind the guards that the database itself keeps over them, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from django.apps import apps
from django.db import connection

from julu_liaison.common.audit import guard as audit_guard


@contextmanager
def lifted(guard) -> Iterator[None]:
    """Take the triggers down and put them up again; also in a transaction. `guard` has `take_down` and `put_up`."""
    with connection.cursor() as cursor:
        editor = SimpleNamespace(connection=connection, execute=cursor.execute)
        settle(cursor)
        guard.take_down(apps, editor)
        try:
            yield
        finally:
            settle(cursor)
            guard.put_up(apps, editor)


def unguarded_audit():
    """The audit trail behind its guard."""
    return lifted(audit_guard)


def settle(cursor) -> None:
    """PostgreSQL alters no table of which keys are still to be looked at."""
    if connection.vendor == "postgresql" and not connection.needs_rollback:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
