"""The county's places under /console/places/: the list, one place's details, moving, merging and closing."""

from stations.views.acts import close, merge, move, reopen
from stations.views.places import place, places

__all__ = ["close", "merge", "move", "place", "places", "reopen"]
