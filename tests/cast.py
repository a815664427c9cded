"""The cast of the tests: one small county, built through the services, with everyone who uses the system.

Two stations (官亭镇 GT, 阎疃镇 YT) with three branches; the clerk of YT is the stranger of all scoping tests.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from deputies.models import Deputy
from deputies.services import add_deputy, assign_to_branch, grant_mandate, link_account, record_consent
from deputies.states import MandateLevel, MembershipRole
from julu_liaison.accounts.models import User
from julu_liaison.accounts.services import open_account
from scoring.services import open_scheme
from stations.models import Department, Station, Village
from stations.services import add_department, add_village, appoint, open_station
from stations.states import Role
from tests.remembered import Remembered

PASSWORD = "Test-pass-2026"
OPENED = date(2020, 1, 1)
SUNDAY = date(2026, 3, 1)


def moment(day: date, hour: int = 10) -> datetime:
    """Return an aware moment in the county on `day`."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass
class Cast:
    """People and places by the names the tests use."""

    county: Station
    gt: Station
    yt: Station
    gt01: Station
    gt02: Station
    yt01: Station
    village: Village
    jiaotong: Department
    shuili: Department
    admin: User
    staff: User
    system: User
    security: User
    auditor: User
    clerk: User
    stranger: User
    head: User
    deputy: User
    officer: User
    chief: User
    other_officer: User
    deputies: dict[str, list[Deputy]] = field(default_factory=dict)

    @property
    def head_person(self) -> Deputy:
        return self.deputies["GT01"][0]

    @property
    def deputy_person(self) -> Deputy:
        return self.deputies["GT01"][1]


def account(username: str, name: str, **fields) -> User:
    return open_account(
        username=username, name=name, password=PASSWORD, actor=None, must_change=False, **fields
    )


# One session's county as rows; tests/conftest.py fills it. Some 560 queries of the services a time were a third of the suite.
remembered: Remembered | None = None


def remember_cast() -> None:
    """Make the county once by the services, so that `build_cast` puts it back from then on."""
    global remembered  # noqa: PLW0603 - one a process, like its test database
    remembered = Remembered(build_by_services)


def build_cast() -> Cast:
    """Return the county in the database, with objects of the caller's own."""
    return remembered.put_back() if remembered else build_by_services()


def build_by_services() -> Cast:
    county = open_station(code="JLX", name="巨鹿县", parent=None, opened_on=OPENED, actor=None, phone="0319-0000000",
                          duty_hours="上午9:00—11:30", seats=3)  # fmt: skip
    admin = account("xian", "县管理员")
    appoint(user=admin, role=Role.COUNTY_ADMIN, station=county, started_on=OPENED, actor=None)
    gt = open_station(code="GT", name="官亭镇", parent=county, opened_on=OPENED, actor=admin, official_order=4,
                      phone="0319-0000004")  # fmt: skip
    yt = open_station(code="YT", name="阎疃镇", parent=county, opened_on=OPENED, actor=admin, official_order=5)
    gt01 = open_station(code="GT01", name="第一分站", parent=gt, opened_on=OPENED, actor=admin, address="安家庄村委会")
    gt02 = open_station(code="GT02", name="第二分站", parent=gt, opened_on=OPENED, actor=admin)
    yt01 = open_station(code="YT01", name="第一分站", parent=yt, opened_on=OPENED, actor=admin)
    people = {
        "staff": ("xian2", "县工作人员", Role.COUNTY_STAFF, county),
        "system": ("xitong", "系统管理员", Role.SYSTEM_ADMIN, county),
        "security": ("anquan", "安全管理员", Role.SECURITY_ADMIN, county),
        "auditor": ("shenji", "审计员", Role.AUDITOR, county),
        "clerk": ("guanting", "官亭工作人员", Role.CLERK, gt),
        "stranger": ("yantuan", "阎疃工作人员", Role.CLERK, yt),
    }
    users = {}
    for key, (username, name, role, place) in people.items():
        users[key] = account(username, name)
        appoint(user=users[key], role=role, station=place, started_on=OPENED, actor=admin)
    jiaotong = add_department(code="jiaotong", name="县交通运输局", county=county, actor=admin, signature_needed=False)
    shuili = add_department(code="shuili", name="县水利局", county=county, actor=admin)
    for key, username, name, role, office in (
        ("officer", "jiaotong", "交通经办人", Role.DEPARTMENT_OFFICER, jiaotong),
        ("chief", "jiaotong2", "交通负责人", Role.DEPARTMENT_HEAD, jiaotong),
        ("other_officer", "shuili", "水利经办人", Role.DEPARTMENT_OFFICER, shuili),
    ):
        users[key] = account(username, name)
        appoint(user=users[key], role=role, department=office, started_on=OPENED, actor=admin)
    village = add_village(name="安家庄村", branch=gt01, actor=admin)
    open_scheme(county=county, year=2026, actor=admin)
    users["head"], users["deputy"] = account("zhanzhang", "站长账号"), account("daibiao", "代表账号")
    cast = Cast(
        county=county, gt=gt, yt=yt, gt01=gt01, gt02=gt02, yt01=yt01, village=village, jiaotong=jiaotong,
        shuili=shuili, admin=admin, **users,
    )  # fmt: skip
    for branch, names in (
        (gt01, ("赵站长", "李代表", "陈卫", "周春生")),
        (gt02, ("钱站长", "王芳")),
        (yt01, ("孙站长", "马强")),
    ):
        cast.deputies[branch.code] = [
            make_deputy(cast, name, branch, head=index == 0) for index, name in enumerate(names)
        ]
    link_account(deputy=cast.head_person, user=cast.head, actor=admin)
    link_account(deputy=cast.deputy_person, user=cast.deputy, actor=admin)
    return cast


def make_deputy(cast: Cast, name: str, branch: Station, *, head: bool = False, **fields) -> Deputy:
    """Register a deputy with a mandate and a membership from the opening day on."""
    number = Deputy.objects.count()
    details = {
        "employer": "官亭镇中心小学", "position": "教师", "contact_scope": "教育、道路", "gender": "男",
        "phone": f"1990000{number:04d}",
    }  # fmt: skip
    deputy = add_deputy(county=cast.county, actor=cast.admin, name=name, **(details | fields))
    level = MandateLevel.COUNTY if head else MandateLevel.TOWNSHIP
    grant_mandate(deputy=deputy, level=level, term="第十七届", started_on=OPENED, actor=cast.admin)
    role = MembershipRole.HEAD if head else MembershipRole.MEMBER
    assign_to_branch(deputy=deputy, branch=branch, role=role, started_on=OPENED, actor=cast.admin)
    return deputy


def agree(cast: Cast, deputy: Deputy, *subjects: str, on: date = OPENED) -> None:
    """Record the deputy's consent to publish `photo`, `phone` or both."""
    for subject in subjects:
        record_consent(deputy=deputy, subject=subject, given_on=on, evidence="签字同意书第1号", actor=cast.staff)


def clear_branch(cast: Cast, branch: Station, *, to: Station, on: date) -> None:
    """Assign everybody of `branch` to another one, as members, so that it can be closed."""
    for deputy in cast.deputies[branch.code]:
        assign_to_branch(deputy=deputy, branch=to, role=MembershipRole.MEMBER, started_on=on, actor=cast.staff)
