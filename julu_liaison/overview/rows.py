"""The rows behind the figures of receptions and attendance; all others stand in lists that were there before."""

from datetime import date

from django.db.models import F, QuerySet, Value

from activities.models import DutyLog, Shift
from activities.rules.receptions import (
    attendance,
    attendance_conditions,
    reception_conditions,
    receptions,
    unanswered,
)
from activities.states import CALLED_OFF, Presence
from deputies.models import Deputy
from stations.models import Station

WITH_SILENT = ("expected", "unfiled")


def reception_rows(*, place: Station, figure: str, start: date, end: date, on: date) -> QuerySet[Shift]:
    """The reception days that `figure` counts, with branch, station and people."""
    rows = receptions(place, start, end).filter(reception_conditions(on)[figure])
    return rows.select_related("branch", "station").prefetch_related("places__deputy")


def attendance_rows(*, place: Station, figure: str, start: date, end: date, on: date) -> QuerySet:
    """What `figure` counts as dictionaries: `day`, `place` and `person` (keys), `state` (empty: no log says), latest first."""
    told = attendance(place, start, end).filter(attendance_conditions()[figure]).order_by()
    found = told.values(day=F("log__date"), place=F("log__branch"), person=F("deputy"), state=F("status"))
    if figure in WITH_SILENT:
        silent = unanswered(place, start, end, on).order_by()
        found = found.union(silent.values(
            day=F("shift__date"), place=F("shift__branch"), person=F("deputy"), state=Value(""),
        ), all=True)  # fmt: skip
    return found.order_by("-day", "place", "person")


def reception_lines(shifts: list[Shift], on: date) -> list[tuple[Shift, str, DutyLog | None]]:
    """Each reception day with its state in words and its log."""
    logs = _logs((shift.branch_id, shift.date) for shift in shifts)
    return [(shift, _state_words(shift, on), logs.get((shift.branch_id, shift.date))) for shift in shifts]


def _state_words(shift, on: date) -> str:
    if shift.is_logged:
        return "按时登记" if shift.is_prompt else "登记晚了"
    if shift.state in CALLED_OFF:
        return shift.get_state_display()
    return "没登记" if shift.date <= on else "还没到"


def attendance_lines(rows: list[dict]) -> list[tuple[dict, Station, Deputy, str, DutyLog | None]]:
    """The rows with what they name: branch, deputy, the state in words, the log."""
    branches = Station.objects.select_related("parent").in_bulk({row["place"] for row in rows})
    people = Deputy.objects.in_bulk({row["person"] for row in rows})
    logs, words = _logs((row["place"], row["day"]) for row in rows), dict(Presence.choices)
    return [
        (
            row, branches[row["place"]], people[row["person"]], words.get(row["state"], "日志没登记"),
            logs.get((row["place"], row["day"])),
        )
        for row in rows
    ]  # fmt: skip


def _logs(keys) -> dict[tuple[int, date], DutyLog]:
    """The valid logs of some branches and days (one query)."""
    keys = set(keys)
    rows = DutyLog.objects.valid().filter(branch__in={key for key, _day in keys}, date__in={day for _key, day in keys})
    return {(log.branch_id, log.date): log for log in rows}
