"""What is different between two posters of the same month, in words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from activities.states import ShiftState

FIELDS = {
    "title": "分站名称", "duty_hours": "接待时间", "place": "接待地点", "station_phone": "联络站电话", "maker": "监制单位",
}  # fmt: skip
Day = Mapping[str, Any]


def poster_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Sentences for the console, days first; both are what posters say, as kept with an edition."""
    old, new = ({day["planned_on"]: day for day in said["days"]} for said in (before, now))
    found = []
    for planned_on in sorted(old.keys() | new.keys()):
        found += _day_changes(old.get(planned_on), new.get(planned_on))
    found += _level_changes(before["days"], now["days"])
    for field, label in FIELDS.items():
        if before[field] != now[field]:
            found.append(f"{label}改了:{before[field] or '空着'} → {now[field] or '空着'}")
    if before["qr_url"] != now["qr_url"]:
        found.append("二维码的网址改了")
    if before["glyphs"] != now["glyphs"] and not found:
        found.append("补字的图换了")
    return found


def _day_changes(old: Day | None, new: Day | None) -> list[str]:
    if old is None or new is None:
        return [f"{_words(old or new)}{'加了接待' if old is None else '没有接待了'}"]
    if is_off(old) and is_off(new):
        return [] if old == new else [f"{_words(new)}停的原因改了"]
    if is_off(new):
        return [f"{_words(old)}停了"]
    found = []
    if is_off(old):
        found.append(f"{_words(old)}不停了,照常接待")
    if old["on"] != new["on"]:
        found.append(f"{_words(old)}改到{_words(new)}")
    return found + _people_changes(old, new)


def is_off(day: Day) -> bool:
    """Called off beforehand. That a day was not held shows only once it has passed, and then no poster is due."""
    return day["state"] == ShiftState.CANCELLED


def _people_changes(old: Day, new: Day) -> list[str]:
    gone = _names(old, besides=new)
    come = _names(new, besides=old)
    if gone and come:
        return [f"{_words(new)}:{gone}换成{come}"]
    if come:
        return [f"{_words(new)}:加上{come}"]
    if gone:
        return [f"{_words(new)}:{gone}不来了"]
    was = {person["code"]: person["name"] for person in old["people"]}
    renamed = [
        (was[person["code"]], person["name"]) for person in new["people"] if was[person["code"]] != person["name"]
    ]
    return [f"{_words(new)}:姓名{before}改成{after}" for before, after in renamed]


def _names(day: Day, *, besides: Day) -> str:
    others = {person["code"] for person in besides["people"]}
    return "、".join(person["name"] for person in day["people"] if person["code"] not in others)


def _level_changes(before: list[Day], now: list[Day]) -> list[str]:
    """Each person once, on however many days they are the same."""
    was = {(person["code"], day["planned_on"]): person["levels_label"] for day in before for person in day["people"]}
    now_is = {(person["code"], day["planned_on"]): person for day in now for person in day["people"]}
    found = [
        f"{person['name']}的代表层级改了:{was[place] or '没有'} → {person['levels_label'] or '没有'}"
        for place, person in sorted(now_is.items())
        if place in was and was[place] != person["levels_label"]
    ]
    return list(dict.fromkeys(found))


def _words(day: Day) -> str:
    on = date.fromisoformat(day["on"])
    return f"{on.month}月{on.day}日"
