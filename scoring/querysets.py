"""Named queries over the ledger; scores are always summed from entries, from the entry side."""

from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from scoring.states import Block
from stations.querysets import scope_of


class PointEntryQuerySet(QuerySet):
    def visible_to(self, user):
        """A deputy's own entries, and those of the deputies whom staff look after; never a colleague's."""
        scope = scope_of(user)
        own = Q(deputy__user=user.pk) if user.is_authenticated else Q(pk=None)
        return self.filter(
            Q(deputy__county__in=scope.counties)
            | Q(deputy__memberships__branch__parent__in=scope.townships)
            | own
        ).distinct()

    def of_year(self, year: int):
        return self.filter(year=year)

    def sums(self, year: int, deputies) -> dict[int, dict[str, Decimal]]:
        """Return {deputy key: {"base": deductions ≤ 0, "bonus": …}} in one query."""
        rows = self.filter(year=year, deputy__in=deputies).values_list("deputy", "block").annotate(sum=Sum("points"))
        sums: dict[int, dict[str, Decimal]] = {}
        for deputy, block, total in rows:
            sums.setdefault(deputy, dict.fromkeys(Block.values, Decimal(0)))[block] = total
        return sums
