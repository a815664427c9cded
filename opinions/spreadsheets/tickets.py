"""The list of tickets as a workbook: exactly what the page shows, with its due days, results and classes."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from io import BytesIO
from itertools import islice

from django.db import transaction
from django.utils.timezone import localtime

from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.spreadsheets import Column, Sheet, write_workbook
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from opinions.permissions import can_export_tickets
from opinions.querysets import OpinionQuerySet
from opinions.services.labels import class_labels
from opinions.services.looking import hide_villagers
from opinions.states import Kind, state_words
from opinions.templatetags.tickets import holder_words

MOST_ROWS = 20_000
CHUNK = 1000
COLUMNS = (
    Column("number", "编号", width=18),
    Column("session", "会议编号", width=22),
    Column("kind", "性质", width=10),
    Column("received", "收到日期", width=12),
    Column("station", "乡镇", width=10),
    Column("branch", "分站", width=12),
    Column("title", "标题", width=24),
    Column("text", "内容", width=60),
    Column("category", "类别", width=10),
    Column("deputy", "代表", width=10),
    Column("holder", "该谁办", width=18),
    Column("department", "承办部门", width=18),
    Column("state", "状态", width=14),
    Column("due", "期限", width=12),
    Column("left", "剩余天数", width=9),
    Column("ended", "办结日期", width=12),
    Column("rating", "评价", width=14),
    Column("class", "办理类别", width=22),
    Column("tags", "备注", width=12),
)


@transaction.atomic
def export_tickets(
    *, rows: OpinionQuerySet, filters: dict, actor, at: datetime, stations: bool = True, branches: bool = True
) -> bytes:
    """Return `rows` (what `actor` sees, in their order) as .xlsx, without anything of a villager.

    A disclosure: who took what is recorded, by the filters that were set and the number of rows; the words of a
    search are not, they may be a villager's name. `stations` and `branches`: does the list show these columns?
    Raises NotAllowed, and DomainError for more than `MOST_ROWS`.
    """
    if not can_export_tickets(actor):
        raise NotAllowed("导出由县人大、联络站、分站站长和承办部门做,需要的话请联系所在联络站。")
    count = rows[: MOST_ROWS + 1].count()
    if count > MOST_ROWS:
        raise DomainError(f"一次最多导出{MOST_ROWS}件,请按状态、地方或收到日期缩小范围再导出。")
    today = today_here(at)
    hidden = {key for key, is_shown in (("station", stations), ("branch", branches)) if not is_shown}
    columns = [column for column in COLUMNS if column.key not in hidden]
    heading = f"意见建议({today:%Y-%m-%d},共{count}件)"
    content = BytesIO()
    write_workbook(
        content,
        [Sheet("意见建议", heading, columns, _lines(_shown(rows, actor), columns, today))],
        constant_memory=True,
    )
    audit.record("export_tickets", actor=actor, at=at, filters=_recorded(filters), rows=count)
    return content.getvalue()


def _recorded(filters: dict) -> dict[str, str]:
    """The filters for the audit row, those that were chosen from a list by their codes."""
    return {name: "…" if name == "q" else str(getattr(value, "code", value)) for name, value in filters.items()}


def _shown(rows: OpinionQuerySet, actor) -> Iterator[Opinion]:
    """The rows as `actor` may read them, with their class; so many at a time as fit into memory."""
    found = rows.with_class().iterator(chunk_size=CHUNK)
    while some := list(islice(found, CHUNK)):
        hide_villagers(tickets=some, actor=actor)
        yield from some


def _lines(rows: Iterable[Opinion], columns: list[Column], on: date) -> Iterator[list[str | int]]:
    labels: dict[int, dict[str, str]] = {}
    for ticket in rows:
        if ticket.county_id not in labels:
            labels[ticket.county_id] = dict(class_labels(ticket.county_id))
        cells = _cells(ticket, on, labels[ticket.county_id])
        yield [cells[column.key] for column in columns]


def _cells(ticket: Opinion, on: date, labels: dict[str, str]) -> dict[str, str | int]:
    detail = getattr(ticket, "detail", None)
    left = ticket.days_left(on)
    return {
        "number": f"{ticket.foreign_register}{ticket.number}",
        "session": detail.session_number if detail else "",
        "kind": "议案" if detail and detail.is_motion else Kind(ticket.kind).label,
        "received": f"{ticket.registered_on:%Y-%m-%d}",
        "station": ticket.station.name,
        "branch": ticket.branch.name,
        "title": ticket.title,
        "text": ticket.text,
        "category": ticket.get_category_display(),
        "deputy": ticket.deputy.name if ticket.deputy else "",
        "holder": holder_words(ticket),
        "department": ticket.department.name if ticket.department else "",
        "state": state_words(ticket.kind, ticket.state),
        "due": f"{ticket.due_on:%Y-%m-%d}" if ticket.due_on else "",
        "left": "" if left is None else left,
        "ended": f"{localtime(ticket.ended_at):%Y-%m-%d}" if ticket.ended_at else "",
        "rating": ticket.get_rating_display() + ("(代评)" if ticket.rated_by_proxy else ""),
        "class": labels.get(ticket.given_class or "", ""),
        "tags": "、".join(_tags(ticket)),
    }


def _tags(ticket: Opinion) -> list[str]:
    marks = (("督办", hasattr(ticket, "supervision")), ("跟踪", ticket.tracked), ("保密", ticket.confidential))
    return [word for word, is_set in marks if is_set]
