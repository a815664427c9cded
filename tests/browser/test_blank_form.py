"""The blank form on paper: seven branches on one A4 sheet, and nothing printed over anything else."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CROWDED = """[...document.querySelectorAll('.paper .rest span')].filter(function (line) {
  return line.scrollWidth > line.clientWidth || line.scrollHeight > line.clientHeight;
}).map(function (line) { return line.textContent; })"""


def test_seven_branches_fit_on_one_sheet_and_no_line_wraps(sheet, page, live_server, day):
    sheet(page)
    page.goto(f"{live_server.url}/station/sunday/{day.isoformat()}/print/")
    assert page.locator(".paper .rest").count() == 7
    assert page.evaluate(CROWDED) == []
    page.set_viewport_size({"width": 1040, "height": 720})  # A4 across, without its margins
    page.emulate_media(media="print")
    assert page.evaluate(CROWDED) == []
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 1
