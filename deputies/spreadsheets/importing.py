"""Importing a register: check everything, then write all of it or nothing."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction

from deputies.permissions import can_import_deputies
from deputies.services import assign_to_branch, edit_deputy, edit_mandate, end_mandate, grant_mandate, load_deputies
from deputies.spreadsheets.columns import COLUMNS
from deputies.spreadsheets.entries import Report, read_entries
from deputies.spreadsheets.matching import find_repeats, match_entries
from deputies.spreadsheets.planning import Planner, Step, registered
from deputies.states import MembershipRole
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.spreadsheets import Problem, UnreadableWorkbook, read_table
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.rules import PlaceBook


class RowRefused(Exception):
    """A service refused what a row asks for, after all checks here had passed."""

    def __init__(self, step: Step, message: str):
        super().__init__(message)
        self.problem = Problem(step.entry.row.number, "", step.entry.name, message)


def check_register(file: Path, *, county: Station, actor, started_on: date) -> Report:
    """Return what importing `file` would do, and write nothing."""
    _demand_permission(actor, county)
    report, _steps = _plan(file, county, started_on)
    return report


def import_register(
    file: Path, *, county: Station, actor, started_on: date, name: str = "", expected: str = ""
) -> Report:
    """Import a county's register (代表名册); all or nothing.

    New mandates and memberships count from `started_on`. Each row means a person as `matching` has it. Empty cells
    change nothing, but an empty 分站职务 is 成员; a level that is no longer in 代表层级 ends the day before.
    An empty 届次 keeps what is registered, or for a new mandate takes the one most rows have, with a warning.
    `expected` is the digest of a report that somebody has agreed to: raises Conflict when things have changed since.
    Raises NotAllowed. `actor=None` is the system itself.
    """
    _demand_permission(actor, county)
    try:
        with transaction.atomic():
            Station.objects.select_for_update().get(pk=county.pk)  # two imports at once would add everybody twice
            report, steps = _plan(file, county, started_on)
            if report.errors:
                return report
            if expected and report.digest != expected:
                raise Conflict("核对以后资料又有变动,请按下面的新结果再核对一次。")
            _write(steps, county, started_on, actor)
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            facts = {"file": name or file.name, "sha256": digest, **report.counts}
            audit.record("import_deputies", actor=actor, target=county, county_code=county.code, **facts)
    except RowRefused as refused:
        return Report(errors=[refused.problem], warnings=report.warnings, table=report.table)
    return report


def _demand_permission(actor, county: Station) -> None:
    if not can_import_deputies(actor, county):
        raise NotAllowed("代表名册由县人大办公室导入,请联系他们。")


def _plan(file: Path, county: Station, started_on: date) -> tuple[Report, list[Step]]:
    report = Report()
    try:
        table = read_table(file, COLUMNS)
    except UnreadableWorkbook as error:
        report.errors.append(Problem(0, "", "", error.message))
        return report, []
    report.table = table
    report.errors += table.problems
    report.warnings += table.warnings
    today = today_here()
    entries = read_entries(table, PlaceBook(county, Station.objects.filter(county=county).open(max(today, started_on)).in_official_order()), today, report)
    if not table.rows:
        report.errors.append(Problem(table.header_row, "", "", "表头下面没有代表,请核对。"))
    entries = find_repeats(entries, report)
    deputies = registered(county, started_on)
    matched = match_entries(entries, deputies, report)
    planner = Planner(deputies, started_on, report)
    steps = planner.steps(entries, matched)
    if not report.errors:
        report.changes = [step.as_change() for step in steps]
        report.missing = planner.missing(entries, matched)
    return report.in_sheet_order(), steps


def _write(steps: list[Step], county: Station, started_on: date, actor) -> None:
    """Members first and heads last, so that branches may exchange their heads in one file."""
    known = [step for step in steps if step.deputy]
    for step in known:
        with _told_by_row(step):
            _write_person(step, started_on, actor)
    for step in known:
        if step.moves and not _is_promoted(step):
            with _told_by_row(step):
                _assign(step, MembershipRole.MEMBER, started_on, actor)
    new = [step for step in steps if not step.deputy]
    if new:
        with _told_by_row(new[0]):
            load_deputies(county=county, people=[step.as_new_deputy(started_on) for step in new], actor=actor)
    for step in known:
        if step.moves and step.role == MembershipRole.HEAD:
            with _told_by_row(step):
                _assign(step, MembershipRole.HEAD, started_on, actor)


def _is_promoted(step: Step) -> bool:
    """Becomes head of the branch where they are a member already."""
    placement = step.deputy.placement
    return bool(placement) and placement.branch_id == step.entry.branch.pk and step.role == MembershipRole.HEAD


def _write_person(step: Step, started_on: date, actor) -> None:
    if step.details:
        edit_deputy(deputy=step.deputy, actor=actor, **step.details)
    for mandate, changes in step.corrections:
        edit_mandate(mandate=mandate, actor=actor, **changes)
    for mandate, reason in step.ends:
        last_day = max(mandate.started_on, started_on - timedelta(days=1))
        end_mandate(mandate=mandate, ended_on=last_day, reason=reason, actor=actor)
    for new in step.grants:
        grant_mandate(
            deputy=step.deputy, level=new.level, term=new.term, constituency=new.constituency,
            started_on=new.started_on, actor=actor,
        )  # fmt: skip


def _assign(step: Step, role: str, started_on: date, actor) -> None:
    assign_to_branch(deputy=step.deputy, branch=step.entry.branch, role=role, started_on=started_on, actor=actor)


@contextmanager
def _told_by_row(step: Step) -> Iterator[None]:
    try:
        yield
    except NotAllowed:
        raise
    except DomainError as error:
        raise RowRefused(step, error.message) from error
    except ValidationError as error:
        raise RowRefused(step, " ".join(error.messages)) from error
