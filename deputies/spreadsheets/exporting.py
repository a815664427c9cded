"""Writing registers: an export that can be imported again, the empty template, the rows that need work."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from io import BytesIO

from deputies.models import Deputy
from deputies.spreadsheets import columns as c
from deputies.spreadsheets.entries import Report
from deputies.states import LEVEL_ORDER, MandateLevel
from julu_liaison.common.spreadsheets import Column, Sheet, write_workbook
from stations.models import Station
from stations.rules import PlaceBook

HELP_COLUMNS = (
    Column("title", "列名", width=14),
    Column("help", "怎么填", width=60),
    Column("example", "例子", width=20),
)
PLACE_COLUMNS = (Column("station", "联络站", width=20), Column("branch", "分站", width=20))
FAILED_COLUMNS = (Column("line", "原行号", width=8), *c.COLUMNS, Column("reason", "要改的地方", width=60))
ROOM_IN_TEMPLATE = 300  # rows prepared for typing


def register_workbook(place: Station, on: date) -> tuple[bytes, int]:
    """Return the register of `place` and everything below it on the day `on` as .xlsx, and how many people are in it.

    Order: stations and branches as in official lists, head first. Only people assigned to a branch can be in it.
    """
    deputies = Deputy.objects.serving(on, place).with_places(on)
    rows = [_row(deputy) for deputy in sorted(deputies, key=_official_place)]
    heading = f"{place.full_name}{c.HEADING}({on:%Y-%m-%d})"
    return _workbook([Sheet("代表名册", heading, c.COLUMNS, rows)]), len(rows)


def template_workbook(county: Station, on: date) -> bytes:
    """Return an empty register with drop-down lists, how to fill it in, and the names of the county's branches."""
    places = PlaceBook(county, Station.objects.filter(county=county).open(on).in_official_order())
    help_rows = [(column.title, column.help, column.example) for column in c.COLUMNS]
    place_rows = [(branch.parent.name, branch.name) for branch in places.branches]
    return _workbook(
        [
            Sheet("代表名册", f"{county.name}{c.HEADING}", c.COLUMNS, [], blank_rows=ROOM_IN_TEMPLATE),
            Sheet("填写说明", "填写说明", HELP_COLUMNS, help_rows),
            Sheet("分站名称", "分站名称", PLACE_COLUMNS, place_rows),
        ]
    )


def failed_workbook(report: Report) -> bytes:
    """Return the rows that have errors as typed, with their row number and reasons; wrong cells are red."""
    reasons = defaultdict(list)
    wrong = defaultdict(set)
    for problem in report.errors:
        label = f"{problem.column}:" if problem.column else ""
        reasons[problem.row].append(f"{label}{problem.message}")
        wrong[problem.row] |= set(problem.column.split("、"))
    rows, marked = [], set()
    known = {row.number: row for row in (report.table.rows if report.table else [])}
    for index, number in enumerate(sorted(reasons)):
        row = known.get(number)
        texts = [row[column.key].text if row else "" for column in c.COLUMNS]
        rows.append([number or "整个文件", *texts, "\n".join(reasons[number])])
        marked |= {(index, place + 1) for place, column in enumerate(c.COLUMNS) if column.title in wrong[number]}
    return _workbook([Sheet("要改的行", "要改的行", FAILED_COLUMNS, rows, frozenset(marked))])


def _workbook(sheets: list[Sheet]) -> bytes:
    target = BytesIO()
    write_workbook(target, sheets)
    return target.getvalue()


def _official_place(deputy: Deputy):
    branch, membership = deputy.membership_now.branch, deputy.membership_now
    station = branch.parent
    return (
        station.official_order, station.code, branch.official_order, branch.code, membership.role, deputy.sort_key,
        deputy.code,
    )  # fmt: skip


def _row(deputy: Deputy) -> list[str]:
    membership = deputy.membership_now
    held = {mandate.level: mandate for mandate in deputy.mandates_now}
    mandates = [held[level] for level in LEVEL_ORDER if level in held]
    values = {
        "birth_month": f"{deputy.birth_month:%Y-%m}" if deputy.birth_month else "",
        "levels": "、".join(MandateLevel(mandate.level).label for mandate in mandates),
        "term": _joined(mandate.term for mandate in mandates),
        "constituency": _joined(mandate.constituency for mandate in mandates),
        "station": membership.branch.parent.name,
        "branch": membership.branch.name,
        "role": membership.get_role_display(),
    }
    return [values[column.key] if column.key in values else getattr(deputy, column.key) for column in c.COLUMNS]


def _joined(texts: Iterable[str]) -> str:
    """One text if it holds for every level, else one each in the order of levels."""
    texts = list(texts)
    return texts[0] if len(set(texts)) == 1 else ";".join(texts)
