"""History of master data: every change with who, when, from → to, on one page."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image

from deputies.services import add_constituent, assign_to_branch, edit_constituent, edit_deputy, grant_mandate, put_photo
from deputies.states import MembershipRole
from julu_liaison.common.history import SEALED, changes_of, changes_of_all
from julu_liaison.common.holidays import put_calendar_day
from julu_liaison.common.models import CalendarDay
from julu_liaison.common.working_days import today_here
from stations.services import (
    edit_department,
    edit_posted_account,
    edit_station,
    edit_village,
    end_posting,
    merge_branches,
)


def differences(change) -> dict[str, tuple[str, str]]:
    return {item.title: (item.before, item.after) for item in change.differences}


def test_a_change_says_who_when_from_to(cast):
    edit_deputy(deputy=cast.deputy_person, actor=cast.staff, position="校长", employer="县实验小学")
    latest, first = changes_of(cast.deputy_person)[0], changes_of(cast.deputy_person)[-1]
    assert (latest.actor, latest.kind, first.kind) == (cast.staff, "修改", "新增")
    assert differences(latest) == {"职务": ("教师", "校长"), "工作单位": ("官亭镇中心小学", "县实验小学")}


@pytest.mark.parametrize("kind", ["station", "village", "department", "posting", "account", "calendar"])
def test_every_kind_of_master_data_keeps_its_history(cast, kind):
    yesterday = today_here() - timedelta(days=1)
    if kind == "station":
        row, title, words = edit_station(station=cast.gt01, actor=cast.staff, seats=2), "每次接待人数", ("", "2")
    elif kind == "village":
        row, title, words = edit_village(village=cast.village, actor=cast.staff, name="安庄"), "名称", ("安家庄村", "安庄")
    elif kind == "department":
        row, title, words = (
            edit_department(department=cast.jiaotong, actor=cast.staff, signature_needed=True), "答复要负责人签发",
            ("否", "是"),
        )  # fmt: skip
    elif kind == "posting":
        row, title, words = (
            end_posting(posting=cast.clerk.postings.get(), ended_on=yesterday, actor=cast.admin), "结束日期",
            ("", yesterday.isoformat()),
        )  # fmt: skip
    elif kind == "account":
        row, title, words = (
            edit_posted_account(account=cast.clerk, actor=cast.admin, name="改名"), "姓名", ("官亭工作人员", "改名"),
        )  # fmt: skip
    else:
        row = put_calendar_day(day=CalendarDay(date=date(2027, 1, 1), kind="holiday"), actor=cast.admin)
        row.kind = "workday"
        row, title, words = put_calendar_day(day=row, actor=cast.admin), "性质", ("放假", "调休上班")
    latest = changes_of(row)[0]
    assert differences(latest)[title] == words and latest.actor in (cast.admin, cast.staff)


def test_moving_branch_and_a_new_mandate_are_part_of_a_persons_story(cast):
    person = cast.deputies["GT01"][2]
    grant_mandate(deputy=person, level="city", term="第八届", started_on=date(2026, 1, 1), actor=cast.admin)
    assign_to_branch(
        deputy=person, branch=cast.gt02, role=MembershipRole.MEMBER, started_on=date(2026, 3, 15), actor=cast.admin
    )
    story = changes_of_all([person, *person.mandates.all(), *person.memberships.all()])
    assert {change.subject for change in story} == {"人大代表", "代表资格", "驻站"}
    assert ("", "2026-03-14") in [differences(change).get("结束日期") for change in story]


def test_where_a_branch_went_and_a_changed_photo_are_told_in_words(cast, media):
    merge_branches(branch=cast.gt02, into=cast.gt01, on=today_here(), actor=cast.admin, at=timezone.now())
    cast.gt02.refresh_from_db()
    assert differences(changes_of(cast.gt02)[0])["并入"] == ("", "官亭镇人大代表联络站第一分站")
    picture = BytesIO()
    Image.new("RGB", (600, 800), "grey").save(picture, "JPEG")
    put_photo(deputy=cast.deputy_person, content=picture.getvalue(), actor=cast.staff, at=timezone.now())
    told = differences(changes_of(cast.deputy_person)[0])
    assert told["照片"] == ("", "换过") and not [title for title in told if title.isascii()]


def test_a_villagers_identity_never_shows_in_the_history(cast):
    row = add_constituent(
        deputy=cast.deputy_person, name="张秘密", phone="19900007777", started_on=date(2026, 1, 1), actor=cast.deputy
    )
    edit_constituent(constituent=row, actor=cast.deputy, name="李秘密")
    shown = str([differences(change) for change in changes_of(row)])
    assert "秘密" not in shown and SEALED in shown


def test_the_page_shows_it_to_staff_and_auditors_within_scope(cast, signed_in):
    edit_deputy(deputy=cast.deputy_person, actor=cast.staff, position="校长")
    address = f"/admin/deputies/deputy/{cast.deputy_person.pk}/history/"
    for who in (cast.staff, cast.auditor):
        text = signed_in(who).get(address).text
        assert "县工作人员" in text and "教师" in text and "校长" in text
    for who in (cast.clerk, cast.deputy, cast.officer):
        assert signed_in(who).get(address).status_code == 403


def test_the_page_costs_the_same_for_one_version_or_many(cast, signed_in, django_assert_max_num_queries):
    client = signed_in(cast.staff)
    for round_ in range(3):
        edit_deputy(deputy=cast.deputy_person, actor=cast.staff, position=f"职务{round_}")
        with django_assert_max_num_queries(14):
            client.get(f"/admin/deputies/deputy/{cast.deputy_person.pk}/history/")
