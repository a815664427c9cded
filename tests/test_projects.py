"""Livelihood projects (民生实事): the county's list of a year, and the activities that inspect them."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from activities.models import Activity, LivelihoodProject
from activities.services import add_project, edit_project, record_activity
from activities.states import ActivityKind, ActivityState, Presence
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.working_days import today_here
from tests.cast import moment

pytestmark = pytest.mark.django_db

TODAY = date(2026, 5, 10)
AT = moment(TODAY)


def project(cast, title="农村饮水安全提升", year=2026, actor=None, **fields) -> LivelihoodProject:
    return add_project(county=cast.county, year=year, title=title, actor=actor or cast.staff, at=AT, **fields)


def inspect(cast, row, on=date(2026, 4, 1), station=None, actor=None, state=ActivityState.HELD) -> Activity:
    made = record_activity(
        station=station or cast.gt, kind=ActivityKind.INSPECTION, title="视察供水站", held_on=on,
        attendance={cast.deputy_person: Presence.PRESENT}, actor=actor or cast.clerk, at=moment(max(on, TODAY)),
    )  # fmt: skip
    Activity.objects.filter(pk=made.pk).update(project=row, state=state)
    return made


@pytest.mark.parametrize("who", ["staff", "admin"])
def test_the_county_keeps_the_list(cast, who):
    row = project(cast, actor=getattr(cast, who), department=cast.shuili, note="新建供水站两处")
    assert (row.county, row.department, row.finished_on) == (cast.county, cast.shuili, None)
    edit_project(project=row, finished_on=TODAY, actor=getattr(cast, who), at=AT)
    row.refresh_from_db()
    assert row.finished_on == TODAY


@pytest.mark.parametrize("who", ["clerk", "head", "deputy", "auditor", "officer"])
def test_nobody_else_does(cast, who):
    row = project(cast)
    with pytest.raises(NotAllowed):
        project(cast, title="别的", actor=getattr(cast, who))
    with pytest.raises(NotAllowed):
        edit_project(project=row, note="x", actor=getattr(cast, who), at=AT)


def test_one_of_a_title_a_year(cast):
    row = project(cast)
    with pytest.raises(Conflict):
        project(cast, title=" 农村饮水安全提升 ")
    project(cast, year=2027)
    other = project(cast, title="别的")
    with pytest.raises(Conflict):
        edit_project(project=other, title=row.title, actor=cast.staff, at=AT)


@pytest.mark.parametrize(("field", "wrong"), [
    ("title", {"title": ""}), ("title", {"title": "字" * 81}), ("note", {"note": "字" * 301}),
    ("finished_on", {"finished_on": TODAY + timedelta(days=1)}),
])  # fmt: skip
def test_what_needs_another_look(cast, field, wrong):
    with pytest.raises(DomainError) as caught:
        project(cast, **wrong)
    assert field in caught.value.fields
