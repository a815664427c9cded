"""Writes of the deputies app: people, mandates, memberships, constituents, accounts, photos, consents,
editions of what is printed, pictures of characters.

`actor=None` is the system itself, at the command line; see `deputies.permissions`.
"""

from deputies.services.accounts import link_account, open_deputy_account
from deputies.services.albums import put_album
from deputies.services.archives import hand_out_archive
from deputies.services.checking import people_problems
from deputies.services.consents import record_consent, withdraw_consent
from deputies.services.constituents import (
    NewConstituent,
    NewContact,
    add_constituent,
    edit_constituent,
    end_constituent,
    load_constituents,
    load_contacts,
    look_at_constituents,
    record_contact,
    void_contact,
)
from deputies.services.editions import record_edition, record_hanging, take_back_hanging
from deputies.services.forgetting import forget_constituent
from deputies.services.glyphs import add_glyph, drop_glyph
from deputies.services.loading import NewDeputy, NewMandate, edit_deputies, load_deputies
from deputies.services.mandates import edit_mandate, end_mandate, grant_mandate
from deputies.services.memberships import assign_to_branch
from deputies.services.people import add_deputy, edit_deputy
from deputies.services.photos import crop_photo, original_size, put_photo, remove_photo

__all__ = [
    "NewConstituent",
    "NewContact",
    "NewDeputy",
    "NewMandate",
    "add_constituent",
    "add_deputy",
    "add_glyph",
    "assign_to_branch",
    "crop_photo",
    "drop_glyph",
    "edit_constituent",
    "edit_deputies",
    "edit_deputy",
    "edit_mandate",
    "end_constituent",
    "end_mandate",
    "forget_constituent",
    "grant_mandate",
    "hand_out_archive",
    "link_account",
    "load_constituents",
    "load_contacts",
    "load_deputies",
    "look_at_constituents",
    "open_deputy_account",
    "original_size",
    "people_problems",
    "put_album",
    "put_photo",
    "record_consent",
    "record_contact",
    "record_edition",
    "record_hanging",
    "remove_photo",
    "take_back_hanging",
    "void_contact",
    "withdraw_consent",
]
