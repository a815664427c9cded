"""Whom and what a row names: the lead, its branch, those who sign with it, the departments."""

import re
from bisect import bisect_right
from collections import defaultdict
from datetime import date

from deputies.models import Deputy
from julu_liaison.common.errors import DomainError
from julu_liaison.common.registers import RowReader
from julu_liaison.common.registers.cells import read_text
from julu_liaison.common.spreadsheets import Cell
from julu_liaison.common.texts import clean_text, squeezed, tidy_name
from opinions.models import CongressSession
from opinions.spreadsheets import columns as c
from stations.models import Department, Station
from stations.rules.naming import PlaceBook, nearest_names

JOINTS = re.compile(r"[、,，;；/\r\n]+")
NAME_AND_PLACE = re.compile(r"(.+?)[((]([^()()]+)[))]")
OFFICE_KIND = re.compile(r"^县|局$|公司$|委员会$|中心$")


class Book:
    """The deputies with their branches, the places, departments and sessions of one county on the day `on`."""

    def __init__(self, county: Station, on: date):
        self.county = county
        self.places = PlaceBook(county, Station.objects.open_in(county, on))
        self.offices = list(Department.objects.filter(county=county, is_active=True))
        self.sessions = list(CongressSession.objects.filter(county=county).order_by("starts_on"))
        self.by_name: dict[str, list[Deputy]] = defaultdict(list)
        for deputy in Deputy.objects.filter(county=county).with_places(on):
            self.by_name[tidy_name(deputy.name)].append(deputy)

    def session_key(self, on: date) -> int | None:
        """The session that something raised on the day `on` belongs to."""
        place = bisect_right([session.starts_on for session in self.sessions], on)
        return self.sessions[place - 1].pk if place else None

    def branches_called(self, text: str) -> list[Station]:
        """The branches that `text` can mean: one with its station's name, one a station for a bare 第一分站."""
        found = []
        for station in self.places.stations:
            try:
                found.append(self.places.branch(text, station))
            except DomainError:
                continue
        return found

    def deputy(self, name: str, near: Station | None = None, place: str = "") -> Deputy:
        """The serving deputy of this name; of several the one of `place`, else of the branch `near`, else of its station.

        Raises DomainError.
        """
        named = self.by_name.get(tidy_name(name), [])
        serving = [deputy for deputy in named if deputy.membership_now]
        if place:
            here = {branch.pk for branch in self.branches_called(place)}
            serving = [deputy for deputy in serving if _branch_of(deputy).pk in here]
        elif near and len(serving) > 1:
            serving = (
                [deputy for deputy in serving if _branch_of(deputy).pk == near.pk]
                or [deputy for deputy in serving if _branch_of(deputy).parent_id == near.parent_id]
                or serving
            )
        if len(serving) == 1:
            return serving[0]
        raise DomainError(_why_nobody(name, named, serving, place))

    def office(self, text: str) -> Department:
        """`县交通运输局`, `交通运输局`, `巨鹿县交通运输局`, `jiaotong`. Raises DomainError."""
        wanted = squeezed(text).removeprefix(squeezed(self.county.name))
        exact = [office for office in self.offices if wanted in (squeezed(office.name), office.code)]
        bare = [office for office in self.offices if _bare(wanted) == _bare(office.name)]
        found = exact or bare
        if len(found) == 1:
            return found[0]
        names = "、".join(nearest_names(wanted, [office.name for office in self.offices])) or "(还没有登记部门)"
        raise DomainError(f"没有叫“{text}”的部门,请改成其中一个:{names}。")


def deputy_of(reader: RowReader, book: Book, *, needed: bool) -> Deputy | None:
    """The lead deputy of a row, told from namesakes by the branch; problems go to the reader."""
    place = reader.value(c.BRANCH, read_text) or ""

    def read(cell: Cell) -> Deputy | None:
        return book.deputy(clean_text(cell.text), place=place) if not cell.is_blank else None

    return reader.filled(c.LEAD, read) if needed else reader.value(c.LEAD, read)


def place_of(reader: RowReader, book: Book, deputy: Deputy | None) -> Station | None:
    """The branch of a row: the deputy's own, else the one that is written; None where the deputy is not known."""
    if deputy:
        return _branch_of(deputy)
    if not reader.row[c.LEAD.key].is_blank:
        return None
    return reader.filled(c.BRANCH, _read_branch, book)


def people_of(reader: RowReader, book: Book, lead: Deputy | None) -> list[Deputy]:
    """Those who sign with the lead, each once; the lead among them is left out with a warning."""
    named = reader.value(c.COSIGNERS, _read_people, book, lead and _branch_of(lead)) or []
    if lead and lead.pk in {deputy.pk for deputy in named}:
        reader.warn(c.COSIGNERS, f"{lead.name}是领衔代表,不用再写进附议代表。")
    return list({deputy.pk: deputy for deputy in named if not lead or deputy.pk != lead.pk}.values())


def offices_of(reader: RowReader, book: Book) -> tuple[Department | None, list[Department]]:
    """Lead and assisting departments; assisting ones need a lead."""
    lead = reader.value(c.LEAD_OFFICE, _read_office, book)
    others = reader.value(c.OFFICES, _read_offices, book) or []
    if others and lead is None and reader.row[c.LEAD_OFFICE.key].is_blank:
        reader.refuse(c.OFFICES, "写了协办部门,也请写承办部门。")
    if lead in others:
        reader.warn(c.OFFICES, f"{lead.name}是承办部门,不用再写进协办部门。")
    return lead, [office for office in dict.fromkeys(others) if office != lead]


def _read_branch(cell: Cell, book: Book) -> Station:
    text = read_text(cell)
    found = book.branches_called(text)
    if len(found) == 1:
        return found[0]
    if found:
        raise DomainError(f"好几个乡镇有“{text}”,请在前面写上乡镇,如“{found[0].parent.name}{found[0].name}”。")
    names = "、".join(nearest_names(text, [f"{branch.parent.name}{branch.name}" for branch in book.places.branches]))
    raise DomainError(f"没有叫“{text}”的分站,请改成其中一个:{names}。")


def _read_people(cell: Cell, book: Book, near: Station | None) -> list[Deputy]:
    people = []
    for part in filter(None, (clean_text(part) for part in JOINTS.split(cell.text))):
        match = NAME_AND_PLACE.fullmatch(part)
        name, place = (match[1], match[2]) if match else (part, "")
        people.append(book.deputy(name, near, place))
    return people


def _read_office(cell: Cell, book: Book) -> Department | None:
    names = _names(cell)
    if len(names) > 1:
        raise DomainError("承办部门只填一个,其余的写到协办部门。")
    return book.office(names[0]) if names else None


def _read_offices(cell: Cell, book: Book) -> list[Department]:
    return [book.office(name) for name in _names(cell)]


def _names(cell: Cell) -> list[str]:
    return [name for name in (clean_text(part) for part in JOINTS.split(cell.text)) if name]


def _why_nobody(name: str, named: list[Deputy], serving: list[Deputy], place: str) -> str:
    if len(serving) > 1:
        places = "、".join(_branch_of(deputy).full_name for deputy in serving)
        return f"叫{name}的代表有{len(serving)}位({places}),请写明分站。"
    if place and any(deputy.membership_now for deputy in named):
        return f"{place}没有叫“{name}”的代表,请核对姓名和分站。"
    if named:
        return f"{name}现在没有分到分站,请先在代表名单里分好。"
    return f"没有叫“{name}”的代表,请核对。"


def _branch_of(deputy: Deputy) -> Station:
    assert deputy.membership_now is not None  # only asked of serving ones
    return deputy.membership_now.branch


def _bare(name: str) -> str:
    return OFFICE_KIND.sub("", squeezed(name))
