"""Published reception days for tests that are not about planning them."""

from datetime import date, timedelta

from activities.models import Roster, Shift, ShiftPlace
from activities.states import RosterState
from deputies.models import Deputy
from julu_liaison.common.working_days import today_here
from stations.models import Station
from tests.cast import moment


def duty(branch: Station, day: date, *people: Deputy, state: str = RosterState.PUBLISHED) -> Shift:
    """Put `people` on `day` at `branch`, on a roster that is in `state`."""
    defaults = {"state": state, "published_at": moment(day.replace(day=1)) if state == RosterState.PUBLISHED else None}
    roster, _made = Roster.objects.get_or_create(
        station_id=branch.parent_id, month=day.replace(day=1), defaults=defaults
    )  # fmt: skip
    shift = Shift(roster=roster, date=day, for_sunday=day)
    shift.put_at(branch)
    shift.save()
    ShiftPlace.objects.bulk_create(ShiftPlace(shift=shift, deputy=person) for person in people)
    return shift


def on_duty(shift: Shift) -> set[str]:
    """Names of those who are on the shift now."""
    return set(shift.places.values_list("deputy__name", flat=True))


def dues_on(page) -> dict[str, int]:
    """What a first page says is due: number by label."""
    return {due.label: due.number for due in page.context["dues"]}


def coming(weeks: int = 1) -> date:
    """The Sunday `weeks` weeks from the next one on (1: the next one that is not today)."""
    today = today_here()
    return today + timedelta(days=7 - (today.weekday() + 1) % 7 + 7 * (weeks - 1))
