"""A villager's own data (群众的个人信息): shown by the link, corrected and let go on request, found for who asks by letter."""

from opinions.services.villagers.asking import LONGEST_SAID, MOST_ASKED, ask_by_link, withdraw_by_link
from opinions.services.villagers.finding import PURPOSES, Found, find_villager
from opinions.services.villagers.settling import LONGEST_ANSWER, keep_promises, settle_at_desk, settle_request
from opinions.services.villagers.showing import Looks, OwnData, looks_at, own_data_of

__all__ = [
    "LONGEST_ANSWER",
    "LONGEST_SAID",
    "MOST_ASKED",
    "PURPOSES",
    "Found",
    "Looks",
    "OwnData",
    "ask_by_link",
    "find_villager",
    "keep_promises",
    "looks_at",
    "own_data_of",
    "settle_at_desk",
    "settle_request",
    "withdraw_by_link",
]
