"""Delivery on real servers: PostgreSQL, processes killed with kill -9, a webhook receiver and a mail server on real ports."""

import os
import signal
import socketserver
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

import pytest
from django.conf import settings as project
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from julu_liaison.notices.models import Message, Notice
from julu_liaison.notices.rules import BACKOFF
from julu_liaison.notices.services import post_to_group
from julu_liaison.notices.services.routing import route_notices
from julu_liaison.notices.services.sending import LEASE, send_due
from julu_liaison.notices.states import Channel, GatewayKind, Kind, MessageState, Pace
from julu_liaison.notices.tasks import deliver_messages
from tests.cast import build_cast, moment
from tests.messages import TEXT, gateway, has_phone, receiving, routed, told, wants_mail
from tests.servers.workers import database_url, queue, working  # noqa: F401 - queue is a fixture

pytestmark = pytest.mark.django_db(transaction=True)
AT = moment(date(2026, 3, 2))
OVER = AT + LEASE + timedelta(seconds=1)
PATIENCE = 60  # seconds; a busy machine needs a few of them to start a process
S = MessageState

# A worker of its own; with "claimed" it stands still between its claim and the wire, and says so.
WORKER = """
import sys
from datetime import datetime
import django
django.setup()
from julu_liaison.notices.services import sending
if sys.argv[2] == "claimed":
    def stand_still(*_arguments):
        print("claimed", flush=True)
        sys.stdin.read()
    sending._put_on_wire = stand_still
sending.send_due(at=datetime.fromisoformat(sys.argv[1]))
print("over", flush=True)
"""


@pytest.fixture
def county():
    return build_cast()


@pytest.fixture
def receiver():
    with receiving() as one:
        yield one


@contextmanager
def worker(stop: str = "") -> Iterator[subprocess.Popen]:
    """A process that sends what is due at AT."""
    environment = os.environ | {
        "DATABASE_URL": database_url(), "DATA_DIR": str(project.DATA_DIR), "APP_ENV": "development",
        "DJANGO_SETTINGS_MODULE": "julu_liaison.settings",
    }  # fmt: skip
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, "-c", WORKER, AT.isoformat(), stop], cwd=project.BASE_DIR, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with process:
        try:
            yield process
        finally:
            process.kill()


def kill(process: subprocess.Popen) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def to_group(receiver, kind: str = GatewayKind.WEBHOOK) -> Message:
    gateway("GT", kind, address=receiver.address())
    post_to_group(place_code="GT", kind=Kind.DUTY, text=TEXT, at=AT)
    (message,) = routed(at=AT)
    return message


def to_clerk(county, receiver) -> Message:
    has_phone(county.clerk)
    gateway("JLX", address=receiver.address("/{phone}"))
    told(county.clerk, at=AT)
    (message,) = routed(at=AT)
    return message


def now(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


# ---- kill -9 ----


def test_killed_before_sending_it_is_sent_by_the_next_exactly_once(county, receiver):
    message = to_clerk(county, receiver)
    with worker("claimed") as process:
        assert process.stdout.readline() == "claimed\n"
        kill(process)
    assert (now(message).state, receiver.got) == (S.CLAIMED, [])
    assert send_due(at=AT) == {}  # it might be alive
    assert send_due(at=OVER) == {S.DELIVERED: 1}
    assert receiver.ids == [str(message.uid)]


def test_a_webhook_gets_exactly_one_message_through_a_crash_and_a_retry(county, receiver):
    """The first try is refused with 503; the second one's worker is killed when the message has just come in."""
    message = to_group(receiver)
    receiver.answers = [503]
    assert send_due(at=AT - BACKOFF[0]) == {} and send_due(at=AT) == {S.WAITING: 1}
    Message.objects.update(due_at=AT)
    receiver.came.clear()
    receiver.hold = True
    with worker() as process:
        assert receiver.came.wait(PATIENCE)
        assert now(message).state == S.ON_WIRE
        kill(process)
    receiver.hold = False
    receiver.go.set()
    assert send_due(at=AT) == {} and send_due(at=OVER) == {S.DELIVERED: 1}
    assert now(message).attempts == 3
    assert set(receiver.ids) == {str(message.uid)} and len(receiver.got) == 3  # whoever keeps ids has it once


def test_who_cannot_tell_repeats_apart_gets_at_most_one(county, receiver):
    message = to_clerk(county, receiver)
    receiver.hold = True
    with worker() as process:
        assert receiver.came.wait(PATIENCE)
        kill(process)
    receiver.go.set()
    assert send_due(at=AT) == {} and send_due(at=OVER) == {} and len(receiver.got) == 1
    row = now(message)
    assert (row.state, row.ended_at) == (S.UNCLEAR, OVER) and "不知道" in row.error


def test_while_it_is_on_the_wire_no_transaction_is_open_and_nobody_else_takes_it(county, receiver):
    message = to_clerk(county, receiver)
    receiver.hold = True
    with worker() as process:
        assert receiver.came.wait(PATIENCE)
        with transaction.atomic():
            assert Message.objects.select_for_update(nowait=True).get().state == S.ON_WIRE
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
            )
            assert cursor.fetchone() == (0,)
        assert send_due(at=AT) == {}
        receiver.go.set()
        assert process.stdout.readline() == "over\n"
    assert now(message).state == S.DELIVERED and len(receiver.got) == 1


def test_a_real_worker_of_the_queue_is_killed_on_the_wire(county, receiver, queue, tmp_path):  # noqa: F811
    gateway("GT", GatewayKind.WEBHOOK, address=receiver.address())
    Notice.objects.create(place_code="GT", text=TEXT, urgent=True, fit_for_outside=True, created_at=timezone.now())
    receiver.hold = True
    with working(queue, tmp_path / "worker.log") as process:
        deliver_messages.delay()
        assert receiver.came.wait(PATIENCE), (tmp_path / "worker.log").read_text()
        kill(process)
    receiver.hold = False
    receiver.go.set()
    message = Message.objects.get()
    assert message.state == S.ON_WIRE
    assert send_due(at=timezone.now() + LEASE * 2) == {S.DELIVERED: 1}
    assert receiver.ids == [str(message.uid)] * 2


# ---- Several at once ----


def test_four_workers_send_every_message_once(county, receiver, race):
    has_phone(county.clerk)
    gateway("JLX", address=receiver.address("/{phone}"))
    for _time in range(12):
        told(county.clerk, at=AT)
        route_notices(at=AT)
    outcomes = race(*[partial(send_due, at=AT)] * 4)
    assert sum(outcomes, Counter()) == {S.DELIVERED: 12}, outcomes
    assert sorted(receiver.ids) == sorted(str(row.uid) for row in Message.objects.all())


def test_four_workers_find_one_dead_and_send_what_it_left_once(county, receiver, race):
    message = to_group(receiver)
    Message.objects.update(state=S.ON_WIRE, attempts=1, claimed_until=AT)
    outcomes = race(*[partial(send_due, at=OVER)] * 4)
    assert sum(outcomes, Counter()) == {S.DELIVERED: 1} and receiver.ids == [str(message.uid)], outcomes


def test_routed_by_four_at_once_every_notice_has_its_messages_once(county, race):
    users = [county.clerk, county.head, county.deputy]
    for user in users:
        wants_mail(user)
    gateway("GT", GatewayKind.WEBHOOK, address="jsons://h.example/")
    for _time in range(20):
        told(*users, at=AT)
        post_to_group(place_code="GT", kind=Kind.DUTY, text=TEXT, at=AT)
    outcomes = race(*[partial(route_notices, at=AT, limit=7)] * 4)
    while route_notices(at=AT, limit=7):
        continue
    assert all(isinstance(outcome, int) for outcome in outcomes), outcomes
    assert {notice.messages.count() for notice in Notice.objects.prefetch_related("messages")} == {1}
    assert Message.objects.filter(channel=Channel.GROUP).count() == 20


def test_digests_filled_by_four_at_once_are_one_a_person(county, race):
    users = [county.clerk, county.head, county.deputy]
    for user in users:
        wants_mail(user, pace=Pace.DAILY)
    for _time in range(8):
        told(*users, at=AT)
    for _time in range(2):
        outcomes = race(*[partial(route_notices, at=AT, limit=3)] * 4)
        assert all(isinstance(outcome, int) for outcome in outcomes), outcomes
    while route_notices(at=AT):
        continue
    assert sorted(row.user_id for row in Message.objects.all()) == sorted(user.pk for user in users)
    assert {row.notices.count() for row in Message.objects.all()} == {8}


def test_a_digest_that_grows_while_it_is_taken_loses_nothing(county, race):
    wants_mail(county.clerk, pace=Pace.DAILY)
    for _time in range(6):
        Message.objects.all().delete()
        told(county.clerk, at=AT)
        (digest,) = routed(at=AT)
        told(county.clerk, at=digest.due_at, text="后来的一条")
        mail.outbox.clear()
        outcomes = race(partial(send_due, at=digest.due_at), partial(route_notices, at=digest.due_at))
        assert outcomes[0] in ({S.DELIVERED: 1}, {}) and outcomes[1] == 1, outcomes  # {}: it was just being added to
        send_due(at=digest.due_at)
        (letter,) = mail.outbox
        is_joined = digest.notices.filter(text="后来的一条").exists()
        assert ("后来的一条" in letter.body) == is_joined and now(digest).state == S.DELIVERED
        assert Notice.objects.latest("pk").messages.count() == 1
        assert Message.objects.exclude(pk=digest.pk).count() == (0 if is_joined else 1)


# ---- A mail server ----


@dataclass
class Post:
    """A mail server: what it took, and how it answers RCPT and the end of DATA (None: it hangs up)."""

    port: int = 0
    taken: list[str] = field(default_factory=list)
    to_recipient: str = "250 ok"
    to_data: str | None = "250 ok"


@contextmanager
def mail_server() -> Iterator[Post]:
    post = Post()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self):
            self.say("220 post.example ESMTP")
            for line in iter(self.rfile.readline, b""):
                command = line.decode().upper()
                if command.startswith("DATA"):
                    self.say("354 go on")
                    post.taken.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                    if post.to_data is None:
                        return
                    self.say(post.to_data)
                elif command.startswith("QUIT"):
                    self.say("221 bye")
                    return
                else:
                    self.say(post.to_recipient if command.startswith("RCPT") else "250 post.example")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        post.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield post
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def post(settings):
    with mail_server() as one:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", one.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield one


def to_mail(county) -> Message:
    wants_mail(county.clerk)
    told(county.clerk, at=AT)
    (message,) = routed(at=AT)
    return message


def test_a_letter_reaches_a_real_mail_server_with_its_id(county, post):
    message = to_mail(county)
    assert send_due(at=AT) == {S.DELIVERED: 1}
    (letter,) = post.taken
    assert f"Message-ID: <{message.uid}@" in letter and "To: guanting@example.cn" in letter


@pytest.mark.parametrize(
    ("answers", "state", "taken"),
    [
        ({"to_recipient": "550 nobody of that name"}, S.FAILED, 0),
        ({"to_recipient": "450 come again"}, S.WAITING, 0),
        ({"to_data": "554 no"}, S.FAILED, 1),
        ({"to_data": None}, S.UNCLEAR, 1),
    ],
)
def test_what_a_real_mail_server_refuses(county, post, answers, state, taken):
    message = to_mail(county)
    for name, value in answers.items():
        setattr(post, name, value)
    assert send_due(at=AT) == {state: 1}
    assert len(post.taken) == taken and now(message).error and "example.cn" not in now(message).error


def test_without_a_mail_server_it_waits_and_the_rest_goes_on(county, receiver, settings):
    with mail_server() as gone:
        pass
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", gone.port
    letter = to_mail(county)
    gateway("GT", GatewayKind.WEBHOOK, address=receiver.address())
    post_to_group(place_code="GT", kind=Kind.DUTY, text=TEXT, at=AT)
    route_notices(at=AT)
    assert send_due(at=AT) == {S.WAITING: 1, S.DELIVERED: 1}
    assert now(letter).due_at == AT + BACKOFF[0] and "邮件服务器" in now(letter).error
