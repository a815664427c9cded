"""Building the demo county, stage by stage, in one transaction: a crash leaves nothing behind."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from dateutil.relativedelta import relativedelta
from django.db import transaction

from activities.models import Activity, DutyLog, Shift
from deputies.models import Constituent, Contact, Deputy, Mandate
from julu_liaison.accounts.models import User
from julu_liaison.common.announcing import bulk_load
from julu_liaison.common.errors import Conflict, DomainError
from julu_liaison.common.holidays import load_holidays
from julu_liaison.management.demo import article, points, proposals, questions
from julu_liaison.management.demo.constituents import get_acquainted
from julu_liaison.management.demo.county import Demo, moment
from julu_liaison.management.demo.entries import send_in
from julu_liaison.management.demo.further import build_further_county
from julu_liaison.management.demo.names import NameGiver
from julu_liaison.management.demo.people import elect
from julu_liaison.management.demo.places import OPENED, build_places, settle_villages
from julu_liaison.management.demo.portraits import draw_portraits
from julu_liaison.management.demo.staff import (
    appoint_county_staff,
    give_deputies_accounts,
    hire_clerks,
    hire_departments,
    open_demo_account,
)
from julu_liaison.management.demo.year import live_through
from opinions.models import Opinion
from scoring.models import PointEntry
from scoring.services import open_scheme, rescore
from stations.models import Department, Station, Village

STAGES = ("empty", "running", "year_end", "article")
EARLIEST = date(2023, 2, 1)  # a year of duty before it lies after the branches were opened


@dataclass(frozen=True)
class Period:
    """From the first day of duty up to the day on which the county is looked at."""

    first: date
    today: date

    @classmethod
    def of(cls, stage: str, today: date) -> "Period":
        if stage == "year_end":
            return cls(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31))
        if stage == "article":
            return cls(article.FIRST, article.AFTER - timedelta(days=1))
        if stage == "empty":
            return cls(today, today)
        return cls((today - relativedelta(months=12)).replace(day=1), today)


def seed(*, stage: str, seed: int, today: date, counties: int = 1) -> dict[str, int]:
    """Build the demo county and return what there is now, by Chinese words.

    Raises Conflict when the database has a county already: real data is never touched, and demo data is never
    deleted to make room.
    """
    refuse_taken_database()
    if today < EARLIEST:
        raise DomainError(f"演示数据的日期要在{EARLIEST:%Y年%m月%d日}以后。")
    rng = Random(seed)
    with bulk_load(), transaction.atomic():
        demo = _build_county(rng, stage, Period.of(stage, today), today)
        for number in range(2, counties + 1):
            build_further_county(rng, number, today=today, with_people=stage != "empty")
        _rescore(today)
        if stage == "running":
            questions.ask_for_reviews(demo, today=today)
        elif stage == "year_end":
            points.publish(demo, year=today.year - 1, today=today)
        draw_portraits(rng, [deputy for people in demo.members.values() for deputy in people])
    return what_there_is()


def refuse_taken_database() -> None:
    real = Station.objects.centres().filter(is_demo=False).first()
    if real:
        raise Conflict(f"这个数据库里有正式数据({real.name}),不能放演示数据,请换一个空的数据库。")
    if Station.objects.exists():
        raise Conflict("这个数据库里已经有演示县了,要重新建立请换一个空的数据库。")


def _build_county(rng: Random, stage: str, period: Period, today: date) -> Demo:
    names = NameGiver()
    admin, staff = (open_demo_account(username, names.person(rng).name) for username in ("xian", "xian2"))
    demo = build_places(rng, admin=admin, staff=staff)
    appoint_county_staff(rng, demo, names)
    hire_clerks(rng, demo, names)
    hire_departments(rng, demo, names)
    settle_villages(demo)
    load_holidays(first_year=OPENED.year, actor=demo.admin)
    for year in range(period.first.year, today.year + 1):
        open_scheme(county=demo.centre, year=year, actor=demo.admin, at=moment(date(year, 1, 2)))
    proposals.convene(demo, first=period.first, today=today)
    proposals.choose_directors(rng, demo, names)
    proposals.keep_sample_answers(demo, first=period.first)
    if stage == "empty":
        return demo
    questions.set_the_bands(demo, today=today)
    elect(rng, demo, names)
    give_deputies_accounts(demo)
    if stage == "article":
        article.tell(demo, rng)
    else:
        live_through(demo, rng, first=period.first, today=period.today, must_end=stage == "year_end")
    if stage == "running":
        send_in(demo, Random(rng.getrandbits(32)), today=period.today)
    get_acquainted(demo, Random(rng.getrandbits(32)), first=period.first, today=period.today)
    return demo


def _rescore(today: date) -> None:
    """Do once what the listeners would have done after every single fact."""
    for county in Station.objects.centres():
        for year in county.schemes.values_list("year", flat=True):
            rescore(county=county, year=year, at=moment(min(today - timedelta(days=4), date(year, 12, 31)), 23))


def what_there_is() -> dict[str, int]:
    """Return the number of rows by what they are, for the command to print."""
    stations = Station.objects
    return {
        "网格指挥中心": stations.centres().count(),
        "联络站": stations.townships().count(),
        "联络分站": stations.branches().count(),
        "村(社区)": Village.objects.count(),
        "承办部门": Department.objects.count(),
        "账号": User.objects.count(),
        "代表(人)": Deputy.objects.count(),
        "代表资格(人次)": Mandate.objects.count(),
        "固定联系选民": Constituent.objects.count(),
        "联系记录": Contact.objects.count(),
        "值班": Shift.objects.count(),
        "工作日志": DutyLog.objects.count(),
        "活动": Activity.objects.count(),
        "社情民意": Opinion.objects.opinions().count(),
        "代表建议": Opinion.objects.suggestions().count(),
        "积分流水": PointEntry.objects.count(),
    }
