"""Lists of scores and the ranking: who sees whom, in which order, with which figures, at which cost."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from activities.services import Matter, record_activity
from activities.states import ActivityKind, Presence
from deputies.services import add_deputy, assign_to_branch, grant_mandate
from deputies.states import MembershipRole
from julu_liaison.accounts.services import issue_token
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from opinions.services import register_opinion
from scoring.models import Grade, PointEntry, Scheme
from scoring.permissions import can_appeal, can_see_score
from scoring.rules.ranks import ranked
from scoring.rules.wording import NOT_MEASURED
from scoring.services import open_scheme, rescore
from scoring.services.lists import people_of, score_rows
from stations.services import open_station
from tests.cast import OPENED, SUNDAY, make_deputy, moment
from tests.years import claim_of

AT = moment(SUNDAY)
WHO = ("admin", "staff", "auditor", "clerk", "stranger", "head", "deputy", "officer", "system", "security")


@pytest.fixture
def scored(cast):
    """李代表 missed a meeting, 马强 of the other station one, 陈卫 entered two opinions, 周春生 one."""
    for station, person, clerk in ((cast.gt, cast.deputy_person, cast.clerk), (cast.yt, cast.deputies["YT01"][1], cast.stranger)):
        record_activity(
            station=station, kind=ActivityKind.MEETING, title="片会", held_on=SUNDAY, actor=clerk, at=AT,
            attendance={person: Presence.ABSENT},
        )  # fmt: skip
    chen, zhou = cast.deputies["GT01"][2:4]
    for person in (chen, chen, zhou):
        register_opinion(branch=cast.gt01, matter=Matter("路灯不亮", deputy=person), actor=cast.clerk, at=AT)
    rescore(county=cast.county, year=2026, at=AT)
    return Scheme.objects.get(county=cast.county, year=2026)


def names(answer):
    return [row.person.name for row in answer.context["page"].object_list]


def get(client, name="points", **query):
    return client.get(reverse(name), {"year": 2026, **query})


GT = ["赵站长", "陈卫", "李代表", "周春生", "钱站长", "王芳"]
YT = ["孙站长", "马强"]


def test_the_county_sees_all_a_clerk_the_station_nobody_else_any(cast, signed_in, scored):
    seen, statuses = {}, {}
    for who in WHO:
        answer = get(signed_in(getattr(cast, who)))
        statuses[who] = answer.status_code
        if answer.status_code == 200:
            seen[who] = names(answer)
            assert NOT_MEASURED in answer.text and f"共{len(seen[who])}人" in answer.text
            assert "no-store" in answer["Cache-Control"]
    assert seen == {**dict.fromkeys(("admin", "staff", "auditor"), GT + YT), "clerk": GT, "stranger": YT}
    assert {status for who, status in statuses.items() if who not in seen} == {403}


def test_filters_narrow_and_only_official_order_or_names_order(cast, signed_in, scored):
    Grade.objects.create(scheme=scored, name="先进", at_least=Decimal("60.5"))
    claim_of(cast, "claimed")
    client = signed_in(cast.staff)
    for query, expected in (
        ({"place": "YT"}, YT), ({"place": "GT02"}, ["钱站长", "王芳"]), ({"level": "county"}, ["赵站长", "钱站长", "孙站长"]),
        ({"grade": "先进"}, ["陈卫", "周春生"]), ({"absent": "1"}, ["李代表", "马强"]), ({"q": "王"}, ["王芳"]),
        ({"q": " 王 芳 "}, ["王芳"]), ({"q": "lidaibiao"}, []), ({"q": "ldb"}, ["李代表"]), ({"q": "'; --"}, []),
        ({"order": "name", "place": "GT01"}, ["陈卫", "李代表", "赵站长", "周春生"]),
        ({"q": cast.deputy_person.code}, ["李代表"]), ({"page": "99"}, GT + YT), ({"page": "x"}, GT + YT),
    ):  # fmt: skip
        assert names(get(client, **query)) == expected, query
    for query in ({"place": "XX"}, {"order": "score"}, {"order": "-total"}, {"level": "x\0"}, {"grade": "<b>"}, {"q": "\0"}):
        answer = get(client, **query)
        assert answer.status_code == 400 and names(answer) == [] and "筛选条件不对" in answer.text, query
    assert signed_in(cast.clerk).get(reverse("points"), {"place": "YT"}).status_code == 400
    assert get(signed_in(cast.staff), year="1999").status_code == 404
    row = next(row for row in get(signed_in(cast.staff)).context["page"].object_list if row.person.name == "李代表")
    assert (row.score.base_left, row.score.bonus, row.score.total, row.grade) == (58, 0, 58, "")
    assert (row.absences, row.questions, row.levels) == (1, 1, ("township",))


def test_who_counts_in_a_year_and_where(cast, scored):
    """Moved in July: the new branch; gone before the year: nobody; a mandate alone, or entries alone: at the end."""
    moved = cast.deputies["GT02"][1]
    assign_to_branch(deputy=moved, branch=cast.yt01, role=MembershipRole.MEMBER, started_on=date(2026, 7, 1), actor=cast.admin)
    loose = add_deputy(county=cast.county, actor=cast.admin, name="游离", phone="19911110000")
    assert "游离" not in [one.name for one in people_of(county=cast.county.pk, year=2026)]
    grant_mandate(deputy=loose, level="county", term="第十七届", started_on=OPENED, actor=cast.admin)

    def listed(stations=None, year=2026):
        return [row.person.name for row in score_rows(scheme=scored, county=cast.county.pk, year=year, stations=stations)]

    assert listed() == [*GT[:-1], "孙站长", "马强", "王芳", "游离"]
    assert "王芳" in listed({cast.yt.pk}) and "王芳" not in listed({cast.gt.pk})
    assert "王芳" in listed({cast.gt.pk}, 2025) and "游离" not in listed({cast.gt.pk})
    assert listed(year=2019) == []


def test_the_workbook_is_the_list_with_what_it_does_not_say(cast, signed_in, scored):
    hostile = make_deputy(cast, "=cmd", cast.gt02)
    station = [*GT[:5], hostile.name, GT[5]]
    for who, expected in (("staff", [*station, *YT]), ("clerk", station), ("auditor", [*station, *YT])):
        answer = get(signed_in(getattr(cast, who)), "points-export")
        book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
        rows = list(book.worksheets[0].iter_rows(min_row=3, values_only=True))
        assert [row[0] for row in rows] == expected
        li = next(row for row in rows if row[0] == "李代表")
        assert li[1] == cast.deputy_person.code and li[5:9] == (58, -2, 0, 58)
        assert book.worksheets[0]["A1"].value.endswith(f"\n{NOT_MEASURED}")
        assert NOT_MEASURED in [cell for row in book.worksheets[1].iter_rows(values_only=True) for cell in row]
        assert {cell.data_type for row in book.worksheets[0].iter_rows(min_row=3, max_col=1) for cell in row} == {"s"}
        assert AuditLog.objects.filter(action="export_scores", actor=getattr(cast, who), county_code="JLX").count() == 1
    for who in ("head", "deputy", "officer", "system"):
        assert get(signed_in(getattr(cast, who)), "points-export").status_code == 403
    assert get(signed_in(cast.clerk), "points-export", place="YT").status_code == 400
    assert AuditLog.objects.filter(action="export_scores").count() == 3


# --- Ranking ------------------------------------------------------------------------------------------------------


def places(answer):
    return [(place, row.person.name) for place, row in answer.context["page"].object_list]


def test_ranking_is_off_by_default_and_the_countys_alone(cast, signed_in, scored):
    url = reverse("points-ranking")
    expected = {who: 404 if who in ("admin", "staff", "auditor") else 403 for who in WHO}
    for shown in (False, True):
        if shown:
            Scheme.objects.update(shows_ranking=True)
            expected = {who: 200 if status == 404 else 403 for who, status in expected.items()}
        for who in WHO:
            assert signed_in(getattr(cast, who)).get(url, {"year": 2026}).status_code == expected[who], who
            listed = get(signed_in(getattr(cast, who)))
            if listed.status_code == 200:
                assert (url in listed.text) == (shown and who in ("admin", "staff", "auditor"))
    rows = AuditLog.objects.filter(action="look_at_ranking")
    assert {row.actor for row in rows} == {cast.admin, cast.staff, cast.auditor} and rows.count() == 3
    assert rows[0].detail["by"] == "county" and rows[0].county_code == "JLX"
    open_scheme(county=cast.county, year=2027, actor=cast.admin)
    Scheme.objects.filter(year=2027).update(shows_ranking=False)
    assert signed_in(cast.staff).get(url, {"year": 2027}).status_code == 404


def test_ranking_by_county_place_and_level_with_ties(cast, signed_in, scored):
    Scheme.objects.update(shows_ranking=True)
    client = signed_in(cast.staff)
    answer = get(client, "points-ranking")
    assert places(answer) == [(1, "陈卫"), (2, "周春生"), (3, "赵站长"), (3, "钱站长"), (3, "王芳"), (3, "孙站长"),
                              (7, "李代表"), (7, "马强")]  # fmt: skip
    assert "no-store" in answer["Cache-Control"] and "noindex" in answer["X-Robots-Tag"] and NOT_MEASURED in answer.text
    for by, groups in (
        ("branch", [(1, "官亭镇第一分站", 4, "60.3"), (2, "官亭镇第二分站", 2, "60"), (3, "阎疃镇第一分站", 2, "59")]),
        ("station", [(1, "官亭镇", 6, "60.2"), (2, "阎疃镇", 2, "59")]),
        ("level", [(1, "县人大代表", 3, "60"), (2, "乡人大代表", 5, "59.8")]),
    ):
        found = get(client, "points-ranking", by=by).context["ranking"]
        assert [(place, one.name, one.count, f"{one.average.normalize():f}") for place, one in found.groups] == groups
    inside = get(client, "points-ranking", by="branch", **{"in": "GT01"})
    assert places(inside) == [(1, "陈卫"), (2, "周春生"), (3, "赵站长"), (4, "李代表")]
    assert places(get(client, "points-ranking", of="base"))[-1] == (7, "马强")
    assert places(get(client, "points-ranking", of="bonus"))[2:4] == [(3, "赵站长"), (3, "李代表")]
    for query in ({"by": "name"}, {"of": "x"}, {"by": "branch", "in": "XX"}, {"by": "station", "in": "\0"}, {"year": "1"}):
        assert get(client, "points-ranking", **query).status_code == 404


def test_equal_figures_share_a_place():
    rows = [Decimal("60.0"), Decimal(60), Decimal("60.5"), Decimal(59)]
    assert ranked(rows, lambda row: row) == [(1, rows[2]), (2, rows[0]), (2, rows[1]), (4, rows[3])]
    assert ranked([], lambda row: row) == []


# --- What it costs ------------------------------------------------------------------------------------------------


FRAME = (
    '"accounts_session"', 'FROM "accounts_user"', 'FROM "stations_posting"', 'FROM "notices_notice"',
    'FROM "stations_station" LEFT OUTER JOIN',
)  # fmt: skip


def statements(spent):
    return [query["sql"] for query in spent.captured_queries if "SAVEPOINT" not in query["sql"]]


def test_one_three_or_forty_rows_cost_the_same(cast, signed_in, django_assert_max_num_queries):
    Scheme.objects.update(shows_ranking=True)
    counts = {}
    for people in (0, 2, 40):
        for number in range(people):
            person = make_deputy(cast, f"新代表{people}{number}", cast.gt01)
            register_opinion(branch=cast.gt01, matter=Matter("路灯", deputy=person), actor=cast.clerk, at=AT)
        rescore(county=cast.county, year=2026, at=AT)
        for who, name, most in (("staff", "points", 18), ("clerk", "points", 18), ("staff", "points-ranking", 13)):
            client = signed_in(getattr(cast, who))
            with django_assert_max_num_queries(most) as spent:
                get(client, name)
            counts.setdefault((who, name), []).append(len(spent))
            if name == "points-ranking":  # the page's own, beside who is signed in and the frame; the look is recorded
                own = [sql for sql in statements(spent) if not any(table in sql for table in FRAME)]
                assert len(own) <= 6, own
    assert all(len(set(found)) == 1 for found in counts.values()), counts


def test_another_countys_people_are_neither_read_nor_seen(cast, signed_in, scored):
    other = open_station(code="PXX", name="平乡县", parent=None, opened_on=OPENED, actor=None)
    town = open_station(code="PX1", name="丰州镇", parent=other, opened_on=OPENED, actor=None)
    branch = open_station(code="PX101", name="第一分站", parent=town, opened_on=OPENED, actor=None)
    person = add_deputy(county=other, actor=None, name="外县人", phone="19900009999")
    grant_mandate(deputy=person, level="county", term="第十七届", started_on=OPENED, actor=None)
    assign_to_branch(deputy=person, branch=branch, role=MembershipRole.MEMBER, started_on=OPENED, actor=None)
    Scheme.objects.update(shows_ranking=True)
    for name in ("points", "points-ranking", "points-distribution", "points-alerts"):
        assert "外县人" not in get(signed_in(cast.staff), name).text
    assert get(signed_in(cast.staff), q=person.code).context["count"] == 0
    assert get(signed_in(cast.deputy), "points-distribution").context["spread"].count == len(GT + YT)
    assert not PointEntry.objects.filter(county=other).exists()


@pytest.mark.parametrize(("left_on", "years"), [
    (date(2024, 6, 1), set()), (date(2025, 6, 1), {2025}), (date(2026, 2, 1), {2025, 2026}),
    (None, {2025, 2026, 2027}),
])  # fmt: skip
def test_a_clerk_sees_who_serves_here_and_of_who_went_elsewhere_the_years_here(
    cast, signed_in, scored, left_on, years
):
    """One rule for page, file, API, entries and lists; writing an appeal down is for who looks after them now."""
    for year in (2025, 2027):
        open_scheme(county=cast.county, year=year, actor=None)
    person, clerk = cast.deputies["YT01"][1], cast.stranger
    if left_on:
        assign_to_branch(
            deputy=person, branch=cast.gt01, role=MembershipRole.MEMBER, started_on=left_on, actor=cast.admin
        )
    client, token = signed_in(clerk), {"HTTP_AUTHORIZATION": f"Token {issue_token(user=clerk)[0]}"}
    for year in (2025, 2026, 2027):
        expected = 200 if year in years else 403
        seen = [
            client.get(reverse("deputy-score", args=[person.code]), {"year": year}).status_code,
            client.get(reverse("statement-file", args=[person.code, year])).status_code,
            client.get(f"/api/v1/deputies/{person.code}/score/", {"year": year}, **token).status_code,
        ]
        assert seen == [expected, expected, 200 if expected == 200 else 404], year
        assert can_see_score(clerk, person, year) == (year in years)
    assert PointEntry.objects.visible_to(clerk).filter(deputy=person).exists() == (2026 in years)
    assert can_appeal(clerk, person) == can_see_score(clerk, person) == (left_on is None)
    assert can_appeal(cast.clerk, person) == can_see_score(cast.clerk, person, 2025) == (left_on is not None)
    shown = {line.deputy: line.total for line in client.get(reverse("console-deputies")).context["lines"]}
    assert (shown[person] is None) == (today_here().year not in years) and shown[cast.deputies["YT01"][0]] is not None
