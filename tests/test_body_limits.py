"""How much a stranger may send, and by what a caller is counted."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from julu_liaison.accounts.rules import network_of
from julu_liaison.common import middleware

pytestmark = pytest.mark.once


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(middleware, "STRANGERS_BODY", 2000)


def file() -> SimpleUploadedFile:
    return SimpleUploadedFile("x.bin", b"x" * 4000)


@pytest.mark.parametrize("address", ["/look/", "/ask/", "/login/", "/mode/", "/nothing/"])
def test_a_stranger_sends_no_large_body_where_none_is_taken(db, client, small, address):
    answer = client.post(address, {"file": file()})
    assert answer.status_code == (404 if address == "/nothing/" else 413)
    if answer.status_code == 413:
        assert "太大" in answer.text


def test_who_is_signed_in_may_and_who_reports_with_photos_may(cast, client, signed_in, small):
    assert client.post("/b/GT01/say/", {"text": "灯", "photos": file()}).status_code == 400  # read, and no picture
    assert signed_in(cast.clerk).post("/mode/", {"mode": "large", "next": "/", "file": file()}).status_code == 302


def test_even_an_archive_has_an_end(cast, signed_in, small, monkeypatch):
    monkeypatch.setattr(middleware, "LARGEST_BODY", 3000)
    assert signed_in(cast.clerk).post("/mode/", {"mode": "large", "next": "/", "file": file()}).status_code == 413


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"), ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"), ("", ""), ("unix", "unix"),
    ],
)  # fmt: skip
def test_an_ipv6_household_is_one_caller(address, counted):
    assert network_of(RequestFactory().get("/", REMOTE_ADDR=address)) == counted
