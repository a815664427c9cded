"""What the deputies' side of moving, merging and closing branches is (see `stations.signals`)."""

from datetime import date, datetime

from django.urls import reverse

from deputies.models import Deputy, Membership
from deputies.services.memberships import carry_over
from deputies.states import MandateLevel, MembershipRole
from julu_liaison.common.errors import Conflict
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from stations.models import Station
from stations.rules import Effect

SUNDAYS = 4  # the least a month has


def tell_of_move(*, branch: Station, at: datetime) -> list[Effect]:
    """Memberships hang on the branch and go with it; printed boards bear the old name."""
    members = list(_still_there(branch, today_here(at)))
    found = [Effect("驻站代表,一起过去", len(members), "人", _names(members))] if members else []
    if branch.editions.exists():
        found.append(Effect("公示牌和站牌上印的是原来的名称,请重印;二维码不变,照样能用。", is_warning=True))
    return found


def hand_over_members(*, branch: Station, into: Station, on: date, actor, at: datetime) -> list[Effect]:
    """End every membership of `branch` the day before `on` and let it go on in `into`; see `_role_in`."""
    members = list(_still_there(branch, on))
    if not members:
        return []
    # In the order of their keys, as the ledger's workers lock them.
    list(Deputy.objects.filter(pk__in=[member.deputy_id for member in members]).order_by("pk").select_for_update())
    there = list(_still_there(into, on))
    head = next((member for member in there if member.role == MembershipRole.HEAD), None)
    warnings = []
    for member in members:
        role, warning = _role_in(into, member, head, on)
        carry_over(membership=member, into=into, role=role, on=on, actor=actor)
        warnings += [Effect(warning, is_warning=True)] if warning else []
    _tell(members, branch, into, at)
    moved = Effect("驻站代表,改驻新站", len(members), "人", _names(members))
    return [moved, *warnings, *_crowding(into, len(there) + len(members))]


def demand_no_members(*, station: Station, on: date) -> None:
    """A place is not closed over the heads of those who serve there."""
    left = list(_still_there(station, on))
    if left:
        names = "、".join(_names(left)[:5]) + ("等" if len(left) > 5 else "")
        raise Conflict(f"{station.full_name}还有{len(left)}位代表({names}),请先把他们分到别的分站,再撤销。")


def _still_there(branch: Station, on: date):
    """Memberships that count on the day `on` or any later day, head first."""
    rows = Membership.objects.filter(branch=branch).overlapping(on, date.max)
    return rows.heads_first().select_related("deputy__user", "branch")


def _role_in(into: Station, member: Membership, head: Membership | None, on: date) -> tuple[str, str]:
    """A head stays head where there is none and the county mandate lasts. Returns the role and a warning."""
    if member.role != MembershipRole.HEAD:
        return member.role, ""
    name = member.deputy.name
    if head is not None:
        return MembershipRole.MEMBER, f"{into.full_name}已有站长{head.deputy.name},{name}过去以后是成员。"
    if not member.deputy.mandates.in_force(on).filter(level=MandateLevel.COUNTY).exists():
        return MembershipRole.MEMBER, f"{name}没有县级代表资格,过去以后是成员,请另定站长。"
    return MembershipRole.HEAD, f"{into.full_name}没有站长,{name}过去以后任站长。"


def _crowding(into: Station, number: int) -> list[Effect]:
    places = SUNDAYS * into.seats_here
    if number <= places:
        return []
    words = f"合并后有{number}位代表,一个月{SUNDAYS}个星期日、每次{into.seats_here}人,排不下所有人,请看看要不要调整。"
    return [Effect(words, is_warning=True)]


def _tell(members: list[Membership], branch: Station, into: Station, at: datetime) -> None:
    users = [member.deputy.user for member in members if member.deputy.user]
    notify(
        kind=Kind.OFFICE,
        users=users,
        text=f"{branch.full_name}已并入{into.full_name},您改驻那里。",
        link=reverse("me"),
        at=at,
        fit_for_outside=True,
    )


def _names(members: list[Membership]) -> tuple[str, ...]:
    return tuple(member.deputy.name for member in members)
