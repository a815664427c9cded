"""Names of a ticket's kinds, states, stages of time, reply classes, as fixed by the contract; and their neighbours'."""

from django.db.models import IntegerChoices, TextChoices


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
SOON_DAYS = 3  # so many days before its due day a ticket is nearly due (快到期)
ANSWERED = frozenset({State.REPLIED, State.TOLD, State.CLOSED})
SETTLED = ANSWERED | {State.REFUSED}  # there is something to tell to whoever was merged into it
OF_SUGGESTIONS = {State.WAITING: "等代表补充"}  # where the usual words speak of a villager


def state_words(kind: str, state: str) -> str:
    """Return what a state is called to a person: a suggestion has a deputy in place of a villager."""
    own = OF_SUGGESTIONS.get(State(state)) if kind == Kind.SUGGESTION else None
    return own or str(State(state).label)


class Stage(TextChoices):
    """What a term (办理期限) is for: a state of the ticket, or something that has to be done beside it."""

    REGISTERED = State.REGISTERED.value, "核对登记"
    AT_BRANCH = State.AT_BRANCH.value, "分站办理"
    AT_STATION = State.AT_STATION.value, "联络站办理"
    AT_CENTRE = State.AT_CENTRE.value, "县人大交办"
    AT_DEPARTMENT = State.AT_DEPARTMENT.value, "部门答复"
    REPLIED = State.REPLIED.value, "告知结果"
    TOLD = State.TOLD.value, "评价"
    REWORKING = State.REWORKING.value, "重新办理"
    SIGN_FOR = "sign_for", "部门签收或退回"
    ASSIST = "assist", "协办部门提意见"
    FOLLOW_UP = "follow_up", "办结后回访"


class Alert(IntegerChoices):
    """How far a running term has been warned of (期限提醒)."""

    NONE = 0, "没有提醒"
    HALF = 1, "过半"
    NEAR = 2, "过八成"
    DUE = 3, "今天到期"
    OVERDUE = 4, "超期"


class ReplyClass(TextChoices):
    A = "A", "A 已解决"
    B = "B", "B 正在解决或列入计划"
    C = "C", "C 因条件限制暂不能解决"
    D = "D", "D 留作参考"


class Unit(TextChoices):
    WORKING_DAY = "working_day", "个工作日"
    MONTH = "month", "个月"


class ContactWish(TextChoices):
    """How the deputy wants the department to get in touch before it answers a suggestion (希望的联系方式)."""

    MEETING = "meeting", "当面座谈"
    VISIT = "visit", "上门走访"
    PHONE = "phone", "电话"
    WRITTEN = "written", "书面答复即可"


class Redacted(TextChoices):
    """Which words of a ticket were struck out (隐去)."""

    TITLE = "title", "标题"
    TEXT = "text", "内容"
    REPLY = "reply", "答复"
    HOP = "hop", "办理说明"


class AskedFor(TextChoices):
    """What a villager may ask for about the own name, phone and village (个人信息保护法 art. 46, 47)."""

    CORRECT = "correct", "更正"
    FORGET = "forget", "删去姓名和电话"


class AskedState(TextChoices):
    """How far that has come. PROMISED: an open matter needs the phone; it goes by itself once the matter has ended."""

    ASKED = "asked", "等办理"
    PROMISED = "promised", "办结以后删去"
    DONE = "done", "已经办好"
    REFUSED = "refused", "没有同意"
    WITHDRAWN = "withdrawn", "已撤回"


STILL_ASKED = frozenset({AskedState.ASKED, AskedState.PROMISED})
