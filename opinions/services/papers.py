"""Papers that somebody takes away: recorded."""

from datetime import datetime

from django.db import transaction

from julu_liaison.common import audit
from opinions.models import Opinion


@transaction.atomic
def hand_out_paper(*, opinion: Opinion, paper: str, file_format: str, actor, at: datetime) -> None:
    """Record that `actor` took the paper (form, reply, verdict) of a suggestion as a file."""
    audit.record(
        "hand_out_paper", actor=actor, target=opinion, at=at, number=opinion.number, paper=paper, format=file_format
    )
