"""What may have been counted twice: entries that look like another one."""

from scoring.models import PointEntry


def entries_alike(entry: PointEntry):
    """Other standing entries of the deputy's year for the same item on the same day, oldest first."""
    rows = PointEntry.objects.filter(deputy=entry.deputy_id, year=entry.year, occurred_on=entry.occurred_on)
    rows = rows.filter(rule__item=entry.rule.item).exclude(pk=entry.pk)
    return rows.standing().select_related("rule").order_by("pk")
