"""ETag, If-Match and If-None-Match: a change based on an old reading is refused with 412 and told what changed since."""

import hashlib
import json
import re

from django.utils.http import parse_etags
from rest_framework.response import Response

from julu_liaison.common.errors import StaleVersion
from julu_liaison.common.texts import plain_number

COUNTED = re.compile(r'(?:W/)?"v([0-9]{1,9})"')
PART = 8  # hexadecimal digits a field: enough to tell one person's few readings apart


def tag_of(shown: dict) -> str:
    """Return the ETag of what a person is shown."""
    return f'"{_digest(shown)[:32]}"'


def field_tag(shown: dict) -> str:
    """Return the ETag of what a person is shown, a short digest a field: whoever brings it back is told what changed."""
    return f'"f{"".join(_digest(value)[:PART] for value in shown.values())}"'


def changed_fields(tag: str, shown: dict) -> dict:
    """Return the fields of `shown` that are not as the `field_tag` said; all of them where it can't be read."""
    digits = tag.removeprefix("W/").strip('"').removeprefix("f")
    if len(digits) != PART * len(shown):
        return dict(shown)
    parts = [digits[at : at + PART] for at in range(0, len(digits), PART)]
    pairs = zip(parts, shown.items(), strict=True)
    return {name: value for part, (name, value) in pairs if part != _digest(value)[:PART]}


def _digest(shown) -> str:
    text = json.dumps(shown, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def version_tag(version: int) -> str:
    """Return the ETag of a record that counts its versions."""
    return f'"v{version}"'


def matches(request, tag: str) -> bool:
    """Whether the request may change the version `tag`: it names it, names `*`, or names nothing."""
    named = _named(request, "If-Match")
    return named is None or "*" in named or tag in named


def _named(request, header: str) -> list[str] | None:
    """The tags of a header, None without it. A proxy that compresses answers marks them as weak; they are the same."""
    text = request.headers.get(header)
    return None if text is None else [name.removeprefix("W/") for name in parse_etags(text)]


def version_seen(text: str) -> int | None:
    """Return the version that a page says it showed, None where it says nothing; what is no number counts as an old one."""
    return (plain_number(text, digits=9) or 0) if text else None


def named_version(request) -> int:
    """Return the latest version that If-Match names, of a record that counts its versions; 0 for none that could be."""
    named = [COUNTED.fullmatch(name) for name in parse_etags(request.headers.get("If-Match", ""))]
    return max((int(found[1]) for found in named if found), default=0)


def demand_match(request, shown: dict) -> None:
    """Raise StaleVersion unless the request may change what is `shown` now.

    It says what changed since the reading that If-Match names, as far as the person sees it, and the tag of today.
    """
    tag = field_tag(shown)
    if matches(request, tag):
        return
    readings = _named(request, "If-Match") or [""]
    changes = min((changed_fields(reading, shown) for reading in readings), key=len)
    raise StaleVersion("内容在您读取之后被别人改过,请重新读取再改。", changes=changes, current=tag)


def answer_once_read(request, shown: dict, tag: str) -> Response:
    """Return what is shown with its ETag; 304 without it to whoever names that tag in If-None-Match."""
    known = _named(request, "If-None-Match") or []
    if "*" in known or tag in known:
        return Response(status=304, headers={"ETag": tag})
    return Response(shown, headers={"ETag": tag})
