"""Telling the county's deputies and clerks where the year stands."""

from datetime import datetime

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.urls import reverse

from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from scoring.models import Scheme
from stations.models import Posting
from stations.states import COUNTY_ROLES, Role


def tell_people(scheme: Scheme, deputies: list[int], text: str, *, actor, at: datetime) -> int:
    """Tell the deputies who have accounts, the clerks and the county staff, but not the actor; returns how many."""
    staff = Posting.objects.in_force(today_here(at)).filter(
        station__county=scheme.county_id, role__in=(Role.CLERK, *COUNTY_ROLES)
    )
    people = get_user_model().objects.filter(
        Q(deputy__in=deputies) | Q(pk__in=staff.values("user")), is_active=True
    )
    users = [user for user in people.order_by("pk") if user != actor]
    notify(users=users, text=text, link=reverse("point-year-list", args=[scheme.year]), at=at)
    return len(users)
