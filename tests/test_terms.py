"""The county's terms: who sets them, what a change does to running tickets, and that it is seen before."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.services import Matter
from activities.states import Category
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.holidays import drop_calendar_days, put_calendar_days, sentences_of
from julu_liaison.common.models import AuditLog, CalendarDay
from opinions.models import Clock, Hop, Opinion, Term
from opinions.services import move_opinion, register_opinion, set_term
from opinions.services.clocks import add_term, drop_term, governing, preview_setting
from opinions.states import Alert, Kind, Stage, Unit
from tests.cast import moment

pytestmark = pytest.mark.django_db
MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)
AT = moment(FRIDAY)


def make_ticket(cast, category=Category.ROAD, day=MONDAY):
    matter = Matter("村西道路塌陷", category, deputy=cast.deputy_person, villager_name="张三")
    return register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=moment(day))


@pytest.fixture
def ticket(cast):
    return make_ticket(cast)


def term(stage=Stage.AT_BRANCH, kind=Kind.OPINION):
    return Term.objects.get(kind=kind, stage=stage, category="")


def change(cast, amount, *, actor=None, row=None, longest=0, **more):
    facts = {"amount": amount, "longest_extension": longest, "reason": "压缩时间", "at": AT} | more
    return set_term(term=row or term(), actor=actor or cast.admin, **facts)


def add(cast, amount=2, **facts):
    usual = {
        "kind": Kind.OPINION, "stage": Stage.AT_BRANCH, "category": "", "starts_on": MONDAY, "amount": amount,
        "unit": Unit.WORKING_DAY, "longest_extension": 0, "reason": "试行", "actor": cast.admin, "at": AT,
    }  # fmt: skip
    return add_term(county=cast.county, **(usual | facts))


def test_a_changed_term_gives_running_tickets_a_new_day_with_a_reason(cast, ticket):
    version = ticket.version
    outcome = change(cast, 8)
    ticket.refresh_from_db()
    clock = ticket.clocks.get()
    assert (clock.amount, clock.due_on, ticket.due_on, ticket.version) == (8, *[date(2026, 3, 12)] * 2, version + 1)
    hop = ticket.hops.latest("pk")
    assert (hop.move, hop.from_state, hop.to_state, hop.actor) == ("recompute", ticket.state, ticket.state, cast.admin)
    assert (hop.version, hop.due_on) == (ticket.version, ticket.due_on)
    assert hop.note == "期限由3月9日改为3月12日:办理期限有调整,压缩时间"
    assert outcome.sentences == [f"正在办的意见建议有1件跟着改了期限:官亭镇{ticket.number}期限由3月9日改为3月12日。"]
    assert AuditLog.objects.get(action="set_term").detail["after"] == 8
    assert AuditLog.objects.get(action="recompute_clocks").detail["tickets"] == 1


def test_what_becomes_overdue_at_once_is_told_and_warned_of_next(cast, ticket):
    outcome = change(cast, 1)
    assert len(outcome.late_at_once) == 1 and "其中1件马上就超期" in outcome.sentences[0]
    clock = ticket.clocks.get()
    assert (clock.due_on, clock.alert) == (date(2026, 3, 3), Alert.NONE) and clock.alert_on <= FRIDAY


def test_a_later_day_is_warned_of_anew(cast, ticket):
    Clock.objects.update(alert=Alert.DUE, alert_on=date(2026, 3, 10))
    change(cast, 12)
    assert Clock.objects.values_list("alert", "alert_on").get() == (Alert.NONE, date(2026, 3, 10))  # half of 12


def test_only_running_clocks_of_the_term_change(cast, ticket):
    other = make_ticket(cast, Category.WATER)
    ended = move_opinion(opinion=make_ticket(cast), move="escalate", actor=cast.clerk, at=AT)
    add(cast, 2, category=Category.WATER)
    assert [Opinion.objects.get(pk=row.pk).due_on for row in (ticket, other)] == [date(2026, 3, 9), date(2026, 3, 4)]
    change(cast, 6)
    other.refresh_from_db()
    assert other.due_on == date(2026, 3, 4)  # its category has a term of its own
    assert ended.clocks.get(stage=Stage.AT_BRANCH).due_on == date(2026, 3, 9)
    assert list(Hop.objects.filter(move="recompute").values_list("opinion", flat=True)) == [other.pk, ticket.pk]


def test_a_version_holds_for_what_begins_from_its_day_on(cast, ticket):
    later = make_ticket(cast, day=date(2026, 3, 4))
    add(cast, 2, starts_on=date(2026, 3, 3))
    assert [row.due_on for row in Opinion.objects.order_by("pk")] == [date(2026, 3, 9), date(2026, 3, 6)]
    add(cast, 9, starts_on=date(2026, 4, 1))
    assert Opinion.objects.get(pk=later.pk).due_on == date(2026, 3, 6)
    terms = list(Term.objects.filter(kind=Kind.OPINION, stage=Stage.AT_BRANCH))
    found = [governing(terms, category="road", on=date(2026, month, 3)) for month in (2, 3, 4)]
    assert [row.amount for row in found] == [5, 2, 9]


def test_a_paused_clock_gets_the_new_time_when_it_runs_on(cast, ticket):
    asked = move_opinion(
        opinion=ticket, move="ask_villager", note="哪一段", actor=cast.head, at=moment(date(2026, 3, 3))
    )
    outcome = change(cast, 8)
    assert not outcome.late_at_once and Opinion.objects.get().due_on is None
    assert "暂停中" in asked.hops.latest("pk").note and asked.clocks.get().alert_on is None
    resumed = move_opinion(opinion=asked, move="resume", actor=cast.staff, at=moment(date(2026, 3, 5)))
    assert resumed.due_on == date(2026, 3, 16)  # 8 days, 2 of them stood still


def test_what_cannot_be_meant_is_refused_in_words(cast):
    for facts, field in (
        ({"amount": 0}, "amount"), ({"amount": 251}, "amount"), ({"longest_extension": -1}, "longest_extension"),
        ({"reason": " "}, "reason"), ({"starts_on": date(1999, 1, 1)}, "starts_on"),
        ({"unit": Unit.MONTH, "amount": 13}, "amount"), ({"starts_on": date(2000, 1, 1)}, "starts_on"),
    ):  # fmt: skip
        with pytest.raises(DomainError) as refused:
            add(cast, **facts)
        assert field in refused.value.fields, facts
    assert not Term.objects.filter(starts_on=MONDAY).exists()


def test_the_law_is_not_the_countys_to_change(cast):
    reply = term(Stage.AT_DEPARTMENT, Kind.SUGGESTION)
    for amount, longest, field in ((2, 3, "amount"), (4, 3, "amount"), (3, 4, "longest_extension")):
        with pytest.raises(DomainError) as refused:
            change(cast, amount, row=reply, longest=longest)
        assert "法定" in refused.value.fields[field]
    with pytest.raises(DomainError):  # nor by a term of one category
        add(cast, 90, kind=Kind.SUGGESTION, stage=Stage.AT_DEPARTMENT, category=Category.ROAD)
    assert change(cast, 3, row=reply, longest=2).sentences == []
    with pytest.raises(Conflict):
        drop_term(term=reply, actor=cast.admin, at=AT)


def test_only_what_was_never_used_is_dropped(cast, ticket):
    unused = term()
    add(cast, 2, starts_on=MONDAY)
    used = Term.objects.get(starts_on=MONDAY)
    with pytest.raises(Conflict):
        drop_term(term=used, actor=cast.admin, at=AT)
    drop_term(term=unused, actor=cast.admin, at=AT)  # all that ever ran goes by the new one
    assert not Term.objects.filter(pk=unused.pk).exists() and AuditLog.objects.filter(action="drop_term").exists()


def test_terms_are_set_by_county_administrators(cast):
    for who in (cast.staff, cast.auditor, cast.clerk):
        for act, facts in (
            (change, {"amount": 3}), (add, {}), (lambda _cast, actor: drop_term(term=term(), actor=actor, at=AT), {}),
        ):  # fmt: skip
            with pytest.raises(NotAllowed):
                act(cast, **facts, actor=who)


def test_a_preview_writes_nothing_and_a_second_person_sees_the_first(cast, ticket):
    before = AuditLog.objects.count(), Hop.objects.count()
    facts = {"term": term(), "amount": 8, "longest_extension": 0, "reason": "试", "actor": cast.admin, "at": AT}
    assert len(preview_setting(**facts).days) == 1
    assert (AuditLog.objects.count(), Hop.objects.count()) == before and term().amount == 5
    set_term(**facts, seen=(5, 0))
    with pytest.raises(Conflict):
        set_term(**facts, seen=(5, 0))


# --- The calendar --------------------------------------------------------------------------------------------------


def test_a_holiday_puts_running_terms_off_and_taking_it_back_brings_them_back(cast, ticket):
    span = {"start": date(2026, 3, 5), "end": date(2026, 3, 6), "actor": cast.staff, "at": AT}
    told = put_calendar_days(kind=CalendarDay.Kind.HOLIDAY, name="县庆", **span)
    ticket.refresh_from_db()
    assert ticket.due_on == date(2026, 3, 11) and len(sentences_of(told)) == 1
    assert ticket.hops.latest("pk").note == "期限由3月9日改为3月11日:节假日有变动"
    drop_calendar_days(**span)
    ticket.refresh_from_db()
    assert (ticket.due_on, ticket.hops.filter(move="recompute").count()) == (date(2026, 3, 9), 2)


def test_the_calendar_page_shows_what_follows_before_it_saves(cast, signed_in, ticket):
    client = signed_in(cast.staff)
    facts = {"kind": "holiday", "name": "县庆", "start": "2026-03-05", "end": "2026-03-06"}
    shown = client.post(reverse("calendar") + "?year=2026", facts | {"draft": "1/console/calendar/?year=2026"})
    assert 'name="draft" value="1/console/calendar/?year=2026"' in shown.text  # so that confirming ends it
    assert shown.status_code == 200 and "2026-03-11" in shown.text and 'name="confirmed"' in shown.text
    assert reverse("opinion", args=[ticket.uid]) in shown.text and "张三" not in shown.text
    assert not CalendarDay.objects.exists() and Opinion.objects.get().due_on == date(2026, 3, 9)
    assert client.post(reverse("calendar"), facts | {"confirmed": "1"}).status_code == 302
    assert Opinion.objects.get().due_on == date(2026, 3, 11)
    shown = client.post(reverse("calendar-drop"), {"start": "2026-03-05", "end": "2026-03-06"})
    assert shown.status_code == 200 and "2026-03-09" in shown.text and CalendarDay.objects.count() == 2
    client.post(reverse("calendar-drop"), {"start": "2026-03-05", "end": "2026-03-06", "confirmed": "1"})
    assert Opinion.objects.get().due_on == date(2026, 3, 9)


# --- The page ------------------------------------------------------------------------------------------------------


def test_the_table_marks_the_law_and_costs_the_same_with_more_terms(cast, signed_in, django_assert_num_queries):
    client = signed_in(cast.admin)
    text = client.get(reverse("terms")).text
    assert text.count("法定</span>") == 2 and "代表法第五十一条" in text
    with django_assert_num_queries(6):
        client.get(reverse("terms"))
    for day in (3, 4, 5):
        add(cast, day, starts_on=date(2026, 3, day))
    with django_assert_num_queries(6):
        text = client.get(reverse("terms")).text
    assert text.count("已有新规定") == 3


def test_who_opens_the_pages(cast, signed_in):
    key = term().pk
    for who, reads, edits in (("staff", 200, 403), ("auditor", 200, 403), ("clerk", 403, 403), ("admin", 200, 200)):
        client = signed_in(getattr(cast, who))
        assert client.get(reverse("terms")).status_code == reads, who
        for address in (reverse("term", args=[key]), reverse("term-add")):
            assert client.get(address).status_code == edits, who
            assert client.post(address, {}).status_code == (400 if edits == 200 else 403), who
        assert client.post(reverse("term-drop", args=[key])).status_code == (302 if edits == 200 else 403), who


def test_a_change_is_seen_with_its_tickets_and_then_confirmed(cast, signed_in):
    ticket, client = make_ticket(cast, day=timezone.localdate()), signed_in(cast.admin)
    address, row = reverse("term", args=[term().pk]), term()
    typed = {"amount": "9", "longest_extension": "0", "reason": "农忙", "seen": f"{row.amount} 0"}
    shown = client.post(address, typed | {"draft": f"{cast.admin.pk}{address}"})
    assert f'name="draft" value="{cast.admin.pk}{address}"' in shown.text
    assert shown.status_code == 200 and ticket.number in shown.text and 'value="农忙"' in shown.text
    assert reverse("opinion", args=[ticket.uid]) in shown.text and "张三" not in shown.text and term().amount == 5
    taken = client.post(address, typed | {"confirmed": "1", "draft": f"{cast.admin.pk}{address}"})
    assert taken.status_code == 302 and "made" in taken.cookies
    assert term().amount == 9 and ticket.hops.filter(move="recompute").count() == 1
    stale = client.post(address, typed | {"confirmed": "1"})
    assert stale.status_code == 409 and "刚被别人改成9个工作日" in stale.text and 'value="农忙"' in stale.text
    assert 'name="seen" value="9 0"' in stale.text  # having read that, the person may go on


def test_a_new_term_is_typed_in_and_dropped_again(cast, signed_in):
    client = signed_in(cast.admin)
    typed = {"kind": "opinion", "stage": "at_branch", "category": "water", "starts_on": "2026-03-02", "amount": "x",
             "unit": "working_day", "longest_extension": "0", "reason": "防汛"}  # fmt: skip
    wrong = client.post(reverse("term-add"), typed)
    assert wrong.status_code == 400 and 'value="防汛"' in wrong.text
    typed["amount"] = "2"
    assert "期限都不变" in client.post(reverse("term-add"), typed).text
    assert not Term.objects.filter(category="water").exists()
    client.post(reverse("term-add"), typed | {"confirmed": "1"})
    row = Term.objects.get(category="water")
    assert "去掉了" in client.post(reverse("term-drop", args=[row.pk]), follow=True).text
