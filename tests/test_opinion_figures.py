"""Figures of opinions and suggestions: a small month worked out by hand, and every number opens exactly its rows."""

from datetime import date, timedelta
from io import BytesIO
from types import SimpleNamespace
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from activities.services import Matter, SundayRow, file_log
from activities.states import Category
from julu_liaison.common.working_days import today_here
from opinions.forms.filters import FilterForm
from opinions.models import Consultation, Opinion
from opinions.reports.files import figures_text
from opinions.reports.reading import Asked, read_figures
from opinions.reports.tables import tables_of
from opinions.services import file_suggestion, move_opinion, register_opinion
from stations.services import add_department, open_station
from tests.cast import OPENED, moment

MARCH, ON = (date(2026, 3, 1), date(2026, 3, 31)), date(2026, 3, 31)
ANSWER = "已经组织人手把塌陷的路面填平,恢复通行。"
COUNTED_BY_HAND = {
    "opinion-places": {
        "官亭镇": "收到5 办结3 未办结2 超期未结1 按期率2/4 不予受理1 分站解决2 部门解决1 转部门2 重办1 已有答复2 已告知2 告知率2/2 "
                  "满意2 基本满意1 代为评价1 满意率3/3 接待日2 每次接待意见5件/2次 答复天数1、25",
        "阎疃镇": "收到1 办结1 按期率1/1 联络站解决1 已有答复1 已告知1 告知率1/1 满意率— 每次接待意见— 答复天数2",
        "合计": "收到6 办结4 未办结2 超期未结1 按期率60.0% 不予受理1 分站解决2 联络站解决1 部门解决1 转部门2 重办1 已有答复3 "
                "已告知3 告知率3/3 满意2 基本满意1 代为评价1 满意率3/3 接待日2 每次接待意见6件/2次 答复天数1、2、25",
    },
    "opinion-departments": {
        "县交通运输局": "承办1 已答复1 超期答复1 部门按期率0/1 重办1 退回1 基本满意1 满意率1/1 答复天数25",
        "县水利局": "承办1 部门按期率— 延期1 满意率— 答复天数—",
    },
    "suggestion-places": {
        "官亭镇": "收到2 办结1 未办结1 超期未结1 按期率1/2 转部门2 已有答复2 A类1 B类1 解决率2/2 满意1 满意率1/1",
        "阎疃镇": "按期率— 解决率— 满意率—",
    },
    "suggestion-departments": {
        "县交通运输局": "承办2 已答复2 按期答复2 3个月内1 6个月内1 部门按期率2/2 延期1 面商1 面商率1/2 A类1 B类1 解决率2/2 "
                  "满意1 满意率1/1",
        "县水利局": "部门按期率— 面商率— 解决率— 满意率—",
    },
}  # fmt: skip


def registered(cast, branch, day, clerk, text="村里的路塌了"):
    return register_opinion(branch=branch, matter=Matter(text, Category.ROAD), actor=clerk, at=moment(day))


def go(ticket, *steps):
    """Each step: day of March, who (None: the villager), move, facts."""
    for day, who, move, facts in steps:
        ticket = move_opinion(
            opinion=ticket, move=move, actor=who, at=moment(date(2026, 3, day), 11), by_villager=who is None, **facts
        )
    return ticket


def to_department(cast, department, day=2):
    up = (day, cast.clerk, "escalate", {})
    return up, up, (day, cast.staff, "transfer", {"department": department})


def suggestion(cast):
    ticket = file_suggestion(
        deputy=cast.deputy_person,
        text="建议修路",
        category=Category.ROAD,
        actor=cast.deputy,
        at=moment(date(2026, 3, 2)),
    )
    return go(
        ticket, (2, cast.clerk, "accept", {}), (2, cast.clerk, "escalate", {}),
        (3, cast.staff, "transfer", {"department": cast.jiaotong}),
    )  # fmt: skip


def talked(cast, ticket, **fields):
    return Consultation.objects.create(
        opinion=ticket, department=cast.jiaotong, held_on=MARCH[0], text="当面商量", recorded_by=cast.officer,
        recorded_at=moment(date(2026, 3, 5)), **fields,
    )  # fmt: skip


@pytest.fixture
def month(cast):
    """Nine opinions and two suggestions, each there for one reason."""
    day = date(2026, 3, 2)
    solved = ((3, cast.clerk, "solve", {"note": ANSWER}), (4, cast.clerk, "tell", {}))
    go(registered(cast, cast.gt01, day, cast.clerk), *solved, (5, cast.clerk, "rate", {"rating": "satisfied"}))
    go(  # before the period, closed in it, and the villager's own word
        registered(cast, cast.gt01, date(2026, 2, 27), cast.clerk), (2, *solved[0][1:]), (2, *solved[1][1:]),
        (2, None, "rate", {"rating": "satisfied"}),
    )  # fmt: skip
    reply = {"note": ANSWER, "class": "A"}
    go(  # answered late by the department, unsatisfied, done again
        registered(cast, cast.gt01, day, cast.clerk), *to_department(cast, cast.jiaotong),
        (27, cast.officer, "reply", reply), (28, cast.clerk, "tell", {}),
        (28, None, "rate", {"rating": "unsatisfied", "note": "又塌了"}),
        (29, cast.officer, "reply", reply), (30, cast.clerk, "tell", {}), (30, None, "rate", {"rating": "basic"}),
    )  # fmt: skip
    registered(cast, cast.gt02, day, cast.clerk)  # nobody has done anything
    go(registered(cast, cast.gt01, day, cast.clerk), (3, cast.clerk, "refuse", {"note": "不归我们管", "route": "法院"}))
    go(  # sent back by one department, another one was given more time
        registered(cast, cast.gt01, day, cast.clerk), *to_department(cast, cast.jiaotong),
        (4, cast.officer, "return_wrong", {"note": "不属交通"}),
        (5, cast.staff, "transfer", {"department": cast.shuili}),
        (10, cast.other_officer, "request_extension", {"note": "要等汛期过", "amount": 15}),
        (11, cast.staff, "decide_extension", {"granted": True}),
    )  # fmt: skip
    stays, merged, void = (registered(cast, cast.yt01, day, cast.stranger) for _number in range(3))
    go(merged, (2, cast.stranger, "merge", {"into": stays}))
    go(void, (3, cast.stranger, "void", {"note": "重复登记"}))
    stays = go(
        stays, (3, cast.stranger, "escalate", {}), (4, cast.stranger, "solve", {"note": ANSWER}),
        (5, cast.stranger, "tell", {}), (10, cast.stranger, "close", {"note": "三次联系不上"}),
    )  # fmt: skip
    first, second = suggestion(cast), suggestion(cast)
    talked(cast, first, signed_at=moment(date(2026, 3, 6)), signed_by=cast.deputy)
    talked(cast, second)
    go(
        first, (10, cast.officer, "reply", {"note": ANSWER, "class": "B", "promised_on": date(2027, 3, 1)}),
        (11, cast.deputy, "tell", {}), (12, cast.deputy, "rate", {"rating": "satisfied"}),
    )  # fmt: skip
    go(
        second, (4, cast.officer, "request_extension", {"note": "情况复杂", "amount": 3}),
        (4, cast.staff, "decide_extension", {"granted": True}), (20, cast.officer, "reply", reply),
    )  # fmt: skip
    for sunday in (1, 8):
        file_log(
            row=SundayRow(branch=cast.gt01, attendance={cast.deputy_person: "present"}), on=date(2026, 3, sunday),
            actor=cast.clerk, at=moment(date(2026, 3, sunday)),
        )  # fmt: skip
    return SimpleNamespace(stays=stays, first=first)


def county(cast, on=ON):
    return Asked(*MARCH, on, cast.county)


def shown(table):
    """What each line says, nothings left out, as in COUNTED_BY_HAND."""
    rows = [*table.lines, ("合计", table.total)]
    return {name: " ".join(cell.label + cell.words for cell in cells if cell.value != 0) for name, cells in rows}


def test_a_month_worked_out_by_hand_cell_by_cell_and_its_files(cast, signed_in, month):
    tables = {table.key: table for table in tables_of(read_figures(county(cast)))}
    assert list(tables) == list(COUNTED_BY_HAND)
    for key, lines in COUNTED_BY_HAND.items():
        found = shown(tables[key])
        assert {name: found[name] for name in lines} == lines, key
    again = tables_of(read_figures(county(cast)))
    assert again == list(tables.values()), "the same question on the same day"
    wanted = {
        cell.label: (cell.wanted, cell.reached)
        for name, cells in tables["suggestion-departments"].lines for cell in cells if cell.wanted and name == "县交通运输局"
    }  # fmt: skip
    links_name_the_period(again[0])
    files_say_the_same(cast, signed_in(cast.staff), again)
    assert wanted == {"面商率": ("没到100%", False)}, "no verdict on a percentage that is not given"


def test_every_number_opens_exactly_its_rows(cast, signed_in, month):
    labels = set()
    for who, least in (("staff", 80), ("clerk", 50), ("stranger", 5), ("head", 40), ("officer", 12)):
        user = getattr(cast, who)
        cells = cells_of(signed_in(user).get(reverse("opinion-figures")))
        linked = [cell for cell in cells if cell.href]
        if who in ("staff", "clerk"):  # the totals of departments, too
            assert not [
                cell for cell in cells if cell.is_count and cell.value and not cell.href and cell.label != "接待日"
            ]
        assert len(linked) >= least, who
        for cell in linked:
            form = FilterForm(QueryDict(urlsplit(cell.href).query), user=user)
            assert form.applied(Opinion.objects.visible_to(user), today_here()).count() == cell.value, (who, cell)
        labels |= {cell.label for cell in linked}
    assert labels >= {"收到", "按期答复", "退回", "面商", "代为评价", "B类", "超期未结", "6个月内"}
    client = signed_in(cast.staff)
    cells = {cell.label: cell for cell in cells_of(client.get(reverse("opinion-figures"))) if cell.href}
    for label in ("收到", "退回", "面商", "未办结"):  # the page, too
        answer = client.get(cells[label].href)
        assert len(answer.context["page"].rows) == cells[label].value, label
    rated = cells_of(client.get(reverse("opinion-figures"), {"place": "GT"}))
    assert any(":departments" in unquote(cell.href) for cell in rated)
    for unknown in ("nonsense", "satisfied:nonsense"):
        assert not client.get(reverse("opinions"), {"figure": unknown}).context["page"].rows


def cells_of(answer):
    assert answer.status_code == 200
    tables = answer.context["tables"]
    return [cell for table in tables for _name, cells in [*table.lines, ("", table.total)] for cell in cells]


def test_each_reads_the_figures_of_the_own_place_only(cast, signed_in, month):
    def lines(who, **query):
        answer = signed_in(getattr(cast, who)).get(reverse("opinion-figures"), query)
        return {table.key: [name for name, _cells in table.lines] for table in answer.context["tables"]}

    both = ["县交通运输局", "县水利局"]
    assert (
        lines("clerk")["opinion-places"] == ["第一分站", "第二分站"] and lines("clerk")["opinion-departments"] == both
    )
    assert lines("stranger") == {
        "opinion-places": ["第一分站"], "opinion-departments": [], "suggestion-places": ["第一分站"],
        "suggestion-departments": [],
    }  # fmt: skip
    assert lines("head")["opinion-places"] == ["第一分站"]
    assert lines("officer") == {"opinion-departments": both[:1], "suggestion-departments": both[:1]}
    assert lines("staff", place="GT")["opinion-places"] == ["第一分站", "第二分站"]
    address = reverse("opinion-figures")
    for who, query in (("stranger", {"place": "GT"}), ("officer", {"place": "GT"}), ("staff", {"until": "2026-13-01"}),
                       ("staff", {"since": "2026-05-01", "until": "2026-04-01"})):  # fmt: skip
        answer = signed_in(getattr(cast, who)).get(address, query)
        assert answer.status_code == 400 and "tables" not in answer.context and 'class="errsum"' in answer.text
    for who in ("deputy", "system"):
        assert signed_in(getattr(cast, who)).get(address).status_code == 403


def test_figures_cost_the_same_however_many_places_departments_and_tickets(cast, month):
    with CaptureQueriesContext(connection) as before:
        read_figures(county(cast))
    assert len(before) <= 11  # eight that read; a savepoint and a hint to PostgreSQL around them
    for number in range(3):
        place = open_station(
            code=f"N{number}", name=f"新镇{number}", parent=cast.county, opened_on=OPENED, actor=cast.admin
        )
        open_station(code=f"N{number}B", name="第一分站", parent=place, opened_on=OPENED, actor=cast.admin)
        add_department(code=f"n{number}", name=f"新局{number}", county=cast.county, actor=cast.admin)
        suggestion(cast)
    with CaptureQueriesContext(connection) as after:
        figures = read_figures(county(cast))
    assert len(after) == len(before) and len(figures.places["opinion"]) == 5


def test_a_ticket_of_another_year_is_in_no_figure_but_what_is_open(cast, month):
    later = Asked(date(2027, 1, 1), date(2027, 12, 31), date(2027, 1, 5), cast.county)
    line = read_figures(later).places["opinion"][0]
    assert dict(line.counts) == {"open": 2, "overdue": 2, "office_overdue": 1} and line.duties == 0
    before = Asked(date(2025, 1, 1), date(2025, 12, 31), ON, cast.county)
    assert all(line.is_blank for line in read_figures(before).places["opinion"])
    month.stays.refresh_from_db()
    ended_on = today_here(month.stays.ended_at)
    for since, until, number in (
        (ended_on, ended_on, 1), (ended_on + timedelta(days=1), ON, 0), (MARCH[0], ended_on - timedelta(days=1), 0),
    ):  # fmt: skip
        figures = read_figures(Asked(since, until, ON, cast.yt))
        assert figures.places["opinion"][0].counts["closed"] == number


def files_say_the_same(cast, client, tables):
    answer = client.get(reverse("opinion-figures"), {"since": "2026-03-01", "until": "2026-03-31", "format": "xlsx"})
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames[0] == "社情民意-按联络站" and book.sheetnames[-1] == "怎么算的"
    sheet = book["社情民意-按联络站"]
    rows = {row[0]: dict(zip([cell.value for cell in sheet[2]], row, strict=True)) for row in sheet.values}
    assert (
        rows["官亭镇"]["收到"] == 5
        and rows["合计"]["按期率"].endswith(("%", "/5"))
        and "2026-03-31" in sheet["A1"].value
    )
    said = "".join(str(value) for row in book["怎么算的"].values for value in row)
    assert "按期办结÷(办结+超期未结)" in said and "不排名次" in said
    text = figures_text(tables, county(cast), "巨鹿县").decode("utf-8-sig")
    assert "官亭镇,5,3,2,1,2/4,1," in text and "2026-03-01至2026-03-31" in text


def links_name_the_period(table):
    received, closed, is_open = table.lines[0][1][:3]
    assert dict(parse_qsl(urlsplit(received.href).query)) == {
        "kind": "opinion", "station": "GT", "since": "2026-03-01", "until": "2026-03-31", "figure": "received",
    }  # fmt: skip
    assert dict(parse_qsl(urlsplit(closed.href).query)) == {
        "kind": "opinion", "station": "GT", "ended_since": "2026-03-01", "ended_until": "2026-03-31", "state": "closed",
    }  # fmt: skip
    assert dict(parse_qsl(urlsplit(is_open.href).query)) == {
        "kind": "opinion", "station": "GT", "until": "2026-03-31", "state": "open",
    }  # fmt: skip
