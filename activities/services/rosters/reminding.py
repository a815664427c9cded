"""Reminding deputies of their reception days (接待日提醒): a week, three days and a day before.

What a deputy was told last is written on the place, so a move, a swap or somebody put on late is followed: whoever is
on the day when a reminder comes, and has heard nothing since it was due, is told. Texts name nobody.
"""

from collections import defaultdict
from datetime import date, datetime

from django.db import transaction

from activities.models import Shift, ShiftPlace
from activities.rules.ahead import calendar_around, due_reminders
from activities.services.rosters.telling import own_page
from activities.states import RosterState, ShiftState
from julu_liaison.common import audit
from julu_liaison.common.templatetags.liaison import day_in_year
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from stations.models import Station
from stations.services import hold_places


@transaction.atomic
def remind_of_duties(*, at: datetime) -> int:
    """Remind everybody on a published day to come who has an account; returns how many people were told.

    Once a level: a second run, also at the same moment, finds all told. After a stop only the most urgent is said.
    """
    today = today_here(at)
    hold_places(Station.objects.centres())  # a second run waits
    places = _due(today)
    by_shift: dict[Shift, list[ShiftPlace]] = defaultdict(list)
    for place in places:
        by_shift[place.shift].append(place)
    for shift, mine in by_shift.items():
        users, link = [place.deputy.user for place in mine], own_page(shift.roster.month)
        notify(kind=Kind.DUTY, users=users, text=_words(shift, today), link=link, at=at, fit_for_outside=True)
    ShiftPlace.objects.filter(pk__in=[place.pk for place in places]).update(told_on=today)
    if places:
        audit.record("remind_of_duties", actor=None, at=at, notices=len(places))
    return len(places)


def _due(today: date) -> list[ShiftPlace]:
    """The places to tell of, locked. One that somebody changes in this moment is left to that change, which tells too."""
    due_since = due_reminders(today, calendar_around(today))
    rows = ShiftPlace.objects.filter(
        shift__date__in=due_since, shift__state=ShiftState.PLANNED, shift__roster__state=RosterState.PUBLISHED,
        deputy__user__is_active=True,
    ).order_by("shift__date", "pk")  # fmt: skip
    keys = list(rows.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True))
    held = rows.filter(pk__in=keys).select_related("deputy__user", "shift__roster", "shift__branch__parent__parent")
    return [place for place in held if _told_on(place) < due_since[place.shift.date]]


def _told_on(place: ShiftPlace) -> date:
    """When the deputy last heard of the day; publishing said it to everybody."""
    published = place.shift.roster.published_at
    return max(place.told_on or date.min, today_here(published) if published else date.min)


def _words(shift: Shift, today: date) -> str:
    branch, left = shift.branch, (shift.date - today).days
    when = "明天" if left == 1 else f"还有{left}天"
    where = f"({branch.address})" if branch.address else ""
    day = f"{day_in_year(shift.date)} {branch.duty_hours_here}".strip()
    return f"接待日提醒:{when},{day},请您到{branch.parent.name}{branch.name}{where}值班接待。"
