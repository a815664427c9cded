"""Filing suggestions and motions, their number per session, what keeps a class B answer alive, growing out of an opinion."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.services import Matter
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from opinions.models import Cosigner, Director, Opinion, ReplyLabel
from opinions.services import file_suggestion, move_opinion, register_opinion
from opinions.services.registries import add_director, add_reply_label, add_session, edit_session
from opinions.states import Kind, State
from tests.cast import SUNDAY, make_deputy, moment

AT = moment(SUNDAY)
ANSWER = "已列入明年计划,年底前修通这条路。"
MINE, STATION = reverse("my-suggestion-new"), reverse("suggestion-new")


def typed(**changes) -> dict:
    return {
        "form_key": "6f3ab41a-4a2a-4d53-9bb3-5f3c0a1f2e01", "sort": "suggestion", "title": "关于修通断头路的建议",
        "text": "村西断头路年久失修,建议修通。", "category": "road", "contact_wish": "meeting", "may_publish": "on",
        "cosigners": "",
    } | changes  # fmt: skip


def walk(ticket, *steps):
    for actor, move, facts in steps:
        ticket = move_opinion(opinion=ticket, move=move, actor=actor, at=AT, **facts)
    return ticket


def at_department(cast, ticket):
    return walk(
        ticket, (cast.clerk, "accept", {}), (cast.clerk, "escalate", {}),
        (cast.staff, "transfer", {"department": cast.jiaotong}),
    )  # fmt: skip


def session(cast, ordinal=5, starts=date(2026, 2, 27), ends=date(2026, 3, 2)):
    return add_session(
        county=cast.county, term="第十七届", ordinal=ordinal, starts_on=starts, ends_on=ends, actor=cast.staff
    )


# --- Filing -------------------------------------------------------------------------------------------------------


def test_a_deputy_files_once_with_invited_people(cast, signed_in):
    client = signed_in(cast.deputy)
    page = client.get(MINE)
    assert page.status_code == 200 and "还没有登记人代会会议" in page.text and 'data-draft="' in page.text
    answer = client.post(MINE, typed(sort="motion", cosigners="赵 站长、陈卫\n马强", may_publish=""))
    again = client.post(MINE, typed(sort="motion", cosigners="陈卫"))
    ticket = Opinion.objects.get()
    assert answer.url == again.url == reverse("opinion", args=[ticket.uid])
    assert (ticket.kind, ticket.state, ticket.holder, ticket.deputy) == (
        Kind.SUGGESTION, State.REGISTERED, cast.gt, cast.deputy_person,
    )  # fmt: skip
    assert (ticket.detail.is_motion, ticket.detail.may_publish, ticket.detail.session) == (True, False, None)
    assert {row.deputy.name for row in ticket.cosigners.all()} == {"赵站长", "陈卫", "马强"}
    assert Notice.objects.get(user=cast.head, text__contains="请您附议").link == answer.url
    assert "请核对" in Notice.objects.get(user=cast.clerk).text
    shown = client.get(answer.url).text
    for words in ("议案:关于修通断头路的建议", "不公开", "马强", "还没有回应", "当面座谈"):
        assert words in shown


def test_what_is_wrong_comes_back_with_all_that_was_typed(cast, signed_in):
    for branch in (cast.gt02, cast.yt01):
        make_deputy(cast, "张伟", branch)
    client = signed_in(cast.deputy)
    answer = client.post(MINE, typed(title=" ", cosigners="张伟、李某某、陈卫"))
    assert answer.status_code == 400 and not Opinion.objects.exists()
    for words in ("请填标题", "没有找到在任的代表“李某某”", "有2位叫“张伟”", "官亭镇人大代表联络站第二分站",
                  "阎疃镇人大代表联络站第一分站", "张伟、李某某、陈卫", "村西断头路年久失修"):  # fmt: skip
        assert words in answer.text
    one = Cosigner._meta.get_field("deputy").related_model.objects.filter(name="张伟").first()
    assert client.post(MINE, typed(cosigners="张伟、陈卫", picked=[one.code])).status_code == 302
    assert set(Cosigner.objects.values_list("deputy__code", flat=True)) >= {one.code} and Cosigner.objects.count() == 2
    lead = client.post(MINE, typed(form_key="6f3ab41a-4a2a-4d53-9bb3-5f3c0a1f2e02", cosigners="李代表"))
    assert lead.status_code == 400 and "领衔代表,不用再附议" in lead.text


def test_a_clerk_files_from_paper_for_the_own_stations_deputies(cast, signed_in):
    client = signed_in(cast.clerk)
    assert "替代表登记" in client.get(STATION).text
    code = cast.deputies["GT02"][1].code
    answer = client.post(STATION, typed(deputy=code, cosigners="陈卫", signed_on_paper="on"))
    ticket = Opinion.objects.get()
    assert answer.status_code == 302 and ticket.deputy.code == code and ticket.branch == cast.gt02
    assert ticket.cosigners.get().confirmed_by == cast.clerk and "纸质签名" in (page := client.get(answer.url).text)
    assert "替王芳登记好了" in page and "现在就可以点“受理”" in page and "联络站核对后受理" not in page
    stranger = typed(form_key="6f3ab41a-4a2a-4d53-9bb3-5f3c0a1f2e03", deputy=cast.deputies["YT01"][0].code)
    assert client.post(STATION, stranger).status_code == 400


@pytest.mark.parametrize(
    ("who", "mine", "station"),
    [("admin", 404, 403), ("auditor", 404, 403), ("clerk", 404, 200), ("stranger", 404, 200), ("head", 200, 403),
     ("deputy", 200, 403), ("officer", 404, 403), (None, 302, 302)],
)  # fmt: skip
def test_who_may_file(cast, signed_in, client, who, mine, station):
    client = signed_in(getattr(cast, who)) if who else client
    assert (client.get(MINE).status_code, client.get(STATION).status_code) == (mine, station)


# --- Sessions and numbers -------------------------------------------------------------------------------------------


def test_numbers_run_through_a_session_and_its_time_after(cast):
    first = session(cast)
    ticket = file_suggestion(deputy=cast.deputy_person, text="修路", category="road", actor=cast.deputy, at=AT)
    late = file_suggestion(
        deputy=cast.deputy_person, text="修桥", category="road", actor=cast.deputy, at=moment(date(2026, 3, 3))
    )
    refused = file_suggestion(deputy=cast.deputy_person, text="修渠", category="water", actor=cast.deputy, at=AT)
    walk(refused, (cast.clerk, "refuse", {"note": "已有同样的建议"}))
    for row in (late, ticket):
        walk(row, (cast.clerk, "accept", {}))
    numbers = [Opinion.objects.get(pk=row.pk).detail.session_number for row in (late, ticket, refused)]
    assert numbers == ["第十七届第五次会议闭会期间第001号", "第十七届第五次会议第002号", ""]
    second = session(cast, 6, date(2027, 1, 10), date(2027, 1, 14))
    newer = file_suggestion(
        deputy=cast.deputy_person, text="修井", category="water", actor=cast.deputy, at=moment(date(2027, 1, 10))
    )
    walk(newer, (cast.clerk, "accept", {}))
    assert newer.detail.session == second and Opinion.objects.get(pk=newer.pk).detail.serial == 1
    edit_session(session=first, ends_on=date(2026, 3, 4), actor=cast.admin)
    assert Opinion.objects.get(pk=late.pk).detail.session_number == numbers[0]


def test_registries_are_kept_in_the_admin_by_the_county(cast, signed_in):
    client = signed_in(cast.staff)
    address = reverse("admin:opinions_congresssession_add")
    facts = {
        "county": cast.county.pk,
        "term": "第十七届",
        "ordinal": 5,
        "starts_on": "2026-02-27",
        "ends_on": "2026-02-26",
    }
    assert "闭幕日期不能早于开幕日期" in client.post(address, facts).text
    assert client.post(address, facts | {"ends_on": "2026-03-02"}).status_code == 302
    assert "这次会议已经登记过了" in client.post(address, facts | {"ends_on": "2026-03-02"}).text
    assert AuditLog.objects.get(action="add_congresssession").actor == cast.staff
    director = add_director(county=cast.county, name="周主任", position="副主任", actor=cast.admin)
    change = reverse("admin:opinions_director_change", args=[director.pk])
    posted = {"name": "周主任", "position": "主任", "official_order": 1}
    assert client.post(change, posted).status_code == 302
    assert (Director.objects.get().position, Director.objects.get().is_active) == ("主任", False)
    add_reply_label(county=cast.county, reply_class="A", label="已经解决", actor=cast.admin)
    assert ReplyLabel.objects.get().label == "已经解决"
    with pytest.raises(NotAllowed):
        add_director(county=cast.county, name="外人", position="主任", actor=cast.clerk)
    assert signed_in(cast.clerk).get(address).status_code == 403


# --- Class B ----------------------------------------------------------------------------------------------------------


def test_class_b_stays_tracked_until_it_is_answered_again(cast, signed_in):
    ticket = file_suggestion(deputy=cast.deputy_person, text="修路", category="road", actor=cast.deputy, at=AT)
    promise = {"note": ANSWER, "class": "B", "promised_on": date(2026, 12, 31)}
    ticket = walk(
        at_department(cast, ticket), (cast.officer, "reply", promise), (cast.deputy, "tell", {}),
        (cast.deputy, "rate", {"rating": "basic"}),
    )  # fmt: skip
    assert (ticket.state, ticket.tracked, ticket.rating) == (State.CLOSED, True, "basic")
    shown = signed_in(cast.officer).get(reverse("opinion", args=[ticket.uid])).text
    assert "正在跟踪办理" in shown and "2026年12月31日" in shown
    cast.jiaotong.signature_needed = True
    cast.jiaotong.save()
    drafted = walk(ticket, (cast.officer, "reply", {"note": "路已经修通,通车了。", "class": "A"}))
    assert (drafted.state, drafted.tracked) == (State.CLOSED, True)
    assert "通车了" not in signed_in(cast.deputy).get(reverse("opinion", args=[ticket.uid])).text
    again = walk(drafted, (cast.chief, "sign_reply", {}))
    assert (again.state, again.tracked, again.told_at, again.holder) == (State.REPLIED, False, None, cast.gt01)
    assert [(hop.move, hop.facts.get("promised_on")) for hop in again.hops.filter(move="reply")] == [
        ("reply", "2026-12-31"), ("reply", None),
    ]  # fmt: skip
    done = walk(again, (cast.deputy, "tell", {}), (cast.deputy, "rate", {"rating": "satisfied"}))
    assert (done.state, done.rating, done.verdicts.count()) == (State.CLOSED, "satisfied", 2)
    with pytest.raises(Conflict):
        walk(done, (cast.officer, "reply", {"note": ANSWER, "class": "A"}))
    shown = signed_in(cast.deputy).get(reverse("opinion", args=[ticket.uid])).text
    assert "第1次答复" in shown and "第2次答复" in shown and "正在跟踪办理" not in shown


# --- From an opinion to a suggestion --------------------------------------------------------------------------------


@pytest.fixture
def opinion(cast):
    matter = Matter("村西断头路", "road", deputy=cast.deputy_person, villager_name="张三", villager_phone="19900009999",
                    confidential=True)  # fmt: skip
    return register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=AT)


@pytest.mark.parametrize("who", ["deputy", "clerk"])
def test_an_opinion_becomes_a_suggestion_and_its_villager_is_told(cast, signed_in, opinion, who):
    step = reverse("opinion-move", args=[opinion.uid, "make_suggestion"])
    posted = {
        "title": "关于修路的建议",
        "text": "建议修路",
        "deputy": cast.deputy_person.code,
        "version": opinion.version,
    }
    assert signed_in(getattr(cast, who)).post(step, posted).status_code == 302
    opinion.refresh_from_db()
    grown = opinion.merged_into
    assert (opinion.state, grown.kind, grown.state, grown.title) == (
        State.MERGED, Kind.SUGGESTION, State.REGISTERED, "关于修路的建议",
    )  # fmt: skip
    assert (grown.villager_name, grown.villager_phone, grown.confidential) == ("", "", False)
    client, there = signed_in(cast.deputy), reverse("opinion", args=[grown.uid])
    assert there in client.get(reverse("opinion", args=[opinion.uid])).text
    assert reverse("opinion", args=[opinion.uid]) in client.get(there).text
    walk(at_department(cast, grown), (cast.officer, "reply", {"note": ANSWER, "class": "A"}))
    shown = signed_in(cast.officer).get(there).text
    assert "由群众意见转来" in shown and "张三" not in shown and str(opinion.uid) not in shown
    told = walk(Opinion.objects.get(pk=opinion.pk), (cast.deputy, "tell", {}))
    assert told.told_at is not None and told.state == State.MERGED


def test_a_deputy_leads_in_person_only(cast, opinion):
    for lead, wanted in ((cast.deputies["GT01"][2], NotAllowed), ("nobody", DomainError)):
        with pytest.raises(wanted):
            walk(opinion, (cast.deputy, "make_suggestion", {"deputy": lead}))
    assert Opinion.objects.count() == 1
    walk(opinion, (cast.clerk, "make_suggestion", {"deputy": cast.deputies["GT01"][2]}))
    assert Opinion.objects.suggestions().get().deputy == cast.deputies["GT01"][2]


# --- The deputy's home ----------------------------------------------------------------------------------------------


def test_home_shows_what_waits_for_the_deputys_hand_at_a_fixed_cost(cast, signed_in, django_assert_max_num_queries):
    client, costs = signed_in(cast.head), []
    for rows in (1, 3):
        while Cosigner.objects.count() < rows:
            file_suggestion(deputy=cast.deputy_person, text="修路", category="road", actor=cast.deputy,
                            at=timezone.now(), cosigners=[cast.head_person])  # fmt: skip
        with django_assert_max_num_queries(60) as spent:
            page = client.get(reverse("me"))
        costs.append(len([query for query in spent.captured_queries if "SAVEPOINT" not in query["sql"]]))
        assert page.text.count("请您附议") == rows
    assert costs[0] == costs[1]
