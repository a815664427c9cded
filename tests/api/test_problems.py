"""Every error below /api/ is one problem document in Chinese."""

import os
import subprocess
import sys
import time

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from rest_framework import exceptions

from deputies.api.views import DeputyDetail
from julu_liaison.accounts.counting import CountingByUser
from julu_liaison.common.problems import flat_errors, problem_response
from stations.api.views import StationList

LOGS = "/api/v1/duty-logs/"


def demand_problem(answer, status):
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail"} <= set(body) and body["status"] == status
    assert any("\u4e00" <= char <= "\u9fff" for char in body["title"] + body["detail"])
    return body


@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v1/nothing/", "/api/v2/x", "/api/v1/opinions/17/", "/api/a%0Ab/"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_unknown_addresses(db, api, path, method):
    demand_problem(getattr(api(None), method)(path), 404)


def test_missing_slash_is_named(db, api):
    assert "斜杠" in demand_problem(api(None).get("/api/v1/stations"), 404)["detail"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"nonsense", b'{"a": NaN}', b'{"branch": "\\ud800"}', b'{"\\ud800": 1}', b"\xff\xfe", b"[" * 100_000],
)
def test_broken_json(cast, api, body):
    demand_problem(api(cast.clerk).post(LOGS, body, content_type="application/json"), 400)


@pytest.mark.parametrize("body", [b"[]", b"null", b"3", b'"text"'])
def test_json_that_is_no_object(cast, api, body):
    for path in (LOGS, "/api/v1/opinions/", "/api/v1/auth/token/"):
        demand_problem(api(cast.clerk).post(path, body, content_type="application/json"), 400)


def test_too_large_a_body_is_not_read(cast, api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
    demand_problem(api(cast.clerk).post(LOGS, {"summary": "长" * 1024 * 1024}, format="json"), 413)


def test_other_formats_methods_and_missing_login(cast, api):
    client = api(cast.clerk)
    demand_problem(client.post(LOGS, "a=1", content_type="application/x-www-form-urlencoded"), 415)
    wrong_method = client.put("/api/v1/stations/")
    demand_problem(wrong_method, 405)
    assert wrong_method["Allow"] == "GET, HEAD, OPTIONS"
    demand_problem(client.get("/api/v1/stations/", HTTP_ACCEPT="text/html"), 406)
    anonymous = api(None).get("/api/v1/stations/")
    demand_problem(anonymous, 401)
    assert anonymous["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize(
    "path",
    [
        "stations/%00/", "deputies/%00/", "deputies/%00/score/", "stations/?parent=%00", "deputies/?station=%00",
        "deputies/?q=%00", "opinions/?q=%00", "opinions/?holder=%00", "rosters/?station=%00",
        "opinions/?cursor=cD1hYmM=", "opinions/?cursor=cD0lMDA=", "stations/?cursor=cD1hYmM=", "opinions/?state=lost",
        "opinions/?overdue=maybe", "duty-logs/?from=yesterday", "rosters/?month=2026-13", "rosters/?month=2026",
        "opinions/?page_size=0", "opinions/?page_size=many", "opinions/?stat=closed", "villages/?=", "notices/?q=1",
        "activities/?year=12345678901234567890", "reports/monthly/?month=2026", "boards/?size=0x0", "boards/?station=%00",
        "boards/?branch=%00", "stations/?level=village", "deputies/JLX-0001/score/?year=last", "deputies/JLX-0001/score/?year=99999999999",
    ],
)  # fmt: skip
def test_hostile_addresses_are_the_askers_mistake(cast, api, path):
    answer = api(cast.admin).get(f"/api/v1/{path}")
    demand_problem(answer, 404 if answer.status_code == 404 else 400)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Http404(), 404),
        (PermissionDenied(), 403),
        (ValidationError({"phone": ["太长"]}), 400),
        (ValidationError("不行"), 400),
        (exceptions.Throttled(wait=3), 429),
    ],
)
def test_djangos_errors_are_translated(error, status):
    answer = problem_response(error, {})
    assert answer.status_code == answer.data["status"] == status


def test_a_filter_that_is_not_there_is_named_with_those_that_are(cast, api):
    errors = demand_problem(api(cast.clerk).get("/api/v1/villages/?name=x"), 400)["errors"]
    assert errors == {"name": "没有这个筛选条件,可以用的有:cursor、format、page_size、q、station"}


@pytest.mark.parametrize(
    "path", ["duty-logs/?from=&to=&station=", "rosters/?month=&station=", "stations/?level=&parent="]
)
def test_what_is_left_empty_counts_as_left_out(cast, api, path):
    assert api(cast.clerk).get(f"/api/v1/{path}").status_code == 200


@pytest.mark.parametrize(("size", "rows"), [("1", 1), ("3", 3), ("201", 6), ("9" * 5000, 6), ("", 6)])
def test_sizes_of_pages(cast, api, size, rows):
    assert len(api(cast.admin).get(f"/api/v1/stations/?page_size={size}").json()["results"]) == rows


def test_errors_are_flat_by_field():
    nested = {"opinions": [{}, {"text": ["太长", "有空行"]}], "date": ["缺"], "non_field_errors": ["不是对象"]}
    assert flat_errors(nested) == {"opinions.1.text": "太长 有空行", "date": "缺", "body": "不是对象"}


def test_our_own_mistake_is_a_logged_500_without_its_inside(cast, api, monkeypatch, caplog):
    def explode(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(DeputyDetail, "get", explode)
    client = api(cast.clerk)
    client.raise_request_exception = False
    answer = client.get("/api/v1/deputies/x/")
    demand_problem(answer, 500)
    assert "secret" not in answer.content.decode()
    assert "secret detail" in caplog.text


def test_each_account_has_a_rate_of_its_own_and_is_told_how_long_to_wait(cast, api, monkeypatch):
    moment = [time.time()]
    monkeypatch.setattr(time, "time", lambda: moment[0])  # of the cache's files; the suite's other run skips this module
    monkeypatch.setattr(StationList, "throttle_classes", [CountingByUser])
    monkeypatch.setattr(CountingByUser, "THROTTLE_RATES", {"user": "3/min"})
    monkeypatch.setattr(CountingByUser, "timer", lambda self: moment[0])
    client, path = api(cast.clerk), "/api/v1/stations/"
    assert [client.get(path).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = api(cast.clerk).get(path)  # another token of the same account
    assert "秒后再试" in demand_problem(refused, 429)["detail"]
    assert api(cast.stranger).get(path).status_code == 200
    moment[0] += int(refused["Retry-After"])
    assert client.get(path).status_code == 200


def test_rates_are_the_deployments_choice():
    words = "from django.conf import settings; print(settings.REST_FRAMEWORK['DEFAULT_THROTTLE_RATES'])"
    said = {"DJANGO_SETTINGS_MODULE": "julu_liaison.settings", "API_RATE": "90/min", "API_LOGIN_RATE": "5/min"}
    told = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", words], env=os.environ | said, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "{'user': '90/min', 'login': '5/min'}"
