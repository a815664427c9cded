"""The demo county: figures of docs/domain.md §2, the article's year, two runs alike, real data left alone."""

import json
from collections import Counter
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from PIL import Image

from activities.models import Activity, Attendance, DutyLog, Roster, Shift
from activities.states import RosterState
from deputies.models import Constituent, Contact, Deputy, Mandate, Membership
from deputies.posters.boards import BOARD_SIZES, board_layout
from deputies.states import MandateLevel, MembershipRole
from julu_liaison.accounts.models import User
from julu_liaison.common.fonts import missing_glyphs
from julu_liaison.common.models import AuditLog, CalendarDay
from julu_liaison.management.demo import seeding, year
from julu_liaison.management.demo.matters import MATTERS
from julu_liaison.management.demo.names import NameGiver
from julu_liaison.management.demo.people import branch_sizes
from julu_liaison.management.demo.seeding import Period
from julu_liaison.management.demo.words import WHERE
from opinions.models import Hop, Opinion
from opinions.states import State
from scoring.models import PointEntry, Rule
from scoring.services import rescore
from stations.models import Department, Posting, Station, Village
from stations.services import check_tree, open_station
from stations.states import Level, Role

TODAY = date(2026, 3, 2)  # a Monday
LIVED_FROM = date(2025, 12, 1)
PASSWORD = "Julu-demo-2026"
SPLIT = {"JL": 12, "WHZ": 8, "XGC": 5, "GT": 7, "YT": 7, "XLZ": 6, "SJY": 7, "GZ": 6, "DC": 5, "ZWT": 7, "KFQ": 2}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def seed(stage: str, **options) -> str:
    out = StringIO()
    call_command("seed_demo", stage=stage, stdout=out, **({"today": TODAY} | options))
    return out.getvalue()


def figures(start: str, end: str, **options) -> dict:
    out = StringIO()
    call_command("summary", f"--from={start}", f"--to={end}", "--json", stdout=out, **options)
    return json.loads(out.getvalue())


def test_empty_has_places_staff_and_rules_but_no_deputies():
    printed = seed("empty")
    assert "代表(人)\t0" in printed and "联络分站\t72" in printed
    check_places()
    assert Department.objects.filter(county__code="JLX").count() == 16
    assert not Department.objects.get(code="jiaotong").signature_needed
    assert Department.objects.get(code="shuili").signature_needed
    roles = dict(Posting.objects.values_list("user__username", "role"))
    assert roles["xian"] == Role.COUNTY_ADMIN and roles["xian2"] == Role.COUNTY_STAFF and roles["shenji"] == Role.AUDITOR
    assert roles["jiaotong"] == Role.DEPARTMENT_OFFICER and roles["jiaotong2"] == Role.DEPARTMENT_HEAD
    clerks = dict(Posting.objects.filter(role=Role.CLERK).values_list("station__code", "user__username"))
    assert clerks["GT"] == "guanting" and clerks["YT"] == "yantuan" and len(clerks) == 11
    assert not User.objects.filter(username__in=["zhanzhang", "daibiao"]).exists()
    user = User.objects.get(username="xian")
    assert user.check_password(PASSWORD) and not user.must_change_password
    assert not Deputy.objects.exists() and not Shift.objects.exists() and not Opinion.objects.exists()
    assert CalendarDay.objects.get(date=date(2026, 2, 17)).kind == CalendarDay.Kind.HOLIDAY
    assert CalendarDay.objects.get(date=date(2026, 2, 14)).kind == CalendarDay.Kind.WORKDAY
    assert Rule.objects.filter(version__scheme__year=TODAY.year).exists()


def check_places():
    assert Station.objects.centres().get().code == "JLX" and Station.objects.centres().get().is_demo
    branches = Station.objects.branches()
    assert Counter(branches.values_list("parent__code", flat=True)) == SPLIT and branches.count() == 72
    assert Station.objects.get(code="GT01").full_name == "官亭镇人大代表联络站第一分站"
    assert Station.objects.get(code="GT").division_code == "130529103"
    assert Village.objects.count() == 291
    assert not branches.filter(villages=None).exists()
    assert Village.objects.get(name="安家庄村").branch.code == "GT01"
    assert check_tree() == []


@pytest.mark.servers  # the other stages run on SQLite
def test_running(media, monkeypatch):
    """Everything that the stage has, in a quarter of its year: the article's stage is a whole one."""
    monkeypatch.setattr(Period, "of", classmethod(lambda cls, stage, today: Period(LIVED_FROM, today)))
    seed("running")
    check_places()
    check_people(media)
    check_constituents()
    check_rosters_and_logs()
    check_tickets()
    county = Station.objects.centres().get()
    for when in (TODAY.year - 1, TODAY.year):
        assert PointEntry.objects.filter(year=when).exists()
        assert rescore(county=county, year=when, at=timezone.now(), write=False) == 0


def check_constituents():
    """Five for most county and township deputies, invented phones, contacts up to today; some were never in touch."""
    each = Counter(Constituent.objects.in_force(TODAY).values_list("deputy", flat=True))
    called = Mandate.objects.in_force(TODAY).filter(level__in=("county", "township")).values("deputy").distinct()
    assert set(each) <= set(called.values_list("deputy", flat=True)) and max(each.values()) == 5
    assert 0.7 < sum(number == 5 for number in each.values()) / called.count() < 0.9
    phones = [phone for phone in Constituent.objects.values_list("phone", flat=True) if phone]
    assert len(phones) == len(set(phones)) > 3000 and all(phone.startswith("1990000") for phone in phones)
    assert not set(phones) & set(Deputy.objects.values_list("phone", flat=True))
    days = Contact.objects.values_list("date", flat=True)
    assert 6000 < len(days) < 12000 and min(days) >= LIVED_FROM and TODAY - timedelta(days=3) < max(days) <= TODAY
    assert 0 < Constituent.objects.filter(contacts=None).count() < sum(each.values()) / 3


def check_people(media: Path):
    deputies = Deputy.objects.all()
    assert deputies.count() == 865
    levels = Counter(Mandate.objects.in_force(TODAY).values_list("level", flat=True))
    assert levels == {
        MandateLevel.PROVINCE: 2, MandateLevel.CITY: 26, MandateLevel.COUNTY: 226, MandateLevel.TOWNSHIP: 690,
    }  # fmt: skip
    sizes = Counter(Membership.objects.in_force(TODAY).values_list("branch", flat=True))
    assert len(sizes) == 72 and sum(sizes.values()) == 865
    assert min(sizes.values()) >= 9 and 12 < max(sizes.values()) <= 15
    heads = Membership.objects.in_force(TODAY).filter(role=MembershipRole.HEAD)
    assert heads.count() == 72 == heads.filter(deputy__mandates__level=MandateLevel.COUNTY).count()
    phones = set(deputies.values_list("phone", flat=True))
    assert len(phones) == 865 and all(phone.startswith("1990000") and len(phone) == 11 for phone in phones)
    texts = deputies.values_list("name", "employer", "position", "contact_scope")
    assert not missing_glyphs("".join(dict.fromkeys("".join("".join(row) for row in texts))))
    pairs = Membership.objects.values("branch", "deputy__name").annotate(n=Count("pk")).filter(n=2)
    assert pairs.count() == 1
    names = Counter(deputies.values_list("name", flat=True))
    assert 5 <= sum(count > 1 for count in names.values()) <= 12 and any("·" in name for name in names)
    assert 0.9 < deputies.exclude(photo_consent_on=None).count() / 865 < 1
    check_portraits(media, list(deputies.values_list("photo", flat=True)))
    accounts = {deputy.user.username: deputy for deputy in deputies.filter(user__isnull=False)}
    memberships = {name: deputy.memberships.get() for name, deputy in accounts.items()}
    assert memberships["zhanzhang"].role == MembershipRole.HEAD and memberships["daibiao"].role == MembershipRole.MEMBER
    assert {membership.branch.code for membership in memberships.values()} == {"GT01"}


def check_portraits(media: Path, photos: list[str]):
    assert len(set(photos)) == 865 == len(list(Path(media, "photos/demo").iterdir()))
    with Image.open(media / photos[0]) as picture:
        width, height = picture.size
    assert width * 4 == height * 3
    for size in BOARD_SIZES.values():  # sharp enough for every board, however few share it
        layouts = [board_layout(size, people) for people in range(9, min(15, size.capacity) + 1)]
        assert width >= max(layout.photo_width for layout in layouts) / 25.4 * size.photo_ppi


def check_rosters_and_logs():
    months = set(Roster.objects.filter(state=RosterState.PUBLISHED).values_list("month", flat=True))
    assert min(months) == LIVED_FROM and max(months) == date(2026, 4, 1) and len(months) == 5
    last_two = date(2026, 2, 22)
    assert not DutyLog.objects.filter(date__gte=last_two).exists()
    assert Shift.objects.filter(for_sunday__gte=last_two, date__lt=TODAY).exists()
    past = Shift.objects.filter(date__lt=last_two).count()
    assert 0.28 < DutyLog.objects.count() / past < 0.38
    statuses = Counter(Attendance.objects.values_list("status", flat=True))
    assert statuses["present"] > 0.8 * sum(statuses.values())
    assert all(statuses[status] for status in ("absent", "private_leave", "sick_leave", "substitute", "late"))
    crowded = Membership.objects.values("branch").annotate(n=Count("pk")).filter(n__gt=12)
    assert crowded.exists()  # some branches cannot give everybody a Sunday
    assert Activity.objects.held().count() == 105
    assert Activity.objects.filter(state="announced").count() == 7  # what is still to come


def check_tickets():
    states = Counter(Opinion.objects.opinions().values_list("state", flat=True))
    assert states[State.CLOSED] > 0.5 * sum(states.values())
    for state in ("registered", "at_branch", "at_station", "at_centre", "at_department", "waiting", "replied", "told", "reworking"):
        assert states[state], state
    assert Opinion.objects.overdue(TODAY).exists()
    assert Opinion.objects.filter(confidential=True).exists()
    assert Opinion.objects.values("text").distinct().count() > 0.7 * Opinion.objects.count()
    assert not Hop.objects.filter(at__date__gte=TODAY).exists()
    jumps = [
        (one.pk, other.pk)
        for ticket in Opinion.objects.prefetch_related("hops")
        for one, other in zip(list(ticket.hops.all()), list(ticket.hops.all())[1:], strict=False)
        if one.at > other.at
    ]
    assert not jumps


@pytest.mark.once
def test_article_tells_2024():
    seed("article")
    told = figures("2024-01-01", "2024-12-31")
    assert list(told) == [
        "activities", "received", "households", "logs", "opinions", "opinions_solved_in_branch",
        "opinions_to_departments", "suggestions", "leaflets", "deputies", "roles",
    ]  # fmt: skip
    exact = {"activities": 105, "opinions": 73, "opinions_solved_in_branch": 50, "opinions_to_departments": 23}
    assert exact.items() <= told.items() and told["suggestions"] == 161 and told["deputies"] == 865
    assert 600 < told["received"] < 700 and 150 < told["households"] < 200
    assert 140 < told["logs"] < 150 and 15_000 < told["leaflets"] < 16_000
    check_parts_add_up(told)
    check_road_case()


def check_parts_add_up(whole: dict):
    centre_only = Activity.objects.filter(station__level=Level.CENTRE).count()
    parts = [figures("2024-01-01", "2024-12-31", station=code) for code in SPLIT]
    assert sum(part["activities"] for part in parts) == whole["activities"] - centre_only
    for key in ("received", "logs", "opinions", "opinions_solved_in_branch", "suggestions", "deputies"):
        assert sum(part[key] for part in parts) == whole[key], key
    assert figures("2023-01-01", "2023-12-31")["logs"] == 0


def check_road_case():
    road = Opinion.objects.get(log__date=date(2024, 2, 15), branch__code="GT01")
    assert road.villager_village in ("", "安家庄村") and "安家庄村西" in road.text
    assert road.log.number.startswith("〔2024〕") and road.department.code == "jiaotong" and road.state == State.CLOSED
    moves = list(road.hops.in_order().values_list("move", flat=True))
    assert moves[:8] == ["register", "escalate", "escalate", "transfer", "sign_for", "reply", "tell", "rate"]


@pytest.fixture
def a_few_weeks(monkeypatch):
    """Make any stage live through a short time with little to do, and draw no portraits."""

    def live(first: date, today: date) -> None:
        period = Period(first, today)
        monkeypatch.setattr(Period, "of", classmethod(lambda cls, stage, today: period))

    monkeypatch.setattr(seeding, "draw_portraits", lambda rng, deputies: None)
    for name, little in (("ACTIVITIES", 12), ("SUGGESTIONS", 12), ("LOGGED", (0.1, 0.4))):
        monkeypatch.setattr(year, name, little)
    return live


@pytest.mark.once
def test_year_end_leaves_no_ticket_open(a_few_weeks):
    """The last weeks stand for the year: their tickets have to hurry."""
    a_few_weeks(date(2025, 11, 1), date(2025, 12, 31))
    seed("year_end")
    assert Opinion.objects.count() > 40
    assert not Opinion.objects.open().exists()
    assert max(Hop.objects.values_list("at", flat=True)).year == 2025
    assert PointEntry.objects.filter(year=2025).exists()


def test_periods_of_the_stages():
    assert Period.of("running", TODAY) == Period(date(2025, 3, 1), TODAY)
    assert Period.of("year_end", TODAY) == Period(date(2025, 1, 1), date(2025, 12, 31))
    assert Period.of("article", TODAY).first == date(2024, 1, 1)


def fingerprint(seed_number: int) -> list:
    """Seed, remember what came out, and take it all back."""
    with transaction.atomic():
        seed("running", seed=seed_number)
        seen = [
            list(Deputy.objects.order_by("code").values_list("code", "name", "phone", "employer")),
            list(Constituent.objects.order_by("pk").values_list("deputy__code", "name", "phone", "started_on")),
            list(Contact.objects.order_by("pk").values_list("constituent__deputy__code", "date", "form", "note")),
            list(Shift.objects.order_by("pk").values_list("branch__code", "date", "places__deputy__code")),
            list(DutyLog.objects.order_by("pk").values_list("branch__code", "date", "serial", "received", "filed_at")),
            list(Opinion.objects.order_by("pk").values_list("number", "text", "state", "due_on")),
            list(Hop.objects.order_by("pk").values_list("move", "at", "note", "actor__username")),
            sorted(PointEntry.objects.values_list("deputy__code", "points", "reason")),
        ]
        transaction.set_rollback(True)
    return seen


@pytest.mark.once
def test_the_same_seed_gives_the_same_county(a_few_weeks):
    a_few_weeks(date(2026, 2, 1), date(2026, 3, 2))
    one = fingerprint(7)
    assert all(one)
    assert fingerprint(7) == one


@pytest.mark.once
def test_another_seed_gives_other_people():
    one, other = (NameGiver().deputies(Random(number), branch_sizes(Random(number), 72)) for number in (1, 2))
    assert one != other
    assert sum(map(len, one)) == sum(map(len, other)) == 865


def test_every_line_of_a_matter_can_be_said():
    words = {"v": "安家庄村", "t": "官亭镇", "w": WHERE[0], "m": 3, "n": 4}
    for rows in MATTERS.values():
        for lines in rows:
            assert all("{" not in line.format(**words) for line in lines)
            assert len(lines[1]) >= 10 and len(lines[2]) >= 10  # the least an answer may be


def test_further_counties_carry_prefixed_codes():
    seed("empty", counties=3)
    assert set(Station.objects.centres().values_list("code", flat=True)) == {"JLX", "C02-JLX", "C03-JLX"}
    assert Station.objects.get(code="C03-GT01").county.code == "C03-JLX"
    assert all(Station.objects.centres().values_list("is_demo", flat=True)) and Station.objects.count() == 3 * 84
    assert check_tree() == []


def test_real_data_is_left_alone():
    open_station(code="JLX", name="巨鹿县", parent=None, opened_on=date(2020, 1, 1), actor=None)
    with pytest.raises(CommandError, match="正式数据"):
        seed("empty")
    assert Station.objects.count() == 1 and not User.objects.exists()


def test_a_second_run_is_refused_and_nothing_deleted():
    seed("empty")
    before = (Station.objects.count(), AuditLog.objects.count())
    with pytest.raises(CommandError, match="已经有演示县"):
        seed("empty")
    assert (Station.objects.count(), AuditLog.objects.count()) == before


def test_a_crash_leaves_nothing(monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("disk full")

    monkeypatch.setattr(seeding, "draw_portraits", broken)
    with pytest.raises(RuntimeError, match="disk full"):
        seed("empty")
    assert not Station.objects.exists() and not User.objects.exists()


def test_a_day_before_the_branches_opened_is_refused():
    with pytest.raises(CommandError, match="以后"):
        seed("running", today=date(2022, 6, 1))
    assert not Station.objects.exists()


def test_summary_refuses_unknown_places_and_turned_dates(cast):
    assert figures("2026-01-01", "2026-12-31", station="GT")["deputies"] == 6
    with pytest.raises(CommandError, match="没有编号"):
        figures("2026-01-01", "2026-12-31", station="XX")
    with pytest.raises(CommandError, match="开始日期"):
        figures("2026-12-31", "2026-01-01")
