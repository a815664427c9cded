"""What answers tell the browser: nothing of us is embedded, kept or run elsewhere; cookies; production's settings.

Every page as every role is asked the same by tests/test_access_matrix.py.
"""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from julu_liaison.accounts.models import Session
from julu_liaison.common.headers import FILES
from tests.headers import header_faults
from tests.test_setup import GOOD

ROOT = Path(settings.BASE_DIR)
SECRET = "kq2mx4np8wJl2-7kq2-mx4n-p8ws_3hv6tr9yb5cz1df0gqAe7wY2"
COOKIES = ("SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE")


def test_a_bare_answer_has_every_fault():
    """Else the walk over all pages would show nothing."""
    faults = header_faults(HttpResponse("<p>"))
    for name in ("X-Frame-Options", "Content-Security-Policy", "Permissions-Policy", "Cache-Control", "Referrer-Policy",
                 "X-Content-Type-Options", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"):  # fmt: skip
        assert any(fault.startswith(name) for fault in faults), name


@pytest.mark.parametrize(
    "said",
    [
        {"Cache-Control": "private, max-age=600"},
        {"Cache-Control": "public, max-age=600"},
        {"Cache-Control": "private, no-cache", "Content-Type": "text/html; charset=utf-8"},  # of a page; a picture may
        {"Content-Disposition": 'inline; filename="a.svg"', "Content-Type": "image/svg+xml"},
        {"Location": "//elsewhere.example/"},
    ],
)
@pytest.mark.django_db
def test_what_is_weak_is_found(client, said):
    good = client.get("/healthz").headers
    answer = HttpResponse("x", headers={name: value for name, value in good.items() if name not in said} | said)
    assert header_faults(answer) != []


@pytest.mark.django_db
def test_pages_nobody_finds_and_the_api_are_as_strict(client):
    api_address = "/api/v1/opinions/"
    for address in ("/no/such/page/", "/healthz", api_address, "/api/v1/schema/"):
        answer = client.get(address)
        assert header_faults(answer) == [], address
    assert client.get(api_address)["Content-Security-Policy"] == FILES


def test_what_the_api_answers_is_kept_nowhere(cast, client):
    body = {"username": cast.clerk.username, "password": "Test-pass-2026"}
    answer = client.post("/api/v1/auth/token/", body, content_type="application/json")
    listed = client.get("/api/v1/opinions/", headers={"authorization": f"Token {answer.json()['token']}"})
    assert (answer.status_code, listed.status_code) == (200, 200)
    for one in (answer, listed):
        assert "no-store" in one["Cache-Control"] and header_faults(one) == []


def test_a_signed_in_page_is_kept_nowhere(cast, signed_in):
    """Whoever sits down at a township's PC next presses Back and sees nothing: tests/browser/test_shared_pc.py."""
    client = signed_in(cast.clerk)
    for name in ("home", "branches", "activities", "account"):
        answer = client.get(reverse(name), follow=True)
        assert "no-store" in answer["Cache-Control"], name


def test_the_cookie_of_the_look_is_no_scripts_business(client, db):
    cookie = client.post(reverse("mode"), {"mode": "dark", "next": "/"}).cookies["mode"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"


def production(tmp_path, code: list[str], **environment) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    said = kept | {"DATA_DIR": str(tmp_path), "PYTHONUTF8": "1"} | GOOD | {"SECRET_KEY": SECRET} | environment
    call = [sys.executable, *code]
    return subprocess.run(call, cwd=ROOT, env=said, capture_output=True, text=True, check=False)  # noqa: S603 - our own program


def test_the_deployment_check_has_nothing_to_say(tmp_path):
    done = production(tmp_path, ["manage.py", "check", "--deploy", "--fail-level", "WARNING"])
    assert done.returncode == 0, done.stderr
    plain = production(tmp_path, ["manage.py", "check", "--deploy", "--fail-level", "WARNING"], HTTPS="off")
    assert plain.returncode != 0 and "security.W004" in plain.stderr  # without https it is said that there is none


@pytest.mark.parametrize(
    ("https", "wanted"),
    [("on", ["__Host-sessionid", True, True, "__Host-csrftoken", True]), ("off", ["sessionid", False, True, "csrftoken", False])],
)
def test_cookies_are_bound_to_the_host_where_there_is_https(tmp_path, https, wanted):
    code = (
        "import django, json; django.setup()\nfrom django.conf import settings as s\n"
        f"print(json.dumps([getattr(s, name) for name in {COOKIES}]))"
    )
    done = production(tmp_path, ["-c", code], HTTPS=https, DJANGO_SETTINGS_MODULE="julu_liaison.settings")
    assert json.loads(done.stdout) == wanted, done.stderr


def test_only_a_proxy_in_front_is_believed_about_https(tmp_path):
    code = (
        "import django; django.setup()\nfrom django.conf import settings as s\n"
        "print(s.SECURE_PROXY_SSL_HEADER, s.SECURE_HSTS_SECONDS, s.SECURE_SSL_REDIRECT)"
    )
    module = {"DJANGO_SETTINGS_MODULE": "julu_liaison.settings"}
    assert "FORWARDED_PROTO" in production(tmp_path, ["-c", code], **module).stdout
    alone = production(tmp_path, ["-c", code], TLS_CERT="/data/tls/site.pem", **module).stdout
    assert alone.split() == ["None", "31536000", "True"]


def test_the_scripts_know_both_names_of_the_cookie():
    for path in (ROOT / "static" / "js").glob("*.js"):
        text = path.read_text()
        assert text.count("csrftoken=") == text.count("(?:__Host-)?csrftoken="), path.name


def test_what_any_cache_may_keep_carries_nobodys_cookie(cast, signed_in):
    """A session is written again once a minute: never on the answer to a page that is the same for everybody."""
    client = signed_in(cast.staff)
    client.get(reverse("console"))
    Session.objects.update(last_seen_at=timezone.now() - timedelta(minutes=5))
    answer = client.get(reverse("privacy"))
    assert answer.headers["Cache-Control"].startswith("public") and not answer.cookies
    assert settings.SESSION_COOKIE_NAME in client.get(reverse("console")).cookies
