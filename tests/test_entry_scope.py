"""Who sees what a villager sent in: its station's clerk alone until it is checked, the county once that is overdue."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from rest_framework.test import APIClient

from activities.rules.months import read_month
from activities.services import Matter
from activities.states import Category
from activities.views.due import Outlook, dues_of
from julu_liaison.common.errors import DomainError
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Notice
from julu_liaison.overview.counting import count_overview
from julu_liaison.overview.periods import Period, Span
from julu_liaison.summary.figures import summary_of
from opinions.models import HopFile, Opinion
from opinions.reports.reading import Asked, read_figures
from opinions.services import file_suggestion, move_opinion, register_opinion
from opinions.services.clocks import sweep_deadlines
from opinions.services.desks import look_alikes, similar_tickets, take_in
from opinions.services.desks.importing import HandedIn
from opinions.states import Kind, State
from stations.services import appoint
from stations.states import Role
from tests.cast import moment
from tests.entries import AT, DAY, NAME, PHONE, WORDS, entry, photo

pytestmark = pytest.mark.usefixtures("media")
ROLES = (
    "admin", "staff", "system", "security", "auditor", "clerk", "stranger", "head", "deputy", "officer", "chief",
    "other_officer",
)  # fmt: skip
COUNTY = {"admin", "staff"}
OTHERS = set(ROLES) - COUNTY - {"clerk"}


@pytest.fixture
def clock(monkeypatch):
    """Set the moment that every page and service takes for now."""

    def at(moment_):
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment_)
        return moment_

    at(AT)
    return at


@pytest.fixture
def ticket(cast, clock) -> Opinion:
    found, _code = entry(cast, name=NAME, phone=PHONE, photos=[photo((400, 300))])
    return found


def seen_by(cast) -> set[str]:
    return {role for role in ROLES if Opinion.objects.visible_to(getattr(cast, role)).exists()}


def api(user) -> APIClient:
    client = APIClient()
    client.default_format = "json"
    client.force_authenticate(user)
    return client


def accepted(cast, ticket) -> Opinion:
    return move_opinion(opinion=ticket, move="accept", actor=cast.clerk, at=AT, category=Category.ROAD)


# --- Every role -------------------------------------------------------------------------------------------------


def test_until_it_is_checked_it_is_the_clerks(cast, ticket):
    assert seen_by(cast) == {"clerk"}


def test_an_overdue_one_is_the_countys_too(cast, ticket, clock):
    clock(moment(ticket.due_on))
    assert seen_by(cast) == {"clerk"}
    clock(moment(ticket.due_on + timedelta(days=1)))
    assert seen_by(cast) == {"clerk"} | COUNTY


def test_checked_it_is_seen_as_any_other(cast, ticket):
    ordinary = register_opinion(branch=cast.gt01, matter=Matter("路灯不亮"), actor=cast.clerk, at=AT)
    accepted(cast, ticket)
    for role in ROLES:
        user = getattr(cast, role)
        rows = set(Opinion.objects.visible_to(user))
        assert (ticket in rows) == (ordinary in rows), role
    assert {"auditor", "head", "staff"} <= seen_by(cast)


@pytest.mark.parametrize("move", ["refuse", "void"])
def test_refused_or_void_it_is_seen_as_any_other(cast, ticket, move):
    move_opinion(opinion=ticket, move=move, actor=cast.clerk, at=AT, note="与本站无关")
    assert seen_by(cast) == {"clerk", "auditor", "head"} | COUNTY


def test_a_clerk_who_also_serves_elsewhere_sees_only_the_own_ones(cast, ticket):
    appoint(user=cast.clerk, role=Role.AUDITOR, station=cast.county, started_on=DAY, actor=cast.admin)
    other, _code = entry(cast, branch=cast.yt01)
    assert set(Opinion.objects.visible_to(cast.clerk)) == {ticket}
    assert set(Opinion.objects.visible_to(cast.stranger)) == {other}


def test_what_the_county_took_in_itself_is_not_hidden(cast, clock):
    handed = HandedIn(Kind.OPINION, cast.gt01, None, "", "路灯不亮", Category.OTHER, DAY)
    take_in(entry=handed, actor=cast.staff, at=AT)
    assert seen_by(cast) == {"clerk", "auditor", "head"} | COUNTY


# --- Every door -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_pages_lists_searches_and_files_agree(cast, ticket, signed_in, role):
    user, client = getattr(cast, role), signed_in(getattr(cast, role))
    sees = role == "clerk"
    listed = client.get(reverse("opinions"), {"q": "塌陷"})
    assert (listed.status_code == 200 and str(ticket.uid) in listed.text) == sees
    photo_of = HopFile.objects.get()
    for address in (
        reverse("opinion", args=[ticket.uid]), reverse("opinion-clock", args=[ticket.uid]),
        reverse("opinion-file", args=[ticket.uid, photo_of.uid]),
    ):  # fmt: skip
        assert (client.get(address).status_code == 200) == sees, address
    for name in ("accept", "void"):
        if not sees:
            assert client.post(reverse("opinion-move", args=[ticket.uid, name]), {"note": "x"}).status_code in (
                403,
                404,
            )
    caller = api(user)
    rows = caller.get("/api/v1/opinions/?q=塌陷").json()["results"]
    assert [row["uid"] for row in rows] == [str(ticket.uid)] * sees
    for path in ("", "history/", "moves/"):
        assert (caller.get(f"/api/v1/opinions/{ticket.uid}/{path}").status_code == 200) == sees, path
    assert caller.post(f"/api/v1/opinions/{ticket.uid}/moves/", {"move": "urge"}).status_code == (409 if sees else 404)


@pytest.mark.parametrize("role", ["clerk", "staff", "stranger", "auditor", "officer"])
def test_the_file_of_the_list_has_what_the_list_has(cast, ticket, signed_in, role):
    answer = signed_in(getattr(cast, role)).get(reverse("opinions-export"))
    assert answer.status_code == 200
    cells = [cell for row in load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values for cell in row]
    assert (WORDS in cells) == (role == "clerk")


def test_what_is_typed_is_compared_with_what_one_sees(cast, ticket):
    assert similar_tickets(text=WORDS, user=cast.clerk, branch=cast.gt01) == [ticket]
    for role in OTHERS | COUNTY:
        assert similar_tickets(text=WORDS, user=getattr(cast, role)) == [], role
    other = register_opinion(branch=cast.gt01, matter=Matter(f"{WORDS}了"), actor=cast.clerk, at=AT)
    assert look_alikes(ticket=other, user=cast.clerk) == [ticket]
    assert look_alikes(ticket=other, user=cast.staff) == []


def test_nobody_merges_into_what_they_do_not_see(cast, ticket):
    other = register_opinion(branch=cast.gt01, matter=Matter("路灯不亮"), actor=cast.clerk, at=AT)
    unknown = "没有找到要并入的那一件"
    with pytest.raises(DomainError, match=unknown):
        move_opinion(opinion=other, move="merge", actor=cast.staff, at=AT, into=ticket)
    move_opinion(opinion=other, move="merge", actor=cast.clerk, at=AT, into=ticket)
    other.refresh_from_db()
    assert other.state == State.MERGED


# --- Figures ----------------------------------------------------------------------------------------------------


def figures(cast, on: date) -> dict[str, int]:
    """How many opinions each of the figures counts for the county, in March, and how many are late."""
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    lines = read_figures(Asked(first, last, on, cast.county)).places[Kind.OPINION]
    overview = count_overview(place=cast.county, period=Period.around(Span.MONTH, DAY), on=on)
    months = read_month(place=cast.county, month=first, on=on).places
    return {
        "received": sum(line.counts["received"] for line in lines),
        "overdue": sum(line.counts["overdue"] for line in lines),
        "overview": sum(counts.get("received_opinions", 0) for counts in overview["places"].values()),
        "overview, overdue": sum(counts.get("overdue", 0) for counts in overview["places"].values()),
        "categories": sum(overview["categories"].values()),
        "month": sum(row.opinions for row in months),
        "month, overdue": sum(row.overdue for row in months),
        "summary": summary_of(start=first, end=last).opinions,
    }


def test_no_figure_counts_it_before_it_is_checked(cast, ticket, clock):
    late = ticket.due_on + timedelta(days=20)
    clock(moment(late))
    assert set(figures(cast, late).values()) == {0}
    accepted(cast, ticket)
    assert set(figures(cast, late).values()) == {1}


# --- The clerk --------------------------------------------------------------------------------------------------


def test_it_stands_on_the_clerks_first_page_before_all_else(cast, ticket, signed_in):
    dues = dues_of(Outlook(cast.clerk, today_here()))
    assert (dues[0].label, dues[0].number) == ("群众网上反映待核对", 1)
    client = signed_in(cast.clerk)
    assert "群众网上反映待核对" in client.get(reverse("station-home")).text
    entry(cast, branch=cast.yt01)
    register_opinion(branch=cast.gt01, matter=Matter("路灯不亮"), actor=cast.clerk, at=AT)
    assert [row.pk for row in client.get(dues[0].url).context["page"].rows] == [ticket.pk]
    accepted(cast, ticket)
    assert all(due.label != "群众网上反映待核对" for due in dues_of(Outlook(cast.clerk, today_here())))
    assert all(due.label != "群众网上反映待核对" for due in dues_of(Outlook(cast.head, today_here())))


def test_the_page_says_where_it_comes_from_and_takes_a_category(cast, ticket, signed_in):
    client = signed_in(cast.clerk)
    text = client.get(reverse("opinion", args=[ticket.uid])).text
    photo_of = HopFile.objects.get()
    for words in (
        "群众网上反映",
        "还没核对",
        "核对以前只有本站看得到",
        NAME,
        reverse("opinion-file", args=[ticket.uid, photo_of.uid]),
    ):
        assert words in text, words
    for move in ("accept", "refuse", "merge", "void"):
        assert reverse("opinion-move", args=[ticket.uid, move]) in text, move
    assert 'value="road" selected' in text  # guessed from the words
    answer = client.post(
        reverse("opinion-move", args=[ticket.uid, "accept"]),
        {"category": "water", "version": ticket.version},
        follow=True,
    )
    ticket.refresh_from_db()
    assert (ticket.state, ticket.category) == (State.AT_BRANCH, Category.WATER)
    assert "还没核对" not in answer.text and "群众网上反映" in answer.text


def test_a_category_that_is_none_is_refused_at_every_door(cast, ticket, signed_in):
    address = reverse("opinion-move", args=[ticket.uid, "accept"])
    answer = signed_in(cast.clerk).post(address, {"category": "moon", "version": ticket.version})
    assert answer.status_code == 400 and "类别请从列表里选" in answer.text
    assert (
        api(cast.clerk)
        .post(f"/api/v1/opinions/{ticket.uid}/moves/", {"move": "accept", "category": "moon"})
        .status_code
        == 400
    )
    with pytest.raises(DomainError, match="类别请从列表里选"):
        move_opinion(opinion=ticket, move="accept", actor=cast.clerk, at=AT, category="moon")
    answer = api(cast.clerk).post(f"/api/v1/opinions/{ticket.uid}/moves/", {"move": "accept", "category": "water"})
    assert (answer.status_code, answer.json()["category"]) == (200, "water")


def test_who_accepts_a_suggestion_is_not_asked_for_a_category(cast, clock, signed_in):
    made = file_suggestion(deputy=cast.deputy_person, text="修桥", category="road", actor=cast.deputy, at=AT)
    text = signed_in(cast.clerk).get(reverse("opinion", args=[made.uid])).text
    assert reverse("opinion-move", args=[made.uid, "accept"]) in text and 'id="accept_category"' not in text


def test_a_department_never_learns_who_it_was(cast, clock, signed_in):
    ticket, _code = entry(cast, f"{WORDS},请找{NAME}", name=NAME, phone=PHONE, confidential=True)
    for actor, name, facts in (
        (cast.clerk, "accept", {}), (cast.clerk, "escalate", {}), (cast.clerk, "escalate", {}),
        (cast.staff, "transfer", {"department": cast.jiaotong}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=name, actor=actor, at=AT, **facts)
    text = signed_in(cast.officer).get(reverse("opinion", args=[ticket.uid])).text
    assert WORDS in text and NAME not in text and PHONE not in text


# --- Warnings ---------------------------------------------------------------------------------------------------


def told_on(day: date) -> set[str]:
    Notice.objects.all().delete()
    sweep_deadlines(at=moment(day, 7))
    return set(Notice.objects.values_list("user__username", flat=True))


def test_the_sweep_warns_the_clerk_and_the_county_when_it_is_late(cast, ticket):
    day, warned = DAY, set()
    while day <= ticket.due_on:
        warned |= told_on(day)
        day += timedelta(days=1)
    assert warned == {"guanting"}
    assert told_on(day) == {"guanting", "xian", "xian2"}


def test_lists_cost_the_same_with_one_and_three(cast, clock, signed_in, django_assert_max_num_queries):
    client = signed_in(cast.clerk)
    found = []
    for number in (1, 3):
        while Opinion.objects.count() < number:
            entry(cast, f"{WORDS}{Opinion.objects.count()}")
        client.get(reverse("opinions"))
        with django_assert_max_num_queries(60) as queries:
            client.get(reverse("opinions"), {"web": "1"})
        found.append(len(queries))
    assert found[0] == found[1]


def test_the_page_costs_the_same_with_one_and_three_photos(cast, clock, signed_in, django_assert_max_num_queries):
    client, found = signed_in(cast.clerk), []
    for photos in (1, 3):
        ticket, _code = entry(cast, f"{WORDS}{photos}", photos=[photo((60, 40))] * photos)
        move_opinion(opinion=ticket, move="accept", actor=cast.clerk, at=AT)
        client.get(reverse("opinion", args=[ticket.uid]))
        with django_assert_max_num_queries(80) as queries:
            client.get(reverse("opinion", args=[ticket.uid]))
        found.append(len(queries))
    assert found[0] == found[1]
