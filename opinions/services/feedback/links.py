"""The villager's link of an opinion (群众评价链接): `/f/<token>/`, good for this ticket and nothing else.

The token is the ticket's uid signed with the site's key, not a code in the database: nothing to be stolen from a backup,
and a slip that was lost is printed again just as it was. Who was shown it is recorded: it speaks for the villager. It opens no account and
shows nobody's name, so it needs no end of its own; a new SECRET_KEY ends them all unless the old one stays among
SECRET_KEY_FALLBACKS.
"""

import base64
import binascii
import uuid
from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.errors import NotAllowed
from opinions.models import Opinion
from opinions.permissions import can_tell_villager
from opinions.states import Kind

SALT = "opinions.villager-link"
LONGEST_TOKEN = 120


def token_of(opinion: Opinion) -> str:
    """Return the token of the ticket's link, 66 characters that need no quoting in an address."""
    return _signer().sign(base64.urlsafe_b64encode(opinion.uid.bytes).decode().rstrip("="))


@transaction.atomic
def hand_out_slip(*, opinion: Opinion, actor, at: datetime) -> str:
    """Return the token for the slip that `actor` gives to the villager, and record it. Raises NotAllowed.

    Whoever has the address can rate in the villager's name, so each showing of it counts, printed or not.
    """
    if opinion.kind != Kind.OPINION or not can_tell_villager(actor, opinion):
        raise NotAllowed("评价用的二维码由代表、站长、联络站或县人大交给反映人。")
    audit.record("hand_out_slip", actor=actor, target=opinion, at=at, number=opinion.number)
    return token_of(opinion)


def ticket_behind(token: str) -> Opinion | None:
    """Return the opinion that a link is of, with its places and whatever it was merged into; None for a wrong token.

    Suggestions have no villager: deputies rate those with their own accounts.
    """
    uid = _uid_in(token)
    if uid is None:
        return None
    rows = Opinion.objects.opinions().select_related(
        "register", "station", "branch__parent__parent", "department", "merged_into__station", "merged_into__department"
    )
    return rows.filter(uid=uid).first()


def _uid_in(token: str) -> uuid.UUID | None:
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        return uuid.UUID(bytes=base64.urlsafe_b64decode(_signer().unsign(token) + "=="))
    except (BadSignature, binascii.Error, ValueError):
        return None


def _signer() -> Signer:
    return Signer(salt=SALT, sep=".")
