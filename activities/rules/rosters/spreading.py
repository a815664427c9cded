"""What a flow cannot say: two duties of one person in the same month should not be near each other.

Afterwards places are exchanged in pairs. Everything down to the spacing stays as good as the flow has made it; only
what ranks below it (leaders, wishes) may suffer for it.
"""

from collections.abc import Iterator
from itertools import combinations

from activities.rules.rosters.problem import Plan, Problem, Worth, nearness

KEPT_PARTS = Worth._fields.index("spacing") + 1


def crowding(problem: Problem, plan: Plan) -> int:
    """Return how near the given places of the same people are to each other, summed over all pairs."""
    dates: dict[int, list] = {}
    for day, keys in zip(problem.days, plan, strict=True):
        for key in keys[len(day.locked) :]:
            dates.setdefault(key, []).append(day.date)
    return sum(nearness(one, other) for mine in dates.values() for one, other in combinations(mine, 2))


def spread(problem: Problem, plan: Plan) -> Plan:
    """Return the plan after the exchanges that help, the best first, until none does."""
    crowded = crowding(problem, plan)
    worth = problem.worth(plan) if crowded else None
    while crowded:
        best = min(
            (
                (crowding(problem, new), problem.worth(new), new)
                for new in _exchanges(problem, plan)
                if problem.worth(new)[:KEPT_PARTS] == worth[:KEPT_PARTS]  # type: ignore[index]
            ),
            default=None,
        )
        if best is None or best[0] >= crowded:
            return plan
        crowded, worth, plan = best
    return plan


def _exchanges(problem: Problem, plan: Plan) -> Iterator[Plan]:
    """Every plan in which somebody who comes twice trades a day with a colleague, or moves to a free seat."""
    given = [keys[len(day.locked) :] for day, keys in zip(problem.days, plan, strict=True)]
    everyone = [key for keys in given for key in keys]
    twice = sorted({key for key in everyone if everyone.count(key) > 1})
    for key in twice:
        for old in (index for index, keys in enumerate(given) if key in keys):
            for new in range(len(given)):
                if not _may_move(problem, plan, key, old, new):
                    continue
                if len(plan[new]) < problem.days[new].seats:
                    yield _moved(plan, key, old, new)
                for other in given[new]:
                    if _may_move(problem, plan, other, new, old):
                        yield _moved(_moved(plan, key, old, new), other, new, old)


def _may_move(problem: Problem, plan: Plan, key: int, old: int, new: int) -> bool:
    """Whether the person may serve on the other day and has no place on its date, the one given up aside."""
    date = problem.days[new].date
    busy = any(
        key in keys and day.date == date
        for index, (day, keys) in enumerate(zip(problem.days, plan, strict=True))
        if index != old
    )
    return old != new and not busy and problem.may_serve(problem.by_key[key], problem.days[new])


def _moved(plan: Plan, key: int, old: int, new: int) -> Plan:
    found = [list(keys) for keys in plan]
    found[old].remove(key)
    found[new].append(key)
    return found
