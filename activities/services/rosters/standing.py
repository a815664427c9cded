"""How many people a month leaves over, for many stations at once."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from activities.models import Roster
from activities.services.rosters.reading import read_months
from julu_liaison.common.working_days import today_here
from stations.models import Station


def count_unplaced(*, month: date, branches: Iterable[Station], at=None) -> Counter:
    """Return how many members have no service in the month as it is planned now, by the key of the branch's station.

    The same people as `unplaced_of` names station by station, in a fixed number of queries for all of them. Branches
    without a reception day leave nobody over.
    """
    found: Counter = Counter()
    # A roster that isn't any station's: every day counts as it is, none is open to planning.
    for branch_month in read_months(Roster(month=month), branches=branches, today=today_here(at)):
        problem = branch_month.problem
        found[branch_month.branch.parent_id] += sum(problem.is_waiting(person) for person in problem.people)
    return found
