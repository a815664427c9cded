"""The county's workbook of a year: formulas that give the figures, to be printed and signed."""

from decimal import Decimal
from io import BytesIO

from openpyxl import load_workbook

from activities.states import Presence
from scoring.models import Grade, PointEntry
from scoring.rules.wording import NOT_MEASURED
from scoring.services import rescore
from scoring.services.results import reissue
from scoring.services.years import year_sheet
from scoring.spreadsheets.results import results_workbook
from stations.models import Station
from tests.cast import SUNDAY, make_deputy, moment
from tests.test_scoring import log_of, roster
from tests.years import AFTER, closed, granted, year_of

DURING = moment(SUNDAY)


def book_of(cast, at=DURING, *, values=True):
    return load_workbook(BytesIO(results_workbook(year_sheet(year_of(cast), at))), data_only=values)


def cells(page, row):
    return [cell.value for cell in page[row]]


def missed(cast):
    roster(cast)
    log_of(cast, {cast.head_person: Presence.PRESENT, cast.deputy_person: Presence.ABSENT})
    rescore(county=cast.county, year=2026, at=DURING)
    for name, least in (("优秀", 60), ("称职", 40)):
        Grade.objects.create(scheme=year_of(cast), name=name, at_least=least)


def test_formulas_give_the_figures_that_are_shown(cast):
    missed(cast)
    shown, typed = book_of(cast), book_of(cast, values=False)
    assert shown.sheetnames == ["全县汇总", "官亭镇", "阎疃镇"]
    page, source = shown["官亭镇"], typed["官亭镇"]
    rows = [cells(page, row) for row in range(4, 10)]
    assert [row[1] for row in rows] == ["赵站长", "陈卫", "李代表", "周春生", "钱站长", "王芳"]
    assert rows[2][4:11] == [60, -2, 58, 0, 58, "称职", 1]
    assert [cell.value for cell in source[6]][6:9] == ["=MAX(0,E6+F6)", 0, "=G6+H6"]
    assert cells(source, 10)[1] == "=COUNTA(B4:B9)" and cells(source, 10)[8] == "=SUM(I4:I9)"
    assert (cells(page, 10)[1], cells(page, 10)[8], cells(page, 10)[10]) == (6, 358, 1)
    summary, source = shown["全县汇总"], typed["全县汇总"]
    assert cells(summary, 3) == ["联络站", "代表人数", "总分合计", "人均总分", "优秀", "称职", "未评等次"]
    assert [summary.cell(4, column).number_format for column in (3, 4)] == ["General", "0.0"]
    assert cells(summary, 4)[:3] == ["官亭镇", 6, 358] and cells(summary, 4)[4:] == [5, 1, 0]
    assert cells(summary, 6)[:3] == ["全县", 8, 478] and cells(summary, 6)[4:] == [7, 1, 0]
    assert cells(source, 4)[4] == "=COUNTIF('官亭镇'!$J$4:$J$9,E$3)" and cells(source, 6)[1] == "=SUM(B4:B5)"


def test_it_is_ready_to_be_printed_and_signed(cast):
    missed(cast)
    for page in book_of(cast):
        assert (page.page_setup.orientation, int(page.page_setup.paperSize)) == ("landscape", 9)
        assert page.print_title_rows == "$1:$3" and page.freeze_panes == "C4"
        texts = [cell.value for row in page.iter_rows() for cell in row if isinstance(cell.value, str)]
        assert NOT_MEASURED in texts and any("(盖章)" in text for text in texts)
        assert page["A2"].value.startswith("暂计,截至2026年3月1日")
        assert page.print_area.endswith(f"${page.max_row}")


def test_names_that_would_hurt_a_workbook_stay_text(cast):
    person = make_deputy(cast, "王明", cast.gt02)
    type(person).objects.filter(pk=person.pk).update(name="=1+1")
    Station.objects.filter(pk=cast.gt.pk).update(name="官/亭[镇]:*?很长很长很长很长很长很长很长很长很长很长")
    Station.objects.filter(pk=cast.yt.pk).update(name="官/亭[镇]:*?很长很长很长很长很长很长很长很长很长很短")
    book = book_of(cast, values=False)
    assert len(set(book.sheetnames)) == 3 and all(len(name) <= 31 for name in book.sheetnames)
    named = [cell for page in book for row in page.iter_rows() for cell in row if cell.value == "=1+1"]
    assert len(named) == 1 and named[0].data_type == "s" and named[0].quotePrefix
    assert "未评等次" not in [cell.value for cell in book["全县汇总"][3]]  # a county without grades


def test_a_closed_years_workbook_shows_what_counts_today(cast):
    missed(cast)
    closing = closed(cast)
    appeal = granted(cast, PointEntry.objects.get())
    rescore(county=cast.county, year=2026, at=AFTER)
    reissue(closing=closing, deputy=cast.deputy_person, appeal=appeal, at=AFTER)
    page = book_of(cast, AFTER)["官亭镇"]
    assert page["A2"].value == "已结账(2027年2月9日),其中1人结账后经复核更正"
    assert [Decimal(value) for value in cells(page, 6)[6:9]] == [60, 0, 60]
    assert cells(page, 6)[9:12] == ["优秀", 2, "结账后经复核更正(第2版)"]
