"""Writes of the deputies app: people, mandates, memberships, accounts, photos, consents, boards.

`actor=None` is the system itself, at the command line; see `deputies.permissions`.
"""

from deputies.services.accounts import link_account, open_deputy_account
from deputies.services.albums import put_album
from deputies.services.consents import record_consent, withdraw_consent
from deputies.services.editions import record_edition
from deputies.services.loading import NewDeputy, NewMandate, load_deputies
from deputies.services.mandates import edit_mandate, end_mandate, grant_mandate
from deputies.services.memberships import assign_to_branch
from deputies.services.people import add_deputy, edit_deputy
from deputies.services.photos import crop_photo, original_size, put_photo, remove_photo

__all__ = [
    "NewDeputy",
    "NewMandate",
    "add_deputy",
    "assign_to_branch",
    "crop_photo",
    "edit_deputy",
    "edit_mandate",
    "end_mandate",
    "grant_mandate",
    "link_account",
    "load_deputies",
    "open_deputy_account",
    "original_size",
    "put_album",
    "put_photo",
    "record_consent",
    "record_edition",
    "remove_photo",
    "withdraw_consent",
]
