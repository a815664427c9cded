"""Boards and tables as they leave the printer: nothing missing, nothing made up, nothing of anybody else's."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
import segno
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from PIL import Image
from pypdf import PdfReader

from deputies.posters.boards import BOARD_SIZES, Board, BoardFacts, board_layout, board_size, spaced_name
from deputies.posters.boards import check_board as problems_of
from deputies.posters.product import digest_of
from julu_liaison.common.errors import DomainError
from julu_liaison.common.fonts import code_points, missing_glyphs
from julu_liaison.common.pdf import TEMPLATES, PrintRefused, render_pdf, render_png, write_atomically
from julu_liaison.common.qr import QUIET_ZONE, qr_svg
from tests.boards import QR_URL, RARE, board, pages, person, render_board, texts_of

pytestmark = pytest.mark.once


def check_board(facts: BoardFacts, size: str) -> list[str]:
    return problems_of(facts, board_size(size))


def facts_hash(facts: BoardFacts, size: str) -> str:
    board, size = Board(), board_size(size)
    return digest_of(board.said(board.for_size(facts, size), size), size)


@pytest.fixture
def photo(tmp_path):
    """Write a plain photo of that many pixels, return its path."""

    def write(width: int = 600, height: int = 800, name: str = "portrait.jpg"):
        Image.new("RGB", (width, height), "#6d8fb0").save(tmp_path / name)
        return tmp_path / name

    return write


# ---- Boards ----


@pytest.mark.parametrize("size", ["A1", "A2", "A3", "2400x1200", "1800x1200", "1200x900", "900x1200"])
@pytest.mark.parametrize("count", [6, 9, 12, 15, 17])
def test_every_field_of_every_deputy_is_on_the_board(count, size):
    facts = board(count)
    text = "".join(pages(render_board(facts, size)))
    for deputy in facts.people:
        for field in texts_of(deputy):
            assert field in text


@pytest.mark.parametrize(("count", "size", "sheets"), [(15, "A2", 1), (15, "2400x1200", 1), (12, "1800x1200", 1)])
def test_a_full_board_is_one_sheet(count, size, sheets):
    assert len(pages(render_board(board(count), size))) == sheets


@pytest.mark.parametrize("size", ["A2", "2400x1200"])
def test_the_sixteenth_deputy_gets_a_second_sheet_instead_of_smaller_cards(size):
    first, second = pages(render_board(board(17), size))
    assert "第1块,共2块" in first
    assert "第2块,共2块" in second
    assert "张建国" in first
    assert "沈国栋" in second
    for text in (first, second):  # whoever reads only one of them misses nothing
        assert "官亭镇人大代表联络站第一分站" in text
        assert "0319-5550100" in text


def test_head_comes_first_with_a_badge_and_names_of_two_are_spaced():
    people = [person(2), person(1), person(0)]
    text = PdfReader(BytesIO(render_board(board(people), "A3"))).pages[0].extract_text()
    assert text.index("张建国") < text.index("陈\u3000卫")
    assert text.count("站长") == 1
    assert spaced_name("欧阳志远") == "欧阳志远"


def test_side_column_and_footer_say_when_where_and_whose():
    text = pages(render_board(board(6), "A3"))[0]
    for words in ("微信扫一扫", "每星期日上午9:00—11:30", "官亭镇便民服务中心一楼", "近期值班", "王志强、刘玉梅"):
        assert words in text
    assert "巨鹿县人大常委会监制GT01第3版2026年11月20日" in text
    assert "近期值班" not in pages(render_board(board(6, upcoming=[]), "A3"))[0]


def test_page_has_the_ordered_size():
    box = PdfReader(BytesIO(render_board(board(6), "A2"))).pages[0].mediabox
    assert [round(float(side) / 72 * 25.4) for side in (box.width, box.height)] == [594, 420]


def test_fonts_are_embedded_subsets_and_the_file_is_archival():
    reader = PdfReader(BytesIO(render_board(board(6), "A2")))
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
    assert len(fonts) >= 2
    for font in fonts:
        descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
        assert re.match(r"/[A-Z]{6}\+Noto", font["/BaseFont"])
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
    assert reader.xmp_metadata.pdfaid_part == "2"
    assert reader.xmp_metadata.pdfaid_conformance == "B"


def test_same_facts_same_bytes_and_no_path_of_this_machine(photo, tmp_path):
    facts = board([person(0, photo=photo()), person(1)])
    first = render_board(facts, "A3")
    render_board(board(9), "A2")
    assert render_board(facts, "A3") == first
    assert str(tmp_path).encode() not in first


def test_photo_reaches_the_board_and_two_boards_never_swap_photos(tmp_path):
    for colour in ("red", "blue", "red"):
        Image.new("RGB", (600, 800), colour).save(tmp_path / f"{colour}.png")
        picture = preview(board([person(0, photo=tmp_path / f"{colour}.png")]), "A3")
        assert {"red": (255, 0, 0), "blue": (0, 0, 255)}[colour] in dict(picture.getcolors(10**7)).values()


def preview(facts: BoardFacts, size: str) -> Image.Image:
    return Image.open(BytesIO(render_board(facts, size, png=True))).convert("RGB")


def test_preview_is_the_same_board_as_pixels_with_both_sheets():
    assert preview(board(6), "A3").size == (1191, 842)
    width, height = preview(board(17), "2400x1200").size
    assert width < 1700
    assert height > width  # one below the other


def test_qr_on_the_board_is_the_branch_address():
    px = 72 / 25.4  # a millimetre of the preview
    left, top = (594 - 18 - 120) * px, 62 * px
    scan_box = preview(board(6), "A2").crop((round(left), round(top), round(left + 120 * px), round(top + 91 * px)))
    assert modules(scan_box) == [bytes(row) for row in segno.make_qr(QR_URL, error="m").matrix]


def modules(picture: Image.Image) -> list[bytes]:
    """The matrix of the only black thing in the picture, read at the centre of each module."""
    black = picture.split()[0].point(lambda level: 255 * (level < 100))  # of red alone: the red frame is bright there
    left, top, right, bottom = black.getbbox()
    count = len(segno.make_qr(QR_URL, error="m").matrix)
    step = ((right - left) / count, (bottom - top) / count)
    return [
        bytes(black.getpixel((left + (x + 0.5) * step[0], top + (y + 0.5) * step[1])) > 0 for x in range(count))
        for y in range(count)
    ]


def test_qr_is_never_micro_and_keeps_its_quiet_zone():
    assert f'viewBox="0 0 {21 + 2 * QUIET_ZONE} {21 + 2 * QUIET_ZONE}"'.encode() in qr_svg("a") and QUIET_ZONE == 4
    assert b"<script" not in qr_svg("a")
    assert b"style=" not in qr_svg("a")


# ---- Texts that are hard to set ----


@pytest.mark.parametrize("size", ["A3", "A2", "2400x1200"])
@pytest.mark.parametrize("count", [6, 12])
def test_long_post_shrinks_and_is_complete(count, size):
    post = "官亭镇人大主席、河北省富硒农产品产业技术研究院院长、县农业农村综合服务中心主任、"
    post += "县金银花产业协会会长、县工商联副主席兼秘书长"
    assert len(post) >= 60
    facts = board([person(0, position=post), *(person(number) for number in range(1, count))])
    assert post in pages(render_board(facts, size))[0]


@pytest.mark.parametrize("name", ["阿卜杜热西提·买买提艾力江", "古丽巴哈尔古丽巴哈尔古丽"])
@pytest.mark.parametrize("count", [6, 15])
def test_long_name_is_complete(name, count):
    facts = board([person(0, name=name), *(person(number) for number in range(1, count))])
    assert name in pages(render_board(facts, "A2"))[0]


@pytest.mark.parametrize(
    "text", ['#panic("x")', "$x$", "[a]", "\\u{41}\\", "*b* _c_ `d`", "<e> @f //g", "\"--\" '--'", "#{1+1}", "= h"]
)
def test_text_that_looks_like_typst_is_printed_as_typed(text):
    facts = board([person(0, employer=text, position=f"教师{text}")], place=text, title=f"第一分站{text}")
    assert pages(render_board(facts, "A2"))[0].count(text.replace(" ", "")) == 4


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"position": "兼" * 400}, "张建国的单位、职务、联系内容或联系方式太长"),
        ({"phone": "0319" * 20}, "张建国的单位、职务、联系内容或联系方式太长"),
        ({"name": "买" * 60}, "姓名或代表层级太长"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(changes, words):
    with pytest.raises(PrintRefused) as refusal:
        render_board(board([person(0, **changes), *(person(number) for number in range(1, 12))]), "A2")
    assert words in refusal.value.messages[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "官亭镇人大代表联络站" * 4}, "标题太长"),
        ({"upcoming": [(date(2026, 12, 6), ["张建国"])] * 40}, "近期值班太多"),
        ({"place": "A" * 80}, "右侧"),
        ({"maker": "巨鹿县人大常委会" * 16}, "最下面一行太长"),
    ],
)
def test_what_does_not_fit_beside_the_cards_is_refused_too(changes, words):
    with pytest.raises(PrintRefused, match=words):
        render_board(board(6, **changes), "A2")


# ---- Glyphs ----


def test_missing_glyph_is_refused_with_deputy_field_and_code_point():
    facts = board([person(0, name=f"孙{RARE}兰"), person(1, employer="第\ue000小学")])
    messages = check_board(facts, "A3")
    assert f"孙{RARE}兰的姓名里,字库没有“{RARE}”(U+2B740):先核对是不是打错了字,确实没有的请县人大办公室补字" in messages
    assert "李桂芳的单位里,字库没有U+E000:先核对是不是打错了字,确实没有的请县人大办公室补字" in messages
    with pytest.raises(PrintRefused) as refusal:
        render_board(facts, "A3", png=True)
    assert refusal.value.messages == messages


@pytest.mark.parametrize(
    "character",
    [
        "\ue000",
        "\ufffd",
        "\u2f00",
        "\u2e85",
        "\uf900",
        "\U0002f800",
        "\ufe00",
        "\U000e0100",
        "\u200b",
        "\u202e",
        "\x00",
        "\u3164",
        "\u115f",
        "\u1160",
        "\uffa0",
        "\u20dd",
        "\u2800",
    ],
)
def test_characters_that_only_look_right_are_refused(character):
    assert missing_glyphs(f"张{character}国{character}") == [character]


def test_ordinary_and_rare_characters_pass():
    assert missing_glyphs("㐂𠮷鿰㎡①·—“”、〇\u3000\r\n") == []
    assert missing_glyphs("\ufa0e") == []  # 﨎 stands among the compatibility ideographs but is a character of its own
    assert code_points(["㐂", "\ue000"]) == "“㐂”(U+3402)、U+E000"


def test_fallback_font_of_the_county_prints_what_the_others_lack(settings, tmp_path):
    settings.PRINT_FALLBACK_FONTS = [str(one_glyph_font(tmp_path / "county" / "rare.ttf", RARE))]
    facts = board([person(0, name=f"孙{RARE}兰")])
    assert check_board(facts, "A3") == []
    assert f"孙{RARE}兰" in pages(render_board(facts, "A3"))[0]


def one_glyph_font(path, character):
    """A font file with a square for that character."""
    path.parent.mkdir()
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for corner in ((100, 800), (900, 800), (900, 0)):
        pen.lineTo(corner)
    pen.closePath()
    font = FontBuilder(1000)
    font.setupGlyphOrder([".notdef", "square"])
    font.setupCharacterMap({ord(character): "square"})
    font.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "square": pen.glyph()})
    font.setupHorizontalMetrics({".notdef": (1000, 0), "square": (1000, 100)})
    font.setupHorizontalHeader(ascent=880, descent=-120)
    font.setupNameTable({"familyName": "County Rare", "styleName": "Regular", "psName": "CountyRare-Regular"})
    font.setupOS2(sTypoAscender=880, sTypoDescender=-120)
    font.setupPost()
    font.save(path)
    return path


def test_fallback_font_that_is_not_there_is_named(settings, tmp_path):
    settings.PRINT_FALLBACK_FONTS = [str(tmp_path / "gone.ttf")]
    with pytest.raises(DomainError, match=r"gone\.ttf"):
        missing_glyphs("张")


# ---- Photos ----


def test_photo_behind_a_symbolic_link_is_refused(tmp_path, photo):
    secret = tmp_path / "link.jpg"
    secret.symlink_to(photo())
    facts = board([person(0, photo=secret)])
    assert check_board(facts, "A3") == ["张建国的照片文件找不到或打不开,请重新上传"]
    with pytest.raises(PrintRefused):
        render_board(facts, "A3")
    with pytest.raises(PrintRefused):
        facts_hash(facts, "A3")


@pytest.mark.parametrize(
    "content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"", b"\xff\xd8\xffbroken", b"<html>"]
)
def test_photo_that_is_no_photo_is_refused(tmp_path, content):
    (tmp_path / "portrait.jpg").write_bytes(content)
    (message,) = check_board(board([person(0, photo=tmp_path / "portrait.jpg")]), "A3")
    assert message.startswith("张建国的照片")


def test_photo_too_small_for_the_size_names_the_pixels_needed(photo):
    facts = board([person(0, photo=photo(120, 160))])
    (message,) = check_board(facts, "A2")
    assert "张建国的照片只有120×160像素" in message
    assert check_board(replace(facts, people=[person(0, photo=photo(900, 1200))]), "2400x1200") == []


def test_photo_in_printing_inks_is_refused_and_every_other_kind_printed(tmp_path, photo):
    picture = Image.open(photo())
    picture.convert("CMYK").save(tmp_path / "inks.jpg")
    assert "CMYK" in check_board(board([person(0, photo=tmp_path / "inks.jpg")]), "A3")[0]
    picture.save(tmp_path / "progressive.jpg", progressive=True)
    picture.convert("L").save(tmp_path / "grey.jpg")
    picture.convert("RGBA").save(tmp_path / "alpha.png")
    picture.convert("P").save(tmp_path / "palette.png")
    files = [tmp_path / name for name in ("progressive.jpg", "grey.jpg", "alpha.png", "palette.png")]
    assert render_board(board([person(number, photo=file) for number, file in enumerate(files)]), "A3")


def test_board_without_deputies_is_no_board():
    assert check_board(board(0), "A2") == ["分站还没有代表,没有可以上墙的内容"]


# ---- Sizes ----


def test_named_and_custom_sizes():
    assert (board_size("a2").width, board_size("2400X1200").capacity) == (594, 15)
    assert (board_size("1800x1200").columns, board_size("1800x1200").rows) == (4, 3)
    assert board_size("1500x1000").capacity == 15
    assert board_size("300x210").capacity == 6


@pytest.mark.parametrize("code", ["A9", "100x100", "9999x1000", "", "2400x1200x3"])
def test_impossible_sizes_are_refused(code):
    with pytest.raises(DomainError):
        board_size(code)


@pytest.mark.parametrize("code", [*BOARD_SIZES, "900x1200", "300x210", "5000x5000"])
def test_cards_stay_on_the_sheet_and_text_above_8_points(code):
    size = board_size(code)
    for people in range(1, size.capacity + 1):
        layout = board_layout(size, people)
        right = layout.margin + layout.columns * layout.card_width + (layout.columns - 1) * layout.card_gap
        assert layout.columns * layout.rows >= people
        assert right < size.width - layout.margin - layout.side
        assert layout.least >= 2.8  # mm
        assert abs(layout.photo_width / layout.photo_height - 3 / 4) < 0.001


# ---- When is a reprint due ----


def test_hash_ignores_the_edition_and_sees_everything_else(photo):
    facts = board([person(0, photo=photo())])
    reference = facts_hash(facts, "A2")
    assert facts_hash(replace(facts, edition_label="第4版", edited_on=date(2027, 1, 1)), "a2") == reference
    changed = [
        facts_hash(facts, "A3"),
        facts_hash(replace(facts, place="二楼"), "A2"),
        facts_hash(replace(facts, people=[replace(facts.people[0], position="校长")]), "A2"),
    ]
    photo(601, 800)  # another photo in the same place
    changed.append(facts_hash(facts, "A2"))
    assert len({reference, *changed}) == 5


# ---- The engine ----


@pytest.fixture
def template(tmp_path):
    """Write a template of the test's own, return its path."""

    def write(source: str):
        (tmp_path / "template.typ").write_text(source)
        return tmp_path / "template.typ"

    return write


def test_typst_warning_and_error_are_refusals(template):
    with pytest.raises(PrintRefused, match="unknown font"):
        render_pdf(template=template('#text(font: "Nowhere")[a]'), data={})
    with pytest.raises(PrintRefused, match="排版没有完成"):
        render_pdf(template=template("#nothing"), data={})
    with pytest.raises(PrintRefused) as refusal:
        render_pdf(template=template('#panic("REFUSED\\n第一句\\n第二句")'), data={})
    assert refusal.value.messages == ["第一句", "第二句"]


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../etc/passwd"])
def test_template_sees_nothing_but_its_own_folder(template, target):
    with pytest.raises(PrintRefused):
        render_pdf(template=template(f'#read("{target}")'), data={})


def test_missing_glyph_in_any_data_is_refused_even_unasked(template):
    for render in (render_pdf, render_png):
        with pytest.raises(PrintRefused, match=r"U\+2B740"):
            render(template=template("a"), data={"rows": [["好", (RARE,)]]})


def test_image_names_are_ours_alone(template):
    with pytest.raises(ValueError, match="image name"):
        render_pdf(template=template("a"), data={}, images={"../x": b"\x89PNG\r\n\x1a\n"})


def test_file_appears_whole_or_not_at_all(tmp_path, monkeypatch):
    target = tmp_path / "deep" / "board.pdf"
    write_atomically(target, b"old")
    monkeypatch.setattr("os.fsync", lambda _handle: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_atomically(target, b"new")
    assert target.read_bytes() == b"old"
    assert [file.name for file in target.parent.iterdir()] == ["board.pdf"]


# ---- Tables ----


def table(count: int, **changes) -> dict:
    columns = [
        {"label": "姓名", "width": 2, "align": "center"},
        {"label": "分站", "width": 5},
        {"label": "应到", "width": 1, "align": "right"},
    ]
    return {
        "title": "官亭镇接待日出勤公示表",
        "subtitle": "2026年10月",
        "columns": columns,
        "rows": [[f"代表{number}", "第一分站 #panic(1)", number] for number in range(count)],
        "notes": ["请假已经批准的不计缺勤。"],
        "signature": "官亭镇人大代表联络站 2026年11月3日",
    } | changes


def test_table_repeats_its_header_and_prints_every_row():
    sheets = pages(render_pdf(template=TEMPLATES / "table.typ", data=table(60)))
    assert len(sheets) == 3
    assert all("姓名分站应到" in sheet for sheet in sheets)
    assert all(f"代表{number}第一分站#panic(1){number}" in "".join(sheets) for number in range(60))
    assert "官亭镇人大代表联络站2026年11月3日" in sheets[-1]
    assert "第3页,共3页" in sheets[-1]


@pytest.mark.parametrize("width", [{"width": 1}, {}])
def test_table_refuses_a_word_that_would_run_over_the_next_column(width):
    columns = [{"label": "编号", **width}, {"label": "内容", "width": 1}]
    with pytest.raises(PrintRefused, match="编号"):
        render_pdf(template=TEMPLATES / "table.typ", data=table(0, columns=columns, rows=[["A" * 150, ""]]))


def test_table_of_nothing_and_without_widths_is_still_a_table():
    columns = [{"label": "姓名"}, {"label": "分站"}]
    text = pages(render_pdf(template=TEMPLATES / "table.typ", data=table(0, columns=columns, notes=[], signature="")))
    assert "姓名分站" in text[0]
