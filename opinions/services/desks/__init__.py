"""Work at the desk: registering outside a log, look-alikes, one move for many tickets, lists that are handed over."""

from opinions.services.desks.bulk import Outcome, move_together, obstacle_to
from opinions.services.desks.entering import enter_opinion
from opinions.services.desks.importing import HandedIn, score_taken_in, take_in
from opinions.services.desks.similar import look_alikes, similar_tickets

__all__ = [
    "HandedIn",
    "Outcome",
    "enter_opinion",
    "look_alikes",
    "move_together",
    "obstacle_to",
    "score_taken_in",
    "similar_tickets",
    "take_in",
]
