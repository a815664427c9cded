"""Facts this app tells. Listed with their listeners in docs/architecture.md."""

from django.dispatch import Signal

#: settled: branch, log (None for a visit of no log), matters (list of Matter, each with its visit), actor, at → each listener
#: returns the list of opinions it registered
matters_recorded = Signal()
#: settled: visit, fields (names of those corrected), actor, at
visit_corrected = Signal()
#: announced: log (None: an activity, or leave), deputy_ids, year
attendance_changed = Signal()
#: announced: station, deputy_ids, year; its records of a month of that year are complete, or no longer
month_declared = Signal()
#: settled: place, first, last (days of a month), on → each listener returns {key of a branch: {field of PlaceMonth: number}}
month_counted = Signal()
