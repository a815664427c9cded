"""Another form of service for somebody whom the month's reception days leave over."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from activities.models import OtherService, Roster
from activities.services.rosters.holding import LONGEST_REASON, demand_planner, hold_roster
from activities.services.rosters.publishing import other_service_words
from activities.services.rosters.reading import bounds_of
from activities.services.rosters.telling import tell
from activities.signals import attendance_changed
from activities.states import Form, RosterState
from deputies.models import Deputy, Membership
from julu_liaison.common import audit
from julu_liaison.common.announcing import announce
from julu_liaison.common.errors import Conflict, DomainError
from julu_liaison.common.texts import clean_text
from stations.services import hold_place


@transaction.atomic
def plan_other_service(
    *, roster: Roster, deputy: Deputy, form: str, by: date, note: str, actor, at: datetime | None = None
) -> OtherService:
    """Plan a service of another form in the month, until the day `by`; told at once if the roster is published.

    Raises NotAllowed, Conflict (has one already), DomainError (`deputy`, `form`, `by`, `note`).
    """
    at = at or timezone.now()
    roster = hold_roster(roster)
    demand_planner(actor, roster.station)
    note = clean_text(note)
    _check(roster, form, by, note)
    membership = _membership_of(roster, deputy)
    if OtherService.objects.filter(roster=roster, deputy=deputy).exists():
        raise Conflict(f"{deputy.name}这个月已经另排了一次服务。")
    service = OtherService(roster=roster, deputy=deputy, form=form, by=by, note=note)
    service.put_at(hold_place(membership.branch))
    service.save(force_insert=True)
    audit.record(
        "plan_other_service", actor=actor, target=roster.station, at=at, deputy=deputy.code, form=form, by=str(by)
    )
    if roster.state == RosterState.PUBLISHED:
        tell([deputy], other_service_words(service), at, of=roster, fit_for_outside=not note)
        _announce(service)
    return service


@transaction.atomic
def drop_other_service(*, service: OtherService, actor, at: datetime | None = None) -> None:
    """Take the plan of another service back; told if the roster is published."""
    at = at or timezone.now()
    roster = hold_roster(service.roster)
    demand_planner(actor, roster.station)
    service = OtherService.objects.select_related("deputy__user").filter(pk=service.pk).first()  # type: ignore[assignment]
    if service is None:
        raise Conflict("这次服务已经取消了。")
    service.delete()
    audit.record(
        "drop_other_service", actor=actor, target=roster.station, at=at, deputy=service.deputy.code, form=service.form
    )
    if roster.state == RosterState.PUBLISHED:
        text = f"{roster.month.month}月另行安排的{service.get_form_display()}取消了。"
        tell([service.deputy], text, at, of=roster, fit_for_outside=True)
        _announce(service)


def _announce(service: OtherService) -> None:
    """After commit: the deputy is asked to serve in the month, or is no longer; also of a month that is over."""
    year = service.roster.month.year
    announce(attendance_changed, sender=OtherService, log=None, deputy_ids=[service.deputy_id], year=year)


def _check(roster: Roster, form: str, by: date, note: str) -> None:
    first, last = bounds_of(roster.month)
    problems = {}
    if form not in Form.values:
        problems["form"] = "请选服务的形式"
    if not first <= by <= last:
        problems["by"] = f"请选{first.month}月里的一天"
    if len(note) > LONGEST_REASON:
        problems["note"] = f"说明最多{LONGEST_REASON}个字"
    if problems:
        raise DomainError("、".join(problems.values()) + "。", fields=problems)


def _membership_of(roster: Roster, deputy: Deputy) -> Membership:
    rows = Membership.objects.overlapping(*bounds_of(roster.month)).select_related("branch")
    membership = rows.filter(deputy=deputy, branch__parent=roster.station_id).order_by("-started_on").first()
    if membership is None:
        raise DomainError(
            f"{deputy.name}这个月不是{roster.station.name}的代表。", fields={"deputy": "请选本联络站的代表"}
        )
    return membership
