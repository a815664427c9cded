"""How a county's scores are spread: groups of at least five people, no names, one's own place."""

import random
from decimal import Decimal

import pytest
from django.urls import reverse

from activities.services import record_activity
from activities.states import ActivityKind, Presence
from scoring.models import Grade, Scheme
from scoring.rules.distribution import FEWEST, Bar, bars_of, graded, quarters_of, shown_limits, telling_limits
from scoring.rules.wording import NOT_MEASURED
from scoring.services import rescore
from tests.cast import SUNDAY, make_deputy, moment


def decimals(*values):
    return [Decimal(str(value)) for value in values]


@pytest.mark.parametrize("seed", range(40))
def test_nobody_can_be_read_out_of_bars_or_grades(seed):
    """Whatever the scores: each group shown has five people or more, each person is in one, and tables only refine."""
    dice = random.Random(seed)
    spread = dice.choice([3, 30, 300])
    values = [Decimal(dice.randint(0, spread * 10)) / 10 for _ in range(dice.choice([5, 8, 23, 200]))]
    values += [Decimal(60)] * dice.choice([0, 4, 50])
    bands = [(f"第{n}等", Decimal(dice.randint(0, spread))) for n in range(dice.choice([0, 1, 4]))]
    grades = graded(values, bands)
    limits = shown_limits(grades)
    bars = bars_of(values, limits)
    for group in (bars, [bar for _names, bar in grades]):
        assert all(bar.people >= FEWEST for bar in group)
        assert all(bar.people == sum(bar.holds(value) for value in values) for bar in group)
        assert not group or sum(bar.people for bar in group) == len(values)
    assert set(limits) <= {bar.low for bar in bars}
    assert len(bars) <= 12 + len(limits)
    assert bars[0].low is None and bars[-1].high is None


def test_too_few_people_are_not_shown_at_all():
    assert bars_of(decimals(60, 60, 61, 70)) == [] and graded(decimals(60, 60), [("好", Decimal(60))]) == []
    assert quarters_of([Decimal(n) for n in range(19)]) is None
    assert quarters_of([Decimal(n) for n in range(21)]) == tuple(decimals(5, 10, 15))


def test_bars_and_grades_by_hand():
    values = decimals(*[52] * 5, *[58.5] * 3, *[60] * 6, *[64.9] * 5, 80, 90)
    assert [(bar.words, bar.people) for bar in bars_of(values)] == [("不到55分", 5), ("55分及以上", 16)]
    bands = [("优秀", Decimal(85)), ("良好", Decimal(62)), ("合格", Decimal(55))]
    assert [(names, bar.words, bar.people) for names, bar in graded(values, bands)] == [
        ("优秀、良好", "62分及以上", 7), ("合格", "55—61.9分", 9), ("等次以下", "不到55分", 5),
    ]  # fmt: skip
    cut = bars_of(values, shown_limits(graded(values, bands)))
    assert [(bar.words, bar.people) for bar in cut] == [("不到55分", 5), ("55—61.9分", 9), ("62分及以上", 7)]
    assert Bar(Decimal("0"), Decimal("0.5"), 9).words == "0—0.4分" and Bar(None, None, 9).words == "所有人"


@pytest.mark.parametrize("seed", range(40))
def test_no_few_with_a_bonus_are_read_out_of_two_tables(seed):
    """At every limit that the tables of totals and of bases share nobody, or five, pass it by their bonus."""
    dice = random.Random(seed)
    bases = [Decimal(dice.randint(300, 600)) / 10 for _ in range(dice.choice([8, 23, 200]))] + [Decimal(60)] * 20
    gains = [Decimal(dice.choice([1, 2, 5])) if dice.random() < dice.choice([0.02, 0.3]) else Decimal(0) for _ in bases]
    totals = [base + gain for base, gain in zip(bases, gains, strict=True)]
    of_totals = bars_of(totals, dice.choice([(), (Decimal(60),)]) if max(totals) >= 65 else ())
    of_bases = bars_of(bases, without=telling_limits(of_totals, totals, bases))
    for limit in {bar.low for bar in of_totals} & {bar.low for bar in of_bases} - {None}:
        passed = sum(base < limit <= total for base, total in zip(bases, totals, strict=True))
        assert passed == 0 or passed >= FEWEST
    assert sum(bar.people for bar in of_bases) == len(bases)


def test_a_limit_that_two_pass_is_in_the_table_of_totals_alone():
    bases = decimals(*[59] * 50, *[60] * 50)
    totals = decimals(*[59] * 48, 61, 61, *[60] * 50)
    bars = bars_of(totals)
    assert [bar.people for bar in bars] == [48, 52] and telling_limits(bars, totals, bases) == {Decimal(60)}
    assert [bar.people for bar in bars_of(bases, without={Decimal(60)})] == [100]


def test_whole_scores_have_whole_words():
    whole = decimals(*[0] * 5, *[1] * 5, *[2] * 5, *[3] * 5)
    assert [bar.words for bar in bars_of(whole)] == ["0分", "1分", "2分", "3分及以上"]
    assert bars_of(decimals(*range(58, 90)))[1].words == "65—69分"
    assert [bar.words for bar in bars_of([*whole, Decimal("2.5")])][:2] == ["不到1分", "1—1.9分"]
    assert graded(whole, [("好", Decimal("1.5")), ("中", Decimal(1))])[1][1].words == "1—1.4分"


@pytest.fixture
def crowd(cast):
    """Twenty-four people: four missed a meeting, the deputy too."""
    people = [person for rows in cast.deputies.values() for person in rows]
    people += [make_deputy(cast, f"代表{number}", cast.yt01) for number in range(16)]
    record_activity(
        station=cast.gt, kind=ActivityKind.STUDY, title="法律学习", held_on=SUNDAY, actor=cast.clerk,
        attendance=dict.fromkeys((*cast.deputies["GT01"], *cast.deputies["GT02"]), Presence.ABSENT),
        at=moment(SUNDAY),
    )  # fmt: skip
    rescore(county=cast.county, year=2026, at=moment(SUNDAY))
    return people


def test_everybody_of_the_county_sees_it_without_a_name(cast, signed_in, crowd):
    Grade.objects.create(scheme=Scheme.objects.get(year=2026), name="称职", at_least=60)
    url, statuses = reverse("points-distribution"), {}
    for who in ("admin", "staff", "auditor", "clerk", "stranger", "head", "deputy", "officer", "system", "security"):
        answer = signed_in(getattr(cast, who)).get(url, {"year": 2026})
        statuses[who] = answer.status_code
        if answer.status_code != 200:
            continue
        assert [bar.bar.people for bar in answer.context["totals"]] == [6, 18] and NOT_MEASURED in answer.text
        assert not [one.name for one in crowd if one.name in answer.text.replace(getattr(cast, who).name, "")]
        assert "18人" in answer.text and "称职" in answer.text and 'aria-hidden="true"' in answer.text
        own = [row.is_own for row in answer.context["totals"]]
        assert own == ([True, False] if who in ("head", "deputy") else [False, False])
        assert ("您的分在这一段" in answer.text) == (who in ("head", "deputy"))
    assert {who for who, status in statuses.items() if status == 403} == {"officer", "system", "security"}
    assert signed_in(cast.deputy).get(url, {"year": "1999"}).status_code == 404


def test_few_or_many_people_cost_the_same(cast, signed_in, django_assert_max_num_queries):
    client, url, counts = signed_in(cast.deputy), reverse("points-distribution"), []
    for more in (0, 30):
        for number in range(more):
            make_deputy(cast, f"新代表{number}", cast.yt01)
        with django_assert_max_num_queries(13) as spent:
            answer = client.get(url, {"year": 2026})
        counts.append(len(spent))
    assert counts[0] == counts[1] and "38人" in answer.text
    assert answer.context["spread"].quarters == (60, 60, 60)
