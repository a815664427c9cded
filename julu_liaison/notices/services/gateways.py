"""Where a place's messages go out (发送通道). Who may is decided by callers who know the places (stations app).

An address holds its secret: it is stored encrypted, shown masked, and never written into the audit.
"""

from datetime import datetime
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

from django.db import IntegrityError, transaction

from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError
from julu_liaison.common.secrets import masked_phone, opened, unopened
from julu_liaison.common.texts import checked_phone, clean_text
from julu_liaison.notices.models import Gateway
from julu_liaison.notices.services.wire import Outcome, checked_address, post
from julu_liaison.notices.states import GatewayKind

TRIAL = "这是一条试发的消息,收到就说明设置好了,不用回复。"
NO_KEY = "存着的地址打不开(密钥换过),请重新填一次地址,或者请系统管理员核对 FIELD_KEYS。"
LONGEST_NAME = 40
LONG_ENOUGH = 16  # characters of a secret of which four give nothing away
SHORT_NAMES = {
    GatewayKind.WECOM: "企业微信", GatewayKind.DINGTALK: "钉钉", GatewayKind.SMS: "短信平台", GatewayKind.WEBHOOK: "其他系统",
}  # fmt: skip
ROBOT_HOSTS = {GatewayKind.WECOM: "qyapi.weixin.qq.com", GatewayKind.DINGTALK: "oapi.dingtalk.com"}


@transaction.atomic
def add_gateway(
    *, place_code: str, county_code: str, kind: str, name: str, address: str, actor, at: datetime
) -> Gateway:
    """Set up another way out for a place. Raises DomainError for an address that doesn't fit, a name that is taken."""
    if kind not in GatewayKind.values:
        raise DomainError("没有这种发送通道,请从列出的里面选。", fields={"kind": "请从列出的里面选"})
    gateway = Gateway(
        place_code=place_code, kind=kind, name=_checked_name(name), address=checked_address(kind, address), created_at=at
    )  # fmt: skip
    _save(gateway)
    audit.record(
        "add_gateway", actor=actor, target=gateway, county_code=county_code, at=at, place=place_code, kind=kind,
        name=gateway.name,
    )  # fmt: skip
    return gateway


@transaction.atomic
def change_gateway(
    *, gateway: Gateway, county_code: str, name: str, address: str, is_active: bool, actor, at: datetime
) -> Gateway:
    """Change the name, the address (an empty one stays as it was) or whether it is in use. Raises what adding raises.

    One that was given up is switched off, not deleted: messages say through what they went.
    """
    row = unopened(Gateway.objects.select_for_update(), "address").get(pk=gateway.pk)
    before = {"name": row.name, "is_active": row.is_active, "address": opened(row, "address")}
    after = {"name": _checked_name(name), "is_active": is_active}
    if address.strip():
        after["address"] = checked_address(row.kind, address)
    changed = sorted(column for column, value in after.items() if before[column] != value)
    if changed:
        for column in changed:
            setattr(row, column, after[column])
        _save(row)
        audit.record(
            "change_gateway", actor=actor, target=row, county_code=county_code, at=at, columns=changed,
            is_active=is_active,
        )  # fmt: skip
    return row


def try_gateway(*, gateway: Gateway, county_code: str, phone: str, actor, at: datetime) -> Outcome:
    """Send a trial message now, a text message to `phone`; returns how it went. No transaction is open meanwhile.

    The phone is kept nowhere; the audit has it masked. Raises Conflict for one that is switched off, DomainError where
    there is no phone to send to, or none that is one.
    """
    if not gateway.is_active:
        raise Conflict("这个发送通道停用了,启用以后才能试发。")
    if opened(gateway, "address") is None:
        raise Conflict(NO_KEY)
    to = _checked_phone(phone) if gateway.kind == GatewayKind.SMS else ""
    outcome = post(gateway=gateway, text=TRIAL, uid=uuid4(), phone=to)
    whom = {"phone": masked_phone(to)} if to else {}
    audit.record(
        "try_gateway", actor=actor, target=gateway, county_code=county_code, at=at, fate=outcome.fate.value, **whom
    )  # fmt: skip
    return outcome


def masked_address(gateway: Gateway) -> str:
    """Return of the address what tells it from another one: what it is, where it leads, the secret's last characters; or
    that no key opens it."""
    address, kind = opened(gateway, "address"), SHORT_NAMES[GatewayKind(gateway.kind)]
    if address is None:
        return f"{kind} 地址打不开,请重新填"
    secret = _secret_of(gateway.kind, address)
    tail = secret[-4:] if len(secret) >= LONG_ENOUGH else ""
    return f"{kind} {_host_of(gateway.kind, address)} …{tail}"


def _host_of(kind: str, address: str) -> str:
    return ROBOT_HOSTS.get(GatewayKind(kind)) or urlsplit(address).netloc.rpartition("@")[2]


def _secret_of(kind: str, address: str) -> str:
    """The robot's key; of other addresses the longest part that may be one, as nobody says which it is."""
    parts = urlsplit(address)
    if kind in ROBOT_HOSTS:
        return parts.netloc.rpartition("@")[2]
    given = [value for _name, value in parse_qsl(parts.query)]
    candidates = [parts.password or "", *given, *parts.path.split("/")]
    return max((one for one in candidates if "{phone}" not in one), key=len, default="")


def _checked_phone(text: str) -> str:
    if not text:
        said = "请填一个手机号,您的账号上没有手机号"
        raise DomainError(f"{said}。", fields={"phone": said})
    try:
        return checked_phone(text)
    except DomainError as error:
        raise DomainError(error.message, fields={"phone": error.message}) from error


def _checked_name(text: str) -> str:
    name = clean_text(text)
    if not name or len(name) > LONGEST_NAME:
        said = f"请填一个名称,{LONGEST_NAME}个字以内"
        raise DomainError(f"{said}。", fields={"name": said})
    return name


def _save(gateway: Gateway) -> None:
    try:
        with transaction.atomic():
            gateway.save()
    except IntegrityError as error:
        said = f"这里已经有叫“{gateway.name}”的了,请换一个名称"
        raise DomainError(f"{said}。", fields={"name": said}) from error
