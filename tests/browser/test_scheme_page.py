"""A draft of the year's scheme typed down its columns, in a real browser."""

from datetime import date

from scoring.models import Scheme
from scoring.services.versions import draft_version, values_of
from tests.cast import moment


def focused(page) -> str:
    return page.evaluate("document.activeElement.name")


def test_values_are_typed_down_the_column(cast, sign_in, page, phone, live_server, look_over):
    version = draft_version(
        scheme=Scheme.objects.get(), starts_on=date(2026, 6, 1), why="会议决定", actor=cast.admin,
        at=moment(date(2026, 6, 1)),
    )  # fmt: skip
    sign_in(page, cast.admin)
    page.goto(f"{live_server.url}/points/rules/2026/draft/")
    look_over(page)
    page.focus("[name=points_congress_missed]")
    page.keyboard.type("6")
    page.keyboard.press("Enter")
    assert focused(page) == "points_study_missed"
    page.keyboard.type("4")
    page.keyboard.press("ArrowUp")
    assert focused(page) == "points_congress_missed"
    page.keyboard.press("Tab")
    assert focused(page) == "cap_congress_missed"
    page.focus("[name=points_media_county]")
    page.keyboard.press("Enter")  # below the last cell the next column begins
    assert focused(page) == "cap_congress_missed"
    page.focus("[name=cap_media_county]")
    page.keyboard.press("Enter")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/preview/") and "每次扣5分,改为每次扣6分" in page.inner_text("main")
    look_over(page)
    values = values_of(version)
    assert [float(values[item].points) for item in ("congress_missed", "study_missed")] == [-6, -4]
    sign_in(phone, cast.admin)
    for path in ("points/rules/", "points/rules/2026/", "points/rules/2026/draft/", "points/rules/2026/draft/preview/",
                 "points/rules/2026/settings/", "points/rules/waivers/new/", "points/rules/waivers/",
                 "months/", "months/?station=GT"):  # fmt: skip
        phone.goto(f"{live_server.url}/{path}")
        look_over(phone)
