"""Leave in two taps and a swap on a small phone, the station's desk on a PC, in a real browser."""

import pytest

from activities.models import Leave, Swap
from activities.services import ask_leave, offer_swap, take_swap
from activities.states import LeaveState, SwapState
from deputies.services import link_account
from julu_liaison.common.working_days import today_here
from tests.cast import account, moment
from tests.duties import coming, duty, on_duty

MODES = ["standard", "large", "dark"]


@pytest.fixture
def people(cast):
    link_account(deputy=cast.deputies["GT01"][2], user=account("chenwei", "陈卫"), actor=cast.admin)
    return cast.deputies["GT01"]


@pytest.fixture
def shift(cast, people):
    return duty(cast.gt01, coming(), people[1], people[0])


def test_leave_in_two_taps_and_a_reason(cast, shift, sign_in, phone, live_server, look_over):
    sign_in(phone, cast.deputy)
    phone.goto(f"{live_server.url}/me/")
    look_over(phone)
    with phone.expect_navigation():
        phone.tap("text=我要请假")
    look_over(phone)
    phone.fill("#id_reason", "去县医院复查")
    button = phone.locator("button:has-text('病假')")
    assert button.is_visible() and button.bounding_box()["height"] >= 44
    with phone.expect_navigation():
        button.tap()
    assert "报上去了" in phone.inner_text("main")
    look_over(phone)
    assert (Leave.objects.get().kind, Leave.objects.get().state) == ("sick_leave", LeaveState.ASKED)


def test_enter_in_the_reason_sends_no_leave(cast, shift, sign_in, phone, live_server):
    """The phone's keyboard has a big Enter: it must not choose a kind of leave by itself."""
    sign_in(phone, cast.deputy)
    phone.goto(f"{live_server.url}/me/duty/{coming():%Y-%m-%d}/leave/")
    phone.fill("#id_reason", "去县医院复查")
    phone.press("#id_reason", "Enter")
    phone.wait_for_timeout(300)
    assert not Leave.objects.exists() and phone.input_value("#id_reason") == "去县医院复查"


def test_a_swap_from_phone_to_phone(cast, people, shift, sign_in, phone, live_server, look_over):
    back = duty(cast.gt01, coming(2), people[2], people[3])
    sign_in(phone, cast.deputy)
    phone.goto(f"{live_server.url}/me/duty/")
    look_over(phone)
    phone.tap("text=找人换班")
    phone.wait_for_url("**/swap/")
    look_over(phone)
    phone.fill("#id_reason", "家里办喜事")
    phone.tap("text=告诉同事")
    phone.wait_for_url("**/me/swaps/**")
    look_over(phone)
    sign_in(phone, people[2].user)
    phone.reload()
    look_over(phone)
    phone.select_option("#id_return_shift", str(back.pk))
    with phone.expect_navigation():
        phone.tap("text=我来接这个班")
    sign_in(phone, cast.deputy)
    phone.goto(f"{live_server.url}/me/duty/")
    phone.tap("text=去确认")
    phone.wait_for_url("**/me/swaps/**")
    with phone.expect_navigation():
        phone.tap("text=同意,由陈卫来")
    assert "换班定了" in phone.inner_text("main")
    assert on_duty(shift) == {"陈卫", "赵站长"} and on_duty(back) == {"李代表", "周春生"}
    look_over(phone)


def fill_the_desk(cast, people, shift) -> None:
    at = moment(today_here())
    swap = offer_swap(shift=shift, giver=people[1], actor=cast.deputy, at=at, reason="家里办喜事")
    take_swap(swap=swap, taker=people[2], actor=people[2].user, at=at)
    for person, actor, kind in (
        (people[3], cast.clerk, "other_leave"), (people[0], cast.head, "official_leave"),
        (people[1], cast.deputy, "sick_leave"),
    ):  # fmt: skip
        ask_leave(
            deputy=person, started_on=coming(3), ended_on=coming(3), kind=kind, reason="去县里开会", actor=actor, at=at
        )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("device", ["page", "phone"])
def test_the_desk_is_accessible_in_every_mode(
    cast, people, shift, sign_in, request, device, live_server, look_over, mode
):
    screen = request.getfixturevalue(device)
    fill_the_desk(cast, people, shift)
    sign_in(screen, cast.clerk)
    screen.context.add_cookies([{"name": "mode", "value": mode, "url": live_server.url}])
    arrange = f"station/swaps/add/{shift.pk}/{people[1].code}/"
    for path in ("station/leave/", "station/leave/add/?q=代", "station/swaps/add/?q=代", arrange):
        screen.goto(f"{live_server.url}/{path}")
        look_over(screen)


def test_decided_on_the_spot_by_keyboard(cast, people, shift, sign_in, page, live_server, look_over):
    fill_the_desk(cast, people, shift)
    sign_in(page, cast.clerk)
    page.goto(f"{live_server.url}/station/leave/")
    first = page.locator(".l-ask >> nth=0")
    first.locator("input[name=note]").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "请写一下原因" in page.inner_text(".errsum")
    look_over(page)
    page.click(".errsum a")
    page.keyboard.type("当天要点名")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert Leave.objects.filter(state=LeaveState.REFUSED, decision_note="当天要点名").count() == 1
    with page.expect_navigation():
        page.click("text=同意换班")
    assert Swap.objects.get().state == SwapState.CONFIRMED
