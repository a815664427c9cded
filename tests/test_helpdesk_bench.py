"""The table of the bench beside django-helpdesk: medians, ratio, what misses its target. The measuring itself needs servers."""

from tests.bench.helpdesk.measuring import Action, in_turn
from tests.bench.helpdesk.table import Cost, Line, Target, drawn, middle, shortfalls, spoken


def line(theirs: Cost, ours: Cost, tickets: int = 1000) -> Line:
    return Line("detail", tickets, [theirs], [ours])


def test_one_slow_round_changes_nothing():
    assert middle([Cost(9, 10, 12), Cost(9, 900, 1000), Cost(11, 12, 14)]) == Cost(9, 12, 14)


def test_a_row_shows_both_sides_and_how_many_times_as_much_theirs_takes():
    row = drawn([line(Cost(50, 100, 120), Cost(15, 40, 45.5), 50_000)]).splitlines()[-1]
    assert row == "| detail | 50,000 | 50 | 15 | 100 | 40.0 | 2.5 × | 120 | 45.5 |"


def test_three_figures_are_shown():
    assert [spoken(number) for number in (4.213, 12.34, 123.4, 12_345.6)] == ["4.21", "12.3", "123", "12,346"]


def test_what_is_below_its_target_and_theirs_is_fine():
    assert shortfalls([line(Cost(50, 100, 1), Cost(15, 40, 1))], {"detail": Target(queries=15, cpu=60)}) == []


def test_every_miss_is_said():
    missed = shortfalls([line(Cost(10, 50, 1), Cost(16, 60, 1))], {"detail": Target(queries=15, cpu=60)})
    assert [sentence.partition(": ")[2] for sentence in missed] == [
        "16 queries, 15 at most", "60.0 ms of CPU, below 60.0 wanted", "more queries than theirs, 16 to 10",
        "more CPU than theirs, 60.0 to 50.0 ms",
    ]  # fmt: skip


def test_a_target_of_one_size_binds_that_size_only():
    targets = {"detail": Target(cpu=20, tickets=50_000)}
    assert shortfalls([line(Cost(50, 100, 1), Cost(15, 40, 1), 1000)], targets) == []
    assert len(shortfalls([line(Cost(50, 100, 1), Cost(15, 40, 1), 50_000)], targets)) == 1


def test_tickets_are_opened_by_turns():
    opened = []
    turns = in_turn([Action(lambda: opened.append(1)), Action(lambda: opened.append(2))])
    for _ in range(3):
        turns.work()
    assert opened == [1, 2, 1]
