"""The clerk's card: one page of the own station's records, and who may print it."""

import re
from datetime import date, timedelta

import pytest
import zxingcpp
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.posters import card_pdf
from activities.posters.cards import OFFLINE, STEPS
from activities.services import set_filing_limit
from activities.views.days import ReceptionDays
from deputies.models import Deputy
from julu_liaison.common.models import AuditLog
from julu_liaison.common.pdf import TEMPLATES, PrintRefused, render_png
from julu_liaison.common.qr import qr_svg
from stations.models import Station
from stations.services import add_village, open_station
from tests.cast import OPENED, SUNDAY, make_deputy, moment
from tests.prints import only_embedded_subsets, page_sizes, picture_of, printed_text

pytestmark = pytest.mark.django_db

ADDRESS = "https://liaison.example.cn/"
BACKEND = "django.contrib.auth.backends.ModelBackend"
DAYS = [SUNDAY, date(2026, 3, 8), date(2026, 4, 7)]


def drawn(station: Station, days=DAYS) -> bytes:
    return card_pdf(Station.objects.select_related("county").get(pk=station.pk), days=days, address=ADDRESS, on=SUNDAY)


def test_everything_a_clerk_needs_is_on_it_in_order(cast):
    pdf = drawn(cast.gt)
    text = printed_text(pdf)
    head = cast.head_person
    expected = (
        "官亭镇人大代表联络站", "接待日登记操作卡", "2026年3月1日印", ADDRESS, "点“登记接待日”", "点“全部到岗”", "没有人来填0",
        "下一步:核对", "登记好了", "空格", "回车", "3月1日星期日", "到3月8日", "3月8日星期日", "4月7日星期二", "注意不是星期日",
        "7天以内登记", "月报", "GT01", "第一分站", "安家庄村", head.name, head.phone, "GT02", "没有网络怎么办", "打印空白登记表",
        "巨鹿县人大常委会办公室", "0319-0000000", "0319-0000004",
    )  # fmt: skip
    missing = [words for words in expected if words.translate({58: "\uff1a"}) not in text.translate({58: "\uff1a"})]
    assert missing == []
    assert text.index("登记一个接待日") < text.index("本站的分站") < text.index("没有网络怎么办") < text.index("有事找谁")
    assert page_sizes(pdf) == [(210, 297)]
    assert only_embedded_subsets(pdf)


def test_the_buttons_it_names_are_in_the_program():
    """Word for word, before they are typeset for print."""
    program = "".join(path.read_text() for path in (TEMPLATES.parent / "activities").glob("*.html"))
    named = set(re.findall("“([^”]+)”", "".join(STEPS + OFFLINE))) - {"登记接待日", "登记好了"}
    assert {"全部到岗", "更多", "下一步:核对", "回去改", "登记", "打印空白登记表"} == named
    assert [words for words in sorted(named) if words not in program] == []


def test_fits_one_page_with_nine_branches_and_long_names(cast):
    for number in range(3, 10):
        branch = open_station(
            code=f"GT0{number}-LONG", name=f"第{number}工业园区(农产品加工)分站", parent=cast.gt, opened_on=OPENED, actor=cast.admin
        )
        for village in ("前夏家寨村", "后孟家寨村", "大双井寨村", "东三合铺居民小区社区", "南柳林堤村", "西白果疃村"):
            add_village(name=village, branch=branch, actor=cast.admin)
        make_deputy(cast, "阿卜杜热西提·买买提江", branch, head=True)
    pdf = drawn(cast.gt, days=[SUNDAY + timedelta(days=7 * week) for week in range(5)])
    assert page_sizes(pdf) == [(210, 297)]
    text = printed_text(pdf)
    assert text.count("阿卜杜热西提·买买提江") == 7 and text.count("东三合铺居民小区社区") == 7
    assert "0319-0000004" in text  # the last line


def test_more_than_a_page_holds_is_refused_in_words(cast):
    for number in range(3, 70):
        open_station(code=f"GT{number:02}", name=f"第{number}分站", parent=cast.gt, opened_on=OPENED, actor=cast.admin)
    with pytest.raises(PrintRefused, match="一页印不下"):
        drawn(cast.gt)


def test_the_code_leads_to_the_site(cast, monkeypatch):
    data = {}
    monkeypatch.setattr("activities.posters.cards.render_pdf", lambda **job: data.update(job) or b"")
    drawn(cast.gt)
    assert data["images"]["qr"] == qr_svg(ADDRESS)
    picture = picture_of(render_png(**data, ppi=150))
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [ADDRESS]


def test_the_county_s_own_limits_stand_on_it(cast):
    assert "县里没有规定每月的截止日" in printed_text(drawn(cast.gt))
    set_filing_limit(county=cast.county, day=10, prompt_days=3, actor=cast.staff, at=moment(SUNDAY))
    text = printed_text(drawn(cast.gt))
    assert "3天以内登记" in text and "一个月的登记到下个月10日截止" in text and "到3月4日" in text


def test_a_name_that_no_font_has_is_named(cast):
    Deputy.objects.filter(pk=cast.head_person.pk).update(name="赵\ue000")
    with pytest.raises(PrintRefused, match=r"第一分站的站长姓名里,字库没有U\+E000"):
        drawn(cast.gt)


def test_a_branch_without_head_says_so_and_a_closed_one_is_left_out(cast):
    open_station(code="GT03", name="第三分站", parent=cast.gt, opened_on=OPENED, actor=cast.admin, host="机械厂")
    Station.objects.filter(pk=cast.gt02.pk).update(closed_on=OPENED)
    text = printed_text(drawn(cast.gt))
    assert "机械厂没有站长" in text and "第二分站" not in text


def test_queries_are_the_same_with_more_branches(cast):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            drawn(cast.gt)
        return len(found)

    before = queries()
    for number in (3, 4):
        branch = open_station(code=f"GT0{number}", name=f"第{number}分站", parent=cast.gt, opened_on=OPENED, actor=cast.admin)
        make_deputy(cast, f"孙{number}", branch, head=True)
    assert queries() == before


@pytest.mark.parametrize(
    ("who", "code", "status"),
    [
        ("clerk", "GT", 200), ("staff", "GT", 200), ("admin", "YT", 200), ("clerk", "YT", 404), ("stranger", "GT", 404),
        ("head", "GT", 404), ("deputy", "GT", 404), ("officer", "GT", 404), ("auditor", "GT", 403), ("clerk", "GT01", 404),
        ("admin", "JLX", 404),
    ],
)  # fmt: skip
def test_who_may(cast, client, who, code, status):
    client.force_login(getattr(cast, who), backend=BACKEND)
    answer = client.get(f"/handbook/card/{code}/")
    assert answer.status_code == status
    assert AuditLog.objects.filter(action="download", target_key=code).count() == (status == 200)


def test_it_is_of_the_host_that_was_asked_and_recorded(cast, client, settings):
    settings.ALLOWED_HOSTS = ["renda.example.internal"]
    client.force_login(cast.clerk, backend=BACKEND)
    answer = client.get("/handbook/card/GT/", headers={"host": "renda.example.internal:8443"})
    assert "http://renda.example.internal:8443/" in printed_text(b"".join(answer))
    assert answer["Content-Type"] == "application/pdf" and "no-store" in answer["Cache-Control"]
    row = AuditLog.objects.get(action="download")
    assert (row.actor, row.target_key, row.county_code, row.detail) == (
        cast.clerk, "GT", "JLX", {"file": "官亭镇接待日登记操作卡.pdf"},
    )  # fmt: skip


def test_refused_is_not_recorded_as_taken(cast, client):
    Deputy.objects.filter(pk=cast.head_person.pk).update(name="赵\ue000")
    client.force_login(cast.clerk, backend=BACKEND)
    answer = client.get("/handbook/card/GT/")
    assert answer.status_code == 400 and "U+E000" in answer.text
    assert not AuditLog.objects.filter(action="download").exists()


def test_strangers_sign_in_first(client, cast):
    assert client.get("/handbook/card/GT/").url.startswith("/login/")


def test_the_ways_to_it(client, cast):
    assert "/handbook/card/" not in client.get("/handbook/clerk/").text
    client.force_login(cast.clerk, backend=BACKEND)
    own = 'href="/handbook/card/GT/"'
    assert own in client.get("/handbook/clerk/").text and own in client.get("/station/").text
    assert "/handbook/card/YT/" not in client.get("/handbook/clerk/").text
    client.force_login(cast.head, backend=BACKEND)
    assert "/handbook/card/" not in client.get("/station/").text + client.get("/handbook/clerk/").text
    client.force_login(cast.staff, backend=BACKEND)
    county = client.get("/handbook/clerk/").text
    assert own in county and 'href="/handbook/card/YT/"' in county


def test_a_day_called_off_everywhere_is_not_among_the_coming_ones(cast):
    days = ReceptionDays([cast.gt01, cast.gt02], SUNDAY, SUNDAY + timedelta(days=14))
    assert days.held == [SUNDAY + timedelta(days=7 * week) for week in range(3)]
    days.called_off = {(branch.pk, SUNDAY): "cancelled" for branch in (cast.gt01, cast.gt02)}
    assert days.held == [SUNDAY + timedelta(days=7), SUNDAY + timedelta(days=14)]
