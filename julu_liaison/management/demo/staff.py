"""Accounts of everybody who works with the demo county, deputies apart."""

from random import Random

from deputies.services import link_account
from julu_liaison.accounts.models import User
from julu_liaison.accounts.services import open_account
from julu_liaison.management.demo.county import Demo
from julu_liaison.management.demo.names import NameGiver
from julu_liaison.management.demo.places import DEPARTMENTS, OPENED, ROAD_BRANCH, TOWNSHIPS, add_departments
from stations.services import appoint
from stations.states import Role

PASSWORD = "Julu-demo-2026"  # noqa: S105 - printed in the contract; demo data only


def open_demo_account(username: str, name: str, *, phone: str = "") -> User:
    """Open an account with the demo password, which need not be changed."""
    return open_account(username=username, name=name, password=PASSWORD, actor=None, must_change=False, phone=phone)


def appoint_county_staff(rng: Random, demo: Demo, names: NameGiver) -> None:
    """Give the county's accounts their postings, and hire an auditor. The first posting comes from the system."""
    appoint(user=demo.admin, role=Role.COUNTY_ADMIN, station=demo.centre, started_on=OPENED, actor=None)
    auditor = open_demo_account("shenji", names.person(rng).name)
    for user, role in ((demo.staff, Role.COUNTY_STAFF), (auditor, Role.AUDITOR)):
        appoint(user=user, role=role, station=demo.centre, started_on=OPENED, actor=demo.admin)


def hire_clerks(rng: Random, demo: Demo, names: NameGiver) -> None:
    for township, row in zip(demo.townships, TOWNSHIPS, strict=True):
        clerk = open_demo_account(row[4], names.person(rng).name)
        appoint(user=clerk, role=Role.CLERK, station=township, started_on=OPENED, actor=demo.admin)
        demo.clerks[township.pk] = clerk


def hire_departments(rng: Random, demo: Demo, names: NameGiver) -> None:
    """Register the departments, each with an officer (经办人, named as its code) and a head (负责人, code + 2)."""
    add_departments(demo)
    for code, _name in DEPARTMENTS:
        department = demo.departments[code]
        for kept, username, role in (
            (demo.officers, code, Role.DEPARTMENT_OFFICER),
            (demo.chiefs, f"{code}2", Role.DEPARTMENT_HEAD),
        ):
            kept[code] = open_demo_account(username, names.person(rng).name)
            appoint(user=kept[code], role=role, department=department, started_on=OPENED, actor=demo.admin)


def give_deputies_accounts(demo: Demo) -> None:
    """`zhanzhang` is the head of GT01, `daibiao` one of its members."""
    members = demo.members[demo.branch(ROAD_BRANCH).pk]
    for username, deputy in zip(("zhanzhang", "daibiao"), members, strict=False):
        user = open_demo_account(username, deputy.name, phone=deputy.phone)
        link_account(deputy=deputy, user=user, actor=demo.admin)


def appoint_for_further_county(demo: Demo) -> None:
    """Two accounts are enough for a county that is there for its size: an administrator, a clerk of all stations."""
    appoint(user=demo.admin, role=Role.COUNTY_ADMIN, station=demo.centre, started_on=OPENED, actor=None)
    clerk = open_demo_account(f"{demo.prefix.lower()}lianluo", f"{demo.centre.name}联络员")
    for township in demo.townships:
        appoint(user=clerk, role=Role.CLERK, station=township, started_on=OPENED, actor=demo.admin)
        demo.clerks[township.pk] = clerk
