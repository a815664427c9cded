"""Plates: the name and nothing else, black on white, the same for years, or refused with the reason."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
import zxingcpp
from django.core.management import CommandError
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from deputies.models import Edition, GlyphImage
from deputies.posters import Rendition, order_of, print_one, product_of, standings
from deputies.posters.plates import BranchPlate, PlateFacts, StationPlate, plate_facts_of, plate_layout, plate_size
from deputies.posters.plates.layout import cells_of
from deputies.services import edit_deputy
from deputies.states import Product
from julu_liaison.common.errors import DomainError
from julu_liaison.common.pdf import PrintRefused
from stations.models import Station
from stations.services import edit_station
from tests.cast import make_deputy, moment
from tests.pictures import encoded
from tests.prints import (
    box_in_mm,
    only_embedded_subsets,
    page_sizes,
    picture_of,
    printed_text,
    reader_of,
    run_printing,
)

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("media")]

AT = moment(date(2026, 3, 4))
RARE = "\U0002b740"  # in neither of the two fonts
PLAQUE, UPRIGHT = "600x400", "360x2200"
URL = "https://example.org/b/GT01/"


def plate(*parts: str, **changes) -> PlateFacts:
    parts = list(parts or ("官亭镇", "人大代表联络站", "第一分站"))
    return PlateFacts(**{"county_code": "JLX", "place_code": "GT01", "name": "".join(parts), "parts": parts, "qr_url": URL} | changes)


def drawn(facts: PlateFacts, size: str, *, png: bool = False, with_marks: bool = False) -> bytes:
    product, size = BranchPlate(), plate_size(size)
    return product.draw(product.for_size(facts, size), size, Rendition(png=png, with_marks=with_marks)).content


def problems(facts: PlateFacts, size: str) -> list[str]:
    return BranchPlate().problems(facts, plate_size(size))


def print_plate(place: Station, size: str = PLAQUE, at=AT):
    product = Product.BRANCH_PLATE if place.parent.parent else Product.STATION_PLATE
    return print_one(order=order_of(product, size), place=place, actor=None, at=at)


# ---- The sheet ----


@pytest.mark.parametrize(
    ("size", "parts"),
    [(PLAQUE, ("官亭镇", "人大代表联络站", "第一分站")), (UPRIGHT, ("经济开发区", "人大代表联络站", "安家庄社区居民委员会分站"))],
)  # fmt: skip
def test_a_plate_is_one_page_of_the_exact_size_with_the_name_and_nothing_else(size, parts):
    pdf = drawn(plate(*parts, edition_label="第3版", edited_on=date(2026, 3, 4)), size)
    assert printed_text(pdf) == "".join(parts)
    assert page_sizes(pdf) == [tuple(map(int, size.split("x")))]
    assert only_embedded_subsets(pdf)


@pytest.mark.parametrize("size", [PLAQUE, UPRIGHT])
def test_black_on_white(size):
    picture = picture_of(drawn(plate(), size, png=True))
    colours = {colour for _count, colour in picture.getcolors(10**6)}
    assert all(red == green == blue for red, green, blue in colours)
    assert {(0, 0, 0), (255, 255, 255)} <= colours
    assert picture.getpixel((0, 0)) == (255, 255, 255)


def test_an_upright_name_stands_in_the_middle():
    picture = picture_of(drawn(plate(), UPRIGHT, png=True))
    left, top, right, bottom = picture.convert("L").point(lambda level: 255 * (level < 128)).getbbox()
    assert left == pytest.approx(picture.width - right, abs=0.03 * picture.width)
    assert top == pytest.approx(picture.height - bottom, abs=0.01 * picture.height)


def test_qr_of_the_branch_on_its_plaque_only():
    def codes(facts, size):
        return [code.text for code in zxingcpp.read_barcodes(picture_of(drawn(facts, size, png=True)))]

    assert codes(plate(), PLAQUE) == [URL]
    assert codes(plate(), UPRIGHT) == []
    assert codes(plate("官亭镇", "人大代表联络站", qr_url=""), PLAQUE) == []


def test_bleed_and_crop_marks_for_the_print_shop():
    pdf = drawn(plate(), PLAQUE, with_marks=True)
    assert box_in_mm(pdf, "/TrimBox") == (600, 400)
    assert box_in_mm(pdf, "/BleedBox") == (606, 406)
    assert page_sizes(pdf)[0] > (606, 406)


# ---- How large ----


def lines_of(size: str, *parts: str, with_qr: bool = True) -> list[str]:
    return [text for text, _size, _top in plate_layout(parts, plate_size(size), with_qr=with_qr).lines]


def test_a_name_is_broken_where_it_falls_apart_by_itself():
    branch = ("官亭镇", "人大代表联络站", "第一分站")
    assert lines_of(PLAQUE, *branch) == ["官亭镇人大代表联络站", "第一分站"]
    assert lines_of("400x600", *branch) == ["官亭镇", "人大代表联络站", "第一分站"]
    assert lines_of("1800x300", *branch, with_qr=False) == ["官亭镇人大代表联络站第一分站"]
    assert lines_of(PLAQUE, "官亭镇", "人大代表联络站", with_qr=False) == ["官亭镇", "人大代表联络站"]
    long = ("巨鹿县经济技术产业开发区", "人大代表联络站", "第一分站")
    assert lines_of(PLAQUE, *long) == list(long)


def test_upright_one_character_a_cell_but_a_number_of_two_digits_together():
    assert cells_of("站第12分站") == ["站", "第", "12", "分", "站"]
    assert cells_of("第123站") == ["第", "1", "2", "3", "站"]
    assert cells_of(f"第 一{RARE}站") == ["第", "一", RARE, "站"]


lengths = st.integers(1, 30)


@given(lengths, lengths, lengths, st.integers(210, 3000), st.integers(210, 3000), st.booleans())
def test_whatever_is_printed_stays_on_the_plate(first, second, third, width, height, with_qr):
    parts = ["镇" * first, "联" * second, "分" * third]
    size = plate_size(f"{width}x{height}")
    layout = plate_layout(parts, size, with_qr=with_qr)
    if layout is None:
        return
    edge = layout.frame or 0
    assert "".join(text for text, _size, _top in layout.lines) == "".join(parts)
    for text, character, top in layout.lines:
        columns = len(text) if layout.frame is not None else 1
        assert columns * character <= width - 2 * edge + 1e-6
        assert edge < top
        assert top + character < height - edge
    for (_text, character, top), (_next, _size, next_top) in pairwise(layout.lines):
        assert top + character < next_top
    if layout.qr:
        code, code_top = layout.qr
        *_, (_last, character, top) = layout.lines
        assert top + character < code_top
        assert code_top + code < height - edge


@given(st.integers(1, 60), st.sampled_from([PLAQUE, UPRIGHT]))
def test_a_longer_name_is_never_larger_and_once_refused_stays_so(count, size):
    def character(length):
        layout = plate_layout(["分" * length], plate_size(size), with_qr=False)
        return layout.lines[0][1] if layout else 0

    assert character(count + 1) <= character(count)


@pytest.mark.parametrize("size", [PLAQUE, UPRIGHT])
def test_a_name_that_would_be_too_small_is_refused(size):
    facts = plate("官亭镇", "人大代表联络站", "安家庄" * 12)
    with pytest.raises(PrintRefused) as refusal:
        drawn(facts, size)
    (sentence,) = refusal.value.messages
    assert "有46个字" in sentence
    assert "缩短名称" in sentence
    assert "厘米" in sentence


@pytest.mark.parametrize("wrong", ["A2", "600", "100x400", "600x9000"])
def test_impossible_sizes_are_refused(wrong):
    with pytest.raises(DomainError):
        plate_size(wrong)


# ---- Characters ----


@pytest.mark.parametrize("size", [PLAQUE, UPRIGHT])
def test_a_missing_character_is_refused_until_there_is_a_picture(size):
    facts = plate("官亭镇", "人大代表联络站", f"{RARE}家庄分站")
    (sentence,) = problems(facts, size)
    assert facts.name in sentence
    assert f"“{RARE}”(U+2B740)" in sentence
    with_picture = replace(facts, glyphs={RARE: glyph_png()})
    assert problems(with_picture, size) == []
    assert "家庄分站" in printed_text(drawn(with_picture, size))


def glyph_png() -> bytes:
    """A square picture with something black in it."""
    picture = Image.new("RGBA", (256, 256), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (60, 60, 200, 200))
    return encoded(picture, "PNG")


# ---- From the records ----


def test_facts_are_the_name_and_a_branchs_address(cast):
    facts = plate_facts_of([cast.gt01, cast.gt])
    branch, station = facts[cast.gt01.pk], facts[cast.gt.pk]
    assert (branch.name, branch.parts) == ("官亭镇人大代表联络站第一分站", ["官亭镇", "人大代表联络站", "第一分站"])
    assert branch.qr_url.endswith("/b/GT01/")
    assert (station.name, station.parts, station.qr_url) == ("官亭镇人大代表联络站", ["官亭镇", "人大代表联络站"], "")


def test_number_of_queries_is_fixed(cast, django_assert_num_queries):
    for branches in ([cast.gt01], [cast.gt01, cast.gt02, cast.yt01]):
        with django_assert_num_queries(2):
            plate_facts_of(branches)
        with django_assert_num_queries(4):
            standings(order_of(Product.BRANCH_PLATE), branches, AT)


def test_nothing_but_the_name_changes_a_plate(cast):
    first = print_plate(cast.gt01)
    edit_station(station=cast.gt01, address="李家庄村委会", phone="0319-1", duty_hours="8:00", actor=cast.admin)
    edit_deputy(deputy=cast.head_person, position="校长", actor=cast.admin)
    make_deputy(cast, "新代表", cast.gt01)
    again = print_plate(Station.objects.get(code="GT01"), at=AT + timedelta(days=4000))
    assert (first.state, again.state, again.edition) == ("printed", "unchanged", first.edition)
    edit_station(station=Station.objects.get(code="GT"), name="官亭乡", actor=cast.admin)
    branch = Station.objects.get(code="GT01")
    (standing,) = standings(order_of(Product.BRANCH_PLATE), [branch], AT)
    assert (standing.state, standing.why) == (
        "changed", ["名称改了:官亭镇人大代表联络站第一分站 → 官亭乡人大代表联络站第一分站"],
    )  # fmt: skip
    renamed = print_plate(branch)
    assert (renamed.state, renamed.edition.number, renamed.edition.sheets) == ("printed", 2, 1)
    assert printed_text(renamed.path) == "官亭乡人大代表联络站第一分站"


def test_a_picture_counts_only_where_it_is_used(cast):
    edit_station(station=cast.gt02, name=f"{RARE}庄分站", actor=cast.admin)
    places = list(Station.objects.filter(code__in=["GT01", "GT02"]).order_by("code").select_related("parent"))
    assert [print_plate(place).state for place in places] == ["printed", "refused"]
    GlyphImage.objects.create(county=cast.county, character=RARE, image=glyph_png(), digest="0" * 64, note="身份证", added_at=AT)
    assert [print_plate(place).state for place in places] == ["unchanged", "printed"]


def test_changes_in_words():
    product, size = BranchPlate(), plate_size(PLAQUE)
    before = product.said(plate(), size)
    assert product.changes(before, before) == []
    for facts, words in (
        (plate("官亭镇", "人大代表联络站", "第二分站"), "名称改了:官亭镇人大代表联络站第一分站 → 官亭镇人大代表联络站第二分站"),
        (plate("官亭", "镇人大代表联络站", "第一分站"), "名称分行的地方变了"),
        (plate(qr_url="https://example.com/b/GT01/"), "二维码的网址改了"),
        (plate(glyphs={"亭": b"png"}), "补字的图换了"),
    ):
        assert product.changes(before, product.said(facts, size)) == [words]


# ---- Command ----


def test_command_prints_branch_plates_then_leaves_kept_files(cast, tmp_path):
    lines, code = run_printing("make_plates", tmp_path / "one", "--marks", "--png")
    assert code == 0
    assert lines == [[name, "printed", str(tmp_path / "one" / f"{name}-600x400.pdf")] for name in ("GT01", "GT02", "YT01")]
    assert {path.name for path in (tmp_path / "one").glob("GT01*")} == {
        "GT01-600x400.pdf", "GT01-600x400-marks.pdf", "GT01-600x400.png",
    }  # fmt: skip
    assert "/BleedBox" in reader_of(tmp_path / "one" / "GT01-600x400-marks.pdf").pages[0]
    lines, code = run_printing("make_plates", tmp_path / "two", "--branch", "GT01")
    assert (code, lines[0][:2]) == (0, ["GT01", "unchanged"])
    kept = tmp_path / "two" / "GT01-600x400.pdf"
    assert kept.read_bytes() == (tmp_path / "one" / "GT01-600x400.pdf").read_bytes()


def test_command_prints_station_plates(cast, tmp_path):
    lines, code = run_printing("make_plates", tmp_path, "--level", "station", "--size", UPRIGHT, "--station", "GT")
    assert (code, lines) == (0, [["GT", "printed", str(tmp_path / "GT-360x2200.pdf")]])
    assert Edition.objects.get().product == Product.STATION_PLATE
    assert isinstance(product_of(Product.STATION_PLATE), StationPlate)


def test_command_refuses_one_and_prints_the_others(cast, tmp_path):
    edit_station(station=cast.gt01, name=f"{RARE}庄分站", actor=cast.admin)
    lines, code = run_printing("make_plates", tmp_path, "--station", "GT")
    assert code == 1
    assert [line[:2] for line in lines] == [["GT01", "refused"], ["GT02", "printed"]]
    assert "U+2B740" in lines[0][2]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--level", "station", "--branch", "GT01"], "请用 --station"),
        (["--level", "station", "--station", "GT01"], "GT01 没有开放的联络站"),
        (["--branch", "GT"], "没有编号是 GT 的分站"),
        (["--size", "A2"], "没有“A2”这个尺寸"),
    ],
)
def test_command_says_what_is_wrong(cast, tmp_path, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run_printing("make_plates", tmp_path, *arguments)
