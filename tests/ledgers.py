"""The ledger behind its guard, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from tests.guards import lifted, unguarded_audit

guard = import_module("scoring.migrations.0007_turns_of_a_year")


@contextmanager
def unguarded_ledger() -> Iterator[None]:
    """Lift the triggers that keep entries from being changed or deleted, and put them up again; also in a transaction.

    Those of the audit trail as well: whoever empties the database empties both.
    """
    with lifted(guard), unguarded_audit():
        yield
