"""The clerk's Sunday sheet: typed → checked → filed; nothing typed is ever lost, nothing is filed twice."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import reverse

from activities.forms import SundaySheet
from activities.models import Attendance, DutyLog, Shift
from activities.rules import guess_category
from activities.services import Matter, SundayRow, draft_roster, file_log, publish_roster
from activities.states import Category, Form, Presence, ShiftState
from deputies.models import Deputy
from julu_liaison.frame import frame
from opinions.models import Opinion
from stations.models import Station
from stations.services import appoint, open_station
from stations.states import Role
from tests.cast import OPENED, SUNDAY, make_deputy, moment
from tests.duties import dues_on

DAY = SUNDAY.isoformat()
KEY = "7b0c5a52-1f0f-4d8c-9a57-0d7f2f6b7e11"
LIGHTS = "市场门口的路灯坏了三盏"
CANAL = "三组灌溉渠塌了二十米"


@pytest.fixture
def rostered(cast):
    """Branch GT01 has its roster; GT02 loses its shift of the day, as a branch that was forgotten."""
    roster = draft_roster(station=cast.gt, month=SUNDAY, actor=cast.clerk, at=moment(SUNDAY)).roster
    publish_roster(roster=roster, actor=cast.clerk, at=moment(SUNDAY))
    Shift.objects.filter(branch=cast.gt02, date=SUNDAY).delete()
    return cast


@pytest.fixture
def on_duty(rostered):
    shift = Shift.objects.get(branch=rostered.gt01, date=SUNDAY)
    return [place.deputy for place in shift.places.all()]


def sheet_of(deputies, **more) -> dict:
    """What a browser sends for GT01 with everybody present and three visitors."""
    fields = {"key": KEY, "GT01-n": "3", "GT01-form": "onsite"}
    fields |= {f"GT01-a-{deputy.pk}": "present" for deputy in deputies}
    return fields | more


def url(name, day=DAY):
    return reverse(name, args=[day])


def errors_in(response) -> list[str]:
    found = re.search(r'<div class="errsum".*?</div>', response.content.decode(), re.S)
    return re.findall(r"<li><a[^>]*>(.*?)</a>", found[0]) if found else []


def hidden_of(response) -> dict:
    """The fields the check page would send back."""
    page = response.content.decode()
    fields: dict = {}
    for tag in re.findall(r"<input type=\"hidden\"[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag)[1], re.search(r'value="([^"]*)"', tag)[1]
        if name not in ("csrfmiddlewaretoken", "next"):
            fields.setdefault(name, []).append(value)
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        fields[name] = [chosen[1]]
    return fields


# --- Ways in ---------------------------------------------------------------------------------------------------


def test_sheet_shows_the_roster_with_nobody_chosen_yet(rostered, on_duty, signed_in):
    page = signed_in(rostered.clerk).get(url("sunday-sheet")).content.decode()
    for deputy in on_duty:
        assert f"{deputy.name}到岗" in page
    assert not re.search(r'type="radio"[^>]*checked', page)
    assert "没有排班" in page  # GT02


def test_way_in_leads_to_the_latest_reception_day(cast, signed_in, monkeypatch):
    monkeypatch.setattr("activities.views.sheets.today_here", lambda at=None: SUNDAY + timedelta(days=3))
    assert signed_in(cast.clerk).get(reverse("sunday")).url == url("sunday-sheet")


@pytest.mark.once
@pytest.mark.parametrize("day", ["2026-02-30", "2026-3-1", "20260301", "abc", "9999-12-31", "1999-01-03"])
def test_a_day_that_is_none_is_404(cast, signed_in, day):
    assert signed_in(cast.clerk).get(url("sunday-sheet", day)).status_code == 404


def test_a_future_day_says_so_and_cannot_be_filed(rostered, on_duty, signed_in):
    client = signed_in(rostered.clerk)
    later = (date.today() + timedelta(days=30)).isoformat()
    assert "这一天还没到" in client.get(url("sunday-sheet", later)).content.decode()
    client.post(url("sunday-file", later), sheet_of(on_duty, **{"GT02-came": str(on_duty[0].pk), "GT02-n": "0"}))
    assert not DutyLog.objects.exists()


@pytest.mark.once
@pytest.mark.parametrize("name", ["sunday-sheet", "sunday-check", "sunday-file", "sunday-done", "sunday-print"])
@pytest.mark.parametrize("who", ["deputy", "staff", "officer", "auditor"])
def test_whoever_files_for_no_branch_gets_404(cast, signed_in, name, who):
    client = signed_in(getattr(cast, who))
    answer = client.post(url(name), {}) if name in ("sunday-check", "sunday-file") else client.get(url(name))
    assert answer.status_code in (302, 404)
    assert client.get(url("sunday-sheet")).status_code == 404
    assert client.get(reverse("station-home")).status_code == 404


def test_without_login_the_way_leads_back_to_the_sheet(rostered, on_duty, client):
    answer = client.post(url("sunday-file"), sheet_of(on_duty))
    assert answer.url == f"{reverse('login')}?next={url('sunday-file')}"
    client.force_login(rostered.clerk, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(url("sunday-file")).url == url("sunday-sheet")
    assert client.get(url("sunday-check")).url == url("sunday-sheet")
    assert not DutyLog.objects.exists()


def test_the_neighbours_clerk_neither_sees_nor_files_it(rostered, on_duty, signed_in):
    client = signed_in(rostered.stranger)
    page = client.get(url("sunday-sheet")).content.decode()
    assert "GT01" not in page and "YT01-row" in page
    answer = client.post(url("sunday-file"), sheet_of(on_duty))
    assert answer.status_code == 400 and not DutyLog.objects.exists()


def test_a_head_files_for_the_own_branch_only(rostered, on_duty, signed_in):
    client = signed_in(rostered.head)
    page = client.get(url("sunday-sheet")).content.decode()
    assert "GT01-row" in page and "GT02-row" not in page
    client.post(url("sunday-file"), sheet_of(on_duty))
    assert DutyLog.objects.get().recorder == rostered.head


# --- Checking --------------------------------------------------------------------------------------------------


def test_check_shows_what_will_be_filed_and_files_nothing(rostered, on_duty, signed_in):
    data = sheet_of(on_duty, **{"GT01-t": ["water", "utilities"], "GT01-o": f"{LIGHTS}\n\n {CANAL} \n"})
    page = signed_in(rostered.clerk).post(url("sunday-check"), data).content.decode()
    assert LIGHTS in page and CANAL in page and page.count('class="line"') == 2
    assert not DutyLog.objects.exists()


@pytest.mark.parametrize(
    ("chosen", "text", "expected"),
    [
        (["education"], "路灯坏了", Category.ENVIRONMENT),
        (["road"], "村卫生室缺常用药", Category.HEALTH),
        (["education", "water"], CANAL, Category.WATER),
        (["housing", "water"], "想问问情况", Category.HOUSING),
        ([], "自来水管道路面下漏水", Category.UTILITIES),
        ([], "想问问情况", Category.OTHER),
    ],
)
def test_a_lines_category(chosen, text, expected):
    assert guess_category(text, chosen) == expected


def test_a_clerk_of_two_stations_is_told_which_branch_is_checked(rostered, on_duty, signed_in):
    appoint(user=rostered.clerk, role=Role.CLERK, station=rostered.yt, started_on=OPENED, actor=rostered.admin)
    page = signed_in(rostered.clerk).post(url("sunday-check"), sheet_of(on_duty)).content.decode()
    assert '<h2 id="GT01-h2">官亭镇第一分站</h2>' in page


def test_the_logs_just_filed_are_one_press_away(rostered, on_duty, signed_in):
    client = signed_in(rostered.clerk)
    page = client.post(url("sunday-file"), sheet_of(on_duty), follow=True).content.decode()
    log = DutyLog.objects.get()
    assert f'<a href="{reverse("duty-log", args=[log.uid])}">日志{log.number}</a>' in page


def test_untouched_branches_are_no_error_and_are_not_filed(rostered, on_duty, signed_in):
    client = signed_in(rostered.clerk)
    client.post(url("sunday-file"), sheet_of(on_duty))
    assert [log.branch for log in DutyLog.objects.all()] == [rostered.gt01]


def test_nothing_typed_at_all_is_said(rostered, signed_in):
    answer = signed_in(rostered.clerk).post(url("sunday-check"), {"key": KEY})
    assert answer.status_code == 400
    assert errors_in(answer) == ["还没有填任何分站,请先填一个分站再核对"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"GT01-n": ""}, "请填接待人数,没有人来就填0"),
        ({"GT01-n": "三"}, "接待人数请填数字,例如3"),
        ({"GT01-n": "1000"}, "接待人数请填0到999"),
        ({"GT01-h": "两户"}, "走访户数请填数字,例如3"),
        ({"GT01-f": "100000"}, "发放份数请填0到99999"),
        ({"GT01-o": "长" * 2001}, "一条意见请控制在2000字以内"),
        ({"GT01-x": "1", "GT01-n": "", "GT01-r": ""}, "本次没有开展,请写原因"),
        ({"GT01-x": "1", "GT01-r": "下雪"}, "选了“本次未开展”,又填了接待人数或意见,请去掉一样"),
        ({"GT01-r": "下雪"}, "写了未开展的原因,请勾选“本次未开展”,或者把原因删掉"),
    ],
)
def test_an_error_names_the_branch_and_keeps_everything(rostered, on_duty, signed_in, changes, sentence):
    data = sheet_of(on_duty, **{"GT01-s": "入户讲解医保", "GT01-sub": str(rostered.deputies["GT02"][0].pk)} | changes)
    answer = signed_in(rostered.clerk).post(url("sunday-file"), data)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f"第一分站:{sentence}" in errors_in(answer)
    assert "入户讲解医保" in page and KEY in page
    assert len(re.findall(r'type="radio"[^>]*checked', page)) == len(on_duty)
    assert f'value="{rostered.deputies["GT02"][0].pk}" selected' in page
    for anchor in re.findall(r'href="#(GT01-[^"]+)"', page):
        assert f'id="{anchor}"' in page
    assert not DutyLog.objects.exists()


def test_attendance_starts_unset_and_must_be_said_of_each(rostered, on_duty, signed_in):
    client = signed_in(rostered.clerk)
    assert errors_in(client.post(url("sunday-check"), {"GT01-n": "0"})) == ["第一分站:请填每位代表是否到岗"]
    half = {"GT01-n": "0", f"GT01-a-{on_duty[0].pk}": "present"}
    missing = "、".join(deputy.name for deputy in on_duty[1:])
    assert errors_in(client.post(url("sunday-check"), half)) == [f"第一分站:请填{missing}是否到岗"]


def test_visitors_need_somebody_who_received_them(rostered, on_duty, signed_in):
    data = sheet_of([], **{f"GT01-a-{deputy.pk}": "absent" for deputy in on_duty})
    answer = signed_in(rostered.clerk).post(url("sunday-check"), data)
    assert errors_in(answer) == ["第一分站:有群众来访,请填是哪位代表接待的"]


@pytest.mark.parametrize("text", ["\uff13", " 3 ", "3人"])
def test_numbers_as_people_type_them(rostered, on_duty, signed_in, text):
    signed_in(rostered.clerk).post(url("sunday-file"), sheet_of(on_duty, **{"GT01-n": text}))
    assert DutyLog.objects.get().received == 3


def test_going_back_keeps_the_sheet_and_the_lines_details(rostered, on_duty, signed_in):
    client = signed_in(rostered.clerk)
    check = client.post(url("sunday-check"), sheet_of(on_duty, **{"GT01-o": f"{LIGHTS}\n{CANAL}"}))
    sent = hidden_of(check) | {"GT01-m1-c": "other", "GT01-m1-name": "张三", "GT01-m1-keep": "1"}
    back = client.post(url("sunday-sheet"), sent)
    page = back.content.decode()
    assert back.status_code == 200 and LIGHTS in page and 'value="张三"' in page
    # The first line is taken out: the details stay with the words they belong to.
    again = client.post(url("sunday-check"), sent | {"GT01-o": CANAL}).content.decode()
    assert re.search(r'value="other" selected', again) and 'value="张三"' in again and "checked" in again


# --- Filing ----------------------------------------------------------------------------------------------------


def test_a_sheet_becomes_a_log_with_attendance_and_tickets(rostered, on_duty, signed_in):
    client = signed_in(rostered.clerk)
    first, second = on_duty[:2]
    data = sheet_of([first], **{
        f"GT01-a-{second.pk}": "leave", f"GT01-l-{second.pk}": "sick_leave", "GT01-t": "road", "GT01-o": LIGHTS,
        "GT01-form": "visit", "GT01-h": "2", "GT01-f": "30", "GT01-s": "走访安家庄村",
        "GT01-sub": str(rostered.deputies["GT02"][1].pk), "GT01-m0-text": LIGHTS, "GT01-m0-c": "environment",
        "GT01-m0-d": str(rostered.deputies["GT02"][1].pk), "GT01-m0-name": "张三", "GT01-m0-phone": "19900001111",
        "GT01-m0-keep": "1",
    })  # fmt: skip
    data |= {f"GT01-a-{deputy.pk}": "late" for deputy in on_duty[2:]}
    answer = client.post(url("sunday-file"), data)
    assert answer.url == f"{url('sunday-done')}?key={KEY}"
    log = DutyLog.objects.get()
    assert (log.received, log.form, log.households, log.leaflets, log.summary) == (3, Form.VISIT, 2, 30, "走访安家庄村")
    statuses = {row.deputy: (row.status, row.expected) for row in log.attendance.all()}
    assert statuses[first] == (Presence.PRESENT, True)
    assert statuses[second] == (Presence.SICK_LEAVE, True)
    assert statuses[rostered.deputies["GT02"][1]] == (Presence.SUBSTITUTE, False)
    ticket = Opinion.objects.get()
    assert (ticket.text, ticket.category, ticket.confidential) == (LIGHTS, Category.ENVIRONMENT, True)
    assert (ticket.deputy, ticket.villager_name) == (rostered.deputies["GT02"][1], "张三")
    done = client.get(answer.url).content.decode()
    assert log.number in done and reverse("opinion", args=[ticket.uid]) in done and 'id="filed"' in done


def test_the_check_page_files_what_it_shows(rostered, on_duty, signed_in):
    client = signed_in(rostered.clerk)
    data = sheet_of(on_duty, **{"GT01-t": ["road", "water"], "GT01-o": f"{LIGHTS}\n{CANAL}"})
    client.post(url("sunday-file"), hidden_of(client.post(url("sunday-check"), data)))
    tickets = {ticket.text: ticket.category for ticket in Opinion.objects.all()}
    assert tickets == {LIGHTS: Category.ROAD, CANAL: Category.WATER}
    assert Opinion.objects.first().deputy == on_duty[0]


def test_the_same_sheet_sent_twice_is_filed_once(rostered, on_duty, signed_in):
    client = signed_in(rostered.clerk)
    data = sheet_of(on_duty, **{"GT01-o": LIGHTS})
    answers = [client.post(url("sunday-file"), data) for _time in range(2)]
    assert [answer.url for answer in answers] == [f"{url('sunday-done')}?key={KEY}"] * 2
    assert (DutyLog.objects.count(), Opinion.objects.count()) == (1, 1)


def test_a_branch_filed_meanwhile_comes_back_with_everything_typed(rostered, on_duty, signed_in):
    row = SundayRow(branch=rostered.gt01, attendance={on_duty[0]: Presence.PRESENT}, received=1)
    file_log(row=row, on=SUNDAY, actor=rostered.head, at=moment(SUNDAY, 11))
    data = sheet_of(on_duty, **{"GT01-o": LIGHTS, "GT02-came": str(rostered.deputies["GT02"][0].pk), "GT02-n": "4"})
    answer = signed_in(rostered.clerk).post(url("sunday-file"), data)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "第一分站:这一天已由站长账号在3月1日11:00登记(〔2026〕第001号)" in errors_in(answer)[0]
    assert LIGHTS in page and 'value="4"' in page
    assert DutyLog.objects.count() == 1 and not Opinion.objects.exists()


def test_filed_in_the_very_same_moment_is_the_same_conflict(rostered, on_duty, signed_in, monkeypatch):
    def overtaken(**facts):
        row = SundayRow(branch=rostered.gt01, attendance={on_duty[0]: Presence.PRESENT})
        file_log(row=row, on=SUNDAY, actor=rostered.head, at=moment(SUNDAY, 11))
        return real(**facts)

    from activities.services import file_sunday as real

    monkeypatch.setattr("activities.views.sheets.file_sunday", overtaken)
    answer = signed_in(rostered.clerk).post(url("sunday-file"), sheet_of(on_duty, **{"GT01-o": LIGHTS}))
    assert answer.status_code == 409 and LIGHTS in answer.content.decode()
    assert "已由站长账号" in errors_in(answer)[0]


def test_not_held_needs_only_its_reason_and_can_be_filed_after_all(rostered, on_duty, signed_in):
    client = signed_in(rostered.clerk)
    client.post(url("sunday-file"), {"key": KEY, "GT01-x": "1", "GT01-r": "大雪封路"})
    shift = Shift.objects.get(branch=rostered.gt01, date=SUNDAY)
    assert (shift.state, shift.reason) == (ShiftState.NOT_HELD, "大雪封路")
    assert "GT01-n" not in client.get(url("sunday-sheet")).content.decode()
    again = client.get(url("sunday-sheet") + "?again=GT01").content.decode()
    assert "GT01-n" in again and 'name="again" value="GT01"' in again
    client.post(url("sunday-file"), sheet_of(on_duty, again="GT01"))
    shift.refresh_from_db()
    assert shift.state == ShiftState.PLANNED and DutyLog.objects.count() == 1


def test_a_session_without_visitors_is_a_valid_log(rostered, on_duty, signed_in):
    signed_in(rostered.clerk).post(url("sunday-file"), sheet_of(on_duty, **{"GT01-n": "0"}))
    assert DutyLog.objects.get().received == 0


def test_a_branch_without_a_roster_names_who_came(rostered, signed_in):
    client = signed_in(rostered.clerk)
    head, member = rostered.deputies["GT02"]
    assert errors_in(client.post(url("sunday-check"), {"GT02-n": "2"})) == ["第二分站:这一天没有排班,请选来接待的代表"]
    client.post(url("sunday-file"), {"key": KEY, "GT02-n": "2", "GT02-came": [str(member.pk), str(head.pk), ""]})
    rows = Attendance.objects.order_by("pk").values_list("deputy", "status", "expected")
    assert list(rows) == [(member.pk, "present", False), (head.pk, "present", False)]


def test_a_made_up_deputy_is_not_written(rostered, on_duty, signed_in):
    stranger = rostered.deputies["YT01"][0]
    data = sheet_of(on_duty, **{"GT01-sub": str(stranger.pk), f"GT01-a-{stranger.pk}": "present"})
    signed_in(rostered.clerk).post(url("sunday-file"), data)
    assert set(DutyLog.objects.get().attendance.values_list("deputy", flat=True)) == {d.pk for d in on_duty}


def test_categories_without_an_opinion_are_kept_in_the_log(rostered, on_duty, signed_in):
    data = sheet_of(on_duty, **{"GT01-t": ["road", "food"], "GT01-s": "都当场说清了"})
    signed_in(rostered.clerk).post(url("sunday-file"), data)
    assert DutyLog.objects.get().summary == "群众咨询:道路交通、食品安全\n都当场说清了"


def test_too_long_details_come_back_on_the_check_page(rostered, on_duty, signed_in):
    data = sheet_of(on_duty, **{"GT01-o": LIGHTS, "GT01-m0-text": LIGHTS, "GT01-m0-phone": "1" * 21})
    answer = signed_in(rostered.clerk).post(url("sunday-file"), data)
    assert answer.status_code == 400 and 'href="#GT01-m0-phone"' in answer.content.decode()
    assert "1" * 21 in answer.content.decode() and not DutyLog.objects.exists()


def test_a_phone_a_digit_short_is_asked_about_and_one_with_gaps_is_kept_plain(rostered, on_duty, signed_in):
    line = {"GT01-o": LIGHTS, "GT01-m0-text": LIGHTS}
    answer = signed_in(rostered.clerk).post(url("sunday-file"), sheet_of(on_duty, **line, **{"GT01-m0-phone": "1990000123"}))
    assert answer.status_code == 400 and "这里有10位数字" in answer.text and "1990000123" in answer.text
    signed_in(rostered.clerk).post(url("sunday-file"), sheet_of(on_duty, **line, **{"GT01-m0-phone": "199 0000-1234"}))
    assert Opinion.objects.get().villager_phone == "19900001234"


# --- Reading ---------------------------------------------------------------------------------------------------


def test_a_filed_branch_shows_number_recorder_and_tickets(rostered, on_duty, signed_in):
    client = signed_in(rostered.clerk)
    client.post(url("sunday-file"), sheet_of(on_duty, **{"GT01-o": LIGHTS}))
    page = client.get(url("sunday-sheet")).content.decode()
    assert "〔2026〕第001号" in page and rostered.clerk.name in page
    assert reverse("opinion", args=[Opinion.objects.get().uid]) in page


def test_home_counts_gaps_and_shows_the_next_roster(rostered, on_duty, signed_in, monkeypatch):
    monkeypatch.setattr("activities.views.home.today_here", lambda at=None: SUNDAY)
    client = signed_in(rostered.clerk)
    before = client.get(reverse("station-home"))
    client.post(url("sunday-file"), sheet_of(on_duty, **{"GT01-o": LIGHTS}))
    after = client.get(reverse("station-home"))
    assert dues_on(before)["接待还没登记"] - dues_on(after)["接待还没登记"] == 1
    assert dues_on(after)["意见等我办"] == 1
    assert on_duty[0].phone in after.content.decode()


def test_paper_form_has_the_rostered_names(rostered, on_duty, signed_in):
    page = signed_in(rostered.clerk).get(url("sunday-print")).content.decode()
    assert all(deputy.name[0] in page for deputy in on_duty) and "第二分站" in page


@pytest.fixture
def station_of(cast):
    """Give YT so many branches, all of them with a roster, two filed logs and opinions."""

    def grow(number: int):
        known = set(Station.objects.filter(parent=cast.yt).values_list("code", flat=True))
        for code in [f"YT0{index}" for index in range(1, number + 1)]:
            if code not in known:
                branch = open_station(code=code, name=f"{code}分站", parent=cast.yt, opened_on=OPENED, actor=cast.admin)
                make_deputy(cast, "赵甲", branch, head=True)
                make_deputy(cast, "钱乙", branch)
            branch = Station.objects.get(code=code)
            people = dict.fromkeys(Deputy.objects.serving(SUNDAY, branch), Presence.PRESENT)
            row = SundayRow(branch=branch, attendance=people, received=1, matters=[Matter(LIGHTS, Category.ROAD)])
            for day in (SUNDAY, SUNDAY - timedelta(days=7)):
                file_log(row=row, on=day, actor=cast.stranger, at=moment(SUNDAY, 12))
        draft_roster(station=cast.yt, month=SUNDAY, actor=cast.stranger, at=moment(SUNDAY))

    return grow


@pytest.mark.parametrize(
    ("name", "day", "queries"),
    [("sunday-sheet", SUNDAY, 19), ("sunday-sheet", SUNDAY + timedelta(days=7), 17), ("station-home", None, 25)],
)
def test_queries_do_not_grow_with_branches(
    cast, station_of, signed_in, django_assert_num_queries, monkeypatch, name, day, queries
):
    monkeypatch.setattr("activities.views.home.today_here", lambda at=None: SUNDAY)
    address = reverse(name, args=[day.isoformat()] if day else [])
    client = signed_in(cast.stranger)
    for number in (1, 3):
        station_of(number)
        with django_assert_num_queries(queries):
            page = client.get(address).content.decode()
        assert page.count("分站</b>") >= number


# --- The frame of every page -----------------------------------------------------------------------------------


def test_login_page_bears_the_countys_name(cast, client):
    page = client.get(reverse("login")).content.decode()
    assert "巨鹿县人大代表<wbr>联络平台" in page and "testserver" not in page


@pytest.mark.parametrize(("cookie", "mode"), [("large", "large"), ("dark", "dark"), ("x", "standard")])
def test_frame_without_login_or_county(db, cookie, mode):
    request = RequestFactory().get("/nowhere/")
    request.COOKIES["mode"] = cookie
    request.user = AnonymousUser()
    context = frame(request)
    assert (context["site_name"], context["nav"], context["mode"]) == ("人大代表联络平台", [], mode)


def test_sheet_keeps_a_good_key_and_replaces_a_bad_one(rostered):
    request = RequestFactory().post("/", {"key": KEY})
    assert SundaySheet.load(rostered.clerk, SUNDAY, request.POST, at=moment(SUNDAY), typed=True).key == KEY
    request = RequestFactory().post("/", {"key": "x" * 300})
    assert len(SundaySheet.load(rostered.clerk, SUNDAY, request.POST, at=moment(SUNDAY), typed=True).key) == 36


def test_a_wrong_log_is_voided_from_its_page_and_makes_room(cast, signed_in):
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, received=1)
    log = file_log(row=row, on=SUNDAY, actor=cast.clerk, at=moment(SUNDAY)).log
    page = reverse("duty-log", args=[log.uid])
    assert signed_in(cast.stranger).get(page).status_code == 404
    assert "作废后重新登记" not in signed_in(cast.deputy).get(page).text
    assert signed_in(cast.deputy).post(page, {"reason": "试试"}).status_code == 403
    kept = signed_in(cast.clerk).post(page, {"reason": " "})
    assert kept.status_code == 400 and "请写原因" in kept.text
    signed_in(cast.clerk).post(page, {"reason": "记错了分站"})
    log.refresh_from_db()
    assert (log.state, log.void_reason) == ("void", "记错了分站")
    assert "记错了分站" in signed_in(cast.head).get(page).text
