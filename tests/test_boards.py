"""Boards from the records: who stands on one, what needs consent, when it is printed again, and the pages."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from PIL import Image
from pypdf import PdfReader

from activities.models import Roster, Shift, ShiftPlace
from activities.services import publish_roster
from deputies import services
from deputies.models import Deputy, Edition
from deputies.posters import EditionResult, Standing, order_of, print_all, print_one
from deputies.posters import standings as standings_of
from deputies.posters.boards import board_facts, board_facts_of, board_size, check_board
from deputies.posters.editions import draw, kept_file, still_true
from deputies.posters.hanging import waiting
from deputies.services import edit_deputy, end_mandate, grant_mandate, record_edition, withdraw_consent
from deputies.states import MandateLevel, Product
from julu_liaison.common.errors import Conflict, NotAllowed
from julu_liaison.common.models import AuditLog
from stations.models import Station
from stations.services import close_station, edit_station, open_station
from tests.boards import board, person
from tests.cast import OPENED, SUNDAY, agree, clear_branch, make_deputy, moment

TODAY = date(2026, 3, 4)
AT = moment(TODAY)
RARE = "孙\U0002b740兰"

pytestmark = pytest.mark.usefixtures("media")


def text_of(path) -> str:
    return re.sub(r"[\s\u2060]+", "", "".join(page.extract_text() for page in PdfReader(path).pages))


def print_boards(*, branches, size: str, actor, at) -> Iterator[EditionResult]:
    return print_all(order=order_of(Product.BOARD, size), places=branches, actor=actor, at=at)


def print_board(*, branch, size: str, actor, at) -> EditionResult:
    return print_one(order=order_of(Product.BOARD, size), place=branch, actor=actor, at=at)


def standings(branches, size: str, at) -> list[Standing]:
    return standings_of(order_of(Product.BOARD, size), branches, at)


def make_boards(out, *arguments) -> tuple[list[list[str]], int]:
    """Run the command; return its lines, split at the tabs, and its exit code."""
    output = StringIO()
    try:
        call_command("make_boards", "--out", str(out), *arguments, stdout=output)
    except SystemExit as ended:
        return [line.split("\t") for line in output.getvalue().splitlines()], ended.code
    return [line.split("\t") for line in output.getvalue().splitlines()], 0


def reception(branch, on: date, deputies) -> Roster:
    roster, _created = Roster.objects.get_or_create(station=branch.parent, month=on.replace(day=1))
    shift = Shift(roster=roster, date=on, for_sunday=on)
    shift.put_at(branch)
    shift.save()
    ShiftPlace.objects.bulk_create(ShiftPlace(shift=shift, deputy=deputy) for deputy in deputies)
    return roster


# ---- Facts ----


def test_facts_come_from_the_branch_its_station_and_its_county(cast):
    facts = board_facts(cast.gt01, TODAY)
    assert facts.title == "官亭镇人大代表联络站第一分站"
    assert facts.maker == "巨鹿县人大常委会"
    assert facts.duty_hours == "每星期日 上午9:00—11:30"  # the county's hours
    assert facts.station_phone == "0319-0000004"  # the station's phone
    assert facts.place == "安家庄村委会"
    assert facts.qr_url.endswith("/b/GT01/") and facts.qr_url.startswith("http")
    assert [person.name for person in facts.people] == ["赵站长", "陈卫", "李代表", "周春生"]
    assert [person.is_head for person in facts.people] == [True, False, False, False]


def test_levels_are_those_of_the_day_and_call_the_township_by_its_name(cast):
    grant_mandate(
        deputy=cast.head_person, level=MandateLevel.TOWNSHIP, term="第十七届", started_on=TODAY, actor=cast.admin
    )  # fmt: skip
    assert board_facts(cast.gt01, TODAY).people[0].levels_label == "县、镇人大代表"
    assert board_facts(cast.gt01, TODAY - timedelta(days=1)).people[0].levels_label == "县人大代表"
    edit_station(station=cast.gt, name="官亭乡", actor=cast.admin)
    assert board_facts(Station.objects.get(code="GT01"), TODAY).people[0].levels_label == "县、乡人大代表"


def test_own_phone_and_photo_need_consent_that_counts_on_the_day(cast, media):
    head = cast.head_person
    Deputy.objects.filter(pk=head.pk).update(photo="photos/1.jpg")
    (person, *_) = board_facts(cast.gt01, TODAY).people
    assert (person.phone, person.photo) == ("0319-0000004", None)
    agree(cast, head, "photo", "phone", on=TODAY)
    (person, *_) = board_facts(cast.gt01, TODAY).people
    assert (person.phone, person.photo) == (head.phone, media / "photos/1.jpg")
    (person, *_) = board_facts(cast.gt01, TODAY - timedelta(days=1)).people
    assert (person.phone, person.photo) == ("0319-0000004", None)


def test_coming_receptions_only_of_a_published_roster_and_at_most_four(cast):
    people = cast.deputies["GT01"]
    reception(cast.gt01, TODAY - timedelta(days=3), people[:2])
    for week in range(6):
        roster = reception(cast.gt01, date(2026, 3, 8) + timedelta(weeks=week), people[week % 2 : week % 2 + 2])
        assert board_facts(cast.gt01, TODAY).upcoming == []
    for roster in Roster.objects.all():
        publish_roster(roster=roster, actor=cast.clerk, at=AT)
    upcoming = board_facts(cast.gt01, TODAY).upcoming
    assert [day for day, _names in upcoming] == [date(2026, 3, day) for day in (8, 15, 22, 29)]
    assert upcoming[0][1] == ["李代表", "赵站长"]  # by the alphabet, whatever order they were put on duty in


def test_number_of_queries_is_fixed(cast, django_assert_num_queries):
    for branch in (cast.gt01, cast.gt02):
        publish_roster(
            roster=reception(branch, TODAY, cast.deputies[branch.code]), actor=cast.clerk, at=AT
        )  # fmt: skip
    for branches in ([cast.gt01], [cast.gt01, cast.gt02, cast.yt01]):
        with django_assert_num_queries(7):
            board_facts_of(branches, TODAY)
        with django_assert_num_queries(9):
            standings(branches, "A2", AT)


# ---- Editions ----


def test_printed_once_then_unchanged_until_the_facts_change(cast):
    first = print_board(branch=cast.gt01, size="A2", actor=cast.staff, at=AT)
    assert (first.state, first.edition.number, first.edition.made_by) == ("printed", 1, cast.staff)
    content = first.path.read_bytes()
    assert "第1版" in text_of(first.path)
    again = print_board(branch=cast.gt01, size="A2", actor=cast.staff, at=AT + timedelta(days=400))
    assert (again.state, again.edition, again.path.read_bytes()) == ("unchanged", first.edition, content)
    edit_deputy(deputy=cast.deputy_person, actor=cast.admin, position="校长")
    changed = print_board(branch=cast.gt01, size="A2", actor=cast.staff, at=AT)
    assert (changed.state, changed.edition.number) == ("printed", 2)
    assert {"第2版", "校长"} <= set(re.findall("第2版|校长", text_of(changed.path)))
    assert first.path.read_bytes() == content  # the first edition stays as it was hung
    audited = AuditLog.objects.filter(action="print_edition", target_key="GT01").order_by("pk")
    assert [row.detail for row in audited] == [{"product": "board", "size": "A2", "number": number} for number in (1, 2)]


def test_each_size_counts_its_own_editions(cast):
    sizes = ["A2", "2400x1200", "A2", "a3"]
    results = [print_board(branch=cast.gt01, size=size, actor=None, at=AT) for size in sizes]
    assert [result.state for result in results] == ["printed", "printed", "unchanged", "printed"]
    numbers = Edition.objects.order_by("pk").values_list("size", "number")
    assert list(numbers) == [("A2", 1), ("2400x1200", 1), ("A3", 1)]


def test_a_lost_file_is_printed_anew(cast):
    first = print_board(branch=cast.gt01, size="A2", actor=None, at=AT)
    first.path.unlink()
    second = print_board(branch=cast.gt01, size="A2", actor=None, at=AT)
    assert (second.state, second.edition.number) == ("printed", 2)
    assert second.path.is_file()


def test_a_lost_file_is_no_change_of_what_waits_for_hanging(cast):
    print_board(branch=cast.gt01, size="A3", actor=None, at=AT).path.unlink()
    assert [row.why for row in waiting(Edition.objects.all(), AT)] == [[]]


def test_a_new_photo_is_a_new_fact_even_under_the_old_name(cast, media):
    Deputy.objects.filter(pk=cast.head_person.pk).update(photo="photos/1.jpg")
    agree(cast, cast.head_person, "photo")
    (media / "photos").mkdir(parents=True)
    states = []
    for colour in ("#6d8fb0", "#6d8fb0", "#b06d8f"):
        Image.new("RGB", (600, 800), colour).save(media / "photos/1.jpg")
        states.append(print_board(branch=cast.gt01, size="A2", actor=None, at=AT).state)
    assert states == ["printed", "unchanged", "printed"]


def test_the_list_of_receptions_is_renewed_when_it_has_passed_and_left_off_metal_boards(cast):
    people = cast.deputies["GT01"]
    for week in range(16):
        reception(cast.gt01, date(2026, 3, 8) + timedelta(weeks=week), people[:2])
    first = print_board(branch=cast.gt01, size="A2", actor=None, at=AT)
    for roster in Roster.objects.all():
        publish_roster(roster=roster, actor=cast.clerk, at=AT)
    with_list = print_board(branch=cast.gt01, size="A2", actor=None, at=AT)
    assert [first.state, with_list.state] == ["printed", "printed"]  # there was none on the first
    assert "3月8日" in text_of(with_list.path)
    later = [print_board(branch=cast.gt01, size="A2", actor=None, at=AT + timedelta(days=days)) for days in (14, 28)]
    assert [result.state for result in later] == ["unchanged", "printed"]
    assert "4月5日" in text_of(later[1].path)
    metal = print_board(branch=cast.gt01, size="2400x1200", actor=None, at=AT)
    assert "近期值班" not in text_of(metal.path)


def test_refused_with_the_reason_and_nothing_is_recorded(cast, media):
    make_deputy(cast, RARE, cast.gt01)
    Deputy.objects.filter(pk=cast.head_person.pk).update(photo="photos/none.jpg")
    agree(cast, cast.head_person, "photo")
    edit_deputy(deputy=cast.deputies["GT02"][0], actor=cast.admin, employer="厂\ue000")
    lost_photo, bad_glyph = print_boards(branches=[cast.gt01, cast.gt02], size="A2", actor=None, at=AT)
    assert lost_photo.state == bad_glyph.state == "refused"
    assert len(lost_photo.reasons) == 2  # both named at once, so that nobody mends one and is refused again
    assert RARE in "".join(lost_photo.reasons) and "赵站长的照片" in "".join(lost_photo.reasons)
    assert "钱站长" in bad_glyph.reasons[0] and "U+E000" in bad_glyph.reasons[0]
    assert not Edition.objects.exists() and not list(media.glob("editions/**/*.pdf"))


def test_what_did_not_fit_is_known_until_it_is_mended(cast):
    """Only drawing shows that a name is too long; nobody is told to print it again and again."""
    Deputy.objects.filter(pk=cast.deputy_person.pk).update(name="长" * 40)
    refused = print_board(branch=cast.gt01, size="A3", actor=None, at=AT)
    assert refused.state == "refused" and "太长" in refused.reasons[0]
    (standing,) = standings([cast.gt01], "A3", AT)
    assert (standing.state, standing.why) == ("refused", refused.reasons)
    assert standings([cast.gt01], "A2", AT)[0].state == "new"  # nobody has tried that
    Deputy.objects.filter(pk=cast.deputy_person.pk).update(name="长名")
    assert standings([cast.gt01], "A3", AT)[0].state == "new"


def test_what_holds_is_current_whatever_could_not_be_printed_today(cast, monkeypatch):
    printed = print_board(branch=cast.gt01, size="A3", actor=None, at=AT)
    monkeypatch.setattr("deputies.posters.boards.product.check_board", lambda facts, size: ["字库没有"])
    assert print_board(branch=cast.gt01, size="A3", actor=None, at=AT).edition == printed.edition
    assert standings([cast.gt01], "A3", AT)[0].state == "current"


def test_only_those_who_make_boards_may_print(cast):
    for user in (cast.staff, cast.admin, cast.clerk, None):
        assert print_board(branch=cast.gt01, size="A3", actor=user, at=AT).path
    for user in (cast.stranger, cast.head, cast.deputy, cast.auditor, cast.officer):
        with pytest.raises(NotAllowed):
            print_board(branch=cast.gt01, size="A3", actor=user, at=AT)


def test_an_edition_number_is_given_once(cast):
    fields = {
        "place": cast.gt01, "product": Product.BOARD, "size": "A2", "facts": {}, "facts_hash": "0" * 64,
        "file": "editions/x.pdf", "at": AT,
    }  # fmt: skip
    record_edition(number=1, actor=None, **fields)
    with pytest.raises(Conflict):
        record_edition(number=1, actor=None, **fields)
    with pytest.raises(NotAllowed):
        record_edition(number=2, actor=cast.stranger, **fields)


def test_whoever_was_overtaken_looks_again(cast, media, monkeypatch):
    """Somebody prints the same board while ours is being drawn: theirs is taken, no edition is counted twice, and our
    file neither replaces theirs nor stays."""
    def overtaken(**fields):
        monkeypatch.undo()
        print_board(branch=cast.gt01, size="A2", actor=cast.staff, at=AT)
        theirs.append(Edition.objects.get())
        theirs.append(kept_file(theirs[0]).stat().st_mtime_ns)
        return services.record_edition(**fields)

    theirs = []
    monkeypatch.setattr("deputies.posters.editions.record_edition", overtaken)
    result = print_board(branch=cast.gt01, size="A2", actor=None, at=AT)
    assert (result.state, result.edition, result.edition.made_by) == ("unchanged", theirs[0], cast.staff)
    assert result.path.stat().st_mtime_ns == theirs[1]
    assert list(media.glob("editions/**/*.pdf")) == [result.path]


def test_what_changes_while_it_is_drawn_is_not_recorded(cast, monkeypatch):
    """A phone that is taken back while the board is being drawn: it is drawn again, and the file doesn't have it."""
    agree(cast, cast.deputy_person, "phone")
    monkeypatch.setattr("deputies.posters.editions.draw", once_before_the_end(monkeypatch, lambda: withdraw_consent(
        deputy=cast.deputy_person, subject="phone", reason="本人要求", actor=cast.staff
    )))  # fmt: skip
    result = print_board(branch=cast.gt01, size="A2", actor=None, at=AT)
    assert (result.state, result.edition.number) == ("printed", 1)
    assert cast.deputy_person.phone not in text_of(result.path)
    assert cast.deputy_person.phone not in str(result.edition.facts)


def test_what_cannot_be_printed_any_more_when_it_is_drawn_is_refused(cast, media, monkeypatch):
    monkeypatch.setattr("deputies.posters.editions.draw", once_before_the_end(monkeypatch, lambda: edit_deputy(
        deputy=cast.deputy_person, employer="厂\ue000", actor=cast.admin
    )))  # fmt: skip
    result = print_board(branch=cast.gt01, size="A2", actor=None, at=AT)
    assert (result.state, len(result.reasons)) == ("refused", 1)
    assert not Edition.objects.exists() and not list(media.glob("editions/**/*.pdf"))


def once_before_the_end(monkeypatch, change):
    """A drawing during which something changes, the first time."""
    def drawn(*arguments, **more):
        monkeypatch.undo()
        result = draw(*arguments, **more)
        change()
        return result

    return drawn


def test_many_boards_are_printed_by_what_is_so_when_their_turn_comes(cast, monkeypatch):
    """Facts are read for a portion at a time; what has changed by then counts without drawing twice."""
    monkeypatch.setattr("deputies.posters.editions.PORTION", 1)
    results = print_boards(branches=[cast.gt01, cast.gt02], size="A3", actor=None, at=AT)
    assert next(results).state == "printed"
    edit_deputy(deputy=cast.deputies["GT02"][1], actor=cast.admin, position="校长")
    assert "校长" in str(next(results).edition.facts)


def test_what_changed_after_printing_is_left_out_of_what_is_handed_over(cast, django_assert_num_queries):
    agree(cast, cast.deputy_person, "phone")
    order = order_of(Product.BOARD, "A3")
    make_deputy(cast, RARE, cast.yt01)
    results = list(print_all(order=order, places=[cast.gt01, cast.gt02, cast.yt01], actor=None, at=AT))
    assert still_true(order, results, AT) == results
    withdraw_consent(deputy=cast.deputy_person, subject="phone", reason="本人要求", actor=cast.staff)
    again = list(print_all(order=order, places=[cast.gt02], actor=None, at=AT))  # unchanged: read from the database
    with django_assert_num_queries(5):
        gone, kept, refused = still_true(order, [results[0], *again, results[2]], AT)
    assert (gone.state, gone.path) == ("refused", None)
    assert gone.reasons == ["印好以后内容又变了,没有放进去,请再印一次", "李代表:电话 本人电话 → 联络站电话"]
    assert (kept, refused) == (again[0], results[2])


# ---- Mandates and names ----


def test_nobody_without_a_mandate_is_printed_as_a_deputy(cast):
    end_mandate(mandate=cast.deputy_person.mandates.get(), ended_on=TODAY, reason="辞职", actor=cast.admin)
    assert print_board(branch=cast.gt01, size="A3", actor=None, at=AT).state == "printed"  # the last day counts
    result = print_board(branch=cast.gt01, size="A3", actor=None, at=AT + timedelta(days=1))
    assert (result.state, result.reasons) == ("refused", ["李代表已经没有代表资格,请先调出分站或补上代表资格"])


def test_a_head_without_a_county_mandate_is_worth_knowing(cast):
    head = cast.head_person
    grant_mandate(deputy=head, level=MandateLevel.TOWNSHIP, term="第十七届", started_on=OPENED, actor=cast.admin)
    sentence = "站长赵站长没有县级代表资格"
    assert sentence not in standings([cast.gt01], "A3", AT)[0].remarks
    end_mandate(mandate=head.mandates.get(level=MandateLevel.COUNTY), ended_on=SUNDAY, reason="辞职", actor=cast.admin)
    (standing,) = standings([cast.gt01], "A3", moment(SUNDAY + timedelta(days=1)))
    assert standing.state == "new" and sentence in standing.remarks


@pytest.mark.parametrize("sign", ["?", "\uff1f", "*", "\uff0a", "〓", "□"])
def test_a_sign_in_place_of_a_lost_character_is_no_name(sign):
    words = f"里有“{sign}”,像是没有打出来的字,请核对"
    a3 = board_size("A3")
    assert check_board(board([person(0, name=f"孙{sign}兰")]), a3) == [f"孙{sign}兰的姓名{words}"]
    assert check_board(board(upcoming=[(TODAY, [f"孙{sign}兰"])]), a3) == [f"公示牌的近期值班{words}"]
    elsewhere = check_board(board([person(0, position=f"主任{sign}")]), a3)
    assert elsewhere == ([f"张建国的职务{words}"] if sign in "〓□" else [])


@pytest.mark.parametrize("name", ["", " \u3000", "\u3164", "\u200b\u2060", "\u2800 "])
def test_a_name_that_nobody_sees_is_none(name):
    assert "有一位代表没有姓名,请补上" in check_board(board([person(0, name=name)]), board_size("A3"))


# ---- Command ----


def test_command_prints_all_then_leaves_kept_files(cast, tmp_path):
    lines, code = make_boards(tmp_path / "one")
    assert code == 0
    names = ["GT01", "GT02", "YT01"]
    assert lines == [[name, "printed", str(tmp_path / "one" / f"{name}-A2.pdf")] for name in names]
    edit_deputy(deputy=cast.deputies["GT02"][1], actor=cast.admin, contact_scope="养老")
    lines, code = make_boards(tmp_path / "two")
    assert code == 0
    assert [line[1] for line in lines] == ["unchanged", "printed", "unchanged"]
    kept, new = (tmp_path / "two" / f"{name}-A2.pdf" for name in ("GT01", "GT02"))
    assert kept.read_bytes() == (tmp_path / "one" / "GT01-A2.pdf").read_bytes()
    assert "养老" in text_of(new)


def test_command_puts_the_head_first_and_keeps_private_phones_private(cast, tmp_path):
    consenting = cast.deputy_person
    agree(cast, consenting, "phone")
    make_boards(tmp_path, "--branch", "GT01")
    text = text_of(tmp_path / "GT01-A2.pdf")
    assert text.index("赵站长") < min(text.index(name) for name in ("陈卫", "李代表", "周春生"))
    assert consenting.phone in text
    for deputy in (cast.head_person, *cast.deputies["GT01"][2:]):
        assert deputy.phone not in text
    assert "0319-0000004" in text


def test_command_refuses_with_exit_code_1_and_prints_the_others(cast, tmp_path):
    make_deputy(cast, RARE, cast.gt02)
    lines, code = make_boards(tmp_path, "--station", "GT")
    assert code == 1
    assert [line[:2] for line in lines] == [["GT01", "printed"], ["GT02", "refused"]]
    assert RARE in lines[1][2] and "U+2B740" in lines[1][2]
    assert [path.name for path in tmp_path.glob("*.*")] == ["GT01-A2.pdf"]


def test_command_with_size_and_preview(cast, tmp_path):
    for folder, state in (("one", "printed"), ("two", "unchanged")):
        lines, code = make_boards(tmp_path / folder, "--branch", "GT01", "--size", "1200x900", "--png")
        assert (code, lines[0][1]) == (0, state)
        page = PdfReader(tmp_path / folder / "GT01-1200x900.pdf").pages[0]
        assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [1200, 900]
        with Image.open(tmp_path / folder / "GT01-1200x900.png") as picture:
            assert picture.width / picture.height == pytest.approx(4 / 3, abs=0.01)


def test_command_leaves_closed_branches_out(cast, tmp_path):
    clear_branch(cast, cast.gt02, to=cast.yt01, on=date(2021, 1, 1))
    close_station(station=cast.gt02, closed_on=date(2021, 1, 1), actor=cast.admin, at=moment(SUNDAY))
    lines, _code = make_boards(tmp_path, "--station", "GT")
    assert [line[0] for line in lines] == ["GT01"]
    with pytest.raises(CommandError, match="没有开放的分站"):
        make_boards(tmp_path, "--branch", "GT02")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["--branch", "GT"], "没有编号是 GT 的分站"), (["--station", "XX"], "没有编号是 XX"), (["--size", "A9"], "A9")],
)
def test_command_says_what_is_wrong(cast, tmp_path, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        make_boards(tmp_path, *arguments)


def test_unchanged_boards_need_no_query_of_their_own(cast, django_assert_num_queries):
    """Facts and latest editions are read once for all; only what is printed is recorded one by one."""
    branches = [cast.gt01, cast.gt02, cast.yt01]
    for number in range(3, 6):
        branch = open_station(
            code=f"GT0{number}", name=f"第{number}分站", parent=cast.gt, opened_on=OPENED, actor=cast.admin
        )  # fmt: skip
        make_deputy(cast, f"代表{number}", branch, head=True)
        branches.append(branch)
    list(print_boards(branches=branches, size="A3", actor=None, at=AT))
    with django_assert_num_queries(6):
        results = list(print_boards(branches=branches, size="A3", actor=None, at=AT))
    assert [result.state for result in results] == ["unchanged"] * 6
