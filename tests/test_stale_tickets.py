"""Two people on one ticket, at the page and the API: the second compares, and what was typed stays."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from activities.services import Matter
from opinions.models import Opinion
from opinions.services import move_opinion, register_opinion
from tests.api.conftest import api  # noqa: F401 - a fixture
from tests.cast import SUNDAY, moment

ANSWER = "已经组织人手把塌陷的路面填平,恢复通行。"


@pytest.fixture
def ticket(cast):
    matter = Matter("路面塌陷", deputy=cast.deputy_person)
    return register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=moment(SUNDAY))


def send(client, ticket, name, seen, **fields):
    return client.post(reverse("opinion-move", args=[ticket.uid, name]), fields | {"version": seen})


def test_still_open_the_step_comes_back_beside_what_happened(cast, signed_in, ticket):
    seen = ticket.version
    move_opinion(opinion=ticket, move="urge", actor=cast.staff, at=moment(SUNDAY, 12), note="县里等回音")
    file = SimpleUploadedFile("照片.jpg", b"picture")
    answer = send(signed_in(cast.clerk), ticket, "solve", seen, note=ANSWER, files=file, **{"class": "B"})
    assert answer.status_code == 412 and [hop.move for hop in answer.context["since"]] == ["urge"]
    text = answer.text
    for words in (
        "您打开这一页以后,又有这些进展",
        "县里等回音",
        "县工作人员3月1日12:00做了“催办”",
        "附件没有存上,请重新选一次",
    ):
        assert words in text
    assert f">\n{ANSWER}</textarea>" in text and '<option value="B" selected>' in text
    assert f'name="version" value="{seen + 1}"' in text and Opinion.objects.get().state == "at_branch"
    again = send(signed_in(cast.clerk), ticket, "solve", answer.context["ticket"].version, note=ANSWER)
    assert again.status_code == 302 and Opinion.objects.get().state == "replied"


def test_closed_meanwhile_what_was_chosen_and_typed_is_shown_in_words(cast, signed_in, ticket):
    for _time in range(2):
        ticket = move_opinion(opinion=ticket, move="escalate", actor=cast.clerk, at=moment(SUNDAY))
    seen = ticket.version
    move_opinion(opinion=ticket, move="solve", actor=cast.admin, at=moment(SUNDAY, 12), note=ANSWER)
    fields = {"department": "shuili", "assisting": ["jiaotong"], "note": "请抓紧看一看"}
    answer = send(signed_in(cast.staff), ticket, "transfer", seen, **fields)
    assert answer.status_code == 409 and answer.context["orphan"].said() == [
        ("承办部门", "县水利局"), ("协办部门(可以不选)", "县交通运输局"), ("说明(可以不写)", "请抓紧看一看"),
    ]  # fmt: skip
    assert [hop.move for hop in answer.context["since"]] == ["solve"]
    assert "县管理员3月1日12:00做了“本级解决”" in answer.text and "请抓紧看一看" in answer.text


def test_an_error_of_the_form_itself_tells_of_the_changes_too(cast, signed_in, ticket):
    move_opinion(opinion=ticket, move="urge", actor=cast.staff, at=moment(SUNDAY, 12))
    answer = send(signed_in(cast.clerk), ticket, "solve", 1, note="长" * 2001)
    assert answer.status_code == 400 and [hop.move for hop in answer.context["since"]] == ["urge"]
    assert send(signed_in(cast.clerk), ticket, "solve", 2, note="长" * 2001).context["since"] == []


def test_the_merge_step_is_prefilled_and_open(cast, signed_in, ticket):
    page = signed_in(cast.clerk).get(reverse("opinion", args=[ticket.uid]), {"into": "〔2026〕第009号"})
    (step,) = [step for step in page.context["steps"] if step.is_open]
    assert step.move.name == "merge" and 'value="〔2026〕第009号"' in page.text
    assert {step.move.name for step in page.context["others"]} >= {"refuse", "void"}
    deputy = signed_in(cast.deputy).get(reverse("opinion", args=[ticket.uid]), {"into": "〔2026〕第009号"})
    assert deputy.status_code == 200 and "第009号" not in deputy.text


def test_the_api_names_the_moves_since(cast, api, ticket):  # noqa: F811
    client, path = api(cast.clerk), f"/api/v1/opinions/{ticket.uid}/moves/"
    move_opinion(opinion=ticket, move="urge", actor=cast.staff, at=moment(SUNDAY, 12), note="不外传")
    stale = client.post(path, {"move": "escalate"}, format="json", HTTP_IF_MATCH='"v1"')
    change = {"move": "urge", "label": "催办", "actor": "县工作人员", "at": "2026-03-01T12:00:00+08:00"}
    assert stale.status_code == 412 and stale.json()["changes"] == [change]
    assert (stale.json()["seen"], stale.json()["version"]) == (1, 2)
    move_opinion(opinion=ticket, move="solve", actor=cast.head, at=moment(SUNDAY, 13), note=ANSWER)
    closed = client.post(path, {"move": "escalate"}, format="json", HTTP_IF_MATCH='W/"v2", "v1"')
    assert closed.status_code == 409 and [row["move"] for row in closed.json()["changes"]] == ["solve"]
    unread = client.post(path, {"move": "void"}, format="json", HTTP_IF_MATCH='"nonsense"')
    assert unread.status_code == 412 and [row["move"] for row in unread.json()["changes"]] == ["solve"]
