"""The pages of the monthly reports: what waits for whom, each button, refusals shown, and every edition as a file."""

from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from activities.models import MonthReport, Roster, Shift
from activities.rules.months import read_month, settled_digest
from activities.services import SundayRow, file_log, grant_exception, issue_month
from activities.services.month_reports import figures_to_print
from activities.states import Presence, ReportState, RosterState
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.services import mark_read
from stations.services import open_station
from tests.cast import OPENED, make_deputy, moment

MONTH = "2026-03"
MARCH = date(2026, 3, 1)
ISSUED, LATER = moment(date(2026, 4, 1), 6), moment(date(2026, 4, 3))
pytestmark = pytest.mark.once


def day(number: int) -> date:
    return date(2026, 3, number)


def log(cast, branch, on: date, *, at: datetime | None = None, received: int = 2) -> None:
    row = SundayRow(branch=branch, attendance={cast.deputies[branch.code][0]: Presence.PRESENT}, received=received)
    actor = cast.clerk if branch.parent_id == cast.gt.pk else cast.stranger
    file_log(row=row, on=on, actor=actor, at=at or moment(on, 17))


@pytest.fixture
def april(monkeypatch):
    """The third of April, on every page."""
    monkeypatch.setattr(timezone, "now", lambda: LATER)


@pytest.fixture
def march(cast, april):
    """Two receptions at GT01, one at GT02, none at YT01; the reports of 1 April."""
    for branch, on in ((cast.gt01, day(1)), (cast.gt01, day(8)), (cast.gt02, day(1))):
        log(cast, branch, on)
    issue_month(county=cast.county, month=MARCH, at=ISSUED)
    return cast


@pytest.fixture
def send(signed_in):
    """Press a button: `send(user, place, "confirm", reason=…)`, with the figures of this moment as seen."""

    def press(user, place, move, **facts):
        seen = settled_digest(read_month(place=place, month=MARCH, on=LATER.date()))
        return signed_in(user).post(
            reverse("month-report-move", args=[place.code, MONTH, move]), {"seen": seen} | facts, follow=True
        )

    return press


@pytest.fixture
def handed_in(march, send):
    for branch, actor in ((march.gt01, march.head), (march.gt02, march.clerk), (march.yt01, march.stranger)):
        send(actor, branch, "confirm")
    send(march.clerk, march.gt, "accept")
    send(march.stranger, march.yt, "accept")
    return march


@pytest.fixture
def locked(handed_in, send):
    send(handed_in.staff, handed_in.county, "lock")
    return handed_in


def state(place) -> str:
    return MonthReport.objects.get(place=place, month=MARCH).state


def text(answer) -> str:
    return answer.content.decode()


def one(place) -> str:
    return reverse("month-report", args=[place.code, MONTH])


def file(place, number: int = 1, kind: str = "xlsx") -> str:
    return reverse("month-report-file", args=[place.code, MONTH, number, kind])


# ---- Who ----


@pytest.mark.parametrize("who", ["deputy", "officer", "chief", "system", "security"])
def test_others_have_no_monthly_reports(march, signed_in, send, who):
    client = signed_in(getattr(march, who))
    for address in (reverse("month-reports"), one(march.gt01), file(march.gt01)):
        assert client.get(address).status_code == 403
    assert send(getattr(march, who), march.gt01, "confirm").status_code == 403


@pytest.mark.parametrize(
    ("who", "seen", "hidden"),
    [
        ("head", ["gt01"], ["gt02", "gt", "yt01", "county"]),
        ("clerk", ["gt01", "gt02", "gt"], ["yt", "yt01", "county"]),
        ("staff", ["gt01", "yt01", "gt", "county"], []),
        ("auditor", ["gt01", "yt01", "gt", "county"], []),
    ],
)
def test_each_sees_the_own_places(march, signed_in, who, seen, hidden):
    client = signed_in(getattr(march, who))
    for name, status in [*((name, 200) for name in seen), *((name, 404) for name in hidden)]:
        place = getattr(march, name)
        assert [client.get(address).status_code for address in (one(place), file(place))] == [status, status], name


@pytest.mark.parametrize("who", ["auditor", "staff"])
def test_what_one_sees_but_may_not_do_is_403(march, send, who):
    assert send(getattr(march, who), march.gt01, "confirm").status_code == 403
    assert state(march.gt01) == ReportState.DRAFT


@pytest.mark.parametrize("address", ["/month-reports/?month=2026-13", "/month-reports/?month=2025-01", "/month-reports/?station=XX",
                                     "/month-reports/GT/2026-3/", "/month-reports/GT%00/2026-03/", "/month-reports/GT/2026-03/9.xlsx",
                                     "/month-reports/GT/2026-03/99999999999999999999.pdf", "/month-reports/GT/2026-03/1.exe"])  # fmt: skip
def test_an_address_that_names_nothing_is_404(march, signed_in, address):
    assert signed_in(march.staff).get(address).status_code == 404


def test_a_county_without_reports_says_when_they_come(cast, signed_in):
    assert "还没有月报" in text(signed_in(cast.clerk).get(reverse("month-reports")))


# ---- The work of each ----


def test_the_clerk_has_the_whole_work_on_one_page(march, signed_in, send):
    page = text(signed_in(march.clerk).get(reverse("month-reports")))
    assert '还差<span class="num">2</span>个分站的站长确认' in page and "审核无误" not in page
    answer = send(march.clerk, march.gt01, "confirm", **{"from": "list"})
    assert answer.redirect_chain == [("/month-reports/?month=2026-03", 302)]
    assert "记下了。还差第二分站,都确认了就可以报县里。" in text(answer)
    answer = send(march.clerk, march.gt02, "confirm", **{"from": "list"})
    assert "可以审核报县里了" in text(answer) and "审核无误,报县里" in text(answer)
    log(march, march.gt01, day(15), at=LATER)
    page = text(signed_in(march.clerk).get(reverse("month-reports")))
    assert "要请站长再确认一次" in page and "工作日志2→3" in page and "再代记" in page and "审核无误" not in page
    send(march.clerk, march.gt01, "confirm")
    assert "报到县里了" in text(send(march.clerk, march.gt, "accept", **{"from": "list"}))
    assert state(march.gt) == state(march.gt02) == ReportState.ACCEPTED


def test_the_head_sees_what_is_missing_and_may_confirm_all_the_same(march, signed_in, send):
    roster = Roster.objects.create(station=march.gt, month=MARCH, state=RosterState.PUBLISHED)
    shift = Shift(roster=roster, date=day(22), for_sunday=day(22))
    shift.put_at(march.gt01)
    shift.save()
    for address in (reverse("month-reports"), one(march.gt01)):
        page = text(signed_in(march.head).get(address))
        assert reverse("sunday-sheet", args=["2026-03-22"]) in page and "确认无误" in page
    assert "确认好了。联络站审核以后,报到县里。" in text(send(march.head, march.gt01, "confirm"))
    assert state(march.gt01) == ReportState.CONFIRMED


def test_the_county_sees_who_is_missing_and_locks_at_the_second_look(march, signed_in, send):
    for branch in (march.gt01, march.gt02):
        send(march.clerk, branch, "confirm")
    send(march.clerk, march.gt, "accept")
    page = text(signed_in(march.staff).get(reverse("month-reports")))
    assert "2个联络站报上来1个,还差1个:</b>阎疃镇。" in page and "还差1个分站确认" in page
    assert "确认以后" not in text(signed_in(march.auditor).get(reverse("month-reports")))
    send(march.stranger, march.yt01, "confirm")
    send(march.stranger, march.yt, "accept")
    assert f'href="{one(march.county)}#now"' in text(signed_in(march.staff).get(reverse("month-reports")))
    look = text(signed_in(march.staff).get(one(march.county)))
    assert "不能再登记、更正、作废" in look and "锁定全县月报</button>" in look
    assert "</button></form>" not in text(signed_in(march.auditor).get(one(march.county))).split('id="now"')[1]
    assert "锁定了" in text(send(march.staff, march.county, "lock"))
    assert state(march.gt01) == ReportState.LOCKED


def test_the_county_opens_one_station(march, signed_in, send):
    page = text(signed_in(march.staff).get("/month-reports/?month=2026-03&station=YT"))
    assert "阎疃镇" in page and "第一分站" in page and "第二分站" not in page
    assert signed_in(march.clerk).get("/month-reports/?station=YT").status_code == 404


def test_earlier_months_are_one_click_away(march, signed_in):
    issue_month(county=march.county, month=date(2026, 2, 1), at=ISSUED)
    client = signed_in(march.clerk)
    assert "?month=2026-02" in text(client.get(reverse("month-reports")))
    assert "?month=2026-03" in text(client.get("/month-reports/?month=2026-02"))


# ---- Refusals ----


def test_what_was_not_seen_is_shown_before_it_is_confirmed(march, signed_in):
    stale = {"seen": "0" * 64}
    for extra in ({}, {"from": "list"}):
        answer = signed_in(march.head).post(
            reverse("month-report-move", args=["GT01", MONTH, "confirm"]), stale | extra
        )
        assert answer.status_code == 412 and "刚才又有登记" in text(answer)
        fresh = settled_digest(read_month(place=march.gt01, month=MARCH, on=LATER.date()))
        assert fresh in text(answer)  # so that the next try is about what is shown


def test_a_conflict_is_shown_where_it_was_sent_from(march, send):
    answer = send(march.clerk, march.gt, "accept", **{"from": "list"})
    assert answer.status_code == 409 and "第一分站、第二分站还没有确认" in text(answer)
    answer = send(march.staff, march.county, "lock")
    assert answer.status_code == 409 and "还没有报上来" in text(answer)


def test_a_reason_is_asked_for_and_what_was_typed_stays(handed_in, send):
    answer = send(handed_in.staff, handed_in.gt, "hand_back", reason=" ")
    assert answer.status_code == 400 and "请写原因" in text(answer)
    answer = send(handed_in.staff, handed_in.gt, "hand_back", reason="字" * 101)
    assert answer.status_code == 400 and "字" * 101 in text(answer)
    answer = send(handed_in.staff, handed_in.gt, "hand_back", reason="第二分站人数不对")
    assert "已经通知联络站" in text(answer) and "原因:第二分站人数不对" in text(answer)
    answer = send(handed_in.clerk, handed_in.gt02, "return", reason="请核对3月1日")
    assert "已经通知站长" in text(answer)
    assert (state(handed_in.gt), state(handed_in.gt02)) == ("draft", "draft")


@pytest.mark.parametrize("move", ["confirm", "accept"])
def test_a_button_pressed_twice_is_taken_once(march, send, move):
    for branch in (march.gt01, march.gt02):
        send(march.clerk, branch, "confirm")
    place = march.gt02 if move == "confirm" else march.gt
    send(march.clerk, place, move)
    answer = send(march.clerk, place, move)
    assert answer.status_code == 200 and "刚才已经记下了" in text(answer)
    assert MonthReport.objects.get(place=place).steps.filter(move=move).count() == 1


# ---- A locked month ----


def test_a_locked_month_shows_what_changed_and_is_made_anew(locked, signed_in, send):
    page = text(signed_in(locked.staff).get(one(locked.county)))
    assert "没有改动" in page and "重新出一版</button>" not in page and reverse("late-logs") in page
    grant_exception(
        place=locked.gt01, started_on=day(15), ended_on=day(15), open_until=LATER.date(), reason="纸质记录后补",
        actor=locked.staff, at=LATER,
    )  # fmt: skip
    log(locked, locked.gt01, day(15), at=LATER, received=7)
    page = text(signed_in(locked.staff).get(one(locked.county)))
    assert "接待群众4→11" in page and 'value="第一分站纸质记录后补"' in page
    answer = send(locked.staff, locked.county, "reissue", reason="第一分站补录3月15日")
    assert "第2版出好了" in text(answer) and "原因:第一分站补录3月15日" in text(answer)
    assert "和上一版不同的" in text(answer)


def test_the_file_of_an_old_edition_keeps_the_old_numbers(locked, signed_in, send):
    grant_exception(
        place=locked.county, started_on=day(15), ended_on=day(15), open_until=LATER.date(), reason="后补",
        actor=locked.staff, at=LATER,
    )  # fmt: skip
    log(locked, locked.gt01, day(15), at=LATER, received=7)
    send(locked.staff, locked.county, "reissue", reason="补录")
    found = {}
    for number in (1, 2):
        content = b"".join(signed_in(locked.auditor).get(file(locked.gt, number)).streaming_content)
        sheet = load_workbook(BytesIO(content), data_only=True)["分站情况"]
        heads = [cell.value for cell in sheet[3]]
        total = next(row for row in sheet.iter_rows(min_row=4, values_only=True) if row[0] == "合计")
        found[number] = (sheet["A2"].value, total[heads.index("接待群众(人次)")])
    assert [received for _title, received in found.values()] == [6, 13]
    assert "第1版,已锁定" in found[1][0] and "第2版,已锁定" in found[2][0]
    said = AuditLog.objects.filter(action="download", actor=locked.auditor).values_list("target_key", "detail__edition")
    assert list(said.order_by("pk")) == [("GT", 1), ("GT", 2)]


def test_the_pdf_is_for_the_wall(locked, signed_in):
    answer = signed_in(locked.staff).get(file(locked.county, 1, "pdf"))
    pages = PdfReader(BytesIO(b"".join(answer.streaming_content))).pages
    assert all(page.mediabox.width > page.mediabox.height for page in pages)
    printed = "".join(page.extract_text() for page in pages)
    assert "第1版,已锁定" in printed and "负责人" in printed and f"共{len(pages)}页" in printed.replace(" ", "")


def test_a_pdf_that_cannot_be_printed_says_why(cast, april, signed_in):
    make_deputy(cast, "马\U0002b740", cast.gt02)
    log(cast, cast.gt01, day(1))
    issue_month(county=cast.county, month=MARCH, at=ISSUED)
    answer = signed_in(cast.clerk).get(file(cast.gt, 1, "pdf"))
    assert answer.status_code == 400 and "U+2B740" in text(answer)
    assert not AuditLog.objects.filter(action="download").exists()


# ---- Orders of files ----


def test_what_was_handed_in_is_printed_as_it_was(handed_in, signed_in, tmp_path, capsys):
    before = figures_to_print(place=handed_in.gt, month=MARCH, on=LATER.date())
    assert before.words == "第1版" and before.figures.places[0].received == 4
    log(handed_in, handed_in.gt01, day(15), at=LATER, received=7)
    assert figures_to_print(place=handed_in.gt, month=MARCH, on=LATER.date()) == before
    county = figures_to_print(place=handed_in.county, month=MARCH, on=LATER.date())
    assert (county.words, county.figures.places[0].received) == ("", 11)
    call_command("monthly_report", "--month", MONTH, "--out", str(tmp_path))
    titles = {
        path.name[:3]: load_workbook(path)["考勤"]["A2"].value for path in sorted(tmp_path.glob("*.xlsx"))
    }  # fmt: skip
    assert ["第1版" in titles[code] for code in ("GT-", "YT-", "JLX")] == [True, True, False]
    assert "用那一版的数字" in text(signed_in(handed_in.clerk).get(reverse("reports")))


# ---- Queries ----


def test_number_of_queries_is_fixed(march, signed_in, django_assert_num_queries):
    client = signed_in(march.clerk)
    pages = [reverse("month-reports"), one(march.gt)]
    for address in pages:
        client.get(address)  # what is kept of the session and the cast is read once
    counts = []
    for address in pages:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(address)
        counts.append(len(seen))
    for number in (3, 4):
        branch = open_station(
            code=f"GT0{number}", name=f"第{number}分站", parent=march.gt, opened_on=OPENED, actor=march.admin
        )
        make_deputy(march, f"代表{number}", branch, head=True)
        march.deputies[branch.code] = [branch.memberships.get().deputy]
        log(march, branch, day(1), at=LATER)
    issue_month(county=march.county, month=MARCH, at=LATER + timedelta(hours=1))
    mark_read(user=march.clerk, at=LATER)  # opening the page would read the notice of it, with one query more
    for address, count in zip(pages, counts, strict=True):
        with django_assert_num_queries(count):
            client.get(address)
