"""The page door's translation of domain errors, and what static/js/drafts.js needs to know of a form's fate."""

from datetime import timedelta
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import QueryDict
from django.shortcuts import render
from django.urls import reverse

from julu_liaison.common.errors import DomainError
from julu_liaison.common.outage_pages import answer_outage
from julu_liaison.common.referring import body_length, page_before

MADE = "made"  # the cookie with the names of drafts whose forms were taken
LONGEST_MADE = 2000
MEGABYTE = 1024 * 1024
STRANGERS_BODY = 1 * MEGABYTE  # forms without files, also a sheet of seven branches
LARGEST_BODY = 1100 * MEGABYTE  # an archive of a county's photos


class TooLarge(DomainError):
    """The body is larger than this address takes (413)."""

    status, title = 413, "内容太大"
DRAFTS_LIVE = timedelta(days=7)  # as long as LIFE in drafts.js


def takes_body(most: int):
    """Mark a view whose body a stranger may make as large as `most` bytes, e.g. for photos."""

    def marked(view):
        view.largest_body = most
        return view

    return marked


class BodyLimitMiddleware:
    """Refuse a body by its length before anything reads it: of a stranger's 1 MB (or what the view is marked with), of
    whoever is signed in as much as an archive of photos has. What has no length has no body."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        length = body_length(request)
        if length <= STRANGERS_BODY or request.path_info.startswith("/api/"):  # the API says it in its own way
            return None
        most = getattr(view, "largest_body", STRANGERS_BODY)
        if length <= most or (request.user.is_authenticated and length <= LARGEST_BODY):
            return None
        return render(request, "error.html", {"error": TooLarge("一次提交的内容太大了,请减少一些再提交。")}, status=413)


class DomainErrorMiddleware:
    """Turn a DomainError that a page did not handle itself into an answer with its own status; an outage likewise."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, DomainError):
            return answer_outage(request, exception)
        return render(request, "error.html", {"error": exception}, status=exception.status)


class DraftMiddleware:
    """A form that was taken leaves the name of its draft in a cookie, so that the browser forgets what was typed.

    A form sent after the login had run out leads to the login, and from there back to the page it stood on: many forms'
    own addresses show no page.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        answer = self.get_response(request)
        if request.method != "POST" or answer.status_code != 302:
            return answer
        if _asks_to_sign_in(request, answer):
            return redirect_to_login(page_before(request))
        if request.user.is_authenticated and request.POST.get("draft"):
            _say_made(request, answer, request.POST["draft"])
        return answer


def _asks_to_sign_in(request, answer) -> bool:
    to = urlsplit(answer["Location"])
    return to.path == reverse("login") and QueryDict(to.query).get("next") == request.get_full_path()


def _say_made(request, answer, name: str) -> None:
    names = [quote(name, safe=""), *request.COOKIES.get(MADE, "").split("|")]
    value = "|".join(dict.fromkeys(filter(None, names)))
    if len(value) > LONGEST_MADE:
        value = names[0][:LONGEST_MADE]
    answer.set_cookie(
        MADE, value, max_age=DRAFTS_LIVE, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax"
    )  # not HttpOnly: it is for the script
