"""Recording printed boards."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from deputies.models import BoardEdition
from deputies.permissions import can_print_boards
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, NotAllowed
from stations.models import Station


@transaction.atomic
def record_edition(
    *, branch: Station, size: str, number: int, facts_hash: str, file: str, actor, at: datetime
) -> BoardEdition:
    """Record that a branch's board was printed (公示牌版次); `file` is its path below MEDIA_ROOT.

    `actor=None` is the system itself. Raises Conflict unless `number` is the next one: somebody else has printed.
    """
    if not can_print_boards(actor, branch):
        raise NotAllowed("公示牌由县人大办公室统一制作。")
    Station.objects.select_for_update().get(pk=branch.pk)
    latest = BoardEdition.objects.filter(branch=branch, size=size).aggregate(latest=Max("number"))["latest"] or 0
    if number != latest + 1:
        raise Conflict(f"{branch.full_name}的公示牌刚由别人印出第{latest}版。")
    edition = BoardEdition.objects.create(
        branch=branch, size=size, number=number, facts_hash=facts_hash, file=file, made_at=at, made_by=actor
    )
    assert branch.county is not None  # only while a county is being opened
    county = branch.county.code
    audit.record("print_board", actor=actor, target=branch, county_code=county, at=at, size=size, number=number)
    return edition
