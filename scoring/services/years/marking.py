"""The ends of everybody's chains, kept outside the ledger from the first day of publicity on."""

from collections.abc import Iterable

from scoring.models import ChainMark, YearClosing
from scoring.rules.seals import digest_of_chains
from scoring.services.standings import Standing

BATCH = 1000


def mark_chains(closing: YearClosing, standings: Iterable[Standing]) -> str:
    """Write a mark for everybody with entries; return the digest of all of them, for the audit trail."""
    held = [row for row in standings if row.entries]
    ChainMark.objects.bulk_create(
        [
            ChainMark(closing=closing, deputy=row.deputy, number=row.entries, digest=row.last_digest)
            for row in held
        ],
        batch_size=BATCH,
    )  # fmt: skip
    return digest_of_chains(closing.scheme.year, ((row.deputy.code, row.entries, row.last_digest) for row in held))
