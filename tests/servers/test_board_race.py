"""Several people printing the same board at the same moment, on PostgreSQL with real threads."""

from datetime import date
from functools import partial

import pytest

from deputies.models import Edition
from deputies.posters import order_of, print_one
from deputies.services import edit_deputy
from deputies.states import Product
from tests.cast import build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_board_printed_by_several_at_once_is_one_edition(race, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cast = build_cast()
    send = partial(print_one, order=order_of(Product.BOARD, "A3"), place=cast.gt01, actor=cast.staff, at=moment(date(2026, 3, 4)))
    for number in (1, 2):
        outcomes = race(send, send, send, send)
        assert sorted(outcome.state for outcome in outcomes) == ["printed", *["unchanged"] * 3], outcomes
        assert {outcome.edition.number for outcome in outcomes} == {number}
        edit_deputy(deputy=cast.deputy_person, actor=cast.admin, position="校长")
    assert list(Edition.objects.order_by("pk").values_list("number", flat=True)) == [1, 2]
    assert len({outcome.path.read_bytes() for outcome in outcomes}) == 1
