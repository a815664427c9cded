"""What an attacker tried once: crafted cursors, NUL characters, floods of lines, drafts read through another door."""

import base64

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from activities.models import DutyLog
from activities.services import Matter
from opinions.models import Opinion
from opinions.services import move_opinion, register_opinion
from tests.cast import SUNDAY, moment

AT = moment(SUNDAY)
DRAFT = "操场硬化已列入今年改造计划"
CURSORS = ("[Infinity]", "[1e999]", "[null]", "[" * 5000, '["\\ud800","a"]', "[null,null]", '["\\u0000","a"]', "5", "{}")


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize("side", ["after", "before"])
@pytest.mark.parametrize("text", CURSORS)
def test_a_crafted_cursor_shows_the_first_page(cast, signed_in, text, side):
    client = signed_in(cast.staff)
    for name in ("opinions", "console-deputies"):
        assert client.get(reverse(name), {side: cursor(text)}).status_code == 200


def test_nul_characters_are_dropped_from_the_sheet(cast, signed_in):
    deputy = cast.deputy_person
    typed = {"GT01-came": deputy.pk, "GT01-n": "1", "GT01-o": "路灯\0不亮", "GT01-s": "走访\0安家庄村", "key": ""}
    answer = signed_in(cast.clerk).post(reverse("sunday-file", args=[SUNDAY.isoformat()]), typed)
    assert answer.status_code == 302
    assert (DutyLog.objects.get().summary, Opinion.objects.get().text) == ("走访安家庄村", "路灯不亮")


def test_a_flood_of_lines_is_refused_with_a_sentence(cast, signed_in):
    typed = {"GT01-came": cast.deputy_person.pk, "GT01-n": "1", "GT01-o": "\n".join(f"第{n}条" for n in range(51))}
    answer = signed_in(cast.clerk).post(reverse("sunday-check", args=[SUNDAY.isoformat()]), typed)
    assert "一次最多登记50条意见" in answer.text


def test_an_unsigned_answer_stays_inside_the_department_on_every_door(cast, signed_in):
    cast.jiaotong.signature_needed = True
    cast.jiaotong.save()
    ticket = register_opinion(branch=cast.gt01, matter=Matter("操场不平"), actor=cast.clerk, at=AT)
    for who, move, facts in (
        (cast.clerk, "escalate", {}),
        (cast.clerk, "escalate", {}),
        (cast.staff, "transfer", {"department": cast.jiaotong}),
        (cast.officer, "reply", {"note": DRAFT, "class": "B"}),
    ):
        ticket = move_opinion(opinion=ticket, move=move, actor=who, at=AT, **facts)
    for role, sees in (("clerk", False), ("staff", False), ("auditor", False), ("officer", True), ("chief", True)):
        user = getattr(cast, role)
        api = APIClient()
        api.force_authenticate(user)
        doors = (
            signed_in(user).get(reverse("opinion", args=[ticket.uid])).text,
            api.get(f"/api/v1/opinions/{ticket.uid}/history/").content.decode(),
        )
        assert [DRAFT in door for door in doors] == [sees, sees], role
