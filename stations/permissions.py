"""Who may do what with places and people's master data."""

from django.db.models import Q

from stations.querysets import scope_of
from stations.states import Role


def is_county_staff(user, county_id: int) -> bool:
    """County administrators and county staff; administrators do all that county staff do."""
    return county_id in scope_of(user).places(Role.COUNTY_ADMIN, Role.COUNTY_STAFF)


def is_county_admin(user, county_id: int) -> bool:
    return county_id in scope_of(user).places(Role.COUNTY_ADMIN)


def is_clerk_of(user, station_id: int) -> bool:
    return station_id in scope_of(user).townships


def is_head_of(user, branch_id: int) -> bool:
    return branch_id in scope_of(user).headed


def can_maintain_master_data(user) -> bool:
    """Open the admin at all; which rows it shows is a matter of `visible_to`."""
    return scope_of(user).has(Role.COUNTY_ADMIN, Role.COUNTY_STAFF)


def can_edit_station(user, station) -> bool:
    return is_county_staff(user, station.county_id or station.pk)


def can_appoint(user, county_id: int) -> bool:
    """Give and end postings: county administrators."""
    return is_county_admin(user, county_id)


def can_manage_account(user, account) -> bool:
    """County administrators manage the accounts of whoever serves, or has served, in their county."""
    counties = scope_of(user).places(Role.COUNTY_ADMIN)
    served = Q(station__county__in=counties) | Q(department__county__in=counties)
    return bool(counties) and account.postings.filter(served).exists()
