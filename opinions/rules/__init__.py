"""Pure rules of tickets: due days and warnings, how long an answer must be, the words a search goes by."""

from opinions.rules.searching import search_words
from opinions.rules.terms import LEAST_ANSWER, alert_days, due_day

__all__ = ["LEAST_ANSWER", "alert_days", "due_day", "search_words"]
