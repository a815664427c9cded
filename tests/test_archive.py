"""Performance files (履职档案): one year by hand, item by item; who reads one; page, PDF, Word and a branch's bundle."""

import re
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader

from activities.models import Activity, DutyLog
from activities.services import (
    Matter,
    SundayRow,
    file_log,
    record_activity,
    record_service,
    void_log,
    void_service,
)
from activities.states import ActivityKind, Category, Form, Presence, ServiceKind
from deputies.models import Deputy, Membership
from deputies.permissions import archive_years
from deputies.reports import archive_file, archive_of, archives_of, branch_archives, for_reader
from deputies.reports.wording import short_text
from deputies.services import (
    add_constituent,
    assign_to_branch,
    edit_deputy,
    hand_out_archive,
    put_photo,
    record_contact,
    void_contact,
)
from deputies.states import ContactForm, MembershipRole, ServiceRole
from deputies.tasks import bundle_archives
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.jobs import job_folder
from julu_liaison.common.models import AuditLog, Job
from julu_liaison.common.pdf import PrintRefused
from julu_liaison.common.texts import typeset
from opinions.models import Opinion
from opinions.services import file_suggestion, move_opinion, register_opinion
from opinions.states import State
from scoring.services import rescore, score_of
from stations.services import close_station, open_station
from tests.cast import agree, make_deputy, moment
from tests.pictures import jpeg

YEAR = 2026
MOVED = date(2026, 6, 15)
PRINTED = moment(date(2026, 12, 31))
VILLAGER, PHONE = "张大娘", "19900000999"
RARE = "孙\U0002b740兰"
ANSWER = "已经组织施工队修好,昨天通车了"
ARCHIVE_QUERIES = 14  # of one deputy or of fifteen

pytestmark = pytest.mark.usefixtures("media")


def day(month: int, number: int, year: int = YEAR) -> date:
    return date(year, month, number)


def log(branch, on: date, people: dict, clerk, **fields) -> DutyLog:
    return file_log(
        row=SundayRow(branch=branch, attendance=people, **fields), on=on, actor=clerk, at=moment(on, 17)
    ).log


def activity(station, kind: str, title: str, on: date, people: dict, actor):
    return record_activity(
        station=station, kind=kind, title=title, held_on=on, attendance=people, actor=actor, at=moment(on, 18)
    )


def handled(ticket: Opinion, cast) -> Opinion:
    """Escalated, handed to the transport department, answered, told, rated."""
    steps = [
        (5, "escalate", cast.clerk, {}),
        (6, "escalate", cast.clerk, {}),
        (8, "transfer", cast.staff, {"department": cast.jiaotong}),
        (12, "urge", cast.staff, {}),
        (20, "reply", cast.officer, {"note": ANSWER, "class": "A"}),
        (21, "tell", cast.clerk, {}),
        (25, "rate", cast.clerk, {"rating": "satisfied"}),
    ]
    for number, move, actor, said in steps:
        ticket = move_opinion(opinion=ticket, move=move, actor=actor, at=moment(day(1, number)), **said)
    return ticket


@pytest.fixture
def year(cast):
    """李代表's year: 第一分站 of 官亭镇 until 14 June, then 第一分站 of 阎疃镇; with much that does not count."""
    one, other = cast.deputy_person, cast.deputies["GT01"][2]
    log(cast.gt01, day(12, 28, 2025), {one: Presence.PRESENT}, cast.clerk, received=9)
    matter = Matter(f"{VILLAGER}说村西的路塌了,电话{PHONE}", Category.ROAD, one, VILLAGER, PHONE)
    first = log(
        cast.gt01, day(1, 4), {one: Presence.PRESENT, other: Presence.ABSENT}, cast.clerk, received=3, households=2,
        summary="村西的路要修", matters=[matter],
    )  # fmt: skip
    handled(first.opinions.get(), cast)
    log(cast.gt01, day(1, 11), {one: Presence.PRIVATE_LEAVE, other: Presence.PRESENT}, cast.clerk, form=Form.VISIT)
    log(cast.gt02, day(2, 1), {one: Presence.SUBSTITUTE}, cast.clerk)
    void = log(cast.gt01, day(3, 1), {one: Presence.PRESENT}, cast.clerk)
    void_log(log=void, reason="重复登记", actor=cast.clerk, at=moment(day(3, 2)))
    file_suggestion(
        deputy=one, text="建议硬化安家庄村西生产路", category=Category.ROAD, actor=cast.clerk, at=moment(day(2, 10))
    )  # fmt: skip
    mistaken = register_opinion(branch=cast.gt01, matter=Matter("登错了", deputy=one), actor=cast.clerk, at=PRINTED)
    move_opinion(opinion=mistaken, move="void", actor=cast.clerk, at=PRINTED, note="登错了,重新登记过")
    activity(cast.gt, ActivityKind.INSPECTION, "农田水利视察", day(3, 10), {one: Presence.PRESENT}, cast.clerk)
    activity(cast.gt, ActivityKind.RESEARCH, "养老服务调研", day(3, 20), {one: Presence.ABSENT}, cast.clerk)
    activity(cast.gt, ActivityKind.TRAINING, "代表履职培训", day(3, 10), {one: Presence.LATE}, cast.clerk)
    activity(cast.county, ActivityKind.MEETING, "代表小组会议", day(4, 1), {one: Presence.OFFICIAL_LEAVE}, cast.staff)
    activity(cast.gt01, ActivityKind.PUBLICITY, "宪法宣传", day(5, 1), {one: Presence.PRESENT}, cast.clerk)
    activity(cast.gt, ActivityKind.SUPERVISION, "道路建议督办", day(5, 20), {one: Presence.PRESENT}, cast.clerk)
    voter = add_constituent(
        deputy=one, name=VILLAGER, phone=PHONE, village=cast.village, started_on=day(1, 1, 2025), actor=cast.clerk
    )
    for on, note in ((day(5, 2, 2025), "去年的事"), (day(5, 2), f"问了{VILLAGER}收麦的事"), (day(5, 3), "记错了")):
        contact = record_contact(
            constituent=voter, date=on, form=ContactForm.PHONE, actor=cast.clerk, at=moment(on), note=note
        )
    void_contact(contact=contact, reason="记错了", actor=cast.clerk, at=PRINTED)
    assign_to_branch(deputy=one, branch=cast.yt01, role=MembershipRole.MEMBER, started_on=MOVED, actor=cast.admin)
    log(cast.yt01, day(7, 5), {one: Presence.PRESENT}, cast.stranger)
    merged = register_opinion(branch=cast.yt01, matter=Matter("同一件事"), actor=cast.stranger, at=PRINTED)
    Opinion.objects.filter(pk=merged.pk).update(deputy=one, state=State.MERGED)
    rescore(county=cast.county, year=YEAR, at=PRINTED)
    return cast


def items(archive) -> list[tuple]:
    """(chapter sign and number, day, matter, place, outcome, source) of every item."""
    start = f"{archive.deputy.code}〔{archive.year}〕"
    assert all(item.number.startswith(start) for item in archive.items)
    return [
        (item.number.removeprefix(start), item.day, item.entry.matter, item.entry.place, item.entry.outcome,
         item.entry.source.label + item.entry.source.number)
        for item in archive.items
    ]  # fmt: skip


# ---- What stands in the file ----


def test_a_year_by_hand_item_by_item(year):
    course = "1月5日上报;1月6日上报;1月8日转办县交通运输局;1月12日催办;1月20日答复;1月21日告知结果;已办结,A 已解决,满意"
    assert items(archive_of(year.deputy_person, YEAR)) == [
        ("议001", "2月10日", "提出建议(道路交通):建议硬化安家庄村西生产路", "官亭镇第一分站", "待核对", "官亭镇代表建议〔2026〕第001号"),
        ("议002", "5月20日", "建议督办:道路建议督办", "官亭镇联络站", "到岗", "活动登记"),
        ("视001", "3月10日", "视察:农田水利视察", "官亭镇联络站", "到岗", "活动登记"),
        ("视002", "3月20日", "调研:养老服务调研", "官亭镇联络站", "缺席", "活动登记"),
        ("学001", "3月10日", "培训:代表履职培训", "官亭镇联络站", "迟到", "活动登记"),
        ("会001", "4月1日", "会议:代表小组会议", "巨鹿县人大常委会", "公假", "活动登记"),
        ("联001", "1月4日", "现场接待:接待群众3人、走访2户;村西的路要修", "官亭镇第一分站", "到岗", "官亭镇工作日志〔2026〕第001号"),
        ("联002", "1月4日", "收集社情民意(道路交通):(群众)说村西的路塌了,电话199****0999", "官亭镇第一分站", course,
         "官亭镇社情民意〔2026〕第001号"),
        ("联003", "1月11日", "走访调研", "官亭镇第一分站", "事假", "官亭镇工作日志〔2026〕第002号"),
        ("联004", "2月1日", "现场接待:没有群众来访", "官亭镇第二分站", "顶班", "官亭镇工作日志〔2026〕第003号"),
        ("联005", "5月1日", "普法宣传:宪法宣传", "官亭镇第一分站", "到岗", "活动登记"),
        ("联006", "5月2日", "联系固定选民(安家庄村):问了(群众)收麦的事", "官亭镇第一分站", "电话", "联系记录"),
        ("联007", "7月5日", "现场接待:没有群众来访", "阎疃镇第一分站", "到岗", "阎疃镇工作日志〔2026〕第001号"),
    ]  # fmt: skip


def test_the_year_before_has_its_own_file(year):
    found = items(archive_of(year.deputy_person, 2025))
    assert [(number, matter) for number, _day, matter, *_rest in found] == [
        ("联001", "联系固定选民(安家庄村):去年的事"), ("联002", "现场接待:接待群众9人"),
    ]  # fmt: skip


def test_both_branches_of_a_year_are_named_with_their_days(year):
    found = archive_of(year.deputy_person, YEAR)
    assert [(one.branch.code, one.started_on, one.ended_on) for one in found.memberships] == [
        ("GT01", date(2020, 1, 1), date(2026, 6, 14)), ("YT01", MOVED, None),
    ]  # fmt: skip
    assert [one.branch.code for one in archive_of(year.deputy_person, 2025).memberships] == ["GT01"]


def test_the_score_is_the_ledgers_and_none_without_a_scheme(year):
    assert archive_of(year.deputy_person, YEAR).score == score_of(deputy=year.deputy_person, year=YEAR)
    assert archive_of(year.deputy_person, 2025).score is None


def test_a_deputy_without_facts_has_five_empty_chapters(cast):
    found = archive_of(cast.deputy_person, YEAR)
    assert [(part.chapter.label, part.items) for part in found.parts] == [
        ("议案建议", []), ("视察调研", []), ("学习培训", []), ("参加会议", []), ("联系人民群众", []),
    ]  # fmt: skip


def test_numbers_follow_the_day_not_the_order_of_typing(cast):
    one = cast.deputy_person
    late = log(cast.gt01, day(3, 8), {one: Presence.PRESENT}, cast.clerk)
    early = log(cast.gt01, day(3, 1), {one: Presence.PRESENT}, cast.clerk)
    assert [item.entry.source.number for item in archive_of(one, YEAR).items] == [early.number, late.number]


def served(*people, on: date, actor, kind=ServiceKind.MEDIATION, text="调解了宅基地纠纷", **fields):
    return record_service(deputies=people, kind=kind, date=on, text=text, actor=actor, at=moment(on, 18), **fields)


def test_service_records_are_items_like_others(cast):
    one, other = cast.deputy_person, cast.deputies["GT01"][2]
    add_constituent(deputy=one, name=VILLAGER, started_on=day(1, 1), actor=cast.clerk)
    served(one, other, on=day(3, 2), actor=cast.clerk, text=f"调解{VILLAGER}与邻居的纠纷,电话{PHONE}", received=2)
    mistaken = served(one, on=day(3, 3), actor=cast.clerk)
    void_service(record=mistaken, reason="重复", actor=cast.clerk, at=PRINTED)
    served(one, on=day(3, 4), actor=cast.clerk, kind=ServiceKind.PUBLICITY, text="宣讲代表法,发放资料80份", leaflets=80)
    served(other, on=day(3, 5), actor=cast.clerk)
    assert items(archive_of(one, YEAR)) == [
        ("联001", "3月2日", "矛盾调解:服务群众2人;调解(群众)与邻居的纠纷,电话199****0999", "官亭镇第一分站", "调解员",
         "官亭镇服务记录〔2026〕第001号"),
        ("联002", "3月4日", "普法宣传:宣讲代表法,发放资料80份", "官亭镇第一分站", "宣传员", "官亭镇服务记录〔2026〕第003号"),
    ]  # fmt: skip
    assert [item.day for item in archive_of(other, YEAR).items] == ["3月2日", "3月5日"]


def test_services_are_counted_by_role_where_the_deputy_served(cast):
    one = cast.deputy_person
    log(cast.gt01, day(3, 1), {one: Presence.PRESENT}, cast.clerk)
    log(cast.gt01, day(3, 8), {one: Presence.SICK_LEAVE}, cast.clerk)
    law = activity(cast.gt01, ActivityKind.PUBLICITY, "宪法宣传", day(3, 9), {one: Presence.LATE}, cast.clerk)
    missed = activity(cast.gt01, ActivityKind.PUBLICITY, "民法典宣传", day(3, 10), {one: Presence.ABSENT}, cast.clerk)
    activity(cast.gt, ActivityKind.MEETING, "小组会议", day(3, 11), {one: Presence.PRESENT}, cast.clerk)
    Activity.objects.filter(pk__in=[law.pk, missed.pk]).update(service_role=ServiceRole.PUBLICIST)
    voter = add_constituent(deputy=one, name="王春", started_on=day(1, 1), actor=cast.clerk)
    record_contact(constituent=voter, date=day(3, 12), form=ContactForm.VISIT, actor=cast.clerk, at=PRINTED)
    record_contact(constituent=voter, date=day(3, 13), form=ContactForm.VISIT, actor=cast.clerk, at=PRINTED,
                   service_role=ServiceRole.SERVANT, reached=4, households=1, leaflets=3)  # fmt: skip
    served(one, on=day(3, 14), actor=cast.clerk)
    found = archive_of(one, YEAR)
    assert found.roles == [("宣传员", 1), ("联络员", 2), ("调解员", 1), ("服务员", 1)]
    told = {item.day: (item.entry.matter, item.entry.outcome) for item in found.items}
    assert told["3月9日"][1] == "迟到,宣传员" and told["3月10日"][1] == "缺席" and told["3月1日"][1] == "到岗"
    assert told["3月13日"] == ("联系固定选民:联系群众4人、走访1户、发放资料3份", "上门走访,服务员")


def test_the_roles_stand_on_page_and_paper(cast, signed_in):
    one = cast.deputy_person
    record = served(one, on=day(3, 14), actor=cast.clerk)
    words = "宣传员0次、联络员0次、调解员1次、服务员0次"
    page = signed_in(cast.clerk).get(reverse("deputy-archive", args=[one.code]), {"year": YEAR}).content.decode()
    assert words in page and reverse("service-record", args=[record.uid]) in page
    document = Document(BytesIO(archive_file(archive_of(one, YEAR), "docx", PRINTED)))
    rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert ["服务角色", words] in rows


def test_villagers_are_taken_out_of_typed_text():
    assert short_text(f"找{VILLAGER}\n({PHONE})谈", name=VILLAGER, phone=PHONE) == "找(群众)(199****0999)谈"
    assert short_text("打 19900001234 联系") == "打 199****1234 联系"
    assert short_text("王某来访", name="王") == "王某来访"
    assert short_text("路" * 201).endswith("……(全文见来源)")


@pytest.mark.parametrize(("typed", "printed"), [
    ("现场接待:接待3人,走访2户", "现场接待\uff1a接待3人\uff0c走访2户"),
    ("上午9:00到(村西)", "上午9:00到\uff08村西\uff09"),
    ("plain (a), b", "plain (a), b"),
])  # fmt: skip
def test_print_has_chinese_signs_between_chinese_words(typed, printed):
    assert typeset(typed) == printed


# ---- Fixed numbers of queries ----


def share_a_year(cast, people: list[Deputy]) -> None:
    for number, person in enumerate(people, start=1):
        matter = Matter("路灯不亮", Category.ROAD, person)
        log(cast.gt01, day(3, number), {person: Presence.PRESENT}, cast.clerk, matters=[matter])
        activity(cast.gt, ActivityKind.STUDY, "学习", day(4, 1), {person: Presence.PRESENT}, cast.clerk)
        voter = add_constituent(deputy=person, name="王春", started_on=day(1, 1), actor=cast.clerk)
        record_contact(constituent=voter, date=day(2, 1), form=ContactForm.VISIT, actor=cast.clerk, at=PRINTED)


@pytest.mark.parametrize("count", [1, 3])
def test_many_files_cost_the_queries_of_one(cast, count, django_assert_num_queries):
    people = cast.deputies["GT01"][:count]
    share_a_year(cast, people)
    keys = list(Deputy.objects.filter(pk__in=[person.pk for person in people]).order_by("pk"))
    with django_assert_num_queries(ARCHIVE_QUERIES):
        found = archives_of(keys, YEAR)
    assert [len(list(one.items)) for one in found] == [4] * count
    assert [one.deputy for one in found] == keys


def queries_of(client, url: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


@pytest.mark.parametrize("who", ["clerk", "head", "deputy"])
def test_the_page_costs_the_same_with_one_and_three_of_each(cast, signed_in, who):
    client, one = signed_in(getattr(cast, who)), cast.deputy_person
    url = reverse("deputy-archive", args=[one.code]) + "?year=2026"
    share_a_year(cast, [one])
    queries_of(client, url)
    few = queries_of(client, url)
    for number in (10, 11):
        matter = Matter("水渠堵了", Category.WATER, one)
        log(cast.gt01, day(3, number), {one: Presence.PRESENT}, cast.clerk, matters=[matter])
        activity(cast.gt, ActivityKind.STUDY, "学习", day(4, number), {one: Presence.PRESENT}, cast.clerk)
        record_contact(constituent=one.constituents.get(), date=day(2, number), form=ContactForm.VISIT,
                       actor=cast.clerk, at=PRINTED)  # fmt: skip
    assert queries_of(client, url) == few


def test_the_list_of_branches_costs_the_same_with_two_and_four(cast, signed_in):
    client, url = signed_in(cast.clerk), reverse("station-archive")
    queries_of(client, url)
    few = queries_of(client, url)
    for number in (3, 4):
        branch = open_station(code=f"GT0{number}", name=f"第{number}分站", parent=cast.gt, opened_on=day(1, 1, 2020),
                              actor=cast.admin)  # fmt: skip
        make_deputy(cast, "新代表", branch)
    assert queries_of(client, url) == few


# ---- Who reads it ----


def test_the_file_goes_with_the_deputy_to_the_next_station(year):
    one, years = year.deputy_person, [2027, 2026, 2025]
    assert archive_years(year.clerk, one, years) == [2026, 2025]
    for reader in (year.stranger, year.staff, year.auditor, year.deputy):
        assert archive_years(reader, one, years) == years
    assert archive_years(year.officer, one, years) == archive_years(year.head, one, years) == []


def test_a_head_reads_the_members_years_in_the_branch_and_no_points(cast, signed_in):
    new = make_deputy(cast, "新代表", cast.yt01)
    assign_to_branch(deputy=new, branch=cast.gt01, role=MembershipRole.MEMBER, started_on=MOVED, actor=cast.admin)
    assert archive_years(cast.head, new, [2026, 2025]) == [2026]
    client, url = signed_in(cast.head), reverse("deputy-archive", args=[new.code])
    page = client.get(url, {"year": 2026})
    assert page.status_code == 200 and "履职得分" not in page.content.decode()
    assert client.get(url, {"year": 2025}).status_code == 403


@pytest.mark.parametrize(("who", "status"), [
    ("deputy", 403), ("stranger", 404), ("officer", 404), ("clerk", 200), ("head", 200), ("staff", 200),
    ("auditor", 200), (None, 302),
])  # fmt: skip
def test_page_and_file_of_a_colleague(cast, client, who, status):
    if who:
        client.force_login(getattr(cast, who), backend="django.contrib.auth.backends.ModelBackend")
    code = cast.deputies["GT01"][2].code
    for name in ("deputy-archive", "deputy-archive-file"):
        assert client.get(reverse(name, args=[code]), {"year": YEAR, "format": "docx"}).status_code == status


def test_ones_own_file(year, signed_in):
    page = signed_in(year.deputy).get(reverse("my-archive"), {"year": YEAR})
    assert page.status_code == 200 and "联007" in page.content.decode()
    assert signed_in(year.clerk).get(reverse("my-archive")).status_code == 404


@pytest.mark.parametrize("asked", ["1999", "2999", "abc", "２０２６", "0"])
def test_a_year_that_is_not_there(cast, signed_in, asked):
    url = reverse("deputy-archive", args=[cast.deputy_person.code])
    assert signed_in(cast.clerk).get(url, {"year": asked}).status_code == 404


# ---- The page ----


def test_the_page_says_everything_and_no_villager(year, signed_in):
    url = reverse("deputy-archive", args=[year.deputy_person.code])
    page = signed_in(year.staff).get(url, {"year": YEAR}).content.decode()
    for words in (
        "官亭镇第一分站",
        "2026-06-14",
        "2026-06-15",
        "阎疃镇第一分站",
        "官亭镇中心小学",
        '一共<span class="num">13',
    ):
        assert words in page
    assert VILLAGER not in page and PHONE not in page
    empty = signed_in(year.staff).get(url, {"year": 2025}).content.decode()
    assert "2025年没有议案建议的记录。" in empty and "这一年没有积分方案" in empty


def test_links_lead_only_where_the_reader_may_go(year, signed_in):
    url = reverse("deputy-archive", args=[year.deputy_person.code])
    logs = {one.branch.code: reverse("duty-log", args=[one.uid]) for one in DutyLog.objects.filter(year=YEAR)}
    voter = reverse("constituent", args=[year.deputy_person.constituents.get().uid])
    seen = {}
    for who in ("clerk", "stranger", "staff", "auditor"):
        page = signed_in(getattr(year, who)).get(url, {"year": YEAR}).content.decode()
        for link in re.findall(r'href="(/(?:station/logs|opinions|constituents)/[^"?]+)"', page):
            assert signed_in(getattr(year, who)).get(link).status_code == 200
        seen[who] = [logs["GT02"] in page, logs["YT01"] in page, voter in page]
    assert seen == {
        "clerk": [True, False, False], "stranger": [False, True, True], "staff": [True, True, True],
        "auditor": [True, True, False],
    }  # fmt: skip


# ---- PDF and Word ----


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def pages_of(content: bytes) -> list[str]:
    return [squeezed(page.extract_text()) for page in PdfReader(BytesIO(content)).pages]


def whole(person: Deputy, year: int = YEAR):
    return for_reader(archive_of(person, year), whole=True, on=PRINTED.date())


def stand_in_order(words: list[str], text: str) -> bool:
    places = [text.find(word) for word in words]
    return -1 not in places and places == sorted(places)


HEADINGS = ["一、议案建议", "二、视察调研", "三、学习培训", "四、参加会议", "五、联系人民群众"]


def test_pdf_has_cover_chapters_and_items_in_order(year):
    found = whole(year.deputy_person)
    cover, *pages = pages_of(archive_file(found, "pdf", PRINTED))
    assert stand_in_order(
        ["巨鹿县人民代表大会常务委员会", "人大代表履职档案", "2026年度", "李代表", found.deputy.code, "2026年12月31日"],
        cover,
    )
    assert "页共" not in cover
    count = len(pages) + 1
    assert all(f"第{number}页共{count}页" in page for number, page in enumerate(pages, start=2))
    text = "".join(pages)
    assert stand_in_order(["基本情况", "年度汇总", *HEADINGS, "代表签字", "联络站审核"], text)
    assert stand_in_order([f"〔2026〕{item.number[-4:]}" for item in found.items], text)
    assert stand_in_order(["2020-01-01至2026-06-14", "2026-06-15至今", "总分"], text)
    assert VILLAGER not in text and PHONE not in text


def test_pdf_is_archival_and_the_same_every_time(year):
    first = archive_file(whole(year.deputy_person), "pdf", PRINTED)
    assert first == archive_file(whole(year.deputy_person), "pdf", PRINTED)
    reader = PdfReader(BytesIO(first))
    assert b"pdfaid" in reader.trailer["/Root"]["/Metadata"].get_data()
    assert [round(float(side) / 72 * 25.4) for side in reader.pages[0].mediabox[2:]] == [210, 297]


def test_portrait_is_for_whole_files_or_with_consent(cast):
    one = put_photo(deputy=cast.deputy_person, content=jpeg(), actor=cast.admin, at=PRINTED)
    shown = [for_reader(archive_of(one, YEAR), whole=seen, on=PRINTED.date()).photo for seen in (True, False)]
    assert shown[0] is not None and shown[1] is None
    agree(cast, one, "photo")
    one.refresh_from_db()
    kept = for_reader(archive_of(one, YEAR), whole=False, on=PRINTED.date())
    assert kept.photo is not None and kept.score is None
    covers = [
        PdfReader(BytesIO(archive_file(file, "pdf", PRINTED))).pages[0] for file in (kept, whole(cast.head_person))
    ]
    assert [len(cover.images) for cover in covers] == [1, 0]
    assert len(Document(BytesIO(archive_file(kept, "docx", PRINTED))).inline_shapes) == 1
    kept.photo.unlink()
    assert for_reader(kept, whole=True, on=PRINTED.date()).photo is None


def test_a_character_no_font_has_keeps_back_the_pdf_and_says_whose(cast, signed_in):
    one = edit_deputy(deputy=cast.deputies["GT01"][2], name=RARE, actor=cast.admin)
    with pytest.raises(PrintRefused) as refused:
        archive_file(whole(one), "pdf", PRINTED)
    assert refused.value.messages[0].startswith(f"{RARE}的“姓名”里,字库没有")
    assert RARE in "".join(
        part.text for part in Document(BytesIO(archive_file(whole(one), "docx", PRINTED))).paragraphs
    )
    answer = signed_in(cast.clerk).get(reverse("deputy-archive-file", args=[one.code]), {"year": YEAR})
    assert answer.status_code == 400 and "字库没有" in answer.content.decode()
    assert not AuditLog.objects.filter(action="download_archive").exists()


def test_word_file_opens_again_with_everything_in_order(year):
    found = whole(year.deputy_person)
    document = Document(BytesIO(archive_file(found, "docx", PRINTED)))
    headings = [part.text.partition(" ")[0] for part in document.paragraphs if part.style.name == "Heading 1"]
    assert headings == ["基本情况", "年度汇总", *HEADINGS]
    rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    numbers = [squeezed(row[0]) for row in rows if "\n" in row[0]]
    assert numbers == [item.number for item in found.items]
    assert ["驻站", typeset("官亭镇第一分站 成员,2020-01-01 至 2026-06-14")] in rows
    assert [part.text.partition("\uff1a")[0] for part in document.paragraphs[-2:]] == ["代表签字", "联络站审核"]
    text = "".join("".join(row) for row in rows)
    assert VILLAGER not in text and PHONE not in text


def test_word_file_is_a4_with_chinese_fonts_repeated_headings_and_page_numbers(year):
    document = Document(BytesIO(archive_file(whole(year.deputy_person), "docx", PRINTED)))
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    runs = [run for part in document.paragraphs for run in part.runs if run.text.strip()]
    assert {run._r.rPr.rFonts.get(qn("w:eastAsia")) for run in runs} == {"宋体", "仿宋", "黑体"}
    listed = [table for table in document.tables if table.rows[0].cells[0].text == "编号" and len(table.columns) == 6]
    assert len(listed) == 5
    assert all(table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in listed)
    fields = [mark.text.strip() for mark in section.footer._element.iter(qn("w:instrText"))]
    assert fields == ["PAGE", "NUMPAGES"]


@pytest.mark.parametrize(("file_format", "signature"), [("pdf", b"%PDF-"), ("docx", b"PK")])
def test_taking_a_file_away_is_recorded(cast, signed_in, file_format, signature):
    one = cast.deputy_person
    answer = signed_in(cast.deputy).get(
        reverse("deputy-archive-file", args=[one.code]), {"year": YEAR, "format": file_format}
    )
    assert answer.getvalue().startswith(signature) and answer["Cache-Control"].startswith("max-age=0")
    entry = AuditLog.objects.get(action="download_archive")
    assert (entry.actor, entry.target_key, entry.county_code) == (cast.deputy, one.code, "JLX")
    assert entry.detail == {"year": YEAR, "format": file_format}


def test_what_cannot_be_taken_away(cast, signed_in):
    one, url = cast.deputy_person, reverse("deputy-archive-file", args=[cast.deputy_person.code])
    assert signed_in(cast.clerk).get(url, {"year": YEAR, "format": "xlsx"}).status_code == 404
    assert signed_in(cast.clerk).post(url).status_code == 405
    with pytest.raises(NotAllowed):
        hand_out_archive(deputy=one, year=YEAR, file_format="pdf", actor=cast.officer, at=PRINTED)
    assert not AuditLog.objects.filter(action="download_archive").exists()


# ---- A branch in one bundle ----


def bundled(cast, branch, actor, year: int = YEAR, before=None) -> Job:
    job = Job.objects.create(kind="bundle_archives", title="打包", asked_by=actor, created_at=timezone.now())
    if before:
        before(job)
    bundle_archives(job.pk, branch_id=branch.pk, year=year)
    job.refresh_from_db()
    return job


def names_in(job: Job) -> list[str]:
    with ZipFile(job_folder(job) / job.file) as archive:
        return archive.namelist()


def content_of(job: Job, name: str) -> bytes:
    with ZipFile(job_folder(job) / job.file) as archive:
        return archive.read(name)


BINDING = "合订本-官亭镇第一分站2026年履职档案.pdf"


def test_a_bundle_has_everybody_of_the_year_twice_and_one_binding(year):
    job = bundled(year, year.gt01, year.clerk)
    people = [year.deputies["GT01"][index] for index in (0, 2, 1, 3)]  # head, then by name; who moved in June too
    each = [f"{number:02d}-{one.name}-{one.code}-2026年履职档案" for number, one in enumerate(people, start=1)]
    assert names_in(job) == [BINDING, *[f"{stem}.{ending}" for stem in each for ending in ("pdf", "docx")]]
    assert (job.state, job.done, job.total, job.file) == (Job.State.DONE, 4, 4, "官亭镇第一分站2026年履职档案.zip")
    assert [line["text"] for line in job.lines] == [one.name for one in people]
    assert sorted(path.name for path in job_folder(job).iterdir()) == sorted([*names_in(job), job.file])


def test_the_bindings_contents_tell_the_right_pages(year):
    content = content_of(bundled(year, year.gt01, year.clerk), BINDING)
    pages = pages_of(content)
    assert "官亭镇人大代表联络站第一分站" in pages[0] and "共4位代表" in pages[0]
    contents = PdfReader(BytesIO(content)).pages[1].extract_text()
    told = re.findall(r"^\d ([^\d]+) (JLX-\d{4})[ .]+(\d+)$", contents, re.MULTILINE)
    assert [squeezed(name) for name, *_rest in told] == ["赵站长", "陈卫", "李代表", "周春生"]
    for name, code, page in told:
        assert stand_in_order(["巨鹿县人民代表大会常务委员会", squeezed(name), code], pages[int(page) - 1])


def test_a_head_bundles_the_branch_without_points_or_portraits(cast):
    put_photo(deputy=cast.deputy_person, content=jpeg(), actor=cast.admin, at=PRINTED)
    files = branch_archives(cast.gt01, YEAR, reader=cast.head, on=PRINTED.date())
    assert [(one.deputy.name, one.shows_score, one.photo) for one in files] == [
        ("赵站长", True, None), ("陈卫", False, None), ("李代表", False, None), ("周春生", False, None),
    ]  # fmt: skip
    overseen = branch_archives(cast.gt01, YEAR, reader=cast.clerk, on=PRINTED.date())
    assert all(one.shows_score for one in overseen) and overseen[2].photo is not None


@pytest.mark.parametrize("who", ["deputy", "stranger", "officer"])
def test_nobody_else_bundles_a_branch(cast, who):
    job = bundled(cast, cast.gt01, getattr(cast, who))
    assert (job.state, job.file) == (Job.State.REFUSED, "") and "打包" in job.error


def test_after_an_interruption_the_work_goes_on_where_it_was(cast):
    first = f"01-赵站长-{cast.head_person.code}-2026年履职档案.pdf"
    job = bundled(cast, cast.gt01, cast.staff, before=lambda job: (job_folder(job) / first).write_bytes(b"kept"))
    assert content_of(job, first) == b"kept" and len(names_in(job)) == 9


def test_one_who_cannot_be_printed_keeps_nobody_else_back(cast):
    one = edit_deputy(deputy=cast.deputies["GT01"][2], name=RARE, actor=cast.admin)
    job = bundled(cast, cast.gt01, cast.staff)
    assert sum(name.endswith(".pdf") for name in names_in(job)) == 4  # three of four, and the binding
    assert sum(name.endswith(".docx") for name in names_in(job)) == 4
    assert "共3位代表" in pages_of(content_of(job, BINDING))[0]
    assert next(line["text"] for line in job.lines if line["state"] == "refused").startswith(f"{one.name}的")


def test_a_year_without_deputies_has_no_bundle(cast):
    job = bundled(cast, cast.gt01, cast.staff, year=2010)
    assert job.error == "官亭镇人大代表联络站第一分站在2010年没有代表,没有档案可做。"


def test_the_list_has_ones_own_branches_with_their_deputies(year, signed_in):
    page = signed_in(year.clerk).get(reverse("station-archive"), {"year": YEAR})
    assert [(branch.code, branch.people) for branch in page.context["branches"]] == [("GT01", 4), ("GT02", 2)]
    page = signed_in(year.head).get(reverse("station-archive"), {"year": YEAR})
    assert [(branch.code, branch.people) for branch in page.context["branches"]] == [("GT01", 3)]
    page = signed_in(year.auditor).get(reverse("station-archive"), {"year": YEAR})
    assert len(page.context["branches"]) == 3


def test_a_closed_branch_is_listed_in_its_years(cast, signed_in):
    for person in cast.deputies["GT02"]:
        Membership.objects.filter(deputy=person).update(ended_on=day(5, 31, 2025))
    close_station(station=cast.gt02, closed_on=day(6, 1, 2025), actor=cast.admin, at=PRINTED)
    client = signed_in(cast.clerk)
    listed = {
        asked: [branch.code for branch in client.get(reverse("station-archive"), {"year": asked}).context["branches"]]
        for asked in (2025, 2026)
    }
    assert listed == {2025: ["GT01", "GT02"], 2026: ["GT01"]}


@pytest.mark.parametrize(("who", "branch", "status"), [
    ("clerk", "GT01", 302), ("clerk", "YT01", 404), ("clerk", "", 404), ("head", "GT01", 302), ("head", "GT02", 404),
    ("deputy", "GT01", 403), ("staff", "YT01", 302), ("auditor", "YT01", 302), ("officer", "GT01", 403),
])  # fmt: skip
def test_asking_for_a_bundle(cast, signed_in, who, branch, status):
    answer = signed_in(getattr(cast, who)).post(reverse("station-archive"), {"branch": branch, "year": YEAR})
    assert answer.status_code == status
    assert Job.objects.filter(kind="bundle_archives").exists() == (status == 302)


@pytest.mark.parametrize(("who", "shown"), [("clerk", True), ("head", True), ("auditor", True), ("deputy", False)])
def test_a_deputys_page_leads_to_the_file(cast, signed_in, who, shown):
    other = cast.deputies["GT01"][2]
    page = signed_in(getattr(cast, who)).get(reverse("deputy", args=[other.code])).content.decode()
    assert (reverse("deputy-archive", args=[other.code]) in page) == shown
