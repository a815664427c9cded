"""The daily handling of prints: the size a page opens with, what is not due, wrong records taken back, work found again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from deputies.models import Edition
from deputies.services import edit_deputy, take_back_hanging
from deputies.views.editions.choosing import in_millimetres
from julu_liaison.common.errors import Conflict
from julu_liaison.common.models import AuditLog, Job
from tests.cast import make_deputy
from tests.test_edition_pages import HANGING, LIST, RARE, codes, hung, printed, recorded, said, text_of

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("media")]

BOARD = "2400x1200"


# ---- The size a page opens with ----


def test_the_list_opens_with_the_size_that_hangs_at_most_of_the_chosen_places(cast, signed_in):
    client = signed_in(cast.staff)
    assert client.get(LIST).context["order"].size.code == "A2"
    recorded(cast.gt01, size="A4", at=timezone.now() - timedelta(days=3))
    recorded(cast.gt02, size="A3", at=timezone.now() - timedelta(days=2))
    assert client.get(LIST).context["order"].size.code == "A3"  # printed last
    for place, size in ((cast.gt01, BOARD), (cast.gt02, BOARD), (cast.yt01, "1500x1000")):
        hung(recorded(place, size=size))
    assert client.get(LIST).context["order"].size.code == BOARD
    assert client.get(LIST, {"station": "YT"}).context["order"].size.code == "1500x1000"
    assert client.get(LIST, {"size": "A2"}).context["order"].size.code == "A2"
    assert client.get(LIST, {"product": "station_plate", "was": "board", "size": BOARD}).context["order"].size.code == "600x400"


def test_what_hangs_in_another_size_and_holds_is_not_due(cast, signed_in):
    (metal,) = printed(cast.gt01, size=BOARD)
    client = signed_in(cast.staff)
    assert codes(client.get(LIST, {"size": "A3", "station": "GT01", "show": "due"})) == ["GT01"]  # it does not hang yet
    hung(metal)
    answer = client.get(LIST, {"size": "A3", "station": "GT01"})
    assert answer.context["due"] == 0 and "挂着240×120厘米第1版,没有变" in text_of(answer)
    edit_deputy(deputy=cast.head_person, actor=cast.admin, position="校长")
    assert codes(client.get(LIST, {"size": "A3", "station": "GT01", "show": "due"})) == ["GT01"]


@pytest.mark.parametrize(
    ("typed", "size"),
    [
        ("1500*1000", "1500x1000"), ("150×100厘米", "1500x1000"), ("1.5 x 1 米", "1500x1000"), ("1500X1000mm", "1500x1000"),
        ("150.5*100cm", "1505x1000"), ("很大", "很大"), ("1.2.3x4", "1.2.3x4"), ("A3", "A3"),
    ],
)  # fmt: skip
def test_sizes_as_people_write_them(typed, size):
    assert in_millimetres(typed) == size


# ---- Hanging ----


def test_two_sizes_of_one_place_are_not_recorded_at_once(cast, signed_in):
    small, large, other = recorded(cast.gt01), recorded(cast.gt01, size=BOARD), recorded(cast.gt02)
    ticked = {"edition": [small.uid, large.uid, other.uid], f"where-{other.uid}": "广场北边"}
    client = signed_in(cast.clerk)
    answer = client.post(HANGING, said(**ticked))
    page = text_of(answer)
    assert answer.status_code == 400 and f"{cast.gt01.full_name}的公示牌勾了2块,请只勾挂上去的那一块" in page
    assert page.count(" checked>") == 3 and 'value="广场北边"' in page
    assert not Edition.objects.exclude(hung_on=None).exists()
    shown = client.get(HANGING, {"size": BOARD})
    assert [row.edition for row in shown.context["rows"]] == [large] and "240×120厘米" in text_of(shown)
    answer = client.post(HANGING, said(edition=[large.uid], size=BOARD))
    assert answer.url == f"{HANGING}?size={BOARD}" and client.get(answer.url).status_code == 200


def test_a_wrong_record_of_hanging_is_taken_back_with_a_reason(cast, signed_in):
    row = hung(recorded(cast.gt01))
    client, address = signed_in(cast.clerk), reverse("edition", args=[row.uid])
    assert "记错了,没有挂" in text_of(client.get(address))
    answer = client.post(address, {"do": "take_back", "reason": " "})
    assert answer.status_code == 400 and "请写为什么去掉" in text_of(answer)
    assert signed_in(cast.auditor).post(address, {"do": "take_back", "reason": "勾错了"}).status_code == 403
    assert signed_in(cast.stranger).post(address, {"do": "take_back", "reason": "勾错了"}).status_code == 404
    client = signed_in(cast.clerk)
    assert client.post(address, {"do": "take_back", "reason": "勾错了一行"}).url == address
    row.refresh_from_db()
    assert (row.hung_on, row.hung_where, row.hung_by, row.hung_recorded_by) == (None, "", "", None)
    told = AuditLog.objects.get(action="take_back_hanging")
    assert (told.actor, told.county_code, told.detail["reason"], told.detail["where"]) == (
        cast.clerk, "JLX", "勾错了一行", "村委会大门东侧"
    )  # fmt: skip
    assert "记错了,没有挂" not in text_of(client.get(address))
    with pytest.raises(Conflict):
        take_back_hanging(edition=row, reason="又一次", actor=cast.clerk, at=timezone.now())


# ---- Work in the background ----


def ordered_by(actor, **fields) -> Job:
    return Job.objects.create(**{"kind": "print_editions", "title": "公示牌", "asked_by": actor, "created_at": timezone.now()} | fields)


def test_the_list_leads_back_to_the_latest_orders(cast, signed_in):
    own, countys, _photos = ordered_by(cast.clerk), ordered_by(cast.staff), ordered_by(cast.clerk, kind="put_photos")
    assert list(signed_in(cast.clerk).get(LIST).context["jobs"]) == [own]
    assert not signed_in(cast.stranger).get(LIST).context["jobs"]
    assert not signed_in(cast.auditor).get(LIST).context["jobs"]
    client = signed_in(cast.staff)
    answer = client.get(LIST)
    assert list(answer.context["jobs"]) == [countys, own]
    for job in (countys, own):
        assert reverse("job", args=[job.uid]) in text_of(answer)
        assert client.get(reverse("job", args=[job.uid])).status_code == 200


def test_finished_printing_says_its_sum_and_what_is_missing_first(cast, signed_in):
    lines = [
        {"state": "done", "text": "甲:做好了"}, {"state": "refused", "text": "乙:缺字"}, {"state": "remark", "text": "甲:请看"},
        {"state": "unchanged", "text": "丙:没有变"},
    ]  # fmt: skip
    job = ordered_by(cast.clerk, state=Job.State.DONE, file="all.zip", done=3, total=3, lines=lines)
    page = text_of(signed_in(cast.clerk).get(reverse("job", args=[job.uid])))
    told = ("文件做好了,请下载去印", "2块做好,1块印不了", "乙:缺字", "甲:请看", "做好的<span", "甲:做好了")
    found = [page.index(words) for words in told]
    assert found == sorted(found)


def test_running_work_without_a_sign_of_life_says_that_it_goes_on(cast, signed_in):
    now = timezone.now()
    job = ordered_by(cast.clerk, state=Job.State.RUNNING, heartbeat_at=now)
    client, address = signed_in(cast.clerk), reverse("job", args=[job.uid])
    assert "没有动静" not in text_of(client.get(address))
    for minutes, told in ((2, True), (11, False)):
        Job.objects.filter(pk=job.pk).update(heartbeat_at=now - timedelta(minutes=minutes))
        assert ("一分钟没有动静了,十分钟后会自动接着做" in text_of(client.get(address))) is told


# ---- Words that say what to do ----


def test_a_missing_character_leads_those_who_may_to_supplying_it(cast, signed_in):
    make_deputy(cast, RARE, cast.gt01)
    for who, may in ((cast.staff, True), (cast.clerk, False)):
        page = text_of(signed_in(who).get(LIST, {"size": "A3", "station": "GT01"}))
        assert "先核对是不是打错了字,确实没有的请县人大办公室补字" in page and ("去补字" in page) is may


def test_a_draft_stands_on_a_page_with_a_way_back_and_on(cast, signed_in):
    client, address = signed_in(cast.clerk), reverse("board-draft", args=["GT01"])
    page = text_of(client.get(address, {"size": "A3"}))
    assert f'src="{address}?product=board&amp;size=A3&amp;picture=1"' in page and "还没有印" in page
    for words in ("回到公示牌", "印这一块"):
        assert words in page
    assert f'href="{LIST}?product=board&amp;size=A3&amp;station=GT01"' in page
