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


def tell_asked(activity: Activity, text: str, at: datetime, *, people: Iterable[Deputy] | None = None) -> None:
    """Tell those who are asked to the activity (or `people` of them); nobody who need not come for a reason of their own."""
    tell_deputies(
        asked_people(activity, people=people), text, reverse("my-activity", args=[activity.uid]), at, kind=Kind.ACTIVITY
    )


def asked_people(activity: Activity, *, people: Iterable[Deputy] | None = None) -> list[Deputy]:
    """Those whom `tell_asked` tells."""
    rows = ActivityAttendance.objects.filter(activity=activity).select_related("deputy__user")
    if people is not None:
        rows = rows.filter(deputy__in=[person.pk for person in people])
    return [row.deputy for row in rows if row.expected or not activity.required]


def tell_dropped(activity: Activity, people: Iterable[Deputy], at: datetime) -> None:
    """Tell those who were taken off the list."""
    tell_deputies(people, f"“{activity.title}”您不用参加了。", reverse("my-activities"), at, kind=Kind.ACTIVITY)


def tell_recorder(activity: Activity, text: str, at: datetime) -> None:
    """Tell whoever arranged the activity."""
    notify(
        kind=Kind.ACTIVITY, users=[activity.recorder], text=text, link=reverse("activity", args=[activity.uid]), at=at
    )


def tell_clerks(activity: Activity, places: Iterable[Station], text: str, at: datetime) -> None:
    """Tell the clerks of the stations that hold it together with others."""
    keys = [place.pk for place in places]
    rows = Posting.objects.in_force(today_here(at)).filter(station__in=keys, role=Role.CLERK)
    users = {row.user for row in rows.select_related("user")}
    link = reverse("activity", args=[activity.uid])
    notify(kind=Kind.ACTIVITY, users=sorted(users, key=lambda user: user.pk), text=text, link=link, at=at)


def announce_presence(activity: Activity, deputies: Iterable[int], *, years: Iterable[int] | None = None) -> None:
    """After commit: what these deputies (by key) did at the activity is new or counts no longer."""
    keys = sorted(set(deputies))
    for year in years or [activity.held_on.year]:
        announce(attendance_changed, sender=Activity, log=None, deputy_ids=keys, year=year)
