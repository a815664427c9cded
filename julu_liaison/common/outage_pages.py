"""The answer to a request that met an outage: a page or a problem document, drawn without database, session or disk."""

import logging
import sys

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.utils.http import escape_leading_slashes
from django.views.defaults import server_error

from julu_liaison.common.outages import RETRY_AFTER, Outage, outage_of
from julu_liaison.common.sent_again import typed_by

logger = logging.getLogger(__name__)


def answer_outage(request, error: BaseException | None) -> HttpResponse | None:
    """None where the error tells of no outage."""
    outage = outage_of(error)
    if outage is None:
        return None
    logger.error("outage: %s (%s)", outage.title, type(error).__name__)
    answer = _problem(outage) if request.path_info.startswith("/api/") else _page(request, outage)
    answer["Retry-After"] = str(RETRY_AFTER)
    add_never_cache_headers(answer)
    return answer


def failed(request) -> HttpResponse:
    """handler500: also for what middleware ran into."""
    return answer_outage(request, sys.exc_info()[1]) or server_error(request)


def _page(request, outage: Outage) -> HttpResponse:
    """With everything that was typed in the form, to be sent again by one press: whoever goes back in the browser may find that
    the page before was an answer, too, and gone."""
    typed = typed_by(request)
    context = {
        "outage": outage, "typed": typed, "to": escape_leading_slashes(request.get_full_path()), "is_post": request.method == "POST",
        # A villager's page has no cookie, and gets none here.
        "token": get_token(request) if typed and settings.CSRF_COOKIE_NAME in request.COOKIES else "",
    }  # fmt: skip
    return HttpResponse(render_to_string("503.html", context), status=outage.status)


def _problem(outage: Outage) -> JsonResponse:
    body = {"type": "about:blank", "title": outage.title, "status": outage.status, "detail": outage.sentence}
    return JsonResponse(body, status=outage.status, content_type="application/problem+json", json_dumps_params={"ensure_ascii": False})
