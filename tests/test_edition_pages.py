"""Pages of what is printed and hung: the list and its orders, one edition, hanging, drafts; whose they are; bad input."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from activities.models import Roster
from activities.services import publish_roster
from deputies.models import Deputy, Edition
from deputies.posters import kept_file, order_of, print_all
from deputies.posters.hanging import usual_places, waiting
from deputies.services import edit_deputy, record_edition, record_hanging
from deputies.services.editions import record_look
from deputies.states import Product
from deputies.views.editions.choosing import current_period
from julu_liaison.common.models import AuditLog, Job
from julu_liaison.common.pdf import write_atomically
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.services import appoint
from stations.states import Role
from tests.cast import OPENED, agree, make_deputy, moment
from tests.test_boards import reception

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("media")]

LIST, HANGING = "/console/boards/", "/console/boards/hanging/"
LIST_QUERIES, HANGING_QUERIES, EDITION_QUERIES = 14, 14, 14
RARE = "孙\U0002b740兰"
NOBODYS = ("head", "deputy", "officer", "system", "security")


def printed(*places, size="A3", product=Product.BOARD, actor=None, period="", at=None) -> list[Edition]:
    order = order_of(product, size, period)
    results = print_all(order=order, places=places, actor=actor, at=at or timezone.now())
    return [result.edition for result in results]


def recorded(place, number=1, *, size="A3", product="board", at=None, **facts) -> Edition:
    """An edition without the cost of drawing; its hash fits nothing."""
    row = record_edition(
        place=place, product=product, size=size, number=number, facts={}, facts_hash=uuid4().hex,
        file=f"editions/{uuid4().hex}.pdf", actor=None, at=at or timezone.now(), **facts,
    )  # fmt: skip
    write_atomically(kept_file(row), b"%PDF-")
    return row


def hung(edition, *, days_ago=0, where="村委会大门东侧", by="王师傅", actor=None) -> Edition:
    now = timezone.now()
    (row,) = record_hanging(
        editions=[edition], hung_on=today_here(now) - timedelta(days=days_ago), where=where, by=by, actor=actor, at=now
    )
    return row


def said(**fields) -> dict:
    return {"hung_on": today_here().isoformat(), "where": "", "by": "王师傅"} | fields


def with_day(wrong: dict) -> dict:
    """A number as `hung_on` is days from today, the day on which the test runs, not the one on which it was collected."""
    days = wrong.get("hung_on")
    return wrong | {"hung_on": (today_here() + timedelta(days=days)).isoformat()} if isinstance(days, int) else wrong


def order(**fields) -> dict:
    return {"product": "board", "size": "A3", "do": "due", "package": "pdf", "copies": "1"} | fields


def codes(answer) -> list[str]:
    return [row.place.code for row in answer.context["rows"]]


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def ordered(monkeypatch):
    """What was handed to the task, without printing anything."""
    handed = []
    monkeypatch.setattr("deputies.views.editions.overview.start_job", lambda **given: handed.append(given) or Job(uid=uuid4()))
    return handed


# ---- The list ----


def test_states_counts_and_filters(cast, signed_in):
    make_deputy(cast, RARE, cast.yt01)
    current, changed = printed(cast.gt01, cast.gt02, actor=cast.staff)
    edit_deputy(deputy=cast.deputies["GT02"][1], actor=cast.admin, position="校长")
    client = signed_in(cast.staff)
    answer = client.get(LIST, {"size": "A3"})
    rows = {row.place.code: row for row in answer.context["rows"]}
    assert {code: row.state for code, row in rows.items()} == {"GT01": "current", "GT02": "changed", "YT01": "refused"}
    assert [(name, count) for name, _label, count in answer.context["counts"]] == [
        ("", 3), ("due", 1), ("unhung", 1), ("refused", 1),
    ]  # fmt: skip
    page = text_of(answer)
    assert RARE in page and reverse("edition", args=[current.uid]) in page and "印要印的1块" in page
    assert [name for name, _rows in answer.context["groups"]] == ["官亭镇", "阎疃镇"]
    for show, expected in (("due", ["GT02"]), ("unhung", ["GT01"]), ("refused", ["YT01"]), ("", ["GT01", "GT02", "YT01"])):
        assert codes(client.get(LIST, {"size": "A3", "show": show})) == expected
    hung(current)
    assert codes(client.get(LIST, {"size": "A3", "show": "unhung"})) == []
    assert changed.number == 1


def test_each_size_and_place_has_its_own_rows(cast, signed_in):
    recorded(cast.gt01)
    client = signed_in(cast.staff)
    answer = client.get(LIST, {"size": "2400x1200", "station": "GT"})
    assert [row.state for row in answer.context["rows"]] == ["new", "new"]
    assert codes(client.get(LIST, {"station": "YT01"})) == ["YT01"]
    answer = client.get(LIST, {"custom": "1500x1000"})
    assert answer.context["order"].size.code == "1500x1000" and "1500×1000毫米" in text_of(answer)


def test_what_hangs_is_told_and_whether_it_is_old(cast, signed_in):
    hung(recorded(cast.gt01, at=timezone.now() - timedelta(days=2)), days_ago=1)
    assert "旧版" not in text_of(signed_in(cast.staff).get(LIST, {"size": "A3"}))
    recorded(cast.gt01, 2)
    page = text_of(signed_in(cast.staff).get(LIST, {"size": "A3"}))
    assert "旧版" in page and "第1版 " + str(today_here() - timedelta(days=1)) in page
    assert "A3 纸第1版" in text_of(signed_in(cast.staff).get(LIST, {"size": "A2"}))  # another size hangs


def test_plates_and_posters_are_chosen_on_the_same_page(cast, signed_in):
    client = signed_in(cast.staff)
    plates = client.get(LIST, {"product": "station_plate", "was": "board", "size": "A2", "station": "GT01"})
    assert codes(plates) == ["GT", "YT"] and plates.context["order"].size.code == "600x400"
    assert codes(client.get(LIST, {"product": "branch_plate", "was": "board", "station": "GT"})) == ["GT01", "GT02"]
    posters = client.get(LIST, {"product": "duty_poster"})
    assert posters.context["order"].period == current_period(today_here())
    assert {row.state for row in posters.context["rows"]} == {"refused"} and "张" in text_of(posters)
    assert client.get(LIST, {"product": "duty_poster", "period": "2026-13"}).status_code == 400


def test_who_sees_the_list_and_who_may_order(cast, signed_in):
    for who, shown in (("admin", ["GT01", "GT02", "YT01"]), ("clerk", ["GT01", "GT02"]), ("stranger", ["YT01"])):
        answer = signed_in(getattr(cast, who)).get(LIST)
        assert codes(answer) == shown and 'name="do"' in text_of(answer)
    looked_at = signed_in(cast.auditor).get(LIST)
    assert codes(looked_at) == ["GT01", "GT02", "YT01"]
    assert 'method="post" id="press"' not in text_of(looked_at) and "小样" not in text_of(looked_at)
    assert signed_in(cast.auditor).post(LIST, order()).status_code == 403
    for who in NOBODYS:
        client = signed_in(getattr(cast, who))
        assert (client.get(LIST).status_code, client.post(LIST, order()).status_code) == (403, 403)


def test_a_clerk_who_heads_a_branch_elsewhere_prints_for_the_own_station_only(cast, signed_in):
    person = make_deputy(cast, "郑国平", cast.yt01)
    Deputy.objects.filter(pk=person.pk).update(user=cast.clerk)
    appoint(user=cast.clerk, role=Role.BRANCH_HEAD, station=cast.yt01, started_on=OPENED, actor=None)
    assert codes(signed_in(cast.clerk).get(LIST)) == ["GT01", "GT02"]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "wrong",
    [{"station": "YT01"}, {"station": "XX"}, {"size": "A9"}, {"product": "flag"}, {"show": "x"}, {"place": ["YT01"], "do": "ticked"}],
)
def test_out_of_scope_is_not_found(cast, signed_in, method, wrong):
    if method == "get" and "place" in wrong:
        return
    data = wrong if method == "get" else order(copies="x" if "show" in wrong else "1") | wrong
    assert getattr(signed_in(cast.clerk), method)(LIST, data).status_code == 404
    assert not Job.objects.exists()


def test_the_list_costs_the_same_for_one_branch_and_for_three(cast, signed_in, django_assert_num_queries):
    client = signed_in(cast.staff)
    for branch in (cast.gt01, cast.gt02, cast.yt01):
        hung(recorded(branch))
        recorded(branch, 2)
    for count, closed_on in ((1, OPENED), (3, None)):
        Station.objects.filter(code__in=["GT02", "YT01"]).update(closed_on=closed_on)
        with django_assert_num_queries(LIST_QUERIES):
            answer = client.get(LIST, {"size": "A3"})
        assert len(answer.context["rows"]) == count


# ---- Orders ----


def test_what_is_due_what_is_ticked_and_all(cast, signed_in, ordered):
    make_deputy(cast, RARE, cast.yt01)
    printed(cast.gt01)
    client = signed_in(cast.staff)
    keys = {place.code: place.pk for place in (cast.gt01, cast.gt02, cast.yt01)}
    for do, expected in (("due", ["GT02"]), ("ticked", ["GT01", "YT01"]), ("all", ["GT01", "GT02", "YT01"])):
        answer = client.post(LIST, order(do=do, place=["GT01", "YT01"]))
        assert answer.status_code == 302
        assert ordered[-1]["place_ids"] == [keys[code] for code in expected]
    asked = {name: ordered[0][name] for name in ("product", "size", "period", "package", "with_marks", "copies")}
    assert asked == {
        "product": "board", "size": "A3", "period": "", "package": "pdf", "with_marks": False, "copies": 1
    }  # fmt: skip
    assert ordered[0]["title"] == "公示牌(A3 纸):官亭镇人大代表联络站第二分站" and "2个分站" in ordered[1]["title"]
    client.post(LIST, order(do="all", package="zip", with_marks="on", copies="２", size="2400x1200"))
    assert {"package": "zip", "with_marks": True, "copies": 2, "size": "2400x1200"}.items() <= ordered[-1].items()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"copies": "零"}, "份数请填1到99的整数"), ({"copies": "0"}, "份数请填1到99的整数"), ({"copies": ""}, "请填份数"),
        ({"package": "rar"}, "一个PDF还是压缩包"), ({"do": ""}, "请选要印哪些"), ({"do": "ticked", "place": []}, "先勾选"),
    ],
)  # fmt: skip
def test_a_wrong_order_says_what_to_mend_and_keeps_the_ticks(cast, signed_in, ordered, wrong, sentence):
    answer = signed_in(cast.staff).post(LIST, order(place=["GT02"], with_marks="on", station="GT") | wrong)
    page = text_of(answer)
    assert answer.status_code == 400 and not ordered and sentence in page
    assert ('value="GT02" checked' in page) is ("place" not in wrong) and 'name="with_marks" checked' in page
    assert codes(answer) == ["GT01", "GT02"] and 'value="GT"' in page


def test_a_typed_size_that_is_none_says_so_beside_it(cast, signed_in):
    answer = signed_in(cast.staff).get(LIST, {"custom": "很大"})
    assert answer.status_code == 400 and "没有“很大”这个尺寸" in text_of(answer) and 'value="很大"' in text_of(answer)


def test_an_order_from_page_to_file(cast, signed_in, django_capture_on_commit_callbacks):
    make_deputy(cast, RARE, cast.gt02)
    client = signed_in(cast.staff)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(LIST, order(do="all"))
    job = Job.objects.get()
    assert answer.url == reverse("job", args=[job.uid])
    assert (job.state, job.done, job.total) == (Job.State.DONE, 3, 3)
    assert RARE in "".join(line["text"] for line in job.lines if line["state"] == "refused")
    content = b"".join(client.get(reverse("job-file", args=[job.uid])).streaming_content)
    assert len(PdfReader(BytesIO(content)).pages) == 2
    assert Edition.objects.filter(made_by=cast.staff).count() == 2


def test_an_order_too_many_says_so_and_the_same_order_leads_to_the_work_there_is(cast, signed_in):
    client = signed_in(cast.clerk)
    first = client.post(LIST, order(do="all"))
    assert client.post(LIST, order(do="all")).url == first.url and Job.objects.count() == 1
    for place in ("GT01", "GT02"):
        assert client.post(LIST, order(do="ticked", place=[place])).status_code == 302
    answer = client.post(LIST, order(do="ticked", place=["GT01"], copies="7"))
    assert answer.status_code == 400 and "您还有3项没有做完,做完再来。" in text_of(answer)
    assert answer.context["ticked"] == {"GT01"} and 'value="7"' in text_of(answer)
    assert Job.objects.count() == 3


# ---- One edition ----


def test_an_edition_says_what_it_says_and_what_has_changed(cast, signed_in):
    agree(cast, cast.deputy_person, "phone")
    (edition,) = printed(cast.gt01, actor=cast.staff)
    client, address = signed_in(cast.clerk), reverse("edition", args=[edition.uid])
    page = text_of(client.get(address))
    for words in ("官亭镇人大代表联络站第一分站", "第1版", "A3 纸", "县工作人员", cast.deputy_person.phone, "联络站电话", "还没挂"):
        assert words in page
    assert cast.head_person.phone not in page and "印好以后有变化" not in page
    preview = client.get(reverse("edition-preview", args=[edition.uid]))
    with Image.open(BytesIO(b"".join(preview.streaming_content))) as picture:
        assert preview["Content-Type"] == "image/png" and picture.width > 1000
    edit_deputy(deputy=cast.head_person, actor=cast.admin, position="校长")
    page = text_of(client.get(address))
    assert "印好以后有变化" in page and "赵站长" in page and "要重印" in page
    assert reverse("edition-preview", args=[edition.uid]) in page  # drawn while it held
    kept_file(edition).with_suffix(".png").unlink()
    assert client.get(reverse("edition-preview", args=[edition.uid])).status_code == 409
    page = text_of(client.get(address))
    assert reverse("edition-preview", args=[edition.uid]) not in page and "只保留当时的文件" in page
    later = recorded(cast.gt01, 2)
    page = text_of(client.get(address))
    assert "后来又印过" in page and reverse("edition", args=[later.uid]) in page


def test_files_are_handed_out_and_it_is_recorded(cast, signed_in):
    (edition,) = printed(cast.gt01)
    client = signed_in(cast.clerk)
    plain = client.get(reverse("edition-file", args=[edition.uid]))
    assert b"".join(plain.streaming_content) == kept_file(edition).read_bytes()
    assert quote("GT01-第一分站-公示牌-A3-第1版.pdf") in plain["Content-Disposition"]
    marked = client.get(reverse("edition-marks", args=[edition.uid]))
    page = PdfReader(BytesIO(b"".join(marked.streaming_content))).pages[0]
    assert quote("-第1版-带裁切线.pdf") in marked["Content-Disposition"]
    assert page.mediabox.width > page.trimbox.width
    rows = AuditLog.objects.filter(action="download", target_key=str(edition.uid)).order_by("pk")
    assert [row.detail["file"] for row in rows] == [
        "GT01-第一分站-公示牌-A3-第1版.pdf", "GT01-第一分站-公示牌-A3-第1版-带裁切线.pdf",
    ]  # fmt: skip
    assert {row.county_code for row in rows} == {"JLX"}
    kept_file(edition).unlink()
    for name in ("edition-file", "edition-marks", "edition-preview"):
        assert client.get(reverse(name, args=[edition.uid])).status_code == 404
    assert "保存的文件不见了" in text_of(client.get(reverse("edition", args=[edition.uid])))


def test_who_looks_at_the_picture_is_recorded_once_a_day(cast, signed_in):
    edition = recorded(cast.gt01)
    write_atomically(kept_file(edition).with_suffix(".png"), b"\x89PNG")
    rows = AuditLog.objects.filter(action="view_edition").order_by("pk")
    for who in (cast.clerk, cast.staff):
        assert signed_in(who).get(reverse("edition-preview", args=[edition.uid])).status_code == 200
    other = recorded(cast.gt02)
    assert signed_in(cast.clerk).get(reverse("edition-preview", args=[other.uid])).status_code == 409  # shows nothing
    assert [(row.actor, row.target_key) for row in rows] == [(one, str(edition.uid)) for one in (cast.clerk, cast.staff)]
    assert {row.county_code for row in rows} == {"JLX"}
    midnight = moment(today_here() + timedelta(days=1)).replace(hour=0, minute=0)
    for at, known in ((midnight, 3), (midnight + timedelta(hours=23, minutes=59), 3), (midnight + timedelta(days=1), 4)):
        record_look(edition=edition, actor=cast.clerk, at=at)
        assert rows.all().count() == known
    record_look(edition=other, actor=cast.clerk, at=midnight + timedelta(days=1))
    assert rows.all().count() == 5


def test_marks_of_what_has_changed_are_refused_with_a_sentence(cast, signed_in):
    edition = recorded(cast.gt01)
    answer = signed_in(cast.staff).get(reverse("edition-marks", args=[edition.uid]))
    assert answer.status_code == 409 and "请先印新的一版" in text_of(answer)
    agree(cast, cast.head_person, "photo")
    Deputy.objects.filter(pk=cast.head_person.pk).update(photo="photos/none.jpg")
    answer = signed_in(cast.staff).get(reverse("edition-preview", args=[edition.uid]))
    assert answer.status_code == 409
    assert signed_in(cast.staff).get(reverse("edition", args=[edition.uid])).status_code == 200


def test_whose_editions_these_are(cast, signed_in):
    edition = recorded(cast.gt01)
    for who, page, posted in (("staff", 200, 302), ("clerk", 200, 302), ("auditor", 200, 403), ("stranger", 404, 404)):
        client = signed_in(getattr(cast, who))
        assert client.get(reverse("edition", args=[edition.uid])).status_code == page
        assert client.get(reverse("edition-file", args=[edition.uid])).status_code == page
        assert client.post(reverse("edition", args=[edition.uid]), said(where="门口")).status_code == posted
    assert "登记悬挂" not in text_of(signed_in(cast.auditor).get(reverse("edition", args=[edition.uid])))
    for who in NOBODYS:
        client = signed_in(getattr(cast, who))
        assert client.get(reverse("edition", args=[edition.uid])).status_code == 403
        assert client.get(reverse("edition-file", args=[edition.uid])).status_code == 404


def test_hanging_is_recorded_on_the_edition_and_offered_again_next_time(cast, signed_in):
    first = recorded(cast.gt01)
    client = signed_in(cast.clerk)
    offered = client.get(reverse("edition", args=[first.uid])).context["form"].initial
    assert offered == {"hung_on": today_here(), "where": "安家庄村委会", "by": ""}
    answer = client.post(reverse("edition", args=[first.uid]), said(where="大门东侧"), follow=True)
    assert "已登记,挂在大门东侧" in text_of(answer)
    first.refresh_from_db()
    assert (first.hung_where, first.hung_by, first.hung_recorded_by) == ("大门东侧", "王师傅", cast.clerk)
    second = recorded(cast.gt01, 2)
    offered = client.get(reverse("edition", args=[second.uid])).context["form"].initial
    assert (offered["where"], offered["by"]) == ("大门东侧", "王师傅")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"hung_on": ""}, "请填哪天挂的"), ({"hung_on": "昨天"}, "请填日期"), ({"by": " "}, "请写是谁挂的"),
        ({"where": ""}, "请写挂在哪里"), ({"where": "东" * 61}, "最多60个字"),
        ({"hung_on": 1}, "不能晚于今天"), ({"hung_on": -1}, "悬挂日期不能更早"),
    ],
)  # fmt: skip
def test_what_is_typed_wrong_comes_back_beside_the_field(cast, signed_in, wrong, sentence):
    wrong, edition = with_day(wrong), recorded(cast.gt01)
    answer = signed_in(cast.clerk).post(reverse("edition", args=[edition.uid]), said(where="大门西侧") | wrong)
    page = text_of(answer)
    assert answer.status_code == 400 and sentence in page and "还没有登记" in page
    assert list(answer.context["form"].errors) == list(wrong)
    for name, value in (said(where="大门西侧") | wrong).items():
        assert answer.context["form"][name].value() == value
    edition.refresh_from_db()
    assert edition.hung_on is None


def test_a_page_of_an_edition_costs_the_same_with_more_editions(cast, signed_in, django_assert_num_queries):
    edition, client = recorded(cast.gt01), signed_in(cast.staff)
    for number in (2, 5):
        for next_one in range(Edition.objects.count() + 1, number + 1):
            recorded(cast.gt01, next_one)
        with django_assert_num_queries(EDITION_QUERIES):
            answer = client.get(reverse("edition", args=[edition.uid]))
        assert len(answer.context["others"]) == number - 1


# ---- Hanging ----


def waits(cast) -> list[tuple[str, str, int]]:
    rows = waiting(Edition.objects.visible_to(cast.staff), timezone.now())
    return [(row.edition.place.code, row.edition.size, row.edition.number) for row in rows]


def test_the_latest_of_each_size_waits_until_it_or_a_later_one_hangs(cast):
    then = timezone.now() - timedelta(days=9)
    first = recorded(cast.gt01, at=then)
    assert waits(cast) == [("GT01", "A3", 1)]
    second = recorded(cast.gt01, 2, at=then + timedelta(days=1))
    assert waits(cast) == [("GT01", "A3", 2)]
    hung(first, days_ago=7)  # the earlier one was hung late: the newer still waits
    assert waits(cast) == [("GT01", "A3", 2)]
    metal = recorded(cast.gt01, size="2400x1200", at=then + timedelta(days=3))
    assert waits(cast) == [("GT01", "2400x1200", 1), ("GT01", "A3", 2)]
    hung(metal, days_ago=2)  # a later print hangs instead
    assert waits(cast) == []
    third = recorded(cast.gt01, 3)
    assert waits(cast) == [("GT01", "A3", 3)]
    hung(third)
    assert waits(cast) == [] and second.number == 2


def test_another_size_hung_after_the_printing_stands_instead_of_it(cast):
    then = timezone.now() - timedelta(days=5)
    paper = recorded(cast.gt01, size="A2", at=then)
    recorded(cast.gt01, size="A3", at=then + timedelta(minutes=1))
    assert waits(cast) == [("GT01", "A2", 1), ("GT01", "A3", 1)]
    hung(paper, days_ago=2)
    assert waits(cast) == []


def test_corrected_afterwards_an_old_record_does_not_hang_the_old_one_again(cast):
    then = timezone.now() - timedelta(days=5)
    first, second = recorded(cast.gt01, at=then), recorded(cast.gt01, 2, at=then + timedelta(days=1))
    for edition, where in ((first, "东门"), (second, "西门"), (first, "东门北边")):
        hung(edition, days_ago=2, where=where)
    assert Edition.objects.hanging([cast.gt01.pk], product="board") == {cast.gt01.pk: second}
    assert usual_places([first]) == {first.pk: "西门"}
    assert waits(cast) == []


def test_what_hangs_now_decides_what_waits(cast):
    """The old one is hung again: what was printed after it waits once more, though a later print once hung."""
    then = timezone.now() - timedelta(days=9)
    first, metal = recorded(cast.gt01, at=then), recorded(cast.gt01, size="2400x1200", at=then + timedelta(days=2))
    recorded(cast.gt01, 2, at=then + timedelta(days=1))
    hung(metal, days_ago=5)
    assert waits(cast) == []
    hung(first, days_ago=1)
    assert waits(cast) == [("GT01", "A3", 2)]


def test_the_audit_says_which_months_poster_was_hung(cast):
    month = today_here().replace(day=1)
    periods = [f"{month:%Y-%m}", f"{month + timedelta(days=31):%Y-%m}"]
    for period in periods:
        hung(recorded(cast.gt01, product="duty_poster", period=period))
    hung(recorded(cast.gt01))
    rows = AuditLog.objects.filter(action="hang_edition").order_by("pk")
    assert [row.detail.get("period") for row in rows] == [*periods, None]


def test_plates_boards_and_posters_wait_apart_and_past_months_for_nothing(cast):
    month = today_here().replace(day=1)
    for period in (f"{month - timedelta(days=1):%Y-%m}", f"{month:%Y-%m}"):
        recorded(cast.gt01, product="duty_poster", period=period)
    recorded(cast.gt, product="station_plate", size="600x400")
    hung(recorded(cast.gt01))
    Station.objects.filter(pk=cast.gt02.pk).update(closed_on=today_here())
    recorded(cast.gt02)
    rows = waiting(Edition.objects.visible_to(cast.staff), timezone.now())
    assert [(row.edition.place.code, row.edition.product) for row in rows] == [("GT", "station_plate"), ("GT01", "duty_poster")]


def test_several_are_recorded_at_once_each_at_its_place(cast, signed_in):
    one, two, three = (recorded(branch) for branch in (cast.gt01, cast.gt02, cast.yt01))
    hung(recorded(cast.gt01, product="branch_plate", size="600x400"), where="屋檐下")
    client = signed_in(cast.staff)
    ticked = [one.uid, two.uid]
    own = {f"where-{two.uid}": "广场北边", f"where-{three.uid}": "没有勾选的"}
    answer = client.post(HANGING, said(edition=ticked) | own, follow=True)
    assert "已登记,2块挂好了" in text_of(answer)
    assert [row.edition for row in answer.context["rows"]] == [three]
    assert set(Edition.objects.filter(uid__in=ticked).values_list("hung_where", flat=True)) == {"安家庄村委会", "广场北边"}
    client.post(HANGING, said(edition=[three.uid], where="大门东侧"))
    three.refresh_from_db()
    assert three.hung_where == "大门东侧"
    assert AuditLog.objects.filter(action="hang_edition", actor=cast.staff).count() == 3


def test_each_row_says_whether_its_content_still_holds(cast, signed_in):
    printed(cast.gt01, cast.gt02)
    edit_deputy(deputy=cast.deputies["GT02"][1], actor=cast.admin, position="校长")
    page = signed_in(cast.clerk).get(HANGING)
    assert [bool(row.why) for row in page.context["rows"]] == [False, True]
    assert "没有变" in text_of(page) and "已变,先别挂" in text_of(page)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"edition": []}, "先勾选"), ({"by": ""}, "请写是谁挂的"), ({"hung_on": ""}, "请填哪天挂的"),
        ({"own": "东" * 61}, "悬挂地点最多60个字"),
        ({"hung_on": -1}, "悬挂日期不能更早"),
    ],
)  # fmt: skip
def test_with_anything_wrong_nothing_is_recorded_and_nothing_lost(cast, signed_in, wrong, sentence):
    wrong, one, two = with_day(wrong), recorded(cast.gt01), recorded(cast.gt02)
    own = {f"where-{two.uid}": wrong.get("own", "广场北边")}
    answer = signed_in(cast.clerk).post(HANGING, said(edition=[one.uid, two.uid], where="大门") | own | wrong)
    page = text_of(answer)
    assert answer.status_code == 400 and sentence in page and 'value="大门"' in page and next(iter(own.values())) in page
    assert page.count(" checked") == (0 if "edition" in wrong else 2)
    assert not Edition.objects.exclude(hung_on=None).exists()


def test_what_somebody_else_has_recorded_is_told(cast, signed_in):
    one, two = recorded(cast.gt01), recorded(cast.gt02)
    hung(one, where="东门", actor=cast.staff)
    answer = signed_in(cast.clerk).post(HANGING, said(edition=[one.uid, two.uid]))
    assert answer.status_code == 400 and "有1块刚由别人登记过" in text_of(answer)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.hung_where, two.hung_on) == ("东门", None)


def test_whose_hanging_it_is(cast, signed_in):
    one, other = recorded(cast.gt01), recorded(cast.yt01)
    for who, shown in (("staff", [one, other]), ("auditor", [one, other]), ("clerk", [one]), ("stranger", [other])):
        assert [row.edition for row in signed_in(getattr(cast, who)).get(HANGING).context["rows"]] == shown
    assert "<form method=\"post\">" not in text_of(signed_in(cast.auditor).get(HANGING)).partition('id="main"')[2]
    assert signed_in(cast.auditor).post(HANGING, said(edition=[one.uid])).status_code == 403
    for wrong in (str(other.uid), "x", str(uuid4())):
        assert signed_in(cast.clerk).post(HANGING, said(edition=[wrong])).status_code == 404
    for who in NOBODYS:
        assert signed_in(getattr(cast, who)).get(HANGING).status_code == 403
    for wrong in ({"station": "YT"}, {"product": "flag"}):
        assert signed_in(cast.clerk).get(HANGING, wrong).status_code == 404
    assert not Edition.objects.exclude(hung_on=None).exists()


def test_hanging_is_filtered_by_station_and_kind_and_stays_so(cast, signed_in):
    one, _two = recorded(cast.gt01), recorded(cast.yt01)
    plate = recorded(cast.gt01, product="branch_plate", size="600x400")
    client = signed_in(cast.staff)
    assert [row.edition for row in client.get(HANGING, {"station": "GT"}).context["rows"]] == [one, plate]
    shown = client.get(HANGING, {"station": "GT", "product": "branch_plate"})
    assert [row.edition for row in shown.context["rows"]] == [plate]
    chosen = {"station": "GT", "product": "branch_plate", "edition": [plate.uid]}
    assert client.post(HANGING, said() | chosen).url == f"{HANGING}?station=GT&product=branch_plate"


def test_hanging_costs_the_same_for_one_and_for_three(cast, signed_in, django_assert_num_queries):
    client = signed_in(cast.staff)
    for count, branches in ((1, [cast.gt01]), (3, [cast.gt02, cast.yt01])):
        for branch in branches:
            recorded(branch)
        with django_assert_num_queries(HANGING_QUERIES):
            assert len(client.get(HANGING).context["rows"]) == count


# ---- Drafts ----


def test_a_draft_is_a_picture_and_leaves_nothing_behind(cast, signed_in, media):
    answer = signed_in(cast.clerk).get(reverse("board-draft", args=["GT01"]), {"size": "A3", "picture": "1"})
    with Image.open(BytesIO(answer.content)) as picture:
        assert picture.width / picture.height == pytest.approx(420 / 297, abs=0.01)
    assert answer["Content-Type"] == "image/png" and answer["Content-Disposition"].startswith("inline")
    assert "no-store" in answer["Cache-Control"]
    assert not Edition.objects.exists() and not list(Path(media).rglob("*.p*"))


def test_a_draft_that_cannot_be_says_why(cast, signed_in):
    make_deputy(cast, RARE, cast.gt01)
    answer = signed_in(cast.clerk).get(reverse("board-draft", args=["GT01"]))
    assert answer.status_code == 409 and RARE in text_of(answer) and "U+2B740" in text_of(answer)


def test_drafts_of_posters_and_plates(cast, signed_in):
    month = today_here().replace(day=1) + timedelta(days=31)
    publish_roster(roster=reception(cast.gt01, month, cast.deputies["GT01"][:2]), actor=cast.clerk, at=timezone.now())
    assert Roster.objects.count() == 1
    client = signed_in(cast.clerk)
    asked = {"product": "duty_poster", "size": "A4", "period": f"{month:%Y-%m}", "picture": "1"}
    assert client.get(reverse("board-draft", args=["GT01"]), asked)["Content-Type"] == "image/png"
    plate = {"product": "station_plate", "picture": "1"}
    assert client.get(reverse("board-draft", args=["GT"]), plate)["Content-Type"] == "image/png"
    assert client.get(reverse("board-draft", args=["GT01"]), plate).status_code == 404


def test_who_sees_drafts(cast, signed_in):
    address = reverse("board-draft", args=["GT01"])
    for who, status in (("stranger", 404), ("auditor", 403), ("head", 403), ("deputy", 403), ("officer", 404)):
        assert signed_in(getattr(cast, who)).get(address).status_code == status
    client = signed_in(cast.staff)
    assert client.get(address, {"size": "A9"}).status_code == 400
    assert client.get(address, {"product": "flag"}).status_code == 404
    assert client.post(address).status_code == 405
