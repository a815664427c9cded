"""The cast put back is the cast that the services make."""

import pytest
from django.db import transaction

from tests import cast as county
from tests.remembered import all_rows

# When a row was written, and what is drawn anew each time, differ; everything else says the same.
OTHERWISE = ("_at", "_date", "date_joined", "password", "uid")


def made(build) -> dict[str, list]:
    """Return what `build` adds to the tables, without moments, and take it back."""
    with transaction.atomic():
        build()
        rows = {
            name: [
                [str(value) for column, value in zip(table.columns, row, strict=True) if not ignored(column)]
                for row in table.rows
            ]
            for name, table in all_rows().items()
        }
        transaction.set_rollback(True)
    return rows


def ignored(column: str) -> bool:
    return column == "at" or column.endswith(OTHERWISE)


@pytest.mark.once  # SQLite begins to count anew after a rollback, so that even the keys are the same
@pytest.mark.django_db
def test_rows_put_back_are_those_that_the_services_make():
    assert county.remembered is not None
    assert made(county.build_cast) == made(county.build_by_services)


@pytest.mark.django_db
def test_objects_are_the_tests_own_and_stand_in_the_database(cast):
    other = county.remembered.objects()
    assert other.clerk == cast.clerk and other.clerk is not cast.clerk
    cast.clerk.name = "改过"
    assert other.clerk.name == "官亭工作人员"
    cast.clerk.refresh_from_db()
    assert cast.clerk.name == "官亭工作人员" and cast.gt01.county == cast.county
    county.account("xinren", "新来的")  # a new row's key is none of theirs
