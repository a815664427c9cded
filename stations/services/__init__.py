"""Writes of the stations app: the tree, villages and departments, postings."""

from stations.services.accounts import (
    edit_posted_account,
    open_county_account,
    open_posted_account,
    remove_posted_second_factor,
    renew_posted_password,
)
from stations.services.checking import place_problems
from stations.services.places import add_department, add_village, edit_department, edit_village, load_villages
from stations.services.postings import appoint, end_posting, hand_over
from stations.services.reaching import county_codes_of
from stations.services.tree import (
    NewPlace,
    Outcome,
    check_tree,
    close_station,
    edit_station,
    hold_place,
    hold_places,
    load_county,
    merge_branches,
    move_branch,
    open_station,
    preview_closing,
    preview_merger,
    preview_move,
    reopen_station,
)

__all__ = [
    "NewPlace",
    "Outcome",
    "add_department",
    "add_village",
    "appoint",
    "check_tree",
    "close_station",
    "county_codes_of",
    "edit_department",
    "edit_posted_account",
    "edit_station",
    "edit_village",
    "end_posting",
    "hand_over",
    "hold_place",
    "hold_places",
    "load_county",
    "load_villages",
    "merge_branches",
    "move_branch",
    "open_county_account",
    "open_posted_account",
    "open_station",
    "place_problems",
    "preview_closing",
    "preview_merger",
    "preview_move",
    "remove_posted_second_factor",
    "renew_posted_password",
    "reopen_station",
]
