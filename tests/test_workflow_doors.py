"""Every move that is not in the table is refused on every door: page, API, bulk, links, admin.

Services: test_workflow; imports: test_import_opinions.
"""

from random import Random

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from opinions.services.feedback import token_of
from opinions.services.offices.links import answer_path
from opinions.states import State
from opinions.workflow import MOVES, moves_open_to
from tests.api.conftest import api  # noqa: F401 - a fixture
from tests.cast import moment
from tests.test_workflow import ANSWER, ROLES, put, ticket  # noqa: F401 - fixtures

SAMPLE = 3  # moves a state and person, drawn anew from the same seed each run
STATES = [
    State.REGISTERED,
    State.AT_CENTRE,
    State.AT_DEPARTMENT,
    State.WAITING,
    State.REPLIED,
    State.CLOSED,
    State.VOID,
]
FACTS = {"note": ANSWER, "department": "jiaotong", "class": "A", "rating": "satisfied"}


def refused(cast, ticket, role, chance):  # noqa: F811
    """Return some moves that this person can't make with the ticket as it is, with the answer of a door."""
    user = getattr(cast, role)
    seen = Opinion.objects.visible_to(user).filter(pk=ticket.pk).exists()
    open_moves = {move.name for move in moves_open_to(user, ticket)}
    closed = sorted(set(MOVES) - open_moves)
    for name in chance.sample(closed, SAMPLE):
        move = MOVES[name]
        opens = ticket.state in move.sources and move.fits(ticket)
        yield name, (404 if not seen else 403 if opens else 409)


@pytest.mark.parametrize("state", STATES)
def test_page_and_api_refuse_what_the_table_does_not_have(cast, signed_in, api, ticket, state):  # noqa: F811
    put(ticket, cast, state)
    before, chance = (ticket.version, ticket.state, ticket.hops.count()), Random(state.value)
    for role in ROLES:
        user = getattr(cast, role)
        browser, program = signed_in(user), api(user)
        for name, status in refused(cast, ticket, role, chance):
            answer = browser.post(reverse("opinion-move", args=[ticket.uid, name]), FACTS)
            assert answer.status_code == status, (role, name)
            taken = {fact: FACTS[fact] for fact in {"note", *MOVES[name].needs, *MOVES[name].takes} & set(FACTS)}
            answer = program.post(f"/api/v1/opinions/{ticket.uid}/moves/", taken | {"move": name}, format="json")
            assert answer.status_code == status, (role, name)
    ticket.refresh_from_db()
    assert (ticket.version, ticket.state, ticket.hops.count()) == before


@pytest.mark.parametrize("state", STATES)
def test_many_at_once_move_only_what_the_table_has(cast, signed_in, ticket, state):  # noqa: F811
    put(ticket, cast, state)
    for name in ("transfer", "urge"):
        open_moves = {move.name for move in moves_open_to(cast.staff, ticket)}
        if name in open_moves:
            continue
        version = {f"version_{ticket.uid}": ticket.version}
        facts = {"ticket": str(ticket.uid), "act": name, "department": "jiaotong", "note": "请办理"}
        page = signed_in(cast.staff).post(reverse("opinions-bulk"), facts | version, follow=True)
        assert page.status_code == 200 and "没办成1件" in page.content.decode()
        for role in ("clerk", "head", "deputy", "officer", "auditor"):
            assert signed_in(getattr(cast, role)).post(reverse("opinions-bulk"), facts).status_code == 403
    ticket.refresh_from_db()
    assert (ticket.version, ticket.state) == (1, state) or "urge" in open_moves


@pytest.mark.parametrize("state", State.values)
def test_a_villagers_link_rates_what_was_told_and_reopens_what_was_closed(cast, client, ticket, state):  # noqa: F811
    put(ticket, cast, state)
    token = reverse("villager-link", args=[token_of(ticket)])
    for word, source, status in (("unsolved", State.CLOSED, 302), ("satisfied", State.TOLD, 302)):
        wanted = status if state == source else 409
        assert client.post(token, {"word": word, "note": "路又塌了"}).status_code == wanted, word
    assert client.post(token, {"word": "void"}).status_code == 400


@pytest.mark.parametrize("state", State.values)
def test_an_officers_link_works_while_the_department_has_it(cast, client, ticket, state):  # noqa: F811
    at = moment(today_here())
    put(ticket, cast, State.AT_DEPARTMENT)
    path = answer_path(ticket=ticket, user=cast.officer, at=at)
    put(ticket, cast, state)
    for move in ("void", "merge", "transfer", "request_extension", "supervise"):
        assert client.post(path, {"move": move, "note": ANSWER}).status_code in (400, 403, 409), move
    if state not in (State.AT_DEPARTMENT, State.REWORKING):
        assert client.post(path, {"move": "reply", "note": ANSWER, "class": "A"}).status_code in (403, 409)
    ticket.refresh_from_db()
    assert (ticket.version, ticket.state) == (1, state)


def test_words_that_are_no_move_open_no_door(cast, signed_in, api, ticket):  # noqa: F811
    for name in ("register", "relocate", "recompute", "redact", "delete"):
        assert signed_in(cast.admin).post(reverse("opinion-move", args=[ticket.uid, name])).status_code == 404
        answer = api(cast.admin).post(f"/api/v1/opinions/{ticket.uid}/moves/", {"move": name}, format="json")
        assert answer.status_code == 400
    for method in ("put", "patch", "delete"):
        for path in (f"/api/v1/opinions/{ticket.uid}/", f"/api/v1/opinions/{ticket.uid}/moves/"):
            assert getattr(api(cast.admin), method)(path, {"state": "closed"}, format="json").status_code == 405
    assert Opinion.objects.get().version == 1


def test_the_admin_has_no_door_to_tickets():
    registered = {model for model in admin.site._registry if model._meta.app_label == "opinions"}
    rows_of_tickets = {
        model for model in apps.get_app_config("opinions").get_models()
        if model is Opinion or any(field.related_model is Opinion for field in model._meta.fields)
    }  # fmt: skip
    assert len(rows_of_tickets) > 10 and registered & rows_of_tickets == set()
