"""站长 → 代表 → 群众: one page for each branch, the list of branches, who has been silent, who sees which villager."""

from datetime import timedelta

import pytest
from django.urls import reverse

from activities.models import Attendance
from activities.services import SundayRow, file_log, record_activity, record_service, void_service
from activities.states import ActivityKind, Presence
from deputies.models import Membership
from deputies.services import add_constituent, assign_to_branch, end_mandate, record_contact, void_contact
from deputies.states import ContactForm
from julu_liaison.common.working_days import today_here
from stations.services import close_station, open_station
from tests.cast import OPENED, make_deputy, moment

pytestmark = pytest.mark.django_db

NAME, PHONE = "郑冬梅", "19900007001"


def known(cast, deputy, name=NAME, **fields):
    return add_constituent(
        deputy=deputy, name=name, started_on=today_here() - timedelta(days=300), actor=cast.clerk, **fields
    )


def touch(cast, row, days_ago: int, form=ContactForm.VISIT):
    day = today_here() - timedelta(days=days_ago)
    return record_contact(constituent=row, date=day, form=form, actor=cast.clerk, at=moment(today_here()))


def serve(cast, deputy, days_ago: int):
    day = today_here() - timedelta(days=days_ago)
    row = SundayRow(branch=cast.gt01, attendance={deputy: Presence.PRESENT}, received=1)
    return file_log(row=row, on=day, actor=cast.clerk, at=moment(today_here()))


def page_of(client, branch="GT01", **query):
    return client.get(reverse("branch", args=[branch]), query)


def links(answer) -> dict:
    found = [*answer.context["heads"], *answer.context["others"]]
    return {link.membership.deputy.name: link for link in found}


# ---- The page ------------------------------------------------------------------------------------------------------


def test_head_first_then_the_members_with_what_they_did(cast, signed_in):
    head, member = cast.deputies["GT01"][:2]
    serve(cast, head, 0)
    serve(cast, member, 40)
    row = known(cast, member, phone=PHONE)
    touch(cast, row, 12)
    known(cast, member, name="吴大海")
    answer = page_of(signed_in(cast.clerk))
    assert [link.membership.deputy for link in answer.context["heads"]] == [head]
    assert list(links(answer)) == ["赵站长", "陈卫", "李代表", "周春生"]
    one = links(answer)["赵站长"]
    assert (one.membership.month, one.membership.year, one.membership.last_duty) == (1, 1, today_here())
    assert one.levels == "县人大代表" and links(answer)["李代表"].levels == "镇人大代表"
    assert NAME in answer.text and "12天前" in answer.text and "上门走访" in answer.text
    assert "吴大海" in answer.text and "还没联系过" in answer.text and "差3人" in answer.text
    assert PHONE not in answer.text and "7001" not in answer.text  # phones stand in the deputy's own list
    figures = answer.context["figures"]
    assert (figures.people, figures.constituents, figures.due, figures.served) == (4, 2, 20, 1)


@pytest.mark.parametrize(("days_ago", "silent"), [(59, False), (60, True)])
def test_silent_after_the_days_that_the_setting_says(cast, signed_in, days_ago, silent):
    serve(cast, cast.deputies["GT01"][1], days_ago)
    touch(cast, known(cast, cast.deputies["GT01"][2]), days_ago)
    record_activity(
        station=cast.gt, kind=ActivityKind.STUDY, title="学习", held_on=today_here() - timedelta(days=days_ago),
        attendance={cast.deputies["GT01"][3]: Presence.PRESENT}, actor=cast.clerk, at=moment(today_here()),
    )  # fmt: skip
    answer = page_of(signed_in(cast.clerk), show="silent")
    quiet = {"李代表", "陈卫", "周春生"} if silent else set()
    assert set(links(answer)) == quiet | {"赵站长"}
    assert answer.context["figures"].silent == len(quiet) + 1
    assert answer.text.count("近60天没有动静") == len(quiet) + 1


def test_a_service_record_is_a_sign_of_life_until_it_is_void(cast, signed_in):
    person, today = cast.deputies["GT01"][1], today_here()
    row = record_service(
        deputies=[person], kind="mediation", date=today - timedelta(days=59), text="调解", actor=cast.clerk, at=moment(today)
    )
    client = signed_in(cast.clerk)
    assert person.name not in links(page_of(client, show="silent"))
    void_service(record=row, reason="记错了", actor=cast.clerk, at=moment(today))
    assert person.name in links(page_of(client, show="silent"))


def test_the_number_of_days_is_a_setting(cast, signed_in, settings):
    settings.SILENT_DAYS = 10
    serve(cast, cast.deputies["GT01"][1], 12)
    answer = page_of(signed_in(cast.clerk))
    assert answer.context["figures"].silent == 4 and "近10天没有动静" in answer.text


def test_what_does_not_count_as_a_sign_of_life(cast, signed_in):
    person = cast.deputies["GT01"][1]
    contact = touch(cast, known(cast, person), 3)
    void_contact(contact=contact, reason="记错了", actor=cast.clerk)
    serve(cast, person, 3)
    Attendance.objects.update(status=Presence.ABSENT)
    assert "李代表" in links(page_of(signed_in(cast.clerk), show="silent"))


def test_somebody_new_is_given_the_time_first(cast, signed_in):
    fresh = make_deputy(cast, "新来的", cast.gt01)
    Membership.objects.filter(deputy=fresh).update(started_on=today_here() - timedelta(days=59))
    assert "新来的" not in links(page_of(signed_in(cast.clerk), show="silent"))
    Membership.objects.filter(deputy=fresh).update(started_on=today_here() - timedelta(days=60))
    assert "新来的" in links(page_of(signed_in(cast.clerk), show="silent"))


def test_each_figure_shows_its_people(cast, signed_in):
    serve(cast, cast.deputies["GT01"][1], 0)
    for name in "一二三四五":
        known(cast, cast.deputies["GT01"][2], name=f"选民{name}")
    client = signed_in(cast.clerk)
    assert set(links(page_of(client, show="served"))) == {"李代表"}
    assert set(links(page_of(client, show="few"))) == {"赵站长", "李代表", "周春生"}
    assert page_of(client, show="sideways").status_code == 404


def test_who_is_not_called_to_keep_constituents_is_not_counted_as_short(cast, signed_in):
    person = cast.deputies["GT01"][1]
    end_mandate(
        mandate=person.mandates.get(), ended_on=today_here() - timedelta(days=1), reason="调离", actor=cast.admin
    )
    answer = page_of(signed_in(cast.clerk))
    assert answer.context["figures"].due == 15 and "不用固定联系选民" in answer.text


def test_a_closed_branch_keeps_its_page(cast, signed_in):
    closed = open_station(code="GT09", name="第九分站", parent=cast.gt, opened_on=OPENED, actor=cast.admin)
    day = today_here() - timedelta(days=1)
    close_station(station=closed, closed_on=day, actor=cast.admin, at=moment(today_here()))
    answer = page_of(signed_in(cast.clerk), "GT09")
    assert "撤销了" in answer.text and "现在没有站长" in answer.text


def test_a_member_who_moved_is_in_the_new_branch_only(cast, signed_in):
    person = cast.deputies["GT01"][2]
    known(cast, person)
    assign_to_branch(deputy=person, branch=cast.yt01, role="member", started_on=today_here(), actor=cast.admin)
    client = signed_in(cast.staff)
    assert "陈卫" not in links(page_of(client)) and "陈卫" in links(page_of(client, "YT01"))
    answer = page_of(signed_in(cast.clerk))
    assert NAME not in answer.text


# ---- Who sees it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["admin", "staff", "auditor", "clerk", "head", "deputy"])
def test_who_sees_the_page(cast, signed_in, who):
    assert page_of(signed_in(getattr(cast, who))).status_code == 200


@pytest.mark.parametrize("who", ["stranger", "officer", "chief", "other_officer"])
def test_who_finds_none(cast, signed_in, who):
    assert page_of(signed_in(getattr(cast, who))).status_code == 404


def test_head_and_deputy_see_their_own_branch_only(cast, signed_in):
    for who in ("head", "deputy"):
        assert page_of(signed_in(getattr(cast, who)), "GT02").status_code == 404
    assert page_of(signed_in(cast.staff), "GT").status_code == 404  # a station is no branch


@pytest.mark.parametrize("who", ["admin", "staff", "clerk", "head"])
def test_who_keeps_them_sees_names(cast, signed_in, who):
    known(cast, cast.deputies["GT01"][2])
    assert NAME in page_of(signed_in(getattr(cast, who))).text


def test_the_auditor_sees_masked_names(cast, signed_in):
    touch(cast, known(cast, cast.deputies["GT01"][2], village=cast.village), 3)
    text = page_of(signed_in(cast.auditor)).text
    assert "郑*" in text and NAME not in text and "3天前" in text


def test_a_member_sees_colleagues_but_no_villagers_but_the_own(cast, signed_in):
    touch(cast, known(cast, cast.head_person), 3)
    touch(cast, known(cast, cast.deputy_person, name="吴大海"), 5)
    text = page_of(signed_in(cast.deputy)).text
    assert "赵站长" in text and "最近一次联系:3天前" in text and "吴大海" in text
    for secret in (NAME, "郑*", reverse("constituents", args=[cast.head_person.code])):
        assert secret not in text


def test_deputies_phones_are_masked_as_elsewhere(cast, signed_in):
    phone = cast.head_person.phone
    assert f"tel:{phone}" in page_of(signed_in(cast.clerk)).text
    text = page_of(signed_in(cast.deputy)).text
    assert phone not in text and cast.deputy_person.phone in text


# ---- The list --------------------------------------------------------------------------------------------------------


def test_the_list_agrees_with_the_pages(cast, signed_in):
    serve(cast, cast.deputies["GT01"][1], 0)
    known(cast, cast.deputies["GT02"][1])
    client = signed_in(cast.staff)
    answer = client.get(reverse("branches"))
    rows = {row.branch.code: row for row in answer.context["rows"]}
    assert list(rows) == ["GT01", "GT02", "YT01"] and rows["GT01"].head.deputy == cast.head_person
    for code, row in rows.items():
        assert page_of(client, code).context["figures"] == row.figures
        assert f"{reverse('branch', args=[code])}?show=silent" in answer.text
    assert (answer.context["total"].people, answer.context["total"].due) == (8, 40)


def test_a_clerk_sees_the_own_branches_and_a_station_can_be_chosen(cast, signed_in):
    rows = signed_in(cast.clerk).get(reverse("branches")).context["rows"]
    assert [row.branch.code for row in rows] == ["GT01", "GT02"]
    client = signed_in(cast.auditor)
    rows = client.get(reverse("branches"), {"station": "YT"}).context["rows"]
    assert [row.branch.code for row in rows] == ["YT01"]
    assert client.get(reverse("branches"), {"station": "XX"}).status_code == 404


@pytest.mark.parametrize("who", ["head", "deputy", "officer", "chief"])
def test_the_list_is_for_the_county_and_clerks(cast, signed_in, who):
    assert signed_in(getattr(cast, who)).get(reverse("branches")).status_code == 403


# ---- What it costs ---------------------------------------------------------------------------------------------------


def test_the_page_costs_the_same_with_one_member_and_with_fifteen(cast, signed_in, django_assert_max_num_queries):
    branch = open_station(code="GT08", name="第八分站", parent=cast.gt, opened_on=OPENED, actor=cast.admin)
    client, spent, number = signed_in(cast.clerk), [], 0
    for size in (1, 3, 15):
        while number < size:
            number += 1
            person = make_deputy(cast, f"代表{chr(0x4E00 + number)}", branch, head=number == 1)
            for name in "一二三四五"[: 1 + number % 5]:
                touch(cast, known(cast, person, name=f"选民{name}"), number)
        with django_assert_max_num_queries(12) as queries:
            assert len(links(page_of(client, "GT08"))) == size
        spent.append(len(queries))
    assert len(set(spent)) == 1


def test_the_list_costs_the_same_with_three_branches_and_with_72(cast, signed_in, django_assert_max_num_queries):
    client, spent = signed_in(cast.staff), []
    for size in (3, 72):
        for number in range(4, size + 1):
            branch = open_station(code=f"YT{number:02d}", name=f"第{number}号分站", parent=cast.yt, opened_on=OPENED,
                                  actor=cast.admin)  # fmt: skip
            make_deputy(cast, f"代表{chr(0x4E00 + number)}", branch, head=True)
        with django_assert_max_num_queries(10) as queries:
            assert len(client.get(reverse("branches")).context["rows"]) == size
        spent.append(len(queries))
    assert len(set(spent)) == 1
