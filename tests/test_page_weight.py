"""How heavy the clerk's most used page is on the wire: HTML, styles and scripts together, gzipped."""

import gzip
import re

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from activities.services import draft_roster
from stations.services import open_station
from tests.cast import OPENED, SUNDAY, make_deputy, moment

BUDGET = 30 * 1024
NAMES = ["张建国", "李桂芳", "陈伟", "王志强", "刘玉梅", "赵德明", "孙丽", "周立新", "吴秀英", "郑国平", "何小燕", "马强国",
         "黄永福", "徐凤兰", "罗世杰"]  # fmt: skip


def weight(content: bytes) -> int:
    return len(gzip.compress(content, compresslevel=6, mtime=0))


@pytest.mark.parametrize("way", ["sheet", "check"])
def test_the_sunday_sheet_of_seven_branches_keeps_to_its_weight(cast, signed_in, way):
    for number in range(3, 8):
        branch = open_station(code=f"GT0{number}", name=f"第{'三四五六七'[number - 3]}分站", parent=cast.gt,
                              opened_on=OPENED, actor=cast.admin)  # fmt: skip
        for index, name in enumerate(NAMES[(number - 3) * 3 : (number - 2) * 3]):
            make_deputy(cast, name, branch, head=index == 0)
    draft_roster(station=cast.gt, month=SUNDAY, actor=cast.clerk, at=moment(SUNDAY))
    client, day = signed_in(cast.clerk), [SUNDAY.isoformat()]
    if way == "sheet":
        page = client.get(reverse("sunday-sheet", args=day)).content
        assert page.count(b'-row"') == 7
    else:
        page = client.post(reverse("sunday-check", args=day), {"GT01-n": "1", "GT01-v": "0"}).content
    linked = re.findall(rb'(?:href|src)="/static/([^"]+\.(?:css|js))"', page)
    assert linked
    total = weight(page)
    for name in linked:
        with open(finders.find(name.decode()), "rb") as file:
            total += weight(file.read())
    assert total <= BUDGET, f"{total} bytes of {BUDGET}"
