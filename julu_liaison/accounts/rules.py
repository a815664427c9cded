"""Rules of accounts as pure functions: what a password needs (等保二级), where a request comes from, in words."""

import ipaddress
import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError

CLASSES = (str.islower, str.isupper, str.isdigit, lambda char: not char.isalnum())

# The first mark that the browser's own words contain decides: many browsers name others as well.
SYSTEMS = (
    ("HarmonyOS", "鸿蒙手机"), ("OpenHarmony", "鸿蒙手机"), ("Android", "安卓手机"), ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"), ("Windows", "Windows"), ("Mac OS X", "苹果电脑"), ("Linux", "Linux"),
)  # fmt: skip
BROWSERS = (
    ("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("Edg", "Edge"), ("QIHU 360", "360浏览器"), ("360SE", "360浏览器"),
    ("360EE", "360浏览器"), ("QQBrowser", "QQ浏览器"), ("UCBrowser", "UC浏览器"), ("HuaweiBrowser", "华为浏览器"),
    ("MiuiBrowser", "小米浏览器"), ("SLBrowser", "联想浏览器"), ("Firefox", "火狐"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
AGENT_LENGTH = 200


class ThreeClassesValidator:
    """Demand three of: small letters, capitals, digits, signs."""

    def validate(self, password, user=None):
        used = sum(any(is_class(char) for char in password) for is_class in CLASSES)
        if used < 3:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self):
        return "密码里小写字母、大写字母、数字、符号至少要有三种。"


def plain_code(typed: str) -> str:
    """Return a code as it is checked: full-width digits, spaces, hyphens and capitals are fine to type."""
    folded = unicodedata.normalize("NFKC", typed).lower()
    return "".join(char for char in folded if char.isalnum())


def device_in_words(agent: str) -> str:
    """Say what a browser's User-Agent means, e.g. `Windows 上的 Chrome`."""
    system = _first_mark(agent, SYSTEMS)
    browser = _first_mark(agent, BROWSERS)
    if system and browser:
        return f"{system} 上的 {browser}"
    return system or browser or "认不出的设备"


def _first_mark(agent: str, marks) -> str:
    return next((words for mark, words in marks if mark in agent), "")


def address_of(request) -> str:
    """The address a request comes from; behind NUM_PROXIES proxies of our own, the one that the outermost saw.

    Never longer than an address: what a client writes into the header itself is looked at in no other case.
    """
    direct = request.META.get("REMOTE_ADDR", "")
    proxies = settings.REST_FRAMEWORK["NUM_PROXIES"]
    told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if not proxies or not told:
        return direct
    try:
        return str(ipaddress.ip_address(told[-min(proxies, len(told))]))
    except ValueError:
        return direct


def network_of(request) -> str:
    """What a caller is counted by: the IPv4 address, or the /64 of an IPv6 one, which is a single household's or telephone's
    to choose addresses from."""
    try:
        address = ipaddress.ip_address(address_of(request))
    except ValueError:
        return address_of(request)
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)


def agent_of(request) -> str:
    return request.META.get("HTTP_USER_AGENT", "").replace("\0", "")[:AGENT_LENGTH]
