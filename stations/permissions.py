"""Who may do what with places, accounts and postings; every `can_…` of every app rests on `holds`."""

from collections.abc import Iterable
from functools import cache

from django.conf import settings

from julu_liaison.common import audit
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.states import GROUP_ROBOTS
from stations.querysets import counties_of_account, places_of_message, scope_of
from stations.states import COUNTY_ROLES, RIGHTS_OF, SEPARATED_RIGHTS, SEPARATED_ROLES, Right, Role


def roles_with(right: Right) -> tuple[Role, ...]:
    return _roles_with(right, settings.SEPARATE_DUTIES)


@cache
def _rights_of(role: str, are_separated: bool) -> frozenset[Right]:
    """The rights bundled in a role. Separated duties (三员分立) take theirs away from the county administrator."""
    rights = RIGHTS_OF[Role(role)]
    return rights - SEPARATED_RIGHTS if are_separated and role == Role.COUNTY_ADMIN else rights


@cache  # a page asks some hundred times
def _roles_with(right: Right, are_separated: bool) -> tuple[Role, ...]:
    return tuple(role for role in Role if right in _rights_of(role, are_separated))


def holds(user, right: Right, *keys: int | None) -> bool:
    """Whether one of the user's postings of today bundles `right` at one of the places (or departments) `keys`.

    A right held only by standing in for somebody (代管) marks what the user does next with that person.
    """
    return _serves(user, roles_with(right), keys)


def _serves(user, roles: Iterable[str], keys: Iterable[int | None]) -> bool:
    scope = scope_of(user)
    held = [(role, key) for role in roles for key in keys if key in scope.places(role)]
    if held:
        stood_in_for = [scope.handed_over.get(one) for one in held]
        audit.act_for(user, None if None in stood_in_for else stood_in_for[0])
    return bool(held)


def holds_anywhere(user, *rights: Right) -> bool:
    """Whether the user has one of the rights at any place: enough to open a page, never to change a row."""
    return any(scope_of(user).has(*roles_with(right)) for right in rights)


def places_with(user, right: Right) -> set[int]:
    """Keys of the places where the user holds `right`."""
    return scope_of(user).places(*roles_with(right))


def is_county_staff(user, county_id: int | None) -> bool:
    """County administrators and county staff; administrators do all that county staff do."""
    return _serves(user, COUNTY_ROLES, [county_id])


def is_clerk_of(user, station_id: int | None) -> bool:
    return _serves(user, [Role.CLERK], [station_id])


def is_head_of(user, branch_id: int | None) -> bool:
    return _serves(user, [Role.BRANCH_HEAD], [branch_id])


def sees_overviews(user) -> bool:
    """Open the overview (总览) at all: county staff and auditors, clerks."""
    scope = scope_of(user)
    return bool(scope.counties or scope.townships)


def can_see_overview(user, place) -> bool:
    """The county and its auditors see it and everything below, a clerk the own station and its branches."""
    scope = scope_of(user)
    return place.county_id in scope.counties or place.township.pk in scope.townships


def can_open_admin(user) -> bool:
    """Open 资料维护 at all: whoever maintains, administers or audits. Each model asks for its own right."""
    return holds_anywhere(user, Right.MAINTAIN, Right.SET_RULES, Right.MANAGE_ACCOUNTS, Right.APPOINT, Right.READ_AUDIT)


def can_read_audit(user) -> bool:
    """Open the audit trail (操作记录): auditors alone."""
    return holds_anywhere(user, Right.READ_AUDIT)


def can_edit_station(user, station) -> bool:
    return holds(user, Right.MAINTAIN, station.county_id or station.pk)


def can_edit_places(user, county_id: int) -> bool:
    """Villages and departments of a county."""
    return holds(user, Right.MAINTAIN, county_id)


def can_export_register(user, place) -> bool:
    """Take away the lists of a place (villages, deputies, constituents): county staff, and the clerk of the station.

    `None` is the system itself: a command run on the county's own machine.
    """
    here = (place.pk, place.parent_id)  # a station, or the one above a branch
    return user is None or is_county_staff(user, place.county_id) or any(is_clerk_of(user, key) for key in here)


def can_appoint(user, county_id: int) -> bool:
    """Give, hand over and end postings."""
    return holds(user, Right.APPOINT, county_id)


def can_manage_account(user, account) -> bool:
    """Keep up an account: one has to manage accounts in every county where it serves today, else where it served last
    or was opened. Where duties are separated, nobody gets into the account of another of the three administrators.
    """
    if settings.SEPARATE_DUTIES and account.postings.in_force(today_here()).filter(role__in=SEPARATED_ROLES).exists():
        return False
    counties = counties_of_account(account, today_here())
    return bool(counties) and counties <= places_with(user, Right.MANAGE_ACCOUNTS)


def can_open_account(user, county_id: int) -> bool:
    return holds(user, Right.MANAGE_ACCOUNTS, county_id)


def can_manage_gateways(user, place, kind: str) -> bool:
    """Set up where a place's messages go out: the county administrator for every place of the county, a clerk the robots
    of the own station's groups. Text messages cost the county money, and another system is the county's to let in.
    """
    return holds(user, Right.MANAGE_GATEWAYS, place.county_id, *([place.pk] if kind in GROUP_ROBOTS else []))


def sees_messages(user) -> bool:
    """Open the list of what left the house (外发消息) at all: county staff and auditors, clerks."""
    return sees_overviews(user)


def acts_for_people(user) -> bool:
    """Whether the person looks after people's messages anywhere and not only audits: enough to be offered to send again."""
    return scope_of(user).has(*COUNTY_ROLES, Role.CLERK)


def can_send_again(user, message) -> bool:
    """Have a message sent once more: county staff for whoever serves in the county, clerks for whoever serves at the own
    station and its branches, and for its group."""
    counties, stations = places_of_message(message)
    return any(is_county_staff(user, key) for key in counties) or any(is_clerk_of(user, key) for key in stations)


def needs_second_factor(user) -> bool:
    """Whether a setting asks for a second factor at sign-in for one of the roles that the user serves in."""
    return scope_of(user).has(*settings.TOTP_ROLES)
