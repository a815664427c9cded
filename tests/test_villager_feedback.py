"""The villager's link: what it shows without a login, the one click, the reason, the second time; nobody's name on it."""

import gzip
import re
from datetime import timedelta

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.urls import reverse

from activities.services import Matter
from activities.states import Category, Rating
from julu_liaison.common.models import AuditLog
from opinions.models import Opinion
from opinions.services import file_suggestion, move_opinion, register_opinion
from opinions.services.feedback import ticket_behind, token_of
from opinions.states import State
from tests.cast import SUNDAY, moment

AT = moment(SUNDAY)
ANSWER = "张三同志:已经把塌陷的路面填平,恢复通行。"
NAMES = ("张三", "19900009999", "李代表", "官亭工作人员", "交通经办人", "县工作人员")


@pytest.fixture
def ticket(cast):
    matter = Matter(
        "村西田间道路塌陷,联系张三19900009999", Category.ROAD, deputy=cast.deputy_person, villager_name="张三",
        villager_phone="19900009999", villager_village="安家庄村",
    )  # fmt: skip
    return register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=AT)


def move(ticket, name, actor, **facts):
    return move_opinion(opinion=ticket, move=name, actor=actor, at=AT + timedelta(hours=1), **facts)


def answered(cast, ticket):
    for who, name, facts in (
        (cast.clerk, "escalate", {}), (cast.clerk, "escalate", {}), (cast.staff, "transfer", {"department": cast.jiaotong}),
        (cast.officer, "reply", {"note": ANSWER, "class": "A"}),
    ):  # fmt: skip
        ticket = move(ticket, name, who, **facts)
    return ticket


def told(cast, ticket):
    return move(answered(cast, ticket), "tell", cast.deputy)


def link(ticket) -> str:
    return reverse("villager-link", args=[token_of(ticket)])


def say(client, ticket, word, note="", version=None):
    version = ticket.version if version is None else version
    return client.post(link(ticket), {"word": word, "note": note, "version": version})


def buttons(text: str) -> set[str]:
    return set(re.findall(r'name="word" value="(\w+)"', text))


# --- The link ---------------------------------------------------------------------------------------------------


def test_the_link_is_bound_to_its_ticket_and_cannot_be_made_up(cast, client, ticket):
    other = register_opinion(branch=cast.gt01, matter=Matter("路灯不亮"), actor=cast.clerk, at=AT)
    token = token_of(ticket)
    assert ticket_behind(token) == ticket and ticket_behind(token_of(other)) == other
    uid, signature = token.split(".")
    mixed = token_of(other).split(".")[0] + "." + signature
    for wrong in (mixed, uid, f"{uid}.", f".{signature}", token[:-1], token + "A", "x" * 500, "二维码"):
        assert client.get(reverse("villager-link", args=[wrong])).status_code == 404, wrong
    suggestion = file_suggestion(deputy=cast.deputy_person, text="建议", category="road", actor=cast.deputy, at=AT)
    answer = client.get(link(suggestion))
    assert answer.status_code == 404 and "请重新扫一扫" in answer.text


def test_the_page_leaves_no_trace_and_is_light(cast, client, ticket):
    answer = client.get(link(told(cast, ticket)))
    assert "no-store" in answer["Cache-Control"] and "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "no-referrer" and not answer.cookies
    assert "<script" not in answer.text and " style=" not in answer.text
    weight = len(gzip.compress(answer.content))
    for name in re.findall(r'href="/static/([^"]+)"', answer.text):
        with open(finders.find(name), "rb") as file:
            weight += len(gzip.compress(file.read()))
    assert weight < 8 * 1024


def test_a_get_changes_nothing_and_opening_the_answer_is_not_being_told(cast, client, ticket):
    ticket = answered(cast, ticket)
    rows = AuditLog.objects.count()
    text = client.get(link(ticket)).text
    assert "告诉您以后就可以在这里评价" in text and buttons(text) == set()
    ticket.refresh_from_db()
    assert (ticket.state, ticket.told_at, AuditLog.objects.count()) == (State.REPLIED, None, rows)
    assert say(client, ticket, "satisfied").status_code == 409


def test_it_is_opened_so_often_and_no_oftener(cast, client, ticket, settings):
    settings.THROTTLE = True
    cache.clear()
    codes = [client.get(link(ticket)).status_code for _ in range(21)]
    assert codes == [200] * 20 + [429]
    answer = client.get(link(ticket))
    assert answer["Retry-After"] == "60" and "请过一分钟再试" in answer.text
    assert client.get(reverse("villager-link", args=["x"])).status_code == 404  # another link of the same address
    cache.clear()


# --- What it shows ----------------------------------------------------------------------------------------------


def test_no_name_and_no_phone_whatever_was_typed(cast, client, ticket):
    seen = []
    ticket = answered(cast, ticket)
    for step in ("", "tell"):
        ticket = move(ticket, step, cast.deputy) if step else ticket
        seen.append(client.get(link(ticket)).text)
    say(client, ticket, "unsatisfied", "张三说还是不平")
    seen.append(client.get(link(ticket)).text)
    for text in seen:
        assert [name for name in NAMES if name in text] == []
        assert "县交通运输局" in text and "■■同志:已经把塌陷的路面填平" in text and "村西田间道路塌陷" in text


def test_progress_in_plain_words_before_an_answer(cast, client, ticket):
    assert "代表联络分站正在办理" in client.get(link(ticket)).text
    ticket = move(ticket, "ask_villager", cast.clerk, note="请说明是哪一段路")
    text = client.get(link(ticket)).text
    assert "需要您补充情况" in text and "请说明是哪一段路" in text and "0319-0000004" in text
    ticket = move(move(move(ticket, "resume", cast.clerk), "escalate", cast.clerk), "escalate", cast.clerk)
    ticket = move(ticket, "transfer", cast.staff, department=cast.jiaotong)
    text = client.get(link(ticket)).text
    assert "已交给县交通运输局办理" in text and "3月1日" in text and "已转交部门办理" in text and buttons(text) == set()


def test_a_draft_is_no_answer_yet(cast, client, ticket):
    cast.jiaotong.signature_needed = True
    cast.jiaotong.save()
    text = client.get(link(answered(cast, ticket))).text
    assert "填平" not in text and "已交给县交通运输局办理" in text


def test_refused_void_and_merged_ones_have_a_sentence(cast, client, ticket):
    def another():
        return register_opinion(
            branch=cast.gt01, matter=Matter("村东路灯不亮", villager_name="王五五"), actor=cast.clerk, at=AT
        )

    refused = move(another(), "refuse", cast.clerk, note="属于法院管的事", route="县法院诉讼服务中心")
    text = client.get(link(refused)).text
    assert "不在受理范围" in text and "属于法院管的事" in text and "县法院诉讼服务中心" in text
    void = move(another(), "void", cast.clerk, note="登记重复了")
    text = client.get(link(void)).text
    assert "已经作废" in text and "登记重复了" in text
    merged = move(another(), "merge", cast.clerk, into=ticket)
    assert "和别人反映的同类事项一起办理" in client.get(link(merged)).text
    told(cast, ticket)
    text = client.get(link(merged)).text
    assert "会来告诉您" in text and "■■同志:已经把塌陷的路面填平" in text and "村东路灯不亮" in text
    assert "村西" not in text and buttons(text) == set()  # not what the other one wrote
    merged = move(merged, "tell", cast.clerk)
    assert "结果已经告诉您了" in client.get(link(merged)).text
    assert say(client, merged, "satisfied").status_code == 409


def test_of_those_handled_together_none_learns_who_the_others_are(cast, client, ticket):
    def another(name, phone):
        matter = Matter("路灯不亮", villager_name=name, villager_phone=phone, confidential=True)
        return move(
            register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=AT), "merge", cast.clerk, into=ticket
        )

    mine, others = another("王五五", "19900001111"), another("赵六六", "19900002222")
    note = "已到张三、王五五、赵六六(199 0000-2222,19900001111)家门口修好"
    move(ticket, "solve", cast.clerk, note=note)
    for one in (mine, others, ticket):
        text = client.get(link(one)).text
        assert "家门口修好" in text, one
        assert [word for word in ("张三", "王五五", "赵六六", "2222", "1111") if word in text] == []


# --- The word ---------------------------------------------------------------------------------------------------


def test_one_click_closes_and_a_second_one_changes_nothing(cast, client, ticket):
    ticket = told(cast, ticket)
    text = client.get(link(ticket)).text
    assert buttons(text) == {"satisfied", "basic", "unsatisfied"}
    answer = say(client, ticket, "basic")
    assert (answer.status_code, answer.url) == (302, link(ticket))
    again = say(client, ticket, "satisfied")
    assert again.status_code == 409 and "刚才已经办过了" in again.text and "基本满意" in again.text
    fresh = Opinion.objects.get()
    assert (fresh.state, fresh.rating, fresh.rated_by_proxy) == (State.CLOSED, Rating.BASIC, False)
    verdict, hop = fresh.verdicts.get(), fresh.hops.last()
    assert (verdict.rating, verdict.by_proxy, verdict.given_by, verdict.reply) == (
        Rating.BASIC, False, None, fresh.replies.get(),
    )  # fmt: skip
    assert (hop.move, hop.by_villager, hop.actor_words) == ("rate", True, "反映人")
    row = AuditLog.objects.get(action="rate")
    assert (row.actor, row.county_code) == (None, "JLX")  # found by the county's auditors though no account did it


def test_unsatisfied_needs_a_reason_and_keeps_what_was_typed(cast, client, ticket):
    ticket = told(cast, ticket)
    answer = say(client, ticket, "unsatisfied", " ")
    assert answer.status_code == 400 and "请写一写哪里没有办好" in answer.text and "<details open>" in answer.text
    long = say(client, ticket, "unsatisfied", "长" * 501)
    assert long.status_code == 400 and "长" * 501 in long.text
    for word in ("", "burnt", "<b>"):
        assert say(client, ticket, word).status_code == 400
    assert Opinion.objects.get().state == State.TOLD
    assert say(client, ticket, "unsatisfied", "只填了一半").status_code == 302
    fresh = Opinion.objects.get()
    assert (fresh.state, fresh.holder) == (State.REWORKING, cast.jiaotong)
    assert fresh.verdicts.get().reason == "只填了一半"
    assert "正在重新办理" in client.get(link(ticket)).text


def test_a_page_that_is_old_asks_to_look_again_and_then_takes_the_word(cast, client, ticket):
    ticket = told(cast, ticket)
    move(ticket, "rework", cast.staff, note="答复不全")
    stale = say(client, ticket, "unsatisfied", "路还是坑")
    assert stale.status_code == 409 and "路还是坑" in stale.text  # nothing to rate any more; the words stay
    fresh = Opinion.objects.get()
    old = fresh.version
    fresh = move(move(fresh, "reply", cast.officer, note=ANSWER, **{"class": "B"}), "tell", cast.deputy)
    stale = say(client, fresh, "unsatisfied", "路还是坑", version=old)
    assert stale.status_code == 412 and "又有了新的进展" in stale.text and "路还是坑" in stale.text
    assert f'name="version" value="{fresh.version}"' in stale.text
    for odd in ("", "abc", "-1", "9" * 30):
        assert say(client, fresh, "unsatisfied", "", version=odd).status_code == 400
    assert say(client, fresh, "satisfied", version=fresh.version).status_code == 302


def test_unsolved_reopens_once_and_then_it_takes_a_call(cast, client, ticket):
    ticket = told(cast, ticket)
    say(client, ticket, "satisfied")
    ticket.refresh_from_db()
    text = client.get(link(ticket)).text
    assert buttons(text) == {"unsolved"} and "谢谢您" in text
    assert say(client, ticket, "unsolved", "").status_code == 400
    assert say(client, ticket, "unsolved", "下雨又塌了").status_code == 302
    ticket.refresh_from_db()
    hop = ticket.hops.last()
    assert (ticket.state, hop.move, hop.by_villager, hop.note) == (State.REWORKING, "reopen", True, "下雨又塌了")
    ticket = move(move(ticket, "reply", cast.officer, note=ANSWER, **{"class": "A"}), "tell", cast.deputy)
    say(client, ticket, "basic")
    ticket.refresh_from_db()
    text = client.get(link(ticket)).text
    assert buttons(text) == set() and "请直接打电话给官亭镇人大代表联络站" in text and "0319-0000004" in text
    refused = say(client, ticket, "unsolved", "还是不行")
    assert refused.status_code == 409 and "还是不行" in refused.text
    assert Opinion.objects.get().state == State.CLOSED


# --- Who hands it out, and for whom ------------------------------------------------------------------------------


def test_the_slip_says_that_it_serves_whoever_lost_the_code(cast, signed_in, ticket):
    assert (
        "查询码丢了的,也用这个看办理情况。" in signed_in(cast.head).get(reverse("opinion-slip", args=[ticket.uid])).text
    )


@pytest.mark.parametrize(
    ("who", "status"),
    [("clerk", 200), ("staff", 200), ("admin", 200), ("head", 200), ("deputy", 200), ("auditor", 403), ("officer", 403),
     ("stranger", 404)],
)  # fmt: skip
def test_the_slip_is_for_who_tells_the_result(cast, signed_in, ticket, who, status):
    ticket = answered(cast, ticket)
    client, slip = signed_in(getattr(cast, who)), reverse("opinion-slip", args=[ticket.uid])
    answer = client.get(slip)
    assert answer.status_code == status
    if status == 200:
        assert "<svg" in answer.text and link(ticket) in answer.text and "张三" not in answer.text
        row = AuditLog.objects.get(action="hand_out_slip")
        assert (row.actor, row.target_key) == (getattr(cast, who), str(ticket.uid)) and token_of(ticket) not in str(
            row.detail
        )
        assert "评价的按钮才会出现" in answer.text and "no-store" in answer["Cache-Control"]
    if status != 404:
        assert (slip in client.get(reverse("opinion", args=[ticket.uid])).text) is (status == 200)


def test_a_rating_by_proxy_says_so_everywhere(cast, client, signed_in, ticket):
    ticket = move(told(cast, ticket), "rate", cast.deputy, rating=Rating.UNSATISFIED, note="群众说没修好")
    verdict = ticket.verdicts.get()
    assert (verdict.by_proxy, verdict.given_by, verdict.reason, ticket.rated_by_proxy) == (
        True, cast.deputy, "群众说没修好", True,
    )  # fmt: skip
    ticket = move(move(ticket, "reply", cast.officer, note=ANSWER, **{"class": "A"}), "tell", cast.deputy)
    ticket = move(ticket, "rate", cast.clerk, rating=Rating.SATISFIED)
    assert "工作人员代您登记" in client.get(link(ticket)).text
    page = signed_in(cast.officer).get(reverse("opinion", args=[ticket.uid])).text
    said = page.split('id="said"')[1].split("</section>")[0]
    assert said.count("代为评价") == 2 and "李代表" not in said.replace("代表账号", "") and "群众说没修好" in said
