"""Villages and departments."""

from collections.abc import Iterable

from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.history import load_traced, save_traced
from stations.models import Department, Station, Village
from stations.permissions import can_edit_places
from stations.services.tree import hold_places
from stations.states import Level


def _demand_county_staff(actor, county_id: int) -> None:
    if not can_edit_places(actor, county_id):
        raise NotAllowed("这项资料由县人大办公室维护,请联系他们修改。")


@transaction.atomic
def add_village(*, name: str, branch: Station, actor) -> Village:
    _demand_county_staff(actor, branch.county_id)
    _demand_open_branches([branch])
    village = Village(name=name, branch=branch)
    village.full_clean()
    save_traced(village, actor=actor)
    audit.record("add_village", actor=actor, target=village, name=name, branch=branch.code)
    return village


@transaction.atomic
def load_villages(*, names: dict[Station, list[str]], actor) -> list[Village]:
    """Add many villages at once, by branch: one insert and one audit row."""
    for county_id in sorted({branch.county_id for branch in names}):
        _demand_county_staff(actor, county_id)
    _demand_open_branches(names)
    villages = [Village(name=name, branch=branch) for branch, here in names.items() for name in here]
    for village in villages:
        village.clean_fields(exclude=["branch"])
    load_traced(villages, Village, actor=actor)
    audit.record("load_villages", actor=actor, added=len(villages))
    return villages


@transaction.atomic
def edit_village(*, village: Village, actor, **changes) -> Village:
    _demand_county_staff(actor, village.branch.county_id)
    if "branch" in changes:
        _demand_open_branches([changes["branch"]])
    return _edit("edit_village", village, actor, changes)


def _demand_open_branches(branches: Iterable[Station]) -> None:
    """Raises DomainError for a place that is no branch or is closed; keeps the rest open until the transaction ends."""
    held = hold_places(branches)
    if any(branch.level != Level.BRANCH for branch in held):
        raise DomainError("村要归到一个分站,请选分站。", fields={"branch": "请选分站"})
    closed = next((branch for branch in held if branch.closed_on), None)
    if closed:
        raise DomainError(f"{closed.full_name}已经撤销,请选别的分站。", fields={"branch": "已经撤销,请选别的分站"})


@transaction.atomic
def add_department(*, code: str, name: str, county: Station, actor, **fields) -> Department:
    _demand_county_staff(actor, county.pk)
    department = Department(code=code, name=name, county=county, **fields)
    department.full_clean()
    save_traced(department, actor=actor)
    audit.record("add_department", actor=actor, target=department, county_code=county.code)
    return department


@transaction.atomic
def edit_department(*, department: Department, actor, **changes) -> Department:
    _demand_county_staff(actor, department.county_id)
    return _edit("edit_department", department, actor, changes)


def _edit(action: str, row, actor, changes: dict):
    before = {name: str(getattr(row, name)) for name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    row.full_clean()
    save_traced(row, actor=actor)
    audit.record(action, actor=actor, target=row, before=before, after={k: str(v) for k, v in changes.items()})
    return row
