"""What moving, merging and closing branches is for tickets (see `stations.signals`)."""

from collections.abc import Callable, Iterable
from datetime import datetime

from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind as NoticeKind
from opinions.models import Hop, Opinion
from opinions.workflow import RELOCATE
from stations.models import Posting, Station
from stations.rules import Effect
from stations.states import Role

COLUMNS = ("branch", "station", "county", "holder_station", "version")


def follow_branch(*, branch: Station, source: Station, target: Station, actor, at: datetime) -> list[Effect]:
    """All tickets of a moved branch go to the new station, with their numbers; it handles the open ones."""
    rows = Opinion.objects.filter(branch=branch)
    note = f"分站由{source.name}划归{target.name},改由{target.name}联络站接着办。"
    moved = _relocated(rows, {source.pk: target.pk}, lambda ticket: ticket.put_at(branch), note, actor, at)
    rest = rows.exclude(pk__in=[ticket.pk for ticket in moved]).update(station=target)
    _tell(target, len(moved), f"{branch.full_name}划归本站", at)
    return _told(moved, "没办完的意见建议,由新的联络站接着办", rest, "已结束的意见建议,一起过去,编号不变")


def follow_merger(*, branch: Station, into: Station, actor, at: datetime) -> list[Effect]:
    """Open tickets go over to `into` and its station; ended ones stay with the old branch."""
    rows = Opinion.objects.filter(branch=branch)
    holders = {branch.pk: into.pk, branch.parent_id: into.parent_id}
    note = f"{branch.full_name}已并入{into.full_name},由后者接着办。"
    moved = _relocated(rows, holders, lambda ticket: ticket.put_at(into), note, actor, at)
    if branch.parent_id != into.parent_id:
        _tell(into.parent, len(moved), f"{branch.full_name}并入{into.name}", at)
    ended = rows.count()
    return _told(moved, "没办完的意见建议,由新站接着办", ended, "已结束的意见建议,留在原分站名下")


def demand_no_open_tickets(*, station: Station) -> None:
    """A place is not closed while something waits there."""
    mine = Opinion.objects.open().filter(branch=station) | Opinion.objects.open().filter(holder_station=station)
    numbers = [ticket.full_number for ticket in mine.select_related("register").order_by("pk")]
    if numbers:
        words = "、".join(numbers[:3]) + ("等" if len(numbers) > 3 else "")
        raise Conflict(f"{station.full_name}还有{len(numbers)}件没办完的意见建议({words}),请先办结,再撤销。")


def _relocated(
    rows, holders: dict[int, int], put: Callable[[Opinion], None], note: str, actor, at: datetime
) -> list[Opinion]:  # fmt: skip
    """Put every open ticket of `rows` elsewhere with a hop that says so; state and term stay as they are."""
    tickets = list(rows.open().order_by("pk").select_for_update())
    for ticket in tickets:
        put(ticket)
        ticket.holder_station_id = holders.get(ticket.holder_station_id, ticket.holder_station_id)
        ticket.version += 1
    Opinion.objects.bulk_update(tickets, COLUMNS, batch_size=500)
    Hop.objects.bulk_create([_hop(ticket, note, actor, at) for ticket in tickets])
    return tickets


def _hop(ticket: Opinion, note: str, actor, at: datetime) -> Hop:
    return Hop(
        opinion=ticket, move=RELOCATE, from_state=ticket.state, to_state=ticket.state, actor=actor, at=at, note=note,
        standing_in_for_id=audit.stood_in_for(actor), place_id=ticket.holder_station_id,
        department_id=ticket.holder_department_id, due_on=ticket.due_on,
        public_line=note, version=ticket.version,
    )  # fmt: skip


def _tell(station: Station, number: int, words: str, at: datetime) -> None:
    """Tell the new station's clerks what has come to them."""
    if number:
        rows = Posting.objects.in_force(today_here(at)).filter(station=station, role=Role.CLERK)
        users = {row.user for row in rows.select_related("user")}
        text = f"{words},{number}件没办完的意见建议由本站接着办。"
        notify(
            kind=NoticeKind.TICKET,
            users=sorted(users, key=lambda user: user.pk),
            text=text,
            link="/opinions/?state=open",
            at=at,
            fit_for_outside=True,
        )


def _told(moved: list[Opinion], open_words: str, ended: int, ended_words: str) -> list[Effect]:
    effects = (
        Effect(open_words, len(moved), "件", tuple(_numbers(moved))),
        Effect(ended_words, ended, "件"),
    )
    return [effect for effect in effects if effect.count]


def _numbers(tickets: Iterable[Opinion]) -> list[str]:
    return [ticket.number for ticket in tickets]
