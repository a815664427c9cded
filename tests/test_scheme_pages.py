"""Pages of a year's scheme: read by whom it concerns, changed by the county administrator alone, nothing typed is lost."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from activities.services import SundayRow, file_log
from activities.states import Presence
from julu_liaison.notices.models import Notice
from scoring.models import PointEntry, Scheme, SchemeVersion
from scoring.rules.wording import NOT_MEASURED
from scoring.services import rescore
from scoring.services.versions import draft_version, values_of
from scoring.states import VersionState
from tests.cast import SUNDAY, moment
from tests.duties import duty

pytestmark = pytest.mark.django_db
AT = moment(date(2026, 6, 10))
START = date(2026, 2, 1)


@pytest.fixture
def draft(cast):
    return draft_version(scheme=Scheme.objects.get(), starts_on=START, why="会议决定", actor=cast.admin, at=AT)


def missed(cast, count=1, day=SUNDAY):
    head, *others = cast.deputies["GT01"]
    duty(cast.gt01, day, head, *others[:count])
    attendance = {head: Presence.PRESENT} | dict.fromkeys(others[:count], Presence.ABSENT)
    row = SundayRow(branch=cast.gt01, attendance=attendance, received=0, matters=[])
    file_log(row=row, on=day, actor=cast.clerk, at=moment(day))
    rescore(county=cast.county, year=2026, at=AT)


def url(name, *args):
    return reverse(name, args=args or [2026])


def typed(client, **changes):
    """All that the form shows, with changes."""
    form = client.get(url("rules-draft")).context["form"]
    return {field.html_name: field.value() if field.value() is not None else "" for field in form} | changes


def test_a_version_from_beginning_to_end(cast, signed_in):
    missed(cast)
    for name, at_least in (("称职", 56), ("合格", 50)):
        Scheme.objects.get().grades.create(name=name, at_least=at_least)
    client = signed_in(cast.admin)
    answer = client.post(url("rules-draft-new"), {"starts_on": "2026-02-01", "why": ""})
    assert answer.status_code == 400 and "2026-02-01" in answer.text
    assert client.post(url("rules-draft-new"), {"starts_on": "2026-02-01", "why": "会议决定"}).status_code == 302
    assert client.post(url("rules-draft-new"), {"starts_on": "2026-02-01", "why": "再来"}).status_code == 409
    sent = typed(client, points_duty_missed="-5分", points_course="1.5", cap_course=" 6 ", preview="1")
    answer = client.post(url("rules-draft"), sent)
    assert (answer.status_code, answer["Location"]) == (302, url("rules-preview"))
    values = values_of(SchemeVersion.objects.get(number=2))
    assert [float(values[item].points) for item in ("duty_missed", "course")] == [-5, 1.5]
    assert values["course"].cap == 6
    answer = client.get(url("rules-preview"))
    assert "接待日缺席且无人顶班:每次扣2分,改为每次扣5分" in answer.text
    assert [(line.deputy, line.before, line.after) for line in answer.context["lines"]] == [(cast.deputy_person, 58, 55)]
    assert client.get(url("rules-preview"), {"station": "YT", "all": "1"}).context["count"] == 2
    assert client.get(url("rules-preview"), {"station": "YT"}).context["count"] == 0
    assert client.get(url("rules-preview"), {"station": "XX"}).status_code == 404
    book = load_workbook(BytesIO(b"".join(client.get(url("rules-preview-file")).streaming_content)))
    rows = list(book.active.values)
    assert rows[0][0].endswith(NOT_MEASURED) and NOT_MEASURED in answer.text
    assert len(rows) == 10 and ("李代表", 58, 55, -3, "称职", "合格", "接待日缺席且无人顶班 -2→-5") in [row[3:] for row in rows]
    assert PointEntry.objects.count() == 1  # looking wrote nothing
    assert client.post(url("rules-apply"), {"seen": "0" * 16})["Location"] == url("rules-preview")
    assert client.post(url("rules-apply"), {})["Location"] == url("rules-preview")
    assert SchemeVersion.objects.get(number=2).state == VersionState.DRAFT
    assert "<b>1</b>位等次会变" in answer.text and "称职 → 合格" in answer.text
    done = client.post(url("rules-apply"), {"seen": answer.context["mark"]}, follow=True)
    assert "1位代表的得分有变化:0位增加,1位减少,一共减少3分。" in done.text
    notice = Notice.objects.get(user=cast.deputy)
    assert "第2版" in notice.text and "为什么改:会议决定" in notice.text and notice.link == reverse("my-score") + "?year=2026"
    assert not Notice.objects.filter(user=cast.head).exists()
    assert SchemeVersion.objects.get(number=2).state == VersionState.APPLIED
    page = client.get(url("rules-versions")).text
    assert "2026年2月1日起执行" in page and "会议决定" in page
    reading = signed_in(cast.deputy).get(reverse("rules")).text
    assert "年初起 每次扣2分" in reading and "2月1日起 每次扣5分" in reading and "每次加1.5分,全年最多加6分" in reading
    assert client.get(url("rules-draft")).status_code == 404  # there is no draft any more


WRONG = [
    ("points_duty_missed", ""), ("points_duty_missed", "两分"), ("points_duty_missed", "1e3"), ("points_duty_missed", "NaN"),
    ("points_duty_missed", "101"), ("points_duty_missed", "2.55"), ("points_duty_missed", "--2"),
    ("points_honour_city", "-1"), ("cap_honour_city", "-1"), ("cap_honour_city", "1000"), ("cap_honour_city", "9" * 40),
    ("base", "x"), ("base", ""), ("starts_on", "2027-01-01"), ("starts_on", "昨天"), ("why", ""), ("why", "字" * 201),
    ("points_course", "<script>1"), ("points_course", "1\x00"), ("seen", "zz"),
]  # fmt: skip


def test_errors_stand_beside_the_cell_and_nothing_is_lost(cast, draft, signed_in):
    client = signed_in(cast.admin)
    shown = typed(client, points_media_city="7.5")
    for field, value in WRONG:
        answer = client.post(url("rules-draft"), shown | {field: value})
        assert (answer.status_code, list(answer.context["form"].errors)) == (400, [field])
        assert 'value="7.5"' in answer.text and "<script>1" not in answer.text
    assert float(values_of(draft)["media_city"].points) == 2


def test_what_another_administrator_saved_meanwhile_is_said(cast, draft, signed_in):
    client = signed_in(cast.admin)
    mine = typed(client, points_course="3")
    client.post(url("rules-draft"), typed(client, points_course="2"))
    answer = client.post(url("rules-draft"), mine)
    assert answer.status_code == 412 and "刚被别人改过" in answer.text and float(values_of(draft)["course"].points) == 2
    again = {field.html_name: field.value() or "" for field in answer.context["form"]}
    assert again["points_course"] == "3" and client.post(url("rules-draft"), again).status_code == 302
    assert float(values_of(draft)["course"].points) == 3
    client.post(url("rules-draft-drop"))
    assert SchemeVersion.objects.get(pk=draft.pk).state == VersionState.DROPPED
    assert "放弃了" in client.get(url("rules-versions")).text


def test_who_opens_what(cast, draft, client):
    pages = ("rules-versions", "rules-preview", "rules-preview-file", "rules-draft", "rules-settings")
    posts = ("rules-draft", "rules-draft-new", "rules-draft-drop", "rules-apply")
    for who, read, see, write in (
        ("staff", 200, 200, 403), ("auditor", 200, 200, 403), ("clerk", 200, 404, 404), ("stranger", 200, 404, 404),
        ("head", 200, 404, 404), ("deputy", 200, 404, 404), ("officer", 403, 404, 404), ("system", 403, 404, 404),
    ):  # fmt: skip
        client.force_login(getattr(cast, who), backend="django.contrib.auth.backends.ModelBackend")
        assert (who, client.get(reverse("rules")).status_code) == (who, read)
        opened = [client.get(url(name)).status_code for name in pages]
        assert (who, opened) == (who, [see] * 3 + [write] * 2)
        assert {client.post(url(name), {}).status_code for name in posts} == {write}
        assert client.post(reverse("rules-open"), {"year": "2027"}).status_code == 403
    assert SchemeVersion.objects.get(pk=draft.pk).state == VersionState.DRAFT and Scheme.objects.count() == 1
    client.logout()
    assert client.get(reverse("rules")).status_code == 302


def test_the_next_year_is_opened_from_here(cast, signed_in):
    client, page = signed_in(cast.admin), reverse("rules")
    answer = client.get(page)
    following = answer.context["next_year"]
    assert f"建{following}年的方案" in answer.text
    for wrong in ("2099", "x", "", "２０", "\0", str(following + 1)):
        assert client.post(reverse("rules-open"), {"year": wrong}).status_code == 404
    for _twice in range(2):
        assert client.post(reverse("rules-open"), {"year": str(following)}).status_code == 302
    assert Scheme.objects.filter(year=following).count() == 1
    assert client.get(page, {"year": following}).status_code == 200
    assert {client.get(page, {"year": year}).status_code for year in ("1999", "x", "\0")} == {404}


def test_settings_and_grades_on_the_page(cast, signed_in):
    client, page = signed_in(cast.admin), url("rules-settings")
    usual = {"check_days": "5", "decide_days": "10", "appeal_days": "10", "publicity_days": "5", "late_until": "2027-01-31"}
    scheme = Scheme.objects.get()
    for wrong in ({"check_days": "0"}, {"check_days": "x"}, {"publicity_days": "4"}, {"late_until": "2026-01-31"}):
        answer = client.post(page, usual | wrong | {"do": "terms"})
        assert answer.status_code == 400 and set(answer.context["terms"].errors) == set(wrong)
    assert client.post(page, usual | {"check_days": "７", "shows_ranking": "on", "do": "terms"}).status_code == 302
    scheme.refresh_from_db()
    assert (scheme.check_days, scheme.shows_ranking) == (7, True)
    grades = {"name_1": "优秀", "at_least_1": "80", "name_3": "合格", "at_least_3": "60分"}
    for wrong, field in (
        ({"name_3": ""}, "name_3"), ({"at_least_3": ""}, "at_least_3"), ({"name_3": "优秀"}, "name_3"),
        ({"at_least_3": "80.0"}, "at_least_3"), ({"at_least_3": "-1"}, "at_least_3"),
    ):  # fmt: skip
        answer = client.post(page, grades | wrong | {"do": "grades"})
        assert answer.status_code == 400 and list(answer.context["grades"].errors) == [field]
        assert "优秀" in answer.text and not scheme.grades.exists()
    assert client.post(page, grades | {"do": "grades"}).status_code == 302
    assert [str(grade) for grade in scheme.grades.all()] == ["优秀", "合格"]
    assert "80分起" in signed_in(cast.deputy).get(reverse("rules")).text
    assert signed_in(cast.admin).post(page, {"do": "x"}).status_code == 404


def test_pages_cost_the_same_with_one_and_three(cast, signed_in):
    client = signed_in(cast.admin)

    def cost(page: str) -> int:
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        return len(queries)

    def draft_of(points: str) -> None:
        client.post(url("rules-draft-new"), {"starts_on": "2026-02-01", "why": "会议决定"})
        client.post(url("rules-draft"), typed(client, points_duty_missed=points))

    pages = [reverse("rules"), url("rules-versions"), url("rules-preview")]
    missed(cast)
    draft_of("5")
    before = [cost(page) for page in pages]
    client.post(url("rules-apply"), {"seen": client.get(pages[2]).context["mark"]})
    missed(cast, 3, SUNDAY + timedelta(days=7))
    draft_of("6")
    assert [cost(page) for page in pages] == before and max(before) < 40
    assert client.get(pages[2]).context["count"] == 3 and client.get(pages[1]).text.count("<b class=\"num\">第") == 3
