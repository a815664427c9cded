"""Who may serve on a day: the hard rules, asked of people before they are put on it, stand in or are offered it."""

from collections.abc import Collection

from activities.models import Exemption, Leave, Shift, ShiftPlace
from activities.states import CALLED_OFF, Covers
from deputies.models import Deputy, Membership


def hindrances(shift: Shift, people: Collection[Deputy], *, near: bool, here: str) -> dict[int, str]:
    """Return in words what keeps `people` from serving on the shift's date, by deputy key; who may is left out.

    A member of the branch that day (`near`: of any branch of its station; `here`: what the sentence calls the place),
    on no other reception that takes place, neither on leave nor exempt. Four queries, however many people.
    """
    day, keys = shift.date, [person.pk for person in people]
    home = {"branch__parent": shift.branch.parent_id} if near else {"branch": shift.branch_id}
    at_home = Membership.objects.in_force(day).filter(**home)
    standing = ShiftPlace.objects.filter(shift__date=day).exclude(shift__state__in=CALLED_OFF)
    away = Leave.objects.approved().from_duty().overlapping(day, day)
    exempt = Exemption.objects.in_force(day).exclude(covers=Covers.ACTIVITIES)
    members, busy, on_leave, freed = (
        set(rows.filter(deputy__in=keys).values_list("deputy", flat=True))
        for rows in (at_home, standing, away, exempt)
    )
    found = {}
    for key in keys:
        if key not in members:
            found[key] = f"不是{here}的代表"
        elif key in busy:
            found[key] = "已经有班了"
        elif key in on_leave:
            found[key] = "请了假"
        elif key in freed:
            found[key] = "免除值班"
    return found
