"""Fixtures of the API's tests: clients with real tokens, a ticket, a log."""

import pytest
from rest_framework.test import APIClient

from activities.services import Matter
from julu_liaison.accounts.services import issue_token
from opinions.models import Opinion
from opinions.services import register_opinion
from tests.cast import SUNDAY, moment

AT = moment(SUNDAY)


@pytest.fixture
def api():
    """`api(cast.clerk).get(...)`: a client with a token of that account; `api(None)` has none."""

    def client_of(user) -> APIClient:
        client = APIClient()
        if user is not None:
            key, _token = issue_token(user=user)
            client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
        return client

    return client_of


@pytest.fixture
def register(cast):
    """Register an opinion of GT01 taken up by its member; keywords go into the matter."""

    def once(text="村西田间道路塌陷,影响通行", branch=None, **fields) -> Opinion:
        matter = Matter(text, "road", **({"deputy": cast.deputy_person} | fields))
        return register_opinion(branch=branch or cast.gt01, matter=matter, actor=cast.clerk, at=AT)

    return once


@pytest.fixture
def ticket(register) -> Opinion:
    return register(villager_name="张三", villager_phone="19900009999", villager_village="安家庄村")


@pytest.fixture
def log_body(cast) -> dict:
    """A duty log of GT01 as the contract has it."""
    return {
        "branch": "GT01", "date": "2026-03-01", "form": "onsite", "received": 3, "households": 0,
        "attendance": [{"deputy": cast.deputy_person.code, "status": "present"}], "summary": "接待群众",
        "opinions": [{"text": "村西田间道路塌陷,影响通行", "category": "road"}],
    }  # fmt: skip
