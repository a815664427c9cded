"""Striking words out (隐去): gone from page, search, list, API and every copy; sealed for auditors, who leave a trace."""

import pytest
from django.db import connection
from django.urls import reverse
from rest_framework.test import APIClient

from activities.services import Matter
from activities.states import Category
from julu_liaison.common.errors import DomainError, NotAllowed, StaleVersion
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from opinions.models import Hop, Opinion, Redaction
from opinions.services import hops_for, move_opinion, register_opinion
from opinions.services.feedback import token_of
from opinions.services.looking import look_at_originals
from opinions.services.redacting import redact
from opinions.services.suggestions import record_consultation
from opinions.states import Redacted, State
from tests.cast import SUNDAY, moment

AT = moment(SUNDAY)
SECRET = "刘小兰得了癌症"
ANSWER = "已经上门看望刘小兰得了癌症的家庭并落实救助。"


@pytest.fixture
def ticket(cast):
    matter = Matter(f"村民{SECRET},家里困难", Category.OTHER, deputy=cast.deputy_person)
    return register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=AT)


def answered(cast, ticket):
    return move_opinion(opinion=ticket, move="solve", actor=cast.clerk, at=AT, note=ANSWER)


def strike(ticket, actor, words=(SECRET,), reason="含有他人的病情", **more):
    return redact(opinion=ticket, words=list(words), reason=reason, actor=actor, at=AT, **more)


def test_the_words_are_gone_from_every_door_and_copy(cast, client, signed_in, ticket):
    ticket = answered(cast, ticket)
    ticket = move_opinion(opinion=ticket, move="tell", actor=cast.clerk, at=AT)
    ticket = move_opinion(
        opinion=ticket, move="rate", actor=cast.clerk, at=AT, rating="unsatisfied", note=f"{SECRET}还没救助"
    )
    before = ticket.version
    assert Notice.objects.filter(text__contains="癌症").exists()
    ticket = strike(ticket, cast.clerk)
    assert (ticket.text, ticket.version) == ("村民■■,家里困难", before + 1)
    assert "癌症" not in ticket.search_words and "困难" in ticket.search_words
    assert ticket.replies.get().text == "已经上门看望■■的家庭并落实救助。"
    assert ticket.verdicts.get().reason == "■■还没救助"
    link = reverse("villager-link", args=[token_of(ticket)])
    pages = [
        reverse("opinion", args=[ticket.uid]),
        reverse("opinions"),
        link,
        reverse("opinion-redact", args=[ticket.uid]),
    ]
    for who in (cast.clerk, cast.staff):
        for page in pages:
            assert "癌症" not in signed_in(who).get(page).text, page
    with connection.cursor() as cursor:  # nor anywhere in the database but sealed
        for model in (Opinion, Redaction, AuditLog, Notice, type(ticket.hops.first()), type(ticket.replies.get())):
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")  # noqa: S608 - our own tables
            assert "癌症" not in str(cursor.fetchall()), model
    hop = ticket.hops.last()
    assert (hop.move, hop.note, hop.version, hop.from_state, hop.to_state, hop.public_line) == (
        "redact", "含有他人的病情", ticket.version, State.REWORKING, State.REWORKING, "",
    )  # fmt: skip
    parts = list(ticket.redactions.values_list("part", flat=True))
    assert parts == [Redacted.TEXT, Redacted.REPLY, Redacted.HOP, Redacted.HOP]


def test_the_original_is_for_auditors_and_each_look_leaves_a_trace(cast, signed_in, ticket):
    strike(ticket, cast.clerk)
    url, page = reverse("opinion-originals", args=[ticket.uid]), reverse("opinion", args=[ticket.uid])
    for who in (cast.clerk, cast.staff, cast.admin, cast.head, cast.deputy):
        client = signed_in(who)
        assert client.post(url).status_code == 403 and url not in client.get(page).text
    assert signed_in(cast.stranger).post(url).status_code == 404
    auditor = signed_in(cast.auditor)
    bare = auditor.get(url)
    assert bare.status_code == 405 and "回到首页" in bare.text and SECRET not in bare.text
    assert url in auditor.get(page).text
    assert not AuditLog.objects.filter(action="look_at_originals").exists()
    answer = auditor.post(url)
    assert SECRET in answer.text and "no-store" in answer["Cache-Control"]
    assert AuditLog.objects.get(action="look_at_originals").actor == cast.auditor
    with pytest.raises(NotAllowed):
        look_at_originals(opinion=ticket, actor=cast.clerk, at=AT)


def test_who_may_strike_words_out(cast, ticket):
    for who in (cast.auditor, cast.head, cast.deputy, cast.officer, cast.stranger):
        with pytest.raises(NotAllowed):
            strike(ticket, who)
    ticket = strike(ticket, cast.staff, ["刘小兰"])
    assert ticket.text == "村民■■得了癌症,家里困难"
    ticket = strike(ticket, cast.clerk, ["得了癌症"])
    assert ticket.text == "村民■■■■,家里困难"
    assert [row.original for row in look_at_originals(opinion=ticket, actor=cast.auditor, at=AT)] == [
        f"村民{SECRET},家里困难", "村民■■得了癌症,家里困难",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "reason", "field"),
    [([], "有病情", "words"), ([" ", ""], "有病情", "words"), (["刘"], "有病情", "words"), (["没有这些字"], "有病情", "words"),
     (["■■"], "有病情", "words"), (["刘小兰"] + [f"甲{n}" for n in range(20)], "有病情", "words"), (["刘小兰"], " ", "reason"),
     (["刘小兰"], "长" * 201, "reason"), (["刘小兰"], "刘小兰本人要求", "reason")],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_changes(cast, signed_in, ticket, words, reason, field):
    with pytest.raises(DomainError) as refused:
        strike(ticket, cast.clerk, words, reason)
    assert list(refused.value.fields) == [field]
    assert not Redaction.objects.exists() and Opinion.objects.get().version == ticket.version


def test_the_page_shows_what_there_is_and_keeps_what_was_typed(cast, signed_in, ticket):
    ticket, url = answered(cast, ticket), reverse("opinion-redact", args=[ticket.uid])
    client = signed_in(cast.clerk)
    shown = client.get(url)
    assert SECRET in shown.text and ANSWER in shown.text and shown.text.count(ANSWER) == 1
    typed = {"words": "刘小兰\n得了癌症", "reason": "", "version": ticket.version}
    answer = client.post(url, typed)
    assert (
        answer.status_code == 400
        and "刘小兰\n得了癌症</textarea>" in answer.text
        and 'href="#id_reason"' in answer.text
    )
    move_opinion(opinion=ticket, move="tell", actor=cast.clerk, at=AT)
    stale = client.post(url, typed | {"reason": "含病情"})
    assert stale.status_code == 412 and "请看过最新内容再隐去" in stale.text and 'value="含病情"' in stale.text
    done = client.post(url, typed | {"reason": "含病情", "version": ticket.version + 1}, follow=True)
    assert "原文封存" in done.text and "癌症" not in done.text and "隐去内容" in done.text
    for who, status in ((cast.auditor, 403), (cast.head, 403), (cast.deputy, 403), (cast.stranger, 404)):
        assert signed_in(who).get(url).status_code == status
        assert signed_in(who).post(url, typed).status_code == status


@pytest.mark.usefixtures("media")
def test_a_draft_of_a_department_is_neither_shown_nor_touched(cast, signed_in, ticket):
    cast.jiaotong.signature_needed = True
    cast.jiaotong.save()
    for who, name, facts in (
        (cast.clerk, "escalate", {}), (cast.clerk, "escalate", {}), (cast.staff, "transfer", {"department": cast.jiaotong}),
        (cast.officer, "reply", {"note": ANSWER, "class": "A", "files": [(f"{SECRET}.txt", b"x")]}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=name, actor=who, at=AT, **facts)
    assert "上门看望" not in signed_in(cast.clerk).get(reverse("opinion-redact", args=[ticket.uid])).text
    with pytest.raises(DomainError):  # no telling whether they stand in the draft
        strike(ticket, cast.clerk, ["上门看望"])
    ticket = strike(ticket, cast.clerk)
    assert ticket.replies.get().text == ticket.hops.get(move="reply").note == ANSWER
    assert ticket.hops.get(move="reply").files.get().name == f"{SECRET}.txt"
    with pytest.raises(StaleVersion):
        strike(ticket, cast.clerk, version=ticket.version - 1)
    ticket = move_opinion(opinion=ticket, move="sign_reply", actor=cast.chief, at=AT)
    ticket = strike(ticket, cast.clerk)
    assert "癌症" not in ticket.replies.get().text
    hops = hops_for(opinion=ticket, actor=cast.chief)
    assert "癌症" not in str([(hop.note, [file.name for file in hop.shown_files]) for hop in hops])
    assert ticket.hops.get(move="reply").note == ticket.replies.get().text
    assert f"{ANSWER}\n{SECRET}.txt" in [row.original for row in ticket.redactions.all()]


def test_the_suggestion_that_it_became_its_talks_and_kept_answers_follow(cast, signed_in):
    api = APIClient()
    api.force_authenticate(cast.deputy)
    sent = {"branch": "GT01", "text": f"村民{SECRET},请修路"}, "json", {"HTTP_IDEMPOTENCY_KEY": "k1"}
    made = api.post("/api/v1/opinions/", sent[0], format=sent[1], **sent[2])
    opinion = Opinion.objects.get(uid=made.json()["uid"])
    move_opinion(opinion=opinion, move="make_suggestion", actor=cast.deputy, at=AT, title=f"关于{SECRET}", text="")
    grown = Opinion.objects.suggestions().get()
    for who, name, facts in (
        (cast.clerk, "accept", {}), (cast.clerk, "escalate", {}), (cast.staff, "transfer", {"department": cast.jiaotong}),
    ):  # fmt: skip
        grown = move_opinion(opinion=grown, move=name, actor=who, at=AT, **facts)
    record_consultation(opinion=grown, held_on=SUNDAY, way="phone", text=f"谈到{SECRET}", actor=cast.officer, at=AT)
    form = reverse("opinion-redact", args=[opinion.uid])
    assert f"谈到{SECRET}" in signed_in(cast.clerk).get(reverse("opinion-redact", args=[grown.uid])).text
    signed_in(cast.clerk).post(
        form, {"words": SECRET, "reason": "病情", "version": Opinion.objects.get(pk=opinion.pk).version}
    )
    grown.refresh_from_db()
    assert (grown.title, grown.text, grown.consultations.get().text) == ("关于■■", "村民■■,请修路", "谈到■■")
    assert "癌症" not in str(list(Hop.objects.values_list("note", "facts"))) and grown.hops.last().move == "redact"
    again = api.post("/api/v1/opinions/", sent[0], format=sent[1], **sent[2])
    assert again["Idempotency-Replayed"] == "true" and "癌症" not in again.content.decode()
    assert Opinion.objects.count() == 2
    Opinion.objects.filter(pk=grown.pk).update(station=cast.yt, branch=cast.yt01, text="村民请修路")
    version = Opinion.objects.get(pk=opinion.pk).version
    said = signed_in(cast.clerk).post(form, {"words": "请修路", "reason": "重复", "version": version}, follow=True)
    assert f"代表建议{grown.number}不归您管" in said.text and "请修路" in Opinion.objects.get(pk=grown.pk).text
