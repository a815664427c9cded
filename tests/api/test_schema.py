"""The OpenAPI document: valid, complete, served."""

import io

import pytest
from django.core.management import call_command

SCHEMA = "/api/v1/schema/"
CONTRACT = {
    "/auth/token/": {"post", "delete"}, "/stations/": {"get"}, "/stations/{code}/": {"get"}, "/deputies/": {"get"},
    "/deputies/{code}/": {"get", "patch"}, "/deputies/{code}/score/": {"get"}, "/rosters/": {"get"},
    "/duty-logs/": {"get", "post"}, "/opinions/": {"get", "post"}, "/opinions/{uid}/": {"get"},
    "/opinions/{uid}/history/": {"get"}, "/opinions/{uid}/moves/": {"get", "post"}, "/villages/": {"get"},
    "/activities/": {"get"}, "/activities/{uid}/": {"get"}, "/duty-logs/{uid}/": {"get"}, "/reports/monthly/": {"get"},
    "/boards/": {"get"}, "/notices/": {"get"}, "/notices/read/": {"post"}, "/schema/": {"get"},
}  # fmt: skip


def test_document_is_valid_and_without_warnings():
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert out.getvalue().startswith("openapi: 3.")


@pytest.fixture
def document(cast, api):
    return api(cast.clerk).get(SCHEMA).json()


def test_every_call_of_the_contract_is_described(document):
    described = {
        path: set(item) & {"get", "post", "put", "patch", "delete"} for path, item in document["paths"].items()
    }
    described.setdefault("/api/v1/schema/", {"get"})  # the document leaves itself out
    assert {path.removeprefix("/api/v1"): methods for path, methods in described.items()} == CONTRACT


def test_headers_of_changes_and_problems_are_described(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            headers = {row["name"] for row in operation.get("parameters", []) if row["in"] == "header"}
            assert ("Idempotency-Key" in headers) == (method == "post" and "token" not in path)
            assert ("If-Match" in headers) == (method == "patch" or (method == "post" and "moves" in path))
            told = {status for status in operation["responses"] if status >= "400"}
            assert {"400", "401", "403", "404", "406", "429", "500"} <= told
            assert ("412" in told) == ("If-Match" in headers) and ("422" in told) == ("Idempotency-Key" in headers)
            for status in told:
                assert list(operation["responses"][status]["content"]) == ["application/problem+json"]


def test_yaml_on_request_and_login_needed(cast, api):
    answer = api(cast.clerk).get(SCHEMA, HTTP_ACCEPT="application/yaml")
    assert answer.content.startswith(b"openapi: 3.")
    assert api(None).get(SCHEMA).status_code == 401
