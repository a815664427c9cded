"""The figures laid out as tables; page, workbook and text file show the same ones, so they cannot disagree.

Every number of tickets carries the address of the list that shows exactly these tickets.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from opinions.reports.reading import Asked, Figures, Line
from opinions.rules.counting import FIGURES, IN_HAND, RETURNED, Basis
from opinions.rules.figures import (
    SATISFIED_WANTED,
    SOLVED_WANTED,
    MedianDays,
    PerDuty,
    Rate,
    on_time_rate,
    satisfied_rate,
    solved_rate,
    talks_wanted,
)
from opinions.states import Kind
from stations.models import Department, Station
from stations.states import Level

Value = int | Rate | PerDuty | MedianDays


@dataclass(frozen=True)
class Column:
    """One column: its heading, what it counts or how it is worked out, how a line's value is read.

    `figure`: the key of the tickets it counts, for the link. `wanted(line)`: the per cent that the county asks for.
    """

    label: str
    meaning: str
    read: Callable[[Line], Value]
    figure: str = ""
    wanted: Callable[[Line], int] | None = None


@dataclass(frozen=True)
class Cell:
    """One value as it is shown. `wanted`: what the county asks for, in words, and whether it is `reached`."""

    label: str
    value: Value
    href: str = ""
    wanted: str = ""
    reached: bool | None = None

    @property
    def is_count(self) -> bool:
        return isinstance(self.value, int)

    @property
    def is_few(self) -> bool:
        return not isinstance(self.value, int) and self.value.is_few

    @property
    def words(self) -> str:
        return str(self.value) if isinstance(self.value, int) else self.value.words

    @property
    def parts(self) -> str:
        """`6/7` beside a percentage, to show what it is a percentage of."""
        known = isinstance(self.value, Rate) and self.value.percent is not None
        return f"{self.value.part}/{self.value.whole}" if known else ""


@dataclass(frozen=True)
class Table:
    """`lines`: (name, cells) in official order; `total`: the cells of all, none where there is one line only."""

    key: str
    title: str
    owner: str
    columns: list[Column]
    lines: list[tuple[str, list[Cell]]]
    total: list[Cell] = field(default_factory=list)

    def meanings(self) -> Iterator[tuple[str, str]]:
        for column in self.columns:
            basis = f"({FIGURES[column.figure].basis.value})" if column.figure in FIGURES else ""
            yield column.label, column.meaning + basis


def _count(key: str) -> Column:
    figure = FIGURES[key]
    return Column(figure.label, figure.meaning, lambda line: line.counts[key], key)


ON_TIME = Column(
    "按期率", "按期办结÷(办结+超期未结),超期没办完的也算在分母里",
    lambda line: on_time_rate(
        on_time=line.counts["on_time"], late=line.counts["late"], overdue=line.counts["overdue"]
    ),
)  # fmt: skip
OFFICE_ON_TIME = Column(
    "部门按期率", "按期答复÷(已答复+超期没答复),只看部门自己办理的时间",
    lambda line: on_time_rate(
        on_time=line.counts["office_on_time"], late=line.counts["office_late"], overdue=line.counts["office_overdue"]
    ),
)  # fmt: skip
TOLD = Column("告知率", "已告知÷已有答复", lambda line: Rate(line.counts["told"], line.counts["answered"]))
SATISFIED = Column(
    "满意率", f"(满意+基本满意)÷(满意+基本满意+不满意),没有评价的不算;县里要求{SATISFIED_WANTED}%",
    lambda line: satisfied_rate(
        satisfied=line.counts["satisfied"], basic=line.counts["basic"], unsatisfied=line.counts["unsatisfied"]
    ),
    wanted=lambda line: SATISFIED_WANTED,
)  # fmt: skip
PER_DUTY = Column(
    "每次接待意见", "收到÷有工作日志的接待日", lambda line: PerDuty(line.counts["received"], line.duties)
)  # fmt: skip
DUTIES = Column("接待日", "有工作日志的天数,一个分站一天算一次", lambda line: line.duties)
DAYS = Column("答复天数", "从收到到第一次答复的天数,取中位数:一半不超过这个天数", lambda line: MedianDays.of(line.days))
SOLVED = Column(
    "解决率", f"(A类+B类)÷有类别的答复;县里要求{SOLVED_WANTED}%",
    lambda line: solved_rate(
        solved=line.counts["class_a"], planned=line.counts["class_b"],
        answered=sum(line.counts[f"class_{letter}"] for letter in "abcd"),
    ),
    wanted=lambda line: SOLVED_WANTED,
)  # fmt: skip
TALKED = Column(
    "面商率", "面商÷承办;县里要求:10件以内全部面商,11至49件不低于75%,50件以上不低于50%",
    lambda line: Rate(line.counts["talked"], line.counts["in_hand"]),
    wanted=lambda line: talks_wanted(line.counts["in_hand"]),
)  # fmt: skip
SENT_BACK = Column(
    "退回", "部门认为不属本单位而退回的(收到日期在这段时间)", lambda line: line.counts[RETURNED], RETURNED
)  # fmt: skip


def _counts(*keys: str) -> list[Column]:
    return [_count(key) for key in keys]


RATINGS = [*_counts("satisfied", "basic", "unsatisfied", "by_proxy"), SATISFIED]
CLASSES = [*_counts("class_a", "class_b", "class_c", "class_d"), SOLVED]
PLACE_COLUMNS = {
    Kind.OPINION: [
        *_counts("received", "closed", "open", "overdue"), ON_TIME, *_counts("refused"),
        *_counts("by_branch", "by_station", "by_centre", "by_department"),
        *_counts("transferred", "reworked", "reopened", "answered", "told"), TOLD, *RATINGS, DUTIES, PER_DUTY, DAYS,
    ],
    Kind.SUGGESTION: [
        *_counts("received", "closed", "open", "overdue"), ON_TIME, *_counts("refused", "transferred", "answered"),
        *CLASSES, *_counts("reworked", "reopened"), *RATINGS,
    ],
}  # fmt: skip
OFFICE = [*_counts("office_late", "office_overdue"), OFFICE_ON_TIME]
OFFICE_COLUMNS = {
    Kind.OPINION: [
        *_counts("in_hand", "office_answered", "office_on_time"), *OFFICE, *_counts("extended", "reworked"), SENT_BACK,
        *RATINGS, DAYS,
    ],
    Kind.SUGGESTION: [
        *_counts("in_hand", "office_answered", "office_on_time", "in_three", "in_six"), *OFFICE,
        *_counts("extended", "reworked"), SENT_BACK, *_counts("talked"), TALKED, *CLASSES, *RATINGS,
    ],
}  # fmt: skip
TITLES = {Kind.OPINION: "社情民意", Kind.SUGGESTION: "代表建议"}


def meanings_of(tables: Iterable[Table]) -> dict[str, str]:
    """What every heading of the tables counts or how it is worked out, each once."""
    return {label: meaning for table in tables for label, meaning in table.meanings()}


def tables_of(figures: Figures) -> list[Table]:
    """Opinions by place and by department, then suggestions; the two are never added up."""
    asked, found = figures.asked, []
    for kind in Kind:
        if asked.place:
            by_station = asked.place.level == Level.CENTRE
            owner = "联络站" if by_station else "分站"
            found.append(_table(f"{kind}-places", kind, owner, PLACE_COLUMNS[kind], figures.places[kind], asked))
        offices = figures.departments[kind]
        if asked.place and asked.place.level != Level.CENTRE:
            offices = [line for line in offices if not line.is_blank]  # a station works with a few of them
        found.append(_table(f"{kind}-departments", kind, "承办部门", OFFICE_COLUMNS[kind], offices, asked))
    return found


def _table(key: str, kind: str, owner: str, columns: list[Column], lines: list[Line], asked: Asked) -> Table:
    rows = [(line.name, [_cell(column, line, kind, asked) for column in columns]) for line in lines]
    total = [_total(column, _sum(lines), kind, asked) for column in columns] if len(lines) > 1 else []
    return Table(key, f"{TITLES[Kind(kind)]}:按{owner}", owner, columns, rows, total)


def _sum(lines: list[Line]) -> Line:
    """All lines together, of any department where they are departments'."""
    total = Line("合计", IN_HAND if isinstance(lines[0].of, Department) else None)
    for line in lines:
        total.add(line)
    return total


def _cell(column: Column, line: Line, kind: str, asked: Asked) -> Cell:
    value = column.read(line)
    if column.figure:
        return Cell(column.label, value, _address(column.figure, line, kind, asked) if value else "")
    if column.wanted is None or not isinstance(value, Rate) or not value.whole:
        return Cell(column.label, value)
    if value.is_few and column is not TALKED:  # too few to judge; only talks are asked for of the very first suggestion
        return Cell(column.label, value)
    wanted = column.wanted(line)
    reached = value.reaches(wanted)
    return Cell(column.label, value, wanted=f"{'达到' if reached else '没到'}{wanted}%", reached=reached)


def _total(column: Column, line: Line, kind: str, asked: Asked) -> Cell:
    """All lines together; how much is to be talked over depends on how many one department has."""
    if column is TALKED:
        return Cell(column.label, column.read(line))
    return _cell(column, line, kind, asked)


def _address(key: str, line: Line, kind: str, asked: Asked) -> str:
    """The list of exactly these tickets; none where the person does not see them or no list says it."""
    where = _place_of(line, asked)
    if where is None or (key == RETURNED and asked.place is None):
        return ""
    if key == RETURNED:
        code = where.pop("department", "")
        basis, said = Basis.RECEIVED, {"figure": f"{RETURNED}:{code}" if code else RETURNED}
    elif line.of == IN_HAND:  # what no department has is in no line of theirs
        basis, said = FIGURES[key].basis, {"figure": f"{key}:{IN_HAND}"}
    else:
        basis, said = FIGURES[key].basis, FIGURES[key].filters or {"figure": key}
    return f"{reverse('opinions')}?" + urlencode(
        {"kind": str(kind), **where, **period_filters(basis, asked.since, asked.until), **said}
    )


def _place_of(line: Line, asked: Asked) -> dict[str, str] | None:
    """The list's filters for the place and the department; None where it has none."""
    if isinstance(line.of, Station):
        return {"station": line.of.code} if line.of.is_open(asked.on) else None  # the list offers no closed places
    here = {"station": asked.place.code} if asked.place and asked.place.level != Level.CENTRE else {}
    if isinstance(line.of, Department):
        return here | {"department": line.of.code}
    return None if asked.place is None else here


def period_filters(basis: Basis, start: date, end: date) -> dict[str, str]:
    """The list's filters for the tickets whose day of `basis` lies from `start` to `end`."""
    since, until = start.isoformat(), end.isoformat()
    return {
        Basis.RECEIVED: {"since": since, "until": until},
        Basis.ENDED: {"ended_since": since, "ended_until": until},
        Basis.NOW: {"until": until},
    }[basis]
