"""Two ways to tell other apps of a fact (see docs/architecture.md for the list of facts and listeners)."""

from django.db import transaction
from django.dispatch import Signal


def settle(fact: Signal, *, sender, **facts) -> list:
    """Tell listeners inside the transaction: their error rolls all back, their results come back here."""
    return [result for _receiver, result in fact.send(sender=sender, **facts)]


def announce(fact: Signal, *, sender, **facts) -> None:
    """Tell listeners after commit; what they fail to do a nightly task must be able to repair."""
    transaction.on_commit(lambda: fact.send_robust(sender=sender, **facts))
