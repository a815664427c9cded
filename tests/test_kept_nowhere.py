"""Pages with villagers or somebody's health in them leave no copy on a shared computer; drafts are for who plans them."""

from datetime import date

import pytest
from django.urls import reverse

from activities.models import Shift
from activities.services import (
    Matter,
    SundayRow,
    ask_leave,
    draft_roster,
    file_log,
    grant_exemption,
    offer_swap,
    register_visit,
)
from activities.states import Covers, Presence
from julu_liaison.common.working_days import today_here
from tests.cast import SUNDAY, moment
from tests.duties import coming, duty

DAY = SUNDAY.isoformat()


@pytest.fixture
def rows(cast) -> dict:
    at = moment(today_here())
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.SICK_LEAVE, cast.head_person: Presence.PRESENT})
    duty_day = duty(cast.gt01, coming(2), cast.deputy_person)
    return {
        "shift": duty_day,
        "log": file_log(row=row, on=SUNDAY, actor=cast.clerk, at=moment(SUNDAY)).log,
        "visit": register_visit(branch=cast.gt01, entry=Matter("问低保"), on=SUNDAY, actor=cast.clerk, at=moment(SUNDAY)),
        "swap": offer_swap(shift=duty_day, giver=cast.deputy_person, actor=cast.deputy, at=at),
        "leave": ask_leave(
            deputy=cast.deputy_person, started_on=coming(4), ended_on=coming(4), kind="sick_leave", reason="住院",
            actor=cast.deputy, at=at,
        ),
        "exemption": grant_exemption(
            deputy=cast.deputy_person, covers=Covers.ACTIVITIES, started_on=SUNDAY, reason="住院", actor=cast.staff, at=at
        ),
    }  # fmt: skip


# method, user, page, its arguments by the names of `rows`
PAGES = [
    ("post", "clerk", "sunday-sheet", [DAY]),
    ("post", "clerk", "sunday-check", [DAY]),
    ("post", "clerk", "sunday-file", [DAY]),
    ("get", "clerk", "station-leave", []),
    ("post", "clerk", "station-leave-decide", ["leave"]),
    ("post", "clerk", "station-swap", ["swap"]),
    ("get", "clerk", "station-leave-add", []),
    ("post", "clerk", "station-leave-add", []),
    ("get", "clerk", "roster-day", ["shift"]),
    ("get", "deputy", "my-duty", []),
    ("post", "deputy", "my-wishes", []),
    ("post", "deputy", "my-leave", ["day"]),
    ("post", "deputy", "my-leave-period", []),
    ("get", "staff", "exemptions", []),
    ("post", "staff", "exemptions", []),
    ("post", "staff", "exemption-end", ["exemption"]),
    ("get", "clerk", "notices", []),
    ("get", "clerk", "duty-log", ["log"]),
    ("post", "clerk", "duty-log-correct", ["log"]),
    ("get", "clerk", "visits", []),
    ("get", "clerk", "visit", ["visit"]),
    ("post", "clerk", "visit-add", []),
    ("get", "clerk", "visit-print", ["visit"]),
    ("post", "clerk", "visit-reveal", ["visit"]),
]


@pytest.mark.parametrize(("method", "who", "name", "args"), PAGES)
def test_no_copy_is_kept(cast, signed_in, rows, method, who, name, args):
    named = {key: getattr(row, "uid", row.pk) for key, row in rows.items()} | {"day": coming(2).isoformat()}
    client = signed_in(getattr(cast, who))
    data = {"act": "refuse", "note": "", "avoided_weeks": "9"}
    answer = getattr(client, method)(reverse(name, args=[named.get(arg, arg) for arg in args]), data)
    assert answer.status_code in (200, 302, 400, 403, 409), answer.status_code
    assert answer.status_code != 302 or name == "station-swap"
    assert {"no-store", "private"} <= set(answer["Cache-Control"].replace(" ", "").split(","))


# ---- Drafts --------------------------------------------------------------------------------------------------------


@pytest.fixture
def drafted(cast) -> list[Shift]:
    """Next month at the head's branch, drafted alone: a day with the cast's deputy on it, and one without."""
    month = (today_here().replace(day=28) + (date(2026, 1, 8) - date(2026, 1, 1))).replace(day=1)
    roster = draft_roster(station=cast.gt, month=month, actor=cast.clerk, at=moment(today_here())).roster
    shifts = Shift.objects.filter(roster=roster, branch=cast.gt01)
    one, other = shifts.order_by("date")[:2]
    one.places.all().delete()
    one.places.create(deputy=cast.deputy_person)
    other.places.all().delete()
    return [one, other]


@pytest.mark.parametrize(
    ("who", "status"), [("head", 404), ("deputy", 404), ("stranger", 404), ("auditor", 403), ("clerk", 200)]
)
def test_a_draft_answers_alike_whoever_is_on_it(cast, signed_in, drafted, who, status):
    """To guess deputies day by day tells nothing: there and not there are the same answer."""
    client, person = signed_in(getattr(cast, who)), cast.deputy_person
    days = {client.get(reverse("roster-day", args=[shift.pk])).status_code for shift in drafted}
    places = {client.get(reverse("station-swap-arrange", args=[shift.pk, person.code])).status_code for shift in drafted}
    assert days == {status}
    assert places == ({200, 404} if who == "clerk" else {status})


@pytest.mark.parametrize("who", ["deputy", "auditor"])
def test_of_a_published_day_who_is_on_it_is_no_difference_either(cast, signed_in, who):
    shift, client = duty(cast.gt01, coming(2), cast.head_person), signed_in(getattr(cast, who))
    codes = [person.code for person in cast.deputies["GT01"][:2]] + ["nobody"]
    found = {client.get(reverse("station-swap-arrange", args=[shift.pk, code])).status_code for code in codes}
    assert found == {403}


@pytest.mark.parametrize(("who", "sees"), [("clerk", True), ("head", False)])
def test_other_pages_show_drafted_places_to_planners_alone(cast, signed_in, drafted, who, sees):
    """The desk, entering leave, the station's home and the paper form of a day to come."""
    shift, client = drafted[0], signed_in(getattr(cast, who))
    ask_leave(
        deputy=cast.deputy_person, started_on=shift.date, ended_on=shift.date, kind="sick_leave", reason="住院",
        actor=cast.deputy, at=moment(today_here()),
    )  # fmt: skip
    desk = client.get(reverse("station-leave")).context["waiting"]
    assert [bool(one.duties) for one in desk] == [sees]
    found = client.get(reverse("station-leave-add"), {"q": "李代"}).context["found"]
    assert [bool(places) for _person, places in found] == [sees]
    form = client.get(reverse("sunday-print", args=[shift.date.isoformat()]))
    (row,) = [row for row in form.context["sheet"].rows if row.branch == cast.gt01]
    assert bool(row.shift) == sees
