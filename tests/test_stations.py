"""Places and postings: levels, permanent codes, dates, who appoints whom."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from deputies.models import Membership
from deputies.services import assign_to_branch, end_mandate, grant_mandate
from deputies.states import MandateLevel
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from stations.models import Posting, Station
from stations.querysets import scope_of
from stations.services import appoint, check_tree, close_station, edit_station, end_posting, open_station
from stations.states import Role
from tests.cast import OPENED, account, clear_branch, moment


def test_levels_follow_from_the_parent_and_end_at_the_branch(cast):
    assert [place.level for place in (cast.county, cast.gt, cast.gt01)] == ["centre", "township", "branch"]
    assert cast.gt01.full_name == "官亭镇人大代表联络站第一分站"
    with pytest.raises(DomainError, match="分站下面不能再设站"):
        open_station(code="X", name="小组", parent=cast.gt01, opened_on=OPENED, actor=cast.admin)
    with pytest.raises(Conflict, match="已经用过了"):
        open_station(code="GT01", name="第九分站", parent=cast.gt, opened_on=OPENED, actor=cast.admin)


@pytest.mark.parametrize("change", [{"level": "township"}, {"depth": 1}, {"seats": 5}, {"closed_on": date(2019, 1, 1)}])
def test_the_database_itself_refuses_wrong_places(cast, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Station.objects.filter(pk=cast.gt01.pk).update(**change)


def test_a_new_short_name_renews_the_full_names_below(cast):
    edit_station(station=cast.gt, actor=cast.staff, name="官亭新镇")
    assert Station.objects.get(code="GT02").full_name == "官亭新镇人大代表联络站第二分站"
    with pytest.raises(DomainError, match="定了就不能改"):
        edit_station(station=cast.gt, actor=cast.staff, code="GTX")
    with pytest.raises(NotAllowed):
        edit_station(station=cast.gt, actor=cast.clerk, phone="1")


def test_details_of_the_centre_leave_the_stations_names_alone(cast):
    edit_station(station=cast.county, actor=cast.staff, phone="0319-1234567")
    assert Station.objects.get(code="GT").full_name == "官亭镇人大代表联络站"
    with pytest.raises(DomainError) as refused:
        edit_station(station=cast.gt, actor=cast.staff, closed_on=date(2026, 1, 1))
    assert refused.value.fields == {"closed_on": "撤销和恢复请在站点页面办理"}


def test_values_come_from_above_where_a_branch_has_none(cast):
    assert (cast.gt01.seats_here, cast.gt01.duty_hours_here) == (3, "上午9:00—11:30")
    assert cast.gt01.phone_here == "0319-0000004"
    assert cast.yt01.phone_here == "0319-0000000"


def test_a_closed_branch_leaves_lists_and_a_station_closes_last(cast):
    day, at = date(2026, 1, 1), moment(date(2026, 1, 1))
    with pytest.raises(Conflict, match="还有没撤销的站"):
        close_station(station=cast.gt, closed_on=day, actor=cast.staff, at=at)
    clear_branch(cast, cast.gt02, to=cast.gt01, on=day)
    close_station(station=cast.gt02, closed_on=day, actor=cast.staff, at=at)
    assert list(Station.objects.filter(parent=cast.gt).open(date(2026, 1, 1))) == [cast.gt01]
    assert Station.objects.filter(parent=cast.gt).open(date(2025, 12, 31)).count() == 2


def test_the_check_finds_and_mends_a_broken_tree(cast):
    assert check_tree() == []
    Station.objects.filter(pk=cast.gt01.pk).update(lft=cast.gt01.rght + 50)
    assert check_tree(fix=True)
    assert check_tree() == []


def test_postings_give_scope_while_they_last(cast):
    user = account("linshi", "临时")
    posting = appoint(user=user, role=Role.CLERK, station=cast.gt, started_on=date(2026, 1, 1), actor=cast.admin)
    assert scope_of(user, date(2026, 1, 1)).townships == {cast.gt.pk}
    assert scope_of(user, date(2025, 12, 31)).townships == set()
    end_posting(posting=posting, ended_on=date(2026, 3, 31), actor=cast.admin)
    assert scope_of(user, date(2026, 3, 31)).townships == {cast.gt.pk}
    assert scope_of(user, date(2026, 4, 1)).townships == set()


def test_nobody_appoints_themselves_and_places_fit_roles(cast):
    with pytest.raises(NotAllowed):
        appoint(user=cast.admin, role=Role.CLERK, station=cast.gt, started_on=OPENED, actor=cast.admin)
    with pytest.raises(NotAllowed):
        appoint(user=cast.clerk, role=Role.CLERK, station=cast.yt, started_on=OPENED, actor=cast.staff)
    with pytest.raises(DomainError, match="要设在"):
        appoint(user=cast.clerk, role=Role.CLERK, station=cast.gt01, started_on=OPENED, actor=cast.admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.create(user=cast.clerk, role=Role.CLERK, department=cast.jiaotong, started_on=OPENED)


def test_a_deputy_has_one_branch_and_a_branch_one_head(cast):
    deputy = cast.deputy_person
    with pytest.raises(DomainError, match="没有县级代表资格"):
        assign_to_branch(deputy=deputy, branch=cast.gt02, role="head", started_on=date(2026, 1, 1), actor=cast.staff)
    grant_mandate(deputy=deputy, level=MandateLevel.COUNTY, term="第十七届", started_on=OPENED, actor=cast.staff)
    with pytest.raises(Conflict, match="已经有站长了"):
        assign_to_branch(deputy=deputy, branch=cast.gt02, role="head", started_on=date(2026, 1, 1), actor=cast.staff)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(deputy=deputy, branch=cast.gt02, started_on=OPENED)
    moved = assign_to_branch(
        deputy=deputy, branch=cast.gt02, role="member", started_on=date(2026, 3, 15), actor=cast.staff
    )
    old = deputy.memberships.exclude(pk=moved.pk).get()
    assert old.ended_on == date(2026, 3, 14)
    assert scope_of(cast.deputy, date(2026, 3, 14)).branches == {cast.gt01.pk}
    assert scope_of(cast.deputy, date(2026, 3, 15)).branches == {cast.gt02.pk}


def test_a_mandate_ends_with_its_last_day(cast):
    mandate = cast.head_person.mandates.get()
    end_mandate(mandate=mandate, ended_on=date(2026, 6, 30), reason="辞职", actor=cast.staff)
    assert cast.head_person.mandates.in_force(date(2026, 6, 30)).exists()
    assert not cast.head_person.mandates.in_force(date(2026, 7, 1)).exists()


def test_nobody_sees_another_county(cast):
    other = open_station(code="C02-JLX", name="邻县", parent=None, opened_on=OPENED, actor=None)
    chief = account("linxian", "邻县管理员")
    appoint(user=chief, role=Role.COUNTY_ADMIN, station=other, started_on=OPENED, actor=None)
    assert list(Station.objects.visible_to(chief)) == [other]
    assert other not in Station.objects.visible_to(cast.admin)
    with pytest.raises(NotAllowed):
        edit_station(station=cast.gt, actor=chief, phone="1")
