"""The yearly figures in words, on a page and as a Word document."""

from dataclasses import replace
from datetime import date
from io import BytesIO, StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from docx import Document

from activities.models import DutyLog
from activities.services import SundayRow, file_log
from activities.states import Presence
from julu_liaison.common.models import AuditLog
from julu_liaison.summary import LABELS, Grid, grid_of, paragraph_of, period_words, summary_name, summary_of
from julu_liaison.summary.figures import Summary
from tests.cast import SUNDAY, moment

pytestmark = pytest.mark.django_db

AT = moment(date(2026, 12, 31))
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
PAGE_QUERIES = 28
NOTHING = Summary(**dict.fromkeys(LABELS, 0), roles={})
ARTICLE = replace(
    NOTHING, activities=105, received=632, households=158, logs=144, opinions=73, opinions_solved_in_branch=50,
    opinions_to_departments=23, suggestions=161, leaflets=15360, deputies=865,
)  # fmt: skip


@pytest.fixture
def filed(cast):
    row = SundayRow(branch=cast.gt01, received=5, households=1, attendance={cast.deputy_person: Presence.PRESENT})
    file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT)
    return cast


def words(cast, summary, place=None, period=YEAR):
    return paragraph_of(summary, Grid(place or cast.county, 11, 72), *period, today=date(2027, 1, 1))


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        ("2024-01-01", "2024-12-31", "2024年"),
        ("2024-01-01", "2024-06-30", "2024年上半年"),
        ("2024-07-01", "2024-12-31", "2024年下半年"),
        ("2024-04-01", "2024-06-30", "2024年第二季度"),
        ("2024-10-01", "2024-12-31", "2024年第四季度"),
        ("2024-02-01", "2024-02-29", "2024年2月"),
        ("2024-02-01", "2024-02-28", "2024年2月1日至2月28日"),
        ("2024-02-01", "2024-04-30", "2024年2月1日至4月30日"),
        ("2023-10-01", "2024-03-31", "2023年10月1日至2024年3月31日"),
    ],
)
def test_periods_have_names(start, end, told):
    assert period_words(date.fromisoformat(start), date.fromisoformat(end)) == told


def test_the_articles_year_is_told_as_a_county_would(cast):
    assert words(cast, ARTICLE, period=(date(2024, 1, 1), date(2024, 12, 31))) == (
        "2024年,巨鹿县11个乡镇人大代表联络站、72个联络分站组织代表开展活动105次,现场接待和服务群众632人次,走访群众158户,"
        "形成工作日志144篇。收集社情民意73件,其中分站内部解决50件,转交政府有关部门办理23件。交办代表建议161件,"
        "发放宣传资料15360份。截至2024年12月31日,全县共有各级人大代表865名。"
    )


def test_what_did_not_happen_is_not_mentioned(cast):
    told = words(cast, replace(NOTHING, opinions=3, deputies=4), cast.gt01)
    assert told == (
        "2026年,官亭镇人大代表联络站第一分站及所属72个分站收集社情民意3件。截至2026年12月31日,共有各级人大代表4名。"
    )
    assert words(cast, NOTHING).endswith("联络分站没有履职记录。")


def test_a_day_to_come_is_not_named(cast):
    told = paragraph_of(replace(NOTHING, deputies=4), Grid(cast.county, 11, 72), *YEAR, today=date(2026, 11, 30))
    assert told.endswith("截至2026年11月30日,全县共有各级人大代表4名。")


def test_opinions_that_went_neither_way_are_the_rest(cast):
    told = words(cast, replace(NOTHING, opinions=9, opinions_solved_in_branch=4, opinions_to_departments=2))
    assert "其中分站内部解决4件,转交政府有关部门办理2件,其余3件由联络站协调解决或正在办理。" in told


def test_a_station_and_a_branch_say_who_they_are(cast):
    for place, grid in ((cast.county, (2, 3)), (cast.gt, (1, 2)), (cast.gt01, (0, 1))):
        found = grid_of(place, SUNDAY)
        assert (found.stations, found.branches) == grid
    station = paragraph_of(NOTHING, grid_of(cast.gt, SUNDAY), *YEAR, today=SUNDAY)
    assert station.startswith("2026年,官亭镇人大代表联络站及所属2个分站")
    assert paragraph_of(NOTHING, grid_of(cast.gt01, SUNDAY), *YEAR, today=SUNDAY).startswith("2026年,官亭镇人大代表联络站第一分站没有")


def test_the_page_shows_paragraph_figures_and_their_meaning(filed, signed_in):
    page = signed_in(filed.staff).get(reverse("summary"), {"since": "2026-01-01", "until": "2026-12-31"})
    rows = {label: (number, address) for label, number, _meaning, address in page.context["rows"]}
    assert rows["接待和服务群众(人次)"] == (5, "")
    assert rows["工作日志(篇)"] == (1, f"{reverse('duty-logs')}?year=2026&state=filed")
    assert "形成工作日志1篇" in page.context["paragraph"]
    listed = signed_in(filed.staff).get(rows["工作日志(篇)"][1])
    assert DutyLog.objects.get().number in listed.content.decode()
    part = signed_in(filed.staff).get(reverse("summary"), {"since": "2026-01-02", "until": "2026-12-31"})
    assert not {row[0]: row[3] for row in part.context["rows"]}["工作日志(篇)"]


def test_a_clerk_counts_the_own_station_and_others_none(filed, signed_in):
    own = signed_in(filed.clerk).get(reverse("summary"), {"place": "GT"})
    assert own.status_code == 200 and own.context["name"] == "官亭镇人大代表联络站"
    assert signed_in(filed.clerk).get(reverse("summary"), {"place": "YT"}).status_code == 400
    for user in (filed.deputy, filed.head, filed.officer):
        assert signed_in(user).get(reverse("summary")).status_code == 403


def test_a_wrong_period_is_said_beside_the_field(filed, signed_in):
    page = signed_in(filed.staff).get(reverse("summary"), {"since": "2026-05-01", "until": "2026-04-01"})
    assert page.status_code == 400 and "结束日期不能早于开始日期" in page.content.decode()


def test_the_paper_holds_the_paragraph_and_every_figure_and_is_recorded(filed, signed_in):
    asked = {"since": "2026-01-01", "until": "2026-12-31", "place": "GT", "format": "docx"}
    answer = signed_in(filed.clerk).get(reverse("summary"), asked)
    paper = Document(BytesIO(b"".join(answer.streaming_content)))
    figures = summary_of(start=YEAR[0], end=YEAR[1], place=filed.gt)
    told = "".join(line.text for line in paper.paragraphs)
    assert paragraph_of(figures, grid_of(filed.gt, YEAR[1]), *YEAR, today=date.today()) in told
    cells = [(row.cells[0].text, row.cells[1].text) for row in paper.tables[0].rows[1:]]
    assert cells == [(label, str(number)) for label, number in figures.lines()]
    detail = AuditLog.objects.get(action="hand_out_table").detail
    assert detail["what"] == "summary" and detail["place"] == "官亭镇人大代表联络站"
    assert summary_name(filed.gt, *YEAR) == "2026年官亭镇人大代表联络站履职情况.docx"


def test_the_command_writes_the_paper(filed, tmp_path):
    path = tmp_path / "year.docx"
    call_command("summary", "--from=2026-01-01", "--to=2026-12-31", "--docx", str(path), stdout=StringIO())
    assert "巨鹿县" in "".join(line.text for line in Document(path).paragraphs)
    other = tmp_path / "other.docx"
    filed.county.__class__.objects.filter(pk=filed.county.pk).update(code="JLX2")
    with pytest.raises(CommandError, match="没有编号"):
        call_command("summary", "--from=2026-01-01", "--to=2026-12-31", "--station=JLX", "--docx", str(other))
    assert not other.exists()


def test_the_page_costs_the_same_for_a_branch_and_a_county(filed, signed_in, django_assert_num_queries):
    client = signed_in(filed.staff)
    client.get(reverse("summary"))
    for code in ("GT01", "JLX"):
        with django_assert_num_queries(PAGE_QUERIES):
            client.get(reverse("summary"), {"place": code})
