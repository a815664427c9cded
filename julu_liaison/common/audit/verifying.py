"""The audit trail checked (核对操作记录): its chain, the rows under it, and what the database does to keep them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Min, Q

from julu_liaison.common.audit.chain import Row, Seal, link_problems, row_problems
from julu_liaison.common.audit.guard import POSTGRESQL, SQLITE
from julu_liaison.common.audit.sealing import COLUMNS, keys_of_the_site
from julu_liaison.common.models import AuditLog, AuditSeal
from julu_liaison.common.table_guards import missing_triggers

UNSEALED_LONG = timedelta(hours=1)
YOUNG = timedelta(days=7)
PARTS = 28  # the older rows are read in so many nights
AT_ONCE = 500  # seals whose lines are in memory together
MOST_TOLD = 200


@dataclass(frozen=True)
class Verdict:
    """What was found: a sentence each; how much there is; since when; the last seal."""

    problems: list[str]
    rows: int
    seals: int
    oldest: datetime | None
    last: Seal | None


def verify_trail(*, at: datetime | None = None, part: int | None = None, known: Collection[str] = ()) -> Verdict:
    """Compare the chain with its rows. `at`: tell of rows that are still unsealed an hour before it; `part`: read the
    rows of the last week and a 28th of the older ones only, another every number; `known`: ends of the chain
    (`number:digest`) that were kept elsewhere, in a backup or a log.
    """
    rows, seals = AuditLog.objects.count(), AuditSeal.objects.count()
    last = AuditSeal.objects.order_by("-number").values_list(*Seal._fields).first()
    problems = [
        *_guard_problems(),
        *link_problems(_links()),
        *_known_problems(known),
        *_row_problems(at, part),
        *(_unsealed_problems(at) if at else ()),
    ]
    told = problems[:MOST_TOLD]
    if len(problems) > len(told):
        told.append(f"另外还有{len(problems) - len(told)}个问题")
    oldest = AuditLog.objects.aggregate(first=Min("at"))["first"]
    return Verdict([f"操作记录:{words}。" for words in told], rows, seals, oldest, Seal(*last) if last else None)


def _guard_problems() -> Iterator[str]:
    for table, triggers in POSTGRESQL.items():
        for name in missing_triggers(table=table, postgresql=triggers, sqlite=SQLITE[table]):
            yield f"数据库里保护它的触发器 {name} 没有了,或者被改过,记录可能被直接改动"


def _links() -> Iterator[Seal]:
    """All seals without what is under them."""
    rows = AuditSeal.objects.order_by("number").values_list("number", "before", "digest", "sealed_at")
    for number, before, digest, sealed_at in rows.iterator(chunk_size=5000):
        yield Seal(number, before, 0, "", sealed_at, "", digest)


def _known_problems(known: Collection[str]) -> Iterator[str]:
    for end in filter(None, known):
        number, _mark, digest = end.partition(":")
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            yield f"“{end}”不是封存的编号和校验码"
        elif not AuditSeal.objects.filter(number=int(number), digest=digest).exists():
            yield f"第{number}号封存在别处留有校验码,现在没有这一号,或者校验码不同"


def _row_problems(at: datetime | None, part: int | None) -> Iterator[str]:
    """What is wrong under the seals; many seals of a key that is not there are one sentence."""
    keys, unknown = keys_of_the_site(), []
    for seal, rows in _sealed(at, part):
        if seal.key_mark in keys:
            yield from row_problems(seal, rows, keys)
        else:
            unknown.append(seal.number)
    if unknown:
        yield (
            f"第{unknown[0]}到第{unknown[-1]}号中有{len(unknown)}号封存用的密钥现在没有,没法核对:"
            "请把原来的 SECRET_KEY 放进 SECRET_KEY_FALLBACKS"
        )


def _sealed(at: datetime | None, part: int | None) -> Iterator[tuple[Seal, list[Row]]]:
    """Seals with the rows under them, some hundred seals at a time (two queries each)."""
    chosen = AuditSeal.objects.order_by("number")
    if at is not None and part is not None:
        chosen = chosen.annotate(part=F("number") % PARTS).filter(Q(sealed_at__gte=at - YOUNG) | Q(part=part % PARTS))
    after = 0
    while some := [Seal(*values) for values in chosen.filter(number__gt=after).values_list(*Seal._fields)[:AT_ONCE]]:
        found: dict[int, list[Row]] = {seal.number: [] for seal in some}
        rows = AuditLog.objects.filter(seal__in=found).order_by("seal", "pk").values_list("seal", *COLUMNS)
        for number, *values in rows.iterator(chunk_size=2000):
            found[number].append(Row(*values))
        yield from ((seal, found[seal.number]) for seal in some)
        after = some[-1].number


def _unsealed_problems(at: datetime) -> Iterator[str]:
    late = AuditLog.objects.filter(seal=None, at__lt=at - UNSEALED_LONG).count()
    if late:
        yield f"有{late}条过了一小时还没有封存,请看运行情况里的“封存操作记录”有没有按时做"
