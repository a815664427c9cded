"""Declaring a month's records complete, and taking that back."""

from datetime import date, datetime

from dateutil.relativedelta import relativedelta
from django.db import transaction

from activities.models import CompleteMonth, Shift
from activities.permissions import can_declare_month
from activities.signals import month_declared
from deputies.models import Membership
from julu_liaison.common import audit
from julu_liaison.common.announcing import announce
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.texts import clean_text
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.services import hold_place
from stations.states import Level

LONGEST_REASON = 100


@transaction.atomic
def declare_month(*, station: Station, month: date, actor, at: datetime) -> CompleteMonth:
    """Say that everything of `month` is recorded at a township station (当月记录齐全).

    Once the month and its last published reception, put off or not, are over; who was asked to serve does not change
    any more then. What is recorded later still counts, and the ledger follows: at once for logs, services, leave,
    exemptions, activities, receptions not held and other services planned; a membership changed
    backwards in the night.
    """
    if not can_declare_month(actor, station):
        raise NotAllowed("当月记录是否齐全,由联络站或县人大办公室确认。")
    if station.level != Level.TOWNSHIP:
        raise DomainError("请选一个联络站。", fields={"station": "请选联络站"})
    first = month.replace(day=1)
    if first + relativedelta(months=1) > today_here(at):
        raise DomainError(f"{first.month}月还没有过完,过完了再确认。", fields={"month": "这个月还没有过完"})
    hold_place(station)
    _demand_held(station, first, at)
    if CompleteMonth.objects.standing().filter(station=station, month=first).exists():
        raise Conflict(f"{station.name}{first.year}年{first.month}月已经确认过了。")
    row = CompleteMonth.objects.create(
        station=station, county_id=station.county_id, month=first, declared_by=actor, declared_at=at
    )
    audit.record("declare_month", actor=actor, target=station, at=at, month=f"{first:%Y-%m}")
    _announce(row)
    return row


@transaction.atomic
def take_back_month(*, row: CompleteMonth, reason: str, actor, at: datetime) -> CompleteMonth:
    """Take the word back: something is still to be recorded."""
    row = CompleteMonth.objects.select_for_update(of=("self",)).select_related("station").get(pk=row.pk)
    if not can_declare_month(actor, row.station):
        raise NotAllowed("当月记录是否齐全,由联络站或县人大办公室确认。")
    if row.taken_back_at:
        raise Conflict("已经取消过了。")
    reason = clean_text(reason)
    if not reason or len(reason) > LONGEST_REASON:
        raise DomainError("请写取消的原因。", fields={"reason": f"请写原因,最多{LONGEST_REASON}个字"})
    row.taken_back_by, row.taken_back_at, row.why_taken_back = actor, at, reason
    row.save(update_fields=["taken_back_by", "taken_back_at", "why_taken_back"])
    audit.record("take_back_month", actor=actor, target=row.station, at=at, month=f"{row.month:%Y-%m}", reason=reason)
    _announce(row)
    return row


def _demand_held(station: Station, month: date, at: datetime) -> None:
    """A day put off into the next month is still to come when its month is over."""
    shifts = Shift.objects.published().on_the_calendar().of_month(month).filter(station=station)
    last = shifts.filter(date__gte=today_here(at)).select_related("branch").order_by("date", "pk").last()
    if last:
        raise DomainError(
            f"{last.branch.name}{last.date.month}月{last.date.day}日的接待算{month.month}月的,那天过完了再确认。",
            fields={"month": "这个月还有接待没有举行"},
        )


def _announce(row: CompleteMonth) -> None:
    last = row.month + relativedelta(months=1, days=-1)
    members = Membership.objects.overlapping(row.month, last).filter(branch__parent=row.station)
    keys = sorted(set(members.values_list("deputy", flat=True)))
    announce(month_declared, sender=CompleteMonth, station=row.station, deputy_ids=keys, year=row.month.year)
