"""The roster's rules: what a good month is, how it is found and proven, and what to say to those left over. Pure."""

from activities.rules.rosters.problem import FULL_TEAM, Day, Person, Plan, Problem, Worth, nearness, shortage
from activities.rules.rosters.shortages import MOST_SEATS, Cause, Shortage, explain
from activities.rules.rosters.solving import Solved, solve, weights_of
from activities.rules.rosters.spreading import crowding, spread

__all__ = [
    "FULL_TEAM",
    "MOST_SEATS",
    "Cause",
    "Day",
    "Person",
    "Plan",
    "Problem",
    "Shortage",
    "Solved",
    "Worth",
    "crowding",
    "explain",
    "nearness",
    "shortage",
    "solve",
    "spread",
    "weights_of",
]
