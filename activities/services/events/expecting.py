"""Who is expected, person by person, on the activity's own day; worked out anew until the activity has been held."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db import transaction
from django.db.models import Q

from activities.models import Activity, ActivityAttendance, Exemption, Leave
from activities.rules.expected import UNASKED, why_not_expected
from activities.services.events.audience import holders, own_people
from activities.states import ActivityState, Covers, SignUp
from deputies.models import Deputy, Mandate


def expectations(
    deputies: Iterable[int], *, places: Collection[int], on: date, required: bool, signed_up: Collection[int] = ()
) -> dict[int, str]:
    """Return, by deputy key, why somebody who is asked need not come: empty for the expected (three queries).

    Only people of the `places` (keys) that hold the activity are ever expected: see `holders`.
    """
    keys = list(deputies)
    seated = set(Mandate.objects.in_force(on).filter(deputy__in=keys).values_list("deputy", flat=True))
    members = own_people(keys, places=places, on=on)
    exempt = Exemption.objects.in_force(on).filter(deputy__in=keys, covers__in=(Covers.ALL, Covers.ACTIVITIES))
    excused = set(exempt.values_list("deputy", flat=True))
    return {
        key: why_not_expected(
            has_mandate=key in seated, is_member=key in members, is_exempt=key in excused, required=required,
            signed_up=key in signed_up,
        )
        for key in keys
    }  # fmt: skip


def leaves_for(activity: Activity, deputies: Iterable[int]) -> dict[int, str]:
    """Return the kind of approved leave that covers the activity, by deputy key: of its day, or from it alone."""
    on = activity.held_on
    covers = Q(activity=activity) | Q(activity=None, started_on__lte=on, ended_on__gte=on)
    rows = Leave.objects.approved().filter(covers, deputy__in=list(deputies)).order_by("pk")
    return dict(rows.values_list("deputy", "kind"))


@transaction.atomic
def refresh_expected(*, deputies: Iterable[Deputy]) -> int:
    """Work out anew whether these deputies are expected wherever they are asked to; returns how many rows changed.

    For whoever grants or ends an exemption, a mandate or a membership. What has been held stays as it was.
    """
    rows = ActivityAttendance.objects.filter(deputy__in=[person.pk for person in deputies])
    announced = Activity.objects.filter(state=ActivityState.ANNOUNCED, pk__in=rows.values("activity"))
    return sum(expect_anew(activity) for activity in announced.select_for_update(of=("self",)).order_by("pk"))


def expect_anew(activity: Activity) -> int:
    """The same for everybody asked to one activity that its service has locked."""
    rows = list(activity.attendance.exclude(not_expected_because=UNASKED))
    was_held = activity.state == ActivityState.HELD  # who counted at a voluntary one then, goes on counting
    coming = {row.deputy_id for row in rows if row.sign_up == SignUp.COMING or (was_held and row.expected)}
    why = expectations(
        (row.deputy_id for row in rows), places=holders(activity), on=activity.held_on, required=activity.required,
        signed_up=coming,
    )  # fmt: skip
    changed = [row for row in rows if row.not_expected_because != why[row.deputy_id]]
    for row in changed:
        row.not_expected_because = why[row.deputy_id]
        row.expected = not row.not_expected_because
    ActivityAttendance.objects.bulk_update(changed, ["expected", "not_expected_because"])
    return len(changed)
