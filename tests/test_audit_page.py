"""The audit trail's pages: auditors alone read it, each the own county's; searched, paged, taken away, in words."""

from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from activities.services import Matter
from deputies.services.corrections import ask_correction, move_correction
from deputies.services.people import edit_deputy
from julu_liaison import auditing
from julu_liaison.audit_words import detail_words, names_of, value_words
from julu_liaison.audit_words.naming import NAMES
from julu_liaison.auditing import lines_of
from julu_liaison.common import audit
from julu_liaison.common.audit import act_for
from julu_liaison.common.audit.sealing import seal_rows
from julu_liaison.common.models import AuditLog, TaskRun
from julu_liaison.views import audit as audit_page
from opinions.services import register_opinion
from stations.services import appoint, open_station
from stations.services.auditing import audit_in_reach
from stations.states import Role
from tests.cast import OPENED, SUNDAY, account, moment
from tests.test_ticket_pages import at_department, make_ticket

URL = reverse("audit")
AT = moment(SUNDAY)
NUMBER = "〔2026〕第001号"


@pytest.fixture
def acts(cast):
    """Some rows on Sunday, one the day after."""
    audit.record("file_log", actor=cast.clerk, target=cast.gt01, at=AT, number=NUMBER, station="GT")
    audit.record("appoint", actor=cast.admin, target=cast.clerk, county_code="JLX", at=AT, role="clerk", place="GT")
    act_for(cast.stranger, cast.clerk.pk)
    audit.record("transfer", actor=cast.stranger, target=cast.yt, at=moment(SUNDAY + timedelta(days=1)), before="at_centre")


def shown(client, **asked):
    """The actions of the page, as they stand in its rows."""
    answer = client.get(URL, asked)
    assert answer.status_code == 200, answer.context["form"].errors
    return [line.row.action for line in answer.context["lines"]]


# ---- Who ---------------------------------------------------------------------------------------------------------------


def test_auditors_alone_read_it(cast, client, signed_in, acts):
    row = AuditLog.objects.filter(action="file_log").get()
    pages = (URL, reverse("audit-entry", args=[row.pk]))
    assert [client.get(page).status_code for page in pages] == [302, 302]
    for who in ("admin", "staff", "system", "security", "clerk", "head", "deputy", "officer", "chief"):
        client = signed_in(getattr(cast, who))
        assert [client.get(page).status_code for page in pages] == [403, 403], who
    assert not AuditLog.objects.filter(action="search_audit").exists()
    assert [signed_in(cast.auditor).get(page).status_code for page in pages] == [200, 200]


def test_each_auditor_reads_the_own_county_and_what_the_system_did_for_all(cast, signed_in, acts):
    there = open_station(code="C02", name="邻县", parent=None, opened_on=OPENED, actor=None)
    theirs, boss = account("linshen", "邻审计"), account("linxian", "邻管理员")
    for user, role in ((theirs, Role.AUDITOR), (boss, Role.COUNTY_ADMIN)):
        appoint(user=user, role=role, station=there, started_on=OPENED, actor=None)
    foreign = audit.record("edit_station", actor=boss, target=there, at=AT)
    own_act = audit.record("change_password", actor=boss, target=boss, at=AT)
    of_all = audit.record("rotate_keys", actor=None, at=AT, rows=3)
    tried = audit.record("fail_sign_in", actor=None, target=boss, at=AT)  # an account that no county has opened
    everywhere = {row.pk for row in audit_in_reach(cast.auditor)}
    assert of_all.pk in everywhere and not everywhere & {foreign.pk, own_act.pk, tried.pk}
    neighbour = {row.pk for row in audit_in_reach(theirs)}
    assert {foreign.pk, own_act.pk, of_all.pk, tried.pk} <= neighbour
    assert not AuditLog.objects.filter(pk__in=neighbour, county_code="JLX").exists()
    client = signed_in(cast.auditor)
    assert client.get(reverse("audit-entry", args=[foreign.pk])).status_code == 404
    assert client.get(reverse("audit-entry", args=[10**18])).status_code == 404


def test_reading_is_recorded_once_a_day(cast, signed_in, acts):
    client = signed_in(cast.auditor)
    for _time in range(3):
        client.get(URL)
    client.get(reverse("audit-entry", args=[AuditLog.objects.first().pk]))
    assert AuditLog.objects.filter(action="search_audit", actor=cast.auditor).count() == 1


# ---- Searching ----------------------------------------------------------------------------------------------------------


def test_what_is_asked_for_is_found(cast, signed_in, acts):
    client = signed_in(cast.auditor)
    monday = f"{SUNDAY + timedelta(days=1)}"
    for asked, expected in (
        ({"since": f"{SUNDAY}", "until": f"{SUNDAY}"}, ["appoint", "file_log"]),
        ({"since": monday, "until": monday}, ["transfer"]),
        ({"action": "file_log"}, ["file_log"]),
        ({"action": "group:rights", "since": f"{SUNDAY}", "until": monday}, ["appoint"]),
        ({"kind": "station", "key": "GT01", "action": "file_log"}, ["file_log"]),
        ({"key": NUMBER}, ["file_log"]),
        ({"person": "yantuan", "since": monday, "until": monday}, ["transfer"]),
        ({"person": "官亭工作人员", "since": f"{SUNDAY}", "until": monday}, ["transfer", "appoint", "file_log"]),
        ({"person": "没有这个人"}, []),
        ({"county": "JLX", "action": "transfer"}, ["transfer"]),
        ({"since": "2031-01-01"}, []),
    ):  # fmt: skip
        assert shown(client, **asked) == expected, asked


def test_what_cannot_be_asked_for_is_told(cast, signed_in, acts):
    client = signed_in(cast.auditor)
    for asked, words in (
        ({"since": "gestern"}, "请写成 2026-03-01 这样"), ({"action": "nothing"}, "请从列表里选"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "结束日期不能早于开始日期"), ({"county": "C02"}, "请从列表里选"),
        ({"person": "x" * 81}, "80"), ({"key": "\0"}, "null"), ({"format": "xlsx", "kind": "?"}, "请从列表里选"),
    ):  # fmt: skip
        answer = client.get(URL, asked)
        assert answer.status_code == 400 and "查找条件不对" in answer.text, asked
        assert not answer.context["lines"] and (words in answer.text or words == "null"), asked


def test_pages_follow_one_another(cast, signed_in):
    for number in range(120):
        audit.record("file_log", actor=cast.clerk, target=cast.gt01, at=AT, number=str(number))
    client, seen = signed_in(cast.auditor), []
    address = f"{URL}?action=file_log"
    while address:
        answer = client.get(address)
        seen += [line.row.detail["number"] for line in answer.context["lines"]]
        then = answer.context["links"]["next"]
        address = f"{URL}{then}" if then else ""
    assert seen == [str(number) for number in reversed(range(120))]


def test_queries_do_not_grow_with_rows(cast, signed_in, django_assert_num_queries):
    client = signed_in(cast.auditor)
    client.get(URL)  # the first look of the day is recorded
    for count in (30, 40):  # a full page, about the same two kinds of things
        for number in range(count):
            audit.record("edit_station", actor=cast.admin, target=(cast.gt01, cast.yt01)[number % 2], at=AT)
            audit.record("renew_password", actor=cast.admin, target=cast.clerk, at=AT)
        with django_assert_num_queries(16):
            assert client.get(URL).status_code == 200
    with django_assert_num_queries(12):
        client.get(reverse("audit-entry", args=[AuditLog.objects.filter(action="edit_station").last().pk]))


# ---- In words -----------------------------------------------------------------------------------------------------------


def test_a_row_is_told_in_plain_words(cast, signed_in, acts):
    client = signed_in(cast.auditor)
    listed = client.get(URL).text
    for words in ("登记接待日", "官亭工作人员", "官亭镇", "GT01", NUMBER, "安排岗位", "联络站工作人员", "办件:转办",
                  "代管官亭工作人员的岗位"):  # fmt: skip
        assert words in listed, words
    seal_rows(at=AT)
    row = AuditLog.objects.get(action="appoint", at=AT)
    page = client.get(reverse("audit-entry", args=[row.pk])).text
    for words in ("安排岗位", "县管理员", "官亭工作人员(guanting)", "岗位", "联络站工作人员", "第1号"):
        assert words in page, words
    assert f"{cast.gt.full_name}({cast.gt.code})" in page  # where, not only the code
    assert "appoint" not in page.replace("key=", "")


def test_what_it_is_about_is_called_by_its_name(cast):
    ticket = register_opinion(branch=cast.gt01, matter=Matter("路灯不亮"), actor=cast.clerk, at=AT)
    asked = ask_correction(
        topic="deputy", topic_title="人大代表资料", column="phone", column_title="联系电话", right_value="19900007777",
        reason="换号", actor=cast.deputy, at=AT,
    )  # fmt: skip
    move_correction(request=asked, move="settle", actor=cast.staff, at=AT)
    edit_deputy(deputy=cast.deputy_person, actor=cast.staff, phone="19900007777")
    lines = {line.row.action: line for line in lines_of(AuditLog.objects.select_related("actor").order_by("pk"))}
    assert lines["register"].target == f"{ticket.register.name}{ticket.number}"
    assert lines["ask_correction"].target == f"{cast.deputy.name}:人大代表资料 联系电话"
    assert "哪一类:人大代表资料;哪一项:手机" in lines["ask_correction"].said.replace("联系电话", "手机")
    assert "改后:已更正" in lines["settle_correction"].said
    assert lines["edit_deputy"].target == f"{cast.deputy_person.name}({cast.deputy_person.code})"


def test_to_whom_a_ticket_was_handed_stands_beside_it(cast):
    ticket = at_department(cast, make_ticket(cast))
    (line,) = lines_of(AuditLog.objects.select_related("actor").filter(action="transfer"))
    assert line.target == ticket.full_number and dict(line.detail)["部门"] == "县交通运输局(jiaotong)"


def test_what_is_mentioned_is_called_by_its_name_too(cast):
    codes = [cast.deputy_person.code, "NOBODY"]
    detail = {"branch": cast.gt01.code, "station": "ZZ99", "deputies": codes, "deputy": codes[0], "taker": None, "place": 3}
    audit.record("edit_station", actor=cast.admin, target=cast.gt01, at=AT, **detail)
    (line,) = lines_of(AuditLog.objects.select_related("actor").filter(action="edit_station"))
    person = f"{cast.deputy_person.name}({codes[0]})"
    assert dict(line.detail)["分站"] == f"{cast.gt01.full_name}(GT01)" and dict(line.detail)["联络站"] == "ZZ99"
    assert line.said.endswith(f"代表:{person}、NOBODY;代表:{person};接班人:无;地方:3")


@pytest.mark.parametrize("label", NAMES)
def test_a_name_is_written_from_columns_that_are_there(cast, label):
    """With keys of the right kind, of a wrong one, and of nothing that is left."""
    model = apps.get_model(label)
    kind = model._meta.model_name
    for key in ("GT01", "7", str(uuid4()), "", "甲"):
        row = AuditLog(action="edit", target_kind=kind, target_key=key, at=AT)
        assert names_of([row]).get((kind, key), "官亭") is not None
    made = model._default_manager.first()
    if made is not None:
        key = str(getattr(made, NAMES[label][0]))
        (words,) = names_of([AuditLog(action="edit", target_kind=kind, target_key=key, at=AT)]).values()
        assert words and "None" not in words


def test_parts_and_values_are_words(cast):
    told = dict(
        detail_words(
            {"columns": ["employer", "phone"], "is_active": False, "at": "2026-03-01T02:00:00+00:00", "note": "", "own": True,
             "counts": {"created": 2, "updated": 0}, "deputies": ["D1", "D2"], "way": "recovery_code", "left": 7},
            "deputy",
        )
    )  # fmt: skip
    assert told["改了哪些"] == "工作单位、手机" or "、" in told["改了哪些"]
    assert (told["启用"], told["说明"], told["涉及本人"]) == ("否", "无", "是")
    assert told["时间"] == "2026-03-01 10:00" and told["数目"] == "新增:2;变动:0" and told["代表"] == "D1、D2"
    assert told["方式"] == "密码和恢复码" and told["还剩"] == "7" and value_words("note", "2026-03-99T99:99:99Z") != ""


def test_who_is_nobody(cast):
    for action, words in (("rotate_keys", "系统"), ("fail_sign_in", "没有登录的人")):
        (line,) = lines_of([audit.record(action, actor=None, at=AT)])
        assert line.who == words and line.is_known


def test_the_chain_says_how_it_stands(cast, signed_in, acts, monkeypatch):
    client = signed_in(cast.auditor)
    assert "封存停住了" in client.get(URL).text  # since March
    monkeypatch.setattr(audit_page, "SEALED_WITHIN", timezone.now() - moment(OPENED))
    first = client.get(URL).text
    assert "还没有封存过" in first and "今天夜里第一次核对" in first
    seal_rows(at=timezone.now())
    run = TaskRun.objects.create(task="julu_liaison.tasks.verify_audit", started_at=AT, finished_at=AT, succeeded_at=AT)
    assert "第1号" in (told := client.get(URL).text) and "核对过,没有改动" in told
    TaskRun.objects.filter(pk=run.pk).update(is_failed=True)
    assert "记录对不上" in client.get(URL).text


# ---- Taken away ---------------------------------------------------------------------------------------------------------


def test_the_result_is_taken_away_and_that_is_recorded(cast, signed_in, acts, monkeypatch):
    client = signed_in(cast.auditor)
    asked = {"since": f"{SUNDAY}", "until": f"{SUNDAY}", "format": "xlsx"}
    answer = client.get(URL, asked)
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert [(row[2], row[5], row[7]) for row in rows] == [
        ("县管理员", "安排岗位", "官亭工作人员(guanting)"), ("官亭工作人员", "登记接待日", rows[1][7]),
    ]  # fmt: skip
    assert "编号:" + NUMBER in rows[1][9] and rows[1][1] == "2026-03-01 10:00:00"
    row = AuditLog.objects.get(action="export_audit")
    assert row.actor == cast.auditor and row.detail == {
        "rows": 2, "filters": {"since": f"{SUNDAY}", "until": f"{SUNDAY}"},
    }  # fmt: skip
    monkeypatch.setattr(auditing, "MOST_ROWS", 1)
    refused = client.get(URL, asked)
    assert refused.status_code == 400 and "一次最多导出1条" in refused.text
    assert AuditLog.objects.filter(action="export_audit").count() == 1


def test_nothing_in_a_workbook_is_a_formula(cast, signed_in):
    audit.record("void_log", actor=cast.clerk, target=cast.gt01, at=moment(date(2026, 3, 8)), reason="=1+1")
    answer = signed_in(cast.auditor).get(URL, {"action": "void_log", "format": "xlsx"})
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    assert sheet["J3"].data_type == "s" and "=1+1" in sheet["J3"].value
