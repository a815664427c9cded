"""The frame of every page: each role's sections, and the current section's pages in a second row."""

import re

import pytest
from django.test import RequestFactory
from django.urls import reverse

from julu_liaison.frame import SECTIONS_OF, frame

pytestmark = pytest.mark.django_db


def frame_of(user, url: str) -> dict:
    request = RequestFactory().get(url)
    request.user = user
    return frame(request)


@pytest.mark.parametrize(
    ("who", "labels"),
    [
        ("clerk", ["本周", "接待", "群众意见", "活动", "代表", "积分", "公示牌", "报表"]),
        ("staff", ["工作台", "意见建议", "接待", "活动", "代表", "积分", "公示牌", "报表", "设置"]),
        ("auditor", ["工作台", "意见建议", "接待", "活动", "代表", "积分", "公示牌", "报表", "设置"]),
        ("security", ["账号和岗位", "运行情况"]),
        ("officer", ["待办", "全部办件", "常用答复", "办理情况"]),
        ("head", ["首页", "接待", "值班", "意见", "活动"]),
        ("deputy", ["首页", "值班", "意见", "活动", "档案"]),
    ],
)
def test_sections_of_each_role(cast, who, labels):
    context = frame_of(getattr(cast, who), reverse("opinions"))
    assert [item.label for item in context["nav"]] == labels
    shown = [reverse("opinions")] if who != "security" else []
    assert [item.url for item in context["nav"] if item.is_current] == shown
    more = ["意见建议"] if who not in ("security", "officer") else []  # one page alone needs no second row
    assert [item.label for item in context["subnav"] if item.is_current] == more
    assert context["site_name"] == "巨鹿县人大代表联络平台"
    assert context["tabs"] is (who in ("head", "deputy"))


def test_the_section_of_a_page_shows_its_other_pages(cast):
    context = frame_of(cast.clerk, reverse("duty-logs"))
    assert [item.label for item in context["nav"] if item.is_current] == ["接待"]
    assert [item.label for item in context["subnav"]] == ["登记接待日", "排班", "请假换班", "工作日志", "接待登记"]
    assert [item.label for item in context["subnav"] if item.is_current] == ["工作日志"]


@pytest.mark.parametrize(("who", "name", "entry"), [("clerk", "station-swap-add", "请假换班"), ("deputy", "my-leave-period", "我的值班")])
def test_a_page_at_another_address_lights_its_entry(cast, who, name, entry):
    context = frame_of(getattr(cast, who), reverse(name))
    assert [item.label for item in context["subnav"] if item.is_current] == [entry]


@pytest.mark.parametrize("who", ["clerk", "staff", "deputy"])
def test_pages_of_points_are_headed_as_the_navigation_calls_them(cast, signed_in, who):
    """One thing has one name; a deputy's own pages may say whose they are."""
    client = signed_in(getattr(cast, who))
    kinds = {"staff": "county"}
    pages = [page for label, pages in SECTIONS_OF[kinds.get(who, who)] if label in ("积分", "档案") for page in pages]
    for label, name in pages:
        heading = re.search("<h1>(.*?)</h1>", client.get(reverse(name)).text).group(1)
        assert heading.removeprefix("我的") == label.removeprefix("我的") or name == "my-archive"


@pytest.mark.parametrize("who", ["clerk", "staff", "auditor", "head", "deputy", "officer", "security"])
def test_every_page_of_the_navigation_opens(cast, signed_in, who):
    """What is offered must be there: no entry leads to a refusal."""
    kinds = {"staff": "county", "officer": "department", "security": "administrator"}
    client = signed_in(getattr(cast, who))
    for _section, pages in SECTIONS_OF[kinds.get(who, who)]:
        for label, name in pages:
            assert client.get(reverse(name), follow=True).status_code == 200, label
