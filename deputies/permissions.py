"""Who may do what with deputies' master data, and who sees a phone in full."""

from stations.permissions import is_clerk_of, is_county_staff
from stations.querysets import scope_of


def can_edit_deputy(user, deputy) -> bool:
    """County staff; the deputies' own townships report changes to the county."""
    return is_county_staff(user, deputy.county_id)


def can_import_deputies(user, county) -> bool:
    return is_county_staff(user, county.pk)


def can_print_boards(user, branch) -> bool:
    """Boards are made and hung centrally by the county (统一制作、统一悬挂); a station may print its own A3 drafts."""
    return is_county_staff(user, branch.county_id) or is_clerk_of(user, branch.parent_id)


def sees_whole_phones(user) -> bool:
    """County staff and clerks, who have to call people; everyone else gets the phone masked."""
    scope = scope_of(user)
    return bool(scope.counties or scope.townships)
