"""Whether what came into a frozen year's ledger after publicity began is the work of granted appeals, and nothing is gone."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from scoring.models import ChainMark, Rule, Scheme, YearClosing
from scoring.rules import Earning, Release, Ruling, Schedule, heed, ruling_earnings, valued
from scoring.rules.soundness import Posted, standing_of
from scoring.services.ledger.facts import rulings_of
from scoring.services.ledger.posting import releases_of
from scoring.services.schemes import schedule_of
from scoring.states import Source

Found = Iterator[tuple[int, int | None, str]]  # deputy key, number of the line or None, what is wrong
Worths = dict[str, tuple]  # (points, item) by fact key


def frozen_problems(scheme: Scheme, chains: Mapping[int, Sequence[Posted]], keys: Collection[int]) -> Found:
    """Compare the chains of deputies with their marks; nothing before publicity."""
    closing = YearClosing.objects.filter(scheme=scheme).first()
    if closing is None:
        return
    marks = {mark.deputy_id: mark for mark in ChainMark.objects.filter(closing=closing, deputy__in=keys)}
    rulings, schedule, releases = rulings_of(keys, scheme.year), schedule_of(scheme), releases_of(scheme, keys)
    items = dict(Rule.objects.filter(version__scheme=scheme).values_list("pk", "item"))
    for deputy in sorted({*chains, *marks}):
        lines, mark = chains.get(deputy, ()), marks.get(deputy)
        number, said = (mark.number, mark.digest) if mark else (0, "")
        if number and said not in (line.digest for line in lines if line.number == number):
            yield deputy, number, "公示时账上有这一笔,现在没有了,或者不是那一笔"
        before, ruled = _split(lines, number), rulings.get(deputy, [])
        for strange in _strangers(before, lines, ruled):
            yield deputy, strange, "公示以后记的,不是这位代表的复核"
        if len(lines) == len(before):
            continue
        if _wanted(before, lines, ruled, schedule, releases.get(deputy, ()), items) != _standing(lines, items):
            yield deputy, None, "公示以后的账和复核的结果对不上"


def _split(lines: Sequence[Posted], number: int) -> list[Posted]:
    return [line for line in lines if line.number <= number]


def _strangers(before: Sequence[Posted], lines: Sequence[Posted], rulings: Sequence[Ruling]) -> list[int]:
    """Later lines of facts that neither stood then nor come from a ruling; with no ruling, all of them."""
    known = {line.fact_key for line in standing_of(before)} if rulings else set()
    known |= {one.fact_key for one in ruling_earnings(rulings)}
    return [line.number for line in lines[len(before) :] if line.fact_key not in known]


def _wanted(
    before: Sequence[Posted], lines: Sequence[Posted], rulings: Sequence[Ruling], schedule: Schedule,
    releases: Sequence[Release], items: Mapping[int, str],
) -> Worths:  # fmt: skip
    """What the rulings make of what stood then."""
    facts = [
        Earning(line.fact_key, items.get(line.rule, ""), line.occurred_on, line.reason, line.source, line.source_key)
        for line in standing_of(before)
        if line.source != Source.APPEAL
    ]
    charged = {line.fact_key for line in (*standing_of(before), *standing_of(lines))}
    worths = valued(heed(facts, rulings), schedule, releases, charged=charged)
    return {one.earning.fact_key: (one.points, one.earning.item) for one in worths}


def _standing(lines: Sequence[Posted], items: Mapping[int, str]) -> Worths:
    return {line.fact_key: (line.points, items.get(line.rule, "")) for line in standing_of(lines)}
