"""The person (人大代表), their mandates and branch, the voters they keep in touch with, and what hangs at a branch."""

from deputies.models.constituents import Constituent, Contact
from deputies.models.people import Deputy, Mandate, Membership
from deputies.models.print import Edition, GlyphImage

__all__ = ["Constituent", "Contact", "Deputy", "Edition", "GlyphImage", "Mandate", "Membership"]
