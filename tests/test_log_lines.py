"""What the logs hold: the request's id and route, never an address, a search, a row or a person."""

import io
import json
import logging
import logging.config

import pytest
from django.conf import settings
from django.db import IntegrityError, connection
from django.test import Client

from julu_liaison.accounts.services import issue_token
from julu_liaison.common.logs import logging_config
from stations.models import Station

SECRETS = ("geheim", "19900001234", "赵大娘", "%E8%B5%B5")


@pytest.fixture
def written():
    """Lines written under the production configuration: `written()` → list of objects."""
    before = logging.root.handlers[:], logging.root.level
    logging.config.dictConfig(logging_config(as_json=True, level="WARNING", access_level="INFO"))
    stream = io.StringIO()
    (handler,) = logging.root.handlers
    handler.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.config.dictConfig(settings.LOGGING)
    logging.root.handlers[:] = before[0]
    logging.root.setLevel(before[1])


def test_a_line_a_request_with_its_id(cast, signed_in, written):
    answer = signed_in(cast.clerk).get("/opinions/", {"q": "赵大娘"})
    (line,) = written()
    assert line["correlation_id"] == answer["X-Request-ID"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "opinions/", 200)
    assert line["account"] == cast.clerk.pk and line["ms"] >= 0


def test_an_id_from_the_proxy_is_taken_over_and_nonsense_is_not(db, client, written):
    sent = "7b4e0d6e2c5a4f0e9d3c1b2a39485766"
    assert client.get("/login/", headers={"x-request-id": sent})["X-Request-ID"] == sent
    assert client.get("/login/", headers={"x-request-id": "赵大娘"})["X-Request-ID"] != "赵大娘"
    assert not any(word in json.dumps(written(), ensure_ascii=False) for word in SECRETS)


@pytest.mark.parametrize(
    "address",
    ["/f/geheim-token/?tel=19900001234", "/赵大娘/19900001234/", "/opinions/?q=赵大娘", "/api/v1/赵大娘/?q=geheim"],
)
def test_no_address_and_no_query(db, client, written, address):
    client.get(address)
    client.post(address, {"name": "赵大娘"})
    lines = written()
    assert len(lines) >= 2 and not any(word in json.dumps(lines, ensure_ascii=False) for word in SECRETS)


def test_a_refused_form_without_its_token(db, written):
    Client(enforce_csrf_checks=True).post("/login/?next=/geheim/", {"username": "赵大娘"})
    assert any(line["name"] == "django.security.csrf" for line in written())
    assert not any(word in json.dumps(written(), ensure_ascii=False) for word in SECRETS)


def test_an_error_is_told_with_its_trace_and_without_the_row(cast, signed_in, written, monkeypatch):
    def twice(*_args, **_kwargs):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE secret_rows (phone varchar(20) PRIMARY KEY)")
            cursor.execute("INSERT INTO secret_rows VALUES ('19900001234')")
            cursor.execute("INSERT INTO secret_rows VALUES ('19900001234')")

    monkeypatch.setattr(Station.objects, "centres", twice)
    client = signed_in(cast.clerk)
    client.raise_request_exception = False
    assert client.get("/", {"q": "赵大娘"}).status_code == 500
    (error,) = [line for line in written() if line["levelname"] == "ERROR"]
    assert IntegrityError.__name__ in error["exc_info"] and "in twice" in error["exc_info"]
    said = json.dumps(written(), ensure_ascii=False).replace(
        "INSERT INTO secret_rows VALUES ('19900001234')", ""
    )  # the test's own source, which a trace shows
    assert not any(word in said for word in SECRETS)


def test_the_api_knows_whose_token_it_was(cast, written):
    key, _token = issue_token(user=cast.clerk)
    Client().get("/api/v1/stations/", headers={"authorization": f"Token {key}"})
    assert [line["account"] for line in written() if line["name"] == "liaison.access"] == [cast.clerk.pk]


def test_what_a_task_repeats_of_a_row_is_left_out(written):
    error = IntegrityError('duplicate key\nDETAIL:  Key (name, phone)=(赵大娘, 19900001234) already exists.')
    logging.getLogger("celery.app.trace").error("Task %s raised: %r", "x", error, extra={"data": {"exc": repr(error)}})
    (line,) = written()
    assert "duplicate key" in line["message"] and not any(word in json.dumps(line, ensure_ascii=False) for word in SECRETS)
