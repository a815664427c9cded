"""Pure rules of places: how they are offered in a select, and which one a written name means."""

from stations.rules.choices import place_choices
from stations.rules.columns import branch_names, read_branch
from stations.rules.effects import Effect
from stations.rules.naming import PlaceBook, nearest_names

__all__ = ["Effect", "PlaceBook", "branch_names", "nearest_names", "place_choices", "read_branch"]
