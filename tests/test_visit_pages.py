"""Pages of the register of visits, and what the check page of the Sunday sheet takes of each line."""

from io import BytesIO

import pytest
from django.http import QueryDict
from django.urls import reverse
from openpyxl import load_workbook

from activities.forms.lines import read_lines
from activities.models import DutyLog, Visit
from activities.rules.visits import REFERRALS
from activities.services import Matter, SundayRow, file_log, register_visit, void_visit
from activities.states import Category, Handling, Presence, RefusalReason
from julu_liaison.common.models import AuditLog
from opinions.models import Opinion
from tests.cast import SUNDAY, moment

AT = moment(SUNDAY)
NAME, PHONE, VILLAGE = "张三丰", "19900001234", "安家庄村"
LIGHTS, LAWSUIT = "市场门口的路灯坏了", "与邻居打官司"
KEY = "0b5f4a52-8f4e-4d0e-9a51-3f1c5f6a7b8c"


def add(cast, text="问医保怎么交", **fields) -> Visit:
    entry = {"handling": Handling.ANSWERED, "villager_name": NAME, "villager_phone": PHONE,
             "villager_village": VILLAGE}  # fmt: skip
    return register_visit(branch=cast.gt01, entry=Matter(text, **(entry | fields)), on=SUNDAY, actor=cast.clerk, at=AT)


@pytest.fixture
def visit(cast) -> Visit:
    return add(cast)


def page_of(visit) -> str:
    return reverse("visit", args=[visit.uid])


def act(client, visit, name, **data):
    return client.post(reverse("visit-act", args=[visit.uid, name]), data)


@pytest.mark.parametrize("name", ["outcome", "correct", "accept", "void"])
@pytest.mark.parametrize(("who", "status"), [("auditor", 403), ("stranger", 404), ("officer", 404)])
def test_who_may_is_asked_before_what_was_typed(cast, visit, signed_in, who, status, name):
    assert act(signed_in(getattr(cast, who)), visit, name).status_code == status


# --- Who sees what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "in_list", "one", "adding"),
    [
        ("admin", 200, 200, 403), ("staff", 200, 200, 403), ("auditor", 200, 200, 403), ("clerk", 200, 200, 200),
        ("stranger", 200, 404, 200), ("head", 200, 200, 200), ("deputy", 403, 404, 403), ("officer", 403, 404, 403),
        ("system", 403, 404, 403),
    ],
)  # fmt: skip
def test_pages_by_role(cast, visit, signed_in, who, in_list, one, adding):
    client = signed_in(getattr(cast, who))
    answers = [client.get(address).status_code for address in (reverse("visits"), page_of(visit), reverse("visit-add"))]
    assert answers == [in_list, one, adding]
    assert client.get(reverse("visit-print", args=[visit.uid])).status_code == one
    shown = client.get(reverse("visits")).content.decode()
    assert (visit.number in shown) == (one == 200)


def test_without_login_one_signs_in_and_comes_back(cast, visit, client):
    for name in ("visit-reveal", "visit-act"):
        args = [visit.uid] if name == "visit-reveal" else [visit.uid, "void"]
        answer = client.post(reverse(name, args=args))
        assert answer.status_code == 302 and answer.url.endswith(page_of(visit))


@pytest.mark.parametrize("who", ["admin", "staff", "auditor", "clerk", "head"])
def test_no_page_shows_who_came(cast, visit, signed_in, who):
    client = signed_in(getattr(cast, who))
    for address in (reverse("visits"), page_of(visit), reverse("visit-print", args=[visit.uid])):
        answer = client.get(address)
        assert NAME not in answer.text and PHONE not in answer.text
        assert "张*" in answer.text
        assert "no-store" in answer.headers["Cache-Control"]
    assert "199****1234" in client.get(page_of(visit)).text
    assert not AuditLog.objects.filter(action="reveal_villager").exists()


def test_a_confidential_villager_is_no_masked_name_in_the_list_and_nothing_to_the_auditor(cast, signed_in):
    visit = add(cast, confidential=True)
    client = signed_in(cast.auditor)
    for address in (reverse("visits"), page_of(visit), reverse("visit-print", args=[visit.uid])):
        page = client.get(address).text
        assert "张*" not in page and "199****" not in page and VILLAGE not in page
        assert "要求保密" in page
    assert "张*" not in signed_in(cast.clerk).get(reverse("visits")).text
    assert VILLAGE in signed_in(cast.clerk).get(page_of(visit)).text


@pytest.mark.parametrize(
    ("who", "status"), [("clerk", 200), ("head", 200), ("staff", 200), ("auditor", 403), ("stranger", 404)]
)
def test_who_came_is_shown_once_to_those_who_may_ask_and_recorded(cast, visit, signed_in, who, status):
    client = signed_in(getattr(cast, who))
    for name in ("visit-reveal", "visit-print"):
        answer = client.post(reverse(name, args=[visit.uid]), {"why": "回访"})
        assert answer.status_code == status
        assert (PHONE in answer.text) == (status == 200) and (NAME in answer.text) == (status == 200)
    rows = list(AuditLog.objects.filter(action="reveal_villager"))
    assert len(rows) == (2 if status == 200 else 0)
    assert all(row.detail["why"] == "回访" for row in rows)
    assert PHONE not in client.get(reverse("visits")).text
    if status == 200:
        assert "no-store" in answer.headers["Cache-Control"]
        assert client.get(reverse("visit-reveal", args=[visit.uid])).status_code == 405


# --- The list ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_with_more_rows(cast, signed_in, count, django_assert_num_queries):
    for index in range(count):
        add(cast, f"事{index}", handling=Handling.OPINION, deputy=cast.deputies["GT01"][index])
        add(cast, f"问{index}")
    client = signed_in(cast.clerk)
    client.get(reverse("visits"))
    with django_assert_num_queries(8):
        page = client.get(reverse("visits")).text
    assert page.count("</tr>") == 2 * count + 1


def numbers(client, **query) -> list[str]:
    return [visit.matter for visit in client.get(reverse("visits"), query).context["page"].rows]


def test_filters_live_in_the_address(cast, signed_in):
    add(cast, "答过的")
    add(cast, "转办的", handling=Handling.OPINION, category=Category.ROAD)
    refused = {"handling": Handling.REFERRED, "refusal": RefusalReason.PRIVATE, "referral": "请到村调解委员会"}
    add(cast, "不受理的", **refused)
    void_visit(visit=add(cast, "作废的"), reason="登错了", actor=cast.clerk, at=AT)
    client = signed_in(cast.clerk)
    assert numbers(client) == ["作废的", "不受理的", "转办的", "答过的"]
    assert numbers(client, decision="refused") == ["不受理的"]
    assert numbers(client, decision="opinion") == ["转办的"]
    assert numbers(client, decision="here") == ["作废的", "答过的"]
    assert numbers(client, state="void") == ["作废的"] and numbers(client, category="road") == ["转办的"]
    assert len(numbers(client, month="2026-03")) == 4 and numbers(client, month="2026-04") == []
    assert numbers(client, station="GT02") == [] and len(numbers(client, station="GT01")) == 4
    assert "登错了" in client.get(reverse("visits")).text
    wrong = client.get(reverse("visits"), {"month": "x"})
    assert wrong.status_code == 200 and "筛选条件不对" in wrong.text and not wrong.context["page"].rows


def test_the_workbook_names_nobody_and_holds_no_formula(cast, signed_in):
    add(cast, "=1+1")
    add(cast, LIGHTS, handling=Handling.OPINION)
    answer = signed_in(cast.auditor).get(reverse("visits"), {"format": "xlsx"})
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    cells = [cell for row in sheet.iter_rows(min_row=3) for cell in row if cell.value is not None]
    values = [str(cell.value) for cell in cells]
    assert "=1+1" in values and all(cell.data_type != "f" for cell in cells)
    assert Opinion.objects.get().number in values and LIGHTS in values
    assert not any(secret in value for value in values for secret in (NAME, "张*", PHONE, "1234", VILLAGE))


# --- Adding --------------------------------------------------------------------------------------------------------


def entry_for(cast, **changes) -> dict:
    return {
        "branch": "GT01", "on": "2026-03-04", "form": "phone", "deputy": cast.deputy_person.pk, "matter": LIGHTS,
        "request": "修好", "category": "", "came_at": "9点", "people": "2人", "villager_name": NAME,
        "villager_phone": PHONE, "villager_village": VILLAGE, "villager_sex": "男", "way": "opinion", "said": "",
    } | changes  # fmt: skip


def test_a_visit_is_entered_from_its_page_and_becomes_a_ticket(cast, signed_in):
    client = signed_in(cast.clerk)
    answer = client.post(reverse("visit-add"), entry_for(cast, confidential="on"))
    visit = Visit.objects.get()
    assert answer.url == page_of(visit)
    assert (str(visit.date), str(visit.time), visit.form, visit.people) == ("2026-03-04", "09:00:00", "phone", 2)
    assert (visit.villager_name, visit.villager_sex, visit.confidential) == (NAME, "男", True)
    assert (visit.category, visit.deputy, visit.opinion.text) == (Category.ENVIRONMENT, cast.deputy_person, LIGHTS)
    assert visit.opinion.number in client.get(page_of(visit)).text


def test_a_refusal_brings_its_usual_words_or_ones_own(cast, signed_in):
    client = signed_in(cast.head)
    client.post(reverse("visit-add"), entry_for(cast, way="private"))
    client.post(reverse("visit-add"), entry_for(cast, way="other", said="请到县供电公司营业厅", matter="电费算错了"))
    first, second = Visit.objects.order_by("serial")
    assert (first.handling, first.refusal, first.referral) == ("referred", "private", REFERRALS["private"])
    assert (second.refusal, second.referral) == ("other", "请到县供电公司营业厅")
    assert not Opinion.objects.exists()


@pytest.mark.parametrize(
    ("changes", "anchor"),
    [
        ({"matter": ""}, "id_matter"),
        ({"branch": "YT01"}, "id_branch"),
        ({"on": "2999-01-01"}, "id_on"),
        ({"villager_phone": "1990000123"}, "id_villager_phone"),
        ({"came_at": "下午"}, "id_came_at"),
        ({"people": "两个"}, "id_people"),
        ({"people": "0"}, "id_people"),
        ({"way": "other"}, "id_said"),
        ({"said": "已经修好"}, "id_said"),
        ({"deputy": "stranger"}, "id_deputy"),
        ({"branch": "GT02"}, "id_deputy"),
    ],
)
def test_what_is_wrong_comes_back_with_everything_typed(cast, signed_in, changes, anchor):
    answer = signed_in(cast.clerk).post(reverse("visit-add"), entry_for(cast, **changes))
    assert answer.status_code == 400
    assert f'href="#{anchor}"' in answer.text
    assert changes.get("villager_phone", PHONE) in answer.text and "修好" in answer.text
    assert not Visit.objects.exists()


def test_the_visitor_a_log_forgot(cast, signed_in):
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, received=1)
    log = file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT).log
    address = f"{reverse('visit-add')}?log={log.uid}"
    data = {name: value for name, value in entry_for(cast).items() if name not in ("branch", "on", "form")}
    assert signed_in(cast.stranger).post(address, data).status_code == 404
    assert signed_in(cast.clerk).get(f"{reverse('visit-add')}?log=x").status_code == 404
    client = signed_in(cast.clerk)
    assert "id_branch" not in client.get(address).text
    client.post(address, data)
    assert (Visit.objects.get().log, Visit.objects.get().date) == (log, SUNDAY)


# --- One visit -----------------------------------------------------------------------------------------------------


def test_a_correction_leaves_name_and_phone_alone_unless_typed(cast, visit, signed_in):
    client = signed_in(cast.clerk)
    data = {"version": 1, "matter": "问医保在哪交", "category": "welfare", "people": "3", "villager_village": VILLAGE}
    assert act(client, visit, "correct", **data).status_code == 302
    visit.refresh_from_db()
    assert (visit.matter, visit.people, visit.villager_name, visit.villager_phone) == ("问医保在哪交", 3, NAME, PHONE)
    act(client, visit, "correct", **(data | {"version": 2, "villager_name": "李四"}))
    visit.refresh_from_db()
    assert (visit.villager_name, visit.villager_phone) == ("李四", PHONE)
    act(client, visit, "correct", **(data | {"version": 3, "forget": "on"}))
    visit.refresh_from_db()
    assert (visit.villager_name, visit.villager_phone, visit.version) == ("", "", 4)


def test_somebody_elses_correction_is_shown_and_mine_can_be_sent_again(cast, visit, signed_in):
    client = signed_in(cast.clerk)
    data = {"matter": "问医保在哪交", "category": "welfare", "people": "3"}
    act(client, visit, "correct", **data, version=1)
    stale = act(client, visit, "correct", **(data | {"request": "想便宜些"}), version=1)
    assert stale.status_code == 412 and "想便宜些" in stale.text and "被人改过" in stale.text
    assert 'name="version" value="2"' in stale.text
    assert act(client, visit, "correct", **(data | {"request": "想便宜些"}), version=2).status_code == 302


def test_what_became_of_it_is_written_down_and_refused_words_stay(cast, visit, signed_in):
    client = signed_in(cast.head)
    refused = act(client, visit, "outcome", handling="settled", result="", told_how="电话")
    assert refused.status_code == 400 and 'href="#o_result"' in refused.text
    fine = {
        "handling": "settled",
        "result": "当场讲清了",
        "told_on": "2026-03-01",
        "told_how": "当面",
        "satisfaction": "basic",
    }
    assert act(client, visit, "outcome", **fine).status_code == 302
    page = client.get(page_of(visit)).text
    assert "当场讲清了" in page and "基本满意" in page and "3月1日 星期日,当面" in page


def test_it_becomes_a_ticket_after_all_and_is_voided_with_its_reason(cast, visit, signed_in):
    client = signed_in(cast.clerk)
    assert act(client, visit, "accept", version=1).status_code == 302
    assert Opinion.objects.get().visit == visit
    assert "转为意见" not in client.get(page_of(visit)).text.split("<h2>来访的群众")[1]
    assert act(client, visit, "void", reason="").status_code == 400
    assert act(signed_in(cast.head), visit, "void", reason="登错了").status_code == 403
    assert act(signed_in(cast.head), visit, "void", reason="").status_code == 403  # before what was typed is looked at
    assert act(signed_in(cast.staff), visit, "void", reason="登错了").status_code == 302
    page = client.get(page_of(visit)).text
    assert "作废原因:登错了" in page and "登记错了" not in page
    assert act(signed_in(cast.clerk), visit, "void", reason="再来").status_code == 409
    assert act(client, visit, "burn").status_code == 404


def test_one_visit_costs_a_fixed_number_of_queries(cast, signed_in, django_assert_max_num_queries):
    visit = add(cast, LIGHTS, handling=Handling.OPINION, deputy=cast.deputy_person)
    client = signed_in(cast.clerk)
    with django_assert_max_num_queries(10):
        client.get(page_of(visit))


# --- The check page of the Sunday sheet ------------------------------------------------------------------------------


def sheet(cast, **fields) -> dict:
    return {"key": KEY, "GT01-n": "2", "GT01-came": str(cast.deputy_person.pk), "GT01-o": f"{LIGHTS}\n{LAWSUIT}"} | {
        f"GT01-{name.replace('_', '-')}": value for name, value in fields.items()
    }


def url(name) -> str:
    return reverse(name, args=[SUNDAY.isoformat()])


def test_the_usual_line_becomes_a_ticket_with_its_visit(cast, signed_in):
    signed_in(cast.clerk).post(url("sunday-file"), sheet(cast))
    assert list(Visit.objects.order_by("serial").values_list("matter", "handling")) == [
        (LIGHTS, "opinion"), (LAWSUIT, "opinion"),
    ]  # fmt: skip
    assert {ticket.visit.log for ticket in Opinion.objects.all()} == {DutyLog.objects.get()}


def test_a_line_is_refused_or_answered_on_the_check_page(cast, signed_in):
    client = signed_in(cast.clerk)
    details = {
        "m0_text": LIGHTS, "m0_way": "settled", "m0_said": "当场换了灯泡", "m0_name": NAME, "m0_phone": PHONE,
        "m0_sex": "女", "m0_people": "3人", "m0_time": "9:30", "m0_request": "修好", "m1_text": LAWSUIT,
        "m1_way": "litigation",
    }  # fmt: skip
    check = client.post(url("sunday-check"), sheet(cast, **details)).text
    assert "当场换了灯泡" in check and "不受理:已经进入诉讼" in check
    client.post(url("sunday-file"), sheet(cast, **details))
    lights, lawsuit = Visit.objects.order_by("serial")
    assert (lights.handling, lights.result, lights.villager_phone) == ("settled", "当场换了灯泡", PHONE)
    assert (lights.villager_sex, lights.people, str(lights.time), lights.request) == ("女", 3, "09:30:00", "修好")
    assert (lawsuit.refusal, lawsuit.referral) == ("litigation", REFERRALS["litigation"])
    assert not Opinion.objects.exists()


@pytest.mark.parametrize(
    ("details", "anchor"),
    [
        ({"m0_way": "other"}, "GT01-m0-said"),
        ({"m0_said": "讲清了"}, "GT01-m0-said"),
        ({"m0_people": "几个"}, "GT01-m0-people"),
        ({"m0_time": "早上"}, "GT01-m0-time"),
        ({"m0_request": "求" * 201}, "GT01-m0-request"),
        ({"m0_way": "other", "m0_said": "请" * 121}, "GT01-m0-said"),
    ],
)
def test_what_is_wrong_with_a_line_comes_back_on_the_check_page(cast, signed_in, details, anchor):
    answer = signed_in(cast.clerk).post(url("sunday-file"), sheet(cast, m0_text=LIGHTS, m0_name=NAME, **details))
    assert answer.status_code == 400 and f'href="#{anchor}"' in answer.text and f'id="{anchor}"' in answer.text
    assert NAME in answer.text and not Visit.objects.exists()


def test_details_follow_their_words_when_a_line_is_put_before(cast):
    data = QueryDict(mutable=True)
    data.update({"GT01-m0-text": LIGHTS, "GT01-m0-name": NAME, "GT01-m0-way": "settled"})
    first, second = read_lines("GT01", data, f"{LAWSUIT}\n{LIGHTS}", [], [cast.deputy_person])
    assert (first.villager_name, first.becomes_opinion) == ("", True)
    assert (second.villager_name, second.way, second.name) == (NAME, "settled", "GT01-m1")
