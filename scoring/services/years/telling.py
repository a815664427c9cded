"""Telling the county's deputies and clerks where the year stands."""

from datetime import datetime

from django.contrib.auth import get_user_model

from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from scoring.models import Scheme
from stations.models import Posting
from stations.states import COUNTY_ROLES, Role


def tell_people(
    scheme: Scheme, deputies: list[int], text: str, *, link: str, staff_link: str, actor, at: datetime
) -> int:
    """Tell the deputies who have accounts (with `link`), the clerks and the county staff, not the actor; how many."""
    staff = Posting.objects.in_force(today_here(at)).filter(
        station__county=scheme.county_id, role__in=(Role.CLERK, *COUNTY_ROLES)
    )
    people = get_user_model().objects.filter(is_active=True).order_by("pk")
    own = [user for user in people.filter(deputy__in=deputies) if user != actor]
    others = [user for user in people.filter(pk__in=staff.values("user")) if user != actor and user not in own]
    notify(kind=Kind.POINTS, users=own, text=text, link=link, at=at, fit_for_outside=True)
    notify(kind=Kind.POINTS, users=others, text=text, link=staff_link, at=at, fit_for_outside=True)
    return len(own) + len(others)
