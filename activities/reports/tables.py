"""The month's figures laid out as tables; workbook and PDF print the same ones, so they cannot disagree."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from activities.rules.months import DeputyMonth, Minimum, MonthFigures, PlaceMonth, ReportedPlace
from activities.states import Form, Presence
from stations.states import Level


@dataclass(frozen=True)
class Column:
    """One column: heading, width in characters, and for figures how a row's value is read.

    `word`: how a row's word is read instead; the sums count how often it is `counted`. `rate`: the share that is there,
    which sums work out anew.
    """

    label: str
    width: float
    figure: Callable | None = None
    word: Callable[..., str] | None = None
    counted: str = ""
    rate: "Rate | None" = None

    @property
    def is_text(self) -> bool:
        return self.figure is None and self.word is None and self.rate is None


@dataclass(frozen=True)
class Rate:
    """Labels of figures of the same line: of how many, how many are missing, and what is in neither (`apart`)."""

    whole: str
    missing: str
    apart: tuple[str, ...] = ()

    def of(self, read: Mapping[str, int]) -> float | str:
        """Nothing where there is nothing to divide."""
        whole = read[self.whole] - sum(read[label] for label in self.apart)
        return 1 - read[self.missing] / whole if whole else ""


@dataclass(frozen=True)
class Line:
    """One line of a table. `kind`: group (a heading over the whole width), row, subtotal or total."""

    kind: str
    cells: list
    group: str = ""


@dataclass(frozen=True)
class Table:
    """A sheet of the workbook. `group_label` names what lines are grouped by, empty if they are not."""

    name: str
    title: str
    subtitle: str
    columns: list[Column]
    lines: list[Line]
    notes: list[str]
    signature: str
    group_label: str = field(default="")

    def of_kind(self, *kinds: str) -> Iterator[Line]:
        return (line for line in self.lines if line.kind in kinds)


def _presence(status: str) -> Callable[[DeputyMonth], int]:
    return lambda row: row.presence[status]


def _form(form: str) -> Callable[[DeputyMonth], int]:
    return lambda row: row.forms[form]


DUE, MISSING = "应登记(次)", "日志未登记(次)"
APART = ("事假", "病假", "公假", "产假等", "日志未登记")
ATTENDANCE_COLUMNS = [
    Column("序号", 7),
    Column("姓名", 11),
    Column("职务", 8),
    Column("应到", 6, lambda row: row.expected),
    Column("实到", 6, lambda row: row.attended),
    Column("顶班", 6, _presence(Presence.SUBSTITUTE)),
    Column("事假", 6, _presence(Presence.PRIVATE_LEAVE)),
    Column("病假", 6, _presence(Presence.SICK_LEAVE)),
    Column("公假", 6, _presence(Presence.OFFICIAL_LEAVE)),
    Column("产假等", 6, lambda row: row.presence[Presence.MATERNITY_LEAVE] + row.presence[Presence.OTHER_LEAVE]),
    Column("缺席", 6, _presence(Presence.ABSENT)),
    Column("迟到早退", 6, lambda row: row.late_or_early),
    Column("日志未登记", 7, lambda row: row.unfiled),
    Column("到岗率", 7.5, rate=Rate("应到", "缺席", APART)),
    Column("服务次数", 6, lambda row: row.services),
    *(Column(form.label, 7, _form(form)) for form in Form),
    Column("其他服务", 6, lambda row: row.others),
    Column("每月一次", 8.5, word=lambda row: row.minimum.value, counted=Minimum.MISSED.value),
    Column("备注", 13),
]
PLACE_COLUMNS = [
    Column("序号", 7),
    Column("分站", 13),
    Column("安排接待(次)", 8.8, lambda row: row.planned),
    Column("已开展(次)", 8.8, lambda row: row.held),
    Column("其中两人以上(次)", 9, lambda row: row.covered),
    Column("未开展(次)", 8.8, lambda row: row.not_held),
    Column(DUE, 8.8, lambda row: row.due),
    Column(MISSING, 9, lambda row: row.missing),
    Column("登记率", 10, rate=Rate(DUE, MISSING)),
    Column("工作日志(篇)", 8.8, lambda row: row.logs),
    Column("按时登记(篇)", 8.8, lambda row: row.prompt),
    Column("接待群众(人次)", 9, lambda row: row.received),
    Column("走访农户(户次)", 9, lambda row: row.households),
    Column("发放资料(份)", 8.8, lambda row: row.leaflets),
    Column("收到意见(件)", 8.8, lambda row: row.opinions),
    Column("转交部门(件)", 8.8, lambda row: row.transferred),
    Column("办结意见(件)", 8.8, lambda row: row.closed),
    Column("超期未结(件)", 8.8, lambda row: row.overdue),
]
ATTENDANCE_NOTES = [
    "应到:排班安排、没有取消的接待次数,按当天是不是本分站代表计算(没有代表资格、免除值班的日子不算);月中调动的代表在两个分站各计各的。",
    "到岗率:应到的接待里到岗的占多少,请假和日志未登记的不算在内,即(应到−请假−日志未登记−缺席)÷(应到−请假−日志未登记)。",
    "产假等:产假和其他假;实到含迟到、早退和排班以外到岗;顶班记在代表自己的分站;日志未登记:安排了接待,日志里还没有这位代表的到岗情况。",
    "服务次数含其他服务(服务记录,调研、普法、入户、调解、述职等活动);每月一次:整月驻站、没有免除的代表一次服务也没有,为未达到,"
    "合计是未达到的人数。",
    "节假日顺延的接待计入原星期日所在的月份;作废的工作日志不计。",
]
PLACE_NOTES = [
    "安排接待按排班计;日志未登记:接待日已到,还没有登记工作日志,也没有登记“未开展”;未开展的有说明,不计入应登记。",
    "两人以上:到岗的代表有两人或更多;按时登记:在县里规定的天数以内登记;登记率=应登记中已经登记的比例。",
    "走访和发放资料含本站自己组织的活动;转交部门是本月收到的意见里转交过的;办结含以前月份收到、本月办结的;超期未结按制表当天。",
]


def attendance_table(figures: MonthFigures, said: str = "") -> Table:
    """Every branch's deputies with what became of the receptions they were expected at, and services by form.

    `said`: which edition it is, in words.
    """
    lines: list[Line] = []
    everyone: list[DeputyMonth] = []
    for branch in figures.places:
        if branch.deputies:
            lines += _branch_lines(figures, branch)
            everyone += branch.deputies
    people = len({row.code for row in everyone})  # who moved has two rows
    lines.append(Line("total", ["合计", f"{people}人", "", *_sums(ATTENDANCE_COLUMNS, everyone), ""]))
    title = f"{figures.place.full_name}代表接待考勤表"
    return Table(
        "考勤", title, _subtitle(figures, said), ATTENDANCE_COLUMNS, lines, ATTENDANCE_NOTES, _signature(figures), "分站"
    )


def _branch_lines(figures: MonthFigures, branch: PlaceMonth) -> Iterator[Line]:
    name = _name(branch.place, figures.place)
    yield Line("group", [f"{name}({len(branch.deputies)}人)"], name)
    for number, row in enumerate(branch.deputies, start=1):
        yield Line("row", [number, row.name, row.role, *_values(ATTENDANCE_COLUMNS, row), row.note], name)
    sums = _sums(ATTENDANCE_COLUMNS, branch.deputies)
    yield Line("subtotal", ["小计", f"{len(branch.deputies)}人", "", *sums, ""], name)


def places_table(figures: MonthFigures, said: str = "") -> Table:
    """Every branch's receptions, people, households, leaflets and opinions; the county's grouped by station."""
    by_station = figures.place.level == Level.CENTRE
    lines: list[Line] = []
    for station, rows in groupby(figures.places, key=lambda row: row.place.township):
        lines += _station_lines(station, list(rows), grouped=by_station)
    lines.append(Line("total", ["合计", "", *_sums(PLACE_COLUMNS, figures.places)]))
    title = f"{figures.place.full_name}接待情况统计表"
    group_label = "联络站" if by_station else ""
    return Table(
        "分站情况", title, _subtitle(figures, said), PLACE_COLUMNS, lines, PLACE_NOTES, _signature(figures), group_label
    )


def _station_lines(station: ReportedPlace, rows: list[PlaceMonth], *, grouped: bool) -> Iterator[Line]:
    group = station.name if grouped else ""
    if grouped:
        yield Line("group", [station.full_name], group)
    for number, row in enumerate(rows, start=1):
        name = row.place.name if row.is_branch else "本级活动"
        yield Line("row", [number, name, *_values(PLACE_COLUMNS, row)], group)
    if grouped:
        branches = sum(row.is_branch for row in rows)
        yield Line("subtotal", ["小计", f"{branches}个分站", *_sums(PLACE_COLUMNS, rows)], group)


def _name(branch: ReportedPlace, place: ReportedPlace) -> str:
    """A branch's name where `place` is the heading: 第一分站, in the county's own report 官亭镇第一分站."""
    return branch.township.name + branch.name if place.level == Level.CENTRE else branch.name


def _values(columns: list[Column], row) -> list[int | float | str]:
    read = {column.label: column.figure(row) for column in columns if column.figure}
    return [_value(column, row, read) for column in columns if not column.is_text]


def _value(column: Column, row, read: dict[str, int]) -> int | float | str:
    if column.word:
        return column.word(row)
    return column.rate.of(read) if column.rate else read[column.label]


def _sums(columns: list[Column], rows: Iterable) -> list[int | float | str]:
    rows = list(rows)
    read = {column.label: sum(column.figure(row) for row in rows) for column in columns if column.figure}
    return [_sum(column, rows, read) for column in columns if not column.is_text]


def _sum(column: Column, rows: list, read: dict[str, int]) -> int | float | str:
    if column.word:
        return sum(column.word(row) == column.counted for row in rows)
    return column.rate.of(read) if column.rate else read[column.label]


def _subtitle(figures: MonthFigures, said: str) -> str:
    edition = f",{said}" if said else ""
    return f"{figures.month.year}年{figures.month.month}月(按{_day(figures.on)}的记录{edition})"


def _signature(figures: MonthFigures) -> str:
    return f"制表人:              负责人:              {_day(figures.on)}"


def _day(day) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
