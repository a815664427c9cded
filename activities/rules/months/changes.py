"""What changed between two readings of a month, in words; and the part of it that a confirmation is about."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import chain
from json import dumps

from activities.rules.months.figures import DeputyMonth, MonthFigures, PlaceMonth, ReportedPlace
from activities.rules.months.keeping import as_content
from activities.states import Form, Presence
from stations.states import Level

# Tickets go on after the month is over: what becomes of them is nothing that a head confirms.
OF_TICKETS = ("opinions", "transferred", "closed", "overdue")

PLACE_FIGURES: dict[str, str] = {
    "planned": "安排接待", "held": "已开展", "covered": "两人以上", "not_held": "未开展", "missing": "日志未登记", "logs": "工作日志",
    "prompt": "按时登记", "received": "接待群众", "households": "走访农户", "leaflets": "发放资料",
    "opinions": "收到意见", "transferred": "转交部门", "closed": "办结意见", "overdue": "超期未结",
}  # fmt: skip


def _presence(status: str) -> Callable[[DeputyMonth], int]:
    return lambda row: row.presence[status]


def _form(form: str) -> Callable[[DeputyMonth], int]:
    return lambda row: row.forms[form]


DEPUTY_FIGURES: dict[str, Callable[[DeputyMonth], int]] = {
    "应到": lambda row: row.expected,
    **{status.label: _presence(status) for status in Presence},
    "日志未登记": lambda row: row.unfiled,
    **{form.label: _form(form) for form in Form},
    "其他服务": lambda row: row.others,
}


def changes(before: MonthFigures, after: MonthFigures, *, of_tickets: bool = True) -> list[str]:
    """One sentence for each branch and each deputy whose figures are not the same, in the order of the report."""
    return list(chain(_place_changes(before, after, of_tickets), _deputy_changes(before, after)))


def settled_digest(figures: MonthFigures) -> str:
    """The same as long as nothing changed but tickets: what a head has seen and confirms."""
    content = as_content(figures)
    for row in content["places"]:
        for name in OF_TICKETS:
            row.pop(name, None)
    del content["on"]
    return sha256(dumps(content, sort_keys=True).encode()).hexdigest()


def _place_changes(before: MonthFigures, after: MonthFigures, of_tickets: bool) -> Iterator[str]:
    old, new = ({row.place.code: row for row in figures.places} for figures in (before, after))
    names = [name for name in PLACE_FIGURES if of_tickets or name not in OF_TICKETS]
    for code in _keys(old, new):
        place = (new.get(code) or old[code]).place
        words = [
            f"{PLACE_FIGURES[name]}{was}→{is_now}"
            for name in names
            if (was := _figure(old.get(code), name)) != (is_now := _figure(new.get(code), name))
        ]
        if words:
            yield f"{_called(place, after.place)}:{','.join(words)}"


def _deputy_changes(before: MonthFigures, after: MonthFigures) -> Iterator[str]:
    old, new = _deputies(before), _deputies(after)
    for key in _keys(old, new):
        place, row = new.get(key) or old[key]
        was, is_now = (side[key][1] if key in side else None for side in (old, new))
        words = _deputy_words(was, is_now)
        if words:
            yield f"{_called(place, after.place)}{row.name}:{','.join(words)}"


def _deputy_words(was: DeputyMonth | None, is_now: DeputyMonth | None) -> list[str]:
    words = []
    if was is None or is_now is None:
        words.append("新列入" if was is None else "不再列入")
    for label, figure in DEPUTY_FIGURES.items():
        before, after = (figure(row) if row else 0 for row in (was, is_now))
        if before != after:
            words.append(f"{label}{before}→{after}")
    if was and is_now and was.minimum != is_now.minimum:
        words.append(f"每月一次“{was.minimum.value}”→“{is_now.minimum.value}”")
    return words


def _deputies(figures: MonthFigures) -> dict[tuple[str, str], tuple[ReportedPlace, DeputyMonth]]:
    return {(row.place.code, one.code): (row.place, one) for row in figures.places for one in row.deputies}


def _keys(old: dict, new: dict) -> list:
    """Those of the new reading in its order, then what is gone."""
    return [*new, *(key for key in old if key not in new)]


def _figure(row: PlaceMonth | None, name: str) -> int:
    return getattr(row, name) if row else 0


def _called(place: ReportedPlace, seen_from: ReportedPlace) -> str:
    """A branch where the report is read: with its station's name in the county's."""
    if place.level != Level.BRANCH:
        return place.name
    return place.township.name + place.name if seen_from.level == Level.CENTRE else place.name
