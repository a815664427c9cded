"""Somebody's browser before a web process of its own: cookies, headers, and the form on the page of an outage."""

from html.parser import HTMLParser

import requests
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from julu_liaison.accounts.sessions import SessionStore
from tests.servers.own_servers import PATIENCE

TOKEN = "a" * 32  # of the form and the cookie alike


class Browser(requests.Session):
    """Somebody signed in, with the cookies and headers that a browser sends."""

    def __init__(self, site: str, user):
        super().__init__()
        self.site = site
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        self.cookies.update({settings.SESSION_COOKIE_NAME: session.session_key or "", settings.CSRF_COOKIE_NAME: TOKEN})
        self.headers["Origin"] = site

    def open(self, path: str) -> requests.Response:
        return self.get(self.site + path, timeout=PATIENCE)

    def send_form(self, path: str, fields, **options) -> requests.Response:
        """`fields` as requests take them; the answer is not followed."""
        pairs = [*(fields.items() if isinstance(fields, dict) else fields), ("csrfmiddlewaretoken", TOKEN)]
        return self.post(self.site + path, data=pairs, timeout=PATIENCE, allow_redirects=False, **options)

    def press_again(self, answer: requests.Response) -> requests.Response:
        """What the page of an outage offers: the same form once more."""
        form = SentAgain(answer.text)
        assert form.action, answer.text
        return self.send_form(form.action, [pair for pair in form.fields if pair[0] != "csrfmiddlewaretoken"])


class SentAgain(HTMLParser):
    """The form on the page of an outage: where it goes and what it says."""

    def __init__(self, page: str):
        super().__init__()
        self.action, self.fields, self._name = "", [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        if tag == "form":
            self.action = known["action"]
        if tag == "textarea":
            self._name = known["name"]
            self.fields.append((self._name, ""))

    def handle_endtag(self, tag):
        if tag == "textarea":
            name, text = self.fields[-1]
            self.fields[-1], self._name = (name, text.removeprefix("\n")), ""

    def handle_data(self, data):
        if self._name:
            self.fields[-1] = (self._name, self.fields[-1][1] + data)
