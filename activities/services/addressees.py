"""Who has to be told about duties: deputies with an account, and those who decide at a branch."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from deputies.models import Deputy
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from stations.models import Posting, Station
from stations.states import Role


def tell_deputies(people: Iterable[Deputy], text: str, link: str, at: datetime) -> None:
    """Put `text` into the inbox of each of the deputies who has an account."""
    notify(users=[person.user for person in people if person.user_id], text=text, link=link, at=at)


def tell_deciders(branch: Station, text: str, link: str, at: datetime, *, without: Iterable = ()) -> None:
    """Tell the station's clerks and the branch's head, except the users `without`: whoever acted knows already."""
    knowing = {user.pk for user in without if user is not None}
    rows = Posting.objects.in_force(today_here(at)).filter(
        Q(station=branch.parent_id, role=Role.CLERK) | Q(station=branch.pk, role=Role.BRANCH_HEAD)
    )
    users = {row.user for row in rows.select_related("user") if row.user_id not in knowing}
    notify(users=sorted(users, key=lambda user: user.pk), text=text, link=link, at=at)
