"""Facts this app tells. Listed with their listeners in docs/architecture.md."""

from django.dispatch import Signal

#: settled: log, matters (list of Matter), actor, at → each listener returns the list of opinions it registered
matters_recorded = Signal()
#: announced: log, deputy_ids, year
attendance_changed = Signal()
