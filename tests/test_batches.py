"""Many places printed in one go: one PDF, an archive with a job ticket, what a killed run leaves behind."""

import os
import re
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from pypdf import PdfReader

from deputies.models import Edition
from deputies.posters import EditionResult, batches, kept_file, order_of, print_all
from deputies.posters.batches import Batch, print_batch, shop_name
from deputies.posters.job_tickets import JobTicket, TicketLine, ticket_pdf, ticket_workbook
from deputies.posters.sizes import PrintSize
from deputies.services import withdraw_consent
from deputies.states import Product
from deputies.tasks import print_editions
from julu_liaison.common.errors import Conflict
from julu_liaison.common.jobs import job_folder
from julu_liaison.common.models import Job
from julu_liaison.common.pdf import PrintRefused
from julu_liaison.common.whole_files import appearing
from stations.models import Station
from stations.services import edit_station
from tests.cast import agree, make_deputy, moment

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("media")]

TODAY = date(2026, 3, 4)
AT = moment(TODAY)
RARE = "孙\U0002b740兰"
A3 = PrintSize("A3", "A3 纸", 420, 297)


@pytest.fixture
def ordered(cast, monkeypatch):
    """Order boards of A3 of the places as county staff, have them made, return the job."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)

    def order(*places: Station, job: Job | None = None, **options) -> Job:
        job = job or Job.objects.create(kind="print_editions", title="公示牌", asked_by=cast.staff, created_at=AT)
        keys = [place.pk for place in places or (cast.gt01, cast.gt02, cast.yt01)]
        print_editions(job.pk, product="board", size="A3", place_ids=keys, **options)
        job.refresh_from_db()
        return job

    return order


def lines(job: Job, *, remarks: bool = False) -> list[tuple[str, str]]:
    found = [(line["state"], line["text"]) for line in job.lines]
    return [line for line in found if remarks == (line[0] == "remark")]


def archive_of(job: Job) -> ZipFile:
    return ZipFile(job_folder(job) / job.file)


def text_of(content) -> str:
    return re.sub(r"[\s\u2060]+", "", "".join(page.extract_text() for page in PdfReader(content).pages))


# ---- One PDF ----


def test_one_pdf_of_all_sheets_in_the_order_of_the_places_stays_archival(cast, ordered):
    edit_station(station=cast.gt02, name="第九分站", actor=cast.staff)
    job = ordered(cast.yt01, cast.gt01, cast.gt02, package="pdf")
    assert (job.state, job.done, job.total, job.file) == (Job.State.DONE, 3, 3, "公示牌-A3-2026-03-04.pdf")
    path = job_folder(job) / job.file
    pages = [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(path).pages]
    assert [re.search("阎疃镇|官亭镇", page)[0] for page in pages] == ["阎疃镇", "官亭镇", "官亭镇"]
    assert "第九分站" in pages[2]
    with pikepdf.open(path) as pdf:
        (intent,) = pdf.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1" and len(intent.DestOutputProfile.read_bytes()) > 100
        with pdf.open_metadata() as metadata:
            said = [metadata[key] for key in ("pdfaid:part", "pdfaid:conformance", "dc:title")]
        assert said == ["2", "B", "公示牌"]
        assert "/StructTreeRoot" not in pdf.Root  # the first board's structure says nothing of the others
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        assert len(fonts) >= 3 and all(_is_embedded_subset(font) for font in fonts)
    assert [file.name for file in job_folder(job).iterdir()] == [job.file]


def _is_embedded_subset(font) -> bool:
    (inner,) = font.DescendantFonts
    embedded = {"/FontFile2", "/FontFile3"} & set(inner.FontDescriptor.keys())
    return bool(embedded) and re.match(r"/[A-Z]{6}\+", str(inner.FontDescriptor.FontName)) is not None


def test_one_place_as_pdf_is_the_kept_file_itself(cast, ordered):
    job = ordered(cast.gt01, package="pdf")
    kept = Path(cast.gt01.editions.get().file)
    assert job.file == "GT01-A3.pdf"
    assert (job_folder(job) / job.file).read_bytes() == (job_folder(job).parents[1] / kept).read_bytes()


# ---- The archive for the print shop ----


def test_archive_has_folders_by_township_names_that_speak_and_a_ticket(cast, ordered):
    make_deputy(cast, RARE, cast.gt02)
    job = ordered(copies=2)
    with archive_of(job) as archive:
        assert archive.namelist() == [
            "印制单.xlsx", "印制单.pdf", "官亭镇/GT01-第一分站-公示牌-A3-第1版.pdf",
            "阎疃镇/YT01-第一分站-公示牌-A3-第1版.pdf",
        ]  # fmt: skip
        assert {entry.compress_type for entry in archive.infolist()} == {ZIP_STORED}  # it is all packed already
        assert archive.testzip() is None
        book = load_workbook(BytesIO(archive.read("印制单.xlsx")))
        paper = text_of(BytesIO(archive.read("印制单.pdf")))
    assert [sheet.title for sheet in book] == ["印制单", "没有印的"]
    first = [[cell.value for cell in row] for row in book["印制单"].rows]
    assert first[1][0] == "下单:县工作人员  日期:2026年3月4日"
    assert first[2][0] == "A3 纸,裁切后420×297毫米;文件就是成品尺寸,没有出血,没有裁切线;按1:1印,不要缩放"
    assert first[4] == [
        1, "官亭镇人大代表联络站第一分站", "官亭镇/GT01-第一分站-公示牌-A3-第1版.pdf", "第1版", "420×297", 1, 2, "=F5*G5",
        "安家庄村委会", "0319-0000004",
    ]  # fmt: skip
    assert first[5][8:] == ["没有登记地址", "0319-0000000"]
    assert "孙" in book["没有印的"]["C5"].value and "U+2B740" in book["没有印的"]["C5"].value
    assert "420×297毫米:2个文件,2块,每块2份,合计4份" in paper and "安家庄村委会" in paper
    assert "没有印的" in paper and "U+2B740" in paper and "〓" in paper  # told in a sheet that has no such glyph
    assert [state for state, _text in lines(job)] == ["done", "refused", "done"]


def test_one_place_as_archive_has_its_ticket_too(cast, ordered):
    job = ordered(cast.gt01)
    with archive_of(job) as archive:
        assert archive.namelist()[:2] == ["印制单.xlsx", "印制单.pdf"] and len(archive.namelist()) == 3


def test_files_with_marks_are_of_the_same_editions_and_larger_by_bleed(cast, ordered):
    job = ordered(cast.gt01, cast.gt02, with_marks=True)
    with archive_of(job) as archive:
        pdfs = [BytesIO(archive.read(name)) for name in archive.namelist() if name.startswith("官亭镇/")]
        said = load_workbook(BytesIO(archive.read("印制单.xlsx")))["印制单"]["A3"].value
    assert len(pdfs) == 2 and "四边各含3毫米出血,有裁切线" in said
    for content in pdfs:
        with pikepdf.open(content) as pdf:
            (page,) = pdf.pages
            trim, bleed = ([float(side) for side in box] for box in (page.trimbox, page.bleedbox))
        assert [round((trim[end] - trim[start]) / 72 * 25.4) for start, end in ((0, 2), (1, 3))] == [420, 297]
        assert [round((bleed[end] - bleed[start]) / 72 * 25.4) for start, end in ((0, 2), (1, 3))] == [426, 303]
    assert list(Edition.objects.values_list("number", flat=True)) == [1, 1]
    bound = ordered(cast.gt01, cast.gt02, with_marks=True, package="pdf")
    with pikepdf.open(job_folder(bound) / bound.file) as pdf:
        assert len(pdf.pages) == 2 and all(page.trimbox != page.mediabox for page in pdf.pages)


def test_a_sheet_that_cannot_be_drawn_with_marks_is_told_and_the_rest_goes_on(cast, ordered, monkeypatch):
    draw = batches.rendition_of

    def changing(order, edition, rendition, at):
        if edition.place_id == cast.gt01.pk:
            raise Conflict("内容已经变了,请先印新的一版。")
        return draw(order, edition, rendition, at)

    monkeypatch.setattr(batches, "rendition_of", changing)
    job = ordered(cast.gt01, cast.gt02, with_marks=True)
    assert lines(job) == [
        ("refused", "官亭镇人大代表联络站第一分站:内容已经变了,请先印新的一版。"),
        ("done", "官亭镇人大代表联络站第二分站:做好了"),
    ]
    with archive_of(job) as archive:
        assert len(archive.namelist()) == 3


@pytest.mark.parametrize("package", ["zip", "pdf"])
def test_a_consent_withdrawn_while_others_are_printed_keeps_the_sheet_back(cast, ordered, monkeypatch, package):
    agree(cast, cast.deputy_person, "phone")

    def withdrawn_after_the_first(batch, places):
        for result in print_batch(batch, places):
            yield result
            if result.place == cast.gt01:
                withdraw_consent(deputy=cast.deputy_person, subject="phone", actor=cast.clerk, reason="本人要求", at=AT)

    monkeypatch.setattr("deputies.tasks.print_batch", withdrawn_after_the_first)
    job = ordered(package=package)
    assert [state for state, _text in lines(job)] == ["done", "done", "refused"]
    sentence = lines(job)[2][1]
    assert sentence.startswith("官亭镇人大代表联络站第一分站:印好以后内容又变了") and "李代表" in sentence
    if package == "pdf":
        assert len(PdfReader(job_folder(job) / job.file).pages) == 2
        assert cast.deputy_person.phone not in text_of(job_folder(job) / job.file)
        return
    with archive_of(job) as archive:
        assert [name[:7] for name in archive.namelist() if "/" in name] == ["官亭镇/GT0", "阎疃镇/YT0"]
        assert "官亭镇/GT02-第二分站-公示牌-A3-第1版.pdf" in archive.namelist()
        refused = load_workbook(BytesIO(archive.read("印制单.xlsx")))["没有印的"]
    assert "第一分站" in refused["B5"].value and "又变了" in refused["C5"].value


def test_remarks_are_told_beside_what_was_printed(cast, ordered, monkeypatch):
    monkeypatch.setattr("deputies.posters.boards.Board.remarks", lambda board, facts, size: ["字小,请走近看"])
    job = ordered(cast.gt01)
    assert lines(job) == [("done", "官亭镇人大代表联络站第一分站:做好了")]
    assert lines(job, remarks=True) == [("remark", "官亭镇人大代表联络站第一分站:字小,请走近看")]


def test_a_ticket_whose_pdf_fails_keeps_nobody_from_the_boards(cast, ordered, monkeypatch):
    def refuse(ticket):
        raise PrintRefused(["“文件”这一栏里有太长的字串"])

    monkeypatch.setattr(batches, "ticket_pdf", refuse)
    job = ordered(cast.gt01)
    assert ("refused", "印制单.pdf没有印成:“文件”这一栏里有太长的字串") in lines(job)
    with archive_of(job) as archive:
        assert archive.namelist() == ["印制单.xlsx", "官亭镇/GT01-第一分站-公示牌-A3-第1版.pdf"]


def test_names_typed_by_people_stay_in_their_folder(cast):
    cast.gt.name, cast.gt01.name = "../官亭/镇", "第一\\分站:*?"
    cast.gt01.parent = cast.gt
    result = EditionResult(cast.gt01, "printed", Path("x.pdf"), Edition(number=3, place=cast.gt01))
    name = shop_name(order_of(Product.BOARD, "A3"), result)
    assert re.fullmatch(r"[\w-]+/[\w-]+\.pdf", name)


# ---- After a kill ----


def test_what_a_killed_run_has_printed_is_found_and_not_printed_again(cast, ordered):
    list(print_all(order=order_of(Product.BOARD, "A3"), places=[cast.yt01], actor=cast.staff, at=AT - timedelta(days=9)))
    job = Job.objects.create(kind="print_editions", title="公示牌", asked_by=cast.staff, created_at=AT)
    order = order_of(Product.BOARD, "A3")
    killed = print_batch(Batch(order, actor=cast.staff, at=AT), [cast.gt01, cast.gt02])
    first = next(killed)
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, done=1, total=3, lines=[{"state": "done", "text": "一"}])
    job = ordered(cast.gt01, cast.gt02, cast.yt01, job=job)
    assert (job.state, job.done, job.total) == (Job.State.DONE, 3, 3)
    assert lines(job) == [
        ("done", "官亭镇人大代表联络站第一分站:做好了"),  # for this very job, before the kill
        ("done", "官亭镇人大代表联络站第二分站:做好了"),
        ("unchanged", "阎疃镇人大代表联络站第一分站:内容没有变,用原来的文件"),
    ]
    assert Edition.objects.filter(place=cast.gt01).get() == first.edition
    assert Edition.objects.count() == 3


def test_half_written_files_of_killed_runs_are_cleared_and_those_of_living_ones_left(cast, media):
    order = order_of(Product.BOARD, "A3")
    (first,) = print_batch(Batch(order, actor=cast.staff, at=AT), [cast.gt01])
    for name, age in ((".A3-002.pdf.x1", timedelta(hours=2)), (".A3-002.pdf.x2", timedelta(minutes=1))):
        half = first.path.with_name(name)
        half.write_bytes(b"%PDF-")
        stamp = (AT - age).timestamp()
        os.utime(half, (stamp, stamp))
    list(print_batch(Batch(order, actor=cast.staff, at=AT), [cast.gt01]))
    assert sorted(path.name for path in first.path.parent.iterdir()) == [".A3-002.pdf.x2", first.path.name]


def test_prints_that_a_killed_run_never_recorded_are_cleared_with_the_next_one(cast, media):
    batch = Batch(order_of(Product.BOARD, "A3"), cast.staff, AT, with_marks=True)
    (first,) = print_batch(batch, [cast.gt01])
    folder = kept_file(first.edition).parent
    lost, living = folder / "A3-002-lost.pdf", folder / "A3-002-living.pdf"
    for path, age in ((lost, timedelta(hours=2)), (living, timedelta(0)), (first.path, timedelta(hours=2))):
        path.write_bytes(path.read_bytes() if path.is_file() else b"%PDF-")
        stamp = (AT - age).timestamp()
        os.utime(path, (stamp, stamp))
    edit_station(station=cast.gt01, address="村委会二楼", actor=cast.admin)
    (second,) = print_batch(batch, [cast.gt01])
    assert second.state == "printed" and not lost.exists()
    assert all(path.is_file() for path in (living, first.path, second.path, kept_file(first.edition)))


def test_a_file_that_fails_half_way_leaves_what_was_there(tmp_path):
    target = tmp_path / "all.zip"
    target.write_bytes(b"old")

    def fails():
        with appearing(target) as unfinished:
            unfinished.write_bytes(b"half")
            assert target.read_bytes() == b"old" and unfinished.name.startswith(".")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert [path.name for path in tmp_path.iterdir()] == ["all.zip"] and target.read_bytes() == b"old"


# ---- The ticket's sums ----


def a_ticket(sheets: list[int], copies: int = 1, **changes) -> JobTicket:
    ticket = JobTicket(
        product="公示牌", size=A3, ordered_by="县工作人员", at=AT, with_marks=False, copies=copies, refused=[],
        lines=[
            TicketLine(f"第{number}分站", f"官亭镇/{number}.pdf", "第1版", count, "村委会", "0319-0000004")
            for number, count in enumerate(sheets)
        ],
    )  # fmt: skip
    return replace(ticket, **changes)


def computed(sheet, formula: str) -> float:
    """What a formula of the ticket comes to, from the cells themselves."""

    def cells(name: str) -> list:
        left, top, right, bottom = range_boundaries(name)
        found = [sheet.cell(row, column).value for row in range(top, bottom + 1) for column in range(left, right + 1)]
        return [computed(sheet, one) if str(one).startswith("=") else one for one in found]

    if match := re.fullmatch(r"=(\w+)\*(\w+)", formula):
        return cells(match[1])[0] * cells(match[2])[0]
    name, arguments = re.fullmatch(r"=(\w+)\((.+)\)", formula).groups()
    parts = [cells(part) for part in arguments.split(",")]
    if name == "COUNTA":
        return len(parts[0])
    if name == "SUM":
        return sum(parts[0])
    keys, (wanted,) = parts[:2]
    chosen = [index for index, key in enumerate(keys) if key == wanted]
    return len(chosen) if name == "COUNTIF" else sum(parts[2][index] for index in chosen)


@given(sheets=st.lists(st.integers(1, 3), min_size=1, max_size=80), copies=st.integers(1, 5))
@settings(max_examples=8, deadline=None)
def test_every_formula_of_the_ticket_comes_to_what_is_shown(sheets, copies):
    content = ticket_workbook(a_ticket(sheets, copies))
    formulas = load_workbook(BytesIO(content)).active
    shown = load_workbook(BytesIO(content), data_only=True).active
    found = [cell for row in formulas.rows for cell in row if str(cell.value).startswith("=")]
    assert len(found) == len(sheets) + 6
    for cell in found:
        assert computed(formulas, cell.value) == shown[cell.coordinate].value, cell.coordinate
    last = [cell.value for cell in list(shown.rows)[len(sheets) + 4]]
    assert (last[2], last[5], last[7]) == (len(sheets), sum(sheets), sum(sheets) * copies)
    assert formulas.cell(len(sheets) + 5, 3).number_format == '0"个文件"'  # as the paper says it


def test_what_looks_like_a_formula_stays_text_in_the_ticket():
    ticket = a_ticket([1], refused=[("=cmd()", "+1")])
    ticket = replace(ticket, lines=[replace(ticket.lines[0], address="=HYPERLINK(1)")])
    book = load_workbook(BytesIO(ticket_workbook(ticket)))
    assert book["印制单"]["I5"].data_type == book["没有印的"]["B5"].data_type == "s"


def test_the_paper_ticket_has_every_row_of_a_county():
    ticket = a_ticket([1] * 72, with_marks=True, size=PrintSize("2400x1200", "240×120厘米", 2400, 1200), period="2026-03")
    paper = text_of(BytesIO(ticket_pdf(ticket)))
    assert all(f"官亭镇/{number}.pdf" in paper for number in range(72))
    assert "四边各含10毫米出血" in paper and "月份:2026年3月" in paper and "72个文件,72块,每块1份,合计72份" in paper
