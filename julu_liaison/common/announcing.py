"""Two ways to tell other apps of a fact (see docs/architecture.md for the list of facts and listeners)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction
from django.dispatch import Signal

_loading: ContextVar[bool] = ContextVar("loading", default=False)


def settle(fact: Signal, *, sender, **facts) -> list:
    """Tell listeners inside the transaction: their error rolls all back, their results come back here."""
    return [result for _receiver, result in fact.send(sender=sender, **facts)]


def announce(fact: Signal, *, sender, **facts) -> None:
    """Tell listeners after commit; what they fail to do a nightly task must be able to repair."""
    if not _loading.get():
        transaction.on_commit(lambda: fact.send_robust(sender=sender, **facts))


@contextmanager
def bulk_load() -> Iterator[None]:
    """Announce nothing while thousands of facts are loaded; the caller then does the nightly repair itself, once.

    Only announced facts are held back: settled ones belong to the record and are told as ever.
    """
    token = _loading.set(True)
    try:
        yield
    finally:
        _loading.reset(token)
