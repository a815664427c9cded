"""Publishing a drafted month: from now on it is a promise."""

from datetime import datetime

from django.db import transaction

from activities.models import Roster
from activities.services.rosters.holding import demand_month_plannable, demand_planner, hold_roster
from activities.services.rosters.telling import dates_words, own_days, tell, tell_each
from activities.states import RosterState
from julu_liaison.common import audit


@transaction.atomic
def publish_roster(*, roster: Roster, actor, at: datetime) -> Roster:
    """Publish a drafted month and tell each deputy their own days. Publishing twice changes nothing.

    Raises NotAllowed, DomainError for a month that is over.
    """
    roster = hold_roster(roster)
    demand_planner(actor, roster.station)
    if roster.state == RosterState.PUBLISHED:
        return roster
    demand_month_plannable(roster.month, at)
    roster.state, roster.published_at = RosterState.PUBLISHED, at
    roster.save(update_fields=["state", "published_at"])
    month = f"{roster.month.year}年{roster.month.month}月"
    tell_each(
        {
            person: f"{month}的接待日安排好了,您在{shifts[0].branch.name}值班:{dates_words(s.date for s in shifts)}。"
            for person, shifts in own_days(roster).items()
        },
        at,
        of=roster,
        fit_for_outside=True,
    )
    for service in roster.other_services.select_related("deputy__user"):
        tell([service.deputy], other_service_words(service), at, of=roster, fit_for_outside=not service.note)
    audit.record("publish_roster", actor=actor, target=roster.station, month=str(roster.month), at=at)
    return roster


def other_service_words(service) -> str:
    by = f"{service.by.month}月{service.by.day}日"
    note = f"({service.note})" if service.note else ""
    return f"{service.roster.month.month}月的接待日排不下,请您在{by}以前完成一次{service.get_form_display()}{note}。"
