"""The figures as one paragraph of official Chinese, ready to be put into a work report."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from julu_liaison.summary.figures import Summary
from stations.models import Station
from stations.states import Level

QUARTERS = "一二三四"
NOTHING = "没有履职记录"


@dataclass(frozen=True)
class Grid:
    """The place that is reported on, with how many stations and branches were open there on the last day."""

    place: Station
    stations: int
    branches: int


def grid_of(place: Station, on: date) -> Grid:
    """Count what was open at `place` and below it on the day `on` (one query)."""
    levels = list(Station.objects.open(on).under(place).values_list("level", flat=True))
    return Grid(place, levels.count(Level.TOWNSHIP), levels.count(Level.BRANCH))


def period_words(start: date, end: date) -> str:
    """2024年, 2024年上半年, 2024年第一季度, 2024年3月, or from which day to which."""
    months = _whole_months(start, end)
    if months == (1, 12):
        return f"{start.year}年"
    if months in ((1, 6), (7, 12)):
        return f"{start.year}年{'上' if start.month == 1 else '下'}半年"
    if months and months[0] == months[1]:
        return f"{start.year}年{start.month}月"
    if months and months[0] % 3 == 1 and months[1] == months[0] + 2:
        return f"{start.year}年第{QUARTERS[start.month // 3]}季度"
    return f"{_day(start)}至{_day(end) if start.year != end.year else _day_of_year(end)}"


def paragraph_of(summary: Summary, grid: Grid, start: date, end: date, *, today: date) -> str:
    """One paragraph; what did not happen is not mentioned, nor is a day named that is still to come."""
    sentences = [_work(summary), _opinions(summary), _given_out(summary)]
    told = "".join(f"{sentence}。" for sentence in sentences if sentence) or f"{NOTHING}。"
    return f"{period_words(start, end)},{_who(grid)}{told}{_in_office(summary, grid, min(end, today))}"


def _who(grid: Grid) -> str:
    if grid.place.level == Level.CENTRE:
        return f"{grid.place.name}{grid.stations}个乡镇人大代表联络站、{grid.branches}个联络分站"
    return f"{grid.place.full_name}及所属{grid.branches}个分站" if grid.branches > 1 else grid.place.full_name


def _work(summary: Summary) -> str:
    return _listed(
        ("组织代表开展活动{}次", summary.activities),
        ("现场接待和服务群众{}人次", summary.received),
        ("走访群众{}户", summary.households),
        ("形成工作日志{}篇", summary.logs),
    )


def _opinions(summary: Summary) -> str:
    if not summary.opinions:
        return ""
    found = _listed(
        ("分站内部解决{}件", summary.opinions_solved_in_branch),
        ("转交政府有关部门办理{}件", summary.opinions_to_departments),
    )
    if not found:
        return f"收集社情民意{summary.opinions}件"
    rest = f",其余{summary.opinions_elsewhere}件由联络站协调解决或正在办理" if summary.opinions_elsewhere else ""
    return f"收集社情民意{summary.opinions}件,其中{found}{rest}"


def _given_out(summary: Summary) -> str:
    return _listed(("交办代表建议{}件", summary.suggestions), ("发放宣传资料{}份", summary.leaflets))


def _in_office(summary: Summary, grid: Grid, end: date) -> str:
    whole = "全县" if grid.place.level == Level.CENTRE else ""
    return f"截至{_day(end)},{whole}共有各级人大代表{summary.deputies}名。" if summary.deputies else ""


def _listed(*parts: tuple[str, int]) -> str:
    return ",".join(words.format(number) for words, number in parts if number)


def _whole_months(start: date, end: date) -> tuple[int, int] | None:
    """First and last month, where the period is whole months of one year."""
    if start.year != end.year or start.day != 1 or end.day != monthrange(end.year, end.month)[1]:
        return None
    return start.month, end.month


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _day_of_year(day: date) -> str:
    return f"{day.month}月{day.day}日"
