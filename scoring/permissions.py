"""Who sees whose points, and who sets what facts are worth."""

from stations.permissions import is_county_admin
from stations.querysets import scope_of


def can_set_rules(user, county) -> bool:
    return is_county_admin(user, county.pk)


def can_see_score(user, deputy) -> bool:
    """A deputy's own score; staff see those of their places. A branch head does not see the members' points."""
    if deputy.user_id == user.pk:
        return True
    scope = scope_of(user)
    if deputy.county_id in scope.counties:
        return True
    return deputy.memberships.filter(branch__parent__in=scope.townships).exists()
