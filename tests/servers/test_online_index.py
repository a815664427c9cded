"""An index that is added while people go on working: valid, without a lock on writers, and again after a stop."""

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.state import ProjectState

from julu_liaison.common.online_indexes import AddIndexOnline

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "shift_for_a_test"
ADD = AddIndexOnline("shift", models.Index(fields=["county", "state"], name=NAME))


@pytest.fixture
def state():
    """The project as the migrations leave it; the index is gone afterwards, whatever happened."""
    yield ProjectState.from_apps(apps)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {NAME}")


def after(before: ProjectState) -> ProjectState:
    found = before.clone()
    ADD.state_forwards("activities", found)
    return found


def run(step, *states: ProjectState) -> list[str]:
    """Run one half of the operation; returns the statements."""
    with (
        connection.schema_editor(atomic=False) as editor,
        connection.execute_wrapper(seen := Seen()),
    ):
        step("activities", editor, *states)
    return seen.statements


class Seen:
    def __init__(self):
        self.statements: list[str] = []

    def __call__(self, execute, sql, params, many, context):
        self.statements.append(str(sql))
        return execute(sql, params, many, context)


def is_valid() -> bool | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index JOIN pg_class ON oid = indexrelid WHERE relname = %s", [NAME])
        row = cursor.fetchone()
    return row[0] if row else None


def test_added_and_taken_back_concurrently(state):
    added = run(ADD.database_forwards, state, after(state))
    assert is_valid() is True
    taken_back = run(ADD.database_backwards, after(state), state)
    assert is_valid() is None
    assert all("CONCURRENTLY" in statement for statement in added + taken_back)


def test_what_a_stopped_build_left_is_replaced(state):
    run(ADD.database_forwards, state, after(state))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false FROM pg_class WHERE oid = indexrelid AND relname = %s", [NAME]
        )
    run(ADD.database_forwards, state, after(state))
    assert is_valid() is True
