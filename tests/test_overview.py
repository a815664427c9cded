"""The overview's pages: who sees which, kept figures with their age, periods, what the wall shows, what it costs."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from julu_liaison.common.kept_figures import FORGOTTEN_AFTER, FRESH_FOR, LEASE, STALE_AFTER, count_if_due, kept_figures
from julu_liaison.common.models import KeptFigures
from julu_liaison.common.working_days import today_here
from julu_liaison.overview import Period, Span
from julu_liaison.tasks import recount_overview
from opinions.models import Opinion
from opinions.services import register_opinion
from stations.services import appoint, close_station, open_station
from stations.states import Role
from tests.cast import OPENED, clear_branch, moment
from tests.overviews import Matter, day

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PAGES = ("overview", "overview-wall", "overview-meanings", "overview-receptions", "overview-attendance")
PAGE_QUERIES = 26  # the frame's among them; the figures themselves are kept
STALE = "可能是后台服务停了"


def late_ticket(cast, branch, clerk, text="路灯不亮", **fields):
    found = register_opinion(branch=branch, matter=Matter(text), actor=clerk, at=timezone.now())
    Opinion.objects.filter(pk=found.pk).update(due_on=today_here() - timedelta(days=3), **fields)
    return found


# ---- Who ---------------------------------------------------------------------------------------------------------------


def test_the_county_sees_itself_and_its_stations(cast, signed_in):
    for who in (cast.admin, cast.staff, cast.auditor):
        client = signed_in(who)
        assert [client.get(reverse(name)).status_code for name in PAGES] == [200] * len(PAGES)
        page = client.get(reverse("overview-station", args=["GT"]))
        assert page.status_code == 200 and [row.code for row, _cells in page.context["table"].lines] == ["GT01", "GT02"]


def test_a_clerk_sees_the_own_station(cast, signed_in):
    client = signed_in(cast.clerk)
    answer = client.get(reverse("overview"), {"period": "year"})
    assert answer.status_code == 302 and answer.url == reverse("overview-station", args=["GT"]) + "?period=year"
    assert client.get(answer.url).status_code == 200
    assert client.get(reverse("overview-wall")).context["place"] == cast.gt
    for code in ("YT", "GT01", "JLX", "NIX"):
        assert client.get(reverse("overview-station", args=[code])).status_code == 404
    for name in ("overview-receptions", "overview-attendance"):
        assert client.get(reverse(name), {"station": "GT01"}).status_code == 200
        assert client.get(reverse(name), {"station": "YT"}).status_code == 400  # no choice of the own ones


def test_nobody_else_sees_any(cast, signed_in, client):
    assert client.get(reverse("overview")).status_code == 302
    for who in (cast.head, cast.deputy, cast.officer, cast.chief, cast.system, cast.security):
        for name in PAGES:
            assert signed_in(who).get(reverse(name)).status_code == 403, (who, name)
        assert signed_in(who).get(reverse("overview-station", args=["GT"])).status_code == 403


def test_who_keeps_accounts_of_a_county_sees_no_station_but_the_own(cast, signed_in):
    appoint(user=cast.system, role=Role.CLERK, station=cast.gt, started_on=OPENED, actor=None)
    client = signed_in(cast.system)
    assert client.get(reverse("overview-station", args=["GT"])).status_code == 200
    assert client.get(reverse("overview-station", args=["YT"])).status_code == 403


# ---- Kept figures ------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch) -> list:
    """What a worker was asked to count anew."""
    found: list = []
    monkeypatch.setattr(recount_overview, "apply_async", lambda args, **options: found.append(tuple(args)))
    return found


def aged(by: timedelta) -> None:
    KeptFigures.objects.update(counted_at=timezone.now() - by)


def received(client) -> int:
    return client.get(reverse("overview"), {"period": "year"}).context["overview"].total["received_opinions"]


def test_figures_are_kept_and_counted_anew_behind_the_page(cast, signed_in, asked):
    client = signed_in(cast.staff)
    assert received(client) == 0  # nothing kept: counted at once
    register_opinion(branch=cast.gt01, matter=Matter("路灯不亮"), actor=cast.clerk, at=timezone.now())
    assert received(client) == 0 and asked == []
    aged(FRESH_FOR + timedelta(minutes=1))
    assert received(client) == 0
    assert received(client) == 0 and len(asked) == 1  # one at a time
    recount_overview(*asked[0])
    assert received(client) == 1
    assert recount_overview(*asked[0]) is False  # delivered twice


def test_a_worker_that_died_keeps_nobody_from_it(cast, signed_in, asked):
    client = signed_in(cast.staff)
    received(client)
    aged(FRESH_FOR * 2)
    KeptFigures.objects.update(refreshing_since=timezone.now() - LEASE - timedelta(seconds=1))
    received(client)
    assert len(asked) == 1


def test_stale_figures_say_so(cast, signed_in, asked):
    client = signed_in(cast.staff)
    assert STALE not in client.get(reverse("overview")).text
    aged(STALE_AFTER - timedelta(minutes=1))
    assert STALE not in client.get(reverse("overview")).text
    aged(STALE_AFTER + timedelta(minutes=1))
    assert STALE in client.get(reverse("overview")).text
    received(client)
    aged(STALE_AFTER + timedelta(minutes=1))
    assert "数字没有更新" in client.get(reverse("overview-wall"), {"period": "year"}).text


def test_a_queue_out_of_reach_hides_no_figures(cast, signed_in, monkeypatch):
    def unreachable(**_options):
        raise OperationalError("no broker")

    client = signed_in(cast.staff)
    received(client)
    aged(FRESH_FOR * 2)
    monkeypatch.setattr(recount_overview, "apply_async", unreachable)
    assert received(client) == 0


def test_what_nobody_looks_at_is_forgotten(db):
    at = moment(date(2026, 3, 1))
    for key, when in (("old", at - FORGOTTEN_AFTER - timedelta(days=1)), ("new", at)):
        kept_figures(key=key, count=dict, recount=lambda: None, at=when)
    assert list(KeptFigures.objects.values_list("key", flat=True)) == ["new"]
    assert not count_if_due(key="new", count=dict, at=at + FRESH_FOR)
    assert count_if_due(key="new", count=dict, at=at + FRESH_FOR + timedelta(seconds=1))


def test_each_place_and_period_has_figures_of_its_own(cast, signed_in):
    client = signed_in(cast.staff)
    for query in ({}, {"period": "week"}, {"on": "2026-03-08"}):
        client.get(reverse("overview"), query)
    client.get(reverse("overview-station", args=["GT"]))
    client.get(reverse("overview"), {"on": "2026-03-30"})  # the same month
    assert KeptFigures.objects.count() == 4


# ---- Periods -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("span", "start", "end", "name"),
    [
        ("week", "2026-03-02", "2026-03-08", "3月2日至3月8日"),
        ("month", "2026-03-01", "2026-03-31", "2026年3月"),
        ("year", "2026-01-01", "2026-12-31", "2026年"),
    ],
)
def test_periods_are_whole(span, start, end, name):
    found = Period.around(Span(span), day(8))
    assert (f"{found.start}", f"{found.end}") == (start, end)
    assert found.before.after == found == found.after.before
    assert found.name(day(8)) == f"本{Span(span).words}"
    assert found.name(date(2026, 12, 31) if span != "year" else date(2027, 1, 1)) == name


def test_december_ends_and_a_week_crosses_the_year():
    assert Period.around(Span.MONTH, date(2026, 12, 9)).end == date(2026, 12, 31)
    assert Period.around(Span.WEEK, date(2027, 1, 1)).days_until(date(2027, 2, 1)) == "2026年12月28日至2027年1月3日"


def test_no_period_to_come_nor_nonsense(cast, signed_in):
    client, tomorrow = signed_in(cast.staff), today_here() + timedelta(days=400)
    for query in ({"on": f"{tomorrow}"}, {"on": "2026-02-30"}, {"on": "x"}, {"period": "day"}, {"on": "1999-12-31"}):
        assert client.get(reverse("overview"), query).status_code == 404, query
    page = client.get(reverse("overview"))
    assert page.context["beside"]["after"] is None
    before = client.get(reverse("overview") + page.context["beside"]["before"][1])
    again = client.get(reverse("overview") + before.context["beside"]["after"][1])
    assert again.context["period"] == page.context["period"] == before.context["period"].after
    assert client.get(reverse("overview"), {"on": "2000-01-01"}).context["beside"]["before"] is None


# ---- What is shown -----------------------------------------------------------------------------------------------------


def test_an_empty_county_is_no_error(cast, signed_in):
    page = signed_in(cast.staff).get(reverse("overview"), {"on": "2026-03-01"})
    assert [card.main.words for card in page.context["cards"]] == ["—", "—", "0", "0", "—", "0"]
    assert "没有超期的" in page.text and "还没有接待日" in page.text
    assert [row.code for row, _cells in page.context["table"].lines] == ["GT", "YT"]  # official order


def test_rates_under_ninety_per_cent_are_marked_by_a_sign(cast, signed_in):
    late_ticket(cast, cast.gt01, cast.clerk)
    page = signed_in(cast.staff).get(reverse("overview"))
    low = [cell for _row, cells in page.context["table"].lines for cell in cells if cell.is_low]
    assert [(cell.label, cell.words) for cell in low] == [("按期率", "0/1")]
    assert '<b class="o-low"><span aria-hidden="true">▼</span>' in page.text


def test_long_lists_are_cut_and_lead_to_all(cast, signed_in):
    for number in range(10):
        late_ticket(cast, cast.gt01, cast.clerk, f"第{number}盏路灯不亮")
    page = signed_in(cast.staff).get(reverse("overview"))
    assert len(page.context["urgent"]) == 8 and "全部10件" in page.text and "最长超期3天" in page.text
    listed = signed_in(cast.staff).get(page.context["overdue_url"])
    assert len(listed.context["page"].rows) == 10


def test_the_wall_is_dark_comes_again_and_shows_no_ticket(cast, signed_in):
    late_ticket(cast, cast.gt01, cast.clerk, "张三家门口的路灯不亮")
    page = signed_in(cast.staff).get(reverse("overview-wall"))
    assert page.headers["Refresh"] == "60" and 'class="mode-dark o-wall"' in page.text and "<script" not in page.text
    assert "张三" not in page.text and "超期3天" in page.text and "<a " not in page.text
    assert "张三家门口" in signed_in(cast.staff).get(reverse("overview")).text


def test_a_station_that_was_closed_shows_as_long_as_it_counts(cast, signed_in):
    clear_branch(cast, cast.yt01, to=cast.gt01, on=day(1))
    for place in (cast.yt01, cast.yt):
        close_station(station=place, closed_on=day(10), actor=cast.staff, at=moment(day(10)))
    shown = signed_in(cast.staff).get(reverse("overview"), {"on": "2026-03-01"})
    assert len(shown.context["table"].lines) == 2
    later = signed_in(cast.staff).get(reverse("overview"), {"on": "2026-04-01"})
    assert [row.code for row, _cells in later.context["table"].lines] == ["GT"]


def test_every_definition_has_its_anchor(cast, signed_in):
    page = signed_in(cast.staff).get(reverse("overview"))
    meanings = signed_in(cast.staff).get(reverse("overview-meanings")).text
    cells = [*page.context["table"].heads, *page.context["more"], *(card.main for card in page.context["cards"])]
    for cell in cells:
        assert f'id="{cell.key}"' in meanings and f"#{cell.key}" in page.text, cell.key


def test_the_page_costs_the_same_with_one_station_and_three(cast, signed_in):
    client = signed_in(cast.staff)

    def queries() -> int:
        client.get(reverse("overview"))  # counted and kept
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("overview"))
        return len(caught)

    few = queries()
    for code, name in (("DC", "堤村乡"), ("SJ", "苏家营镇")):
        open_station(code=code, name=name, parent=cast.county, opened_on=OPENED, actor=cast.admin)
    late_ticket(cast, cast.gt01, cast.clerk)
    one = queries()
    for branch in (cast.gt02, cast.gt02):
        late_ticket(cast, branch, cast.clerk)
    assert queries() == one <= PAGE_QUERIES
    assert few <= one
