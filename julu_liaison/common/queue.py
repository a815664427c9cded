"""Whether the queue of background work answers, and how much waits in it."""

from dataclasses import dataclass

from celery import current_app
from kombu.exceptions import KombuError

SECONDS = 2  # a page waits no longer for an answer
QUICKLY = {"socket_connect_timeout": SECONDS, "socket_timeout": SECONDS}  # Redis; the folder of files needs none


@dataclass(frozen=True)
class QueueState:
    """`waiting`: messages that no worker has taken yet; None where the queue does not answer."""

    answers: bool
    waiting: int | None = None


def queue_state(url: str | None = None) -> QueueState:
    """Ask the broker (by default the configured one) once, with a short timeout."""
    with current_app.connection_for_write(url, connect_timeout=SECONDS, transport_options=QUICKLY) as broker:
        errors = (*broker.connection_errors, KombuError, OSError)
        try:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
            return QueueState(True, _waiting(broker))
        except errors:
            return QueueState(False)


def _waiting(broker) -> int:
    with broker.channel() as channel:
        try:
            return channel.queue_declare(queue=current_app.conf.task_default_queue, passive=True).message_count
        except broker.channel_errors:  # Redis keeps no queue that is empty
            return 0
