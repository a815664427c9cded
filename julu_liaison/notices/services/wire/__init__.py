"""The only package that touches a network: mail through Django, everything else through apprise.

Nothing here opens a transaction or writes a row. No address, phone or key is ever logged or told.
"""

from julu_liaison.notices.services.wire.addresses import checked_address
from julu_liaison.notices.services.wire.mail import Letter, has_mail_server, send_letter
from julu_liaison.notices.services.wire.outcomes import Fate, Outcome
from julu_liaison.notices.services.wire.posting import post

__all__ = ["Fate", "Letter", "Outcome", "checked_address", "has_mail_server", "post", "send_letter"]
