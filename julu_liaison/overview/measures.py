"""Every figure of the overview, once: what it is called, what it counts, and the list of exactly what it counts.

Figures of tickets are those of the tables of opinions and suggestions (`opinions.rules.counting`), figures of receptions
those of the monthly report (`activities.rules.receptions`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from activities.rules.receptions import ATTENDANCE, RECEPTIONS
from activities.states import ActivityState, LogState
from julu_liaison.overview.periods import Period
from opinions.reports.tables import period_filters
from opinions.rules.counting import FIGURES, IN_HAND
from opinions.states import Kind
from stations.models import Department, Station
from stations.states import Level

Address = Callable[[Period, dict[str, str]], str]


@dataclass(frozen=True)
class Measure:
    """One figure. `address(period, where)` is the list of its rows; `where` are the list's filters for the place.

    `sums`: the number is a sum over the rows of the list, not their count.
    """

    key: str
    label: str
    unit: str
    meaning: str
    address: Address
    sums: bool = False


def _list(name: str, *parts: dict[str, str]) -> str:
    query = {key: value for part in parts for key, value in part.items()}
    return f"{reverse(name)}?{urlencode(query)}"


def _since_until(period: Period) -> dict[str, str]:
    return {"since": period.start.isoformat(), "until": period.end.isoformat()}


def _receptions(key: str) -> Address:
    return lambda period, where: _list("overview-receptions", {"figure": key}, where, _since_until(period))


def _attendance(key: str) -> Address:
    return lambda period, where: _list("overview-attendance", {"figure": key}, where, _since_until(period))


def _logs(period: Period, where: dict[str, str]) -> str:
    return _list("duty-logs", where, _since_until(period), {"state": LogState.FILED})


def _prompt_logs(period: Period, where: dict[str, str]) -> str:
    return _logs(period, where | {"prompt": "1"})


def _activities(period: Period, where: dict[str, str]) -> str:
    return _list("activities", where, _since_until(period), {"state": ActivityState.HELD})


def tickets_address(key: str, period: Period, where: dict[str, str], **more: str) -> str:
    """The list of the tickets that figure `key` of the opinions' tables counts."""
    figure = FIGURES[key]
    return _list(
        "opinions",
        where,
        period_filters(figure.basis, period.start, period.end),
        figure.filters or {"figure": key},
        more,
    )


def offices_address(key: str, period: Period, where: dict[str, str], kind: str, office: Department | None) -> str:
    """The same of one department; None: of all of them, as in the total of departments."""
    if office:
        return tickets_address(key, period, where | {"department": office.code}, kind=kind)
    days = period_filters(FIGURES[key].basis, period.start, period.end)
    return _list("opinions", where, days, {"figure": f"{key}:{IN_HAND}", "kind": kind})


def _tickets(key: str, label: str = "", *, figure: str = "", kind: str = Kind.OPINION, words: str = "") -> Measure:
    """A figure of the opinions' tables, of one kind of ticket or (`kind` empty) of both."""
    source = figure or key
    found = FIGURES[source]
    more = {"kind": str(kind)} if kind else {}
    meaning = f"{words}{found.meaning}({found.basis.value})"
    return Measure(
        key, label or found.label, "件", meaning, lambda period, where: tickets_address(source, period, where, **more)
    )


OF_SUNDAY = "接待日算在原定的那个星期日,节假日顺延、改期的也一样"
MEASURES: dict[str, Measure] = {measure.key: measure for measure in (
    Measure("planned", "安排接待", "次", f"排班里一个分站的一个接待日算一次;{OF_SUNDAY}。", _receptions("planned")),
    Measure("due", "应登记", "次", "已经登记的,加上日子到了还没登记的;取消、未开展的不用登记。", _receptions("due")),
    Measure("prompt", "按时登记", "次", "应登记的里面,接待后在县里规定的天数(一般7天)以内登记的。", _receptions("prompt")),
    Measure("missing", "没登记", "次", "接待日到了(含当天),没有日志,也没有说未开展的。", _receptions("missing")),
    Measure("logged", "已登记", "次", "安排的里面,有有效日志的。", _receptions("logged")),
    Measure("not_held", "未开展", "次", "安排的里面,取消了的或者写明原因没有开展的。", _receptions("not_held")),
    Measure("expected", "应到", "人次", "排了班的、日志里请假或缺席的分站代表;当天免除履职、没有代表资格的不算。", _attendance("expected")),
    Measure("asked", "该到已登记", "人次", "应到的里面,没有请假、日志里写了来没来的。", _attendance("asked")),
    Measure("attended", "实到", "人次", "日志里到岗的代表,没排班自己来的也算。", _attendance("attended")),
    Measure("on_leave", "请假", "人次", "应到的里面,日志里记为事假、病假、公假、产假或其他假的。", _attendance("on_leave")),
    Measure("absent", "缺席", "人次", "应到的里面,日志里记为缺席的。", _attendance("absent")),
    Measure("unfiled", "到岗没登记", "人次", "应到,但是日志还没登记或者没写到的,不知道来没来。", _attendance("unfiled")),
    Measure("logs", "工作日志", "篇", "有效的工作日志,作废的不算。", _logs),
    Measure("prompt_logs", "按时的日志", "篇", "有效的工作日志里面,在县里规定的天数以内登记的。", _prompt_logs),
    Measure("received", "接待群众", "人次", "有效的工作日志里接待人数相加。", _logs, sums=True),
    Measure("activities", "开展活动", "次", "实际举行的活动,一次算一次,取消的不算。", _activities),
    _tickets("received_opinions", "收到意见", figure="received", words="社情民意:"),
    _tickets("closed"), _tickets("on_time"), _tickets("late"), _tickets("overdue_opinions", "意见超期", figure="overdue"),
    _tickets("transferred"), _tickets("satisfied"), _tickets("basic"), _tickets("unsatisfied"),
    _tickets("received_suggestions", "收到建议", figure="received", kind=Kind.SUGGESTION, words="代表建议:"),
    _tickets("overdue", "超期没办完", kind="", words="意见和建议一起算:"),
)}  # fmt: skip
assert set(RECEPTIONS) | set(ATTENDANCE) <= set(MEASURES)

OFFICE_KEYS = (
    "in_hand", "office_answered", "office_on_time", "office_late", "office_overdue", "satisfied", "basic", "unsatisfied",
)  # fmt: skip
OFFICE_COLUMNS = OFFICE_KEYS[:5]
RATES = {
    "prompt_rate": ("按时登记率", "按时登记÷应登记。"),
    "attendance_rate": ("代表到岗率", "(应到−请假−日志未登记−缺席)÷(应到−请假−日志未登记),和月报一样:请假另外算,不知道来没来的不算。"),
    "on_time_rate": ("按期率", "按期办结÷(办结+超期没办完),社情民意;超期没办完的也算在分母里。"),
    "satisfied_rate": ("群众满意率", "(满意+基本满意)÷(满意+基本满意+不满意),社情民意;没有评价的不算。"),
    "office_on_time_rate": ("部门按期率", "按期答复÷(已答复+超期没答复),只看部门自己办理的时间。"),
    "office_satisfied_rate": ("部门满意率", "(满意+基本满意)÷有评价的,部门办的。"),
}


def meanings() -> list[tuple[str, str, str]]:
    """Key (the anchor), label and definition of every figure: rates, counts, departments'."""
    offices = [
        (key, FIGURES[key].label, f"{FIGURES[key].meaning}({FIGURES[key].basis.value})") for key in OFFICE_COLUMNS
    ]
    counts = [(measure.key, measure.label, measure.meaning) for measure in MEASURES.values()]
    return [*((key, *words) for key, words in RATES.items()), *counts, *offices]


def where_of(place: Station) -> dict[str, str]:
    """The lists' filter for a place; a county's lists show all of it without one."""
    return {} if place.level == Level.CENTRE else {"station": place.code}
