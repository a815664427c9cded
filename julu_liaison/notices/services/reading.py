"""Reading one's notices."""

from datetime import datetime

from julu_liaison.notices.models import Notice


def read_notice(*, notice: Notice, at: datetime) -> None:
    """Mark one notice as read by its reader; the first time counts."""
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=at)
