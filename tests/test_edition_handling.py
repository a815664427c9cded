"""The daily handling of prints: the size a page opens with, what is not due, wrong records taken back, work found again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from deputies.services import edit_deputy
from deputies.views.editions.choosing import in_millimetres
from tests.test_edition_pages import LIST, codes, hung, printed, recorded, text_of

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("media")]

BOARD = "2400x1200"


# ---- The size a page opens with ----


def test_the_list_opens_with_the_size_that_hangs_at_most_of_the_chosen_places(cast, signed_in):
    client = signed_in(cast.staff)
    assert client.get(LIST).context["order"].size.code == "A2"
    recorded(cast.gt01, size="A4", at=timezone.now() - timedelta(days=3))
    recorded(cast.gt02, size="A3", at=timezone.now() - timedelta(days=2))
    assert client.get(LIST).context["order"].size.code == "A3"  # printed last
    for place, size in ((cast.gt01, BOARD), (cast.gt02, BOARD), (cast.yt01, "1500x1000")):
        hung(recorded(place, size=size))
    assert client.get(LIST).context["order"].size.code == BOARD
    assert client.get(LIST, {"station": "YT"}).context["order"].size.code == "1500x1000"
    assert client.get(LIST, {"size": "A2"}).context["order"].size.code == "A2"
    assert client.get(LIST, {"product": "station_plate", "was": "board", "size": BOARD}).context["order"].size.code == "600x400"


def test_what_hangs_in_another_size_and_holds_is_not_due(cast, signed_in):
    (metal,) = printed(cast.gt01, size=BOARD)
    client = signed_in(cast.staff)
    assert codes(client.get(LIST, {"size": "A3", "station": "GT01", "show": "due"})) == ["GT01"]  # it does not hang yet
    hung(metal)
    answer = client.get(LIST, {"size": "A3", "station": "GT01"})
    assert answer.context["due"] == 0 and "挂着240×120厘米第1版,没有变" in text_of(answer)
    edit_deputy(deputy=cast.head_person, actor=cast.admin, position="校长")
    assert codes(client.get(LIST, {"size": "A3", "station": "GT01", "show": "due"})) == ["GT01"]


@pytest.mark.parametrize(
    ("typed", "size"),
    [
        ("1500*1000", "1500x1000"), ("150×100厘米", "1500x1000"), ("1.5 x 1 米", "1500x1000"), ("1500X1000mm", "1500x1000"),
        ("150.5*100cm", "1505x1000"), ("很大", "很大"), ("1.2.3x4", "1.2.3x4"), ("A3", "A3"),
    ],
)  # fmt: skip
def test_sizes_as_people_write_them(typed, size):
    assert in_millimetres(typed) == size
