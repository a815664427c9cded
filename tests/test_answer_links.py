"""The link in a mail: one officer answers one ticket without signing in. It leads to nothing else and cannot be forged."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from julu_liaison.accounts.services import edit_account
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services.words import letter_of
from opinions.models import Hop, Opinion, SampleAnswer
from opinions.services import move_opinion
from opinions.services.offices.answering import move_by_link
from opinions.services.offices.links import ANSWER_LINK_DAYS, LinkBroken, answer_path, read_link
from opinions.states import State
from stations.models import Department
from stations.services import end_posting
from tests.test_ticket_pages import ANSWER, at_department, make_ticket

REPLY = {"move": "reply", "note": ANSWER, "reply_class": "A"}


@pytest.fixture
def ticket(cast):
    """With the transport department, as `make_ticket` has it: a villager with name and phone."""
    return at_department(cast, make_ticket(cast, text="村西田间道路塌陷,请打19900009999找张三丰"))


@pytest.fixture
def path(cast, ticket):
    return answer_path(ticket=ticket, user=cast.officer, at=timezone.now())


def state_of(ticket):
    ticket.refresh_from_db()
    return ticket.state


def test_three_clicks_answer_it_as_that_officer_with_an_audit_row(cast, ticket, path, client):
    SampleAnswer.objects.create(department=cast.jiaotong, title="修路", text="已安排养护队三日内修补。")
    notices = cast.deputy.notices.count()
    page = client.get(path)
    assert page.status_code == 200 and "村西田间道路塌陷" in page.text and "已安排养护队三日内修补。" in page.text
    for hidden in ("19900009999", "张三<", "李代表", "t-hist", "我的账号", "转办"):
        assert hidden not in page.text, hidden
    assert "no-store" in page["Cache-Control"] and "noindex" in page["X-Robots-Tag"]
    assert page["Referrer-Policy"] == "same-origin"
    version, hops = ticket.version, Hop.objects.count()
    assert (
        client.get(path, {"from": SampleAnswer.objects.get().pk}).context["form"]["note"].value().startswith("已安排")
    )
    ticket.refresh_from_db()
    assert (ticket.version, Hop.objects.count()) == (version, hops)  # looking changes nothing
    done = client.post(path, REPLY | {"version": version})
    assert done.status_code == 200 and "答复交上去了" in done.text and "sessionid" not in done.cookies
    assert state_of(ticket) == State.REPLIED and ticket.hops.last().actor == cast.officer
    row = AuditLog.objects.get(action="act_by_link")
    assert row.actor == cast.officer and row.detail == {"move": "reply", "department": "jiaotong"}
    assert cast.deputy.notices.count() == notices + 1
    again = client.post(path, REPLY)
    assert again.status_code == 409 and "交过答复了" in again.text and ANSWER in again.text and "登录" in again.text
    assert ticket.replies.count() == 1 and "交过答复了" in client.get(path).text


def mailed(user, at: datetime | None = None) -> list[str]:
    """Where a mail about each of the person's notices leads, the latest first."""
    at, found = at or timezone.now(), []
    for notice in user.notices.order_by("-pk"):
        lines = letter_of(user=user, notices=[notice], at=at).body.splitlines()
        found += [line.strip().removeprefix(settings.SITE_URL) for line in lines if line.startswith("   ")]
    return found


def test_the_mail_leads_there_and_nothing_else_knows_the_address(cast, ticket, client):
    """Made while the mail is written: neither the inbox nor the database holds a key."""
    (officers,), (chiefs,) = mailed(cast.officer), mailed(cast.chief)
    assert officers.startswith("/answer/") and chiefs.startswith("/answer/") and officers != chiefs
    assert "村西田间道路塌陷" in client.get(officers).text
    assert set(cast.officer.notices.values_list("link", flat=True)) == {ticket.page}
    assert not [
        way for user in (cast.deputy, cast.clerk, cast.staff) for way in mailed(user) if way.startswith("/answer/")
    ]
    client.post(officers, REPLY)  # the chief signs with a sign-in, the officer has nothing left to do
    ticket.refresh_from_db()
    assert ticket.state == State.REPLIED
    assert not [way for way in mailed(cast.officer) + mailed(cast.chief) if way.startswith("/answer/")]


def test_an_answer_that_waits_for_its_signature_is_signed_behind_a_sign_in(cast, ticket, path, client):
    Department.objects.filter(pk=cast.jiaotong.pk).update(signature_needed=True)
    assert "签发" in client.post(path, REPLY).text and state_of(ticket) == State.AT_DEPARTMENT
    ways = mailed(cast.chief)
    assert len(ways) == 2 and all(way.startswith("/notices/") for way in ways)


def test_who_left_or_signs_in_by_two_steps_is_mailed_no_key(cast, ticket):
    for posting in cast.chief.postings.all():
        end_posting(posting=posting, actor=cast.admin, ended_on=today_here() - timedelta(days=1))
    assert [way for way in mailed(cast.chief) if way.startswith("/answer/")] == []
    cast.officer.must_change_password = True
    cast.officer.save()
    assert [way for way in mailed(cast.officer) if way.startswith("/answer/")] == []


def test_a_new_password_ends_it(cast, ticket, path, client):
    cast.officer.set_password("Another-password-2026")
    cast.officer.save()
    assert client.get(path).status_code == 404 and client.post(path, REPLY).status_code == 404
    assert state_of(ticket) == State.AT_DEPARTMENT


def test_sign_for_then_answer_by_the_same_link_or_return_it(cast, ticket, path, client):
    assert "签收了" in client.post(path, {"move": "sign_for"}).text
    ticket.refresh_from_db()
    assert ticket.claimed_by == cast.officer and 'value="sign_for"' not in client.get(path).text
    short = client.post(path, REPLY | {"note": "已办"})
    assert short.status_code == 400 and "至少10个字" in short.text and "已办</textarea>" in short.text
    assert "请写明原因" in client.post(path, {"move": "return_wrong", "note": " "}).text
    assert "重新确定承办部门" in client.post(path, {"move": "return_wrong", "note": "这是水利局的路"}).text
    assert state_of(ticket) == State.AT_CENTRE
    assert "已经不由县交通运输局办理" in client.get(path).text


def test_where_a_signature_is_needed_it_says_so(cast, ticket, path, client):
    cast.jiaotong.signature_needed = True
    cast.jiaotong.save()
    assert "还要本单位负责人签发" in client.post(path, REPLY).text
    assert state_of(ticket) == State.AT_DEPARTMENT and ticket.replies.get().signed_at is None
    assert "等负责人签发" in client.get(path).text
    move_opinion(opinion=ticket, move="return_reply", actor=cast.chief, at=timezone.now(), note="写明日期")
    assert client.get(path).status_code == 200  # to be written anew, so the link is good again


@pytest.mark.parametrize("move", ["ask_villager", "request_extension", "claim", "sign_reply", "void", ""])
def test_other_moves_are_not_behind_it(cast, ticket, path, client, move):
    answer = client.post(path, {"move": move, "note": ANSWER})
    assert answer.status_code == 403 and "别的请登录后办理" in answer.text
    assert state_of(ticket) == State.AT_DEPARTMENT


def test_altered_guessed_and_borrowed_tokens_tell_nothing(cast, ticket, path, client):
    other = at_department(cast, make_ticket(cast, text="另一件不该看到的事"))
    token, foreign = path.split("/")[2], answer_path(ticket=other, user=cast.officer, at=timezone.now()).split("/")[2]
    facts, signature = token.split(".")
    parts = facts.split("-")
    forged = [
        "x", ".", facts, token[:-1], token + "x", f"{foreign.split('.')[0]}.{signature}",
        f"{'-'.join([*parts[:2], 'Z', parts[3]])}.{signature}", f"{'-'.join([parts[0], 'Z', *parts[2:]])}.{signature}",
        Signer(salt="another", sep=".").sign(facts), Signer(salt="opinions.answer-link", sep=".").sign("1-2"),
    ]  # fmt: skip
    for one in forged:
        answer = client.get(f"/answer/{one}/")
        assert answer.status_code == 404 and "田间道路" not in answer.text and "不该看到" not in answer.text, one
        assert client.post(f"/answer/{one}/", REPLY).status_code == 404
        with pytest.raises(LinkBroken):
            read_link(one)
    assert state_of(ticket) == State.AT_DEPARTMENT


def refused(link, at, **facts):
    with pytest.raises(DomainError) as error:
        move_by_link(link=link, move="sign_for", at=at, **facts)
    return error.value


def test_it_ends_with_time_posting_account_and_the_tickets_going(cast, ticket, path, client):
    link, now = read_link(path.split("/")[2]), timezone.now()
    assert "过期" in refused(link, now + timedelta(days=ANSWER_LINK_DAYS, seconds=1)).message
    assert link.last_moment > now + timedelta(days=ANSWER_LINK_DAYS - 1)
    stale = refused(link, now, version=ticket.version - 1)
    assert stale.status == 412 and "转办" in stale.message
    move_opinion(opinion=ticket, move="reassign", actor=cast.staff, at=now, department=cast.shuili, note="属水利")
    assert isinstance(refused(read_link(path.split("/")[2]), now), Conflict)
    assert "已经不由县交通运输局办理" in client.post(path, REPLY).text
    path = answer_path(ticket=Opinion.objects.get(pk=ticket.pk), user=cast.other_officer, at=now)
    edit_account(account=cast.other_officer, actor=cast.admin, is_active=False)
    assert "不在这个岗位上" in client.get(path).text
    edit_account(account=cast.other_officer, actor=cast.admin, is_active=True)
    assert client.get(path).status_code == 200
    posting = cast.other_officer.postings.get()
    end_posting(posting=posting, ended_on=today_here() - timedelta(days=1), actor=cast.admin)
    answer = client.post(path, REPLY)
    assert answer.status_code == 403 and "不在这个岗位上" in answer.text and ANSWER in answer.text
    assert state_of(ticket) == State.AT_DEPARTMENT


def test_a_ticket_that_comes_back_takes_a_new_link(cast, ticket, path, client):
    now = timezone.now()
    for who, name, facts in (
        (cast.officer, "return_wrong", {"note": "不属本单位"}), (cast.staff, "transfer", {"department": cast.jiaotong}),
    ):  # fmt: skip
        move_opinion(opinion=ticket, move=name, actor=who, at=now, **facts)
    answer = client.post(path, REPLY)
    assert answer.status_code == 409 and "后来又转过一次" in answer.text and ANSWER in answer.text
    assert state_of(ticket) == State.AT_DEPARTMENT
    fresh = mailed(cast.officer)[0]
    assert fresh != path and client.get(fresh).status_code == 200


def test_no_way_around_a_password_that_has_to_be_changed(cast, ticket, path, client):
    cast.officer.must_change_password = True
    cast.officer.save()
    answer = client.post(path, REPLY)
    assert answer.status_code == 403 and "改好密码" in answer.text and state_of(ticket) == State.AT_DEPARTMENT


def test_no_way_around_a_second_factor(cast, ticket, path, client, settings):
    settings.TOTP_ROLES = ["department_officer"]
    assert "手机验证码" in client.get(path).text
    with pytest.raises(NotAllowed):
        move_by_link(link=read_link(path.split("/")[2]), move="sign_for", at=timezone.now())


def test_whoever_is_signed_in_on_the_computer_is_not_who_acts(cast, ticket, path, signed_in):
    client = signed_in(cast.clerk)
    page = client.get(path).text
    assert "您是县交通运输局交通经办人" in page and "官亭工作人员" not in page and "主导航" not in page
    client.post(path, {"move": "sign_for"})
    assert ticket.hops.last().actor == cast.officer


def test_forms_need_the_sites_own_token_and_floods_are_held_back(ticket, path, settings):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path, REPLY).status_code == 403 and state_of(ticket) == State.AT_DEPARTMENT
    strict.get(path)
    token = strict.cookies["csrftoken"].value
    assert strict.post(path, {"move": "sign_for", "csrfmiddlewaretoken": token}).status_code == 200
    settings.THROTTLE = True
    cache.clear()
    statuses = [strict.get("/answer/x/").status_code for _number in range(61)]
    assert 404 in statuses and 429 in statuses
    cache.clear()


def test_the_link_in_the_mail_is_that_link(cast, ticket, client):
    move_opinion(opinion=ticket, move="urge", actor=cast.staff, at=timezone.now())
    for user in (cast.officer, cast.chief):
        link = mailed(user)[0]
        assert read_link(link.split("/")[2]).officer == user
        assert client.get(link).status_code == 200
    assert reverse("answer-link", args=[link.split("/")[2]]) == link
