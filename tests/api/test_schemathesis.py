"""The whole API against its own description: schemathesis makes requests up, as several people, and reads every answer.

More of them: `SCHEMATHESIS_EXAMPLES=200 pytest tests/api/test_schemathesis.py`, also with a DATABASE_URL.
"""

import os

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
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
from tests.cast import SUNDAY

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "15"))
ROLES = ("clerk", "staff", "officer")
OF_ANSWERS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
# Left out are `positive_data_acceptance`, since a well-formed name of nothing is refused, as it has to be, and
# `missing_required_header`, `use_after_free`, `ensure_resource_availability`, since nothing here asks for a header or deletes.
OF_REQUESTS = [negative_data_rejection, ignored_auth, unsupported_method]

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
def tokens(cast) -> list[dict]:
    """The headers of each role."""
    return [{"Authorization": f"Token {issue_token(user=getattr(cast, role))[0]}"} for role in ROLES]


@schema.parametrize()
@settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_answers_are_as_described(cast, world, tokens, case):
    """First as it was made up, then with real names in it, which reach further; the database keeps what was done."""
    case.call_and_validate(headers=tokens[0], checks=[*OF_ANSWERS, *OF_REQUESTS])
    name_what_is_there(case, world, cast)
    for headers in tokens:
        case.call_and_validate(headers=headers, checks=OF_ANSWERS)


def name_what_is_there(case, world: dict, cast) -> None:
    where = case.operation.path.removeprefix("/api/v1/").split("/")[0]
    for name in case.path_parameters or {}:
        case.path_parameters[name] = world[where]
    if not isinstance(case.body, dict):
        return
    if "branch" in case.body:
        case.body["branch"] = "GT01"
    if "date" in case.body:
        case.body["date"] = str(SUNDAY)
    for person, row in zip(cast.deputies["GT01"], _rows(case.body.get("attendance")), strict=False):
        row["deputy"] = person.code


def _rows(value) -> list[dict]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
