"""What the commands that print have in common."""

import pytest

from tests.prints import box_in_mm, run_printing

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("media")]


def test_boards_for_the_print_shop_lie_beside_the_plain_ones(cast, tmp_path):
    lines, code = run_printing("make_boards", tmp_path, "--branch", "GT01", "--size", "A3", "--marks")
    assert (code, lines) == (0, [["GT01", "printed", str(tmp_path / "GT01-A3.pdf")]])
    assert {path.name for path in tmp_path.glob("GT01*")} == {"GT01-A3.pdf", "GT01-A3-marks.pdf"}
    assert box_in_mm(tmp_path / "GT01-A3-marks.pdf", "/TrimBox") == (420, 297)
    assert box_in_mm(tmp_path / "GT01-A3-marks.pdf", "/BleedBox") == (426, 303)
    assert box_in_mm(tmp_path / "GT01-A3.pdf", "/MediaBox") == (420, 297)
