"""The register of logs, one log's page, confirming, correcting on the page, and the county's page of late entry."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from activities.models import DutyLog, FilingException, FilingLimit
from activities.services import Matter, SundayRow, confirm_logs, correct_log, file_log, set_filing_limit, void_log
from activities.states import Presence
from julu_liaison.common.errors import Conflict, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from tests.cast import SUNDAY, moment

AT = moment(SUNDAY)
LIST_QUERIES = 13


def file(cast, *, on=SUNDAY, branch=None, matters=(), **fields) -> DutyLog:
    branch = branch or cast.gt01
    people = cast.deputies[branch.code]
    actor = cast.stranger if branch == cast.yt01 else cast.clerk
    row = SundayRow(
        branch=branch, attendance={people[1]: Presence.PRESENT}, received=3, matters=list(matters), **fields
    )
    return file_log(row=row, on=on, actor=actor, at=AT).log


def texts(answer) -> str:
    return answer.content.decode()


# ---- Confirming ----------------------------------------------------------------------------------------------------


def test_the_head_confirms_many_once(cast):
    logs = [file(cast, on=SUNDAY - timedelta(days=7 * n)) for n in range(3)]
    assert confirm_logs(logs=logs[:1], actor=cast.head, at=AT) == 1
    assert confirm_logs(logs=logs, actor=cast.clerk, at=AT + timedelta(hours=1)) == 2
    by = [DutyLog.objects.get(pk=log.pk).confirmed_by for log in logs]
    assert by == [cast.head, cast.clerk, cast.clerk]
    assert AuditLog.objects.filter(action="confirm_log").count() == 3


def test_a_void_log_or_a_foreign_one_stops_the_whole(cast):
    good, void, foreign = file(cast), file(cast, on=date(2026, 2, 22)), file(cast, branch=cast.gt02)
    void_log(log=void, reason="重复", actor=cast.clerk, at=AT)
    with pytest.raises(Conflict, match="已经作废"):
        confirm_logs(logs=[good, void], actor=cast.head, at=AT)
    with pytest.raises(NotAllowed):
        confirm_logs(logs=[good, foreign], actor=cast.head, at=AT)
    assert not DutyLog.objects.exclude(confirmed_at=None).exists()


@pytest.mark.parametrize("role", ["admin", "staff", "auditor", "stranger", "deputy", "officer"])
def test_nobody_else_confirms(cast, role):
    with pytest.raises(NotAllowed):
        confirm_logs(logs=[file(cast)], actor=getattr(cast, role), at=AT)


def test_the_head_ticks_and_confirms_on_the_list(cast, signed_in):
    logs = [file(cast, on=SUNDAY - timedelta(days=7 * n)) for n in range(2)]
    client = signed_in(cast.head)
    page = texts(client.get(reverse("duty-logs"), {"unconfirmed": "1"}))
    assert "确认勾选的日志" in page
    assert all(f'value="{log.uid}"' in page for log in logs)
    address = reverse("duty-logs-confirm") + "?unconfirmed=1"
    answer = client.post(address, {"log": [str(log.uid) for log in logs]})
    assert answer.url == reverse("duty-logs") + "?unconfirmed=1"
    assert "都确认了" in texts(client.get(answer.url))


def test_the_clerk_notes_a_signature_on_paper(cast, signed_in):
    log = file(cast)
    client = signed_in(cast.clerk)
    assert "赵站长已在纸上签字,记为已确认" in texts(client.get(reverse("duty-log", args=[log.uid])))
    answer = client.post(reverse("duty-logs-confirm"), {"log": str(log.uid), "from": "log"})
    assert answer.url == reverse("duty-log", args=[log.uid])
    assert "站长在纸上签的字,由官亭工作人员代记" in texts(client.get(answer.url))


def test_confirming_nothing_a_made_up_one_or_a_foreign_one(cast, signed_in):
    log, foreign = file(cast), file(cast, branch=cast.yt01)
    client = signed_in(cast.head)
    assert "请先勾选" in texts(client.post(reverse("duty-logs-confirm"), follow=True))
    for uids in (["nonsense"], [str(log.uid), str(foreign.uid)]):
        assert client.post(reverse("duty-logs-confirm"), {"log": uids}).status_code == 404
    assert client.get(reverse("duty-logs-confirm")).status_code == 405
    assert signed_in(cast.deputy).post(reverse("duty-logs-confirm"), {"log": str(log.uid)}).status_code == 403


# ---- The register --------------------------------------------------------------------------------------------------


def test_everybody_sees_the_logs_of_their_scope(cast, signed_in):
    file(cast), file(cast, branch=cast.gt02), file(cast, branch=cast.yt01)
    roles = ("admin", "auditor", "clerk", "stranger", "head", "deputy", "officer")
    shown = {role: len(signed_in(getattr(cast, role)).get(reverse("duty-logs")).context["page"].rows) for role in roles}
    assert shown == {"admin": 3, "auditor": 3, "clerk": 2, "stranger": 1, "head": 1, "deputy": 1, "officer": 0}


def test_one_stations_register_runs_by_number_with_void_ones_in_place(cast, signed_in):
    logs = [file(cast, on=SUNDAY - timedelta(days=7 * n)) for n in (2, 0, 1)]
    void_log(log=logs[1], reason="和纸质记录重复", actor=cast.clerk, at=AT)
    answer = signed_in(cast.clerk).get(reverse("duty-logs"))
    assert [log.serial for log in answer.context["page"].rows] == [3, 2, 1]
    assert "和纸质记录重复" in texts(answer)


def test_the_counties_list_runs_by_day_and_a_stations_by_number(cast, signed_in):
    file(cast, on=date(2026, 2, 22)), file(cast, branch=cast.yt01), file(cast, on=date(2026, 2, 15))
    client = signed_in(cast.staff)
    days = [log.date for log in client.get(reverse("duty-logs")).context["page"].rows]
    assert days == sorted(days, reverse=True)
    rows = client.get(reverse("duty-logs"), {"station": "GT"}).context["page"].rows
    assert [log.serial for log in rows] == [2, 1]


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({"month": "2026-02"}, {2, 3}),
        ({"year": "2025"}, {1}),
        ({"station": "GT02"}, {3}),
        ({"state": "void"}, {2}),
        ({"unconfirmed": "1", "year": "2026"}, {3}),
        ({"month": "2026-13"}, set()),
        ({"station": "YT"}, set()),
    ],
)
def test_filters_live_in_the_address(cast, signed_in, filters, numbers):
    confirm_logs(logs=[file(cast)], actor=cast.head, at=AT)
    void = file(cast, on=date(2026, 2, 8))
    file(cast, on=date(2026, 2, 8), branch=cast.gt02)
    file(cast, on=date(2025, 12, 28))
    void_log(log=void, reason="重复", actor=cast.clerk, at=AT)
    rows = signed_in(cast.clerk).get(reverse("duty-logs"), filters).context["page"].rows
    assert {log.serial for log in rows} == numbers


def test_pages_follow_each_other_without_loss(cast, signed_in):
    for n in range(30):
        file(cast, on=SUNDAY - timedelta(days=n))
    client = signed_in(cast.clerk)
    first = client.get(reverse("duty-logs"), {"year": ""})
    second = client.get(reverse("duty-logs") + first.context["links"]["next"])
    serials = [log.serial for answer in (first, second) for log in answer.context["page"].rows]
    years = [log.year for answer in (first, second) for log in answer.context["page"].rows]
    assert len(set(zip(years, serials, strict=True))) == 30
    assert not second.context["links"]["next"] and second.context["links"]["previous"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_log_and_for_three(cast, signed_in, django_assert_num_queries, count):
    for n in range(count):
        file(cast, on=SUNDAY - timedelta(days=7 * n), matters=[Matter(f"路灯{n}"), Matter(f"水渠{n}")])
    client = signed_in(cast.clerk)
    with django_assert_num_queries(LIST_QUERIES):
        assert len(client.get(reverse("duty-logs")).context["page"].rows) == count


def test_the_workbook_has_the_list_and_no_formulas(cast, signed_in):
    file(cast, summary="=1+1", matters=[Matter("路灯不亮", villager_name="张三")])
    file(cast, branch=cast.gt02)
    answer = signed_in(cast.clerk).get(reverse("duty-logs"), {"format": "xlsx", "station": "GT01"})
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(min_row=3))
    assert len(rows) == 1
    cells = {title.value: cell for title, cell in zip(sheet[2], rows[0], strict=True)}
    assert (cells["编号"].value, cells["意见件数"].value, cells["到岗情况"].value) == ("〔2026〕第001号", 1, "李代表(到岗)")
    assert (cells["内容"].value, cells["内容"].data_type) == ("=1+1", "s")
    assert not any("张三" in str(cell.value) for cell in rows[0])


def test_the_clerk_is_told_the_limit_and_the_countys_exceptions(cast, signed_in):
    client = signed_in(cast.clerk)
    assert "截止" not in texts(client.get(reverse("duty-logs")))
    set_filing_limit(county=cast.county, day=5, actor=cast.staff, at=AT)
    today = date.today()
    FilingException.objects.create(
        place=cast.gt02, started_on=SUNDAY, ended_on=SUNDAY, open_until=today, reason="停电", granted_by=cast.staff,
        granted_at=AT,
    )  # fmt: skip
    page = texts(client.get(reverse("duty-logs")))
    assert "次月5日截止" in page and "已批准第二分站补录3月1日到3月1日" in page
    assert "已批准" not in texts(signed_in(cast.stranger).get(reverse("duty-logs")))


# ---- One log -------------------------------------------------------------------------------------------------------


def test_a_closed_month_says_whom_to_ask(cast, signed_in):
    log = file(cast, on=date(2025, 12, 28))
    set_filing_limit(county=cast.county, day=5, actor=cast.staff, at=AT)
    page = texts(signed_in(cast.clerk).get(reverse("duty-log", args=[log.uid])))
    assert "请县人大办公室批准补录" in page
    assert reverse("duty-log-correct", args=[log.uid]) not in page and "作废后重新登记" not in page
    assert reverse("late-logs") in texts(signed_in(cast.staff).get(reverse("duty-log", args=[log.uid])))
    answer = signed_in(cast.clerk).post(reverse("duty-log", args=[log.uid]), {"reason": "重复"})
    assert answer.status_code == 400 and 'value="重复"' not in texts(answer)
    log.refresh_from_db()
    assert log.state == "filed"


def fields_of(page, **changes) -> dict:
    """What a browser would send back of the correction form."""
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else str(value) for name, value in data.items()} | changes


def test_a_correction_on_the_page_is_told_on_the_log(cast, signed_in):
    log = file(cast)
    client, address = signed_in(cast.clerk), reverse("duty-log-correct", args=[log.uid])
    third = cast.deputies["GT01"][2]
    typed = {"received": "5人", f"p{third.pk}": "late", "forgotten": "水渠堵了\n\n路灯不亮", "reason": "签到表看错了"}
    answer = client.post(address, fields_of(client.get(address), **typed))
    assert answer.status_code == 302, answer.context["form"].errors
    log.refresh_from_db()
    assert (log.received, log.version, log.opinions.count()) == (5, 2, 2)
    assert log.opinions.order_by("pk").first().category == "water"
    page = texts(client.get(answer.url))
    for words in ("更正过1次", "3人", "5人", "陈卫", "签到表看错了", "官亭工作人员"):
        assert words in page


def test_what_was_typed_stays_when_it_is_refused(cast, signed_in):
    log = file(cast)
    client, address = signed_in(cast.clerk), reverse("duty-log-correct", args=[log.uid])
    deputy = cast.deputies["GT01"][1]
    typed = {"received": "十个", "reason": "", "summary": "讲了<惠农>政策", f"p{deputy.pk}": "absent"}
    answer = client.post(address, fields_of(client.get(address), **typed))
    page = texts(answer)
    assert answer.status_code == 400
    assert 'href="#id_received"' in page and 'href="#id_reason"' in page
    assert 'value="十个"' in page and "讲了&lt;惠农&gt;政策" in page
    again = client.post(address, fields_of(answer, received="2", reason="写错了"))
    assert again.status_code == 400 and "是哪位代表接待的" in texts(again)
    assert DutyLog.objects.get().version == 1


def test_somebody_elses_correction_is_shown_and_ones_own_text_goes_on(cast, signed_in):
    log = file(cast)
    client, address = signed_in(cast.clerk), reverse("duty-log-correct", args=[log.uid])
    sent = fields_of(client.get(address), summary="讲了惠农政策", reason="漏写内容")
    row = SundayRow(branch=cast.gt01, attendance={cast.deputies["GT01"][1]: Presence.PRESENT}, received=7)
    correct_log(log=log, row=row, reason="数错了", version=1, actor=cast.head, at=AT)
    answer = client.post(address, sent)
    page = texts(answer)
    assert answer.status_code == 412
    assert "站长账号在03月01日 10:00更正过" in page and "7人" in page and "讲了惠农政策" in page
    assert client.post(address, fields_of(answer)).status_code == 302
    assert DutyLog.objects.get().version == 3


def test_a_substitute_of_another_branch_is_added_with_whom_they_replaced(cast, signed_in):
    log = file(cast)
    client, address = signed_in(cast.clerk), reverse("duty-log-correct", args=[log.uid])
    neighbour, away = cast.deputies["GT02"][1], cast.deputies["GT01"][2]
    typed = {"sub0": str(neighbour.pk), "sub0for": str(away.pk), f"p{away.pk}": "sick_leave", "reason": "漏了顶班的"}
    answer = client.post(address, fields_of(client.get(address), **typed))
    assert answer.status_code == 302, answer.context["form"].errors
    row = log.attendance.get(deputy=neighbour)
    assert (row.status, row.stands_in_for) == (Presence.SUBSTITUTE, away)


def test_who_turns_out_to_be_a_substitute_is_asked_for_whom(cast, signed_in):
    """李代表 was recorded as present, 陈卫 not at all: both came for somebody, of one of them nobody knows for whom."""
    log = file(cast)
    client, address = signed_in(cast.clerk), reverse("duty-log-correct", args=[log.uid])
    one, other, away = cast.deputies["GT01"][1:4]
    typed = {f"p{one.pk}": "substitute", f"p{other.pk}": "substitute", "reason": "看错了"}
    asked = client.post(address, fields_of(client.get(address), **typed))
    assert asked.status_code == 400
    for person in (one, other):
        assert f"请选{person.name}替的是谁" in texts(asked) and f'href="#id_p{person.pk}for"' in texts(asked)
    done = client.post(address, fields_of(asked, **{f"p{one.pk}for": str(away.pk), f"p{other.pk}for": ""}))
    assert done.status_code == 302
    found = dict(log.attendance.filter(status=Presence.SUBSTITUTE).values_list("deputy__name", "stands_in_for__name"))
    assert found == {one.name: away.name, other.name: None}


@pytest.mark.parametrize(
    ("role", "status"),
    [("clerk", 200), ("head", 200), ("admin", 403), ("auditor", 403), ("deputy", 403), ("stranger", 404), ("officer", 404)],
)
def test_who_opens_the_correction(cast, signed_in, role, status):
    log = file(cast)
    assert signed_in(getattr(cast, role)).get(reverse("duty-log-correct", args=[log.uid])).status_code == status


def test_a_void_log_offers_nothing(cast, signed_in):
    log = file(cast)
    void_log(log=log, reason="重复", actor=cast.clerk, at=AT)
    client = signed_in(cast.clerk)
    page = texts(client.get(reverse("duty-log", args=[log.uid])))
    assert "作废原因:重复" in page
    for words in (reverse("duty-log-correct", args=[log.uid]), reverse("duty-log-photos", args=[log.uid]), "记为已确认"):
        assert words not in page
    assert client.get(reverse("duty-log-correct", args=[log.uid])).status_code == 409


# ---- Late entry ----------------------------------------------------------------------------------------------------


def test_the_county_sets_the_limit_grants_and_takes_back(cast, signed_in):
    client, address = signed_in(cast.staff), reverse("late-logs")
    assert client.post(address, {"do": "limit", "day": "５日"}).status_code == 302
    assert FilingLimit.objects.get().day == 5
    today = date.today()
    typed = {
        "do": "grant", "place": "GT01", "started_on": "2026-02-01", "ended_on": "2026-02-28",
        "open_until": f"{today + timedelta(days=7)}", "reason": "分站停电",
    }  # fmt: skip
    assert client.post(address, typed).status_code == 302
    exception = FilingException.objects.get()
    assert "分站停电" in texts(client.get(address))
    assert client.post(address, {"do": "end", "exception": exception.pk}).status_code == 302
    assert "到期" in texts(client.get(address))
    assert client.post(address, {"do": "end", "exception": "1x"}).status_code == 404
    assert client.post(address, {"do": "nonsense"}).status_code == 404
    assert client.post(address, {"do": "limit", "day": ""}).status_code == 302
    assert FilingLimit.objects.get().day is None


def test_the_form_knows_what_a_closed_record_needs(cast, signed_in):
    address = reverse("late-logs") + "?place=GT01&since=2026-02-08&until=2026-02-08"
    form = signed_in(cast.staff).get(address).context["grant_form"]
    week = today_here() + timedelta(days=7)
    assert [form[name].value() for name in ("place", "started_on", "ended_on", "open_until")] == [
        "GT01", "2026-02-08", "2026-02-08", week,
    ]  # fmt: skip
    assert not FilingException.objects.exists() and "id_open_until" in texts(signed_in(cast.staff).get(address))
    strange = signed_in(cast.staff).get(reverse("late-logs") + "?place=<b>&since=yesterday")
    assert strange.status_code == 200 and "<b>" not in texts(strange)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"do": "limit", "day": "31"}, "day"),
        ({"do": "limit", "day": "每月"}, "day"),
        ({"do": "grant", "place": "GT01", "started_on": "2026-02-08", "ended_on": "2026-02-01",
          "open_until": "2099-01-01", "reason": "停电"}, "ended_on"),
        ({"do": "grant", "place": "XX", "started_on": "", "ended_on": "", "open_until": "", "reason": "停电"}, "place"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_linked_and_stays(cast, signed_in, typed, field):
    answer = signed_in(cast.staff).post(reverse("late-logs"), typed)
    assert answer.status_code == 400 and f'href="#id_{field}"' in texts(answer)
    assert f'value="{typed.get("reason") or typed["day"]}"' in texts(answer)
    assert not FilingLimit.objects.exclude(day=None).exists() and not FilingException.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"), [("admin", 200), ("staff", 200), ("auditor", 403), ("clerk", 403), ("head", 403), ("officer", 403)]
)
def test_who_opens_late_entry(cast, signed_in, role, status):
    assert signed_in(getattr(cast, role)).get(reverse("late-logs")).status_code == status


@pytest.mark.parametrize("count", [1, 3])
def test_late_entry_costs_the_same_for_one_exception_and_for_three(cast, signed_in, django_assert_num_queries, count):
    for _n in range(count):
        FilingException.objects.create(
            place=cast.gt02, started_on=SUNDAY, ended_on=SUNDAY, open_until=date.today(), reason="停电",
            granted_by=cast.staff, granted_at=AT,
        )  # fmt: skip
    client = signed_in(cast.staff)
    with django_assert_num_queries(10):
        client.get(reverse("late-logs"))
