"""Whom an activity is for (参加对象)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from deputies.models import Deputy, Mandate, Membership
from julu_liaison.common.errors import DomainError
from stations.models import Station
from stations.states import Level


@dataclass(frozen=True)
class Audience:
    """Any set of deputies: those of `places` (stations, branches) whose mandate is of one of `levels`, and `deputies`.

    No levels: of any. Levels without places: wherever the hosts reach. `without` are left out whatever else says.
    """

    places: tuple[Station, ...] = ()
    levels: tuple[str, ...] = ()
    deputies: tuple[Deputy, ...] = ()
    without: tuple[Deputy, ...] = ()


def people_in(audience: Audience, *, hosts: Iterable[Station], on: date) -> list[Deputy]:
    """Resolve an audience to people as of the day `on`, in the order of their names (at most three queries).

    Raises DomainError(fields={"audience": …}) for nobody, and for whoever is outside the hosts' places.
    """
    hosts = list(hosts)
    _demand_within(audience, hosts, on)
    chosen = Q(pk__in=[person.pk for person in audience.deputies])
    if audience.places or audience.levels:
        members = Membership.objects.in_force(on).filter(_under_any(audience.places or hosts), deputy=OuterRef("pk"))
        chosen |= Q(Exists(members)) & _of_levels(audience.levels, on)
    people = Deputy.objects.filter(chosen).exclude(pk__in=[person.pk for person in audience.without])
    found = list(people.select_related("user").order_by("sort_key", "code"))
    if not found:
        raise DomainError("没有选到代表,请选地方、层级,或者写上姓名。", fields={"audience": "请选参加的代表"})
    return found


def _of_levels(levels: tuple[str, ...], on: date) -> Q:
    if not levels:
        return Q()
    return Q(Exists(Mandate.objects.in_force(on).filter(deputy=OuterRef("pk"), level__in=levels)))


def _under_any(places: Iterable[Station]) -> Q:
    """Memberships at one of the places or below it."""
    keys = [place.pk for place in places]
    return Q(branch__in=keys) | Q(branch__parent__in=keys) | Q(branch__county__in=keys)


def _demand_within(audience: Audience, hosts: list[Station], on: date) -> None:
    keys = {host.pk for host in hosts}
    strange = [place.full_name for place in audience.places if not keys & {place.pk, place.parent_id, place.county_id}]
    named = [person.pk for person in audience.deputies]
    if named and not strange:
        near = Membership.objects.in_force(on).filter(_under_any(hosts), deputy__in=named)
        of_county = keys if any(host.level == Level.CENTRE for host in hosts) else set()
        known = set(near.values_list("deputy", flat=True))
        strange = [
            person.name for person in audience.deputies if person.pk not in known and person.county_id not in of_county
        ]
    if strange:
        words = "、".join(strange[:5])
        raise DomainError(
            f"{words}不属于举办单位,请去掉,或者把所在的联络站加为联合举办单位。", fields={"audience": f"{words}不属于举办单位"}
        )
