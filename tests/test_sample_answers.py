"""常用答复: kept by the department, offered by category; earlier answers come without anybody in them."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from activities.states import Category
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.models import AuditLog
from opinions.models import Opinion, SampleAnswer
from opinions.services import move_opinion
from opinions.services.offices.samples import drop_sample, earlier_answers, keep_sample, samples_for
from tests.cast import moment
from tests.test_ticket_pages import ANSWER, DAY, at_department, make_ticket, without_session

AT = moment(DAY, 12)


def sample(cast, title="修路", department=None, category="", text="已安排养护队修补。", actor=None):
    row = SampleAnswer(department=department or cast.jiaotong, title=title, category=category, text=text)
    return keep_sample(sample=row, actor=actor or cast.officer, at=AT)


def test_kept_changed_and_dropped_by_the_department_alone(cast):
    row = sample(cast)
    row.text = "已安排养护队三日内修补。"
    keep_sample(sample=row, actor=cast.chief, at=AT)
    for who in (cast.other_officer, cast.admin, cast.clerk):
        with pytest.raises(NotAllowed):
            keep_sample(sample=row, actor=who, at=AT)
        with pytest.raises(NotAllowed):
            drop_sample(sample=row, actor=who, at=AT)
    with pytest.raises(ValidationError, match="已经有同名"):
        sample(cast)
    sample(cast, department=cast.shuili, actor=cast.other_officer)  # another department's may be called the same
    drop_sample(sample=row, actor=cast.officer, at=AT)
    acts = AuditLog.objects.filter(action__endswith="sample_answer").order_by("pk").values_list("action", flat=True)
    assert list(acts) == [
        "add_sample_answer", "change_sample_answer", "add_sample_answer", "drop_sample_answer",
    ]  # fmt: skip
    assert SampleAnswer.objects.get().department == cast.shuili


def test_those_of_the_tickets_category_come_first_and_others_not_at_all(cast):
    ticket = at_department(cast, make_ticket(cast))
    sample(cast, "通用")
    sample(cast, "道路", category=Category.ROAD)
    sample(cast, "供水", category=Category.WATER)
    sample(cast, "水利的", department=cast.shuili, actor=cast.other_officer)
    assert [row.title for row in samples_for(ticket)] == ["道路", "通用"]


def test_earlier_answers_are_five_signed_ones_of_the_category_with_nobody_in_them(cast):
    def answered(text, **fields):
        ticket = at_department(cast, make_ticket(cast, **fields))
        return move_opinion(opinion=ticket, move="reply", actor=cast.officer, at=AT, note=text, **{"class": "A"})

    for number in range(6):
        answered(f"第{number}件的路面已经修好,电话19900001234")
    answered("保密件的路面已经修好了", confidential=True)
    Opinion.objects.filter(pk=answered("另一类的已经办好了没问题").pk).update(category=Category.WATER)
    ticket = at_department(cast, make_ticket(cast))
    answered("第5件的路面已经修好,电话19900001234")
    found = earlier_answers(ticket)  # the same words once
    assert [row.text for row in found] == [f"第{number}件的路面已经修好,电话199****1234" for number in (5, 4, 3, 2, 1)]
    Opinion.objects.filter(pk=ticket.pk).update(department=cast.shuili)
    ticket.refresh_from_db()
    assert earlier_answers(ticket) == []


def test_page_adds_changes_and_drops_and_loses_nothing_typed(cast, signed_in):
    client, url = signed_in(cast.officer), reverse("sample-answers")
    assert "还没有常用答复" in client.get(url).text
    given = {"department": cast.jiaotong.pk, "title": "修路", "category": "road", "text": "已安排养护队修补。"}
    assert client.post(url, given).status_code == 302
    refused = client.post(url, given | {"text": "另一种写法"})
    assert refused.status_code == 400 and "已经有同名的常用答复" in refused.text and "另一种写法" in refused.text
    assert "请写答复内容" in client.post(url, given | {"title": "空的", "text": " "}).text
    assert client.post(url, given | {"department": cast.shuili.pk, "title": "别家"}).status_code == 400
    row = SampleAnswer.objects.get()
    one = reverse("sample-answer", args=[row.pk])
    assert "已安排养护队修补。" in client.get(one).text
    assert client.post(one, given | {"title": "修路面"}).status_code == 302
    row.refresh_from_db()
    assert row.title == "修路面"
    assert signed_in(cast.other_officer).get(one).status_code == 404
    assert signed_in(cast.chief).post(one, {"do": "drop"}).status_code == 302 and not SampleAnswer.objects.exists()


def test_list_costs_the_same_with_one_row_and_with_three(cast, signed_in, django_assert_max_num_queries):
    client, counts = signed_in(cast.officer), []
    for rows in (1, 3):
        while SampleAnswer.objects.count() < rows:
            sample(cast, f"第{SampleAnswer.objects.count()}条")
        with django_assert_max_num_queries(16) as spent:
            assert len(client.get(reverse("sample-answers")).context["page"].rows) == rows
        counts.append(len(without_session(spent)))
    assert counts[0] == counts[1]


def test_an_answer_is_started_from_what_is_offered_and_nothing_else(cast, signed_in):
    ticket = at_department(cast, make_ticket(cast))
    mine = sample(cast)
    foreign = sample(cast, "水利的", department=cast.shuili, actor=cast.other_officer, text="水利局的话")
    client, url = signed_in(cast.officer), reverse("answer-start", args=[ticket.uid])
    assert client.get(url, {"from": mine.pk}).context["text"] == mine.text
    other = at_department(cast, make_ticket(cast))
    done = move_opinion(opinion=other, move="reply", actor=cast.officer, at=AT, note=ANSWER, **{"class": "A"})
    assert client.get(url, {"from": f"e{done.replies.get().pk}"}).context["text"] == ANSWER
    for named in (foreign.pk, "e999999", "x", "1\0"):
        assert client.get(url, {"from": named}).context["text"] == ""
    page = client.get(reverse("opinion", args=[ticket.uid])).text
    assert mine.text in page and "以前办过的同类答复" in page and foreign.text not in page
