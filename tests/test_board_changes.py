"""What changed on a board, in words: people by code, each field by its name, the list of receptions apart."""

from copy import deepcopy
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deputies.posters.boards.changes import (
    PERSON_TEXTS,
    changed_words,
    lasting_of,
    list_outdated,
    list_remarks,
)

pytestmark = pytest.mark.once

NAMES = ("陈卫", "王磊", "李桂芳")
STATION = "0319-4360004"
TODAY = date(2026, 11, 25)
SUNDAYS = [date(2026, 11, 29) + timedelta(weeks=week) for week in range(6)]


def person(code: str, name: str, **fields) -> dict:
    return {
        "code": code, "name": name, "levels_label": "县人大代表", "is_head": False, "employer": "官亭镇中心小学",
        "position": "教师", "contact_scope": "教育", "phone": STATION, "photo": "",
    } | fields  # fmt: skip


def board(*people: dict, **fields) -> dict:
    return {
        "county_code": "JLX", "place_code": "GT01", "glyphs": {}, "title": "官亭镇人大代表联络站第一分站", "subtitle": "公示栏",
        "people": list(people), "duty_hours": "每星期日 上午9:00—11:30", "place": "安家庄村委会", "station_phone": STATION,
        "upcoming": [], "qr_url": "https://liaison.test/b/GT01/", "maker": "巨鹿县人大常委会", "template": "1",
    } | fields  # fmt: skip


HEAD, WEI, LEI = person("D1", "李桂芳", is_head=True), person("D2", "陈卫"), person("D3", "王磊")
BEFORE = board(HEAD, WEI, LEI)


def changed(old: dict, **fields) -> list[str]:
    """What is said when the one person `old` of the board changes."""
    return changed_words(BEFORE, board(*(one | fields if one is old else one for one in BEFORE["people"])))


def test_people_who_come_go_and_lead():
    assert changed_words(BEFORE, board(HEAD, WEI, LEI, person("D4", "赵六"))) == ["新来:赵六"]
    assert changed_words(BEFORE, board(HEAD, WEI)) == ["走了:王磊"]
    assert changed_words(BEFORE, board(WEI | {"is_head": True}, HEAD | {"is_head": False}, LEI)) == ["站长换成陈卫"]
    assert changed_words(BEFORE, board(WEI | {"is_head": True}, LEI)) == ["走了:李桂芳", "站长换成陈卫"]
    assert changed(HEAD, is_head=False) == ["李桂芳不再是站长"]
    assert changed_words(board(WEI), board(WEI | {"is_head": True})) == ["陈卫当了站长"]
    assert changed_words(BEFORE, board(HEAD, LEI, WEI)) == ["代表的次序变了"]


def test_two_of_one_name_are_two_people():
    other = person("D9", "陈卫", position="村医")
    assert changed_words(BEFORE, board(HEAD, other, LEI)) == ["新来:陈卫(D9)", "走了:陈卫(D2)"]
    both = board(HEAD, WEI, other)
    assert changed_words(both, board(HEAD, WEI, other | {"position": "院长"})) == ["陈卫(D9):职务 村医 → 院长"]


def test_fields_of_a_person_are_one_sentence():
    assert changed(WEI, position="校长") == ["陈卫:职务 教师 → 校长"]
    assert changed(WEI, position="", contact_scope="教育、道路") == ["陈卫:职务去掉了,联系内容 教育 → 教育、道路"]
    assert changed(WEI, employer="巨" * 40) == ["陈卫:单位改了"]
    assert changed(WEI, name="陈伟") == ["陈伟:姓名 陈卫 → 陈伟"]
    assert changed(WEI, photo="a") == ["陈卫:照片有了"]
    assert changed_words(board(WEI | {"photo": "a"}), board(WEI | {"photo": "b"})) == ["陈卫:照片换了"]
    assert changed_words(board(WEI | {"photo": "a"}), board(WEI)) == ["陈卫:照片去掉了"]


def test_a_phone_is_told_by_whose_it_is():
    own = board(HEAD, WEI | {"phone": "13900000001"}, LEI)
    assert changed_words(BEFORE, own) == ["陈卫:电话 联络站电话 → 本人电话"]
    assert changed_words(own, BEFORE) == ["陈卫:电话 本人电话 → 联络站电话"]
    assert changed_words(own, board(HEAD, WEI | {"phone": "13900000002"}, LEI)) == ["陈卫:电话换了"]
    new = "0319-4360009"
    moved = board(*(one | {"phone": new} for one in BEFORE["people"]), station_phone=new)
    assert changed_words(BEFORE, moved) == [f"联络站电话 {STATION} → {new}"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": "官亭镇人大代表联络站第二分站"}, "分站名称 官亭镇人大代表联络站第一分站 → 官亭镇人大代表联络站第二分站"),
        ({"duty_hours": "每星期日\n下午"}, "接待时间 每星期日 上午9:00—11:30 → 每星期日 下午"),
        ({"place": "李庄村委会"}, "接待地点 安家庄村委会 → 李庄村委会"), ({"qr_url": "x"}, "二维码的网址换了"),
        ({"template": "2"}, "版式换了"), ({"glyphs": {"𫝀": "d"}}, "“𫝀”的补字图有了"), ({"new": 1}, "内容有变化"),
    ],
)  # fmt: skip
def test_the_rest_of_the_sheet(fields, sentence):
    assert changed_words(BEFORE, board(HEAD, WEI, LEI, **fields)) == [sentence]


def test_an_edition_without_facts_says_only_that_something_changed():
    assert changed_words({}, BEFORE) == ["内容有变化"]
    assert list_outdated({}, board(upcoming=[["2026-11-29", ["陈卫"]]]), TODAY) == []


people = st.builds(
    person, st.sampled_from(["D1", "D2", "D3"]), st.sampled_from(NAMES), is_head=st.booleans(),
    position=st.sampled_from(["", "教师", "校长"]), phone=st.sampled_from(["", STATION, "13900000001"]),
    photo=st.sampled_from(["", "a", "b"]),
)  # fmt: skip
boards = st.builds(
    lambda people, **fields: board(*people, **fields), st.lists(people, max_size=3, unique_by=lambda one: one["code"]),
    station_phone=st.sampled_from([STATION, "13900000001"]), place=st.sampled_from(["", "村委会"]),
    template=st.sampled_from(["1", "2"]), upcoming=st.sampled_from([[], [["2026-11-29", ["陈卫"]]]]),
    glyphs=st.sampled_from([{}, {"𫝀": "d"}]),
)  # fmt: skip


@given(boards, boards)
@settings(max_examples=300, deadline=None)
def test_words_are_found_exactly_when_what_lasts_differs(before, now):
    assert bool(changed_words(before, now)) == (lasting_of(before) != lasting_of(now))
    assert changed_words(before, deepcopy(before)) == []


@given(boards.filter(lambda one: one["people"]), st.data())
@settings(max_examples=200, deadline=None)
def test_whatever_changes_about_one_person_names_the_person(before, data):
    now = deepcopy(before)
    chosen = data.draw(st.sampled_from(now["people"]))
    field = data.draw(st.sampled_from(["is_head", "phone", "photo", *PERSON_TEXTS]))
    chosen[field] = not chosen[field] if field == "is_head" else chosen[field] + "新"
    (sentence,) = changed_words(before, now)
    assert chosen["name"] in sentence


# ---- The list of receptions ----


def listed(*days: date, names=("陈卫", "王磊")) -> dict:
    return board(WEI, upcoming=[[day.isoformat(), list(names)] for day in days])


def test_a_list_is_over_when_all_its_days_have_passed_and_there_is_a_new_one():
    printed, now = listed(*SUNDAYS[:2]), listed(*SUNDAYS[2:])
    assert list_outdated(printed, now, SUNDAYS[1]) == []
    assert list_outdated(printed, now, SUNDAYS[1] + timedelta(days=1)) == ["近期值班已经过完了"]
    assert list_outdated(printed, listed(), SUNDAYS[2]) == []  # nothing better could be printed
    assert list_outdated(listed(), now, TODAY) == ["近期值班排出来了"]
    off = "的接待停了、改期了或者没有人值班"
    assert list_outdated(printed, listed(), TODAY) == [f"11月29日{off}", f"12月6日{off}"]


def test_a_day_that_is_not_held_as_printed_is_a_reason_to_print():
    printed = listed(*SUNDAYS[:4])
    assert list_outdated(printed, printed, TODAY) == []
    without = [day for day in SUNDAYS if day != SUNDAYS[1]]
    assert list_outdated(printed, listed(*without[:4]), TODAY) == ["12月6日的接待停了、改期了或者没有人值班"]
    moved = sorted([*without, SUNDAYS[1] - timedelta(days=1)])[:4]
    assert list_outdated(printed, listed(*moved), TODAY) == ["12月6日的接待停了、改期了或者没有人值班"]
    assert list_outdated(printed, listed(*SUNDAYS[1:5]), TODAY + timedelta(days=5)) == []  # the first is over


def test_a_list_lasts_until_its_last_day_however_long_that_is():
    """Every second Sunday, four days are eight weeks."""
    days = [SUNDAYS[0] + timedelta(weeks=2 * count) for count in range(6)]
    printed = listed(*days[:4])
    assert list_outdated(printed, listed(*days[3:]), days[3]) == []
    assert list_outdated(printed, listed(*days[4:]), days[3] + timedelta(days=1)) == ["近期值班已经过完了"]


def test_days_beyond_a_full_list_are_not_judged():
    """Two days put in push the last printed ones off the list of four; nobody called them off."""
    extra = [SUNDAYS[0] - timedelta(days=3), SUNDAYS[0] - timedelta(days=2)]
    now = listed(*extra, *SUNDAYS[:2])
    assert list_outdated(listed(*SUNDAYS[:4]), now, TODAY) == []
    assert list_remarks(listed(*SUNDAYS[:4]), now, TODAY) == ["近期值班里多了2天"]


def test_names_that_were_swapped_are_a_remark():
    printed, now = listed(*SUNDAYS[:2]), listed(*SUNDAYS[:2])
    now["upcoming"][0][1] = ["王磊", "陈卫"]
    assert list_remarks(printed, now, TODAY) == []
    now["upcoming"][0][1] = ["王磊", "李桂芳"]
    assert list_remarks(printed, now, TODAY) == ["近期值班里有1天换了人"]
    assert list_outdated(printed, now, TODAY) == []
    assert list_remarks(printed, now, SUNDAYS[1]) == []  # it is over
    assert list_remarks(printed, listed(*SUNDAYS[:4]), TODAY) == []  # later days are no news
    assert list_remarks(listed(), now, TODAY) == []


@given(st.sets(st.sampled_from(SUNDAYS)), st.sets(st.sampled_from(SUNDAYS)), st.sampled_from([TODAY, *SUNDAYS]))
def test_a_day_is_off_exactly_when_the_roster_no_longer_has_it(printed, held, on):
    """Whatever is printed and held: each day named is to come and not held; one within the known days is never missed.
    It is over only when the last has passed."""
    coming = sorted(day for day in held if day >= on)[:4]
    reasons = list_outdated(listed(*sorted(printed)), listed(*coming), on)
    named = {day for day in SUNDAYS if f"{day.month}月{day.day}日的接待停了、改期了或者没有人值班" in reasons}
    known = {day for day in printed if len(coming) < 4 or day <= coming[-1]}
    assert named == {day for day in known if day > on and day not in held}
    assert ("近期值班已经过完了" in reasons) == bool(printed and max(printed) < on and coming)
