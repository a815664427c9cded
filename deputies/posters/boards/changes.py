"""What changed on a board since it was printed, in words; and what of its list of receptions no longer holds.

Everything is read from what the sheets say (`Edition.facts`), so it can be told of an edition of years ago. People are
matched by code: two of one name are two people.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from deputies.posters.boards.facts import COMING
from deputies.posters.product import Said

LONGEST_PAIR = 40  # characters of old and new value together; longer ones are read on the board
SHEET_TEXTS = {
    "title": "分站名称", "subtitle": "副标题", "duty_hours": "接待时间", "place": "接待地点", "station_phone": "联络站电话",
    "maker": "监制单位", "place_code": "分站编号", "county_code": "县的编号",
}  # fmt: skip
PERSON_TEXTS = {
    "name": "姓名", "levels_label": "代表层级", "employer": "单位", "position": "职务", "contact_scope": "联系内容",
}  # fmt: skip
OUTSIDE_CARDS = {"people", "glyphs", "upcoming", *SHEET_TEXTS}
ON_A_CARD = {"code", "is_head", "phone", "photo", *PERSON_TEXTS}
OTHER_WORDS = {"qr_url": "二维码的网址换了", "template": "版式换了"}
SOMETHING = "内容有变化"


def changed_words(before: Said, now: Said) -> list[str]:
    """Every difference as a sentence, people first; of what lasts, the list of receptions left out.

    An edition from before facts were kept says only that something changed.
    """
    if not before:
        return [SOMETHING]
    found = [*_people(before, now), *_sheet(before, now), *_glyphs(before["glyphs"], now["glyphs"])]
    return found or ([SOMETHING] if lasting_of(before) != lasting_of(now) else [])


def lasting_of(said: Said) -> dict[str, Any]:
    """What of a board demands a new print when it changes; the list of receptions passes by itself."""
    return {name: value for name, value in said.items() if name != "upcoming"}


# ---- People ----


def _people(before: Said, now: Said) -> list[str]:
    old, new = _by_code(before), _by_code(now)
    called = _callings([*old.values(), *new.values()])
    came = [called(new[code]) for code in new if code not in old]
    left = [called(old[code]) for code in old if code not in new]
    stayed = [code for code in new if code in old]
    lines = [
        f"新来:{'、'.join(came)}" if came else "",
        f"走了:{'、'.join(left)}" if left else "",
        _head(old, new, called),
        *(_person(old[code], new[code], called(new[code]), before, now) for code in stayed),
        "代表的次序变了" if _order_changed(old, new) else "",
    ]
    return [line for line in lines if line]


def _by_code(said: Said) -> dict[str, dict]:
    return {person["code"]: person for person in said["people"]}


def _callings(people: Iterable[dict]):
    """How to call somebody: by name, and by the code, too, where two people have the name."""
    names = Counter(name for _code, name in {(person["code"], person["name"]) for person in people})
    return lambda person: f"{person['name']}({person['code']})" if names[person["name"]] > 1 else person["name"]


def _head(old: dict, new: dict, called) -> str:
    gained = [called(person) for code, person in new.items() if person["is_head"] and not _was_head(old, code)]
    lost = [called(person) for code, person in old.items() if person["is_head"] and not _was_head(new, code)]
    if gained:
        return f"站长换成{'、'.join(gained)}" if lost else f"{'、'.join(gained)}当了站长"
    return f"{'、'.join(lost)}不再是站长" if lost else ""


def _was_head(people: dict, code: str) -> bool:
    return code in people and people[code]["is_head"]


def _person(old: dict, new: dict, name: str, before: Said, now: Said) -> str:
    parts = [_text(label, old[field], new[field]) for field, label in PERSON_TEXTS.items()]
    parts += [_phone(old["phone"], new["phone"], before, now), _exchanged("照片", old["photo"], new["photo"])]
    if _rest(old, ON_A_CARD) != _rest(new, ON_A_CARD):
        parts.append("别的内容变了")
    said = ",".join(part for part in parts if part)
    return f"{name}:{said}" if said else ""


def _phone(old: str, new: str, before: Said, now: Said) -> str:
    """Whose number it is, never the number: what somebody has taken back is not told again."""
    was_stations, is_stations = old == before["station_phone"], new == now["station_phone"]
    if old == new or (was_stations and is_stations):  # a new number of the station is said once, for the sheet
        return ""
    if was_stations == is_stations or not (old and new):
        return _exchanged("电话", old, new)
    return "电话 联络站电话 → 本人电话" if was_stations else "电话 本人电话 → 联络站电话"


def _exchanged(noun: str, old: str, new: str) -> str:
    """Of what isn't shown in words: 照片换了."""
    if old == new:
        return ""
    return f"{noun}{'换了' if old and new else '有了' if new else '去掉了'}"


def _order_changed(old: dict, new: dict) -> bool:
    """Whether those who stayed stand in another order; who became head or ceased to be moved for that."""
    def stayed(people: dict) -> list[str]:
        return [code for code in people if code in old and code in new and old[code]["is_head"] == new[code]["is_head"]]

    return stayed(old) != stayed(new)


# ---- The rest of the sheet ----


def _sheet(before: Said, now: Said) -> list[str]:
    lines = [_text(label, before.get(field, ""), now.get(field, "")) for field, label in SHEET_TEXTS.items()]
    old, new = _rest(before, OUTSIDE_CARDS), _rest(now, OUTSIDE_CARDS)
    other = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    lines += dict.fromkeys(OTHER_WORDS.get(name, SOMETHING) for name in other)
    return [line for line in lines if line]


def _rest(said: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name not in known}


def _text(label: str, old: str, new: str) -> str:
    if old == new:
        return ""
    if not (old and new):
        return f"{label}去掉了" if old else f"{label}填上了"
    if len(old) + len(new) > LONGEST_PAIR:
        return f"{label}改了"
    return f"{label} {_one_line(old)} → {_one_line(new)}"


def _one_line(text: str) -> str:
    return " ".join(text.split()) or "空白"


def _glyphs(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Pictures that stand in for characters, by their digests."""
    characters = sorted({*old, *new})
    lines = [_exchanged(f"“{one}”的补字图", old.get(one, ""), new.get(one, "")) for one in characters]
    return [line for line in lines if line]


# ---- The list of receptions ----


def list_outdated(said: Said, now: Said, on: date) -> list[str]:
    """Why the printed list of receptions misleads on the day `on`, and a new one would not.

    All of it has passed; there was none; or a day still to come is not held as printed: called off, moved, or left
    without people, which the list does not tell apart. `now` holds the next COMING receptions at most, so that a full
    list says nothing of the days after its last.
    """
    printed, coming = _days(said), _days(now)
    if not printed:
        return ["近期值班排出来了"] if coming and "upcoming" in said else []
    found = [
        f"{day.month}月{day.day}日的接待停了、改期了或者没有人值班"
        for day in printed
        if on < day <= _known_until(coming) and day not in coming
    ]
    if max(printed) < on and any(day >= on for day in coming):
        found.append("近期值班已经过完了")
    return found


def list_remarks(said: Said, now: Said, on: date) -> list[str]:
    """What differs on the days to come of the printed list and is no reason to print again: names, days put in between."""
    printed, coming = _days(said), _days(now)
    swapped = sum(day >= on and sorted(printed[day]) != sorted(coming[day]) for day in printed if day in coming)
    last = max(printed, default=on)
    added = sum(on <= day < last for day in coming if day not in printed)
    found = [f"近期值班里有{swapped}天换了人"] if swapped else []
    return found + ([f"近期值班里多了{added}天"] if added else [])


def _days(said: Said) -> dict[date, list[str]]:
    return {date.fromisoformat(day): names for day, names in said.get("upcoming", [])}


def _known_until(coming: Mapping[date, Any]) -> date:
    """Up to which day the list of coming receptions names all; a list that is not full names every one."""
    return max(coming) if len(coming) >= COMING else date.max
