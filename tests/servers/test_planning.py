"""PostgreSQL does not think longer about a list than it reads. How long it thinks otherwise: docs/performance.md."""

import pytest
from django.db import connection

from opinions.models import Opinion

pytestmark = pytest.mark.django_db


def test_the_order_of_joins_by_keys_is_not_weighed():
    """Of a row's many joins PostgreSQL weighs four at a time; the connection begins so, whatever a query sets meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("RESET join_collapse_limit")
        cursor.execute("SHOW join_collapse_limit")
        assert cursor.fetchone() == ("4",)
    assert str(Opinion.objects.for_list().query).count(" JOIN ") > 8  # PostgreSQL's own limit
