"""What people do on a Sunday evening: clerks file, deputies look, villagers scan, officers answer, somebody signs in.

`Plan` is what the driver is told of the site, as JSON; times are those of the real evening, divided by `speed`.
"""

import json
import random
import re
from dataclasses import dataclass
from typing import NamedTuple
from uuid import uuid4

from tests.bench.evening_clock import Asked, Person, Script

EVENING = 1800  # seconds in which all of it happens
FILING, LOOKING, THINKING = 420, 90, 15  # a branch's sheet takes a clerk so long, a deputy's visit, one page of it
LOOKS = ("/notices/", "/me/duty/", "/opinions/", "/me/score/")  # after the deputy's home, any three
SCANS, SAYS = 400, 15  # villagers who scan a board; of so many one also says something
SIGN_INS = 20
CSRF = "c" * 32
HIDDEN = re.compile(r'<input type="hidden"[^>]*>')
SELECT = re.compile(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
CHOSEN = re.compile(r'value="([^"]*)" selected')


class Login(NamedTuple):
    username: str
    cookie: str


@dataclass(frozen=True)
class Plan:
    """`clerks`: a login for each branch to be filed, by code; `officers`: token and a ticket each; `day`: the Sunday."""

    day: str
    cookie: str
    password: str
    clerks: dict[str, Login]
    deputies: list[Login]
    branches: list[str]
    officers: list[tuple[str, str, bool]]  # token, ticket, whether it is signed for

    @classmethod
    def read(cls, text: str) -> "Plan":
        said = json.loads(text)
        said["clerks"] = {code: Login(*login) for code, login in said["clerks"].items()}
        said["deputies"] = [Login(*login) for login in said["deputies"]]
        return cls(**said)


def evening(plan: Plan, speed: float, chance: random.Random) -> list[Person]:
    """Everybody, each beginning somewhere in the evening early enough to be through before it ends."""
    people = [(FILING, login.cookie, filing(code, plan, speed, chance)) for code, login in plan.clerks.items()]
    people += [(LOOKING, login.cookie, looking(speed, chance)) for login in plan.deputies]
    people += [(THINKING * 2, "", scanning(plan, speed, chance)) for _one in range(SCANS)]
    people += [(THINKING * 4, "", answering(*one, speed)) for one in plan.officers]
    names = [login.username for login in plan.clerks.values()]
    people += [(THINKING, "", signing_in(chance.choice(names), plan.password)) for _one in range(SIGN_INS)]
    found = []
    for number, (takes, cookie, script) in enumerate(people):
        cookies = f"csrftoken={CSRF}" + (f"; {plan.cookie}={cookie}" if cookie else "")
        begins = chance.uniform(0, EVENING - takes) / speed
        found.append(Person(f"10.{number // 250}.{number % 250}.7", cookies, begins, script))
    return found


def arrivals(plan: Plan, rate: float, seconds: float, chance: random.Random) -> list[Person]:
    """So many single pages a second, mixed as on the evening: of ten seven deputies', two villagers', one sheet."""
    found, begins = [], 0.0
    while begins < seconds:
        kind = chance.choices(("deputy", "villager", "clerk"), (7, 2, 1))[0]
        cookie, path = "", f"/b/{chance.choice(plan.branches)}/"
        if kind == "deputy":
            cookie, path = chance.choice(plan.deputies).cookie, chance.choice(("/me/", *LOOKS))
        elif kind == "clerk":
            cookie, path = chance.choice(list(plan.clerks.values())).cookie, f"/station/sunday/{plan.day}/"
        cookies = f"{plan.cookie}={cookie}" if cookie else ""
        address = f"10.{chance.randrange(250)}.{chance.randrange(250)}.9"
        found.append(Person(address, cookies, begins, _once(Asked(kind, path))))
        begins += chance.expovariate(rate)
    return found


def _once(asked: Asked) -> Script:
    yield asked


# ---- Scripts ---------------------------------------------------------------------------------------------------------


def filing(code: str, plan: Plan, speed: float, chance: random.Random) -> Script:
    """A clerk types one branch's row, with the drafts that the sheet sends by itself, checks it and files it."""
    url = f"/station/sunday/{plan.day}/"
    sheet = yield Asked("sheet opened", url)
    key = _hidden(sheet.text).get("key", [""])[0] or str(uuid4())
    people = sorted(set(re.findall(rf'name="({code}-a-\d+)"', sheet.text)))
    typed = {f"{code}-form": ["onsite"]}
    steps: list[tuple[str, str]] = [(name, "present") for name in people]
    steps += [(f"{code}-n", str(chance.randrange(2, 9))), (f"{code}-h", "3")]
    if chance.random() < 0.4:
        steps.append((f"{code}-o", chance.choice(("村口路灯不亮,晚上走路不方便", "排水沟堵了,一下雨就往院里灌水"))))
    version = 0
    for name, value in steps:
        typed[name] = [value]
        sent = json.dumps({"branch": code, "version": version, "typed": typed}).encode()
        kept = yield Asked(
            "draft kept", f"{url}draft/", wait=chance.uniform(10, 40) / speed, method="POST", body=sent,
            headers={"Content-Type": "application/json", "X-CSRFToken": CSRF},
        )  # fmt: skip
        version = json.loads(kept.text)["version"] if kept.status == 200 else version
    fields = [("csrfmiddlewaretoken", CSRF), ("key", key)]
    fields += [(name, value) for name, values in typed.items() for value in values] + [(f"{code}-v", str(version))]
    checked = yield Asked("sheet checked", f"{url}check/", wait=THINKING / speed, method="POST", fields=tuple(fields))
    shown = _hidden(checked.text) | _selects(checked.text) | {"csrfmiddlewaretoken": [CSRF]}
    done = yield Asked(
        "sheet filed", f"{url}file/", wait=THINKING / speed, method="POST", expected=(302,),
        fields=tuple((name, value) for name, values in shown.items() for value in values),
    )  # fmt: skip
    yield Asked("filed, seen", done.location or url)


def looking(speed: float, chance: random.Random) -> Script:
    """A deputy opens the phone, and three of the pages that it leads to."""
    yield Asked("deputy's page", "/me/")
    for path in chance.sample(LOOKS, 3):
        yield Asked("deputy's page", path, wait=chance.uniform(0.5, 1.5) * THINKING / speed)


def scanning(plan: Plan, speed: float, chance: random.Random) -> Script:
    """A villager scans a board; one of many says something."""
    code = chance.choice(plan.branches)
    yield Asked("branch page", f"/b/{code}/")
    if chance.randrange(SAYS) == 0:
        form = yield Asked("entry form", f"/b/{code}/say/", wait=THINKING / speed)
        key = _hidden(form.text).get("key", [str(uuid4())])[0]
        fields = (
            ("key", key),
            ("text", f"{code}村口的桥护栏坏了,孩子上学不安全"),
            ("village", ""),
            ("name", ""),
            ("phone", ""),
        )
        yield Asked(
            "entry sent", f"/b/{code}/say/", wait=THINKING / speed, method="POST", fields=fields, expected=(302,)
        )


def answering(token: str, ticket: str, is_signed_for: bool, speed: float) -> Script:
    """A department's officer signs for a ticket and answers it, from the office's own system."""
    url = f"/api/v1/opinions/{ticket}/"
    headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
    yield Asked("ticket by API", url, headers=headers)
    moves = [] if is_signed_for else [{"move": "sign_for"}]
    moves.append({"move": "reply", "note": "已派人到现场查看,本周内修好,请群众放心。", "class": "A"})
    for move in moves:
        yield Asked(
            "ticket moved", f"{url}moves/", wait=THINKING / speed, method="POST", body=json.dumps(move).encode(),
            headers=headers | {"Idempotency-Key": str(uuid4())},
        )  # fmt: skip


def signing_in(username: str, password: str) -> Script:
    """With the password, as once a day."""
    yield Asked("login page", "/login/")
    fields = (("csrfmiddlewaretoken", CSRF), ("username", username), ("password", password))
    yield Asked("signed in", "/login/", wait=1.0, method="POST", fields=fields, expected=(302,))


# ---- Forms -----------------------------------------------------------------------------------------------------------


def _hidden(page: str) -> dict[str, list[str]]:
    """Hidden fields of a page by name, as a browser would send them back."""
    found: dict[str, list[str]] = {}
    for tag in HIDDEN.findall(page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name[1] not in ("csrfmiddlewaretoken", "next"):
            found.setdefault(name[1], []).append(value[1] if value else "")
    return found


def _selects(page: str) -> dict[str, list[str]]:
    found = {}
    for name, options in SELECT.findall(page):
        chosen = CHOSEN.search(options) or re.search(r'value="([^"]*)"', options)
        found[name] = [chosen[1] if chosen else ""]
    return found
