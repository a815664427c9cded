"""Writes of the stations app: the tree, villages and departments, postings."""

from stations.services.accounts import edit_posted_account, open_posted_account, renew_posted_password
from stations.services.places import add_department, add_village, edit_department, edit_village, load_villages
from stations.services.postings import appoint, end_posting
from stations.services.tree import NewPlace, check_tree, close_station, edit_station, load_county, open_station

__all__ = [
    "NewPlace",
    "add_department",
    "add_village",
    "appoint",
    "check_tree",
    "close_station",
    "edit_department",
    "edit_posted_account",
    "edit_station",
    "edit_village",
    "end_posting",
    "load_county",
    "load_villages",
    "open_posted_account",
    "open_station",
    "renew_posted_password",
]
