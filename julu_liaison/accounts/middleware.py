"""Sessions that know where they are; steps of signing in that come before every page."""

from django.conf import settings
from django.contrib.sessions import middleware as sessions
from django.contrib.sessions.exceptions import SessionInterrupted
from django.shortcuts import redirect
from django.urls import reverse

from julu_liaison.accounts.rules import address_of, agent_of
from julu_liaison.accounts.second_step import PASSED, must_set_up


class SessionMiddleware(sessions.SessionMiddleware):
    """Tell the session its address and browser, and keep it alive by one write a minute."""

    def process_request(self, request):
        super().process_request(request)
        request.session.address = address_of(request)
        request.session.agent = agent_of(request)

    def process_response(self, request, response):
        # What any cache on the way may keep must carry nobody's cookie.
        is_for_everybody = response.headers.get("Cache-Control", "").startswith("public")
        if not is_for_everybody and request.session.is_due() and not request.session.is_empty():
            request.session.modified = True
        try:
            answer = super().process_response(request, response)
        except SessionInterrupted:
            # Signed out elsewhere while this page was on its way.
            return redirect("login")
        if request.session.ended_idle and request.session.is_empty():
            # The login page, next, reads from the cookie that a session has run out.
            answer.cookies.pop(settings.SESSION_COOKIE_NAME, None)
        return answer


class SignInStepsMiddleware:
    """Whoever must change the password, or set up the second factor, sees no other page before."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        step = self._open_step(request) if request.user.is_authenticated else None
        if step is None or self._belongs_to(step, request.path):
            return self.get_response(request)
        return redirect(step)

    @staticmethod
    def _open_step(request) -> str | None:
        if request.user.must_change_password:
            return "password"
        if not request.session.get(PASSED) and must_set_up(request.user):
            return "second-factor"
        return None

    @staticmethod
    def _belongs_to(step: str, path: str) -> bool:
        return path in (reverse("logout"), reverse("mode")) or path.startswith(reverse(step))
