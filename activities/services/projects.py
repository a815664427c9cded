"""The county's livelihood projects of a year (民生实事), which activities inspect."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from activities.models import LivelihoodProject
from activities.permissions import can_keep_projects
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.texts import clean_text
from julu_liaison.common.working_days import today_here
from stations.models import Department, Station
from stations.services import hold_place


@transaction.atomic
def add_project(
    *, county: Station, year: int, title: str, actor, at: datetime, department: Department | None = None,
    note: str = "", finished_on: date | None = None,
) -> LivelihoodProject:  # fmt: skip
    """Put a project on the county's list of a year."""
    county = hold_place(county)
    _demand_keeper(county.pk, actor)
    row = LivelihoodProject(county=county, year=year)
    _set(row, at, title=title, department=department, note=note, finished_on=finished_on)
    row.save(force_insert=True)
    audit.record("add_project", actor=actor, target=row, county_code=county.code, at=at, title=row.title, year=year)
    return row


@transaction.atomic
def edit_project(*, project: LivelihoodProject, actor, at: datetime, **changes) -> LivelihoodProject:
    """Change `title`, `department`, `note`, or say when it was finished (`finished_on`)."""
    rows = LivelihoodProject.objects.select_for_update(of=("self",)).select_related("county")
    row = rows.get(pk=project.pk)
    _demand_keeper(row.county_id, actor)
    before = {name: getattr(row, name) for name in changes}
    _set(row, at, **changes)
    changed = sorted(name for name, value in before.items() if getattr(row, name) != value)
    if changed:
        row.save(update_fields=changed)
        audit.record("edit_project", actor=actor, target=row, county_code=row.county.code, at=at, columns=changed)
    return row


def _demand_keeper(county_id: int, actor) -> None:
    if not can_keep_projects(actor, county_id):
        raise NotAllowed("民生实事的清单由县人大办公室维护,请联系他们修改。")


def _set(row: LivelihoodProject, at: datetime, **values) -> None:
    for name in ("title", "note"):
        if name in values:
            values[name] = clean_text(values[name])
    for name, value in values.items():
        setattr(row, name, value)
    if row.finished_on and row.finished_on > today_here(at):
        raise DomainError("完成日期不能晚于今天。", fields={"finished_on": "不能晚于今天"})
    if row.department and row.department.county_id != row.county_id:
        raise DomainError("请选本县的部门。", fields={"department": "请选本县的部门"})
    try:
        row.clean_fields(exclude=["county", "department"])
    except ValidationError as error:
        problems = {name: sentences[0] for name, sentences in error.message_dict.items()}
        raise DomainError("请改好填写的内容。", fields=problems) from error
    twins = LivelihoodProject.objects.filter(county=row.county_id, year=row.year, title=row.title)
    if twins.exclude(pk=row.pk).exists():
        raise Conflict(f"{row.year}年已经有这一项了。", fields={"title": "这一年已经有这一项"})
