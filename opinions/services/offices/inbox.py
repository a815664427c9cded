"""What waits for a department (待办): its tickets in groups by what has to be done, most urgent first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, Subquery

from opinions.models import Assistance, Clock, Opinion, Reply
from opinions.querysets import OpinionQuerySet
from opinions.states import SOON_DAYS, Stage, State

SHOWN = 20  # tickets a group; the list shows the rest


@dataclass(frozen=True)
class Group:
    """What to do with the tickets of a group, and where the rest of it is listed."""

    key: str
    title: str
    act: str  # the words of the row's button
    step: str  # the move it leads to; empty: only a look
    rest: str  # query string of the list


GROUPS = (
    Group("sign", "等签发", "看稿签发", "sign_reply", "mine=1"),
    Group("rework", "重新办理", "写答复", "reply", "mine=1&state=reworking"),
    Group("sign_for", "要签收", "签收", "sign_for", "mine=1&state=at_department"),
    Group("answer", "要答复", "写答复", "reply", "mine=1&state=at_department"),
    Group("assist", "要提协办意见", "写协办意见", "assist_opinion", "state=open"),
    Group("track", "跟踪办理(B类)", "办好了,再答复", "reply", "tracked=1"),
    Group("wait", "等群众补充", "看一看", "", "state=waiting"),
)


@dataclass(frozen=True)
class Row:
    """A ticket in the inbox. `due_on`: the day this group's work is due, which need not be the ticket's own."""

    ticket: Opinion
    due_on: date | None

    def days_left(self, on: date) -> int | None:
        return (self.due_on - on).days if self.due_on else None


@dataclass(frozen=True)
class Waiting:
    """A group with what is in it, most urgent first."""

    group: Group
    rows: list[Row]
    has_more: bool

    @property
    def due_on(self) -> date | None:
        """The day of the most urgent one; none while the terms stand still."""
        return self.rows[0].due_on

    def days_left(self, on: date) -> int | None:
        return self.rows[0].days_left(on)


def inbox_of(
    *, departments: Iterable[int], on: date, claimed_by=None, heads: bool = False
) -> list[Waiting]:  # fmt: skip
    """Return the groups that have something in them, what is overdue or nearly due on the day `on` before the rest, else
    in the order of work; one query a group. `heads`: the person signs answers.

    `claimed_by`: only what this account has taken into its hands; assisting is nobody's in person and stays out then.
    """
    found = []
    for group in GROUPS:
        rows = ROWS[group.key](list(departments))
        if claimed_by is not None:
            rows = rows.filter(claimed_by=claimed_by) if group.key != "assist" else rows.none()
        some = list(_for_rows(rows)[: SHOWN + 1])
        if some:
            shown = [Row(ticket, ticket.step_due) for ticket in some[:SHOWN]]  # type: ignore[attr-defined]
            found.append(Waiting(_worded(group, heads), shown, len(some) > SHOWN))
    return sorted(found, key=lambda one: _urgency(one.days_left(on)))


def _urgency(left: int | None) -> int:
    """Overdue, soon, later; equal within each, so that the order of work stays."""
    if left is None or left > SOON_DAYS:
        return 2
    return 0 if left < 0 else 1


def _worded(group: Group, heads: bool) -> Group:
    """Who does not sign answers only waits for the signature."""
    if group.key != "sign" or heads:
        return group
    return Group("sign", "等负责人签发", "看一看", "", group.rest)


def _for_rows(rows: OpinionQuerySet) -> OpinionQuerySet:
    rows = rows.select_related("register", "claimed_by", "department").without_villager()
    return rows.order_by(F("step_due").asc(nulls_last=True), "pk")


def _to_sign(departments: list[int]) -> OpinionQuerySet:
    held = Q(state__in=[State.AT_DEPARTMENT, State.REWORKING], holder_department__in=departments)
    tracked = Q(state=State.CLOSED, tracked=True, department__in=departments)
    rows = Opinion.objects.filter(held | tracked)
    return rows.filter(_has_draft()).annotate(step_due=F("due_on"))


def _held(departments: list[int], **state) -> OpinionQuerySet:
    """What lies with the departments and has no draft waiting to be signed."""
    rows = Opinion.objects.filter(holder_department__in=departments, **state).exclude(_has_draft())
    return rows.annotate(step_due=F("due_on"))


def _to_rework(departments: list[int]) -> OpinionQuerySet:
    return _held(departments, state=State.REWORKING)


def _to_sign_for(departments: list[int]) -> OpinionQuerySet:
    clocks = Clock.objects.running().filter(opinion=OuterRef("pk"), stage=Stage.SIGN_FOR)
    rows = _held(departments, state=State.AT_DEPARTMENT, signed_for_at=None)
    return rows.annotate(step_due=Subquery(clocks.values("due_on")[:1]))


def _to_answer(departments: list[int]) -> OpinionQuerySet:
    return _held(departments, state=State.AT_DEPARTMENT, signed_for_at__isnull=False)


def _to_assist(departments: list[int]) -> OpinionQuerySet:
    owing = Assistance.objects.filter(opinion=OuterRef("pk"), department__in=departments, given_at=None)
    clocks = Clock.objects.running().filter(
        opinion=OuterRef("pk"), stage=Stage.ASSIST, department__in=departments
    )  # fmt: skip
    rows = Opinion.objects.filter(Exists(owing), state__in=[State.AT_DEPARTMENT, State.REWORKING])
    return rows.annotate(step_due=Subquery(clocks.order_by("due_on").values("due_on")[:1]))


def _to_track(departments: list[int]) -> OpinionQuerySet:
    rows = Opinion.objects.tracked().filter(state=State.CLOSED, department__in=departments).exclude(_has_draft())
    promised = Reply.objects.filter(opinion=OuterRef("pk"), signed_at__isnull=False).order_by("-pk")
    return rows.annotate(step_due=Subquery(promised.values("promised_on")[:1]))


def _to_wait(departments: list[int]) -> OpinionQuerySet:
    rows = Opinion.objects.filter(holder_department__in=departments, state=State.WAITING)
    return rows.annotate(step_due=F("due_on"))


def _has_draft() -> Exists:
    return Exists(Reply.objects.filter(opinion=OuterRef("pk"), signed_at=None, withdrawn=False))


ROWS: dict[str, Callable[[list[int]], OpinionQuerySet]] = {
    "sign": _to_sign, "rework": _to_rework, "sign_for": _to_sign_for, "answer": _to_answer, "assist": _to_assist,
    "track": _to_track, "wait": _to_wait,
}  # fmt: skip
