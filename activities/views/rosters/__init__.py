"""Pages of rosters: the station's month and its days, paper, the county's list, the deputy's own."""

from activities.views.rosters.announcing import announcements
from activities.views.rosters.county import console_roster
from activities.views.rosters.days import roster_add, roster_day
from activities.views.rosters.mine import my_calendar, my_roster, roster_calendar
from activities.views.rosters.moving import roster_move
from activities.views.rosters.papers import roster_calls, roster_file, roster_print
from activities.views.rosters.station import roster

__all__ = [
    "announcements",
    "console_roster",
    "my_calendar",
    "my_roster",
    "roster",
    "roster_add",
    "roster_calendar",
    "roster_calls",
    "roster_day",
    "roster_file",
    "roster_move",
    "roster_print",
]
