"""A form's text is not lost with the login: the way back, what a browser may forget, forms that are out of date."""

from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from activities.models import LivelihoodProject

HERE = "http://testserver"
PAGE = reverse("project-add")
NAME = f"7{PAGE}?year=2026"


@pytest.fixture
def strict(cast):
    """The county's clerk in a browser whose forms are checked, with the token of another sign-in."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def project(**more) -> dict:
    return {"title": "修农村公路", "note": "", "draft": NAME, "csrfmiddlewaretoken": "x" * 64} | more


# --- Taken, or not -------------------------------------------------------------------------------------------------


def test_a_taken_form_lets_the_browser_forget_its_draft(cast, signed_in):
    answer = signed_in(cast.staff).post(PAGE, project())
    assert answer.status_code == 302 and LivelihoodProject.objects.count() == 1
    cookie = answer.cookies["made"]
    assert unquote(cookie.value) == NAME and cookie["samesite"] == "Lax" and not cookie["httponly"]


def test_names_wait_until_a_page_has_read_them_and_do_not_grow_without_end(cast, signed_in):
    client = signed_in(cast.staff)
    client.post(PAGE, project(draft="1/one"))
    client.post(PAGE, project(draft="2/two;\r\n", title="修农村桥"))
    assert [unquote(name) for name in client.cookies["made"].value.split("|")] == ["2/two;\r\n", "1/one"]
    client.post(PAGE, project(draft="长" * 500, title="修农村水渠"))
    assert len(client.cookies["made"].value) <= 2000


def test_a_refused_form_keeps_its_draft(cast, signed_in):
    answer = signed_in(cast.staff).post(PAGE, project(title=""))
    assert answer.status_code == 400 and "made" not in answer.cookies


def test_without_login_the_draft_stays_and_the_way_leads_back_to_the_page(cast, client):
    """The form's own address shows no page; the one it stood on does."""
    plan = reverse("plan-begin")
    answer = client.post(plan, {"draft": NAME}, headers={"referer": f"{HERE}/station/plan/?place=GT&year=2026"})
    assert answer.url == f"{reverse('login')}?next=/station/plan/%3Fplace%3DGT%26year%3D2026"
    assert "made" not in answer.cookies


@pytest.mark.parametrize(
    "referrer", ["", "https://evil.example/x", "http://testserver.evil.example/", "http://[", "//x"]
)
def test_no_other_site_is_led_to(cast, client, referrer):
    answer = client.post(PAGE, project(), headers={"referer": referrer})
    assert answer.url == f"{reverse('login')}?next={PAGE}"


def test_a_path_that_looks_like_another_site_stays_here(cast, client):
    answer = client.post(PAGE, project(), headers={"referer": f"{HERE}//evil.example/x"})
    assert answer.url == f"{reverse('login')}?next=/evil.example/x"


# --- Out of date: signed in again in another tab ----------------------------------------------------------------


def test_what_was_typed_is_sent_again_by_one_press(strict, cast):
    answer = strict.post(PAGE, project(note="第一行\n<b>"), headers={"origin": HERE, "referer": HERE + PAGE})
    page = answer.content.decode()
    assert answer.status_code == 403 and "刚才没有交上" in page and f"现在登录的是{cast.staff.name}" in page
    assert '<textarea name="title" hidden>\n修农村公路</textarea>' in page
    assert '<textarea name="note" hidden>\n第一行\n&lt;b&gt;</textarea>' in page
    assert "x" * 64 not in page and f'action="{PAGE}"' in page and f'href="{PAGE}"' in page
    assert not LivelihoodProject.objects.exists()
    token = strict.cookies["csrftoken"].value
    assert strict.post(PAGE, project(csrfmiddlewaretoken=token)).status_code == 302
    assert LivelihoodProject.objects.get().title == "修农村公路"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example", "", "http://["])
def test_another_sites_form_is_not_offered_again(strict, origin):
    answer = strict.post(PAGE, project(), headers={"origin": origin} if origin else {})
    page = answer.content.decode()
    assert answer.status_code == 403 and "没有交上" in page
    assert "修农村公路" not in page and "再交一次" not in page and "evil" not in page


@pytest.mark.parametrize("secret", ["password", "old", "code", "codes-password"])
def test_passwords_are_not_shown_again(strict, secret):
    page = strict.post(PAGE, project(**{secret: "geheim-2026"}), headers={"origin": HERE}).content.decode()
    assert "geheim-2026" not in page and "再交一次" not in page and "后退" in page


def test_signed_out_meanwhile(cast):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(PAGE, project(), headers={"origin": HERE, "referer": HERE + PAGE})
    page = answer.content.decode()
    assert answer.status_code == 403 and "重新打开刚才的页面" in page and "修农村公路" not in page
