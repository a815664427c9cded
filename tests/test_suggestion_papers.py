"""The papers of a suggestion: what stands on them, in PDF and Word alike, and who may take them away."""

from datetime import date
from io import BytesIO

import pytest
from docx import Document
from pypdf import PdfReader

from activities.services import Matter
from julu_liaison.common.models import AuditLog
from julu_liaison.common.texts import squeezed
from opinions.models import CongressSession, Cosigner, Opinion, ReplyLabel
from opinions.services import file_suggestion, move_opinion, register_opinion
from tests.cast import SUNDAY, moment

AT = moment(SUNDAY)
ANSWER = "断头路已列入今年村道项目,路基完成,计划月底铺油。"
CLASS_B = {"note": ANSWER, "class": "B", "promised_on": date(2026, 6, 30)}


@pytest.fixture
def session(cast):
    return CongressSession.objects.create(
        county=cast.county, term="第十七届", ordinal=12, starts_on=date(2026, 2, 20), ends_on=date(2026, 3, 5)
    )


@pytest.fixture
def suggestion(cast, session):
    ticket = file_suggestion(
        deputy=cast.deputy_person, title="关于修通断头路的建议", text="群众绕行三公里,希望打通。\n同时增设减速带。",
        category="road", actor=cast.deputy, at=AT, cosigners=cast.deputies["GT01"][2:4],
    )  # fmt: skip
    Cosigner.objects.filter(deputy=cast.deputies["GT01"][2]).update(confirmed_at=AT)
    return handed_over(cast, ticket)


def handed_over(cast, ticket):
    for move, actor, facts in (
        ("accept", cast.clerk, {}), ("escalate", cast.clerk, {}),
        ("transfer", cast.staff, {"department": cast.jiaotong, "assisting": [cast.shuili]}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=move, actor=actor, at=AT, **facts)
    return ticket


def address(ticket, paper: str, file_format: str = "pdf") -> str:
    return f"/opinions/{ticket.uid}/papers/{paper}.{file_format}"


def words_of(answer) -> str:
    """All text of a PDF or a Word file, without the breaks of lines."""
    assert answer.status_code == 200, answer.content.decode()[:400]
    content = BytesIO(b"".join(answer.streaming_content))
    if answer["Content-Type"] == "application/pdf":
        return squeezed("".join(page.extract_text() for page in PdfReader(content).pages))
    document = Document(content)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return squeezed("".join([*(paragraph.text for paragraph in document.paragraphs), *cells]))


@pytest.mark.parametrize("file_format", ["pdf", "docx"])
def test_form_names_number_signers_and_hand_over(cast, suggestion, signed_in, file_format):
    words = words_of(signed_in(cast.deputy).get(address(suggestion, "form", file_format)))
    for wanted in (
        "巨鹿县第十七届人民代表大会第十二次会议", "代表建议纸", "编号:第001号", "关于修通断头路的建议", "李代表", "陈卫",
        "群众绕行三公里,希望打通。", "主办县交通运输局,协办县水利局,2026年3月1日交办,法定答复期限2026年6月1日",
        "附议代表签名", "(会议期间)",
    ):  # fmt: skip
        assert squeezed(wanted) in words, wanted
    assert "周春生" not in words  # invited, has not signed
    assert "1990000" not in words  # nobody's phone


@pytest.mark.parametrize("file_format", ["pdf", "docx"])
def test_letter_bears_class_signature_and_promise(cast, suggestion, signed_in, file_format):
    ReplyLabel.objects.create(county=cast.county, reply_class="B", label="正在推进")
    before_dawn = moment(SUNDAY, 3)  # still the day before in London
    move_opinion(opinion=suggestion, move="reply", actor=cast.officer, at=before_dawn, **CLASS_B)
    words = words_of(signed_in(cast.clerk).get(address(suggestion, "reply", file_format)))
    for wanted in (
        "类别:B正在推进", "签发人:交通经办人", "县交通运输局关于对巨鹿县第十七届人民代表大会第十二次会议第001号建议的答复",
        "李代表等代表:", "你们提出的“关于修通断头路的建议”收悉", ANSWER, "计划于2026年6月30日前办成",
        "县交通运输局2026年3月1日", "感谢你们",
    ):  # fmt: skip
        assert squeezed(wanted) in words, wanted
    verdict = words_of(signed_in(cast.head).get(address(suggestion, "verdict", file_format)))
    for wanted in ("办理情况征询意见表", "2026年3月1日", "□满意□基本满意□不满意", "县水利局", "没有面商记录", "代表签名"):
        assert squeezed(wanted) in verdict, wanted
    assert AuditLog.objects.filter(action="hand_out_paper").count() == 2


def test_class_stands_at_the_top_right_of_the_letter(cast, suggestion, signed_in):
    move_opinion(opinion=suggestion, move="reply", actor=cast.officer, at=AT, **CLASS_B)
    page = PdfReader(BytesIO(b"".join(signed_in(cast.staff).get(address(suggestion, "reply")).streaming_content))).pages[0]
    found: dict[str, tuple[float, float]] = {}

    def note(text, cm, tm, *_font):
        found.setdefault(text.strip(), (tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]))

    page.extract_text(visitor_text=note)
    x, y = next(place for text, place in found.items() if text.startswith("类别"))
    assert x > float(page.mediabox.width) / 2 and y > float(page.mediabox.height) * 0.85


def test_what_is_not_signed_is_the_departments_own_and_says_so(cast, suggestion, signed_in):
    cast.jiaotong.signature_needed = True
    cast.jiaotong.save()
    move_opinion(opinion=suggestion, move="reply", actor=cast.officer, at=AT, **CLASS_B)
    assert "拟稿,未签发" in words_of(signed_in(cast.officer).get(address(suggestion, "reply")))
    for who in (cast.staff, cast.clerk, cast.deputy):
        answer = signed_in(who).get(address(suggestion, "reply"))
        assert answer.status_code == 404 and "还没有答复" in answer.content.decode()


def test_who_may_take_them_away(cast, suggestion, signed_in, client):
    client.logout()
    assert client.get(address(suggestion, "form")).status_code == 302
    seen = {"admin", "staff", "auditor", "clerk", "head", "deputy", "officer", "chief", "other_officer"}
    for role in (*sorted(seen), "stranger", "system", "security"):
        wanted = 200 if role in seen else 404
        assert signed_in(getattr(cast, role)).get(address(suggestion, "form")).status_code == wanted, role
    reply = move_opinion(opinion=suggestion, move="reply", actor=cast.officer, at=AT, **CLASS_B).replies.get()
    client = signed_in(cast.staff)
    assert client.get(f"{address(suggestion, 'reply')}?reply={reply.pk}").status_code == 200
    for query in (f"?reply={reply.pk + 1}", "?reply=x"):
        assert client.get(address(suggestion, "reply") + query).status_code == 404
    for wrong in (address(suggestion, "letter"), address(suggestion, "form", "doc")):
        assert client.get(wrong).status_code == 404


def test_an_opinion_has_no_papers(cast, signed_in):
    ticket = register_opinion(branch=cast.gt01, matter=Matter("路灯不亮"), actor=cast.clerk, at=AT)
    assert signed_in(cast.staff).get(address(ticket, "form")).status_code == 404
    assert 'id="papers"' not in signed_in(cast.staff).get(f"/opinions/{ticket.uid}/").content.decode()


def test_page_offers_what_can_be_printed_now(cast, suggestion, signed_in):
    page = signed_in(cast.staff).get(f"/opinions/{suggestion.uid}/").content.decode()
    assert address(suggestion, "form") in page and address(suggestion, "reply") not in page
    move_opinion(opinion=suggestion, move="reply", actor=cast.officer, at=AT, **CLASS_B)
    page = signed_in(cast.staff).get(f"/opinions/{suggestion.uid}/").content.decode()
    assert address(suggestion, "reply", "docx") in page


def test_a_character_without_a_glyph_is_named_and_word_still_works(cast, suggestion, signed_in):
    Opinion.objects.filter(pk=suggestion.pk).update(title="关于\ue001村道路的建议")
    answer = signed_in(cast.staff).get(address(suggestion, "form"))
    assert answer.status_code == 400 and "U+E001" in answer.content.decode()
    assert signed_in(cast.staff).get(address(suggestion, "form", "docx")).status_code == 200


def test_between_sessions_and_without_any(cast, session, signed_in):
    later = moment(date(2026, 4, 5))
    ticket = file_suggestion(deputy=cast.deputy_person, text="建议修桥", category="road", actor=cast.deputy, at=later)
    move_opinion(opinion=ticket, move="accept", actor=cast.clerk, at=later)
    words = words_of(signed_in(cast.deputy).get(address(ticket, "form")))
    assert squeezed("闭会期间第001号") in words and "附议代表" not in words and "尚未交办" in words
    before = moment(date(2026, 1, 4))
    early = file_suggestion(deputy=cast.deputy_person, text="建议修路", category="road", actor=cast.deputy, at=before)
    words = words_of(signed_in(cast.deputy).get(address(early, "form")))
    assert squeezed(f"官亭镇{early.number}") in words
