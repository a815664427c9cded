"""Who gets what answer from every address and method: the whole matrix, one row an operation."""

import pytest

from julu_liaison.api_router import v1
from opinions.models import Opinion
from opinions.services import move_opinion
from tests.api.conftest import AT

ROLES = (
    "admin", "staff", "system", "security", "auditor", "clerk", "stranger", "head", "deputy", "officer", "chief", "other_officer",
    "anonymous",
)  # fmt: skip

# The ticket lies with the transport department; it is GT01's and its deputy's.
TICKET = (200, 200, 404, 404, 200, 200, 404, 200, 200, 200, 200, 404, 401)
EVERYBODY = (200,) * 12 + (401,)
NO_METHOD = (405,) * 12 + (401,)
PATHS = {
    "token": "/api/v1/auth/token/", "schema": "/api/v1/schema/", "stations": "/api/v1/stations/",
    "station": "/api/v1/stations/GT01/", "deputies": "/api/v1/deputies/", "deputy": "/api/v1/deputies/{deputy}/",
    "score": "/api/v1/deputies/{deputy}/score/", "rosters": "/api/v1/rosters/",
    "logs": "/api/v1/duty-logs/", "opinions": "/api/v1/opinions/", "opinion": "/api/v1/opinions/{uid}/",
    "history": "/api/v1/opinions/{uid}/history/", "moves": "/api/v1/opinions/{uid}/moves/",
}  # fmt: skip
#                            admin staff syst  secur audit clerk stran head  deput offic chief other anon
TABLE = [
    ("get", "token",         NO_METHOD),
    ("delete", "token",      (204,) * 12 + (401,)),
    ("get", "schema",        EVERYBODY),
    ("post", "schema",       NO_METHOD),
    ("get", "stations",      EVERYBODY),
    ("post", "stations",     NO_METHOD),
    ("put", "stations",      NO_METHOD),
    ("delete", "stations",   NO_METHOD),
    ("get", "station",       (200, 200, 200, 200, 200, 200, 404, 200, 200, 404, 404, 404, 401)),
    ("patch", "station",     NO_METHOD),
    ("delete", "station",    NO_METHOD),
    ("get", "deputies",      EVERYBODY),
    ("post", "deputies",     NO_METHOD),
    ("put", "deputies",      NO_METHOD),
    ("delete", "deputies",   NO_METHOD),
    ("get", "deputy",        (200, 200, 404, 404, 200, 200, 404, 200, 200, 404, 404, 404, 401)),
    ("patch", "deputy",      (200, 200, 404, 404, 403, 403, 404, 403, 403, 404, 404, 404, 401)),
    ("put", "deputy",        NO_METHOD),
    ("delete", "deputy",     NO_METHOD),
    ("get", "score",         (200, 200, 404, 404, 200, 200, 404, 404, 200, 404, 404, 404, 401)),
    ("post", "score",        NO_METHOD),
    ("get", "rosters",       EVERYBODY),
    ("post", "rosters",      NO_METHOD),
    ("get", "logs",          EVERYBODY),
    ("post", "logs",         (403, 403, 400, 400, 403, 201, 404, 201, 403, 404, 404, 404, 401)),
    ("put", "logs",          NO_METHOD),
    ("delete", "logs",       NO_METHOD),
    ("get", "opinions",      EVERYBODY),
    ("post", "opinions",     (403, 403, 403, 403, 403, 201, 404, 201, 201, 404, 404, 404, 401)),
    ("put", "opinions",      NO_METHOD),
    ("delete", "opinions",   NO_METHOD),
    ("get", "opinion",       TICKET),
    ("patch", "opinion",     NO_METHOD),
    ("delete", "opinion",    NO_METHOD),
    ("get", "history",       TICKET),
    ("post", "history",      NO_METHOD),
    ("get", "moves",         TICKET),
    ("post", "moves",        (403, 403, 404, 404, 403, 403, 404, 403, 403, 200, 200, 404, 401)),
    ("put", "moves",         NO_METHOD),
    ("delete", "moves",      NO_METHOD),
]  # fmt: skip


@pytest.fixture
def bodies(log_body):
    return {
        ("patch", "deputy"): {"employer": "官亭镇中学"},
        ("post", "logs"): log_body,
        ("post", "opinions"): {"branch": "GT01", "text": "村里路灯不亮", "category": "utilities"},
        ("post", "moves"): {"move": "sign_for"},
    }


@pytest.mark.parametrize(("method", "name", "wanted"), TABLE, ids=[f"{row[0]}-{row[1]}" for row in TABLE])
def test_answers_by_role(cast, api, ticket, bodies, method, name, wanted):
    for move, facts in (("escalate", {}), ("escalate", {}), ("transfer", {"department": cast.jiaotong})):
        actor = cast.staff if move == "transfer" else cast.clerk
        move_opinion(opinion=ticket, move=move, actor=actor, at=AT, **facts)
    path = PATHS[name].format(uid=ticket.uid, deputy=cast.deputy_person.code)
    got = []
    for role in ROLES:
        Opinion.objects.filter(pk=ticket.pk).update(signed_for_at=None)  # each role finds the same ticket
        client = api(getattr(cast, role, None))
        answer = getattr(client, method)(path, bodies.get((method, name)), format="json")
        got.append(answer.status_code)
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json"
            assert answer.json()["status"] == answer.status_code
    assert dict(zip(ROLES, got, strict=True)) == dict(zip(ROLES, wanted, strict=True))


def test_every_address_of_the_router_stands_in_the_table():
    listed = {PATHS[name] for _method, name, _wanted in TABLE}
    patterns = {
        "/api/v1/" + str(route.pattern).replace("<str:code>", "{deputy}").replace("<uuid:uid>", "{uid}") for route in v1
    }
    patterns = {path.replace("stations/{deputy}", "stations/GT01") for path in patterns}
    assert patterns == listed
