"""Rules of the ledger on their own: values by day, caps, waivers, what is lacking; whatever the order."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.rules import Earning, Line, Release, Ruling, Schedule, Tariff, heed, missing_lines, valued, without_note
from scoring.rules.soundness import Posted, rule_problems

calmly = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
NEW_YEAR = date(2026, 1, 1)
DAYS = st.integers(0, 364).map(lambda n: NEW_YEAR + timedelta(days=n))
TENTHS = st.integers(1, 60).map(lambda n: Decimal(n) / 10)
ITEMS = {"duty_missed": ("base", -1), "late_or_early": ("base", -1), "course": ("bonus", 1)}
ITEM = st.sampled_from(sorted(ITEMS))


@st.composite
def tariffs(draw):
    return {
        item: Tariff(draw(st.integers(1, 99)), block, draw(TENTHS) * sign, draw(st.none() | TENTHS))
        for item, (block, sign) in ITEMS.items()
    }


@st.composite
def earnings(draw):
    facts = draw(st.lists(st.tuples(ITEM, DAYS), max_size=12))
    return [Earning(f"log:{n}:{item}", item, day, "事由", "log", str(n)) for n, (item, day) in enumerate(facts)]


VERSIONS = st.lists(st.tuples(DAYS, tariffs()), max_size=4)
RELEASES = st.lists(
    st.tuples(DAYS, st.none() | DAYS, st.sets(ITEM, max_size=2).map(frozenset)).map(Release._make), max_size=2
)


@st.composite
def years(draw):
    return draw(earnings()), Schedule([(NEW_YEAR, draw(tariffs())), *draw(VERSIONS)]), draw(RELEASES)


@calmly
@given(years(), st.randoms())
def test_the_order_in_which_facts_become_known_changes_nothing(year, dice):
    facts, schedule, releases = year
    before = valued(facts, schedule, releases)
    dice.shuffle(facts)
    assert valued(facts, schedule, releases) == before


@calmly
@given(years())
def test_no_line_exceeds_its_tariff_or_its_items_cap(year):
    facts, schedule, releases = year
    for worth in valued(facts, schedule, releases):
        earning = worth.earning
        tariff = schedule.tariff(earning.item, earning.occurred_on)
        assert abs(worth.points) <= abs(tariff.points)
        assert (worth.rule, worth.block) == (tariff.rule, tariff.block)
        assert not (worth.block == "base" and any(one.covers(earning.item, earning.occurred_on) for one in releases))
        until = [
            abs(other.points) for other in valued(facts, schedule, releases)
            if other.earning.item == earning.item
            and (other.earning.occurred_on, other.earning.fact_key) <= (earning.occurred_on, earning.fact_key)
        ]  # fmt: skip
        if tariff.cap is not None and worth.points:
            assert sum(until) <= tariff.cap


@calmly
@given(VERSIONS, DAYS, ITEM)
def test_of_the_versions_begun_the_one_applied_last_counts(versions, day, item):
    begun = [values for start, values in versions if start <= day]
    if begun:
        assert Schedule(versions).tariff(item, day) is begun[-1][item]
    elif versions:
        earliest = min(start for start, _values in versions)
        assert Schedule(versions).tariff(item, day) is [v for start, v in versions if start == earliest][-1][item]
    else:
        assert Schedule(versions).tariff(item, day) is None


def applied(lines, standing, turns):
    """The ledger after `lines` were appended."""
    standing, turns = dict(standing), dict(turns)
    for line in lines:
        if line.reverses:
            del standing[line.reverses.fact_key]
        else:
            earning = line.worth.earning
            assert line.turn == turns.get(earning.fact_key, 0) + 1
            turns[earning.fact_key] = line.turn
            standing[earning.fact_key] = Line(
                len(turns) * 100 + line.turn, earning.fact_key, earning.item, line.worth.points, line.turn
            )
    return standing, turns


@calmly
@given(st.lists(years(), min_size=2, max_size=3))
def test_whatever_the_facts_were_before_the_ledger_ends_at_what_they_are(history):
    standing, turns = {}, {}
    for facts, schedule, releases in history:
        wanted = valued(facts, schedule, releases)
        standing, turns = applied(missing_lines(wanted, standing, turns), standing, turns)
        assert {key: (line.item, line.points) for key, line in standing.items()} == {
            one.earning.fact_key: (one.earning.item, one.points) for one in wanted
        }
        assert missing_lines(wanted, standing, turns) == []


@calmly
@given(years(), st.lists(st.tuples(st.integers(0, 12), ITEM, DAYS), min_size=1, max_size=2))
def test_lines_that_stand_count_as_facts_again_whatever_was_granted_or_waived_since(year, asked):
    """A frozen year: counted from its lines a granted appeal does what it would have done to the facts."""
    facts, schedule, releases = year
    standing = [one.earning for one in valued(facts, schedule, releases)]
    keys = [one.fact_key for one in standing] + [""] * 13
    rulings = [Ruling(f"r{n}", keys[place], item, day, "查实") for n, (place, item, day) in enumerate(asked)]
    wanted = valued(heed(facts, rulings), schedule, releases)
    since = [*releases, Release(NEW_YEAR, None, frozenset())]
    assert valued(heed(standing, rulings), schedule, releases) == wanted
    stood = {one.earning.fact_key for one in wanted}
    assert valued(heed(standing, rulings), schedule, since, charged=stood) == wanted
    for worth in wanted:
        assert without_note(worth.earning.reason + worth.note) == worth.earning.reason


def test_a_line_is_worth_its_rule_or_less_only_where_a_cap_says_so():
    free, capped = Tariff(1, "bonus", Decimal(3), None), Tariff(2, "base", Decimal(-3), Decimal(5))

    def wrong(rule, points):
        line = Posted(1, 1, rule, "bonus" if rule == 1 else "base", Decimal(points), NEW_YEAR, "", "", "", "", 1, None,
                      None, "")  # fmt: skip
        return [words for _number, words in rule_problems([line], {1: free, 2: capped})]

    assert [wrong(1, 3), wrong(2, -3), wrong(2, -2), wrong(2, 0)] == [[], [], [], []]
    assert all([wrong(1, 2), wrong(1, 0), wrong(1, -3), wrong(2, 1), wrong(2, -4), wrong(3, 1)])
