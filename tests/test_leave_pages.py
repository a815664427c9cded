"""Pages of leave and swaps: two taps on the phone, one desk at the station; what was typed stays when refused."""

from datetime import timedelta

import pytest
from django.urls import reverse

from activities.models import DutyPreference, Leave, Swap
from activities.services import ask_leave, offer_swap, take_swap
from activities.states import LeaveState, Presence, ShiftState, SwapState
from deputies.services import link_account
from julu_liaison.common.working_days import today_here
from tests.cast import account, make_deputy, moment
from tests.duties import coming, duty, on_duty

DAY, NEXT = coming(), coming(2)
TODAY = today_here()
AT = moment(TODAY)
TYPED = {"reason": "去县医院复查", "kind": Presence.SICK_LEAVE}


@pytest.fixture
def people(cast):
    """赵站长 and 李代表 have accounts in the cast; 陈卫 gets one."""
    link_account(deputy=cast.deputies["GT01"][2], user=account("chenwei", "陈卫"), actor=cast.admin)
    return cast.deputies["GT01"]


@pytest.fixture
def shift(cast, people):
    return duty(cast.gt01, DAY, people[1], people[0])


def ask(cast, deputy=None, day=DAY, actor=None) -> Leave:
    return ask_leave(
        deputy=deputy or cast.deputy_person, started_on=day, ended_on=day, actor=actor or cast.deputy, at=AT, **TYPED
    )


def offer(cast, shift) -> Swap:
    return offer_swap(shift=shift, giver=cast.deputy_person, actor=cast.deputy, at=AT, reason="家里办喜事")


# ---- The deputy's leave --------------------------------------------------------------------------------------------


def test_two_taps_and_a_reason(cast, signed_in, shift):
    client = signed_in(cast.deputy)
    link = reverse("my-leave", args=[DAY.isoformat()])
    assert link in client.get(reverse("my-duty")).text
    page = client.get(link)
    assert all(f'value="{kind}"' in page.text for kind in ("private_leave", "sick_leave", "maternity_leave"))
    answer = client.post(link, TYPED, follow=True)
    leave = Leave.objects.get()
    assert (leave.started_on, leave.ended_on, leave.kind, leave.state) == (DAY, DAY, "sick_leave", LeaveState.ASKED)
    assert "报上去了" in answer.text and "请假待批" in answer.text


def test_refused_what_was_typed_stays(cast, signed_in, shift):
    client, link = signed_in(cast.deputy), reverse("my-leave", args=[DAY.isoformat()])
    answer = client.post(link, {"reason": "", "kind": "sick_leave"})
    assert answer.status_code == 400 and 'href="#id_reason"' in answer.text
    ask(cast)
    answer = client.post(link, TYPED)
    assert answer.status_code == 409 and "去县医院复查" in answer.text and "已经有一次请假" in answer.text
    assert Leave.objects.count() == 1


def test_on_the_day_itself_the_page_gives_the_phone(cast, signed_in, people):
    duty(cast.gt01, TODAY, people[1])
    client, link = signed_in(cast.deputy), reverse("my-leave", args=[TODAY.isoformat()])
    page = client.get(link)
    assert "tel:0319-0000004" in page.text and 'name="kind"' not in page.text
    assert client.post(link, TYPED).status_code == 400 and not Leave.objects.exists()
    assert "tel:0319-0000004" in client.get(reverse("my-swap", args=[TODAY.isoformat()])).text


@pytest.mark.parametrize("day", ["2026-13-01", "20261122", "heute", (DAY + timedelta(days=1)).isoformat()])
def test_a_day_without_a_duty_is_no_page(cast, signed_in, shift, day):
    for name in ("my-leave", "my-swap"):
        assert signed_in(cast.deputy).get(reverse(name, args=[day])).status_code == 404


def test_a_day_called_off_is_shown_with_its_reason_only(cast, signed_in, shift):
    shift.state, shift.reason = ShiftState.CANCELLED, "全镇换届选举"
    shift.save()
    client = signed_in(cast.deputy)
    page = client.get(reverse("my-duty")).text
    assert "取消了" in page and "全镇换届选举" in page and "我要请假" not in page
    assert client.get(reverse("my-leave", args=[DAY.isoformat()])).status_code == 404


def test_some_days_of_leave(cast, signed_in, shift):
    client, link = signed_in(cast.deputy), reverse("my-leave-period")
    wrong = TYPED | {"started_on": NEXT.isoformat(), "ended_on": DAY.isoformat()}
    answer = client.post(link, wrong)
    assert answer.status_code == 400 and "最后一天不能早于第一天" in answer.text and NEXT.isoformat() in answer.text
    client.post(link, TYPED | {"started_on": DAY.isoformat(), "ended_on": NEXT.isoformat()})
    assert Leave.objects.get().ended_on == NEXT
    late = client.post(link, TYPED | {"started_on": TODAY.isoformat(), "ended_on": TODAY.isoformat()})
    assert "请打电话给官亭镇联络站:0319-0000004" in late.text


def test_own_leave_is_taken_back_only_by_its_deputy(cast, signed_in, people, shift):
    leave = ask(cast)
    link = reverse("my-leave-withdraw", args=[leave.uid])
    assert signed_in(people[2].user).post(link).status_code == 404
    assert "请假撤回了" in signed_in(cast.deputy).post(link, follow=True).text
    leave.refresh_from_db()
    assert leave.state == LeaveState.WITHDRAWN
    assert "不用再办" in signed_in(cast.deputy).post(link, follow=True).text


def test_wishes(cast, signed_in):
    client, link = signed_in(cast.deputy), reverse("my-wishes")
    refused = client.post(link, {"avoided_weeks": ["1", "2", "3", "4"], "note": "赶集"})
    assert refused.status_code == 400 and "最多选3个" in refused.text and "赶集" in refused.text
    client.post(link, {"avoided_weeks": ["1", "5"], "note": "赶集"})
    assert DutyPreference.objects.get().avoided_weeks == [1, 5]
    assert "不方便:第1、5个星期日" in client.get(reverse("my-duty")).text


@pytest.mark.parametrize("who", ["clerk", "staff", "officer", "auditor"])
def test_who_is_no_deputy_has_no_such_pages(cast, signed_in, shift, who):
    client = signed_in(getattr(cast, who))
    swap = offer(cast, shift)
    for name, args in (
        ("my-duty", []), ("my-leave", [DAY.isoformat()]), ("my-swap", [DAY.isoformat()]), ("my-leave-period", []),
        ("swap", [swap.uid]),
    ):  # fmt: skip
        assert client.get(reverse(name, args=args)).status_code == 404, name


# ---- Swaps between deputies ----------------------------------------------------------------------------------------


def test_offered_taken_confirmed_on_three_phones(cast, signed_in, people, shift):
    back = duty(cast.gt01, NEXT, people[2], people[3])
    page = signed_in(cast.deputy).get(reverse("my-swap", args=[DAY.isoformat()]))
    assert "这一天有空的同事:陈卫、周春生" in page.text
    signed_in(cast.deputy).post(reverse("my-swap", args=[DAY.isoformat()]), {"reason": "家里办喜事"})
    link = reverse("swap", args=[Swap.objects.get().uid])
    chen = signed_in(people[2].user)
    assert link in chen.get(reverse("my-duty")).text
    assert "家里办喜事" in chen.get(link).text
    assert "等对方确认" in chen.post(link, {"act": "take", "return_shift": back.pk}, follow=True).text
    giver = signed_in(cast.deputy)
    assert "陈卫愿意接您" in giver.get(reverse("my-duty")).text
    assert "换班定了" in giver.post(link, {"act": "confirm"}, follow=True).text
    assert on_duty(shift) == {"陈卫", "赵站长"} and on_duty(back) == {"李代表", "周春生"}


def test_who_comes_second_reads_who_was_first(cast, signed_in, people, shift):
    link_account(deputy=people[3], user=account("zhou", "周春生"), actor=cast.admin)
    swap = offer(cast, shift)
    take_swap(swap=swap, taker=people[2], actor=people[2].user, at=AT)
    answer = signed_in(people[3].user).post(reverse("swap", args=[swap.uid]), {"act": "take"})
    assert answer.status_code == 409 and "陈卫在" in answer.text and "已经接了这个班" in answer.text


@pytest.mark.parametrize(("act", "who"), [("confirm", 2), ("withdraw", 2), ("withdraw", 0)])
def test_steps_of_others_are_refused(cast, signed_in, people, shift, act, who):
    swap = offer(cast, shift)
    take_swap(swap=swap, taker=people[2], actor=people[2].user, at=AT)
    user = people[who].user if who else cast.deputies["GT01"][2].user
    assert signed_in(user).post(reverse("swap", args=[swap.uid]), {"act": act}).status_code == 403
    assert signed_in(user).post(reverse("swap", args=[swap.uid]), {"act": "steal"}).status_code == 404


def test_the_giver_asks_for_somebody_else_and_takes_the_offer_back(cast, signed_in, people, shift):
    swap = offer(cast, shift)
    take_swap(swap=swap, taker=people[2], actor=people[2].user, at=AT)
    client, link = signed_in(cast.deputy), reverse("swap", args=[swap.uid])
    client.post(link, {"act": "refuse"})
    swap.refresh_from_db()
    assert swap.state == SwapState.OFFERED
    assert "撤回了" in client.post(link, {"act": "withdraw"}, follow=True).text


def test_who_cannot_come_reads_why(cast, signed_in, people, shift):
    swap = offer(cast, shift)
    page = signed_in(cast.head).get(reverse("swap", args=[swap.uid])).text
    assert "赵站长" in page and "已经有班了,这个班您接不了" in page and 'value="take"' not in page


def test_a_swap_of_another_branch_is_not_found_unless_one_stands_in(cast, signed_in, people, shift):
    other = cast.deputies["GT02"][1]
    link_account(deputy=other, user=account("wangfang", "王芳"), actor=cast.admin)
    swap = offer(cast, shift)
    link = reverse("swap", args=[swap.uid])
    assert signed_in(other.user).get(link).status_code == 404
    arrange = reverse("station-swap-arrange", args=[shift.pk, cast.deputy_person.code])
    signed_in(cast.clerk).post(arrange, {"taker": other.pk})
    assert "已换班" in signed_in(other.user).get(link).text


# ---- The desk ------------------------------------------------------------------------------------------------------


def test_asked_first_and_decided_on_the_spot(cast, signed_in, people, shift):
    leave = ask(cast)
    client = signed_in(cast.clerk)
    page = client.get(reverse("station-leave"))
    assert [one.leave for one in page.context["waiting"]] == [leave] and "(还剩1人)" in page.text
    link = reverse("station-leave-decide", args=[leave.uid])
    refused = client.post(link, {"act": "refuse", "note": ""})
    assert refused.status_code == 400 and "请写一下原因" in refused.text
    assert "已批准" in client.post(link, {"act": "approve"}, follow=True).text
    assert on_duty(shift) == {"赵站长"}
    late = client.post(link, {"act": "refuse", "note": "人手不够"})
    assert late.status_code == 409 and "已经办过了:已批准" in late.text
    assert client.post(link, {"act": "dance"}).status_code == 404


def test_a_long_note_comes_back_as_typed(cast, signed_in, shift):
    link = reverse("station-leave-decide", args=[ask(cast).uid])
    answer = signed_in(cast.clerk).post(link, {"act": "refuse", "note": "很长的话" * 30})
    assert answer.status_code == 400 and "很长的话" * 30 in answer.text


def test_a_head_sees_the_own_leave_but_does_not_decide_it(cast, signed_in, people):
    leave = ask(cast, deputy=people[0], actor=cast.head)
    client, link = signed_in(cast.head), reverse("station-leave-decide", args=[leave.uid])
    assert "自己的假请联络站或县人大办公室来批" in client.get(reverse("station-leave")).text
    assert client.post(link, {"act": "approve"}).status_code == 403


@pytest.mark.parametrize(
    ("who", "status", "rows"),
    [("clerk", 200, 1), ("head", 200, 1), ("staff", 200, 2), ("admin", 200, 2), ("auditor", 200, 2),
     ("stranger", 200, 1), ("deputy", 403, 0), ("officer", 403, 0), ("system", 403, 0)],
)  # fmt: skip
def test_who_sees_which_desk(cast, signed_in, who, status, rows):
    ask(cast)
    ask(cast, deputy=cast.deputies["YT01"][1], actor=cast.staff)
    answer = signed_in(getattr(cast, who)).get(reverse("station-leave"))
    assert answer.status_code == status
    if status == 200:
        assert len(answer.context["page"].rows) == rows


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("deputy", 403), ("auditor", 403), ("officer", 403)])
def test_others_decide_nothing(cast, signed_in, shift, who, status):
    leave, swap = ask(cast, day=NEXT), offer(cast, shift)
    client = signed_in(getattr(cast, who))
    decided = client.post(reverse("station-leave-decide", args=[leave.uid]), {"act": "approve"})
    settled = client.post(reverse("station-swap", args=[swap.uid]), {"act": "withdraw"})
    assert (decided.status_code, settled.status_code) == (status, status)


def test_the_list_is_narrowed_by_month_state_and_place(cast, signed_in):
    ask(cast)
    ask(cast, deputy=cast.deputies["GT02"][0], actor=cast.clerk, day=DAY + timedelta(days=70))
    client, link = signed_in(cast.clerk), reverse("station-leave")

    def names(**filters):
        return [leave.deputy.name for leave in client.get(link, filters).context["page"].rows]

    assert names() == ["钱站长", "李代表"]
    assert names(month=f"{DAY:%Y-%m}") == ["李代表"] and names(state="approved") == ["钱站长"]
    assert names(station="GT02") == ["钱站长"] and names(station="YT01") == []
    wrong = client.get(link, {"month": "2026-99"})
    assert wrong.context["page"].rows == [] and "月份请写成" in wrong.text


def test_approved_leave_is_taken_back_at_the_desk(cast, signed_in, shift):
    leave = ask(cast, actor=cast.clerk)
    answer = signed_in(cast.clerk).post(
        reverse("station-leave-decide", args=[leave.uid]), {"act": "withdraw"}, follow=True
    )
    assert "李代表的请假:已撤回" in answer.text


def test_leave_entered_after_a_telephone_call(cast, signed_in, shift):
    client, link = signed_in(cast.clerk), reverse("station-leave-add")
    found = client.get(link, {"q": "李代"})
    assert [person.name for person, _coming in found.context["found"]] == ["李代表"] and "checked" in found.text
    days = {"started_on": DAY.isoformat(), "ended_on": DAY.isoformat(), "q": "李代"}
    facts = TYPED | days | {"deputy": cast.deputy_person.pk}
    wrong = client.post(link, facts | {"reason": ""})
    assert wrong.status_code == 400 and DAY.isoformat() in wrong.text and 'href="#id_reason"' in wrong.text
    assert "已经批准。已经通知李代表。" in client.post(link, facts, follow=True).text
    assert on_duty(shift) == {"赵站长"}


def test_leave_is_entered_only_for_those_of_the_own_place(cast, signed_in):
    link = reverse("station-leave-add")
    days = {"started_on": DAY.isoformat(), "ended_on": DAY.isoformat()}
    for who, deputy in (
        ("clerk", cast.deputies["YT01"][0]),
        ("head", cast.deputies["GT02"][0]),
        ("head", cast.head_person),
    ):
        answer = signed_in(getattr(cast, who)).post(link, TYPED | days | {"deputy": deputy.pk})
        assert answer.status_code == 400 and not Leave.objects.exists()
    assert signed_in(cast.head).get(link).context["found"]  # a head sees the branch without searching
    assert signed_in(cast.auditor).get(link).status_code == 403


def test_swaps_settled_at_the_desk(cast, signed_in, people, shift):
    swap = offer(cast, shift)
    client, link = signed_in(cast.clerk), reverse("station-swap", args=[swap.uid])
    early = client.post(link, {"act": "confirm"})
    assert early.status_code == 409 and "没有人接这个班" in early.text
    take_swap(swap=swap, taker=people[2], actor=people[2].user, at=AT)
    assert "同意换班" in client.get(reverse("station-leave")).text
    assert "已换班" in client.post(link, {"act": "confirm"}, follow=True).text
    assert on_duty(shift) == {"陈卫", "赵站长"}


def test_a_swap_arranged_for_others(cast, signed_in, people, shift):
    client, link = signed_in(cast.clerk), reverse("station-swap-arrange", args=[shift.pk, cast.deputy_person.code])
    assert link in client.get(reverse("station-swap-add"), {"q": "李代表"}).text
    page = client.get(link).text
    assert "陈卫" in page and "王芳(第二分站)" in page and "马强" not in page
    refused = client.post(link, {"taker": "", "reason": "电话说好的"})
    assert refused.status_code == 400 and "请选由谁来接" in refused.text and "电话说好的" in refused.text
    taken = client.post(link, {"taker": people[0].pk})
    assert taken.status_code == 400  # on the day already: not among those offered
    assert "由陈卫接替李代表" in client.post(link, {"taker": people[2].pk}, follow=True).text


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("auditor", 403), ("deputy", 403), ("officer", 404)])
def test_others_arrange_nothing(cast, signed_in, shift, who, status):
    link = reverse("station-swap-arrange", args=[shift.pk, cast.deputy_person.code])
    assert signed_in(getattr(cast, who)).get(link).status_code == status
    assert signed_in(getattr(cast, who)).post(link, {"taker": 1}).status_code == status


def test_the_desk_says_how_many_it_does_not_show(cast, signed_in, people, shift, monkeypatch):
    monkeypatch.setattr("activities.views.leave_desk.MOST_WAITING", 2)
    client = signed_in(cast.clerk)
    for days in (0, 1):
        ask(cast, day=NEXT + timedelta(days=days))
        offer_swap(shift=duty(cast.gt01, NEXT + timedelta(days=days), people[3]), giver=people[3], actor=cast.clerk, at=AT)
    page = client.get(reverse("station-leave"))
    assert page.text.count("2件") == 2 and "还有" not in page.text
    for days in (2, 3, 4):
        ask(cast, day=NEXT + timedelta(days=days))
    offer(cast, shift)
    page = client.get(reverse("station-leave"))
    assert "5件" in page.text and "还有3件,日子在后面" in page.text
    assert "3件</span>" in page.text and "还有1件,日子在后面" in page.text
    assert page.context["swaps"][0].shift == shift  # the nearest come first


# ---- Cost ----------------------------------------------------------------------------------------------------------


def fill(cast, number: int) -> None:
    """Add leave that waits, leave that is approved, a duty and an open swap, `number` of each."""
    for _ in range(number):
        week = Leave.objects.count() // 2 + 1
        giver = make_deputy(cast, f"甲{week}", cast.gt01)
        own = duty(cast.gt01, coming(week), giver, cast.deputy_person)
        offer_swap(shift=own, giver=giver, actor=cast.clerk, at=AT)
        ask(cast, deputy=cast.deputies["GT01"][3], day=coming(week) + timedelta(days=1), actor=cast.clerk)
        ask(cast, day=coming(week) + timedelta(days=2))


@pytest.mark.parametrize(("name", "who"), [("station-leave", "clerk"), ("my-duty", "deputy")])
def test_a_page_costs_the_same_with_one_row_and_with_three(
    cast, signed_in, django_assert_max_num_queries, name, who
):  # fmt: skip
    client, counts = signed_in(getattr(cast, who)), []
    for more in (1, 2):
        fill(cast, more)
        with django_assert_max_num_queries(25) as spent:
            assert client.get(reverse(name)).status_code == 200
        counts.append(len(spent))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", ["station-leave-add", "station-swap-add", "station-swap-arrange"])
def test_choosing_people_costs_the_same_for_few_and_for_many(
    cast, signed_in, django_assert_max_num_queries, name, shift
):  # fmt: skip
    client, counts = signed_in(cast.clerk), []
    args = [shift.pk, cast.deputy_person.code] if name == "station-swap-arrange" else []
    for more in (1, 2):
        for index in range(more):
            person = make_deputy(cast, f"丁{more}{index}", cast.gt02)
            duty(cast.gt02, coming(more + index + 3), person)
        with django_assert_max_num_queries(25) as spent:
            assert client.get(reverse(name, args=args), {"q": "丁"}).status_code == 200
        counts.append(len(spent))
    assert counts[0] == counts[1]
