"""Deputies and their constituents as workbooks: import with preview, export, template."""

from deputies.spreadsheets.constituents import CONSTITUENTS
from deputies.spreadsheets.importing import DEPUTIES

__all__ = ["CONSTITUENTS", "DEPUTIES"]
