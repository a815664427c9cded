"""Late entry: until a set day of the next month, then only with a dated exception by the county."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from activities.models import FilingException, FilingLimit
from activities.rules import last_filing_day
from activities.services import (
    Audience,
    SundayRow,
    announce_activity,
    ask_own_people,
    cancel_activity,
    change_activity,
    closed_reason,
    closed_reasons,
    correct_log,
    draft_roster,
    end_exception,
    file_log,
    finish_activity,
    grant_exception,
    record_activity,
    record_attendance,
    record_not_held,
    set_filing_limit,
    void_log,
)
from activities.states import Presence
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from tests.cast import SUNDAY, moment

LAST = date(2026, 4, 5)
IN_TIME, TOO_LATE = moment(LAST, 23), moment(date(2026, 4, 6), 0)


def limit(cast, day=5):
    return set_filing_limit(county=cast.county, day=day, actor=cast.staff, at=IN_TIME)


def grant(cast, **changes):
    fields = {
        "place": cast.gt01, "started_on": SUNDAY, "ended_on": SUNDAY, "open_until": date(2026, 4, 10),
        "reason": "分站停电,纸质记录后补", "actor": cast.staff, "at": TOO_LATE,
    }  # fmt: skip
    return grant_exception(**(fields | changes))


def row_for(cast, **changes) -> SundayRow:
    return SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, **changes)


def file(cast, at, on=SUNDAY):
    return file_log(row=row_for(cast), on=on, actor=cast.clerk, at=at).log


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 28))
def test_the_last_day_lies_in_the_next_month_and_is_the_same_for_its_whole_month(on, day):
    last = last_filing_day(on, day)
    assert last.day == day
    assert (last.year * 12 + last.month) - (on.year * 12 + on.month) == 1
    assert last == last_filing_day(on.replace(day=1), day)


def test_without_a_limit_any_past_day_can_be_filed(cast):
    assert closed_reason(cast.gt01, date(2020, 1, 5), TOO_LATE) == ""
    assert file(cast, TOO_LATE, on=date(2020, 1, 5)).number == "〔2020〕第001号"


def test_the_set_day_is_the_last_one(cast):
    limit(cast)
    assert closed_reason(cast.gt01, SUNDAY, IN_TIME) == ""
    assert "到2026年4月5日截止了" in closed_reason(cast.gt01, SUNDAY, TOO_LATE)
    assert "请县人大办公室批准补录" in closed_reason(cast.gt01, date(2026, 3, 31), TOO_LATE)
    assert closed_reason(cast.gt01, date(2026, 4, 1), TOO_LATE) == ""


def test_filing_not_held_correcting_and_voiding_all_obey(cast):
    draft_roster(station=cast.gt, month=SUNDAY, actor=cast.clerk, at=moment(SUNDAY))
    log = file(cast, IN_TIME)
    limit(cast)
    acts = (
        lambda: file(cast, TOO_LATE),
        lambda: record_not_held(branch=cast.gt01, on=date(2026, 3, 8), reason="大雪", actor=cast.clerk, at=TOO_LATE),
        lambda: correct_log(
            log=log, row=row_for(cast, received=2), reason="写错了", version=1, actor=cast.clerk, at=TOO_LATE
        ),
        lambda: void_log(log=log, reason="重复", actor=cast.clerk, at=TOO_LATE),
    )
    for act in acts:
        with pytest.raises(DomainError, match="请县人大办公室批准补录"):
            act()
    grant(cast, ended_on=date(2026, 3, 8))
    acts[1]()
    assert acts[2]().version == 2
    assert acts[3]().void_reason == "重复"
    assert acts[0]().number == "〔2026〕第002号"


@pytest.mark.parametrize(
    ("place", "opened"), [("gt01", {"gt01"}), ("gt", {"gt01", "gt02"}), ("county", {"gt01", "gt02", "yt01"})]
)
def test_an_exception_covers_a_place_and_what_is_below_it(cast, place, opened):
    limit(cast)
    grant(cast, place=getattr(cast, place))
    branches = {"gt01": cast.gt01, "gt02": cast.gt02, "yt01": cast.yt01}
    assert {key for key, branch in branches.items() if not closed_reason(branch, SUNDAY, TOO_LATE)} == opened


def test_an_exception_covers_its_days_until_its_own_end(cast):
    limit(cast)
    grant(cast, ended_on=date(2026, 3, 8))
    assert closed_reason(cast.gt01, SUNDAY - timedelta(days=1), TOO_LATE)
    assert not closed_reason(cast.gt01, date(2026, 3, 8), TOO_LATE)
    assert closed_reason(cast.gt01, date(2026, 3, 9), TOO_LATE)
    assert not closed_reason(cast.gt01, SUNDAY, moment(date(2026, 4, 10), 23))
    assert closed_reason(cast.gt01, SUNDAY, moment(date(2026, 4, 11), 0))


def test_many_branches_cost_three_queries(cast, django_assert_num_queries):
    limit(cast)
    grant(cast)
    with django_assert_num_queries(3):
        closed = closed_reasons([cast.gt01, cast.gt02, cast.yt01], SUNDAY, TOO_LATE)
    assert set(closed) == {cast.gt02.pk, cast.yt01.pk}


@pytest.mark.parametrize("day", [0, 29, -1])
def test_the_limit_is_a_day_of_every_month(cast, day):
    with pytest.raises(DomainError) as error:
        limit(cast, day)
    assert "day" in error.value.fields


def test_the_limit_is_audited_once_a_change_and_can_be_lifted(cast):
    limit(cast)
    limit(cast)
    limit(cast, None)
    details = [row.detail for row in AuditLog.objects.filter(action="set_filing_limit").order_by("pk")]
    assert details == [{"before": None, "after": 5}, {"before": 5, "after": None}]
    assert FilingLimit.objects.get().day is None
    assert closed_reason(cast.gt01, SUNDAY, TOO_LATE) == ""


@pytest.mark.parametrize("role", ["auditor", "clerk", "head", "deputy", "officer", "system"])
def test_only_the_county_sets_limits_and_grants_exceptions(cast, role):
    exception = grant(cast)
    actor = getattr(cast, role)
    for act in (
        lambda: set_filing_limit(county=cast.county, day=5, actor=actor, at=TOO_LATE),
        lambda: grant(cast, actor=actor),
        lambda: end_exception(exception=exception, actor=actor, at=TOO_LATE),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ended_on": SUNDAY - timedelta(days=1)}, "ended_on"),
        ({"ended_on": date(2026, 4, 7)}, "ended_on"),
        ({"open_until": date(2026, 4, 5)}, "open_until"),
        ({"reason": " "}, "reason"),
        ({"reason": "长" * 101}, "reason"),
    ],
)
def test_a_strange_exception_is_refused(cast, changes, field):
    with pytest.raises(DomainError) as error:
        grant(cast, **changes)
    assert list(error.value.fields) == [field]
    assert not FilingException.objects.exists()


@pytest.mark.parametrize(("place", "told"), [("gt01", {"clerk"}), ("gt", {"clerk"}), ("county", {"clerk", "stranger"})])
def test_the_clerks_concerned_are_told(cast, place, told):
    grant(cast, place=getattr(cast, place))
    heard = {role for role in ("clerk", "stranger") if getattr(cast, role).notices.exists()}
    assert heard == told
    assert "到4月10日为止" in cast.clerk.notices.get().text


def test_an_exception_can_be_taken_back(cast):
    limit(cast)
    exception = grant(cast)
    end_exception(exception=exception, actor=cast.staff, at=TOO_LATE)
    assert closed_reason(cast.gt01, SUNDAY, TOO_LATE)
    with pytest.raises(Conflict, match="已经到期"):
        end_exception(exception=exception, actor=cast.staff, at=TOO_LATE)
    assert AuditLog.objects.get(action="end_exception").detail["open_until"] == "2026-04-10"


# ---- Activities ------------------------------------------------------------------------------------------------------


def announce(cast, at, **facts):
    given = {
        "station": cast.gt, "kind": "study", "title": "学习", "held_on": SUNDAY, "actor": cast.clerk,
        "audience": Audience(places=(cast.gt02,)),
    }  # fmt: skip
    return announce_activity(at=at, **(given | facts))


def present(cast, code="GT02"):
    return dict.fromkeys(cast.deputies[code], Presence.PRESENT)


def test_activities_of_a_closed_month_are_as_closed(cast):
    open_one, held = announce(cast, IN_TIME), announce(cast, IN_TIME)
    by_clerk = {"actor": cast.clerk, "at": TOO_LATE}
    record_attendance(activity=held, statuses=present(cast), actor=cast.clerk, at=IN_TIME)
    finish_activity(activity=held, actor=cast.clerk, at=IN_TIME)
    ahead = announce(cast, IN_TIME, held_on=date(2026, 4, 20))
    limit(cast)
    acts = (
        lambda: announce(cast, TOO_LATE),
        lambda: record_activity(
            station=cast.gt, kind="study", title="学习", held_on=SUNDAY, attendance=present(cast), **by_clerk
        ),
        lambda: record_attendance(activity=open_one, statuses=present(cast), **by_clerk),
        lambda: finish_activity(activity=open_one, **by_clerk),
        lambda: record_attendance(activity=held, statuses=present(cast), reason="看错", **by_clerk),
        lambda: finish_activity(activity=held, leaflets=3, reason="漏记", **by_clerk),
        lambda: change_activity(activity=held, changes={"title": "培训"}, reason="写错", **by_clerk),
        lambda: change_activity(activity=held, changes={"held_on": date(2026, 4, 2)}, reason="写错", **by_clerk),
        lambda: change_activity(activity=ahead, changes={"held_on": SUNDAY}, **by_clerk),
        lambda: cancel_activity(activity=held, reason="登记错了", **by_clerk),
    )
    for act in acts:
        with pytest.raises(DomainError, match="请县人大办公室批准补录"):
            act()
    grant(cast, place=cast.gt)
    for act in acts[:4]:
        act()
    assert cancel_activity(activity=held, reason="登记错了", **by_clerk).state == "cancelled"


def test_what_was_only_announced_can_still_be_put_off_or_called_off(cast):
    first, second = announce(cast, IN_TIME), announce(cast, IN_TIME)
    limit(cast)
    later = change_activity(
        activity=first, changes={"held_on": date(2026, 4, 20)}, actor=cast.clerk, at=TOO_LATE
    )
    assert later.held_on == date(2026, 4, 20)
    assert cancel_activity(activity=second, reason="没有办", actor=cast.clerk, at=TOO_LATE).state == "cancelled"


def test_for_a_partner_the_own_station_counts(cast):
    joint = announce(cast, IN_TIME, partners=[cast.yt])
    ask = {"activity": joint, "station": cast.yt, "audience": Audience(places=(cast.yt,)), "actor": cast.stranger}
    record = {"activity": joint, "statuses": present(cast, "YT01"), "actor": cast.stranger, "at": TOO_LATE}
    limit(cast)
    grant(cast, place=cast.gt)
    for act in (lambda: ask_own_people(at=TOO_LATE, **ask), lambda: record_attendance(**record)):
        with pytest.raises(DomainError, match="请县人大办公室批准补录"):
            act()
    grant(cast, place=cast.yt)
    ask_own_people(at=TOO_LATE, **ask)
    record_attendance(**record)
    assert joint.attendance.filter(status=Presence.PRESENT).count() == 2


def test_the_page_of_an_activity_says_that_its_month_is_closed(cast, signed_in):
    long_ago = today_here() - timedelta(days=70)
    made = announce(cast, moment(long_ago, 18), held_on=long_ago)
    limit(cast)
    page = signed_in(cast.clerk)
    text = page.get(reverse("activity", args=[made.uid])).content.decode()
    assert "批准补录" in text and "登记出席</a>" not in text and "取消这个活动" in text
    assert page.get(reverse("activity-attendance", args=[made.uid])).status_code == 409
