"""Writes of the stations app: the tree, villages and departments, postings."""

from stations.services.places import add_department, add_village, edit_department, edit_village
from stations.services.postings import appoint, end_posting
from stations.services.tree import check_tree, close_station, edit_station, open_station

__all__ = [
    "add_department",
    "add_village",
    "appoint",
    "check_tree",
    "close_station",
    "edit_department",
    "edit_station",
    "edit_village",
    "end_posting",
    "open_station",
]
