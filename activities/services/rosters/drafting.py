"""Planning and publishing a station's month of Sundays."""

from collections import Counter
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count

from activities.models import Roster, Shift, ShiftPlace
from activities.permissions import can_plan_roster
from activities.rules import Place, fill_places
from activities.states import RosterState, ShiftState
from deputies.models import Membership
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, NotAllowed
from julu_liaison.common.working_days import Calendar, sundays_of
from julu_liaison.notices.services import notify
from stations.models import Station
from stations.services import hold_place


@transaction.atomic
def draft_roster(*, station: Station, month: date, actor) -> tuple[Roster, dict[str, list]]:
    """Plan the month for every branch of `station`; a published roster is never planned again.

    Returns the roster and, by branch code, the deputies left over because the branch has more members than seats.
    """
    if not can_plan_roster(actor, station):
        raise NotAllowed("排班由乡镇联络站办理。")
    month = month.replace(day=1)
    roster, _created = Roster.objects.select_for_update().get_or_create(station=station, month=month)
    if roster.state == RosterState.PUBLISHED:
        raise Conflict(f"{station.name}{month:%Y年%m月}的排班已经公布,要调整请逐次改。")
    station = hold_place(station)
    Shift.objects.filter(roster=roster, station=station).delete()
    sundays = sundays_of(month)
    calendar = Calendar.load(sundays[0], sundays[-1] + timedelta(days=20))
    left_over = {}
    for branch, days in _days_to_plan(station, {sunday: calendar.reception_day(sunday) for sunday in sundays}):
        left_over[branch.code] = _draft_branch(roster, branch, days)
    audit.record("draft_roster", actor=actor, target=station, month=str(month))
    return roster, {code: people for code, people in left_over.items() if people}


def _days_to_plan(station: Station, days: dict[date, date]) -> list[tuple[Station, dict[date, date]]]:
    """Return each branch with those of `days` (reception day by Sunday) that it is open on and that aren't arranged.

    Arranged already are the published days that a branch brought along from another station.
    """
    branches = Station.objects.filter(parent=station).in_official_order().select_related("parent__parent")
    arranged = set(Shift.objects.filter(station=station, for_sunday__in=days).values_list("branch", "for_sunday"))
    found = []
    for branch in branches:
        free = {s: day for s, day in days.items() if branch.is_open(day) and (branch.pk, s) not in arranged}
        found += [(branch, free)] if free else []
    return found


def _draft_branch(roster: Roster, branch: Station, days: dict[date, date]) -> list:
    sundays, held_on = list(days), list(days.values())
    rows = Membership.objects.filter(branch=branch).overlapping(held_on[0], held_on[-1]).heads_first()
    rows = list(rows.select_related("deputy"))
    away = {(row.deputy_id, day) for row in rows for day in held_on if not _is_member(row, day)}
    served = _served_this_year(branch, sundays[-1])
    seats = branch.seats_here
    places, waiting = fill_places([row.deputy_id for row in rows], [(day, seats) for day in held_on], served, away)
    _write_shifts(roster, branch, sundays, places)
    return [row.deputy for row in rows if row.deputy_id in waiting]


def _is_member(membership: Membership, day: date) -> bool:
    return membership.started_on <= day and (membership.ended_on is None or day <= membership.ended_on)


def _served_this_year(branch: Station, until: date) -> Counter:
    """Count each deputy's other planned places of the year, so that its load evens out."""
    rows = ShiftPlace.objects.filter(
        shift__branch=branch, shift__for_sunday__gte=until.replace(month=1, day=1), shift__for_sunday__lte=until
    )
    return Counter(dict(rows.values_list("deputy").annotate(times=Count("pk"))))


def _write_shifts(roster: Roster, branch: Station, sundays: list[date], places: list[Place]) -> None:
    shifts = []
    for sunday, place in zip(sundays, places, strict=True):
        shift = Shift(roster=roster, date=place.day, for_sunday=sunday, state=ShiftState.PLANNED)
        shift.put_at(branch)
        shifts.append(shift)
    Shift.objects.bulk_create(shifts)
    ShiftPlace.objects.bulk_create(
        ShiftPlace(shift=shift, deputy_id=key)
        for shift, place in zip(shifts, places, strict=True)
        for key in place.deputies
    )


@transaction.atomic
def publish_roster(*, roster: Roster, actor, at) -> Roster:
    """Publish a drafted month and tell the deputies who are on it. Publishing twice changes nothing."""
    roster = Roster.objects.select_for_update().select_related("station").get(pk=roster.pk)
    if not can_plan_roster(actor, roster.station):
        raise NotAllowed("排班由乡镇联络站办理。")
    if roster.state == RosterState.PUBLISHED:
        return roster
    roster.state, roster.published_at = RosterState.PUBLISHED, at
    roster.save(update_fields=["state", "published_at"])
    places = ShiftPlace.objects.filter(shift__roster=roster, deputy__user__isnull=False)
    users = {place.deputy.user for place in places.select_related("deputy__user")}
    text = f"{roster.month:%Y年%m月}的接待日安排好了,请看看您是哪一天。"
    notify(users=sorted(users, key=lambda user: user.pk), text=text, link="/me/", at=at)
    audit.record("publish_roster", actor=actor, target=roster.station, month=str(roster.month), at=at)
    return roster
