"""What the commands that print have in common."""

import pytest

from deputies.posters import EditionResult
from deputies.services import edit_deputy
from julu_liaison.management import printing
from stations.models import Station
from tests.prints import box_in_mm, run_printing

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("media")]


def test_boards_for_the_print_shop_lie_beside_the_plain_ones(cast, tmp_path):
    lines, code = run_printing("make_boards", tmp_path, "--branch", "GT01", "--size", "A3", "--marks")
    assert (code, lines) == (0, [["GT01", "printed", str(tmp_path / "GT01-A3.pdf")]])
    assert {path.name for path in tmp_path.glob("GT01*")} == {"GT01-A3.pdf", "GT01-A3-marks.pdf"}
    assert box_in_mm(tmp_path / "GT01-A3-marks.pdf", "/TrimBox") == (420, 297)
    assert box_in_mm(tmp_path / "GT01-A3-marks.pdf", "/BleedBox") == (426, 303)
    assert box_in_mm(tmp_path / "GT01-A3.pdf", "/MediaBox") == (420, 297)


def test_a_rendition_that_cannot_be_drawn_is_told_in_its_line_and_the_rest_goes_on(cast, tmp_path, monkeypatch):
    """Facts of one branch change between its board and the one with marks."""
    drawn = printing.rendition_of

    def changing(order, edition, rendition, at):
        if edition.place == cast.gt01:
            edit_deputy(deputy=cast.deputies["GT01"][0], actor=cast.admin, position="校长")
        return drawn(order, edition, rendition, at)

    monkeypatch.setattr(printing, "rendition_of", changing)
    (tmp_path / "GT01-A3-marks.pdf").write_bytes(b"of an earlier run")
    lines, code = run_printing("make_boards", tmp_path, "--station", "GT", "--size", "A3", "--marks")
    reason = "GT01-A3-marks.pdf没有印成:内容已经变了,请先印新的一版。"
    assert (code, lines) == (1, [["GT01", "refused", reason], ["GT02", "printed", str(tmp_path / "GT02-A3.pdf")]])
    assert {path.name for path in tmp_path.glob("GT*")} == {"GT01-A3.pdf", "GT02-A3.pdf", "GT02-A3-marks.pdf"}


def test_branches_come_station_by_station(cast, tmp_path, monkeypatch):
    """Also where two stations stand at the same place of the official order."""
    for code, official_order in (("GT", 1), ("YT", 1), ("GT01", 1), ("YT01", 2), ("GT02", 3)):
        Station.objects.filter(code=code).update(official_order=official_order)
    monkeypatch.setattr(
        "julu_liaison.management.printing.print_all",
        lambda *, places, **_given: (EditionResult(place, "refused", reasons=["没有印"]) for place in places),
    )
    lines, code = run_printing("make_boards", tmp_path)
    assert (code, lines) == (1, [[place, "refused", "没有印"] for place in ("GT01", "GT02", "YT01")])
