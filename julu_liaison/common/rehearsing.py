"""Trying an act out: done for real and undone."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

Result = TypeVar("Result")


def rehearsed(act: Callable[..., Result], **facts) -> Result:
    """Do it and undo it: a preview that cannot differ from the act, refusals included."""
    with transaction.atomic():
        result = act(**facts)
        transaction.set_rollback(True)
    return result
