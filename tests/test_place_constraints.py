"""The database itself keeps levels and counties apart, on both dialects, also against raw SQL."""

import pytest
from django.db import IntegrityError, connection, transaction

from stations.models import Station
from stations.services import check_tree, open_station
from tests.cast import OPENED


@pytest.fixture
def other(cast):
    """A second county with one station."""
    county = open_station(code="C02-JLX", name="邻县", parent=None, opened_on=OPENED, actor=None)
    open_station(code="C02-A", name="甲镇", parent=county, opened_on=OPENED, actor=None)
    return county


def raw(statement: str, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def insert(level: str, depth: int, parent: Station | None, county: Station):
    raw(
        "INSERT INTO stations_station (code, level, name, full_name, parent_id, county_id, official_order, division_code,"
        " host, address, phone, duty_hours, opened_on, is_demo, lft, rght, tree_id, depth) VALUES"
        " ('X', %s, '新站', '新站', %s, %s, 1, '', '', '', '', '', '2026-01-01', %s, 1, 2, 9, %s)",
        level, parent.pk if parent else None, county.pk, False, depth,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("level", "depth", "parent"),
    [
        ("branch", 2, "gt01"),  # below a branch
        ("branch", 2, "county"),  # below a centre
        ("township", 1, "gt"),  # below a township
        ("centre", 0, "county"),  # below anything
        ("branch", 2, None),
    ],
)
def test_a_place_is_not_inserted_below_the_wrong_level(cast, level, depth, parent):
    with pytest.raises(IntegrityError):
        insert(level, depth, getattr(cast, parent) if parent else None, cast.county)
    insert("branch", 2, cast.gt, cast.county)


def test_a_place_is_not_inserted_into_another_county_than_its_parents(cast, other):
    for level, depth, parent in (("branch", 2, cast.gt), ("township", 1, cast.county)):
        with pytest.raises(IntegrityError):
            insert(level, depth, parent, other)


@pytest.mark.parametrize(
    ("code", "parent"), [("GT01", "YT01"), ("GT01", "JLX"), ("GT", "YT"), ("GT01", "C02-A"), ("GT", "C02-JLX")]
)
def test_a_place_is_not_put_below_the_wrong_parent(cast, other, code, parent):
    with pytest.raises(IntegrityError):
        raw(
            "UPDATE stations_station SET parent_id = (SELECT id FROM stations_station WHERE code = %s) WHERE code = %s",
            parent, code,
        )  # fmt: skip


@pytest.mark.parametrize("code", ["GT01", "GT", "JLX"])
def test_a_place_does_not_change_its_county(cast, other, code):
    with pytest.raises(IntegrityError):
        raw("UPDATE stations_station SET county_id = %s WHERE code = %s", other.pk, code)


def test_a_whole_station_does_not_change_county_over_its_branches(cast, other):
    with pytest.raises(IntegrityError):
        raw("UPDATE stations_station SET parent_id = %s, county_id = %s WHERE code = 'GT'", other.pk, other.pk)


def test_a_branch_is_put_below_another_station_of_its_county(cast):
    raw("UPDATE stations_station SET parent_id = %s, name = '第九分站' WHERE code = 'GT01'", cast.yt.pk)
    problems = check_tree(fix=True)  # written around the services: the numbers say so, and are mended
    assert any("GT01" in problem for problem in problems)
    assert check_tree() == []
    assert list(Station.objects.get(code="YT").get_descendants().values_list("code", flat=True)) == ["GT01", "YT01"]


def test_a_merged_branch_has_a_closing_day(cast):
    with pytest.raises(IntegrityError):
        raw("UPDATE stations_station SET merged_into_id = %s WHERE code = 'GT01'", cast.gt02.pk)
