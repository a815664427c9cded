"""The root of scoping: what a person may see follows from their postings alone.

Every model with a place offers `Model.objects.visible_to(user)`, built on `scope_of(user)`. Scope is never taken
from MPTT ranges (a stale range leaks) but from the parent keys that rows carry: branch, station, county.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import BooleanField, F, Func, Q, QuerySet, Subquery
from mptt.managers import TreeManager
from mptt.querysets import TreeQuerySet

from julu_liaison.common.errors import NotFound
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Gateway, Message
from julu_liaison.notices.querysets import NOT_OUT, recent
from stations.states import Level, Role


def in_force(on: date, prefix: str = "") -> Q:
    """Return the filter for rows with `started_on` / `ended_on` (last day included) that count on the day `on`."""
    ends = Q(**{f"{prefix}ended_on": None}) | Q(**{f"{prefix}ended_on__gte": on})
    return Q(**{f"{prefix}started_on__lte": on}) & ends


class Among(Func):
    """Is the column one of the keys that a query finds?

    As a list found beforehand, not as a join: only so PostgreSQL uses an index for each side of an OR.
    """

    output_field = BooleanField()

    def __init__(self, column: F, keys: QuerySet):
        found = Subquery(keys.order_by())
        found.empty_result_set_value = NotImplemented  # a query that can find nothing makes the condition false, not NULL
        super().__init__(column, found)

    def as_sql(self, compiler: Any, connection: Any, *_function, **_context: Any) -> Any:
        return super().as_sql(compiler, connection, template="%(expressions)s", arg_joiner=" IN ")

    def as_postgresql(self, compiler, connection, **context):
        return super().as_sql(compiler, connection, template="%(expressions)s)", arg_joiner=" = ANY(ARRAY")


@dataclass
class Scope:
    """What one person's postings reach on one day: primary keys by role."""

    by_role: dict[str, set[int]] = field(default_factory=dict)
    # (role, key) held only by standing in for somebody (代管) → that person's account
    handed_over: dict[tuple[str, int], int] = field(default_factory=dict)

    def places(self, *roles: str) -> set[int]:
        """Return the station (or department) keys where the person serves in any of `roles`."""
        return set().union(*(self.by_role.get(role, set()) for role in roles))

    def has(self, *roles: str) -> bool:
        return any(role in self.by_role for role in roles)

    @property
    def counties(self) -> set[int]:
        return self.places(Role.COUNTY_ADMIN, Role.COUNTY_STAFF, Role.AUDITOR)

    @property
    def administered(self) -> set[int]:
        """Counties whose accounts and postings the person looks after or audits."""
        return self.counties | self.places(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)

    @property
    def townships(self) -> set[int]:
        return self.places(Role.CLERK)

    @property
    def headed(self) -> set[int]:
        return self.places(Role.BRANCH_HEAD)

    @property
    def branches(self) -> set[int]:
        return self.places(Role.BRANCH_HEAD, Role.DEPUTY)

    @property
    def departments(self) -> set[int]:
        return self.places(Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)

    @property
    def may_be_deputys(self) -> bool:
        """Whether a deputy's own rows have to be looked for. Staff without a mandate need no more than a plain index, which
        an OR would keep PostgreSQL from using; who holds no posting any more still finds the own rows."""
        return bool(self.branches) or not (self.counties or self.townships or self.departments)


def scope_of(user, at: date | None = None) -> Scope:
    """Return the scope of `user` on the day `at` (default today): one query, kept on the user object."""
    if not user.is_authenticated or not user.is_active:
        return Scope()
    on = at or today_here()
    kept = user.__dict__.get("_scope")
    if kept and kept[0] == on:
        return kept[1]
    rows = apps.get_model("stations", "Posting").objects.filter(in_force(on), user_id=user.pk)
    scope = _scope_from(rows.values_list("role", "station_id", "department_id", "stands_in_for__user_id"))
    user.__dict__["_scope"] = (on, scope)
    return scope


def _scope_from(postings) -> Scope:
    scope = Scope()
    own = set()
    for role, station, department, stood_in_for in postings:
        key = station or department
        scope.by_role.setdefault(role, set()).add(key)
        if stood_in_for:
            scope.handed_over[role, key] = stood_in_for
        else:
            own.add((role, key))
    for held in own:
        scope.handed_over.pop(held, None)
    return scope


def forget_scope(user) -> None:
    """Drop the scope kept on a user object; called by the services that change postings."""
    user.__dict__.pop("_scope", None)


class PlacedQuerySet(models.QuerySet):
    """For rows that carry `branch`, `station` and `county` keys: scope and filter by any place."""

    def in_scope(self, scope: Scope) -> "PlacedQuerySet":
        """Rows of the places that staff or a branch head look after."""
        return self.filter(Q(county__in=scope.counties) | Q(station__in=scope.townships) | Q(branch__in=scope.headed))

    def visible_to(self, user) -> "PlacedQuerySet":
        return self.in_scope(scope_of(user))

    def under(self, place) -> "PlacedQuerySet":
        """Rows of `place` and everything below it, by the key of the place's level."""
        key = {Level.CENTRE: "county", Level.TOWNSHIP: "station", Level.BRANCH: "branch"}[place.level]
        return self.filter(**{key: place.pk})


class StationQuerySet(TreeQuerySet):
    def visible_to(self, user) -> "StationQuerySet":
        scope = scope_of(user)
        own = scope.townships | scope.branches | scope.administered
        return self.filter(Q(county__in=scope.administered) | Q(parent__in=scope.townships) | Q(pk__in=own))

    def centres(self):
        return self.filter(level=Level.CENTRE)

    def townships(self):
        return self.filter(level=Level.TOWNSHIP)

    def branches(self):
        return self.filter(level=Level.BRANCH)

    def open(self, on: date):
        """Stations open on the day `on`; a closed one keeps its history and leaves lists."""
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=on), opened_on__lte=on)

    def open_in_month(self, first: date):
        """Stations open on a day of the month that begins on `first`."""
        last = first.replace(day=monthrange(first.year, first.month)[1])
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=first), opened_on__lte=last)

    def open_in(self, county, on: date):
        """The open places of one county, with their parents, in official order: what a `PlaceBook` is made of."""
        return self.filter(county=county).open(on).in_official_order()

    def under(self, place):
        """`place` itself and everything below it, by parent keys."""
        return self.filter(Q(pk=place.pk) | Q(parent=place.pk) | Q(county=place.pk))

    def named(self, code: str, user):
        """The place with this code that `user` may see. Raises NotFound, also for one out of scope."""
        place = None if "\0" in code else self.visible_to(user).filter(code=code).first()
        if place is None:
            raise NotFound(f"没有找到编号是“{code}”的站点,可能编号不对,也可能不在您的范围内。")
        return place

    def in_official_order(self):
        """Station by station, each with its branches together."""
        return self.select_related("parent").order_by(
            "parent__official_order", "parent__code", "official_order", "code"
        )  # fmt: skip


class StationManager(TreeManager.from_queryset(StationQuerySet)):  # type: ignore[misc]
    pass


class DepartmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff see their county's departments (to transfer to), officers their own."""
        scope = scope_of(user)
        clerks_counties = Q(county__children__in=scope.townships)
        return self.filter(Q(county__in=scope.administered) | Q(pk__in=scope.departments) | clerks_counties).distinct()


class VillageQuerySet(models.QuerySet):
    def visible_to(self, user):
        scope = scope_of(user)
        return self.filter(
            Q(branch__county__in=scope.counties) | Q(branch__parent__in=scope.townships) | Q(branch__in=scope.branches)
        )


def counties_of_account(account, on: date) -> set[int]:
    """Keys of the counties where an account serves on the day `on`; else where it served last; else where it was opened."""
    postings = account.postings.order_by("-started_on", "-pk")
    found = set(_counties_of(postings.filter(in_force(on)))) or set(_counties_of(postings[:1]))
    if found or not account.county_code:
        return found
    stations = apps.get_model("stations", "Station").objects
    return set(stations.filter(code=account.county_code).values_list("pk", flat=True))


def _counties_of(postings):
    return (
        station or department for station, department in postings.values_list("station__county", "department__county")
    )


def accounts_in_reach(user):
    """Accounts that serve, have served or were opened in a county whose accounts `user` looks after or audits."""
    counties = scope_of(user).administered
    served = apps.get_model("stations", "Posting").objects.visible_to(user).values("user")
    opened = apps.get_model("stations", "Station").objects.filter(pk__in=counties).values("code")
    return get_user_model().objects.filter(Q(pk__in=served) | Q(county_code__in=opened))


def _postings_of_today():
    return apps.get_model("stations", "Posting").objects.in_force(today_here())


def accounts_served_by(scope: Scope):
    """Accounts of whoever serves today where the person looks after or audits: in the county and its departments, at the
    station and its branches."""
    of_county = Q(station__county__in=scope.counties) | Q(department__county__in=scope.counties)
    of_station = Q(station__in=scope.townships) | Q(station__parent__in=scope.townships)
    rows = _postings_of_today().filter(of_county | of_station)
    return get_user_model().objects.filter(pk__in=rows.values("user"))


def messages_in_reach(user):
    """What left the house (外发消息) for the people and the groups that the person looks after or audits."""
    served = accounts_served_by(scope_of(user)).values("pk")
    return Message.objects.filter(Q(user__in=served) | Q(place_code__in=_codes_looked_after(user)))


def count_not_out(user, at: datetime) -> int:
    """How many of those of the last days did not get out; one query."""
    return messages_in_reach(user).filter(NOT_OUT, recent(at)).count()


def gateways_in_reach(user):
    """Where messages go out (发送通道): the whole county's for its staff and auditors, the own station's for a clerk."""
    return Gateway.objects.filter(place_code__in=_codes_looked_after(user))


def _codes_looked_after(user):
    scope = scope_of(user)
    places = apps.get_model("stations", "Station").objects
    return places.filter(Q(county__in=scope.counties) | Q(pk__in=scope.townships)).values("code")


def places_of_message(message) -> tuple[set[int], set[int]]:
    """Keys of the counties, and of the stations (a branch's own and the one above it), where a message's reader serves
    today or whose group it is for."""
    if message.user_id:
        rows = _postings_of_today().filter(user=message.user_id)
        found = rows.values_list("station", "station__parent", "station__county", "department__county")
    else:
        places = apps.get_model("stations", "Station").objects.filter(code=message.place_code)
        found = places.values_list("pk", "parent", "county", "parent__county")
    counties: set[int | None] = set()
    stations: set[int | None] = set()
    for own, above, *above_all in found:
        counties.update(above_all)
        stations.update((own, above))
    return {key for key in counties if key}, {key for key in stations if key}


class PostingQuerySet(models.QuerySet):
    def in_force(self, on: date):
        return self.filter(in_force(on))

    def overlapping(self, first: date, last: date | None):
        """Postings that count on a day from `first` to `last`, both included; None: without an end."""
        rows = self.filter(Q(ended_on=None) | Q(ended_on__gte=first))
        return rows.filter(started_on__lte=last) if last else rows

    def by_account(self, keys) -> dict:
        """All postings of these accounts, each account's in the order of their making."""
        found: dict = {key: [] for key in keys}
        for posting in self.filter(user__in=keys).order_by("pk"):
            found[posting.user_id].append(posting)  # type: ignore[attr-defined]
        return found

    def visible_to(self, user):
        """County staff, auditors and the administrators of accounts see the postings of their county."""
        counties = scope_of(user).administered
        return self.filter(Q(station__county__in=counties) | Q(department__county__in=counties))
