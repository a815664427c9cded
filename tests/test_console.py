"""The county's console: who gets in, counts that agree with the lists behind them, the list of deputies."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from activities.models import MonthReport, Roster, Shift, ShiftPlace
from activities.services import Matter, SundayRow, draft_roster, file_log, issue_month, publish_roster
from activities.states import Presence, ReportState
from deputies.models import Deputy
from julu_liaison.common.models import CalendarDay
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from opinions.services import register_opinion
from scoring.services.appeals import raise_appeal
from scoring.services.claims import claim_bonus, move_claim
from tests.cast import agree, make_deputy, moment
from tests.duties import dues_on

NOT_COUNTY = ["clerk", "stranger", "head", "deputy", "officer"]


def month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


@pytest.fixture
def past_sundays(cast):
    """The last month's published Sundays of 官亭镇."""
    month = month_before(today_here())
    roster = draft_roster(station=cast.gt, month=month, actor=cast.clerk, at=moment(month)).roster
    publish_roster(roster=roster, actor=cast.clerk, at=moment(month))
    return Shift.objects.filter(roster=roster, date__lt=today_here()).order_by("date", "branch__code")


# --- The console ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["console", "console-sundays"])
def test_console_is_for_the_county(cast, signed_in, client, name):
    assert client.get(reverse(name)).status_code == 302
    for who in ("admin", "staff", "auditor"):
        assert signed_in(getattr(cast, who)).get(reverse(name)).status_code == 200
    for who in NOT_COUNTY:
        assert signed_in(getattr(cast, who)).get(reverse(name)).status_code == 403


def test_every_count_opens_a_list_of_as_many_tickets(cast, signed_in):
    today = today_here()
    for branch, clerk in ((cast.gt01, cast.clerk), (cast.gt02, cast.clerk), (cast.yt01, cast.stranger)):
        register_opinion(branch=branch, matter=Matter("路灯不亮"), actor=clerk, at=moment(today))
    Opinion.objects.filter(branch=cast.gt02).update(due_on=today - timedelta(days=1))
    Opinion.objects.filter(branch=cast.yt01).update(state="at_centre", holder_station=cast.county)
    client = signed_in(cast.staff)
    tasks = client.get(reverse("console")).context["tasks"]
    found = {task.label: task.number for task in tasks}
    assert (found["意见等转办"], found["超期没办完"], found["近7天收到"], found["建议等交办"]) == (1, 1, 3, 0)
    for task in tasks:
        if task.url.startswith(reverse("opinions")):
            assert len(client.get(task.url).context["page"].rows) == task.number, task.label


def test_what_waits_of_points_is_counted_as_in_the_lists_behind(cast, signed_in):
    claim = claim_bonus(
        deputy=cast.deputy_person, item="course", occurred_on=date(2026, 3, 1), text="完成课程", evidence="结业证书第1号",
        actor=cast.deputy, at=moment(date(2026, 3, 2)),
    )  # fmt: skip
    raise_appeal(
        deputy=cast.deputy_person, year=2026, kind="missing", text="漏了一次", actor=cast.deputy,
        at=moment(date(2026, 3, 2)),
    )  # fmt: skip
    home = signed_in(cast.clerk).get(reverse("station-home"))
    assert dues_on(home)["加分申报等我办"] == 1 and "加分申报等我办" in home.text
    head = signed_in(cast.head).get(reverse("station-home"))
    assert "加分申报等我办" not in head.text
    tasks = {task.label: task for task in signed_in(cast.staff).get(reverse("console")).context["tasks"]}
    assert (tasks["加分申报等我办"].number, tasks["复核等答复"].number, tasks["无故缺席人代会"].number) == (0, 1, 0)
    move_claim(claim=claim, move="check", actor=cast.clerk, at=moment(date(2026, 3, 3)))
    client = signed_in(cast.staff)
    tasks = {task.label: task for task in client.get(reverse("console")).context["tasks"]}
    assert tasks["加分申报等我办"].number == 1
    assert "结业证书第1号" in client.get(tasks["加分申报等我办"].url).text
    assert (
        "李代表" in client.get(tasks["复核等答复"].url).text
        and client.get(tasks["无故缺席人代会"].url).status_code == 200
    )


def test_sunday_without_log_is_counted_and_named(cast, signed_in, past_sundays):
    shift = past_sundays.filter(branch=cast.gt01).last()
    client = signed_in(cast.staff)
    before = {day.on: day for day in client.get(reverse("console")).context["days"]}
    assert before[shift.date].missing == before[shift.date].planned == 2
    assert cast.gt01.name in client.get(reverse("console-sundays"), {"date": shift.date}).text
    attendance = dict.fromkeys([place.deputy for place in shift.places.all()], Presence.PRESENT)
    file_log(
        row=SundayRow(branch=cast.gt01, attendance=attendance), on=shift.date, actor=cast.clerk,
        at=moment(shift.date, 17),
    )  # fmt: skip
    after = {day.on: day for day in client.get(reverse("console")).context["days"]}
    assert (after[shift.date].filed, after[shift.date].missing) == (1, 1)
    named = client.get(reverse("console-sundays"), {"date": shift.date}).context["groups"]
    assert [branch.code for branches in named.values() for branch in branches] == ["GT02"]


def test_a_day_to_come_with_too_few_deputies_and_a_missing_year_are_named(cast, signed_in):
    page = signed_in(cast.staff).get(reverse("console"))
    assert f"{today_here().year}年</b>的节假日还没有录入" in page.text
    CalendarDay.objects.create(date=today_here().replace(month=1, day=1), kind="holiday", name="元旦")
    roster = Roster.objects.create(station=cast.gt, month=today_here().replace(day=1), state="published")
    day = today_here() + timedelta(days=3)
    shift = Shift(roster=roster, date=day, for_sunday=day)
    shift.put_at(cast.gt01)
    shift.save()
    ShiftPlace.objects.create(shift=shift, deputy=cast.deputy_person)
    page = signed_in(cast.staff).get(reverse("console"))
    assert f"{today_here().year}年</b>的节假日还没有录入" not in page.text
    assert {task.label: task.number for task in page.context["tasks"]}["两周内接待日不足2人"] == 1


@pytest.mark.parametrize("text", ["2026-13-40", "gestern", "2026-2-30"])
def test_wrong_day_is_404(cast, signed_in, text):
    assert signed_in(cast.staff).get(reverse("console-sundays"), {"date": text}).status_code == 404


def test_console_costs_the_same_with_one_ticket_and_with_three(
    cast, signed_in, past_sundays, django_assert_num_queries
):
    client = signed_in(cast.staff)
    for rows in (1, 2):
        for _ in range(rows):
            opinion = register_opinion(
                branch=cast.gt01, matter=Matter("路灯不亮"), actor=cast.clerk, at=moment(today_here())
            )
            Opinion.objects.filter(pk=opinion.pk).update(due_on=date(2020, 1, 1))
        with django_assert_num_queries(CONSOLE_QUERIES):
            client.get(reverse("console"))
        with django_assert_num_queries(SUNDAYS_QUERIES):
            client.get(reverse("console-sundays"))


# session and user 2, scope 1, counts 1, days 1, gaps 1, calendar 1, urgent 1, points 5, messages 1, scheduled runs 2, frame 2
CONSOLE_QUERIES = 23
SUNDAYS_QUERIES = 6

# --- Deputies ---------------------------------------------------------------------------------------------------


def names(answer):
    return [line.deputy.name for line in answer.context["lines"]]


def test_staff_see_the_deputies_of_their_places(cast, signed_in):
    assert len(names(signed_in(cast.staff).get(reverse("console-deputies")))) == 8
    assert sorted(names(signed_in(cast.stranger).get(reverse("console-deputies")))) == ["孙站长", "马强"]
    for who in ("head", "deputy", "officer"):
        assert signed_in(getattr(cast, who)).get(reverse("console-deputies")).status_code == 403


@pytest.mark.parametrize("words", ["李代表", "ldb", "LDB", "0001"])
def test_search_by_name_initials_phone_tail(cast, signed_in, words):
    assert names(signed_in(cast.clerk).get(reverse("console-deputies"), {"q": words})) == ["李代表"]


def test_search_by_code_and_place(cast, signed_in):
    client = signed_in(cast.staff)
    assert names(client.get(reverse("console-deputies"), {"q": cast.deputy_person.code.lower()})) == ["李代表"]
    assert names(client.get(reverse("console-deputies"), {"station": "YT01"})) == ["马强", "孙站长"]
    assert len(names(client.get(reverse("console-deputies"), {"station": "GT"}))) == 6
    wrong = client.get(reverse("console-deputies"), {"station": "NOWHERE"})
    assert names(wrong) == [] and "筛选条件不对" in wrong.text


def test_line_shows_services_points_and_last_duty(cast, signed_in, django_capture_on_commit_callbacks):
    today = today_here()
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, received=1)
    with django_capture_on_commit_callbacks(execute=True):
        file_log(row=row, on=today, actor=cast.clerk, at=moment(today, 18))
    line = next(
        line
        for line in signed_in(cast.clerk).get(reverse("console-deputies")).context["lines"]
        if line.deputy == cast.deputy_person
    )
    assert (line.deputy.services, line.deputy.last_duty, line.total) == (1, today, 60)


def test_list_of_deputies_costs_the_same_whatever_the_rows(cast, signed_in, django_assert_max_num_queries):
    client = signed_in(cast.staff)
    counts = []
    for words in ("李代表", ""):
        with django_assert_max_num_queries(15) as spent:
            assert names(client.get(reverse("console-deputies"), {"q": words}))
        counts.append(len([query for query in spent.captured_queries if "SAVEPOINT" not in query["sql"]]))
    assert counts[0] == counts[1] <= 12


def test_paging_shows_every_deputy_once(cast, signed_in):
    for number in range(120):
        make_deputy(cast, f"张三{chr(0x4E00 + number)}", cast.gt02)
    client, url, seen = signed_in(cast.staff), reverse("console-deputies"), []
    while url:
        answer = client.get(url)
        seen += [line.deputy.pk for line in answer.context["lines"]]
        following = answer.context["links"]["next"]
        url = reverse("console-deputies") + following if following else ""
    assert seen == list(Deputy.objects.values_list("pk", flat=True)) and len(seen) == 128


# --- One deputy -------------------------------------------------------------------------------------------------


def test_file_is_for_staff_and_the_deputy(cast, signed_in):
    url = reverse("deputy", args=[cast.deputy_person.code])
    for who in ("staff", "auditor", "clerk", "deputy"):
        answer = signed_in(getattr(cast, who)).get(url)
        assert "file" in answer.context and cast.deputy_person.phone in answer.text, who
    colleague = signed_in(cast.head).get(url)
    assert colleague.status_code == 200 and "file" not in colleague.context and "score" not in colleague.context
    assert cast.deputy_person.phone not in colleague.text and "199****0001" in colleague.text
    for who in ("stranger", "officer"):
        assert signed_in(getattr(cast, who)).get(url).status_code == 404


def test_edit_button_only_for_those_who_may(cast, signed_in):
    url = reverse("deputy", args=[cast.deputy_person.code])
    assert "改资料" in signed_in(cast.staff).get(url).text
    assert "改资料" not in signed_in(cast.auditor).get(url).text
    assert "改资料" not in signed_in(cast.clerk).get(url).text


@pytest.fixture
def portrait(cast, media):
    """The deputy's photo, without consent."""
    (media / "photos").mkdir(parents=True)
    (media / "photos" / "one.jpg").write_bytes(b"\xff\xd8\xff portrait")
    Deputy.objects.filter(pk=cast.deputy_person.pk).update(photo="photos/one.jpg")
    return reverse("deputy-photo", args=[cast.deputy_person.code])


def test_photo_without_consent_is_for_staff_and_the_deputy(cast, signed_in, client, portrait):
    assert client.get(portrait).status_code == 404
    for who in ("staff", "clerk", "deputy"):
        answer = signed_in(getattr(cast, who)).get(portrait)
        assert answer.status_code == 200 and answer["Content-Type"] == "image/jpeg"
    for who in ("stranger", "head", "officer"):
        assert signed_in(getattr(cast, who)).get(portrait).status_code == 404


def test_photo_with_consent_is_public_from_that_day_on(cast, client, portrait):
    tomorrow = today_here() + timedelta(days=1)
    Deputy.objects.filter(pk=cast.deputy_person.pk).update(photo_consent_on=tomorrow, photo_consent_evidence="第1号")
    assert client.get(portrait).status_code == 404
    agree(cast, cast.deputy_person, "photo", on=today_here())
    assert client.get(portrait).status_code == 200


@pytest.mark.parametrize("path", ["../secret.jpg", "/etc/hostname", "photos/missing.jpg", ""])
def test_photo_never_leaves_the_media_folder(cast, client, signed_in, portrait, path):
    Deputy.objects.filter(pk=cast.deputy_person.pk).update(photo=path)
    assert signed_in(cast.staff).get(portrait).status_code in (400, 404)


def test_the_months_reports_are_counted_until_they_are_locked(cast, signed_in):
    """Of two stations with reports of March one has handed in; then both, and the month waits for its lock."""
    issue_month(county=cast.county, month=date(2026, 3, 1), at=moment(date(2026, 4, 1)))
    client = signed_in(cast.staff)

    def tasks() -> dict[str, int]:
        return {
            task.label: task.number for task in client.get(reverse("console")).context["tasks"] if "月报" in task.label
        }

    assert tasks() == {"3月月报没报上来": 2}
    stations = MonthReport.objects.filter(branch=None).exclude(station=None)
    stations.filter(place=cast.gt).update(state=ReportState.ACCEPTED)
    assert tasks() == {"3月月报没报上来": 1}
    stations.update(state=ReportState.ACCEPTED)
    assert tasks() == {"3月月报没报上来": 0, "3月月报等锁定": 1}
    issue_month(county=cast.county, month=date(2026, 4, 1), at=moment(date(2026, 5, 1)))
    assert "3月月报等锁定" in tasks()  # not lost behind the newer month
    MonthReport.objects.filter(month=date(2026, 3, 1)).update(state=ReportState.LOCKED)
    assert tasks() == {"4月月报没报上来": 2}
