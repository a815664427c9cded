"""What each figure counts, as a condition on tickets: the number and the list it opens are filtered by the same one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.lookups import Exact

from activities.states import Rating
from opinions.models import Clock, Consultation, Extension, Hop, Reply
from opinions.querysets import OpinionQuerySet
from opinions.states import ENDED, State


class Basis(Enum):
    """Which day of a ticket has to lie in the period."""

    RECEIVED = "收到日期在这段时间"
    ENDED = "办结日期在这段时间"
    NOW = "期末以前收到、到今天还没有办结"


@dataclass(frozen=True)
class Figure:
    """One number of the tables. `condition(on)` says which tickets it counts beside its period.

    `filters` are the list's own ones that say the same; without them the list takes `figure=<key>`.
    """

    key: str
    label: str
    meaning: str
    basis: Basis
    condition: Callable[[date], Q]
    filters: dict[str, str] = field(default_factory=dict)


def _of_ticket(model, **fields):
    return Exists(model.objects.filter(opinion=OuterRef("pk"), **fields))


def _closed() -> Q:
    return Q(state=State.CLOSED)


def _late() -> Q:
    return Q(_of_ticket(Clock, is_main=True, stopped_on__gt=F("due_on")))


def _answered() -> Q:
    return Q(_of_ticket(Reply, signed_at__isnull=False))


def _in_hand() -> Q:
    return Q(department__isnull=False)


def _answered_by_lead() -> Q:
    return Q(_of_ticket(Reply, signed_at__isnull=False, department=OuterRef("department")))


def _lead_was_late() -> Q:
    own = {"is_main": True, "department": OuterRef("department"), "stopped_on__gt": F("due_on")}
    return Q(_of_ticket(Clock, **own))


def _lead_is_late(on: date) -> Q:
    return Q(holder_department__isnull=False, due_on__lt=on)


def _lead_had_more_time() -> Q:
    return Q(_of_ticket(Clock, is_main=True, department=OuterRef("department"), extended__gt=0))


def _solved_at(state: str) -> Q:
    """The holder that gave the answer; what a department had last is the department's."""
    return _closed() & Q(department=None) & Q(_of_ticket(Hop, to_state=State.REPLIED, from_state=state))


def _answer_is(letter: str) -> Q:
    last = Reply.objects.filter(opinion=OuterRef("pk"), signed_at__isnull=False).order_by("-pk").values("reply_class")
    return Q(Exact(Subquery(last[:1]), Value(letter)))


def _rated(rating: str) -> Figure:
    words = {"satisfied": "满意", "basic": "基本满意", "unsatisfied": "不满意"}[rating]
    meaning = f"办结的里面,最后一次评价是“{words}”的"
    filters = {"state": "closed", "rating": rating}
    return Figure(rating, words, meaning, Basis.ENDED, lambda on: _closed() & Q(rating=rating), filters)


def _class_figure(letter: str, words: str) -> Figure:
    return Figure(f"class_{letter.lower()}", f"{letter}类", f"最后一次答复的类别是{letter}({words})", Basis.RECEIVED,
                  lambda on: _answer_is(letter))  # fmt: skip


R, E, N = Basis.RECEIVED, Basis.ENDED, Basis.NOW
FIGURES: dict[str, Figure] = {figure.key: figure for figure in (
    Figure("received", "收到", "登记的件数,作废和并入别件的不算", R, lambda on: Q()),
    Figure("closed", "办结", "办理、告知、评价都走完的", E, lambda on: _closed(), {"state": "closed"}),
    Figure("on_time", "按期办结", "办结的里面,每个环节都没有超期的", E, lambda on: _closed() & ~_late(),
           {"state": "closed", "late": "no"}),
    Figure("late", "超期办结", "办结的里面,有一个环节超了期的", E, lambda on: _closed() & _late(),
           {"state": "closed", "late": "yes"}),
    Figure("refused", "不予受理", "写明原因和去处后不受理的", E, lambda on: Q(state=State.REFUSED), {"state": "refused"}),
    Figure("open", "未办结", "还在办的", N, lambda on: ~Q(state__in=ENDED), {"state": "open"}),
    Figure("overdue", "超期未结", "现在这个环节已经过了期限的", N, lambda on: ~Q(state__in=ENDED) & Q(due_on__lt=on),
           {"overdue": "1"}),
    Figure("by_branch", "分站解决", "办结的里面,由分站答复的", E, lambda on: _solved_at(State.AT_BRANCH)),
    Figure("by_station", "联络站解决", "办结的里面,由乡镇联络站答复的", E, lambda on: _solved_at(State.AT_STATION)),
    Figure("by_centre", "县人大解决", "办结的里面,由县人大办公室答复的", E, lambda on: _solved_at(State.AT_CENTRE)),
    Figure("by_department", "部门解决", "办结的里面,由承办部门答复的", E, lambda on: _closed() & _in_hand()),
    Figure("transferred", "转部门", "转办过的,退回的也算", R, lambda on: Q(_of_ticket(Hop, move="transfer"))),
    Figure("reworked", "重办", "不满意或没解决而重新办理过的", R, lambda on: Q(_of_ticket(Hop, to_state=State.REWORKING))),
    Figure("reopened", "再次反映", "办结以后又反映没有解决的", R, lambda on: Q(reopened=True)),
    Figure("answered", "已有答复", "有过正式答复的", R, lambda on: _answered()),
    Figure("told", "已告知", "最近的答复已经告诉反映人的", R, lambda on: _answered() & Q(told_at__isnull=False)),
    _rated(Rating.SATISFIED), _rated(Rating.BASIC), _rated(Rating.UNSATISFIED),
    Figure("unrated", "没有评价", "联系不上评价人而办结的", E, lambda on: _closed() & Q(rating=""),
           {"state": "closed", "rating": "none"}),
    Figure("by_proxy", "代为评价", "有评价的里面,由代表或工作人员代填的", E,
           lambda on: _closed() & Q(rated_by_proxy=True) & ~Q(rating="")),
    Figure("in_hand", "承办", "现在由部门主办或已由部门答复的,退回的不算", R, lambda on: _in_hand()),
    Figure("office_answered", "已答复", "承办部门正式答复过的", R, lambda on: _in_hand() & _answered_by_lead()),
    Figure("office_on_time", "按期答复", "已答复的里面,部门办理和重办都没有超期的", R,
           lambda on: _in_hand() & _answered_by_lead() & ~_lead_was_late() & ~_lead_is_late(on)),
    Figure("office_late", "超期答复", "已答复的里面,部门办理或重办超过期的", R,
           lambda on: _in_hand() & _answered_by_lead() & _lead_was_late() & ~_lead_is_late(on)),
    Figure("office_overdue", "超期没答复", "在部门手里、现在已经超期的", N, _lead_is_late),
    Figure("extended", "延期", "批准过延期的", R,
           lambda on: Q(_of_ticket(Extension, granted=True, department=OuterRef("department")))),
    Figure("in_three", "3个月内", "没有延期,按期答复的", R,
           lambda on: _in_hand() & _answered_by_lead() & ~_lead_was_late() & ~_lead_had_more_time()),
    Figure("in_six", "6个月内", "批准延期后,在延长的期限内答复的", R,
           lambda on: _in_hand() & _answered_by_lead() & ~_lead_was_late() & _lead_had_more_time()),
    _class_figure("A", "已解决"), _class_figure("B", "正在解决或列入计划"),
    _class_figure("C", "因条件限制暂不能解决"), _class_figure("D", "留作参考"),
    Figure("talked", "面商", "承办部门和代表当面商量过、代表签了字的", R, lambda on: _in_hand() & Q(
        _of_ticket(Consultation, signed_at__isnull=False, department=OuterRef("department")))),
)}  # fmt: skip
RETURNED = "returned"
IN_HAND = "departments"  # in place of a department's code: of any department, as the totals of departments are


def counted(rows: OpinionQuerySet, key: str, on: date, office: str = "") -> OpinionQuerySet:
    """The tickets among `rows` that figure `key` counts on the day `on`, whatever the period; void and merged never do.

    `returned` takes the code of the department (`office`) that sent them back as wrongly addressed: it is theirs no more.
    With the `office` IN_HAND the others count only what a department has, or has had last.
    """
    rows = rows.valid()
    if key == RETURNED:
        hops = returns(Hop.objects.filter(opinion=OuterRef("pk")))
        return rows.filter(Exists(hops.filter(office_code=office) if office else hops))
    if office == IN_HAND:
        rows = rows.filter(_in_hand())
    return rows.filter(FIGURES[key].condition(on))


def returns(hops: QuerySet) -> QuerySet:
    """Hops by which a department sent a ticket back (退回), with `office` (key) and `office_code`: it had it before that."""
    before = Hop.objects.filter(
        opinion=OuterRef("opinion"), pk__lt=OuterRef("pk"), move__in=("transfer", "reassign")
    ).order_by("-pk")
    return hops.filter(move="return_wrong").annotate(
        office=Subquery(before.values("department")[:1]), office_code=Subquery(before.values("department__code")[:1])
    )
