"""Gateways: the robots of groups, text message services, other systems."""

from uuid import UUID

import requests
from urllib3.exceptions import MaxRetryError

from julu_liaison.common.errors import DomainError
from julu_liaison.notices.models import Gateway
from julu_liaison.notices.services.wire.addresses import is_http, is_inside, sender_of
from julu_liaison.notices.services.wire.answers import refusal_in, said_in
from julu_liaison.notices.services.wire.ear import Heard, hearing
from julu_liaison.notices.services.wire.outcomes import ARRIVED, Fate, Outcome
from julu_liaison.notices.states import GatewayKind

ROBOTS = (GatewayKind.WECOM, GatewayKind.DINGTALK)
BUSY = {-1, 45009, 130101, 410100}  # answers of the groups' robots to be asked again later
WRONG_ADDRESS = "发送通道的地址不对,请到“发送通道”里改好,再发一次。"


def post(*, gateway: Gateway, text: str, uid: UUID, phone: str = "") -> Outcome:
    """Send `text` through the gateway, to `phone` where it is a text message service. Never raises."""
    try:
        sender = sender_of(gateway.kind, gateway.address, phone=phone)
    except DomainError:
        return Outcome(Fate.NEVER, WRONG_ADDRESS)
    if is_inside(sender):
        return Outcome(Fate.NEVER, "发送通道指向本机,不能用,请到“发送通道”里改。")
    if is_http(sender):
        sender.headers["Idempotency-Key"] = str(uid)
    with hearing() as heard:
        sender.notify(body=text, title="")
    return _judged(heard, kind=gateway.kind)


def _judged(heard: Heard, *, kind: str) -> Outcome:
    if heard.response is not None:
        return _judged_answer(heard.response, kind)
    if isinstance(heard.error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader)) or not heard.error:
        return Outcome(Fate.NEVER, WRONG_ADDRESS)
    if _never_left(heard.error):
        return Outcome(Fate.LATER, "发送通道连不上,请检查网络和地址。", is_down=True)
    return Outcome(Fate.UNCLEAR, "发出去以后没有等到回答,不知道对方有没有收到。可以问问对方,没收到再发一次。")


def _never_left(error: requests.RequestException) -> bool:
    """Whether there was no connection, so that nothing can have arrived."""
    refused = (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError)
    return isinstance(error, refused) or (bool(error.args) and isinstance(error.args[0], MaxRetryError))


def _judged_answer(response: requests.Response, kind: str) -> Outcome:
    if not 200 <= response.status_code < 300:
        return _judged_status(response.status_code)
    return _judged_robot(response) if kind in ROBOTS else _judged_inside(response, kind)


def _judged_status(status: int) -> Outcome:
    if status in (408, 425, 429, 503):
        return Outcome(Fate.LATER, f"对方暂时收不了({status})。")
    if status >= 500:
        return Outcome(Fate.UNCLEAR, f"对方出错了({status}),不知道有没有收到。可以问问对方,没收到再发一次。")
    if status in (401, 403):
        return Outcome(Fate.NEVER, f"对方不认地址里的密钥({status}),请到“发送通道”里改好,再发一次。")
    return Outcome(Fate.NEVER, f"对方没有收({status}),请到“发送通道”里核对地址,再发一次。")


def _judged_inside(response: requests.Response, kind: str) -> Outcome:
    """Text message services and other systems: a yes unless they say no inside."""
    code = refusal_in(response)
    if code is None:
        return ARRIVED
    whose, ask = ("短信平台", "短信公司") if kind == GatewayKind.SMS else ("对方系统", "对方")
    named = f"({code})" if code else ""
    return Outcome(Fate.NEVER, f"{whose}没有收{named},请向{ask}问清楚为什么,改好再发一次。")


def _judged_robot(response: requests.Response) -> Outcome:
    """Robots of groups answer 200 to everything and say inside what is wrong."""
    code = said_in(response).get("errcode")
    if not isinstance(code, int):
        return Outcome(Fate.UNCLEAR, "群机器人的回答看不懂,请到群里看看,没有收到再发一次。")
    if code == 0:
        return ARRIVED
    if code in BUSY:
        return Outcome(Fate.LATER, f"群机器人太忙({code})。")
    return Outcome(Fate.NEVER, f"群机器人没有发({code}),请看看机器人还在不在群里、关键词对不对,改好再发一次。")
