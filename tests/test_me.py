"""A deputy's own pages: home, score with every entry, inbox."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from activities.models import Shift
from activities.services import Matter, SundayRow, ask_leave, draft_roster, file_log, publish_roster, void_log
from activities.states import Presence
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from opinions.services import move_opinion, register_opinion
from scoring.models import PointEntry
from scoring.services import open_scheme
from tests.cast import moment
from tests.duties import coming, duty
from tests.ledgers import unguarded_ledger

ANSWER = "已经组织人手把塌陷的路面填平,恢复通行。"


def ticket(cast, **fields):
    matter = Matter("市场门口路灯坏了三盏", deputy=cast.deputy_person, **fields)
    return register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=moment(today_here()))


@pytest.mark.parametrize("who", ["deputy", "head"])
def test_home_shows_name_score_and_branch(cast, signed_in, who):
    answer = signed_in(getattr(cast, who)).get(reverse("me"))
    assert answer.status_code == 200
    assert answer.context["score"].total == 60 and "第一分站" in answer.text and "没有扣分" in answer.text


@pytest.mark.parametrize("who", ["staff", "clerk", "officer", "auditor"])
def test_who_is_no_deputy_has_no_deputy_pages(cast, signed_in, who):
    client = signed_in(getattr(cast, who))
    assert client.get(reverse("me")).status_code == client.get(reverse("my-score")).status_code == 404


def test_counts_follow_the_tickets(cast, signed_in):
    client = signed_in(cast.deputy)
    answered = ticket(cast)
    ticket(cast)
    move_opinion(opinion=answered, move="solve", actor=cast.clerk, at=moment(today_here()), note=ANSWER)
    context = client.get(reverse("me")).context
    assert (context["waiting"], context["counts"], context["latest"].pk) == (1, {"open": 2, "ended": 0}, answered.pk)
    mine = client.get(reverse("opinions"), {"mine": "1"}).context["page"].rows
    assert [row.pk for row in mine] == [answered.pk]


def test_head_sees_what_waits_at_the_branch(cast, signed_in):
    ticket(cast)
    assert signed_in(cast.head).get(reverse("me")).context["waiting"] == 1


def test_next_duty_is_the_next_published_one(cast, signed_in):
    month = (today_here().replace(day=1) + timedelta(days=32)).replace(day=1)
    roster = draft_roster(station=cast.gt, month=month, actor=cast.clerk, at=moment(month)).roster
    client = signed_in(cast.deputy)
    assert client.get(reverse("me")).context["duty"] is None
    publish_roster(roster=roster, actor=cast.clerk, at=moment(today_here()))
    answer = client.get(reverse("me"))
    first = Shift.objects.filter(places__deputy=cast.deputy_person).order_by("date").first()
    assert answer.context["duty"] == first and f"还有{(first.date - today_here()).days}天" in answer.text
    assert "安家庄村委会" in answer.text
    assert reverse("my-leave", args=[first.date.isoformat()]) in answer.text and "tel:" not in answer.text


def test_on_the_day_itself_leave_is_a_matter_for_the_telephone(cast, signed_in):
    duty(cast.gt01, today_here(), cast.deputy_person)
    text = signed_in(cast.deputy).get(reverse("me")).text
    assert "tel:0319-0000004" in text and "打电话请假" in text and "我要请假" not in text


def test_leave_that_waits_is_not_asked_for_again(cast, signed_in):
    day, at = coming(), moment(today_here())
    duty(cast.gt01, day, cast.deputy_person)
    ask_leave(
        deputy=cast.deputy_person, started_on=day, ended_on=day, kind="sick_leave", reason="病", actor=cast.deputy, at=at
    )  # fmt: skip
    text = signed_in(cast.deputy).get(reverse("me")).text
    assert "请假待批" in text and "我要请假" not in text


@pytest.mark.parametrize("name", ["me", "my-score"])
def test_pages_cost_the_same_with_one_ticket_and_with_three(cast, signed_in, django_assert_max_num_queries, name,
                                                            django_capture_on_commit_callbacks):  # fmt: skip
    client, counts = signed_in(cast.deputy), []
    for rows in (1, 2):
        for _ in range(rows):
            with django_capture_on_commit_callbacks(execute=True):
                ticket(cast)
        with django_assert_max_num_queries(20) as spent:
            assert client.get(reverse(name)).status_code == 200
        counts.append(len(spent))
    assert counts[0] == counts[1]


# --- Score ------------------------------------------------------------------------------------------------------


@pytest.fixture
def missed_and_corrected(cast, django_capture_on_commit_callbacks):
    """A late arrival that was recorded by mistake: charged, then reversed; and one opinion that counts."""
    day = today_here()
    open_scheme(county=cast.county, year=day.year, actor=cast.admin)
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.LATE}, received=1)
    with django_capture_on_commit_callbacks(execute=True):
        filed = file_log(row=row, on=day, actor=cast.clerk, at=moment(day, 17))
    with django_capture_on_commit_callbacks(execute=True):
        void_log(log=filed.log, reason="登记错了人", actor=cast.clerk, at=moment(day, 18))
    with django_capture_on_commit_callbacks(execute=True):
        made = ticket(cast)
    return made


def lines_of(answer):
    """The lines of each block, in the order of the page."""
    return {
        block.value: [line for month in months for fact in month.facts for line in fact.lines]
        for block, months in answer.context["blocks"]
    }


def test_every_entry_stands_in_its_block_with_its_source(cast, signed_in, missed_and_corrected):
    answer = signed_in(cast.deputy).get(reverse("my-score"))
    blocks = lines_of(answer)
    assert [line.entry.points for line in blocks["base"]] == [Decimal(-1), Decimal(1)]
    assert [line.is_reversal for line in blocks["base"]] == [False, True]
    assert "登记错了人" in answer.text and "共扣" not in answer.text
    assert [line.link for line in blocks["bonus"]] == [reverse("opinion", args=[missed_and_corrected.uid])]
    assert answer.context["score"].total == 61


def test_year_can_be_switched(cast, signed_in, missed_and_corrected):
    open_scheme(county=cast.county, year=2024, actor=cast.admin)
    client = signed_in(cast.deputy)
    assert "2024年" in client.get(reverse("my-score")).text
    old = client.get(reverse("my-score"), {"year": 2024})
    assert old.context["score"].total == 60 and [lines for _block, lines in old.context["blocks"]] == [[], []]
    for year in ("1999", "abc", "２０２４"):
        assert client.get(reverse("my-score"), {"year": year}).status_code == 404


def test_source_out_of_scope_is_no_link(cast, signed_in, missed_and_corrected):
    entry = PointEntry.objects.filter(deputy=cast.deputy_person, block="bonus").get()
    with unguarded_ledger():
        PointEntry.objects.filter(pk=entry.pk).update(source_key=str(uuid.uuid4()))
    lines = [
        line for lines in lines_of(signed_in(cast.deputy).get(reverse("my-score"))).values() for line in lines
    ]
    assert [line.link for line in lines if line.entry.source == "opinion"] == [""]


def test_staff_open_a_deputys_score_colleagues_do_not(cast, signed_in):
    url = reverse("deputy-score", args=[cast.deputy_person.code])
    for who, status in (("staff", 200), ("auditor", 200), ("clerk", 200), ("deputy", 200), ("head", 403),
                        ("stranger", 404), ("officer", 404)):  # fmt: skip
        assert signed_in(getattr(cast, who)).get(url).status_code == status, who


# --- Inbox ------------------------------------------------------------------------------------------------------


def test_inbox_shows_own_notices_and_marks_them_read(cast, signed_in):
    notify(kind=Kind.TICKET, users=[cast.deputy], text="有答复了,请告诉反映人。", link="/opinions/", at=moment(date(2026, 3, 1)))
    notify(kind=Kind.TICKET, users=[cast.head], text="别人的通知", at=moment(date(2026, 3, 1)))
    client = signed_in(cast.deputy)
    text = client.get(reverse("notices")).text
    assert "有答复了" in text and "别人的通知" not in text and "新" in text
    client.post(reverse("notices"))
    assert not cast.deputy.notices.filter(read_at=None).exists() and cast.head.notices.filter(read_at=None).exists()
