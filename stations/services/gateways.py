"""Where the messages of places go out, by whoever looks after the places."""

from datetime import datetime

from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.notices.models import Gateway
from julu_liaison.notices.services import gateways as ways_out
from julu_liaison.notices.services.wire import Outcome
from julu_liaison.notices.states import GatewayKind
from stations.models import Station
from stations.permissions import can_manage_gateways
from stations.states import Level

NOT_YOURS = "发送通道由县级管理员设置;工作群机器人也可以由本站工作人员设置。"
SMS_BELOW = "短信是全县用一个通道,站点请选县"
BRANCH = "分站没有单独的工作群通道,请选联络站"


def set_up_gateway(*, place: Station, kind: str, name: str, address: str, actor, at: datetime) -> Gateway:
    """Set up another way out for a place: text messages for a county, groups' robots for a county or a station.

    Raises NotAllowed, DomainError for another level, and what `gateways.add_gateway` raises.
    """
    _demand(actor, place, kind)
    _demand_level(place, kind)
    return ways_out.add_gateway(
        place_code=place.code,
        county_code=place.county_code,
        kind=kind,
        name=name,
        address=address,
        actor=actor,
        at=at,
    )


def change_gateway(*, gateway: Gateway, name: str, address: str, is_active: bool, actor, at: datetime) -> Gateway:
    """Change a place's gateway, or switch it off and on. Raises NotAllowed, and what `gateways.change_gateway` raises."""
    place = _demand(actor, _place_of(gateway), gateway.kind)
    return ways_out.change_gateway(
        gateway=gateway, county_code=place.county_code, name=name, address=address, is_active=is_active, actor=actor,
        at=at,
    )  # fmt: skip


def try_gateway(*, gateway: Gateway, phone: str = "", actor, at: datetime) -> Outcome:
    """Send a trial message now, a text message to `phone`, or else to who tries. Raises NotAllowed, and what
    `gateways.try_gateway` raises."""
    place = _demand(actor, _place_of(gateway), gateway.kind)
    return ways_out.try_gateway(
        gateway=gateway, county_code=place.county_code, phone=phone.strip() or actor.phone, actor=actor, at=at
    )


def _place_of(gateway: Gateway) -> Station:
    return Station.objects.select_related("county").get(code=gateway.place_code)


def _demand_level(place: Station, kind: str) -> None:
    """Text messages reach the people of a whole county; branches have no group of their own that is written to."""
    if kind == GatewayKind.SMS and place.level != Level.CENTRE:
        raise DomainError(SMS_BELOW, fields={"place": SMS_BELOW})
    if place.level == Level.BRANCH:
        raise DomainError(BRANCH, fields={"place": BRANCH})


def _demand(actor, place: Station, kind: str) -> Station:
    """Return the place where the actor may set up a gateway of this kind. Raises NotAllowed."""
    if not can_manage_gateways(actor, place, kind):
        raise NotAllowed(NOT_YOURS)
    return place
