"""The notice board as a thing on a wall: readable from where people stand, sharp, cut to size, a county's own design."""

import re
from collections import defaultdict
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from shutil import copy

import pikepdf
import pytest
import zxingcpp
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from deputies.models import Deputy
from deputies.posters import Rendition
from deputies.posters.boards import Board, board_facts, board_size, check_board, draw_board
from deputies.posters.boards.checks import LABELS
from deputies.posters.boards.drawing import printed_photo
from deputies.posters.boards.facts import PhotoSource
from deputies.posters.boards.layout import board_layout, smallest_type
from deputies.posters.product import digest_of
from deputies.services import put_photo
from julu_liaison.common.pdf import TEMPLATES, PrintRefused
from julu_liaison.common.pictures import Crop, default_crop
from tests.boards import QR_URL, board, pages, person, render_board, texts_of
from tests.cast import OPENED, agree, moment

MM = 72 / 25.4  # points
LONG_POST = (
    "官亭镇人大主席、河北省富硒农产品产业技术研究院院长、县农业农村综合服务中心主任、"
    "县金银花产业协会会长、县工商联副主席兼秘书长"
)  # fmt: skip

once = pytest.mark.once


def written(pdf: bytes, page: int = 0) -> list[tuple[str, float, float, float]]:
    """(text, x, y from below, font size), in mm, of every run of text in the page's content."""
    found = []

    def note(text, cm, tm, _font, size):
        if text.strip():
            a, b, c, d, e, f = (pikepdf.Matrix(*tm) @ pikepdf.Matrix(*cm)).shorthand
            found.append((text.strip(), e / MM, f / MM, size * abs(a * d - b * c) ** 0.5 / MM))

    PdfReader(BytesIO(pdf)).pages[page].extract_text(visitor_text=note)
    return found


# ---- Readable from where people stand ----


@once
@pytest.mark.parametrize(("size", "count"), [("2400x1200", 15), ("A2", 15), ("A3", 12), ("300x210", 6)])
def test_no_type_is_smaller_than_the_smallest(size, count):
    crowded = [person(number, position=LONG_POST[: 62 if number % 2 else 20]) for number in range(count)]
    sizes = [one[3] for one in written(render_board(board(crowded), size))]
    least = smallest_type(board_size(size))
    assert len(sizes) > 5 * count
    assert min(sizes) >= least - 0.01


@once
def test_the_smallest_type_is_readable_from_two_metres_and_never_below_8_points():
    assert smallest_type(board_size("2400x1200")) * 0.92 >= 9  # mm of character height
    assert smallest_type(board_size("A2")) >= 3.2
    assert min(smallest_type(board_size(code)) for code in ("A3", "300x210", "210x210")) >= 8 / MM


@once
def test_a_long_post_makes_only_itself_smaller():
    facts = board([person(0, position=LONG_POST), *(person(number) for number in range(1, 15))])
    phones = {round(size, 2) for text, _x, _y, size in written(render_board(facts, "2400x1200")) if "199000" in text}
    assert len(phones) == 1


# ---- Side column ----


@once
def test_names_of_a_list_are_not_spread_and_have_commas_between_them():
    facts = board(upcoming=[(date(2026, 11, 29), ["石景山", "丛亮", "吕涛"])])
    runs = [text for text, *_ in written(render_board(facts, "A2"))]
    assert "石景山、丛亮、吕涛" in "".join(runs) and "石景山、丛亮、吕涛、" not in "".join(runs)


@once
def test_without_a_list_the_side_columns_text_is_larger_and_reaches_down():
    listed, plain = (written(render_board(board(8, upcoming=upcoming), "2400x1200")) for upcoming in (board().upcoming, []))
    phone, listed_phone = (next(one for one in runs if one[0] == "0319-5550100") for runs in (plain, listed))
    layout = board_layout(board_size("2400x1200"), 8)
    assert phone[3] > listed_phone[3]
    assert phone[2] < layout.height - layout.top - 0.75 * layout.main_height


# ---- Cards ----


@once
@pytest.mark.parametrize(("size", "people"), [("A3", 7), ("A2", 7), ("1200x900", 7)])
def test_nobody_stands_alone_in_a_last_row(size, people):
    layout = board_layout(board_size(size), people)
    assert (layout.columns, layout.rows) == (4, 2)



@once
def test_phones_of_a_row_stand_on_one_line_however_much_there_is_above_them():
    facts = board(
        [person(0, contact_scope=""), person(1, position=LONG_POST), *(person(number) for number in range(2, 15))]
    )
    rows = defaultdict(int)
    for text, _x, y, _size in written(render_board(facts, "2400x1200")):
        rows[round(y, 1)] += text.startswith("199000")
    assert sorted(rows.values())[-4:] == [0, 5, 5, 5]


@once
def test_a_last_row_that_is_not_full_stands_in_the_middle():
    layout = board_layout(board_size("A2"), 11)
    assert (layout.columns, layout.rows) == (4, 3)
    left = {text: x for text, x, _y, _size in written(render_board(board(11), "A2"))}
    aside = left[person(8).phone] - left[person(0).phone]
    assert aside == pytest.approx((layout.card_width + layout.card_gap) / 2, abs=0.1)


@once
def test_head_is_first_whatever_the_order_of_the_facts():
    facts = board([person(3), person(1), person(0), person(2)])
    text = pages(render_board(facts, "A3"))[0]
    assert [text.index(name) for name in ("张建国", "王志强", "李桂芳")] == sorted(
        text.index(name) for name in ("张建国", "王志强", "李桂芳")
    )
    assert text.count("站长") == 1


@once
@pytest.mark.parametrize(("size", "count"), [("A2", 12), ("2400x1200", 15), ("2400x1200", 9)])
def test_fields_of_every_deputy_stand_in_order(size, count):
    """One run for each of the three kinds of card: everything below the photo, part of it, nothing."""
    facts, place = board(count), 0
    text = "".join(pages(render_board(facts, size)))
    for deputy in facts.people:
        for field in texts_of(deputy):
            place = text.index(field, place) + len(field)


@once
def test_second_sheet_is_as_full_as_the_first():
    first, second = pages(render_board(board(17), "2400x1200"))
    assert (first.count("联系方式"), second.count("联系方式")) == (9, 8)
    assert "第2块,共2块" in second


@once
@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    texts=st.fixed_dictionaries(
        {field: st.text("县镇人大代表联系群众、,·0123456789aW()", max_size=120) for field in LABELS if field != "phone"}
    ),
    name=st.text("买提艾力江·", min_size=1, max_size=20).filter(lambda name: name.strip("·")),
)
def test_whatever_is_typed_is_refused_by_name_or_printed_whole(texts, name):
    facts = board([person(0, name=name, **texts), *(person(number) for number in range(1, 9))], upcoming=[])
    text, refused = printed_or_refused(facts, "A3")
    assert all(message.startswith(name) for message in refused)
    assert refused or all(field in text for field in texts_of(facts.people[0]))


def printed_or_refused(facts, size: str) -> tuple[str, list[str]]:
    try:
        return pages(render_board(facts, size))[0], []
    except PrintRefused as refusal:
        return "", refusal.messages


# ---- The code ----


@once
@pytest.mark.parametrize("size", ["A2", "2400x1200"])
def test_code_decoded_from_the_rendered_page_is_the_permanent_address(size):
    picture = Image.open(BytesIO(render_board(board(6), size, png=True)))
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [QR_URL]


# ---- Phones ----


@once
def test_whoever_has_no_phone_to_print_is_named_with_where_to_enter_one():
    facts = board([person(0, phone=""), person(1), person(2, phone="")], station_phone="")
    (message,) = check_board(facts, board_size("A2"))
    assert "张建国、陈卫" in message and "李桂芳" not in message
    assert "“站点”" in message
    with pytest.raises(PrintRefused, match="站点"):
        render_board(facts, "A2")


@once
def test_without_a_phone_of_the_station_none_is_promised():
    text = pages(render_board(board(3, station_phone=""), "A3"))[0]
    assert "联络站电话" not in text
    assert "不方便扫码,可在接待时间当面反映" in text


# ---- Photos ----


@pytest.fixture
def portrait(tmp_path):
    """A portrait kept as a cut of 900×1200 from an original of 1800×2400; each of a colour of its own."""
    original, cut = tmp_path / "original.jpg", tmp_path / "cut.jpg"
    Image.new("RGB", (1800, 2400), "#3060a0").save(original)
    Image.new("RGB", (900, 1200), "#a06030").save(cut)
    return {"photo": cut, "photo_source": PhotoSource(original, Crop(0, 0, 1800, 2400))}


@once
def test_kept_cut_reaches_the_paper_as_it_is(portrait):
    pdf = render_board(board([person(0, **portrait), *(person(number) for number in range(1, 12))]), "A2")
    with pikepdf.open(BytesIO(pdf)) as document:
        (image,) = document.pages[0].get_images().values()
        assert image.read_raw_bytes() == portrait["photo"].read_bytes()


@once
def test_larger_print_is_cut_again_from_the_original_up_to_300_dpi(portrait):
    facts = board([person(0, **portrait), *(person(number) for number in range(1, 15))])
    pdf, layout = render_board(facts, "2400x1200"), board_layout(board_size("2400x1200"), 15)
    with pikepdf.open(BytesIO(pdf)) as document:
        (image,) = document.pages[0].get_images().values()
        assert image.Width / (layout.photo_width / 25.4) == pytest.approx(300, abs=1)
        red, _green, blue = pikepdf.PdfImage(image).as_pil_image().convert("RGB").getpixel((10, 10))
    assert blue > red


@once
def test_where_the_original_has_no_more_or_is_gone_the_kept_cut_is_printed(portrait):
    small = replace(portrait["photo_source"], crop=Crop(0, 0, 840, 1120))
    assert printed_photo(person(0, **portrait | {"photo_source": small}), 300) == portrait["photo"]
    portrait["photo_source"].original.unlink()
    assert printed_photo(person(0, **portrait), 300) == portrait["photo"]


@once
def test_the_source_of_a_photo_is_no_fact_of_the_board(portrait):
    product, size = Board(), board_size("A2")
    with_source = product.said(board([person(0, **portrait)]), size)
    without = product.said(board([person(0, photo=portrait["photo"], photo_held_back=True)]), size)
    assert digest_of(with_source, size) == digest_of(without, size)


# ---- Remarks ----


@once
def test_remarks_name_people_once_a_kind(portrait):
    soft = {"photo": portrait["photo"], "photo_source": replace(portrait["photo_source"], crop=Crop(0, 0, 600, 800))}
    people = [
        person(1, **soft),
        person(2, photo_held_back=True, contact_scope=""),
        person(3, contact_scope=" "),
        person(4, **portrait),
    ]
    assert Board().remarks(board(people), board_size("2400x1200")) == [
        "分站还没有站长",
        "1张照片放大后不太清楚:李桂芳",
        "陈卫的照片没有同意公开,印的是空白头像",
        "王志强还没有照片,印的是空白头像",
        "陈卫、王志强没有填联系内容",
    ]
    assert Board().remarks(board([person(0, **portrait)] * 12), board_size("A2")) == []


@once
def test_soft_photos_are_counted_and_three_of_them_named(portrait):
    """A photo of twice the width that must be there is clear from where people stand."""
    soft, clear = (replace(portrait["photo_source"], crop=Crop(0, 0, width, width * 4 // 3)) for width in (330, 630))
    people = [person(n, photo=portrait["photo"], photo_source=soft if n < 5 else clear) for n in range(15)]
    remarks = "5张照片放大后不太清楚:张建国、李桂芳、陈卫等5人"
    assert Board().remarks(board(people), board_size("2400x1200")) == [remarks]
    assert Board().remarks(board(people), board_size("A2")) == []


@once
def test_a_lost_photo_is_a_problem_and_no_remark(tmp_path):
    facts = board([person(0, photo=tmp_path / "gone.jpg")])
    assert Board().remarks(facts, board_size("A2")) == []
    assert len(Board().problems(facts, board_size("A2"))) == 1


def test_facts_carry_the_original_of_a_consented_photo_only(cast, media):
    picture = BytesIO()
    Image.new("RGB", (1500, 2100), "#3060a0").save(picture, "JPEG")
    for deputy in (cast.head_person, cast.deputy_person):
        put_photo(deputy=deputy, content=picture.getvalue(), actor=cast.admin, at=moment(OPENED))
    agree(cast, Deputy.objects.get(pk=cast.head_person.pk), "photo")
    head, *_others = board_facts(cast.gt01, OPENED).people
    assert head.photo_source.original.is_file() and head.photo_source.crop == default_crop(1500, 2100)
    assert not head.photo_held_back
    held_back = {one.name: (one.photo_source, one.photo_held_back) for one in board_facts(cast.gt01, OPENED).people}
    assert held_back[cast.deputy_person.name] == (None, True)


# ---- Bleed and crop marks ----


def boxes(page: pikepdf.Page) -> dict[str, list[float]]:
    return {name: [float(side) / MM for side in getattr(page, name)] for name in ("mediabox", "bleedbox", "trimbox")}


@once
@pytest.mark.parametrize(("size", "bleed"), [("A2", 3), ("2400x1200", 10)])
def test_marked_sheets_say_where_they_are_cut_and_how_far_their_ground_goes(size, bleed):
    ordered = board_size(size)
    drawn = draw_board(board(17), ordered, Rendition(with_marks=True))
    with pikepdf.open(BytesIO(drawn.content)) as document:
        assert len(document.pages) == 2
        for page in document.pages:
            box = boxes(page)
            left, bottom, right, top = box["trimbox"]
            assert (right - left, top - bottom) == pytest.approx((ordered.width, ordered.height), abs=0.01)
            around = [left - bleed, bottom - bleed, right + bleed, top + bleed]
            assert box["bleedbox"] == pytest.approx(around, abs=0.01)
            assert box["mediabox"][:2] == [0, 0] and left - bleed >= 5 and box["mediabox"][2] - right - bleed >= 5


@once
def test_band_runs_into_the_bleed_and_marks_stay_outside_of_it():
    content = draw_board(board(6), board_size("A2"), Rendition(with_marks=True)).content
    with pikepdf.open(BytesIO(content)) as document:
        page = document.pages[0]
        left, _bottom, right, top = boxes(page)["bleedbox"]
        areas, lines = drawn_shapes(page)
    assert any(x <= left + 0.1 and far >= right - 0.1 and high >= top - 0.1 for x, _y, far, high in areas)
    marks = [line for line in lines if line[0] < left or line[1] > top or line[2] > right]
    assert len(marks) >= 6
    for x, y, far, high in marks:
        assert far <= left + 0.1 or x >= right - 0.1 or y >= top - 0.1 or high <= _bottom + 0.1


def drawn_shapes(page: pikepdf.Page) -> tuple[list, list]:
    """(left, bottom, right, top) in mm of every filled area and of every drawn line of a page."""
    matrices, points, areas, lines = [pikepdf.Matrix()], [], [], []
    for operands, operator in pikepdf.parse_content_stream(page):
        numbers = [float(operand) for operand in operands] if str(operator) in "cm m l c re" else []
        match str(operator):
            case "q":
                matrices.append(matrices[-1])
            case "Q":
                matrices.pop()
            case "cm":
                matrices[-1] = pikepdf.Matrix(*numbers) @ matrices[-1]
            case "m" | "l" | "c":
                points += [matrices[-1].transform(pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]
            case "re":
                x, y, width, height = numbers
                points += [matrices[-1].transform(pair) for pair in ((x, y), (x + width, y + height))]
            case "f" | "S" | "n" | "f*":
                if points and str(operator) != "n":
                    across, along = ([point[axis] / MM for point in points] for axis in (0, 1))
                    shape = (min(across), min(along), max(across), max(along))
                    (lines if str(operator) == "S" else areas).append(shape)
                points = []
    return areas, lines


# ---- A county's own design ----


@pytest.fixture
def own_templates(settings, tmp_path):
    """Put a copy of our template, changed, into the deployment's folder or a county's below it."""
    settings.PRINT_TEMPLATES = str(tmp_path / "templates")

    def adapt(folder: str, changes: dict[str, str], name: str = "board.typ") -> Path:
        target = tmp_path / "templates" / folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        copy(TEMPLATES / name, target)
        source = target.read_text()
        for old, new in changes.items():
            assert old in source
            source = source.replace(old, new)
        target.write_text(source)
        return target

    return adapt


@once
def test_copy_of_the_template_is_used_the_countys_own_before_the_deployments(own_templates):
    scan = "微信扫一扫"
    assert scan in pages(render_board(board(3), "A3"))[0]
    own_templates("", {scan: "扫码看代表"})
    assert "扫码看代表" in pages(render_board(board(3), "A3"))[0]
    own_templates("JLX", {scan: "扫一下"})
    assert "扫一下" in pages(render_board(board(3), "A3"))[0]
    assert "扫码看代表" in pages(render_board(board(3, county_code="PXX"), "A3"))[0]


@once
def test_shared_pieces_may_be_adapted_beside_the_template(own_templates):
    own_templates("JLX", {})
    plain = Image.open(BytesIO(render_board(board(3), "A3", png=True))).convert("RGB").getpixel((3, 3))
    own_templates("JLX", {'rgb("#a8181f")': 'rgb("#1020d0")'}, "print.typ")
    blue = Image.open(BytesIO(render_board(board(3), "A3", png=True))).convert("RGB").getpixel((3, 3))
    assert (plain, blue) == ((0xA8, 0x18, 0x1F), (0x10, 0x20, 0xD0))


@once
def test_raising_a_templates_version_makes_boards_due(own_templates):
    product, size = Board(), board_size("A2")

    def said() -> dict:
        return product.said(board(3), size)

    ours = said()
    own_templates("JLX", {"微信扫一扫": "扫码看代表"})
    assert digest_of(said(), size) == digest_of(ours, size)  # changed, not raised
    own_templates("JLX", {"// version: 1\n": "// version: 2 \n"})
    assert re.fullmatch(r"2/\d+", said()["template"])
    assert product.changes(ours, said()) == ["版式换了"]
    own_templates("JLX", {"// version: 1\n": "// version: 县2\n"}, "print.typ")
    assert said()["template"] == "2/县2"
    own_templates("JLX", {"// version: 1\n": ""})
    assert said()["template"] == "0/县2"
