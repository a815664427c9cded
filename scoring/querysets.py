"""Named queries over the ledger and what is asked of it; scores are always summed from entries, from the entry side."""

from decimal import Decimal

from django.apps import apps
from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from activities.querysets import DeputysQuerySet
from julu_liaison.common.working_days import today_here
from scoring.states import CLAIM_OPEN, AppealState, Block, ClaimState
from stations.permissions import places_with
from stations.querysets import scope_of
from stations.states import Right


class PointEntryQuerySet(QuerySet):
    def visible_to(self, user):
        """`can_see_score` for many: a deputy's own entries, the county's, and those of the deputies whom a clerk looks
        after or had in the year of the entry; never a colleague's.
        """
        scope = scope_of(user)
        own = Q(deputy__user=user.pk) if user.is_authenticated else Q(pk=None)
        memberships = apps.get_model("deputies", "Membership").objects.filter(deputy=OuterRef("deputy"))
        here = Q(branch__parent__in=scope.townships)
        until = Q(ended_on=None) | Q(ended_on__year__gte=OuterRef("year"))
        of_year = memberships.filter(here, until, started_on__year__lte=OuterRef("year"))
        last = memberships.latest_on(today_here()).filter(here)
        return self.filter(Q(county__in=scope.counties) | Exists(last) | Exists(of_year) | own)

    def of_year(self, year: int):
        return self.filter(year=year)

    def with_fact_day(self):
        """Add `fact_on`: the day of the fact that a line is about; a reversal is about what it cancels."""
        return self.annotate(fact_on=Coalesce("reverses__occurred_on", "occurred_on"))

    def standing(self):
        """Entries that count: neither reversed nor reversals."""
        reversals = apps.get_model("scoring", "PointEntry").objects.filter(reverses=OuterRef("pk"))
        return self.filter(~Exists(reversals), reverses=None)

    def sums(self) -> dict[int, dict[str, Decimal]]:
        """Return {deputy key: {"base": deductions ≤ 0, "bonus": …}} of the rows, in one query."""
        return {deputy: sums for (deputy,), sums in self._summed("deputy").items()}

    def sums_by_year(self) -> dict[tuple[int, int], dict[str, Decimal]]:
        """The same by (deputy key, year)."""
        return self._summed("deputy", "year")

    def _summed(self, *by: str) -> dict[tuple, dict[str, Decimal]]:
        found: dict[tuple, dict[str, Decimal]] = {}
        for *key, block, total in self.order_by().values_list(*by, "block").annotate(sum=Sum("points")):
            found.setdefault(tuple(key), dict.fromkeys(Block.values, Decimal(0)))[block] = total
        return found


class SchemeQuerySet(QuerySet):
    def frozen(self):
        """Years that facts change no longer: in publicity or closed."""
        return self.exclude(closing=None)

    def open(self):
        return self.filter(closing=None)


class WaiverQuerySet(QuerySet):
    def touching(self, year: int):
        """Waivers that count on at least one day of the year."""
        return self.filter(Q(ended_on=None) | Q(ended_on__year__gte=year), started_on__year__lte=year)

    def visible_to(self, user):
        """The county's own; reasons are private."""
        return self.filter(county__in=scope_of(user).counties)


class QuestionQuerySet(DeputysQuerySet):
    """Claims and appeals: the county, the clerk of the station, and the deputy; not the branch head."""

    def visible_to(self, user):
        scope = scope_of(user)
        own = Q(deputy__user=user.pk) if user.is_authenticated else Q(pk=None)
        return self.filter(Q(county__in=scope.counties) | Q(station__in=scope.townships) | own)


class BonusClaimQuerySet(QuestionQuerySet):
    def open(self):
        return self.filter(state__in=CLAIM_OPEN)

    def approved(self):
        return self.filter(state=ClaimState.APPROVED)

    def taking_part(self):
        """Those that speak of a fact already: waiting or granted; what was refused may be claimed anew."""
        return self.filter(state__in=(*CLAIM_OPEN, ClaimState.APPROVED))

    def with_frozen(self):
        """Add `frozen`: whether facts change the claim's year no longer (in publicity or closed)."""
        schemes = apps.get_model("scoring", "Scheme").objects.frozen()
        return self.annotate(frozen=Exists(schemes.filter(county=OuterRef("county"), year=OuterRef("year"))))

    def waiting_for(self, user):
        """What this person is to do next: check at the station, decide for the county, complete what was returned.

        The county also checks what a clerk claimed: in most stations there is nobody else.
        """
        checks, decides = (places_with(user, right) for right in (Right.CHECK_CLAIMS, Right.DECIDE_POINTS))
        by_staff = ~Q(claimed_by=F("deputy__user"))
        to_check = Q(state=ClaimState.CLAIMED) & (Q(station__in=checks) | (Q(county__in=checks) & by_staff))
        to_decide = Q(state=ClaimState.CHECKED, county__in=decides) & ~Q(checked_by=user.pk)
        others = ~Q(claimed_by=user.pk) & ~Q(deputy__user=user.pk)
        mine = Q(deputy__user=user.pk) | Q(claimed_by=user.pk)
        return self.filter(((to_check | to_decide) & others) | (Q(state=ClaimState.RETURNED) & mine))


class AppealQuerySet(QuestionQuerySet):
    def open(self):
        return self.filter(state=AppealState.RAISED)

    def granted(self):
        return self.filter(state=AppealState.GRANTED)


class QuarterStatementQuerySet(QuerySet):
    def with_last_number(self):
        """Add `last_number`: that of the last line which a statement sums, 0 for one without lines."""
        entries = apps.get_model("scoring", "PointEntry").objects.filter(
            deputy=OuterRef("deputy"), year=OuterRef("year"), digest=OuterRef("last_digest")
        )
        last = Subquery(entries.values("number")[:1], output_field=IntegerField())
        return self.annotate(last_number=Coalesce(last, Value(0)))


class YearResultQuerySet(QuerySet):
    def current(self):
        """Of each deputy the latest edition."""
        later = apps.get_model("scoring", "YearResult").objects.filter(
            closing=OuterRef("closing"), deputy=OuterRef("deputy"), edition__gt=OuterRef("edition")
        )
        return self.filter(~Exists(later))
