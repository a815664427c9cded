"""Who sees whose points, who sets what facts are worth, who checks, decides, answers and closes."""

from deputies.permissions import is_oneself
from julu_liaison.common.working_days import today_here
from stations.permissions import holds
from stations.querysets import scope_of
from stations.states import Right


def can_set_rules(user, county) -> bool:
    return holds(user, Right.SET_RULES, county.pk)


def can_see_score(user, deputy, year: int | None = None) -> bool:
    """A deputy's own score, and of those whom staff look after; of one `year` also for the clerk of a station where the
    deputy served then. A branch head does not see the members' points.
    """
    return type(deputy).objects.filter(pk=deputy.pk).cared_for_by(user, year).exists()


def can_see_ranking(user, county) -> bool:
    """Ranking is for the county's eyes only, and only where its scheme shows it at all."""
    return county.pk in scope_of(user).counties


def can_claim(user, deputy, branch) -> bool:
    """Claim a bonus: the deputy in person, or the clerk and the county, who have the evidence on their desks."""
    return is_oneself(user, deputy) or holds(user, Right.CHECK_CLAIMS, branch.parent_id, branch.county_id)


def can_mend_claim(user, claim) -> bool:
    """Complete or withdraw a claim: the deputy, and who claimed it as long as they serve there."""
    if is_oneself(user, claim.deputy):
        return True
    return user.pk == claim.claimed_by_id and holds(user, Right.CHECK_CLAIMS, claim.station_id, claim.county_id)


def can_check_claim(user, claim) -> bool:
    """The station's check: not by who claimed it, nor for oneself."""
    own = is_oneself(user, claim.deputy) or user.pk == claim.claimed_by_id
    return not own and holds(user, Right.CHECK_CLAIMS, claim.station_id, claim.county_id)


def can_decide_claim(user, claim) -> bool:
    """The county's decision: by somebody who neither claimed nor checked it, nor for oneself."""
    own = is_oneself(user, claim.deputy) or user.pk in (claim.claimed_by_id, claim.checked_by_id)
    return not own and holds(user, Right.DECIDE_POINTS, claim.county_id)


def can_revoke_claim(user, claim) -> bool:
    """Take an approved bonus back: the county, nobody their own."""
    return not is_oneself(user, claim.deputy) and holds(user, Right.DECIDE_POINTS, claim.county_id)


def can_appeal(user, deputy) -> bool:
    """The deputy in person, or who looks after them now and writes down what they say."""
    last = deputy.memberships.latest_on(today_here()).values_list("branch__parent", flat=True).first()
    return is_oneself(user, deputy) or holds(user, Right.CHECK_CLAIMS, deputy.county_id, last)


def can_answer_appeal(user, appeal) -> bool:
    """The county; nobody what they raised themselves or what is about themselves."""
    own = is_oneself(user, appeal.deputy) or user.pk == appeal.raised_by_id
    return not own and holds(user, Right.DECIDE_POINTS, appeal.county_id)


def can_withdraw_appeal(user, appeal) -> bool:
    """The deputy, or whoever raised it for them."""
    return is_oneself(user, appeal.deputy) or user.pk == appeal.raised_by_id


def can_close_year(user, county) -> bool:
    """Publish and close a year: whoever sets its rules."""
    return can_set_rules(user, county)


def can_read_publicity(user, county) -> bool:
    """Read a year's list while it is made public: the county's deputies, heads, clerks and staff; never the public."""
    scope = scope_of(user)
    keys = scope.townships | scope.branches
    if county.pk in scope.counties or county.deputies_here.filter(user=user.pk).exists():
        return True
    return type(county).objects.filter(pk__in=keys, county=county).exists()


def can_print_publicity(user, county) -> bool:
    """Print the year's list for the notice boards: the county's staff and its clerks."""
    scope = scope_of(user)
    clerks = type(county).objects.filter(pk__in=scope.townships, county=county)
    return county.pk in scope.counties or clerks.exists()
