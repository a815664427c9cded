"""The time that tickets have: the county's terms, and the clocks that run by them."""

from opinions.services.clocks.running import (
    extend_clock,
    pause_clocks,
    resume_clocks,
    start_clock,
    stop_clocks,
)
from opinions.services.clocks.terms import DEFAULT_TERMS, set_default_terms, set_term, term_for

__all__ = [
    "DEFAULT_TERMS",
    "extend_clock",
    "pause_clocks",
    "resume_clocks",
    "set_default_terms",
    "set_term",
    "start_clock",
    "stop_clocks",
    "term_for",
]
