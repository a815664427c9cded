"""The register of staff (工作人员名册): a row is one posting (岗位) of one account.

Heads and deputies are not in it, their postings follow from memberships; nor are handovers (代管).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from julu_liaison.accounts.models import User
from julu_liaison.common.errors import DomainError
from julu_liaison.common.registers import (
    Entry,
    FirstPassword,
    FlatRegister,
    Known,
    Occasion,
    Report,
    RowReader,
    Step,
    told_by_row,
)
from julu_liaison.common.registers.cells import read_code, read_name, read_text
from julu_liaison.common.spreadsheets import Cell, Column, Sheet
from julu_liaison.common.texts import phone_digits, squeezed, tidy_name
from stations.models import Department, Posting, Station
from stations.permissions import can_appoint, is_county_staff
from stations.rules import PlaceBook, nearest_names
from stations.services import appoint, edit_posted_account, end_posting, open_posted_account
from stations.states import DEPARTMENT_ROLES, LEVEL_OF_ROLE, OFFICE_ROLES, Level, Role

ROLES = {role.label: role for role in OFFICE_ROLES}

ACCOUNT = Column(
    "username",
    "账号",
    ("登录账号", "用户名", "登录名"),
    required=True,
    width=16,
    help="必填。登录用的名字,一人一个,定了就不能改;一般用拼音或手机号。一个人有几个岗位就写几行。",
    example="wangxiulan",
)
NAME = Column("name", "姓名", ("名字",), required=True, width=12, help="必填。", example="王秀兰")
PHONE = Column(
    "phone", "手机", ("手机号", "电话", "联系电话", "手机号码"), width=15, help="11位手机号。", example="19900001234"
)
ROLE = Column(
    "role", "岗位", ("角色", "职务"), required=True, width=18, choices=tuple(ROLES), help="必填。从下拉列表里选。",
    example="联络站工作人员",
)  # fmt: skip
STATION = Column(
    "station", "联络站", ("所属联络站", "乡镇", "乡镇联络站", "站点"), width=16,
    help="联络站工作人员必填,如 官亭镇。县级的岗位空着。", example="官亭镇",
)  # fmt: skip
OFFICE = Column(
    "department", "承办部门", ("部门", "部门名称", "单位"), width=24, help="部门的岗位必填,名称见“承办部门”表。",
    example="",
)  # fmt: skip
STARTED = Column(
    "started_on", "开始日期", ("任职日期", "起始日期", "到岗日期"), width=12,
    help="空着就从上传时填的起始日期算起。登记过的不能改。", example="2026-03-01",
)  # fmt: skip
ENDED = Column(
    "ended_on", "结束日期", ("离岗日期", "截止日期"), width=12, help="最后一天,含当天。还在岗的空着。", example=""
)  # fmt: skip
OFFICE_COLUMNS = (Column("name", "承办部门", width=30), Column("code", "编号", width=16))


@dataclass
class StaffBook:
    """What rows are read with: places and departments by name, the accounts of the county, the names others use."""

    places: PlaceBook
    departments: dict[str, Department]
    accounts: dict[str, User]
    taken: set[str]


class StaffRegister(FlatRegister):
    kind = "staff"
    title = "工作人员名册"
    noun = "工作人员"
    unit = "个岗位"
    purpose = "县、联络站、承办部门工作人员的账号和岗位。新账号的首次密码导入后下载一次。"
    columns = (ACCOUNT, NAME, PHONE, ROLE, STATION, OFFICE, STARTED, ENDED)
    is_countywide = True
    key_column = ACCOUNT
    code_column = ACCOUNT.title
    name_column = NAME.title
    place_column = ROLE.title
    missing_advice = "登记过这些在岗的,名册里没有;他们不改动,离岗的请在名册里填结束日期,或在账号里办"
    import_refusal = "工作人员名册由管理岗位的县级管理员导入,请联系他们。"
    export_refusal = "工作人员名册按全县导出,由县人大办公室办理。"
    is_dated = True

    def may_import(self, actor, county: Station) -> bool:
        return can_appoint(actor, county.pk)

    def may_export(self, actor, place: Station) -> bool:
        return place.pk == place.county_id and (is_county_staff(actor, place.pk) or can_appoint(actor, place.pk))

    def lists(self, county: Station, on: date) -> list[Sheet]:
        offices = Department.objects.filter(county=county, is_active=True)
        return [Sheet("承办部门", "承办部门", OFFICE_COLUMNS, [(office.name, office.code) for office in offices])]

    def rows(self, place: Station, on: date) -> list[list[str | int]]:
        postings = [row for row in _postings(place) if _stands(row, on) and row.user.is_active]
        return [_row(posting) for posting in postings]

    def books(self, occasion: Occasion) -> StaffBook:
        county = occasion.county
        departments = {}
        for office in Department.objects.filter(county=county):
            departments |= {squeezed(office.name): office, squeezed(office.code): office}
        accounts = {user.username: user for user in _accounts(county)}
        taken = set(User.objects.values_list("username", flat=True))
        places = PlaceBook(county, Station.objects.open_in(county, occasion.today))
        return StaffBook(places, departments, accounts, taken - set(accounts))

    def entry(self, reader: RowReader, books: StaffBook, occasion: Occasion) -> Entry | None:
        username = reader.filled_text(ACCOUNT, _longest("username"), read_code)
        if username in books.taken:
            reader.refuse(ACCOUNT, "这个账号已经有人用了,请换一个。")
        values: dict[str, Any] = {
            "name": reader.filled_text(NAME, _longest("name"), read_name),
            "phone": reader.phone(PHONE),
            "started_on": reader.day(STARTED),
            "ended_on": reader.day(ENDED),
        }
        role = reader.filled(ROLE, _role_of)
        place = _place_of(reader, role, books) if role else None
        if not reader.is_sound or not username or not values["name"] or place is None:
            return None
        key = (username, role, type(place), place.pk, values["started_on"])
        said = {key: value for key, value in values.items() if value}
        label = f"{Role(role).label} {place.name}"
        return _StaffEntry(
            reader.row, key, values["name"], label, said, username=username, role=role, seat=place,
            account=books.accounts.get(username),
        )  # fmt: skip

    def registered(self, occasion: Occasion) -> list[Known]:
        return [_known(posting, occasion.today) for posting in _postings(occasion.county)]

    def match(self, entries: Sequence[Any], known: list[Known], report: Report) -> dict[int, Known]:
        """The posting with the row's first day, or else the one that stands."""
        postings = defaultdict(list)
        for one in known:
            postings[one.key].append(one)
        matched = {}
        for entry in entries:
            here = postings[entry.key[:-1]]
            begun = [one for one in here if one.values["started_on"] == entry.values.get("started_on")]
            if found := begun or [one for one in here if one.is_expected]:
                matched[entry.row.number] = found[-1]
        return matched

    def step(self, entry: Any, known: Known | None) -> Step:
        step = super().step(entry, known)
        if known is None and entry.account:
            self.compare(step, _account_values(entry.account))
        return step

    def check_steps(self, steps: list[Step], known: list[Known], occasion: Occasion, report: Report) -> None:
        rows_of: dict[str, list[Step]] = defaultdict(list)
        for step in steps:
            rows_of[step.entry.username].append(step)
        for rows in rows_of.values():
            _demand_one_person(rows, report)
        periods = defaultdict(list)
        for one in known:
            periods[one.key].append((one.values["started_on"], one.values["ended_on"]))
        for step in steps:
            _check_posting(step, periods[step.entry.key[:-1]], occasion, report)

    def write(self, steps: Sequence[Step], occasion: Occasion) -> list[FirstPassword]:
        writer = _Writer(occasion)
        for step in steps:
            with told_by_row(step.entry.row.number, step.entry.name):
                writer.write(step)
        return writer.passwords


@dataclass
class _StaffEntry(Entry):
    """A row with the posting it names, and the account if it is there already."""

    username: str = ""
    role: str = ""
    seat: Any = None
    account: User | None = None


class _Writer:
    """Writes one step after another; an account opened for one row serves the next."""

    def __init__(self, occasion: Occasion):
        self.occasion = occasion
        self.accounts: dict[str, User] = {}
        self.passwords: list[FirstPassword] = []

    def write(self, step: Step) -> None:
        entry, actor = step.entry, self.occasion.actor
        account = self.accounts.get(entry.username) or entry.account
        if account:
            self._edit(account, entry)
        posting = step.known.record if step.known else self._appoint(entry, account)
        ended_on = entry.values.get("ended_on")
        if ended_on and posting.ended_on != ended_on:
            end_posting(posting=posting, ended_on=ended_on, actor=actor)

    def _edit(self, account: User, entry: _StaffEntry) -> None:
        registered = _account_values(account)
        details = {key: entry.values.get(key) or before for key, before in registered.items()}
        changed = {key: value for key, value in details.items() if value != registered[key]}
        if changed:
            edit_posted_account(account=account, actor=self.occasion.actor, **changed)

    def _appoint(self, entry: _StaffEntry, account: User | None) -> Posting:
        actor = self.occasion.actor
        started_on = entry.values.get("started_on") or self.occasion.started_on
        place = {"department" if entry.role in DEPARTMENT_ROLES else "station": entry.seat}
        if account is None:
            phone = entry.values.get("phone", "")
            account, password = open_posted_account(
                username=entry.username, name=entry.name, phone=phone, role=entry.role, started_on=started_on,
                actor=actor, **place,
            )  # fmt: skip
            self.passwords.append(FirstPassword(entry.username, entry.name, password))
            posting = account.postings.get()
        else:
            posting = appoint(user=account, role=entry.role, started_on=started_on, actor=actor, **place)
        self.accounts[entry.username] = account
        return posting


STAFF = StaffRegister()


def _role_of(cell: Cell) -> Role:
    text = squeezed(cell.text)
    if text in (Role.BRANCH_HEAD.label, Role.DEPUTY.label, "站长", "代表"):
        raise DomainError("站长和代表的岗位跟着驻站走,请用代表名册导入。")
    if text not in ROLES:
        names = "、".join(nearest_names(text, list(ROLES)))
        raise DomainError(f"没有叫“{text}”的岗位,请改成其中一个:{names}。")
    return ROLES[text]


def _place_of(reader: RowReader, role: Role, books: StaffBook) -> Station | Department | None:
    if role in DEPARTMENT_ROLES:
        return reader.filled(OFFICE, _department_of, books.departments)
    if LEVEL_OF_ROLE[role] == Level.TOWNSHIP:
        return reader.filled(STATION, lambda cell: books.places.station(read_text(cell)))
    county = books.places.county
    if not reader.row[STATION.key].is_blank:
        reader.value(STATION, _demand_county, county)
    return county


def _department_of(cell: Cell, departments: dict[str, Department]) -> Department:
    text = squeezed(cell.text)
    if text not in departments:
        names = "、".join(nearest_names(text, list(dict.fromkeys(office.name for office in departments.values()))))
        raise DomainError(f"没有叫“{text}”的承办部门,请改成其中一个:{names or '(还没有部门)'}。")
    return departments[text]


def _demand_county(cell: Cell, county: Station) -> Station:
    if squeezed(cell.text) not in (squeezed(county.name), squeezed(county.full_name), county.code):
        raise DomainError(f"这个岗位设在{county.name},请把联络站这一格空着。")
    return county


def _demand_one_person(rows: Iterable[Step], report: Report) -> None:
    """Rows of one account tell the same name and phone."""
    first: dict[str, Step] = {}
    for step in rows:
        for column in (NAME, PHONE):
            value = step.entry.values.get(column.key)
            other = first.setdefault(column.key, step) if value else step
            if other is not step and other.entry.values[column.key] != value:
                message = f"和第{other.entry.row.number}行是同一个账号,{column.title}却不同,请改成一样的。"
                report.refuse(step.entry.row, column, message)


def _check_posting(step: Step, periods: list[tuple[date, date | None]], occasion: Occasion, report: Report) -> None:
    entry, actor = step.entry, occasion.actor
    moves = step.known is None or "ended_on" in step.changes
    if actor is not None and moves and entry.username == actor.username:
        report.refuse(entry.row, ROLE, "不能改自己的岗位,请由另一位管理员办理。")
    if "started_on" in step.changes:
        begun = step.known.values["started_on"]
        report.refuse(entry.row, STARTED, f"这个岗位登记的开始日期是{begun},不能改,请照登记的填或空着。")
    start = step.known.values["started_on"] if step.known else entry.values.get("started_on", occasion.started_on)
    end = entry.values.get("ended_on")
    if end and end < start:
        report.refuse(entry.row, ENDED, f"结束日期不能早于开始日期{start}。")
    if step.known is None:
        _check_new_posting(entry, (start, end), periods, report)
        periods.append((start, end))


def _check_new_posting(entry: _StaffEntry, period, periods: list, report: Report) -> None:
    if entry.account and not entry.account.is_active:
        report.refuse(entry.row, ACCOUNT, "这个账号停用了,请先在资料维护里启用。")
    start, end = period
    for begun, ended in periods:
        if (ended is None or start <= ended) and (end is None or begun <= end):
            until = f"到{ended}" if ended else "起"
            report.refuse(entry.row, STARTED, f"和登记的同一个岗位({begun}{until})日期重叠,请把开始日期填在那以后。")
            return


def _postings(county: Station) -> list[Posting]:
    """Postings of offices ever held in the county, handovers apart, in the order of roles and places."""
    postings = Posting.objects.filter(role__in=OFFICE_ROLES, stands_in_for=None).select_related(
        "user", "station", "department"
    )
    rows = [*postings.filter(station__county=county), *postings.filter(department__county=county)]
    return sorted(rows, key=_official_place)


def _official_place(posting: Posting):
    place = posting.station or posting.department
    role = OFFICE_ROLES.index(Role(posting.role))
    return role, place.official_order, place.code, posting.user.username, posting.started_on, posting.pk


def _accounts(county: Station) -> list[User]:
    """Accounts of whoever serves, or has served, in the county: the ones that `can_manage_account` means."""
    served = Q(postings__station__county=county) | Q(postings__department__county=county)
    return list(User.objects.filter(served).distinct())


def _stands(posting: Posting, on: date) -> bool:
    return posting.ended_on is None or posting.ended_on >= on


def _known(posting: Posting, today: date) -> Known:
    place = posting.station or posting.department
    label = f"{posting.get_role_display()} {place.name}"
    values = _account_values(posting.user) | {"started_on": posting.started_on, "ended_on": posting.ended_on}
    key = (posting.user.username, posting.role, type(place), place.pk)
    stands = _stands(posting, today) and posting.user.is_active
    return Known(posting, key, posting.user.name, label, values, code=posting.user.username, is_expected=stands)


def _account_values(user: User) -> dict[str, str]:
    return {"name": tidy_name(user.name), "phone": phone_digits(user.phone)}


def _row(posting: Posting) -> list[str | int]:
    user = posting.user
    return [
        user.username, user.name, user.phone, posting.get_role_display(),
        posting.station.name if posting.station else "", posting.department.name if posting.department else "",
        posting.started_on.isoformat(), posting.ended_on.isoformat() if posting.ended_on else "",
    ]  # fmt: skip


def _longest(field: str) -> int | None:
    return User._meta.get_field(field).max_length
