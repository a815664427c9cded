"""Messages for tests: who wants to hear how, and a receiver on a real port that answers as told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from julu_liaison.notices.models import Gateway, Message, Notice, Subscription
from julu_liaison.notices.services import notify
from julu_liaison.notices.services.routing import route_notices
from julu_liaison.notices.states import GatewayKind, Kind
from tests.cast import OPENED, moment

PHONE = "19900000001"
TEXT = "3月8日上午9:00您在官亭镇第一分站接待。"


def wants_mail(user, **fields) -> Subscription:
    """Give the user a confirmed address, `fields` besides."""
    given = {"email": f"{user.username}@example.cn", "email_confirmed_at": moment(OPENED)} | fields
    return Subscription.objects.create(user=user, **given)


def has_phone(*users) -> None:
    for user in users:
        user.phone = PHONE
        user.save(update_fields=["phone"])


def gateway(place: str, kind: str = GatewayKind.SMS, **fields) -> Gateway:
    given = {"name": f"{GatewayKind(kind).label}", "address": "jsons://h.example/{phone}", "created_at": moment(OPENED)}
    return Gateway.objects.create(place_code=place, kind=kind, **given | fields)


def told(*users, at: datetime, kind: str = Kind.DUTY, text: str = TEXT, **facts) -> list[Notice]:
    """Notify the users; returns the rows."""
    before = set(Notice.objects.values_list("pk", flat=True))
    notify(users=users, kind=kind, text=text, at=at, **{"fit_for_outside": True} | facts)
    return list(Notice.objects.exclude(pk__in=before).order_by("pk"))


def routed(*, at: datetime) -> list[Message]:
    """Route everything; returns all messages there are, the oldest first."""
    route_notices(at=at)
    return list(Message.objects.order_by("pk"))


HANG_UP = object()  # take the request and close the line without an answer


@dataclass(frozen=True)
class Got:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers.get("idempotency-key", "")

    @property
    def json(self) -> dict:
        return json.loads(self.body)

    @property
    def asked(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.path).query)


@dataclass
class Receiver:
    """What came in, and what is answered: the next of `answers` (a status, a status with a body, HANG_UP), then 200.

    `hold`: while it is set, a request waits for `go` before it is answered; `came` is set by every request.
    """

    port: int = 0
    got: list[Got] = field(default_factory=list)
    taken: list[Got] = field(default_factory=list)  # those that were answered with 200
    answers: list = field(default_factory=list)
    hold: bool = False
    came: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)

    def address(self, path: str = "/in", scheme: str = "json") -> str:
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.got]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver of webhooks on a port of its own for as long as the block lasts."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            one = Got(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            receiver.got.append(one)
            answer = receiver.answers.pop(0) if receiver.answers else 200
            receiver.came.set()
            if receiver.hold:
                receiver.go.wait(60)
            if answer is HANG_UP:
                self.close_connection = True
                return
            status, said = answer if isinstance(answer, tuple) else (answer, '{"errcode": 0}')
            if status == 200:
                receiver.taken.append(one)
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(said.encode())))
            self.end_headers()
            self.wfile.write(said.encode())

        do_GET = do_PUT = do_POST

        def log_message(self, *_arguments):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.go.set()
            server.shutdown()
            thread.join()
