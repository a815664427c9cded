"""The county's answer: an entry or a reason.

What a granted appeal does is derived from its row like everything else in the ledger (`rulings_of`), so it holds however
often the year is scored again. Points are those of the scheme's version of the day; nobody types them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from activities.services.people import hold_people
from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError, NotAllowed, StaleVersion
from julu_liaison.common.rehearsing import rehearsed
from julu_liaison.common.texts import clean_text
from julu_liaison.common.working_days import today_here
from scoring.models import Appeal, PointEntry, YearClosing
from scoring.permissions import can_answer_appeal
from scoring.querysets import PointEntryQuerySet
from scoring.services.appeals.raising import demand_open
from scoring.services.appeals.telling import tell_deputy
from scoring.services.ledger import rescore
from scoring.services.results import reissue
from scoring.services.scores import Score, score_of
from scoring.states import AppealKind, AppealState, Item, Source

LONGEST_ANSWER = 150  # it stands in the ledger beside the reason of the entry it is about, in 300 characters


@dataclass(frozen=True)
class Preview:
    """What an answer would do: the score before and after, and the lines it would add to the ledger."""

    before: Score
    after: Score
    lines: list[PointEntry]

    @property
    def change(self) -> Decimal:
        return self.after.total - self.before.total


@transaction.atomic
def answer_appeal(
    *, appeal: Appeal, grant: bool, answer: str, actor, at: datetime, cancels: bool = False, item: str = "",
    occurred_on: date | None = None, line: PointEntry | None = None, version: int | None = None,
) -> Appeal:  # fmt: skip
    """Grant an appeal (更正) or refuse it (维持不变), both with a reason that the deputy reads.

    Granted, it cancels its entry (`cancels`), posts `item` on a day of the year, or both. With neither it says that the
    record itself has been corrected, which the ledger must show: what was missing is `line` now. In a closed year the
    deputy's result is issued anew.
    Raises Conflict for one that is answered already, StaleVersion if it is no longer the `version` that was read.
    """
    [deputy] = hold_people([appeal.deputy])
    appeal = Appeal.objects.select_for_update(of=("self",)).select_related(
        "entry", "county", "answered_by", "raised_by"
    ).get(pk=appeal.pk)  # fmt: skip
    appeal.deputy = deputy
    if actor is not None and not can_answer_appeal(actor, appeal):
        raise NotAllowed("复核由县人大办公室答复;自己提出的、关于自己的,请别人来答复。")
    demand_open(appeal)
    if version is not None and version != appeal.version:
        raise StaleVersion("这次复核刚被别人改过,请看看新的内容再答复。")
    appeal.answer = _checked_answer(answer, grant)
    appeal.state = AppealState.GRANTED if grant else AppealState.REFUSED
    appeal.answered_by, appeal.answered_at = actor, at
    if grant:
        appeal.cancels, appeal.item, appeal.occurred_on = cancels, item, occurred_on if item else None
        _check_effect(appeal, at)
        if appeal.kind == AppealKind.MISSING and not item:
            appeal.entry = line
    appeal.version += 1
    appeal.save(update_fields=[
        "state", "version", "answer", "answered_by", "answered_at", "cancels", "item", "occurred_on", "entry",
    ])  # fmt: skip
    if grant:
        _take_effect(appeal, at)
    audit.record(
        "answer_appeal", actor=actor, target=appeal, at=at, deputy=deputy.code, year=appeal.year, state=appeal.state,
        cancels=appeal.cancels, item=appeal.item, occurred_on=str(appeal.occurred_on or ""),
        entry=appeal.entry.number if appeal.entry else None,
    )  # fmt: skip
    tell_deputy(appeal, at)
    return appeal


def preview_answer(*, appeal: Appeal, **facts) -> Preview:
    """What `answer_appeal` with these facts would do, refusals included; nothing is kept."""
    return rehearsed(_tried, appeal=appeal, **facts)


def _tried(*, appeal: Appeal, **facts) -> Preview:
    before = score_of(deputy=appeal.deputy, year=appeal.year)
    rows = PointEntry.objects.filter(deputy=appeal.deputy_id, year=appeal.year)
    last = rows.order_by("-number").values_list("number", flat=True).first() or 0
    answer_appeal(appeal=appeal, **facts)
    lines = list(rows.filter(number__gt=last).select_related("rule").order_by("number"))
    return Preview(before, score_of(deputy=appeal.deputy, year=appeal.year), lines)


def _checked_answer(answer: str, grant: bool) -> str:
    answer = clean_text(answer)
    if not answer:
        said = "请写怎么更正的" if grant else "维持不变的话,请写明理由"
        raise DomainError(f"{said},代表会看到。", fields={"answer": f"{said},代表会看到"})
    if len(answer) > LONGEST_ANSWER:
        raise DomainError(f"答复最多{LONGEST_ANSWER}个字。", fields={"answer": f"最多{LONGEST_ANSWER}个字"})
    return answer


def _check_effect(appeal: Appeal, at: datetime) -> None:
    """What a grant does must fit what was asked: one of an entry takes it away first, one of a missing thing adds one."""
    problems = {}
    if appeal.cancels and appeal.entry_id is None:
        problems["outcome"] = "漏记的事没有可以撤销的流水"
    if appeal.item and appeal.entry_id and not appeal.cancels:
        problems["outcome"] = "请先撤销这一笔,再改记别的"
    if appeal.item and appeal.kind == AppealKind.DOUBLE:
        problems["outcome"] = "记重了的,撤销多记的一笔就可以"
    if appeal.item and appeal.item not in Item.values:
        problems["item"] = "请选记什么项目"
    if appeal.cancels and PointEntry.objects.filter(reverses=appeal.entry_id, deputy=appeal.deputy_id).exists():
        problems["outcome"] = "这一笔已经更正过了,现在不算分,不用再撤销"
    if appeal.item:
        problems |= _day_problems(appeal, at) or _given_already(appeal)
    if problems:
        raise DomainError("、".join(problems.values()) + "。", fields=problems)


def _day_problems(appeal: Appeal, at: datetime) -> dict[str, str]:
    day = appeal.occurred_on
    if day is None:
        return {"occurred_on": "请填是哪天的事"}
    if day.year != appeal.year:
        return {"occurred_on": f"请填{appeal.year}年里的日期"}
    return {"occurred_on": "不能晚于今天"} if day > today_here(at) else {}


def _given_already(appeal: Appeal) -> dict[str, str]:
    """What is said to be missing may stand from an approved claim."""
    if appeal.kind != AppealKind.MISSING or appeal.occurred_on is None:
        return {}
    rows = PointEntry.objects.filter(deputy=appeal.deputy_id, year=appeal.year, occurred_on=appeal.occurred_on)
    line = rows.filter(source=Source.CLAIM, rule__item=appeal.item).standing().order_by("number").first()
    if line is None:
        return {}
    return {"item": f"这件事已经按加分申报记过,是第{line.number}笔:{line.reason},不能再补记"}


def _take_effect(appeal: Appeal, at: datetime) -> None:
    """The ledger follows at once; of a closed year the deputy's result, too."""
    rescore(county=appeal.county, year=appeal.year, at=at, deputies=[appeal.deputy_id])
    closing = YearClosing.objects.filter(scheme__county=appeal.county_id, scheme__year=appeal.year).first()
    if appeal.cancels or appeal.item:
        _demand_done(appeal)
    elif closing:
        raise DomainError(
            f"{appeal.year}年已经公示,改原始记录不再影响积分。请选撤销或者补记。",
            fields={"outcome": "已经公示的年度,请选撤销或者补记"},
        )
    else:
        _demand_record_corrected(appeal)
    if closing and closing.closed_at:
        reissue(closing=closing, deputy=appeal.deputy, appeal=appeal, at=at)


def _demand_done(appeal: Appeal) -> None:
    """An item worth nothing that day, or waived, leaves no line: then the answer is a reason, not an entry."""
    own = PointEntry.objects.filter(deputy=appeal.deputy_id, source=Source.APPEAL, source_key=str(appeal.uid))
    if appeal.item and not own.standing().exists():
        sentence = f"“{Item(appeal.item).label}”在这一天不计分,或者代表在免扣期里,不会有流水。"
        raise DomainError(f"{sentence}请换一个项目,或者选维持不变并说明理由。", fields={"item": sentence})


def _demand_record_corrected(appeal: Appeal) -> None:
    """The entry is gone; what was missing is one of the lines that have come since."""
    if appeal.kind == AppealKind.MISSING:
        return _demand_line(appeal)
    if PointEntry.objects.standing().filter(pk=appeal.entry_id).exists():
        sentence = "原始记录还没有改,积分没有变化"
        raise DomainError(f"{sentence}。", fields={"outcome": sentence})


def _demand_line(appeal: Appeal) -> None:
    lines = lines_since(appeal)
    if lines.filter(pk=appeal.entry_id).exists():
        return
    if lines.exists():
        raise DomainError("请选补登记以后记的是哪一笔。", fields={"line": "请选是哪一笔"})
    sentence = "提出以后还没有新的流水,请先补登记原始记录"
    raise DomainError(f"{sentence}。", fields={"outcome": sentence})


def lines_since(appeal: Appeal) -> PointEntryQuerySet:
    """What records have brought into the deputy's year since the appeal was raised, and stands."""
    rows = PointEntry.objects.standing().filter(deputy=appeal.deputy_id, year=appeal.year)
    return rows.filter(posted_at__gte=appeal.raised_at).exclude(source=Source.APPEAL).order_by("number")
