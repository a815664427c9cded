"""Facts this app tells. Listed with their listeners in docs/architecture.md."""

from django.dispatch import Signal

#: announced: claim, deputy_ids, year; a bonus was granted, or taken back
claim_decided = Signal()
