"""A villager says what is wrong without an account: form, photos, code; sent twice, sent wrongly, sent too often."""

import gzip
import re
import struct
import time
import zlib
from datetime import timedelta
from html import unescape
from io import BytesIO
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from activities.services.files import path_of
from activities.states import Category
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from opinions import public_views
from opinions.models import Hop, HopFile, Opinion, VillagerEntry
from opinions.services import move_opinion
from opinions.services.checking import ticket_problems
from opinions.services.entries import code_of, entering, find_by_code, printed_code
from opinions.services.entries.codes import SIGNS
from opinions.states import State
from opinions.workflow import moves_open_to
from stations.services import close_station, merge_branches
from tests.cast import clear_branch, moment
from tests.entries import AT, DAY, NAME, PHONE, WORDS, entry, photo

pytestmark = pytest.mark.usefixtures("media")


def say_page(code="GT01") -> str:
    return reverse("opinion-say", args=[code])


def say(client, *, code="GT01", photos=(), **typed):
    files = [SimpleUploadedFile(f"{NAME}家{place}.jpg", content) for place, content in enumerate(photos)]
    return client.post(say_page(code), {"key": str(uuid4()), "text": WORDS, **typed, "photos": files})


def shown_code(client, answer) -> str:
    assert answer.status_code == 302, answer.text
    shown = re.search(r'class="code">(.+?)</p>', client.get(answer["Location"]).text)[1]
    return re.sub(r"</?span>", "", shown)


def ask(client, code):
    return client.post(reverse("opinion-ask"), {"code": code})


# --- Saying it --------------------------------------------------------------------------------------------------


def test_the_text_alone_is_enough(cast, client):
    answer = say(client)
    ticket = Opinion.objects.get()
    assert (ticket.text, ticket.state, ticket.holder_station, ticket.branch) == (
        WORDS,
        State.REGISTERED,
        cast.gt,
        cast.gt01,
    )
    assert ticket.from_web and ticket.category == Category.ROAD and ticket.due_on is not None
    hop = Hop.objects.get()
    assert (hop.move, hop.actor, hop.by_villager) == ("register", None, True)
    code = shown_code(client, answer)
    assert re.fullmatch(f"[{SIGNS}]{{4}}(-[{SIGNS}]{{4}}){{2}}", code)
    assert ticket_problems() == []


def test_all_that_was_said_is_kept_and_who_it_is_is_sealed(cast, client):
    say(client, village="安家庄村", name=f" {NAME} ", phone="199-0000-9999", confidential="on", photos=[photo()])
    ticket = Opinion.objects.get()
    assert (ticket.villager_village, ticket.villager_name, ticket.villager_phone) == ("安家庄村", NAME, PHONE)
    assert ticket.confidential
    with connection.cursor() as cursor:
        cursor.execute("SELECT villager_name, villager_phone FROM opinions_opinion")
        assert NAME not in cursor.fetchone()[0]
    row = HopFile.objects.get()
    assert (row.name, row.added_by) == ("照片1.jpg", None)
    with Image.open(path_of(row)) as kept:
        assert kept.format == "JPEG" and max(kept.size) == 1600
        assert not kept.getexif() and "comment" not in kept.info and "exif" not in kept.info
    assert b"Secret" not in path_of(row).read_bytes()


def test_nobody_is_named_in_notices_audit_or_addresses(cast, client, caplog):
    answer = say(client, name=NAME, phone=PHONE, photos=[photo()])
    shown_code(client, answer)
    code = code_of(VillagerEntry.objects.get())
    told = [str(row) for row in [*Notice.objects.values_list(), *AuditLog.objects.values_list()]]
    for word in (NAME, PHONE, code, printed_code(code)):
        assert word not in " ".join(told) + answer["Location"] + caplog.text + str(client.cookies), word


def test_the_stations_clerk_is_told_and_nobody_else(cast, client):
    say(client)
    ticket = Opinion.objects.get()
    notice = Notice.objects.get()
    assert (notice.user, notice.link, notice.fit_for_outside) == (cast.clerk, ticket.page, False)
    assert notice.text == f"群众在网上反映了一件事,编号{ticket.full_number},请核对。"


def test_the_form_sets_no_cookie_has_no_script_and_is_light(cast, client):
    answer = client.get(say_page())
    assert "no-store" in answer["Cache-Control"] and "noindex" in answer["X-Robots-Tag"] and not answer.cookies
    assert '<option value="安家庄村">' in answer.text
    other = client.get(say_page()).text
    assert re.search(r'name="key" value="([^"]+)"', answer.text)[1] not in other
    shown = client.get(say(client)["Location"])
    for page in (answer, shown, client.get(reverse("opinion-ask"))):
        assert "<script" not in page.text and " style=" not in page.text
        weight = len(gzip.compress(page.content))
        for name in re.findall(r'href="/static/([^"]+)"', page.text):
            with open(finders.find(name), "rb") as file:
                weight += len(gzip.compress(file.read()))
        assert weight < 15 * 1024


def test_pages_cost_a_fixed_number_of_queries(cast, client, django_assert_num_queries):
    for number in range(1, 4, 2):
        while VillagerEntry.objects.count() < number:
            answer = say(client, text=f"{WORDS}{VillagerEntry.objects.count()}")
        with django_assert_num_queries(2):  # branch with what is above it, its villages
            client.get(say_page())
        with django_assert_num_queries(3):  # branch, entry with its ticket, its photos
            client.get(answer["Location"])
        code = code_of(VillagerEntry.objects.get(opinion=Opinion.objects.first()))
        with django_assert_num_queries(1):
            ask(client, code)


# --- The code ---------------------------------------------------------------------------------------------------


def test_the_code_is_shown_again_on_reload_and_is_nowhere_in_the_database(cast, client):
    answer = say(client)
    code = shown_code(client, answer)
    assert shown_code(client, answer) == code
    row = VillagerEntry.objects.get()
    assert code.replace("-", "") not in str(VillagerEntry.objects.values_list()[0])
    assert code_of(row) == code.replace("-", "")
    page = client.get(answer["Location"])
    assert "no-store" in page["Cache-Control"] and page["Referrer-Policy"] == "no-referrer"
    cookie = client.cookies["said"]
    assert cookie["httponly"] and cookie["path"] == answer["Location"] and cookie["max-age"] == 900


def test_the_code_is_shown_for_a_quarter_of_an_hour(cast, client, monkeypatch):
    address = say(client)["Location"]
    sent = time.time()
    for later, status in ((890, 200), (910, 404)):
        monkeypatch.setattr("django.core.signing.time.time", lambda later=later: sent + later)
        assert client.get(address).status_code == status


def test_the_page_of_the_code_is_only_for_who_sent_the_form(cast, client):
    answer = say(client)
    client.cookies["said"] = client.cookies["said"].value.replace(":", "x", 1)
    assert client.get(answer["Location"]).status_code == 404
    client.cookies.clear()
    page = client.get(answer["Location"])
    assert (
        page.status_code == 404
        and "查办理情况" in page.text
        and "-" not in re.sub(r"<[^>]+>", "", page.text).split("0319")[0]
    )


@pytest.mark.parametrize("typed", ["{}", "{lower}", " {lower} ", "{spaced}", "{wide}", "{bare}"])
def test_the_code_is_read_however_it_is_typed(cast, client, typed):
    ticket, code = entry(cast)
    printed = printed_code(code)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in printed)
    said = typed.format(printed, lower=printed.lower(), spaced=printed.replace("-", " "), wide=wide, bare=code)
    assert find_by_code(said) == ticket
    answer = ask(client, said)
    assert answer.status_code == 302 and "联络站正在核对" in client.get(answer["Location"]).text
    assert code not in answer["Location"]


@pytest.mark.parametrize("typed", ["ABCD-EFGH-JKMN", "x", "\0", "字" * 12, "A" * 200])
def test_a_wrong_code_is_one_sentence_with_what_was_typed(cast, client, typed):
    entry(cast)
    answer = ask(client, typed)
    assert answer.status_code in (400, 404) and 'role="alert"' in answer.text
    if typed.isascii() and "\0" not in typed:
        assert typed in answer.text


def test_the_page_says_how_to_phone_and_what_to_do_without_the_code(cast, client):
    text = client.get(reverse("opinion-ask")).text
    for words in ("查询码丢了", "分站的公示牌上写着电话", f'href="{reverse("home")}?q="', "查询码不能再补"):
        assert words in text


def test_the_page_of_the_code_says_truly_how_to_keep_it(cast, client):
    text = client.get(say(client)["Location"]).text
    assert "只在这一页" not in text and "请抄下来" in text and "存进收藏" in text


def test_nothing_typed_is_asked_for(cast, client):
    answer = ask(client, "")
    assert answer.status_code == 400 and "请填查询码" in answer.text


def test_codes_outlive_a_change_of_the_sites_key(cast, client, settings):
    key = uuid4()
    ticket, code = entry(cast, key=key)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a-new-key"
    assert find_by_code(code) == ticket
    assert code_of(VillagerEntry.objects.get()) == code
    settings.SECRET_KEY_FALLBACKS = []
    assert find_by_code(code) is None
    row = VillagerEntry.objects.get()
    with pytest.raises(ValueError, match="SECRET_KEY"):
        code_of(row)


def test_asking_is_throttled(cast, client, settings):
    settings.THROTTLE = True
    cache.clear()
    assert [ask(client, "ABCD-EFGH-JKMN").status_code for _ in range(31)] == [404] * 30 + [429]
    answer = ask(client, "ABCD-EFGH-JKMN")
    assert answer["Retry-After"] == "60" and "ABCD-EFGH-JKMN" in answer.text
    assert client.get(reverse("opinion-ask")).status_code == 200
    cache.clear()


# --- Twice ------------------------------------------------------------------------------------------------------


def test_the_same_form_sent_again_is_the_same_entry_and_code(cast, client):
    key = str(uuid4())
    first = shown_code(client, say(client, key=key, name=NAME))
    assert shown_code(client, say(client, key=key, name=f"{NAME} ")) == first
    assert Opinion.objects.count() == VillagerEntry.objects.count() == Notice.objects.count() == 1


def test_the_same_form_with_other_words_is_another_matter(cast, client):
    key = str(uuid4())
    codes = {shown_code(client, say(client, key=key, text=text)) for text in (WORDS, f"{WORDS}。还有路灯", WORDS)}
    assert len(codes) == Opinion.objects.count() == 2
    say(client, key=key, confidential="on")
    say(client, key=key, code="GT02")
    assert Opinion.objects.count() == 4


def test_gone_back_and_sent_from_a_new_form_it_is_the_first_entry(cast, client):
    whole = {"village": "安家庄村", "name": NAME, "phone": PHONE, "confidential": "on"}
    codes = {shown_code(client, say(client, **whole)) for _turn in range(3)}
    assert len(codes) == Opinion.objects.count() == Notice.objects.count() == 1
    for other in ({"name": "李四"}, {"phone": ""}, {"village": ""}, {"confidential": ""}, {"text": f"{WORDS}了"}):
        codes.add(shown_code(client, say(client, **{**whole, **other})))
    codes.add(shown_code(client, say(client, code="GT02", **whole)))
    assert len(codes) == Opinion.objects.count() == 7


def test_after_an_hour_the_same_words_are_another_matter(cast):
    first, code = entry(cast)
    assert entry(cast, at=AT + timedelta(minutes=59)) == (first, code)
    assert entry(cast, at=AT + timedelta(minutes=60))[0] != first


def test_photos_that_come_only_then_are_kept_and_none_twice(cast, client):
    key, one, two = str(uuid4()), photo((60, 40)), photo((80, 40))
    assert "收到照片" not in client.get(say(client, key=key)["Location"]).text
    assert "收到照片1张" in client.get(say(client, key=key, photos=[one])["Location"]).text
    assert "收到照片2张" in client.get(say(client, photos=[one, two])["Location"]).text
    say(client, photos=[two])
    ticket = Opinion.objects.get()
    assert list(HopFile.objects.values_list("name", "hop__opinion")) == [
        ("照片1.jpg", ticket.pk), ("照片2.jpg", ticket.pk),
    ]  # fmt: skip
    move_opinion(opinion=ticket, move="accept", actor=cast.clerk, at=AT)
    say(client, photos=[one, two, photo((40, 80))])
    assert [row.hop.move for row in HopFile.objects.all()] == ["register"] * 3


def test_a_form_without_a_readable_key_is_taken_too(cast, client):
    assert [say(client, key=key).status_code for key in ("", "x")] == [302, 400]
    assert Opinion.objects.count() == 1


# --- What the browser says itself ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phone", "fits"),
    [
        (PHONE, True), ("199 0000 9999", True), ("+86 199-0000-9999", True), ("0086-19900009999", True),
        ("１９９００００９９９９", True), ("0319-1234567", True), ("(010)12345678", True), ("03191234567-12", True),
        ("1234567", False), ("4332121", True), ("1990000999", False), ("199000099990", False), ("12345", False),
        ("031912345", False), ("没有", False),
    ],
)  # fmt: skip
def test_the_browser_lets_through_what_is_a_phone_and_nothing_shorter(cast, client, phone, fits):
    found = re.search(r'pattern="([^"]+)" title="([^"]+)"', client.get(say_page()).text)
    assert bool(re.fullmatch(unescape(found[1]), phone)) == fits and "手机号11位" in found[2]
    assert say(client, phone=phone).status_code == (302 if fits else 400)


def test_the_browser_asks_for_the_words_and_cuts_none_off(cast, client):
    text = client.get(say_page()).text
    assert "novalidate" not in text and re.search(r'<textarea id="text"[^>]* required', text)
    assert "maxlength" not in re.search(r"<textarea[^>]*>", text)[0]  # what is pasted would be cut without a word
    for name in ("village", "name", "phone"):
        assert 'maxlength="40"' in re.search(f'<input [^>]*name="{name}"[^>]*>', text)[0]


# --- Wrongly ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": " "}, "请写清反映的是什么事"),
        ({"text": "字" * 2001}, "请控制在2000字以内"),
        ({"phone": "12345"}, "电话要填11位手机号"),
        ({"name": "名" * 41}, "姓名请控制在40字以内"),
        ({"village": "村" * 41}, "哪个村请控制在40字以内"),
        ({"website": "http://example.org"}, "请再点一次“提交”"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_still_there(cast, client, typed, sentence):
    whole = {"text": WORDS, "village": "安家庄村", "name": NAME, "phone": PHONE, "confidential": "on"} | typed
    answer = say(client, photos=[photo((300, 200))], **whole)
    assert answer.status_code == 400 and sentence in answer.text and "照片没有留住" in answer.text
    for name in ("text", "village", "name", "phone"):
        assert whole[name].strip() in answer.text, name
    assert 'name="confidential" checked' in answer.text and "example.org" not in answer.text
    assert Opinion.objects.count() == 0


def test_corrected_and_sent_again_it_is_taken(cast, client):
    answer = say(client, text="", website="bot")
    key = re.search(r'name="key" value="([^"]+)"', answer.text)[1]
    assert shown_code(client, say(client, key=key))


def test_the_form_key_survives_a_mistake(cast, client):
    key = str(uuid4())
    assert f'value="{key}"' in say(client, key=key, text="").text
    assert f'value="{key}"' in say(client, key=key, phone="1").text


def png_of(width, height) -> bytes:
    """A PNG that says it is so large and holds next to nothing."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (png_of(30000, 30000), "像素太多"), (SVG, "不是照片"), (b"GIF89a" + b"\0" * 30, "GIF"), (b"%PDF-1.4", "不是照片"),
        (photo((400, 300))[:2000], "损坏"), (b"\xff\xd8\xff" + b"\0" * (15 * 1024 * 1024), "超过15兆"),
    ],
)  # fmt: skip
def test_what_is_no_fit_photo_is_refused(cast, client, content, sentence):
    answer = say(client, photos=[photo((300, 200)), content])
    assert answer.status_code == 400 and "第2张照片" in answer.text and sentence in answer.text and WORDS in answer.text
    assert (Opinion.objects.count(), HopFile.objects.count()) == (0, 0)


def test_more_than_three_photos_are_refused(cast, client):
    answer = say(client, photos=[photo((60, 40))] * 4)
    assert answer.status_code == 400 and "一次最多传3张照片" in answer.text and WORDS in answer.text


def test_too_much_is_refused_before_it_is_read(cast, client, monkeypatch):
    monkeypatch.setattr(public_views, "MOST_BYTES", 1000)

    def read(*_form):
        raise AssertionError("parsed")

    monkeypatch.setattr(public_views, "EntryForm", read)
    answer = say(client, photos=[photo((600, 400))])
    assert answer.status_code == 413 and "照片合起来太大了" in answer.text and "0319-0000004" in answer.text


def test_no_file_stays_of_what_was_not_entered(cast, client, media, monkeypatch):
    def fail(*_words, **_more):
        raise DomainError("存不下。")

    stored, calls = entering.store_file, []

    def second_fails(**given):
        calls.append(given)
        return stored(**given) if len(calls) == 1 else fail()

    monkeypatch.setattr(entering, "store_file", second_fails)
    answer = say(client, photos=[photo((60, 40)), photo((80, 40))])
    assert answer.status_code == 400 and Opinion.objects.count() == VillagerEntry.objects.count() == 0
    assert [path for path in media.rglob("*") if path.is_file()] == []


# --- Too often --------------------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch):
    """Set the moment that every page and service takes for now."""

    def at(moment_):
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment_)
        return moment_

    at(AT)
    return at


@pytest.fixture
def throttled(settings):
    settings.THROTTLE = True
    cache.clear()
    yield
    cache.clear()


@pytest.mark.usefixtures("throttled")
def test_so_many_an_hour_from_one_address_and_what_was_typed_stays(cast, client, monkeypatch):
    assert public_views.SaysFromAddress.rate == "30/hour"
    monkeypatch.setattr(public_views.SaysFromAddress, "rate", "3/hour")
    key = str(uuid4())
    assert say(client, key=key).status_code == 302
    assert [say(client, text=f"{WORDS}{turn}").status_code for turn in range(2)] == [302] * 2
    answer = say(client, name=NAME)
    assert answer.status_code == 429 and answer["Retry-After"] == "3600"
    assert WORDS in answer.text and NAME in answer.text and "过一个小时再交" in answer.text
    assert "打电话0319-0000004。" in answer.text and "今天" not in answer.text
    assert say(client, key=key).status_code == say(client).status_code == 302  # the same again takes nothing
    assert say(client, key=key, photos=[photo((60, 40))]).status_code == 429  # more than that does
    assert say(client, text="").status_code == 400
    assert Opinion.objects.count() == 3


@pytest.mark.usefixtures("throttled")
def test_so_many_a_day_for_one_branch_from_midnight_to_midnight(cast, client, monkeypatch, clock):
    assert public_views.SaysToBranch.rate == "60/day"
    monkeypatch.setattr(public_views.SaysToBranch, "rate", "2/day")
    clock(moment(DAY, 22))
    for turn in range(2):
        assert say(client, text=f"{WORDS}{turn}").status_code == 302
    answer = say(client, name=NAME)
    assert answer.status_code == 429 and answer["Retry-After"] == "7200"
    assert "这个分站今天收到的太多了" in answer.text and "请明天再交,或者打电话0319-0000004。" in answer.text
    assert WORDS in answer.text and NAME in answer.text and "小时" not in answer.text
    assert say(client, code="GT02").status_code == 302
    clock(moment(DAY + timedelta(days=1), 1))
    assert say(client).status_code == 302


@pytest.mark.usefixtures("throttled")
def test_one_network_does_not_use_up_what_a_branch_takes_in(cast, client, monkeypatch, clock):
    assert public_views.SaysFromAddressToBranch.rate == "20/day"
    monkeypatch.setattr(public_views.SaysFromAddressToBranch, "rate", "1/day")
    clock(moment(DAY, 22))
    assert say(client).status_code == 302
    answer = say(client, text=f"{WORDS}又")
    assert answer.status_code == 429 and answer["Retry-After"] == "7200" and "您这里的网络今天给这个分站" in answer.text
    assert say(client, code="GT02").status_code == 302
    assert say(Client(REMOTE_ADDR="198.51.100.7"), text=f"{WORDS}再").status_code == 302
    clock(moment(DAY + timedelta(days=1), 1))
    assert say(client, text=f"{WORDS}又").status_code == 302


# --- Where ------------------------------------------------------------------------------------------------------


def merged(cast):
    merge_branches(branch=cast.gt01, into=cast.gt02, actor=cast.admin, on=DAY, at=AT)
    return cast.gt01


def test_a_merged_branch_leads_to_its_successor(cast, client):
    merged(cast)
    answer = client.get(say_page())
    assert answer.status_code == 302 and answer["Location"] == f"{say_page('GT02')}?from=GT01"
    went = "第一分站已并入官亭镇人大代表联络站第二分站"
    shown = client.get(answer["Location"]).text
    assert went in shown and "交给第二分站" in shown
    for code in ("GT02", "YT01", "NO", "\0"):  # nobody makes this page say what is not so
        assert "已并入" not in client.get(say_page("GT02"), {"from": code}).text
    answer = say(client, text="")
    assert went in answer.text and "交给第二分站" in answer.text
    answer = say(client)
    assert Opinion.objects.get().branch == cast.gt02 and shown_code(client, answer)
    shown = client.get(answer["Location"]).text
    assert went in shown and "交到了第二分站" in shown
    assert "已并入" not in client.get(say(client, code="GT02", text="另一件事")["Location"]).text


def test_a_closed_branch_says_where_to_go_and_keeps_what_was_typed(cast, client):
    clear_branch(cast, cast.gt02, to=cast.gt01, on=DAY)
    close_station(station=cast.gt02, closed_on=DAY, actor=cast.admin, at=AT)
    answer = client.get(say_page("GT02"))
    assert answer.status_code == 404 and "不接收网上反映" in answer.text and "0319-0000004" in answer.text
    answer = say(client, code="GT02")
    assert answer.status_code == 400 and "已经撤销" in answer.text and WORDS in answer.text


def test_only_branches_have_a_form(cast, client):
    for code in ("GT", "JLX", "NO"):
        assert client.get(say_page(code)).status_code == 404
        assert say(client, code=code).status_code == 404


def test_only_get_and_post(cast, client):
    assert client.put(say_page()).status_code == 405
    assert client.post(reverse("opinion-said", args=["GT01"])).status_code == 405


def test_a_cross_site_post_needs_no_token(cast, client):
    strict = Client(enforce_csrf_checks=True)
    assert say(strict).status_code == 302
    assert ask(strict, "ABCD-EFGH-JKMN").status_code == 404


# --- The whole way ----------------------------------------------------------------------------------------------


def test_from_the_form_to_not_solved_once(cast, client, signed_in):
    code = shown_code(client, say(client, name=NAME, phone=PHONE, photos=[photo((800, 600))]))
    ticket = Opinion.objects.get()

    def page():
        return client.get(ask(client, code)["Location"])

    assert "联络站正在核对" in page().text and WORDS in page().text and NAME not in page().text
    later = AT + timedelta(hours=1)
    move_opinion(opinion=ticket, move="accept", actor=cast.clerk, at=later, category=Category.WATER)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.category, ticket.holder_station) == (State.AT_BRANCH, Category.WATER, cast.gt01)
    assert Notice.objects.filter(user=cast.head, link=ticket.page).exists()
    assert "代表联络分站正在办理" in page().text
    move_opinion(opinion=ticket, move="solve", actor=cast.head, at=later, note="已经把塌陷的路面填平,恢复通行。")
    assert 'name="word"' not in page().text and "恢复通行" in page().text
    move_opinion(opinion=ticket, move="tell", actor=cast.head, at=later)
    address = ask(client, code)["Location"]
    ticket.refresh_from_db()
    client.post(address, {"word": "basic", "version": ticket.version})
    ticket.refresh_from_db()
    client.post(address, {"word": "unsolved", "note": "又塌了", "version": ticket.version})
    ticket.refresh_from_db()
    assert ticket.state == State.REWORKING and ticket.reopened
    assert "正在重新办理" in page().text


def solved(cast, **said):
    ticket, code = entry(cast, **said)
    move_opinion(opinion=ticket, move="accept", actor=cast.clerk, at=AT)
    return move_opinion(
        opinion=ticket, move="solve", actor=cast.head, at=AT, note="已经把塌陷的路面填平,恢复通行。"
    ), code


@pytest.mark.parametrize(("word", "state"), [("satisfied", State.CLOSED), ("unsatisfied", State.REWORKING)])
def test_who_left_no_phone_rates_what_the_link_shows(cast, client, word, state):
    ticket, code = solved(cast, name=NAME)
    address = ask(client, code)["Location"]
    text = client.get(address).text
    assert "请看下面。您满意吗?" in text and 'value="satisfied"' in text and "会来告诉您" not in text
    assert "以前的答复" not in text
    ticket.refresh_from_db()
    assert (ticket.state, ticket.told_at) == (State.REPLIED, None)  # looking alone is nothing
    assert client.post(address, {"word": word, "note": "又塌了", "version": ticket.version}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.state == state and ticket.told_at is not None and not ticket.rated_by_proxy
    assert ticket_problems() == []


def test_who_left_a_phone_is_told_first(cast, client):
    ticket, code = solved(cast, phone=PHONE)
    address = ask(client, code)["Location"]
    text = client.get(address).text
    assert "会来告诉您" in text and 'name="word"' not in text
    assert client.post(address, {"word": "satisfied", "version": ticket.version}).status_code == 409
    ticket.refresh_from_db()
    assert (ticket.state, ticket.told_at) == (State.REPLIED, None)


def test_nobody_rates_for_a_villager_before_telling(cast):
    ticket, _code = solved(cast)
    assert {"tell"} == {move.name for move in moves_open_to(cast.head, ticket, DAY)} & {"tell", "rate"}
    with pytest.raises(NotAllowed):
        move_opinion(opinion=ticket, move="rate", actor=cast.head, at=AT, rating="satisfied")
    ticket = move_opinion(opinion=ticket, move="tell", actor=cast.head, at=AT)
    assert move_opinion(opinion=ticket, move="rate", actor=cast.head, at=AT, rating="satisfied").rated_by_proxy


def test_while_it_is_handled_again_the_villagers_words_stand_there(cast, client):
    ticket, code = solved(cast, name=NAME)
    address = ask(client, code)["Location"]

    def said(word, note):
        ticket.refresh_from_db()
        client.post(address, {"word": word, "note": note, "version": ticket.version})
        return client.get(address).text

    text = said("unsatisfied", f"又塌了,{NAME}")
    assert "您说不满意:又塌了,■■" in text and "以前的答复" in text and ">答复<" not in text
    ticket.refresh_from_db()
    move_opinion(opinion=ticket, move="solve", actor=cast.head, at=AT, note="重新垫了路基,压实了,恢复通行。")
    text = client.get(address).text
    assert "您说" not in text and ">答复<" in text and "以前的答复" in text
    assert "您说" not in said("basic", "")
    assert "您说没有解决:还是塌" in said("unsolved", "还是塌")


def test_a_refused_one_says_where_to_go(cast, client):
    ticket, code = entry(cast)
    move_opinion(
        opinion=ticket, move="refuse", actor=cast.clerk, at=AT, note="已经在法院审理", route="县法院诉讼服务中心"
    )
    text = client.get(ask(client, code)["Location"]).text
    assert "不在受理范围" in text and "已经在法院审理" in text and "县法院诉讼服务中心" in text


def test_a_merged_one_shows_the_others_answer(cast, client):
    other, _code = entry(cast, "同一条路塌了")
    move_opinion(opinion=other, move="accept", actor=cast.clerk, at=AT)
    ticket, code = entry(cast)
    move_opinion(opinion=ticket, move="merge", actor=cast.clerk, at=AT, into=other)
    move_opinion(opinion=other, move="solve", actor=cast.head, at=AT, note="已经把塌陷的路面填平,恢复通行。")
    text = client.get(ask(client, code)["Location"]).text
    assert "一起办理" in text and "恢复通行" in text


def test_the_database_takes_one_form_once(cast):
    key = uuid4()
    first, code = entry(cast, key=key)
    with CaptureQueriesContext(connection) as queries:
        assert entry(cast, key=key) == (first, code)
    assert not any(query["sql"].startswith(("INSERT", "UPDATE")) for query in queries)


def test_a_mark_without_an_entry_is_found(cast):
    ticket, _code = entry(cast)
    assert ticket_problems() == []
    Opinion.objects.update(from_web=False)
    assert [line.rpartition(": ")[2] for line in ticket_problems()] == ["“群众网上反映”的标记与提交记录不符"]
    Opinion.objects.update(from_web=True)
    VillagerEntry.objects.all().delete()
    assert [str(ticket.uid) in line for line in ticket_problems()] == [True]


def test_a_photo_of_any_kind_is_kept_as_jpeg(cast):
    for kind in ("PNG", "WEBP"):
        ticket, _code = entry(cast, f"{WORDS}{kind}", photos=[photo((200, 100), kind)])
        with Image.open(BytesIO(path_of(HopFile.objects.get(hop__opinion=ticket)).read_bytes())) as kept:
            assert (kept.format, kept.size) == ("JPEG", (200, 100))
