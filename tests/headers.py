"""What is wrong with the headers of an answer; the access matrix asks it of every page and role, test_headers.py of the rest."""

from urllib.parse import urlsplit

from django.conf import settings

from julu_liaison.common.headers import PAGES

PAGE_POLICY = {
    "default-src": {"'none'"}, "script-src": {"'self'"}, "style-src": {"'self'"}, "img-src": {"'self'", "data:"},
    "font-src": {"'self'"}, "connect-src": {"'self'"}, "manifest-src": {"'self'"}, "object-src": {"'none'"},
    "form-action": {"'self'"}, "base-uri": {"'none'"}, "frame-ancestors": {"'none'"},
}  # fmt: skip
NOTHING = {"'none'"}
FILE_POLICY = {
    "default-src": NOTHING, "object-src": NOTHING, "base-uri": NOTHING, "form-action": NOTHING, "frame-ancestors": NOTHING,
    "sandbox": set(),
}  # fmt: skip
ALWAYS = {
    "X-Content-Type-Options": {"nosniff"},
    "X-Frame-Options": {"DENY"},
    "Referrer-Policy": {"same-origin", "no-referrer"},
    "Cross-Origin-Opener-Policy": {"same-origin"},
    "Cross-Origin-Resource-Policy": {"same-origin"},
}
SHOWN_BY_BROWSERS = ("text/html", "application/xhtml+xml", "text/xml", "application/xml", "image/svg+xml")


def policy_of(answer) -> dict[str, set[str]]:
    parts = [part.split() for part in answer.get("Content-Security-Policy", "").split(";") if part.strip()]
    return {name: set(sources) for name, *sources in parts}


def header_faults(answer) -> list[str]:
    """Return a line for each header that is missing or weaker than it may be."""
    found = [name for name, good in ALWAYS.items() if answer.get(name) not in good]
    kind = answer.get("Content-Type", "")
    is_page = not kind or kind.startswith(PAGES)
    if policy_of(answer) != (PAGE_POLICY if is_page else FILE_POLICY):
        found.append(f"Content-Security-Policy {policy_of(answer)}")
    if "camera=()" not in answer.get("Permissions-Policy", "") or "=*" in answer.get("Permissions-Policy", ""):
        found.append("Permissions-Policy")
    if _may_be_kept(answer):
        found.append(f"Cache-Control {answer.get('Cache-Control')}")
    if answer.get("Content-Disposition", "").startswith("inline") and kind.startswith(SHOWN_BY_BROWSERS):
        found.append(f"inline {kind}")
    found += [f"cookie {cookie.key}" for cookie in answer.cookies.values() if not cookie["samesite"]]
    if urlsplit(answer.get("Location", "")).netloc:
        found.append(f"Location {answer['Location']}")
    return found


def _may_be_kept(answer) -> bool:
    """Whether a shared PC would show it after its reader has signed out. What is drawn for everybody alike may lie in a
    cache, and a picture that is asked for again each time."""
    said = answer.get("Cache-Control", "")
    if "no-store" in said:
        return False
    asked_again = "no-cache" in said or "must-revalidate" in said
    for_everybody = said.startswith("public") and settings.SESSION_COOKIE_NAME not in answer.cookies
    no_page = said.startswith("private") and not answer.get("Content-Type", "").startswith(PAGES)
    return not (asked_again and (for_everybody or no_page))
