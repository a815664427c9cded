"""Addresses of gateways: what is let in, and the apprise sender it stands for."""

import ipaddress
import re
import socket
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from apprise.plugins import custom_form, custom_json, dingtalk, wecombot
from django.conf import settings

from julu_liaison.common.errors import DomainError
from julu_liaison.notices.states import GatewayKind

MOST_ADDRESS = 1000  # characters
PHONE = "{phone}"
PHONE_QUOTED = re.compile(r"%7bphone%7d", re.IGNORECASE)
HTTP = {
    "json": custom_json.NotifyJSON, "jsons": custom_json.NotifyJSON,
    "form": custom_form.NotifyForm, "forms": custom_form.NotifyForm,
}  # fmt: skip
SCHEMES = {
    GatewayKind.WECOM: {"wecombot": wecombot.NotifyWeComBot},
    GatewayKind.DINGTALK: {"dingtalk": dingtalk.NotifyDingTalk},
    GatewayKind.SMS: HTTP,
    GatewayKind.WEBHOOK: HTTP,
}
AS_JSON = {"http": "json", "https": "jsons"}
METHODS = ("GET", "POST", "PUT")
A_PHONE = "19900000000"
NOT_READ = "地址看不懂,请重新复制一遍。"


def checked_address(kind: str, address: str) -> str:
    """Return the apprise address that is kept for a gateway of `kind`, whatever way it was copied.

    A group robot's address may be the one its settings show; that of a text message service or another system may
    start with http:// or https://. Raises DomainError with the sentence under `address`.
    """
    address = PHONE_QUOTED.sub(PHONE, address.strip())
    if len(address) > MOST_ADDRESS or re.search(r"\s", address):
        raise _wrong("地址太长或者中间有空格,请重新复制一遍。")
    if kind == GatewayKind.WECOM:
        return _wecom(address)
    if kind == GatewayKind.DINGTALK:
        return _dingtalk(address)
    return _http(kind, address)


def sender_of(kind: str, address: str, *, phone: str):
    """Return the apprise sender of a gateway's address; only those of its kind can be had. Raises DomainError."""
    address = address.replace(PHONE, quote(phone, safe=""))
    known = SCHEMES[GatewayKind(kind)]
    scheme = address.partition("://")[0].lower()
    if scheme not in known:
        raise _wrong("地址要以 https:// 开头(也可以用 jsons:// 或 forms://)。")
    try:
        facts = known[scheme].parse_url(address)
        if scheme in HTTP:
            _check_options(facts)
        return known[scheme](**facts)
    except (TypeError, ValueError) as error:
        raise _wrong(NOT_READ) from error


# What cloud machines tell of themselves, keys included; other clouds' lies among the link-local addresses.
METADATA = ipaddress.ip_address("100.100.100.200")


def is_http(sender) -> bool:
    return isinstance(sender, tuple(HTTP.values()))


def is_inside(sender) -> bool:
    """Whether a posted message would reach the machine itself; other machines of the office's own network may."""
    if not settings.PRODUCTION or not is_http(sender):
        return False
    try:
        found = socket.getaddrinfo(sender.host.strip("[]"), None)
    except (OSError, UnicodeError):
        return False  # it cannot be reached, either
    return any(is_forbidden(str(place[0])) for *_facts, place in found)


def is_forbidden(address: str) -> bool:
    """Whether an IP address is the machine's own, or one at which a cloud's machine tells its keys."""
    told = ipaddress.ip_address(address.partition("%")[0])
    one = getattr(told, "ipv4_mapped", None) or told
    return one.is_loopback or one.is_link_local or one.is_unspecified or one == METADATA


def _wrong(sentence: str) -> DomainError:
    return DomainError("请改一下地址。", fields={"address": sentence})


def _wecom(address: str) -> str:
    robot = wecombot.NotifyWeComBot
    facts = robot.parse_native_url(address) or (address.startswith("wecombot://") and robot.parse_url(address))
    key = (facts or {}).get("key") or ""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", key):
        raise _wrong("请填群机器人的 Webhook 地址,以 https://qyapi.weixin.qq.com/ 开头,从企业微信里复制。")
    return f"wecombot://{key}"


def _dingtalk(address: str) -> str:
    """apprise takes no address as DingTalk shows it, so that one is read here; `&secret=` adds the key for signing."""
    parts = _split(address)
    if address.startswith("https://oapi.dingtalk.com/robot/send?"):
        given = dict(parse_qsl(parts.query))
        token, secret = given.get("access_token", ""), given.get("secret", "")
    else:
        facts = (address.startswith("dingtalk://") and dingtalk.NotifyDingTalk.parse_url(address)) or {}
        token, secret = facts.get("token") or "", facts.get("secret") or ""
    if not re.fullmatch(r"[A-Za-z0-9]+", token) or not re.fullmatch(r"[A-Za-z0-9]*", secret):
        raise _wrong(
            "请填群机器人的 Webhook 地址,以 https://oapi.dingtalk.com/ 开头,从钉钉里复制;"
            "用“加签”的,在后面接上 &secret= 和密钥。"
        )
    return f"dingtalk://{secret}@{token}" if secret else f"dingtalk://{token}"


def _http(kind: str, address: str) -> str:
    address = _from_browser(address)
    sender = sender_of(kind, address, phone=A_PHONE)
    if kind == GatewayKind.SMS and PHONE not in address:
        raise _wrong("请在地址里写上 {phone},发送时换成收信人的手机号。")
    if is_inside(sender):
        raise _wrong("不能填本机的地址。")
    return address


def _from_browser(address: str) -> str:
    """Make https://host/path?a=1 the address with which apprise asks for the same."""
    parts = _split(address)
    if parts.scheme not in AS_JSON:
        return address
    asked = urlencode([(f"-{name}", value) for name, value in parse_qsl(parts.query)], safe="{}")
    return parts._replace(scheme=AS_JSON[parts.scheme], query=asked, fragment="").geturl()


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError as error:
        raise _wrong(NOT_READ) from error


def _check_options(facts: dict) -> None:
    """Let an address hold what its receiver is to get, and nothing that tells apprise to repeat, redirect or trust."""
    unknown = [name for name in facts["qsd"] if name[:1] not in "+-:" and name != "method"]
    if unknown:
        raise _wrong(f"地址里的“{unknown[0]}”不能用;要传给对方的参数,前面加一个减号。")
    if facts.get("method", METHODS[0]).upper() not in METHODS:
        raise _wrong("发送方式(method)只能是 GET、POST 或者 PUT。")
    sent_as_ascii = [facts.get("user"), facts.get("password"), *facts["qsd+"], *facts["qsd+"].values()]
    if not all((part or "").isascii() for part in sent_as_ascii):
        raise _wrong("地址里的用户名、密码和“+”参数只能用英文字母、数字和符号。")
