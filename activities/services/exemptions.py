"""Exemptions (免除): the county frees a deputy from duty, activities or both for some time."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from activities.models import Exemption, Shift
from activities.permissions import can_exempt
from activities.services.addressees import tell_deciders, tell_deputies
from activities.services.events.expecting import refresh_expected
from activities.services.offers import drop_offers
from activities.services.people import hold_people
from activities.services.presence import announce_days
from activities.services.rosters import release_places
from activities.services.rosters.telling import roster_page
from activities.states import Covers
from deputies.models import Deputy
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.texts import clean_text
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.states import Kind

LONGEST_REASON = 100


@transaction.atomic
def grant_exemption(
    *, deputy: Deputy, covers: str, started_on: date, reason: str, actor, at: datetime, ended_on: date | None = None
) -> Exemption:
    """Free `deputy` from what `covers` says, from `started_on` to `ended_on` (None: until it is ended).

    The deputy leaves the coming reception days and is no longer expected at the activities of that time.
    """
    _demand_county(deputy, actor)
    hold_people([deputy])
    problems = {}
    reason = clean_text(reason)
    if covers not in Covers.values:
        problems["covers"] = "请选免除什么"
    if not reason or len(reason) > LONGEST_REASON:
        problems["reason"] = f"请写原因,最多{LONGEST_REASON}个字"
    if ended_on and ended_on < started_on:
        problems["ended_on"] = "不能早于开始日期"
    if problems:
        raise DomainError("、".join(problems.values()) + "。", fields=problems)
    _demand_no_overlap(deputy, covers, started_on, ended_on)
    row = Exemption.objects.create(
        deputy=deputy, covers=covers, started_on=started_on, ended_on=ended_on, reason=reason, granted_by=actor,
        granted_at=at,
    )  # fmt: skip
    audit.record(
        "grant_exemption", actor=actor, target=row, county_code=deputy.county.code, at=at, deputy=deputy.code,
        covers=covers, started_on=str(started_on), ended_on=str(ended_on or ""),
    )  # fmt: skip
    tell_deputies(
        [deputy],
        f"县人大办公室批准您免除{row.get_covers_display()},{_period(row)}。",
        reverse("me"),
        at,
        kind=Kind.ACTIVITY,
        fit_for_outside=True,
    )
    _tell_station(row, _leave_what_is_planned(row, actor, at), at)
    return row


@transaction.atomic
def end_exemption(*, exemption: Exemption, ended_on: date, actor, at: datetime) -> Exemption:
    """End an exemption early, or later than was said: `ended_on` is its last day."""
    hold_people([exemption.deputy])
    rows = Exemption.objects.select_for_update(of=("self",)).select_related("deputy__county", "deputy__user")
    row = rows.get(pk=exemption.pk)
    _demand_county(row.deputy, actor)
    if row.ended_on and row.ended_on < today_here(at):
        raise Conflict("这次免除已经结束了。")
    if ended_on < row.started_on:
        raise DomainError("最后一天不能早于开始日期。", fields={"ended_on": "不能早于开始日期"})
    _demand_no_overlap(row.deputy, row.covers, row.started_on, ended_on, besides=row)
    before = str(row.ended_on or "")
    row.ended_on = ended_on
    row.save(update_fields=["ended_on"])
    audit.record(
        "end_exemption", actor=actor, target=row, county_code=row.deputy.county.code, at=at, before=before,
        ended_on=str(ended_on),
    )  # fmt: skip
    tell_deputies(
        [row.deputy],
        f"您免除{row.get_covers_display()}的期限改了:{_period(row)}。",
        reverse("me"),
        at,
        kind=Kind.ACTIVITY,
        fit_for_outside=True,
    )
    _tell_station(row, _leave_what_is_planned(row, actor, at), at)
    return row


def _demand_county(deputy: Deputy, actor) -> None:
    if not can_exempt(actor, deputy.county_id):
        raise NotAllowed("免除履职要求由县人大办公室批准,请联系他们。")


def _demand_no_overlap(
    deputy: Deputy, covers: str, start: date, end: date | None, *, besides: Exemption | None = None
) -> None:
    others = deputy.exemptions.filter(started_on__lte=end or date.max)
    others = others.exclude(ended_on__lt=start)
    if besides:
        others = others.exclude(pk=besides.pk)
    if covers != Covers.ALL:
        others = others.filter(covers__in=(covers, Covers.ALL))
    other = others.first()
    if other:
        raise Conflict(
            f"{deputy.name}{_period(other)}已经免除{other.get_covers_display()},请改日期,或先结束那一次。",
            fields={"started_on": "和已有的免除重叠"},
        )


def _period(row: Exemption) -> str:
    until = f"到{_day(row.ended_on)}为止" if row.ended_on else "以后另行通知"
    return f"从{_day(row.started_on)}起,{until}"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _leave_what_is_planned(row: Exemption, actor, at: datetime) -> list[Shift]:
    """Take the deputy off the coming days and out of who is expected; returns the days with a gap."""
    if row.covers != Covers.DUTY:
        refresh_expected(deputies=[row.deputy])
    if row.covers == Covers.ACTIVITIES:
        return []
    _announce_the_past(row, at)
    days = {"start": row.started_on, "end": row.ended_on or date.max}
    gaps = release_places(deputy=row.deputy, **days, actor=actor, at=at, reason="免除值班")
    drop_offers(deputy=row.deputy, **days, actor=actor, at=at)
    return gaps


def _announce_the_past(row: Exemption, at: datetime) -> None:
    """After commit: nobody was expected on the days of it that are over, or was after all (see `end_exemption`)."""
    today, county = today_here(at), row.deputy.county_id
    if row.started_on <= today:
        announce_days(sender=Exemption, deputies=[row.deputy_id], county=county, start=row.started_on, end=today)


def _tell_station(row: Exemption, gaps: list[Shift], at: datetime) -> None:
    """Who arranges the days learns of it, and which of them need somebody else; why is the county's matter."""
    member = row.deputy.memberships.in_force(today_here(at)).select_related("branch").first()
    if member is None:
        return
    days = "、".join(f"{shift.date.month}月{shift.date.day}日{shift.branch.name}" for shift in gaps)
    missing = f"{days}缺人,请安排别的代表。" if gaps else ""
    text = f"{row.deputy.name}免除{row.get_covers_display()},{_period(row)}。{missing}"
    tell_deciders(
        member.branch, text, roster_page(gaps[0].roster.month) if gaps else reverse("roster"), at, kind=Kind.DUTY
    )
