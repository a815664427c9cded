"""Sheets over a term: figures reckoned by hand for a small county, who sees them, page, PDF and workbook."""

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from activities.services import Matter, SundayRow, file_log, record_activity, record_service
from activities.states import ActivityKind, Presence, ServiceKind
from deputies.models import Deputy
from deputies.services import grant_mandate
from deputies.states import MandateLevel
from julu_liaison.common.models import AuditLog
from scoring.models import Appeal, PointEntry, YearClosing, YearResult
from scoring.reports.terms import COUNTS, sheets_of, terms_of_county, terms_of_deputy
from scoring.rules.wording import NOT_MEASURED
from scoring.services import open_scheme, rescore
from tests.cast import SUNDAY, make_deputy, moment
from tests.years import granted

AT = moment(date(2026, 6, 1))
YEARS = list(range(2020, 2027))


@pytest.fixture
def term(cast):
    """李代表: in 2025 (closed, second edition) 57 + 5; in 2026 a congress session and a reception missed."""
    person, head = cast.deputy_person, cast.head_person
    old = open_scheme(county=cast.county, year=2025, actor=cast.admin)
    closing = YearClosing.objects.create(
        scheme=old, publicity_from=date(2026, 2, 2), publicity_until=date(2026, 2, 6), published_by=cast.admin,
        published_at=AT, closed_by=cast.admin, closed_at=AT, digest="0" * 64,
    )  # fmt: skip
    figures = {"closing": closing, "deputy": person, "base": 60, "bonus": 5, "entries": 2, "made_at": AT}
    YearResult.objects.create(**figures, deductions=-5, total=60)
    appeal = Appeal(
        deputy=person, year=2025, kind="missing", text="漏记了", state="granted", due_on=date(2026, 5, 1),
        raised_by=cast.deputy, raised_at=AT, answer="已更正", answered_by=cast.admin, answered_at=AT,
    )  # fmt: skip
    appeal.put_at(cast.gt01)
    appeal.save()
    YearResult.objects.create(**figures, deductions=-3, total=62, edition=2, grade="良好", appeal=appeal)
    for kind, on, status in (
        (ActivityKind.CONGRESS, date(2026, 1, 20), Presence.ABSENT), (ActivityKind.STUDY, date(2026, 2, 3), Presence.LATE),
        (ActivityKind.MEETING, date(2025, 5, 6), Presence.PRESENT),
    ):  # fmt: skip
        record_activity(
            station=cast.county if kind == ActivityKind.CONGRESS else cast.gt, kind=kind, title="活动", held_on=on,
            attendance={person: status, head: Presence.PRESENT}, actor=cast.admin, at=AT,
        )  # fmt: skip
    matter = Matter(text="村口的路灯不亮", category="road", handling="opinion", deputy=person)
    row = SundayRow(branch=cast.gt01, attendance={person: Presence.PRESENT, head: Presence.ABSENT}, received=1, matters=[matter])
    file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT)
    record_service(
        deputies=[person], kind=ServiceKind.MEDIATION, date=date(2026, 4, 1), text="调解邻里纠纷", actor=cast.clerk, at=AT
    )
    rescore(county=cast.county, year=2026, at=AT)
    return cast


def numbers(line):
    return {name: line.counts[name] for name in COUNTS if line.counts[name]}


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).replace("\n", "").replace(" ", "")


def test_a_deputys_years_as_reckoned_by_hand(term):
    (sheet,) = sheets_of([term.deputy_person], county=term.county, years=YEARS)
    closed, running, early = sheet.of(2025), sheet.of(2026), sheet.of(2024)
    assert (closed.score.base_left, closed.score.bonus, closed.score.total, closed.grade) == (57, 5, 62, "良好")
    assert (closed.is_final, closed.edition) == (True, 2)
    assert numbers(closed) == {"asked": 1, "attended": 1}
    # −5 for the congress session, −1 for coming late; +1 for the opinion.
    assert (running.score.base_left, running.score.bonus, running.is_final) == (54, 1, False)
    assert numbers(running) == {"asked": 2, "attended": 1, "missed": 1, "served": 1, "opinions": 1, "services": 1}
    assert (early.score, numbers(early)) == (None, {})
    assert {name: sheet.sums[name] for name in ("asked", "attended", "missed")} == {"asked": 3, "attended": 2, "missed": 1}


def test_sessions_missed_are_those_of_the_statutory_warning(term):
    """One session of two half-days; what an appeal, a stand-in or a meeting that is not required takes away."""
    person, colleague = term.head_person, term.deputies["GT02"][0]
    days = [date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 20), date(2026, 4, 10), date(2026, 4, 20)]
    kinds = [{}, {"hours": "下午"}, {"required": False}, {}, {}]
    held = [
        record_activity(
            station=term.county, kind=ActivityKind.CONGRESS, title="人代会", held_on=on, actor=term.admin, at=AT,
            attendance={person: Presence.ABSENT, colleague: Presence.PRESENT}, **more,
        )
        for on, more in zip(days, kinds, strict=True)
    ]  # fmt: skip

    def missed() -> int:
        return sheets_of([person], county=term.county, years=YEARS)[0].of(2026).counts["missed"]

    assert missed() == 3
    held[3].attendance.filter(deputy=colleague).update(stands_in_for=person)
    assert missed() == 2
    rescore(county=term.county, year=2026, at=AT)
    entry = PointEntry.objects.get(deputy=person, fact_key__startswith=f"activity:{held[4].uid}")
    appeal = granted(term, entry)
    Appeal.objects.filter(pk=appeal.pk).update(deputy=person, cancels=True)
    assert missed() == 1


def test_years_without_mandate_or_branch_are_left_out_and_a_closed_year_gives_nobody_points(term):
    late = Deputy.objects.create(code="JLX-9001", county=term.county, name="新来的")
    grant_mandate(
        deputy=late, level=MandateLevel.COUNTY, term="第十七届", started_on=date(2026, 2, 1), actor=term.admin
    )
    newcomer, head = sheets_of([late, term.head_person], county=term.county, years=YEARS)[::-1]
    assert [line.year for line in newcomer.lines] == [2026]
    assert newcomer.lines[0].score.total == 60
    assert newcomer.place == "没有分到分站"
    assert head.of(2025).score is None  # closed without a result for them
    assert head.of(2026).score.total == 60


def test_terms_are_those_of_the_mandates(term):
    (own,) = terms_of_deputy(term.deputy_person)
    assert (own.label, own.key) == ("第十七届乡人大", "township:第十七届")
    assert own.years(date(2026, 6, 1)) == YEARS
    grant_mandate(
        deputy=term.deputy_person, level=MandateLevel.COUNTY, term="第十八届", started_on=date(2026, 5, 1), actor=term.admin
    )
    assert [one.key for one in terms_of_county(term.county)] == ["county:第十八届", "county:第十七届", "township:第十七届"]
    assert terms_of_deputy(term.deputy_person)[0].years(date(2026, 6, 1)) == [2026]


def test_who_reads_whose_sheet(term, signed_in):
    code = term.deputy_person.code
    addresses = [reverse("deputy-term", args=[code]), reverse("term-sheet-file", args=[code])]
    for name, status in (
        ("admin", 200), ("staff", 200), ("auditor", 200), ("clerk", 200), ("deputy", 200), ("head", 403),
        ("stranger", 404), ("officer", 404),
    ):  # fmt: skip
        client = signed_in(getattr(term, name))
        some = addresses if name in ("clerk", "deputy", "head", "stranger") else addresses[:1]  # papers take time
        assert {client.get(one).status_code for one in some} == {status}, name
        everybody = name in ("admin", "staff", "auditor", "clerk", "stranger")
        assert client.get(reverse("county-terms")).status_code == (200 if everybody else 403), name
        assert client.get(reverse("my-term")).status_code == (200 if name in ("deputy", "head") else 404), name
    client = signed_in(term.deputy)
    page = client.get(reverse("my-term")).content.decode()
    assert page.index("合计") < page.index("2026年") < page.index("2025年")
    assert "暂计" in page
    assert "已结账(第2版)" in page
    said = text_of(client.get(addresses[1]).getvalue())
    for words in ("李代表代表任期履职情况", "第十七届乡人大", "2025年", "良好", "暂计", "不会自动影响"):
        assert words in said
    for bad in ("?term=x", "?term=%00", "?term=county:第十七届"):
        assert [client.get(one + bad).status_code for one in addresses] == [404, 404]
    assert AuditLog.objects.filter(action="hand_out_term_sheets").count() == 3


def test_the_countys_page_a_station_at_a_time_and_a_clerk_only_the_own(term, signed_in):
    address, term_key = reverse("county-terms"), "township:第十七届"
    county = signed_in(term.staff)
    page = county.get(address, {"term": term_key, "station": "GT"}).content.decode()
    assert "王芳" in page.replace("\u3000", "")
    assert "马强" not in page.replace("\u3000", "")
    assert page.replace("\u3000", "").index("李代表") < page.replace("\u3000", "").index("王芳")
    assert "不是排名" in page
    assert "赵站长" in county.get(address).content.decode()  # the county's own term first
    stranger = signed_in(term.stranger)
    assert "马强" in stranger.get(address, {"term": term_key}).content.decode().replace("\u3000", "")
    assert stranger.get(address, {"station": "GT"}).status_code == 400
    for bad in (
        {"term": "x"}, {"term": "", "since": "abcd"}, {"term": "", "since": "2026", "until": "2025"},
        {"term": "", "since": "2000", "until": "2026"}, {"station": "\0"}, {"term": "", "since": "99999"},
    ):  # fmt: skip
        response = stranger.get(address, bad)
        assert (response.status_code, "还不能查看" in response.content.decode()) == (400, True), bad
    assert stranger.get(address, {"term": "", "since": "2025"}).status_code == 200


def test_the_workbook_has_everybody_in_official_order_and_says_what_is_provisional(term, signed_in):
    make_deputy(term, "=1+1", term.gt01)
    response = signed_in(term.staff).get(
        reverse("county-terms"), {"term": "", "since": "2025", "until": "2026", "station": "YT", "format": "xlsx"}
    )
    book = load_workbook(BytesIO(response.getvalue()))
    assert book.sheetnames == ["任期汇总", "逐年明细", "说明"]
    sheet = book["任期汇总"]
    titles = [cell.value for cell in sheet[2]]
    rows = [dict(zip(titles, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=3)]
    names = [row["姓名"] for row in rows]
    assert names[0] == "赵站长"
    assert (names.index("钱站长"), names.index("孙站长")) == (5, 7)
    mine = next(row for row in rows if row["姓名"] == "李代表")
    assert (mine["2025年总分"], mine["2026年总分"], mine["活动应到"]) == (62, "55(暂计)", 3)
    assert sheet.cell(names.index("=1+1") + 3, titles.index("姓名") + 1).data_type == "s"
    assert "不是排名" in sheet["A1"].value
    assert sheet["A1"].value.endswith(NOT_MEASURED)
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$2:$2")
    details = [row for row in book["逐年明细"].iter_rows(min_row=3, values_only=True) if row[2] == "李代表"]
    assert [(row[4], row[7], row[8], row[-1]) for row in details] == [
        (2025, 62, "良好", "已结账(第2版)"), (2026, 55, "", "暂计"),
    ]  # fmt: skip
    clerks = signed_in(term.stranger).get(reverse("county-terms"), {"term": "township:第十七届", "format": "xlsx"})
    found = load_workbook(BytesIO(clerks.getvalue()))["任期汇总"]
    assert [row[2] for row in found.iter_rows(min_row=3, values_only=True)] == ["马强"]


def test_sheets_cost_the_same_however_many_deputies_and_years(term, signed_in):
    counts = []
    everybody = Deputy.objects.order_by("pk")
    for people, years in ((everybody[:1], [2025, 2026]), (everybody[:3], YEARS), (everybody, YEARS)):
        with CaptureQueriesContext(connection) as queries:
            sheets_of(people, county=term.county, years=years)
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= 15
    client = signed_in(term.staff)
    pages = []
    for station in ("YT", "GT"):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("county-terms"), {"term": "township:第十七届", "station": station})
        pages.append(len(queries))
    assert pages[0] == pages[1] <= 26
