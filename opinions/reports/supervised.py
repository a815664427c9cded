"""The tickets under supervision by director, for the directors' meeting (主任会议督办件清单)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from julu_liaison.common.spreadsheets import Column, Sheet, write_workbook
from julu_liaison.common.working_days import today_here
from opinions.models import Director, Hop, Supervision
from opinions.services.looking import hide_villagers
from opinions.states import ENDED
from opinions.templatetags.tickets import holder_words
from opinions.workflow import label_of

NOBODY = "没有指定领导"
MOST_DONE = 50  # on the page; the list of tickets has all of them
WITH = ("director", *(f"opinion__{name}" for name in (
    "register", "branch__parent", "deputy", "department", "holder_station__parent", "holder_department")))  # fmt: skip
SEALED = ("opinion__villager_name", "opinion__villager_phone")
COLUMNS = [
    Column("director", "督办领导", width=16), Column("number", "编号", width=20), Column("kind", "性质", width=10),
    Column("matter", "事项", width=40), Column("demand", "督办要求", width=30), Column("since", "列入日期", width=12),
    Column("holder", "承办", width=18), Column("state", "状态", width=12), Column("due", "期限", width=12),
    Column("left", "剩余天数", width=12), Column("last", "最近一步", width=26), Column("urged", "催办次数", width=9),
]  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One ticket under supervision. `urged`: how many times; `last`: its latest step."""

    row: Supervision
    last: Hop | None

    @property
    def ticket(self):
        return self.row.opinion

    @property
    def urged(self) -> int:
        return self.row.urged

    @property
    def last_words(self) -> str:
        """What was done last and by whom, e.g. `签收(交通经办人)`; nothing of what was written."""
        if self.last is None:
            return ""
        who = self.last.actor_words
        return label_of(self.last.move) + (f"({who})" if who else "")


def open_by_director(counties: Iterable[int], reader) -> list[tuple[Director | None, list[Item]]]:
    """Open ones in three queries, director by director in official order, the most urgent first; the ones of nobody last.

    Confidential villagers are hidden where `reader` may not know them, as an auditor.
    """
    rows = _rows(counties).exclude(opinion__state__in=ENDED)
    groups: dict[Director | None, list[Item]] = {}
    for item in sorted(_items(rows, reader), key=_urgency):
        groups.setdefault(item.row.director, []).append(item)
    return sorted(groups.items(), key=lambda pair: _order(pair[0]))


def done_lately(counties: Iterable[int], reader) -> list[Item]:
    rows = _rows(counties).filter(opinion__state__in=ENDED).order_by("-opinion__ended_at", "-pk")
    return _items(rows[:MOST_DONE], reader)


def supervised_workbook(groups: list[tuple[Director | None, list[Item]]], on: date) -> bytes:
    """The open ones, as on the page."""
    rows = [_cells(director, item, on) for director, items in groups for item in items]
    target = BytesIO()
    heading = f"主任会议督办件清单({on:%Y-%m-%d})"
    write_workbook(target, [Sheet("督办件", heading, COLUMNS, rows)])
    return target.getvalue()


def left_words(ticket, on: date) -> str:
    """`还剩3天`, `今天到期`, `超期2天`; nothing without a term."""
    left = ticket.days_left(on)
    if left is None:
        return ""
    if left == 0:
        return "今天到期"
    return f"还剩{left}天" if left > 0 else f"超期{-left}天"


def _rows(counties: Iterable[int]) -> QuerySet:
    hops = Hop.objects.filter(opinion=OuterRef("opinion")).order_by()
    urged = hops.filter(move="urge").values("opinion").annotate(number=Count("pk")).values("number")
    rows = Supervision.objects.filter(opinion__county__in=counties).select_related(*WITH).defer(*SEALED)
    last = hops.order_by("-pk").values("pk")[:1]
    return rows.annotate(urged=Coalesce(Subquery(urged), 0), last_hop=Subquery(last))


def _items(rows: QuerySet, reader) -> list[Item]:
    found = list(rows)
    hide_villagers(tickets=[row.opinion for row in found], actor=reader)
    hops = {hop.pk: hop for hop in Hop.objects.filter(pk__in=[row.last_hop for row in found]).in_order()}
    return [Item(row, hops.get(row.last_hop)) for row in found]


def _urgency(item: Item) -> tuple:
    return (item.ticket.due_on or date.max, item.row.pk)


def _order(director: Director | None) -> tuple:
    return (director is None, director.official_order if director else 0, director.pk if director else 0)


def _cells(director: Director | None, item: Item, on: date) -> list[str | int]:
    ticket = item.ticket
    return [
        str(director or NOBODY), ticket.register.name + ticket.number, ticket.get_kind_display(), ticket.heading,
        item.row.reason, f"{today_here(item.row.started_at):%Y-%m-%d}", holder_words(ticket), ticket.get_state_display(),
        ticket.due_on.isoformat() if ticket.due_on else "", left_words(ticket, on), item.last_words, item.urged,
    ]  # fmt: skip
