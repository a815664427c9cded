"""Giving and ending postings (岗位)."""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.history import save_traced
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from stations.models import Department, Posting, Station
from stations.permissions import can_appoint
from stations.querysets import forget_scope
from stations.states import DEPARTMENT_ROLES, LEVEL_OF_ROLE, OFFICE_ROLES, SEPARATED_ROLES, Role


@transaction.atomic
def appoint(
    *, user, role: str, started_on: date, actor, station: Station | None = None, department: Department | None = None
) -> Posting:
    """Give `user` a role at a place from `started_on` on.

    `actor=None` is the system itself: seeding, and memberships, which create the postings of head and deputy.
    Raises DomainError when place and role do not fit, NotAllowed for one's own role.
    """
    place = fitting_place(role, station, department)
    _demand_appointer(actor, place, [user])
    _demand_separation(user, role, started_on, None)
    standing = Posting.objects.filter(user=user, role=role, station=station, department=department, ended_on=None)
    if posting := standing.first():
        return posting
    posting = Posting(user=user, role=role, station=station, department=department, started_on=started_on)
    save_traced(posting, actor=actor)
    forget_scope(user)
    audit.record(
        "appoint", actor=actor, target=user, county_code=_county_of(place), role=role, place=place.code,
        from_day=str(started_on),
    )  # fmt: skip
    return posting


@transaction.atomic
def end_posting(*, posting: Posting, ended_on: date, actor) -> Posting:
    """End a posting; `ended_on` is its last day. `actor=None` as in `appoint`."""
    place = fitting_place(posting.role, posting.station, posting.department)
    original = posting.stands_in_for
    _demand_appointer(actor, place, [posting.user, original.user] if original else [posting.user])
    last_day = max(ended_on, posting.started_on)
    if posting.ended_on and last_day > posting.ended_on:
        raise DomainError(
            f"这个岗位已定{posting.ended_on}结束,不能往后改;要继续的请另外安排。", fields={"ended_on": "不能往后改"}
        )
    _put_end(posting, last_day, actor)
    for handover in posting.handovers.filter(ended_on__gt=last_day, started_on__lte=last_day):
        _put_end(handover, last_day, actor)
    for handover in posting.handovers.filter(started_on__gt=last_day):
        # It has not begun: its first day stays for the record, the posting behind it is gone before.
        _put_end(handover, handover.started_on, actor)
    audit.record(
        "end_posting", actor=actor, target=posting.user, county_code=_county_of(place), role=posting.role, place=place.code
    )
    return posting


def _county_of(place: Station | Department) -> str:
    """Where it is recorded: an account's own county may be another one, or none."""
    county = place.county  # a centre's own is not set while it is being opened
    return county.code if county else place.code


def _put_end(posting: Posting, last_day: date, actor) -> None:
    posting.ended_on = last_day
    save_traced(posting, actor=actor, update_fields=["ended_on"])
    forget_scope(posting.user)


@transaction.atomic
def hand_over(*, posting: Posting, to, started_on: date, ended_on: date, actor) -> Posting:
    """Let the account `to` stand in for a posting (代管) from `started_on` to `ended_on`, both included.

    Whoever is stood in for keeps the posting. What `to` does by it is marked in the audit trail and in a ticket's
    history. Raises DomainError for a period outside the posting's own or a role that follows from membership.
    """
    place = fitting_place(posting.role, posting.station, posting.department)
    _demand_appointer(actor, place, [to, posting.user])
    _demand_fit_handover(posting, to, started_on, ended_on)
    _demand_separation(to, posting.role, started_on, ended_on)
    handover = Posting(
        user=to, role=posting.role, station=posting.station, department=posting.department, started_on=started_on,
        ended_on=ended_on, stands_in_for=posting,
    )  # fmt: skip
    handover.full_clean()
    save_traced(handover, actor=actor)
    forget_scope(to)
    words = f"{started_on:%-m月%-d日}至{ended_on:%-m月%-d日}由您代管{posting.user.name}的岗位:{place}。"
    notify(kind=Kind.OFFICE, users=[to], text=words, at=timezone.now())
    audit.record(
        "hand_over", actor=actor, target=to, county_code=_county_of(place), role=posting.role, place=place.code,
        of=posting.user.username, from_day=str(started_on), to_day=str(ended_on),
    )  # fmt: skip
    return handover


def _demand_fit_handover(posting: Posting, to, started_on: date, ended_on: date) -> None:
    if posting.stands_in_for_id:
        raise DomainError("代管的岗位不能再交给别人代管。", fields={"stands_in_for": "请选原来的岗位"})
    if posting.role not in OFFICE_ROLES:
        raise DomainError("站长和代表的岗位随驻站走,不能代管。", fields={"stands_in_for": "请选工作人员的岗位"})
    if to.pk == posting.user_id:
        raise DomainError("不能由本人代管本人的岗位,请选另一个人。", fields={"user": "请选另一个人"})
    if ended_on < started_on:
        raise DomainError("结束日期不能早于开始日期。", fields={"ended_on": "要晚于开始日期"})
    other = posting.handovers.filter(started_on__lte=ended_on, ended_on__gte=started_on).select_related("user").first()
    if other:
        raise DomainError(
            f"{other.started_on}至{other.ended_on}已经由{other.user.name}代管,请先结束那一次,或者换个日期。",
            fields={"started_on": "这段时间已经有人代管"},
        )
    if started_on < posting.started_on or (posting.ended_on and ended_on > posting.ended_on):
        raise DomainError("代管的日期要在原岗位的任期以内。", fields={"started_on": "要在原岗位的任期以内"})


def _demand_appointer(actor, place: Station | Department, concerned: list) -> None:
    """Nobody gives, takes or hands over a role of their own; `actor=None` is the system itself."""
    if actor is None:
        return
    if any(actor.pk == user.pk for user in concerned):
        raise NotAllowed("不能安排自己的岗位,请由另一位管理员办理。")
    if not can_appoint(actor, place.county_id):
        raise NotAllowed("岗位由县级管理员(安全管理员)安排,请联系他们。")


def _demand_separation(user, role: str, first: date, last: date | None) -> None:
    """Where duties are separated, one of the three roles goes with no other office role on any day of the period."""
    if not settings.SEPARATE_DUTIES or role not in OFFICE_ROLES:
        return
    others = Posting.objects.overlapping(first, last).filter(user=user, role__in=OFFICE_ROLES).exclude(role=role)
    held = set(others.values_list("role", flat=True))
    if held and (role in SEPARATED_ROLES or held & set(SEPARATED_ROLES)):
        words = "、".join(Role(one).label for one in sorted(held))
        raise DomainError(
            f"{user.name}已经是{words}。系统管理员、安全管理员、审计员要由三个人分别担任,也不兼别的岗位。",
            fields={"role": "要由不同的人担任"},
        )


def fitting_place(role: str, station: Station | None, department: Department | None) -> Station | Department:
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
