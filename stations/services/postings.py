"""Giving and ending postings (岗位)."""

from datetime import date

from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.history import save_traced
from stations.models import Department, Posting, Station
from stations.permissions import can_appoint
from stations.querysets import forget_scope
from stations.states import DEPARTMENT_ROLES, LEVEL_OF_ROLE, Role


@transaction.atomic
def appoint(
    *, user, role: str, started_on: date, actor, station: Station | None = None, department: Department | None = None
) -> Posting:
    """Give `user` a role at a place from `started_on` on.

    `actor=None` is the system itself: seeding, and memberships, which create the postings of head and deputy.
    Raises DomainError when place and role do not fit, NotAllowed for one's own role.
    """
    place = _fitting_place(role, station, department)
    county_id = place.county_id
    if actor is not None:
        if actor.pk == user.pk:
            raise NotAllowed("不能给自己安排岗位,请由另一位管理员办理。")
        if not can_appoint(actor, county_id):
            raise NotAllowed("岗位由县级管理员安排,请联系他们。")
    standing = Posting.objects.filter(user=user, role=role, station=station, department=department, ended_on=None)
    if posting := standing.first():
        return posting
    posting = Posting(user=user, role=role, station=station, department=department, started_on=started_on)
    save_traced(posting, actor=actor)
    forget_scope(user)
    audit.record("appoint", actor=actor, target=user, role=role, place=place.code, from_day=str(started_on))
    return posting


@transaction.atomic
def end_posting(*, posting: Posting, ended_on: date, actor) -> Posting:
    """End a posting; `ended_on` is its last day. `actor=None` as in `appoint`."""
    place = _fitting_place(posting.role, posting.station, posting.department)
    if actor is not None and (actor.pk == posting.user_id or not can_appoint(actor, place.county_id)):
        raise NotAllowed("岗位由县级管理员安排,而且不能改自己的岗位。")
    posting.ended_on = max(ended_on, posting.started_on)
    save_traced(posting, actor=actor, update_fields=["ended_on"])
    forget_scope(posting.user)
    audit.record("end_posting", actor=actor, target=posting.user, role=posting.role, place=place.code)
    return posting


def _fitting_place(role: str, station: Station | None, department: Department | None) -> Station | Department:
    """Return the one place a role is held at; raises DomainError when it does not fit the role."""
    if role in DEPARTMENT_ROLES:
        if department is None or station is not None:
            raise DomainError("部门岗位请选部门。", fields={"department": "请选部门"})
        return department
    if station is None or department is not None:
        raise DomainError("这个岗位请选站点。", fields={"station": "请选站点"})
    level = LEVEL_OF_ROLE[Role(role)]
    if station.level != level:
        raise DomainError(f"“{Role(role).label}”这个岗位要设在{level.label}。", fields={"station": "层级不对"})
    return station
