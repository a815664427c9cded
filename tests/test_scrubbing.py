"""Macros, scripts and links followed on opening: taken out of uploads or refused with a sentence; the files stay whole."""

import shutil
import subprocess
from io import BytesIO
from zipfile import ZipFile

import pikepdf
import pytest
from docx import Document
from openpyxl import load_workbook
from pikepdf import Array, Dictionary, Name, String

from activities.rules.attachments import kept_file
from julu_liaison.common.errors import DomainError
from julu_liaison.common.scrubbing import compounds, packages, papers, refusals
from tests.office_files import (
    MACROS,
    OLD_TABLE,
    OLD_TEXT,
    PDF,
    TEXT,
    compound_named,
    pdf_file,
    table_file,
    table_with_macro_sheet,
    text_file,
    with_macros,
    with_parts,
    with_relation,
)

pytestmark = pytest.mark.once


def script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def launch() -> Dictionary:
    return Dictionary(S=Name.Launch, F=String("cmd.exe"))


def names_in(content: bytes) -> set[str]:
    with ZipFile(BytesIO(content)) as package:
        return set(package.namelist())


def part(content: bytes, name: str) -> str:
    with ZipFile(BytesIO(content)) as package:
        return package.read(name).decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("答复.docx", text_file()), ("名单.xlsx", table_file()), ("答复.doc", OLD_TEXT), ("名单.xls", OLD_TABLE), ("答复.wps", OLD_TEXT),
        ("名单.et", OLD_TABLE), ("答复.pdf", PDF),
    ],
)  # fmt: skip
def test_what_is_quiet_stays_to_the_byte(name, content):
    """An electronic seal does not outlive a rewritten file."""
    kept = kept_file(name, content)
    assert (kept.name, kept.content) == (name, content)


# --- The newer Office ---


@pytest.mark.parametrize("name", ["答复.docm", "答复.docx"])
def test_macros_of_a_text_go_and_it_opens(name):
    kept = kept_file(name, with_macros(text_file(), "word"))
    assert (kept.name, kept.suffix) == ("答复.docx", ".docx")
    assert "word/vbaProject.bin" in names_in(with_macros(text_file(), "word")) and not any("vba" in one for one in names_in(kept.content))
    for entries in ("[Content_Types].xml", "word/_rels/document.xml.rels"):
        assert "vba" not in part(kept.content, entries).lower() and "macro" not in part(kept.content, entries).lower()
    assert Document(BytesIO(kept.content)).paragraphs[0].text == TEXT
    assert kept_file("again.docx", kept.content).content == kept.content


@pytest.mark.parametrize("name", ["名单.xlsm", "名单.xlsx"])
def test_macros_of_a_workbook_go_and_it_opens(name):
    kept = kept_file(name, with_macros(table_file(), "xl"))
    assert kept.name == "名单.xlsx" and not any("vba" in one for one in names_in(kept.content))
    book = load_workbook(BytesIO(kept.content))
    assert [cell.value for cell in book.active[1]] == ["安家庄村", 120]


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("attachedTemplate", "http://evil.example/a.dotm"), ("attachedTemplate", "file:///C:/Users/a/Normal.dotm"),
        ("image", "http://evil.example/seen.png"), ("oleObject", "http://evil.example/a.sct"),
        ("frame", "\\\\evil.example\\share\\a"), ("hyperlink", "file://evil.example/a.exe"), ("hyperlink", "javascript:alert(1)"),
    ],
)  # fmt: skip
def test_links_followed_on_opening_lead_nowhere(kind, target):
    kept = kept_file("答复.docx", with_relation(text_file(), "word/document", kind, target, external=True))
    relations = part(kept.content, "word/_rels/document.xml.rels")
    assert "evil" not in relations and "Normal" not in relations and "javascript" not in relations and 'Target="NULL"' in relations
    assert Document(BytesIO(kept.content)).paragraphs[0].text == TEXT


@pytest.mark.parametrize("target", ["https://flk.npc.gov.cn/", "mailto:a@b.cn", "#p2"])
def test_links_that_one_clicks_stay(target):
    content = with_relation(text_file(), "word/document", "hyperlink", target, external=True)
    assert kept_file("答复.docx", content).content == content


def field(words: str) -> bytes:
    body = f"<w:p><w:r>{words}</w:r></w:p></w:body>"
    return with_parts(text_file(), {}, {"word/document.xml": lambda text: text.replace("</w:body>", body)})


MARK = '<w:fldChar w:fldCharType="end"/>'
PAGE = "<w:instrText>PAGE</w:instrText>"  # a field before: its words are not those of the next
OTHER_NAME = {"word/data.dat": MACROS}
UTF_16 = '<?xml version="1.0" encoding="UTF-16"?><w:p xmlns:w="x"><w:instrText>DDE cmd</w:instrText></w:p>'.encode("utf-16")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (with_parts(text_file(), OTHER_NAME), refusals.OLD_MACROS),
        (with_parts(text_file(), {"word/embeddings/oleObject1.bin": compound_named("\x01Ole10Native")}), refusals.PROGRAM_INSIDE),
        (with_parts(text_file(), {"word/embeddings/oleObject1.bin": compound_named("Equation Native")}), refusals.PROGRAM_INSIDE),
        (with_parts(text_file(), {"word/media/image1.png": b"MZ\x90"}), refusals.PROGRAM_INSIDE),
        (with_relation(text_file(), "word/document", "control", "activeX/activeX1.xml"), refusals.PROGRAM_INSIDE),
        (with_relation(text_file(), "word/document", "aFChunk", "chunk.rtf"), refusals.PROGRAM_INSIDE),
        (field("<w:instrText>DDEAUTO c:\\\\windows\\\\cmd.exe</w:instrText>"), refusals.FETCHES),
        (field("<w:instrText>D</w:instrText></w:r><w:r><w:instrText>DE excel</w:instrText>"), refusals.FETCHES),
        (field('<w:fldSimple w:instr=" dde cmd "/>'), refusals.FETCHES),
        (field(f"{PAGE}{MARK}<w:instrText>DDEAUTO c:\\\\cmd.exe</w:instrText>"), refusals.FETCHES),
        (with_parts(text_file(), {"word/notes.txt": UTF_16}), refusals.FETCHES),
        (with_parts(text_file(), {"word/notes.txt": "\n  <w:p xmlns:w='x'><w:instrText>DDE cmd</w:instrText></w:p>"}), refusals.FETCHES),
        (with_parts(text_file(), {"_rels/x.xml.rels": "<!DOCTYPE a><a/>"}), refusals.NOT_READABLE),
    ],
)  # fmt: skip
def test_a_text_with_what_cannot_be_taken_out_is_refused(content, sentence):
    with pytest.raises(DomainError) as refused:
        kept_file("答复.docx", content)
    assert refused.value.message == sentence


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (with_relation(table_file(), "xl/workbook", "xlMacrosheet", "macrosheets/sheet1.xml"), refusals.OLD_SHEETS),
        (with_parts(table_file(), {"xl/externalLinks/externalLink1.xml": "<externalLink><ddeLink/></externalLink>"}), refusals.FETCHES),
        (with_parts(table_file(), {"xl/connections.xml": "<connections><dbPr/></connections>"}), refusals.FETCHES),
        (with_parts(table_file(), {"xl/worksheets/sheet2.xml": "<broken"}), refusals.NOT_READABLE),
    ],
)  # fmt: skip
def test_a_workbook_with_what_cannot_be_taken_out_is_refused(content, sentence):
    with pytest.raises(DomainError) as refused:
        kept_file("名单.xlsx", content)
    assert refused.value.message == sentence


def test_a_workbook_behind_a_chart_is_looked_through_as_well():
    inner = with_macros(table_file(), "xl")
    kept = kept_file("答复.docx", with_parts(text_file(), {"word/embeddings/Microsoft_Excel_Sheet1.xlsx": inner}))
    with ZipFile(BytesIO(kept.content)) as package:
        assert not any("vba" in name for name in names_in(package.read("word/embeddings/Microsoft_Excel_Sheet1.xlsx")))
    deep = text_file()
    for _time in range(4):
        deep = with_parts(text_file(), {"word/embeddings/a.docx": deep})
    with pytest.raises(DomainError, match="嵌着"):
        kept_file("答复.docx", deep)


def test_packages_inside_share_the_room_of_the_file(monkeypatch):
    """Each is small; all of them together are not."""
    monkeypatch.setattr(packages, "MOST_UNPACKED", 4 * 1024 * 1024)
    inside = with_parts(text_file(), {"word/media/image1.bmp": b"\0" * (1536 * 1024)})
    names = ("a", "b", "c")
    kept_file("答复.docx", with_parts(text_file(), {"word/embeddings/a.docx": inside}))
    with pytest.raises(DomainError, match="太大"):
        kept_file("答复.docx", with_parts(text_file(), {f"word/embeddings/{name}.docx": inside for name in names}))


def test_a_workbook_of_endless_records_is_not_read_to_the_end(monkeypatch):
    monkeypatch.setattr(compounds, "MOST_RECORDS", 3)
    with pytest.raises(DomainError, match="已经损坏"):
        kept_file("名单.xls", OLD_TABLE)


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(packages, "MOST_OF_ONE", 1024 * 1024)
    bomb = with_parts(text_file(), {"word/media/image1.bmp": b"\0" * (2 * 1024 * 1024)})
    monkeypatch.setattr(ZipFile, "read", lambda *_args: pytest.fail("it was unpacked"))
    with pytest.raises(DomainError, match="太大"):
        kept_file("答复.docx", bomb)


# --- The old Office ---


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("答复.doc", compound_named("Macros"), refusals.OLD_MACROS),
        ("答复.wps", compound_named("_VBA_PROJECT"), refusals.OLD_MACROS),
        ("答复.doc", compound_named("\x01Ole10Native"), refusals.PROGRAM_INSIDE),
        ("答复.doc", compound_named("EncryptedPackage"), refusals.LOCKED),
        ("名单.xls", table_with_macro_sheet(), refusals.OLD_SHEETS),
        ("答复.doc", OLD_TEXT[:600], refusals.NOT_READABLE),
    ],
)
def test_an_old_file_with_macros_is_refused_with_what_to_do(name, content, sentence):
    with pytest.raises(DomainError) as refused:
        kept_file(name, content)
    assert refused.value.message == sentence


# --- PDF ---


def script_on_opening(pdf):
    pdf.Root.OpenAction = script()


def launch_by_a_link(pdf):
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=pdf.make_indirect(launch()))
    pdf.pages[0].Annots = Array([pdf.make_indirect(link)])


def script_of_a_page(pdf):
    pdf.pages[0].AA = Dictionary(O=script())


def script_by_name(pdf):
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=[String("a"), pdf.make_indirect(script())]))


def script_after_a_jump(pdf):
    pdf.Root.OpenAction = Dictionary(S=Name.GoTo, D=[pdf.pages[0].obj, Name.Fit], Next=[script(), launch()])


def file_inside(pdf):
    pdf.attachments["a.exe"] = b"MZ program"


def file_on_a_page(pdf):
    file_inside(pdf)
    pin = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=[0, 0, 9, 9], FS=pdf.attachments["a.exe"].obj)
    pdf.pages[0].Annots = Array([pin])
    del pdf.Root.Names


def form_with_scripts(pdf):
    pdf.Root.AcroForm = Dictionary(Fields=[], XFA=String("<xdp/>"))


def site_on_opening(pdf):
    pdf.Root.OpenAction = Dictionary(S=Name.URI, URI=String("http://evil.example/"))


ACTIVE = (
    script_on_opening, launch_by_a_link, script_of_a_page, script_by_name, script_after_a_jump, file_inside, file_on_a_page,
    form_with_scripts, site_on_opening,
)  # fmt: skip
TRACES = (b"app.alert", b"JavaScript", b"cmd.exe", b"Launch", b"MZ program", b"XFA", b"evil", b"FileAttachment", b"EmbeddedFile")


def unpacked(content: bytes) -> bytes:
    target = BytesIO()
    with pikepdf.open(BytesIO(content)) as pdf:
        pdf.save(target, stream_decode_level=pikepdf.StreamDecodeLevel.all, compress_streams=False,
                 object_stream_mode=pikepdf.ObjectStreamMode.disable)  # fmt: skip
    return target.getvalue()


@pytest.mark.parametrize("act", ACTIVE)
@pytest.mark.parametrize("packed", [pikepdf.ObjectStreamMode.disable, pikepdf.ObjectStreamMode.generate])
def test_a_pdf_loses_what_acts_and_opens(act, packed):
    content = pdf_file(act, object_stream_mode=packed)
    assert any(trace in unpacked(content) for trace in TRACES)
    kept = kept_file("通知.pdf", content).content
    assert [trace for trace in TRACES if trace in unpacked(kept)] == []
    with pikepdf.open(BytesIO(kept)) as pdf:
        assert len(pdf.pages) == 1 and not pdf.check_pdf_syntax()


def jump_and_link(pdf):
    pdf.Root.OpenAction = Array([pdf.pages[0].obj, Name.Fit])
    site = Dictionary(S=Name.URI, URI=String("https://flk.npc.gov.cn/"))
    pdf.pages[0].Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=site)])


def test_a_pdf_that_only_turns_to_a_page_or_links_stays():
    content = pdf_file(jump_and_link)
    assert kept_file("通知.pdf", content).content == content


def sealed(pdf):
    pdf.Root.AcroForm = Dictionary(SigFlags=3, Fields=[Dictionary(FT=Name.Sig, V=Dictionary(Type=Name.Sig, ByteRange=[0, 1, 2, 3]))])


def test_a_sealed_pdf_stays_to_the_byte_or_is_refused():
    quiet = pdf_file(sealed)
    assert kept_file("通知.pdf", quiet).content == quiet

    def both(pdf):
        sealed(pdf)
        script_on_opening(pdf)

    with pytest.raises(DomainError, match="电子签章"):
        kept_file("通知.pdf", pdf_file(both))


def test_a_pdf_that_needs_a_password_or_is_broken_is_refused():
    locked = pdf_file(encryption=pikepdf.Encryption(user="secret", owner="secret"))
    for content, sentence in ((locked, refusals.LOCKED), (b"%PDF-1.7 letter", refusals.NOT_READABLE), (PDF[:200], refusals.NOT_READABLE)):
        with pytest.raises(DomainError) as refused:
            kept_file("通知.pdf", content)
        assert refused.value.message == sentence


def test_a_pdf_that_only_forbids_printing_is_taken():
    content = pdf_file(encryption=pikepdf.Encryption(user="", owner="secret"))
    assert kept_file("通知.pdf", content).content == content


def test_the_pdf_library_unpacks_no_more_than_it_may():
    assert papers.qpdf.get_qpdf_limits()["flate_max_memory"] == 256 * 1024 * 1024


# --- Another program opens them ---


@pytest.mark.skipif(not shutil.which("soffice"), reason="an office program to try is on few machines; the readers above are ours")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docm", with_macros(text_file(), "word")), ("b.xlsm", with_macros(table_file(), "xl")),
        ("c.docx", with_relation(text_file(), "word/document", "attachedTemplate", "http://evil.example/a.dotm", external=True)),
    ],
)  # fmt: skip
def test_an_office_program_opens_what_was_scrubbed(tmp_path, name, content):
    kept = kept_file(name, content)
    source, made = tmp_path / f"kept{kept.suffix}", tmp_path / "kept.txt"
    source.write_bytes(kept.content)
    kind = "txt:Text (encoded):UTF8" if kept.suffix == ".docx" else "txt:Text - txt - csv (StarCalc):44,34,76"
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    call = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(tmp_path), str(source)]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - our own words
    assert made.is_file(), done.stderr
    assert (TEXT if kept.suffix == ".docx" else "安家庄村,120") in made.read_text("utf-8-sig")
