"""Facts told by what knows no app. Listed with their listeners in docs/architecture.md."""

from django.dispatch import Signal

#: settled: days (dates whose kind changed), actor, at → each listener returns what follows from it: its sentences, one by one
calendar_changed = Signal()
