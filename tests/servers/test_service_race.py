"""Service records under eight writers at once: numbers without a gap, and one tap twice is one record."""

from datetime import date
from functools import partial

import pytest

from activities.models import ServiceRecord
from activities.services import record_service
from julu_liaison.common.errors import DomainError
from tests.cast import SUNDAY, build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)


def record(cast, text: str, branch: str = "GT01"):
    return record_service(
        deputies=[cast.deputies[branch][1]], kind="mediation", date=date(2026, 2, 1), text=text, actor=cast.clerk,
        at=moment(SUNDAY),
    )  # fmt: skip


def test_numbers_have_no_gap_under_eight_writers(race):
    cast = build_cast()

    def write(thread):
        for turn in range(5):
            branch = "GT01" if thread % 2 else "GT02"
            if turn == 3:  # what is refused takes no number
                with pytest.raises(DomainError):
                    record(cast, "", branch)
            record(cast, f"{thread}-{turn}", branch)

    assert race(*(partial(write, thread) for thread in range(8))) == [None] * 8
    assert sorted(ServiceRecord.objects.values_list("serial", flat=True)) == list(range(1, 41))


def test_one_tap_twice_is_one_record(race):
    cast = build_cast()
    outcomes = race(*(partial(record, cast, "同一件") for _ in range(8)))
    assert len({row.pk for row in outcomes}) == 1 and ServiceRecord.objects.count() == 1
