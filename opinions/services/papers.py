"""Papers and tables that somebody takes away: recorded."""

from datetime import datetime

from django.db import transaction

from julu_liaison.common import audit
from opinions.models import Opinion


@transaction.atomic
def hand_out_table(*, what: str, file_format: str, actor, at: datetime, **said) -> None:
    """Record that `actor` took a table (figures, supervised) as a file; `said`: what it was asked for, as words."""
    audit.record("hand_out_table", actor=actor, at=at, what=what, format=file_format, **said)


@transaction.atomic
def hand_out_paper(*, opinion: Opinion, paper: str, file_format: str, actor, at: datetime) -> None:
    """Record that `actor` took the paper (form, reply, verdict) of a suggestion as a file."""
    audit.record(
        "hand_out_paper", actor=actor, target=opinion, at=at, number=opinion.number, paper=paper, format=file_format
    )
