"""Who has to be told about duties: deputies with an account, and those who decide at a branch."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from deputies.models import Deputy
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from stations.models import Posting, Station
from stations.states import Role


class Reach(NamedTuple):
    """Of some deputies those whom a notice reaches, and those who have to be telephoned."""

    told: list[Deputy]
    to_call: list[Deputy]


def reach_of(people: Iterable[Deputy]) -> Reach:
    """Part people by whether they have an account that is in use; read them with their `user`."""
    found = Reach([], [])
    for person in people:
        reached = person.user_id is not None and person.user.is_active  # type: ignore[union-attr]
        (found.told if reached else found.to_call).append(person)
    return found


def tell_deputies(
    people: Iterable[Deputy], text: str, link: str, at: datetime, *, kind: Kind = Kind.DUTY, urgent: bool = False,
    fit_for_outside: bool = False,
) -> None:  # fmt: skip
    """Put `text` into the inbox of each of the deputies whom a notice reaches (`reach_of`); the rest as for `notify`."""
    users = [person.user for person in reach_of(people).told]
    notify(kind=kind, users=users, text=text, link=link, at=at, urgent=urgent, fit_for_outside=fit_for_outside)


def tell_deciders(
    branch: Station, text: str, link: str, at: datetime, *, without: Iterable = (), kind: Kind = Kind.DUTY,
    fit_for_outside: bool = False,
) -> None:  # fmt: skip
    """Tell the station's clerks and the branch's head, except the users `without`: whoever acted knows already."""
    knowing = {user.pk for user in without if user is not None}
    rows = Posting.objects.in_force(today_here(at)).filter(
        Q(station=branch.parent_id, role=Role.CLERK) | Q(station=branch.pk, role=Role.BRANCH_HEAD)
    )
    users = {row.user for row in rows.select_related("user") if row.user_id not in knowing}
    people = sorted(users, key=lambda user: user.pk)
    notify(kind=kind, users=people, text=text, link=link, at=at, fit_for_outside=fit_for_outside)
