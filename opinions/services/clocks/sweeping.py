"""The sweep over deadlines: whoever has to act is told when half, 80 % and all of a term has gone, and when it is over.

Told once a level, one notice a person and sweep. Safe to repeat and to run twice at once. Notices name tickets by
number only. Never on a public holiday: what would be said on one is said on the last day before it, except that
something is overdue, which is said on the first day after.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.contrib.auth import get_user_model
from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.working_days import Calendar, today_here
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
DUE_ON_HOLIDAY = "{due}到期,正逢放假,请放假以前办好。"
LATE_ABOVE = "已超期,{due}到期的,请督促办理。"
SHORT = {Alert.OVERDUE: "超期", Alert.DUE: "今天到期", Alert.NEAR: "过八成", Alert.HALF: "过半"}
SHORT_ON_HOLIDAY = "放假期间到期"
LONGEST_HOLIDAY = timedelta(days=31)


@dataclass
class Swept:
    """What one sweep has done: clocks warned of by level, notices written."""

    warned: Counter = field(default_factory=Counter)
    notices: int = 0


@dataclass(frozen=True)
class Warned:
    """One clock of which people are told: its row, the level, and whether the reader is the one to act (`own`).

    `ahead`: it ends during the holiday that begins tomorrow.
    """

    row: dict
    level: Alert
    own: bool = True
    ahead: bool = False

    @property
    def short(self) -> str:
        return SHORT_ON_HOLIDAY if self.ahead else SHORT[self.level]

    @property
    def words(self) -> str:
        if not self.own:
            return LATE_ABOVE
        return DUE_ON_HOLIDAY if self.ahead else WORDS[self.level]


@transaction.atomic
def sweep_deadlines(*, at: datetime) -> Swept:
    """Warn of every running clock whose next warning has come by the moment `at`."""
    today = today_here(at)
    holidays = Calendar.load(today, today + LONGEST_HOLIDAY)
    if holidays.is_holiday(today):
        return Swept()
    until = _spoken_for(today, holidays)
    found = _warned(_due_rows(until), today, until)
    swept = Swept(warned=Counter(one.level for one in found))
    if found:
        swept.notices = _tell(found, today, at)
        levels = {level.name.lower(): swept.warned[level] for level in SHORT}
        audit.record("sweep_deadlines", actor=None, at=at, notices=swept.notices, warned=levels)
    return swept


def _spoken_for(today: date, holidays: Calendar) -> date:
    """The last day of the holiday that begins tomorrow, else today."""
    day = today
    while holidays.is_holiday(day + timedelta(days=1)):
        day += timedelta(days=1)
    return day


def _due_rows(until: date) -> list[dict]:
    """The clocks to warn of, locked; those that another sweep or a move holds are left to it."""
    due = Clock.objects.running().filter(alert_on__lte=until, paused_on=None)
    keys = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True))
    return list(Clock.objects.filter(pk__in=keys).exclude(opinion__state__in=ENDED).order_by("pk").values(*COLUMNS))


def _warned(rows: list[dict], today: date, until: date) -> list[Warned]:
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
        ahead = min(level_on(known[key], until), Alert.DUE)
        level = max(level_on(known[key], today), ahead, row["alert"])
        alike[level, next_alert(known[key], level)].append(row["pk"])
        if level > row["alert"]:
            found.append(Warned(row, Alert(level), ahead=level == Alert.DUE and known[key][Alert.DUE] > today))
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
                    of_ticket[one.row["opinion_id"]] = replace(one, own=is_own)
    alike: dict[tuple[str, str], list[int]] = defaultdict(list)
    for user, of_ticket in of_person.items():
        alike[_notice(list(of_ticket.values()))].append(user)
    people = get_user_model().objects.in_bulk(list(of_person))
    for (text, link), keys in alike.items():
        told = [people[key] for key in sorted(keys)]
        notify(kind=NoticeKind.DEADLINE, users=told, text=text, link=link, at=at, fit_for_outside=True)
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
        row = one.row
        due = f"{row['due_on'].month}月{row['due_on'].day}日"
        name = f"{row['opinion__register__name']}{row['opinion__number']}:{Stage(row['stage']).label}"
        return name + one.words.format(due=due), f"/opinions/{row['opinion__uid']}/"
    numbers = Counter(one.short for one in sorted(found, key=lambda one: (-one.level, one.ahead)))
    counts = "、".join(f"{words}{number}件" for words, number in numbers.items())
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
