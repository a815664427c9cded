"""Telling people and other apps about an activity."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from activities.models import Activity, ActivityAttendance
from activities.services.addressees import tell_deputies
from activities.signals import attendance_changed
from deputies.models import Deputy
from julu_liaison.common.announcing import announce
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from stations.models import Posting, Station
from stations.states import Role


def day_words(activity: Activity) -> str:
    """12月3日上午9:00"""
    return f"{activity.held_on.month}月{activity.held_on.day}日{activity.hours}"


def tell_asked(
    activity: Activity, text: str, at: datetime, *, people: Iterable[Deputy] | None = None, fit_for_outside: bool = False
) -> None:  # fmt: skip
    """Tell those who are asked to the activity (or `people` of them); nobody who need not come for a reason of their own."""
    asked, link = asked_people(activity, people=people), reverse("my-activity", args=[activity.uid])
    tell_deputies(asked, text, link, at, kind=Kind.ACTIVITY, fit_for_outside=fit_for_outside)


def asked_people(activity: Activity, *, people: Iterable[Deputy] | None = None) -> list[Deputy]:
    """Those whom `tell_asked` tells."""
    rows = ActivityAttendance.objects.filter(activity=activity).select_related("deputy__user")
    if people is not None:
        rows = rows.filter(deputy__in=[person.pk for person in people])
    return [row.deputy for row in rows if row.expected or not activity.required]


def tell_dropped(activity: Activity, people: Iterable[Deputy], at: datetime) -> None:
    """Tell those who were taken off the list."""
    text, link = f"“{activity.title}”您不用参加了。", reverse("my-activities")
    tell_deputies(people, text, link, at, kind=Kind.ACTIVITY, fit_for_outside=True)


def tell_recorder(activity: Activity, text: str, at: datetime) -> None:
    """Tell whoever arranged the activity."""
    link = reverse("activity", args=[activity.uid])
    notify(kind=Kind.ACTIVITY, users=[activity.recorder], text=text, link=link, at=at, fit_for_outside=True)


def tell_clerks(
    activity: Activity, places: Iterable[Station], text: str, at: datetime, *, fit_for_outside: bool = False
) -> None:  # fmt: skip
    """Tell the clerks of the stations that hold it together with others."""
    keys = [place.pk for place in places]
    rows = Posting.objects.in_force(today_here(at)).filter(station__in=keys, role=Role.CLERK)
    users = sorted({row.user for row in rows.select_related("user")}, key=lambda user: user.pk)
    link = reverse("activity", args=[activity.uid])
    notify(kind=Kind.ACTIVITY, users=users, text=text, link=link, at=at, fit_for_outside=fit_for_outside)


def announce_presence(activity: Activity, deputies: Iterable[int], *, years: Iterable[int] | None = None) -> None:
    """After commit: what these deputies (by key) did at the activity is new or counts no longer."""
    keys = sorted(set(deputies))
    for year in years or [activity.held_on.year]:
        announce(attendance_changed, sender=Activity, log=None, deputy_ids=keys, year=year)
