"""Pages of suggestions beside the ticket's own: filing, signing together, the talk with the department."""

from opinions.views.suggestions.filing import my_suggestion_new, suggestion_new
from opinions.views.suggestions.signing import suggestion_cosigner, suggestion_cosigners
from opinions.views.suggestions.talking import consultation_new, consultation_sign

__all__ = [
    "consultation_new",
    "consultation_sign",
    "my_suggestion_new",
    "suggestion_cosigner",
    "suggestion_cosigners",
    "suggestion_new",
]
