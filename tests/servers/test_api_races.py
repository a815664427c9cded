"""Races through the API on PostgreSQL: one key sent by several threads at once, one row changed by two people."""

from functools import partial

import pytest
from rest_framework.test import APIClient

from activities.models import Attendance, DutyLog
from activities.services import Matter
from julu_liaison.accounts.services import issue_token
from julu_liaison.common.models import ReplayedRequest
from opinions.models import Opinion
from opinions.services import register_opinion
from tests.cast import SUNDAY, build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)

LOGS = "/api/v1/duty-logs/"


@pytest.fixture
def county():
    return build_cast()


def client_of(user) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue_token(user=user)[0]}")
    return client


def body_of(cast, **changes) -> dict:
    return {
        "branch": "GT01", "date": "2026-03-01", "form": "onsite", "received": 3,
        "attendance": [{"deputy": cast.deputy_person.code, "status": "present"}],
        "opinions": [{"text": "村西田间道路塌陷", "category": "road"}],
    } | changes  # fmt: skip


def sender(cast, body, key):
    return partial(client_of(cast.clerk).post, LOGS, body, format="json", HTTP_IDEMPOTENCY_KEY=key)


@pytest.mark.parametrize("threads", [2, 6])
def test_one_key_at_the_same_moment_is_done_once(county, race, threads):
    answers = race(*(sender(county, body_of(county), "same") for _ in range(threads)))
    assert [answer.status_code for answer in answers] == [201] * threads
    assert len({answer.content for answer in answers}) == 1
    assert DutyLog.objects.count() == Opinion.objects.count() == Attendance.objects.count() == 1
    assert ReplayedRequest.objects.get().status == 201


def test_a_refused_first_leaves_the_second_to_act(county, race):
    bad, good = body_of(county, date="2999-01-01"), body_of(county)
    statuses = sorted(answer.status_code for answer in race(sender(county, bad, "same"), sender(county, good, "same")))
    assert statuses in ([201, 400], [201, 422])  # 422 where the good one was already done
    assert DutyLog.objects.get().serial == 1


def test_different_keys_at_the_same_moment_are_both_done(county, race):
    answers = race(*(sender(county, body_of(county), f"key-{turn}") for turn in range(4)))
    assert sorted(answer.json()["number"] for answer in answers) == [f"〔2026〕第00{n}号" for n in range(1, 5)]


def test_two_people_with_the_same_reading_one_is_told(county, race):
    ticket = register_opinion(branch=county.gt01, matter=Matter("路灯不亮"), actor=county.clerk, at=moment(SUNDAY))
    path = f"/api/v1/opinions/{ticket.uid}/moves/"
    answers = race(*(
        partial(client_of(user).post, path, {"move": "urge"}, format="json", HTTP_IF_MATCH='"v1"')
        for user in (county.clerk, county.staff)
    ))  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    ticket.refresh_from_db()
    assert ticket.version == 2


def test_of_six_changes_of_one_deputy_five_are_told(county, race):
    """Three rounds: without the row lock the comparison slips through in most rounds, not in every one."""
    path = f"/api/v1/deputies/{county.deputy_person.code}/"
    clients = [client_of(user) for user in (county.admin, county.staff) * 3]
    for turn in range(3):
        tag = clients[0].get(path)["ETag"]
        answers = race(*(
            partial(client.patch, path, {"position": f"职务{turn}-{key}"}, format="json", HTTP_IF_MATCH=tag)
            for key, client in enumerate(clients)
        ))  # fmt: skip
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * 5


def test_one_key_for_every_kind_of_post_is_done_once(county, race):
    """A ticket, a step, the inbox: each sent by four threads under one key."""
    ticket = register_opinion(branch=county.gt01, matter=Matter("路灯不亮"), actor=county.clerk, at=moment(SUNDAY))
    client = client_of(county.clerk)
    for path, body in (
        ("/api/v1/opinions/", {"branch": "GT01", "text": "水渠堵了"}),
        (f"/api/v1/opinions/{ticket.uid}/moves/", {"move": "escalate"}),
        ("/api/v1/notices/read/", {}),
    ):
        send = partial(client.post, path, body, format="json", HTTP_IDEMPOTENCY_KEY=path)
        answers = race(*[send] * 4)
        assert {answer.status_code for answer in answers} <= {200, 201}, answers
        assert len({answer.content for answer in answers}) == 1
        assert sorted("Idempotency-Replayed" in answer for answer in answers) == [False, True, True, True]
    ticket.refresh_from_db()
    assert (Opinion.objects.count(), ticket.version) == (2, 2)


def test_who_comes_late_is_told_which_field_the_other_changed(county, race):
    path = f"/api/v1/deputies/{county.deputy_person.code}/"
    clients = [client_of(user) for user in (county.admin, county.staff)]
    tag = clients[0].get(path)["ETag"]
    bodies = [{"position": "校长"}, {"employer": "官亭镇中学"}]
    answers = race(*(
        partial(client.patch, path, body, format="json", HTTP_IF_MATCH=tag)
        for client, body in zip(clients, bodies, strict=True)
    ))  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    late = next(answer for answer in answers if answer.status_code == 412)
    done = bodies[1 - answers.index(late)]
    assert late.json()["changes"] == done and late.json()["current"] == clients[0].get(path)["ETag"]
