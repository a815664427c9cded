"""The list as a workbook: the rows that are seen and no others, nobody's identity, text that stays text, a trace."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from activities.services import Matter
from activities.states import Category
from julu_liaison.common.models import AuditLog
from opinions.models import Opinion, Reply
from opinions.services import register_opinion
from opinions.spreadsheets import tickets
from tests.cast import moment

DAY = date(2026, 3, 2)
EXPORT = reverse("opinions-export")


def made(cast, text, branch=None) -> Opinion:
    branch = branch or cast.gt01
    matter = Matter(
        text, Category.ROAD, villager_name="张三丰", villager_phone="19900009999", villager_village="安家庄东村",
        confidential=True, deputy=cast.deputy_person if branch == cast.gt01 else None,
    )  # fmt: skip
    actor = cast.stranger if branch == cast.yt01 else cast.clerk
    return register_opinion(branch=branch, matter=matter, actor=actor, at=moment(DAY))


def sheet_of(answer):
    assert answer.status_code == 200
    return load_workbook(BytesIO(b"".join(answer.streaming_content))).active


def column(sheet, title: str) -> list:
    titles = [cell.value for cell in sheet[2]]
    return [row[titles.index(title)].value for row in sheet.iter_rows(min_row=3)]


def test_the_file_has_the_rows_of_the_list_in_its_order_and_no_villager(cast, signed_in, django_assert_max_num_queries):
    texts = ["=1+1", "+86", "-3", "@SUM(A1)", "路灯不亮"]
    rows = [made(cast, text) for text in texts]
    other = made(cast, "第二分站的路", cast.gt02)
    made(cast, "外乡镇的路", cast.yt01)
    Opinion.objects.filter(pk=rows[4].pk).update(rating="basic", rated_by_proxy=True, ended_at=moment(DAY, 20))
    Reply.objects.create(
        opinion=rows[4],
        text="已修",
        reply_class="A",
        drafted_by=cast.clerk,
        drafted_at=moment(DAY),
        signed_at=moment(DAY),
    )
    client = signed_in(cast.clerk)
    with django_assert_max_num_queries(20):
        sheet = sheet_of(client.get(EXPORT))
    assert column(sheet, "内容") == ["第二分站的路", *reversed(texts)] and "乡镇" not in [
        cell.value for cell in sheet[2]
    ]
    assert {cell.data_type for row in sheet.iter_rows(min_row=3) for cell in row} <= {"s", "n"}  # no "f"
    assert column(sheet, "评价")[1] == "基本满意(代评)" and column(sheet, "办理类别")[1] == "A 已解决"
    assert column(sheet, "办结日期")[1] == "2026-03-02" and column(sheet, "备注")[1] == "保密"
    written = str([[cell.value for cell in row] for row in sheet.iter_rows()])
    assert not any(secret in written for secret in ("张三丰", "19900009999", "安家庄东村"))
    assert column(sheet_of(client.get(EXPORT, {"station": "GT02"})), "编号") == [other.number]
    assert column(sheet_of(signed_in(cast.staff).get(EXPORT, {"q": "路"})), "乡镇") == ["阎疃镇", "官亭镇", "官亭镇"]


def test_who_took_what_is_recorded_without_the_words_of_a_search(cast, signed_in):
    made(cast, "张三丰家门口的路")
    signed_in(cast.clerk).get(EXPORT, {"q": "张三丰", "station": "GT01", "late": "no"})
    row = AuditLog.objects.get(action="export_tickets")
    assert row.actor == cast.clerk and row.detail == {
        "rows": 1,
        "filters": {"q": "…", "station": "GT01", "late": "False"},
    }


@pytest.mark.parametrize(
    ("who", "status"),
    [("admin", 200), ("staff", 200), ("auditor", 200), ("clerk", 200), ("head", 200), ("officer", 200), ("chief", 200),
     ("deputy", 403)],
)  # fmt: skip
def test_who_may_take_the_list_away(cast, signed_in, who, status):
    ticket = made(cast, "路灯不亮")
    client = signed_in(getattr(cast, who))
    answer = client.get(EXPORT)
    assert answer.status_code == status
    sees = who not in ("officer", "chief")
    if status == 200:
        assert column(sheet_of(answer), "编号") == [ticket.number] * sees
    assert ("导出表格" in client.get(reverse("opinions")).text) == (status == 200 and sees)


def test_too_many_rows_and_wrong_filters_lead_back_to_the_list(cast, signed_in, monkeypatch):
    made(cast, "第一件"), made(cast, "第二件")
    client = signed_in(cast.clerk)
    monkeypatch.setattr(tickets, "MOST_ROWS", 1)
    answer = client.get(EXPORT, {"station": "GT"}, follow=True)
    assert "一次最多导出1件" in answer.text and answer.redirect_chain[0][0].endswith("?station=GT")
    assert column(sheet_of(client.get(EXPORT, {"q": "第一件"})), "内容") == ["第一件"]
    wrong = client.get(EXPORT, {"rating": "good"}, follow=True)
    assert "筛选条件不对" in wrong.text and AuditLog.objects.filter(action="export_tickets").count() == 1
