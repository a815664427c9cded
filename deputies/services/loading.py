"""Registering many people at once, as an import does."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from deputies.models import Deputy, Mandate, Membership
from deputies.permissions import can_import_deputies
from deputies.services.people import demand_evidence, derive_name_columns, refuse_other_ways
from deputies.states import MandateLevel, MembershipRole
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.history import load_traced, update_traced
from julu_liaison.common.numbering import next_numbers
from stations.models import Station


@dataclass(frozen=True)
class NewMandate:
    """A mandate to load: level, 届次, 选区, the first day and, if known, 代表证号."""

    level: str
    term: str
    constituency: str
    started_on: date
    certificate_number: str = ""


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
        derive_name_columns(deputy)
        demand_evidence(deputy)
        deputy.clean_fields(exclude=["county", "user"])
    pairs = list(zip(load_traced(deputies, Deputy, actor=actor), people, strict=True))
    mandates = [
        Mandate(
            deputy=deputy, level=new.level, term=new.term, constituency=new.constituency, started_on=new.started_on,
            certificate_number=new.certificate_number,
        )
        for deputy, person in pairs
        for new in person.mandates
    ]  # fmt: skip
    load_traced(mandates, Mandate, actor=actor)
    memberships = [
        Membership(deputy=deputy, branch=person.branch, role=person.role, started_on=person.started_on)
        for deputy, person in pairs
    ]
    load_traced(memberships, Membership, actor=actor)
    audit.record("load_deputies", actor=actor, target=county, county_code=county.code, added=len(deputies))
    return deputies


@transaction.atomic
def edit_deputies(*, county: Station, changes: dict[int, dict[str, Any]], actor) -> int:
    """Change details of many people, by key: what `edit_deputy` does one by one, in two updates and one audit row.

    Returns how many were really different. Raises what `edit_deputy` raises.
    """
    if not can_import_deputies(actor, county):
        raise NotAllowed("代表资料由县人大办公室维护,请联系他们。")
    columns = sorted({name for details in changes.values() for name in details})
    refuse_other_ways(columns)
    rows = Deputy.objects.select_for_update().filter(county=county, pk__in=changes).order_by("pk")
    changed = [row for row in rows if _put_details(row, changes[row.pk])]
    update_traced(changed, Deputy, [*columns, "initials", "sort_key", "stroke_key"], actor=actor)
    if changed:
        audit.record(
            "edit_deputies", actor=actor, target=county, county_code=county.code, columns=columns, changed=len(changed)
        )  # fmt: skip
    return len(changed)


def _put_details(deputy: Deputy, details: dict[str, Any]) -> bool:
    """Set the details on the row; whether any of them was different."""
    differs = any(getattr(deputy, name) != value for name, value in details.items())
    for name, value in details.items():
        setattr(deputy, name, value)
    if differs:
        derive_name_columns(deputy)
        deputy.clean_fields(exclude=["county", "user"])
    return differs


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
