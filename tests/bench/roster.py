"""How long planning takes, in CPU seconds: `make bench`. Figures are shown, not judged; the target is in docs/adr/0005.

A county is 72 branches of 9 to 15 deputies with 4 or 5 Sundays of three seats, some leave, wishes and unequal loads.
"""

# ruff: noqa: T201 - printing is what this script is for
import os
from collections.abc import Callable
from time import process_time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "julu_liaison.settings")
django.setup()

from activities.rules.rosters import Problem, Worth, explain, solve, spread  # noqa: E402 - after Django is set up
from tests.rosters import county  # noqa: E402

ROUNDS = 5


def seconds(work: Callable, branches: list[Problem]) -> float:
    """The best of several rounds: what the work itself takes on this machine."""
    found = []
    for _round in range(ROUNDS):
        start = process_time()
        for problem in branches:
            work(problem)
        found.append(process_time() - start)
    return min(found)


def plan(problem: Problem) -> None:
    """What drafting a month does for one branch: solve, spread, explain who is left over."""
    explain(problem, spread(problem, solve(problem).plan))


def main() -> None:
    for sundays in (4, 5):
        branches = county(seed=sundays, sundays=sundays)
        solved = [solve(problem) for problem in branches]
        worths = [one.problem.worth(one.plan) for one in solved]
        worth = Worth(*(sum(parts) for parts in zip(*worths, strict=True)))
        print(f"72 branches, {sundays} Sundays, {sum(len(problem.people) for problem in branches)} deputies")
        print(f"  solve            {seconds(solve, branches):.3f} s")
        print(f"  and explain      {seconds(plan, branches):.3f} s")
        print(f"  proven optimal   {sum(one.is_proven for one in solved)} of 72")
        print(f"  {worth}")
    year = [problem for month in range(12) for problem in county(seed=month, sundays=4 + (month % 3 == 0))]
    print(f"a year: {seconds(plan, year):.2f} s")


if __name__ == "__main__":
    main()
