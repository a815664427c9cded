"""Pictures of characters that no font has: what becomes of an upload, who may supply one, where they print, the page."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from activities.reports import make_report
from activities.rules.months import read_month
from deputies.models import GlyphImage
from deputies.posters import order_of, print_one, standings
from deputies.posters.boards import board_facts
from deputies.posters.glyphs import glyph_uses
from deputies.reports import archive_file, archive_of
from deputies.services import add_glyph, drop_glyph, edit_deputy
from deputies.states import Product
from julu_liaison.common import glyph_pictures, pictures
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.fonts import SANS_FACE, SANS_FILE, may_be_drawn
from julu_liaison.common.glyph_pictures import SIDE, glyph_png
from julu_liaison.common.models import AuditLog
from julu_liaison.common.pdf import TEMPLATES, PrintRefused, render_pdf, render_png
from opinions.models import CongressSession, Opinion
from opinions.posters import paper_file
from opinions.services import file_suggestion
from scoring.models import Scheme
from scoring.posters.publicity import publicity_pdf
from scoring.posters.statements import render_statements, statement_pdf
from scoring.reports.terms import sheet_pdf, sheets_of
from scoring.services.statements import statement_of
from scoring.services.years import year_sheet
from stations.services import appoint, edit_station, open_station
from stations.states import Role
from tests.cast import OPENED, make_deputy, moment
from tests.pictures import encoded, png_of_200_megapixels

RARE, PRIVATE = "\U0002b740", "\ue863"  # beyond the basic plane; a code that an old system gave a rare name
TODAY = date(2026, 3, 4)
AT = moment(TODAY)
NOTE = "身份证字形,派出所提供"
QUERIES = 9


def drawn(character: str = "喆", *, size: int = 400, ground="white", ink="black", mode: str = "RGB") -> Image.Image:
    """A character as somebody would scan it."""
    image = Image.new(mode, (size + 100, size + 100), ground)
    font = ImageFont.truetype(str(SANS_FILE), size, index=SANS_FACE)
    ImageDraw.Draw(image).text((50, 0), character, font=font, fill=ink)
    return image


PICTURE = encoded(drawn(), "PNG")


def inked(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).getchannel("A").point(lambda value: 255 if value > 127 else 0)


def supply(cast, character: str = RARE, content: bytes = PICTURE, **changes) -> GlyphImage:
    values = {"county": cast.county, "note": NOTE, "actor": cast.staff, "at": AT} | changes
    return add_glyph(character=character, content=content, **values)


def rename(cast, name: str, branch: str = "GT01", index: int = 1):
    return edit_deputy(deputy=cast.deputies[branch][index], name=name, actor=cast.admin)


def alternatives(pdf: bytes) -> set[str]:
    """What pictures are called for those who cannot see them."""
    with pikepdf.open(BytesIO(pdf)) as file:
        return {str(one.Alt) for one in file.objects if isinstance(one, pikepdf.Dictionary) and "/Alt" in one}


# ---- What becomes of an upload ---------------------------------------------------------------------------------------


@pytest.mark.once
@pytest.mark.parametrize(
    "content",
    [
        PICTURE,
        encoded(drawn(ground=(235, 225, 190), ink=(60, 50, 50)), "JPEG", quality=60, comment=b"SecretComment"),
        encoded(drawn(ground=(0, 0, 0, 0), ink=(0, 0, 0, 255), mode="RGBA"), "WEBP", lossless=True),
        encoded(drawn(size=1500).convert("1"), "BMP"),
    ],
    ids=["png", "yellow jpeg", "transparent webp", "large black and white bmp"],
)
def test_a_scan_becomes_black_ink_on_nothing(content):
    png = glyph_png(content)
    image = Image.open(BytesIO(png))
    assert (image.format, image.mode, image.size, image.info) == ("PNG", "LA", (SIDE, SIDE), {})
    assert image.getchannel("L").getextrema() == (0, 0)
    assert image.getchannel("A").getextrema() == (0, 255)
    assert len(png) < 60_000 and b"Secret" not in png
    left, top, right, bottom = inked(png).getbbox()
    assert left + right == pytest.approx(SIDE, abs=6) and top + bottom == pytest.approx(SIDE, abs=6)
    assert max(right - left, bottom - top) == pytest.approx(0.9 * SIDE, abs=8)


@pytest.mark.once
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", pictures.NO_PICTURE),
        (PICTURE[: len(PICTURE) // 2], pictures.BROKEN),
        (b"\xff\xd8\xff" + b"x" * glyph_pictures.MOST_BYTES, glyph_pictures.TOO_LARGE),
        (png_of_200_megapixels(), pictures.TOO_MANY_PIXELS),
        (encoded(Image.new("L", (500, 500), 255), "PNG"), glyph_pictures.NO_INK),
        (encoded(drawn(ink=(225, 225, 225)), "PNG"), glyph_pictures.NO_INK),
        (encoded(Image.new("L", (500, 500), 0), "PNG"), glyph_pictures.ALL_INK),
        (encoded(drawn(ground="black", ink="white"), "PNG"), glyph_pictures.ALL_INK),
        (encoded(drawn("■"), "PNG"), glyph_pictures.ALL_INK),
        (encoded(Image.effect_noise((600, 600), 200), "PNG"), glyph_pictures.TOO_NOISY),
        (encoded(drawn(size=150), "PNG"), "请换一张字至少有200像素大的图"),
    ],
    ids=[
        "svg", "cut off", "over 5 MB", "bomb", "blank", "pale", "black", "inverted", "a block", "noise", "small",
    ],
)  # fmt: skip
def test_what_shows_no_character_is_refused_with_a_sentence(content, words):
    with pytest.raises(DomainError) as refusal:
        glyph_png(content)
    assert words in refusal.value.message


@pytest.mark.once
def test_a_thin_stroke_stays_thin():
    left, top, right, bottom = inked(glyph_png(encoded(drawn("一", size=600), "PNG"))).getbbox()
    assert right - left > 0.85 * SIDE and bottom - top < 0.15 * SIDE
    assert top + bottom == pytest.approx(SIDE, abs=6)


@pytest.mark.once
@hypothesis_settings(max_examples=15, deadline=None)
@given(wide=st.integers(20, 700), high=st.integers(20, 700), x=st.integers(0, 100), y=st.integers(0, 100))
def test_ink_lies_in_the_middle_wherever_it_stood_or_is_refused(wide, high, x, y):
    image = Image.new("L", (820, 820), 255)
    ImageDraw.Draw(image).rectangle((x, y, x + wide - 1, y + high - 1), fill=0, outline=0)
    ImageDraw.Draw(image).rectangle((x + wide // 6, y + high // 6, x + wide - wide // 6, y + high - high // 6), fill=255)
    try:
        left, top, right, bottom = inked(glyph_png(encoded(image, "PNG"))).getbbox()
    except DomainError:
        assert max(wide, high) < 210 or min(wide, high) / max(wide, high) < 0.1
        return
    assert left + right == pytest.approx(SIDE, abs=6) and top + bottom == pytest.approx(SIDE, abs=6)
    assert (right - left) / (bottom - top) == pytest.approx(wide / high, rel=0.15)


@pytest.mark.once
@pytest.mark.parametrize(
    ("character", "may"),
    [
        (RARE, True), (PRIVATE, True), ("\U000f0000", True), ("\U0003347b", True), ("王", True),
        ("\u2f08", False), ("\uf92c", False), ("\U000e0100", False), ("\ufe0f", False), ("\ufffd", False), ("\u200b", False),
        ("\n", False), ("\0", False), ("\u3000", False), ("\u0301", False), (chr(0xD800), False), ("", False), ("喆喆", False),
    ],
)  # fmt: skip
def test_which_characters_a_picture_may_stand_in_for(character, may):
    assert may_be_drawn(character) is may


# ---- Who supplies one ------------------------------------------------------------------------------------------------


def test_supplied_replaced_and_dropped_with_the_source_in_the_audit(cast):
    first = supply(cast)
    assert (first.character, first.note, first.added_by, first.added_at) == (RARE, NOTE, cast.staff, AT)
    again = supply(cast, content=encoded(drawn("龘"), "PNG"), note=" 派出所 ", actor=cast.admin)
    assert again.pk == first.pk and again.uid == first.uid and again.digest != first.digest
    assert (again.note, again.added_by) == ("派出所", cast.admin)
    drop_glyph(glyph=again, actor=cast.staff, at=AT)
    assert not GlyphImage.objects.exists()
    rows = AuditLog.objects.filter(action__endswith="_glyph").order_by("pk")
    assert [(row.action, row.county_code, row.detail["character"], row.detail["digest"]) for row in rows] == [
        ("add_glyph", "JLX", "U+2B740", first.digest), ("replace_glyph", "JLX", "U+2B740", again.digest),
        ("drop_glyph", "JLX", "U+2B740", again.digest),
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["clerk", "stranger", "auditor", "system", "head", "deputy", "officer"])
def test_only_the_countys_own_staff_supplies_and_drops(cast, who):
    glyph = supply(cast)
    with pytest.raises(NotAllowed):
        supply(cast, PRIVATE, actor=getattr(cast, who))
    with pytest.raises(NotAllowed):
        drop_glyph(glyph=glyph, actor=getattr(cast, who), at=AT)
    assert GlyphImage.objects.count() == 1


def test_everything_that_is_wrong_is_said_at_once(cast):
    with pytest.raises(DomainError) as refusal:
        supply(cast, "王", b"", note=" ")
    assert set(refusal.value.fields) == {"character", "note", "file"}
    assert "不用补图" in refusal.value.fields["character"]
    for character, words in (("\u2f08", "U+2F08"), ("\U000e0100", "U+E0100"), ("喆喆", "一次补一个字"), ("", "一次补一个字")):
        with pytest.raises(DomainError) as refusal:
            supply(cast, character)
        assert words in refusal.value.fields["character"]
    with pytest.raises(DomainError) as refusal:
        supply(cast, note="长" * 121)
    assert set(refusal.value.fields) == {"note"}
    assert not GlyphImage.objects.exists() and not AuditLog.objects.filter(action="add_glyph").exists()


# ---- Printing --------------------------------------------------------------------------------------------------------


def board(branch):
    return print_one(order=order_of(Product.BOARD, "A2"), place=branch, actor=None, at=AT)


@pytest.mark.usefixtures("media")
@pytest.mark.parametrize("character", [RARE, PRIVATE], ids=["beyond the basic plane", "private use"])
def test_a_picture_prints_the_board_that_was_refused(cast, character):
    rename(cast, f"李{character}兰")
    refused = board(cast.gt01)
    assert refused.state == "refused" and f"U+{ord(character):04X}" in refused.reasons[0]
    glyph = supply(cast, character)
    printed = board(cast.gt01)
    assert printed.state == "printed" and character in alternatives(printed.path.read_bytes())
    assert printed.edition.facts["glyphs"] == {character: glyph.digest}
    drop_glyph(glyph=glyph, actor=cast.staff, at=AT)
    assert board(cast.gt01).state == "refused"


@pytest.mark.usefixtures("media")
def test_a_picture_lets_no_other_character_through(cast):
    rename(cast, f"李{RARE}{PRIVATE}")
    supply(cast)
    refused = board(cast.gt01)
    assert refused.state == "refused"
    assert "U+E863" in refused.reasons[0] and "U+2B740" not in refused.reasons[0]
    foreign = rename(cast, f"王{RARE}\U000e0100", "GT02")
    assert "U+E0100" in board(cast.gt02).reasons[0] and foreign.name in board(cast.gt02).reasons[0]


@pytest.mark.usefixtures("media")
def test_a_replaced_picture_makes_exactly_the_boards_due_that_use_it(cast):
    rename(cast, f"李{RARE}")
    places = [cast.gt01, cast.gt02]
    supply(cast)
    for place in places:
        board(place)

    def states():
        return [row.state for row in standings(order_of(Product.BOARD, "A2"), places, AT)]

    supply(cast, PRIVATE)  # nobody's
    assert states() == ["current", "current"]
    supply(cast, content=encoded(drawn("龘"), "PNG"))
    assert states() == ["changed", "current"]


def test_a_picture_that_only_the_passing_list_of_receptions_needs_makes_no_board_due(cast):
    supply(cast)
    kind, facts = order_of(Product.BOARD, "A2").product, board_facts(cast.gt01, TODAY)
    size = kind.size_of("A2")
    guest = kind.for_size(replace(facts, upcoming=[(TODAY, [f"李{RARE}"])]), size)
    assert set(guest.glyphs) == {RARE} and kind.problems(guest, size) == []
    assert kind.said(guest, size)["glyphs"] == kind.said(kind.for_size(facts, size), size)["glyphs"] == {}


@pytest.mark.once
def test_a_picture_takes_the_room_of_a_character_and_the_colour_of_its_text(tmp_path):
    sheet = tmp_path / "sheet.typ"
    sheet.write_text(
        """#import "/print.typ": with-stand-ins
        #let data = json(bytes(sys.inputs.data))
        #set page(width: 60mm, height: 20mm, margin: 0mm, fill: red)
        #set text(font: json(bytes(sys.inputs.fonts)).sans, size: 20mm, top-edge: 0.88em, bottom-edge: -0.12em)
        #show: with-stand-ins
        #context {
          let (rare, usual) = (measure(data.rare), measure(data.usual))
          if rare != usual { panic("REFUSED\\n" + repr(rare) + repr(usual)) }
        }
        #text(fill: white, data.rare)"""
    )
    solid = encoded(Image.new("LA", (SIDE, SIDE), (0, 255)), "PNG")  # as large as a picture can be
    job = {"template": sheet, "data": {"rare": f"一{RARE}一", "usual": "一王一"}, "glyphs": {RARE: solid, PRIVATE: b"unused"}}
    picture = Image.open(BytesIO(render_png(**job, ppi=25.4))).convert("RGB")
    assert picture.size == (60, 20)
    assert {picture.getpixel(at) for at in ((22, 2), (38, 2), (22, 17), (38, 17))} == {(255, 255, 255)}
    assert {picture.getpixel(at) for at in ((10, 2), (50, 17))} == {(255, 65, 54)}  # beside it, above and below 一
    render_pdf(**job)  # the archival format takes the coloured picture, too


@pytest.mark.once
@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.typ")), ids=lambda path: path.name)
def test_every_template_lets_pictures_stand_in(path):
    code = path.read_text()
    by_itself = re.search(r"^#show: with-stand-ins$", code, re.MULTILINE)
    by_the_sheet = re.search(r"^#show: sheet\.with\(", code, re.MULTILINE)
    assert path.name == "print.typ" or by_itself or by_the_sheet


# ---- Papers ----------------------------------------------------------------------------------------------------------


def as_archive(cast, person, folder):
    return archive_file(archive_of(person, 2026), "pdf", AT)


def as_statement(cast, person, folder):
    return statement_pdf(statement_of(deputy=person, scheme=Scheme.objects.get(), at=AT))


def as_bundled_statement(cast, person, folder):
    ((name, content),) = render_statements(Scheme.objects.get(), [person.pk], at=AT)
    return content if name.endswith(".pdf") else b""


def as_publicity(cast, person, folder):
    return publicity_pdf(year_sheet(Scheme.objects.get(), AT))


def as_term_sheet(cast, person, folder):
    (sheet,) = sheets_of([person], county=cast.county, years=[2026])
    return sheet_pdf(sheet, title="第十七届", at=AT)


def as_attendance(cast, person, folder):
    files = make_report(read_month(place=cast.gt, month=date(2026, 3, 1), on=TODAY), folder)
    return files.paths[-1].read_bytes() if not files.problems else b""


def as_suggestion(cast, person, folder):
    CongressSession.objects.create(
        county=cast.county, term="第十七届", ordinal=12, starts_on=date(2026, 2, 20), ends_on=date(2026, 3, 5)
    )
    file_suggestion(
        deputy=person, title="关于修路的建议", text="请修路。", category="road", actor=cast.deputy, at=AT, cosigners=[]
    )  # fmt: skip
    return paper_file(Opinion.objects.get(), "form", "pdf", reply=None, at=AT)


@pytest.mark.usefixtures("media")
@pytest.mark.parametrize(
    "paper",
    [as_archive, as_statement, as_bundled_statement, as_publicity, as_term_sheet, as_attendance, as_suggestion],
)
def test_every_paper_with_a_name_prints_the_picture(cast, paper, tmp_path):
    person = rename(cast, f"李{RARE}")
    supply(cast)
    assert RARE in alternatives(paper(cast, person, tmp_path))


def test_a_paper_without_the_picture_is_refused_as_before(cast):
    with pytest.raises(PrintRefused, match="U\\+2B740"):
        as_archive(cast, rename(cast, f"李{RARE}"), None)


# ---- The page --------------------------------------------------------------------------------------------------------


def send(client, character: str = RARE, **changes):
    data = {"character": character, "note": NOTE, "file": SimpleUploadedFile("字.png", PICTURE)} | changes
    return client.post(reverse("glyphs"), data, follow=True)


def test_page_lists_who_needs_what_and_takes_the_picture(cast, signed_in):
    person = rename(cast, f"李{RARE}")
    edit_station(station=cast.gt02, address=f"{PRIVATE}庄村委会", actor=cast.admin)
    client = signed_in(cast.staff)
    page = client.get(reverse("glyphs")).content.decode()
    for words in ("2个字印不出来", "U+2B740", reverse("deputy", args=[person.code]), "U+E863", cast.gt02.full_name, "地址"):
        assert words in page, words
    answer = send(client)
    assert "的图收好了" in answer.content.decode()
    glyph = GlyphImage.objects.get()
    assert (glyph.added_by, glyph.note) == (cast.staff, NOTE)
    page = answer.content.decode()
    for words in ("1个字印不出来", NOTE, "县工作人员", reverse("glyph", args=[glyph.uid]), "换一张图", f"李{RARE}"):
        assert words in page, words


def test_a_picture_that_is_not_taken_says_why_and_the_source_stays(cast, signed_in):
    rename(cast, f"李{RARE}")
    client = signed_in(cast.staff)
    for changes, words in (
        ({"file": SimpleUploadedFile("字.png", b"no picture")}, pictures.NO_PICTURE), ({"file": ""}, "请选字的图"),
        ({"file": SimpleUploadedFile("字.png", b"x" * (glyph_pictures.MOST_BYTES + 1))}, glyph_pictures.TOO_LARGE),
    ):  # fmt: skip
        answer = send(client, note="派出所的证明", **changes)
        page = answer.content.decode()
        assert answer.status_code == 400 and words in page and 'value="派出所的证明"' in page and "重新选一次" in page
    answer = send(client, note="")
    assert answer.status_code == 400 and "从哪里来" in answer.content.decode()
    for character in ("王", "喆喆", "", "\u2f08", "\0"):
        answer = send(client, character)
        assert answer.status_code == 400, character
    assert not GlyphImage.objects.exists()


def test_what_is_typed_wrong_gets_no_form(cast, signed_in):
    rename(cast, "李\u2f08")
    page = signed_in(cast.staff).get(reverse("glyphs")).content.decode()
    assert "U+2F08" in page and "请在资料里改成平常的字" in page and 'type="file"' not in page


def test_auditors_look_on_and_all_others_stay_out(cast, signed_in):
    rename(cast, f"李{RARE}")
    rename(cast, f"王{PRIVATE}", "GT02")
    glyph = supply(cast, PRIVATE)
    image, drop = reverse("glyph", args=[glyph.uid]), reverse("glyph-drop", args=[glyph.uid])
    client = signed_in(cast.auditor)
    page = client.get(reverse("glyphs")).content.decode()
    assert "U+2B740" in page and NOTE in page and "<form method=\"post\" enctype" not in page and drop not in page
    assert client.get(image).status_code == 200
    assert [send(client).status_code, client.get(drop).status_code, client.post(drop).status_code] == [403] * 3
    assert client.post(reverse("glyphs"), {"character": RARE}).status_code == 403  # refused first, mended never
    for who in ("clerk", "stranger", "head", "deputy", "officer"):
        client = signed_in(getattr(cast, who))
        assert [client.get(reverse("glyphs")).status_code, send(client).status_code] == [403, 403], who
        assert [client.get(one).status_code for one in (image, drop)] == [404, 404], who
        assert client.post(drop).status_code == 404, who
    assert GlyphImage.objects.count() == 1


def test_staff_of_two_counties_choose_whose_characters(cast, signed_in):
    other = open_station(code="ZXX", name="邻县", parent=None, opened_on=OPENED, actor=None)
    appoint(user=cast.staff, role=Role.COUNTY_STAFF, station=other, started_on=OPENED, actor=None)
    rename(cast, f"李{RARE}")
    client, address = signed_in(cast.staff), reverse("glyphs")
    page = client.get(address).content.decode()
    assert "U+2B740" in page and f'href="{address}?county=ZXX"' in page and "看邻县的" in page
    theirs = client.get(address, {"county": "ZXX"}).content.decode()
    assert "U+2B740" not in theirs and f'href="{address}?county=JLX"' in theirs
    answer = send(client, county="ZXX")
    assert answer.redirect_chain == [(f"{address}?county=ZXX", 302)]
    glyph = GlyphImage.objects.get()
    assert glyph.county == other
    drop = reverse("glyph-drop", args=[glyph.uid])
    assert f'href="{address}?county=ZXX"' in client.get(drop).content.decode()
    assert client.post(drop).url == f"{address}?county=ZXX"
    for wrong in ("GT", "\0", "NONE"):
        assert client.get(address, {"county": wrong}).status_code == 404
        assert send(client, county=wrong).status_code == 404
    assert signed_in(cast.auditor).get(address, {"county": "ZXX"}).status_code == 404


def test_the_picture_is_handed_out_privately_and_asked_for_again(cast, signed_in):
    glyph = supply(cast)
    client = signed_in(cast.staff)
    answer = client.get(reverse("glyph", args=[glyph.uid]))
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/png", "private, no-cache")
    assert answer.content == glyph.image
    assert client.get(reverse("glyph", args=[glyph.uid]), headers={"If-None-Match": answer["ETag"]}).status_code == 304
    supply(cast, content=encoded(drawn("龘"), "PNG"))
    assert client.get(reverse("glyph", args=[glyph.uid]), headers={"If-None-Match": answer["ETag"]}).status_code == 200


def test_dropping_says_which_boards_will_be_refused(cast, signed_in):
    rename(cast, f"李{RARE}")
    glyph = supply(cast)
    client, address = signed_in(cast.staff), reverse("glyph-drop", args=[glyph.uid])
    page = client.get(address).content.decode()
    assert "1个分站的公示牌就印不了" in page and "GT01" in page and "GT02" not in page
    edit_station(station=cast.yt, address=f"{RARE}街1号", actor=cast.admin)
    page = client.get(address).content.decode()
    assert "2个分站" in page and "YT01" in page
    assert "图去掉了" in client.post(address, follow=True).content.decode()
    assert not GlyphImage.objects.exists() and client.post(address).status_code == 404


def test_page_costs_the_same_for_one_character_and_for_three(cast, signed_in, django_assert_num_queries):
    client = signed_in(cast.staff)
    for index, character in enumerate((RARE, PRIVATE, "\ue864"), start=1):
        make_deputy(cast, f"赵{character}", cast.gt01)
        make_deputy(cast, f"钱{chr(0xE900 + index)}", cast.yt01)
        supply(cast, character)
        if index in (1, 3):
            with django_assert_num_queries(QUERIES):
                assert client.get(reverse("glyphs")).content.decode().count("U+E90") >= index


def test_uses_name_the_fields_and_leave_out_who_no_longer_serves(cast, django_assert_num_queries):
    edit_deputy(deputy=cast.deputy_person, employer=f"{RARE}村", position=f"{RARE}长", actor=cast.admin)
    with django_assert_num_queries(2):
        uses = glyph_uses(cast.county, TODAY, [])
    assert uses.lacking == {RARE}
    assert [(use.owner, use.fields) for use in uses.of(RARE)] == [("李代表", ["单位", "职务"])]
    assert glyph_uses(cast.county, date(2019, 1, 1), []).lacking == set()
    assert glyph_uses(cast.county, TODAY, [RARE]).lacking == set()
