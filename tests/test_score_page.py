"""A deputy's score of a year: every entry by block and month, both reasons of a correction, days, sources, ways on."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from activities.services import Matter, SundayRow, file_log, record_activity, void_log
from activities.states import ActivityKind, Presence
from julu_liaison.common.working_days import today_here
from opinions.services import register_opinion
from scoring.models import Grade, PointEntry, Rule, Scheme, YearClosing
from scoring.rules.wording import NOT_MEASURED
from scoring.services import open_scheme, rescore
from scoring.views.sources import links_of
from tests.cast import SUNDAY, moment
from tests.ledgers import unguarded_ledger
from tests.years import claim_of, granted

AT, JUNE = moment(SUNDAY), moment(date(2026, 6, 10))


def meeting(cast, held_on, status=Presence.ABSENT, kind=ActivityKind.STUDY, title="法律学习"):
    return record_activity(
        station=cast.gt, kind=kind, title=title, held_on=held_on, attendance={cast.deputy_person: status},
        actor=cast.clerk, at=moment(held_on),
    )  # fmt: skip


def opinion(cast, text="路灯不亮"):
    return register_opinion(
        branch=cast.gt01, matter=Matter(text, deputy=cast.deputy_person), actor=cast.clerk, at=AT
    )


def score(cast, at=AT):
    rescore(county=cast.county, year=2026, at=at)


def page_of(client, **query):
    return client.get(reverse("my-score"), {"year": 2026, **query})


def lines_of(answer):
    facts = [fact for _block, months in answer.context["blocks"] for month in months for fact in month.facts]
    return [line for fact in facts for line in fact.lines]


@pytest.fixture
def corrected(cast):
    """Late on a Sunday in March by mistake, corrected in June; and one opinion that counts."""
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.LATE}, received=0)
    log = file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT).log
    opinion(cast)
    score(cast)
    void_log(log=log, reason="登记错了人", actor=cast.admin, at=JUNE)
    score(cast, JUNE)
    return log


def test_a_corrected_fact_is_one_row_with_each_line_behind_it(cast, signed_in, corrected):
    answer = page_of(signed_in(cast.deputy))
    (_base, months), (_bonus, gains) = answer.context["blocks"]
    assert [(month.first.month, month.sum, len(month.facts)) for month in months] == [(3, Decimal(0), 1)]
    assert [fact.points for month in gains for fact in month.facts] == [Decimal(1)]
    charged, back = months[0].facts[0].lines
    assert back.entry.reverses == charged.entry and back.entry.occurred_on == JUNE.date() and not months[0].facts[0].stands
    row = answer.text[answer.text.index('<ul class="ledger">') : answer.text.index("</ul>")]
    plain, turns = row.split('<details class="more s-turns">')[1].split("</summary>")
    assert "-1 → 0</b>:日志作废,登记错了人" in plain and "迟到或早退" in turns and "(原记:" not in row
    assert "原来记的" in turns and "6月10日" in turns and "为什么改:日志作废,登记错了人" in turns and turns.count("<li") == 2
    assert answer.context["score"].total == 61 and "共扣" not in answer.text and NOT_MEASURED in answer.text


def test_several_turns_of_schemes_stay_one_row_and_the_sums_right(cast, signed_in):
    opinion(cast)
    score(cast)
    for number, points in enumerate(("0.5", "2", "1"), start=1):
        Rule.objects.filter(item="opinion_entered").update(points=Decimal(points))
        score(cast, moment(date(2026, 3, 10 + number)))
        answer = page_of(signed_in(cast.deputy))
        (month,) = dict(answer.context["blocks"])["bonus"]
        assert month.sum == answer.context["score"].bonus == Decimal(points) == month.facts[0].points
        assert len(month.facts) == 1 and len(month.facts[0].lines) == 1 + 2 * number and month.facts[0].stands
        assert ("更正过,还是+1" if points == "1" else f"+1 → +{points}") in answer.text


def test_days_of_posting_late_marks_and_caps_are_said(cast, signed_in):
    Rule.objects.filter(item="opinion_entered").update(cap=1)
    opinion(cast), opinion(cast, "井盖丢了")
    meeting(cast, date(2026, 3, 8))
    rescore(county=cast.county, year=2026, at=moment(date(2027, 1, 12)))
    answer = page_of(signed_in(cast.deputy))
    assert {line.posted_on for line in lines_of(answer)} == {date(2027, 1, 12)} and answer.text.count("逾期补报") == 3
    assert [(line.entry.points, line.is_capped) for line in lines_of(answer)[1:]] == [(0, True), (1, False)]
    assert "本项全年最多1分" in answer.text and answer.text.count("到全年上限") == 1
    day = PointEntry.objects.filter(source="activity").get()
    assert f'datetime="{day.occurred_on}"' in answer.text and "1月12日入账" in answer.text


def test_one_item_alone_unfolded_and_nothing_typed_into_the_address_breaks_it(cast, signed_in):
    for month in (1, 2, 3, 4):
        meeting(cast, date(2026, month, 8))
    opinion(cast)
    score(cast)
    client = signed_in(cast.deputy)
    months = dict(page_of(client).context["blocks"])["base"]
    assert [month.is_open for month in months] == [True] * 4  # what was deducted is never folded
    only = page_of(client, item="study_missed")
    assert {line.entry.rule.item for line in lines_of(only)} == {"study_missed"}
    assert all(month.is_open for month in dict(only.context["blocks"])["base"])
    assert "这一项没有记录" in page_of(client, item="course").text
    for query in ({"item": "x' or 1=1"}, {"item": "\0"}, {"year": "1999"}, {"year": "２０２６"}, {"year": "2026\0"}):
        assert page_of(client, **query).status_code == 404


def test_sources_lead_only_where_the_reader_may_go(cast, signed_in):
    made, seen = meeting(cast, date(2026, 3, 8)), opinion(cast)
    claim, appeal = claim_of(cast, "approved"), granted(cast, None, item="spoke")
    score(cast)
    own, clerk = reverse("my-score"), reverse("deputy-score", args=[cast.deputy_person.code])
    found = {}
    for who, url in ((cast.deputy, own), (cast.clerk, clerk), (cast.auditor, clerk)):
        client = signed_in(who)
        found[who] = {line.entry.source: line.link for line in lines_of(client.get(url, {"year": 2026}))}
        assert {client.get(link).status_code for link in found[who].values()} == {200}
    assert found[cast.deputy] == {
        "activity": reverse("my-activity", args=[made.uid]), "opinion": reverse("opinion", args=[seen.uid]),
        "claim": reverse("claim", args=[claim.uid]), "appeal": reverse("appeal", args=[appeal.uid]),
    }  # fmt: skip
    assert found[cast.clerk]["activity"] == reverse("activity", args=[made.uid])
    other = [PointEntry(source="leave", source_key=str(uuid.uuid4())), PointEntry(source="month", source_key="GT:2026-03")]
    assert links_of(cast.deputy, other, own=True) == {("month", "GT:2026-03"): reverse("my-roster") + "?month=2026-03"}
    roster = reverse("roster") + "?month=2026-03&station=GT"
    assert links_of(cast.clerk, other, own=False) == {("month", "GT:2026-03"): roster}
    mine = reverse("my-roster") + "?month=2026-03"
    assert [signed_in(cast.clerk).get(roster).status_code, signed_in(cast.deputy).get(mine).status_code] == [200, 200]
    assert links_of(cast.stranger, other, own=False) == {}
    with unguarded_ledger():
        PointEntry.objects.update(source_key=str(uuid.uuid4()))
    assert {line.link for line in lines_of(page_of(signed_in(cast.deputy)))} == {""}


def test_who_may_ask_about_an_entry_gets_the_ways_there(cast, signed_in, corrected):
    stands = PointEntry.objects.get(block="bonus")
    code = cast.deputy_person.code
    raise_it, missing = reverse("appeal-raise", args=[stands.uid]), reverse("appeal-missing", args=[2026])
    answer = page_of(signed_in(cast.deputy)).text
    assert answer.count(">有疑问<") == 1 and raise_it in answer and missing in answer
    url = reverse("deputy-score", args=[code])
    for who, asks in (("clerk", True), ("staff", True), ("auditor", False)):
        text = signed_in(getattr(cast, who)).get(url, {"year": 2026}).text
        assert (raise_it in text, reverse("appeal-missing-for", args=[code, 2026]) in text) == (asks, asks), who
        assert missing not in text


def test_the_grade_and_the_stage_stand_beside_the_total(cast, signed_in):
    scheme = Scheme.objects.get(county=cast.county, year=2026)
    Grade.objects.create(scheme=scheme, name="称职", at_least=Decimal("59.5"))
    text = page_of(signed_in(cast.deputy)).text
    assert ">称职<" in text and ">暂计<" in text
    open_scheme(county=cast.county, year=2027, actor=cast.admin)
    assert page_of(signed_in(cast.deputy), year=2027).context["score"].total == 60


def test_publicity_is_named_with_its_last_day_and_ways_lead_there_and_back(cast, signed_in):
    client, code = signed_in(cast.deputy), cast.deputy_person.code
    assert "正在公示" not in client.get(reverse("my-score")).text
    today = today_here()
    old = open_scheme(county=cast.county, year=2024, actor=cast.admin)
    YearClosing.objects.create(
        scheme=old, publicity_from=today, publicity_until=today, published_by=cast.admin, published_at=moment(today)
    )
    text = client.get(reverse("my-score")).text
    assert "正在公示" in text and reverse("point-year-list", args=[2024]) in text and f"{today.month}月{today.day}日" in text
    assert f'href="{reverse("my-term")}"' in text
    for name, args in (("points-distribution", []), ("point-years", []), ("point-year-list", [2024])):
        assert f'href="{reverse("my-score")}' in client.get(reverse(name, args=args)).text.partition('id="main"')[2], name
    client = signed_in(cast.clerk)
    listed = client.get(reverse("points"), {"year": 2026, "place": "GT01"}).text
    assert f"{reverse('deputy-score', args=[code])}?year=2026&amp;list=year%3D2026%26place%3DGT01" in listed
    text = client.get(reverse("deputy-score", args=[code]), {"list": 'place=GT01&q="><script>'}).text
    assert f'href="{reverse("points")}?place=GT01&amp;q=%22%3E%3Cscript%3E"' in text
    assert 'aria-current="page">积分<' in text and "正在公示" not in text


def test_two_hundred_entries_cost_the_queries_of_three(cast, signed_in, django_assert_max_num_queries):
    client, counts = signed_in(cast.deputy), []
    opinion(cast), meeting(cast, date(2026, 3, 8))
    score(cast)
    first = PointEntry.objects.get(source="opinion")
    for numbers in (range(10, 11), range(11, 210)):
        PointEntry.objects.bulk_create(
            PointEntry(
                county=cast.county, deputy=cast.deputy_person, year=2026, number=number, rule=first.rule, block="bonus",
                points=1, occurred_on=date(2026, number % 12 + 1, 3), reason=f"第{number}件<b>", source="opinion",
                source_key=first.source_key, fact_key=f"ticket:{number}", posted_at=AT, digest="0" * 64,
            )
            for number in numbers
        )  # fmt: skip
        with django_assert_max_num_queries(20) as spent:
            many = page_of(client)
        counts.append(len(spent))
    assert counts[0] == counts[1] and many.context["score"].bonus == 201
    assert len(lines_of(many)) == 202 and "<b>&" not in many.text and "件&lt;b&gt;" in many.text
