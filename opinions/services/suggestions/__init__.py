"""Formal suggestions and motions: filing them, numbering them per session, growing them out of an opinion."""

from opinions.services.suggestions.filing import file_suggestion

__all__ = ["file_suggestion"]
