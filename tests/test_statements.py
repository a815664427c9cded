"""Statements of points: what a quarter says and keeps, who is told, what is new in it, who sees it, and the paper."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from activities.services import record_activity, record_attendance
from activities.states import ActivityKind, Presence
from deputies.models import Deputy
from deputies.services import grant_mandate, link_account
from deputies.states import MandateLevel
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from scoring.models import PointEntry, QuarterStatement, Scheme, YearClosing
from scoring.posters.statements import render_statements, statement_pdf
from scoring.rules.quarters import Quarter, ended_quarters
from scoring.services import open_scheme, rescore
from scoring.services.statements import cut_of, issue_missing, issue_statements, statement_of
from scoring.tasks.statements import issue_quarter
from tests.cast import account, make_deputy, moment

MARCH, APRIL, JULY = date(2026, 3, 4), date(2026, 4, 2), date(2026, 7, 2)


@pytest.fixture
def missed(cast):
    """A meeting of March that 李代表 missed, known in March; corrected in June."""
    meeting = record_activity(
        station=cast.gt, kind=ActivityKind.MEETING, title="春季座谈会", held_on=MARCH, actor=cast.clerk,
        attendance={cast.deputy_person: Presence.ABSENT, cast.head_person: Presence.PRESENT}, at=moment(MARCH),
    )  # fmt: skip
    rescore(county=cast.county, year=2026, at=moment(MARCH))
    return meeting


def correct(cast, meeting, on=date(2026, 6, 8)):
    record_attendance(
        activity=meeting, statuses={cast.deputy_person: Presence.PRESENT}, actor=cast.clerk, at=moment(on),
        reason="当天在县里开会",
    )  # fmt: skip
    rescore(county=cast.county, year=2026, at=moment(on))


def issue(cast, quarter, on, **more):
    return issue_statements(county=cast.county, year=2026, quarter=quarter, at=moment(on), **more)


def row_of(person, quarter):
    return QuarterStatement.objects.get(deputy=person, year=2026, quarter=quarter)


def words_in(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).replace("\n", "").replace(" ", "")


def test_quarters_and_which_of_them_are_over():
    assert [(q.first, q.last) for q in (Quarter(2026, 1), Quarter(2026, 4))] == [
        (date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 10, 1), date(2026, 12, 31)),
    ]  # fmt: skip
    assert ended_quarters(date(2026, 3, 31), 2) == [(2025, 3), (2025, 4)]
    assert ended_quarters(date(2026, 4, 1), 1) == [(2026, 1)]
    assert Quarter(2026, 3).name == "2026年第三季度"


def test_a_quarter_keeps_what_it_said_and_the_next_shows_the_correction(cast, missed, signed_in):
    assert issue(cast, 1, APRIL) == Deputy.objects.count()
    correct(cast, missed)
    issue(cast, 2, JULY)
    first, second = row_of(cast.deputy_person, 1), row_of(cast.deputy_person, 2)
    assert (first.deductions, first.total, first.entries) == (-2, 58, 1)
    assert (second.deductions, second.total, second.entries) == (0, 60, 2)
    chain = PointEntry.objects.filter(deputy=cast.deputy_person).order_by("number").values_list("digest", flat=True)
    assert [first.last_digest, second.last_digest] == list(chain)
    nothing = row_of(cast.head_person, 1)
    assert (nothing.total, nothing.entries, nothing.last_digest) == (60, 0, "")
    page = signed_in(cast.deputy).get(reverse("my-statements")).content.decode()
    assert "新扣分1笔,共扣2分" in page
    assert "更正1笔,基础分加回2分" in page
    assert "总分从58分变成60分" in page
    assert page.index("第二季度") < page.index("第一季度")
    again = signed_in(cast.deputy).get(reverse("statement-file", args=[cast.deputy_person.code, 2026]) + "?quarter=1")
    said = words_in(again.getvalue())
    assert "季度数字" in said
    assert "春季座谈会" in said
    assert "当天在县里开会" not in said


def test_a_fact_corrected_before_the_statement_went_out_is_charged_once(cast):
    study = record_activity(
        station=cast.gt, kind=ActivityKind.STUDY, title="三月学习", held_on=date(2026, 3, 2), actor=cast.clerk,
        attendance={cast.deputy_person: Presence.ABSENT}, at=moment(MARCH),
    )  # fmt: skip
    rescore(county=cast.county, year=2026, at=moment(MARCH))
    first_of_july = moment(date(2026, 7, 1))
    record_attendance(
        activity=study, statuses={cast.deputy_person: Presence.PRIVATE_LEAVE}, actor=cast.clerk, at=first_of_july,
        reason="请过事假",
    )  # fmt: skip
    rescore(county=cast.county, year=2026, at=first_of_july)
    issue(cast, 2, JULY)
    second = row_of(cast.deputy_person, 2)
    assert (second.deductions, second.entries) == (-1, 3)  # −3, taken back, −1
    assert reprinted(second) == (-1, 3, second.last_digest)


def reprinted(row):
    row = QuarterStatement.objects.with_last_number().get(pk=row.pk)
    scheme = Scheme.objects.get(county=row.deputy.county, year=row.year)
    statement = statement_of(deputy=row.deputy, scheme=scheme, at=moment(JULY), cut=cut_of(row))
    return statement.score.deductions, len(statement.lines), statement.last_digest


def test_a_line_stamped_before_the_issue_and_written_after_it_is_the_next_statements(cast, missed, signed_in):
    issue(cast, 1, APRIL)
    record_activity(
        station=cast.gt, kind=ActivityKind.STUDY, title="二月学习", held_on=date(2026, 2, 5), actor=cast.clerk,
        attendance={cast.deputy_person: Presence.ABSENT}, at=moment(MARCH),
    )  # fmt: skip
    rescore(county=cast.county, year=2026, at=moment(APRIL, 8))
    first = row_of(cast.deputy_person, 1)
    assert reprinted(first) == (first.deductions, first.entries, first.last_digest) == (-2, 1, first.last_digest)
    assert reprinted(row_of(cast.head_person, 1)) == (0, 0, "")
    issue(cast, 2, JULY)
    page = signed_in(cast.deputy).get(reverse("my-statements"), {"year": 2026}).content.decode()
    assert "其中1笔是补记以前季度的" in page


def test_what_was_written_down_late_is_said_in_the_next_quarter(cast, missed, signed_in):
    issue(cast, 1, APRIL)
    record_activity(
        station=cast.gt, kind=ActivityKind.STUDY, title="二月学习", held_on=date(2026, 2, 5), actor=cast.clerk,
        attendance={cast.deputy_person: Presence.ABSENT}, at=moment(date(2026, 5, 6)),
    )  # fmt: skip
    rescore(county=cast.county, year=2026, at=moment(date(2026, 5, 6)))
    issue(cast, 2, JULY)
    assert row_of(cast.deputy_person, 1).total == 58
    assert row_of(cast.deputy_person, 2).total == 55
    page = signed_in(cast.deputy).get(reverse("my-statements")).content.decode()
    assert "新扣分1笔,共扣3分" in page
    assert "其中1笔是补记以前季度的" in page


def test_everybody_is_told_once_and_nobody_too_early(cast, settings):
    link_account(deputy=cast.deputies["GT02"][1], user=(gone := account("ligang", "离岗")), actor=cast.admin)
    gone.is_active = False
    gone.save()
    with pytest.raises(DomainError, match="还没有过完"):
        issue(cast, 1, date(2026, 3, 31))
    with pytest.raises(DomainError, match="季度只有1到4"):
        issue(cast, 5, APRIL)
    with pytest.raises(NotAllowed):
        issue(cast, 1, APRIL, actor=cast.staff)
    assert not QuarterStatement.objects.exists()
    before = Notice.objects.count()
    assert issue(cast, 1, APRIL, actor=cast.admin) == 8
    assert issue(cast, 1, APRIL) == 0
    told = Notice.objects.order_by("pk")[before:]
    assert {notice.user for notice in told} == {cast.head, cast.deputy}
    assert len(told) == 2
    assert {notice.link for notice in told} == {reverse("my-statements")}
    assert AuditLog.objects.filter(action="issue_statements").count() == 1
    assert issue_statements(county=cast.county, year=2024, quarter=1, at=moment(APRIL)) == 0  # no scheme, no statement


def test_a_missed_quarter_is_caught_up_and_only_who_served_in_it_has_one(cast, monkeypatch):
    newcomer = Deputy.objects.create(code="JLX-9001", county=cast.county, name="新来的")
    grant_mandate(
        deputy=newcomer, level=MandateLevel.COUNTY, term="第十七届", started_on=date(2026, 5, 1), actor=cast.admin
    )
    open_scheme(county=cast.county, year=2025, actor=cast.admin)
    assert issue_missing(county=cast.county, at=moment(JULY)) == 8 * 4 + 1
    found = QuarterStatement.objects.order_by("year", "quarter").values_list("year", "quarter").distinct()
    assert list(found) == [(2025, 3), (2025, 4), (2026, 1), (2026, 2)]
    assert list(newcomer.statements.values_list("year", "quarter")) == [(2026, 2)]
    monkeypatch.setattr("scoring.tasks.statements.timezone.now", lambda: moment(JULY))
    assert issue_quarter() == 0


def test_who_sees_statements(cast, missed, signed_in):
    issue(cast, 1, APRIL)
    code = cast.deputy_person.code
    page, file = reverse("deputy-statements", args=[code]), reverse("statement-file", args=[code, 2026])
    expected = {
        "admin": 200, "staff": 200, "auditor": 200, "clerk": 200, "deputy": 200, "head": 403, "stranger": 404,
        "officer": 404,
    }  # fmt: skip
    for name, status in expected.items():
        client = signed_in(getattr(cast, name))
        some = (page, file) if name in ("clerk", "deputy", "head", "stranger") else (page,)  # papers take time
        assert {client.get(address).status_code for address in some} == {status}, name
        county = client.get(reverse("county-statements")).status_code
        assert county == (200 if name in ("admin", "staff", "auditor") else 403), name
        assert client.get(reverse("my-statements")).status_code == (200 if name in ("deputy", "head") else 404), name
    assert AuditLog.objects.filter(action="hand_out_statement").count() == 2
    client = signed_in(cast.deputy)
    for bad in ("?quarter=2", "?quarter=0", "?quarter=x", "?quarter=%00", "?quarter=99999999999999999999"):
        assert client.get(file + bad).status_code == 404
    for address in (page + "?year=1999", page + "?year=%27", file.replace("2026", "99999999999999999999")):
        assert client.get(address).status_code == 404


def test_the_county_issues_what_was_missed(cast, missed, signed_in):
    address = reverse("county-statements")
    year = 2025  # over, whenever the tests run
    open_scheme(county=cast.county, year=year, actor=cast.admin)
    client = signed_in(cast.staff)
    assert "现在发" not in client.get(address, {"year": year}).content.decode()
    assert client.post(address, {"year": year, "quarter": 1}).status_code == 403
    client = signed_in(cast.admin)
    assert "没有发" in client.get(address, {"year": year}).content.decode()
    client.post(address, {"year": year, "quarter": 1})
    shown = client.get(address, {"year": year}).content.decode()
    assert "8位代表" in shown
    assert "补发给没有的" in shown
    for bad in ({}, {"year": "x", "quarter": "1"}, {"year": "1999", "quarter": "1"}, {"year": year, "quarter": "0x1"}):
        assert client.post(address, bad).status_code in (400, 404)
    assert QuarterStatement.objects.count() == 8


def test_the_countys_list_costs_the_same_for_one_quarter_and_for_three(cast, signed_in):
    client, counts = signed_in(cast.staff), []
    for quarter, on in ((1, APRIL), (2, JULY), (3, date(2026, 10, 2))):
        issue(cast, quarter, on)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("county-statements"), {"year": 2026})
        assert page.content.decode().count("8位代表") == quarter
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= 12


def test_a_page_costs_the_same_however_many_quarters_and_lines(cast, missed, signed_in):
    client, counts = signed_in(cast.clerk), []
    for quarter, on in ((1, APRIL), (2, JULY), (3, date(2026, 10, 2))):
        issue(cast, quarter, on)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("deputy-statements", args=[cast.deputy_person.code]), {"year": 2026})
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]


# ---- Paper ----------------------------------------------------------------------------------------------------------


def test_the_paper_says_every_line_what_was_corrected_and_where_to_ask(cast, missed):
    correct(cast, missed)
    scheme = Scheme.objects.get(county=cast.county, year=2026)
    on = date(2026, 7, 9)
    said = words_in(statement_pdf(statement_of(deputy=cast.deputy_person, scheme=scheme, at=moment(on))))
    last = PointEntry.objects.filter(deputy=cast.deputy_person).order_by("number").last()
    for words in (
        "履职积分对账单", "2026年度", "暂计", "2026年7月9日", "李代表", cast.deputy_person.code, "官亭镇第一分站",
        "已更正,见第2笔", "更正:当天在县里开会", "更正第1笔", "共2笔,合计0分", "还没有加分", "提出复核",
        "代表签字", "联络站核对", last.digest[:16], "第1页共1页", "不会自动影响",
    ):  # fmt: skip
        assert words.replace(",", "\uff0c").replace(":", "\uff1a") in said or words in said, words
    closing = YearClosing.objects.create(
        scheme=scheme, publicity_from=on, publicity_until=on + timedelta(days=7), published_by=cast.admin,
        published_at=moment(on),
    )  # fmt: skip
    scheme.grades.create(name="优秀", at_least=50)
    said = words_in(statement_pdf(statement_of(deputy=cast.deputy_person, scheme=scheme, at=moment(on))))
    assert "公示中" in said
    assert "请在2026年7月16日前提出" in said
    assert "优秀" in said
    closing.closed_by, closing.closed_at = cast.admin, moment(date(2026, 7, 20))
    closing.save()
    said = words_in(statement_pdf(statement_of(deputy=cast.deputy_person, scheme=scheme, at=moment(on))))
    assert "已结账" in said
    assert "更正会另出一版" in said


def test_many_papers_take_the_same_queries_and_a_name_without_glyph_is_told(cast, missed):
    scheme = Scheme.objects.get(county=cast.county, year=2026)
    rare = make_deputy(cast, "𬭚㐂", cast.gt01)
    unprintable = make_deputy(cast, "王某", cast.gt01)
    Deputy.objects.filter(pk=unprintable.pk).update(name="王\ue815")
    keys = [rare.pk, unprintable.pk, *Deputy.objects.exclude(pk__in=[rare.pk, unprintable.pk]).values_list("pk", flat=True)]
    made, queries = [], []
    for some in (keys[:1], keys):
        with CaptureQueriesContext(connection) as captured:
            made = dict(render_statements(scheme, some, at=moment(APRIL)))
        queries.append(len(captured))
    assert queries[0] == queries[1] <= 9
    assert len(made) == len(keys)
    assert made[f"官亭镇/第一分站/{rare.code} 𬭚㐂.pdf"].startswith(b"%PDF")
    told = [content.decode() for name, content in made.items() if name.endswith(".txt")]
    assert len(told) == 1
    assert "U+E815" in told[0]
    assert all(".." not in name and name.count("/") == 2 for name in made)


def test_sixty_lines_fill_pages_that_say_whose_they_are(cast):
    scheme = Scheme.objects.get(county=cast.county, year=2026)
    rule = scheme.versions.get().rules.get(item="course")
    PointEntry.objects.bulk_create(
        PointEntry(
            county=cast.county, deputy=cast.deputy_person, year=2026, number=number, rule=rule, block="bonus",
            points=Decimal("0.5"), occurred_on=date(2026, 1, 1) + timedelta(days=number), source="claim",
            reason="完成课程" + "很长的说明" * (55 if number == 30 else 2) + "a" * (0 if number % 7 else 90),
            source_key=str(number), fact_key=f"claim:{number}", posted_at=moment(date(2027, 1, 5) if number == 60 else MARCH),
            digest=f"{number:064x}",
        )
        for number in range(1, 61)
    )  # fmt: skip
    statement = statement_of(deputy=cast.deputy_person, scheme=scheme, at=moment(date(2027, 1, 6)))
    assert statement.score.total == 90
    pages = [page.extract_text() for page in PdfReader(BytesIO(statement_pdf(statement))).pages]
    assert len(pages) > 2
    assert all("李代表" in page and "笔号" in page for page in pages[:-1])
    assert "逾期补报" in "".join(pages)
    assert f"第{len(pages)}页" in pages[-1].replace(" ", "")
