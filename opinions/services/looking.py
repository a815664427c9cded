"""Reading what not everybody may read: each look at a villager's identity is recorded (个人信息保护法), the words of
an unsigned answer stay inside the department."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from julu_liaison.common import audit
from opinions.models import Hop, Opinion
from opinions.permissions import sees_drafts, sees_villager
from opinions.states import State

DRAFTING = frozenset({"reply", "return_reply"})


@dataclass(frozen=True)
class Villager:
    """Who asked. All parts may be empty: anonymous is allowed."""

    name: str
    phone: str
    village: str
    confidential: bool


@transaction.atomic
def look_at_villager(*, opinion: Opinion, actor, at: datetime) -> Villager | None:
    """Return the villager (反映人) and record that `actor` looked; None for those who may not know."""
    if not sees_villager(actor, opinion):
        return None
    if opinion.villager_name or opinion.villager_phone:
        audit.record("look_at_villager", actor=actor, target=opinion, at=at, number=opinion.number)
    return Villager(opinion.villager_name, opinion.villager_phone, opinion.villager_village, opinion.confidential)


def hops_for(*, opinion: Opinion, actor) -> list[Hop]:
    """Return the ticket's history, oldest first, with the notes about drafts blanked for outsiders."""
    hops = list(opinion.hops.in_order())
    if not sees_drafts(actor, opinion):
        for hop in hops:
            if hop.move in DRAFTING and hop.to_state != State.REPLIED:
                hop.note = ""
    return hops
