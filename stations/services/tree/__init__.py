"""The only package that writes the station tree.

MPTT keeps lft/rght numbers in every row; two writers at once, or one stale instance saved, corrupt them silently
(131 inconsistencies in a trial). So every write here goes: transaction → lock → read again → save.
"""

from stations.services.tree.checking import check_tree
from stations.services.tree.closing import close_station, preview_closing, reopen_station
from stations.services.tree.editing import edit_station
from stations.services.tree.locking import hold_place, hold_places
from stations.services.tree.opening import NewPlace, load_county, open_station
from stations.services.tree.outcome import Outcome
from stations.services.tree.relocating import merge_branches, move_branch, preview_merger, preview_move

__all__ = [
    "NewPlace",
    "Outcome",
    "check_tree",
    "close_station",
    "edit_station",
    "hold_place",
    "hold_places",
    "load_county",
    "merge_branches",
    "move_branch",
    "open_station",
    "preview_closing",
    "preview_merger",
    "preview_move",
    "reopen_station",
]
