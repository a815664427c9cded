"""Whose scheme a person is looking at."""

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404

from deputies.models import Deputy
from julu_liaison.common.errors import NotAllowed
from scoring.models import Scheme
from scoring.permissions import can_set_rules
from scoring.services.versions import FOREIGN
from stations.models import Station
from stations.querysets import scope_of


def county_of(user) -> Station:
    """The county whose points concern the person: served in, or a deputy of. Raises NotAllowed for others."""
    scope = scope_of(user)
    served = Station.objects.filter(pk__in=scope.townships | scope.branches).values("county")
    own = Deputy.objects.filter(user=user.pk).values("county")
    found = Station.objects.centres().filter(Q(pk__in=scope.counties) | Q(pk__in=served) | Q(pk__in=own))
    county = found.order_by("code").first()
    if county is None:
        raise NotAllowed("这一页给人大代表、联络站和县人大工作人员看。")
    return county


def scheme_of(user, year: int) -> Scheme:
    """A year's scheme for county staff and auditors; 404 for everybody else."""
    rows = Scheme.objects.filter(county__in=scope_of(user).counties, year=year).select_related("county")
    return get_object_or_404(rows.order_by("county__code")[:1])


def demand_setter(user, county: Station) -> None:
    if not can_set_rules(user, county):
        raise NotAllowed(FOREIGN)


def chosen_year(text: str, years: list[int], usual: int) -> int:
    """The year of the address; what is not offered is not found."""
    if not text:
        return usual
    year = next((year for year in years if str(year) == text), None)
    if year is None:
        raise Http404
    return year
