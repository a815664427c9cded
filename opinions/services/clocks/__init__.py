"""The time that tickets have: the county's terms, and the clocks that run by them."""

from opinions.services.clocks.changing import add_term, drop_term, preview_adding, preview_setting, set_term
from opinions.services.clocks.reading import Story, days_seen, stories_of
from opinions.services.clocks.recomputing import NewDay, Recomputed, follow_days, recompute
from opinions.services.clocks.running import (
    extend_clock,
    pause_clocks,
    ready_clock,
    resume_clocks,
    start_clock,
    stop_clocks,
)
from opinions.services.clocks.sweeping import Swept, sweep_deadlines
from opinions.services.clocks.terms import DEFAULT_TERMS, governing, set_default_terms, term_for

__all__ = [
    "DEFAULT_TERMS",
    "NewDay",
    "Recomputed",
    "Story",
    "Swept",
    "add_term",
    "days_seen",
    "drop_term",
    "extend_clock",
    "follow_days",
    "governing",
    "pause_clocks",
    "preview_adding",
    "preview_setting",
    "ready_clock",
    "recompute",
    "resume_clocks",
    "set_default_terms",
    "set_term",
    "start_clock",
    "stop_clocks",
    "stories_of",
    "sweep_deadlines",
    "term_for",
]
