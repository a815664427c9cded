"""The worker, the database or Redis killed in the middle of background work: it is finished once, and everybody can see how it stands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pikepdf
import pytest
from django.core.management import call_command
from django.urls import reverse

from activities.models import MonthEdition, MonthReport, ReportStep
from activities.services import SundayRow, file_log
from activities.states import Presence
from deputies.models import Deputy, Edition, Membership
from deputies.posters import kept_file
from julu_liaison.celery import app
from julu_liaison.common.models import AuditLog, Job
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Notice
from tests.cast import Cast, moment
from tests.servers.machine import Browser, Machine
from tests.servers.own_servers import until
from tests.test_import_page import GOOD, workbook

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("machine"),
    pytest.mark.filterwarnings("ignore::celery.exceptions.AlwaysEagerIgnored"),  # sent to the machine's own queue
]  # fmt: skip


@dataclass
class Order:
    """Background work that a person asks for; `table` is written to in the middle of it, `done` counts what came of it."""

    browser: Browser
    ask: Callable[[], object]
    table: str
    done: Callable[[], dict]
    once: dict
    nothing: dict

    def job(self) -> Job:
        return Job.objects.get()

    def page(self) -> str:
        return self.browser.open(reverse("job", args=[self.job().uid])).text


def boards(cast: Cast, machine: Machine) -> Order:
    """The boards of a station, two branches."""
    browser = machine.browser_of(cast.clerk)
    fields = {"product": "board", "station": "GT", "size": "A3", "do": "due", "package": "zip", "copies": "1"}
    return Order(
        browser, lambda: browser.send_form(reverse("boards"), fields), "deputies_edition",
        lambda: {"editions": sorted(Edition.objects.values_list("place__code", "number")), "files": _whole_files()},
        {"editions": [("GT01", 1), ("GT02", 1)], "files": 2}, {"editions": [], "files": 0},
    )  # fmt: skip


def _whole_files() -> int:
    """Files of editions that the database names, each one read; one that is half there raises."""
    for edition in Edition.objects.all():
        with pikepdf.open(kept_file(edition)) as pdf:
            assert len(pdf.pages) == 1
    return Edition.objects.count()


def register(cast: Cast, machine: Machine) -> Order:
    """A register of two new deputies, large enough for the background."""
    browser = machine.browser_of(cast.staff)
    content = workbook(GOOD, GOOD | {"姓名": "另一位"})
    kept = browser.send_form("/console/import/", {"started_on": "2026-03-01"}, files={"file": ("名册.xlsx", content)})
    address = kept.headers["Location"]
    digest = browser.open(address).text.partition('name="digest" value="')[2].partition('"')[0]
    names = ["另一位", "新代表"]
    return Order(
        browser, lambda: browser.send_form(address, {"digest": digest, "large": "1"}), "deputies_membership",
        lambda: {
            "deputies": sorted(Deputy.objects.filter(name__in=names).values_list("name", flat=True)),
            "memberships": Membership.objects.filter(deputy__name__in=names).count(),
        },
        {"deputies": names, "memberships": 2}, {"deputies": [], "memberships": 0},
    )  # fmt: skip


ORDERS = {"boards": boards, "register": register}


@pytest.fixture
def worker(machine):
    """At work before the test, and after it, unless the test has killed it."""
    if not machine.has_worker:
        machine.start_worker()
    yield machine
    assert machine.has_worker, machine.said()


@pytest.fixture(params=ORDERS)
def order(request, worker) -> Order:
    return ORDERS[request.param](worker.cast, worker)


def test_a_killed_worker(worker, order):
    with worker.holding(order.table):
        assert order.ask().status_code == 302
        worker.waits()
        worker.kill_worker()
    until(lambda: worker.waiting() == 0)
    assert order.job().state == Job.State.RUNNING and order.done() == order.nothing
    worker.start_worker()
    worker.let_ten_minutes_pass(order.job())
    assert_finished_once(worker, order, stops=1, left=1)


def test_a_killed_database(worker, order):
    """The worker goes on by itself; so does the work, as after a kill."""
    with worker.holding(order.table):
        assert order.ask().status_code == 302
        worker.waits()
        worker.kill_database()
    worker.start_database()
    assert order.job().state == Job.State.RUNNING and order.done() == order.nothing
    assert "正在做" in order.page()
    worker.let_ten_minutes_pass(order.job())
    assert_finished_once(worker, order, stops=1)


def test_a_killed_redis_that_forgets_everything(worker, order):
    """What is being done is done; what is asked for meanwhile is kept in the database and done afterwards, without being told."""
    with worker.holding(order.table):
        assert order.ask().status_code == 302
        worker.waits()
        worker.redis.kill()
    until(lambda: order.job().is_over, worker.said)
    assert_finished_once(worker, order, stops=0)
    Job.objects.all().delete()
    try:
        report = order.browser.send_form(reverse("reports"), {"month": f"{today_here():%Y-%m}", "station": "GT"})
        assert report.status_code == 302, report.text
        assert "后台服务暂时连不上,已经记下了,恢复以后会自动做,不用再点。" in order.page()
    finally:
        worker.redis.start()
    worker.let_a_minute_pass()
    until(lambda: order.job().is_over, worker.said)
    assert (order.job().error, order.job().handovers) == ("", 0)


def assert_finished_once(machine: Machine, order: Order, *, stops: int, left: int = 0) -> None:
    """`left`: messages that a killed worker had not finished with."""
    until(lambda: order.job().is_over, machine.said)
    job = order.job()
    assert (job.state, job.error, job.handovers) == (Job.State.DONE, "", stops), machine.said()
    assert order.done() == order.once
    with app.connection_for_write(machine.redis.url) as line:  # the message of the killed run is delivered, too, after an hour
        if machine.redis.is_up():
            app.send_task(job.task, args=[job.pk], kwargs=job.arguments, connection=line, queue="celery")
            machine.let_a_minute_pass()
            until(lambda: machine.redis.waiting() <= left, machine.said)
    assert order.done() == order.once and order.job().lines == job.lines
    call_command("check_data")


def test_a_database_killed_while_a_months_reports_are_made(worker):
    """Nobody waits for them: the task of the next hour makes what is missing."""
    cast, month = worker.cast, (today_here().replace(day=1) - timedelta(days=1)).replace(day=1)
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, received=2)
    file_log(row=row, on=month, actor=cast.clerk, at=moment(today_here(), 0))
    with worker.holding("notices_notice"):
        worker.send("activities.tasks.issue_months")
        worker.waits()
        worker.kill_database()
    worker.start_database()
    assert not MonthReport.objects.exists()
    for _hour in range(2):
        worker.send("activities.tasks.issue_months")
    until(lambda: MonthReport.objects.exists() and worker.redis.waiting() == 0, worker.said)
    made = (
        MonthReport.objects.count(), MonthEdition.objects.count(), ReportStep.objects.count(),
        AuditLog.objects.filter(action="issue_month").count(), Notice.objects.filter(text__contains="月报生成好了").count(),
    )  # fmt: skip
    assert made == (6, 6, 6, 1, 3)
    call_command("check_data")
