"""The ledger checked (核对流水): chains, reversals, rules, causes, and that it says what the records say."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Q, QuerySet

from activities.models import Activity, CompleteMonth, DutyLog, Leave
from deputies.models import Deputy
from opinions.models import Opinion
from scoring.models import Appeal, BonusClaim, PointEntry, Rule, Scheme, YearClosing
from scoring.rules import Tariff
from scoring.rules.months import month_key
from scoring.rules.soundness import Posted, chain_problems, reversal_problems, rule_problems, standing_of
from scoring.services.ledger.closed_years import results_problems
from scoring.services.ledger.frozen import frozen_problems
from scoring.services.ledger.guarding import guard_problems
from scoring.services.ledger.posting import differences
from scoring.services.ledger.reasons import is_uid
from scoring.services.ledger.sealed import scheme_problems
from scoring.states import AppealState, ClaimState, Source, VersionState
from stations.models import Station

AT_ONCE = 100  # deputies whose lines are in memory together
RECORDS: dict[str, Any] = {
    Source.LOG: DutyLog, Source.ACTIVITY: Activity, Source.OPINION: Opinion, Source.LEAVE: Leave,
    Source.CLAIM: BonusClaim, Source.APPEAL: Appeal,
}  # fmt: skip

Chains = dict[int, list[Posted]]  # by deputy key
Found = Iterator[tuple[int, int | None, str]]  # deputy key, number of the line or None, what is wrong


def verify(*, county: Station | None = None, year: int | None = None) -> list[str]:
    """Return what is wrong with the ledger, a sentence each: of one county or all, of one year or all; [] if nothing.

    What somebody who owns the database has written anew, digests and all, shows by causes and sums alone, in a year
    in publicity by the ends that its chains had then, and in a closed year by its results (ADR 19).
    """
    entries = PointEntry.objects.order_by()
    schemes = Scheme.objects.order_by()
    if county:
        entries, schemes = entries.filter(county=county), schemes.filter(county=county)
    if year:
        entries, schemes = entries.filter(year=year), schemes.filter(year=year)
    books = {*entries.values_list("county", "year").distinct(), *schemes.values_list("county", "year")}
    found = [words for place, of_year in sorted(books) for words in _problems(place, of_year)]
    return [*guard_problems(), *found, *results_problems(year, county)]


def _problems(county: int, year: int) -> Iterator[str]:
    scheme = Scheme.objects.filter(county=county, year=year).first()
    if scheme:
        yield from scheme_problems(scheme)
    tariffs = _tariffs(scheme)
    written = PointEntry.objects.filter(county=county, year=year).order_by().values_list("deputy", flat=True).distinct()
    keys = sorted({*written, *Deputy.objects.filter(county=county).values_list("pk", flat=True)})
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        codes = dict(Deputy.objects.filter(pk__in=some).values_list("pk", "code"))
        for deputy, number, words in _of_some(scheme, county, year, codes, _chains(county, year, some), tariffs):
            line = f"第{number}笔" if number else ""
            yield f"代表 {codes[deputy]} {year}年{line}:{words}。"


def _tariffs(scheme: Scheme | None) -> dict[int, Tariff]:
    rows = Rule.objects.filter(version__scheme=scheme, version__state=VersionState.APPLIED) if scheme else ()
    return {row.pk: Tariff(row.pk, row.block, row.points, row.cap) for row in rows}


def _chains(county: int, year: int, keys: Collection[int]) -> Chains:
    rows = PointEntry.objects.filter(county=county, year=year, deputy__in=keys).order_by("deputy", "number")
    chains: Chains = defaultdict(list)
    for deputy, *line in rows.values_list(
        "deputy", "pk", "number", "rule", "block", "points", "occurred_on", "reason", "source", "source_key",
        "fact_key", "turn", "reverses", "posted_at", "digest",
    ):  # fmt: skip
        chains[deputy].append(Posted._make(line))
    return chains


def _of_some(
    scheme: Scheme | None, county: int, year: int, codes: dict[int, str], chains: Chains, tariffs: dict[int, Tariff]
) -> Found:
    broken = set()
    for deputy, lines in chains.items():
        for check in (
            chain_problems(lines, deputy=codes[deputy], year=year), reversal_problems(lines),
            rule_problems(lines, tariffs),
        ):  # fmt: skip
            for number, words in check:
                broken.add(deputy)
                yield deputy, number, words
    yield from _without_cause(chains, county, year)
    if scheme:
        yield from frozen_problems(scheme, chains, list(codes))
        yield from _not_as_recorded(scheme, [key for key in codes if key not in broken])


def _not_as_recorded(scheme: Scheme, keys: list[int]) -> Found:
    """What rescoring would do; of those whose lines are sound."""
    missing = differences(county=scheme.county, year=scheme.year, deputies=keys)
    for deputy, lines in missing.items():
        if lines:
            more = sum(1 for line in lines if line.worth)
            yield deputy, None, f"和记录对不上,应补记{more}笔、冲正{len(lines) - more}笔"


def _without_cause(chains: Chains, county: int, year: int) -> Found:
    """Lines whose record does not exist, and standing ones whose claim, appeal or month is not (or no longer) decided so."""
    keys: dict[str, set[str]] = defaultdict(set)
    for lines in chains.values():
        for line in lines:
            keys[line.source].add(line.source_key)
    known = {source: _existing(source, keys[source], county, year) for source in keys}
    decided = _decided(keys, year)
    complete = _complete(county, year) if Source.MONTH in keys else set()
    for deputy, lines in chains.items():
        for line in lines:
            if line.source_key not in known[line.source]:
                yield deputy, line.number, f"来源的记录({_source_words(line.source)})找不到"
        for line in standing_of(lines):
            if line.source in decided and (deputy, line.source_key) not in decided[line.source]:
                yield deputy, line.number, f"来源的{_source_words(line.source)}不是这位代表的,或者没有批准"
            if line.source == Source.MONTH and line.source_key in known[line.source] - complete:
                yield deputy, line.number, "来源的月份,联络站的确认已经取消"


def _source_words(source: str) -> str:
    return str(Source(source).label) if source in Source.values else source


def _existing(source: str, keys: set[str], county: int, year: int) -> set[str]:
    if source == Source.MONTH:
        return _month_keys(CompleteMonth.objects.filter(county=county, month__year=year))
    if source not in RECORDS:
        return set()
    uids = RECORDS[source].objects.filter(uid__in=set(filter(is_uid, keys))).order_by()
    return set(map(str, uids.values_list("uid", flat=True)))


def _complete(county: int, year: int) -> set[str]:
    """Months that a standing line may come from: of a year in publicity those taken back since then, too."""
    rows = CompleteMonth.objects.filter(county=county, month__year=year)
    closing = YearClosing.objects.filter(scheme__county=county, scheme__year=year).first()
    still = Q(taken_back_at=None) | Q(taken_back_at__gte=closing.published_at) if closing else Q(taken_back_at=None)
    return _month_keys(rows.filter(still))


def _month_keys(rows: QuerySet[CompleteMonth]) -> set[str]:
    return {month_key(code, month) for code, month in rows.values_list("station__code", "month")}


def _decided(keys: dict[str, set[str]], year: int) -> dict[str, set[tuple[int, str]]]:
    """Of claims and appeals: whose they are where they may stand in the year's ledger."""
    approved = BonusClaim.objects.filter(state=ClaimState.APPROVED, year=year)
    granted = Appeal.objects.filter(state=AppealState.GRANTED, year=year).exclude(item="")
    found = {}
    for source, decided in ((Source.CLAIM, approved), (Source.APPEAL, granted)):
        if keys.get(source):
            rows = decided.filter(uid__in=set(filter(is_uid, keys[source]))).order_by()
            found[str(source)] = {(deputy, str(uid)) for deputy, uid in rows.values_list("deputy", "uid")}
    return found
