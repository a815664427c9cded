"""Answering in a browser: by the link in a message in three clicks, and two officers typing on one draft."""

import pytest
from django.urls import reverse
from django.utils import timezone

from opinions.models import AnswerDraft, SampleAnswer
from opinions.services.offices.drafts import save_draft
from opinions.services.offices.links import answer_path
from opinions.states import State
from tests.browser.conftest import until
from tests.test_ticket_pages import at_department, make_ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAMPLE = "已安排养护队三日内修补。"
SAID = "document.querySelector('.o-saved').textContent"


@pytest.fixture
def ticket(cast):
    SampleAnswer.objects.create(department=cast.jiaotong, title="修路", text=SAMPLE)
    return at_department(cast, make_ticket(cast))


def test_three_clicks_on_a_phone_from_the_link(cast, ticket, phone, live_server, look_over):
    phone.goto(live_server.url + answer_path(ticket=ticket, user=cast.officer, at=timezone.now()))
    look_over(phone)
    phone.select_option("#start", label="修路")
    assert phone.input_value("#id_note") == SAMPLE
    phone.click("button[name=reply_class][value=A]")
    phone.wait_for_selector("text=答复交上去了")
    look_over(phone)
    ticket.refresh_from_db()
    assert ticket.state == State.REPLIED and ticket.replies.get().text == SAMPLE


def test_a_draft_is_kept_shown_to_the_other_and_never_overwritten(cast, ticket, page, sign_in, live_server, look_over):
    sign_in(page, cast.officer)
    page.goto(f"{live_server.url}{reverse('opinion', args=[ticket.uid])}")
    page.select_option("#start", label="修路")
    page.focus("#reply_note")
    page.keyboard.press("End")
    page.keyboard.type("OK")
    until(page, f"{SAID}.indexOf('草稿已保存') === 0")
    draft = AnswerDraft.objects.get()
    assert draft.text == SAMPLE + "OK" and draft.saved_by == cast.officer
    theirs = "负责人改过的一份答复。"
    save_draft(ticket=ticket, text=theirs, version=draft.version, actor=cast.chief, at=timezone.now())
    page.keyboard.type("!")
    page.wait_for_selector(".o-two")
    assert "交通负责人" in page.inner_text(".o-two") and theirs in page.inner_text(".o-two")
    assert AnswerDraft.objects.get().text == theirs and page.input_value("#reply_note") == SAMPLE + "OK!"
    look_over(page)
    page.click("text=两份接起来")
    until(page, f"{SAID}.indexOf('草稿已保存') === 0")
    assert AnswerDraft.objects.get().text == f"{SAMPLE}OK!\n{theirs}"
    page.context.set_offline(True)
    page.keyboard.type("?")
    until(page, f"{SAID}.indexOf('还没有保存') > 0")
    page.context.set_offline(False)
    page.evaluate("localStorage.clear()")
    until(page, f"{SAID}.indexOf('草稿已保存') === 0")
    sign_in(page, cast.chief)
    page.goto(f"{live_server.url}{reverse('opinion', args=[ticket.uid])}")
    until(page, f"{SAID}.indexOf('交通经办人') === 0")
    assert page.input_value("#reply_note").startswith(SAMPLE)
