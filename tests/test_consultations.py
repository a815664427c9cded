"""The talk about a suggestion (面商): recorded by the department, signed by the deputy; a hint where there is none."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.services import Matter
from julu_liaison.common.errors import Conflict, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Notice
from opinions.services import file_suggestion, move_opinion, register_opinion
from opinions.services.suggestions import record_consultation
from opinions.states import State

SAID = "到村里看了现场,和代表商定了修路方案。"
ANSWER = "已列入明年计划,年底前修通这条路。"


@pytest.fixture
def ticket(cast):
    made = file_suggestion(
        deputy=cast.deputy_person, text="修路", category="road", actor=cast.deputy, at=timezone.now(),
        cosigners=[cast.head_person],
    )  # fmt: skip
    for actor, move, facts in (
        (cast.clerk, "accept", {}), (cast.clerk, "escalate", {}),
        (cast.staff, "transfer", {"department": cast.jiaotong, "assisting": [cast.shuili]}),
    ):  # fmt: skip
        made = move_opinion(opinion=made, move=move, actor=actor, at=timezone.now(), **facts)
    return made


def typed(**changes) -> dict:
    return {"held_on": today_here().isoformat(), "way": "visit", "text": SAID} | changes


def test_the_department_records_and_the_deputy_signs_in_one_tap(cast, signed_in, ticket):
    page, new = reverse("opinion", args=[ticket.uid]), reverse("consultation-new", args=[ticket.uid])
    client = signed_in(cast.officer)
    assert "还没有代表签过字的面商记录" in client.get(page).text and client.get(new).status_code == 200
    assert client.post(new, typed()).url == page
    row = ticket.consultations.get()
    assert Notice.objects.filter(user=cast.deputy, text__contains="请您看过后签字").exists()
    assert SAID not in str(AuditLog.objects.values_list("detail", flat=True))
    sign = reverse("consultation-sign", args=[ticket.uid, row.pk])
    assert client.post(sign).status_code == 403
    assert "还没有代表签过字" in client.get(page).text  # recorded is not signed
    client = signed_in(cast.deputy)
    assert "情况属实,签字" in client.get(page).text and "请您签面商记录" in client.get(reverse("me")).text
    assert client.post(sign).url == page and client.post(sign).status_code == 409
    row.refresh_from_db()
    assert (row.signed_by, row.on_paper) == (cast.deputy, False) and row.signed_at
    shown = signed_in(cast.officer).get(page).text
    assert "代表已签字" in shown and "还没有代表签过字" not in shown
    assert Notice.objects.filter(user=cast.officer, text__contains="代表已签字").exists()


def test_the_clerk_marks_the_signature_on_paper(cast, signed_in, ticket):
    row = record_consultation(
        opinion=ticket, held_on=today_here(), way="meeting", text=SAID, actor=cast.officer, at=timezone.now()
    )
    sign = reverse("consultation-sign", args=[ticket.uid, row.pk])
    for who, status in ((cast.stranger, 404), (cast.head, 403), (cast.auditor, 403), (cast.other_officer, 403)):
        assert signed_in(who).post(sign).status_code == status
    assert signed_in(cast.clerk).post(sign).status_code == 302
    row.refresh_from_db()
    assert row.on_paper and row.signed_by == cast.clerk
    assert "纸质签字,官亭工作人员登记" in signed_in(cast.deputy).get(reverse("opinion", args=[ticket.uid])).text


def test_who_records_when_and_what_is_wrong_stays_typed(cast, signed_in, ticket):
    new = reverse("consultation-new", args=[ticket.uid])
    for who, status in ((cast.deputy, 403), (cast.clerk, 403), (cast.other_officer, 403), (cast.stranger, 404)):
        assert signed_in(who).get(new).status_code == signed_in(who).post(new, typed()).status_code == status
    client = signed_in(cast.officer)
    for changes, words in (
        ({"held_on": (today_here() + timedelta(days=1)).isoformat()}, "不能晚于今天"),
        ({"held_on": (ticket.registered_on - timedelta(days=1)).isoformat()}, "收到建议之后"),
        ({"held_on": "昨天"}, "日期请写成"), ({"way": "written"}, "请选面商方式"), ({"text": "  "}, "请写面商情况"),
    ):  # fmt: skip
        answer = client.post(new, typed(**changes))
        assert answer.status_code == 400 and words in answer.text
        assert SAID in answer.text or "text" in changes
    assert not ticket.consultations.exists()
    replied = move_opinion(opinion=ticket, move="reply", actor=cast.officer, at=timezone.now(), note=ANSWER,
                           **{"class": "A"})  # fmt: skip
    assert replied.state == State.REPLIED  # a hint hinders nothing
    assert client.get(new).status_code == 409
    with pytest.raises(Conflict):
        record_consultation(opinion=ticket, held_on=date(2026, 3, 1), way="meeting", text=SAID, actor=cast.officer,
                            at=timezone.now())  # fmt: skip


def test_an_opinion_has_no_talks(cast, signed_in, ticket):
    opinion = register_opinion(branch=cast.gt01, matter=Matter("路灯", "road"), actor=cast.clerk, at=timezone.now())
    for name in ("consultation-new", "suggestion-cosigners"):
        assert signed_in(cast.clerk).get(reverse(name, args=[opinion.uid])).status_code == 404
    with pytest.raises((Conflict, NotAllowed)):
        record_consultation(opinion=opinion, held_on=today_here(), way="meeting", text=SAID, actor=cast.clerk,
                            at=timezone.now())  # fmt: skip
