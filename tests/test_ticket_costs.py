"""What a ticket's pages and calls may cost at most, in queries: the targets of the bench beside django-helpdesk."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.services import Matter
from julu_liaison.accounts.services import issue_token
from opinions.services import move_opinion, register_opinion
from tests.cast import SUNDAY, build_cast, moment

pytestmark = pytest.mark.django_db

AT = moment(SUNDAY)


@pytest.fixture
def cast():
    return build_cast()


def at_department(cast):
    ticket = register_opinion(branch=cast.gt01, matter=Matter("村西田间道路塌陷", "road"), actor=cast.clerk, at=AT)
    for who, move, facts in (
        (cast.clerk, "escalate", {"note": "超出分站能力"}), (cast.clerk, "escalate", {"note": "请县里交办"}),
        (cast.staff, "transfer", {"department": cast.jiaotong}), (cast.officer, "sign_for", {}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=move, actor=who, at=AT, **facts)
    return ticket


def counted(ask) -> int:
    """How many queries a call takes the second time, once its session is in use; without a test's savepoints."""
    ask()
    with CaptureQueriesContext(connection) as spent:
        answer = ask()
    assert answer.status_code < 400
    return sum("SAVEPOINT" not in query["sql"] for query in spent.captured_queries)


@pytest.mark.parametrize("tickets", [1, 3])
def test_pages(cast, signed_in, tickets):
    ticket = [at_department(cast) for _ in range(tickets)][-1]
    client = signed_in(cast.staff)
    assert counted(lambda: client.get(reverse("opinions"))) <= 10
    assert counted(lambda: client.get(reverse("opinions"), {"state": "open"})) <= 10
    assert counted(lambda: client.get(reverse("opinion", args=[ticket.uid]))) <= 15


@pytest.mark.parametrize("tickets", [1, 3])
def test_calls(cast, client, tickets):
    ticket = [at_department(cast) for _ in range(tickets)][-1]
    key, _token = issue_token(user=cast.staff)
    for path in (reverse("api:opinions"), reverse("api:opinion", args=[ticket.uid])):
        assert counted(lambda path=path: client.get(path, headers={"Authorization": f"Token {key}"})) <= 8


def test_registering(cast, signed_in):
    client = signed_in(cast.clerk)
    form = {"branch": "GT01", "text": "村口路灯不亮"}
    assert counted(lambda: client.post(reverse("opinion-new"), form | {"key": uuid4()})) <= 15
    named = form | {"deputy": cast.deputy_person.pk}
    assert counted(lambda: client.post(reverse("opinion-new"), named | {"key": uuid4()})) <= 17
