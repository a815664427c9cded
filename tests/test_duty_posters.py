"""Duty posters: the published days of a branch's month, what changed about them in words, or why there is none."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import zxingcpp
from django.core.management import CommandError
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.models import Shift, ShiftPlace
from activities.services import add_day, cancel_day, draft_roster, hand_over_place, move_day, publish_roster
from activities.states import ShiftState
from deputies.models import Deputy, Edition
from deputies.posters import Rendition, order_of, print_one, rendition_of, standings
from deputies.posters.boards import board_facts
from deputies.posters.duty_posters import DutyPoster, PosterDay, PosterFacts, PosterPerson, month_of, poster_facts_of
from deputies.services import end_mandate, grant_mandate
from deputies.states import MandateLevel, Product
from julu_liaison.common.errors import DomainError
from julu_liaison.common.pdf import PrintRefused
from tests.cast import make_deputy, moment
from tests.prints import only_embedded_subsets, page_sizes, picture_of, printed_text, run_printing

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("media")]

APRIL = date(2026, 4, 1)
TODAY = date(2026, 3, 20)
AT = moment(TODAY)
FIRST, SECOND, THIRD, LAST = (date(2026, 4, day) for day in (5, 12, 19, 26))
URL = "https://example.org/b/GT01/"
RARE = "孙\U0002b740兰"

TEACHER, DOCTOR, FARMER = (
    PosterPerson(code, name, "县、镇人大代表") for code, name in (("D1", "王志强"), ("D2", "刘玉梅"), ("D3", "陈卫"))
)


def day(on: date, *people: PosterPerson, planned_on: date | None = None, state=ShiftState.PLANNED, reason="") -> PosterDay:
    return PosterDay(planned_on or on, on, state, reason, list(people or (TEACHER, DOCTOR)))


def poster(*days: PosterDay, **changes) -> PosterFacts:
    fields = {
        "county_code": "JLX", "place_code": "GT01", "title": "官亭镇人大代表联络站第一分站", "month": APRIL,
        "is_published": True, "days": list(days or (day(FIRST), day(SECOND, TEACHER, FARMER))),
        "duty_hours": "每星期日 上午9:00—11:30", "place": "安家庄村委会", "station_phone": "0319-5550100", "qr_url": URL,
        "maker": "巨鹿县人大常委会", "edition_label": "第3版", "edited_on": date(2026, 3, 20),
    }  # fmt: skip
    return PosterFacts(**fields | changes)


def drawn(facts: PosterFacts, size: str = "A3", *, png: bool = False) -> bytes:
    product = DutyPoster()
    size = product.size_of(size)
    return product.draw(product.for_size(facts, size), size, Rendition(png=png)).content


def said(facts: PosterFacts) -> dict:
    product = DutyPoster()
    return product.said(facts, product.size_of("A3"))


def changes(before: PosterFacts, now: PosterFacts) -> list[str]:
    return DutyPoster().changes(said(before), said(now))


# ---- The sheet ----


def test_everything_is_on_one_page_in_order():
    pdf = drawn(poster())
    text = printed_text(pdf)
    expected = (
        "官亭镇人大代表联络站第一分站", "4月值班公告", "2026年", "4月5日", "星期日", "王志强", "县、镇人大代表", "刘玉梅", "4月12日",
        "陈卫", "每星期日上午9:00—11:30", "安家庄村委会", "0319-5550100", "微信扫一扫", "巨鹿县人大常委会监制", "GT01",
        "第3版2026年3月20日",
    )  # fmt: skip
    places = [text.index(words) for words in expected]
    assert places == sorted(places)
    assert "王志强、" in text and "陈卫" in text and "陈卫、" not in text
    assert only_embedded_subsets(pdf)


@pytest.mark.parametrize(("size", "mm"), [("A2", (420, 594)), ("a3", (297, 420)), ("A4", (210, 297))])
def test_paper_is_upright_and_of_the_exact_size(size, mm):
    long = replace(TEACHER, name="阿卜杜热西提·买买提江")
    crowded = [day(FIRST + timedelta(days=7 * week), TEACHER, DOCTOR, FARMER, long) for week in range(5)]
    pdf = drawn(poster(*crowded), size)
    assert page_sizes(pdf) == [mm]
    assert printed_text(pdf).count("阿卜杜热西提·买买提江") == 5


def test_moved_days_say_so_and_days_called_off_are_struck_with_the_reason():
    text = printed_text(drawn(poster(
        day(FIRST, state=ShiftState.CANCELLED, reason="大雪封路"),
        day(date(2026, 4, 13), planned_on=SECOND, reason="村委会停电"),
        day(THIRD, state=ShiftState.NOT_HELD),
    )))  # fmt: skip
    assert "4月5日星期日停王志强、刘玉梅大雪封路" in text
    assert "4月13日星期一原定4月12日" in text
    assert "村委会停电" in text
    assert "未开展" in text


def test_qr_leads_to_the_branch():
    (code,) = zxingcpp.read_barcodes(picture_of(drawn(poster(), png=True)))
    assert code.text == URL


def test_no_phone_and_no_place_leave_no_heading_behind():
    text = printed_text(drawn(poster(station_phone="", place="")))
    assert "联络站电话" not in text
    assert "接待地点" not in text


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (poster(is_published=False, days=[]), "4月的排班还没有公布,请先在“排班”里公布"),
        (poster(days=[]), "4月这个分站没有接待日"),
        (poster(replace(day(FIRST), people=[])), "4月5日还没有排人,请先在“排班”里排上"),
        (poster(day(FIRST, replace(TEACHER, name=RARE))), "“\U0002b740”(U+2B740)"),
        (poster(day(FIRST, replace(TEACHER, name="王?强"))), "王?强的姓名里有“?”,像是没有打出来的字,请核对"),
        (poster(day(FIRST, replace(TEACHER, name="\u3164"))), "4月5日值班的有一位代表没有姓名,请补上"),
        (poster(place="安家庄\ue000"), "值班公告的接待地点里,字库没有U+E000"),
        (poster(title="官亭镇" * 25), "标题太长"),
        (poster(*[day(FIRST + timedelta(days=number)) for number in range(20)]), "接待日或者值班的人太多"),
        (poster(place="安家庄" * 60), "接待时间、接待地点或联络站电话太长"),
        (poster(maker="巨鹿县人大" * 12), "监制单位"),
    ],
)
def test_refused_with_what_to_do(facts, sentence):
    with pytest.raises(PrintRefused) as refusal:
        drawn(facts)
    assert sentence in refusal.value.messages[0]


@pytest.mark.parametrize("wrong", ["A1", "600x400", ""])
def test_other_sizes_are_refused(wrong):
    with pytest.raises(DomainError, match="A2、A3、A4"):
        DutyPoster().size_of(wrong)


@pytest.mark.parametrize("wrong", ["", "2026-4", "2026-13", "2026-04-01", "四月", "２０２６-１２"])
def test_a_poster_is_of_a_month(wrong):
    with pytest.raises(DomainError, match="不是月份"):
        month_of(wrong)


@pytest.mark.parametrize("period", ["２０２６-１２", "2026-1２"])
def test_a_month_in_other_digits_is_no_month_for_the_page_either(cast, signed_in, period):
    answer = signed_in(cast.staff).get("/console/boards/", {"product": "duty_poster", "period": period})
    assert answer.status_code in (400, 404)


# ---- What changed ----


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (day(SECOND, DOCTOR, FARMER), "4月12日:王志强换成刘玉梅"),
        (day(SECOND, TEACHER, DOCTOR, FARMER), "4月12日:加上刘玉梅"),
        (day(SECOND, TEACHER), "4月12日:陈卫不来了"),
        (day(SECOND, TEACHER, FARMER, state=ShiftState.CANCELLED, reason="停电"), "4月12日停了"),
        (day(date(2026, 4, 13), TEACHER, FARMER, planned_on=SECOND), "4月12日改到4月13日"),
        (day(SECOND, replace(TEACHER, name="王至强"), FARMER), "4月12日:姓名王志强改成王至强"),
    ],
)
def test_a_change_of_a_day_in_words(now, words):
    assert changes(poster(), poster(day(FIRST), now)) == [words]


def test_days_come_and_go_and_are_held_after_all():
    assert changes(poster(), poster(day(FIRST))) == ["4月12日没有接待了"]
    assert changes(poster(day(FIRST)), poster()) == ["4月12日加了接待"]
    off = poster(day(FIRST, state=ShiftState.CANCELLED, reason="停电"))
    assert changes(off, poster(day(FIRST, DOCTOR, FARMER))) == ["4月5日不停了,照常接待", "4月5日:加上刘玉梅、陈卫"]
    assert changes(off, poster(day(FIRST, state=ShiftState.CANCELLED, reason="大雪"))) == ["4月5日停的原因改了"]


def test_what_passes_by_itself_is_no_change():
    before = poster(day(FIRST, planned_on=date(2026, 4, 4), reason="停电"))
    passed = poster(day(FIRST, planned_on=date(2026, 4, 4), state=ShiftState.NOT_HELD))
    assert changes(before, passed) == []
    assert DutyPoster().lasting(said(before)) == DutyPoster().lasting(said(passed))


def test_changes_beside_the_days():
    province = replace(TEACHER, levels_label="省、县人大代表")
    assert changes(poster(day(FIRST, TEACHER), day(SECOND, TEACHER)), poster(day(FIRST, province), day(SECOND, province))) == [
        "王志强的代表层级改了:县、镇人大代表 → 省、县人大代表"
    ]
    assert changes(poster(), poster(place="", station_phone="0319-1")) == [
        "接待地点改了:安家庄村委会 → 空着", "联络站电话改了:0319-5550100 → 0319-1",
    ]  # fmt: skip
    assert changes(poster(), poster(glyphs={"王": b"png"})) == ["补字的图换了"]


def people():
    chosen = st.sets(st.sampled_from([TEACHER, DOCTOR, FARMER]), min_size=1)
    return chosen.map(lambda some: sorted(some, key=lambda person: person.code))


@st.composite
def posters(draw):
    days = []
    for planned_on in sorted(draw(st.sets(st.sampled_from([FIRST, SECOND]), min_size=1))):
        on = planned_on + timedelta(days=draw(st.integers(0, 1)))
        state = draw(st.sampled_from(list(ShiftState)))
        reason = draw(st.sampled_from(["", "停电"])) if state == ShiftState.CANCELLED else ""
        days.append(PosterDay(planned_on, on, state, reason, draw(people())))
    return poster(*days, station_phone=draw(st.sampled_from(["0319-1", "0319-2"])))


@given(posters(), posters())
@settings(max_examples=200)
def test_something_is_said_exactly_when_a_new_print_is_due(before, now):
    product = DutyPoster()
    is_due = product.lasting(said(before)) != product.lasting(said(now))
    assert bool(changes(before, now)) == is_due


@given(posters())
@settings(max_examples=30)
def test_another_rendition_says_what_was_printed(facts):
    product = DutyPoster()
    assert product.as_printed(replace(facts, days=[]), said(facts)).days == facts.days


# ---- From the records ----


@pytest.fixture
def published(cast):
    """April of 官亭镇: head and member on the first and third Sunday, the two others between."""
    roster = draft_roster(station=cast.gt, month=APRIL, actor=cast.clerk, at=AT).roster
    for on, people in ((FIRST, 0), (SECOND, 2), (THIRD, 0), (LAST, 2)):
        shift = Shift.objects.get(branch=cast.gt01, date=on)
        shift.places.all().delete()
        on_duty = cast.deputies["GT01"][people : people + 2]
        ShiftPlace.objects.bulk_create(ShiftPlace(shift=shift, deputy=deputy) for deputy in on_duty)
    return publish_roster(roster=roster, actor=cast.clerk, at=AT)


def facts_of(branch) -> PosterFacts:
    return poster_facts_of([branch], APRIL)[branch.pk]


def shift_on(branch, on: date) -> Shift:
    return Shift.objects.get(branch=branch, date=on)


def print_poster(branch, at=AT, size="A4"):
    return print_one(order=order_of(Product.DUTY_POSTER, size, "2026-04"), place=branch, actor=None, at=at)


def test_facts_come_from_the_published_roster_and_the_place(cast, published):
    facts = facts_of(cast.gt01)
    assert (facts.title, facts.maker, facts.place) == ("官亭镇人大代表联络站第一分站", "巨鹿县人大常委会", "安家庄村委会")
    assert (facts.duty_hours, facts.station_phone) == ("每星期日 上午9:00—11:30", "0319-0000004")
    assert facts.qr_url.endswith("/b/GT01/")
    assert [one.on for one in facts.days] == [FIRST, SECOND, THIRD, LAST]
    assert [(person.name, person.levels_label) for person in facts.days[0].people] == [
        ("李代表", "镇人大代表"), ("赵站长", "县人大代表"),
    ]  # fmt: skip


def test_board_and_poster_name_those_of_a_day_in_one_order(cast, published):
    Deputy.objects.filter(pk=cast.head_person.pk).update(sort_key="a")
    board = board_facts(cast.gt01, TODAY)
    assert board.upcoming[0] == (FIRST, [person.name for person in facts_of(cast.gt01).days[0].people])
    assert board.upcoming[0][1][0] == "赵站长"


def test_levels_are_those_of_the_reception(cast, published):
    grant_mandate(deputy=cast.head_person, level=MandateLevel.TOWNSHIP, term="第十七届", started_on=SECOND, actor=cast.admin)
    assert [one.people[1].levels_label for one in facts_of(cast.gt01).days[::2]] == ["县人大代表", "县、镇人大代表"]


def test_whoever_has_no_mandate_on_the_day_is_not_announced(cast, published):
    first = print_poster(cast.gt01)
    end_mandate(mandate=cast.deputy_person.mandates.get(), ended_on=SECOND, reason="辞职", actor=cast.admin)
    (standing,) = standings(order_of(Product.DUTY_POSTER, "A4", "2026-04"), [cast.gt01], AT)
    assert (first.state, standing.state) == ("printed", "refused")
    assert standing.why == ["4月19日值班的李代表那天没有代表资格,请先换人或补上代表资格"]  # on the 5th there still was one
    cancel_day(shifts=[shift_on(cast.gt01, THIRD)], reason="停电", actor=cast.clerk, at=AT)
    assert print_poster(cast.gt01).state == "printed"


def test_a_draft_is_nobodys_business(cast):
    draft_roster(station=cast.gt, month=APRIL, actor=cast.clerk, at=AT)
    facts = facts_of(cast.gt01)
    assert (facts.is_published, facts.days) == (False, [])
    result = print_poster(cast.gt01)
    assert (result.state, result.reasons) == ("refused", ["4月的排班还没有公布,请先在“排班”里公布"])


def test_a_day_moved_into_the_next_month_stays_on_its_months_poster(cast, published):
    move_day(shifts=[shift_on(cast.gt01, LAST)], to=date(2026, 5, 4), reason="换届选举", actor=cast.clerk, at=AT)
    last = facts_of(cast.gt01).days[-1]
    assert (last.on, last.planned_on, last.reason, last.is_moved) == (date(2026, 5, 4), LAST, "换届选举", True)
    assert poster_facts_of([cast.gt01], date(2026, 5, 1))[cast.gt01.pk].days == []


def test_a_day_called_off_gives_way_to_one_moved_there(cast, published):
    cancel_day(shifts=[shift_on(cast.gt01, SECOND)], reason="停电", actor=cast.clerk, at=AT)
    assert [(one.on, one.is_off, one.reason) for one in facts_of(cast.gt01).days][1] == (SECOND, True, "停电")
    move_day(shifts=[shift_on(cast.gt01, FIRST)], to=SECOND, reason="清明", actor=cast.clerk, at=AT)
    assert [(one.on, one.is_off) for one in facts_of(cast.gt01).days] == [(SECOND, False), (THIRD, False), (LAST, False)]


def test_number_of_queries_is_fixed(cast, published, django_assert_num_queries):
    publish_roster(roster=draft_roster(station=cast.yt, month=APRIL, actor=cast.stranger, at=AT).roster, actor=cast.stranger, at=AT)
    for branches in ([cast.gt01], [cast.gt01, cast.gt02, cast.yt01]):
        with django_assert_num_queries(7):
            found = poster_facts_of(branches, APRIL)
        assert all(facts.days for facts in found.values())
        with django_assert_num_queries(9):
            standings(order_of(Product.DUTY_POSTER, "A3", "2026-04"), branches, AT)


def test_printed_again_only_when_what_it_announces_changed(cast, published):
    first = print_poster(cast.gt01)
    assert (first.state, first.edition.number, first.edition.period) == ("printed", 1, "2026-04")
    make_deputy(cast, "新代表", cast.gt01)
    Deputy.objects.filter(pk=cast.head_person.pk).update(position="校长")
    Shift.objects.filter(branch=cast.gt01, date=FIRST).update(state=ShiftState.NOT_HELD, reason="没有群众到场")
    later = print_poster(cast.gt01, at=AT + timedelta(days=30))
    assert (later.state, later.edition) == ("unchanged", first.edition)
    order = order_of(Product.DUTY_POSTER, "A4", "2026-04")
    marked = rendition_of(order, first.edition, Rendition(with_marks=True), AT + timedelta(days=30))
    assert printed_text(marked) == printed_text(first.path)  # as it was announced

    hand_over_place(
        shift=shift_on(cast.gt01, THIRD), giver=cast.deputy_person, taker=cast.deputies["GT01"][2], actor=cast.clerk, at=AT
    )  # fmt: skip
    cancel_day(shifts=[shift_on(cast.gt01, LAST)], reason="停电", actor=cast.clerk, at=AT)
    add_day(branches=[cast.gt01], on=date(2026, 4, 22), reason="选民要求", actor=cast.clerk, at=AT)
    ShiftPlace.objects.create(shift=shift_on(cast.gt01, date(2026, 4, 22)), deputy=cast.head_person)
    (standing,) = standings(order, [cast.gt01], AT)
    assert standing.state == "changed"
    assert standing.why == ["4月19日:李代表换成陈卫", "4月22日加了接待", "4月26日停了"]
    assert print_poster(cast.gt01).edition.number == 2


def test_each_month_counts_its_own_editions(cast, published):
    publish_roster(
        roster=draft_roster(station=cast.gt, month=date(2026, 5, 1), actor=cast.clerk, at=AT).roster, actor=cast.clerk, at=AT
    )  # fmt: skip
    may = order_of(Product.DUTY_POSTER, "A4", "2026-05")
    print_poster(cast.gt01)
    assert print_one(order=may, place=cast.gt01, actor=None, at=AT).edition.number == 1
    assert list(Edition.objects.order_by("pk").values_list("period", flat=True)) == ["2026-04", "2026-05"]


# ---- Command ----


def test_command_prints_a_month_then_leaves_kept_files(cast, published, tmp_path):
    lines, code = run_printing("make_posters", tmp_path / "one", "--month", "2026-04", "--size", "A4")
    assert code == 1
    assert [line[:2] for line in lines] == [["GT01", "printed"], ["GT02", "printed"], ["YT01", "refused"]]
    assert lines[2][2] == "4月的排班还没有公布,请先在“排班”里公布"
    lines, code = run_printing("make_posters", tmp_path / "two", "--month", "2026-04", "--size", "A4", "--branch", "GT01")
    assert (code, lines) == (0, [["GT01", "unchanged", str(tmp_path / "two" / "GT01-A4-2026-04.pdf")]])
    kept = tmp_path / "two" / "GT01-A4-2026-04.pdf"
    assert kept.read_bytes() == (tmp_path / "one" / "GT01-A4-2026-04.pdf").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["--month", "2026-4"], "“2026-4”不是月份"), (["--month", "2026-04", "--size", "A1"], "没有“A1”这个尺寸")],
)
def test_command_says_what_is_wrong(cast, tmp_path, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run_printing("make_posters", tmp_path, *arguments)
