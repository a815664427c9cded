"""What the roster says about a day, on the sheet: leave, stand-ins, days called off, moved and added, late entry."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from activities.models import Attendance, DutyLog, Leave, Roster, Shift, ShiftPlace
from activities.services import draft_roster, grant_exception, set_filing_limit
from activities.states import LeaveState, Presence, ShiftState
from activities.views.days import ReceptionDays
from stations.services import appoint
from stations.states import Role
from tests.cast import OPENED, SUNDAY, moment

DAY = SUNDAY.isoformat()
WEDNESDAY = SUNDAY + timedelta(days=3)
REASON = "庙会"


def url(name, day=SUNDAY):
    return reverse(name, args=[day.isoformat()])


@pytest.fixture
def shift(cast):
    """The day's shift of GT01: the head and 李代表."""
    draft_roster(station=cast.gt, month=SUNDAY, actor=cast.clerk, at=moment(SUNDAY))
    shift = Shift.objects.get(branch=cast.gt01, date=SUNDAY)
    shift.places.all().delete()
    for deputy in (cast.head_person, cast.deputy_person):
        ShiftPlace.objects.create(shift=shift, deputy=deputy)
    return shift


def on_leave(deputy, branch, kind=Presence.SICK_LEAVE, **more):
    leave = Leave(
        deputy=deputy, started_on=SUNDAY, ended_on=SUNDAY, kind=kind, reason="住院", state=LeaveState.APPROVED,
        asked_at=moment(SUNDAY),
    )  # fmt: skip
    leave.put_at(branch)
    for name, value in more.items():
        setattr(leave, name, value)
    leave.save()
    return leave


def row_of(page, code) -> str:
    return re.search(rf'id="{code}-row".*?</tbody>', page, re.S)[0]


def extra_day(branch, on=WEDNESDAY, **more):
    roster = Roster.objects.get_or_create(station=branch.parent, month=on.replace(day=1))[0]
    shift = Shift(roster=roster, date=on, for_sunday=more.pop("for_sunday", on), **more)
    shift.put_at(branch)
    shift.save()
    return shift


def errors_in(answer) -> list[str]:
    found = re.search(r'<div class="errsum".*?</div>', answer.content.decode(), re.S)
    return re.findall(r"<li><a[^>]*>(.*?)</a>", found[0]) if found else []


# --- Leave -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Presence.SICK_LEAVE, Presence.MATERNITY_LEAVE, Presence.OTHER_LEAVE])
def test_approved_leave_is_preset_with_its_kind(cast, shift, signed_in, kind):
    on_leave(cast.deputy_person, cast.gt01, kind)
    row = row_of(signed_in(cast.clerk).get(url("sunday-sheet")).content.decode(), "GT01")
    key = cast.deputy_person.pk
    assert re.findall(r'name="GT01-a-(\d+)" value="leave" checked', row) == [str(key)]
    assert re.search(rf'name="GT01-l-{key}".*?value="{kind.value}" selected', row)


@pytest.mark.parametrize(
    "more", [{"state": LeaveState.ASKED}, {"ended_on": SUNDAY - timedelta(days=1), "started_on": date(2026, 2, 1)}]
)
def test_leave_that_does_not_count_presets_nothing(cast, shift, signed_in, more):
    on_leave(cast.deputy_person, cast.gt01, **more)
    assert "checked" not in row_of(signed_in(cast.clerk).get(url("sunday-sheet")).content.decode(), "GT01")


def test_a_row_with_nothing_but_preset_leave_is_untouched(cast, shift, signed_in):
    on_leave(cast.deputy_person, cast.gt01)
    key = cast.deputy_person.pk
    sent = {f"GT01-a-{key}": "leave", f"GT01-l-{key}": "sick_leave"}
    answer = signed_in(cast.clerk).post(url("sunday-check"), sent)
    assert errors_in(answer) == ["还没有填任何分站,请先填一个分站再核对"]
    changed = signed_in(cast.clerk).post(url("sunday-check"), sent | {f"GT01-l-{key}": "private_leave"})
    assert "第一分站:请填赵站长是否到岗" in errors_in(changed)


def test_preset_leave_is_filed(cast, shift, signed_in):
    on_leave(cast.deputy_person, cast.gt01)
    sent = {f"GT01-a-{cast.head_person.pk}": "present", f"GT01-a-{cast.deputy_person.pk}": "leave",
            f"GT01-l-{cast.deputy_person.pk}": "sick_leave", "GT01-n": "0"}  # fmt: skip
    signed_in(cast.clerk).post(url("sunday-file"), sent)
    assert Attendance.objects.get(deputy=cast.deputy_person).status == Presence.SICK_LEAVE


def test_whoever_leave_took_off_the_roster_is_named_beside_the_row(cast, shift, signed_in):
    on_leave(cast.deputies["GT01"][2], cast.gt01)
    row = row_of(signed_in(cast.clerk).get(url("sunday-sheet")).content.decode(), "GT01")
    assert "请假:陈卫(病假)" in row


# --- Standing in -----------------------------------------------------------------------------------------------


def stand_in(cast, **more):
    return {
        f"GT01-a-{cast.head_person.pk}": "present", f"GT01-a-{cast.deputy_person.pk}": "absent", "GT01-n": "0",
        "GT01-sub": ["", str(cast.deputies["GT02"][1].pk)], "GT01-for": ["", str(cast.deputy_person.pk)],
    } | more  # fmt: skip


def test_a_substitute_stands_in_for_whom(cast, shift, signed_in):
    client = signed_in(cast.clerk)
    page = client.post(url("sunday-check"), stand_in(cast)).content.decode()
    assert "王芳(替李代表)" in page
    # The empty selects go along, so that each substitute keeps the deputy named beside it.
    assert re.findall(r'name="GT01-for" value="(\d*)"', page) == ["", str(cast.deputy_person.pk)]
    client.post(url("sunday-file"), stand_in(cast))
    row = Attendance.objects.get(status=Presence.SUBSTITUTE)
    assert (row.deputy.name, row.stands_in_for) == ("王芳", cast.deputy_person)
    assert "替李代表" in client.get(url("sunday-sheet")).content.decode()


def test_for_whom_may_stay_unsaid(cast, shift, signed_in):
    signed_in(cast.clerk).post(url("sunday-file"), stand_in(cast, **{"GT01-for": ["", ""]}))
    assert Attendance.objects.get(status=Presence.SUBSTITUTE).stands_in_for is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"GT01-sub": ["", ""]}, "请再选是哪位代表来顶班的"),
        ({"GT01-a-LI": "present"}, "李代表自己到岗了"),
    ],
)
def test_standing_in_that_does_not_fit_is_asked_about(cast, shift, signed_in, changes, sentence):
    changes = {name.replace("LI", str(cast.deputy_person.pk)): value for name, value in changes.items()}
    answer = signed_in(cast.clerk).post(url("sunday-file"), stand_in(cast, **changes))
    assert sentence in errors_in(answer)[0] and 'id="GT01-sub0"' in answer.content.decode()
    assert not DutyLog.objects.exists()


# --- Days called off, moved and added --------------------------------------------------------------------------


def test_a_cancelled_day_says_so_and_can_be_filed_after_all(cast, shift, signed_in):
    Shift.objects.filter(pk=shift.pk).update(state=ShiftState.CANCELLED, reason=REASON)
    client = signed_in(cast.clerk)
    row = row_of(client.get(url("sunday-sheet")).content.decode(), "GT01")
    assert "已取消" in row and REASON in row and "还是登记" in row and "GT01-n" not in row
    sent = {f"GT01-a-{place.deputy_id}": "present" for place in shift.places.all()} | {"GT01-n": "2", "again": "GT01"}
    assert "已取消" in client.post(url("sunday-check"), sent).content.decode()  # remarked once more before filing
    client.post(url("sunday-file"), sent)
    shift.refresh_from_db()
    assert (shift.state, shift.reason) == (ShiftState.PLANNED, "") and DutyLog.objects.get().received == 2


def test_a_cancelled_day_is_no_gap(cast, shift):
    days = ReceptionDays([cast.gt01, cast.gt02], SUNDAY, SUNDAY)
    assert [branch.code for branch in days.gaps(SUNDAY, 5)[0].missing] == ["GT01", "GT02"]
    Shift.objects.filter(pk=shift.pk).update(state=ShiftState.CANCELLED)
    day = ReceptionDays([cast.gt01, cast.gt02], SUNDAY, SUNDAY).gaps(SUNDAY, 5)[0]
    assert ([branch.code for branch in day.missing], day.done) == (["GT02"], 0)
    assert ReceptionDays([cast.gt01], SUNDAY, SUNDAY).gaps(SUNDAY, 5) == []
    Shift.objects.filter(pk=shift.pk).update(state=ShiftState.NOT_HELD)
    day = ReceptionDays([cast.gt01, cast.gt02], SUNDAY, SUNDAY).gaps(SUNDAY, 5)[0]
    assert ([branch.code for branch in day.missing], day.done) == (["GT02"], 1)


def test_a_moved_day_is_due_where_it_was_moved_to(cast, shift, signed_in):
    Shift.objects.filter(pk=shift.pk).update(date=WEDNESDAY, reason=REASON)
    days = ReceptionDays([cast.gt01, cast.gt02], SUNDAY, WEDNESDAY)
    assert days.dates == [SUNDAY, WEDNESDAY]
    gaps = {day.day: [branch.code for branch in day.missing] for day in days.gaps(WEDNESDAY, 5)}
    assert gaps == {WEDNESDAY: ["GT01"], SUNDAY: ["GT02"]}
    page = signed_in(cast.clerk).get(url("sunday-sheet")).content.decode()
    assert "改到3月4日" in row_of(page, "GT01") and REASON in row_of(page, "GT01")
    moved = signed_in(cast.clerk).get(url("sunday-sheet", WEDNESDAY)).content.decode()
    assert "李代表到岗" in row_of(moved, "GT01")


def test_an_extra_day_is_among_the_days_and_shows_what_is_planned(cast, shift, signed_in, monkeypatch):
    extra = extra_day(cast.gt01, is_extra=True, reason="赶集")
    ShiftPlace.objects.create(shift=extra, deputy=cast.head_person)
    monkeypatch.setattr("activities.views.sheets.today_here", lambda at=None: WEDNESDAY + timedelta(days=1))
    client = signed_in(cast.clerk)
    assert client.get(reverse("sunday")).url == url("sunday-sheet", WEDNESDAY)
    page = client.get(url("sunday-sheet", WEDNESDAY)).content.decode()
    assert "赵站长到岗" in row_of(page, "GT01") and "加开:赶集" in row_of(page, "GT01")
    assert f'href="{url("sunday-sheet")}"' in page  # the day before
    assert f'href="{url("sunday-sheet", WEDNESDAY)}"' in client.get(url("sunday-sheet")).content.decode()
    gaps = {day.day: [branch.code for branch in day.missing] for day in
            ReceptionDays([cast.gt01, cast.gt02], SUNDAY, WEDNESDAY).gaps(WEDNESDAY, 5)}  # fmt: skip
    assert gaps[WEDNESDAY] == ["GT01"]


def test_an_extra_day_of_the_neighbours_is_no_day_here(cast, shift):
    extra_day(cast.yt01, is_extra=True)
    assert ReceptionDays([cast.gt01], SUNDAY, WEDNESDAY).dates == [SUNDAY]


def test_of_two_shifts_on_one_day_the_one_to_be_held_counts(cast, shift, signed_in):
    """The next Sunday was moved here and then called off."""
    moved = extra_day(cast.gt01, SUNDAY, for_sunday=SUNDAY + timedelta(days=70), state=ShiftState.CANCELLED, reason=REASON)
    client = signed_in(cast.clerk)
    assert "李代表到岗" in row_of(client.get(url("sunday-sheet")).content.decode(), "GT01")
    client.post(url("sunday-file"), {"GT01-x": "1", "GT01-r": "下雪"})
    moved.refresh_from_db()
    shift.refresh_from_db()
    assert (moved.state, shift.state) == (ShiftState.CANCELLED, ShiftState.NOT_HELD)


# --- Two stations ----------------------------------------------------------------------------------------------


def test_a_clerk_of_two_stations_sees_both_by_name(cast, shift, signed_in):
    appoint(user=cast.clerk, role=Role.CLERK, station=cast.yt, started_on=OPENED, actor=cast.admin)
    client = signed_in(cast.clerk)
    page = client.get(url("sunday-sheet")).content.decode()
    assert "官亭镇、阎疃镇" in page
    assert "<b>官亭镇第一分站</b>" in page and "<b>阎疃镇第一分站</b>" in page
    assert page.index("GT02-row") < page.index("YT01-row")
    assert errors_in(client.post(url("sunday-check"), {"YT01-n": "2"}))[0].startswith("阎疃镇第一分站:")
    paper = client.get(url("sunday-print")).content.decode()
    assert paper.count('class="paper"') == 2 and "阎疃镇人大代表联络站" in paper


def test_with_one_station_its_name_is_not_repeated(cast, shift, signed_in):
    assert "<b>第一分站</b>" in signed_in(cast.clerk).get(url("sunday-sheet")).content.decode()


# --- Late entry ------------------------------------------------------------------------------------------------


@pytest.fixture
def too_late(cast):
    set_filing_limit(county=cast.county, day=5, actor=cast.admin, at=moment(SUNDAY))


def test_a_closed_day_says_what_to_do_and_keeps_what_was_typed(cast, shift, too_late, signed_in):
    client = signed_in(cast.clerk)
    page = client.get(url("sunday-sheet")).content.decode()
    assert "请县人大办公室批准补录" in page.replace("要先请县", "请县") and 'name="GT01-n"' not in page
    assert "下一步:核对" not in page
    answer = client.post(url("sunday-file"), {"GT01-n": "3", "GT01-o": "市场门口的路灯坏了三盏"})
    assert answer.status_code == 400 and "批准补录" in errors_in(answer)[0]
    assert "市场门口的路灯坏了三盏" in answer.content.decode() and not DutyLog.objects.exists()


def test_the_countys_exception_opens_the_branch_again(cast, shift, too_late, signed_in):
    today = date.today()
    grant_exception(
        place=cast.gt01, started_on=SUNDAY, ended_on=SUNDAY, open_until=today + timedelta(days=7), reason="补纸质登记",
        actor=cast.admin, at=moment(today),
    )  # fmt: skip
    page = signed_in(cast.clerk).get(url("sunday-sheet")).content.decode()
    assert 'name="GT01-n"' in page and 'name="GT02-n"' not in page and "已截止" in row_of(page, "GT02")


# --- The blank form --------------------------------------------------------------------------------------------


def test_the_paper_form_has_the_sheets_columns(cast, shift, signed_in):
    on_leave(cast.deputies["GT01"][2], cast.gt01)
    page = signed_in(cast.clerk).get(url("sunday-print")).content.decode()
    for words in ("代表到岗", "接待人数", "反映内容", "群众意见", "更多", "走访", "资料", "顶班", "未开展原因", "签字", "请假:陈卫"):
        assert words in page
