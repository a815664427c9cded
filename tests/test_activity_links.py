"""Ways to activities and back: from work plan, livelihood project and performance file; from a ticket to its visit."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.models import LivelihoodProject, PlanItem, WorkPlan
from activities.services import Audience, Matter, announce_activity, record_activity, register_visit
from activities.states import ActivityKind, Presence
from julu_liaison.common.working_days import today_here
from tests.cast import moment

READERS = ("admin", "staff", "auditor", "clerk", "stranger", "head", "deputy")


@pytest.fixture
def project(cast) -> LivelihoodProject:
    return LivelihoodProject.objects.create(county=cast.county, year=today_here().year, title="农村公路改造")


@pytest.fixture
def item(cast) -> PlanItem:
    plan = WorkPlan.objects.create(station=cast.gt, county=cast.county, year=today_here().year)
    return PlanItem.objects.create(plan=plan, kind=ActivityKind.RESEARCH, title="调研灌溉", due_on=date(plan.year, 12, 31))


def announce(cast, **facts):
    given = {
        "station": cast.gt, "kind": ActivityKind.RESEARCH, "title": "看渠道", "held_on": today_here() + timedelta(days=5),
        "actor": cast.clerk, "at": timezone.now(),
    }  # fmt: skip
    return announce_activity(**(given | facts))


# ---- Announcing what a plan or a project names -----------------------------------------------------------------------


def test_a_promise_of_the_work_plan_is_preselected(cast, signed_in, item):
    client = signed_in(cast.clerk)
    link = reverse("activity-new") + f"?plan_item={item.uid}"
    assert link in client.get(reverse("plan-item", args=[item.uid])).text
    form = client.get(link).context["form"]
    shown = {name: form[name].value() for name in ("plan_item", "station", "kind", "title", "project")}
    assert shown == {
        "plan_item": str(item.uid), "station": "GT", "kind": ActivityKind.RESEARCH, "title": "调研灌溉", "project": None,
    }  # fmt: skip


def test_a_project_is_preselected_for_an_inspection(cast, signed_in, project):
    link = reverse("activity-new") + f"?project={project.uid}"
    for who, may in (("staff", True), ("clerk", True), ("head", True), ("deputy", False), ("auditor", False)):
        assert (link in signed_in(getattr(cast, who)).get(reverse("project", args=[project.uid])).text) == may, who
    form = signed_in(cast.clerk).get(link).context["form"]
    assert (form["project"].value(), form["kind"].value()) == (str(project.uid), ActivityKind.INSPECTION)


@pytest.mark.parametrize("query", ["?plan_item=x&project=y", "?plan_item=", "?project=00000000-0000-0000-0000-000000000000"])
def test_what_is_no_choice_is_passed_over(cast, signed_in, item, project, query):
    page = signed_in(cast.clerk).get(reverse("activity-new") + query)
    assert page.status_code == 200 and not page.context["form"]["plan_item"].value()


def test_another_stations_promise_is_no_choice(cast, signed_in, item):
    page = signed_in(cast.stranger).get(reverse("activity-new") + f"?plan_item={item.uid}")
    assert page.context["form"]["plan_item"].value() is None and "调研灌溉" not in page.text


# ---- Every link opens for its reader ---------------------------------------------------------------------------------


def test_activities_of_a_promise_and_a_project_open_for_every_reader(cast, signed_in, item, project):
    asked = announce(cast, audience=Audience(places=(cast.gt01,)), plan_item=item, project=project)
    others = announce(cast, audience=Audience(places=(cast.gt02,)), plan_item=item, project=project)
    shown = {}
    for who in READERS:
        client = signed_in(getattr(cast, who))
        for page in (reverse("plan-item", args=[item.uid]), reverse("project", args=[project.uid])):
            links = re.findall(r'href="(/[^"?]*activities/[0-9a-f-]{36}/)"', client.get(page).text)
            assert all(client.get(link, follow=True).status_code == 200 for link in links), (who, page)
            shown.setdefault(who, []).append({one for one in (asked, others) if any(str(one.uid) in x for x in links)})
    both, nothing, own = {asked, others}, set(), {asked}
    assert shown == {
        "admin": [both, both], "staff": [both, both], "auditor": [both, both], "clerk": [both, both],
        "stranger": [nothing, nothing], "head": [own, own], "deputy": [own, own],
    }  # fmt: skip


def test_the_performance_file_leads_to_activities(cast, signed_in):
    on = today_here() - timedelta(days=2)
    made = record_activity(
        station=cast.gt, kind=ActivityKind.STUDY, title="学习", held_on=on, actor=cast.clerk, at=moment(today_here()),
        attendance={cast.deputy_person: Presence.PRESENT},
    )  # fmt: skip
    link = reverse("activity", args=[made.uid])
    for who, page in (("clerk", "deputy-archive"), ("staff", "deputy-archive"), ("deputy", "my-archive")):
        client = signed_in(getattr(cast, who))
        args = [cast.deputy_person.code] if page == "deputy-archive" else []
        assert f'href="{link}"' in client.get(reverse(page, args=args), {"year": on.year}).text, who
        assert client.get(link, follow=True).status_code == 200


# ---- From a ticket to its visit --------------------------------------------------------------------------------------


@pytest.fixture
def visit(cast):
    day = today_here() - timedelta(days=1)
    return register_visit(
        branch=cast.gt01, on=day, entry=Matter("田间路塌陷", deputy=cast.deputy_person), actor=cast.clerk,
        at=moment(today_here()),
    )  # fmt: skip


def test_a_ticket_names_the_visit_it_came_from_for_those_who_may_open_that(cast, signed_in, visit):
    page, link = reverse("opinion", args=[visit.opinion.uid]), reverse("visit", args=[visit.uid])
    seen = {}
    for who in ("clerk", "head", "staff", "auditor", "deputy"):
        client = signed_in(getattr(cast, who))
        answer = client.get(page)
        assert answer.status_code == 200, who
        seen[who] = link in answer.text
        assert client.get(link).status_code == (200 if seen[who] else 404), who
    assert seen == {"clerk": True, "head": True, "staff": True, "auditor": True, "deputy": False}
    assert f"接待登记{visit.number}" in signed_in(cast.clerk).get(page).text
