"""Whom an activity is for (参加对象): each place asks its own people and nobody else's."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from activities.models import Activity
from deputies.models import Deputy, Mandate, Membership
from julu_liaison.common.errors import DomainError
from stations.models import Station
from stations.states import Level


@dataclass(frozen=True)
class Audience:
    """Any set of deputies: those of `places` (stations, branches) whose mandate is of one of `levels`, and `deputies`.

    No levels: of any. Levels without places: all over the host's place. `without` are left out whatever else says.
    """

    places: tuple[Station, ...] = ()
    levels: tuple[str, ...] = ()
    deputies: tuple[Deputy, ...] = ()
    without: tuple[Deputy, ...] = ()


def people_in(audience: Audience, *, host: Station, on: date) -> list[Deputy]:
    """Resolve an audience to people as of the day `on`, in the order of their names (at most three queries).

    Raises DomainError(fields={"audience": …}) for nobody, and for whoever is not of the place that asks.
    """
    _demand_within(audience, host, on)
    chosen = Q(pk__in=_keys(audience.deputies))
    if audience.places or audience.levels:
        members = Membership.objects.in_force(on).filter(_under_any(_keys(audience.places or [host])), deputy=OuterRef("pk"))
        chosen |= Q(Exists(members)) & _of_levels(audience.levels, on)
    people = Deputy.objects.filter(chosen).exclude(pk__in=_keys(audience.without))
    found = list(people.select_related("user").order_by("sort_key", "code"))
    if not found:
        raise DomainError("没有选到代表,请选地方、层级,或者写上姓名。", fields={"audience": "请选参加的代表"})
    return found


def _of_levels(levels: tuple[str, ...], on: date) -> Q:
    if not levels:
        return Q()
    return Q(Exists(Mandate.objects.in_force(on).filter(deputy=OuterRef("pk"), level__in=levels)))


def own_people(deputies: Iterable[int], *, places: Collection[int], on: date) -> set[int]:
    """Of these deputies (keys), those who serve on the day `on` at one of the places (keys) or below it."""
    rows = Membership.objects.in_force(on).filter(_under_any(places), deputy__in=list(deputies))
    return set(rows.values_list("deputy", flat=True))


def holders(activity: Activity) -> list[int]:
    """The keys of the places that hold the activity: the host and its partners."""
    return [activity.station_id, *_keys(activity.partners.all())]


def _keys(rows: Iterable[Station | Deputy]) -> list[int]:
    return [row.pk for row in rows]


def _under_any(keys: Collection[int]) -> Q:
    """Memberships at one of the places or below it."""
    return Q(branch__in=keys) | Q(branch__parent__in=keys) | Q(branch__county__in=keys)


def _demand_within(audience: Audience, host: Station, on: date) -> None:
    strange = [one.full_name for one in audience.places if host.pk not in (one.pk, one.parent_id, one.county_id)]
    if audience.deputies and not strange:
        own = own_people(_keys(audience.deputies), places=[host.pk], on=on)
        is_county = host.level == Level.CENTRE  # which may name its deputies without a branch too
        strange = [
            person.name
            for person in audience.deputies
            if person.pk not in own and not (is_county and person.county_id == host.pk)
        ]
    if strange:
        words = "、".join(strange[:5])
        raise DomainError(
            f"{words}不属于{host.full_name},请去掉;别的联络站的代表,由联合举办的那个站自己请。",
            fields={"audience": f"{words}不属于{host.full_name}"},
        )
