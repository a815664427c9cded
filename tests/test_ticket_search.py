"""Search in Chinese text: numbers in every form, short words, several words, plain signs, the deputy's name."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.services import Matter
from activities.states import Category
from opinions.models import CongressSession, Opinion, SuggestionDetail
from opinions.rules.searching import number_in, pairs_of, search_words, session_number_in
from opinions.services import file_suggestion, register_opinion, search_tickets
from tests.cast import moment

DAY = date(2026, 3, 2)
TEXTS = (
    "安家庄村东头路灯不亮",
    "107国道边排水沟堵了,100%的户受影响",
    "WiFi信号差,文件名a_b\\c打不开",
    "路边的灯杆倒了",
)


@pytest.fixture
def found(cast):
    """`found(text)`: which of the four tickets (1 to 4), the suggestion (5) and YT's ticket (6) a search by the clerk brings."""
    made = [
        register_opinion(branch=cast.gt01, matter=Matter(text, Category.ROAD), actor=cast.clerk, at=moment(DAY))
        for text in TEXTS
    ]
    made.append(
        file_suggestion(
            deputy=cast.deputy_person, title="关于修建文化广场的建议", text="请立项", category=Category.OTHER,
            actor=cast.deputy, at=moment(DAY),
        )
    )  # fmt: skip
    far = Matter("巷口积水", Category.ROAD)
    made.append(register_opinion(branch=cast.yt01, matter=far, actor=cast.stranger, at=moment(DAY)))
    session = CongressSession.objects.create(county=cast.county, term="第十七届", ordinal=5, starts_on=DAY, ends_on=DAY)
    SuggestionDetail.objects.filter(opinion=made[4]).update(session=session, serial=12, in_session=True)
    keys = {ticket.pk: place for place, ticket in enumerate(made, start=1)}

    def search(text: str, user=cast.clerk) -> set[int]:
        rows = search_tickets(rows=Opinion.objects.visible_to(user), text=text, user=user)
        return {keys[row.pk] for row in rows}

    return search


def test_words_numbers_signs_and_names_find_their_tickets(cast, found):
    name, initials = cast.deputy_person.name, cast.deputy_person.initials
    for text, places in (
        ("路灯", {1}),
        ("灯", {1, 4}),
        ("路 灯", {1, 4}),
        ("路灯 国道", set()),
        (" 东头 路灯 ", {1}),
        ("", {1, 2, 3, 4, 5}),
        ("灯路", set()),
        ("107", {2}),
        ("107", {2}),
        ("wifi", {3}),
        ("WIFI", {3}),
        ("%", {2}),
        ("100%", {2}),
        ("_", {3}),
        ("a_b", {3}),
        ("axb", set()),
        ("\\", {3}),
        ("b\\c", {3}),
        ("'", set()),
        ("路' | '灯", set()),
        ("文化广场", {5}),
        ("〔2026〕第002号", {2}),
        ("[2026]2", {2}),
        ("2026-2", {2}),
        ("2026年第2号", {2}),
        ("2026-2", {2}),
        ("003", {3}),
        ("第3号", {3}),
        ("2026第002号", {2}),
        ("〔2026〕2", {2}),
        ("官亭镇〔2026〕第002号", {2}),
        ("官亭镇联络站〔2026〕第002号", {2}),
        ("官亭镇002", {2}),
        ("官亭2026-2", {2}),
        ("宜亭镇002", set()),
        ("官亭镇", {1, 2, 3, 4, 5}),
        ("官亭镇联络站 路灯", {1}),
        ("2025-2", set()),
        (str(SuggestionDetail.objects.get()), {5}),
        ("第十六届第012号", set()),
        ("十七届五次会议12号", {5}),
        ("闭会期间第012号", set()),  # it was filed at the meeting
        ("第012号", {5}),
        ("012", {5}),
        ("12", {5}),
        (name, {5}),
        (initials, {5}),
        (f"{name} 文化", {5}),
        (f"{name} 路灯", set()),
    ):
        assert found(text) == places, text
    assert found("路灯", cast.stranger) == set() and found(name, cast.stranger) == set()
    assert found("文化广场", cast.deputy) == {5} and found("路灯", cast.deputy) == set()
    assert found("路灯", cast.admin) == {1}


def test_a_town_in_front_says_whose_number_or_words_are_meant(cast, found):
    for text, places in (
        ("001", {1, 5, 6}), ("官亭镇〔2026〕第001号", {1, 5}), ("阎疃镇001", {6}), ("阎疃镇 001", {6}),
        ("阎疃镇 积水", {6}), ("官亭镇 积水", set()), ("积水", {6}),
    ):  # fmt: skip
        assert found(text, cast.admin) == places, text
        assert found(text) == places - {6}, text


def test_number_between_sessions_as_printed(cast, found):
    SuggestionDetail.objects.update(in_session=False)
    for text in (str(SuggestionDetail.objects.get()), "闭会期间第012号", "闭会期间12", "第012号", "12"):
        assert found(text) == {5}, text


def test_more_words_than_anybody_types_cost_no_more_queries(cast, found, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        assert found(" ".join("甲乙丙丁戊己庚辛壬癸")) == set()


@given(st.text(max_size=30), st.text(max_size=6), st.text(max_size=30))
def test_the_index_holds_every_pair_of_any_part_of_a_text(before, word, after):
    """What the index is asked for is in it, whatever stands around the word: it never hides a match."""
    held = set(search_words([before + word + after]).split(" "))
    whole = word.isalnum() and before.isascii() and after.isascii()
    assert not whole or set(pairs_of(word)) <= held
    assert all(len(pair) == 2 and "'" not in pair and "\\" not in pair for pair in pairs_of(word))


@pytest.mark.parametrize(
    ("typed", "asked"),
    [("2026-0777", ["07", "77"]), ("〔2026〕第777号", ["第7", "77", "7号"]), ("官亭镇2026-24", ["24"]), ("第777号", ["第7", "77", "7号"]),
     ("2026-1", ["20", "02", "26"]), ("2026", ["20", "02", "26"])],
)  # fmt: skip
def test_the_index_is_not_asked_for_the_year_of_a_number_which_all_tickets_have(typed, asked):
    """Unless nothing else is left to ask for."""
    assert pairs_of(typed) == asked
    assert set(asked) <= set(search_words([f"见{typed}号件"]).split(" "))


def test_forms_of_a_number():
    assert number_in("2026-1") == number_in("【2026】0001号") == number_in("2026第001号") == ("", "〔2026〕第001号")
    assert number_in("1") == number_in("第001号") == ("", "第001号")
    assert number_in("官亭镇联络站〔2026〕第024号") == number_in("官亭镇2026年24号") == ("官亭镇", "〔2026〕第024号")
    assert number_in("官亭镇024") == ("官亭镇", "第024号")
    assert number_in("1234567") is number_in("路灯") is number_in("2026-") is None
    assert session_number_in("会议第012号") == ("会议", 12) and session_number_in("12") == ("", 12)
    assert session_number_in("号") is session_number_in("99999") is None
