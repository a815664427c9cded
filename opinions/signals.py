"""Facts this app tells. Listed with their listeners in docs/architecture.md."""

from django.dispatch import Signal

#: announced: opinion, move (name), deputy_ids, year
opinion_moved = Signal()
