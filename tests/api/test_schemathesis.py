"""The whole API against its own description: schemathesis makes requests up, as several people, and reads every answer.

More of them: `SCHEMATHESIS_EXAMPLES=200 pytest tests/api/test_schemathesis.py`, with a DATABASE_URL.
"""

import os

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from activities.services import Matter, SundayRow, file_log
from activities.services.events import Audience, announce_activity
from activities.states import ActivityKind
from julu_liaison.accounts.services import issue_token
from tests.api.conftest import AT
from tests.cast import PASSWORD, SUNDAY

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "8"))
ROLES = ("clerk", "staff", "officer")
OF_ANSWERS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
# Left out are `positive_data_acceptance`, since a well-formed name of nothing is refused, as it has to be, and
# `missing_required_header`, `use_after_free`, `ensure_resource_availability`, since nothing here asks for a header or deletes.
OF_REQUESTS = [negative_data_rejection, ignored_auth, unsupported_method]

# On PostgreSQL alone, which refuses more of what is made up (zeros in texts, large numbers) than SQLite does.
pytestmark = pytest.mark.servers

schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
schema.app = get_wsgi_application()


@pytest.fixture
def world(cast) -> dict[str, str]:
    """Names of what is really there, by the start of the address that has it in its path."""
    person = cast.deputy_person
    row = SundayRow(branch=cast.gt01, attendance={person: "present"}, matters=[Matter("村西路灯不亮", deputy=person)])
    filed = file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT)
    activity = announce_activity(
        station=cast.gt, kind=ActivityKind.STUDY, title="学习代表法", held_on=SUNDAY, actor=cast.clerk, at=AT,
        audience=Audience(places=(cast.gt,)),
    )  # fmt: skip
    return {
        "stations": "GT01", "deputies": person.code, "duty-logs": str(filed.log.uid), "activities": str(activity.uid),
        "opinions": str(filed.opinions[0].uid),
    }  # fmt: skip


@pytest.fixture
def in_one_transaction():
    """A request would close the connection that the test's transaction lives on; Django's own test client does the same."""
    told = (request_started, request_finished)
    for signal in told:
        signal.disconnect(close_old_connections)
    yield
    for signal in told:
        signal.connect(close_old_connections)


@pytest.fixture
def tokens(cast) -> list[dict]:
    """The headers of each role."""
    return [{"Authorization": f"Token {issue_token(user=getattr(cast, role))[0]}"} for role in ROLES]


@schema.parametrize()
@settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_answers_are_as_described(in_one_transaction, cast, world, tokens, case):
    """First as it was made up, then with real names in it, which reach further; the database keeps what was done."""
    case.call_and_validate(headers=tokens[0], checks=[*OF_ANSWERS, *checks_of_request(case)])
    name_what_is_there(case, world, cast)
    for headers in tokens:
        case.call_and_validate(headers=headers, checks=OF_ANSWERS)


def checks_of_request(case) -> list:
    """Where what is wrong is that it has no token, ours mends it: `ignored_auth` asks for that 401 instead."""
    mended = "Authorization" not in (case.headers or {})
    return [check for check in OF_REQUESTS if not (mended and check is negative_data_rejection)]


def name_what_is_there(case, world: dict, cast) -> None:
    where = case.operation.path.removeprefix("/api/v1/").split("/")[0]
    for name in case.path_parameters or {}:
        case.path_parameters[name] = world[where]
    if case.method == "POST" and isinstance(case.body, dict) and case.operation.path in REAL:
        case.body |= REAL[case.operation.path](case.body, cast)


def _log(body: dict, cast) -> dict:
    people = [{"deputy": person.code, "status": "present"} for person in cast.deputies["GT01"]]
    figures = {name: 7 for name in ("received", "households", "leaflets") if name in body}
    return {"branch": "GT01", "date": str(SUNDAY), "attendance": people, "visits": []} | figures


def _ticket(body: dict, cast) -> dict:
    return {"branch": "GT01", "deputy": cast.deputy_person.code, "kind": "opinion"}


def _sign_in(body: dict, cast) -> dict:
    return {"username": cast.clerk.username, "password": PASSWORD}


REAL = {
    "/api/v1/duty-logs/": _log, "/api/v1/opinions/": _ticket, "/api/v1/auth/token/": _sign_in,
}  # fmt: skip
