"""A POST that is sent twice with one key is done once and answered alike."""

from datetime import timedelta

import pytest
from django.utils import timezone

from activities.models import DutyLog
from julu_liaison.common.models import ReplayedRequest
from julu_liaison.common.tasks import forget_old_replays
from opinions.models import Opinion

LOGS, OPINIONS = "/api/v1/duty-logs/", "/api/v1/opinions/"


def post(client, path, body, key):
    return client.post(path, body, format="json", HTTP_IDEMPOTENCY_KEY=key)


def test_same_answer_and_done_once_even_with_a_new_token(cast, api, log_body):
    first = post(api(cast.clerk), LOGS, log_body, "abc")
    second = post(api(cast.clerk), LOGS, log_body, "abc")
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first
    assert DutyLog.objects.count() == Opinion.objects.count() == 1


def test_every_post_takes_it(cast, api, ticket):
    moves = f"{OPINIONS}{ticket.uid}/moves/"
    for path, body in ((OPINIONS, {"branch": "GT01", "text": "路灯不亮"}), (moves, {"move": "escalate"})):
        answers = [post(api(cast.clerk), path, body, "key-" + path) for _ in range(2)]
        assert answers[0].status_code == answers[1].status_code and answers[0].json() == answers[1].json()
    assert Opinion.objects.count() == 2
    ticket.refresh_from_db()
    assert (ticket.state, ticket.version) == ("at_station", 2)


def test_without_a_key_each_request_counts(cast, api, log_body):
    for _ in range(2):
        api(cast.clerk).post(LOGS, log_body, format="json")
    assert DutyLog.objects.count() == 2


def test_key_for_another_request_is_refused(cast, api, log_body):
    client = api(cast.clerk)
    post(client, LOGS, log_body, "abc")
    for path, body in ((LOGS, log_body | {"received": 4}), (OPINIONS, {"branch": "GT01", "text": "路灯不亮"})):
        refused = post(client, path, body, "abc")
        assert refused.status_code == 422
        assert refused["Content-Type"] == "application/problem+json" and "请换一个" in refused.json()["detail"]
    assert DutyLog.objects.count() == Opinion.objects.count() == 1


def test_order_of_keys_in_the_body_is_no_difference(cast, api, log_body):
    client = api(cast.clerk)
    post(client, LOGS, log_body, "abc")
    assert post(client, LOGS, dict(reversed(log_body.items())), "abc").status_code == 201


def test_keys_belong_to_the_account(cast, api, log_body):
    post(api(cast.clerk), LOGS, log_body, "abc")
    own = post(api(cast.head), LOGS, log_body, "abc")
    assert own.status_code == 201 and "Idempotency-Replayed" not in own
    assert post(api(cast.stranger), LOGS, log_body, "abc").status_code == 404
    assert DutyLog.objects.count() == 2


def test_a_refused_request_leaves_the_key_free_to_be_corrected(cast, api, log_body):
    client = api(cast.clerk)
    for body, status in (
        (log_body | {"date": "2999-01-01"}, 400),
        (log_body | {"branch": "YT01"}, 404),
        (log_body, 201),
    ):
        assert post(client, LOGS, body, "abc").status_code == status
    assert ReplayedRequest.objects.count() == DutyLog.objects.count() == 1
    assert DutyLog.objects.get().serial == 1


@pytest.mark.parametrize(("key", "status"), [("x" * 100, 201), ("x" * 101, 400), ("", 400), ("   ", 400)])
def test_length_of_keys(cast, api, log_body, key, status):
    assert post(api(cast.clerk), LOGS, log_body, key).status_code == status
    assert DutyLog.objects.count() == (status == 201)


def test_no_token_is_ever_kept(cast, api):
    body = {"username": "guanting", "password": "Test-pass-2026"}
    keys = {post(api(None), "/api/v1/auth/token/", body, "abc").json()["token"] for _ in range(2)}
    assert len(keys) == 2 and not ReplayedRequest.objects.exists()


def test_no_villagers_identity_is_kept_in_the_clear(cast, api, log_body):
    log_body["opinions"][0]["villager"] = {"name": "张三", "phone": "19900009999"}
    post(api(cast.clerk), LOGS, log_body, "abc")
    post(api(cast.clerk), OPINIONS, {"branch": "GT01", "text": "灯", "villager": {"name": "张三"}}, "def")
    kept = str(list(ReplayedRequest.objects.values_list("body", flat=True)))
    assert "张三" not in kept and "19900009999" not in kept and "uid" in kept


def test_old_answers_are_forgotten(cast, api, log_body):
    post(api(cast.clerk), LOGS, log_body, "old")
    ReplayedRequest.objects.update(created_at=timezone.now() - timedelta(days=8))
    post(api(cast.clerk), LOGS, log_body, "new")
    assert forget_old_replays() == 1
    assert ReplayedRequest.objects.get().key == "new"
