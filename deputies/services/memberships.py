"""Assigning deputies to branches (驻站); their postings follow."""

from datetime import date, timedelta

from django.db import transaction

from deputies.models import Deputy, Membership
from deputies.services.people import demand_editor
from deputies.states import MandateLevel, MembershipRole
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError
from julu_liaison.common.history import save_traced
from stations.models import Posting, Station
from stations.services import appoint, end_posting, hold_place
from stations.states import Level, Role

POSTING_OF = {MembershipRole.HEAD: Role.BRANCH_HEAD, MembershipRole.MEMBER: Role.DEPUTY}


@transaction.atomic
def assign_to_branch(*, deputy: Deputy, branch: Station, role: str, started_on: date, actor) -> Membership:
    """Assign a deputy to a branch as head (站长) or member; an earlier membership ends the day before `started_on`.

    One that began on that very day was a mistake and is corrected in place. The head must hold a county mandate on
    that day, and a branch has one head at a time.
    """
    demand_editor(actor, deputy, "驻站分配由县人大办公室办理。")
    if branch.level != Level.BRANCH:
        raise DomainError("代表要分到一个分站,请选分站。", fields={"branch": "请选分站"})
    branch = _open_branch(branch)
    Deputy.objects.select_for_update().get(pk=deputy.pk)
    if role == MembershipRole.HEAD:
        _demand_fit_head(deputy, branch, started_on)
    current = deputy.memberships.filter(ended_on=None).select_related("branch").first()
    if current and (current.branch_id, current.role) == (branch.pk, role):
        return current
    membership = Membership(deputy=deputy, started_on=started_on)
    if current and current.started_on == started_on:
        _end_posting(current, started_on)
        membership = current
    elif current:
        _end_membership(current, started_on, actor)
    membership.branch, membership.role = branch, role
    membership.full_clean(exclude=["deputy", "branch"])
    save_traced(membership, actor=actor)
    give_posting(membership)
    audit.record("assign_to_branch", actor=actor, target=deputy, branch=branch.code, role=role)
    return membership


def carry_over(*, membership: Membership, into: Station, role: str, on: date, actor) -> Membership:
    """Let a membership go on in another branch from `on`, until the day it was to end; part of merging two branches.

    One that begins on that day or later has never counted in the old branch and is put over as it is.
    """
    last_day = on - timedelta(days=1)
    going_on = membership
    _end_posting(membership, last_day)
    if membership.started_on < on:
        going_on = Membership(deputy=membership.deputy, started_on=on, ended_on=membership.ended_on)
        membership.ended_on = last_day
        save_traced(membership, actor=actor, update_fields=["ended_on"])
    going_on.branch, going_on.role = into, role
    going_on.full_clean(exclude=["deputy", "branch"])
    save_traced(going_on, actor=actor)
    give_posting(going_on)
    audit.record("carry_over", actor=actor, target=membership.deputy, branch=into.code, role=role)
    return going_on


def _open_branch(branch: Station) -> Station:
    """Nobody is assigned to a closed branch, nor while it's being closed."""
    branch = hold_place(branch)
    if branch.closed_on is not None:
        raise DomainError(f"{branch.full_name}已经撤销,请选别的分站。", fields={"branch": "已经撤销,请选别的分站"})
    return branch


def _demand_fit_head(deputy: Deputy, branch: Station, on: date) -> None:
    if not deputy.mandates.in_force(on).filter(level=MandateLevel.COUNTY).exists():
        raise DomainError(f"{deputy.name}没有县级代表资格,不能当站长。", fields={"role": "站长要由县级代表担任"})
    head = Membership.objects.filter(branch=branch, role=MembershipRole.HEAD, ended_on=None).exclude(deputy=deputy)
    if head.exists():
        raise Conflict(f"{branch.full_name}已经有站长了,请先调整原来的站长。", fields={"role": "已经有站长了"})


def _end_membership(membership: Membership, new_start: date, actor) -> None:
    last_day = new_start - timedelta(days=1)
    if last_day < membership.started_on:
        raise DomainError(
            f"{membership.deputy.name}{membership.started_on}才到{membership.branch.full_name},新的日期要晚一些。"
        )
    membership.ended_on = last_day
    save_traced(membership, actor=actor, update_fields=["ended_on"])
    _end_posting(membership, last_day)


def give_posting(membership: Membership) -> None:
    if not membership.deputy.user_id:
        return
    posting = appoint(
        user=membership.deputy.user, role=POSTING_OF[MembershipRole(membership.role)], station=membership.branch,
        started_on=membership.started_on, actor=None,
    )  # fmt: skip
    if membership.ended_on:
        end_posting(posting=posting, ended_on=membership.ended_on, actor=None)


def _end_posting(membership: Membership, last_day: date) -> None:
    if not membership.deputy.user_id:
        return
    role = POSTING_OF[MembershipRole(membership.role)]
    rows = Posting.objects.filter(
        user=membership.deputy.user_id, role=role, station=membership.branch_id, ended_on=None
    )
    for posting in rows.select_related("user", "station"):
        end_posting(posting=posting, ended_on=last_day, actor=None)
