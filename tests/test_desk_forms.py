"""Forms of the clerk's desk that follow what was chosen: leave by telephone, exchanges of duties, visits, plan items."""

import pytest
from django.urls import reverse

from activities.models import Leave, Swap
from activities.services import add_promise, write_plan
from activities.states import ActivityKind, Presence
from julu_liaison.common.working_days import today_here
from tests.cast import moment
from tests.duties import coming, duty, on_duty

TODAY, DAY, NEXT = today_here(), coming(), coming(2)
AT = moment(TODAY)


@pytest.fixture
def page(cast, signed_in):
    return signed_in(cast.clerk)


@pytest.fixture
def shift(cast):
    return duty(cast.gt01, DAY, *cast.deputies["GT01"][:3])


def test_a_coming_duty_fills_both_days_and_keeps_what_was_typed(cast, page, shift):
    link, person = reverse("station-leave-add"), cast.deputy_person
    button = f'name="fill" value="{person.pk}/{DAY:%Y-%m-%d}"'
    assert button in page.get(link, {"q": "李代"}).text
    filled = page.post(link, {"q": "李代", "fill": f"{person.pk}/{DAY:%Y-%m-%d}", "reason": "住院", "kind": "sick_leave"})
    assert filled.status_code == 200 and filled.text.count(f'value="{DAY:%Y-%m-%d}"') == 2
    assert "住院" in filled.text and not Leave.objects.exists()
    assert page.post(link, {"q": "李代", "fill": "x"}).status_code == 200


def test_coming_duties_cost_one_query_for_all(cast, page, shift, django_assert_num_queries):
    link = reverse("station-leave-add")
    page.get(link, {"q": "李代"})
    with django_assert_num_queries(9) as one:
        page.get(link, {"q": "李代"})
    with django_assert_num_queries(len(one)):
        page.get(link)


def test_one_day_of_leave_needs_one_date(cast, page, shift):
    facts = {"deputy": cast.deputy_person.pk, "started_on": f"{DAY:%Y-%m-%d}", "ended_on": "", "reason": "住院",
             "kind": Presence.SICK_LEAVE}  # fmt: skip
    assert page.post(reverse("station-leave-add"), facts | {"started_on": ""}).status_code == 400
    page.post(reverse("station-leave-add"), facts)
    leave = Leave.objects.get()
    assert leave.started_on == leave.ended_on == DAY


def test_the_name_has_the_focus_until_somebody_is_looked_up(cast, page):
    assert "autofocus" in page.get(reverse("station-leave-add")).text
    assert "autofocus" not in page.get(reverse("station-leave-add"), {"q": "李代"}).text


def test_only_the_takers_own_days_are_exchanged(cast, page, shift):
    free, other = cast.deputies["GT01"][3], cast.deputies["GT02"][1]
    own = duty(cast.gt01, NEXT, free)
    duty(cast.gt02, coming(3), other)
    link = reverse("station-swap-arrange", args=[shift.pk, cast.deputy_person.code])
    text = page.get(link).text
    assert "周春生的班" in text and "王芳的班" in text and f'data-of="{free.pk}"' in text
    wrong = page.post(link, {"taker": other.pk, "return_shift": f"{own.pk}-{free.pk}", "reason": "有事"})
    assert wrong.status_code == 400 and "是周春生的班,王芳换不了;王芳可以拿来换的是" in wrong.text
    silent = cast.deputies["GT02"][0]
    none = page.post(link, {"taker": silent.pk, "return_shift": f"{own.pk}-{free.pk}", "reason": ""})
    assert "钱站长没有可以换的班,请选“只是顶班”" in none.text and not Swap.objects.exists()
    page.post(link, {"taker": free.pk, "return_shift": f"{own.pk}-{free.pk}", "reason": "有事"})
    assert Swap.objects.get().return_shift == own
    assert on_duty(own) == {"李代表"} and "周春生" in on_duty(shift)


def test_days_on_which_the_giver_serves_are_no_exchange(cast, page, shift):
    free = cast.deputies["GT01"][3]
    duty(cast.gt01, NEXT, free, cast.deputy_person)
    link = reverse("station-swap-arrange", args=[shift.pk, cast.deputy_person.code])
    assert "周春生的班" not in page.get(link).text


def test_a_visit_is_entered_branch_by_branch(cast, page):
    answer = page.get(reverse("visit-add"))
    groups = [group for group, _people in answer.context["form"].fields["deputy"].choices[1:]]
    assert [group[-4:] for group in groups] == ["第一分站", "第二分站"]
    text = answer.text
    assert 'data-of="GT02"' in text and 'data-narrow="id_branch id_deputy"' in text and "群众所在村的分站" in text
    assert text.index('id="id_way"') < text.index("来访的群众") < text.index('id="id_villager_name"')


def test_this_years_plan_comes_first_each_with_its_year(cast, page):
    for year, title in ((TODAY.year - 1, "去年的"), (TODAY.year, "今年的")):
        plan = write_plan(station=cast.gt, year=year, actor=cast.clerk, at=AT)
        due = AT.date().replace(year=year, month=6, day=1)
        add_promise(plan=plan, kind=ActivityKind.STUDY, title=title, due_on=due, actor=cast.clerk, at=AT)
    choices = page.get(reverse("activity-new")).context["form"].fields["plan_item"].choices
    assert [label for _uid, label in choices] == [
        "计划外的", f"{TODAY.year}年 官亭镇:今年的", f"{TODAY.year - 1}年 官亭镇:去年的",
    ]  # fmt: skip
