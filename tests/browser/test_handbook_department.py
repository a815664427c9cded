"""The department's part of the handbook, done as it says."""

import re

import pytest
from django.utils import timezone

from activities.services import Matter
from activities.states import Category
from opinions.models import Opinion, SampleAnswer
from opinions.services import file_suggestion, move_opinion, register_opinion
from opinions.services.offices.links import answer_path
from opinions.states import State
from tests.browser.handbook import name_people, take_picture
from tests.cast import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROAD = "安家庄村西的田间路被雨水冲塌一段,收秋时农机进不去,希望尽快修好。"
BRIDGE = "安家庄村口小桥没有护栏,学生上下学经过不安全。"
ANSWER = "已组织养护队把塌陷路段填平压实,10月20日恢复通行。"


@pytest.fixture
def offices(cast):
    """The cast as people with names; the transport department keeps two sample answers."""
    name_people()
    for title, text in (("修路", "已安排养护队三日内修补。"), ("路灯", "已安排更换路灯,两日内亮灯。")):
        SampleAnswer.objects.create(department=cast.jiaotong, title=title, text=text)
    cast.officer.refresh_from_db()
    return cast


def handed_over(cast, text=ROAD, **facts):
    """An opinion that has just come to the transport department."""
    matter = Matter(text, Category.ROAD, deputy=cast.deputy_person, villager_name="何玉梅", villager_phone="19900005521")
    ticket = register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=timezone.now())
    for who, move, more in (
        (cast.clerk, "escalate", {}), (cast.clerk, "escalate", {}),
        (cast.staff, "transfer", {"department": cast.jiaotong} | facts),
    ):  # fmt: skip
        ticket = done(ticket, move, who, **more)
    return ticket


def done(ticket, move, who, **facts):
    return move_opinion(opinion=ticket, move=move, actor=who, at=timezone.now(), **facts)


def suggested(cast):
    """A suggestion with the department."""
    ticket = file_suggestion(
        deputy=cast.deputy_person, title="关于修建安家庄村口小桥护栏的建议", text=BRIDGE, category="road",
        actor=cast.deputy, at=timezone.now(),
    )  # fmt: skip
    for who, move, more in (
        (cast.clerk, "accept", {}), (cast.clerk, "escalate", {}), (cast.staff, "transfer", {"department": cast.jiaotong}),
    ):  # fmt: skip
        ticket = done(ticket, move, who, **more)
    return ticket


def now_of(ticket) -> Opinion:
    return Opinion.objects.get(pk=ticket.pk)


@pytest.fixture
def at_desk(offices, page, sign_in, live_server):
    """Open the inbox, or a ticket, as somebody of the department."""

    def go(user, ticket=None):
        sign_in(page, user)
        page.goto(live_server.url + (ticket.page if ticket else "/office/"))
        return page

    return go


def test_first_day(offices, page, log_in_by_form):
    offices.officer.must_change_password = True
    offices.officer.save()
    log_in_by_form(page, offices.officer)
    take_picture(page, "desk-first-password.png", of=page.locator("main"))
    page.get_by_label("现在的密码").fill(PASSWORD)
    page.get_by_label("新密码", exact=True).fill("Feng-shou-2026")
    page.get_by_label("再填一次新密码").fill("Feng-shou-2026")
    page.get_by_role("button", name="改密码", exact=True).last.click()
    page.wait_for_url("**/office/")
    offices.officer.refresh_from_db()
    assert offices.officer.check_password("Feng-shou-2026") and not offices.officer.must_change_password
    page.click("summary .who-in")
    page.get_by_role("link", name="我的账号").click()
    assert page.get_by_role("link", name="通知设置").is_visible()
    page.click("summary .who-in")
    page.get_by_role("button", name="退出", exact=True).click()
    assert page.get_by_role("link", name="登录").first.is_visible()


def test_signed_for_and_answered(offices, at_desk):
    ticket = handed_over(offices)
    done(handed_over(offices, BRIDGE), "sign_for", offices.officer)
    page = at_desk(offices.officer)
    sign = page.get_by_role("button", name="签收")
    take_picture(page, "department-inbox.png", marked=sign)
    sign.click()
    assert now_of(ticket).claimed_by == offices.officer
    page = at_desk(offices.officer, ticket)
    page.select_option("#start", label="修路")
    page.fill("#reply_note", ANSWER)
    take_picture(page, "department-answer.png", of=page.locator("#reply"), marked=page.locator(".t-class"))
    page.get_by_role("button", name="已解决").click()
    assert "已记下" in page.inner_text("main")
    assert now_of(ticket).state == State.REPLIED and now_of(ticket).replies.get().text == ANSWER


def test_the_head_signs_or_has_it_written_anew(offices, at_desk):
    offices.jiaotong.signature_needed = True
    offices.jiaotong.save()
    ticket = handed_over(offices)
    done(ticket, "sign_for", offices.officer)
    for note in (ANSWER, f"{ANSWER}路基加了石灰土。"):
        done(ticket, "reply", offices.officer, note=note, **{"class": "A"})
        page = at_desk(offices.chief)
        page.get_by_role("link", name="看稿签发").click()
        if note == ANSWER:
            page.locator("#return_reply summary").click()
            page.get_by_label("哪里要改").fill("写明路基怎么处理的。")
            page.get_by_role("button", name="退回重拟").click()
            assert now_of(ticket).state == State.AT_DEPARTMENT
    page.locator("#act").scroll_into_view_if_needed()
    take_picture(page, "department-sign.png", marked=page.get_by_role("button", name="签发答复"))
    page.get_by_role("button", name="签发答复").click()
    assert now_of(ticket).state == State.REPLIED and now_of(ticket).replies.last().signed_by == offices.chief


def test_by_the_link_of_a_message_on_a_phone(offices, phone, live_server):
    ticket = handed_over(offices)
    phone.goto(live_server.url + answer_path(ticket=ticket, user=offices.officer, at=timezone.now()))
    phone.get_by_role("button", name="签收").click()
    phone.get_by_role("link", name="接着写答复").click()
    phone.fill("#id_note", ANSWER)
    phone.evaluate("document.activeElement.blur()")
    answer = phone.locator("section").filter(has=phone.locator(".t-class"))
    take_picture(phone, "department-link.png", of=answer, marked=answer.locator(".t-class"))
    phone.get_by_role("button", name="已解决").click()
    assert "答复交上去了" in phone.inner_text("main") and now_of(ticket).state == State.REPLIED


def test_returned_because_it_is_another_department_s(offices, at_desk):
    ticket = handed_over(offices)
    page = at_desk(offices.officer, ticket)
    page.locator("#return_wrong summary").click()
    page.get_by_label("为什么不属本单位").fill("这段路属于水利工程管护范围,应由县水利局办理。")
    page.get_by_role("button", name="退回(不属本单位)").click()
    assert now_of(ticket).state == State.AT_CENTRE


def test_more_time_is_asked_for_and_words_from_the_villager(offices, at_desk):
    ticket = handed_over(offices)
    done(ticket, "sign_for", offices.officer)
    page = at_desk(offices.officer, ticket)
    page.locator("#request_extension summary").click()
    page.get_by_label(re.compile("^延期原因")).fill("要等灌溉结束才能施工。")
    page.get_by_label(re.compile("^延长几")).fill("10")
    page.get_by_role("button", name="申请延期").click()
    assert now_of(ticket).extensions.get().amount == 10
    page.locator("#ask_villager summary").click()
    page.get_by_label("要补充什么").fill("请说明是村西哪一段路。")
    page.get_by_role("button", name="请补充情况").click()
    assert now_of(ticket).state == State.WAITING


def test_assisting(offices, at_desk):
    handed_over(offices, assisting=[offices.shuili])
    page = at_desk(offices.other_officer)
    page.get_by_role("link", name="写协办意见").click()
    page.get_by_label(re.compile("^协办意见")).fill("沿线排水沟由我局同步清淤。")
    page.get_by_role("button", name="提协办意见").click()
    assert Opinion.objects.get().assistances.get().text == "沿线排水沟由我局同步清淤。"


def test_talked_over_with_the_deputy(offices, at_desk):
    ticket = suggested(offices)
    page = at_desk(offices.officer, ticket)
    page.get_by_role("link", name="记一次面商").click()
    page.get_by_label("怎么谈的").select_option(label="上门走访")
    page.get_by_label("面商情况").fill("到桥头看了现场,和代表商定先装临时护栏,年底前换成钢护栏。")
    take_picture(page, "department-talk.png", of=page.locator("main"))
    page.get_by_role("button", name="记下,请代表签字").click()
    assert now_of(ticket).consultations.get().signed_at is None and "等代表签字" in page.inner_text("main")


def test_a_sample_answer_is_kept(offices, at_desk):
    page = at_desk(offices.officer)
    page.get_by_role("link", name="常用答复").first.click()
    page.get_by_label("名称").fill("护栏")
    page.get_by_label("内容").fill("已安排加装护栏,一周内装好。")
    page.get_by_role("button", name="添加").click()
    assert SampleAnswer.objects.get(title="护栏").department == offices.jiaotong
