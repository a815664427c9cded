"""One move while it is being made: the ticket, the step, what was said with it, who makes it and when."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from julu_liaison.common.workflow import Move
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion


@dataclass
class Change:
    """`before` and `state` are the ticket's states before and after; `ticket` is locked and saved by `move_opinion`."""

    ticket: Opinion
    step: Move
    facts: dict
    actor: Any  # an account, or None where the villager makes the move
    at: datetime
    before: str
    state: str

    @property
    def on(self) -> date:
        return today_here(self.at)

    @property
    def note(self) -> str:
        return str(self.facts.get("note", "")).strip()
