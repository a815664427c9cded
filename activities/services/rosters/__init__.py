"""Rosters: planning, publishing and changing a station's month of reception days."""

from activities.services.rosters.announcing import announce_receptions
from activities.services.rosters.counting import service_counts
from activities.services.rosters.days import add_day, cancel_day, move_day
from activities.services.rosters.drafting import draft_roster
from activities.services.rosters.explaining import unplaced_of
from activities.services.rosters.gaps import days_left_by
from activities.services.rosters.others import drop_other_service, plan_other_service
from activities.services.rosters.places import (
    exchange_on_shift,
    hand_over_place,
    make_room,
    put_on_shift,
    release_places,
    set_seats,
    take_off_shift,
)
from activities.services.rosters.publishing import publish_roster
from activities.services.rosters.reminding import remind_of_duties
from activities.services.rosters.replanning import preview_replan, replan_roster
from activities.services.rosters.results import Drafted, RemedyKind, Unplaced
from activities.services.rosters.watching import watch_gaps

__all__ = [
    "Drafted",
    "RemedyKind",
    "Unplaced",
    "add_day",
    "announce_receptions",
    "cancel_day",
    "days_left_by",
    "draft_roster",
    "drop_other_service",
    "exchange_on_shift",
    "hand_over_place",
    "make_room",
    "move_day",
    "plan_other_service",
    "preview_replan",
    "publish_roster",
    "put_on_shift",
    "release_places",
    "remind_of_duties",
    "replan_roster",
    "service_counts",
    "set_seats",
    "take_off_shift",
    "unplaced_of",
    "watch_gaps",
]
