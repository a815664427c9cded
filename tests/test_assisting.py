"""Assisting departments (协办): each gives its opinion in its own time, the lead reads it before answering."""

from datetime import date

from django.urls import reverse

from opinions.models import Clock
from tests.test_office_inbox import act, suggestion_at_department

WORDS = "河道一侧由我们配合施工"


def test_given_by_the_assistant_read_by_the_lead_before_it_answers(cast, signed_in):
    ticket = suggestion_at_department(cast, assisting=[cast.shuili])
    page = reverse("opinion", args=[ticket.uid])
    assert "请提协办意见" in cast.other_officer.notices.get().text
    lead = signed_in(cast.officer).get(page).text
    assert "协办意见" in lead and "还差1家" in lead and "还没有提,4月2日已到期" in lead  # one month from 2 March
    assert "提协办意见" in signed_in(cast.other_officer).get(page).text
    assert "写答复" not in signed_in(cast.other_officer).get(reverse("office")).text
    act(ticket, "assist_opinion", cast.other_officer, note=WORDS)
    assert cast.officer.notices.filter(text__contains="协办意见已提交").count() == 1
    for who in ("officer", "chief", "staff", "clerk", "other_officer"):
        assert signed_in(getattr(cast, who)).get(page).text.count(WORDS) >= 1, who
    deputy = signed_in(cast.deputy).get(page)
    assert [row.is_readable for row in part_of(deputy)["assistances"]] == [False]
    clock = Clock.objects.get(opinion=ticket, department=cast.shuili)
    assert clock.stopped_on == date(2026, 3, 2) and "还差" not in signed_in(cast.officer).get(page).text


def part_of(answer) -> dict:
    return next(part for template, part in answer.context["parts"] if template == "opinions/parts/office.html")


def test_an_assistant_has_no_part_in_the_draft_and_its_debt_ends_with_the_answer(cast, signed_in):
    ticket = suggestion_at_department(cast, assisting=[cast.shuili])
    page = signed_in(cast.other_officer).get(reverse("opinion", args=[ticket.uid]))
    assert part_of(page)["writing"] is None and "answer_draft.js" not in page.text
    act(ticket, "reply", cast.officer, note="已经安排修桥,年底完工。", **{"class": "B"})
    assert "现在没有要办的" in signed_in(cast.other_officer).get(reverse("office")).text
