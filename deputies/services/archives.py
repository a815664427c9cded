"""Performance files (履职档案) leaving the platform: who may take one, and the record of who did."""

from datetime import datetime

from django.db import transaction

from deputies.models import Deputy
from deputies.permissions import sees_archive
from julu_liaison.common import audit
from julu_liaison.common.errors import NotAllowed


@transaction.atomic
def hand_out_archive(*, deputy: Deputy, year: int, file_format: str, actor, at: datetime) -> None:
    """Record that `actor` takes one deputy's file of a year away as `pdf` or `docx`. Raises NotAllowed."""
    if not sees_archive(actor, deputy, year):
        raise NotAllowed("这一年的履职档案由代表本人、所在联络站和县人大办公室查看。")
    audit.record(
        "download_archive", actor=actor, target=deputy, county_code=deputy.county.code, at=at, year=year,
        format=file_format,
    )  # fmt: skip
