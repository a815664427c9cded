"""Writes of the opinions app: registering tickets, moving them, the terms they must keep."""

from opinions.services.checking import ticket_problems
from opinions.services.clocks import DEFAULT_TERMS, set_default_terms, set_term
from opinions.services.looking import Villager, hops_for, look_at_villager
from opinions.services.moving import move_opinion
from opinions.services.registering import follow_visit, register_opinion, register_opinions
from opinions.services.searching import search_tickets
from opinions.services.suggestions import file_suggestion

__all__ = [
    "DEFAULT_TERMS",
    "Villager",
    "file_suggestion",
    "follow_visit",
    "hops_for",
    "look_at_villager",
    "move_opinion",
    "register_opinion",
    "register_opinions",
    "search_tickets",
    "set_default_terms",
    "set_term",
    "ticket_problems",
]
