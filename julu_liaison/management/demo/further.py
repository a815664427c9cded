"""Further counties of a deployment, there for their size: places, deputies, a month of rosters and some logs."""

from datetime import date
from random import Random

from dateutil.relativedelta import relativedelta

from julu_liaison.management.demo.county import Demo
from julu_liaison.management.demo.names import NameGiver
from julu_liaison.management.demo.people import elect
from julu_liaison.management.demo.places import OPENED, build_places, chinese_number, settle_villages
from julu_liaison.management.demo.staff import appoint_for_further_county, open_demo_account
from julu_liaison.management.demo.year import Year
from scoring.services import open_scheme
from stations.models import Station

LOGGED = (0.05, 0.25)


def build_further_county(rng: Random, number: int, *, today: date, with_people: bool) -> Station:
    """Build county `number` (2, 3, …); its codes begin with `C02-`, `C03-`, …"""
    prefix = f"C{number:02d}-"
    name = f"演示{chinese_number(number) if number < 20 else number}县"
    admin = open_demo_account(f"{prefix.lower()}xian", f"{name}管理员")
    demo = build_places(rng, admin=admin, staff=admin, prefix=prefix, name=name)
    appoint_for_further_county(demo)
    settle_villages(demo)
    open_scheme(county=demo.centre, year=today.year, actor=admin)
    if with_people:
        elect(rng, demo, NameGiver(), with_contacts=False)
        _serve_a_month(rng, demo, today)
    return demo.centre


def _serve_a_month(rng: Random, demo: Demo, today: date) -> None:
    first = max((today - relativedelta(months=1)).replace(day=1), OPENED)
    year = Year.of(demo, rng, first=first, today=today)
    year.publish_rosters(first)
    year.hold_some(LOGGED)
    year.happen()
