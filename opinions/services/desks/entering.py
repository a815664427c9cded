"""One opinion typed at a desk; a form that is sent twice makes one ticket."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from activities.services import Matter
from opinions.models import Opinion
from opinions.services.registering import register_opinion
from stations.models import Station


def enter_opinion(*, key: UUID, branch: Station, matter: Matter, actor, at: datetime) -> Opinion:
    """Register what was typed into the form `key`. The same form sent again leads to the ticket it made the first time.

    The ticket's address follows from the form, its words and the person, so that of two at once the database takes one;
    what was changed before sending again is another ticket.
    """
    uid = _address(key, branch, matter, actor)
    if made := Opinion.objects.filter(uid=uid).first():
        return made
    try:
        with transaction.atomic():
            return register_opinion(branch=branch, matter=matter, actor=actor, at=at, uid=uid)
    except IntegrityError:
        if made := Opinion.objects.filter(uid=uid).first():
            return made
        raise


def _address(key: UUID, branch: Station, matter: Matter, actor) -> UUID:
    """Not to be guessed from what was typed: it takes the server's own secret."""
    said = (key, actor.pk, branch.pk, matter.deputy and matter.deputy.pk, matter.text, matter.category,
            matter.villager_name, matter.villager_phone, matter.villager_village, matter.confidential)  # fmt: skip
    return UUID(bytes=salted_hmac("opinions.enter_opinion", repr(said), algorithm="sha256").digest()[:16])
