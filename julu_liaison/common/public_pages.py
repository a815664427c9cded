"""Pages for villagers: drawn without session or account, kept for some seconds, so that a whole village may scan one board."""

from collections.abc import Callable
from functools import wraps
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.crypto import salted_hmac
from django.views.decorators.gzip import gzip_page

from julu_liaison.common.working_days import today_here

LOOK_COOKIE, LARGE, STANDARD = "mode", "large", "standard"  # the cookie of all pages' 显示方式
BUILDING = 10  # seconds; whoever hasn't built a page by then is no longer waited for


class Kept(NamedTuple):
    """A drawn page in the cache: its bytes, their mark, and until when (seconds of the epoch) it is as good as new."""

    body: bytes
    etag: str
    fresh_until: float


def look_of(request: HttpRequest) -> str:
    """`large` (大字) or `standard`; villagers' pages have no dark look."""
    return LARGE if request.COOKIES.get(LOOK_COOKIE) == LARGE else STANDARD


def unlisted(view: Callable) -> Callable:
    """A page that nobody finds by searching or learns of from the next site's log."""

    @wraps(view)
    def opened(request, *args, **kwargs):
        answer = view(request, *args, **kwargs)
        answer["X-Robots-Tag"] = "noindex, nofollow"
        answer["Referrer-Policy"] = "no-referrer"
        return answer

    return opened


def draw(request: HttpRequest, template: str, context: dict | None = None, *, status: int = 200) -> HttpResponse:
    """Draw a page on templates/public.html: no session, no account, no query but the view's own.

    `here` is where the button for the letters' size leads back to. It is empty, and there is no button, in the answer
    to a form: what was typed would be lost.
    """
    here = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    known = {"look": look_of(request), "here": here}
    return HttpResponse(render_to_string(template, known | (context or {})), status=status)


def public_page(*names: str) -> Callable:
    """A view whose page is the same for everybody; `names` are the parameters it may be kept with.

    The page is kept for PUBLIC_PAGE_SECONDS by path, these parameters, look and day. Then one request builds it anew
    while the others are given the old one, for as long again; a page that isn't there at all each of them builds.
    Only what answers 200 to GET or HEAD is kept, and nothing asked for with other parameters (as words searched for):
    a view answers other values of `names` than the few that mean something by a redirect or 404, or the cache grows by
    whatever somebody thinks of. Browsers ask again each time and are answered 304.
    """

    def decorated(view: Callable) -> Callable:
        @wraps(view)
        def shown(request, *args, **kwargs):
            kept = _kept(request, names)
            if kept is None:
                answer = view(request, *args, **kwargs)
                if answer.status_code != 200:
                    return answer
                kept = _keep(request, names, answer.content)
            return _answer(request, kept)

        return gzip_page(shown)

    return decorated


def _key(request: HttpRequest, names: tuple[str, ...]) -> str:
    """The page's key, or nothing where it isn't kept."""
    is_plain = all(name in names and len(values) == 1 for name, values in request.GET.lists())
    if not settings.PUBLIC_PAGE_SECONDS or request.method not in ("GET", "HEAD") or not is_plain:
        return ""
    facts = [request.path, look_of(request), today_here().isoformat(), *(request.GET.get(name, "") for name in names)]
    return "public-page:" + _digest("\0".join(facts).encode())


def _kept(request: HttpRequest, names: tuple[str, ...]) -> Kept | None:
    """The kept page; none for whoever is to build it."""
    key = _key(request, names)
    kept = cache.get(key) if key else None
    if kept is None:
        return None
    page = Kept(*kept)
    is_fresh = timezone.now().timestamp() < page.fresh_until
    return page if is_fresh or not cache.add(f"{key}:building", 1, BUILDING) else None


def _keep(request: HttpRequest, names: tuple[str, ...], body: bytes) -> Kept:
    seconds = settings.PUBLIC_PAGE_SECONDS
    page = Kept(body, f'"{_digest(body)}"', timezone.now().timestamp() + seconds)
    key = _key(request, names)
    if key:
        cache.set(key, tuple(page), 2 * seconds)
        cache.delete(f"{key}:building")
    return page


def _answer(request: HttpRequest, page: Kept) -> HttpResponse:
    answer = get_conditional_response(request, etag=page.etag) or HttpResponse(page.body)
    answer["ETag"] = page.etag
    answer["Cache-Control"] = "public, max-age=0, must-revalidate"
    patch_vary_headers(answer, ["Cookie"])
    return answer


def _digest(facts: bytes) -> str:
    return salted_hmac("public-page", facts, algorithm="sha256").hexdigest()[:32]
