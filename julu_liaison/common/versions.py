"""ETag and If-Match: a change based on an old reading is refused with 412."""

import hashlib
import json
import re

from django.utils.http import parse_etags

from julu_liaison.common.errors import StaleVersion
from julu_liaison.common.texts import plain_number

COUNTED = re.compile(r'(?:W/)?"v([0-9]{1,9})"')


def tag_of(shown: dict) -> str:
    """Return the ETag of what a person is shown."""
    text = json.dumps(shown, sort_keys=True, ensure_ascii=False, default=str)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def version_tag(version: int) -> str:
    """Return the ETag of a record that counts its versions."""
    return f'"v{version}"'


def matches(request, tag: str) -> bool:
    """Whether the request may change the version `tag`: it names it, names `*`, or names nothing."""
    header = request.headers.get("If-Match")
    if header is None:
        return True
    # A proxy that compresses answers marks the tag as weak; it is still the version that was read.
    named = [name.removeprefix("W/") for name in parse_etags(header)]
    return "*" in named or tag in named


def version_seen(text: str) -> int | None:
    """Return the version that a page says it showed, None where it says nothing; what is no number counts as an old one."""
    return (plain_number(text, digits=9) or 0) if text else None


def named_version(request) -> int:
    """Return the latest version that If-Match names, of a record that counts its versions; 0 for none that could be."""
    named = [COUNTED.fullmatch(name) for name in parse_etags(request.headers.get("If-Match", ""))]
    return max((int(found[1]) for found in named if found), default=0)


def demand_match(request, tag: str) -> None:
    """Raise StaleVersion unless the request may change the version `tag`."""
    if not matches(request, tag):
        raise StaleVersion("内容在您读取之后被别人改过,请重新读取再改。")
