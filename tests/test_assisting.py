"""Assisting departments (协办): each gives its opinion in its own time, the lead reads it before answering."""

from datetime import date

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from opinions.models import Clock
from stations.services import add_department, appoint
from stations.states import Role
from tests.cast import OPENED, account
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
    assert WORDS not in deputy.text
    assert [row.is_readable for row in part_of(deputy)["assistances"]] == [False]
    clock = Clock.objects.get(opinion=ticket, department=cast.shuili)
    assert clock.stopped_on == date(2026, 3, 2) and "还差" not in signed_in(cast.officer).get(page).text


@pytest.mark.usefixtures("media")
def test_the_history_tells_it_to_those_it_is_for(cast, signed_in):
    """Page, API and files; also of a third department that assists too, and of the next one in the lead."""
    third = add_department(code="minzheng", name="县民政局", county=cast.county, actor=cast.admin)
    other = account("minzheng", "民政经办人")
    appoint(user=other, role=Role.DEPARTMENT_OFFICER, department=third, started_on=OPENED, actor=cast.admin)
    ticket = suggestion_at_department(cast, assisting=[cast.shuili, third])
    act(ticket, "assist_opinion", cast.other_officer, note=WORDS, files=[("协办.txt", b"x")])
    act(ticket, "assist_opinion", other, hour=13, note="由民政一并救助")
    path, url = f"/api/v1/opinions/{ticket.uid}/history/", reverse("opinion", args=[ticket.uid])
    readers = {"officer": True, "staff": True, "clerk": True, "other_officer": True, "deputy": False, "head": False,
               "auditor": False}  # fmt: skip
    for who, user in [(name, getattr(cast, name)) for name in readers] + [("minzheng", other)]:
        api = APIClient()
        api.force_authenticate(user)
        for text in (signed_in(user).get(url).text, api.get(path).content.decode()):
            assert (WORDS in text, "协办.txt" in text) == (readers.get(who, False),) * 2, who
    assert "由民政一并救助" in signed_in(other).get(url).text


def part_of(answer) -> dict:
    return next(part for template, part in answer.context["parts"] if template == "opinions/parts/office.html")


def test_an_assistant_has_no_part_in_the_draft_and_its_debt_ends_with_the_answer(cast, signed_in):
    ticket = suggestion_at_department(cast, assisting=[cast.shuili])
    page = signed_in(cast.other_officer).get(reverse("opinion", args=[ticket.uid]))
    assert part_of(page)["writing"] is None and "answer_draft.js" not in page.text
    act(ticket, "reply", cast.officer, note="已经安排修桥,年底完工。", **{"class": "B"})
    assert "现在没有要办的" in signed_in(cast.other_officer).get(reverse("office")).text
