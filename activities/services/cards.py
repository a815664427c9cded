"""The clerk's card is taken away: it holds the phones of the branches' heads."""

from datetime import datetime

from django.db import transaction

from deputies.permissions import can_print
from julu_liaison.common import audit
from julu_liaison.common.errors import NotAllowed
from stations.models import Station


@transaction.atomic
def hand_out_card(*, station: Station, file: str, actor, at: datetime) -> None:
    """Record that `actor` takes the card of `station` (操作卡) away as `file`. Raises NotAllowed."""
    if not can_print(actor, station):
        raise NotAllowed("操作卡由本联络站的工作人员和县人大办公室打印。")
    audit.record("download", actor=actor, target=station, at=at, file=file)
