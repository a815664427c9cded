"""The migrations of printed editions, back and forth with rows."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import StateApps
from django.utils import timezone

from deputies.services import record_edition, record_hanging
from julu_liaison.common.working_days import today_here

BEFORE = ("deputies", "0005_contact_figures")
STEPS = ("0006_editions", "0007_facts_and_hanging")
COLUMNS = ("size", "number", "file", "facts_hash")


class Steps:
    """The two migrations that change the table, alone: an executor would go through every app's."""

    def __init__(self) -> None:
        loader = MigrationLoader(connection)
        self.states = [loader.project_state(BEFORE)]
        self.migrations = [loader.get_migration("deputies", name) for name in STEPS]
        for migration in self.migrations:
            self.states.append(migration.mutate_state(self.states[-1]))

    def back(self) -> StateApps:
        """Undo both; return the models as they were before."""
        for migration, state in reversed(list(zip(self.migrations, self.states, strict=False))):
            with connection.schema_editor(atomic=migration.atomic) as editor:
                migration.unapply(state.clone(), editor)
        return self.states[0].apps

    def forth(self) -> StateApps:
        for migration, state in zip(self.migrations, self.states, strict=False):
            with connection.schema_editor(atomic=migration.atomic) as editor:
                migration.apply(state.clone(), editor)
        return self.states[-1].apps


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_the_way_back_keeps_the_boards_and_drops_what_the_old_table_cannot_hold(cast):
    now = timezone.now()
    for product, place, period in (
        ("board", cast.gt01, ""), ("duty_poster", cast.gt01, "2026-11"), ("duty_poster", cast.gt01, "2026-12"),
        ("branch_plate", cast.gt01, ""), ("station_plate", cast.gt, ""),
    ):  # fmt: skip
        edition = record_edition(
            place=place, product=product, size="A3", period=period, number=1, facts={}, facts_hash="x",
            file=f"{product}{period}.pdf", actor=None, at=now,
        )  # fmt: skip
        record_hanging(editions=[edition], hung_on=today_here(now), where="门口", by="王师傅", actor=None, at=now)
    steps = Steps()
    boards = steps.back().get_model("deputies", "BoardEdition").objects
    try:
        assert list(boards.values_list("branch_id", *COLUMNS)) == [(cast.gt01.pk, "A3", 1, "board.pdf", "x")]
    finally:  # the other tests want their table
        editions = steps.forth().get_model("deputies", "Edition").objects
    assert list(editions.values_list("product", "place_id", *COLUMNS)) == [("board", cast.gt01.pk, "A3", 1, "board.pdf", "x")]
