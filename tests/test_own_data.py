"""我的个人信息: everybody reads what is held of them and takes a copy; of nobody else, and nothing of any villager."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from activities.services import SundayRow, file_log
from activities.states import Presence
from deputies.services import edit_deputy, record_consent
from deputies.services.corrections import ask_correction
from julu_liaison.accounts.services import edit_account
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice, Subscription
from tests.cast import SUNDAY, moment
from tests.own_data import AT, NAME, PHONE, VILLAGE, WORDS, constituent_of, ticket_of, visit_of

EVERYBODY = (
    "admin", "staff", "system", "security", "auditor", "clerk", "stranger", "head", "deputy", "officer", "chief",
    "other_officer",
)  # fmt: skip


@pytest.fixture
def lived_in(cast):
    """Villagers, a log, a consent, notices: a county in which something has happened."""
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, summary=f"{NAME}来过")
    file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT)
    ticket_of(cast, deputy=cast.deputy_person)
    visit_of(cast)
    constituent_of(cast)
    record_consent(deputy=cast.deputy_person, subject="phone", given_on=SUNDAY, evidence="同意书9号", actor=cast.staff, at=AT)
    Notice.objects.create(user=cast.deputy, kind="ticket", text=f"{WORDS}等您办", created_at=AT)
    Subscription.objects.create(user=cast.deputy, email="li@example.cn")
    return cast


def page(client) -> str:
    answer = client.get(reverse("my-data"))
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    return answer.text


def taken(client):
    answer = client.post(reverse("my-data-file"))
    assert answer.status_code == 200 and ".xlsx" in answer["Content-Disposition"]
    return load_workbook(BytesIO(answer.content))


def words_of(book) -> list[str]:
    return [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]


def test_a_deputy_reads_own_data_in_plain_words(lived_in, signed_in):
    text = page(signed_in(lived_in.deputy))
    person = lived_in.deputy_person
    for words in (person.name, person.phone, person.employer, "同意书9号", "li@example.cn", "代表资格", "到岗记录", "档案"):
        assert words in text, words
    assert "群众的姓名、电话和反映的事不列在这里" in text


def test_who_signs_in_must(client):
    assert client.get(reverse("my-data")).status_code == 302
    assert client.post(reverse("my-data-file")).status_code == 302


def test_two_deputies_read_each_their_own(lived_in, signed_in):
    one, other = lived_in.deputy_person, lived_in.head_person
    assert one.phone in page(signed_in(lived_in.deputy)) and other.phone not in page(signed_in(lived_in.deputy))
    mine, theirs = (words_of(taken(signed_in(user))) for user in (lived_in.deputy, lived_in.head))
    assert one.phone in mine and other.phone not in mine
    assert other.phone in theirs and one.phone not in theirs


def test_nobodys_report_holds_another_accounts_rows(lived_in, signed_in):
    """Every number that the copy tells is that of rows of this person alone."""
    book = taken(signed_in(lived_in.clerk))
    counts = {row[0]: row[1] for row in book["总表"].iter_rows(min_row=3, values_only=True)}
    assert counts["账号"] == 1 and counts["岗位"] == 1 and "人大代表资料" not in counts and "到岗记录" not in counts
    assert counts["操作记录"] == AuditLog.objects.filter(actor=lived_in.clerk).count() - 1  # the taking itself


@pytest.mark.parametrize("who", EVERYBODY)
def test_nothing_of_a_villager_is_in_anybodys_report(lived_in, signed_in, who):
    client = signed_in(getattr(lived_in, who))
    text, copied = page(client), "\n".join(words_of(taken(client)))
    for words in (NAME, PHONE, VILLAGE, WORDS, "独居", "问低保"):
        assert words not in text and words not in copied, words


def test_the_copy_explains_each_line_and_lists_its_rows(lived_in, signed_in):
    book = taken(signed_in(lived_in.deputy))
    titles = [cell.value for cell in book["总表"][2]]
    assert titles == ["有什么", "多少条", "做什么用", "凭什么", "存多久", "谁能看到"]
    assert book["到岗记录"]["A3"].value == SUNDAY.isoformat() and "到岗" in str(book["到岗记录"]["C3"].value)
    assert "联系选民的记录" in book.sheetnames and "固定联系的选民" not in book.sheetnames


def test_taking_the_copy_is_recorded_and_looking_is_not(lived_in, signed_in):
    client = signed_in(lived_in.deputy)
    page(client)
    assert not AuditLog.objects.filter(action="take_own_data").exists()
    assert client.get(reverse("my-data-file")).status_code == 405
    taken(client)
    assert AuditLog.objects.get(action="take_own_data").actor == lived_in.deputy


def test_who_changed_it_is_told_by_office(lived_in, signed_in):
    edit_deputy(deputy=lived_in.deputy_person, actor=lived_in.staff, phone="19900005555")
    edit_account(account=lived_in.deputy, actor=lived_in.admin, phone="19900005555")
    text = page(signed_in(lived_in.deputy))
    assert "县级工作人员改过代表资料" in text and "县级管理员改过账号" in text
    assert "县工作人员" not in text.partition("近一年")[2]


def test_what_others_did_with_others_is_not_told(lived_in, signed_in):
    edit_deputy(deputy=lived_in.head_person, actor=lived_in.staff, employer="别的单位")
    assert "改过代表资料" not in page(signed_in(lived_in.deputy))


def test_own_requests_stand_above(lived_in, signed_in):
    ask_correction(
        topic="deputy", topic_title="人大代表资料", column="phone", column_title="联系电话", right_value="19900004444",
        reason="换号了", actor=lived_in.deputy, at=moment(SUNDAY),
    )  # fmt: skip
    assert "人大代表资料·联系电话" in page(signed_in(lived_in.deputy))
    assert "人大代表资料·联系电话" not in page(signed_in(lived_in.head))


def test_page_costs_the_same_with_more_rows(lived_in, signed_in, django_assert_max_num_queries):
    client, costs = signed_in(lived_in.deputy), []
    for more in range(2):
        with django_assert_max_num_queries(90) as spent:
            page(client)
        costs.append(len([query for query in spent.captured_queries if "SAVEPOINT" not in query["sql"]]))
        for number in range(3):
            edit_deputy(deputy=lived_in.deputy_person, actor=lived_in.staff, note=f"第{number}次{more}")
            Notice.objects.create(user=lived_in.deputy, kind="ticket", text="等您办", created_at=AT)
    assert costs[0] == costs[1], costs
