"""Pages of appeals: three taps on the phone, the county's desk with due ones first, nothing typed is lost."""

from datetime import timedelta

import pytest
from django.urls import reverse

from activities.services import record_activity
from activities.states import ActivityKind, Presence
from julu_liaison.common.working_days import today_here
from scoring.models import Appeal, PointEntry, YearClosing
from scoring.services import rescore, score_of
from scoring.services.appeals import answer_appeal, raise_appeal
from scoring.states import AppealState
from scoring.views.appeals.stories import story_of
from tests.cast import SUNDAY, moment
from tests.test_scoring import log_of, roster

AT = moment(today_here())
WORDS = "那天我在分站,签到表上有名字"


@pytest.fixture
def entry(cast) -> PointEntry:
    """李代表 was absent from a Sunday: −2."""
    roster(cast)
    log_of(cast, {cast.head_person: Presence.PRESENT, cast.deputy_person: Presence.ABSENT})
    rescore(county=cast.county, year=2026, at=AT)
    return PointEntry.objects.get(deputy=cast.deputy_person)


def raised(cast, entry=None, text=WORDS, actor=None, deputy=None) -> Appeal:
    return raise_appeal(
        deputy=deputy or cast.deputy_person, year=2026, kind="wrong" if entry else "missing", entry=entry, text=text,
        actor=actor or cast.deputy, at=AT,
    )  # fmt: skip


# ---- On the phone --------------------------------------------------------------------------------------------------


def test_from_the_score_a_few_words_and_a_tap(cast, signed_in, entry):
    client, link = signed_in(cast.deputy), reverse("appeal-raise", args=[entry.uid])
    assert link in client.get(reverse("my-score"), {"year": 2026}).text
    page = client.get(link)
    assert entry.reason in page.text and "缺席" in page.text and reverse("duty-log", args=[entry.source_key]) in page.text
    assert 'data-draft="' in page.text and not Appeal.objects.exists()
    answer = client.post(link, {"text": "", "kind": "wrong"})
    assert answer.status_code == 400 and 'href="#id_text"' in answer.text
    answer = client.post(link, {"text": WORDS, "kind": "free points"})
    assert answer.status_code == 400 and WORDS in answer.text
    answer = client.post(link, {"text": WORDS, "kind": "wrong"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("appeals-mine")
    assert "报上去了" in answer.text and WORDS in answer.text and "待答复" in answer.text
    page = client.get(link)
    assert "已经提出复核" in page.text and 'name="kind"' not in page.text
    answer = client.post(link, {"text": "另外的话", "kind": "double"})
    assert answer.status_code == 409 and Appeal.objects.count() == 1


def test_missing_in_a_year_with_a_scheme_only(cast, signed_in):
    client = signed_in(cast.deputy)
    for year in (2025, 99999999999):
        assert client.get(reverse("appeal-missing", args=[year])).status_code == 404
    link = reverse("appeal-missing", args=[2026])
    assert client.post(link, {"text": "长" * 301}).status_code == 400
    assert client.post(link, {"text": "<b>5月12日</b>的执法检查\0"}).status_code in (302, 400)
    client.post(link, {"text": "<b>5月12日</b>的执法检查"})
    assert "&lt;b&gt;5月12日" in client.get(reverse("appeals-mine")).text


def test_what_looks_alike_is_shown_beside_the_entry(cast, signed_in):
    for title in ("上午的学习", "下午的学习"):
        record_activity(
            station=cast.gt, kind=ActivityKind.STUDY, title=title, held_on=SUNDAY,
            attendance={cast.deputy_person: Presence.ABSENT}, actor=cast.clerk, at=AT,
        )  # fmt: skip
    rescore(county=cast.county, year=2026, at=AT)
    first, second = PointEntry.objects.filter(deputy=cast.deputy_person).order_by("pk")
    page = signed_in(cast.deputy).get(reverse("appeal-raise", args=[first.uid]))
    assert "同一天、同一项目还有1笔,是不是记重了" in page.text and second.reason in page.text
    client = signed_in(cast.deputy)
    assert client.post(reverse("appeal-raise", args=[first.uid]), {"text": "", "kind": "double"}).status_code == 302
    page = signed_in(cast.staff).get(reverse("appeal", args=[Appeal.objects.get().uid]))
    assert second.reason in page.text and "改记别的" not in page.text


def test_a_corrected_entry_leads_to_what_is_missing(cast, signed_in, entry):
    appeal = raised(cast, entry)
    answer_appeal(appeal=appeal, grant=True, answer="签到表上有", cancels=True, actor=cast.staff, at=AT)
    client = signed_in(cast.deputy)
    for row in PointEntry.objects.filter(deputy=cast.deputy_person):
        page = client.get(reverse("appeal-raise", args=[row.uid]))
        assert reverse("appeal-missing", args=[2026]) in page.text and 'name="kind"' not in page.text
        assert client.post(reverse("appeal-raise", args=[row.uid]), {"text": WORDS, "kind": "wrong"}).status_code >= 400
    page = client.get(reverse("appeals-mine"))
    assert "已更正" in page.text and "答复:签到表上有" in page.text


def test_whose_entry_it_is_not(cast, signed_in, entry):
    link = reverse("appeal-raise", args=[entry.uid])
    statuses = {
        role: signed_in(getattr(cast, role)).get(link).status_code
        for role in ("deputy", "clerk", "staff", "admin", "auditor", "head", "stranger", "officer")
    }
    assert statuses == {
        "deputy": 200, "clerk": 200, "staff": 200, "admin": 200, "auditor": 403, "head": 404, "stranger": 404,
        "officer": 404,
    }  # fmt: skip
    code = cast.deputy_person.code
    for_others = reverse("appeal-missing-for", args=[code, 2026])
    assert signed_in(cast.head).post(for_others, {"text": WORDS}).status_code in (403, 404)
    assert signed_in(cast.stranger).post(for_others, {"text": WORDS}).status_code in (403, 404)
    assert not Appeal.objects.exists()
    answer = signed_in(cast.clerk).post(for_others, {"text": WORDS}, follow=True)
    assert "替李代表提出了复核" in answer.text and "官亭工作人员代为登记" in answer.text


def test_taken_back_by_post_alone(cast, signed_in, entry):
    appeal = raised(cast, entry)
    link = reverse("appeal-withdraw", args=[appeal.uid])
    client = signed_in(cast.deputy)
    assert client.get(link).status_code == 405 and signed_in(cast.head).post(link).status_code == 404
    assert signed_in(cast.staff).post(link).status_code == 403
    assert "撤回了" in signed_in(cast.deputy).post(link, follow=True).text
    assert "已经撤回了" in client.post(link, follow=True).text
    appeal.refresh_from_db()
    assert appeal.state == AppealState.WITHDRAWN


# ---- The desk ------------------------------------------------------------------------------------------------------


def test_the_list_is_due_first_narrowed_by_the_address_and_scoped(cast, signed_in, entry):
    late = raised(cast, text="<i>早就提出的</i>")
    Appeal.objects.filter(pk=late.pk).update(due_on=today_here() - timedelta(days=1))
    raised(cast, entry)
    other = raised(cast, text="阎疃的", deputy=cast.deputies["YT01"][1], actor=cast.stranger)
    link = reverse("appeals")
    page = signed_in(cast.staff).get(link)
    assert page.context["rows"][0] == late and "已超期" in page.text and "<i>早" not in page.text
    assert {row.pk for row in signed_in(cast.stranger).get(link).context["rows"]} == {other.pk}
    client = signed_in(cast.staff)
    narrowed = client.get(link, {"station": "YT", "kind": "missing"})
    assert [row.pk for row in narrowed.context["rows"]] == [other.pk]
    assert "没有符合" in client.get(link, {"state": "granted"}).text
    assert len(client.get(link, {"state": "all"}).context["rows"]) == 3
    for nonsense in ({"state": "x"}, {"station": "\0"}, {"kind": "'"}):
        assert "筛选条件不对" in client.get(link, nonsense).text
    for role, status in (("auditor", 200), ("admin", 200), ("head", 403), ("deputy", 403), ("officer", 403)):
        assert signed_in(getattr(cast, role)).get(link).status_code == status


def test_one_page_and_the_list_cost_the_same_with_one_and_three(cast, signed_in, entry, django_assert_num_queries):
    one = raised(cast, entry)
    client = signed_in(cast.staff)
    pages = [(client, reverse("appeals"), 8), (client, reverse("appeal", args=[one.uid]), 24)]
    counts = []
    for _more in range(2):
        for browser, link, most in pages:
            browser.get(link)
            with django_assert_num_queries(most, exact=False) as counted:
                assert browser.get(link).status_code == 200
            counts.append(len(counted))
        raised(cast, text="还有一件")
        raised(cast, text="又有一件")
    assert counts[:2] == counts[2:]


def test_an_answer_shows_its_effect_before_it_is_given(cast, signed_in, entry):
    appeal = raised(cast, entry)
    client, link = signed_in(cast.staff), reverse("appeal", args=[appeal.uid])
    page = client.get(link)
    assert WORDS in page.text and "现在58分" in page.text and "第一分站接待日" in page.text
    typed = {
        "version": appeal.version, "outcome": "replace", "item": "private_leave", "occurred_on": "2026-03-01",
        "answer": "假条在,按事假记",
    }  # fmt: skip
    answer = client.post(link, typed)
    assert answer.status_code == 200 and "58分 → <b>59分</b>" in answer.text and "确认答复" in answer.text
    assert "假条在,按事假记</textarea>" in answer.text and score_of(deputy=cast.deputy_person, year=2026).total == 58
    seen = answer.context["form"].effect
    answer = client.post(link, typed | {"previewed": seen, "outcome": "cancel"})
    assert "58分 → <b>60分</b>" in answer.text and Appeal.objects.get().state == AppealState.RAISED
    answer = client.post(link, typed | {"previewed": seen}, follow=True)
    assert "答复好了。已经通知李代表。" in answer.text and "假条在" in answer.text and "已更正" in answer.text
    assert score_of(deputy=cast.deputy_person, year=2026).total == 59


def test_an_answer_that_is_refused_keeps_what_was_typed(cast, signed_in, entry):
    appeal = raised(cast, entry)
    client, link = signed_in(cast.staff), reverse("appeal", args=[appeal.uid])
    typed = {"version": appeal.version, "outcome": "replace", "answer": "按事假记"}
    for change, status, anchor in (
        ({}, 400, "id_item"), ({"item": "gold"}, 400, "id_item"), ({"outcome": "x"}, 400, "id_outcome"),
        ({"item": "spoke", "occurred_on": "2025-01-01"}, 400, "id_occurred_on"),
        ({"item": "spoke", "occurred_on": "昨天"}, 400, "id_occurred_on"),
        ({"outcome": "record"}, 400, "id_outcome"),
        ({"outcome": "refuse", "answer": "长" * 151}, 400, "id_answer"),
        ({"outcome": "refuse", "version": 99}, 412, ""),
    ):  # fmt: skip
        answer = client.post(link, typed | change)
        assert answer.status_code == status and anchor in answer.text, change
        assert change.get("answer", "按事假记") in answer.text
    assert client.post(link, {"version": "9" * 30}).status_code == 400
    client.post(link, typed | {"outcome": "refuse"})
    assert Appeal.objects.get().state == AppealState.REFUSED
    answer = signed_in(cast.admin).post(link, typed | {"outcome": "refuse", "answer": "我也写了"})
    assert answer.status_code == 409 and "我也写了" in answer.text and "县工作人员已经答复过了" in answer.text


def test_who_has_no_account_is_to_be_telephoned(cast, signed_in):
    silent = cast.deputies["GT01"][2]
    appeal = raised(cast, text="5月的调研", actor=cast.clerk, deputy=silent)
    link, typed = reverse("appeal", args=[appeal.uid]), {"version": appeal.version, "outcome": "refuse", "answer": "查无此事"}
    answer = signed_in(cast.staff).post(link, typed, follow=True)
    assert f"{silent.name}没有账号,请打电话告诉他。" in answer.text and "已经通知" not in answer.text
    assert f"替代表登记的{cast.clerk.name}也通知了" in answer.text


def test_what_was_missing_is_named_among_what_has_come_since(cast, signed_in, entry):
    appeal = raised(cast, text="5月的学习")
    client, link = signed_in(cast.staff), reverse("appeal", args=[appeal.uid])
    Appeal.objects.update(raised_at=AT + timedelta(minutes=1))
    typed = {"version": appeal.version, "outcome": "record", "answer": "补登记了"}
    assert 'name="line"' not in client.get(link).text
    assert "还没有新的流水" in client.post(link, typed | {"line": entry.number}).text
    Appeal.objects.update(raised_at=AT)
    assert f'name="line" value="{entry.number}"' in client.get(link).text
    for nonsense in ("", "99", "'"):
        answer = client.post(link, typed | {"line": nonsense})
        assert answer.status_code == 400 and set(answer.context["form"].errors) == {"line"}
        assert 'id="id_line"' in answer.text and "补登记了</textarea>" in answer.text
    answer = client.post(link, typed | {"line": entry.number})
    assert "(不变)" in answer.text and answer.text.count(" checked") == 2
    answer = client.post(link, typed | {"line": entry.number, "previewed": answer.context["form"].effect}, follow=True)
    assert "补登记以后记的是这一笔" in answer.text and Appeal.objects.get().entry == entry


def test_who_reads_one_and_who_answers(cast, signed_in, entry):
    appeal = raised(cast, entry, actor=cast.staff)
    link = reverse("appeal", args=[appeal.uid])
    typed = {"version": appeal.version, "outcome": "refuse", "answer": "没有错"}
    for role, reads, answers in (
        ("clerk", 200, 403), ("staff", 200, 403), ("auditor", 200, 403), ("deputy", 200, 403), ("stranger", 404, 404),
        ("head", 404, 404), ("officer", 404, 404), ("admin", 200, 302),
    ):  # fmt: skip
        client = signed_in(getattr(cast, role))
        page = client.get(link)
        assert page.status_code == reads and ('name="outcome"' in page.text) == (role == "admin"), role
        assert client.post(link, typed).status_code == answers, role
        assert client.post(link, {}).status_code in (answers, 403, 409), role


def test_in_publicity_the_record_is_no_answer(cast, signed_in, entry):
    appeal = raised(cast, entry)
    YearClosing.objects.create(
        scheme=entry.rule.version.scheme, publicity_from=today_here(), publicity_until=today_here(),
        published_by=cast.admin, published_at=AT,
    )  # fmt: skip
    client, link = signed_in(cast.staff), reverse("appeal", args=[appeal.uid])
    page = client.get(link)
    assert "正在公示" in page.text and 'value="record"' not in page.text
    answer = client.post(link, {"version": appeal.version, "outcome": "record", "answer": "改好了"})
    assert answer.status_code == 400 and Appeal.objects.get().state == AppealState.RAISED


def test_every_kind_of_source_is_told_to_who_decides(cast, entry):
    """Each entry's record in words; one whose record is gone, or never was, still opens with its reason."""
    told, gone = {}, "00000000-0000-4000-8000-000000000000"
    for source, key in (
        ("log", entry.source_key), ("month", "2026-02"), ("log", gone), ("activity", gone), ("leave", gone),
        ("opinion", gone), ("claim", gone), ("appeal", str(raised(cast, text="漏了").uid)),
    ):  # fmt: skip
        entry.source, entry.source_key = source, key
        told[source, key] = dict(story_of(cast.staff, entry).facts)
    assert told["month", "2026-02"]["到岗"] == "0次" and told["month", "2026-02"]["哪个月"].startswith("2026年2月")
    assert [facts for (source, _key), facts in told.items() if source not in ("log", "month", "appeal")] == [{}] * 4
    assert next(iter(told.values()))["日志里的到岗情况"] == "缺席"
    assert list(told.values())[-1]["复核"] == "漏记了:漏了"
