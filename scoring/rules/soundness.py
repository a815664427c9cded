"""What is wrong with one deputy's year in the ledger, looking at its own lines alone."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from scoring.rules.chain import digest_of
from scoring.rules.values import Tariff


class Posted(NamedTuple):
    """A line as the database has it; `reverses` is the `key` of another."""

    key: int
    number: int
    rule: int
    block: str
    points: Decimal
    occurred_on: date
    reason: str
    source: str
    source_key: str
    fact_key: str
    turn: int
    reverses: int | None
    posted_at: datetime
    digest: str


Problems = Iterator[tuple[int, str]]  # number of the line, and what is wrong with it in words


def chain_problems(lines: Sequence[Posted], *, deputy: str, year: int) -> Problems:
    """Numbers 1 to n, and every digest made of its line and the digest before. `lines` in the order of their numbers."""
    numbers = {line.key: line.number for line in lines}
    before, last = "", 0
    for line in lines:
        if line.number != last + 1:
            yield line.number, f"前一笔应该是第{line.number - 1}笔,账上没有"
        if line.digest != _digest(line, before, deputy, year, numbers):
            yield line.number, "校验码不对,这一笔或前一笔被改过"
        before, last = line.digest, line.number


def _digest(line: Posted, before: str, deputy: str, year: int, numbers: Mapping[int, int]) -> str:
    return digest_of(
        before, deputy=deputy, year=year, number=line.number, rule=line.rule, block=line.block, points=line.points,
        occurred_on=line.occurred_on, reason=line.reason, source=line.source, source_key=line.source_key,
        fact_key=line.fact_key, turn=line.turn, reverses=numbers.get(line.reverses or 0), posted_at=line.posted_at,
    )  # fmt: skip


def reversal_problems(lines: Sequence[Posted]) -> Problems:
    """A reversal is the opposite of an earlier line of the same chain, once; no fact stands twice."""
    standing: dict[str, Posted] = {}
    by_key = {line.key: line for line in lines}
    for line in lines:
        if line.reverses is None:
            if line.fact_key in standing:
                yield line.number, f"和第{standing[line.fact_key].number}笔记的是同一件事"
            standing[line.fact_key] = line
        elif line.reverses not in by_key:
            yield line.number, "冲正的那一笔不在这位代表这一年的账上"
        elif standing.get(line.fact_key) != by_key[line.reverses]:
            yield line.number, f"冲正的是第{by_key[line.reverses].number}笔,那一笔这时并不算数"
        elif not _is_opposite(line, standing.pop(line.fact_key)):
            yield line.number, f"和冲正的第{by_key[line.reverses].number}笔不是同一件事、同一类别、相反分值"


def _is_opposite(line: Posted, other: Posted) -> bool:
    mine = (-line.points, line.block, line.rule, line.source, line.source_key, line.turn)
    return mine == (other.points, other.block, other.rule, other.source, other.source_key, other.turn)


def rule_problems(lines: Sequence[Posted], tariffs: Mapping[int, Tariff]) -> Problems:
    """Every line counts by a rule of the year's scheme (`tariffs` by rule key): at its points, or capped below them."""
    for line in lines:
        tariff = tariffs.get(line.rule)
        if tariff is None:
            yield line.number, "用的规则不是本县这一年已执行的方案里的"
        elif line.block != tariff.block:
            yield line.number, "类别和规则不一致"
        elif line.reverses is None and not _is_worth(line.points, tariff):
            yield line.number, f"分值是{line.points.normalize():+f},规则是{tariff.points.normalize():+f}"


def _is_worth(points: Decimal, tariff: Tariff) -> bool:
    if points == tariff.points:
        return True
    return tariff.cap is not None and points * tariff.points >= 0 and abs(points) < abs(tariff.points)


def standing_of(lines: Sequence[Posted]) -> list[Posted]:
    """The lines that count."""
    gone = {line.reverses for line in lines}
    return [line for line in lines if line.reverses is None and line.key not in gone]
