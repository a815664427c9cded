"""What a request says of itself: the page its form was sent from (SECURE_REFERRER_POLICY lets it, on our own site only), its length."""

from urllib.parse import urlsplit

from django.utils.http import escape_leading_slashes


def is_sent_from_here(request) -> bool:
    """Whether the form that was sent stood on a page of ours; no other site can make a browser say so."""
    return _is_ours(request, request.headers.get("Origin") or request.headers.get("Referer", ""))


def page_before(request) -> str:
    """The path of the page with the form; where that is not told, of the form itself."""
    referrer = request.headers.get("Referer", "")
    if not _is_ours(request, referrer):
        return escape_leading_slashes(request.get_full_path())
    address = urlsplit(referrer)
    return f"/{address.path.lstrip('/')}" + (f"?{address.query}" if address.query else "")


def _is_ours(request, address: str) -> bool:
    try:
        found = urlsplit(address)
    except ValueError:
        return False
    return (found.scheme, found.netloc) == (request.scheme, request.get_host())


def body_length(request) -> int:
    """How many bytes the request says that its body has, before any of it is read; 0 where it does not say."""
    said = str(request.META.get("CONTENT_LENGTH") or "")
    return int(said) if said.isascii() and said.isdigit() else 0
