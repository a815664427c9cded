"""Look-alikes while typing: asked for after a pause, not while an input method composes, silent when offline."""

from django.urls import reverse

from tests.test_similar_tickets import LIGHTS, ticket

SHOWN = "[data-similar] li"


def test_typing_shows_what_is_there_already_and_is_never_in_the_way(cast, page, sign_in, live_server, look_over):
    ticket(cast, LIGHTS)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/opinions/similar/" in request.url else None)
    sign_in(page, cast.clerk)
    page.goto(f"{live_server.url}{reverse('opinion-new')}")
    field = page.locator("#id_text")
    field.dispatch_event("compositionstart")
    field.fill("村北路灯坏了三盏")
    page.wait_for_timeout(700)
    assert asked == []  # the input method is still at it
    field.dispatch_event("compositionend")
    page.wait_for_selector(SHOWN)
    assert LIGHTS[:10] in page.text_content(SHOWN) and len(asked) == 1
    look_over(page)
    page.context.set_offline(True)
    field.fill("村北路灯坏了,电话19900007001")
    page.wait_for_timeout(700)
    assert "19900007001" not in "".join(asked) and page.locator(SHOWN).count() == 1  # silent, and no phone goes out
    page.context.set_offline(False)
    field.fill("路灯")
    page.wait_for_selector(SHOWN, state="detached")
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_selector(".errsum")  # no branch yet: what was typed is still there
    assert page.input_value("#id_text") == "路灯"
