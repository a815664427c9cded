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


def inspect(cast, row, on=date(2026, 4, 1), station=None, actor=None, state=ActivityState.HELD, deputy=None) -> Activity:
    made = record_activity(
        station=station or cast.gt, kind=ActivityKind.INSPECTION, title="视察供水站", held_on=on,
        attendance={deputy or cast.deputy_person: Presence.PRESENT}, actor=actor or cast.clerk,
        at=moment(max(on, TODAY)),
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


# ---- Pages -----------------------------------------------------------------------------------------------------------

YEAR = today_here().year


@pytest.mark.parametrize(("who", "read", "write"), [
    ("staff", 200, 200), ("admin", 200, 200), ("auditor", 200, 403), ("clerk", 200, 403), ("stranger", 200, 403),
    ("head", 200, 403), ("deputy", 200, 403), ("officer", 403, 403), (None, 302, 302),
])  # fmt: skip
def test_who_opens_what(cast, client, who, read, write):
    row = project(cast, year=YEAR)
    if who:
        client.force_login(getattr(cast, who), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("projects")).status_code == read
    assert client.get(reverse("project-add")).status_code == write
    assert client.get(reverse("project", args=[row.uid])).status_code == (404 if who == "officer" else read)
    answer = client.post(reverse("project", args=[row.uid]), {"title": row.title, "note": "写了"})
    assert answer.status_code == {200: 302, 403: 404 if who == "officer" else 403, 302: 302}[write]


def test_adding_and_finishing_on_the_pages(cast, signed_in):
    client = signed_in(cast.staff)
    bad = client.post(reverse("project-add"), {"title": "", "note": "新建供水站"})
    assert bad.status_code == 400 and "请填名称" in bad.text and "新建供水站" in bad.text
    client.post(reverse("project-add"), {"title": "饮水安全", "department": cast.shuili.pk, "note": "新建供水站"})
    row = LivelihoodProject.objects.get()
    assert (row.title, row.department, row.year) == ("饮水安全", cast.shuili, YEAR)
    assert client.post(reverse("project-add"), {"title": "饮水安全"}).status_code == 409
    client.post(reverse("project", args=[row.uid]), {"title": "饮水安全", "finished_on": today_here().isoformat()})
    assert f"{today_here().day}日完成" in client.get(reverse("projects")).text


def test_a_project_lists_the_activities_that_inspected_it(cast, signed_in):
    row = project(cast, year=YEAR)
    mine = inspect(cast, row, today_here())
    inspect(cast, row, today_here(), cast.yt, cast.stranger, deputy=cast.deputies["YT01"][0])
    inspect(cast, row, today_here(), state=ActivityState.CANCELLED)
    inspect(cast, None, today_here())
    county = signed_in(cast.staff)
    assert [one.inspections for one in county.get(reverse("projects")).context["rows"]] == [2]
    assert len(county.get(reverse("project", args=[row.uid])).context["activities"]) == 3
    own = signed_in(cast.clerk).get(reverse("project", args=[row.uid])).context["activities"]
    assert mine in own and len(own) == 2  # of the other station's activity the clerk sees nothing


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_with_one_and_three(cast, signed_in, django_assert_num_queries, count):
    rows = [project(cast, f"第{number}项", YEAR, department=cast.shuili) for number in range(count)]
    for _ in range(count):
        inspect(cast, rows[0], today_here())
    client = signed_in(cast.clerk)
    for url, queries in ((reverse("projects"), 7), (reverse("project", args=[rows[0].uid]), 8)):
        client.get(url)
        with django_assert_num_queries(queries):
            assert client.get(url).status_code == 200
