"""Names of a ticket's kinds, states, reply classes and ratings, as fixed by the contract."""

from django.db.models import TextChoices


class Kind(TextChoices):
    OPINION = "opinion", "社情民意"
    SUGGESTION = "suggestion", "代表建议"


class State(TextChoices):
    REGISTERED = "registered", "待核对"
    AT_BRANCH = "at_branch", "分站办理"
    AT_STATION = "at_station", "联络站办理"
    AT_CENTRE = "at_centre", "县人大办理"
    AT_DEPARTMENT = "at_department", "部门办理"
    WAITING = "waiting", "等群众补充"
    REPLIED = "replied", "已答复,待告知"
    TOLD = "told", "已告知,待评价"
    REWORKING = "reworking", "重新办理"
    CLOSED = "closed", "已办结"
    REFUSED = "refused", "不予受理"
    MERGED = "merged", "已并案"
    VOID = "void", "已作废"


HELD = frozenset({State.AT_BRANCH, State.AT_STATION, State.AT_CENTRE, State.AT_DEPARTMENT})
ENDED = frozenset({State.CLOSED, State.REFUSED, State.MERGED, State.VOID})
OPEN = frozenset(State) - ENDED


class ReplyClass(TextChoices):
    A = "A", "A 已解决"
    B = "B", "B 正在解决或列入计划"
    C = "C", "C 因条件限制暂不能解决"
    D = "D", "D 留作参考"


class Unit(TextChoices):
    WORKING_DAY = "working_day", "个工作日"
    MONTH = "month", "个月"
