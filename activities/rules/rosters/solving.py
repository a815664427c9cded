"""The roster's solver: a branch's month as a minimum-cost flow whose costs are the soft rules in their order.

source → person (one arc a turn) → [date shared by two days] → day, by way of its leaders' node or not → sink (one
arc a seat). docs/adr/0005-roster.md says why a flow, and what it cannot say.
"""

from dataclasses import dataclass, field
from datetime import date

from activities.rules.rosters.flow import Network
from activities.rules.rosters.problem import Day, Person, Plan, Problem, Worth, shortage

SOURCE, SINK = 0, 1


def weights_of(problem: Problem) -> Worth:
    """Return what one unit of each part of a `Worth` costs, so that one unit always outweighs all that comes after it.

    Going up from the last part, a weight is one more than the most that everything below can differ between two plans.
    """
    places = sum(day.free_seats for day in problem.days)
    days = len(problem.days)
    heaviest = max((problem.load_before(person) for person in problem.people), default=0)
    most = Worth(
        left_out=len(problem.people),
        carried_out=len(problem.people),
        short=sum(max(shortage(0), shortage(len(day.locked) + day.free_seats)) for day in problem.days),
        broken=sum(len(day.kept) for day in problem.days),
        load=places * (2 * (heaviest + days) + 1),
        spacing=places * 16,
        unled=days,
        wishes=places,
    )
    weights, below = [], 0
    for part in reversed(most):
        weights.append(below + 1)
        below += part * weights[-1]
    return Worth(*reversed(weights))


@dataclass
class Solved:
    """A problem's cheapest flow, its plan, and the network that proves it."""

    problem: Problem
    plan: Plan
    network: Network
    cost: int  # of what the flow changed: the plan's weighted worth less that of a plan with the locked places only

    @property
    def is_proven(self) -> bool:
        """Whether the network shows that no plan is worth less trouble."""
        return not self.network.has_negative_cycle(SOURCE, SINK)


@dataclass
class _Builder:
    """Builds the network of one problem and reads the plan from its flow."""

    problem: Problem
    weights: Worth
    network: Network = field(default_factory=lambda: Network(2))
    place_arcs: list[tuple[int, int, int]] = field(default_factory=list)  # (arc, person's key, day's index)

    def build(self) -> None:
        entries = [self._add_day(day) for day in self.problem.days]
        shared = self._shared_dates()
        for person in self.problem.people:
            node = self._add_person(person)
            gates: dict[date, int] = {}
            for index, day in enumerate(self.problem.days):
                if entries[index] is None or not self.problem.may_serve(person, day):
                    continue
                tail = node
                if day.date in shared:  # two postponed Sundays on one date: one place a day
                    if day.date not in gates:
                        gates[day.date] = self.network.add_node()
                        self.network.add_arc(node, gates[day.date], 1, 0)
                    tail = gates[day.date]
                plain, led = entries[index]  # type: ignore[misc]
                head = led if person.leads and led is not None else plain
                arc = self.network.add_arc(tail, head, 1, self._place_cost(person, day))
                self.place_arcs.append((arc, person.key, index))

    def _shared_dates(self) -> set[date]:
        dates = [day.date for day in self.problem.days if day.free_seats]
        return {day for day in dates if dates.count(day) > 1}

    def _add_day(self, day: Day) -> tuple[int, int | None] | None:
        """Return the nodes where people in general and leaders enter the day; None for a day without a free seat."""
        if not day.free_seats:
            return None
        node = self.network.add_node()
        for people in range(len(day.locked), len(day.locked) + day.free_seats):
            self.network.add_arc(node, SINK, 1, self.weights.short * (shortage(people + 1) - shortage(people)))
        if self.problem.is_led(day.locked):
            return node, None
        leaders = self.network.add_node()
        self.network.add_arc(leaders, node, 1, -self.weights.unled)
        self.network.add_arc(leaders, node, day.free_seats, 0)
        return node, leaders

    def _add_person(self, person: Person) -> int:
        node, weights = self.network.add_node(), self.weights
        before = self.problem.load_before(person)
        turns = sum(self.problem.may_serve(person, day) for day in self.problem.days)
        for turn in range(turns):
            cost = weights.load * (2 * (before + turn) + 1)
            if turn == 0 and self.problem.is_waiting(person):
                cost -= weights.left_out + weights.carried_out * person.carried
            self.network.add_arc(SOURCE, node, 1, cost)
        return node

    def _place_cost(self, person: Person, day: Day) -> int:
        weights = self.weights
        return (
            weights.spacing * self.problem.nearness(person, day)
            + weights.wishes * (day.week in person.avoided)
            - weights.broken * (person.key in day.kept)
        )

    def plan(self) -> Plan:
        plan = [list(day.locked) for day in self.problem.days]
        for arc, key, index in self.place_arcs:
            if self.network.flow(arc):
                plan[index].append(key)
        return plan


def solve(problem: Problem) -> Solved:
    """Return the best plan of one branch's month, as `Problem.worth` compares them, with its proof."""
    builder = _Builder(problem, weights_of(problem))
    builder.build()
    cost = builder.network.send(SOURCE, SINK)
    return Solved(problem, builder.plan(), builder.network, cost)
