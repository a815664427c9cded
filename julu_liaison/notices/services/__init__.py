"""Writing notices, choosing how to hear of them, and sending what leaves the house."""

from julu_liaison.notices.services.writing import mark_read, mark_read_of, notify, post_to_group, reword_notices

__all__ = ["mark_read", "mark_read_of", "notify", "post_to_group", "reword_notices"]
