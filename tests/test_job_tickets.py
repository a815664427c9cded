"""The job ticket on paper: what a print shop has to know, in words that fit what is printed."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from deputies.posters.job_tickets import JobTicket, TicketLine, ticket_pdf, ticket_workbook
from deputies.posters.sizes import PrintSize
from tests.cast import OPENED, moment
from tests.prints import printed_text

pytestmark = pytest.mark.once

LARGE = PrintSize("2400x1200", "240×120厘米", 2400, 1200)


def ticket(product: str, **changes) -> JobTicket:
    line = TicketLine("官亭镇第一分站", "官亭镇/GT01.pdf", "第12版", 2, "安家庄村委会", "19900000000")
    fields = {
        "product": product, "size": LARGE, "ordered_by": "县工作人员", "at": moment(OPENED), "with_marks": False,
        "copies": 3, "lines": [line], "refused": [],
    }  # fmt: skip
    return JobTicket(**fields | changes)


def cells(asked: JobTicket) -> str:
    sheet = load_workbook(BytesIO(ticket_workbook(asked))).active
    return " ".join(str(value) for row in sheet.values for value in row if value)


@pytest.mark.parametrize(("product", "unit", "other"), [("公示牌", "块", "张"), ("站牌", "块", "张"), ("值班公告", "张", "块")])
def test_sheets_are_counted_as_one_counts_them(product, unit, other):
    for text in (printed_text(ticket_pdf(ticket(product))), cells(ticket(product))):
        assert f"每{unit}份数" in text and f"文件数、{unit}数与合计份数" in text
        assert f"每{other}" not in text and f"{other}数" not in text
    assert f"2{unit},每{unit}3份" in ticket(product).totals


def test_who_ordered_can_be_called_and_a_month_is_in_words():
    asked = ticket("值班公告", period="2026-12", phone="0319-5550100")
    assert asked.ordered.startswith("下单:县工作人员 0319-5550100  日期:") and asked.ordered.endswith("月份:2026年12月")
    assert ticket("公示牌").ordered.startswith("下单:县工作人员  日期:")
    assert ticket("公示牌", ordered_by="").ordered.startswith("日期:")


def test_material_and_day_of_delivery_are_filled_in_by_hand():
    for text in (printed_text(ticket_pdf(ticket("公示牌"))), cells(ticket("公示牌"))):
        assert "材质:____" in text and "要求送达日期:____" in text


def test_no_heading_of_a_column_is_broken():
    lines = PdfReader(BytesIO(ticket_pdf(ticket("公示牌")))).pages[0].extract_text().split("\n")
    headings = " ".join(lines)
    assert all(word in headings for word in ("序号", "版次", "成品(毫米)", "块数", "每块份数", "合计份数"))
