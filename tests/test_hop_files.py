"""Files of steps: kept with the step they came with, handed out to whoever may read it, a draft's only inside until signed."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from activities.services import Matter
from activities.services.files import path_of
from activities.states import Category
from opinions.models import HopFile, Opinion
from opinions.services import hops_for, move_opinion, register_opinion
from tests.cast import SUNDAY, moment
from tests.office_files import PDF
from tests.pictures import telephone_jpeg
from tests.test_office_inbox import suggestion_at_department

AT = moment(SUNDAY)
ANSWER = "已经把塌陷的路面填平,恢复通行。"

pytestmark = pytest.mark.usefixtures("media")


@pytest.fixture
def ticket(cast):
    ticket = register_opinion(
        branch=cast.gt01, matter=Matter("道路塌陷", Category.ROAD, deputy=cast.deputy_person), actor=cast.clerk, at=AT
    )
    for who, name, facts in (
        (cast.clerk, "escalate", {}), (cast.clerk, "escalate", {}), (cast.staff, "transfer", {"department": cast.jiaotong}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=name, actor=who, at=AT, **facts)
    return ticket


def send(client, ticket, name, *uploads, **facts):
    files = [SimpleUploadedFile(title, content) for title, content in uploads]
    return client.post(reverse("opinion-move", args=[ticket.uid, name]), facts | {"files": files})


def address(ticket, row) -> str:
    return reverse("opinion-file", args=[ticket.uid, row.uid])


def statuses(cast, signed_in, url, *names) -> dict[str, int]:
    return {name: signed_in(getattr(cast, name)).get(url).status_code for name in names}


def test_files_come_with_a_step_and_go_out_as_downloads(cast, signed_in, client, ticket):
    answer = send(
        signed_in(cast.officer), ticket, "reply", ("现场 照片.jpg", telephone_jpeg(6)), ("盖章答复.pdf", PDF), note=ANSWER,
        **{"class": "A"},
    )  # fmt: skip
    assert answer.status_code == 302, answer.text
    photo, letter = HopFile.objects.all()
    assert photo.hop == letter.hop == ticket.hops.last() and photo.hop.move == "reply"
    assert b"Secret" not in path_of(photo).read_bytes()  # place and maker stay behind
    clerk = signed_in(cast.clerk)
    for row, kind, content in ((photo, "image/jpeg", path_of(photo).read_bytes()), (letter, "application/pdf", PDF)):
        got = clerk.get(address(ticket, row))
        assert (got["Content-Type"], b"".join(got.streaming_content)) == (kind, content)
        assert got["Content-Disposition"].startswith("attachment") and got["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in got["Cache-Control"]
    assert "%E7%8E%B0%E5%9C%BA" in clerk.get(address(ticket, photo))["Content-Disposition"]
    assert statuses(
        cast,
        signed_in,
        address(ticket, letter),
        "admin",
        "auditor",
        "head",
        "deputy",
        "chief",
        "stranger",
        "other_officer",
    ) == {"admin": 200, "auditor": 200, "head": 200, "deputy": 200, "chief": 200, "stranger": 404, "other_officer": 404}
    client.logout()
    assert client.get(address(ticket, letter)).status_code == 302
    other = register_opinion(branch=cast.gt01, matter=Matter("路灯"), actor=cast.clerk, at=AT)
    for wrong in (
        reverse("opinion-file", args=[other.uid, letter.uid]),
        reverse("opinion-file", args=[ticket.uid, uuid.uuid4()]),
    ):
        assert signed_in(cast.clerk).get(wrong).status_code == 404
    path_of(letter).unlink()
    assert signed_in(cast.clerk).get(address(ticket, letter)).status_code == 404


def test_what_is_not_taken_leaves_neither_step_nor_file(cast, signed_in, ticket, media):
    client = signed_in(cast.officer)
    for uploads in ([("病毒.exe", b"MZ")], [("假.pdf", b"<html>")], [(f"{n}.txt", "字".encode()) for n in range(7)]):
        answer = send(client, ticket, "reply", ("好.pdf", PDF), *uploads, note=ANSWER, **{"class": "A"})
        assert answer.status_code == 400 and ANSWER in answer.text and 'href="#reply_files"' in answer.text
    assert not HopFile.objects.exists() and Opinion.objects.get().version == ticket.version
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_a_drafts_files_stay_inside_the_department_until_it_is_signed(cast, signed_in, ticket):
    cast.jiaotong.signature_needed = True
    cast.jiaotong.save()
    rows = []
    for step in ("reply", "return_reply", "reply"):
        who = cast.chief if step == "return_reply" else cast.officer
        facts = {"class": "B"} if step == "reply" else {}
        files = [("稿.pdf", PDF)] if step == "reply" else []
        ticket = move_opinion(opinion=ticket, move=step, actor=who, at=AT, note=ANSWER, files=files, **facts)
        rows = list(HopFile.objects.order_by("pk"))
    returned, draft = rows
    inside, outside = ("officer", "chief"), ("clerk", "staff", "auditor", "head", "deputy")
    for row in rows:
        assert statuses(cast, signed_in, address(ticket, row), *inside, *outside) == dict.fromkeys(
            inside, 200
        ) | dict.fromkeys(outside, 404)
    ticket = move_opinion(opinion=ticket, move="sign_reply", actor=cast.chief, at=AT)
    assert set(statuses(cast, signed_in, address(ticket, draft), *inside, *outside).values()) == {200}
    assert set(statuses(cast, signed_in, address(ticket, returned), *outside).values()) == {404}


def test_the_next_department_reads_nothing_of_the_drafts_before(cast, signed_in, ticket):
    cast.jiaotong.signature_needed = True
    cast.jiaotong.save()
    ticket = move_opinion(
        opinion=ticket, move="reply", actor=cast.officer, at=AT, note=ANSWER, files=[("稿.pdf", PDF)], **{"class": "B"}
    )
    ticket = move_opinion(
        opinion=ticket, move="reassign", actor=cast.staff, at=AT, note="应由水利局办理", department=cast.shuili
    )
    row = HopFile.objects.get()
    assert signed_in(cast.other_officer).get(address(ticket, row)).status_code == 404
    assert ANSWER not in [hop.note for hop in hops_for(opinion=ticket, actor=cast.other_officer)]


def test_nor_of_a_draft_to_a_closed_suggestion_that_was_reopened_since(cast, signed_in):
    """Nobody holds a closed one (跟踪), so its draft's hop has to remember whose it is."""
    ticket = suggestion_at_department(cast)
    for who, name, facts in (
        (cast.officer, "reply", {"note": "已列入计划,年底完工。", "class": "B"}), (cast.deputy, "tell", {}),
        (cast.deputy, "rate", {"rating": "satisfied"}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=name, actor=who, at=AT, **facts)
    cast.jiaotong.signature_needed = True
    cast.jiaotong.save()
    for who, name, facts in (
        (cast.officer, "reply", {"note": ANSWER, "class": "A", "files": [("稿.pdf", PDF)]}),
        (cast.chief, "return_reply", {"note": "日期要写明"}),
        (cast.clerk, "reopen", {"note": "没有解决"}),
        (cast.staff, "reassign", {"note": "应由水利局办理", "department": cast.shuili}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=name, actor=who, at=AT, **facts)
    page = reverse("opinion", args=[ticket.uid])
    shown = signed_in(cast.other_officer).get(page).text
    assert [word for word in (ANSWER, "稿.pdf", "日期要写明") if word in shown] == []
    assert signed_in(cast.other_officer).get(address(ticket, HopFile.objects.get())).status_code == 404
    assert ANSWER in str([hop.note for hop in hops_for(opinion=ticket, actor=cast.officer)])


def test_the_history_costs_one_query_more_however_many_files(cast, ticket, django_assert_num_queries):
    hops_for(opinion=ticket, actor=cast.clerk)  # the scope is read once
    for number in (1, 3):
        with django_assert_num_queries(1 if number == 1 else 2):
            hops = hops_for(opinion=ticket, actor=cast.clerk)
        assert sum(len(hop.shown_files) for hop in hops) == (0 if number == 1 else 3)
        ticket = move_opinion(
            opinion=ticket, move="sign_for" if number == 1 else "urge", actor=cast.officer if number == 1 else cast.staff, at=AT,
            files=[(f"{n}.pdf", PDF) for n in range(3)],
        )  # fmt: skip
