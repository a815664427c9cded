"""Minimum-cost flow by successive shortest paths, for small networks with whole-number costs of any size."""

from collections import deque


class Network:
    """A directed network; nodes are numbers from 0. Every arc has its reverse beside it (`arc ^ 1`)."""

    def __init__(self, nodes: int):
        self.out: list[list[int]] = [[] for _ in range(nodes)]
        self.head: list[int] = []
        self.room: list[int] = []
        self.cost: list[int] = []

    def add_node(self) -> int:
        self.out.append([])
        return len(self.out) - 1

    def add_arc(self, tail: int, head: int, room: int, cost: int) -> int:
        """Add an arc that carries up to `room` units at `cost` each; returns its number."""
        arc = len(self.head)
        self.head += (head, tail)
        self.room += (room, 0)
        self.cost += (cost, -cost)
        self.out[tail].append(arc)
        self.out[head].append(arc + 1)
        return arc

    def flow(self, arc: int) -> int:
        return self.room[arc ^ 1]

    def send(self, source: int, sink: int) -> int:
        """Send units along cheapest paths as long as one costs less than nothing; returns the total cost.

        The network must have no negative cycle to begin with (ours have no cycle at all). Then the result is a flow of
        the least cost among those of any size: cheapest paths never get cheaper, and no negative cycle ever appears.
        """
        total = 0
        while True:
            cost, path = self._cheapest_path(source, sink)
            if cost >= 0:
                return total
            for arc in path:
                self.room[arc] -= 1
                self.room[arc ^ 1] += 1
            total += cost

    def _cheapest_path(self, source: int, sink: int) -> tuple[int, list[int]]:
        """Return cost and arcs of a cheapest path with room, by Bellman and Ford's rule with a queue; (0, []) for none."""
        head, room, cost, out = self.head, self.room, self.cost, self.out
        reached: list[int | None] = [None] * len(out)
        came_by = [-1] * len(out)
        waiting, queue = [False] * len(out), deque([source])
        reached[source] = 0
        while queue:
            node = queue.popleft()
            waiting[node] = False
            here: int = reached[node]  # type: ignore[assignment]
            for arc in out[node]:
                if room[arc]:
                    there, new = head[arc], here + cost[arc]
                    old = reached[there]
                    if old is None or new < old:
                        reached[there], came_by[there] = new, arc
                        if not waiting[there] and there != sink:
                            waiting[there] = True
                            queue.append(there)
        if reached[sink] is None:
            return 0, []
        path, node = [], sink
        while node != source:
            path.append(came_by[node])
            node = head[came_by[node] ^ 1]
        return reached[sink], path  # type: ignore[return-value]

    def has_negative_cycle(self, source: int, sink: int) -> bool:
        """Whether the flow could be made cheaper: a cycle of arcs with room costs less than nothing.

        Units may also be taken back or left unsent, so the way from sink to source costs nothing in both directions.
        No such cycle is the proof of an optimum (Klein 1967).
        """
        nodes = len(self.out)
        reached = [0] * nodes
        arcs = [(self.head[arc ^ 1], self.head[arc], self.cost[arc]) for arc, room in enumerate(self.room) if room]
        arcs += [(sink, source, 0)]
        if any(self.flow(arc) for arc in self.out[source] if not arc & 1):
            arcs += [(source, sink, 0)]
        for _turn in range(nodes):
            changed = False
            for tail, head, cost in arcs:
                if reached[tail] + cost < reached[head]:
                    reached[head] = reached[tail] + cost
                    changed = True
            if not changed:
                return False
        return True
