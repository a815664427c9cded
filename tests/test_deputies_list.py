"""The list of deputies at a county's size: fixed query count, every way to find somebody, official order."""

import pytest

from activities.models import Attendance
from activities.services import SundayRow, file_log
from activities.states import Presence
from deputies.models import Deputy
from deputies.services import NewDeputy, NewMandate, load_deputies
from deputies.states import MandateLevel, MembershipRole
from julu_liaison.common.working_days import today_here
from scoring.services import rescore
from tests.cast import OPENED, make_deputy, moment

COUNTY_SIZE = 865
STROKES = {"丁": 2, "王": 4, "田": 5, "李": 7, "张": 7, "陈": 7, "周": 8, "欧": 8, "赵": 9, "曾": 12}
SURNAMES = "".join(STROKES)


@pytest.fixture
def whole_county(cast):
    """As many deputies as the county has, one of them with a duty this month."""
    seat = NewMandate(MandateLevel.TOWNSHIP, "第十七届", "官亭第一选区", OPENED)
    people = [
        NewDeputy(
            {"name": f"{SURNAMES[number % 10]}{chr(0x4E00 + number)}", "phone": f"1990001{number:04d}"}, (seat,),
            cast.gt02 if number % 2 else cast.gt01, MembershipRole.MEMBER, OPENED,
        )
        for number in range(COUNTY_SIZE - Deputy.objects.count())
    ]  # fmt: skip
    load_deputies(county=cast.county, people=people, actor=cast.admin)
    today = today_here()
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT})
    file_log(row=row, on=today, actor=cast.clerk, at=moment(today))
    rescore(county=cast.county, year=today.year, at=moment(today), deputies=[cast.deputy_person.pk])
    return cast


def names(answer) -> list[str]:
    return [line.deputy.name for line in answer.context["lines"]]


def test_865_deputies_with_month_count_points_and_last_duty_in_twelve_queries(
    whole_county, signed_in, django_assert_max_num_queries
):
    assert Deputy.objects.count() == COUNTY_SIZE and Attendance.objects.count() == 1
    client = signed_in(whole_county.staff)
    for address in ("/console/deputies/", "/console/deputies/?q=李代表", "/console/deputies/?order=strokes"):
        with django_assert_max_num_queries(12):
            answer = client.get(address)
    line = client.get("/console/deputies/", {"q": "李代表"}).context["lines"][0]
    today = today_here()
    assert (line.deputy.services, line.deputy.last_duty, line.total) == (1, today, 60)
    assert len(names(answer)) == 50 and answer.context["links"]["next"]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_count_of_queries_does_not_depend_on_the_rows(
    cast, signed_in, django_assert_max_num_queries, rows
):
    client = signed_in(cast.clerk)
    people = Deputy.objects.exclude(pk__in=Deputy.objects.order_by("pk")[:rows])
    for person in people:
        person.memberships.all().delete()
    with django_assert_max_num_queries(12):
        assert len(names(client.get("/console/deputies/"))) == rows


@pytest.mark.parametrize("words", ["陈卫", "陈 卫", "cw", "0002", "JLX-0003"])
def test_found_by_name_initials_phone_tail_and_number(cast, signed_in, words):
    assert "陈卫" in names(signed_in(cast.staff).get("/console/deputies/", {"q": words}))


def test_official_order_is_by_strokes_page_by_page(whole_county, signed_in):
    client = signed_in(whole_county.staff)
    answer = client.get("/console/deputies/?order=strokes")
    seen = names(answer)
    while answer.context["links"]["next"]:
        answer = client.get("/console/deputies/" + answer.context["links"]["next"])
        seen += names(answer)
    assert len(seen) == len(set(seen)) == COUNTY_SIZE
    counts = [STROKES[name[0]] for name in seen if name[0] in STROKES]
    assert counts == sorted(counts) and set(counts) == set(STROKES.values())


def test_two_people_one_name_stay_apart(cast, signed_in):
    twin = make_deputy(cast, "陈卫", cast.gt02)
    found = signed_in(cast.staff).get("/console/deputies/", {"q": "陈卫"}).context["lines"]
    assert {line.deputy.code for line in found} == {twin.code, cast.deputies["GT01"][2].code}
