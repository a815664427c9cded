"""The yearly figures: service records and contacts beside logs and activities, and the four roles of all of them."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from activities.models import Activity, DutyLog
from activities.services import SundayRow, file_log, record_activity, record_service, void_service
from activities.states import ActivityKind, ActivityState, Presence
from deputies.reports import archives_of
from deputies.services import add_constituent, assign_to_branch, record_contact, void_contact
from deputies.states import ServiceRole
from julu_liaison.summary import summary_of
from tests.cast import SUNDAY, moment

pytestmark = pytest.mark.django_db

AT = moment(date(2026, 12, 31))
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
KEYS = [
    "activities", "received", "households", "logs", "opinions", "opinions_solved_in_branch", "opinions_to_departments",
    "suggestions", "leaflets", "deputies",
]  # fmt: skip


def summed(place=None, start=YEAR[0], end=YEAR[1]):
    return summary_of(start=start, end=end, place=place)


def serve(cast, *people, kind="mediation", on=date(2026, 3, 2), text="调解", **fields):
    return record_service(deputies=people, kind=kind, date=on, text=text, actor=cast.staff, at=AT, **fields)


@pytest.fixture
def year(cast):
    """In GT01: a log, an activity, a service record of two, two contacts; in YT01 a service record. Much is void."""
    head, one, other = cast.deputies["GT01"][:3]
    row = SundayRow(
        branch=cast.gt01, received=5, households=1, leaflets=10,
        attendance={one: Presence.PRESENT, other: Presence.PRESENT, head: Presence.ABSENT},
    )  # fmt: skip
    file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT)
    DutyLog.objects.update(service_role=ServiceRole.PUBLICIST)
    for title, role, state in (
        ("宪法宣传", ServiceRole.PUBLICIST, "held"), ("会议", "", "held"), ("取消的", ServiceRole.SERVANT, "cancelled"),
    ):  # fmt: skip
        held = record_activity(
            station=cast.gt, kind=ActivityKind.PUBLICITY, title=title, held_on=SUNDAY, actor=cast.clerk, at=AT,
            attendance={head: Presence.PRESENT, one: Presence.SICK_LEAVE}, households=2, leaflets=100,
        )  # fmt: skip
        Activity.objects.filter(pk=held.pk).update(service_role=role, state=ActivityState(state))
    serve(cast, one, other, received=3, households=4, leaflets=7)
    void_service(record=serve(cast, one, text="错的", received=90), reason="错", actor=cast.staff, at=AT)
    serve(cast, cast.deputies["YT01"][0], kind="errand", received=1)
    voter = add_constituent(deputy=one, name="王春", started_on=YEAR[0], actor=cast.clerk)
    usual = {"constituent": voter, "form": "visit", "actor": cast.clerk, "at": AT}
    record_contact(date=date(2026, 4, 1), service_role="servant", households=1, leaflets=2, **usual)
    void_contact(contact=record_contact(date=date(2026, 4, 2), households=50, **usual), reason="错", actor=cast.clerk)
    return cast


def test_service_records_and_contacts_add_to_the_figures(year):
    told = summed()
    assert (told.logs, told.activities) == (1, 2)
    assert told.received == 5 + 3 + 1
    assert told.households == 1 + 2 * 2 + 4 + 1
    assert told.leaflets == 10 + 2 * 100 + 7 + 2


def test_the_roles_are_counted_each_deputy_each_time(year):
    assert summed().roles == {"publicist": 2 + 1, "liaison": 0, "mediator": 2, "servant": 1 + 1}
    assert summed(year.gt).roles == {"publicist": 3, "liaison": 0, "mediator": 2, "servant": 1}
    assert summed(year.gt01).roles == {"publicist": 2, "liaison": 0, "mediator": 2, "servant": 1}
    assert summed(year.yt).roles == {"publicist": 0, "liaison": 0, "mediator": 0, "servant": 1}
    assert sum(summed(end=date(2026, 2, 28)).roles.values()) == 0


def test_the_roles_are_what_the_performance_files_count(year):
    people = [person for branch in year.deputies.values() for person in branch]
    times = [archive.roles for archive in archives_of(people, 2026)]
    by_label = {role.label: summed().roles[role] for role in ServiceRole}
    assert by_label == {role.label: sum(dict(one)[role.label] for one in times) for role in ServiceRole}


def test_a_contact_counts_where_the_deputy_served_that_day(year):
    one = year.deputy_person
    assign_to_branch(deputy=one, branch=year.yt01, role="member", started_on=date(2026, 6, 1), actor=year.admin)
    record_contact(
        constituent=one.constituents.get(), date=date(2026, 7, 1), form="visit", actor=year.stranger, at=AT, leaflets=9
    )
    assert (summed(year.gt01).roles["servant"], summed(year.yt01).roles["liaison"]) == (1, 1)
    assert summed(year.yt01).leaflets == 9 and summed(year.yt01, end=date(2026, 6, 30)).leaflets == 0


def test_the_command_prints_the_keys_of_the_contract_and_the_roles(year):
    out = StringIO()
    call_command("summary", "--from=2026-01-01", "--to=2026-12-31", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert list(told) == [*KEYS, "roles"] and list(told["roles"]) == ["publicist", "liaison", "mediator", "servant"]
    out = StringIO()
    call_command("summary", "--from=2026-01-01", "--to=2026-12-31", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == 14 and "调解员(人次)\t2" in lines and "走访群众(户)\t10" in lines
