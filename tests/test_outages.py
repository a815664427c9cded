"""A database that is away, a disk that is full or read-only: said in words at every door, with what was typed kept to be sent again."""

import errno
import sqlite3

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError
from django.urls import reverse

from julu_liaison.common.outages import AWAY, BROKEN, FULL, UNWRITABLE, outage_of
from stations.models import Station
from stations.querysets import StationQuerySet
from tests.cast import SUNDAY

HERE = {"HTTP_ORIGIN": "http://testserver"}


def of_postgresql(error: type[Exception], cause: type[Exception]) -> Exception:
    found = error("said by the server")
    found.__cause__ = cause("said by the server")
    return found


def of_sqlite(name: str) -> OperationalError:
    found = OperationalError("said by the library")
    found.__cause__ = sqlite3.OperationalError("said by the library")
    found.__cause__.sqlite_errorname = name
    return found


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (OSError(errno.ENOSPC, ""), FULL), (OSError(errno.EDQUOT, ""), FULL), (OSError(errno.EFBIG, ""), FULL),
        (OSError(errno.EROFS, ""), UNWRITABLE), (PermissionError(errno.EACCES, ""), UNWRITABLE),
        (OSError(errno.EIO, ""), BROKEN), (FileNotFoundError(errno.ENOENT, ""), None), (OSError("no number"), None),
        (of_postgresql(OperationalError, psycopg.errors.AdminShutdown), AWAY),
        (of_postgresql(OperationalError, psycopg.errors.DiskFull), FULL),
        (of_postgresql(InternalError, psycopg.errors.ReadOnlySqlTransaction), UNWRITABLE),
        (of_postgresql(IntegrityError, psycopg.errors.UniqueViolation), None),
        (OperationalError("couldn't get a connection after 5.00 sec"), AWAY), (InterfaceError("connection is closed"), AWAY),
        (of_sqlite("SQLITE_BUSY"), AWAY), (of_sqlite("SQLITE_FULL"), FULL), (of_sqlite("SQLITE_READONLY_DBMOVED"), UNWRITABLE),
        (of_sqlite("SQLITE_IOERR_WRITE"), BROKEN), (of_sqlite("SQLITE_ERROR"), None), (ValueError(), None), (None, None),
    ],
)  # fmt: skip
def test_which_errors_tell_of_an_outage(error, outage):
    assert outage_of(error) is outage


@pytest.fixture
def away(monkeypatch):
    """From now on the database has nothing to say about places."""

    def gone(*_arguments, **_named):
        raise OperationalError("the connection is closed")

    def begin():
        monkeypatch.setattr(StationQuerySet, "visible_to", gone)

    return begin


def test_a_page_says_when_to_come_again(cast, signed_in, away):
    client = signed_in(cast.clerk)
    away()
    answer = client.get(reverse("branches"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "30") and "no-store" in answer["Cache-Control"]
    assert "暂时办不了,请稍后再试" in answer.text and "再打开一次" in answer.text and "Traceback" not in answer.text


def test_what_was_typed_comes_along_and_is_sent_again_by_one_press(cast, signed_in, monkeypatch):
    def gone(**_named):
        raise OperationalError("the connection is closed")

    monkeypatch.setattr("activities.views.sheets.file_sunday", gone)
    monkeypatch.setattr("activities.views.sheets._may_go_on", lambda sheet: True)
    client = signed_in(cast.clerk)
    client.cookies["csrftoken"] = "a" * 32
    address = reverse("sunday-file", args=[SUNDAY.isoformat()])
    typed = {"key": "k-1", "GT01-n": "3", "GT01-o": "村西的路塌了\n<b>第二件</b>"}
    answer = client.post(address, typed, **HERE)
    assert answer.status_code == 503 and f'action="{address}"' in answer.text and "再交一次" in answer.text
    assert 'name="GT01-n" hidden>\n3</textarea>' in answer.text
    assert "村西的路塌了\n&lt;b&gt;第二件&lt;/b&gt;</textarea>" in answer.text
    assert 'name="csrfmiddlewaretoken" value="' in answer.text
    # A form of somebody else's making is no form of ours, and nothing of it is offered to be sent.
    answer = client.post(address, typed, HTTP_ORIGIN="http://elsewhere.example")
    assert answer.status_code == 503 and "村西的路" not in answer.text and "再交一次" not in answer.text.replace("过几分钟再交一次", "")


def test_passwords_and_files_are_never_offered_again(cast, client, monkeypatch):
    def gone(*_arguments, **_named):
        raise OperationalError("the connection is closed")

    monkeypatch.setattr("julu_liaison.accounts.views.signing_in.authenticate", gone, raising=False)
    monkeypatch.setattr("django.contrib.auth.forms.authenticate", gone)
    answer = client.post(reverse("login"), {"username": "guanting", "password": "Secret-2026"}, **HERE)
    assert answer.status_code == 503 and "Secret-2026" not in answer.text and "guanting" not in answer.text
    assert not answer.cookies


def test_what_middleware_runs_into_is_answered_too(cast, signed_in, monkeypatch):
    """The session cannot even be read: whoever it is has not been recognised yet."""

    def gone(*_arguments):
        raise OperationalError("couldn't get a connection after 5.00 sec")

    client = signed_in(cast.clerk)
    client.raise_request_exception = False
    monkeypatch.setattr("julu_liaison.accounts.sessions.SessionStore._get_session_from_db", gone)
    answer = client.post(reverse("station-home"), {"text": "写了半天"}, **HERE)
    assert answer.status_code == 503 and "写了半天" in answer.text


def test_a_mistake_of_ours_is_still_one(cast, signed_in, monkeypatch):
    def wrong(*_arguments):
        raise ValueError

    client = signed_in(cast.clerk)
    client.raise_request_exception = False
    monkeypatch.setattr(StationQuerySet, "visible_to", wrong)
    answer = client.get(reverse("branches"))
    assert answer.status_code == 500 and "暂时打不开" in answer.text


def test_the_api_says_it_as_a_problem(cast, client, away):
    known = client.post("/api/v1/auth/token/", {"username": "guanting", "password": "Test-pass-2026"}, content_type="application/json")
    token = {"HTTP_AUTHORIZATION": f"Token {known.json()['token']}"}
    assert client.get("/api/v1/stations/", **token).status_code == 200
    away()
    answer = client.get("/api/v1/stations/", **token)
    assert (answer.status_code, answer["Content-Type"], answer["Retry-After"]) == (503, "application/problem+json", "30")
    assert answer.json() == {"type": "about:blank", "title": AWAY.title, "status": 503, "detail": AWAY.sentence}
    assert Station.objects.exists()
