"""Writes of the deputies app: people, mandates, memberships, accounts, consent.

`actor=None` is the system itself, at the command line; see `deputies.permissions`.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from deputies.models import BoardEdition, Deputy, Mandate, Membership
from deputies.permissions import can_edit_deputy, can_import_deputies, can_print_boards
from deputies.rules import name_initials, name_sort_key
from deputies.states import MandateLevel, MembershipRole
from julu_liaison.accounts.models import User
from julu_liaison.accounts.services import first_password, open_account
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.numbering import next_number, next_numbers
from stations.models import Posting, Station
from stations.services import appoint, end_posting
from stations.states import Level, Role

POSTING_OF = {MembershipRole.HEAD: Role.BRANCH_HEAD, MembershipRole.MEMBER: Role.DEPUTY}


def _demand_editor(actor, deputy: Deputy, sentence: str) -> None:
    if not can_edit_deputy(actor, deputy):
        raise NotAllowed(sentence)


@transaction.atomic
def add_deputy(*, county: Station, actor, **fields) -> Deputy:
    """Register a person. `fields` are columns of Deputy; the permanent code is given here."""
    deputy = Deputy(county=county, **fields)
    _demand_editor(actor, deputy, "代表资料由县人大办公室维护,请联系他们。")
    deputy.code = f"{county.code}-{next_number(f'deputy:{county.code}'):04d}"
    _derive_name_columns(deputy)
    deputy.full_clean(exclude=["user"])
    deputy.save()
    audit.record("add_deputy", actor=actor, target=deputy, county_code=county.code)
    return deputy


@transaction.atomic
def edit_deputy(*, deputy: Deputy, actor, **changes) -> Deputy:
    """Change a person's details; only real changes are written and audited (names of the columns, not values)."""
    _demand_editor(actor, deputy, "代表资料由县人大办公室维护,请联系他们。")
    fresh = Deputy.objects.select_for_update().get(pk=deputy.pk)
    changed = {name: value for name, value in changes.items() if getattr(fresh, name) != value}
    if not changed:
        return fresh
    for name, value in changed.items():
        setattr(fresh, name, value)
    _derive_name_columns(fresh)
    fresh.full_clean(exclude=["user"])
    fresh.save()
    audit.record("edit_deputy", actor=actor, target=fresh, columns=sorted(changed))
    return fresh


@dataclass(frozen=True)
class NewMandate:
    """A mandate to load: level, 届次, 选区 and the first day."""

    level: str
    term: str
    constituency: str
    started_on: date


@dataclass(frozen=True)
class NewDeputy:
    """A person to load with mandates and branch. `columns` are columns of Deputy, as for `add_deputy`."""

    columns: dict[str, Any]
    mandates: tuple[NewMandate, ...]
    branch: Station
    role: str
    started_on: date


@transaction.atomic
def load_deputies(*, county: Station, people: list[NewDeputy], actor) -> list[Deputy]:
    """Register many new people with their mandates and memberships: what `add_deputy`, `grant_mandate` and
    `assign_to_branch` do one by one, in three inserts and one audit row. Codes are given in the order of `people`.

    Raises NotAllowed, ValidationError for a column, and the errors of `assign_to_branch` for an unfit head.
    """
    if not can_import_deputies(actor, county):
        raise NotAllowed("代表资料由县人大办公室维护,请联系他们。")
    if not people:
        return []
    _demand_fit_heads(people)
    numbers = next_numbers(f"deputy:{county.code}", len(people))
    deputies = [
        Deputy(county=county, code=f"{county.code}-{number:04d}", **person.columns)
        for number, person in zip(numbers, people, strict=True)
    ]
    for deputy in deputies:
        _derive_name_columns(deputy)
        deputy.clean_fields(exclude=["county", "user"])
    pairs = list(zip(Deputy.objects.bulk_create(deputies), people, strict=True))
    Mandate.objects.bulk_create(
        Mandate(
            deputy=deputy, level=new.level, term=new.term, constituency=new.constituency, started_on=new.started_on
        )
        for deputy, person in pairs
        for new in person.mandates
    )  # fmt: skip
    Membership.objects.bulk_create(
        Membership(deputy=deputy, branch=person.branch, role=person.role, started_on=person.started_on)
        for deputy, person in pairs
    )
    audit.record("load_deputies", actor=actor, target=county, county_code=county.code, added=len(deputies))
    return deputies


def _demand_fit_heads(people: list[NewDeputy]) -> None:
    heads = [person for person in people if person.role == MembershipRole.HEAD]
    unfit = [
        person.columns["name"]
        for person in heads
        if not any(new.level == MandateLevel.COUNTY and new.started_on <= person.started_on for new in person.mandates)
    ]
    if unfit:
        raise DomainError(f"{'、'.join(unfit)}没有县级代表资格,不能当站长。", fields={"role": "站长要由县级代表担任"})
    branches = [person.branch.pk for person in heads]
    standing = Membership.objects.filter(branch__in=branches, role=MembershipRole.HEAD, ended_on=None)
    if len(branches) != len(set(branches)) or standing.exists():
        raise Conflict("有的分站已经有站长了,请先调整原来的站长。", fields={"role": "已经有站长了"})


def _derive_name_columns(deputy: Deputy) -> None:
    deputy.initials = name_initials(deputy.name)[:20]
    deputy.sort_key = name_sort_key(deputy.name)


@transaction.atomic
def grant_mandate(
    *, deputy: Deputy, level: str, term: str, started_on: date, actor, constituency: str = ""
) -> Mandate:
    """Record that a deputy was elected to the congress of `level` for `term`."""
    _demand_editor(actor, deputy, "代表资格由县人大办公室登记。")
    if deputy.mandates.filter(level=level, ended_on=None).exists():
        raise Conflict(f"{deputy.name}已经有{MandateLevel(level).label}级代表资格,请先结束原来的。")
    mandate = Mandate(deputy=deputy, level=level, term=term, started_on=started_on, constituency=constituency)
    mandate.full_clean(exclude=["deputy"])
    mandate.save()
    audit.record("grant_mandate", actor=actor, target=deputy, level=level, term=term)
    return mandate


@transaction.atomic
def edit_mandate(*, mandate: Mandate, actor, **changes) -> Mandate:
    """Correct 届次 or 选区 of a mandate as it was entered; a new term is a mandate of its own."""
    _demand_editor(actor, mandate.deputy, "代表资格由县人大办公室登记。")
    unknown = set(changes) - {"term", "constituency"}
    if unknown:
        raise DomainError("代表资格只能改届次和选区。", fields=dict.fromkeys(unknown, "不能改"))
    for name, value in changes.items():
        setattr(mandate, name, value)
    mandate.full_clean(exclude=["deputy"])
    mandate.save(update_fields=sorted(changes))
    audit.record("edit_mandate", actor=actor, target=mandate.deputy, level=mandate.level, columns=sorted(changes))
    return mandate


@transaction.atomic
def end_mandate(*, mandate: Mandate, ended_on: date, reason: str, actor) -> Mandate:
    """End a mandate; `ended_on` is its last day."""
    _demand_editor(actor, mandate.deputy, "代表资格由县人大办公室登记。")
    mandate.ended_on, mandate.end_reason = ended_on, reason
    mandate.full_clean()
    mandate.save(update_fields=["ended_on", "end_reason"])
    audit.record("end_mandate", actor=actor, target=mandate.deputy, level=mandate.level, reason=reason)
    return mandate


@transaction.atomic
def assign_to_branch(*, deputy: Deputy, branch: Station, role: str, started_on: date, actor) -> Membership:
    """Assign a deputy to a branch as head (站长) or member; an earlier membership ends the day before `started_on`.

    One that began on that very day was a mistake and is corrected in place. The head must hold a county mandate on
    that day, and a branch has one head at a time.
    """
    _demand_editor(actor, deputy, "驻站分配由县人大办公室办理。")
    if branch.level != Level.BRANCH:
        raise DomainError("代表要分到一个分站,请选分站。", fields={"branch": "请选分站"})
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
    membership.save()
    _give_posting(membership)
    audit.record("assign_to_branch", actor=actor, target=deputy, branch=branch.code, role=role)
    return membership


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
    membership.save(update_fields=["ended_on"])
    _end_posting(membership, last_day)


def _give_posting(membership: Membership) -> None:
    if membership.deputy.user_id:
        appoint(
            user=membership.deputy.user, role=POSTING_OF[MembershipRole(membership.role)], station=membership.branch,
            started_on=membership.started_on, actor=None,
        )  # fmt: skip


def _end_posting(membership: Membership, last_day: date) -> None:
    if not membership.deputy.user_id:
        return
    role = POSTING_OF[MembershipRole(membership.role)]
    rows = Posting.objects.filter(
        user=membership.deputy.user_id, role=role, station=membership.branch_id, ended_on=None
    )
    for posting in rows.select_related("user", "station"):
        end_posting(posting=posting, ended_on=last_day, actor=None)


@transaction.atomic
def link_account(*, deputy: Deputy, user, actor) -> Deputy:
    """Tie an account to the deputy it belongs to, and give it the postings of their present membership."""
    _demand_editor(actor, deputy, "代表账号由县人大办公室开通。")
    deputy.user = user
    deputy.save(update_fields=["user"])
    for membership in deputy.memberships.filter(ended_on=None).select_related("branch"):
        membership.deputy = deputy
        _give_posting(membership)
    audit.record("link_account", actor=actor, target=deputy, username=user.username)
    return deputy


@transaction.atomic
def record_edition(
    *, branch: Station, size: str, number: int, facts_hash: str, file: str, actor, at: datetime
) -> BoardEdition:
    """Record that a branch's board was printed (公示牌版次); `file` is its path below MEDIA_ROOT.

    `actor=None` is the system itself. Raises Conflict unless `number` is the next one: somebody else has printed.
    """
    if not can_print_boards(actor, branch):
        raise NotAllowed("公示牌由县人大办公室统一制作。")
    Station.objects.select_for_update().get(pk=branch.pk)
    latest = BoardEdition.objects.filter(branch=branch, size=size).aggregate(latest=Max("number"))["latest"] or 0
    if number != latest + 1:
        raise Conflict(f"{branch.full_name}的公示牌刚由别人印出第{latest}版。")
    edition = BoardEdition.objects.create(
        branch=branch, size=size, number=number, facts_hash=facts_hash, file=file, made_at=at, made_by=actor
    )
    assert branch.county is not None  # only while a county is being opened
    county = branch.county.code
    audit.record("print_board", actor=actor, target=branch, county_code=county, at=at, size=size, number=number)
    return edition


@transaction.atomic
def open_deputy_account(*, deputy: Deputy, actor) -> tuple[User, str]:
    """Open the account of a deputy, named after the code; returns it with the first password, which is shown once."""
    if not can_edit_deputy(actor, deputy):
        raise NotAllowed("代表账号由县人大办公室开通。")
    if deputy.user_id:
        raise Conflict(f"{deputy.name}已经有账号了。")
    password = first_password()
    user = open_account(
        username=deputy.code.lower(), name=deputy.name, phone=deputy.phone, password=password, actor=actor
    )
    link_account(deputy=deputy, user=user, actor=actor)
    return user, password
