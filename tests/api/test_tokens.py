"""Signing in and out of the API: locked after failures, throttled, ended, revoked."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.utils import timezone
from rest_framework.settings import api_settings

from julu_liaison.accounts.api.views import SignInThrottle, TokenView
from julu_liaison.accounts.models import ApiToken
from julu_liaison.accounts.services import change_password, token_digest
from julu_liaison.common.models import AuditLog
from tests.cast import PASSWORD

PATH = "/api/v1/auth/token/"


def sign_in(client, password=PASSWORD, username="guanting"):
    return client.post(PATH, {"username": username, "password": password}, format="json")


def test_token_opens_the_api_until_it_is_revoked(cast, api):
    client = api(None)
    issued = sign_in(client)
    assert issued.status_code == 200 and set(issued.json()) == {"token", "expires_at"}
    assert issued["Cache-Control"] == "no-store"
    client.credentials(HTTP_AUTHORIZATION=f"Token {issued.json()['token']}")
    assert client.get("/api/v1/stations/").status_code == 200
    assert client.delete(PATH).status_code == 204
    refused = client.get("/api/v1/stations/")
    assert refused.status_code == 401 and refused["WWW-Authenticate"] == "Token"
    assert "令牌不对或者过期了" in refused.json()["detail"]
    assert list(AuditLog.objects.filter(actor=cast.clerk).values_list("action", flat=True))[::-1] == [
        "issue_token", "revoke_token",
    ]  # fmt: skip


def test_database_holds_only_the_digest(cast, api):
    key = sign_in(api(None)).json()["token"]
    assert ApiToken.objects.get().digest == token_digest(key) != key


def test_token_ends_by_itself_and_with_the_account_or_the_password(cast, api):
    for end in (
        lambda: ApiToken.objects.update(expires_at=timezone.now()),
        lambda: type(cast.clerk).objects.filter(pk=cast.clerk.pk).update(is_active=False),
        lambda: change_password(user=cast.staff, old=PASSWORD, new="Another-pass-2026"),
    ):
        client = api(cast.clerk if cast.clerk.is_active else cast.staff)
        other = api(cast.staff)
        end()
        assert 401 in (client.get("/api/v1/stations/").status_code, other.get("/api/v1/stations/").status_code)
        cast.clerk.refresh_from_db()


def test_expiry_is_the_settings_lifetime(cast, api, settings):
    settings.API_TOKEN_LIFETIME = timedelta(hours=1)
    sign_in(api(None))
    token = ApiToken.objects.get()
    assert token.expires_at - token.created_at == timedelta(hours=1)


def test_wrong_password_is_401_and_five_lock_the_account(cast, api):
    client = api(None)
    for _ in range(4):
        wrong = sign_in(client, "nope")
        assert wrong.status_code == 401 and "密码不对" in wrong.json()["detail"]
    for password in ("nope", PASSWORD):
        locked = sign_in(client, password)
        assert locked.status_code == 429
        assert locked["Content-Type"] == "application/problem+json"
        assert locked["Retry-After"] == "900" and "要等15分钟" in locked.json()["detail"]
    assert sign_in(client, username="yantuan").status_code == 200
    assert not ApiToken.objects.filter(user=cast.clerk).exists()


def test_lock_from_another_address_does_not_hit_this_one(cast, api):
    client = api(None)
    for _ in range(5):
        client.post(PATH, {"username": "guanting", "password": "nope"}, format="json", REMOTE_ADDR="10.0.0.9")
    assert sign_in(client).status_code == 200


def test_success_forgets_earlier_failures(cast, api):
    client = api(None)
    sign_in(client, "nope")
    assert AccessAttempt.objects.exists()
    sign_in(client)
    assert not AccessAttempt.objects.exists()


def test_first_password_must_be_changed_on_the_pages(cast, api):
    client = api(cast.clerk)
    type(cast.clerk).objects.filter(pk=cast.clerk.pk).update(must_change_password=True)
    for answer in (sign_in(api(None)), client.get("/api/v1/stations/")):
        assert answer.status_code == 403 and "改密码" in answer.json()["detail"]


def test_an_old_token_does_not_stop_signing_in(cast, api):
    client = api(None)
    client.credentials(HTTP_AUTHORIZATION="Token long-gone")
    assert sign_in(client).status_code == 200


@pytest.mark.parametrize("body", [{}, {"username": "guanting"}, {"username": "", "password": ""}, [1], "text"])
def test_incomplete_sign_in_is_400(cast, api, body):
    assert api(None).post(PATH, body, format="json").status_code == 400


def test_signing_in_is_throttled_by_address_whatever_the_header_says(cast, api, monkeypatch):
    monkeypatch.setattr(TokenView, "throttle_classes", [SignInThrottle])
    monkeypatch.setattr(SignInThrottle, "THROTTLE_RATES", {"login": "3/min"})
    monkeypatch.setattr(SignInThrottle, "timer", lambda self: 1_000_000.0)
    client, codes = api(None), []
    for turn in range(5):
        body = {"username": f"nobody{turn}", "password": "x"}
        answer = client.post(PATH, body, format="json", REMOTE_ADDR="10.9.8.7", HTTP_X_FORWARDED_FOR=f"1.2.3.{turn}")
        codes.append(answer.status_code)
    assert codes == [401, 401, 401, 429, 429]
    assert int(answer["Retry-After"]) > 0 and "秒后再试" in answer.json()["detail"]
    assert api_settings.NUM_PROXIES == 0
