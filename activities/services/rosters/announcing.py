"""Announcing receptions to those who may come (接待预告): three days before, to stations, heads and the station's group.

Deputies' names on a reception day are public, they hang on the wall; the notice to clerk and head names nobody.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from activities.models import Shift
from activities.rules.ahead import ANNOUNCED, calendar_around, furthest_told, is_announced_by
from activities.states import CALLED_OFF, ShiftState
from julu_liaison.common import audit
from julu_liaison.common.templatetags.liaison import WEEKDAYS, day_in_year
from julu_liaison.common.texts import typeset
from julu_liaison.common.working_days import Calendar, today_here
from julu_liaison.notices.services import notify, post_to_group
from julu_liaison.notices.states import Kind
from stations.models import Posting, Station
from stations.services import hold_places
from stations.states import Role

IN_VIEW = timedelta(days=7)  # receptions that the page shows in any case
LONGEST_POST = 200  # characters, of any notice
WEEKS = {0: "本周", 1: "下周"}
WEEKDAY = re.compile(
    r"[((]?每?(?:星期|周|礼拜)[一二三四五六日天][))\s,,、的]*"
)  # in the hours, where the day says it already


@transaction.atomic
def announce_receptions(*, at: datetime) -> int:
    """Announce what is three days ahead and wasn't yet, called-off days too; returns how many receptions.

    One notice to each clerk and head, whatever the number of branches; the texts themselves to the group of the station.
    Once: a second run, also at the same moment, finds all announced. On a holiday nothing, it was said before.
    """
    today = today_here(at)
    calendar = calendar_around(today)
    if calendar.is_holiday(today):
        return 0
    hold_places(Station.objects.centres())  # a second run waits
    shifts = _due(today, calendar)
    Shift.objects.filter(pk__in=[shift.pk for shift in shifts]).update(announced_on=today)
    _post(shifts, today, at)
    told = _tell(shifts, today, at)
    if shifts:
        audit.record("announce_receptions", actor=None, at=at, receptions=len(shifts), notices=told)
    return len(shifts)


def announced_soon(shifts, today: date) -> list[Shift]:
    """Those of the published `shifts` whose announcements stand ready: of the coming week, and what was announced early.

    By date and branch, with people (four queries with the calendar's).
    """
    calendar = calendar_around(today)
    rows = _to_announce(shifts, today)
    return [one for one in rows if one.date <= today + IN_VIEW or is_announced_by(one.date, today, calendar)]


def announcement(shift: Shift, today: date) -> str:
    """The sentence for the group. A typed reason is left out, it may be somebody's own matter."""
    if shift.state in CALLED_OFF:
        return _called_off(shift, today)
    branch, names = shift.branch, _names(shift)
    parts = [
        _when(shift, today),
        _full(branch),
        f"地点:{branch.address}" if branch.address else "",
        f"{names}代表接待" if names else "",
    ]
    return typeset(f"{','.join(part for part in parts if part)}。")


def announcement_lines(shift: Shift, today: date) -> list[str]:
    """The same for the wall: whose it is, when, where and who, a line each; one sentence where it is called off."""
    if shift.state in CALLED_OFF:
        return [_called_off(shift, today)]
    said = {"时间": _when(shift, today), "地点": shift.branch.address, "代表": _names(shift)}
    lines = [f"{_full(shift.branch)}接待群众", *(f"{label}:{words}" for label, words in said.items() if words)]
    return [typeset(line) for line in lines]


def leads_on(into: Station | None) -> str:
    """How an announcement that is taken back goes on where the branch was merged: whoever would come knows where to go."""
    return f":分站并入{_full(into)},请到{into.address or '那里'}" if into else ""


def correct_announcements(changed: Iterable[tuple[Shift, str]], at: datetime) -> None:
    """Say to the groups that what was announced is so no longer: shifts that were, each with the words that follow its name."""
    texts: dict[Station, list[str]] = defaultdict(list)
    for shift, words in changed:
        texts[shift.branch.parent].append(typeset(f"{_full(shift.branch)}{words}"))
    _post_each(texts, at)


def packed(texts: Iterable[str], most: int) -> list[str]:
    """Put texts together, a line each, so that a post has no more than `most` characters; a longer text is cut."""
    posts: list[str] = []
    for text in texts:
        line = text[:most]
        if posts and len(posts[-1]) + 1 + len(line) <= most:
            posts[-1] += f"\n{line}"
        else:
            posts.append(line)
    return posts


# ---- Steps ---------------------------------------------------------------------------------------------------------


def _to_announce(shifts, today: date):
    """Published days from `today` on, as far as any is announced; one that was not held is not announced any more."""
    rows = shifts.published().within(today, furthest_told(today, ANNOUNCED)).exclude(state=ShiftState.NOT_HELD)
    rows = rows.select_related("branch__parent__parent", "branch__merged_into__parent", "station").prefetch_related(
        "places__deputy"
    )
    return rows.order_by("date", "branch__official_order", "branch__code", "pk")


def _due(today: date, calendar: Calendar) -> list[Shift]:
    rows = _to_announce(Shift.objects.filter(announced_on=None), today)
    keys = [one.pk for one in rows if is_announced_by(one.date, today, calendar)]
    # In the order of everybody who holds several; whoever changes one now is waited for.
    list(Shift.objects.filter(pk__in=keys).order_by("pk").select_for_update())
    return [one for one in rows.filter(pk__in=keys) if is_announced_by(one.date, today, calendar)]


def _post(shifts: list[Shift], today: date, at: datetime) -> None:
    texts: dict[Station, list[str]] = defaultdict(list)
    for shift in shifts:
        texts[shift.station].append(announcement(shift, today))
    _post_each(texts, at)


def _post_each(texts: dict[Station, list[str]], at: datetime) -> None:
    for station, mine in texts.items():
        for text in packed(mine, LONGEST_POST):
            post_to_group(place_code=station.code, kind=Kind.DUTY, text=text, at=at)


def _tell(shifts: list[Shift], today: date, at: datetime) -> int:
    """One notice to every clerk and head of what is theirs; returns how many."""
    stations, branches = {shift.station_id for shift in shifts}, {shift.branch_id for shift in shifts}
    rows = Posting.objects.in_force(today).filter(
        Q(station__in=stations, role=Role.CLERK) | Q(station__in=branches, role=Role.BRANCH_HEAD), user__is_active=True
    )
    places: dict = defaultdict(set)
    for row in rows.select_related("user").order_by("user"):
        places[row.user].add(row.station_id)
    alike: dict[str, list] = defaultdict(list)
    for user, keys in places.items():
        alike[_words([one for one in shifts if {one.station_id, one.branch_id} & keys])].append(user)
    for text, users in alike.items():
        notify(kind=Kind.DUTY, users=users, text=text, link=reverse("announcements"), at=at, fit_for_outside=True)
    return len(places)


def _words(shifts: list[Shift]) -> str:
    days = "、".join(dict.fromkeys(day_in_year(one.date) for one in shifts))
    off = sum(one.state in CALLED_OFF for one in shifts)
    called_off = f",其中{off}个取消" if off else ""
    return f"{days}的接待预告写好了,共{len(shifts)}个分站{called_off},请点开看一看,可以复制到群里,也可以打印张贴。"


def _full(branch: Station) -> str:
    return f"{branch.parent.name}{branch.name}"


def _names(shift: Shift) -> str:
    return "、".join(place.deputy.name for place in shift.places.all())


def _called_off(shift: Shift, today: date) -> str:
    into = shift.branch.successor
    words = leads_on(into if into != shift.branch else None)
    return typeset(f"{_day_words(shift, today)}{_full(shift.branch)}的接待取消{words}。")


def _when(shift: Shift, today: date) -> str:
    hours = WEEKDAY.sub("", shift.branch.duty_hours_here).strip()
    return f"{_day_words(shift, today)}{hours.replace('—', '至')}"


def _day_words(shift: Shift, today: date) -> str:
    """`本周日(12月6日)`, of a day that was moved also which one it was."""
    day, monday = shift.date, today - timedelta(days=today.weekday())
    week = WEEKS.get((day - monday).days // 7, "星期")
    before = shift.for_sunday
    moved = f",原定{before.month}月{before.day}日" if before != day else ""
    return f"{week}{WEEKDAYS[day.weekday()]}({day.month}月{day.day}日{moved})"
