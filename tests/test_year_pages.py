"""Pages of a year: who may open them when, what they say, and what publishing and closing do from there."""

import hashlib
import zipfile
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.states import Presence
from julu_liaison.common.jobs import job_folder
from julu_liaison.common.models import AuditLog, Job
from julu_liaison.common.working_days import today_here
from scoring.models import PointEntry, Scheme, YearClosing
from scoring.posters.publicity import _paper
from scoring.services import open_scheme, rescore
from scoring.services.results import reissue
from scoring.services.years import close_year, publish_year, year_sheet
from scoring.states import ClaimState
from scoring.tasks.archives import make_year_archive
from tests.cast import SUNDAY, make_deputy, moment
from tests.test_scoring import log_of, roster
from tests.years import claim_of, granted

NAMES = ("point-years", "point-year", "point-year-list", "point-year-list-file", "point-year-workbook", "point-year-late")
OLD = 2024  # over for long, whenever these tests run


@pytest.fixture
def old(cast) -> Scheme:
    return open_scheme(county=cast.county, year=OLD, actor=cast.admin)


def page(name: str, year: int = OLD) -> str:
    return reverse(name, args=[] if name == "point-years" else [year])


def publish_now(cast, scheme) -> YearClosing:
    """In publicity today."""
    return publish_year(scheme=scheme, actor=cast.admin, at=moment(today_here()))


def close_then(cast, scheme) -> YearClosing:
    publish_year(scheme=scheme, actor=cast.admin, at=moment(date(2025, 2, 3)))
    return close_year(scheme=scheme, actor=cast.admin, at=moment(date(2025, 3, 3)))


def statuses(signed_in, user) -> list[int]:
    return [signed_in(user).get(page(name)).status_code for name in NAMES]


def test_the_county_at_any_time_deputies_and_clerks_in_publicity_nobody_else(cast, old, signed_in):
    staff, outside = (cast.staff, cast.auditor), (cast.officer, cast.system)
    for user in staff:
        assert statuses(signed_in, user) == [200, 200, 200, 200, 200, 409]
    for user in (cast.clerk, cast.deputy):
        assert statuses(signed_in, user) == [200, 403, 403, 403, 403, 403]
    publish_now(cast, old)
    assert statuses(signed_in, cast.admin) == [200] * 6
    assert statuses(signed_in, cast.clerk) == [200, 403, 200, 200, 403, 403]
    for user in (cast.deputy, cast.head):
        assert statuses(signed_in, user) == [200, 403, 200, 403, 403, 403]
    for user in outside:
        assert statuses(signed_in, user) == [403] * 6
    client = signed_in(cast.deputy)
    assert str(OLD) in client.get(page("point-years")).content.decode()
    assert "2026" not in client.get(page("point-years")).content.decode().partition("<main")[2]
    for year in (1900, 99999, 2**70):
        assert signed_in(cast.admin).get(f"/points/years/{year}/").status_code == 404


def test_publishing_and_closing_from_the_page_are_the_administrators(cast, old, signed_in, settings, media):
    for name in ("point-year-publish", "point-year-close"):
        for user in (cast.staff, cast.auditor, cast.clerk, cast.deputy, cast.officer):
            assert {signed_in(user).get(page(name)).status_code, signed_in(user).post(page(name)).status_code} == {403}
    assert not YearClosing.objects.exists()
    client = signed_in(cast.admin)
    assert "收到2027年1月31日为止" in client.get(page("point-year-publish", 2026)).content.decode()
    assert client.post(page("point-year-publish", 2026)).status_code == 409
    claim = claim_of(cast, ClaimState.CLAIMED, year=OLD)
    assert client.post(page("point-year-publish")).status_code == 409
    claim.state = ClaimState.REFUSED
    claim.save()
    shown = client.get(page("point-year-publish")).content.decode()
    assert "8位代表" in shown and "不能撤回" in shown
    assert not YearClosing.objects.exists()  # looking changes nothing
    assert client.post(page("point-year-publish")).status_code == 302
    assert "已经公示过了" in client.get(page("point-year-publish")).content.decode()
    assert client.post(page("point-year-close")).status_code == 409
    today = today_here()
    YearClosing.objects.update(publicity_from=today - timedelta(9), publicity_until=today - timedelta(1))
    assert "写定" in client.get(page("point-year-close")).content.decode()
    assert client.get(page("point-year-archive")).status_code == 409
    assert client.post(page("point-year-close")).status_code == 302
    shown = client.get(page("point-year")).content.decode()
    assert YearClosing.objects.get().digest in shown and "公示后" not in shown
    assert client.post(page("point-year-close")).status_code == 409
    job = Job.objects.get(kind="make_year_archive")
    assert client.get(reverse("job", args=[job.uid])).content.decode().count(page("point-years")) >= 1
    assert signed_in(cast.staff).post(page("point-year-archive")).status_code == 403
    assert signed_in(cast.clerk).get(page("point-year-archive")).status_code == 403


def test_the_page_asks_the_same_of_the_database_for_one_as_for_three(cast, old, signed_in, django_assert_num_queries):
    client = signed_in(cast.admin)
    closing = close_then(cast, old)
    _open_and_corrected(cast, closing, 1)
    for name in ("point-year", "point-year-list", "point-year-late"):
        client.get(page(name))
        with django_assert_num_queries(COST[name]):
            client.get(page(name))
    for number in range(2):
        make_deputy(cast, f"新代表{number}", cast.gt02)
    _open_and_corrected(cast, closing, 2)
    for name in ("point-year", "point-year-list", "point-year-late"):
        with django_assert_num_queries(COST[name]):
            answer = client.get(page(name))
    shown = client.get(page("point-year")).content.decode()
    assert "结账后经复核更正" in shown and "第2版" in shown and answer.status_code == 200


def test_the_list_of_years_costs_the_same_for_one_as_for_three(cast, old, signed_in):
    client, counts = signed_in(cast.admin), []
    Scheme.objects.exclude(pk=old.pk).update(county=cast.gt)  # of elsewhere
    for years in ((), (2022, 2023)):
        for year in years:
            open_scheme(county=cast.county, year=year, actor=cast.admin)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page("point-years"))
        assert len(answer.context["rows"]) == 1 + len(years)
        counts.append(len(queries))
    assert counts[0] == counts[1]


COST = {"point-year": 20, "point-year-list": 11, "point-year-late": 25}


def _open_and_corrected(cast, closing, number: int) -> None:
    """Appeals granted after closing, each posting one line, and as many that wait."""
    for _ in range(number):
        appeal = granted(cast, None, item="course")
        appeal.year, appeal.occurred_on = OLD, date(OLD, 5, 1)
        appeal.save()
        rescore(county=cast.county, year=OLD, at=moment(date(2025, 4, 1)))
        assert reissue(closing=closing, deputy=appeal.deputy, appeal=appeal, at=moment(date(2025, 4, 1)))
        waiting = granted(cast, None, state="raised")
        waiting.year = OLD
        waiting.save()


def test_the_list_is_in_official_order_and_says_what_it_does_not_measure(cast, signed_in):
    roster(cast)
    log_of(cast, {cast.head_person: Presence.PRESENT, cast.deputy_person: Presence.ABSENT})
    rescore(county=cast.county, year=2026, at=moment(SUNDAY))
    cast.deputy_person.name = "李<b>代表"
    cast.deputy_person.save()
    shown = signed_in(cast.staff).get(page("point-year-list", 2026)).content.decode()
    names = [shown.index(name) for name in ("赵站长", "陈\u3000卫", "李&lt;b&gt;代表", "钱站长", "王\u3000芳", "孙站长")]
    assert names == sorted(names) and "不是名次" in shown and "群众满意不满意" in shown and ">58<" in shown


def test_a_draft_of_the_list_is_signed_by_nobody_and_namesakes_have_numbers(cast, old, signed_in):
    first, second = make_deputy(cast, "张伟", cast.gt01), make_deputy(cast, "张伟", cast.gt01)
    alone = make_deputy(cast, "张伟", cast.yt01)
    scheme = Scheme.objects.get(county=cast.county, year=2026)
    paper = _paper(year_sheet(scheme, moment(SUNDAY)))
    names = [row[0] for station in paper["stations"] for row in station["rows"]]
    assert "样张" in paper["draft"] and paper["closing"] == []
    assert {f"张伟({first.code})", f"张伟({second.code})"} < set(names) and "张\u3000伟" in names
    shown = signed_in(cast.staff).get(page("point-year-list", 2026)).text
    listed = signed_in(cast.staff).get(reverse("points"), {"year": 2026, "q": "张伟"}).text
    for text in (shown, listed):
        main = text.partition('id="main"')[2]
        assert [f">{one.code}<" in main for one in (first, second, alone)] == [True, True, False]
    publish_now(cast, old)
    paper = _paper(year_sheet(old, moment(today_here())))
    assert paper["draft"] == "" and len(paper["closing"]) == 2


def test_a_clerk_reads_where_the_list_will_be(cast, old, signed_in):
    text = signed_in(cast.clerk).get(page("point-years")).text
    assert "本站代表的得分" in text and f'href="{reverse("points")}"' in text.partition('id="main"')[2]
    assert "自己的得分" in signed_in(cast.deputy).get(page("point-years")).text


@pytest.fixture
def archived(cast, old, media):
    closing = close_then(cast, old)
    job = Job.objects.create(kind="make_year_archive", title="存档", asked_by=cast.admin, created_at=moment(today_here()))
    make_year_archive(job.pk, closing_id=closing.pk)
    closing.refresh_from_db()
    return closing, job


def test_the_archive_holds_every_statement_and_says_the_sum_of_each_file(cast, archived, media, signed_in):
    closing, job = archived
    path = Path(media) / closing.archive
    assert Job.objects.get(pk=job.pk).state == "done" and list(job_folder(job).iterdir()) == []
    answer = signed_in(cast.auditor).get(page("point-year-archive"))
    package = zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content)))
    names = package.namelist()
    assert sum(name.endswith(".pdf") and name.startswith("对账单/") for name in names) == 8
    said = package.read("校验清单.txt").decode()
    assert closing.digest in said and "共8人" in said
    sums = dict(reversed(line.split("  ", 1)) for line in said.splitlines() if not line.startswith("#"))
    assert sums == {
        name: hashlib.sha256(package.read(name)).hexdigest() for name in names if name != "校验清单.txt"
    }  # fmt: skip
    kept = AuditLog.objects.get(action="keep_archive")
    assert kept.detail["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert AuditLog.objects.filter(action="download", actor=cast.auditor).count() == 1


def test_a_second_run_keeps_the_archive_and_a_killed_one_leaves_none(cast, archived, media, monkeypatch):
    closing, _job = archived
    path = Path(media) / closing.archive
    before = path.stat().st_mtime_ns
    jobs = [
        Job.objects.create(kind="make_year_archive", title="存档", asked_by=cast.admin, created_at=moment(today_here()))
        for _ in range(3)
    ]
    make_year_archive(jobs[0].pk, closing_id=closing.pk)
    assert path.stat().st_mtime_ns == before
    path.unlink()

    def killed(*args, **more):
        yield "半份.pdf", b"%PDF"
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("scoring.tasks.archives.render_statements", killed)
        with pytest.raises(SystemExit):
            make_year_archive(jobs[1].pk, closing_id=closing.pk)
    assert Job.objects.get(pk=jobs[1].pk).state == "queued" and list(path.parent.iterdir()) == []
    make_year_archive(jobs[2].pk, closing_id=closing.pk)
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert not PointEntry.objects.exists()


def test_an_open_year_has_no_archive(cast, old, media):
    closing = publish_now(cast, old)
    job = Job.objects.create(kind="make_year_archive", title="存档", asked_by=cast.admin, created_at=moment(today_here()))
    make_year_archive(job.pk, closing_id=closing.pk)
    assert "还没有结账" in Job.objects.get(pk=job.pk).error and not (Path(media) / "points").exists()
