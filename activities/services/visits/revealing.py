"""Who came: everywhere masked, shown in full to whoever may know, and each time recorded (个人信息保护法)."""

from datetime import datetime

from django.db import transaction

from activities.models import Visit
from activities.permissions import can_reveal_villager
from activities.rules.visits import REVEAL_PURPOSES
from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError, NotAllowed


@transaction.atomic
def reveal_villager(*, visit: Visit, actor, at: datetime, why: str = "") -> tuple[str, str]:
    """Return the villager's name and phone and record that `actor` saw them. `why` is one of REVEAL_PURPOSES or nothing:
    free words could bring a name into the audit trail.
    """
    if not can_reveal_villager(actor, visit):
        raise NotAllowed("群众的姓名和电话只给站长、联络站和县人大办公室看。")
    if why not in ("", *REVEAL_PURPOSES):
        raise DomainError("请选查看群众身份的用途。", fields={"why": "请选用途"})
    audit.record("reveal_villager", actor=actor, target=visit, at=at, number=visit.number, why=why)
    return visit.villager_name, visit.villager_phone
