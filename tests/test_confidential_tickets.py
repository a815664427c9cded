"""Who raised it: a confidential villager's name, phone and village appear to those of `sees_villager` on the ticket alone,
and on no list, page, file, notice, audit row or link; to departments never."""

from io import BytesIO
from urllib.parse import unquote
from zipfile import ZipFile, is_zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from activities.services import Matter, SundayRow, file_log
from activities.states import Category, Presence
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from opinions.models import Hop, Opinion
from opinions.services import move_opinion, register_opinion
from opinions.services.feedback import token_of
from opinions.services.offices.links import answer_path
from opinions.urls import urlpatterns
from tests.cast import SUNDAY, moment

AT = moment(SUNDAY)
IDENTITY = ("张三丰", "19900009999", "隐秘村")
ROLES = ("admin", "staff", "auditor", "clerk", "head", "deputy", "officer", "chief", "other_officer", "stranger")
MAY_KNOW = {"admin", "staff", "clerk", "head", "deputy"}
DEPARTMENT = {"officer", "chief"}
ANSWER = "已经把塌陷的路面填平,恢复通行。"


@pytest.fixture
def make(cast):
    def once(*, confidential: bool, text="村西道路塌陷", note="还有坑", **villager) -> Opinion:
        villager = villager or {
            "villager_name": IDENTITY[0],
            "villager_phone": IDENTITY[1],
            "villager_village": IDENTITY[2],
        }
        matter = Matter(text, Category.ROAD, deputy=cast.deputy_person, confidential=confidential, **villager)
        ticket = register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=AT)
        for who, name, facts in (
            (cast.clerk, "escalate", {}), (cast.clerk, "escalate", {}),
            (cast.staff, "transfer", {"department": cast.jiaotong, "assisting": [cast.shuili]}),
            (cast.officer, "reply", {"note": ANSWER, "class": "A"}), (cast.deputy, "tell", {}),
            (cast.clerk, "rate", {"rating": "unsatisfied", "note": note}),
        ):  # fmt: skip
            ticket = move_opinion(opinion=ticket, move=name, actor=who, at=AT, **facts)
        return ticket

    return once


def found(answer) -> set[str]:
    """What of the identity is in an answer."""
    return {word for word in IDENTITY if word in text_of(answer)}


def text_of(answer) -> str:
    """Its body, unpacked where it is a workbook or a document, and its headers."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    texts = [body.decode(errors="ignore"), *(unquote(str(value)) for value in answer.headers.values())]
    if is_zipfile(BytesIO(body)):
        with ZipFile(BytesIO(body)) as package:
            texts += [package.read(name).decode(errors="ignore") for name in package.namelist()]
    return "\n".join(texts)


def pages_of(ticket) -> list[str]:
    """Every address of the app that needs nothing, or a ticket."""
    found = []
    for pattern in urlpatterns:
        names = set(pattern.pattern.converters)
        if pattern.name and names <= {"uid"} and pattern.name != "opinion":
            found.append(reverse(pattern.name, args=[ticket.uid] if names else []))
    return found


def test_nobody_reads_it_anywhere_but_on_the_ticket(cast, signed_in, client, make):
    ticket = make(confidential=True)
    pages = [*pages_of(ticket), reverse("notices"), reverse("home"), "/opinions/?q=张三丰", "/opinions/?q=19900009999"]
    assert {reverse("opinions"), reverse("opinion-slip", args=[ticket.uid])} <= set(pages)
    for role in ("staff", "auditor", "clerk", "deputy", "officer", "other_officer"):
        client = signed_in(getattr(cast, role))
        shown = found(client.get(reverse("opinion", args=[ticket.uid])))
        assert shown == (set(IDENTITY) if role in MAY_KNOW else set()), role
        opened = 0
        for page in pages:
            answer = client.get(page)
            opened += answer.status_code == 200
            text = found(answer) - ({word for word in IDENTITY if word in page} if "?q=" in page else set())
            assert text == set(), (role, page)
        assert opened >= 3, role
    client.logout()
    for page in (*pages, reverse("opinion", args=[ticket.uid]), reverse("villager-link", args=[token_of(ticket)])):
        assert found(client.get(page)) <= {word for word in IDENTITY if word in page}, page


@pytest.mark.parametrize("confidential", [True, False])
def test_the_api_shows_it_in_the_detail_alone_and_never_to_departments_of_confidential_ones(cast, make, confidential):
    ticket = make(confidential=confidential)
    may_know = MAY_KNOW if confidential else MAY_KNOW | DEPARTMENT
    path = f"/api/v1/opinions/{ticket.uid}/"
    for role in ROLES:
        api = APIClient()
        api.force_authenticate(getattr(cast, role))
        assert found(api.get(path)) == (set(IDENTITY) if role in may_know else set()), role
        for other in ("/api/v1/opinions/", f"{path}history/", f"{path}moves/"):
            assert found(api.get(other)) == set(), (role, other)


def test_a_department_reads_no_name_that_people_wrote_into_the_matter(
    cast, signed_in, client, make, django_assert_max_num_queries
):
    """Page, lists, inbox, answer pages, link, history, export, API; and it finds nothing by such a word."""
    written = "张三丰(199 0000-9999)反映村西道路塌陷"
    ticket = make(confidential=True, text=written, note=f"{written},还有坑")
    officer, path = signed_in(cast.officer), f"/api/v1/opinions/{ticket.uid}/"
    page, lists = (
        reverse("opinion", args=[ticket.uid]),
        [reverse("opinions"), reverse("office"), reverse("opinions-export")],
    )
    api = APIClient()
    api.force_authenticate(cast.officer)
    answers = [officer.get(one) for one in (page, *lists, reverse("answer-start", args=[ticket.uid]))]
    answers += [api.get(one) for one in ("/api/v1/opinions/", path, f"{path}history/")]
    answers.append(api.post(f"{path}moves/", {"move": "claim"}, format="json"))
    answers.append(client.get(answer_path(ticket=ticket, user=cast.officer, at=timezone.now())))
    answers.append(signed_in(cast.other_officer).get(page))
    for answer in answers:
        said = text_of(answer)
        assert answer.status_code == 200 and "反映村西道路塌陷" in said, answer
        assert [word for word in ("张三丰", "0000-9999") if word in said] == [], answer
    for word, is_found in (
        ("张三", False),
        ("9999", False),
        ("塌陷 张三丰", False),
        ("塌陷", True),
        (ticket.number, True),
    ):
        assert (ticket.number in rows_of(signed_in(cast.officer).get(f"/opinions/?q={word}"))) is is_found, word
        assert (ticket.number in str(api.get(f"/api/v1/opinions/?q={word}").json())) is is_found, word
        assert ticket.number in rows_of(signed_in(cast.clerk).get(f"/opinions/?q={word}")), word
    assert written in signed_in(cast.clerk).get(page).text
    with CaptureQueriesContext(connection) as one:
        api.get("/api/v1/opinions/")
    make(confidential=True, text=written)
    make(confidential=True, text=written)
    with django_assert_max_num_queries(len(one)):
        assert "张三丰" not in api.get("/api/v1/opinions/").content.decode()


NAMED = "张三丰(199 0000-9999)反映村西道路塌陷"
SAID = ("张三丰", "0000-9999")


def test_nobody_learns_by_a_similar_matter_that_a_name_stands_there(cast, signed_in, make):
    """Neither shown nor found: who types the name twice would otherwise have it confirmed."""
    ticket = make(confidential=True, text="郑冬梅反映村西道路塌陷", villager_name="郑冬梅", villager_phone=IDENTITY[1])
    url = reverse("opinions-similar")
    for role, may_know in (("clerk", True), ("staff", True), ("officer", False), ("chief", False), ("auditor", False)):
        client = signed_in(getattr(cast, role))
        matter = client.get(url, {"text": "村西的道路塌陷了"}).text
        assert ticket.number in matter and ("郑冬梅" in matter) is may_know, role
        assert (ticket.number in client.get(url, {"text": "郑冬梅郑冬梅"}).text) is may_know, role


def test_a_log_shows_a_deputy_their_own_matters_alone(cast, signed_in):
    """Everybody named in a log may read it; the matters that a colleague took are the colleague's."""
    both = {cast.deputy_person: Presence.PRESENT, cast.head_person: Presence.PRESENT}
    who = {"villager_name": IDENTITY[0], "villager_phone": IDENTITY[1], "confidential": True}
    row = SundayRow(branch=cast.gt01, attendance=both, received=1)
    row.matters = [Matter(NAMED, Category.ROAD, deputy=cast.head_person, **who)]
    log = file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT).log
    ticket, page = log.opinions.get(), reverse("duty-log", args=[log.uid])
    for role in ("clerk", "head", "staff"):
        assert str(ticket.uid) in signed_in(getattr(cast, role)).get(page).text, role
    assert "看这一天的登记" in signed_in(cast.clerk).get(page).text
    (shown,) = signed_in(cast.auditor).get(page).context["log"].opinions.all()
    assert shown == ticket and "反映村西道路塌陷" in shown.text and [word for word in SAID if word in shown.text] == []
    answer = signed_in(cast.deputy).get(page)
    assert answer.status_code == 200 and "这天的1件意见是别的代表接的" in answer.text and "没有意见" not in answer.text
    assert [word for word in (*SAID, str(ticket.uid), "道路塌陷", "看这一天的登记") if word in answer.text] == []


def test_what_supervision_demands_and_the_console_names_is_hidden_too(cast, signed_in, make):
    ticket = make(confidential=True, text=NAMED)
    move_opinion(opinion=ticket, move="supervise", note=f"请督办:{NAMED}", actor=cast.staff, at=AT)
    Opinion.objects.filter(pk=ticket.pk).update(due_on=SUNDAY)
    page, lists = reverse("opinion", args=[ticket.uid]), [reverse("console"), reverse("supervised")]
    pages = {"officer": [page], "chief": [page], "auditor": [page, *lists, f"{lists[1]}?format=xlsx"]}
    for role, addresses in {**pages, "staff": pages["auditor"]}.items():
        for address in addresses:
            said = text_of(signed_in(getattr(cast, role)).get(address))
            assert "反映村西道路塌陷" in said and (SAID[0] in said) is (role == "staff"), (role, address)


def rows_of(answer) -> list[str]:
    return [ticket.number for ticket in answer.context["page"].rows]


def test_what_the_system_writes_by_itself_holds_no_identity(cast, make):
    ticket = make(confidential=True)
    move_opinion(opinion=ticket, move="urge", actor=cast.staff, at=AT)
    kept = [
        *AuditLog.objects.values_list("detail", "target_key"), *Notice.objects.values_list("text", "link"),
        *Hop.objects.values_list("note", "public_line", "facts"), *Opinion.objects.values_list("search_words", "number"),
    ]  # fmt: skip
    assert len(kept) > 20
    assert [word for word in IDENTITY if word in str(kept)] == []


def test_an_anonymous_ticket_is_handled_like_any_other(cast, signed_in, client, make):
    ticket = make(confidential=False, villager_village="")
    assert "没有留姓名" in signed_in(cast.officer).get(reverse("opinion", args=[ticket.uid])).text
    assert not AuditLog.objects.filter(action="look_at_villager").exists()  # there was nobody to look at
    assert client.get(reverse("villager-link", args=[token_of(ticket)])).status_code == 200
    known = make(confidential=False, villager_village="隐秘村")  # a village alone can tell who it is
    page = signed_in(cast.staff).get(reverse("opinion", args=[known.uid]))
    assert "隐秘村" in page.text and "no-store" in page["Cache-Control"]
    assert AuditLog.objects.filter(action="look_at_villager", actor=cast.staff).count() == 1
    refused = signed_in(cast.staff).post(reverse("opinion-move", args=[known.uid, "rework"]), {"note": ""})
    assert "隐秘村" in refused.text and "no-store" in refused["Cache-Control"]
