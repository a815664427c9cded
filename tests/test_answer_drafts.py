"""The draft of an answer: shared inside the department, never overwritten in silence, gone once the answer stands."""

import pytest
from django.urls import reverse

from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.models import AuditLog
from opinions.models import AnswerDraft
from opinions.services import move_opinion
from opinions.services.offices.drafts import Typed, read_draft, save_draft
from tests.cast import moment
from tests.test_ticket_pages import ANSWER, DAY, at_department, make_ticket

AT = moment(DAY, 12)


@pytest.fixture
def ticket(cast):
    return at_department(cast, make_ticket(cast))


def save(ticket, who, text, version=0):
    return save_draft(ticket=ticket, text=text, version=version, actor=who, at=AT)


def test_two_officers_share_one_draft_and_the_second_compares(cast, ticket):
    logged = AuditLog.objects.count()
    assert read_draft(ticket=ticket, actor=cast.officer) == Typed()
    first = save(ticket, cast.officer, "路面已")
    assert (first.version, first.by, first.at) == (1, "交通经办人", AT)
    assert read_draft(ticket=ticket, actor=cast.chief).text == "路面已"
    second = save(ticket, cast.chief, "路面已填平", version=1)
    with pytest.raises(StaleVersion, match="交通负责人刚改过") as error:
        save(ticket, cast.officer, "路面已经修好", version=1)
    assert error.value.details["theirs"] == second
    assert read_draft(ticket=ticket, actor=cast.officer).text == "路面已填平"
    assert save(ticket, cast.officer, "路面已填平", version=1) == second  # the same words are no conflict
    with pytest.raises(StaleVersion):
        save(ticket, cast.officer, "第一次打字", version=0)
    with pytest.raises(DomainError, match="2000字"):
        save(ticket, cast.officer, "长" * 2001, version=2)
    assert AuditLog.objects.count() == logged  # nobody's act


def test_outsiders_neither_read_nor_write(cast, ticket, signed_in):
    save(ticket, cast.officer, "还没想好的话")
    url, page = reverse("answer-draft", args=[ticket.uid]), reverse("opinion", args=[ticket.uid])
    for who in ("admin", "staff", "auditor", "clerk", "head", "deputy"):
        with pytest.raises(NotAllowed):
            read_draft(ticket=ticket, actor=getattr(cast, who))
        with pytest.raises(NotAllowed):
            save(ticket, getattr(cast, who), "x", version=1)
        client = signed_in(getattr(cast, who))
        answer = client.get(url)
        assert answer.status_code == 403 and "还没想好" not in answer.text
        assert client.post(url, {"text": "x", "version": "1"}).status_code == 403
        assert "还没想好" not in client.get(page).text
    assert signed_in(cast.other_officer).get(url).status_code == 404
    assert AnswerDraft.objects.get().text == "还没想好的话"


def test_gone_when_the_answer_stands_but_kept_while_it_waits_for_a_signature(cast, ticket):
    cast.jiaotong.signature_needed = True
    cast.jiaotong.save()
    save(ticket, cast.officer, ANSWER)
    move_opinion(opinion=ticket, move="reply", actor=cast.officer, at=AT, note=ANSWER, **{"class": "A"})
    with pytest.raises(Conflict, match="已经交过答复"):
        save(ticket, cast.chief, "还想再写", version=1)
    move_opinion(opinion=ticket, move="return_reply", actor=cast.chief, at=AT, note="写明日期")
    assert save(ticket, cast.officer, ANSWER + "3月完工。", version=1).version == 2
    move_opinion(opinion=ticket, move="reply", actor=cast.chief, at=AT, note=ANSWER, **{"class": "A"})
    move_opinion(opinion=ticket, move="sign_reply", actor=cast.chief, at=AT)
    assert not AnswerDraft.objects.exists()


def test_the_next_department_starts_on_a_clean_sheet(cast, ticket):
    save(ticket, cast.officer, "交通局的草稿")
    move_opinion(opinion=ticket, move="reassign", actor=cast.staff, at=AT, department=cast.shuili, note="属水利")
    ticket.refresh_from_db()
    assert read_draft(ticket=ticket, actor=cast.other_officer) == Typed()
    with pytest.raises(NotAllowed):
        read_draft(ticket=ticket, actor=cast.officer)
    with pytest.raises(NotAllowed):
        save(ticket, cast.officer, "迟到的字", version=1)


def test_the_door_speaks_json_and_a_conflict_brings_their_words(cast, ticket, signed_in):
    url = reverse("answer-draft", args=[ticket.uid])
    client = signed_in(cast.officer)
    assert client.get(url).json() == {"text": "", "version": 0, "by": "", "mine": False, "at": ""}
    told = client.post(url, {"text": "第一行\r\n第二行", "version": "0"}).json()
    assert (told["text"], told["version"], told["mine"]) == ("第一行\n第二行", 1, True)
    client = signed_in(cast.chief)
    shown = client.get(url)
    assert shown.json()["by"] == "交通经办人" and not shown.json()["mine"] and "no-store" in shown["Cache-Control"]
    refused = client.post(url, {"text": "另一份", "version": "x"})
    assert refused.status_code == 412 and refused.json()["text"] == "第一行\n第二行" and refused.json()["sentence"]
    client.logout()
    assert client.get(url).status_code == 302 and client.post(url, {"text": "x"}).status_code == 302
    assert AnswerDraft.objects.get().text == "第一行\n第二行"


def test_the_ticket_page_brings_the_draft_and_a_page_without_script_goes_on_with_it(cast, ticket, signed_in):
    save(ticket, cast.officer, "写到一半的话")
    client = signed_in(cast.chief)
    page = client.get(reverse("opinion", args=[ticket.uid])).text
    assert "写到一半的话" in page and 'data-version="1"' in page and "交通经办人" in page
    started = client.get(reverse("answer-start", args=[ticket.uid]))
    assert started.context["text"] == "写到一半的话"
    assert f'action="{reverse("opinion-move", args=[ticket.uid, "reply"])}"' in started.text
    for who, status in (("staff", 403), ("deputy", 403), ("other_officer", 404)):
        assert signed_in(getattr(cast, who)).get(reverse("answer-start", args=[ticket.uid])).status_code == status
    move_opinion(opinion=ticket, move="reply", actor=cast.officer, at=AT, note=ANSWER, **{"class": "A"})
    assert signed_in(cast.officer).get(reverse("answer-start", args=[ticket.uid])).status_code == 409


def test_what_the_head_sends_back_stands_in_the_box_again_with_the_remark(cast, ticket, signed_in):
    cast.jiaotong.signature_needed = True
    cast.jiaotong.save()
    page, start = reverse("opinion", args=[ticket.uid]), reverse("answer-start", args=[ticket.uid])
    save(ticket, cast.officer, "半句")

    def act(hour, name, who, **facts):
        move_opinion(opinion=ticket, move=name, actor=who, at=moment(DAY, hour), **facts)

    def box(answer):
        return answer.text.split('name="note"')[1].split("</textarea>")[0].split(">", 1)[1].strip()

    act(13, "reply", cast.officer, note=ANSWER, **{"class": "B"})
    assert "写明完工日期" not in signed_in(cast.officer).get(page).text
    act(14, "return_reply", cast.chief, note="写明完工日期")
    client = signed_in(cast.officer)
    for url in (page, start):
        shown = client.get(url)
        assert box(shown) == ANSWER, url
        assert "负责人退回重拟" in shown.text and "写明完工日期" in shown.text and "上次选的 B" in shown.text
    assert "负责人退回重拟" not in signed_in(cast.staff).get(page).text
    save_draft(ticket=ticket, text=ANSWER + "3月完工。", version=1, actor=cast.chief, at=moment(DAY, 15))
    client = signed_in(cast.officer)
    assert [box(client.get(url)) for url in (page, start)] == [ANSWER + "3月完工。"] * 2
    refused = client.post(reverse("opinion-move", args=[ticket.uid, "reply"]), {"note": "短", "class": "B"})
    assert box(refused) == "短" and "写明完工日期" in refused.text  # what was typed last wins, the remark stays
    act(16, "reply", cast.officer, note=ANSWER + "3月完工。", **{"class": "B"})
    assert "负责人退回重拟" not in client.get(page).text
    act(17, "reassign", cast.staff, department=cast.shuili, note="属水利")
    act(18, "reassign", cast.staff, department=cast.jiaotong, note="还是交通")
    ticket.refresh_from_db()
    shown = client.get(page)
    assert box(shown) == "" and "负责人退回重拟" not in shown.text  # taken away by the county, not by the head
