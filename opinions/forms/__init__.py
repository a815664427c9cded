"""Forms of the pages about tickets."""

from opinions.forms.filters import FilterForm
from opinions.forms.moves import MoveForm

__all__ = ["FilterForm", "MoveForm"]
