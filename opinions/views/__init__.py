"""Pages of tickets, the same for every role: what one sees and may do follows from scope and workflow."""

from opinions.views.lists import opinions, opinions_export
from opinions.views.tickets import opinion, opinion_move

__all__ = ["opinion", "opinion_move", "opinions", "opinions_export"]
