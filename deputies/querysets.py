"""Named queries over deputies, mandates and memberships, all of them *as of a date*; over what is printed and asked for."""

from datetime import date

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q, Subquery

from deputies.states import ACCOUNT_TOPIC, CorrectionState
from julu_liaison.common.working_days import today_here
from stations.querysets import Among, in_force, scope_of
from stations.states import COUNTY_ROLES, Level, Role


class DatedQuerySet(models.QuerySet):
    """For rows with started_on / ended_on (last day included)."""

    def in_force(self, on: date):
        return self.filter(in_force(on))

    def overlapping(self, start: date, end: date):
        """Rows that counted on at least one day from `start` to `end`, both included."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gte=start), started_on__lte=end)

    def visible_to(self, user):
        """The rows of the deputies whom `user` sees."""
        return self.filter(deputy__in=apps.get_model("deputies", "Deputy").objects.visible_to(user))


class MembershipQuerySet(DatedQuerySet):
    def under(self, place):
        """Memberships at `place` or below it."""
        key = {Level.CENTRE: "branch__county", Level.TOWNSHIP: "branch__parent", Level.BRANCH: "branch"}[place.level]
        return self.filter(**{key: place.pk})

    def latest_on(self, on: date):
        """Of each deputy the membership of the day `on`, or the last one before it."""
        later = apps.get_model("deputies", "Membership").objects.filter(
            deputy=OuterRef("deputy"), started_on__gt=OuterRef("started_on"), started_on__lte=on
        )
        return self.filter(~Exists(later), started_on__lte=on)

    def looked_after_by(self, scope, on: date):
        """Memberships at the branches of a clerk's stations, and those that count on the day `on` at a head's."""
        return self.filter(Q(branch__parent__in=scope.townships) | Q(in_force(on), branch__in=scope.headed))

    def heads_first(self):
        """Head first, then by surname order as stored, then code."""
        return self.order_by("role", "deputy__sort_key", "deputy__code")


class ConstituentQuerySet(DatedQuerySet):
    def visible_to(self, user):
        """The deputy, the head of the branch where the deputy serves, its clerk (also after the deputy's last day
        there, until the deputy serves elsewhere), the county. Who of them sees names: `can_keep_constituents`.
        """
        scope, today = scope_of(user), today_here()
        memberships = apps.get_model("deputies", "Membership").objects.filter(deputy=OuterRef("deputy"))
        placed = memberships.latest_on(today).looked_after_by(scope, today)
        own = Q(deputy__user=user.pk) if user.is_authenticated else Q(pk=None)
        return self.filter(Q(deputy__county__in=scope.counties) | Exists(placed) | own)

    def with_last_contact(self):
        """Annotate `last_date` and `last_form` of the newest contact that counts."""
        contacts = apps.get_model("deputies", "Contact").objects.valid().filter(constituent=OuterRef("pk"))
        newest = contacts.order_by("-date", "-pk")
        return self.annotate(
            last_date=Subquery(newest.values("date")[:1]), last_form=Subquery(newest.values("form")[:1])
        )


class ContactQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Contacts with the constituents whom `user` sees."""
        constituents = apps.get_model("deputies", "Constituent").objects.visible_to(user)
        return self.filter(constituent__in=constituents)

    def valid(self):
        return self.filter(void_reason="")


class DeputyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff: all of their places, today or earlier; head and deputy: their branch; everyone: oneself."""
        scope = scope_of(user)
        placed = apps.get_model("deputies", "Membership").objects.filter(
            Q(branch__county__in=scope.counties)
            | Q(branch__parent__in=scope.townships)
            | Q(in_force(today_here()), branch__in=scope.branches)
        )
        own = Q(user=user.pk) if user.is_authenticated else Q(pk=None)
        return self.filter(Q(county__in=scope.counties) | Q(Among(F("pk"), placed.values("deputy"))) | own)

    def cared_for_by(self, user, year: int | None = None):
        """Whose own affairs `user` deals with: the county's, a clerk's those who serve at the station or served there last,
        with `year` also who did in it; everyone oneself. A head looks after none.
        """
        scope = scope_of(user)
        memberships = apps.get_model("deputies", "Membership").objects
        here = memberships.filter(deputy=OuterRef("pk"), branch__parent__in=scope.townships)
        placed = Q(Exists(here.latest_on(today_here())))
        if year is not None:
            placed |= Q(Exists(here.overlapping(date(year, 1, 1), date(year, 12, 31))))
        return self.filter(Q(county__in=scope.counties) | placed | Q(user=user.pk))

    def serving(self, on: date, place=None):
        """Deputies with a membership in force on the day `on`, at `place` or below it if given."""
        rows = apps.get_model("deputies", "Membership").objects.in_force(on).filter(deputy=OuterRef("pk"))
        return self.filter(Exists(rows.under(place) if place is not None else rows))

    def there_within(self, start: date, end: date):
        """Deputies with a mandate or a branch on at least one day from `start` to `end`."""
        mandates, memberships = (
            apps.get_model("deputies", name).objects.overlapping(start, end).filter(deputy=OuterRef("pk"))
            for name in ("Mandate", "Membership")
        )
        return self.filter(Exists(mandates) | Exists(memberships))

    def keepable_by(self, user):
        """Deputies whose constituents `user` may write down: `can_keep_constituents` for many; None is the system."""
        if user is None:
            return self
        scope, today = scope_of(user), today_here()
        memberships = apps.get_model("deputies", "Membership").objects.filter(deputy=OuterRef("pk"))
        placed = memberships.latest_on(today).looked_after_by(scope, today)
        return self.filter(Q(county__in=scope.places(*COUNTY_ROLES)) | Exists(placed) | Q(user=user.pk))

    def matching(self, text: str, *, phones: bool = True):
        """Search by name, pinyin initials, code or the tail of the phone.

        `phones=False` for those who see phones masked: searching would tell them the hidden digits.
        """
        text = text.strip()
        if not text:
            return self
        compact = "".join(text.split())  # two-character names are shown with a wide space but stored without
        return self.filter(
            Q(name__contains=text)
            | Q(name__contains=compact)
            | Q(initials__startswith=text.lower())
            | Q(code__iexact=text)
            | (Q(phone__endswith=text) if phones else Q(pk=None))
        )

    def with_places(self, on: date):
        """Fetch each deputy's mandates and memberships of the day `on` (two more queries, whatever the number)."""
        memberships = apps.get_model("deputies", "Membership").objects.in_force(on).select_related("branch__parent")
        mandates = apps.get_model("deputies", "Mandate").objects.in_force(on)
        return self.prefetch_related(
            Prefetch("memberships", queryset=memberships, to_attr="memberships_now"),
            Prefetch("mandates", queryset=mandates, to_attr="mandates_now"),
        )


# Hung on one day, the later print hangs, whichever was recorded last: an earlier record may have been corrected.
LAST_HUNG_FIRST = ("-hung_on", "-made_at", "-pk")


class EditionQuerySet(models.QuerySet):
    """What was printed for places: the county's, and a clerk's own station with its branches."""

    def visible_to(self, user):
        scope = scope_of(user)
        own = Q(place__in=scope.townships) | Q(place__parent__in=scope.townships)
        return self.filter(Q(place__county__in=scope.counties) | own)

    def under(self, place):
        """Editions of `place` and everything below it."""
        if place.level == Level.CENTRE:
            return self.filter(place__county=place.pk)
        return self.filter(Q(place=place.pk) | Q(place__parent=place.pk))

    def highest(self, places, **same) -> dict:
        """The edition with the highest number of each of `places` (keys), by place; `same`: product, size, period."""
        return self._last(places, same, "-number")

    def hanging(self, places, **same) -> dict:
        """What was hung last at each of `places` (keys), by place, whatever its size; `same`: product, period."""
        return self.exclude(hung_on=None)._last(places, same, *LAST_HUNG_FIRST)

    def newest(self, places, **same) -> dict:
        """What was printed last for each of `places` (keys), by place, whatever its size; `same`: product, period."""
        return self._last(places, same, "-made_at", "-pk")

    def _last(self, places, same: dict, *order: str) -> dict:
        """The first of each place in that order. The others' facts, kept for good, are not read."""
        first = self.filter(place=OuterRef("place"), **same).order_by(*order).values("pk")[:1]
        return {row.place_id: row for row in self.filter(place__in=places, pk=Subquery(first))}  # type: ignore[attr-defined]


class GlyphImageQuerySet(models.QuerySet):
    """Pictures of characters: whatever prints names for a county asks `pictures_of` and hands them to the print engine."""

    def visible_to(self, user):
        return self.filter(county__in=scope_of(user).counties)

    def pictures_of(self, county: int) -> dict[str, bytes]:
        """The pictures of a county (its key) by character."""
        return self.pictures_by_county([county]).get(county, {})

    def pictures_by_county(self, counties) -> dict[int, dict[str, bytes]]:
        """The pictures of many counties (their keys), by county and character, in one query."""
        found: dict[int, dict[str, bytes]] = {}
        for county, character, image in self.filter(county__in=counties).values_list("county", "character", "image"):
            found.setdefault(county, {})[character] = bytes(image)
        return found


class CorrectionQuerySet(models.QuerySet):
    """Requests to correct what is held of somebody (更正申请)."""

    def visible_to(self, user):
        """One's own; those of the county for its staff, its auditors and whoever keeps up its accounts."""
        scope = scope_of(user)
        counties = scope.counties | scope.places(Role.SYSTEM_ADMIN)
        own = Q(asker=user.pk) if user.is_authenticated else Q(pk=None)
        return self.filter(Q(county__in=counties) | own)

    def open(self):
        return self.filter(state=CorrectionState.ASKED)

    def waiting_for(self, user, *, of_deputies: set[int], of_accounts: set[int]):
        """Open ones of others that the person settles: about deputies, about accounts, of these counties (keys)."""
        about_accounts = Q(topic=ACCOUNT_TOPIC) | Q(deputy=None)
        mine = Q(county__in=of_deputies) & ~about_accounts | Q(county__in=of_accounts) & about_accounts
        return self.open().filter(mine).exclude(asker=user.pk)
