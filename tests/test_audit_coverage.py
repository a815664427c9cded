"""What has to leave a row in the audit trail does, in words that people read, and without any villager's identity.

A new act fails here until `julu_liaison/audit_words` has words for it, a new service that takes an actor until it leaves a row.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from activities.services import Matter, SundayRow, file_log
from activities.services.visits.adding import register_visit
from activities.services.visits.revealing import reveal_villager
from activities.states import Presence
from activities.workflow import MONTH_MOVES
from deputies.services import add_constituent
from deputies.workflow import CORRECTION_MOVES
from julu_liaison.audit_words import ACTIONS, GROUPS, PARTS, WHAT
from julu_liaison.common.models import AuditLog
from julu_liaison.registers import REGISTERS
from opinions.models import Opinion
from opinions.rules.asked import ASKED_MOVES
from opinions.services import move_opinion
from opinions.services.looking import look_at_villager
from opinions.workflow import CHANGE_DIRECTOR, MOVES
from scoring.workflow import CLAIM_MOVES
from tests.cast import PASSWORD, SUNDAY, moment

ROOT = Path(settings.BASE_DIR)
APPS = ("stations", "deputies", "activities", "opinions", "scoring", "julu_liaison")
AT = moment(SUNDAY, 18)


# ---- Every act has words ----------------------------------------------------------------------------------------------

# Actions that are not written out where they are recorded, by the words that stand there: what they come to.
COMPOSED = {
    "step.name": set(MOVES),
    "f'{name}_month'": {f"{name}_month" for name in MONTH_MOVES},
    "f'{step.name}_claim'": {f"{name}_claim" for name in CLAIM_MOVES},
    "f'{step.name}_correction'": {f"{name}_correction" for name in CORRECTION_MOVES},
    "f'{step.name}_villager_data'": {f"{name}_villager_data" for name in ASKED_MOVES},
    "f'add_{row._meta.model_name}'": {"add_congresssession", "add_director", "add_replylabel"},
    "f'edit_{row._meta.model_name}'": {"edit_congresssession", "edit_director", "edit_replylabel"},
    "self.action": {f"import_{kind}" for kind in REGISTERS},
    "CHANGE_DIRECTOR": {CHANGE_DIRECTOR},
    "action": set(),  # given by callers in the same module: see `_given`
}


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path, ast.parse(path.read_text())


def records(tree: ast.Module) -> list[ast.Call]:
    """Calls of `audit.record` and `audit.record_daily`."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("record", "record_daily")
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "audit"
    ]


def _given(tree: ast.Module) -> set[str]:
    """What a module gives its own function that records: `_record("add_glyph", …)`, `action="put_photo"`, `action = a if b else c`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            named = [key.value for key in node.keywords if key.arg == "action"]
            first = node.args[:1] if getattr(node.func, "id", "") in ("_record", "_edit", "_recorded") else []
            found |= {words for one in (*named, *first) for words in _words_in(one)}
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "action":
            found |= _words_in(node.value)
    return found


def _words_in(node: ast.expr) -> set[str]:
    """`"a"` and `"a" if new else "b"`."""
    if isinstance(node, ast.IfExp):
        return _words_in(node.body) | _words_in(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def recorded() -> dict[str, set[str]]:
    """Every action that the code may record, with the modules that do."""
    found: dict[str, set[str]] = {}
    for path, tree in modules():
        for call in records(tree):
            first = call.args[0]
            words = {first.value} if isinstance(first, ast.Constant) else COMPOSED[ast.unparse(first)]
            if isinstance(first, ast.Name) and first.id == "action":
                words = _given(tree)
                assert words, f"{path}: nobody says which action it is"
            for action in words:
                found.setdefault(action, set()).add(str(path.relative_to(ROOT)))
    return found


@pytest.mark.once
def test_every_act_that_is_recorded_has_words_of_its_own():
    written = recorded()
    assert {action: where for action, where in written.items() if action not in ACTIONS} == {}
    assert sorted(set(ACTIONS) - set(written)) == []  # nor words for what nobody does
    assert len(ACTIONS) == sum(len(actions) for _label, actions in GROUPS.values())
    assert len(set(ACTIONS.values())) == len(ACTIONS)
    assert max(map(len, ACTIONS)) <= AuditLog._meta.get_field("action").max_length


@pytest.mark.once
def test_every_part_that_stands_beside_an_act_has_words():
    known = {"actor", "target", "county_code", "at", None}
    handed = ("hand_out_table", "hand_out_print")
    own = {"what", "file_format"}
    missing: dict[str, str] = {}
    for path, tree in modules():
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") in handed]
        for call in [*records(tree), *calls]:
            for key in call.keywords:
                if key.arg not in known | own and key.arg not in PARTS:
                    missing[str(key.arg)] = str(path.relative_to(ROOT))
                if key.arg == "what" and isinstance(key.value, ast.Constant) and key.value.value not in WHAT:
                    missing[key.value.value] = str(path.relative_to(ROOT))
    assert missing == {}


# ---- Signing in and out ----------------------------------------------------------------------------------------------


def trail(*columns) -> list:
    return list(AuditLog.objects.filter(action__in=GROUPS["signing_in"][1]).order_by("pk").values_list(*columns))


def post(page, given, client=None):
    client = client or Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Chrome/86.0")
    return client, client.post(reverse(page), given)


def test_coming_in_and_going_leaves_a_row_each(cast):
    client, _answer = post("login", {"username": "guanting", "password": PASSWORD})
    client.post(reverse("logout"))
    client.post(reverse("logout"))  # nobody is there any more
    rows = trail("action", "actor__username", "target_key", "detail")
    assert rows == [
        ("sign_in", "guanting", str(cast.clerk.pk),
         {"way": "password", "address": "127.0.0.1", "device": "Windows 上的 Chrome"}),
        ("sign_out", "guanting", str(cast.clerk.pk), {"address": "127.0.0.1"}),
    ]  # fmt: skip


def test_a_wrong_password_leaves_a_row_and_the_fifth_says_that_it_locked(cast):
    for _time in range(7):
        post("login", {"username": "guanting", "password": "Wrong-pass-1"})
    rows = trail("action", "actor", "target_key", "county_code")
    failed = ("fail_sign_in", None, str(cast.clerk.pk), "JLX")
    assert rows.count(failed) == 5 and rows.count(("lock_sign_in", *failed[1:])) == 1
    assert len(rows) == 6  # what is tried while it is locked is not looked at
    assert "Wrong-pass" not in str(list(AuditLog.objects.values_list("detail", flat=True)))


def test_a_name_that_is_no_account_is_not_kept(cast):
    post("login", {"username": "My-password-2026", "password": "x"})
    assert trail("action", "target_kind", "target_key", "county_code") == [("fail_sign_in", "", "", "")]
    assert "My-password" not in str(list(AuditLog.objects.values()))


def test_tokens_and_wrong_passwords_of_the_api_leave_rows(cast):
    for password in ("Wrong-pass-1", PASSWORD):
        Client().post("/api/v1/auth/token/", {"username": "guanting", "password": password}, content_type="application/json")
    assert [(row[0], row[1].get("step")) for row in trail("action", "detail")] == [("fail_sign_in", "api"), ("issue_token", None)]


def test_a_password_asked_for_again_leaves_a_row(cast, signed_in):
    signed_in(cast.clerk).post(reverse("password"), {"old": "Wrong-1", "new": "Another-pass-1", "again": "Another-pass-1"})
    assert trail("action", "detail__step") == [("fail_sign_in", "again")]


def test_a_flood_of_wrong_passwords_does_not_fill_the_trail(cast, settings, monkeypatch):
    settings.THROTTLE = True
    monkeypatch.setattr("julu_liaison.accounts.receivers.FailuresRecorded.rate", "3/min")
    for number in range(6):
        post("login", {"username": f"nobody{number}", "password": "x"})
    assert len(trail("action")) == 3


@pytest.mark.once
def test_everybody_signs_in_by_the_pages_that_record_it():
    """`login()` is called where a row is written beside it, and nowhere else."""
    found = {
        str(path.relative_to(ROOT))
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.contrib.auth"
        for name in node.names
        if name.name == "login"
    }
    assert found == {"julu_liaison/accounts/views/signing_in.py"}


# ---- Rights and settings ------------------------------------------------------------------------------------------------

# Services that take an actor and leave no row of their own, and why.
UNRECORDED: dict[str, str] = {}


def _calls(function: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            found.add(name)
        elif isinstance(node, ast.Name):
            found.add(node.id)  # given on: partial(_switch_off, …)
    return found


def _reaching() -> set[str]:
    """Names of functions from which `audit.record` is reached, by the names that they call."""
    calls: dict[str, set[str]] = {}
    reached = set()
    for _path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                calls.setdefault(node.name, set()).update(_calls(node))
                if records(node):
                    reached.add(node.name)
    while more := {name for name, called in calls.items() if name not in reached and called & reached}:
        reached |= more
    return reached


@pytest.mark.once
def test_every_service_that_somebody_acts_by_leaves_a_row():
    reached, silent = _reaching(), set()
    for path, tree in modules():
        if "services" not in path.parts:
            continue
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                takes_actor = any(argument.arg == "actor" for argument in node.args.kwonlyargs)
                if takes_actor and node.name not in reached:
                    silent.add(f"{path.relative_to(ROOT)}: {node.name}")
    assert sorted(one for one in silent if one not in UNRECORDED) == []


# ---- No villager's identity ---------------------------------------------------------------------------------------------

NAME, PHONE = "欧阳某某", "13912345678"


def test_no_row_holds_a_villagers_name_or_phone(cast, signed_in):
    matter = Matter("路灯坏了", villager_name=NAME, villager_phone=PHONE)
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, matters=[matter])
    file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT)
    visit = register_visit(branch=cast.gt01, entry=matter, on=SUNDAY, actor=cast.clerk, at=AT)
    reveal_villager(visit=visit, actor=cast.clerk, at=AT, why="")
    add_constituent(deputy=cast.deputy_person, name=NAME, phone=PHONE, started_on=SUNDAY, actor=cast.clerk)
    ticket = Opinion.objects.first()
    assert look_at_villager(opinion=ticket, actor=cast.clerk, at=AT).name == NAME
    move_opinion(opinion=ticket, move="solve", actor=cast.clerk, at=AT, note="灯换好了,已经告诉群众,当场看过。")
    client = signed_in(cast.clerk)
    for page in (reverse("opinions"), reverse("visits")):
        client.get(page, {"format": "xlsx", "q": NAME})
    client.get(reverse("constituents", args=[cast.deputy_person.code]))
    said = str(list(AuditLog.objects.values()))
    assert "look_at_villager" in said and "reveal_villager" in said and "view_constituents" in said
    assert NAME not in said and PHONE not in said
