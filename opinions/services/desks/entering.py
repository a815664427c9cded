"""One opinion typed at a desk; a form that is sent twice makes one ticket."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from activities.services import Matter
from opinions.models import Opinion
from opinions.services.registering import address_of_form, register_opinion
from stations.models import Station


def enter_opinion(*, key: UUID, branch: Station, matter: Matter, actor, at: datetime) -> Opinion:
    """Register what was typed into the form `key`. The same form sent again leads to the ticket it made the first time.

    The ticket's address follows from the form, its words and the person, so that of two at once the database takes one
    (registering is a transaction of its own); what was changed before sending again is another ticket.
    """
    uid = address_of_form(
        key, actor, branch.pk, matter.deputy and matter.deputy.pk, matter.text, matter.category, matter.villager_name,
        matter.villager_phone, matter.villager_village, matter.confidential,
    )  # fmt: skip
    if made := Opinion.objects.filter(uid=uid).first():
        return made
    try:
        return register_opinion(branch=branch, matter=matter, actor=actor, at=at, uid=uid)
    except IntegrityError:
        if made := Opinion.objects.filter(uid=uid).first():
            return made
        raise
