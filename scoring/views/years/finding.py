"""Whose year it is that somebody opens, and whether they may."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from deputies.models import Deputy
from julu_liaison.common.errors import NotAllowed
from scoring.models import Scheme
from scoring.permissions import can_read_publicity
from stations.models import Station
from stations.querysets import scope_of

FOREIGN = "年度积分的页面由县人大办公室查看;公示期内,代表和联络站可以看公示名单。"
NOT_NOW = "公示名单只在公示期内可以看。自己的得分随时可以在“我的得分”里看。"


def county_of(user) -> Station:
    """The county whose list somebody may read: staff's own, else the place or the person's. Raises Http404."""
    scope = scope_of(user)
    centres = Station.objects.centres().order_by("pk")
    county = centres.filter(pk__in=scope.counties).first()
    places = Station.objects.filter(pk__in=scope.townships | scope.branches).values("county")
    people = Deputy.objects.filter(user=user.pk).values("county")
    county = county or centres.filter(pk__in=places).first() or centres.filter(pk__in=people).first()
    if county is None:
        raise NotAllowed(FOREIGN)
    return county


def is_staff_of(user, county: Station) -> bool:
    """County staff and auditors read everything of a year, at any time."""
    return county.pk in scope_of(user).counties


def staffs_year(user, year: int) -> Scheme:
    """The year of a member of the county's staff. Raises NotAllowed for all others, Http404 for a year without scheme."""
    county = county_of(user)
    if not is_staff_of(user, county):
        raise NotAllowed(FOREIGN)
    return _scheme(county, year)


def readable_year(user, year: int) -> Scheme:
    """The year of whoever may read its list while it is made public."""
    county = county_of(user)
    if not can_read_publicity(user, county):
        raise NotAllowed(FOREIGN)
    return _scheme(county, year)


def _scheme(county: Station, year: int) -> Scheme:
    if year > 9999:
        raise Http404
    return get_object_or_404(Scheme.objects.select_related("county"), county=county, year=year)
