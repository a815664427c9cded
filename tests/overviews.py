"""A small March of receptions and tickets for the tests of the overview, and what the lists behind its figures show."""

from datetime import date, timedelta

from activities.models import Shift
from activities.services import (
    Matter,
    SundayRow,
    file_log,
    grant_exemption,
    record_activity,
    record_not_held,
    void_log,
)
from activities.states import ActivityKind, Category, Covers, Presence
from opinions.services import file_suggestion, move_opinion, register_opinion
from tests.cast import Cast, moment
from tests.duties import duty

ON = date(2026, 4, 20)
MONTH = (date(2026, 3, 1), date(2026, 3, 31))


def day(number: int) -> date:
    return date(2026, 3, number)


def logged(cast: Cast, branch, on: date, attendance: dict, *, later: int = 0, clerk=None, **fields):
    row = SundayRow(branch=branch, attendance=attendance, **fields)
    return file_log(row=row, on=on, actor=clerk or cast.clerk, at=moment(on + timedelta(days=later), 17))


def ticket(cast: Cast, branch, on: date, *steps, category=Category.ROAD, clerk=None):
    """An opinion with its steps: day of March, who, move, facts."""
    found = register_opinion(
        branch=branch, matter=Matter("村里的路塌了", category), actor=clerk or cast.clerk, at=moment(on)
    )
    for number, who, move, facts in steps:
        found = move_opinion(opinion=found, move=move, actor=who, at=moment(day(number), 11), **facts)
    return found


def solved(cast: Cast, first: int, rating: str = "satisfied"):
    note = {"note": "村里已经组织人手修好了"}
    return (
        (first, cast.clerk, "solve", note),
        (first + 1, cast.clerk, "tell", {}),
        (first + 1, cast.clerk, "rate", {"rating": rating}),
    )


def build_march(cast: Cast) -> Cast:
    """Receptions of two stations on the five Sundays, one of them put off into April, and five tickets."""
    head, li, chen, zhou = cast.deputies["GT01"]
    grant_exemption(
        deputy=zhou,
        covers=Covers.DUTY,
        started_on=day(15),
        ended_on=day(15),
        reason="住院",
        actor=cast.staff,
        at=moment(day(1)),
    )
    qian, wang = cast.deputies["GT02"]
    sun, ma = cast.deputies["YT01"]
    for branch, on, people in (
        (cast.gt01, day(1), (head, li)), (cast.gt01, day(8), (li, chen)), (cast.gt01, day(15), (head, zhou)),
        (cast.gt01, day(22), (chen, zhou)), (cast.gt02, day(1), (qian, wang)), (cast.gt02, day(8), (qian, wang)),
        (cast.yt01, day(1), (sun, ma)), (cast.yt01, date(2026, 4, 5), (sun, ma)),
    ):  # fmt: skip
        duty(branch, on, *people)
    put_off = duty(cast.gt02, day(29), qian, wang)
    Shift.objects.filter(pk=put_off.pk).update(date=date(2026, 4, 2))
    logged(cast, cast.gt01, day(1), {head: Presence.PRESENT, li: Presence.SICK_LEAVE}, received=5)
    logged(
        cast, cast.gt01, day(8), {li: Presence.LATE, chen: Presence.ABSENT, zhou: Presence.PRESENT}, received=2, later=8
    )
    wrong = logged(cast, cast.gt01, day(15), {head: Presence.ABSENT, zhou: Presence.PRESENT}, received=90).log
    void_log(log=wrong, reason="登错了", actor=cast.clerk, at=moment(day(15), 18))
    record_not_held(branch=cast.gt01, on=day(22), reason="大雪封路", actor=cast.clerk, at=moment(day(22), 18))
    logged(cast, cast.gt02, day(1), {qian: Presence.PRESENT, wang: Presence.PRESENT}, received=4)
    logged(cast, cast.gt02, day(25), {wang: Presence.PRESENT}, received=1)  # a session that no roster knows
    logged(cast, cast.gt02, date(2026, 4, 2), {qian: Presence.PRESENT, wang: Presence.PRIVATE_LEAVE}, received=7)
    logged(cast, cast.yt01, day(1), {sun: Presence.LEFT_EARLY, ma: Presence.PRESENT}, received=3, clerk=cast.stranger)
    for station, on in ((cast.gt, day(10)), (cast.gt02, day(11)), (cast.county, day(12))):
        record_activity(
            station=station, kind=ActivityKind.STUDY, title="学习", held_on=on, attendance={}, actor=cast.staff, at=moment(on),
        )  # fmt: skip
    ticket(cast, cast.gt01, day(2), *solved(cast, 3))
    ticket(cast, cast.gt01, day(2), category=Category.WATER)  # nobody has done anything: overdue
    ticket(cast, cast.gt02, date(2026, 2, 20), *solved(cast, 5, "unsatisfied")[:2], (6, cast.clerk, "rate", {
        "rating": "basic",
    }))  # fmt: skip
    # Answered in time by its department; that nobody has told the villager is overdue.
    up = (2, cast.clerk, "escalate", {})
    ticket(
        cast, cast.gt01, day(2), up, up, (3, cast.staff, "transfer", {"department": cast.jiaotong}),
        (5, cast.officer, "reply", {"note": "已经组织人手把塌陷的路面填平。", "class": "A"}),
    )  # fmt: skip
    ticket(cast, cast.yt01, day(20), clerk=cast.stranger)
    proposal = file_suggestion(
        deputy=cast.deputy_person, text="建议修路", category=Category.ROAD, actor=cast.deputy, at=moment(day(2))
    )
    for who, move, facts in (
        (cast.clerk, "accept", {}), (cast.clerk, "escalate", {}), (cast.staff, "transfer", {"department": cast.shuili}),
    ):  # fmt: skip
        proposal = move_opinion(opinion=proposal, move=move, actor=who, at=moment(day(3)), **facts)
    return cast


# ---- What the lists behind the figures show ----


def rows_behind(client, href: str, *, sums: bool = False) -> int:
    """How many rows the list has that a figure leads to, all its pages together, or what its rows add up to."""
    page = client.get(href)
    assert page.status_code == 200, href
    if href.startswith("/overview/"):
        assert len(page.context["lines"]) == min(page.context["page"].paginator.count, 50)
        return page.context["page"].paginator.count
    if "page" not in page.context:  # activities
        return len(page.context["lines"])
    rows = page.context["page"].rows
    assert not page.context["page"].next, href  # the tests' lists have one page
    return sum(row.received for row in rows) if sums else len(rows)
