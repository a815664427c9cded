"""The person (人大代表), their mandates and branch, the voters they keep in touch with, what hangs at a branch, and what
somebody wants corrected in what is held of them."""

from deputies.models.constituents import Constituent, Contact
from deputies.models.corrections import CorrectionRequest, CorrectionStep
from deputies.models.people import Deputy, Mandate, Membership
from deputies.models.print import Edition, GlyphImage

__all__ = [
    "Constituent",
    "Contact",
    "CorrectionRequest",
    "CorrectionStep",
    "Deputy",
    "Edition",
    "GlyphImage",
    "Mandate",
    "Membership",
]
