"""Facts this app tells. Listed with their listeners in docs/architecture.md.

All are settled: inside the transaction, each listener does its own app's part, refuses by raising a DomainError,
and returns a list of `stations.rules.Effect`.
"""

from django.dispatch import Signal

#: settled: branch (already below `target`), source, target (stations), on, actor, at
branch_moved = Signal()
#: settled: county (the new centre), actor; a county begins with each app's defaults
county_opened = Signal()
#: settled: branch, into (both still open), on (the first day in `into`), actor, at
branch_merged = Signal()
#: settled: station (still open), on (the first day it's closed), into (the branch it is merged into, or None), actor, at
station_closing = Signal()
