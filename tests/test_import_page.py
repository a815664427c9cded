"""The import page of the county's console: upload, preview, confirm, the workbook of rows that need work."""

import json
import os
import uuid
from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from deputies.models import Deputy, Membership
from deputies.services import add_deputy, edit_deputy
from stations.services import open_station
from tests.cast import OPENED
from tests.test_import_deputies import HEADER, person

PAGE = "/console/import/"
PREVIEW_QUERIES = 10  # whatever the number of rows
GOOD = {"姓名": "新代表", "代表层级": "乡", "届次": "第十七届", "所属联络站": "官亭镇", "所属分站": "第二分站"}
WRONG = GOOD | {"姓名": "错代表", "性别": "不详", "联系电话": "1"}
MOVED = {"姓名": "李代表", "代表层级": "乡", "届次": "第十七届", "所属联络站": "官亭镇", "所属分站": "第二分站"}


def workbook(*people) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    for row in people:
        book.active.append([row.get(title) for title in HEADER])
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def upload(client, content, *, name="名册.xlsx", **fields):
    file = SimpleUploadedFile(name, content)
    return client.post(PAGE, {"file": file, "started_on": "2026-03-01"} | fields)


@pytest.fixture
def office(cast, signed_in, media):
    return signed_in(cast.staff)


def confirm(client, url):
    digest = client.get(url).context["report"].digest
    return client.post(url, {"digest": digest})


def test_upload_preview_confirm(cast, office, media):
    answer = upload(office, workbook(GOOD, MOVED))
    assert answer.status_code == 302
    page = office.get(answer.url)
    text = page.content.decode()
    assert page.context["report"].counts == {"created": 1, "updated": 1, "unchanged": 0}
    assert "官亭镇人大代表联络站第一分站 成员 → <b>官亭镇人大代表联络站第二分站 成员</b>" in text
    assert [deputy.name for deputy in page.context["report"].missing] == ["赵站长", "陈卫", "周春生", "钱站长", "王芳"]
    assert not Deputy.objects.filter(name="新代表").exists()
    done = confirm(office, answer.url)
    assert (done.status_code, done.url) == (302, answer.url)
    assert Membership.objects.get(deputy__name="新代表").started_on == date(2026, 3, 1)
    assert "新增1人,变动1人,不变0人" in office.get(answer.url).content.decode()
    assert list(media.rglob("*.xlsx")) == []


def test_second_click_on_confirm_imports_nothing_again(office):
    url = upload(office, workbook(GOOD)).url
    digest = office.get(url).context["report"].digest
    for _click in range(2):
        assert office.post(url, {"digest": digest}).status_code in (200, 302)
    assert Deputy.objects.filter(name="新代表").count() == 1


@pytest.mark.parametrize("digest", [None, "", "0" * 64])
def test_only_what_was_previewed_is_imported(office, digest):
    url = upload(office, workbook(GOOD)).url
    answer = office.post(url, {} if digest is None else {"digest": digest})
    assert answer.status_code == 409
    assert "再核对一次" in answer.content.decode()
    assert not Deputy.objects.filter(name="新代表").exists()


def test_a_change_after_the_preview_asks_again(cast, office):
    url = upload(office, workbook(MOVED | {"职务": "校长"})).url
    digest = office.get(url).context["report"].digest
    edit_deputy(deputy=cast.deputy_person, actor=cast.admin, position="校长")
    answer = office.post(url, {"digest": digest})
    assert answer.status_code == 409
    assert office.post(url, {"digest": answer.context["report"].digest}).status_code == 302


def test_errors_cell_by_cell_and_the_rows_to_take_away(office):
    url = upload(office, workbook(GOOD, WRONG)).url
    page = office.get(url).content.decode()
    assert "有2处要改,什么都没有导入" in page
    assert "第3行" in page and "性别请填男或女" in page and "确认导入" not in page
    answer = office.get(url + "failed/")
    assert "xlsx" in answer["Content-Disposition"]
    sheet = openpyxl.load_workbook(BytesIO(answer.getvalue())).active
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert rows[0] == ("原行号", *HEADER, "要改的地方")
    assert rows[1][:2] == (3, "错代表")
    assert rows[1][-1].startswith("性别:性别请填男或女。\n联系电话:电话要填11位手机号")
    red = [cell.value for cell in sheet[3] if cell.font.color and cell.font.color.rgb == "FFA8181F"]
    assert red == ["不详", "1"]
    assert office.post(url, {"digest": "x"}).status_code == 409


def test_failed_rows_put_right_can_be_imported(office, tmp_path):
    url = upload(office, workbook(WRONG)).url
    book = openpyxl.load_workbook(BytesIO(office.get(url + "failed/").getvalue()))
    book.active["C3"], book.active["L3"] = "女", "19900001111"
    target = BytesIO()
    book.save(target)
    page = office.get(upload(office, target.getvalue()).url)
    assert page.context["report"].counts["created"] == 1
    assert page.context["report"].warnings == []


def test_file_that_is_no_workbook_is_told_in_one_sentence(office):
    page = office.get(upload(office, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").url).content.decode()
    assert "整个文件" in page and "旧的 .xls 格式" in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "名册.xls"}, "请选 .xlsx 文件"),
        ({"started_on": "明天"}, "请填日期"),
        ({"started_on": ""}, "请填起始日期"),
    ],
)
def test_form_says_what_to_do(office, media, fields, sentence):
    answer = upload(office, workbook(GOOD), **fields)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not (media / "imports").exists()


def test_form_without_a_file_and_with_a_large_one(office):
    assert "请选代表名册的文件" in office.post(PAGE, {"started_on": "2026-03-01"}).content.decode()
    assert "最大10MB" in upload(office, b"PK" + bytes(10 * 1024 * 1024)).content.decode()


def test_template_is_a_register_without_people(office):
    answer = office.get(PAGE + "template/")
    book = openpyxl.load_workbook(BytesIO(answer.getvalue()))
    assert book.sheetnames == ["代表名册", "填写说明", "分站名称"]
    assert [cell.value for cell in book["代表名册"][2]] == HEADER
    assert ("官亭镇", "第一分站") in list(book["分站名称"].iter_rows(values_only=True))
    sheet = book["代表名册"]
    for place, title in enumerate(HEADER, start=1):
        sheet.cell(3, place, GOOD.get(title))
    target = BytesIO()
    book.save(target)
    page = office.get(upload(office, target.getvalue()).url)
    assert page.context["report"].counts == {"created": 1, "updated": 0, "unchanged": 0}
    assert office.get(PAGE + "template/?county=XX").status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [("clerk", 404), ("stranger", 404), ("head", 404), ("deputy", 404), ("officer", 404), ("auditor", 403)],
)
def test_others_have_no_import(cast, office, client, signed_in, who, status):
    url = upload(office, workbook(GOOD)).url
    signed_in(getattr(cast, who))
    for address in (PAGE, PAGE + "template/", url, url + "failed/"):
        assert client.get(address).status_code == status
    assert upload(client, workbook(GOOD)).status_code == status
    assert client.post(url, {"digest": "x"}).status_code == status
    client.logout()
    assert client.get(url).status_code == 302


def test_a_colleague_does_not_see_my_upload(cast, office, signed_in):
    url = upload(office, workbook(GOOD)).url
    colleague = signed_in(cast.admin)
    assert colleague.get(url).status_code == 404
    assert colleague.get(url + "failed/").status_code == 404
    assert colleague.get(f"{PAGE}{uuid.uuid4()}/").status_code == 404


def test_file_name_never_becomes_a_path(cast, office, media):
    upload(office, workbook(GOOD), name="../../etc/名册.xlsx")
    (file,) = media.rglob("*.xlsx")
    assert file.parent.parent == media / "imports"
    facts = json.loads((file.parent / "facts.json").read_text())
    assert (facts["owner"], facts["county"]) == (cast.staff.pk, "JLX")


def test_uploads_are_dropped_after_a_day(office, media):
    url = upload(office, workbook(GOOD)).url
    folder = next(Path(media / "imports").iterdir())
    os.utime(folder, (0, 0))
    upload(office, workbook(GOOD))
    assert office.get(url).status_code == 404
    assert len(list((media / "imports").iterdir())) == 1


def test_county_is_chosen_where_one_serves_in_two(cast, office):
    from stations.services import appoint

    other = open_station(code="NH", name="南和县", parent=None, opened_on=OPENED, actor=None)
    appoint(user=cast.staff, role="county_staff", station=other, started_on=OPENED, actor=None)
    assert "导入到哪个县" in office.get(PAGE).content.decode()
    assert upload(office, workbook(GOOD)).status_code == 400
    assert office.get(upload(office, workbook(GOOD), county="JLX").url).context["report"].errors == []
    assert office.get(upload(office, workbook(GOOD), county="NH").url).context["report"].errors


def test_preview_costs_the_same_for_one_row_and_for_three(cast, office, django_assert_num_queries):
    add_deputy(county=cast.county, actor=cast.admin, name="离任")
    people = [person(所属联络站="官亭镇", 姓名=f"新{n}", 联系电话=f"1990000800{n}") for n in range(3)]
    urls = [upload(office, workbook(*people[:count])).url for count in (1, 3)]
    office.get(urls[0])
    for url in urls:
        with django_assert_num_queries(PREVIEW_QUERIES):
            assert office.get(url).status_code == 200
