"""Nobody is said to be told who wasn't: whoever has no account is named, to be telephoned; gaps are named with the way to them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from activities.models import RosterChange
from activities.services import ask_leave, take_off_shift
from activities.services.addressees import reach_of
from activities.services.events import Audience, announce_activity
from activities.states import ActivityKind, Presence
from activities.views.calls import names_told, told_words
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Notice
from tests.cast import make_deputy, moment
from tests.duties import coming, duty, on_duty

TODAY, DAY = today_here(), coming()
AT = moment(TODAY)
MONTH = f"month={DAY:%Y-%m}&station=GT"
TYPED = {"reason": "去县医院复查", "kind": Presence.SICK_LEAVE, "started_on": DAY.isoformat(), "ended_on": ""}


@pytest.fixture
def shift(cast):
    """赵站长 and 李代表 have accounts, 陈卫 has none."""
    return duty(cast.gt01, DAY, *cast.deputies["GT01"][:3])


def silence(user) -> None:
    """The account is closed."""
    user.is_active = False
    user.save()


def test_an_account_out_of_use_reaches_nobody(cast, shift):
    head, deputy, silent = cast.deputies["GT01"][:3]
    assert reach_of([head, deputy, silent]) == ([head, deputy], [silent])
    silence(cast.deputy)
    deputy.refresh_from_db()
    assert told_words([head, deputy, silent]) == "通知了1位,2位没有账号,要打电话"
    assert told_words([head], done=False) == "会通知1位代表" and told_words([silent]) == "1位代表都没有账号,要打电话"
    Notice.objects.all().delete()
    take_off_shift(shift=shift, deputy=deputy, actor=cast.clerk, at=AT, reason="出差")
    assert not Notice.objects.exists()


def test_a_few_are_named(cast):
    head, deputy, silent = cast.deputies["GT01"][:3]
    woman = make_deputy(cast, "刘梅", cast.gt01, gender="女")
    assert names_told([head, silent]) == "已经通知赵站长。陈卫没有账号,请打电话告诉他。"
    assert names_told([woman]) == "刘梅没有账号,请打电话告诉她。" and names_told([deputy]) == "已经通知李代表。"
    assert names_told([woman, silent]).endswith("请打电话告诉他们。")


def test_leave_entered_for_somebody_without_an_account(cast, signed_in, shift):
    client, silent = signed_in(cast.clerk), cast.deputies["GT01"][2]
    answer = client.post(reverse("station-leave-add"), TYPED | {"deputy": silent.pk, "q": ""}, follow=True)
    assert "陈卫没有账号,请打电话告诉他" in answer.text and "还缺" not in answer.text
    assert on_duty(shift) == {"赵站长", "李代表"}


def test_the_gap_that_leave_leaves_is_named_with_the_way_to_it(cast, signed_in, shift):
    shift.places.filter(deputy=cast.deputies["GT01"][2]).delete()
    client = signed_in(cast.clerk)
    answer = client.post(reverse("station-leave-add"), TYPED | {"deputy": cast.deputy_person.pk, "q": ""}, follow=True)
    words, link = f"第一分站{DAY.month}月{DAY.day}日还缺1人", reverse("roster-day", args=[shift.pk])
    assert words in answer.text and f'href="{link}"' in answer.text
    page = client.get(link)
    assert page.context["reason"] == "替请假的李代表" and "缺1人" in page.text
    client.post(link, {"put_on": cast.deputies["GT01"][2].code, "reason": page.context["reason"]})
    assert RosterChange.objects.first().reason == "替请假的李代表"
    home = client.get(reverse("station-home")).text
    assert f'href="{link}"' not in home


def test_the_head_reads_of_the_gap_without_a_way_to_it(cast, signed_in, shift):
    shift.places.filter(deputy=cast.deputies["GT01"][2]).delete()
    leave = ask_leave(
        deputy=cast.deputy_person, started_on=DAY, ended_on=DAY, kind=Presence.SICK_LEAVE, reason="住院",
        actor=cast.deputy, at=AT,
    )  # fmt: skip
    link = reverse("roster-day", args=[shift.pk])
    assert "请假待批" in signed_in(cast.clerk).get(f"/station/roster/?{MONTH}").text
    assert "请假待批" in signed_in(cast.clerk).get(link).text
    decide = reverse("station-leave-decide", args=[leave.uid])
    answer = signed_in(cast.head).post(decide, {"act": "approve", "note": ""}, follow=True)
    assert "还缺1人" in answer.text and link not in answer.text
    assert "请假待批" not in signed_in(cast.clerk).get(f"/station/roster/?{MONTH}").text


def test_the_gap_stands_on_the_first_page(cast, signed_in, shift):
    shift.places.exclude(deputy=cast.head_person).delete()
    link = reverse("roster-day", args=[shift.pk])
    page = signed_in(cast.clerk).get(reverse("station-home")).text
    assert "缺1人" in page and f'href="{link}"' in page
    of_head = signed_in(cast.head).get(reverse("station-home")).text
    assert "缺1人" in of_head and link not in of_head


def test_whom_to_call_about_a_published_month(cast, signed_in, shift):
    silent = cast.deputies["GT01"][2]
    link = f"{reverse('roster-calls')}?{MONTH}"
    page = signed_in(cast.clerk).get(link)
    assert [row.deputy.name for row in page.context["rows"]] == ["陈卫"] and silent.phone in page.text
    assert f"{DAY.month}月{DAY.day}日" in page.text and "第一分站" in page.text
    assert silent.phone not in signed_in(cast.head).get(link).text
    assert signed_in(cast.deputy).get(link).status_code == 404
    assert signed_in(cast.stranger).get(link).status_code == 404


def test_whom_to_call_costs_the_same_for_one_and_for_many(cast, signed_in, shift, django_assert_num_queries):
    client, link = signed_in(cast.clerk), f"{reverse('roster-calls')}?{MONTH}"
    client.get(link)
    with django_assert_num_queries(15) as first:
        client.get(link)
    for number in range(3):
        shift.places.create(deputy=make_deputy(cast, f"新人{number}", cast.gt01))
    with django_assert_num_queries(len(first)):
        assert len(client.get(link).context["rows"]) == 4


def test_whom_to_call_about_an_activity(cast, signed_in):
    activity = announce_activity(
        station=cast.gt, kind=ActivityKind.STUDY, title="学习代表法", held_on=TODAY + timedelta(days=9), actor=cast.clerk,
        at=AT, audience=Audience(places=(cast.gt01,)),
    )  # fmt: skip
    link = reverse("activity-calls", args=[activity.uid])
    page = signed_in(cast.clerk).get(link)
    assert {row.deputy.name for row in page.context["rows"]} == {"陈卫", "周春生"}
    assert cast.deputies["GT01"][2].phone in page.text
    assert f'href="{link}"' in signed_in(cast.clerk).get(reverse("activity", args=[activity.uid])).text
    assert signed_in(cast.deputy).get(link).status_code == 403
    assert signed_in(cast.stranger).get(link).status_code == 404


def test_a_swap_arranged_tells_who_knows(cast, signed_in, shift):
    silent = cast.deputies["GT01"][3]
    link = reverse("station-swap-arrange", args=[shift.pk, cast.deputy_person.code])
    answer = signed_in(cast.clerk).post(link, {"taker": silent.pk, "return_shift": "", "reason": ""}, follow=True)
    assert "已经通知李代表。周春生没有账号,请打电话告诉他。" in answer.text
