"""The sweep over deadlines: whoever has to act is told when half, 80 % and all of a term has gone, and when it is over.

Told once a level, one notice a person and sweep. Safe to repeat and to run twice at once. Notices name tickets by
number only.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.auth import get_user_model
from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind as NoticeKind
from opinions.models import Clock, Pause
from opinions.rules.terms import alert_days, level_on, next_alert
from opinions.services.clocks.running import calendar_from
from opinions.services.clocks.watchers import Watch, Watchers
from opinions.states import ENDED, Alert, Stage

COLUMNS = (
    "pk", "stage", "is_main", "department_id", "started_on", "amount", "extended", "unit", "alert", "due_on",
    "opinion_id", "opinion__uid", "opinion__number", "opinion__register__name", "opinion__holder_station_id",
    "opinion__station_id", "opinion__branch_id", "opinion__county_id", "opinion__deputy__user_id",
)  # fmt: skip
WORDS = {
    Alert.HALF: "时间过半,{due}到期,请抓紧办理。",
    Alert.NEAR: "时间已过八成,{due}到期,请抓紧办理。",
    Alert.DUE: "今天到期,请今天办好。",
    Alert.OVERDUE: "已超期,{due}到期的,请马上办理。",
}
LATE_ABOVE = "已超期,{due}到期的,请督促办理。"
SHORT = {Alert.OVERDUE: "超期", Alert.DUE: "今天到期", Alert.NEAR: "过八成", Alert.HALF: "过半"}


@dataclass
class Swept:
    """What one sweep has done: clocks warned of by level, notices written."""

    warned: Counter = field(default_factory=Counter)
    notices: int = 0


@dataclass(frozen=True)
class Warned:
    """One clock of which people are told: its row, the level, and whether the reader is the one to act (`own`)."""

    row: dict
    level: Alert
    own: bool = True


@transaction.atomic
def sweep_deadlines(*, at: datetime) -> Swept:
    """Warn of every running clock whose next warning has come by the moment `at`."""
    today = today_here(at)
    rows = _due_rows(today)
    found = _warned(rows, today)
    swept = Swept(warned=Counter(one.level for one in found))
    if found:
        swept.notices = _tell(found, today, at)
        levels = {level.name.lower(): swept.warned[level] for level in SHORT}
        audit.record("sweep_deadlines", actor=None, at=at, notices=swept.notices, warned=levels)
    return swept


def _due_rows(today: date) -> list[dict]:
    """The clocks to warn of, locked; those that another sweep or a move holds are left to it."""
    due = Clock.objects.running().filter(alert_on__lte=today, paused_on=None)
    keys = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True))
    return list(Clock.objects.filter(pk__in=keys).exclude(opinion__state__in=ENDED).order_by("pk").values(*COLUMNS))


def _warned(rows: list[dict], today: date) -> list[Warned]:
    """Note on each clock how far it has been told of; one statement for all that end up alike."""
    if not rows:
        return []
    calendar, pauses = calendar_from(min(row["started_on"] for row in rows)), _pauses_of(rows)
    known: dict[tuple, dict[Alert, date]] = {}
    alike: dict[tuple[int, date | None], list[int]] = defaultdict(list)
    found = []
    for row in rows:
        began, amount, stops = row["started_on"], row["amount"] + row["extended"], tuple(pauses[row["pk"]])
        key = (began, amount, row["unit"], stops)
        if key not in known:
            known[key] = alert_days(start=began, amount=amount, unit=row["unit"], calendar=calendar, pauses=stops)
        level = max(level_on(known[key], today), row["alert"])
        alike[level, next_alert(known[key], level)].append(row["pk"])
        if level > row["alert"]:
            found.append(Warned(row, Alert(level)))
    for (level, following), keys in alike.items():
        Clock.objects.filter(pk__in=keys).update(alert=level, alert_on=following)
    return found


def _pauses_of(rows: Iterable[dict]) -> dict[int, list[tuple[date, date]]]:
    pauses: dict[int, list[tuple[date, date]]] = defaultdict(list)
    stopped = Pause.objects.filter(clock__in=[row["pk"] for row in rows]).exclude(ended_on=None)
    for clock, begin, end in stopped.order_by("pk").values_list("clock", "started_on", "ended_on"):
        pauses[clock].append((begin, end))  # type: ignore[arg-type]  # not None, as asked for
    return pauses


def _tell(found: list[Warned], today: date, at: datetime) -> int:
    """One notice a person; of one ticket's clocks the most urgent counts. Returns how many."""
    watchers = Watchers.on(today)
    of_person: dict[int, dict[int, Warned]] = defaultdict(dict)
    for one in found:
        watch = _watch(one.row)
        own = watchers.holders(watch, one.level)
        above = watchers.above(watch) - own if one.level == Alert.OVERDUE else set()
        for users, is_own in ((own, True), (above, False)):
            for user in users:
                of_ticket = of_person[user]
                had = of_ticket.get(one.row["opinion_id"])
                if had is None or had.level < one.level:
                    of_ticket[one.row["opinion_id"]] = Warned(one.row, one.level, is_own)
    alike: dict[tuple[str, str], list[int]] = defaultdict(list)
    for user, of_ticket in of_person.items():
        alike[_notice(list(of_ticket.values()))].append(user)
    people = get_user_model().objects.in_bulk(list(of_person))
    for (text, link), keys in alike.items():
        users = [people[key] for key in sorted(keys)]
        notify(kind=NoticeKind.DEADLINE, users=users, text=text, link=link, at=at, fit_for_outside=True)
    return len(of_person)


def _watch(row: dict) -> Watch:
    return Watch(
        department=row["department_id"],
        place=row["opinion__holder_station_id"],
        branch=row["opinion__branch_id"],
        station=row["opinion__station_id"],
        county=row["opinion__county_id"],
        deputy=row["opinion__deputy__user_id"] if row["stage"] == Stage.REPLIED else None,
    )


def _notice(found: list[Warned]) -> tuple[str, str]:
    """The text for one person and where it leads: the ticket, or the list of all that were meant."""
    if len(found) == 1:
        one = found[0]
        row, words = one.row, WORDS[one.level] if one.own else LATE_ABOVE
        due = f"{row['due_on'].month}月{row['due_on'].day}日"
        name = f"{row['opinion__register__name']}{row['opinion__number']}:{Stage(row['stage']).label}"
        return name + words.format(due=due), f"/opinions/{row['opinion__uid']}/"
    levels = Counter(one.level for one in found)
    counts = "、".join(f"{words}{levels[level]}件" for level, words in SHORT.items() if levels[level])
    urge = "请抓紧办理" if any(one.own for one in found) else "请督促办理"
    return f"您有{len(found)}件意见建议快到期或已超期:{counts},{urge}。", _list_of(found)


def _list_of(found: list[Warned]) -> str:
    """The list that shows them: `mine` are the person's to act on, `overdue` goes by the ticket's own term."""
    filters = []
    if all(one.own and (one.row["is_main"] or one.row["stage"] == Stage.SIGN_FOR) for one in found):
        filters.append("mine=1")
    if all(one.level == Alert.OVERDUE and one.row["is_main"] for one in found):
        filters.append("overdue=1")
    return "/opinions/?" + ("&".join(filters) or "state=open")
