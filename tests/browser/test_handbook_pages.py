"""Every page of the handbook, walked through as its readers do: at the desk, on a phone, by its contents."""

import pytest

from julu_liaison.handbook import TITLES
from tests.browser.conftest import until


@pytest.fixture(params=["page", "phone"])
def screen(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("slug", TITLES)
def test_walked_through(cast, screen, live_server, look_over, slug):
    screen.goto(f"{live_server.url}/handbook/")
    look_over(screen)
    screen.get_by_role("link", name=TITLES[slug]).click()
    look_over(screen)
    pictures = screen.locator("figure img")
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
    until(screen, "Array.from(document.images).every((one) => one.complete && one.naturalWidth > 0)")
    for link in screen.locator(".contents a").all():
        anchor = link.get_attribute("href")
        assert screen.locator(anchor).count() == 1
    link.click()
    assert screen.url.endswith(anchor)


def test_steps_are_numbered(cast, page, live_server):
    page.goto(f"{live_server.url}/handbook/clerk/")
    kinds = page.evaluate("['.text > ol', '.text > ul', '.contents ol'].map((one) => "
                          "getComputedStyle(document.querySelector(one)).listStyleType)")  # fmt: skip
    assert kinds == ["decimal", "disc", "decimal"]
