"""Who gets what answer from every address and method: the whole matrix, one row an operation."""

import re

import pytest

from activities.models import DutyLog
from activities.services import Matter, SundayRow, file_log
from activities.services.events import Audience, announce_activity
from activities.states import ActivityKind
from julu_liaison.api_router import v1
from opinions.models import Opinion
from opinions.services import move_opinion
from tests.api.conftest import AT
from tests.cast import PASSWORD, SUNDAY

ROLES = (
    "admin", "staff", "system", "security", "auditor", "clerk", "stranger", "head", "deputy", "officer", "chief", "other_officer",
    "anonymous",
)  # fmt: skip

# The ticket lies with the transport department; it is GT01's and its deputy's.
TICKET = (200, 200, 404, 404, 200, 200, 404, 200, 200, 200, 200, 404, 401)
EVERYBODY = (200,) * 12 + (401,)
PATHS = {
    "token": "/api/v1/auth/token/", "schema": "/api/v1/schema/", "stations": "/api/v1/stations/",
    "station": "/api/v1/stations/GT01/", "deputies": "/api/v1/deputies/", "deputy": "/api/v1/deputies/{deputy}/",
    "score": "/api/v1/deputies/{deputy}/score/", "rosters": "/api/v1/rosters/",
    "logs": "/api/v1/duty-logs/", "opinions": "/api/v1/opinions/", "opinion": "/api/v1/opinions/{uid}/",
    "villages": "/api/v1/villages/", "log": "/api/v1/duty-logs/{log}/", "activities": "/api/v1/activities/",
    "activity": "/api/v1/activities/{activity}/", "months": "/api/v1/reports/monthly/",
    "months of GT": "/api/v1/reports/monthly/?station=GT",
    "boards": "/api/v1/boards/", "board of GT01": "/api/v1/boards/?branch=GT01", "notices": "/api/v1/notices/",
    "notices read": "/api/v1/notices/read/", "history": "/api/v1/opinions/{uid}/history/",
    "moves": "/api/v1/opinions/{uid}/moves/",
}  # fmt: skip
#                            admin staff syst  secur audit clerk stran head  deput offic chief other anon
TABLE = [
    ("post", "token",        (200,) * 13),
    ("delete", "token",      (204,) * 12 + (401,)),
    ("get", "schema",        EVERYBODY),
    ("get", "stations",      EVERYBODY),
    ("get", "station",       (200, 200, 200, 200, 200, 200, 404, 200, 200, 404, 404, 404, 401)),
    ("get", "deputies",      EVERYBODY),
    ("get", "deputy",        (200, 200, 404, 404, 200, 200, 404, 200, 200, 404, 404, 404, 401)),
    ("patch", "deputy",      (200, 200, 404, 404, 403, 403, 404, 403, 403, 404, 404, 404, 401)),
    ("get", "score",         (200, 200, 404, 404, 200, 200, 404, 404, 200, 404, 404, 404, 401)),
    ("get", "villages",      EVERYBODY),
    ("get", "log",           (200, 200, 404, 404, 200, 200, 404, 200, 200, 404, 404, 404, 401)),
    ("get", "activities",    EVERYBODY),
    ("get", "activity",      (200, 200, 404, 404, 200, 200, 404, 200, 200, 404, 404, 404, 401)),
    ("get", "months",        (200, 200, 403, 403, 200, 200, 200, 200, 403, 403, 403, 403, 401)),
    ("get", "months of GT",  (200, 200, 403, 403, 200, 200, 404, 404, 403, 403, 403, 403, 401)),
    ("get", "boards",        (200, 200, 403, 403, 200, 200, 200, 403, 403, 403, 403, 403, 401)),
    ("get", "board of GT01", (200, 200, 403, 403, 200, 200, 404, 403, 403, 403, 403, 403, 401)),
    ("get", "notices",       EVERYBODY),
    ("post", "notices read", EVERYBODY),
    ("get", "rosters",       EVERYBODY),
    ("get", "logs",          EVERYBODY),
    ("post", "logs",         (403, 403, 400, 400, 403, 201, 404, 201, 403, 404, 404, 404, 401)),
    ("get", "opinions",      EVERYBODY),
    ("post", "opinions",     (403, 403, 403, 403, 403, 201, 404, 201, 201, 404, 404, 404, 401)),
    ("get", "opinion",       TICKET),
    ("get", "history",       TICKET),
    ("get", "moves",         TICKET),
    ("post", "moves",        (403, 403, 404, 404, 403, 403, 404, 403, 403, 200, 200, 404, 401)),
]  # fmt: skip


@pytest.fixture
def bodies(log_body):
    return {
        ("post", "token"): {"username": "guanting", "password": PASSWORD},
        ("patch", "deputy"): {"employer": "官亭镇中学"},
        ("post", "logs"): log_body,
        ("post", "opinions"): {"branch": "GT01", "text": "村里路灯不亮", "category": "utilities"},
        ("post", "moves"): {"move": "sign_for"},
    }


@pytest.fixture
def log(cast) -> DutyLog:
    """Of GT01, with its deputy."""
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: "present"})
    return file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT).log


@pytest.fixture
def activity(cast):
    """Of GT; its deputies are asked."""
    return announce_activity(
        station=cast.gt, kind=ActivityKind.STUDY, title="学习代表法", held_on=SUNDAY, actor=cast.clerk, at=AT,
        audience=Audience(places=(cast.gt,)),
    )  # fmt: skip


@pytest.mark.parametrize(("method", "name", "wanted"), TABLE, ids=[f"{row[0]}-{row[1]}" for row in TABLE])
def test_answers_by_role(cast, api, ticket, log, activity, bodies, method, name, wanted):
    for move, facts in (("escalate", {}), ("escalate", {}), ("transfer", {"department": cast.jiaotong})):
        actor = cast.staff if move == "transfer" else cast.clerk
        move_opinion(opinion=ticket, move=move, actor=actor, at=AT, **facts)
    path = PATHS[name].format(uid=ticket.uid, deputy=cast.deputy_person.code, log=log.uid, activity=activity.uid)
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


METHODS = ("get", "post", "put", "patch", "delete")
NAMES = {"station": {"code": "GT01"}, "deputy": {"code": "{deputy}"}, "score": {"code": "{deputy}"}}
NAMES |= {name: {"uid": "{uid}"} for name in ("opinion", "history", "moves")}
NAMES |= {"duty-log": {"uid": "{log}"}, "activity": {"uid": "{activity}"}}


def addresses() -> dict[str, set[str]]:
    """Every address of the router with the methods that it serves."""
    found = {}
    for route in v1:
        text = "/api/v1/" + str(route.pattern)
        for name, value in NAMES.get(route.name, {}).items():
            text = re.sub(f"<[a-z]+:{name}>", value, text)
        found[text] = {method for method in METHODS if hasattr(route.callback.view_class, method)}
    return found


def test_every_method_of_every_address_stands_in_the_table():
    """Fails for a new address and for a new method: say first who may."""
    listed = {(method, PATHS[name].partition("?")[0]) for method, name, _wanted in TABLE}
    assert listed == {(method, path) for path, methods in addresses().items() for method in methods}


@pytest.mark.parametrize("method", METHODS)
def test_every_other_method_is_refused(cast, api, ticket, log, activity, method):
    client, stranger = api(cast.admin), api(None)
    for path, methods in addresses().items():
        here = path.format(uid=ticket.uid, deputy=cast.deputy_person.code, log=log.uid, activity=activity.uid)
        if method not in methods:
            assert getattr(client, method)(here).status_code == 405, here
            assert getattr(stranger, method)(here).status_code == 401, here


@pytest.fixture
def foreign(cast) -> list[str]:
    """Addresses of what belongs to the other station."""
    person = cast.deputies["YT01"][1]
    row = SundayRow(branch=cast.yt01, attendance={person: "present"}, matters=[Matter("路灯不亮", deputy=person)])
    filed = file_log(row=row, on=SUNDAY, actor=cast.stranger, at=AT)
    made = announce_activity(
        station=cast.yt, kind=ActivityKind.STUDY, title="学习代表法", held_on=SUNDAY, actor=cast.stranger, at=AT,
        audience=Audience(places=(cast.yt,)),
    )  # fmt: skip
    return [
        "stations/YT01/", f"deputies/{person.code}/", f"deputies/{person.code}/score/", f"duty-logs/{filed.log.uid}/",
        f"activities/{made.uid}/", f"opinions/{filed.opinions[0].uid}/", f"opinions/{filed.opinions[0].uid}/history/",
        f"opinions/{filed.opinions[0].uid}/moves/", "stations/?parent=YT", "villages/?station=YT01",
        "deputies/?station=YT", "rosters/?station=YT", "duty-logs/?branch=YT01", "activities/?station=YT", "opinions/?station=YT",
        "reports/monthly/?station=YT", "boards/?station=YT", "boards/?branch=YT01",
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["clerk", "head", "deputy", "officer"])
def test_nothing_of_a_foreign_place_is_there(cast, api, foreign, role):
    """404 throughout; reports and boards are 403 already for who has none of their own."""
    theirs, ours = api(cast.stranger), api(getattr(cast, role))
    for address in foreign:
        assert theirs.get(f"/api/v1/{address}").status_code == 200, address
        closed = role in ("deputy", "officer") if "monthly" in address else role != "clerk" and "boards" in address
        assert ours.get(f"/api/v1/{address}").status_code == (403 if closed else 404), address
