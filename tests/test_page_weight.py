"""How heavy the clerk's most used page and those of villagers are on the wire: HTML, styles and scripts together, gzipped."""

import gzip
import re
from datetime import timedelta

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from activities.services import draft_roster, publish_roster
from deputies.models import Deputy
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.services import open_station
from stations.states import Level
from tests.cast import OPENED, SUNDAY, agree, make_deputy, moment

BUDGET = 30 * 1024
VILLAGERS = 15 * 1024  # without photos
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
    assert_light(page, BUDGET)


def assert_light(page: bytes, most: int) -> None:
    """The page with all its styles and scripts keeps to `most` bytes."""
    linked = re.findall(rb'(?:href|src)="/static/([^"]+\.(?:css|js))"', page)
    assert linked
    total = weight(page)
    for name in linked:
        with open(finders.find(name.decode()), "rb") as file:
            total += weight(file.read())
    assert total <= most, f"{total} bytes of {most}"


# --- Villagers' pages -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/?q=分站"])
def test_finding_one_of_72_branches_keeps_to_its_weight(cast, client, path):
    for number in range(69):
        place = f"官亭镇{NAMES[number % 15]}庄{number}村村民委员会院内"
        rows = {"name": f"第{number}分站", "full_name": f"官亭镇第{number}分站", "address": place, "opened_on": OPENED}
        Station.objects.create(code=f"X{number}", level=Level.BRANCH, parent=cast.gt, county=cast.county, **rows)
    page = client.get(path).content
    assert page.count(b"/b/") == (72 if path == "/" else 60) and b"<script" not in page
    assert_light(page, VILLAGERS)


@pytest.mark.parametrize("mode", ["standard", "large"])
def test_a_branch_of_fifteen_deputies_keeps_to_its_weight(cast, client, mode):
    branch = open_station(code="GT03", name="第三分站", parent=cast.gt, opened_on=OPENED, actor=cast.admin)
    for index, name in enumerate(NAMES):
        work = {
            "employer": f"官亭镇{name}庄村农民专业合作社",
            "position": "党支部委员、理事长",
            "contact_scope": "农田水利、道路交通、社保救助",
        }
        agree(cast, make_deputy(cast, name, branch, head=index == 0, **work), "photo", "phone")
    Deputy.objects.filter(memberships__branch=branch).update(photo="photos/one.jpg")
    month = (today_here().replace(day=1) + timedelta(days=32)).replace(day=1)
    roster = draft_roster(station=cast.gt, month=month, actor=cast.clerk, at=moment(month)).roster
    publish_roster(roster=roster, actor=cast.clerk, at=moment(today_here()))
    client.cookies["mode"] = mode
    page = client.get(reverse("branch-page", args=["GT03"])).content
    assert page.count(b"<img") == 15 and page.count(b'href="tel:') == 16 and b"<script" not in page
    assert_light(page, VILLAGERS)


def test_the_page_about_personal_data_keeps_to_its_weight(cast, client):
    assert_light(client.get(reverse("privacy")).content, VILLAGERS)
