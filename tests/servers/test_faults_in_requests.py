"""The web process, the database or Redis killed while somebody's form is being taken: sent again as the page says, it is taken once."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
import requests
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import call_command
from django.urls import reverse

from activities.models import Attendance, DutyLog, MonthReport, ReportStep
from activities.rules.months import read_month, settled_digest
from activities.services import SundayRow, file_log, issue_month
from activities.states import Presence
from deputies.models import Deputy, Membership
from julu_liaison.accounts.models import User
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from tests.cast import PASSWORD, Cast, moment
from tests.servers.machine import Machine
from tests.servers.own_servers import until
from tests.test_import_page import GOOD, workbook

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("machine")]

KEY = "7b0c5a52-1f0f-4d8c-9a57-0d7f2f6b7e11"


@dataclass
class Act:
    """A form in the middle of a piece of work: `table` is written to while it is taken; `done` counts what came of it."""

    user: str
    address: str
    fields: dict
    table: str
    done: Callable[[], dict]
    once: dict
    nothing: dict


def filing(cast: Cast, machine: Machine) -> Act:
    """The Sunday sheet with two branches and three matters."""
    today = today_here()
    fields = {"key": KEY}
    for code, matters in (("GT01", "村西的路塌了\n路灯坏了三盏"), ("GT02", "三组的渠塌了二十米")):
        fields |= {f"{code}-n": "3", f"{code}-form": "onsite", f"{code}-o": matters}
        fields |= {f"{code}-came": str(cast.deputies[code][0].pk)}
    checked = machine.browser_of(cast.clerk).send_form(reverse("sunday-check", args=[today.isoformat()]), fields)
    assert checked.status_code == 200, checked.text
    year = today.year
    return Act(
        "clerk", reverse("sunday-file", args=[today.isoformat()]), fields, "opinions_opinion",
        lambda: {
            "logs": sorted(log.number for log in DutyLog.objects.all()),
            "tickets": sorted(ticket.number for ticket in Opinion.objects.all()),
            "came": Attendance.objects.count(), "audit": AuditLog.objects.filter(action="file_log").count(),
        },
        {"logs": [f"〔{year}〕第00{number}号" for number in (1, 2)],
         "tickets": [f"〔{year}〕第00{number}号" for number in (1, 2, 3)], "came": 2, "audit": 2},
        {"logs": [], "tickets": [], "came": 0, "audit": 0},
    )  # fmt: skip


def accepting(cast: Cast, machine: Machine) -> Act:
    """A station closes its month: the last month of the machine's clock, with one reception, both branches confirmed."""
    month = (today_here().replace(day=1) - timedelta(days=1)).replace(day=1)
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, received=2)
    file_log(row=row, on=month, actor=cast.clerk, at=moment(today_here(), 0))
    issue_month(county=cast.county, month=month, at=moment(today_here(), 0))
    browser = machine.browser_of(cast.clerk)
    for code in ("GT01", "GT02"):
        answer = browser.send_form(*_step(cast, code, month, "confirm"))
        assert answer.status_code == 302, answer.text
    address, fields = _step(cast, "GT", month, "accept")
    return Act(
        "clerk", address, fields, "activities_reportstep",
        lambda: {
            "steps": sorted(ReportStep.objects.values_list("report__place__code", "move").filter(move="accept")),
            "states": sorted(MonthReport.objects.filter(place__in=[cast.gt, cast.gt01, cast.gt02]).values_list("place__code", "state")),
        },
        {"steps": [("GT", "accept"), ("GT01", "accept"), ("GT02", "accept")],
         "states": [("GT", "accepted"), ("GT01", "accepted"), ("GT02", "accepted")]},
        {"steps": [], "states": [("GT", "draft"), ("GT01", "confirmed"), ("GT02", "confirmed")]},
    )  # fmt: skip


def _step(cast: Cast, code: str, month: date, move: str) -> tuple[str, dict]:
    place = {"GT": cast.gt, "GT01": cast.gt01, "GT02": cast.gt02}[code]
    seen = settled_digest(read_month(place=place, month=month, on=today_here()))
    return reverse("month-report-move", args=[code, f"{month:%Y-%m}", move]), {"seen": seen}


def importing(cast: Cast, machine: Machine) -> Act:
    """A register of two new deputies that somebody has looked through."""
    browser = machine.browser_of(cast.staff)
    register = workbook(GOOD, GOOD | {"姓名": "另一位"})
    kept = browser.send_form("/console/import/", {"started_on": "2026-03-01"}, files={"file": ("名册.xlsx", register)})
    assert kept.status_code == 302, kept.text
    address = kept.headers["Location"]
    digest = browser.open(address).text.partition('name="digest" value="')[2].partition('"')[0]
    names = ["另一位", "新代表"]
    return Act(
        "staff", address, {"digest": digest}, "deputies_membership",
        lambda: {
            "deputies": sorted(Deputy.objects.filter(name__in=names).values_list("name", flat=True)),
            "memberships": Membership.objects.filter(deputy__name__in=names).count(),
        },
        {"deputies": names, "memberships": 2}, {"deputies": [], "memberships": 0},
    )  # fmt: skip


ACTS = {"filing": filing, "accepting": accepting, "importing": importing}


class Sending(threading.Thread):
    """The form on its way; `answer` once there is one, `broken` where the line broke."""

    def __init__(self, machine: Machine, act: Act):
        super().__init__()
        self._browser, self._act = machine.browser_of(getattr(machine.cast, act.user)), act
        self.answer: requests.Response | None = None
        self.broken = False
        self.start()

    def run(self):
        try:
            self.answer = self._browser.send_form(self._act.address, self._act.fields)
        except requests.ConnectionError:
            self.broken = True

    def again(self) -> requests.Response:
        """As the page of the outage offers it; where there is none, as the browser itself does (a broken line, the key F5)."""
        if self.answer is None or self.answer.status_code == 302:
            return self._browser.send_form(self._act.address, self._act.fields)
        return self._browser.press_again(self.answer)


def kill_web(machine: Machine, sending: Sending) -> None:
    machine.kill_web()
    sending.join()
    assert sending.broken
    until(machine.is_up, machine.said)


def kill_database(machine: Machine, sending: Sending) -> None:
    """Nobody starts anything again but the database itself."""
    machine.kill_database()
    sending.join()
    machine.start_database()
    assert_says_so(sending.answer)
    assert "再交一次" in sending.answer.text


def assert_says_so(answer: requests.Response | None) -> None:
    assert answer is not None and answer.status_code == 503, answer and answer.text
    assert "请稍后再试" in answer.text and answer.headers["Retry-After"] == "30" and "Traceback" not in answer.text


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("fault", [kill_web, kill_database])
def test_killed_in_the_middle_and_sent_again(machine, act, fault):
    work = ACTS[act](machine.cast, machine)
    with machine.holding(work.table):
        sending = Sending(machine, work)
        machine.waits()
        fault(machine, sending)
    until(lambda: machine.waiting() == 0)
    assert work.done() == work.nothing
    taken, pressed_twice = sending.again(), sending.again()
    assert taken.status_code == 302 and pressed_twice.status_code in (200, 302), taken.text
    assert_once(work)


@pytest.mark.parametrize("act", ACTS)
def test_redis_killed_in_the_middle_is_not_noticed(machine, act):
    """Nothing that a form does waits for Redis; what is handed to it afterwards is kept in the database or done at night."""
    work = ACTS[act](machine.cast, machine)
    with machine.holding(work.table):
        sending = Sending(machine, work)
        machine.waits()
        machine.redis.kill()
    sending.join()
    try:
        pressed_twice = sending.again()
    finally:
        machine.redis.start()
    assert sending.answer is not None and sending.answer.status_code == 302, sending.answer and sending.answer.text
    assert pressed_twice.status_code in (200, 302)
    assert_once(work)


def test_while_the_database_is_away_every_page_says_so_and_then_all_is_as_before(machine):
    clerk, address = machine.browser_of(machine.cast.clerk), reverse("station-home")
    token = clerk.post(f"{machine.site}/api/v1/auth/token/", json={"username": "guanting", "password": "x"}, timeout=60)
    assert clerk.open(address).status_code == 200 and token.status_code in (400, 401, 403)
    machine.kill_database()
    assert_says_so(clerk.open(address))
    problem = clerk.post(f"{machine.site}/api/v1/auth/token/", json={"username": "guanting", "password": "x"}, timeout=60)
    assert (problem.status_code, problem.headers["Content-Type"]) == (503, "application/problem+json")
    assert not machine.is_up()
    machine.start_database()
    # Each thread of the web process, whatever it has kept from before.
    assert [clerk.open(address).status_code for _time in range(8)] == [200] * 8


def test_without_redis_people_sign_in_and_read_and_villagers_write(machine):
    machine.redis.kill()
    try:
        known = requests.Session()
        page = known.get(f"{machine.site}/login/", timeout=60)
        assert page.status_code == 200 and "csrftoken" in known.cookies
        User.objects.filter(pk=machine.cast.clerk.pk).update(password=PBKDF2PasswordHasher().encode(PASSWORD, "salt"))
        said = {"username": "guanting", "password": PASSWORD, "csrfmiddlewaretoken": known.cookies["csrftoken"]}
        assert known.post(f"{machine.site}/login/", data=said, timeout=60, allow_redirects=False).status_code == 302
        assert known.get(f"{machine.site}/station/", timeout=60).status_code == 200
        clerk, staff = machine.browser_of(machine.cast.clerk), machine.browser_of(machine.cast.staff)
        for who, name in ((clerk, "station-home"), (clerk, "opinions"), (clerk, "boards"), (staff, "console"), (staff, "overview")):
            assert who.open(reverse(name)).status_code == 200, name
        health = staff.open(reverse("health"))
        assert health.status_code == 200 and "排队的地方没有回答" in health.text
        for path in ("/b/GT01/", "/b/GT01/say/"):
            assert requests.get(machine.site + path, timeout=60).status_code == 200, path
    finally:
        machine.redis.start()


def assert_once(work: Act) -> None:
    assert work.done() == work.once
    for command in ("check_data", "verify_ledger", "check_tree"):
        call_command(command)
