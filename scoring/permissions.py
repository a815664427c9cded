"""Who sees whose points, and who sets what facts are worth."""

from stations.permissions import holds
from stations.querysets import scope_of
from stations.states import Right


def can_set_rules(user, county) -> bool:
    return holds(user, Right.SET_RULES, county.pk)


def can_see_score(user, deputy) -> bool:
    """A deputy's own score; staff see those of their places. A branch head does not see the members' points."""
    if deputy.user_id == user.pk:
        return True
    scope = scope_of(user)
    if deputy.county_id in scope.counties:
        return True
    return deputy.memberships.filter(branch__parent__in=scope.townships).exists()
