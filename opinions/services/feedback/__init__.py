"""The villager's own say (群众评价): the link that a ticket has, what it shows, what is heard through it."""

from opinions.services.feedback.links import hand_out_slip, ticket_behind, token_of
from opinions.services.feedback.showing import Shown, shown_to_villager
from opinions.services.feedback.verdicts import UNSOLVED, hear_villager

__all__ = ["UNSOLVED", "Shown", "hand_out_slip", "hear_villager", "shown_to_villager", "ticket_behind", "token_of"]
