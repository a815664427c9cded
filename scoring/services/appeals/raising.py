"""Raising an appeal, and taking it back.

Everything about one deputy's points is written under that deputy's row lock, as the ledger itself is.
"""

from datetime import date, datetime

from django.db import transaction

from activities.services.people import hold_people
from deputies.models import Deputy
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.texts import clean_text, squeezed
from julu_liaison.common.working_days import Calendar, today_here
from scoring.models import Appeal, PointEntry, Scheme
from scoring.permissions import can_appeal, can_withdraw_appeal
from scoring.services.appeals.telling import tell_county
from scoring.states import AppealKind, AppealState
from stations.models import Station
from stations.services import hold_place

LONGEST_TEXT = 300
MOST_OPEN = 5  # of one deputy and year


@transaction.atomic
def raise_appeal(
    *, deputy: Deputy, year: int, kind: str, text: str, actor, at: datetime, entry: PointEntry | None = None
) -> Appeal:
    """Say that an entry is wrong, double or missing (提出复核); in a running year, in publicity and after closing.

    `entry` must be one of the deputy's that stands; a missing one has none. What is double needs no words, the other
    two do. The same sent twice is one appeal. Raises NotAllowed; Conflict while the entry has an open appeal, or the
    deputy MOST_OPEN; DomainError with the fields that need another look.
    """
    [deputy] = hold_people([deputy])
    if not can_appeal(actor, deputy):
        raise NotAllowed("复核由代表本人提出,或者由联络站、县人大办公室替代表登记。")
    scheme = Scheme.objects.filter(county=deputy.county_id, year=year).first()
    if scheme is None:
        raise DomainError(f"{year}年还没有积分,不用复核。")
    entry = _checked_entry(deputy, year, kind, entry)
    appeal = Appeal(
        deputy=deputy, year=year, kind=kind, entry=entry, text=_checked_text(kind, text), raised_by=actor, raised_at=at,
        due_on=_due_on(scheme, at),
    )  # fmt: skip
    known = _open_one(appeal)
    if known:
        return known
    _demand_few_open(appeal)
    appeal.put_at(hold_place(_branch_of(deputy, today_here(at))))
    appeal.save(force_insert=True)
    audit.record(
        "raise_appeal", actor=actor, target=appeal, at=at, deputy=deputy.code, year=year, kind=kind,
        entry=str(entry.uid) if entry else "",
    )  # fmt: skip
    tell_county(appeal, at)
    return appeal


@transaction.atomic
def withdraw_appeal(*, appeal: Appeal, actor, at: datetime) -> Appeal:
    """Take an appeal back that is not answered yet: the deputy, or whoever raised it for them."""
    hold_people([appeal.deputy])
    appeal = Appeal.objects.select_for_update(of=("self",)).select_related("deputy", "answered_by").get(pk=appeal.pk)
    if not can_withdraw_appeal(actor, appeal):
        raise NotAllowed("复核由提出的人撤回。")
    demand_open(appeal)
    appeal.state = AppealState.WITHDRAWN
    appeal.version += 1
    appeal.save(update_fields=["state", "version"])
    audit.record("withdraw_appeal", actor=actor, target=appeal, at=at, deputy=appeal.deputy.code)
    return appeal


def demand_open(appeal: Appeal) -> None:
    """Raises Conflict, with who was quicker, for an appeal that is answered or withdrawn."""
    if appeal.state == AppealState.WITHDRAWN:
        raise Conflict("这次复核已经撤回了,不用再办。")
    if appeal.state != AppealState.RAISED:
        who = appeal.answered_by.name if appeal.answered_by else "系统"
        raise Conflict(f"{who}已经答复过了:{appeal.get_state_display()}。")


def _checked_entry(deputy: Deputy, year: int, kind: str, entry: PointEntry | None) -> PointEntry | None:
    """The entry as it is now. Raises DomainError for one of somebody else, of another year, or that does not count."""
    if kind not in AppealKind.values:
        raise DomainError("请点哪里不对。", fields={"kind": "请点哪里不对"})
    if kind == AppealKind.MISSING:
        if entry is not None:
            raise DomainError("漏记的事没有对应的流水,请从“漏记了”提出。")
        return None
    rows = PointEntry.objects.filter(deputy=deputy, year=year)
    found = rows.select_related("reversed_by").filter(pk=entry.pk).first() if entry else None
    if found is None:
        raise DomainError(f"请选{year}年里您自己的一笔流水。")
    if found.reverses_id:
        raise DomainError("这一笔是更正,不能复核。认为原来那一笔应该算,请从“漏记了”提出。")
    if getattr(found, "reversed_by", None):
        raise Conflict("这一笔已经更正过了,现在不算分。还有疑问,请从“漏记了”提出。")
    return found


def _checked_text(kind: str, text: str) -> str:
    text = clean_text(text)
    if len(text) > LONGEST_TEXT:
        raise DomainError(f"说明最多{LONGEST_TEXT}个字。", fields={"text": f"最多{LONGEST_TEXT}个字"})
    if not text and kind != AppealKind.DOUBLE:
        what = "漏记了什么事、哪一天的" if kind == AppealKind.MISSING else "哪里不对"
        raise DomainError(f"请写一下{what}。", fields={"text": f"请写一下{what},几个字就行"})
    return text


def _open_one(appeal: Appeal) -> Appeal | None:
    """The same appeal sent before, by whomever. Raises Conflict where the entry has another one that is open."""
    rows = Appeal.objects.open().filter(deputy=appeal.deputy, year=appeal.year, entry=appeal.entry)
    words = squeezed(appeal.text)
    same = next((row for row in rows.filter(kind=appeal.kind).order_by("pk") if squeezed(row.text) == words), None)
    if same is None and appeal.entry and rows.exists():
        raise Conflict("这一笔已经提出复核了,请等答复。")
    return same


def _demand_few_open(appeal: Appeal) -> None:
    """Open ones keep the year from closing; a pile of them is answered first."""
    if Appeal.objects.open().filter(deputy=appeal.deputy, year=appeal.year).count() >= MOST_OPEN:
        raise Conflict(
            f"{appeal.year}年已经有{MOST_OPEN}件复核在等答复,请等答复以后再提;急的请打电话告诉县人大办公室。",
            fields={"text": f"有{MOST_OPEN}件在等答复,请等答复以后再提"},
        )


def _due_on(scheme: Scheme, at: datetime) -> date:
    today = today_here(at)
    return Calendar.load(today, date.max).add_working_days(today, scheme.appeal_days)


def _branch_of(deputy: Deputy, today: date) -> Station:
    """Where the deputy serves, or served last: who has left may still appeal."""
    rows = deputy.memberships.select_related("branch")
    membership = rows.in_force(today).first() or rows.order_by("started_on", "pk").last()
    if membership is None:
        raise DomainError(f"{deputy.name}还没有分到分站,请先办分站,再提出复核。")
    return membership.branch
