"""The audit trail in words that people read: what was done, to what, and what stands beside it."""

from julu_liaison.audit_words.actions import ACTIONS, GROUPS, action_words
from julu_liaison.audit_words.details import PARTS, WHAT, detail_words, kinds_of_objects, object_words, value_words
from julu_liaison.audit_words.naming import names_of, with_names

__all__ = [
    "ACTIONS", "GROUPS", "PARTS", "WHAT", "action_words", "detail_words", "kinds_of_objects", "names_of", "object_words",
    "value_words", "with_names",
]  # fmt: skip
