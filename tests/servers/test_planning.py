"""PostgreSQL does not think longer about a list than it reads."""

import json

import pytest
from django.db import connection

from opinions.models import Opinion
from tests.cast import build_cast

pytestmark = pytest.mark.django_db

TRIES = 5  # the shortest counts: others may be using the machine


def planning(rows) -> float:
    """Milliseconds of planning."""
    return min(json.loads(rows.explain(format="json", summary=True))[0]["Planning Time"] for _ in range(TRIES))


def test_the_order_of_joins_by_keys_is_not_weighed():
    cast = build_cast()
    rows = Opinion.objects.visible_to(cast.staff).for_list().order_by("-pk")[:26]
    ours = planning(rows)
    with connection.cursor() as cursor:
        cursor.execute("RESET join_collapse_limit")
        cursor.execute("SHOW join_collapse_limit")
        assert cursor.fetchone() == ("4",)
        cursor.execute("SET LOCAL join_collapse_limit = 8")
    assert ours < planning(rows) / 3
