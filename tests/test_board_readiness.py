"""Boards for a month's first reception: what hangs has to be true that day; who is told, and what pages count."""

from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from activities.models import Shift
from activities.services import cancel_day, draft_roster, publish_roster
from deputies.models import Edition
from deputies.posters import order_of
from deputies.posters.editions import printing_of
from deputies.posters.readiness import keep_looks, readiness_of, watch_boards
from deputies.services import assign_to_branch, edit_deputy, end_mandate, record_edition, record_hanging
from deputies.services.readiness import count_boards, first_reception, month_in_view
from deputies.states import MembershipRole, Product, Readiness
from deputies.tasks import watch_boards as watch_boards_task
from julu_liaison.common.models import AuditLog, CalendarDay
from julu_liaison.common.working_days import today_here
from stations.models import Station
from tests.cast import make_deputy, moment
from tests.duties import dues_on

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
TODAY = date(2026, 3, 25)
AT = moment(TODAY)
FIRST = date(2026, 4, 5)
DEADLINE = date(2026, 4, 2)
RARE = "孙\U0002b740兰"
PAGE_QUERIES = 19
CALLED_OFF = "4月5日的接待停了、改期了或者没有人值班"

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("media", "nothing_known")]


@pytest.fixture
def nothing_known():
    cache.clear()
    yield
    cache.clear()


def printed(branch, size: str = "A2", at=AT) -> Edition:
    """An edition of the board as it is now, without the cost of drawing it: readiness asks for no file."""
    order = order_of(Product.BOARD, size)
    facts = order.product.facts_of([branch], today_here(at))[branch.pk]
    printing = printing_of(order, branch, order.product.for_size(facts, order.size))
    number = Edition.objects.filter(place=branch, size=size).count() + 1
    return record_edition(
        place=branch, product=Product.BOARD, size=size, number=number, facts=printing.said, facts_hash=printing.digest,
        file=f"editions/{branch.code}.pdf", actor=None, at=at,
    )  # fmt: skip


def hung(edition: Edition, at=None) -> Edition:
    at = at or edition.made_at
    record_hanging(editions=[edition], hung_on=today_here(at), where="村委会大门", by="老李", actor=None, at=at)
    return edition


def look(*branches, first_day: date = FIRST, at=AT):
    return readiness_of(branches, first_day, at)


def published(cast, month: date) -> None:
    roster = draft_roster(station=cast.gt, month=month, actor=cast.clerk, at=AT).roster
    publish_roster(roster=roster, actor=cast.clerk, at=AT)


def told(user) -> list[str]:
    return [notice.text for notice in user.notices.filter(link__contains="/boards/ready/").order_by("pk")]


# ---- Days ----


def test_the_first_reception_is_the_first_sunday_or_the_day_holidays_postpone_it_to(db):
    assert [first_reception(date(2026, month, 1)) for month in (3, 4, 11)] == [MARCH, FIRST, date(2026, 11, 1)]
    for day in range(1, 8):
        CalendarDay.objects.create(date=date(2026, 10, day), kind="holiday", name="国庆节")
    assert first_reception(date(2026, 10, 1)) == date(2026, 10, 8)


def test_two_weeks_ahead_the_next_month_comes_into_view(db):
    assert month_in_view(date(2026, 3, 21)) == MARCH
    assert month_in_view(date(2026, 3, 22)) == month_in_view(FIRST) == APRIL


# ---- States ----


def test_from_never_printed_to_ready_and_back(cast):
    assert [row.state for row in look(cast.gt01, cast.gt02)] == [Readiness.NEVER] * 2
    first = printed(cast.gt01)
    (row,) = look(cast.gt01)
    assert (row.state, row.edition) == (Readiness.UNHUNG, first)
    hung(first)
    (row,) = look(cast.gt01)
    assert (row.state, row.edition, row.why) == (Readiness.READY, first, [])
    edit_deputy(deputy=cast.deputy_person, actor=cast.admin, position="校长")
    (row,) = look(cast.gt01)
    assert (row.state, row.edition, row.why) == (Readiness.CHANGED, first, ["李代表:职务 教师 → 校长"])
    second = printed(cast.gt01)
    (row,) = look(cast.gt01)
    assert (row.state, row.edition) == (Readiness.UNHUNG, second)
    assert look(cast.gt02)[0].state == Readiness.NEVER


def test_what_was_printed_and_no_longer_holds_is_not_hung(cast):
    first = printed(cast.gt01)
    edit_deputy(deputy=cast.deputy_person, actor=cast.admin, position="校长")
    (row,) = look(cast.gt01)
    assert (row.state, row.edition, row.brief) == (Readiness.CHANGED, first, "李代表:职务 教师 → 校长")


def test_any_size_that_hangs_counts_and_a_draft_beside_it_does_not(cast):
    hung(printed(cast.gt01, "2400x1200"))
    printed(cast.gt01, "A3", at=AT + timedelta(hours=1))
    assert look(cast.gt01)[0].state == Readiness.READY


def test_what_cannot_be_printed_says_why_and_what_hangs_truly_stays_ready(cast):
    hung(printed(cast.gt01))
    make_deputy(cast, RARE, cast.gt02)
    ready, refused = look(cast.gt01, cast.gt02)
    assert (ready.state, refused.state) == (Readiness.READY, Readiness.REFUSED)
    assert RARE in refused.brief and "U+2B740" in refused.brief
    edit_deputy(deputy=cast.deputy_person, actor=cast.admin, employer="厂\ue000")
    assert look(cast.gt01)[0].state == Readiness.REFUSED


def test_the_list_has_to_hold_on_the_first_day(cast):
    """Printed on 4 March with March's Sundays: on 5 April they have passed, which matters once April is published."""
    published(cast, MARCH)
    hung(printed(cast.gt01, at=moment(date(2026, 3, 4))))
    assert look(cast.gt01)[0].state == Readiness.READY
    published(cast, APRIL)
    assert look(cast.gt01, first_day=MARCH)[0].state == Readiness.READY
    (row,) = look(cast.gt01)
    assert (row.state, row.why) == (Readiness.CHANGED, ["近期值班已经过完了"])


def test_a_first_day_that_was_called_off_is_a_reason(cast):
    published(cast, APRIL)
    hung(printed(cast.gt01))
    assert look(cast.gt01)[0].state == Readiness.READY
    cancel_day(shifts=[Shift.objects.get(branch=cast.gt01, date=FIRST)], reason="停电", actor=cast.clerk, at=AT)
    (row,) = look(cast.gt01)
    assert (row.state, row.why) == (Readiness.CHANGED, [CALLED_OFF])


def test_what_will_be_untrue_on_the_first_day_is_not_ready(cast):
    """Somebody moves between today and the first reception: neither branch's board can be printed for that day yet."""
    hung(printed(cast.gt01))
    printed(cast.gt02)
    moving = {"deputy": cast.deputy_person, "branch": cast.gt02, "role": MembershipRole.MEMBER, "actor": cast.admin}
    assign_to_branch(started_on=FIRST, **moving)
    left, came = look(cast.gt01, cast.gt02)
    wait = "现在还不能印成那天的内容,等变动以后再印"
    assert (left.state, left.why) == (Readiness.CHANGED, ["到4月5日:走了:李代表", wait])
    assert (came.state, came.why) == (Readiness.CHANGED, ["到4月5日:新来:李代表", wait])
    assert look(cast.gt01, first_day=FIRST - timedelta(days=1))[0].state == Readiness.READY
    edit_deputy(deputy=cast.head_person, actor=cast.admin, position="校长")
    assert look(cast.gt01)[0].why == ["赵站长:职务 教师 → 校长", "到4月5日:走了:李代表"]
    day = moment(FIRST)
    hung(printed(cast.gt01, at=day))
    assert look(cast.gt01, at=day)[0].state == Readiness.READY


def test_a_mandate_that_ends_before_the_first_day_is_a_reason(cast):
    hung(printed(cast.gt01))
    mandate = cast.deputy_person.mandates.get()
    end_mandate(mandate=mandate, ended_on=FIRST, reason="辞职", actor=cast.admin)
    assert look(cast.gt01)[0].state == Readiness.READY
    end_mandate(mandate=mandate, ended_on=FIRST - timedelta(days=1), reason="辞职", actor=cast.admin)
    (row,) = look(cast.gt01)
    assert (row.state, row.why[0]) == (
        Readiness.CHANGED, "到4月5日:李代表已经没有代表资格,请先调出分站或补上代表资格",
    )  # fmt: skip


def test_many_reasons_are_told_in_brief(cast):
    first = hung(printed(cast.gt01))
    for person in cast.deputies["GT01"]:
        edit_deputy(deputy=person, actor=cast.admin, position="校长")
    Station.objects.filter(pk=cast.gt01.pk).update(address="李庄村委会")
    (row,) = look(cast.gt01)
    assert (row.edition, len(row.why)) == (first, 5)
    assert row.brief.endswith("等5处") and row.brief.count(";") == 3


def test_queries_do_not_grow_with_the_branches(cast, django_assert_num_queries):
    published(cast, APRIL)
    hung(printed(cast.gt02))
    printed(cast.yt01)
    for branches in ([cast.gt01], [cast.gt01, cast.gt02, cast.yt01]):
        with django_assert_num_queries(16):
            look(*branches)
        with django_assert_num_queries(9):
            look(*branches, first_day=TODAY)


# ---- Telling ----


def test_three_days_before_county_and_clerks_are_told_once(cast):
    hung(printed(cast.yt01))
    before = moment(DEADLINE - timedelta(days=1), 7)
    assert watch_boards(at=before) == 0
    assert watch_boards(at=moment(DEADLINE, 7)) == 3  # two of the county and one clerk
    words = "4月5日是4月第一个接待日,还有2个分站的公示牌没有就绪:官亭镇人大代表联络站第一分站、官亭镇人大代表联络站第二分站。"
    assert told(cast.admin) == told(cast.staff) == told(cast.clerk) == [words]
    for user in (cast.stranger, cast.auditor, cast.head, cast.deputy, cast.officer):
        assert told(user) == []
    assert AuditLog.objects.get(action="remind_of_boards").detail == {"month": "2026-04", "notices": 3}
    printed(cast.gt01)
    assert watch_boards(at=moment(DEADLINE, 8)) == watch_boards(at=moment(DEADLINE + timedelta(days=1), 7)) == 0
    assert cast.clerk.notices.filter(link="/console/boards/ready/?month=2026-04").count() == 1


def test_a_missed_run_is_made_up_for_until_the_day_itself(cast):
    assert watch_boards(at=moment(FIRST, 7)) == 0
    assert watch_boards(at=moment(DEADLINE + timedelta(days=1), 7)) == 4
    assert told(cast.staff) == [
        "4月5日是4月第一个接待日,还有3个分站的公示牌没有就绪:官亭镇人大代表联络站第一分站、官亭镇人大代表联络站第二分站、"
        "阎疃镇人大代表联络站第一分站。"
    ]


def test_nothing_is_told_when_all_are_ready(cast):
    for branch in (cast.gt01, cast.gt02, cast.yt01):
        hung(printed(branch))
    assert watch_boards(at=moment(DEADLINE, 7)) == 0
    assert not AuditLog.objects.filter(action="remind_of_boards").exists()


# ---- Counting without looking ----


def counted(today: date = TODAY) -> dict:
    return dict(count_boards(Station.objects.branches().open(today), today))


def test_counts_follow_printing_and_hanging_and_learn_of_changes_by_a_look(cast, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert counted() == {"never": 3}
    hung(printed(cast.gt01))
    printed(cast.gt02)
    assert counted() == {"ready": 1, "unhung": 1, "never": 1}
    for position in ("校长", "老师"):
        edit_deputy(deputy=cast.deputy_person, actor=cast.admin, position=position)
        assert counted()["ready"] == 1  # nobody has looked since
    later = AT + timedelta(hours=1)
    watch_boards(at=later)
    assert counted() == {"changed": 1, "unhung": 1, "never": 1}
    new = printed(cast.gt01, at=later + timedelta(hours=1))
    assert counted() == {"unhung": 2, "never": 1}
    hung(new, at=later + timedelta(hours=2))
    assert counted() == {"ready": 1, "unhung": 1, "never": 1}


def looked(cast, at=AT) -> None:
    keep_looks(look(cast.gt01, at=at), month=APRIL, at=at)


def test_hanging_what_was_found_untrue_makes_no_board_ready(cast):
    old = printed(cast.gt01)
    edit_deputy(deputy=cast.deputy_person, actor=cast.admin, position="校长")
    looked(cast, AT + timedelta(hours=1))
    hung(old, at=AT + timedelta(hours=2))
    assert counted() == {"changed": 1, "never": 2}


def test_another_size_printed_beside_a_ready_board_changes_nothing(cast):
    hung(printed(cast.gt01))
    looked(cast, AT + timedelta(hours=1))
    small = printed(cast.gt01, "A3", at=AT + timedelta(hours=2))
    assert counted() == {"ready": 1, "never": 2}
    looked(cast, AT + timedelta(hours=3))
    hung(small, at=AT + timedelta(hours=4))
    assert counted() == {"ready": 1, "never": 2}


def test_what_is_printed_before_a_known_change_is_not_counted_as_ready(cast):
    assign_to_branch(
        deputy=cast.deputy_person, branch=cast.gt02, role=MembershipRole.MEMBER, started_on=FIRST, actor=cast.admin
    )  # fmt: skip
    looked(cast)
    hung(printed(cast.gt01, at=AT + timedelta(hours=1)))
    assert counted()["changed"] == 1


STEPS = st.lists(st.sampled_from(["A2", "A3", "change", "look", "hang", "hang", "hang the first"]), min_size=3, max_size=8)


@example(["A3", "A2", "hang", "hang the first", "A3"])  # both hung on one day: the later print hangs, for list and count
@given(STEPS)
@hypothesis_settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_board_is_counted_as_ready_that_is_not_unless_it_changed_since_the_look(cast, steps):
    cache.clear()
    was_ready, changed = False, False
    with transaction.atomic():
        for number, step in enumerate(steps):
            at = AT + timedelta(minutes=number)
            editions = list(Edition.objects.order_by("made_at"))
            if step == "change":
                edit_deputy(deputy=cast.deputy_person, actor=cast.admin, position=f"第{number}任校长")
                changed = True
            elif step == "look":
                looked(cast, at)
                changed = False
            elif step in ("A2", "A3"):
                printed(cast.gt01, step, at=at)
            elif editions:
                hung(editions[-1 if step == "hang" else 0], at=at)
            (row,), is_ready = look(cast.gt01, at=at), counted().get("ready") == 1
            assert not is_ready or row.is_ready or changed
            if was_ready and step == "A3" and Edition.objects.hanging([cast.gt01.pk])[cast.gt01.pk].size == "A2":
                assert is_ready
            was_ready = is_ready
        transaction.set_rollback(True)


def test_homes_count_what_the_page_lists(cast, signed_in):
    now = timezone.now()
    printed(cast.gt01, at=now)
    page = signed_in(cast.staff).get(reverse("boards-ready"))
    tasks = {task.label: task for task in signed_in(cast.staff).get(reverse("console")).context["tasks"]}
    assert (tasks["公示牌要印"].number, tasks["公示牌印好没挂"].number) == (2, 1)
    assert tasks["公示牌要印"].url == reverse("boards-ready")
    assert dict(page.context["counts"]) | {"就绪": 0} == {"就绪": 0, "没有印过": 2, "印好没挂": 1, "内容已变": 0, "印不了": 0}
    home = signed_in(cast.clerk).get(reverse("station-home"))
    assert dues_on(home)["公示牌没就绪"] == 2
    assert "公示牌没就绪" not in signed_in(cast.head).get(reverse("station-home")).text


# ---- The page and the task ----


def test_page_names_what_is_not_ready_and_what_to_do(cast, signed_in):
    now = timezone.now()
    hung(printed(cast.gt01, at=now))
    waiting = printed(cast.gt02, at=now)
    page = signed_in(cast.staff).get(reverse("boards-ready"))
    assert "3个里1个就绪" in page.text
    assert reverse("edition", args=[waiting.uid]) in page.text and f"{reverse('boards')}?station=YT01" in page.text
    assert [(name, [row.place.code for row in rows]) for name, rows in page.context["waiting"]] == [
        ("官亭镇", ["GT02"]), ("阎疃镇", ["YT01"]),
    ]  # fmt: skip


def test_page_is_read_by_auditors_and_a_clerk_sees_the_own_station(cast, signed_in, client):
    assert client.get(reverse("boards-ready")).status_code == 302
    for user in (cast.head, cast.deputy, cast.officer):
        assert signed_in(user).get(reverse("boards-ready")).status_code == 403
    assert [name for name, _rows in signed_in(cast.clerk).get(reverse("boards-ready")).context["waiting"]] == ["官亭镇"]
    audited = signed_in(cast.auditor).get(reverse("boards-ready"))
    assert audited.context["total"] == 3 and "印新的一版" not in audited.text
    assert signed_in(cast.staff).post(reverse("boards-ready")).status_code == 405


def test_page_of_this_month_and_the_next_others_lead_to_the_one_in_view(cast, signed_in):
    client, today = signed_in(cast.staff), today_here()
    following = (today.replace(day=1) + timedelta(days=31)).replace(day=1)
    for month in (today, following):
        page = client.get(reverse("boards-ready"), {"month": f"{month:%Y-%m}"})
        assert page.context["first_day"] == first_reception(month.replace(day=1))
    assert client.get(reverse("boards-ready"), {"month": "2020-01"}).url == reverse("boards-ready")
    for wrong in ("2026-13", "x", ""):
        assert client.get(reverse("boards-ready"), {"month": wrong}).status_code == 404


def test_page_costs_the_same_for_one_branch_and_for_three(cast, signed_in, django_assert_num_queries):
    client, following = signed_in(cast.staff), f"{today_here() + relativedelta(months=1):%Y-%m}"
    for branches, closed_on in ((1, date(2021, 1, 1)), (3, None)):
        Station.objects.filter(code__in=["GT02", "YT01"]).update(closed_on=closed_on)
        with django_assert_num_queries(PAGE_QUERIES):
            answer = client.get(reverse("boards-ready"), {"month": following})
        assert answer.context["total"] == branches


def test_the_daily_task_is_on_the_schedule(cast, settings):
    assert settings.CELERY_BEAT_SCHEDULE["boards-daily"]["task"] == watch_boards_task.name
    watch_boards_task()
    assert counted(today_here()) == {"never": 3}
